//! Encodings: told, marked, found, mixed, cut off.

use super::*;

const TEXT: &str = "id,name\n1,Zoë\n2,\"Łódź, 北京\"\n";

fn utf16(text: &str, big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

/// The encoding a file is found to have, and its names.
fn read(head: &str, file: &[u8]) -> Result<(String, Vec<String>), String> {
    let mapping = map(Kind::Accounts, &format!("{head}\n{NAMES}"));
    let (found, rows) = settled::<AccountRow>(mapping, file).map_err(|error| error.to_string())?;
    let names = rows.into_iter().map(|row| row.map(|row| row.name).map_err(|trouble| trouble.to_string()));
    Ok((found.encoding, names.collect::<Result<_, _>>()?))
}

#[test]
fn the_same_text_is_read_from_each_encoding() {
    let names = vec!["Zoë".to_owned(), "Łódź, 北京".to_owned()];
    let marked = |text: Vec<u8>, mark: &[u8]| [mark, &text].concat();
    for (file, encoding) in [
        (TEXT.into(), "UTF-8"),
        (marked(TEXT.into(), b"\xEF\xBB\xBF"), "UTF-8"),
        (marked(utf16(TEXT, false), b"\xFF\xFE"), "UTF-16LE"),
        (marked(utf16(TEXT, true), b"\xFE\xFF"), "UTF-16BE"),
        (utf16(TEXT, false), "UTF-16LE"),
        (utf16(TEXT, true), "UTF-16BE"),
    ] {
        assert_eq!(read("", &file), Ok((encoding.to_owned(), names.clone())), "{encoding}");
    }
    assert_eq!(read("encoding = \"utf-16\"", &marked(utf16(TEXT, true), b"\xFE\xFF")).unwrap().1, names);
}

#[test]
fn bytes_that_are_never_utf_8_are_windows_1252() {
    let file = b"id,name\n1,Caf\xE9\n2,\x80 5 \x96 \xDCberlingen\n";
    let names = vec!["Café".to_owned(), "€ 5 – Überlingen".to_owned()];
    assert_eq!(read("", file), Ok(("windows-1252".to_owned(), names.clone())));
    assert_eq!(read("encoding = \"latin1\"", file), Ok(("windows-1252".to_owned(), names)));
    assert!(read("encoding = \"utf-8\"", file).unwrap_err().starts_with("byte 13 (row 2) is 0xE9, which is not UTF-8"));
    // In the header, and cut off after a letter that could begin one of UTF-8.
    let mapping = "source = \"s\"\ncolumns = { reference = \"id\", name = \"Größe\" }\n";
    let (found, rows) = settled::<AccountRow>(map(Kind::Accounts, mapping), b"id,Gr\xF6\xDFe\n1,Caf\xE9").unwrap();
    assert_eq!((found.encoding.as_str(), rows[0].as_ref().unwrap().name.as_str()), ("windows-1252", "Café"));
}

#[test]
fn mixed_encodings_are_refused_by_rows_until_one_is_told() {
    let file = b"id,name\n1,One\n2,Zo\xC3\xAB\n3,Zo\xEB\n";
    let told = read("", file).unwrap_err();
    assert!(told.starts_with("the file mixes encodings: row 3 is UTF-8, row 4 is not;"), "{told}");
    assert_eq!(read("encoding = \"windows-1252\"", file).unwrap().1, ["One", "ZoÃ«", "Zoë"]);
}

#[test]
fn a_file_that_ends_inside_a_letter_is_cut_off() {
    let utf8 = read("", b"id,name\n1,Zo\xC3\xAB\n2,Zo\xC3").unwrap_err();
    assert_eq!(utf8, "row 3 ends inside a character: the file is cut off, or is not UTF-8");
    let mut file = utf16(TEXT, false);
    file.pop();
    let utf16 = read("encoding = \"utf-16le\"", &file).unwrap_err();
    assert_eq!(utf16, "row 3 ends inside a character: the file is cut off, or is not UTF-16LE");
    let lone = [utf16_head(), vec![0x00, 0xD8, b'x', 0]].concat();
    let lone = read("", &lone).unwrap_err();
    assert!(lone.starts_with("row 2 holds bytes that are not UTF-16LE"), "{lone}");
}

fn utf16_head() -> Vec<u8> {
    utf16("\u{FEFF}id,name\n1,", false)
}

#[test]
fn nul_in_a_file_that_is_not_utf_16_refuses_its_row() {
    assert!(read("", b"id,name\n1,A\0B\n").unwrap_err().contains("NUL"));
    let file: Vec<u8> = [b"id,name\n".to_vec(), b"1,A\n".repeat(100), b"2,\0\0\0\0\n".to_vec()].concat();
    assert!(read("", &file).unwrap_err().starts_with("row 102, name: "));
}

#[test]
fn other_files_are_named_for_what_they_are() {
    for (begins, what) in [
        (
            &b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x13\0\x08\x02[Content_Types].xml"[..],
            "an Excel workbook (.xlsx)",
        ),
        (
            b"PK\x03\x04\x14\0\0\0\0\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            "an OpenDocument spreadsheet",
        ),
        (b"PK\x03\x04\x14\0\0\0\0\0data.csv", "a ZIP archive"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0\0", "an Excel workbook of the old form"),
        (b"\x1F\x8B\x08\0", "compressed with gzip"),
        (b"\n<!DOCTYPE html><table>", "a web page"),
        (b"%PDF-1.7", "a PDF"),
    ] {
        let told = read("", begins).unwrap_err();
        assert!(told.starts_with(&format!("the file is neither CSV nor JSON lines but {what}")), "{told}");
        let told = read("encoding = \"utf-8\"\nseparator = \";\"", begins).unwrap_err();
        assert!(told.contains(what), "{told}");
    }
}
