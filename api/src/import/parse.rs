//! Reads the tables of a mapping file into a [`Mapping`], collecting faults on the way.

use chrono_tz::Tz;

use super::mapping::Rules;
use super::path::Path;
use super::read::separates;
use super::rule::Rule;
use super::section::Section;
use super::targets::{self, Target};
use super::{AnswerRule, Charset, Entry, Fault, Kind, Mapping, Repeats, template::Piece};

/// Reads everything a mapping of a kind may say.
pub(super) fn mapping(kind: Kind, mut top: Section<'_>) -> Mapping {
    let source = top.name("source", 64).unwrap_or_default();
    let (encoding, separator) = (encoding(&mut top), separator(&mut top));
    let unquote_formulas = top.flag("unquote_formulas").unwrap_or(false);
    let zone = zone(&mut top);
    let repeats = repeats(&mut top);
    let skip_blank = skip_blank(&mut top, zone);
    let mut columns = top.table("columns").unwrap_or_default();
    let mut path = |name: &'static str, wanted: bool, top: &mut Section<'_>| match columns.remove(name) {
        Some(value) if wanted => Path::parse(&format!("columns.{name}"), value, &targets::TEAM, zone, top.faults()),
        Some(_) => {
            top.fault(&format!("columns.{name}"), format!("is not a field of {}", kind.as_str()));
            Path::default()
        }
        None => Path::default(),
    };
    let team = path("team", matches!(kind, Kind::Accounts | Kind::Members | Kind::Responses), &mut top);
    let leads = path("leads", kind == Kind::Members, &mut top);
    let deputises = path("deputises", kind == Kind::Members, &mut top);
    let stood = path("team_stood", kind == Kind::Responses, &mut top);
    let mut section = Section::new("columns", columns, top.faults());
    let mut rules = rules(&mut section, kind, zone);
    section.finish();
    let (mut lead, mut entries, mut answers) = (None, Vec::new(), Vec::new());
    if kind == Kind::Interactions {
        entries = read_entries(&mut top, std::mem::take(&mut rules), zone);
    } else {
        require(kind, &rules, "columns", top.faults());
    }
    match kind {
        Kind::Members => lead = read_lead(&mut top, team.is_empty(), zone),
        Kind::Responses => answers = read_answers(&mut top, zone),
        _ => {}
    }
    let alone = match kind {
        Kind::Interactions => entries.len() < 2 || entries.iter().all(|entry| !entry.rules.contains_key("id")),
        _ => answers.len() < 2 || !rules.contains_key("id"),
    };
    if !alone {
        top.fault("columns.id", "is the id of one row: it goes with one entry or answer of a row, not with several");
    }
    top.finish();
    let (keys, found) = (None, None);
    Mapping {
        kind,
        source,
        encoding,
        separator,
        keys,
        repeats,
        unquote_formulas,
        found,
        skip_blank,
        rules,
        team,
        leads,
        deputises,
        stood,
        lead,
        entries,
        answers,
    }
}

fn encoding(top: &mut Section<'_>) -> Option<Charset> {
    let name = top.text("encoding")?;
    let charset = Charset::parse(&name);
    if charset.is_none() {
        top.fault("encoding", "is not an encoding like utf-8, utf-16 or windows-1252");
    }
    charset
}

fn separator(top: &mut Section<'_>) -> Option<u8> {
    match top.text("separator")?.as_bytes() {
        [byte] if separates(*byte) => Some(*byte),
        _ => {
            top.fault("separator", "must be one character such as , ; | or \\t");
            None
        }
    }
}

fn zone(top: &mut Section<'_>) -> Tz {
    let Some(text) = top.text("time_zone") else { return Tz::UTC };
    text.parse().unwrap_or_else(|_| {
        top.fault("time_zone", "is not a time zone like Europe/Berlin");
        Tz::UTC
    })
}

fn repeats(top: &mut Section<'_>) -> Repeats {
    match top.text("repeats").as_deref() {
        None | Some("update") => Repeats::Update,
        Some("skip") => Repeats::Skip,
        Some(_) => {
            top.fault("repeats", "must be update or skip");
            Repeats::Update
        }
    }
}

/// Columns that must hold something, or rules of them with the codes that mean nothing.
fn skip_blank(top: &mut Section<'_>, zone: Tz) -> Vec<Rule> {
    match top.raw("skip_blank") {
        None => Vec::new(),
        Some(toml::Value::Array(values)) => {
            let rule = |value| Rule::parse("skip_blank", value, &targets::TEAM, zone, top.faults());
            values.into_iter().filter_map(rule).collect()
        }
        Some(_) => {
            top.fault(
                "skip_blank",
                "must be a list of columns, or of tables like { column = \"Name\", blank = [\"-\"] }",
            );
            Vec::new()
        }
    }
}

/// Looks at one column as it stands.
fn cell(column: &str, zone: Tz) -> Rule {
    Rule::plain(vec![Piece::column(column.trim())], &targets::TEAM, zone)
}

/// Reads the rules of a table by the fields of a kind.
fn rules(section: &mut Section<'_>, kind: Kind, zone: Tz) -> Rules {
    kind.targets().iter().filter_map(|target| Some((target.name, rule(section, target, zone)?))).collect()
}

fn rule(section: &mut Section<'_>, target: &Target, zone: Tz) -> Option<Rule> {
    let value = section.raw(target.name)?;
    let key = section.key(target.name);
    Rule::parse(&key, value, target, zone, section.faults())
}

/// Names required fields without a rule, unless their rule has a fault of its own.
fn require(kind: Kind, rules: &Rules, path: &str, faults: &mut Vec<Fault>) {
    for target in kind.targets().iter().filter(|target| target.required && !rules.contains_key(target.name)) {
        let keys = [format!("{path}.{}", target.name), format!("columns.{}", target.name)];
        let told =
            |fault: &Fault| keys.iter().any(|key| fault.key == *key || fault.key.starts_with(&format!("{key}.")));
        if !faults.iter().any(told) {
            faults.push(Fault { key: keys[0].clone(), rule: "is missing; the field must be filled".to_owned() });
        }
    }
}

fn read_lead(top: &mut Section<'_>, no_team: bool, zone: Tz) -> Option<Rules> {
    let table = top.table("lead")?;
    let mut section = Section::new("lead", table, top.faults());
    let lead = rules(&mut section, Kind::Members, zone);
    require(Kind::Members, &lead, "lead", section.faults());
    section.finish();
    if no_team && !top.told("columns.team") {
        top.fault("lead", "needs columns.team, the team that is led");
    }
    Some(lead)
}

/// Entries share the rules of `[columns]`; without `[[entries]]` these alone make the one entry of a row.
fn read_entries(top: &mut Section<'_>, shared: Rules, zone: Tz) -> Vec<Entry> {
    let tables = top.tables("entries");
    if tables.is_empty() {
        require(Kind::Interactions, &shared, "columns", top.faults());
        return vec![Entry { rules: shared, when: None, owns: false }];
    }
    let mut entries = Vec::new();
    for (index, table) in tables.into_iter().enumerate() {
        let path = format!("entries[{index}]");
        let mut section = Section::new(path.clone(), table, top.faults());
        let when = section.text("when").map(|column| cell(&column, zone));
        let owns = section.flag("owns").unwrap_or(false);
        let mut all = shared.clone();
        all.extend(rules(&mut section, Kind::Interactions, zone));
        require(Kind::Interactions, &all, &path, section.faults());
        if owns && !all.contains_key("member") {
            section.fault("owns", "needs the field member, who owns the account from then on");
        }
        section.finish();
        entries.push(Entry { rules: all, when, owns });
    }
    entries
}

/// A rule for which a text stands for itself, and a table for what each row says.
fn named(section: &mut Section<'_>, target: &Target, zone: Tz) -> Option<Rule> {
    let key = section.key(target.name);
    match section.raw(target.name) {
        Some(toml::Value::String(text)) => {
            let table = toml::Table::from_iter([("constant".to_owned(), text.into())]);
            Rule::parse(&key, table.into(), target, zone, section.faults())
        }
        Some(value) => Rule::parse(&key, value, target, zone, section.faults()),
        None => {
            section.fault(target.name, "is missing");
            None
        }
    }
}

fn read_answers(top: &mut Section<'_>, zone: Tz) -> Vec<AnswerRule> {
    let mut answers = Vec::new();
    for (index, table) in top.tables("answers").into_iter().enumerate() {
        let path = format!("answers[{index}]");
        let mut section = Section::new(path, table, top.faults());
        let survey = named(&mut section, &targets::SURVEY, zone);
        let kind = named(&mut section, &targets::ASKED, zone);
        let question = rule(&mut section, &targets::QUESTION, zone);
        let score = rule(&mut section, &targets::SCORE, zone);
        let comment = rule(&mut section, &targets::COMMENT, zone);
        if score.is_none() && !section.told("score") {
            section.fault("score", "is missing; it names the column of the answers");
        }
        section.finish();
        if let (Some(survey), Some(kind), Some(score)) = (survey, kind, score) {
            answers.push(AnswerRule { survey, kind, question, score, comment });
        }
    }
    if answers.is_empty() && !top.told("answers") {
        top.fault("answers", "is missing; each answer of a row needs one [[answers]]");
    }
    answers
}
