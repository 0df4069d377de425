//! A team by its names from the top of the tree down: a template for each step, or one cell that holds them all.

use std::borrow::Cow;

use chrono_tz::Tz;
use toml::Value;

use super::Fault;
use super::rule::Rule;
use super::section::Section;
use super::targets::Target;
use super::template::{self, Piece};

/// What stands between names in an export.
const SPLIT: &str = " / ";

/// How a path is filled; not at all without steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    pub steps: Vec<Rule>,
    /// What stands between the names in the one cell.
    pub split: Option<String>,
    /// The one cell holds several paths, divided by `;`.
    several: bool,
}

impl Path {
    /// Reads a list of templates, or `{ column = "Team", split = " / " }`.
    pub fn parse(key: &str, value: Value, target: &Target, zone: Tz, faults: &mut Vec<Fault>) -> Self {
        let texts: Option<Vec<String>> = match value {
            Value::Table(table) => return Self::cell(Section::new(key, table, faults), target, zone),
            Value::Array(values) => values
                .into_iter()
                .map(|value| if let Value::String(text) = value { Some(text) } else { None })
                .collect(),
            _ => None,
        };
        let Some(texts) = texts.filter(|texts| (1..=8).contains(&texts.len())) else {
            let rule = "must be a list of 1 to 8 templates, from the top down, like [\"{region}\", \"{manager}'s team\"], \
                or { column = \"Team\", split = \" / \" }";
            faults.push(Fault { key: key.to_owned(), rule: rule.to_owned() });
            return Self::default();
        };
        let mut steps = Vec::new();
        for text in texts {
            match template::parse(&text) {
                Ok(pieces) => steps.push(Rule::plain(pieces, target, zone)),
                Err(rule) => faults.push(Fault { key: key.to_owned(), rule: format!("{text} {rule}") }),
            }
        }
        Self { steps, split: None, several: false }
    }

    fn cell(mut section: Section<'_>, target: &Target, zone: Tz) -> Self {
        let column = section.name("column", crate::base::MAX_LINE);
        let split = match section.text("split") {
            Some(text) if !text.is_empty() => Some(text),
            Some(_) => {
                section.fault("split", "must not be empty");
                None
            }
            None => {
                if !section.told("split") {
                    section.fault("split", "is missing; it says what stands between the names, like \" / \"");
                }
                None
            }
        };
        let several = section.flag("several").unwrap_or(false);
        section.finish();
        let steps = column.map(|column| Rule::plain(vec![Piece::column(column.trim())], target, zone));
        Self { steps: steps.into_iter().collect(), split, several }
    }

    /// As exports write one.
    pub fn exported() -> Self {
        Self { steps: Vec::new(), split: Some(SPLIT.to_owned()), several: false }
    }

    /// The paths that the text of a step holds.
    pub fn paths<'a>(&self, text: &'a str) -> Vec<Vec<Cow<'a, str>>> {
        if !self.several {
            return vec![self.path(text)];
        }
        let (mut from, mut escaped, mut paths) = (0, false, Vec::new());
        for (at, letter) in text.char_indices() {
            if letter == ';' && !escaped {
                paths.push(self.path(text[from..at].trim()));
                from = at + 1;
            }
            escaped = letter == '\\' && !escaped;
        }
        paths.push(self.path(text[from..].trim()));
        paths
    }

    /// The names of one path. In one cell `\/`, `\;` and `\\` are the signs themselves. Written as exports write it, `/`
    /// alone or before the first name is the tree itself, and comes as an empty name.
    pub fn path<'a>(&self, text: &'a str) -> Vec<Cow<'a, str>> {
        let Some(split) = &self.split else { return vec![text.into()] };
        let rest = text.strip_prefix("/ ").filter(|_| self.is_ours());
        match rest {
            None if self.is_ours() && text == "/" => vec!["".into()],
            None => text.split(split.as_str()).map(own).collect(),
            Some(rest) => std::iter::once("".into()).chain(rest.split(split.as_str()).map(own)).collect(),
        }
    }

    /// Whether the one cell is written as exports write it.
    pub fn is_ours(&self) -> bool {
        self.split.as_deref() == Some(SPLIT)
    }

    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// A name without its backslashes.
fn own(name: &str) -> Cow<'_, str> {
    if !name.contains('\\') {
        return name.into();
    }
    let mut own = String::new();
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let sign = letters.next_if(|next| letter == '\\' && matches!(next, '/' | ';' | '\\'));
        own.push(sign.unwrap_or(letter));
    }
    own.into()
}
