//! Makes typed rows of records. Every fault of a row is told, not only the first.

use std::fmt::Write;
use std::sync::Arc;

use entity::{Day, Digest, Time};

use super::mapping::{AnswerRule, Entry, Rules};
use super::path::Path;
use super::rule::{Filled, Rule};
use super::targets::read;
use super::value::{self, Parsed};
use super::when;
use super::{
    AccountRow, AnswerRow, ContactRow, EscalationRow, Frozen, Given, InteractionRow, InvitationRow, Kept, Mapping,
    Past, Pointer, Record, Refusal, ResponseRow, RowError, TeamPath,
};

/// The most teams above one another that a path names.
const DEEPEST: usize = 32;

/// How a link is read.
type Reading = fn(&str) -> Parsed<Digest>;

/// Reads the fields of one row by its rules and collects what is wrong.
pub(super) struct Fields<'a> {
    rules: &'a Rules,
    record: &'a Record,
    faults: Vec<RowError>,
}

impl<'a> Fields<'a> {
    pub fn new(rules: &'a Rules, record: &'a Record) -> Self {
        Self { rules, record, faults: Vec::new() }
    }

    pub fn given<T>(&mut self, field: &str, read: impl Fn(&str, &Rule) -> Parsed<T>) -> Given<T> {
        let Some(rule) = self.rules.get(field) else { return Given::Unmapped };
        let Filled::Text(text) = rule.fill(self.record) else { return Given::Blank };
        match read(&text, rule) {
            Ok(value) => Given::Value(value),
            Err(broken) => {
                self.fault(&rule.label, &text, broken);
                Given::Blank
            }
        }
    }

    /// A field that must hold something.
    pub fn must<T>(&mut self, field: &str, read: impl Fn(&str, &Rule) -> Parsed<T>) -> Option<T> {
        let before = self.faults.len();
        let value = self.given(field, read).value();
        if value.is_none() && self.faults.len() == before {
            let column = self.rules.get(field).map_or(field, |rule| &rule.label);
            self.fault(column, "", format!("is blank, but {field} must be filled"));
        }
        value
    }

    fn pointer(&mut self, field: &str) -> Given<Pointer> {
        self.given(field, pointer)
    }

    fn day(&mut self, field: &str) -> Given<Day> {
        let record = self.record;
        self.given(field, |raw, rule| when::day(raw, rule.dates.of(record)?))
    }

    fn instant(&mut self, field: &str) -> Option<Time> {
        let record = self.record;
        self.must(field, |raw, rule| when::instant(raw, rule.dates.of(record)?, rule.zone))
    }

    fn moment(&mut self, field: &str) -> Given<Time> {
        let record = self.record;
        self.given(field, |raw, rule| when::instant(raw, rule.dates.of(record)?, rule.zone))
    }

    /// What only an export tells, and the row's reference, which only such a row may lack.
    pub fn origin(&mut self) -> (Kept, Option<String>) {
        let kept = Kept {
            id: self.given("id", read::id).value(),
            source: self.given("source", read::source).value(),
            created_at: self.moment("created_at").value(),
            archived_at: self.moment("archived_at"),
            merged_into: self.given("merged_into", read::id).value(),
        };
        let reference = match kept.id {
            Some(_) => Some(self.given("reference", read::line).value().unwrap_or_default()),
            None => self.must("reference", read::line),
        };
        (kept, reference)
    }

    /// A path is blank when one of its steps is.
    pub fn path(&mut self, path: &Path) -> Given<TeamPath> {
        match self.paths(path) {
            Given::Unmapped => Given::Unmapped,
            Given::Blank => Given::Blank,
            Given::Value(paths) => paths.into_iter().next().map_or(Given::Blank, Given::Value),
        }
    }

    /// The same where one cell may hold several.
    pub fn paths(&mut self, path: &Path) -> Given<Vec<TeamPath>> {
        let Some(first) = path.steps.first() else { return Given::Unmapped };
        let mut texts = Vec::new();
        for step in &path.steps {
            let Filled::Text(text) = step.fill(self.record) else { return Given::Blank };
            texts.push((step, text));
        }
        let told: Vec<Vec<_>> = match texts.as_slice() {
            [(step, cell)] if path.split.is_some() => path
                .paths(cell)
                .into_iter()
                .map(|names| names.into_iter().map(|name| (*step, name)).collect())
                .collect(),
            _ => vec![texts.iter().map(|(step, text)| (*step, text.as_ref().into())).collect()],
        };
        let ours = path.is_ours();
        let mut paths = Vec::new();
        for names in told {
            // An empty name at the start is the tree itself.
            let tree = usize::from(ours && names.first().is_some_and(|(_, name)| name.is_empty()));
            let mut path = vec![String::new(); tree];
            for (step, name) in names.into_iter().skip(tree) {
                match read::line(&name, step) {
                    Ok(name) if name.is_empty() => self.fault(&step.label, "", "has a step without a name"),
                    Ok(name) => path.push(name),
                    Err(broken) => self.fault(&step.label, &name, broken),
                }
            }
            if path.len() > DEEPEST {
                self.fault(&first.label, "", format!("has more than {DEEPEST} steps"));
            }
            paths.push(path);
        }
        Given::Value(paths)
    }

    /// The digest of a link's secret, which is told as it is, or by its digest. What is refused is not repeated.
    fn link(&mut self) -> Option<Digest> {
        let (rules, record, before) = (self.rules, self.record, self.faults.len());
        let mut found = Vec::new();
        let ways: [(&str, Reading); 2] = [("token", value::token), ("token_hash", value::token_hash)];
        for (field, read) in ways {
            let Some(rule) = rules.get(field) else { continue };
            let Filled::Text(text) = rule.fill(record) else { continue };
            match read(text.trim()) {
                Ok(digest) => found.push(digest),
                Err(broken) => self.fault(&rule.label, "", broken),
            }
        }
        match found.as_slice() {
            [one] => return Some(one.clone()),
            [token, hash] if token == hash => return Some(token.clone()),
            [] if self.faults.len() == before => {
                self.fault("token", "", "is blank, but token or token_hash must be filled");
            }
            [] => {}
            _ => self.fault("token_hash", "", "is not the SHA-256 of the token"),
        }
        None
    }

    fn fault(&mut self, column: &str, value: &str, rule: impl Into<String>) {
        self.faults.push(RowError::new(self.record.row(), column, value, rule));
    }

    /// The row made by `make`, unless a fault was found; `make` gives none only after one.
    pub fn done<T>(self, make: impl FnOnce() -> Option<T>) -> Result<T, Refusal> {
        let row = self.record.row();
        match make() {
            Some(whole) if self.faults.is_empty() => Ok(whole),
            _ => Err(Refusal { row, faults: self.faults }),
        }
    }
}

fn pointer(raw: &str, rule: &Rule) -> Parsed<Pointer> {
    Ok(Pointer { by: rule.by, text: read::line(raw, rule)?, column: Arc::clone(&rule.label) })
}

pub(super) fn account(mapping: &Mapping, record: &Record) -> Result<AccountRow, Refusal> {
    let mut fields = Fields::new(&mapping.rules, record);
    let ((kept, reference), name) = (fields.origin(), fields.must("name", read::line));
    let (domain, parent) = (fields.given("domain", read::domain), fields.pointer("parent"));
    let territory = fields.given("territory", read::line);
    let industry = fields.given("industry", read::line);
    let segment = fields.given("segment", read::line);
    let (tier, lifecycle) = (fields.given("tier", read::choice), fields.given("lifecycle", read::choice));
    let annual_value = fields.given("annual_value", read::money);
    let renewal_on = fields.day("renewal_on");
    let health = fields.given("health", read::health);
    let (owner, team) = (fields.pointer("owner"), fields.path(&mapping.team));
    let past = Past {
        ownerships: fields.given("ownerships", read::ownerships).value().unwrap_or_default(),
        collaborators: fields.given("collaborators", read::collaborators).value().unwrap_or_default(),
        exclusions: fields.given("exclusions", read::exclusions).value().unwrap_or_default(),
    };
    fields.done(|| {
        Some(AccountRow {
            row: record.row(),
            kept,
            reference: reference?,
            name: name?,
            domain,
            parent,
            territory,
            industry,
            segment,
            tier,
            lifecycle,
            annual_value,
            renewal_on,
            health,
            owner,
            team,
            past,
        })
    })
}

pub(super) fn contact(mapping: &Mapping, record: &Record) -> Result<ContactRow, Refusal> {
    let mut fields = Fields::new(&mapping.rules, record);
    let ((kept, reference), name) = (fields.origin(), fields.must("name", read::line));
    let account = fields.must("account", pointer);
    let (email, title) = (fields.given("email", read::email), fields.given("title", read::line));
    let roles = fields.given("roles", read::roles);
    let language = fields.given("language", read::language);
    let time_zone = fields.given("time_zone", read::time_zone);
    let mail_state = fields.given("mail_state", read::choice);
    let opted_out = fields.given("opted_out", read::flag);
    let (opted_out_at, muted) = (fields.moment("opted_out_at").value(), fields.given("muted", read::muted).value());
    fields.done(|| {
        Some(ContactRow {
            row: record.row(),
            kept,
            reference: reference?,
            account: account?,
            name: name?,
            email,
            title,
            roles,
            language,
            time_zone,
            mail_state,
            opted_out,
            opted_out_at,
            muted,
        })
    })
}

/// The entry of a row; none where the mapping says that it does not exist there.
pub(super) fn interaction(entry: &Entry, record: &Record) -> Option<Result<InteractionRow, Refusal>> {
    if entry.when.as_ref().is_some_and(|when| !matches!(when.fill(record), Filled::Text(_))) {
        return None;
    }
    let mut fields = Fields::new(&entry.rules, record);
    let ((kept, reference), account) = (fields.origin(), fields.must("account", pointer));
    let kind = if kept.id.is_some() { fields.must("kind", read::choice) } else { fields.must("kind", read::kind) };
    let (direction, channel) = (fields.must("direction", read::direction), fields.must("channel", read::channel));
    let occurred_at = fields.instant("occurred_at");
    let member = if entry.owns { fields.must("member", pointer) } else { fields.pointer("member").value() };
    let contact = fields.pointer("contact").value();
    let (subject, body) = (fields.must("subject", read::line), fields.given("body", read::body).value());
    let customer_visible = fields.given("customer_visible", read::flag).value().unwrap_or(false);
    Some(fields.done(|| {
        Some(InteractionRow {
            row: record.row(),
            kept,
            reference: reference?,
            account: account?,
            kind: kind?,
            direction: direction?,
            channel: channel?,
            occurred_at: occurred_at?,
            member,
            contact,
            subject: subject?,
            body,
            customer_visible,
            owns: entry.owns,
        })
    }))
}

pub(super) fn escalation(mapping: &Mapping, record: &Record) -> Result<EscalationRow, Refusal> {
    let mut fields = Fields::new(&mapping.rules, record);
    let ((kept, reference), account) = (fields.origin(), fields.must("account", pointer));
    let (severity, title) = (fields.must("severity", read::severity), fields.must("title", read::line));
    let (opened_at, closed_at) = (fields.instant("opened_at"), fields.moment("closed_at"));
    let opened_by = fields.pointer("opened_by");
    if let (Some(opened), Given::Value(closed)) = (opened_at, closed_at)
        && closed < opened
    {
        fields.fault("closed_at", &closed.to_string(), "lies before opened_at");
    }
    fields.done(|| {
        Some(EscalationRow {
            row: record.row(),
            kept,
            reference: reference?,
            account: account?,
            severity: severity?,
            title: title?,
            opened_at: opened_at?,
            closed_at,
            opened_by,
        })
    })
}

pub(super) fn invitation(mapping: &Mapping, record: &Record) -> Result<InvitationRow, Refusal> {
    let mut fields = Fields::new(&mapping.rules, record);
    let link = fields.link();
    let (account, contact) = (fields.must("account", pointer), fields.must("contact", pointer));
    let (survey, owner) = (fields.must("survey", read::line), fields.pointer("owner").value());
    let (sent_at, used_at) = (fields.instant("sent_at"), fields.moment("used_at").value());
    let expires_at = fields.moment("expires_at").value();
    let language = fields.given("language", read::language).value();
    for (field, at) in [("expires_at", expires_at), ("used_at", used_at)] {
        if let (Some(sent), Some(at)) = (sent_at, at)
            && at < sent
        {
            fields.fault(field, &at.to_string(), "lies before sent_at");
        }
    }
    fields.done(|| {
        let link = link?;
        Some(InvitationRow {
            row: record.row(),
            kept: Kept::default(),
            reference: hexadecimal(&link),
            link,
            account: account?,
            contact: contact?,
            survey: survey?,
            sent_at: sent_at?,
            expires_at,
            used_at,
            owner,
            language,
        })
    })
}

fn hexadecimal(digest: &Digest) -> String {
    digest.0.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn response(mapping: &Mapping, record: &Record) -> Result<ResponseRow, Refusal> {
    let mut fields = Fields::new(&mapping.rules, record);
    let ((kept, reference), account) = (fields.origin(), fields.must("account", pointer));
    let answered_at = fields.instant("answered_at");
    let (contact, owner) = (fields.pointer("contact").value(), fields.pointer("owner").value());
    let language = fields.given("language", read::language).value();
    let territory = fields.given("territory", read::line).value();
    let frozen = Frozen {
        team: fields.path(&mapping.team),
        stood: fields.paths(&mapping.stood),
        segment: fields.given("segment", read::line).value(),
        tier: fields.given("tier", read::choice).value(),
        decision_maker: fields.given("decision_maker", read::flag).value(),
        inherited: fields.given("inherited", read::flag).value(),
        completed_at: fields.moment("completed_at"),
        amended_at: fields.moment("amended_at").value(),
        further: fields.given("answers", read::further),
        earlier: fields.given("earlier", read::earlier).value().unwrap_or_default(),
    };
    fields.done(|| {
        Some(ResponseRow {
            row: record.row(),
            kept,
            reference: reference?,
            account: account?,
            contact,
            owner,
            answered_at: answered_at?,
            language,
            territory,
            frozen,
            answers: mapping.answers.iter().filter_map(|rule| answer(rule, record)).collect(),
        })
    })
}

/// The answer of a row; none where a code says that there is none.
fn answer(rule: &AnswerRule, record: &Record) -> Option<Result<AnswerRow, RowError>> {
    let wrong =
        |rule: &Rule, text: &str, broken: String| Some(Err(RowError::new(record.row(), &rule.label, text, broken)));
    let text = match rule.score.fill(record) {
        Filled::Text(text) => text,
        Filled::Blank => return None,
        Filled::Empty => {
            return wrong(&rule.score, "", "is blank; list \"\" under blank if that means no answer".to_owned());
        }
    };
    let (survey, kind) = match (told(&rule.survey, record, read::line), told(&rule.kind, record, read::asked)) {
        (Ok(survey), Ok(kind)) => (survey, kind),
        (Err(fault), _) | (_, Err(fault)) => return Some(Err(fault)),
    };
    let question = rule.question.as_ref().and_then(|rule| match rule.fill(record) {
        Filled::Text(text) => Some(text.as_ref().into()),
        Filled::Blank | Filled::Empty => None,
    });
    // Which scale is told by the survey, which is looked up later.
    let score = match value::whole(&text, 0, 10) {
        Ok(score) => score,
        Err(broken) => return wrong(&rule.score, &text, broken),
    };
    let mut comment = None;
    if let Some(rule) = &rule.comment
        && let Filled::Text(text) = rule.fill(record)
    {
        match read::comment(&text, rule) {
            Ok(text) => comment = Some(text),
            Err(broken) => return wrong(rule, &text, broken),
        }
    }
    let column = Arc::clone(&rule.score.label);
    Some(Ok(AnswerRow { survey: survey.into(), question, column, kind, score, comment }))
}

/// What an answer must say about itself.
fn told<T>(rule: &Rule, record: &Record, read: impl Fn(&str, &Rule) -> Parsed<T>) -> Result<T, RowError> {
    let wrong = |text: &str, broken: String| RowError::new(record.row(), &rule.label, text, broken);
    let Filled::Text(text) = rule.fill(record) else {
        return Err(wrong("", "is blank, but an answer must say its survey and kind".to_owned()));
    };
    read(&text, rule).map_err(|broken| wrong(&text, broken))
}
