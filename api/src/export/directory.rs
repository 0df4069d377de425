//! The company's own tables, which rows point into: read once for an export.

use std::collections::HashMap;

use entity::{MemberId, PlaceId, SurveyId, TeamId, member, survey, team, team_deputy, team_place};
use serde_json::{Value, json};

use crate::{base::Result, ctx::Ctx, store::Visible};

pub struct Directory {
    members: HashMap<MemberId, Visible<member::Model>>,
    teams: HashMap<TeamId, Visible<team::Model>>,
    /// The company itself.
    top: Option<TeamId>,
    deputies: Vec<Visible<team_deputy::Model>>,
    places: HashMap<PlaceId, Visible<team_place::Model>>,
    surveys: HashMap<SurveyId, String>,
}

impl Directory {
    pub async fn read(ctx: &Ctx) -> Result<Self> {
        let members = ctx.find::<member::Entity>().all().await?;
        let teams = ctx.find::<team::Entity>().all().await?;
        let deputies = ctx.find::<team_deputy::Entity>().all().await?;
        let places = ctx.find::<team_place::Entity>().all().await?;
        let surveys = ctx.find::<survey::Entity>().all().await?;
        Ok(Self {
            members: members.into_iter().map(|row| (row.id, row)).collect(),
            top: teams.iter().filter(|row| row.parent_id.is_none()).map(|row| row.id).min(),
            teams: teams.into_iter().map(|row| (row.id, row)).collect(),
            deputies,
            places: places.into_iter().map(|row| (row.id, row)).collect(),
            surveys: surveys.into_iter().map(|row| (row.id, row.name.clone())).collect(),
        })
    }

    pub fn email(&self, id: Option<MemberId>) -> Value {
        json!(self.address(id))
    }

    pub fn address(&self, id: Option<MemberId>) -> Option<String> {
        Some(self.members.get(&id?)?.email.clone())
    }

    pub fn survey(&self, id: SurveyId) -> Value {
        json!(self.surveys.get(&id))
    }

    /// The teams somebody leads.
    pub fn leads(&self, id: MemberId) -> Value {
        self.list(self.teams.values().filter(|row| row.lead_id == Some(id)).map(|row| row.id))
    }

    /// The teams somebody deputises in.
    pub fn deputises(&self, id: MemberId) -> Value {
        self.list(self.deputies.iter().filter(|row| row.member_id == id).map(|row| row.team_id))
    }

    /// From the top of the tree down to a team, itself included.
    fn way(&self, id: TeamId) -> Vec<TeamId> {
        let mut ids = Vec::new();
        let mut at = self.teams.get(&id);
        while let Some(row) = at {
            ids.push(row.id);
            at = row.parent_id.and_then(|parent| self.teams.get(&parent));
        }
        ids.reverse();
        ids
    }

    /// The names of a team and of those above it, from below the company itself down; of the company and of what
    /// stands beside it, from a slash on.
    pub fn path(&self, id: TeamId) -> String {
        let ids = self.way(id);
        let escaped = |id: &TeamId| {
            let name = self.teams.get(id).map(|row| row.name.as_str()).unwrap_or_default();
            name.replace('\\', "\\\\").replace('/', "\\/").replace(';', "\\;")
        };
        let below = |ids: &[TeamId]| ids.iter().map(escaped).collect::<Vec<_>>().join(" / ");
        match ids.split_first() {
            Some((top, [])) if Some(*top) == self.top => "/".to_owned(),
            Some((top, rest)) if Some(*top) == self.top => below(rest),
            _ => format!("/ {}", below(&ids)),
        }
    }

    fn list(&self, ids: impl Iterator<Item = TeamId>) -> Value {
        let mut ids: Vec<TeamId> = ids.collect();
        ids.sort_unstable();
        let paths: Vec<String> = ids.into_iter().map(|id| self.path(id)).collect();
        if paths.is_empty() { Value::Null } else { json!(paths.join("; ")) }
    }

    /// The team that stood at a place; and if it stands elsewhere today, the teams from the top down to it as they
    /// stood, each by its path of today.
    pub fn place(&self, id: PlaceId) -> [Value; 2] {
        let Some(place) = self.places.get(&id) else { return [Value::Null, Value::Null] };
        let stood: Vec<TeamId> = place.path.split_terminator('/').filter_map(|id| id.parse().ok()).collect();
        let paths = || stood.iter().map(|id| self.path(*id)).collect::<Vec<_>>().join("; ");
        let moved = stood != self.way(place.team_id);
        [json!(self.path(place.team_id)), if moved { json!(paths()) } else { Value::Null }]
    }
}
