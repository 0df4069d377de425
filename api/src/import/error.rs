//! What may be wrong with a mapping, a file, a row: each fault names its place and the rule.

use std::fmt;

use serde::Serialize;

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

/// A fault of one value. Row 1 is the header, as a spreadsheet counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
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
fn shown(value: &str) -> String {
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
    #[error("the file is empty; its first line must name the columns")]
    Empty,
    #[error("the file is UTF-16; save it as \"CSV UTF-8\"")]
    Utf16,
    #[error(
        "byte {offset} (row {row}) is 0x{byte:02X}, which is not UTF-8; save the file as \"CSV UTF-8\", or convert it from the encoding it has (often Windows-1252) with: iconv -f WINDOWS-1252 -t UTF-8"
    )]
    NotUtf8 {
        /// Counted from 0, a byte order mark included.
        offset: u64,
        row: u64,
        byte: u8,
    },
    #[error("row {row} opens a quote that is never closed; the file is cut off, or a \" inside a cell is not doubled")]
    UnclosedQuote { row: u64 },
    #[error("row {row} is longer than 1 MiB; is a quote in it not closed?")]
    TooLong { row: u64 },
    #[error("{0}")]
    Header(Faults),
}

/// What an iteration over rows may yield instead of a row. After `File` nothing follows.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("{0}")]
    Row(#[from] Refusal),
    #[error("{0}")]
    File(#[from] FileError),
}
