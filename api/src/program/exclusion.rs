//! Exclusions: an account, or one of its contacts, is not surveyed for a while. Each has a reason, a name and an end.

use async_graphql::{InputObject, SimpleObject};
use chrono::TimeDelta;
use entity::{AccountId, ContactId, ExclusionId, MemberId, Time, contact, exclusion};
use sea_orm::{ActiveValue::Set, ColumnTrait, sea_query::Order};

use crate::{
    access::Action,
    base::{Check, MAX_LINE, Result},
    ctx::Ctx,
};

/// The longest an exclusion lasts.
const LONGEST: TimeDelta = TimeDelta::days(366);
/// Who may leave an account out.
const EXCLUDES: &str = "its owner, or their manager, may do this";
/// Exclusions of one account that are shown, at most.
const SHOWN: u64 = 200;

/// An account, or one of its contacts, that is not surveyed for a while.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Exclusion {
    /// Its id, for good.
    pub id: ExclusionId,
    /// The account.
    pub account_id: AccountId,
    /// The contact; null: the whole account.
    pub contact_id: Option<ContactId>,
    /// Why.
    pub reason: String,
    /// Until when.
    pub until: Time,
    /// When it was taken back before its end.
    pub lifted_at: Option<Time>,
    /// When it was made.
    pub created_at: Time,
    #[graphql(skip)]
    pub by_id: Option<MemberId>,
}

impl From<exclusion::Model> for Exclusion {
    fn from(row: exclusion::Model) -> Self {
        Self {
            id: row.id,
            account_id: row.account_id,
            contact_id: row.contact_id,
            reason: row.reason,
            until: row.until_at,
            lifted_at: row.lifted_at,
            created_at: row.created_at,
            by_id: row.by_id,
        }
    }
}

/// Keeps an account, or one of its contacts, out of surveys for a while.
#[derive(Clone, Debug, InputObject)]
pub struct CreateExclusion {
    /// The account.
    pub account_id: AccountId,
    /// One contact of it, which managers may name; the whole account where absent.
    pub contact_id: Option<ContactId>,
    /// Why, 1 to 200 characters.
    pub reason: String,
    /// Until when: a year from now at the latest.
    pub until: Time,
}

/// Keeps somebody out, from now on: mails that wait are judged by it too.
pub async fn create_exclusion(ctx: &Ctx, input: CreateExclusion) -> Result<ExclusionId> {
    ctx.may(Action::ManageExclusions)?;
    if input.contact_id.is_some() {
        // Who leaves out all but one has chosen that one.
        ctx.may(Action::SendToContacts)?;
    }
    let mut check = Check::default();
    let reason = check.line("reason", &input.reason, MAX_LINE);
    let now = ctx.now();
    if input.until <= now || input.until.0 > now.0 + LONGEST {
        check.fault("until", "must lie in the future, a year from now at the latest");
    }
    check.done()?;
    ctx.write(move |tx| async move {
        let account = tx.account(input.account_id).await?;
        tx.is_theirs(&account, EXCLUDES)?;
        if let Some(id) = input.contact_id {
            tx.is_theirs_to_give(&account)?;
            tx.under::<contact::Entity>(&account).filter(contact::Column::Id.eq(id)).one("contact").await?;
        }
        let row = exclusion::Model {
            id: tx.id(),
            account_id: account.id,
            contact_id: input.contact_id,
            reason,
            until_at: input.until,
            by_id: tx.viewer().member(),
            lifted_at: None,
            created_at: tx.now(),
        };
        Ok(tx.insert_under::<exclusion::Entity>(&account, row).await?.id)
    })
    .await
}

/// Takes an exclusion back: one's own, or a manager any. Again changes nothing.
pub async fn lift_exclusion(ctx: &Ctx, id: ExclusionId) -> Result<ExclusionId> {
    ctx.may(Action::ManageExclusions)?;
    ctx.write(move |tx| async move {
        let found = tx.find::<exclusion::Entity>().filter(exclusion::Column::Id.eq(id)).lock();
        let row = found.one("exclusion").await?;
        let account = tx.account(row.account_id).await?;
        tx.is_theirs(&account, EXCLUDES)?;
        if row.by_id.is_none() || row.by_id != tx.viewer().member() {
            tx.viewer().may(Action::SendToContacts)?;
            tx.is_theirs_to_give(&account)?;
        }
        if row.lifted_at.is_none() {
            let now = tx.now();
            tx.update::<exclusion::Entity>(row, |row| row.lifted_at = Set(Some(now))).await?;
        }
        Ok(id)
    })
    .await
}

/// Exclusions in force, the newest first (at most 200); with `all`, those that are over too. Of one account, or of all
/// that are in sight.
pub async fn exclusions(ctx: &Ctx, account: Option<AccountId>, all: bool) -> Result<Vec<Exclusion>> {
    ctx.may(Action::ManageExclusions)?;
    let mut find = ctx.find::<exclusion::Entity>();
    if let Some(account) = account {
        find = find.filter(exclusion::Column::AccountId.eq(account));
    }
    if !all {
        find = find.filter(exclusion::Column::LiftedAt.is_null()).filter(exclusion::Column::UntilAt.gt(ctx.now()));
    }
    let rows = find.order(exclusion::Column::Id, Order::Desc).limit(SHOWN).all().await?;
    Ok(rows.into_iter().map(|row| row.into_inner().into()).collect())
}

/// One exclusion, for whoever has just written it.
pub(super) async fn get(ctx: &Ctx, id: ExclusionId) -> Result<Exclusion> {
    let row = ctx.find::<exclusion::Entity>().filter(exclusion::Column::Id.eq(id)).one("exclusion").await?;
    Ok(row.into_inner().into())
}
