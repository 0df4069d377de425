//! The mapping file: which column feeds which field. Read whole; all its faults are told together.
//!
//! ```toml
//! source = "crm"                    # whose references these are
//! encoding = "windows-1252"         # default: as the file shows
//! separator = ";"                   # default: as the file shows
//! time_zone = "Europe/Berlin"       # of times without offset, default UTC
//! repeats = "skip"                  # a second row of one reference: skip, or update (default)
//! skip_blank = ["account"]          # rows with nothing here are left out and counted; or a table with blank
//! unquote_formulas = true           # an export of Steward: '=1 is the text =1
//!
//! [columns]                         # field = "column", or a table:
//! reference = "Id"
//! name = "Company"
//! tier = { column = "Class", values = { "A" = "STRATEGIC" }, blank = ["-"], default = "STANDARD" }
//! lifecycle = { constant = "ACTIVE" }
//! domain = { template = "{Company|slug}.example" }             # filters: lower, slug, dots
//! annual_value = { column = "Revenue", scale = 100 }           # minor units in one of the file's; decimal = "," reads 1.250,50
//! renewal_on = { column = "Renewal", date_format = "%d/%m/%Y" }
//! owner = { column = "Manager", by = "email" }                 # reference (default), name, email, domain
//! team = ["{Region}", "{Manager}'s team"]                      # accounts, members: a path from the top
//! ```
//!
//! `date_format` may be a list, of which exactly one must fit each value, or a table that tells it by rows,
//! `{ "2-100" = "%m/%d/%Y", else = "%d/%m/%Y" }`, or with `by` by the cells of a column; without it the file
//! shows it, see [`super::settle()`]. `team` may be `{ column = "Team", split = " / " }`, the path in one cell, where
//! `\/`, `\;` and `\\` are the signs themselves; `/` alone is the team at the top, and before a path the tree itself.
//! With `several = true` the cell holds paths divided by `;`.
//!
//! `values` and `blank` act on the cells, before a template is filled. Members may have `leads`, a
//! path like `team`, and a table `[lead]` with the columns of the lead of the row's team.
//! Interactions may have `[[entries]]`, each adding to or replacing `[columns]`, with `when`, a column
//! that must hold something, and `owns`, see [`super::periods`]. Responses have `[[answers]]` with
//! `survey` and `kind`, each a text or a table like the others, `score` and `comment`; there an empty score
//! is an error unless `blank` lists `""`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use entity::SurveyKind;
use toml::Table;

use super::path::Path;
use super::read::Written;
use super::rule::{Filled, Rule};
use super::section::Section;
use super::synonyms;
use super::targets::{self, Target};
use super::{Charset, Fault, Faults, Found, Header, Record, parse};

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Accounts,
    Members,
    Contacts,
    Interactions,
    Escalations,
    Responses,
    /// Of a former system, whose links are out.
    Invitations,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Members => "members",
            Self::Contacts => "contacts",
            Self::Interactions => "interactions",
            Self::Escalations => "escalations",
            Self::Responses => "responses",
            Self::Invitations => "invitations",
        }
    }

    pub(super) fn targets(self) -> &'static [Target] {
        match self {
            Self::Accounts => targets::ACCOUNTS,
            Self::Members => targets::MEMBERS,
            Self::Contacts => targets::CONTACTS,
            Self::Interactions => targets::INTERACTIONS,
            Self::Escalations => targets::ESCALATIONS,
            Self::Responses => targets::RESPONSES,
            Self::Invitations => targets::INVITATIONS,
        }
    }
}

/// What a second row of the same reference does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repeats {
    /// It changes what the first one wrote.
    #[default]
    Update,
    /// It is left out; the references of the file are remembered for that.
    Skip,
}

/// Rules by field.
pub(super) type Rules = BTreeMap<&'static str, Rule>;

/// One entry of the timeline that each row may become.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(super) rules: Rules,
    /// The entry exists only in rows where this column holds something.
    pub(super) when: Option<Rule>,
    /// The member owns the account from this entry until the next owning one.
    pub(super) owns: bool,
}

/// One answer that each row may hold.
#[derive(Clone, Debug)]
pub struct AnswerRule {
    /// The survey's name or question key.
    pub(super) survey: Rule,
    pub(super) kind: Rule,
    /// The key of the survey's question, where several surveys may have the name.
    pub(super) question: Option<Rule>,
    pub(super) score: Rule,
    pub(super) comment: Option<Rule>,
}

impl AnswerRule {
    /// Survey and kind, where they are the same in every row.
    pub fn fixed(&self) -> Option<(&str, SurveyKind)> {
        Some((self.survey.constant()?, self.kind.constant()?.parse().ok()?))
    }
}

/// A mapping that has no fault in itself; whether it fits a file is told when the file is opened.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub kind: Kind,
    /// Whose references these are: rows are found again by (source, reference).
    pub source: String,
    /// None until it is found out.
    pub encoding: Option<Charset>,
    /// One ASCII character; none until it is found out.
    pub separator: Option<u8>,
    /// The keys of JSON lines, once they were gone through; none in CSV.
    pub keys: Option<Arc<Header>>,
    pub repeats: Repeats,
    /// See [`crate::base::guarded`].
    pub unquote_formulas: bool,
    /// What the file showed, once it was asked.
    pub found: Option<Found>,
    pub(super) skip_blank: Vec<Rule>,
    pub(super) rules: Rules,
    pub(super) team: Path,
    pub(super) leads: Path,
    pub(super) deputises: Path,
    pub(super) stood: Path,
    pub(super) lead: Option<Rules>,
    pub(super) entries: Vec<Entry>,
    pub(super) answers: Vec<AnswerRule>,
}

impl Mapping {
    /// Reads a mapping for rows of a kind.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, Faults> {
        let table: Table = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            Faults(vec![Fault { key: format!("line {line}"), rule: error.message().to_owned() }])
        })?;
        let mut faults = Vec::new();
        let mapping = parse::mapping(kind, Section::new("", table, &mut faults));
        if faults.is_empty() { Ok(mapping) } else { Err(Faults(faults)) }
    }

    /// Ties the rules to the columns of a file.
    pub(super) fn bind(&mut self, header: &Header) -> Result<(), Faults> {
        let mut missing = BTreeSet::new();
        self.each(&mut |rule| {
            rule.bind(header);
            missing.extend(rule.columns().filter(|column| header.place(column).is_none()).map(str::to_owned));
        });
        if missing.is_empty() {
            return Ok(());
        }
        let known = header.names().join(", ");
        let known: String = known.chars().take(500).collect();
        let doubt = if header.names().len() == 1 && self.keys.is_none() { "; is separator right?" } else { "" };
        let rule = format!("is read by the mapping but not in the file, whose columns are {known}{doubt}");
        Err(Faults(
            missing.into_iter().map(|column| Fault { key: format!("column {column}"), rule: rule.clone() }).collect(),
        ))
    }

    /// Columns of the file that no rule reads, in their order.
    pub fn unmapped(&self, header: &Header) -> Vec<String> {
        let mut read = BTreeSet::new();
        self.clone().each(&mut |rule| read.extend(rule.columns().map(str::to_owned)));
        header.names().iter().filter(|name| !name.is_empty() && !read.contains(*name)).cloned().collect()
    }

    /// Fields it fills that only an export of Steward's own tells: which row it is, and what that has been through.
    pub fn own_fields(&self) -> Vec<&'static str> {
        let is_told = |field: &&'static str| match *field {
            "team" => !self.team.is_empty(),
            "team_stood" => !self.stood.is_empty(),
            "question" => self.answers.iter().any(|answer| answer.question.is_some()),
            other => {
                let mut all = std::iter::once(&self.rules).chain(self.entries.iter().map(|entry| &entry.rules));
                all.any(|rules| rules.contains_key(other))
            }
        };
        synonyms::own(self.kind).iter().copied().filter(is_told).collect()
    }

    /// How the file is written, as far as it is known.
    pub fn written(&self) -> Written {
        Written {
            charset: self.encoding.unwrap_or_default(),
            separator: self.separator.unwrap_or(b','),
            keys: self.keys.clone(),
            guarded: self.unquote_formulas,
        }
    }

    /// Whether a row is left out because of what it does not hold.
    pub(super) fn skips(&self, record: &Record) -> bool {
        self.skip_blank.iter().any(|rule| !matches!(rule.fill(record), Filled::Text(_)))
    }

    fn each(&mut self, act: &mut impl FnMut(&mut Rule)) {
        let paths = [&mut self.team, &mut self.leads, &mut self.deputises, &mut self.stood];
        paths.into_iter().flat_map(|path| &mut path.steps).chain(&mut self.skip_blank).for_each(&mut *act);
        self.lead.iter_mut().flat_map(BTreeMap::values_mut).for_each(&mut *act);
        self.entries.iter_mut().filter_map(|entry| entry.when.as_mut()).for_each(&mut *act);
        for answer in &mut self.answers {
            let AnswerRule { survey, kind, question, score, comment } = answer;
            [survey, kind, score].into_iter().chain(question).chain(comment).for_each(&mut *act);
        }
        self.each_named(&mut |_, rule| act(rule));
    }

    /// The rules of fields that rows have, by their keys.
    pub(super) fn each_named(&mut self, act: &mut impl FnMut(&str, &mut Rule)) {
        for (name, rule) in &mut self.rules {
            act(&format!("columns.{name}"), rule);
        }
        for (at, entry) in self.entries.iter_mut().enumerate() {
            for (name, rule) in &mut entry.rules {
                act(&format!("entries[{at}].{name}"), rule);
            }
        }
    }
}
