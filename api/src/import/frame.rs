//! Cuts a stream into records, each at most 1 MiB: one row of a spreadsheet with its quotes closed, or one line.

use std::io::{BufRead, Read};

use super::FileError;

/// The most bytes a record may have.
pub(super) const LONGEST: usize = 1 << 20;

/// Where the cutter stands inside a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    CellStart,
    Bare,
    Quoted,
    /// After a quote inside a quoted cell: doubled, or the cell's end.
    MaybeClosed,
}

impl At {
    fn after(self, byte: u8, separator: u8) -> Self {
        match (self, byte) {
            (Self::CellStart | Self::MaybeClosed, b'"') | (Self::Quoted, 0..b'"' | b'#'..) => Self::Quoted,
            (Self::Quoted, b'"') => Self::MaybeClosed,
            (_, byte) if byte == separator => Self::CellStart,
            _ => Self::Bare,
        }
    }
}

/// Records of a stream as bytes, without their line end.
pub(super) struct Frames<R> {
    input: R,
    /// None where each line is a record.
    separator: Option<u8>,
    row: u64,
    /// Bytes taken from the stream.
    taken: u64,
    start: u64,
    line: Vec<u8>,
    /// The last line ended in CR: a LF right after belongs to it.
    after_cr: bool,
    ended: bool,
}

impl<R: BufRead> Frames<R> {
    /// `taken`: bytes of the file that were read before.
    pub fn new(input: R, separator: Option<u8>, taken: u64) -> Self {
        Self { input, separator, row: 0, taken, start: 0, line: Vec::new(), after_cr: false, ended: false }
    }

    /// The record's row, as a spreadsheet counts: blank lines count, line ends inside cells do not.
    pub fn row(&self) -> u64 {
        self.row
    }

    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// Where the record starts in the file, in bytes.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Counts rows anew: what came so far was no row.
    pub fn forget(&mut self) {
        self.row = 0;
    }

    /// Whether the file ended without a line end after this record.
    pub fn cut(&self) -> bool {
        self.ended
    }

    /// Moves to the next record that is not blank; false at the end of the file.
    pub fn advance(&mut self) -> Result<bool, FileError> {
        loop {
            if std::mem::take(&mut self.after_cr) && self.more()?.first() == Some(&b'\n') {
                self.take(1);
            }
            self.row += 1;
            self.start = self.taken;
            self.line.clear();
            let ended = match self.separator {
                Some(separator) => self.fill(separator)?,
                None => self.fill_line()?,
            };
            self.ended = !ended;
            if !self.line.is_empty() {
                return Ok(true);
            }
            if !ended {
                return Ok(false);
            }
        }
    }

    /// Reads one record; false if the file ended instead of the line.
    fn fill(&mut self, separator: u8) -> Result<bool, FileError> {
        let mut at = At::CellStart;
        loop {
            let row = self.row;
            let bytes = self.input.fill_buf().map_err(|error| FileError::reading(error, row))?;
            if bytes.is_empty() {
                return if at == At::Quoted { Err(FileError::UnclosedQuote { row }) } else { Ok(false) };
            }
            let mut end = None;
            for (index, byte) in bytes.iter().enumerate() {
                if at != At::Quoted && matches!(byte, b'\n' | b'\r') {
                    end = Some((index, *byte));
                    break;
                }
                at = at.after(*byte, separator);
            }
            let content = end.map_or(bytes.len(), |(index, _)| index);
            if self.line.len() + content > LONGEST {
                return Err(FileError::TooLong { row: self.row });
            }
            self.line.extend_from_slice(&bytes[..content]);
            self.take(content + usize::from(end.is_some()));
            if let Some((_, byte)) = end {
                self.after_cr = byte == b'\r';
                return Ok(true);
            }
        }
    }

    /// Reads one line, without the white space at its end; false if the file ended instead.
    fn fill_line(&mut self) -> Result<bool, FileError> {
        let (row, most) = (self.row, LONGEST as u64 + 2);
        let read = self.input.by_ref().take(most).read_until(b'\n', &mut self.line);
        let read = read.map_err(|error| FileError::reading(error, row))? as u64;
        self.taken += read;
        let ended = self.line.ends_with(b"\n");
        self.line.truncate(self.line.trim_ascii_end().len());
        if self.line.len() > LONGEST || !ended && read == most {
            return Err(FileError::TooLong { row });
        }
        Ok(ended)
    }

    fn more(&mut self) -> Result<&[u8], FileError> {
        let row = self.row + 1;
        self.input.fill_buf().map_err(|error| FileError::reading(error, row))
    }

    fn take(&mut self, bytes: usize) {
        self.input.consume(bytes);
        self.taken += bytes as u64;
    }
}
