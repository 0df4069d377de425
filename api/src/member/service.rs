//! Creating and changing members.

use async_graphql::MaybeUndefined;
use entity::{MemberId, MemberRole, TeamId, Time, account, member, team, team_deputy, team_member};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Expr, Order},
};

use super::{
    CreateMember, Member, UpdateMember,
    moves::{end_covers, follow},
};
use crate::{
    access::Action,
    base::{Check, Error, MAX_LINE, Result, key},
    ctx::Ctx,
    secure::password,
    store::{Cursor, Page, PageArgs, Tx, beyond, cursor, filter},
};

/// Makes a member. A first password must be changed at the first sign-in.
pub async fn create(ctx: &Ctx, input: CreateMember) -> Result<MemberId> {
    ctx.may(Action::ChangeMembers)?;
    let mut check = Check::default();
    let name = check.line("name", &input.name, MAX_LINE);
    let email = check.email("email", &input.email);
    let about = [ctx.company().name.as_str(), input.name.as_str(), input.email.as_str()];
    if let Some(Err(rule)) = input.password.as_deref().map(|text| password::check_of(text, &about)) {
        check.fault("password", rule);
    }
    check.done()?;
    let password_hash = match &input.password {
        Some(password) => Some(password::hash(password).await.map_err(Error::internal)?),
        None => None,
    };
    ctx.write(move |tx| async move {
        let now = tx.now();
        let row = member::Model {
            id: tx.id(),
            name_key: key(&name),
            name,
            email_key: key(&email),
            email,
            role: if input.admin { MemberRole::Admin } else { MemberRole::Owner },
            active: true,
            team_id: input.team_id,
            password_must_change: password_hash.is_some(),
            password_hash,
            source: None,
            reference: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let id = row.id;
        if let Some(team) = input.team_id {
            exists(&tx, team).await?;
        }
        tx.insert::<member::Entity>(row).await?;
        if let Some(team) = input.team_id {
            join(&tx, id, team, now).await?;
        }
        Ok(id)
    })
    .await
}

/// Changes a member: name, address, rights, team, active or not.
pub async fn update(ctx: &Ctx, input: UpdateMember) -> Result<MemberId> {
    ctx.may(Action::ChangeMembers)?;
    let mut check = Check::default();
    let name = input.name.as_deref().map(|name| check.line("name", name, MAX_LINE));
    let email = input.email.as_deref().map(|email| check.email("email", email));
    check.done()?;
    ctx.write(move |tx| async move {
        let row = tx.find::<member::Entity>().filter(member::Column::Id.eq(input.id)).lock().one("member").await?;
        if row.version != input.version {
            return Err(Error::Stale);
        }
        let (id, now) = (row.id, tx.now());
        if input.active == Some(false) && row.active {
            may_leave(&tx, id).await?;
        }
        let loses_admin = input.admin == Some(false) || input.active == Some(false);
        if row.role == MemberRole::Admin && loses_admin {
            another_admin(&tx, id).await?;
        }
        let role = match input.admin {
            Some(true) => MemberRole::Admin,
            Some(false) if row.role == MemberRole::Admin => standing(&tx, id).await?,
            _ => row.role,
        };
        let moves = email.as_ref().is_some_and(|email| key(email) != row.email_key);
        if moves || input.active == Some(false) {
            tx.shut_out_members(&[id]).await?;
        }
        let team_id = move_team(&tx, &row, &input.team_id, now).await?;
        tx.update::<member::Entity>(row, |row| {
            if let Some(name) = name {
                row.name_key = Set(key(&name));
                row.name = Set(name);
            }
            if let Some(email) = email {
                row.email_key = Set(key(&email));
                row.email = Set(email);
            }
            if let Some(active) = input.active {
                row.active = Set(active);
            }
            row.role = Set(role);
            row.team_id = Set(team_id);
            row.version = Set(input.version + 1);
            row.updated_at = Set(now);
        })
        .await?;
        Ok(id)
    })
    .await
}

async fn move_team(tx: &Tx, row: &member::Model, change: &MaybeUndefined<TeamId>, now: Time) -> Result<Option<TeamId>> {
    let team = match change {
        MaybeUndefined::Undefined => return Ok(row.team_id),
        MaybeUndefined::Value(team) if row.team_id == Some(*team) => return Ok(row.team_id),
        MaybeUndefined::Value(team) => Some(*team),
        MaybeUndefined::Null => None,
    };
    let stay = tx
        .find::<team_member::Entity>()
        .filter(team_member::Column::MemberId.eq(row.id))
        .filter(team_member::Column::UntilAt.is_null())
        .maybe()
        .await?;
    if row.team_id.is_some() {
        end_covers(tx, &[row.id], now).await?;
    }
    // A clock that stands still or was set back makes no empty period.
    let now = stay.as_ref().map_or(now, |stay| now.max(stay.from_at.next()));
    if let Some(stay) = stay {
        tx.update::<team_member::Entity>(stay, |row| row.until_at = Set(Some(now))).await?;
    }
    match team {
        Some(team) => {
            exists(tx, team).await?;
            join(tx, row.id, team, now).await?;
            follow(tx, row.id, team, now).await?;
        }
        None if owns(tx, row.id).await? > 0 => {
            return Err(Error::conflict(
                "this member owns accounts and must be in a team; move them to another team instead",
            ));
        }
        None => {}
    }
    Ok(team)
}

async fn join(tx: &Tx, member_id: MemberId, team_id: TeamId, from_at: Time) -> Result<()> {
    let row = team_member::Model { id: tx.id(), team_id, member_id, from_at, until_at: None };
    tx.insert::<team_member::Entity>(row).await?;
    Ok(())
}

async fn exists(tx: &Tx, id: TeamId) -> Result<()> {
    tx.find::<team::Entity>().filter(team::Column::Id.eq(id)).one("team").await.map(drop)
}

async fn owns(tx: &Tx, id: MemberId) -> Result<i64> {
    tx.find::<account::Entity>().filter(account::Column::OwnerId.eq(id)).count().await
}

/// Nobody is forgotten: every account has a successor before its owner goes.
async fn may_leave(tx: &Tx, id: MemberId) -> Result<()> {
    let owned = owns(tx, id).await?;
    if owned > 0 {
        return Err(Error::conflict(format!(
            "this member owns {owned} accounts; assign each to somebody else, or end the ownership, first"
        )));
    }
    let leads = tx.find::<team::Entity>().filter(team::Column::LeadId.eq(id)).count().await?;
    if leads > 0 {
        return Err(Error::conflict("this member leads a team; name another lead first"));
    }
    Ok(())
}

async fn another_admin(tx: &Tx, id: MemberId) -> Result<()> {
    let others = tx
        .find::<member::Entity>()
        .filter(member::Column::Role.eq(MemberRole::Admin))
        .filter(member::Column::Active.eq(true))
        .filter(member::Column::Id.ne(id))
        .count()
        .await?;
    if others == 0 { Err(Error::conflict("this is the last admin; make another one first")) } else { Ok(()) }
}

/// What somebody is who is no admin: a manager while they lead or deputise.
async fn standing(tx: &Tx, id: MemberId) -> Result<MemberRole> {
    let leads = tx.find::<team::Entity>().filter(team::Column::LeadId.eq(id)).count().await?;
    let deputises = tx.find::<team_deputy::Entity>().filter(team_deputy::Column::MemberId.eq(id)).count().await?;
    Ok(if leads + deputises > 0 { MemberRole::Manager } else { MemberRole::Owner })
}

/// Which members, which page; by name.
#[derive(Clone, Debug, Default)]
pub struct ListMembers {
    /// Words of the name.
    pub search: Option<String>,
    pub team_id: Option<TeamId>,
    pub page: PageArgs,
}

/// A page of the directory.
pub async fn list(ctx: &Ctx, ask: &ListMembers, count: bool) -> Result<(Page<(Cursor, Member)>, Option<i64>)> {
    ctx.may(Action::ReadDirectory)?;
    let keyset = ask.page.keyset::<(String, MemberId)>()?;
    let find = || -> Result<_> {
        let mut find = ctx.find::<member::Entity>();
        if let Some(words) = &ask.search {
            find = find.filter(filter::contains::<member::Entity>(member::Column::NameKey, "search", words)?);
        }
        if let Some(team) = ask.team_id {
            find = find.filter(member::Column::TeamId.eq(team));
        }
        Ok(find)
    };
    let columns = [member::Column::NameKey, member::Column::Id];
    let mut page = find()?;
    if let Some((name, id)) = keyset.from.clone() {
        let columns = columns.map(|c| Expr::col((member::Entity, c))).to_vec();
        page = page.filter(beyond(columns, vec![Expr::val(name), Expr::val(id)], keyset.backward));
    }
    for column in columns {
        page = page.order(column, if keyset.backward { Order::Desc } else { Order::Asc });
    }
    let rows = page.limit(keyset.size as u64 + 1).all().await?;
    let page = Page::cut(rows, &keyset).map(|row| (cursor((row.name_key.clone(), row.id)), row.into_inner().into()));
    let total = if count { Some(find()?.count().await?) } else { None };
    Ok((page, total))
}
