//! Assigning, ending, and the account team.

use entity::{
    AccountId, Direction, GrantKind, InteractionType, MemberId, OwnershipSource, TeamId, Time, account, account_grant,
    member, ownership,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Expr, Order},
};

use super::{AddCollaborator, AssignOwner, EndOwnership, OwnershipRow, RemoveCollaborator};
use crate::{
    access::{Action, Rows},
    base::{Check, Error, MAX_LINE, Result},
    ctx::Ctx,
    store::{Columns, Tx, Visible, member_named},
    timeline::{self, Event},
};

/// Whom to give an account to, and why.
#[derive(Clone, Debug)]
pub struct Assignment {
    pub member_id: MemberId,
    pub source: OwnershipSource,
    pub reason: Option<String>,
}

impl Assignment {
    pub const fn by_hand(member_id: MemberId, reason: Option<String>) -> Self {
        Self { member_id, source: OwnershipSource::Manual, reason }
    }
}

/// Gives an account to a member, from now on. Giving it to its owner changes nothing.
pub async fn assign(ctx: &Ctx, input: AssignOwner) -> Result<AccountId> {
    ctx.may(Action::AssignOwners)?;
    let mut check = Check::default();
    let reason = check.line_opt("reason", input.reason.as_deref(), MAX_LINE);
    check.done()?;
    ctx.write(move |tx| async move {
        tx.find::<account::Entity>().filter(account::Column::Id.eq(input.account_id)).one("account").await?;
        // The member is held before the account, as when a member changes team: nobody waits in a ring.
        let to = successor(&tx, input.member_id).await?;
        let account = managed(&tx, input.account_id).await?;
        let id = account.id;
        give(&tx, account, to, Assignment::by_hand(input.member_id, reason)).await?;
        Ok(id)
    })
    .await
}

/// The same inside a transaction that holds the account.
pub async fn assign_in(tx: &Tx, account: Visible<account::Model>, new: Assignment) -> Result<()> {
    let to = successor(tx, new.member_id).await?;
    give(tx, account, to, new).await
}

type Successor = (Visible<member::Model>, TeamId);

async fn give(tx: &Tx, account: Visible<account::Model>, (member, team_id): Successor, new: Assignment) -> Result<()> {
    if account.owner_id == Some(member.id) {
        return Ok(());
    }
    let now = close(tx, &account).await?;
    let row = ownership::Model {
        id: tx.id(),
        account_id: account.id,
        member_id: member.id,
        team_id,
        from_at: now,
        until_at: None,
        source: new.source,
        reason: new.reason,
        by_id: tx.viewer().member(),
    };
    tx.insert_under::<ownership::Entity>(&account, row).await?;
    let mut news = Event::ours(
        InteractionType::OwnerChanged,
        Direction::Internal,
        now,
        format!("{} became the owner", member.name),
    );
    news.member_id = Some(member.id);
    timeline::event(tx, &account, news).await?;
    let version = account.version;
    tx.update::<account::Entity>(account, |row| {
        row.owner_id = Set(Some(member.id));
        row.team_id = Set(team_id);
        row.unowned_since = Set(None);
        row.version = Set(version + 1);
        row.updated_at = Set(now);
    })
    .await?;
    Ok(())
}

/// Ends the ownership of an account. It stays in its team, unowned, and the days are counted.
pub async fn end(ctx: &Ctx, input: EndOwnership) -> Result<AccountId> {
    ctx.may(Action::AssignOwners)?;
    let mut check = Check::default();
    let reason = check.line_opt("reason", input.reason.as_deref(), MAX_LINE);
    check.done()?;
    ctx.write(move |tx| async move {
        let account = managed(&tx, input.account_id).await?;
        let id = account.id;
        if account.owner_id.is_none() {
            return Ok(id);
        }
        let now = close(&tx, &account).await?;
        let words = reason
            .map_or_else(|| "The account has no owner".to_owned(), |why| format!("The account has no owner: {why}"));
        let news = Event::ours(
            InteractionType::OwnerChanged,
            Direction::Internal,
            now,
            words.chars().take(MAX_LINE).collect(),
        );
        timeline::event(&tx, &account, news).await?;
        let version = account.version;
        tx.update::<account::Entity>(account, |row| {
            row.owner_id = Set(None);
            row.unowned_since = Set(Some(now));
            row.version = Set(version + 1);
            row.updated_at = Set(now);
        })
        .await?;
        Ok(id)
    })
    .await
}

/// The account, if it is the actor's to give; one that was only granted to them, or whose owner they stand in for, is not.
async fn managed(tx: &Tx, id: AccountId) -> Result<Visible<account::Model>> {
    let account = tx.account(id).await?;
    tx.is_theirs_to_give(&account)?;
    Ok(account)
}

/// Closes the open period, if any, and gives the instant: now, but after the last period's start.
async fn close(tx: &Tx, account: &Visible<account::Model>) -> Result<Time> {
    let last =
        tx.under::<ownership::Entity>(account).order(ownership::Column::FromAt, Order::Desc).limit(1).maybe().await?;
    let Some(last) = last else { return Ok(tx.now()) };
    let after = last.until_at.unwrap_or_else(|| last.from_at.next());
    let now = tx.now().max(after);
    if last.until_at.is_none() {
        tx.update::<ownership::Entity>(last, |row| row.until_at = Set(Some(now))).await?;
    }
    Ok(now)
}

/// The member to give to: active, in a team, and inside the actor's scope.
async fn successor(tx: &Tx, id: MemberId) -> Result<Successor> {
    let found = tx.find::<member::Entity>().filter(member::Column::Id.eq(id)).lock().one("member").await?;
    if !found.active {
        return Err(Error::conflict("this member is not active"));
    }
    let Some(team) = found.team_id else {
        return Err(Error::conflict("this member is in no team; put them in one first"));
    };
    let inside = match tx.viewer().scope.rows() {
        Rows::All => true,
        Rows::Staff { teams, .. } => teams.contains(&team),
        _ => false,
    };
    if inside {
        Ok((found, team))
    } else {
        Err(Error::Forbidden("this member is outside your teams; hand the account off, or ask an admin".to_owned()))
    }
}

/// Who owned an account at an instant.
pub async fn owner_at(ctx: &Ctx, account_id: AccountId, at: Time) -> Result<Option<OwnershipRow>> {
    ctx.may(Action::ReadOwnership)?;
    ctx.find::<account::Entity>().filter(account::Column::Id.eq(account_id)).one("account").await?;
    let who =
        member_named(ctx.store().engine(), Expr::col((ownership::Entity, ownership::Column::MemberId)), Columns::ALL);
    let rows: Vec<OwnershipRow> = ctx
        .find::<ownership::Entity>()
        .filter(ownership::Column::AccountId.eq(account_id))
        .filter(ownership::Column::FromAt.lte(at))
        .order(ownership::Column::FromAt, Order::Desc)
        .limit(1)
        .shaped(vec![who])
        .await?;
    Ok(rows.into_iter().next().filter(|row| row.0.until_at.is_none_or(|until| until > at)))
}

/// Puts a member on the account team: they see the account from now on.
pub async fn add_collaborator(ctx: &Ctx, input: AddCollaborator) -> Result<AccountId> {
    ctx.may(Action::AssignOwners)?;
    ctx.write(move |tx| async move {
        let account = managed(&tx, input.account_id).await?;
        let member = tx.find::<member::Entity>().filter(member::Column::Id.eq(input.member_id)).one("member").await?;
        if !member.active {
            return Err(Error::conflict("this member is not active"));
        }
        let live = grants(&tx, &account, input.member_id).await?;
        if live.iter().any(|grant| grant.role == Some(input.role)) {
            return Ok(account.id);
        }
        let row = account_grant::Model {
            id: tx.id(),
            account_id: account.id,
            member_id: member.id,
            kind: GrantKind::Collaborator,
            role: Some(input.role),
            from_at: tx.now(),
            until_at: None,
        };
        tx.insert_under::<account_grant::Entity>(&account, row).await?;
        Ok(account.id)
    })
    .await
}

/// Takes a member off the account team, in every role.
pub async fn remove_collaborator(ctx: &Ctx, input: RemoveCollaborator) -> Result<AccountId> {
    ctx.may(Action::AssignOwners)?;
    ctx.write(move |tx| async move {
        let account = managed(&tx, input.account_id).await?;
        let now = tx.now();
        for grant in grants(&tx, &account, input.member_id).await? {
            tx.update::<account_grant::Entity>(grant, |row| row.until_at = Set(Some(now))).await?;
        }
        Ok(account.id)
    })
    .await
}

async fn grants(
    tx: &Tx,
    account: &Visible<account::Model>,
    member: MemberId,
) -> Result<Vec<Visible<account_grant::Model>>> {
    tx.under::<account_grant::Entity>(account)
        .filter(account_grant::Column::MemberId.eq(member))
        .filter(account_grant::Column::Kind.eq(GrantKind::Collaborator))
        .filter(account_grant::Column::UntilAt.is_null())
        .all()
        .await
}
