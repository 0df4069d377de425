//! Creating and changing accounts.

use async_graphql::MaybeUndefined;
use entity::{AccountId, Day, TeamId, Time, account, team};
use sea_orm::{ActiveValue::Set, ColumnTrait};

use super::{CreateAccount, UpdateAccount};
use crate::{
    access::Action,
    base::{Check, Error, MAX_AMOUNT, MAX_LINE, Result, checked, key, put},
    ctx::Ctx,
    ownership::{self, Assignment},
    store::Tx,
};

/// Makes an account; with an owner, their ownership starts in the same transaction.
pub async fn create(ctx: &Ctx, input: CreateAccount) -> Result<AccountId> {
    ctx.may(Action::ChangeAccounts)?;
    let mut check = Check::default();
    let name = check.line("name", &input.name, MAX_LINE);
    let domain = domain(&mut check, input.domain.as_deref());
    let territory = check.line_opt("territory", input.territory.as_deref(), MAX_LINE);
    let industry = check.line_opt("industry", input.industry.as_deref(), MAX_LINE);
    let segment = check.line_opt("segment", input.segment.as_deref(), MAX_LINE);
    let annual_value = input.annual_value.map(|value| check.range("annualValue", value.0, 0, MAX_AMOUNT));
    check.done()?;
    let source = ctx.viewer().source.clone();
    ctx.write(move |tx| async move {
        let now = tx.now();
        let team_id = home(&tx, input.team_id).await?;
        if let Some(parent) = input.parent_id {
            tx.find::<account::Entity>().filter(account::Column::Id.eq(parent)).one("parent account").await?;
        }
        let row = account::Model {
            id: tx.id(),
            name_key: key(&name),
            name,
            domain,
            parent_id: input.parent_id,
            territory,
            industry,
            segment,
            tier: input.tier,
            lifecycle: input.lifecycle,
            annual_value,
            renewal_on: input.renewal_on.unwrap_or(Day::NONE),
            health: -1,
            owner_id: None,
            team_id,
            unowned_since: Some(now),
            last_live_at: Time::NEVER,
            last_inbound_at: Time::NEVER,
            last_outbound_at: Time::NEVER,
            source,
            reference: None,
            archived_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
            latest_nps: None,
            merged_into_id: None,
        };
        let id = row.id;
        tx.insert::<account::Entity>(row).await?;
        // A new row must lie inside the scope of whoever wrote it; if not, nothing of it stays.
        let row = tx
            .account(id)
            .await
            .map_err(|_| Error::Forbidden("you may only create accounts in your own teams".to_owned()))?;
        if let Some(member_id) = input.owner_id {
            ownership::assign_in(&tx, row, Assignment::by_hand(member_id, None)).await?;
        }
        Ok(id)
    })
    .await
}

/// Changes an account's own columns. Ownership and team move by assignment only.
pub async fn update(ctx: &Ctx, input: UpdateAccount) -> Result<AccountId> {
    ctx.may(Action::ChangeAccounts)?;
    let mut check = Check::default();
    let name = input.name.as_deref().map(|name| check.line("name", name, MAX_LINE));
    let domain = checked(input.domain, |text| domain(&mut check, Some(&text)));
    let territory = checked(input.territory, |text| check.line_opt("territory", Some(&text), MAX_LINE));
    let industry = checked(input.industry, |text| check.line_opt("industry", Some(&text), MAX_LINE));
    let segment = checked(input.segment, |text| check.line_opt("segment", Some(&text), MAX_LINE));
    if let MaybeUndefined::Value(value) = input.annual_value {
        check.range("annualValue", value.0, 0, MAX_AMOUNT);
    }
    check.done()?;
    let id = input.id;
    ctx.write(move |tx| async move {
        let row = tx.account(id).await?;
        tx.is_theirs_to_give(&row)?;
        if row.version != input.version {
            return Err(Error::Stale);
        }
        if input.archived == Some(false) && row.merged_into_id.is_some() {
            return Err(Error::conflict("this account was merged into another and does not come back"));
        }
        let parent = match input.parent_id {
            MaybeUndefined::Value(parent) => {
                no_ring(&tx, id, parent).await?;
                input.parent_id
            }
            // Who was shown no parent takes none away.
            MaybeUndefined::Null if is_hidden(&tx, row.parent_id).await? => MaybeUndefined::Undefined,
            as_given => as_given,
        };
        let now = tx.now();
        tx.update::<account::Entity>(row, |row| {
            if let Some(name) = name {
                row.name_key = Set(key(&name));
                row.name = Set(name);
            }
            put(&mut row.domain, domain);
            put(&mut row.territory, territory);
            put(&mut row.industry, industry);
            put(&mut row.segment, segment);
            put(&mut row.parent_id, parent);
            put(&mut row.annual_value, input.annual_value.map_value(|v| v.0));
            match input.renewal_on {
                MaybeUndefined::Undefined => {}
                MaybeUndefined::Null => row.renewal_on = Set(Day::NONE),
                MaybeUndefined::Value(day) => row.renewal_on = Set(day),
            }
            if let Some(tier) = input.tier {
                row.tier = Set(tier);
            }
            if let Some(lifecycle) = input.lifecycle {
                row.lifecycle = Set(lifecycle);
            }
            if let Some(archived) = input.archived {
                row.archived_at = Set(archived.then_some(now));
            }
            row.version = Set(input.version + 1);
            row.updated_at = Set(now);
        })
        .await?;
        Ok(id)
    })
    .await
}

/// The team an unowned account waits in: the one named, the actor's own, or the one at the top.
async fn home(tx: &Tx, named: Option<TeamId>) -> Result<TeamId> {
    if let Some(id) = named {
        return Ok(tx.find::<team::Entity>().filter(team::Column::Id.eq(id)).one("team").await?.id);
    }
    if let Some(me) = tx.viewer().member() {
        let me = tx.find::<entity::member::Entity>().filter(entity::member::Column::Id.eq(me)).one("member").await?;
        if let Some(team) = me.team_id {
            return Ok(team);
        }
    }
    if let Some(team) = tx.viewer().home() {
        return Ok(team);
    }
    let top = tx
        .find::<team::Entity>()
        .filter(team::Column::ParentId.is_null())
        .order(team::Column::Id, sea_orm::sea_query::Order::Asc)
        .limit(1);
    Ok(top.one("team").await?.id)
}

async fn is_hidden(tx: &Tx, id: Option<AccountId>) -> Result<bool> {
    let Some(id) = id else { return Ok(false) };
    Ok(tx.find::<account::Entity>().filter(account::Column::Id.eq(id)).maybe().await?.is_none())
}

/// A parent must be seen, and must not hang below its own child.
async fn no_ring(tx: &Tx, id: AccountId, parent: AccountId) -> Result<()> {
    tx.find::<account::Entity>().filter(account::Column::Id.eq(parent)).one("parent account").await?;
    match above(tx, parent, id).await? {
        Above::Nowhere => Ok(()),
        Above::Seen => Err(Error::invalid("/parentId", "must not be the account itself or one below it")),
        Above::TooFar => Err(Error::invalid("/parentId", "must not make a chain of more than 20 accounts")),
        Above::Hidden => Err(Error::conflict(UNFIT)),
    }
}

/// What a change is told that would make a ring, or too long a chain, through what is out of sight.
pub const UNFIT: &str = "these two accounts cannot be brought together; ask an admin";

/// As far up as one looks for an account above another.
const HIGHEST: usize = 20;

/// Where an account was met on the way up from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Above {
    Nowhere,
    Seen,
    TooFar,
    /// The way there, or its length, is out of sight.
    Hidden,
}

/// Looks for an account from another one on upwards. Rings are refused whoever sees them, so the way leads through
/// what is out of sight; only what is in sight is told.
pub async fn above(tx: &Tx, from: AccountId, wanted: AccountId) -> Result<Above> {
    let (mut next, mut hidden) = (Some(from), false);
    for _ in 0..HIGHEST {
        let Some(at) = next else { return Ok(Above::Nowhere) };
        if at == wanted {
            return Ok(if hidden { Above::Hidden } else { Above::Seen });
        }
        let which = || account::Column::Id.eq(at);
        let seen = tx.find::<account::Entity>().filter(which()).maybe().await?;
        hidden |= seen.is_none();
        let row =
            if seen.is_some() { seen } else { tx.everywhere::<account::Entity>().filter(which()).maybe().await? };
        next = row.and_then(|row| row.parent_id);
    }
    Ok(if hidden { Above::Hidden } else { Above::TooFar })
}

/// A domain in lower case, or nothing where it is absent or blank.
pub fn domain(check: &mut Check, text: Option<&str>) -> Option<String> {
    let text = check.line_opt("domain", text, 253)?.to_lowercase();
    let label = |l: &str| (1..=63).contains(&l.len()) && l.chars().all(|c| c.is_alphanumeric() || c == '-');
    if !(text.contains('.') && text.split('.').all(label)) {
        check.fault("domain", "must be a domain like example.com");
    }
    Some(text)
}
