//! Creating and changing teams.

use std::collections::HashMap;

use async_graphql::MaybeUndefined;
use entity::{MemberId, MemberRole, TeamId, member, team, team_deputy};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Condition, Order},
};

use super::{CreateTeam, Node, Team, UpdateTeam, insert_tree, tree};
use crate::{
    access::Action,
    base::{Check, Error, MAX_LINE, Result, key},
    ctx::Ctx,
    store::{Tx, Visible, among},
};

/// Deputies of one team, at most.
const DEPUTIES: usize = 20;

/// Makes a team.
pub async fn create(ctx: &Ctx, input: CreateTeam) -> Result<TeamId> {
    ctx.may(Action::ChangeTeams)?;
    let mut check = Check::default();
    let name = check.line("name", &input.name, MAX_LINE);
    deputies_fit(&mut check, &input.deputy_ids);
    check.done()?;
    ctx.write(move |tx| async move {
        let now = tx.now();
        let mut above = HashMap::new();
        if let Some(parent) = input.parent_id {
            above.insert(parent, tree::path(&tx, parent).await.map_err(|_| Error::NotFound("parent team"))?);
        }
        let row = team::Model {
            id: tx.id(),
            name_key: key(&name),
            name,
            parent_id: input.parent_id,
            lead_id: input.lead_id,
            territories: None,
            source: None,
            reference: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let id = row.id;
        tx.insert::<team::Entity>(row).await?;
        insert_tree(&tx, &[Node { id, parent_id: input.parent_id }], &above, now).await?;
        let mut touched: Vec<MemberId> = input.lead_id.into_iter().collect();
        touched.extend(set_deputies(&tx, id, input.deputy_ids).await?);
        refresh_roles(&tx, &touched).await?;
        Ok(id)
    })
    .await
}

/// Changes a team: its name, place in the tree, lead, deputies.
pub async fn update(ctx: &Ctx, input: UpdateTeam) -> Result<TeamId> {
    ctx.may(Action::ChangeTeams)?;
    let mut check = Check::default();
    let name = input.name.as_deref().map(|name| check.line("name", name, MAX_LINE));
    deputies_fit(&mut check, input.deputy_ids.as_deref().unwrap_or_default());
    check.done()?;
    ctx.write(move |tx| async move {
        let row = tx.find::<team::Entity>().filter(team::Column::Id.eq(input.id)).lock().one("team").await?;
        if row.version != input.version {
            return Err(Error::Stale);
        }
        let (id, now) = (row.id, tx.now());
        let mut touched: Vec<MemberId> = row.lead_id.into_iter().collect();
        match input.parent_id {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => tree::shift(&tx, id, None, now).await?,
            MaybeUndefined::Value(parent) => tree::shift(&tx, id, Some(parent), now).await?,
        }
        let lead = input.lead_id;
        touched.extend(lead.value());
        tx.update::<team::Entity>(row, |row| {
            if let Some(name) = name {
                row.name_key = Set(key(&name));
                row.name = Set(name);
            }
            crate::base::put(&mut row.parent_id, input.parent_id);
            crate::base::put(&mut row.lead_id, lead);
            row.version = Set(input.version + 1);
            row.updated_at = Set(now);
        })
        .await?;
        if let Some(deputies) = input.deputy_ids {
            touched.extend(set_deputies(&tx, id, deputies).await?);
        }
        refresh_roles(&tx, &touched).await?;
        Ok(id)
    })
    .await
}

/// All teams, by name.
pub async fn list(ctx: &Ctx) -> Result<Vec<Team>> {
    ctx.may(Action::ReadDirectory)?;
    let rows = ctx
        .find::<team::Entity>()
        .order(team::Column::NameKey, Order::Asc)
        .order(team::Column::Id, Order::Asc)
        .limit(1_000)
        .all()
        .await?;
    Ok(rows.into_iter().map(|row| row.into_inner().into()).collect())
}

fn deputies_fit(check: &mut Check, deputies: &[MemberId]) {
    if deputies.len() > DEPUTIES {
        check.fault("deputyIds", format!("must name at most {DEPUTIES} members"));
    }
}

/// Replaces the deputies; gives everybody who was or is one.
async fn set_deputies(tx: &Tx, id: TeamId, mut deputies: Vec<MemberId>) -> Result<Vec<MemberId>> {
    deputies.sort_unstable();
    deputies.dedup();
    let before = tx.find::<team_deputy::Entity>().filter(team_deputy::Column::TeamId.eq(id)).all().await?;
    let mut touched: Vec<MemberId> = before.iter().map(|row| row.member_id).collect();
    tx.remove::<team_deputy::Entity>(Condition::all().add(team_deputy::Column::TeamId.eq(id))).await?;
    touched.extend(&deputies);
    let rows = deputies.into_iter().map(|member_id| team_deputy::Model { team_id: id, member_id });
    tx.insert_all::<team_deputy::Entity>(rows.collect()).await?;
    Ok(touched)
}

/// Members by id; every one must be there and active if it is to lead.
async fn members(tx: &Tx, ids: &[MemberId]) -> Result<Vec<Visible<member::Model>>> {
    tx.find::<member::Entity>().filter(among::<member::Entity, _>(member::Column::Id, ids)).lock().all().await
}

/// A manager is whoever leads or deputises; admins stay admins.
async fn refresh_roles(tx: &Tx, touched: &[MemberId]) -> Result<()> {
    let mut ids = touched.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(());
    }
    let found = members(tx, &ids).await?;
    if found.len() != ids.len() {
        return Err(Error::NotFound("member"));
    }
    let leads = tx.find::<team::Entity>().filter(team::Column::LeadId.is_in(ids.iter().copied())).all().await?;
    let deputises = tx.find::<team_deputy::Entity>().filter(team_deputy::Column::MemberId.is_in(ids)).all().await?;
    for row in found {
        let manages =
            leads.iter().any(|team| team.lead_id == Some(row.id)) || deputises.iter().any(|d| d.member_id == row.id);
        if manages && !row.active {
            return Err(Error::conflict(format!("{} is not active and cannot lead a team", row.name)));
        }
        let role = match (row.role, manages) {
            (MemberRole::Admin, _) => MemberRole::Admin,
            (_, true) => MemberRole::Manager,
            (_, false) => MemberRole::Owner,
        };
        if role != row.role {
            tx.update::<member::Entity>(row, |row| row.role = Set(role)).await?;
        }
    }
    Ok(())
}
