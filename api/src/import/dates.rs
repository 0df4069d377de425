//! How the days of a field are written: by one format, by several, or by another one for each group of rows.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::format::{Item, StrftimeItems};
use toml::{Table, Value};

use super::value::Parsed;
use super::{Header, Record};

/// The formats of a field. Without any, days are ISO.
#[derive(Clone, Debug, Default)]
pub(super) enum Dates {
    /// Nobody told: ISO, unless the values of the file show something else.
    #[default]
    Untold,
    /// Each value by the one that fits.
    Told(Vec<String>),
    /// By the rows a value stands in.
    ByRow { groups: Vec<(RangeInclusive<u64>, String)>, other: Option<String> },
    /// By the cell of another column.
    ByCell { column: String, at: usize, groups: BTreeMap<String, String>, other: Option<String> },
}

impl Dates {
    /// Reads `"%d/%m/%Y"`, a list of such, or a table of them by rows or by the cells of a column.
    pub fn parse(value: Value) -> Parsed<Self> {
        match value {
            Value::String(text) => Ok(Self::Told(vec![format(text)?])),
            Value::Array(values) if (1..=8).contains(&values.len()) => {
                values.into_iter().map(text_format).collect::<Parsed<_>>().map(Self::Told)
            }
            Value::Table(table) => Self::groups(table),
            _ => Err("must be a format like \"%d/%m/%Y\", a list of 1 to 8, or a table of them by rows".to_owned()),
        }
    }

    fn groups(mut table: Table) -> Parsed<Self> {
        let other = table.remove("else").map(text_format).transpose()?;
        let by = table.remove("by");
        if table.is_empty() {
            return Err("must name rows like \"2-100\", or cells of the column in by, each with its format".to_owned());
        }
        let formats = table.into_iter().map(|(key, value)| Ok((key, text_format(value)?)));
        match by {
            Some(Value::String(column)) if !column.trim().is_empty() => {
                let (column, groups) = (column.trim().to_owned(), formats.collect::<Parsed<_>>()?);
                Ok(Self::ByCell { column, at: usize::MAX, groups, other })
            }
            Some(_) => Err("by must name a column".to_owned()),
            None => {
                let groups = formats.map(|pair| pair.and_then(|(key, format)| Ok((rows(&key)?, format))));
                let mut groups = groups.collect::<Parsed<Vec<_>>>()?;
                groups.sort_by_key(|(rows, _)| *rows.start());
                match groups.windows(2).find(|pair| pair[0].0.end() >= pair[1].0.start()) {
                    Some(pair) => Err(format!("tells row {} twice", pair[1].0.start())),
                    None => Ok(Self::ByRow { groups, other }),
                }
            }
        }
    }

    /// The column the formats go by.
    pub fn column(&self) -> Option<&str> {
        if let Self::ByCell { column, .. } = self { Some(column) } else { None }
    }

    pub fn bind(&mut self, header: &Header) {
        if let Self::ByCell { column, at, .. } = self {
            *at = header.place(column).unwrap_or(usize::MAX);
        }
    }

    /// The formats that hold wherever a value stands; none means ISO.
    pub fn everywhere(&self) -> &[String] {
        if let Self::Told(formats) = self { formats } else { &[] }
    }

    /// The formats for a row; none means ISO.
    pub fn of(&self, record: &Record) -> Parsed<&[String]> {
        let (found, other, group) = match self {
            Self::Untold => return Ok(&[]),
            Self::Told(formats) => return Ok(formats),
            Self::ByRow { groups, other } => {
                let row = record.row();
                let next = groups.partition_point(|(rows, _)| *rows.end() < row);
                let found = groups.get(next).filter(|(rows, _)| rows.contains(&row)).map(|(_, format)| format);
                (found, other, format!("row {row}"))
            }
            Self::ByCell { column, at, groups, other } => {
                let cell = record.get(*at);
                (groups.get(cell), other, format!("the {column} {cell}"))
            }
        };
        match found.or(other.as_ref()) {
            Some(format) => Ok(std::slice::from_ref(format)),
            None => Err(format!("has no date_format for {group}, and there is no else")),
        }
    }
}

/// `7` or `2-100`.
fn rows(key: &str) -> Parsed<RangeInclusive<u64>> {
    let (first, last) = key.split_once('-').unwrap_or((key, key));
    match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if (1..=last).contains(&first) => Ok(first..=last),
        _ => Err(format!("{key} is no row or range of rows like 2-100; cells of a column need by = \"Column\"")),
    }
}

fn text_format(value: Value) -> Parsed<String> {
    if let Value::String(text) = value { format(text) } else { Err(UNKNOWN.to_owned()) }
}

const UNKNOWN: &str = "is not a format like %d/%m/%Y or %Y-%m-%d %H:%M:%S";

fn format(text: String) -> Parsed<String> {
    let known = !text.is_empty() && !StrftimeItems::new(&text).any(|item| matches!(item, Item::Error));
    if known { Ok(text) } else { Err(UNKNOWN.to_owned()) }
}
