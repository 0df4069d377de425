//! What one row becomes: a value for each column of its kind.

use std::collections::{HashMap, HashSet};

use entity::{
    AccountId, GrantKind, ResponseId, account, account_grant, answer, contact, escalation, exclusion, interaction,
    member, ownership, response, response_version,
};
use sea_orm::{ColumnTrait, sea_query::Order};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Directory;
use crate::{
    access::Action,
    base::Result,
    ctx::Ctx,
    import::{Collaborator, Excluded, Term},
    store::{Owned, Visible, among},
};

/// A kind of row that can be exported.
pub trait Line: Owned<Model: Send + Sync> {
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
        &["id", "source", "reference", "name", "email", "role", "active", "team", "leads", "deputises"];
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
            json!(row.team_id.map(|team| directory.path(team))),
            directory.leads(row.id),
            directory.deputises(row.id),
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
        "created_at",
        "archived_at",
        "merged_into",
        "ownerships",
        "collaborators",
        "exclusions",
    ];
    const KEY: account::Column = account::Column::Id;
    type Beside = Past;

    fn key(row: &account::Model) -> Uuid {
        row.id.0
    }

    async fn beside(ctx: &Ctx, rows: &[Visible<account::Model>]) -> Result<Past> {
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let named = rows.iter().flat_map(|row| [row.parent_id, row.merged_into_id]).flatten().map(|id| id.0).collect();
        let mut past = Past { seen: ctx.store().seen::<Self>(Self::KEY, named).await?, ..Past::default() };
        if ctx.may(Action::ReadOwnership).is_ok() {
            use ownership::{Column, Entity};
            let find = ctx.find::<Entity>().filter(among::<Entity, _>(Column::AccountId, &ids));
            for row in find.order(Column::FromAt, Order::Asc).all().await? {
                past.ownerships.entry(row.account_id).or_default().push(row);
            }
        }
        if ctx.may(Action::ReadOwnership).is_ok() {
            use account_grant::{Column, Entity};
            let find = ctx.find::<Entity>().filter(Column::Kind.eq(GrantKind::Collaborator));
            let find = find.filter(among::<Entity, _>(Column::AccountId, &ids)).order(Column::FromAt, Order::Asc);
            // Not by ids alone: another Steward that has this file gives its own.
            for row in find.order(Column::MemberId, Order::Asc).order(Column::Id, Order::Asc).all().await? {
                past.collaborators.entry(row.account_id).or_default().push(row);
            }
        }
        if ctx.may(Action::ManageExclusions).is_ok() {
            use exclusion::{Column, Entity};
            let find = ctx.find::<Entity>().filter(among::<Entity, _>(Column::AccountId, &ids));
            for row in find.order(Column::Id, Order::Asc).all().await? {
                past.exclusions.entry(row.account_id).or_default().push(row);
            }
        }
        Ok(past)
    }

    fn values(row: &account::Model, directory: &Directory, past: &Past) -> Vec<Value> {
        vec![
            json!(row.id),
            json!(row.source),
            json!(row.reference),
            json!(row.name),
            json!(row.domain),
            json!(only(&past.seen, row.parent_id.map(|id| id.0))),
            json!(row.territory),
            json!(row.industry),
            json!(row.segment),
            json!(row.tier),
            json!(row.lifecycle),
            json!(row.annual_value),
            json!(row.renewal_on.known()),
            json!((row.health >= 0).then_some(row.health)),
            directory.email(row.owner_id),
            json!(directory.path(row.team_id)),
            json!(row.created_at),
            json!(row.archived_at),
            json!(only(&past.seen, row.merged_into_id.map(|id| id.0))),
            past.ownerships(row.id, directory),
            past.collaborators(row.id, directory),
            past.exclusions(row.id, directory),
        ]
    }
}

/// What accounts have been through.
#[derive(Default)]
pub struct Past {
    /// The accounts in sight of those that they name.
    seen: HashSet<Uuid>,
    ownerships: HashMap<AccountId, Vec<Visible<ownership::Model>>>,
    collaborators: HashMap<AccountId, Vec<Visible<account_grant::Model>>>,
    exclusions: HashMap<AccountId, Vec<Visible<exclusion::Model>>>,
}

impl Past {
    fn ownerships(&self, id: AccountId, directory: &Directory) -> Value {
        let rows = self.ownerships.get(&id).into_iter().flatten().map(|row| Term {
            owner: directory.address(Some(row.member_id)).unwrap_or_default(),
            team: directory.path(row.team_id),
            from: row.from_at,
            until: row.until_at,
            source: row.source,
            reason: row.reason.clone(),
            by: directory.address(row.by_id),
        });
        listed(rows)
    }

    fn collaborators(&self, id: AccountId, directory: &Directory) -> Value {
        let rows = self.collaborators.get(&id).into_iter().flatten().map(|row| Collaborator {
            member: directory.address(Some(row.member_id)).unwrap_or_default(),
            role: row.role,
            from: row.from_at,
            until: row.until_at,
        });
        listed(rows)
    }

    fn exclusions(&self, id: AccountId, directory: &Directory) -> Value {
        let rows = self.exclusions.get(&id).into_iter().flatten().map(|row| Excluded {
            contact: row.contact_id.map(|id| id.0),
            reason: row.reason.clone(),
            until: row.until_at,
            by: directory.address(row.by_id),
            lifted_at: row.lifted_at,
            created_at: row.created_at,
        });
        listed(rows)
    }
}

fn only(seen: &HashSet<Uuid>, id: Option<Uuid>) -> Option<Uuid> {
    id.filter(|id| seen.contains(id))
}

/// Nothing, or a list.
fn listed<T: Serialize>(rows: impl Iterator<Item = T>) -> Value {
    let rows: Vec<T> = rows.collect();
    if rows.is_empty() { Value::Null } else { json!(rows) }
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
        "opted_out_at",
        "muted",
        "created_at",
        "archived_at",
        "merged_into",
    ];
    const KEY: contact::Column = contact::Column::Id;
    type Beside = HashSet<Uuid>;

    fn key(row: &contact::Model) -> Uuid {
        row.id.0
    }

    async fn beside(ctx: &Ctx, rows: &[Visible<contact::Model>]) -> Result<HashSet<Uuid>> {
        let named = rows.iter().filter_map(|row| row.merged_into_id).map(|id| id.0).collect();
        ctx.store().seen::<Self>(Self::KEY, named).await
    }

    fn values(row: &contact::Model, _: &Directory, seen: &HashSet<Uuid>) -> Vec<Value> {
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
            json!(row.opted_out_at),
            json!(row.muted.list()),
            json!(row.created_at),
            json!(row.archived_at),
            json!(only(seen, row.merged_into_id.map(|id| id.0))),
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
        "created_at",
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
            json!(row.created_at),
        ]
    }
}

impl Line for escalation::Entity {
    const ACTION: Action = Action::ReadInteractions;
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "source",
        "reference",
        "account",
        "severity",
        "title",
        "opened_at",
        "closed_at",
        "opened_by",
        "created_at",
    ];
    const KEY: escalation::Column = escalation::Column::Id;
    type Beside = ();

    fn key(row: &escalation::Model) -> Uuid {
        row.id.0
    }

    fn values(row: &escalation::Model, directory: &Directory, (): &()) -> Vec<Value> {
        vec![
            json!(row.id),
            json!(row.source),
            json!(row.reference),
            json!(row.account_id),
            json!(row.severity),
            json!(row.title),
            json!(row.opened_at),
            json!(row.closed_at),
            directory.email(row.opened_by_id),
            json!(row.created_at),
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
        "team_stood",
        "territory",
        "segment",
        "tier",
        "decision_maker",
        "inherited",
        "earlier",
    ];
    const KEY: response::Column = response::Column::Id;
    type Beside = Answers;

    fn key(row: &response::Model) -> Uuid {
        row.id.0
    }

    async fn beside(ctx: &Ctx, rows: &[Visible<response::Model>]) -> Result<Answers> {
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let find = ctx.find::<answer::Entity>().filter(among::<answer::Entity, _>(answer::Column::ResponseId, &ids));
        let mut found = Answers::default();
        for row in find.all().await? {
            let value = row.score.map_or_else(|| json!(row.text), |score| json!(score));
            found.further.entry(row.response_id).or_default().insert(row.question.clone(), value);
        }
        let amended: Vec<_> = rows.iter().filter(|row| row.version > 1).map(|row| row.id).collect();
        if !amended.is_empty() {
            use response_version::{Column, Entity};
            let find = ctx.find::<Entity>().filter(among::<Entity, _>(Column::ResponseId, &amended));
            for row in find.order(Column::Version, Order::Asc).all().await? {
                found.earlier.entry(row.response_id).or_default().push(row);
            }
        }
        Ok(found)
    }

    fn values(row: &response::Model, directory: &Directory, answers: &Answers) -> Vec<Value> {
        let [team, stood] = directory.place(row.place_id);
        vec![
            json!(row.id),
            json!(row.source),
            json!(row.reference),
            json!(row.account_id),
            json!(row.contact_id),
            directory.survey(row.survey_id),
            json!(row.kind),
            json!(row.question),
            json!(row.score),
            json!(row.comment),
            json!(answers.further.get(&row.id)),
            json!(row.language),
            json!(row.answered_at),
            json!(row.completed_at),
            json!(row.amended_at),
            directory.email(row.owner_id),
            team,
            stood,
            json!(row.territory),
            json!(row.segment),
            json!(row.tier),
            json!(row.decision_maker),
            json!(row.inherited),
            answers.earlier(row.id),
        ]
    }
}

/// What responses hold beside themselves.
#[derive(Default)]
pub struct Answers {
    further: HashMap<ResponseId, Map<String, Value>>,
    earlier: HashMap<ResponseId, Vec<Visible<response_version::Model>>>,
}

impl Answers {
    fn earlier(&self, id: ResponseId) -> Value {
        let told = |row: &Visible<response_version::Model>| {
            json!({
                "version": row.version, "score": row.score, "comment": row.comment, "at": row.at, "answers": row.answers,
            })
        };
        listed(self.earlier.get(&id).into_iter().flatten().map(told))
    }
}
