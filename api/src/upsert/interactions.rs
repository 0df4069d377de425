//! Entries of timelines, up to a thousand at a time; each is judged alone.

use std::collections::{HashMap, HashSet};

use entity::{AccountId, Channel, ContactId, Direction, InteractionId, InteractionType, MemberId, Time, interaction};
use sea_orm::ColumnTrait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    faults,
    given::{only, pointer},
    source, twice,
};
use crate::{
    access::Action,
    base::{Check, Error, Fault, MAX_LINE, MAX_TEXT, Result},
    ctx::Ctx,
    import::{Batch, By, InteractionRow, Kept, Outcome, put},
    store::{Tx, among},
    timeline::usual,
};

/// Entries of one request, at most.
pub const MOST: usize = 1_000;
/// Characters of a domain.
const DOMAIN: usize = 253;
/// Characters of a mail address.
const ADDRESS: usize = 254;

/// Entries to append.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InteractionBatch)]
pub struct Interactions {
    /// 1 to 1,000 of them.
    #[schema(value_type = Vec<LogInteraction>, min_items = 1, max_items = 1000)]
    interactions: Vec<Value>,
}

/// What happened with an account.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogInteraction {
    /// The outside system's own id: writing it again changes nothing, or what is new about it.
    #[schema(min_length = 1, max_length = 200, example = "call-5521")]
    external_id: String,
    /// The account, by its reference in the same system. This, `accountId` or `accountDomain`.
    #[schema(min_length = 1, max_length = 200, example = "17", nullable = false)]
    account: Option<String>,
    /// The account, by its id.
    #[schema(nullable = false)]
    account_id: Option<AccountId>,
    /// The account, by the only one that has this domain.
    #[schema(min_length = 1, max_length = 253, example = "globex.example", nullable = false)]
    account_domain: Option<String>,
    /// What it is about.
    #[serde(rename = "type")]
    kind: InteractionType,
    /// Follows from the type where absent.
    #[schema(nullable = false)]
    channel: Option<Channel>,
    /// Follows from the type where absent: `OUTBOUND`, for notes `INTERNAL`.
    #[schema(nullable = false)]
    direction: Option<Direction>,
    /// When it happened: now, where absent; at most five minutes ahead. A late entry takes its own place.
    #[schema(nullable = false)]
    occurred_at: Option<Time>,
    /// Who of the customer took part, by reference in the same system. This, `contactId` or `contactEmail`.
    #[schema(min_length = 1, max_length = 200, example = "C-204", nullable = false)]
    contact: Option<String>,
    /// Who of the customer took part, by id.
    #[schema(nullable = false)]
    contact_id: Option<ContactId>,
    /// Who of the customer took part, by mail address.
    #[schema(min_length = 3, max_length = 254, example = "carla@globex.example", nullable = false)]
    contact_email: Option<String>,
    /// Who of our staff took part, by mail address.
    #[schema(min_length = 3, max_length = 254, example = "ana@example.com", nullable = false)]
    member_email: Option<String>,
    /// Who of our staff took part, by id.
    #[schema(nullable = false)]
    member_id: Option<MemberId>,
    /// One line on it.
    #[schema(min_length = 1, max_length = 200, example = "Went through the open points")]
    subject: String,
    /// The whole of it.
    #[schema(max_length = 20000, example = "They move to the new contract in May.", nullable = false)]
    body: Option<String>,
    /// Whether the customer sees it.
    #[serde(default)]
    customer_visible: bool,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Became {
    /// It is new on the timeline.
    Created,
    /// It was there, and was changed.
    Updated,
    /// It was there like this.
    Unchanged,
    /// It breaks a rule, and was left out.
    Refused,
}

/// What became of one entry.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Logged {
    /// What became of it.
    pub status: Became,
    /// The id it was sent with, where that could be read.
    #[schema(example = "call-5521")]
    pub external_id: Option<String>,
    /// Our own id, for good; null where it was refused.
    pub id: Option<InteractionId>,
    /// What is wrong with it; empty unless it was refused.
    #[schema(max_items = 20)]
    pub errors: Vec<RowFault>,
}

/// One field at fault.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RowFault {
    /// A JSON pointer into the body.
    #[schema(example = "/interactions/0/occurredAt")]
    pub pointer: String,
    /// What would be right.
    #[schema(example = "lies in the future")]
    pub detail: String,
}

/// What became of all entries.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LoggedAll {
    /// One result an entry, in their order.
    #[schema(min_items = 1, max_items = 1000)]
    pub results: Vec<Logged>,
}

/// Appends entries; a bad one is refused alone.
pub async fn log(ctx: &Ctx, input: Interactions) -> Result<LoggedAll> {
    ctx.may(Action::LogInteractions)?;
    let source = source(ctx)?;
    if !(1..=MOST).contains(&input.interactions.len()) {
        return Err(Error::invalid("/interactions", format!("must hold 1 to {MOST} entries")));
    }
    let now = ctx.now();
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    let mut results = Vec::new();
    for (at, value) in input.interactions.into_iter().enumerate() {
        let pointer = format!("/interactions/{at}");
        let external_id = value["externalId"].as_str().map(|text| text.chars().take(MAX_LINE).collect::<String>());
        let row = row(&pointer, at as u64, value, now).and_then(|row| {
            if seen.insert(row.reference.clone()) {
                return Ok(row);
            }
            Err(vec![fault(&pointer, "externalId", "comes twice in this request")])
        });
        let (status, errors) = match row {
            Ok(row) => {
                rows.push(row);
                (Became::Unchanged, Vec::new())
            }
            Err(faults) => (Became::Refused, told(faults)),
        };
        results.push(Logged { status, external_id, id: None, errors });
    }
    twice(|| {
        let (ctx, source, rows, results) = (ctx.clone(), source.clone(), rows.clone(), results.clone());
        async move { write(&ctx, source, rows, results).await }
    })
    .await
}

/// Writes the entries that keep the rules, and says so in their places.
async fn write(ctx: &Ctx, source: String, rows: Vec<InteractionRow>, mut results: Vec<Logged>) -> Result<LoggedAll> {
    let inner = ctx.clone();
    ctx.once(move |tx| async move {
        let places: Vec<(usize, String)> =
            rows.iter().map(|row| (usize::try_from(row.row).unwrap_or_default(), row.reference.clone())).collect();
        let outcomes = put(&inner, &tx, &source, Batch::Interactions(rows)).await?;
        let references: Vec<String> = places.iter().map(|(_, reference)| reference.clone()).collect();
        let ids = ids(&tx, &source, &references).await?;
        for ((at, reference), outcome) in places.into_iter().zip(outcomes) {
            let result = &mut results[at];
            match outcome {
                Ok(outcome) => {
                    result.status = outcome.into();
                    result.id = ids.get(&reference).copied();
                    result.external_id = Some(reference);
                }
                Err(refusal) => {
                    result.status = Became::Refused;
                    result.errors = told(faults(&format!("/interactions/{at}"), &refusal));
                }
            }
        }
        Ok(LoggedAll { results })
    })
    .await
}

impl From<Outcome> for Became {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Created => Self::Created,
            Outcome::Updated => Self::Updated,
            Outcome::Unchanged => Self::Unchanged,
        }
    }
}

fn told(faults: Vec<Fault>) -> Vec<RowFault> {
    faults.into_iter().map(|fault| RowFault { pointer: fault.field, detail: fault.rule }).collect()
}

fn fault(at: &str, field: &str, rule: &str) -> Fault {
    Fault { field: format!("{at}/{field}"), rule: rule.to_owned() }
}

async fn ids(tx: &Tx, source: &str, references: &[String]) -> Result<HashMap<String, InteractionId>> {
    use interaction::{Column, Entity};
    let find = tx.find::<Entity>().filter(Column::Source.eq(source));
    let found = find.filter(among::<Entity, _>(Column::ExternalId, references)).all().await?;
    Ok(found.into_iter().filter_map(|row| Some((row.external_id.clone()?, row.id))).collect())
}

/// The row that an entry stands for.
fn row(at: &str, number: u64, value: Value, now: Time) -> Result<InteractionRow, Vec<Fault>> {
    let input: LogInteraction = crate::base::json(value).map_err(|fault| {
        let field = format!("{at}{}", fault.field);
        vec![Fault { field, ..fault }]
    })?;
    let base = format!("{}/", at.trim_start_matches('/'));
    let mut check = Check::default();
    let mut line = |field: &str, text: &str, most: usize| check.line(&format!("{base}{field}"), text, most);
    let reference = line("externalId", &input.external_id, MAX_LINE);
    let subject = line("subject", &input.subject, MAX_LINE);
    let mut named = |field: &str, text: Option<String>, most| text.map(|text| line(field, &text, most));
    let (account, contact) = (named("account", input.account, MAX_LINE), named("contact", input.contact, MAX_LINE));
    let domain = named("accountDomain", input.account_domain, DOMAIN);
    let contact_email = named("contactEmail", input.contact_email, ADDRESS);
    let member_email = named("memberEmail", input.member_email, ADDRESS);
    let accounts = vec![
        ("account", By::Reference, account),
        ("accountId", By::Id, input.account_id.map(|id| id.to_string())),
        ("accountDomain", By::Domain, domain),
    ];
    let account = only(&mut check, &base, accounts);
    if account.is_none() {
        check.fault(&format!("{base}account"), "must be given, or accountId, or accountDomain");
    }
    let contacts = vec![
        ("contact", By::Reference, contact),
        ("contactId", By::Id, input.contact_id.map(|id| id.to_string())),
        ("contactEmail", By::Email, contact_email),
    ];
    let contact = only(&mut check, &base, contacts);
    let members =
        vec![("memberEmail", By::Email, member_email), ("memberId", By::Id, input.member_id.map(|id| id.to_string()))];
    let member = only(&mut check, &base, members);
    let body = check.text_opt(&format!("{base}body"), input.body.as_deref(), MAX_TEXT);
    if input.kind.is_ours() {
        check.fault(&format!("{base}type"), "must not be one that Steward writes itself");
    }
    if let Err(Error::Invalid(faults)) = check.done() {
        return Err(faults);
    }
    let (channel, direction) = usual(input.kind);
    Ok(InteractionRow {
        row: number,
        kept: Kept::default(),
        reference,
        account: account.unwrap_or_else(|| pointer("account", By::Reference, "")),
        kind: input.kind,
        direction: input.direction.unwrap_or(direction),
        channel: input.channel.unwrap_or(channel),
        occurred_at: input.occurred_at.unwrap_or(now),
        member,
        contact,
        subject,
        body,
        customer_visible: input.customer_visible,
        owns: false,
    })
}
