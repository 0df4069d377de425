//! What an installation starts with: a team at the top, an admin, the ready-made surveys.

mod ready;

use std::collections::HashMap;

use entity::{MemberRole, TeamId, member, response, setting, team, team_member};
use sea_orm::{ActiveValue::Set, ColumnTrait, sea_query::Order};

use crate::{
    base::{Error, Result, key},
    ctx::Ctx,
    secure::password,
    store::{Find, Tx, Visible},
    team::{Node, insert_tree},
};

/// The first admin, if there is to be one.
#[derive(Clone, Debug)]
pub struct FirstAdmin {
    pub email: String,
    pub password: String,
    /// The password was made by us, or given by a setting that others may know.
    pub must_change: bool,
}

/// Whether nobody has been able to sign in yet: there may be members, from files, but none has ever had a password.
pub async fn is_new(system: &Ctx) -> Result<bool> {
    without_passwords(system.find()).await
}

async fn without_passwords(members: Find<'_, member::Entity>) -> Result<bool> {
    Ok(members.filter(member::Column::PasswordHash.is_not_null()).limit(1).maybe().await?.is_none())
}

async fn top_team(teams: Find<'_, team::Entity>) -> Result<Option<TeamId>> {
    let tops = teams.filter(team::Column::ParentId.is_null()).order(team::Column::Id, Order::Asc);
    Ok(tops.limit(1).maybe().await?.map(|top| top.id))
}

/// Makes what is missing; run at every start, it changes nothing after the first of a version.
pub async fn prepare(system: &Ctx) -> Result<()> {
    if top_team(system.find()).await?.is_some() && ready::is_here(system).await? {
        return Ok(());
    }
    let company = system.company().name.clone();
    system.write(move |tx| async move { complete(&tx, &company).await.map(drop) }).await
}

/// Makes the first admin; says whether that is so: nobody was able to sign in until then.
pub async fn first_admin(system: &Ctx, admin: FirstAdmin) -> Result<bool> {
    let hash = password::hash(&admin.password).await.map_err(Error::internal)?;
    let company = system.company().name.clone();
    system
        .write(move |tx| async move {
            let top = complete(&tx, &company).await?;
            let is_first = without_passwords(tx.find()).await?;
            if is_first {
                enrol(&tx, &admin, Some(hash), top).await?;
            }
            Ok(is_first)
        })
        .await
}

/// What is missing, but for people. Gives the team at the top.
async fn complete(tx: &Tx, company: &str) -> Result<TeamId> {
    tx.set_up().await?;
    ready::install(tx).await?;
    match top_team(tx.find()).await? {
        Some(top) => Ok(top),
        None => plant(tx, company).await,
    }
}

/// The team at the top: the company itself.
async fn plant(tx: &Tx, name: &str) -> Result<TeamId> {
    let now = tx.now();
    let row = team::Model {
        id: tx.id(),
        name: name.to_owned(),
        name_key: key(name),
        parent_id: None,
        lead_id: None,
        territories: None,
        source: None,
        reference: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let id = row.id;
    tx.insert::<team::Entity>(row).await?;
    insert_tree(tx, &[Node { id, parent_id: None }], &HashMap::new(), now).await?;
    Ok(id)
}

async fn enrol(tx: &Tx, admin: &FirstAdmin, password_hash: Option<String>, team_id: TeamId) -> Result<()> {
    let now = tx.now();
    let known = tx.find::<member::Entity>().filter(member::Column::EmailKey.eq(key(&admin.email))).maybe().await?;
    if let Some(known) = known {
        let version = known.version + 1;
        let given = |row: &mut member::ActiveModel| {
            row.role = Set(MemberRole::Admin);
            row.active = Set(true);
            row.password_hash = Set(password_hash);
            row.password_must_change = Set(admin.must_change);
            row.version = Set(version);
            row.updated_at = Set(now);
        };
        return tx.update::<member::Entity>(known, given).await.map(drop);
    }
    let row = member::Model {
        id: tx.id(),
        name: "Admin".to_owned(),
        name_key: "admin".to_owned(),
        email_key: key(&admin.email),
        email: admin.email.clone(),
        role: MemberRole::Admin,
        active: true,
        team_id: Some(team_id),
        password_hash,
        password_must_change: admin.must_change,
        source: None,
        reference: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let id = row.id;
    tx.insert::<member::Entity>(row).await?;
    tx.insert::<team_member::Entity>(team_member::Model {
        id: tx.id(),
        team_id,
        member_id: id,
        from_at: now,
        until_at: None,
    })
    .await?;
    Ok(())
}

/// The company's zone makes months; once there are answers it stays.
pub async fn fix_zone(system: &Ctx) -> Result<()> {
    let zone = system.company().zone.name().to_owned();
    if kept_zone(system.find()).await?.is_some_and(|row| row.value == zone) {
        return Ok(());
    }
    system
        .write(move |tx| async move {
            tx.set_up().await?;
            let Some(row) = kept_zone(tx.find()).await? else {
                let row = setting::Model { name: "time_zone".to_owned(), value: zone };
                return tx.insert::<setting::Entity>(row).await.map(drop);
            };
            if row.value != zone && tx.find::<response::Entity>().limit(1).maybe().await?.is_some() {
                return Err(Error::conflict(format!(
                    "STEWARD_TIME_ZONE was {} when the first answer was counted and cannot become {zone}; set it back",
                    row.value
                )));
            }
            tx.update::<setting::Entity>(row, |row| row.value = Set(zone)).await.map(drop)
        })
        .await
}

async fn kept_zone(settings: Find<'_, setting::Entity>) -> Result<Option<Visible<setting::Model>>> {
    settings.filter(setting::Column::Name.eq("time_zone")).maybe().await
}
