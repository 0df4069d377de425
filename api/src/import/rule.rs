//! How one field is filled from a row: a column, a constant or a template, and what is done to it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono_tz::Tz;
use toml::Value;

use super::dates::Dates;
use super::section::Section;
use super::targets::{Takes, Target};
use super::template::{self, Piece};
use super::{Fault, Header, Record};

/// By what another row is pointed at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum By {
    /// Its reference, of the mapping's source.
    #[default]
    Reference,
    Name,
    Email,
    Domain,
    /// Our own id.
    Id,
    /// Its reference; where that is nobody's, its name.
    Either,
}

impl By {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Name => "name",
            Self::Email => "email",
            Self::Domain => "domain",
            Self::Id => "id",
            Self::Either => "reference or name",
        }
    }
}

/// Bytes of a text, at most: more than any field takes, so that it is refused. What is longer is not looked at further.
const LONGEST: usize = 100_000;

/// The rule of one field.
#[derive(Clone, Debug)]
pub struct Rule {
    pub(super) label: Arc<str>,
    pieces: Vec<Piece>,
    values: BTreeMap<String, String>,
    blank: BTreeSet<String>,
    default: Option<String>,
    /// It fills a day or an instant.
    dated: bool,
    pub(super) dates: Dates,
    pub(super) scale: i64,
    /// The sign before decimals, where somebody told.
    pub(super) decimal: Option<char>,
    pub(super) by: By,
    pub(super) zone: Tz,
}

/// What a rule finds in a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Filled<'a> {
    Text(Cow<'a, str>),
    /// A code the mapping declares to mean no value.
    Blank,
    /// Nothing, and nobody said that nothing is fine.
    Empty,
}

impl Rule {
    /// Reads the rule of a target: `"column"`, or a table.
    pub(super) fn parse(key: &str, value: Value, target: &Target, zone: Tz, faults: &mut Vec<Fault>) -> Option<Self> {
        let before = faults.len();
        let rule = match value {
            Value::String(column) => Self::plain(vec![Piece::column(column.trim())], target, zone),
            Value::Table(table) => Self::full(Section::new(key, table, faults), target, zone),
            _ => {
                let rule = "must be a column's name in quotes or a table like { column = \"Name\" }".to_owned();
                faults.push(Fault { key: key.to_owned(), rule });
                return None;
            }
        };
        for text in rule.fixed() {
            if let Err(broken) = (target.check)(text, &rule) {
                faults.push(Fault { key: key.to_owned(), rule: format!("{text} {broken}") });
            }
        }
        if rule.pieces.iter().any(|piece| matches!(piece, Piece::Cell { column, .. } if column.is_empty())) {
            faults.push(Fault { key: key.to_owned(), rule: "names no column".to_owned() });
        }
        (faults.len() == before).then_some(rule)
    }

    pub(super) fn plain(pieces: Vec<Piece>, target: &Target, zone: Tz) -> Self {
        let mut columns: Vec<&str> = Vec::new();
        for piece in &pieces {
            if let Piece::Cell { column, .. } = piece
                && !columns.contains(&column.as_str())
            {
                columns.push(column);
            }
        }
        let label = if columns.is_empty() { target.name.to_owned() } else { columns.join("+") };
        Self {
            label: label.into(),
            pieces,
            values: BTreeMap::new(),
            blank: BTreeSet::new(),
            default: None,
            dated: matches!(target.takes, Takes::Date),
            dates: Dates::Untold,
            scale: 100,
            decimal: None,
            by: By::default(),
            zone,
        }
    }

    fn full(mut section: Section<'_>, target: &Target, zone: Tz) -> Self {
        let column = section.text("column").map(|column| vec![Piece::column(column.trim())]);
        let constant = section.text("constant").map(|text| vec![Piece::Literal(text)]);
        let template = section.text("template").map(|text| {
            template::parse(&text).unwrap_or_else(|rule| {
                section.fault("template", rule);
                Vec::new()
            })
        });
        let sources: Vec<_> = [column, constant, template].into_iter().flatten().collect();
        if sources.len() != 1 {
            section.fault("", "must have exactly one of column, constant, template");
        }
        let mut rule = Self::plain(sources.into_iter().next().unwrap_or_default(), target, zone);
        rule.values = section.pairs("values");
        rule.blank = section.texts("blank").into_iter().collect();
        rule.default = section.text("default");
        match target.takes {
            Takes::Plain => {}
            Takes::Scale => rule.read_scale(&mut section),
            Takes::Date => rule.read_format(&mut section),
            Takes::By(ways) => rule.read_by(&mut section, ways),
        }
        section.finish();
        rule
    }

    fn read_scale(&mut self, section: &mut Section<'_>) {
        match section.number("scale") {
            None => {}
            Some(scale) if scale > 0 => self.scale = scale,
            Some(_) => section.fault("scale", "must be above 0: minor units in one of the file's units"),
        }
        match section.text("decimal").as_deref() {
            None => {}
            Some(".") => self.decimal = Some('.'),
            Some(",") => self.decimal = Some(','),
            Some(_) => section.fault("decimal", "must be \",\" or \".\", the sign before decimals"),
        }
    }

    fn read_format(&mut self, section: &mut Section<'_>) {
        match section.raw("date_format").map(Dates::parse) {
            None => {}
            Some(Ok(dates)) => self.dates = dates,
            Some(Err(rule)) => section.fault("date_format", rule),
        }
    }

    fn read_by(&mut self, section: &mut Section<'_>, ways: &[By]) {
        let Some(word) = section.text("by") else { return };
        if let Some(by) = ways.iter().find(|by| by.as_str() == word) {
            self.by = *by;
            return;
        }
        let known: Vec<_> = ways.iter().map(|by| by.as_str()).collect();
        section.fault("by", format!("must be one of {}", known.join(", ")));
    }

    /// Texts of the mapping itself that will become values, so that a wrong one is told at once.
    fn fixed(&self) -> Vec<&str> {
        let mut texts: Vec<&str> = self.default.iter().map(String::as_str).collect();
        texts.extend(self.constant());
        if let [Piece::Cell { .. }] = self.pieces.as_slice() {
            texts.extend(self.values.values().map(String::as_str));
        }
        texts
    }

    /// The columns this rule reads.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.pieces
            .iter()
            .filter_map(|piece| if let Piece::Cell { column, .. } = piece { Some(column.as_str()) } else { None })
            .chain(self.dates.column())
    }

    /// The text of a rule that reads no column.
    pub(super) fn constant(&self) -> Option<&str> {
        if let [Piece::Literal(text)] = self.pieces.as_slice() { Some(text) } else { None }
    }

    /// Whether it reads days of a column, and nobody told how they are written.
    pub(super) fn untold(&self) -> bool {
        self.dated && matches!(self.dates, Dates::Untold) && self.constant().is_none()
    }

    /// Finds its columns; those not in the header stay unfound, which the caller reports.
    pub(super) fn bind(&mut self, header: &Header) {
        self.dates.bind(header);
        for piece in &mut self.pieces {
            if let Piece::Cell { column, at, .. } = piece {
                *at = header.place(column).unwrap_or(usize::MAX);
            }
        }
    }

    /// Codes and translations act on the cells, before a template is filled; a template is blank when one of its cells is.
    pub(super) fn fill<'a>(&'a self, record: &'a Record) -> Filled<'a> {
        let filled = match (&self.default, self.found(record)) {
            (Some(default), Filled::Blank | Filled::Empty) => Filled::Text(Cow::Borrowed(default.as_str())),
            (_, found) => found,
        };
        if let Filled::Text(text) = &filled {
            record.weigh(text.len());
        }
        filled
    }

    fn found<'a>(&'a self, record: &'a Record) -> Filled<'a> {
        let mut text = Cow::Borrowed("");
        for piece in &self.pieces {
            let part = match piece {
                Piece::Literal(literal) => Cow::Borrowed(literal.as_str()),
                Piece::Cell { at, filter, .. } => {
                    let cell = record.get(*at);
                    if self.blank.contains(cell) {
                        return Filled::Blank;
                    }
                    if cell.is_empty() {
                        return Filled::Empty;
                    }
                    let cell = self.values.get(cell).map_or(cell, String::as_str);
                    if cell.len() > LONGEST { Cow::Borrowed(cell) } else { filter.apply(cell) }
                }
            };
            if text.is_empty() {
                text = part;
            } else {
                text.to_mut().push_str(&part);
            }
            if text.len() > LONGEST {
                break;
            }
        }
        if text.is_empty() { Filled::Empty } else { Filled::Text(text) }
    }
}
