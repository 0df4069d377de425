//! A mapping made from the names of a file's columns, to be looked at before it is used.
//!
//! A column is taken for a field by its name, never by what it holds alone; one whose first cells would all be
//! refused is left out, and said why. What cannot be told by names stays open: such a mapping must be written.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::io::{self, Read};

use super::error::shown;
use super::look::Look;
use super::rule::{By, Rule};
use super::synonyms::{self, SCORES, word};
use super::targets::{Takes, Target};
use super::template::Piece;
use super::value;
use super::{Charset, FileError, Kind, Reader, Record};

/// Rows that are looked at.
const ROWS: usize = 20;
/// Cells that show what a field will hold.
const SAMPLES: usize = 3;
/// Letters of a sample.
const LETTERS: usize = 24;

/// Entries that Steward writes itself, and takes from nobody.
const OWN_ENTRIES: &str =
    "skip_blank = [{ column = \"kind\", blank = [\"OWNER_CHANGED\", \"SURVEY_SENT\", \"SURVEY_ANSWERED\"] }]\n";

/// A guessed mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The mapping; a comment stands for each field that is missing.
    pub toml: String,
    /// Each field with what fills it, and how the first rows read.
    pub fields: Vec<(String, String, String)>,
    /// Columns that are not read, and why.
    pub unread: Vec<(String, String)>,
    /// Fields that must be filled, and that no column looks like.
    pub missing: Vec<&'static str>,
}

/// Guesses the mapping of a file. Steward's own field names come first, then what others call them.
pub fn guess<R: Read>(
    open: impl Fn() -> io::Result<R>,
    kind: Kind,
    source: &str,
    encoding: Option<Charset>,
) -> Result<Guess, FileError> {
    let look = Look::at(open()?)?;
    let known = encoding.or_else(|| look.charset());
    let text = look.text(known);
    let written = look.written(&text, |header| {
        let words: BTreeSet<String> = header.names().iter().map(|name| word(name)).collect();
        let known = synonyms::fields(kind).iter().filter(|(field, names)| {
            words.contains(&word(field)) || names.iter().any(|name| words.contains(&word(name)))
        });
        known.count() > 1
    })?;
    let mut reader = Reader::open(text.as_bytes(), written)?;
    let mut rows = Vec::new();
    while rows.len() < ROWS
        && let Some(row) = reader.next_record()
    {
        rows.extend(row.ok());
    }
    let names = reader.header().names().to_vec();
    let mut guessing =
        Guessing { kind, names: &names, rows: &rows, ours: false, used: BTreeMap::new(), unfit: BTreeMap::new() };
    guessing.match_all();
    Ok(guessing.write(source, encoding))
}

struct Guessing<'a> {
    kind: Kind,
    names: &'a [String],
    rows: &'a [Record],
    /// Every column is called as Steward calls it.
    ours: bool,
    /// Columns by field.
    used: BTreeMap<&'static str, usize>,
    /// Columns that are called like a field and hold something else: why.
    unfit: BTreeMap<usize, String>,
}

impl Guessing<'_> {
    fn match_all(&mut self) {
        let fields = synonyms::fields(self.kind);
        // A name with a NUL in it is broken: no mapping can be kept that tells it.
        let whole = |name: &String| if name.contains('\0') { String::new() } else { word(name) };
        let words: Vec<String> = self.names.iter().map(whole).collect();
        let own = synonyms::own(self.kind);
        let ours = |name: &String| own.contains(&name.as_str()) || fields.iter().any(|(field, _)| name == field);
        self.ours = self.names.iter().all(ours);
        for (field, _) in fields {
            if let Some(at) = words.iter().position(|found| *found == word(field)) {
                self.used.insert(field, at);
            }
        }
        for (field, names) in fields {
            let taken: BTreeSet<usize> = self.used.values().copied().collect();
            let find =
                |name: &&str| words.iter().position(|found| *found == word(name)).filter(|at| !taken.contains(at));
            if !self.used.contains_key(field)
                && let Some(at) = names.iter().find_map(find)
            {
                self.used.insert(field, at);
            }
        }
        let exported = self.exported();
        for field in own.iter().filter(|_| exported) {
            if let Some(at) = self.names.iter().position(|name| name == field) {
                self.used.insert(field, at);
            }
        }
        for target in self.kind.targets().iter().filter(|target| !target.required) {
            if let Some(at) = self.used.get(target.name).copied()
                && let Some(rule) = self.misfit(target, at)
            {
                self.used.remove(target.name);
                self.unfit.insert(at, format!("is called like {}, which {rule}", target.name));
            }
        }
    }

    /// Why a column is not read.
    fn unread(&self, at: usize) -> String {
        let own = word(&self.names[at]);
        let like = |(field, names): &&(&str, &[&str])| word(field) == own || names.iter().any(|name| word(name) == own);
        let other =
            synonyms::fields(self.kind).iter().find(like).and_then(|(field, _)| Some((field, self.used.get(field)?)));
        match (self.unfit.get(&at), other) {
            (Some(why), _) => why.clone(),
            (None, Some((field, other))) => format!("{field} is read from {}", shown(&self.names[*other])),
            (None, None) => "no field is called like it".to_owned(),
        }
    }

    fn cells(&self, at: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().map(move |row| row.get(at)).filter(|cell| !cell.is_empty())
    }

    /// What the first cells would have to be, where not one of them can be read; days are judged later, by the whole
    /// file.
    fn misfit(&self, target: &Target, at: usize) -> Option<String> {
        let rule = Rule::plain(vec![Piece::column(&self.names[at])], target, chrono_tz::UTC);
        let mut first = None;
        for cell in self.cells(at).filter(|_| !matches!(target.takes, Takes::Date)) {
            first = first.or(Some((target.check)(cell, &rule).err()?));
        }
        first
    }

    /// Whether Steward wrote the file: rows have their ids there, and members are named by address.
    fn exported(&self) -> bool {
        let id = self.names.iter().position(|name| name == "id").filter(|_| self.ours);
        id.is_some_and(|at| self.cells(at).all(|cell| value::id(cell).is_ok()))
    }

    /// By what a column points at other rows.
    fn by(&self, ways: &[By], at: usize) -> By {
        let name = word(&self.names[at]);
        let is_member = matches!(name.as_str(), "owner" | "member" | "openedby");
        let id = ["id", "ref", "reference", "number", "code", "key", "nummer", "nr", "debitor"]
            .iter()
            .any(|end| name.ends_with(end));
        let addresses = self.cells(at).any(|cell| cell.contains('@')) || self.exported() && is_member;
        if ways.contains(&By::Email) && addresses {
            By::Email
        } else if self.exported() {
            By::Id
        } else if self.ours || id {
            By::Reference
        } else {
            By::Either
        }
    }

    /// The rule of a field as TOML.
    fn rule(&self, target: &Target) -> Option<String> {
        let at = *self.used.get(target.name)?;
        let column = quoted(&self.names[at]);
        Some(match target.takes {
            Takes::By(ways) => match self.by(ways, at) {
                By::Reference => column,
                by => format!("{{ column = {column}, by = \"{}\" }}", by.as_str()),
            },
            // Amounts of an export are minor units already.
            Takes::Scale if self.ours => format!("{{ column = {column}, scale = 1 }}"),
            _ => column,
        })
    }

    /// What stands for a field that no column is called like, if something does.
    fn instead(&self, field: &str) -> Option<(String, Vec<usize>)> {
        let find = |names: &[&str]| self.names.iter().position(|name| names.contains(&word(name).as_str()));
        match (self.kind, field) {
            (Kind::Accounts, "reference") => self.used.get("name").map(|at| (quoted(&self.names[*at]), vec![*at])),
            (Kind::Members | Kind::Contacts, "reference") => {
                self.used.get("email").map(|at| (quoted(&self.names[*at]), vec![*at]))
            }
            (Kind::Members | Kind::Contacts, "name") => {
                let first = find(&["firstname", "givenname", "forename"])?;
                let last = find(&["lastname", "surname", "familyname"])?;
                let template = format!("{{{}}} {{{}}}", self.names[first], self.names[last]);
                Some((format!("{{ template = {} }}", quoted(&template)), vec![first, last]))
            }
            _ => None,
        }
    }

    fn write(&self, source: &str, encoding: Option<Charset>) -> Guess {
        let mut toml = format!("source = {}\n", quoted(source));
        if let Some(charset) = encoding {
            let _ = writeln!(toml, "encoding = {}", quoted(charset.name()));
        }
        if self.ours {
            toml.push_str("unquote_formulas = true\n");
        }
        if self.kind == Kind::Interactions && self.ours && !self.exported() {
            toml.push_str(OWN_ENTRIES);
        }
        toml.push_str("\n[columns]\n");
        let (mut fields, mut missing, mut read) = (Vec::new(), Vec::new(), BTreeSet::new());
        for target in self.kind.targets() {
            let (rule, columns) = match (self.rule(target), self.instead(target.name)) {
                (Some(rule), _) => (rule, self.used.get(target.name).copied().into_iter().collect()),
                (None, Some(instead)) if target.required => instead,
                _ => {
                    if target.required {
                        missing.push(target.name);
                        let _ = writeln!(toml, "# {} = must be filled, and no column is called like it", target.name);
                    }
                    continue;
                }
            };
            let _ = writeln!(toml, "{} = {rule}", target.name);
            // The secrets of links are not shown.
            let samples = if target.name.starts_with("token") { "…".to_owned() } else { self.samples(&columns) };
            fields.push((target.name.to_owned(), rule, samples));
            read.extend(columns);
        }
        for (field, several) in [("team", false), ("leads", true), ("deputises", true), ("team_stood", true)] {
            if let Some(at) = self.used.get(field) {
                let several = if several && self.exported() { ", several = true" } else { "" };
                let rule = format!("{{ column = {}, split = \" / \"{several} }}", quoted(&self.names[*at]));
                let _ = writeln!(toml, "{field} = {rule}");
                fields.push((field.to_owned(), rule, self.samples(&[*at])));
                read.insert(*at);
            }
        }
        if self.kind == Kind::Responses && !self.answers(&mut toml, &mut fields, &mut read) {
            missing.push("answers");
            toml.push_str("\n# [[answers]] with survey, kind and score: no columns are called like them\n");
        }
        let names = self.names.iter().enumerate();
        let unread = names.filter(|(at, name)| !read.contains(at) && !name.is_empty());
        Guess { toml, fields, unread: unread.map(|(at, name)| (shown(name), self.unread(at))).collect(), missing }
    }

    /// Writes an answer for each score; whether there is any.
    fn answers(
        &self,
        toml: &mut String,
        fields: &mut Vec<(String, String, String)>,
        read: &mut BTreeSet<usize>,
    ) -> bool {
        let column = |at: usize| quoted(&self.names[at]);
        let comment = self.used.get("comment").copied();
        let question = self.used.get("question").copied().filter(|_| self.exported());
        let mut all: Vec<(String, String, usize)> = Vec::new();
        if let [Some(survey), Some(kind), Some(score)] = ["survey", "kind", "score"].map(|f| self.used.get(f).copied())
        {
            let told = |at| format!("{{ column = {} }}", column(at));
            all.push((told(survey), told(kind), score));
            read.extend([survey, kind]);
        } else {
            for (kind, names) in SCORES {
                let named = |name: &String| names.iter().any(|known| word(known) == word(name));
                all.extend(self.names.iter().position(named).map(|at| (quoted(kind), quoted(kind), at)));
            }
        }
        for (at, (survey, kind, score)) in all.iter().enumerate() {
            let rule = format!("{{ column = {}, blank = [\"\"] }}", column(*score));
            let _ = write!(toml, "\n[[answers]]\nsurvey = {survey}\nkind = {kind}\nscore = {rule}\n");
            fields.push((format!("score to {survey}"), rule, self.samples(&[*score])));
            read.insert(*score);
            if let Some(question) = question {
                let _ = writeln!(toml, "question = {}", column(question));
                read.insert(question);
            }
            // A comment belongs to one answer; with several scores, to the first.
            if let Some(comment) = comment.filter(|_| at == 0) {
                let _ = writeln!(toml, "comment = {}", column(comment));
                fields.push(("comment".to_owned(), column(comment), self.samples(&[comment])));
                read.insert(comment);
            }
        }
        !all.is_empty()
    }

    fn samples(&self, columns: &[usize]) -> String {
        let row = |row: &Record| columns.iter().map(|at| row.get(*at)).collect::<Vec<_>>().join(" ");
        let samples = self.rows.iter().map(row).filter(|text| !text.trim().is_empty()).take(SAMPLES);
        let cut = |text: String| {
            if text.chars().count() > LETTERS { text.chars().take(LETTERS).collect::<String>() + "…" } else { text }
        };
        samples.map(|text| shown(&cut(text))).collect::<Vec<_>>().join(" · ")
    }
}

/// A text of TOML. The escapes of JSON are among those of TOML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7F}', "\\u007F")
}
