//! The fields a mapping may fill, by kind of row, with the bound and the check of each.

use entity::{Channel, Direction, InteractionType, Lifecycle, MailState, MemberRole, Tier};

use super::rule::{By, Rule};
use super::value::{self, Parsed};
use super::when;

/// What else the rule of a field may say.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes {
    Plain,
    Scale,
    Date,
    By(&'static [By]),
}

/// A field.
pub(super) struct Target {
    pub name: &'static str,
    pub required: bool,
    pub takes: Takes,
    pub check: fn(&str, &Rule) -> Parsed<()>,
}

const ACCOUNT_BY: Takes = Takes::By(&[By::Reference, By::Name, By::Domain, By::Id, By::Either]);
/// Letters of the name of a source.
pub(super) const MAX_SOURCE: usize = 64;

const PERSON_BY: Takes = Takes::By(&[By::Reference, By::Name, By::Email, By::Id, By::Either]);

type Check = fn(&str, &Rule) -> Parsed<()>;

const fn must(name: &'static str, takes: Takes, check: Check) -> Target {
    Target { name, required: true, takes, check }
}

const fn may(name: &'static str, takes: Takes, check: Check) -> Target {
    Target { name, required: false, takes, check }
}

/// The reading of each field, shared by the check of the mapping's own texts and by the rows.
pub(super) mod read {
    use entity::{Day, Muted, Time};
    use uuid::Uuid;

    use super::MAX_SOURCE;
    use super::{
        super::nested::{self, Collaborator, Earlier, Excluded, Further, Term},
        Channel, Direction, InteractionType, Parsed, Rule, value, when,
    };
    use crate::base::{MAX_COMMENT, MAX_LINE, MAX_TEXT};

    pub fn id(raw: &str, _: &Rule) -> Parsed<Uuid> {
        value::id(raw)
    }
    pub fn source(raw: &str, _: &Rule) -> Parsed<String> {
        value::line(raw, MAX_SOURCE)
    }
    pub fn muted(raw: &str, _: &Rule) -> Parsed<Muted> {
        value::choices(raw)
    }
    pub fn ownerships(raw: &str, _: &Rule) -> Parsed<Vec<Term>> {
        nested::ownerships(raw)
    }
    pub fn collaborators(raw: &str, _: &Rule) -> Parsed<Vec<Collaborator>> {
        nested::collaborators(raw)
    }
    pub fn exclusions(raw: &str, _: &Rule) -> Parsed<Vec<Excluded>> {
        nested::exclusions(raw)
    }
    pub fn further(raw: &str, _: &Rule) -> Parsed<Further> {
        nested::further(raw)
    }
    pub fn earlier(raw: &str, _: &Rule) -> Parsed<Vec<Earlier>> {
        nested::earlier(raw)
    }
    pub fn line(raw: &str, _: &Rule) -> Parsed<String> {
        value::line(raw, MAX_LINE)
    }
    pub fn body(raw: &str, _: &Rule) -> Parsed<String> {
        value::prose(raw, MAX_TEXT)
    }
    pub fn comment(raw: &str, _: &Rule) -> Parsed<String> {
        value::prose(raw, MAX_COMMENT)
    }
    pub fn email(raw: &str, _: &Rule) -> Parsed<String> {
        value::email(raw)
    }
    pub fn domain(raw: &str, _: &Rule) -> Parsed<String> {
        value::domain(raw)
    }
    pub fn language(raw: &str, _: &Rule) -> Parsed<String> {
        value::language(raw)
    }
    pub fn time_zone(raw: &str, _: &Rule) -> Parsed<String> {
        value::time_zone(raw)
    }
    pub fn flag(raw: &str, _: &Rule) -> Parsed<bool> {
        value::flag(raw)
    }
    pub fn money(raw: &str, rule: &Rule) -> Parsed<i64> {
        value::money(raw, rule.scale, rule.decimal)
    }
    pub fn health(raw: &str, _: &Rule) -> Parsed<i16> {
        value::whole(raw, 0, 100)
    }
    pub fn day(raw: &str, rule: &Rule) -> Parsed<Day> {
        when::day(raw, rule.dates.everywhere())
    }
    pub fn instant(raw: &str, rule: &Rule) -> Parsed<Time> {
        when::instant(raw, rule.dates.everywhere(), rule.zone)
    }
    pub fn severity(raw: &str, _: &Rule) -> Parsed<i16> {
        value::whole(raw, 1, 3)
    }
    pub fn token(raw: &str, _: &Rule) -> Parsed<entity::Digest> {
        value::token(raw)
    }
    pub fn token_hash(raw: &str, _: &Rule) -> Parsed<entity::Digest> {
        value::token_hash(raw)
    }
    pub fn roles(raw: &str, _: &Rule) -> Parsed<entity::ContactRoles> {
        value::choices(raw)
    }
    pub fn choice<T: std::str::FromStr<Err = String>>(raw: &str, _: &Rule) -> Parsed<T> {
        value::choice(raw)
    }

    /// Some kinds of entry are only ever written by Steward itself.
    pub fn kind(raw: &str, _: &Rule) -> Parsed<InteractionType> {
        let kind = value::choice(raw)?;
        match kind {
            InteractionType::SurveySent | InteractionType::SurveyAnswered | InteractionType::OwnerChanged => {
                Err("is written by Steward alone".to_owned())
            }
            _ => Ok(kind),
        }
    }

    /// Kinds with a scale of their own.
    pub fn asked(raw: &str, _: &Rule) -> Parsed<entity::SurveyKind> {
        let kind = value::choice(raw);
        kind.ok().filter(|kind| value::scale(*kind).is_some()).ok_or_else(|| "must be NPS, CSAT or CES".to_owned())
    }

    pub fn channel(raw: &str, _: &Rule) -> Parsed<Channel> {
        value::choice(raw)
    }

    pub fn direction(raw: &str, _: &Rule) -> Parsed<Direction> {
        value::choice(raw)
    }
}

/// Turns a reading into a check.
macro_rules! as_check {
    ($read:expr) => {
        |raw, rule| $read(raw, rule).map(drop)
    };
}

pub(super) const ACCOUNTS: &[Target] = &[
    must("reference", Takes::Plain, as_check!(read::line)),
    must("name", Takes::Plain, as_check!(read::line)),
    may("domain", Takes::Plain, as_check!(read::domain)),
    may("parent", ACCOUNT_BY, as_check!(read::line)),
    may("territory", Takes::Plain, as_check!(read::line)),
    may("industry", Takes::Plain, as_check!(read::line)),
    may("segment", Takes::Plain, as_check!(read::line)),
    may("tier", Takes::Plain, as_check!(read::choice::<Tier>)),
    may("lifecycle", Takes::Plain, as_check!(read::choice::<Lifecycle>)),
    may("annual_value", Takes::Scale, as_check!(read::money)),
    may("renewal_on", Takes::Date, as_check!(read::day)),
    may("health", Takes::Plain, as_check!(read::health)),
    may("owner", PERSON_BY, as_check!(read::line)),
    may("id", Takes::Plain, as_check!(read::id)),
    may("source", Takes::Plain, as_check!(read::source)),
    may("created_at", Takes::Date, as_check!(read::instant)),
    may("archived_at", Takes::Date, as_check!(read::instant)),
    may("merged_into", Takes::Plain, as_check!(read::id)),
    may("ownerships", Takes::Plain, as_check!(read::ownerships)),
    may("collaborators", Takes::Plain, as_check!(read::collaborators)),
    may("exclusions", Takes::Plain, as_check!(read::exclusions)),
];

pub(super) const MEMBERS: &[Target] = &[
    must("reference", Takes::Plain, as_check!(read::line)),
    must("name", Takes::Plain, as_check!(read::line)),
    must("email", Takes::Plain, as_check!(read::email)),
    may("role", Takes::Plain, as_check!(read::choice::<MemberRole>)),
    may("active", Takes::Plain, as_check!(read::flag)),
    may("id", Takes::Plain, as_check!(read::id)),
    may("source", Takes::Plain, as_check!(read::source)),
];

pub(super) const CONTACTS: &[Target] = &[
    must("reference", Takes::Plain, as_check!(read::line)),
    must("account", ACCOUNT_BY, as_check!(read::line)),
    must("name", Takes::Plain, as_check!(read::line)),
    may("email", Takes::Plain, as_check!(read::email)),
    may("title", Takes::Plain, as_check!(read::line)),
    may("roles", Takes::Plain, as_check!(read::roles)),
    may("language", Takes::Plain, as_check!(read::language)),
    may("time_zone", Takes::Plain, as_check!(read::time_zone)),
    may("mail_state", Takes::Plain, as_check!(read::choice::<MailState>)),
    may("opted_out", Takes::Plain, as_check!(read::flag)),
    may("opted_out_at", Takes::Date, as_check!(read::instant)),
    may("muted", Takes::Plain, as_check!(read::muted)),
    may("id", Takes::Plain, as_check!(read::id)),
    may("source", Takes::Plain, as_check!(read::source)),
    may("created_at", Takes::Date, as_check!(read::instant)),
    may("archived_at", Takes::Date, as_check!(read::instant)),
    may("merged_into", Takes::Plain, as_check!(read::id)),
];

pub(super) const INTERACTIONS: &[Target] = &[
    must("reference", Takes::Plain, as_check!(read::line)),
    must("account", ACCOUNT_BY, as_check!(read::line)),
    must("kind", Takes::Plain, as_check!(read::kind)),
    must("direction", Takes::Plain, as_check!(read::direction)),
    must("channel", Takes::Plain, as_check!(read::channel)),
    must("occurred_at", Takes::Date, as_check!(read::instant)),
    must("subject", Takes::Plain, as_check!(read::line)),
    may("member", PERSON_BY, as_check!(read::line)),
    may("contact", PERSON_BY, as_check!(read::line)),
    may("body", Takes::Plain, as_check!(read::body)),
    may("customer_visible", Takes::Plain, as_check!(read::flag)),
    may("id", Takes::Plain, as_check!(read::id)),
    may("source", Takes::Plain, as_check!(read::source)),
    may("created_at", Takes::Date, as_check!(read::instant)),
];

pub(super) const ESCALATIONS: &[Target] = &[
    must("reference", Takes::Plain, as_check!(read::line)),
    must("account", ACCOUNT_BY, as_check!(read::line)),
    must("severity", Takes::Plain, as_check!(read::severity)),
    must("title", Takes::Plain, as_check!(read::line)),
    must("opened_at", Takes::Date, as_check!(read::instant)),
    may("closed_at", Takes::Date, as_check!(read::instant)),
    may("opened_by", PERSON_BY, as_check!(read::line)),
    may("id", Takes::Plain, as_check!(read::id)),
    may("source", Takes::Plain, as_check!(read::source)),
    may("created_at", Takes::Date, as_check!(read::instant)),
];

/// An invitation has no reference: it is known by its link.
pub(super) const INVITATIONS: &[Target] = &[
    must("account", ACCOUNT_BY, as_check!(read::line)),
    must("contact", PERSON_BY, as_check!(read::line)),
    must("survey", Takes::Plain, as_check!(read::line)),
    must("sent_at", Takes::Date, as_check!(read::instant)),
    may("token", Takes::Plain, as_check!(read::token)),
    may("token_hash", Takes::Plain, as_check!(read::token_hash)),
    may("expires_at", Takes::Date, as_check!(read::instant)),
    may("used_at", Takes::Date, as_check!(read::instant)),
    may("owner", PERSON_BY, as_check!(read::line)),
    may("language", Takes::Plain, as_check!(read::language)),
];

pub(super) const RESPONSES: &[Target] = &[
    must("reference", Takes::Plain, as_check!(read::line)),
    must("account", ACCOUNT_BY, as_check!(read::line)),
    must("answered_at", Takes::Date, as_check!(read::instant)),
    may("contact", PERSON_BY, as_check!(read::line)),
    may("owner", PERSON_BY, as_check!(read::line)),
    may("language", Takes::Plain, as_check!(read::language)),
    may("territory", Takes::Plain, as_check!(read::line)),
    may("id", Takes::Plain, as_check!(read::id)),
    may("source", Takes::Plain, as_check!(read::source)),
    may("segment", Takes::Plain, as_check!(read::line)),
    may("tier", Takes::Plain, as_check!(read::choice::<Tier>)),
    may("decision_maker", Takes::Plain, as_check!(read::flag)),
    may("inherited", Takes::Plain, as_check!(read::flag)),
    may("completed_at", Takes::Date, as_check!(read::instant)),
    may("amended_at", Takes::Date, as_check!(read::instant)),
    may("answers", Takes::Plain, as_check!(read::further)),
    may("earlier", Takes::Plain, as_check!(read::earlier)),
];

/// A step of a path of teams.
pub(super) const TEAM: Target = may("team", Takes::Plain, as_check!(read::line));

pub(super) const COMMENT: Target = may("comment", Takes::Plain, as_check!(read::comment));

/// The survey of an answer, by its name or question key.
pub(super) const SURVEY: Target = must("survey", Takes::Plain, as_check!(read::line));

/// The key of the survey's question.
pub(super) const QUESTION: Target = may("question", Takes::Plain, as_check!(read::line));

/// The kind of survey an answer is to.
pub(super) const ASKED: Target = must("kind", Takes::Plain, as_check!(read::asked));

/// The score of an answer; its scale is that of the survey's kind, so the kind's own check comes on top.
pub(super) const SCORE: Target = may("score", Takes::Plain, |_, _| Ok(()));
