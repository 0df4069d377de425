//! The mapping file: which column feeds which field. Read whole; all its faults are told together.
//!
//! ```toml
//! source = "crm"                    # whose references these are
//! separator = ";"                   # default ,
//! time_zone = "Europe/Berlin"       # of times without offset, default UTC
//! repeats = "skip"                  # a second row of one reference: skip, or update (default)
//! skip_blank = ["account"]          # rows with nothing here are left out and counted
//!
//! [columns]                         # field = "column", or a table:
//! reference = "Id"
//! name = "Company"
//! tier = { column = "Class", values = { "A" = "STRATEGIC" }, blank = ["-"], default = "STANDARD" }
//! lifecycle = { constant = "ACTIVE" }
//! domain = { template = "{Company|slug}.example" }             # filters: lower, slug, dots
//! annual_value = { column = "Revenue", scale = 100 }           # minor units in one of the file's
//! renewal_on = { column = "Renewal", date_format = "%d/%m/%Y" }
//! owner = { column = "Manager", by = "email" }                 # reference (default), name, email, domain
//! team = ["{Region}", "{Manager}'s team"]                      # accounts, members: a path from the top
//! ```
//!
//! `values` and `blank` act on the cells, before a template is filled. Members may have `leads`, a
//! path like `team`, and a table `[lead]` with the columns of the lead of the row's team.
//! Interactions may have `[[entries]]`, each adding to or replacing `[columns]`, with `when`, a column
//! that must hold something, and `owns`, see [`super::periods`]. Responses have `[[answers]]` with
//! `survey`, `kind`, `score` and `comment`; there an empty score is an error unless `blank` lists `""`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use entity::SurveyKind;
use toml::Table;

use super::rule::Rule;
use super::section::Section;
use super::targets::{self, Target};
use super::{Fault, Faults, Header, parse};

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Accounts,
    Members,
    Contacts,
    Interactions,
    Responses,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Members => "members",
            Self::Contacts => "contacts",
            Self::Interactions => "interactions",
            Self::Responses => "responses",
        }
    }

    pub(super) fn targets(self) -> &'static [Target] {
        match self {
            Self::Accounts => targets::ACCOUNTS,
            Self::Members => targets::MEMBERS,
            Self::Contacts => targets::CONTACTS,
            Self::Interactions => targets::INTERACTIONS,
            Self::Responses => targets::RESPONSES,
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
    pub survey: Arc<str>,
    pub kind: SurveyKind,
    pub(super) score: Rule,
    pub(super) comment: Option<Rule>,
}

/// A mapping that has no fault in itself; whether it fits a file is told when the file is opened.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub kind: Kind,
    /// Whose references these are: rows are found again by (source, reference).
    pub source: String,
    /// One ASCII character.
    pub separator: u8,
    pub repeats: Repeats,
    pub(super) skip_blank: Vec<Rule>,
    pub(super) rules: Rules,
    pub(super) team: Vec<Rule>,
    pub(super) leads: Vec<Rule>,
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
        let doubt = if header.names().len() == 1 { "; is separator right?" } else { "" };
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

    fn each(&mut self, act: &mut impl FnMut(&mut Rule)) {
        let lists = [&mut self.skip_blank, &mut self.team, &mut self.leads];
        lists.into_iter().flatten().for_each(&mut *act);
        self.rules.values_mut().for_each(&mut *act);
        self.lead.iter_mut().flat_map(BTreeMap::values_mut).for_each(&mut *act);
        for entry in &mut self.entries {
            entry.rules.values_mut().chain(&mut entry.when).for_each(&mut *act);
        }
        for answer in &mut self.answers {
            std::iter::once(&mut answer.score).chain(&mut answer.comment).for_each(&mut *act);
        }
    }
}
