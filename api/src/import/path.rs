//! A team by its names from the top of the tree down: a template for each step, or one cell that holds them all.

use std::borrow::Cow;

use chrono_tz::Tz;
use toml::Value;

use super::Fault;
use super::rule::Rule;
use super::section::Section;
use super::targets::Target;
use super::template::{self, Piece};

/// How a path is filled; not at all without steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    pub steps: Vec<Rule>,
    /// What stands between the names in the one cell.
    pub split: Option<String>,
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
        Self { steps, split: None }
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
        section.finish();
        let steps = column.map(|column| Rule::plain(vec![Piece::column(column.trim())], target, zone));
        Self { steps: steps.into_iter().collect(), split }
    }

    /// The names that the text of a step holds. In one cell `\/` and `\\` are the signs themselves.
    pub fn names<'a>(&self, text: &'a str) -> Vec<Cow<'a, str>> {
        let Some(split) = &self.split else { return vec![text.into()] };
        let own = |name: &'a str| {
            if name.contains('\\') { name.replace("\\/", "/").replace("\\\\", "\\").into() } else { name.into() }
        };
        text.split(split.as_str()).map(own).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}
