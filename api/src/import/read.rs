//! A file as a header and records of text cells. Holds one record at a time.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Chain, Cursor, Read};
use std::sync::Arc;

use csv_core::ReadRecordResult;

use super::charset::{Charset, Decoded};
use super::foreign::foreign;
use super::frame::{Frames, LONGEST};
use super::lines::Objects;
use super::{Fault, Faults, FileError, Refusal, RowError, Trouble};
use crate::base::unguarded;

/// Bytes that tell whether a file is text at all.
const HEAD: u64 = 512;

/// The byte order mark of UTF-8.
const MARK: &[u8] = "\u{FEFF}".as_bytes();

/// The names in a file's first row, or the keys of its lines.
#[derive(Clone, Debug, Default)]
pub struct Header {
    names: Vec<String>,
    places: HashMap<String, usize>,
    /// Bytes of all names that were added.
    letters: usize,
}

impl Header {
    /// The most columns a file may have.
    pub(super) const MOST: usize = 1_000;

    fn new(names: Vec<String>) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        if names.len() > Self::MOST {
            faults.push(Fault { key: "header".to_owned(), rule: format!("names more than {} columns", Self::MOST) });
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
        if faults.is_empty() { Ok(Self { names, places, letters: 0 }) } else { Err(Faults(faults)) }
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The place of a column, from 0.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// The same of a name that most likely stands at a place.
    pub(super) fn near(&self, likely: usize, name: &str) -> Option<usize> {
        let name = name.trim();
        if !name.is_empty() && self.names.get(likely).is_some_and(|there| there == name) {
            return Some(likely);
        }
        self.place(name)
    }

    /// Adds a name behind the others, unless it is blank; false where there are too many, or too long ones.
    pub(super) fn add(&mut self, name: &str) -> bool {
        let name = name.trim();
        if name.is_empty() {
            return true;
        }
        self.letters += name.len();
        self.places.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.names.len() <= Self::MOST && self.letters <= LONGEST
    }
}

/// The cells of one row.
#[derive(Clone, Debug, Default)]
pub struct Record {
    row: u64,
    text: String,
    ends: Vec<usize>,
    guarded: bool,
    weight: Cell<u64>,
}

impl Record {
    pub(super) fn new(row: u64, text: String, ends: Vec<usize>) -> Self {
        Self { row, text, ends, ..Self::default() }
    }

    /// Notes bytes of texts that are made of it.
    pub(super) fn weigh(&self, bytes: usize) {
        self.weight.set(self.weight.get() + bytes as u64);
    }

    /// Bytes of all texts that were made of it.
    pub(super) fn weight(&self) -> u64 {
        self.weight.get()
    }

    /// Row 1 is the header, in JSON lines the first line.
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
        let cell = self.text[start..*end].trim();
        if self.guarded { unguarded(cell) } else { cell }
    }
}

/// How a file is written.
#[derive(Clone, Debug)]
pub struct Written {
    pub charset: Charset,
    /// One ASCII character.
    pub separator: u8,
    /// The keys of JSON lines, which nothing separates; none in CSV.
    pub keys: Option<Arc<Header>>,
    /// Cells that could be taken for formulas stand behind an apostrophe, as Steward's own exports write them; never
    /// in JSON lines.
    pub guarded: bool,
}

impl Default for Written {
    fn default() -> Self {
        Self { charset: Charset::UTF_8, separator: b',', keys: None, guarded: false }
    }
}

/// What speaks for either encoding in a file that does not say its own.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Evidence {
    /// The first row with letters beyond ASCII in UTF-8.
    pub utf8: Option<u64>,
    /// The first row with bytes that are not UTF-8.
    pub other: Option<u64>,
    /// The last row ends inside a letter.
    pub cut: Option<u64>,
}

/// The start of a file, put back before the rest.
type Whole<R> = BufReader<Chain<Cursor<Vec<u8>>, R>>;

/// Reads records of one file, every one as wide as the header.
pub struct Reader<R> {
    frames: Frames<Decoded<Whole<R>>>,
    cells: csv_core::Reader,
    output: Vec<u8>,
    ends: Vec<usize>,
    /// Where the records are lines of JSON.
    objects: Option<Objects>,
    header: Arc<Header>,
    guarded: bool,
    /// Kept where the encoding is still to be found out: rows that are not UTF-8 are then read as Windows-1252.
    evidence: Option<Evidence>,
}

impl<R: Read> Reader<R> {
    /// Reads the header.
    pub fn open(input: R, written: Written) -> Result<Self, FileError> {
        Self::start(input, written, None)
    }

    /// The same of a file whose encoding is unknown, UTF-8 most likely.
    pub(super) fn doubting(input: R, written: Written) -> Result<Self, FileError> {
        Self::start(input, written, Some(Evidence::default()))
    }

    fn start(input: R, written: Written, evidence: Option<Evidence>) -> Result<Self, FileError> {
        let Written { charset, separator, keys, guarded } = written;
        let frames = frames(input, charset, keys.is_none().then_some(separator))?;
        let cells = csv_core::ReaderBuilder::new().delimiter(separator).build();
        // One place more than allowed, so that a row that is too wide is seen.
        let (output, ends) = (Vec::new(), vec![0; Header::MOST + 2]);
        let objects = keys.is_some().then(Objects::default);
        let header = keys.unwrap_or_default();
        let mut reader = Self { frames, cells, output, ends, objects, header, guarded: false, evidence };
        if reader.objects.is_none() {
            reader.header = Arc::new(reader.first()?);
            reader.guarded = guarded;
        }
        Ok(reader)
    }

    /// The header of a CSV file.
    fn first(&mut self) -> Result<Header, FileError> {
        let mut there = self.frames.advance()?;
        if there && told_separator(self.frames.line()).is_some() {
            // Spreadsheets take this line as a setting and show the next one as row 1.
            self.frames.forget();
            there = self.frames.advance()?;
        }
        if !there {
            return Err(FileError::Empty);
        }
        let first = self.split()?;
        Header::new((0..first.len()).map(|place| first.get(place).to_owned()).collect()).map_err(FileError::Header)
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What was found out about the encoding so far.
    pub(super) fn evidence(&self) -> Evidence {
        self.evidence.unwrap_or_default()
    }

    /// The next row; `Row` trouble concerns it alone and reading may go on.
    pub fn next_record(&mut self) -> Option<Result<Record, Trouble>> {
        match self.frames.advance() {
            Ok(true) => Some(self.record().and_then(|record| self.checked(record))),
            Ok(false) => None,
            Err(error) => Some(Err(error.into())),
        }
    }

    /// The record at hand.
    fn record(&mut self) -> Result<Record, Trouble> {
        let Some(objects) = &mut self.objects else { return Ok(self.split()?) };
        let line = text(&self.frames, self.evidence.as_mut())?;
        objects.record(&line, self.frames.row(), self.frames.cut(), &self.header)
    }

    fn checked(&self, record: Record) -> Result<Record, Trouble> {
        let (wide, has) = (self.header.names.len(), record.len());
        if wide != has {
            let has = if has > Header::MOST { format!("more than {}", Header::MOST) } else { has.to_string() };
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
        let (row, guarded) = (self.frames.row(), self.guarded);
        let text = text(&self.frames, self.evidence.as_mut())?;
        let line = text.as_bytes();
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
        Ok(Record { row, text, ends: self.ends[..ended].to_vec(), guarded, weight: Cell::default() })
    }
}

/// The records of a file, as bytes of UTF-8; `separator` is that of CSV. A file that is no text is refused.
pub(super) fn frames<R: Read>(
    mut input: R,
    charset: Charset,
    separator: Option<u8>,
) -> Result<Frames<Decoded<Whole<R>>>, FileError> {
    let mut head = Vec::new();
    input.by_ref().take(HEAD).read_to_end(&mut head)?;
    if let Some(what) = foreign(&head) {
        return Err(FileError::Foreign(what));
    }
    let mark = if charset == Charset::UTF_8 && head.starts_with(MARK) { MARK.len() } else { 0 };
    head.drain(..mark);
    let whole = BufReader::new(Cursor::new(head).chain(input));
    Ok(Frames::new(Decoded::new(whole, charset), separator, mark as u64))
}

/// The line at hand, which must be UTF-8 where there is no doubt about it.
pub(super) fn text<'a, R: BufRead>(
    frames: &'a Frames<R>,
    evidence: Option<&mut Evidence>,
) -> Result<Cow<'a, str>, FileError> {
    let (line, row) = (frames.line(), frames.row());
    match (std::str::from_utf8(line), evidence) {
        (Ok(text), None) => Ok(Cow::Borrowed(text)),
        (Ok(text), Some(evidence)) => {
            if !text.is_ascii() {
                evidence.utf8.get_or_insert(row);
            }
            Ok(Cow::Borrowed(text))
        }
        (Err(error), None) => {
            let at = error.valid_up_to();
            Err(FileError::NotUtf8 { offset: frames.start() + at as u64, row, byte: line[at] })
        }
        (Err(error), Some(evidence)) => {
            if line.utf8_chunks().any(|chunk| !chunk.valid().is_ascii()) {
                evidence.utf8.get_or_insert(row);
            }
            let cut = error.error_len().is_none() && frames.cut();
            if cut { &mut evidence.cut } else { &mut evidence.other }.get_or_insert(row);
            Ok(Charset::WINDOWS_1252.line(line))
        }
    }
}

/// The separator that a first line `sep=;` tells.
pub(super) fn told_separator(line: &[u8]) -> Option<u8> {
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', byte] if separates(*byte) => Some(*byte),
        _ => None,
    }
}

/// Whether cells can be divided by a byte.
pub(super) fn separates(byte: u8) -> bool {
    byte == b'\t' || byte.is_ascii_punctuation() && byte != b'"'
}
