//! An account by an outside system's own reference.

use entity::{AccountId, Day, Lifecycle, Tier, account};
use sea_orm::{ActiveValue::Set, ColumnTrait};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Precondition, faults, given::pointer, merged, source, twice};
use crate::{
    access::Action,
    account::domain,
    base::{Check, Error, MAX_AMOUNT, MAX_LINE, Money, Result},
    ctx::Ctx,
    import::{AccountRow, Batch, By, Given, Kept, Outcome, Past, put},
};

/// What to write of an account: what is absent stays, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpsertAccount {
    /// What the company is called. Must be given for a new one.
    #[schema(min_length = 1, max_length = 200, example = "Globex", nullable = false)]
    name: Option<String>,
    /// The domain of its mail and web addresses.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 253, example = "globex.example")]
    domain: Given<String>,
    /// The account it belongs to, by its reference in the same system.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, example = "4")]
    parent: Given<String>,
    /// Where it belongs by region.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200, example = "North")]
    territory: Given<String>,
    /// What it does.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200, example = "Manufacturing")]
    industry: Given<String>,
    /// The group it is counted in.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200, example = "Mid-market")]
    segment: Given<String>,
    /// How important it is to us; null makes it `STANDARD`.
    #[serde(default)]
    #[schema(value_type = Option<Tier>, example = "KEY")]
    tier: Given<Tier>,
    /// Where it stands in its life with us; null makes it `ACTIVE`.
    #[serde(default)]
    #[schema(value_type = Option<Lifecycle>, example = "ACTIVE")]
    lifecycle: Given<Lifecycle>,
    /// What it is worth a year, in the company's currency.
    #[serde(default)]
    #[schema(value_type = Option<Money>)]
    annual_value: Given<Money>,
    /// When its contract is to be renewed.
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    renewal_on: Given<Day>,
    /// 0 (worst) to 100.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 100, example = 72)]
    health_score: Given<i16>,
    /// Who owns it from now on, by mail address; their team becomes its home. Null ends the ownership.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 3, max_length = 254, example = "ana@example.com")]
    owner_email: Given<String>,
    /// Where it waits while nobody owns it: names of teams from the top down.
    #[serde(default)]
    #[schema(inline, value_type = Option<Vec<TeamName>>, min_items = 1, max_items = 8, example = json!(["North", "Mid-market"]))]
    team: Given<Vec<String>>,
    /// True keeps it out of lists and surveys; false takes it back.
    #[schema(example = false, nullable = false)]
    archived: Option<bool>,
}

/// What a team is called.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 200)]
#[expect(dead_code, reason = "describes a text")]
struct TeamName(String);

/// What was written.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Upserted {
    /// Our own id, for good.
    #[schema(example = "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90")]
    pub id: uuid::Uuid,
    /// The reference it was written by.
    #[schema(example = "17")]
    pub reference: String,
    /// Counts the changes; unchanged where nothing was to be changed.
    #[schema(minimum = 1, example = 1)]
    pub version: i32,
    #[serde(skip)]
    pub created: bool,
}

/// Makes the account, or changes it.
pub async fn account(ctx: &Ctx, reference: &str, input: UpsertAccount, must: Precondition) -> Result<Upserted> {
    ctx.may(Action::ChangeAccounts)?;
    let source = source(ctx)?;
    let archived = input.archived;
    let (row, name) = read(ctx, reference, input)?;
    twice(|| {
        let (inner, source, row, name) = (ctx.clone(), source.clone(), row.clone(), name.clone());
        ctx.write(move |tx| async move {
            let of_source = account::Column::Source.eq(source.as_str());
            let find = || {
                tx.find::<account::Entity>()
                    .filter(of_source.clone())
                    .filter(account::Column::Reference.eq(row.reference.as_str()))
            };
            let old = find().lock().maybe().await?;
            must.check(old.as_ref().map(|old| old.version))?;
            if let Some(stayed) = old.as_ref().and_then(|old| old.merged_into_id) {
                let seen = tx.find::<account::Entity>().filter(account::Column::Id.eq(stayed)).maybe().await?;
                return Err(merged("account", seen.map(|row| row.id)));
            }
            let known = old.as_ref().map(|old| old.name.clone());
            let name = name.or(known).ok_or_else(|| Error::invalid("/name", "must be given for a new account"))?;
            let row = AccountRow { name, ..row.clone() };
            let outcome = put(&inner, &tx, &source, Batch::Accounts(vec![row.clone()])).await?.pop();
            let outcome = match outcome {
                Some(Err(refusal)) => return Err(Error::Invalid(faults("", &refusal))),
                Some(Ok(outcome)) => outcome,
                None => return Err(Error::internal("a row was not judged")),
            };
            // What is written must lie inside the scope of whoever wrote it; if not, nothing of it stays.
            let outside =
                || Error::Forbidden("this key writes only accounts of its own team and those below".to_owned());
            let now_row = tx.find::<account::Entity>().filter(account::Column::Source.eq(source.as_str()));
            let now_row = now_row.filter(account::Column::Reference.eq(row.reference.as_str())).maybe().await?;
            let mut written = now_row.ok_or_else(outside)?;
            if archived.is_some_and(|archived| archived != written.archived_at.is_some()) {
                let (now, version) = (tx.now(), written.version + i32::from(outcome == Outcome::Unchanged));
                written = tx
                    .update::<account::Entity>(written, |row| {
                        row.archived_at = Set(archived.unwrap_or_default().then_some(now));
                        row.version = Set(version);
                        row.updated_at = Set(now);
                    })
                    .await?;
            }
            let (AccountId(id), created) = (written.id, outcome == Outcome::Created);
            Ok(Upserted { id, reference: row.reference, version: written.version, created })
        })
    })
    .await
}

/// The row that an input stands for, but for its name, which may stay.
fn read(ctx: &Ctx, reference: &str, input: UpsertAccount) -> Result<(AccountRow, Option<String>)> {
    let mut check = Check::default();
    let line = |check: &mut Check, field: &'static str, given: Given<String>| {
        given.checked(|text| check.line_opt(field, Some(&text), MAX_LINE))
    };
    let reference = check.line("ref", reference, MAX_LINE);
    let name = input.name.map(|name| check.line("name", &name, MAX_LINE));
    let currency = &ctx.company().currency;
    let annual_value = input.annual_value.checked(|money| {
        if money.currency != *currency {
            check.fault("annualValue/currency", format!("must be {currency}, the company's currency"));
        }
        Some(check.range("annualValue/amountMinor", money.amount_minor.0, 0, MAX_AMOUNT))
    });
    let team = input.team.checked(|path| {
        if !(1..=8).contains(&path.len()) {
            check.fault("team", "must name 1 to 8 teams, from the top down");
        }
        Some(path.iter().map(|name| check.line("team", name, MAX_LINE)).collect())
    });
    let row = AccountRow {
        row: 0,
        kept: Kept::default(),
        reference,
        name: String::new(),
        domain: input.domain.checked(|text| domain(&mut check, Some(&text))),
        parent: line(&mut check, "parent", input.parent).checked(|text| Some(pointer("parent", By::Reference, text))),
        territory: line(&mut check, "territory", input.territory),
        industry: line(&mut check, "industry", input.industry),
        segment: line(&mut check, "segment", input.segment),
        tier: input.tier,
        lifecycle: input.lifecycle,
        annual_value,
        renewal_on: input.renewal_on,
        health: input.health_score.checked(|score| Some(check.range("healthScore", score, 0, 100))),
        owner: input.owner_email.checked(|text| {
            let text = check.email_opt("ownerEmail", Some(&text))?;
            Some(pointer("ownerEmail", By::Email, text))
        }),
        team,
        past: Past::default(),
    };
    check.done()?;
    Ok((row, name))
}
