//! Files that are no text at all, known by how they begin, and what to do about each.

/// How a file begins, what it is, and how to get a CSV file of it.
const KNOWN: &[(&[u8], &str)] = &[
    (b"\xD0\xCF\x11\xE0", "an Excel workbook of the old form (.xls); open it and save it as \"CSV UTF-8\""),
    (b"\x1F\x8B", "compressed with gzip; unpack it first: gunzip FILE"),
    (b"BZh", "compressed with bzip2; unpack it first: bunzip2 FILE"),
    (b"\x28\xB5\x2F\xFD", "compressed with zstd; unpack it first: unzstd FILE"),
    (b"\xFD7zXZ", "compressed with xz; unpack it first: unxz FILE"),
    (b"7z\xBC\xAF", "a 7z archive; unpack it first"),
    (b"SQLite format 3", "an SQLite database; export the table as CSV"),
    (b"PAR1", "a Parquet file; export it as CSV"),
    (b"%PDF", "a PDF; export the table as CSV where it was made"),
    (b"{\\rtf", "a text document (RTF); save the table as \"CSV UTF-8\""),
];

/// What a file is, if it is no text.
pub(super) fn foreign(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"PK\x03\x04") {
        let holds = |word: &[u8]| head.windows(word.len()).any(|part| part == word);
        return Some(if holds(b"opendocument.spreadsheet") {
            "an OpenDocument spreadsheet (.ods); open it and save it as CSV in UTF-8"
        } else if holds(b"[Content_Types].xml") || holds(b"xl/") || holds(b"_rels/") || holds(b"docProps/") {
            "an Excel workbook (.xlsx), whatever its name; open it and save it as \"CSV UTF-8\""
        } else {
            "a ZIP archive; unpack it first"
        });
    }
    let text = head.trim_ascii_start();
    let html = [&b"<html"[..], b"<!doctype", b"<?xml", b"<table"];
    if html.iter().any(|tag| text.len() >= tag.len() && text[..tag.len()].eq_ignore_ascii_case(tag)) {
        return Some("a web page or an XML spreadsheet; open it in a spreadsheet and save it as \"CSV UTF-8\"");
    }
    KNOWN.iter().find(|(begins, _)| head.starts_with(begins)).map(|(_, what)| *what)
}
