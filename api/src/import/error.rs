//! What may be wrong with a mapping, a file, a row: each fault names its place and the rule.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Charset;
use super::charset::Garbled;

/// Letters of an offending value that an error repeats.
const SHOWN: usize = 80;

/// One fault of a mapping: the dotted key and the rule it breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub key: String,
    pub rule: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.rule)
    }
}

/// All faults of one mapping, or of a header against it; never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Faults(pub Vec<Fault>);

/// A fault of one value. Row 1 is the header, as a spreadsheet counts; of JSON lines it is the first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct RowError {
    pub row: u64,
    /// The file's column, or the field's name where no column feeds it; empty for the whole row.
    pub column: String,
    /// At most 80 letters, control characters escaped; empty where nothing stood.
    pub value: String,
    /// Reads on after the value: `is not between 0 and 10`.
    pub rule: String,
}

impl RowError {
    pub fn new(row: u64, column: &str, value: &str, rule: impl Into<String>) -> Self {
        Self { row, column: column.to_owned(), value: shown(value), rule: rule.into() }
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}", self.row)?;
        if !self.column.is_empty() {
            write!(f, ", {}", self.column)?;
        }
        f.write_str(": ")?;
        if !self.value.is_empty() {
            write!(f, "{} ", self.value)?;
        }
        f.write_str(&self.rule)
    }
}

/// Cut, and free of anything that could move a terminal's cursor or turn the line around.
pub(super) fn shown(value: &str) -> String {
    let mut text = String::new();
    for (count, letter) in value.chars().enumerate() {
        if count == SHOWN {
            text.push('…');
            break;
        }
        if crate::base::fault_in(letter.encode_utf8(&mut [0; 4]), 1, false).is_some() {
            text.extend(letter.escape_unicode());
        } else {
            text.push(letter);
        }
    }
    text
}

/// A row, or one of the entries it would become, that is not taken, with everything wrong about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Refusal {
    pub row: u64,
    /// Never empty.
    pub faults: Vec<RowError>,
}

impl From<RowError> for Refusal {
    fn from(fault: RowError) -> Self {
        Self { row: fault.row, faults: vec![fault] }
    }
}

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
    #[error("the file is empty; the first line of CSV must name the columns")]
    Empty,
    #[error("the file is neither CSV nor JSON lines but {0}")]
    Foreign(&'static str),
    #[error(
        "byte {offset} (row {row}) is 0x{byte:02X}, which is not UTF-8; if the file has another encoding, say it: encoding = \"windows-1252\" in the mapping, or --encoding"
    )]
    NotUtf8 {
        /// Counted from 0, a byte order mark included.
        offset: u64,
        row: u64,
        byte: u8,
    },
    #[error("row {row} holds bytes that are not {charset}; say the encoding it has in the mapping, or by --encoding")]
    Garbled { row: u64, charset: Charset },
    #[error("row {row} ends inside a character: the file is cut off, or is not {charset}")]
    CutOff { row: u64, charset: Charset },
    #[error(
        "the file mixes encodings: row {utf8} is UTF-8, row {other} is not; save it anew in one, or say which one all rows have (encoding in the mapping, or --encoding)"
    )]
    MixedEncodings { utf8: u64, other: u64 },
    #[error("row {row} opens a quote that is never closed; the file is cut off, or a \" inside a cell is not doubled")]
    UnclosedQuote { row: u64 },
    #[error("row {row} is longer than 1 MiB; is a quote in it not closed, or a line end missing?")]
    TooLong { row: u64 },
    #[error("row {row} is no JSON object on one line: {why}; of other JSON make such lines: jq -c . FILE")]
    NoObject { row: u64, why: String },
    #[error("row {row} ends inside its JSON object: the file is cut off")]
    CutShort { row: u64 },
    #[error("{0}")]
    Header(Faults),
    /// The file can be read in several ways; the mapping must say which.
    #[error("{0}")]
    Unclear(Faults),
}

impl FileError {
    /// A fault of reading, told by the row it struck.
    pub(super) fn reading(error: std::io::Error, row: u64) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Garbled>()).copied() {
            Some(Garbled { charset, cut: true }) => Self::CutOff { row, charset },
            Some(Garbled { charset, cut: false }) => Self::Garbled { row, charset },
            None => Self::Io(error),
        }
    }
}

/// What an iteration over rows may yield instead of a row. After `File` nothing follows.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("{0}")]
    Row(#[from] Refusal),
    #[error("{0}")]
    File(#[from] FileError),
}
