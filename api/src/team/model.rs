//! A team as both doors show it.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::{MemberId, TeamId, team};

/// A group of staff in the tree of teams.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, complex)]
pub struct Team {
    /// Its id, for good.
    pub id: TeamId,
    /// What it is called.
    pub name: String,
    /// Counts the changes; an update names the one it was made on.
    pub version: i32,
    #[graphql(skip)]
    pub parent_id: Option<TeamId>,
    #[graphql(skip)]
    pub lead_id: Option<MemberId>,
}

impl From<team::Model> for Team {
    fn from(row: team::Model) -> Self {
        Self { id: row.id, name: row.name, version: row.version, parent_id: row.parent_id, lead_id: row.lead_id }
    }
}

/// A new team below `parentId`, or at the top.
#[derive(Clone, Debug, InputObject)]
pub struct CreateTeam {
    /// 1 to 200 characters.
    pub name: String,
    /// The team above it.
    pub parent_id: Option<TeamId>,
    /// Who leads it, and so becomes a manager.
    pub lead_id: Option<MemberId>,
    /// Who stands in for the lead, with the same sight.
    #[graphql(default)]
    pub deputy_ids: Vec<MemberId>,
}

/// What to change; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct UpdateTeam {
    /// The team to change.
    pub id: TeamId,
    /// The version this change was made on.
    pub version: i32,
    /// 1 to 200 characters.
    pub name: Option<String>,
    /// Moves the team, and all below it, under another team; never under itself.
    pub parent_id: MaybeUndefined<TeamId>,
    /// Who leads it, and so becomes a manager.
    pub lead_id: MaybeUndefined<MemberId>,
    /// Replaces the deputies.
    pub deputy_ids: Option<Vec<MemberId>>,
}
