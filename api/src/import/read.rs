//! A file as a header and records of text cells. Holds one record at a time.

use std::collections::HashMap;
use std::io::{BufReader, Read};

use csv_core::ReadRecordResult;

use super::frame::Frames;
use super::{Fault, Faults, FileError, Refusal, RowError, Trouble};

/// The most columns a file may have.
const MOST_COLUMNS: usize = 1_000;

/// The names in a file's first row.
#[derive(Clone, Debug)]
pub struct Header {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Header {
    fn new(names: Vec<String>) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        if names.len() > MOST_COLUMNS {
            faults.push(Fault { key: "header".to_owned(), rule: format!("names more than {MOST_COLUMNS} columns") });
        }
        let mut places = HashMap::new();
        for (place, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            if let Some(first) = places.insert(name.clone(), place) {
                let rule = format!(
                    "is named twice, as columns {} and {}; each column needs a name of its own",
                    first + 1,
                    place + 1
                );
                faults.push(Fault { key: format!("column {name}"), rule });
            }
        }
        if faults.is_empty() { Ok(Self { names, places }) } else { Err(Faults(faults)) }
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The place of a column, from 0.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }
}

/// The cells of one row.
#[derive(Clone, Debug, Default)]
pub struct Record {
    row: u64,
    text: String,
    ends: Vec<usize>,
}

impl Record {
    /// Row 1 is the header.
    pub fn row(&self) -> u64 {
        self.row
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cell at a place, from 0, without the white space around it; empty beyond the last one.
    pub fn get(&self, place: usize) -> &str {
        let Some(end) = self.ends.get(place) else { return "" };
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text[start..*end].trim()
    }
}

/// Reads records of one file, every one as wide as the header.
pub struct Reader<R> {
    frames: Frames<BufReader<R>>,
    cells: csv_core::Reader,
    output: Vec<u8>,
    ends: Vec<usize>,
    header: Header,
}

impl<R: Read> Reader<R> {
    /// Reads the header. The separator is one ASCII character.
    pub fn open(input: R, separator: u8) -> Result<Self, FileError> {
        let mut frames = Frames::new(BufReader::new(input), separator);
        frames.skip_mark()?;
        let cells = csv_core::ReaderBuilder::new().delimiter(separator).build();
        let header = Header { names: Vec::new(), places: HashMap::new() };
        // One place more than allowed, so that a row that is too wide is seen.
        let mut reader = Self { frames, cells, output: Vec::new(), ends: vec![0; MOST_COLUMNS + 2], header };
        if !reader.frames.advance()? {
            return Err(FileError::Empty);
        }
        let first = reader.split()?;
        let names = (0..first.len()).map(|place| first.get(place).to_owned()).collect();
        reader.header = Header::new(names).map_err(FileError::Header)?;
        Ok(reader)
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next row; `Row` trouble concerns it alone and reading may go on.
    pub fn next_record(&mut self) -> Option<Result<Record, Trouble>> {
        match self.frames.advance() {
            Ok(true) => Some(self.split().map_err(Trouble::File).and_then(|record| self.checked(record))),
            Ok(false) => None,
            Err(error) => Some(Err(error.into())),
        }
    }

    fn checked(&self, record: Record) -> Result<Record, Trouble> {
        let (wide, has) = (self.header.names.len(), record.len());
        if wide != has {
            let has = if has > MOST_COLUMNS { format!("more than {MOST_COLUMNS}") } else { has.to_string() };
            let rule = format!("must have {wide} cells like the header, not {has}");
            return Err(Refusal::from(RowError::new(record.row, "", "", rule)).into());
        }
        if let Some(place) = (0..wide).find(|place| record.get(*place).contains('\0')) {
            let rule = "holds the character NUL, which no text may hold";
            return Err(
                Refusal::from(RowError::new(record.row, &self.header.names[place], record.get(place), rule)).into()
            );
        }
        Ok(record)
    }

    /// Splits the line at hand into cells.
    fn split(&mut self) -> Result<Record, FileError> {
        let (line, row) = (self.frames.line(), self.frames.row());
        if let Err(error) = std::str::from_utf8(line) {
            let at = error.valid_up_to();
            return Err(FileError::NotUtf8 { offset: self.frames.start() + at as u64, row, byte: line[at] });
        }
        self.cells.reset();
        self.output.resize(line.len() + 1, 0);
        let (mut read, mut written, mut ended) = (0, 0, 0);
        loop {
            let input = &line[read..];
            let (state, nin, nout, nend) =
                self.cells.read_record(input, &mut self.output[written..], &mut self.ends[ended..]);
            read += nin;
            written += nout;
            ended += nend;
            match state {
                ReadRecordResult::InputEmpty => {}
                // Cells are never longer than their line; what is left is a row that is too wide.
                _ => break,
            }
        }
        let text = String::from_utf8_lossy(&self.output[..written]).into_owned();
        Ok(Record { row, text, ends: self.ends[..ended].to_vec() })
    }
}
