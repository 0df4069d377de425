//! A team as both doors show it.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::{MemberId, TeamId, team};

/// A group of staff in the tree of teams.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
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
    pub name: String,
    pub parent_id: Option<TeamId>,
    pub lead_id: Option<MemberId>,
    #[graphql(default)]
    pub deputy_ids: Vec<MemberId>,
}

/// What to change; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct UpdateTeam {
    pub id: TeamId,
    /// The version this change was made on.
    pub version: i32,
    pub name: Option<String>,
    /// Moves the team, and all below it, under another team; never under itself.
    pub parent_id: MaybeUndefined<TeamId>,
    pub lead_id: MaybeUndefined<MemberId>,
    /// Replaces the deputies.
    pub deputy_ids: Option<Vec<MemberId>>,
}
