//! Who is a manager after a chunk of members: whoever leads or deputises.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::{MemberId, MemberRole, TeamId, member, team_deputy};
use sea_orm::ColumnTrait;

use super::teams::Teams;
use crate::{
    base::Result,
    store::{Tx, among},
};

/// What the rules on admins and managers need to know.
pub(super) struct Standing {
    /// In which teams each deputises.
    deputies: HashMap<MemberId, BTreeSet<TeamId>>,
    /// Whose of these the file has changed.
    changed: BTreeSet<MemberId>,
    owning: HashSet<MemberId>,
    admins: i64,
}

impl Standing {
    /// `all` members of a chunk, and those `leaving`, who must not own anything.
    pub async fn load(tx: &Tx, all: &[MemberId], leaving: &[MemberId]) -> Result<Self> {
        let deputies = tx
            .find::<team_deputy::Entity>()
            .filter(among::<team_deputy::Entity, _>(team_deputy::Column::MemberId, all));
        let mut teams: HashMap<MemberId, BTreeSet<TeamId>> = HashMap::new();
        for row in deputies.all().await? {
            teams.entry(row.member_id).or_default().insert(row.team_id);
        }
        let mut owning = HashSet::new();
        if !leaving.is_empty() {
            use entity::account::{Column, Entity};
            let owner = || Column::OwnerId.into_expr();
            let find = tx.find::<Entity>().filter(among::<Entity, _>(Column::OwnerId, leaving));
            let rows: Vec<(MemberId,)> = find.pick_column(Column::OwnerId, "owner_id").group(owner()).rows().await?;
            owning.extend(rows.into_iter().map(|(owner,)| owner));
        }
        let admins = tx
            .find::<member::Entity>()
            .filter(member::Column::Role.eq(MemberRole::Admin))
            .filter(member::Column::Active.eq(true))
            .count()
            .await?;
        Ok(Self { deputies: teams, changed: BTreeSet::new(), owning, admins })
    }

    /// From now on a member deputises in these teams and in no others; says whether that is new.
    pub fn deputise(&mut self, member: MemberId, teams: BTreeSet<TeamId>) -> bool {
        let before = self.deputies.insert(member, teams).unwrap_or_default();
        let new = self.deputies.get(&member).is_some_and(|teams| *teams != before);
        new && self.changed.insert(member)
    }

    /// Writes who deputises where. The members and teams are written.
    pub async fn write(self, tx: &Tx) -> Result<()> {
        use team_deputy::{Column, Entity, Model};
        let ids: Vec<MemberId> = self.changed.into_iter().collect();
        if ids.is_empty() {
            return Ok(());
        }
        tx.remove::<Entity>(among::<Entity, _>(Column::MemberId, &ids)).await?;
        let teams = |id: &MemberId| self.deputies.get(id).into_iter().flatten().copied().collect::<Vec<_>>();
        let rows = ids.iter().flat_map(|id| teams(id).into_iter().map(|team_id| Model { team_id, member_id: *id }));
        tx.insert_all::<Entity>(rows.collect()).await
    }

    pub fn owns(&self, member: MemberId) -> bool {
        self.owning.contains(&member)
    }

    /// Lets an admin go, unless it is the last one.
    pub fn let_go(&mut self) -> bool {
        let another = self.admins > 1;
        self.admins -= i64::from(another);
        another
    }

    pub fn role(&self, teams: &Teams, member: MemberId, admin: bool) -> MemberRole {
        match admin {
            true => MemberRole::Admin,
            false if teams.leads(member) || self.deputies.get(&member).is_some_and(|teams| !teams.is_empty()) => {
                MemberRole::Manager
            }
            false => MemberRole::Owner,
        }
    }
}

/// Those who led a team until this chunk and are not in it themselves.
pub(super) async fn demote(tx: &Tx, teams: &Teams, relieved: BTreeSet<MemberId>) -> Result<()> {
    let ids: Vec<MemberId> = relieved.into_iter().collect();
    if ids.is_empty() {
        return Ok(());
    }
    let standing = Standing::load(tx, &ids, &[]).await?;
    let rows = super::lookup::by_id::<member::Entity>(tx, &ids).await?;
    let changed = rows.into_values().map(|row| {
        let role = standing.role(teams, row.id, row.role == MemberRole::Admin);
        let after = member::Model { role, ..member::Model::clone(&row) };
        (row, after)
    });
    tx.rewrite::<member::Entity>(changed.collect()).await?;
    Ok(())
}
