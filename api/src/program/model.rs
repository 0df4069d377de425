//! A programme as GraphQL shows and takes it.

use async_graphql::{InputObject, Json, SimpleObject};
use entity::{ProgramId, ProgramState, SurveyId, TeamId, Time, program};
use serde_json::Value;

use super::{Plan, Trigger};
use crate::{
    base::{Error, Result},
    invitation::Delivery,
};

/// When and to whom a survey is sent.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Program {
    /// Its id, for good.
    pub id: ProgramId,
    /// What it is called among staff.
    pub name: String,
    /// The survey it sends: the version that is published when a wave is made.
    pub survey_id: SurveyId,
    /// Where it stands.
    pub state: ProgramState,
    /// When, to whom, how.
    pub plan: ProgramPlan,
    /// When it next looks whether somebody is due; null where it does not by itself.
    pub next_run_at: Option<Time>,
    /// Counts the changes; an update names the one it was made on.
    pub version: i32,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    #[graphql(skip)]
    pub team_id: Option<TeamId>,
}

/// When and to whom a survey is sent, and how its mails leave.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct ProgramPlan {
    /// What starts a wave.
    pub trigger: Trigger,
    /// For `RECURRING`: days from one mail to the next.
    pub every_days: i32,
    /// For `BEFORE_RENEWAL`: so many days before.
    pub days_before: i32,
    /// To whom.
    pub audience: ProgramAudience,
    /// How its mails leave.
    pub delivery: Delivery,
}

/// To whom: the filters as they were given.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct ProgramAudience {
    /// An `AccountFilter`; null: all accounts.
    pub accounts: Option<Json<Value>>,
    /// A `ContactFilter`; null: all contacts.
    pub contacts: Option<Json<Value>>,
}

impl TryFrom<program::Model> for Program {
    type Error = Error;

    fn try_from(row: program::Model) -> Result<Self> {
        let plan = Plan::read(&row.plan)?;
        let filter = |part: &str| given(&row.plan["audience"][part]).map(Json);
        Ok(Self {
            id: row.id,
            name: row.name,
            survey_id: row.survey_id,
            state: row.state,
            plan: ProgramPlan {
                trigger: plan.trigger,
                every_days: plan.every_days,
                days_before: plan.days_before,
                audience: ProgramAudience { accounts: filter("accounts"), contacts: filter("contacts") },
                delivery: plan.delivery,
            },
            next_run_at: row.next_run_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            team_id: row.team_id,
        })
    }
}

/// A filter without what it does not say.
fn given(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Object(fields) => {
            let said = fields.iter().filter_map(|(name, value)| Some((name.clone(), given(value)?)));
            Some(Value::Object(said.collect()))
        }
        Value::Array(values) => Some(Value::Array(values.iter().filter_map(given).collect())),
        other => Some(other.clone()),
    }
}

/// A new programme. It is a draft until it is activated.
#[derive(Clone, Debug, InputObject)]
pub struct CreateProgram {
    /// 1 to 200 characters.
    pub name: String,
    /// The survey it sends.
    pub survey_id: SurveyId,
    /// The team whose accounts it reaches, and those below. Absent: all accounts; only for those who see all.
    pub team_id: Option<TeamId>,
    /// When, to whom, how.
    pub plan: Plan,
}

/// What to change; what is absent stays. Waves that are made already stay as they are.
#[derive(Clone, Debug, InputObject)]
pub struct UpdateProgram {
    /// The programme to change.
    pub id: ProgramId,
    /// The version this change was made on.
    pub version: i32,
    /// 1 to 200 characters.
    pub name: Option<String>,
    /// The survey it sends from now on.
    pub survey_id: Option<SurveyId>,
    /// The whole plan anew.
    pub plan: Option<Plan>,
}
