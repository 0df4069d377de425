//! JSON lines as records: each line is one object, and its keys are columns.
//!
//! A number keeps the digits it is written with, a list of plain values becomes one cell divided by `;`, an object
//! stays JSON. No value is descended into, so nesting of any depth costs no more than its line does.

use std::fmt;
use std::io::BufRead;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Error, value::RawValue};

use super::frame::Frames;
use super::read::{Evidence, text};
use super::{Fault, Faults, FileError, Header, Record, Refusal, RowError, Trouble};

/// What an array is, and how to make lines of it.
const ARRAY: &str = "one JSON array; make lines of it: jq -c '.[]' FILE";

/// Whether a text is JSON lines: it begins with an object. Hardly any CSV file begins with a brace before a quote.
pub(super) fn begin(text: &str) -> Result<bool, FileError> {
    let after = |sign| text.trim_start().strip_prefix::<char>(sign).map(str::trim_start);
    if after('[').is_some_and(|rest| rest.starts_with(['{', '[', ']'])) {
        return Err(FileError::Foreign(ARRAY));
    }
    Ok(after('{').is_some_and(|rest| rest.is_empty() || rest.starts_with(['"', '}'])))
}

/// The keys of all lines in the order they come, and what the lines show of their encoding if that is in doubt.
/// `more`: the file goes on behind the last line, which may be cut. Lines that are no objects are left to their rows,
/// save the first.
pub(super) fn keys<R: BufRead>(
    mut frames: Frames<R>,
    mut evidence: Option<Evidence>,
    more: bool,
) -> Result<(Header, Evidence), FileError> {
    let (mut keys, mut is_first) = (Header::default(), true);
    while frames.advance()? {
        let (row, line) = (frames.row(), text(&frames, evidence.as_mut())?);
        let mut full = false;
        match object(&line, Keys { keys: &mut keys, full: &mut full }) {
            Err(_) if full => {
                let rule = format!("brings the keys of the file to more than {}", Header::MOST);
                return Err(FileError::Header(Faults(vec![Fault { key: format!("row {row}"), rule }])));
            }
            Err(error) if error.is_eof() && frames.cut() => {
                if !more {
                    return Err(FileError::CutShort { row });
                }
            }
            Err(error) if is_first => return Err(FileError::NoObject { row, why: told(&error) }),
            Ok(()) | Err(_) => {}
        }
        is_first = false;
    }
    Ok((keys, evidence.unwrap_or_default()))
}

/// Makes records of lines.
#[derive(Debug, Default)]
pub(super) struct Objects {
    /// The cells of the line at hand, in the order its keys come.
    text: String,
    /// Where in it the cell of each column stands.
    cells: Vec<Option<Range<usize>>>,
}

impl Objects {
    /// The record of a line. `cut`: the file ends with it, without a line end.
    pub fn record(&mut self, line: &str, row: u64, cut: bool, keys: &Header) -> Result<Record, Trouble> {
        self.text.clear();
        self.cells.clear();
        self.cells.resize(keys.names().len(), None);
        let mut broken = None;
        if let Err(error) = object(line, Cells { keys, made: self, broken: &mut broken }) {
            return Err(match broken {
                Some((place, rule)) => Refusal::from(RowError::new(row, &keys.names()[place], "", rule)).into(),
                None if cut && error.is_eof() => FileError::CutShort { row }.into(),
                None => {
                    Refusal::from(RowError::new(row, "", line, format!("is no JSON object: {}", told(&error)))).into()
                }
            });
        }
        let (mut text, mut ends) = (String::with_capacity(self.text.len()), Vec::with_capacity(self.cells.len()));
        for cell in &self.cells {
            text.push_str(cell.clone().map_or("", |cell| &self.text[cell]));
            ends.push(text.len());
        }
        Ok(Record::new(row, text, ends))
    }
}

/// Reads a line that is one object.
fn object<'de>(line: &'de str, visitor: impl Visitor<'de, Value = ()>) -> Result<(), Error> {
    if !line.trim_ascii_start().starts_with('{') {
        return Err(Error::custom("it begins with no {"));
    }
    let mut json = serde_json::Deserializer::from_str(line);
    json.deserialize_map(visitor)?;
    json.end()
}

/// What is wrong with a line, and at which byte of it.
fn told(error: &Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((what, _)) => format!("{what} (byte {})", error.column()),
        None => text,
    }
}

/// Gathers keys.
struct Keys<'a> {
    keys: &'a mut Header,
    full: &'a mut bool,
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut likely = 0;
        while let Some(known) = map.next_key_seed(Key(|key: &str| {
            let place = self.keys.near(likely, key);
            likely = place.map_or(likely, |place| place + 1);
            place.is_some() || self.keys.add(key)
        }))? {
            if !known {
                *self.full = true;
                return Err(A::Error::custom("too many keys"));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// Puts values into cells.
struct Cells<'a> {
    keys: &'a Header,
    made: &'a mut Objects,
    /// The column of a value that cannot be taken, and why.
    broken: &'a mut Option<(usize, String)>,
}

impl<'de> Visitor<'de> for Cells<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Objects { text, cells } = self.made;
        let mut likely = 0;
        while let Some(place) = map.next_key_seed(Key(|key: &str| self.keys.near(likely, key)))? {
            let value: &RawValue = map.next_value()?;
            // A key without a name can be no column.
            let Some(place) = place else { continue };
            let start = text.len();
            let put = cell(value.get(), text).map_err(|error| format!("is no text: {}", told(&error)));
            let taken = cells[place].replace(start..text.len()).map_or(put, |_| Err("is told twice".to_owned()));
            if let Err(rule) = taken {
                *self.broken = Some((place, rule));
                return Err(A::Error::custom("a value cannot be taken"));
            }
            likely = place + 1;
        }
        Ok(())
    }
}

/// Writes a value down as the cell of a CSV file would hold it.
fn cell(value: &str, cell_text: &mut String) -> Result<(), Error> {
    match value.as_bytes().first() {
        Some(b'n') => {}
        Some(b'"') => {
            Key(|text: &str| cell_text.push_str(text)).deserialize(&mut serde_json::Deserializer::from_str(value))?;
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(value)?;
            if items.iter().any(|item| item.get().starts_with(['[', '{'])) {
                cell_text.push_str(value);
                return Ok(());
            }
            for (at, item) in items.iter().enumerate() {
                cell_text.push_str(if at == 0 { "" } else { ";" });
                cell(item.get(), cell_text)?;
            }
        }
        _ => cell_text.push_str(value),
    }
    Ok(())
}

/// A text, handed on without being kept.
struct Key<F>(F);

impl<'de, T, F: FnOnce(&str) -> T> DeserializeSeed<'de> for Key<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T, F: FnOnce(&str) -> T> Visitor<'_> for Key<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        Ok((self.0)(text))
    }
}
