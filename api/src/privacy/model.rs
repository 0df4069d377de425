//! What is held of a contact, as the doors show it.

use async_graphql::{InputObject, SimpleObject};
use entity::{
    AccountId, AuditAction, Channel, ContactId, ContactRole, Direction, ExclusionId, InteractionId, InteractionType,
    InvitationId, InvitationStatus, Machine, MailState, MessageClass, ResponseId, SessionId, Suppression, SurveyId,
    SurveyKind, Time, audit, contact, exclusion, interaction, invitation, response, session, visit,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::{FurtherAnswer, ResponseVersion};

/// Whom to erase, and why.
#[derive(Clone, Debug, InputObject)]
pub struct EraseContact {
    /// The contact to erase.
    pub id: ContactId,
    /// The version of it that you have read.
    pub version: i32,
    /// Why, 1 to 200 characters: the audit keeps it, without the contact's name and address.
    pub reason: String,
}

/// What became of a contact's traces.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct ErasedContact {
    /// Whom there is no more.
    pub id: ContactId,
    /// Answers that stay as scores without a name.
    pub answers: i32,
    /// Entries of the timeline that stay without a name and a text.
    pub entries: i32,
    /// Other rows out of whose text the name or the address was taken.
    pub mentions: i32,
}

/// All that is held of a contact. The words of others about them are not in it, save in entries of the timeline that
/// name them as who took part.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonalData {
    /// When it was put together.
    pub taken_at: Time,
    /// Who they are.
    pub contact: HeldContact,
    /// Contacts who were merged into them; what belonged to these is told below.
    pub merged: Vec<HeldContact>,
    /// Entries of the timeline in which they took part.
    pub interactions: Vec<HeldInteraction>,
    /// Surveys they were asked, or were not asked for a reason.
    pub invitations: Vec<HeldInvitation>,
    /// What they answered.
    pub responses: Vec<HeldResponse>,
    /// Times in which they are not surveyed.
    pub exclusions: Vec<HeldExclusion>,
    /// Their sign-ins.
    pub sessions: Vec<HeldSession>,
    /// What the audit tells of all these rows, the oldest first.
    pub changes: Vec<HeldChange>,
}

/// A contact as it is held.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldContact {
    /// Their id.
    pub id: ContactId,
    /// The account they work for.
    pub account_id: AccountId,
    /// Their full name.
    #[schema(example = "Carla Reyes")]
    pub name: String,
    /// Where mail reaches them.
    #[schema(example = "carla@globex.example")]
    pub email: Option<String>,
    /// Their job title.
    #[schema(example = "Head of Operations")]
    pub title: Option<String>,
    /// What they are to their company's dealings with us.
    #[schema(example = json!(["DECISION_MAKER"]))]
    pub roles: Vec<ContactRole>,
    /// A language tag.
    #[schema(example = "en")]
    pub language: Option<String>,
    /// An IANA zone.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: Option<String>,
    /// Whether survey mails reach them.
    #[schema(example = "OK")]
    pub mail_state: MailState,
    /// Since when they want no survey mails.
    pub opted_out_at: Option<Time>,
    /// Classes of mail that they want none of.
    #[schema(example = json!([]))]
    pub muted: Vec<MessageClass>,
    /// The outside system they came from.
    #[schema(example = "crm")]
    pub source: Option<String>,
    /// That system's own id for them.
    #[schema(example = "C-204")]
    pub reference: Option<String>,
    /// Since when they are archived.
    pub archived_at: Option<Time>,
    /// Counts the changes.
    #[schema(example = 1)]
    pub version: i32,
    /// When they were entered.
    pub created_at: Time,
    /// When they were last changed.
    pub updated_at: Time,
}

impl From<&contact::Model> for HeldContact {
    fn from(row: &contact::Model) -> Self {
        let row = row.clone();
        Self {
            id: row.id,
            account_id: row.account_id,
            name: row.name,
            email: row.email,
            title: row.title,
            roles: row.roles.list(),
            language: row.language,
            time_zone: row.time_zone,
            mail_state: row.mail_state,
            opted_out_at: row.opted_out_at,
            muted: row.muted.list(),
            source: row.source,
            reference: row.reference,
            archived_at: row.archived_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// An entry of the timeline as it is held.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldInteraction {
    /// Its id.
    pub id: InteractionId,
    /// What it is about.
    #[serde(rename = "type")]
    pub kind: InteractionType,
    /// Who spoke.
    pub direction: Direction,
    /// How.
    pub channel: Channel,
    /// When it happened.
    pub occurred_at: Time,
    /// One line on it.
    #[schema(example = "Quarterly review")]
    pub subject: String,
    /// The whole of it.
    #[schema(example = "Went through the open points.")]
    pub body: Option<String>,
    /// The outside system it came from.
    #[schema(example = "crm")]
    pub source: Option<String>,
    /// That system's own id for it.
    #[schema(example = "E-17")]
    pub external_id: Option<String>,
}

impl From<&interaction::Model> for HeldInteraction {
    fn from(row: &interaction::Model) -> Self {
        let row = row.clone();
        Self {
            id: row.id,
            kind: row.kind,
            direction: row.direction,
            channel: row.channel,
            occurred_at: row.occurred_at,
            subject: row.subject,
            body: row.body,
            source: row.source,
            external_id: row.external_id,
        }
    }
}

/// An invitation as it is held.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The survey.
    pub survey_id: SurveyId,
    /// How far it has come.
    pub status: InvitationStatus,
    /// Why they are not asked.
    pub suppressed: Option<Suppression>,
    /// The language of mail and page.
    #[schema(example = "en")]
    pub language: String,
    /// When it was made.
    pub queued_at: Time,
    /// When the mail left.
    pub sent_at: Option<Time>,
    /// When the last reminder left.
    pub reminded_at: Option<Time>,
    /// When the mail came back.
    pub bounced_at: Option<Time>,
    /// When a person first opened the link.
    pub visited_at: Option<Time>,
    /// When the link ends.
    pub expires_at: Time,
    /// What the mail server said when it last refused.
    #[schema(example = "permanent error (550): 5.1.1 user unknown")]
    pub error: Option<String>,
    /// When the link was opened, and by what.
    pub visits: Vec<HeldVisit>,
}

impl HeldInvitation {
    pub(super) fn of(row: &invitation::Model, visits: Vec<HeldVisit>) -> Self {
        let row = row.clone();
        Self {
            id: row.id,
            survey_id: row.survey_id,
            status: row.status,
            suppressed: row.suppressed,
            language: row.language,
            queued_at: row.queued_at,
            sent_at: row.sent_at,
            reminded_at: row.reminded_at,
            bounced_at: row.bounced_at,
            visited_at: row.visited_at,
            expires_at: row.expires_at,
            error: row.error,
            visits,
        }
    }
}

/// One opening of a link.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldVisit {
    /// When.
    pub at: Time,
    /// Why it is held for a machine's.
    pub machine: Option<Machine>,
    /// The program that opened it, as it called itself.
    #[schema(example = "Mozilla/5.0 Firefox/140.0")]
    pub user_agent: Option<String>,
    /// The score that was picked in the mail.
    #[schema(example = 9)]
    pub picked: Option<i16>,
}

impl From<&visit::Model> for HeldVisit {
    fn from(row: &visit::Model) -> Self {
        Self { at: row.at, machine: row.machine, user_agent: row.agent.clone(), picked: row.picked }
    }
}

/// An answer as it is held.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldResponse {
    /// Its id.
    pub id: ResponseId,
    /// The survey.
    pub survey_id: SurveyId,
    /// What the survey measures.
    pub kind: SurveyKind,
    /// The key of the scored question.
    #[schema(example = "nps")]
    pub question: String,
    /// On the question's scale.
    #[schema(example = 9)]
    pub score: i16,
    /// What they added in words.
    #[schema(example = "One person to call, and things get done.")]
    pub comment: Option<String>,
    /// What they answered to further questions.
    pub answers: Vec<FurtherAnswer>,
    /// The language they read it in.
    #[schema(example = "en")]
    pub language: Option<String>,
    /// When it was first given.
    pub answered_at: Time,
    /// When all that is required was answered first.
    pub completed_at: Option<Time>,
    /// When it was last changed.
    pub amended_at: Option<Time>,
    /// The outside system it came from.
    #[schema(example = "crm")]
    pub source: Option<String>,
    /// That system's own id for it.
    #[schema(example = "A-17")]
    pub reference: Option<String>,
    /// What it said before it was changed, the newest first.
    pub earlier: Vec<HeldVersion>,
}

impl HeldResponse {
    pub(super) fn of(row: &response::Model, answers: Vec<FurtherAnswer>, earlier: Vec<ResponseVersion>) -> Self {
        let row = row.clone();
        Self {
            id: row.id,
            survey_id: row.survey_id,
            kind: row.kind,
            question: row.question,
            score: row.score,
            comment: row.comment,
            answers,
            language: row.language,
            answered_at: row.answered_at,
            completed_at: row.completed_at,
            amended_at: row.amended_at,
            source: row.source,
            reference: row.reference,
            earlier: earlier.into_iter().map(HeldVersion::from).collect(),
        }
    }
}

/// What an answer said before it was changed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldVersion {
    /// Which version.
    #[schema(example = 1)]
    pub version: i32,
    /// What the score was.
    #[schema(example = 6)]
    pub score: i32,
    /// What the comment was.
    #[schema(example = "Too slow.")]
    pub comment: Option<String>,
    /// What the answers to further questions were.
    pub answers: Vec<FurtherAnswer>,
    /// When it was given.
    pub at: Time,
}

impl From<ResponseVersion> for HeldVersion {
    fn from(row: ResponseVersion) -> Self {
        Self { version: row.version, score: row.score, comment: row.comment, answers: row.answers, at: row.at }
    }
}

/// A time in which they are not surveyed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldExclusion {
    /// Its id.
    pub id: ExclusionId,
    /// Why.
    #[schema(example = "Asked for a quiet year.")]
    pub reason: String,
    /// Until when.
    pub until: Time,
    /// When it was taken back before its end.
    pub lifted_at: Option<Time>,
    /// Since when.
    pub created_at: Time,
}

impl From<&exclusion::Model> for HeldExclusion {
    fn from(row: &exclusion::Model) -> Self {
        Self {
            id: row.id,
            reason: row.reason.clone(),
            until: row.until_at,
            lifted_at: row.lifted_at,
            created_at: row.created_at,
        }
    }
}

/// A sign-in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldSession {
    /// Its id.
    pub id: SessionId,
    /// When they signed in.
    pub created_at: Time,
    /// When it was last refreshed.
    pub refreshed_at: Option<Time>,
    /// When it ends by itself.
    pub expires_at: Time,
    /// When it was ended.
    pub revoked_at: Option<Time>,
    /// The program that signed in, as it called itself.
    #[schema(example = "Mozilla/5.0 Firefox/140.0")]
    pub user_agent: Option<String>,
}

impl From<&session::Model> for HeldSession {
    fn from(row: &session::Model) -> Self {
        Self {
            id: row.id,
            created_at: row.created_at,
            refreshed_at: row.refreshed_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            user_agent: row.agent.clone(),
        }
    }
}

/// One change of one row.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "at": "2026-01-31T09:30:00Z", "action": "UPDATE", "subject": "contact",
    "subjectId": "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90",
    "before": {"title": "Buyer"}, "after": {"title": "Head of Operations"},
}))]
pub struct HeldChange {
    /// When.
    pub at: Time,
    /// What happened to the row.
    pub action: AuditAction,
    /// What kind of row it is.
    pub subject: String,
    /// The row's id.
    pub subject_id: Uuid,
    /// The changed columns as they were before, save what points at other rows.
    pub before: Option<Value>,
    /// The changed columns as they are since; of a new row all that hold something.
    pub after: Option<Value>,
}

impl From<audit::Model> for HeldChange {
    fn from(row: audit::Model) -> Self {
        let (before, after) = (row.before.map(own), row.after.map(own));
        Self { at: row.at, action: row.action, subject: row.subject, subject_id: row.subject_id, before, after }
    }
}

/// What points at others, or at the company's own order, is not theirs, and may be out of the reader's sight.
fn own(mut values: Value) -> Value {
    if let Some(columns) = values.as_object_mut() {
        columns
            .retain(|name, _| name == "id" || name == "contact_id" || name == "external_id" || !name.ends_with("_id"));
    }
    values
}
