//! Opening the demonstration to its audience: a token for each role, and surveys sent just now.

use std::sync::Arc;

use entity::{InvitationStatus, SurveyId, SurveyKind, invitation, survey};
use sea_orm::ColumnTrait;

use super::Cast;
use crate::{
    access::KeyScope,
    base::{Error, Result},
    ctx::Ctx,
    key::{self, CreateIntegrationKey},
    program::{CreateProgram, Plan, SendSurvey, Trigger, create, send},
    secure::{ApiKey, Purpose, digest},
    session::{DEMO, authenticate, issue},
    store::Subject,
};

/// An access token for each role, good for [`DEMO`].
#[derive(Clone)]
pub struct Tokens {
    pub admin: String,
    pub manager: String,
    pub owner: String,
    pub customer: String,
    pub integration: String,
}

/// What the audience gets.
pub struct Opened {
    pub tokens: Tokens,
    /// The integration's key, to sign in with again.
    pub key: ApiKey,
    /// The link in the mail to the customer of the cast; not answered yet.
    pub survey_link: String,
}

/// Signs the cast in, and has the owner ask two of their accounts.
pub async fn open(system: &Ctx, cast: &Cast) -> Result<Opened> {
    let (key_id, key) = key::create(system, everything()).await?;
    let token = async |who| issue(system, who, DEMO).await.map(|issued| issued.access_token);
    let tokens = Tokens {
        admin: token(Subject::Member(cast.admin.id)).await?,
        manager: token(Subject::Member(cast.manager.id)).await?,
        owner: token(Subject::Member(cast.owner.id)).await?,
        customer: token(Subject::Contact(cast.customer.id)).await?,
        integration: token(Subject::Key(key_id)).await?,
    };
    let owner = authenticate(&Arc::clone(system.env()), &tokens.owner).await?;
    let nps = system.find::<survey::Entity>().filter(survey::Column::Kind.eq(SurveyKind::Nps)).one("survey").await?;
    for account in [cast.account, cast.second] {
        let whom = SendSurvey { account_id: Some(account), ..SendSurvey::default() };
        Box::pin(send(&owner, nps.id, whom)).await?;
    }
    let manager = authenticate(&Arc::clone(system.env()), &tokens.manager).await?;
    let ces = system.find::<survey::Entity>().filter(survey::Column::Kind.eq(SurveyKind::Ces)).one("survey").await?;
    create(&manager, before_renewals(cast, ces.id)).await?;
    Ok(Opened { tokens, key, survey_link: link(system, cast).await? })
}

/// A draft of the manager's, to be tried dry and activated.
fn before_renewals(cast: &Cast, survey_id: SurveyId) -> CreateProgram {
    let mut plan = Plan { days_before: 90, ..Plan::usual(Trigger::BeforeRenewal) };
    // Whoever tries it wants to see the mails, at whatever hour.
    plan.delivery.window = None;
    CreateProgram { name: "Before renewals".to_owned(), survey_id, team_id: Some(cast.team), plan }
}

fn everything() -> CreateIntegrationKey {
    CreateIntegrationKey {
        name: "CRM of the demonstration".to_owned(),
        scopes: KeyScope::ALL.iter().map(ToString::to_string).collect(),
        source: "crm".to_owned(),
        team_id: None,
        expires_at: None,
    }
}

/// Derived again, as the mail's job does.
async fn link(system: &Ctx, cast: &Cast) -> Result<String> {
    let row = system
        .find::<invitation::Entity>()
        .filter(invitation::Column::ContactId.eq(cast.customer.id))
        .filter(invitation::Column::TokenHash.is_not_null())
        .one("invitation")
        .await?;
    let token = system.secret().token(Purpose::Survey, row.id.0, row.generation);
    if row.token_hash != Some(digest(&token)) {
        return Err(Error::internal("the survey link does not open its invitation"));
    }
    Ok(format!("{}/s/{token}", system.company().public_url))
}

/// How many mails still wait to leave.
pub async fn unsent(system: &Ctx) -> Result<i64> {
    let waiting = invitation::Column::Status.eq(InvitationStatus::Queued);
    system.find::<invitation::Entity>().filter(waiting).count().await
}
