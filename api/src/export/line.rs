//! What one row becomes: a value for each column of its kind.

use std::collections::HashMap;

use entity::{
    MemberId, PlaceId, TeamId, account, answer, contact, interaction, member, response, survey, team, team_place,
};
use sea_orm::FromQueryResult;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::seen::Seen;
use crate::{
    access::Action,
    base::Result,
    ctx::Ctx,
    store::{Owned, Visible, among},
};

/// The company's own tables, which rows point into: read once for an export.
pub struct Directory {
    members: HashMap<MemberId, Visible<member::Model>>,
    teams: HashMap<TeamId, Visible<team::Model>>,
    places: HashMap<PlaceId, String>,
    surveys: HashMap<entity::SurveyId, String>,
}

impl Directory {
    pub async fn read(ctx: &Ctx) -> Result<Self> {
        let members = ctx.find::<member::Entity>().all().await?;
        let teams = ctx.find::<team::Entity>().all().await?;
        let places = ctx.find::<team_place::Entity>().all().await?;
        let surveys = ctx.find::<survey::Entity>().all().await?;
        Ok(Self {
            members: members.into_iter().map(|row| (row.id, row)).collect(),
            teams: teams.into_iter().map(|row| (row.id, row)).collect(),
            places: places.into_iter().map(|row| (row.id, row.path.clone())).collect(),
            surveys: surveys.into_iter().map(|row| (row.id, row.name.clone())).collect(),
        })
    }

    fn email(&self, id: Option<MemberId>) -> Value {
        id.and_then(|id| self.members.get(&id)).map_or(Value::Null, |row| json!(row.email))
    }

    /// The team somebody leads; of several the oldest.
    fn led(&self, id: MemberId) -> Option<TeamId> {
        self.teams.values().filter(|row| row.lead_id == Some(id)).map(|row| row.id).min()
    }

    /// The names of a team and of those above it, from the top down; the company itself, at the top, is left out.
    fn path(&self, id: TeamId) -> Value {
        let mut names = Vec::new();
        let mut at = self.teams.get(&id);
        while let Some(row) = at {
            names.push(row.name.as_str());
            at = row.parent_id.and_then(|parent| self.teams.get(&parent));
        }
        names.reverse();
        Self::joined(&names)
    }

    /// The same for a team's place in the tree of a day.
    fn place(&self, id: PlaceId) -> Value {
        let ids = self.places.get(&id).map(String::as_str).unwrap_or_default();
        let teams = ids.split_terminator('/').filter_map(|id| self.teams.get(&id.parse().ok()?));
        let names: Vec<&str> = teams.map(|row| row.name.as_str()).collect();
        Self::joined(&names)
    }

    fn joined(names: &[&str]) -> Value {
        let below = if names.len() > 1 { &names[1..] } else { names };
        let escaped: Vec<String> = below.iter().map(|name| name.replace('\\', "\\\\").replace('/', "\\/")).collect();
        json!(escaped.join(" / "))
    }
}

/// A kind of row that can be exported.
pub trait Line: Owned<Model: FromQueryResult + Send + Sync> {
    /// Who may.
    const ACTION: Action;
    const COLUMNS: &'static [&'static str];
    /// The column that rises with time.
    const KEY: Self::Column;

    fn key(row: &Self::Model) -> Uuid;

    /// What else rows need, for a whole chunk.
    type Beside: Default + Send + Sync;

    fn beside(_: &Ctx, _: &[Visible<Self::Model>]) -> impl Future<Output = Result<Self::Beside>> + Send {
        async { Ok(Self::Beside::default()) }
    }

    /// One value a column.
    fn values(row: &Self::Model, directory: &Directory, beside: &Self::Beside) -> Vec<Value>;
}

impl Line for member::Entity {
    const ACTION: Action = Action::ReadDirectory;
    const COLUMNS: &'static [&'static str] =
        &["id", "source", "reference", "name", "email", "role", "active", "team", "leads"];
    const KEY: member::Column = member::Column::Id;
    type Beside = ();

    fn key(row: &member::Model) -> Uuid {
        row.id.0
    }

    fn values(row: &member::Model, directory: &Directory, (): &()) -> Vec<Value> {
        vec![
            json!(row.id),
            json!(row.source),
            json!(row.reference),
            json!(row.name),
            json!(row.email),
            json!(row.role),
            json!(row.active),
            row.team_id.map_or(Value::Null, |team| directory.path(team)),
            directory.led(row.id).map_or(Value::Null, |team| directory.path(team)),
        ]
    }
}

impl Line for account::Entity {
    const ACTION: Action = Action::ReadAccounts;
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "source",
        "reference",
        "name",
        "domain",
        "parent",
        "territory",
        "industry",
        "segment",
        "tier",
        "lifecycle",
        "annual_value",
        "renewal_on",
        "health",
        "owner",
        "team",
        "archived_at",
    ];
    const KEY: account::Column = account::Column::Id;
    type Beside = Seen;

    fn key(row: &account::Model) -> Uuid {
        row.id.0
    }

    async fn beside(ctx: &Ctx, rows: &[Visible<account::Model>]) -> Result<Seen> {
        Seen::read(ctx, rows).await
    }

    fn values(row: &account::Model, directory: &Directory, seen: &Seen) -> Vec<Value> {
        vec![
            json!(row.id),
            json!(row.source),
            json!(row.reference),
            json!(row.name),
            json!(row.domain),
            json!(seen.only(row.parent_id)),
            json!(row.territory),
            json!(row.industry),
            json!(row.segment),
            json!(row.tier),
            json!(row.lifecycle),
            json!(row.annual_value),
            json!(row.renewal_on.known()),
            json!((row.health >= 0).then_some(row.health)),
            directory.email(row.owner_id),
            directory.path(row.team_id),
            json!(row.archived_at),
        ]
    }
}

impl Line for contact::Entity {
    const ACTION: Action = Action::ReadContacts;
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "source",
        "reference",
        "account",
        "name",
        "email",
        "title",
        "roles",
        "language",
        "time_zone",
        "mail_state",
        "opted_out",
        "archived_at",
    ];
    const KEY: contact::Column = contact::Column::Id;
    type Beside = ();

    fn key(row: &contact::Model) -> Uuid {
        row.id.0
    }

    fn values(row: &contact::Model, _: &Directory, (): &()) -> Vec<Value> {
        vec![
            json!(row.id),
            json!(row.source),
            json!(row.reference),
            json!(row.account_id),
            json!(row.name),
            json!(row.email),
            json!(row.title),
            json!(row.roles.list()),
            json!(row.language),
            json!(row.time_zone),
            json!(row.mail_state),
            json!(row.opted_out_at.is_some()),
            json!(row.archived_at),
        ]
    }
}

impl Line for interaction::Entity {
    const ACTION: Action = Action::ReadInteractions;
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "source",
        "reference",
        "account",
        "contact",
        "member",
        "kind",
        "direction",
        "channel",
        "occurred_at",
        "subject",
        "body",
        "customer_visible",
    ];
    const KEY: interaction::Column = interaction::Column::Id;
    type Beside = ();

    fn key(row: &interaction::Model) -> Uuid {
        row.id.0
    }

    fn values(row: &interaction::Model, directory: &Directory, (): &()) -> Vec<Value> {
        vec![
            json!(row.id),
            json!(row.source),
            json!(row.external_id),
            json!(row.account_id),
            json!(row.contact_id),
            directory.email(row.member_id),
            json!(row.kind),
            json!(row.direction),
            json!(row.channel),
            json!(row.occurred_at),
            json!(row.subject),
            json!(row.body),
            json!(row.customer_visible),
        ]
    }
}

impl Line for response::Entity {
    const ACTION: Action = Action::ReadResponses;
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "source",
        "reference",
        "account",
        "contact",
        "survey",
        "kind",
        "question",
        "score",
        "comment",
        "answers",
        "language",
        "answered_at",
        "completed_at",
        "amended_at",
        "owner",
        "team",
        "territory",
        "segment",
        "tier",
        "decision_maker",
        "inherited",
    ];
    const KEY: response::Column = response::Column::Id;
    type Beside = HashMap<Uuid, Map<String, Value>>;

    fn key(row: &response::Model) -> Uuid {
        row.id.0
    }

    async fn beside(ctx: &Ctx, rows: &[Visible<response::Model>]) -> Result<Self::Beside> {
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let find = ctx.find::<answer::Entity>().filter(among::<answer::Entity, _>(answer::Column::ResponseId, &ids));
        let mut found: Self::Beside = HashMap::new();
        for row in find.all().await? {
            let value = row.score.map_or_else(|| json!(row.text), |score| json!(score));
            found.entry(row.response_id.0).or_default().insert(row.question.clone(), value);
        }
        Ok(found)
    }

    fn values(row: &response::Model, directory: &Directory, answers: &Self::Beside) -> Vec<Value> {
        let survey = directory.surveys.get(&row.survey_id);
        vec![
            json!(row.id),
            json!(row.source),
            json!(row.reference),
            json!(row.account_id),
            json!(row.contact_id),
            json!(survey),
            json!(row.kind),
            json!(row.question),
            json!(row.score),
            json!(row.comment),
            json!(answers.get(&row.id.0)),
            json!(row.language),
            json!(row.answered_at),
            json!(row.completed_at),
            json!(row.amended_at),
            directory.email(row.owner_id),
            directory.place(row.place_id),
            json!(row.territory),
            json!(row.segment),
            json!(row.tier),
            json!(row.decision_maker),
            json!(row.inherited),
        ]
    }
}
