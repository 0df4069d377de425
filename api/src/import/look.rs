//! A first look at a file: its encoding as far as the start tells, whether it is CSV, and what separates its cells.

use std::io::Read;
use std::sync::Arc;

use super::foreign::foreign;
use super::frame::Frames;
use super::lines;
use super::read::{Written, told_separator};
use super::{Charset, Fault, Faults, FileError, Header, Reader};

/// Bytes looked at.
const LOOKED: u64 = 64 * 1024;
/// Rows compared.
const ROWS: usize = 50;
/// What separates cells, the likeliest first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The start of a file.
pub(super) struct Look {
    bytes: Vec<u8>,
    /// The file goes on behind it.
    more: bool,
}

impl Look {
    /// Looks at a file; one that is no text is refused.
    pub fn at(input: impl Read) -> Result<Self, FileError> {
        let mut bytes = Vec::new();
        input.take(LOOKED + 1).read_to_end(&mut bytes)?;
        if let Some(what) = foreign(&bytes) {
            return Err(FileError::Foreign(what));
        }
        let more = bytes.len() as u64 > LOOKED;
        bytes.truncate(usize::try_from(LOOKED).unwrap_or(usize::MAX));
        Ok(Self { bytes, more })
    }

    /// The encoding, if the start of the file leaves no doubt: UTF-8 without a mark may turn out to be another.
    pub fn charset(&self) -> Option<Charset> {
        Charset::marked(&self.bytes).or_else(|| Charset::wide(&self.bytes))
    }

    /// The start as text.
    pub fn text(&self, charset: Option<Charset>) -> String {
        match charset {
            Some(charset) => charset.text(&self.bytes),
            None => Charset::WINDOWS_1252.or_utf8(&self.bytes),
        }
    }

    /// How the text is written. `fits` says whether a header is the one that was hoped for.
    pub fn written(&self, text: &str, fits: impl Fn(&Header) -> bool) -> Result<Written, FileError> {
        if !lines::begin(text)? {
            return Ok(Written { separator: self.separator(text, fits)?, ..Written::default() });
        }
        let (keys, _) = lines::keys(Frames::new(text.as_bytes(), None, 0), None, self.more)?;
        Ok(Written { keys: Some(Arc::new(keys)), ..Written::default() })
    }

    /// What separates the cells of the text. `fits` says whether a header is the one that was hoped for.
    pub fn separator(&self, text: &str, fits: impl Fn(&Header) -> bool) -> Result<u8, FileError> {
        let first = text.lines().next().unwrap_or_default();
        if let Some(told) = told_separator(first.as_bytes()) {
            return Ok(told);
        }
        let hoped = SEPARATORS.into_iter().filter(|separator| {
            let written = Written { separator: *separator, ..Written::default() };
            Reader::open(text.as_bytes(), written).is_ok_and(|reader| fits(reader.header()))
        });
        if let [only] = hoped.collect::<Vec<_>>().as_slice() {
            return Ok(*only);
        }
        let mut shares: Vec<(usize, u8)> = Vec::new();
        for separator in SEPARATORS {
            let widths = self.widths(text, separator);
            let Some(wide) = widths.first().copied().filter(|wide| *wide > 1) else { continue };
            let same = widths.iter().filter(|width| **width == wide).count();
            shares.push((same * 100 / widths.len(), separator));
        }
        let best = shares.iter().map(|(share, _)| *share).max();
        let best: Vec<u8> =
            shares.iter().filter(|(share, _)| Some(*share) == best).map(|(_, separator)| *separator).collect();
        match best.as_slice() {
            [] => Ok(b','),
            [only] => Ok(*only),
            several => {
                let names: Vec<_> = several.iter().map(|separator| shown(*separator)).collect();
                let rule = format!("may be {}; every row fits; tell it, like separator = \",\"", names.join(" or "));
                Err(FileError::Unclear(Faults(vec![Fault { key: "separator".to_owned(), rule }])))
            }
        }
    }

    /// Cells of the first rows; a last row that may be cut is left out.
    fn widths(&self, text: &str, separator: u8) -> Vec<usize> {
        let mut frames = Frames::new(text.as_bytes(), Some(separator), 0);
        let mut widths = Vec::new();
        while widths.len() < ROWS && frames.advance().unwrap_or(false) {
            if !frames.cut() || !self.more {
                widths.push(cells(frames.line(), separator));
            }
        }
        widths
    }
}

/// How many cells a line has.
fn cells(line: &[u8], separator: u8) -> usize {
    let mut quoted = false;
    let mut count = 1;
    let mut before = separator;
    for byte in line {
        match *byte {
            // A quote opens a cell only at its start.
            b'"' if quoted || before == separator => quoted = !quoted,
            b'"' if before == b'"' => quoted = !quoted,
            byte if byte == separator && !quoted => count += 1,
            _ => {}
        }
        before = *byte;
    }
    count
}

/// A separator as people write it.
pub(super) fn shown(separator: u8) -> String {
    if separator == b'\t' { "tab".to_owned() } else { char::from(separator).to_string() }
}

/// Whether a file is JSON lines.
pub fn is_lines(input: impl Read) -> Result<bool, FileError> {
    let look = Look::at(input)?;
    let text = look.text(look.charset());
    if text.trim().is_empty() { Err(FileError::Empty) } else { lines::begin(&text) }
}
