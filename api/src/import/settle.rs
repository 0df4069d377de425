//! What a mapping leaves open, found in the file itself: encoding, separator, the order of its dates.
//!
//! The file is read once whole for it, unless everything is told. What it does not show beyond doubt is asked
//! for: the import stops before its first row.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::dates::Dates;
use super::lines;
use super::look::{self, Look};
use super::orders::Tally;
use super::read::{Evidence, frames};
use super::rule::{Filled, Rule};
use super::{Charset, Fault, Faults, FileError, Mapping, Reader, Record, Trouble};

/// How a file was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// The encoding, like `UTF-8`.
    pub encoding: String,
    /// What separates cells, like `,` or `tab`; null in JSON lines.
    pub separator: Option<String>,
    /// Formats of dates that nobody told, by field; those of ISO dates are not among them.
    pub dates: BTreeMap<String, Vec<String>>,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.separator {
            Some(separator) => write!(f, "{}, cells separated by {separator}", self.encoding)?,
            None => write!(f, "{}, JSON lines", self.encoding)?,
        }
        self.dates.iter().try_for_each(|(key, formats)| write!(f, "; {key} written {}", formats.join(" or ")))
    }
}

/// A rule whose dates nobody told, and what was seen of them.
struct Dated {
    key: String,
    rule: Rule,
    tally: Tally,
}

/// Fills in what the mapping leaves open. A mapping that is settled already stays as it is.
pub fn settle<R: Read>(open: impl Fn() -> io::Result<R>, mapping: &mut Mapping) -> Result<(), FileError> {
    if mapping.found.is_some() {
        return Ok(());
    }
    let look = Look::at(open()?)?;
    let mut known = mapping.encoding.or_else(|| look.charset());
    let text = look.text(known);
    if lines::begin(&text)? {
        let doubt = known.is_none().then(Evidence::default);
        let (keys, evidence) = lines::keys(frames(open()?, known.unwrap_or_default(), None)?, doubt, false)?;
        known = Some(known.map_or_else(|| judge(evidence), Ok)?);
        mapping.keys = Some(Arc::new(keys));
    } else if mapping.separator.is_none() {
        mapping.separator = Some(look.separator(&text, |header| mapping.clone().bind(header).is_ok())?);
    }
    mapping.encoding = known;
    let written = mapping.written();
    let separator = written.keys.is_none().then(|| look::shown(written.separator));
    let mut asked = untold(mapping);
    if known.is_none() || !asked.is_empty() {
        let mut reader =
            if known.is_none() { Reader::doubting(open()?, written)? } else { Reader::open(open()?, written)? };
        mapping.bind(reader.header()).map_err(FileError::Header)?;
        asked = untold(mapping);
        while let Some(record) = reader.next_record() {
            match record {
                Ok(record) if !asked.is_empty() && !mapping.skips(&record) => see(&mut asked, &record),
                Ok(_) | Err(Trouble::Row(_)) => {}
                Err(Trouble::File(error)) => return Err(error),
            }
        }
        if known.is_none() {
            mapping.encoding = Some(judge(reader.evidence())?);
        }
    }
    let dates = conclude(mapping, &asked)?;
    let encoding = mapping.encoding.unwrap_or_default().name().to_owned();
    mapping.found = Some(Found { encoding, separator, dates });
    Ok(())
}

/// The rules whose dates are to be found out, tied to the file as far as the mapping is.
fn untold(mapping: &mut Mapping) -> Vec<Dated> {
    let mut asked = Vec::new();
    mapping.each_named(&mut |key, rule| {
        if rule.untold() {
            asked.push(Dated { key: key.to_owned(), rule: rule.clone(), tally: Tally::default() });
        }
    });
    asked
}

fn see(asked: &mut [Dated], record: &Record) {
    for Dated { rule, tally, .. } in asked {
        if let Filled::Text(text) = rule.fill(record) {
            tally.see(&text, record.row());
        }
    }
}

/// Takes the formats that the values show.
fn conclude(mapping: &mut Mapping, asked: &[Dated]) -> Result<BTreeMap<String, Vec<String>>, FileError> {
    let (mut faults, mut dates) = (Vec::new(), BTreeMap::new());
    for Dated { key, rule, tally } in asked {
        match tally.formats() {
            Ok(formats) if formats.is_empty() => {}
            Ok(formats) => drop(dates.insert(key.clone(), formats)),
            Err(doubt) => {
                let rule = format!("column {}: {doubt}", rule.label);
                faults.push(Fault { key: format!("{key}.date_format"), rule });
            }
        }
    }
    if !faults.is_empty() {
        return Err(FileError::Unclear(Faults(faults)));
    }
    mapping.each_named(&mut |key, rule| {
        if let Some(formats) = dates.get(key) {
            rule.dates = Dates::Told(formats.clone());
        }
    });
    Ok(dates)
}

/// The encoding of a file without a mark.
fn judge(evidence: Evidence) -> Result<Charset, FileError> {
    match evidence {
        Evidence { utf8: Some(utf8), other: Some(other), .. } => Err(FileError::MixedEncodings { utf8, other }),
        Evidence { utf8: Some(_), other: None, cut: Some(row) } => {
            Err(FileError::CutOff { row, charset: Charset::UTF_8 })
        }
        Evidence { other: None, cut: None, .. } => Ok(Charset::UTF_8),
        _ => Ok(Charset::WINDOWS_1252),
    }
}
