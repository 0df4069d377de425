//! An invitation as both doors show it.

use async_graphql::SimpleObject;
use entity::{
    AccountId, InvitationId, InvitationStatus, Suppression, SurveyId, SurveyMode, Time, WaveId, contact, invitation,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{asked::Asked, page::Kind};
use crate::{
    access::Action,
    contact::Contact,
    ctx::{May, StaffOnly},
    survey::Definition,
};

/// One survey sent, or refused, to one contact. It never shows its link.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, complex)]
pub struct Invitation {
    /// Its id, for good.
    pub id: InvitationId,
    /// The sending it belongs to.
    pub wave_id: WaveId,
    /// Where it stands.
    pub status: InvitationStatus,
    /// Why nobody was asked.
    #[graphql(guard = "StaffOnly")]
    pub suppressed: Option<Suppression>,
    /// The language of its mail and page.
    pub language: String,
    /// When its mail was queued; whoever owned the account then is credited.
    pub queued_at: Time,
    /// When its mail was handed over.
    pub sent_at: Option<Time>,
    /// Mails that have left: 0 none yet, 1 the first, 2 and 3 with reminders.
    pub step: i32,
    /// When its next mail is due: the first, or a reminder, which leaves only to who has not answered by
    /// then; of a confidential or anonymous survey to all alike.
    #[graphql(guard = "StaffOnly")]
    pub due_at: Option<Time>,
    /// When its last reminder was handed over.
    pub reminded_at: Option<Time>,
    /// When a mail of it came back for good.
    #[graphql(guard = "StaffOnly")]
    pub bounced_at: Option<Time>,
    /// What the mail server said when it last refused.
    #[graphql(guard = "StaffOnly")]
    pub error: Option<String>,
    /// When a person first opened its link, as far as is known; machines are left out. Never known of a confidential or
    /// anonymous survey.
    #[graphql(guard = "StaffOnly")]
    pub visited_at: Option<Time>,
    /// Until when its link works.
    pub expires_at: Time,
    /// What becomes of who answers. What it was when this was made it stays.
    pub mode: SurveyMode,
    /// Who is asked.
    #[graphql(guard = "May(Action::ReadContacts)")]
    pub contact: Option<Contact>,
    #[graphql(skip)]
    pub account_id: AccountId,
    #[graphql(skip)]
    pub survey_id: SurveyId,
}

/// A row with its contact.
#[derive(Clone, Debug, Deserialize)]
pub struct InvitationRow(pub invitation::Model, pub Option<contact::Model>);

impl From<InvitationRow> for Invitation {
    fn from(InvitationRow(row, contact): InvitationRow) -> Self {
        Self {
            id: row.id,
            wave_id: row.wave_id,
            status: row.status,
            suppressed: row.suppressed,
            language: row.language,
            queued_at: row.queued_at,
            sent_at: row.sent_at,
            step: row.step.into(),
            due_at: row.due_at,
            reminded_at: row.reminded_at,
            bounced_at: row.bounced_at,
            error: row.error,
            visited_at: row.visited_at,
            expires_at: row.expires_at,
            mode: row.mode,
            contact: contact.map(Into::into),
            account_id: row.account_id,
            survey_id: row.survey_id,
        }
    }
}

/// A question after the score, as a link shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ask {
    /// Names the question in `answers`.
    #[schema(example = "support.speed")]
    pub key: String,
    /// `RATING`: a number. `CHOICE`: the key of an option, or several. `TEXT`: words.
    #[schema(example = "RATING")]
    pub kind: &'static str,
    /// Whether an answer is complete without it.
    pub required: bool,
    /// Asked from this score on.
    #[schema(minimum = 0, maximum = 10, example = 0)]
    pub show_from: i16,
    /// Asked up to this score.
    #[schema(minimum = 0, maximum = 10, example = 6)]
    pub show_to: i16,
    /// The question itself.
    #[schema(example = "How quickly were you helped?")]
    pub text: String,
    /// The lowest rating.
    #[schema(example = 1)]
    pub min: Option<i16>,
    /// The highest rating.
    #[schema(example = 5)]
    pub max: Option<i16>,
    /// What the lowest rating means.
    #[schema(example = "Slowly")]
    pub low: Option<String>,
    /// What the highest rating means.
    #[schema(example = "At once")]
    pub high: Option<String>,
    /// What can be chosen.
    #[schema(max_items = 20)]
    pub options: Vec<AskOption>,
    /// Whether several options may be chosen.
    pub multiple: bool,
}

/// Something to choose.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AskOption {
    /// Names the option in the answer.
    #[schema(example = "price")]
    pub key: String,
    /// What it is called.
    #[schema(example = "The price")]
    pub text: String,
}

impl Ask {
    /// Every further question of a survey in a reader's language.
    pub(super) fn all(definition: &Definition, asked: &Asked<'_>) -> Vec<Self> {
        let shown = asked.further(None, &[]).into_iter().filter_map(|shown| {
            let question = definition.further.iter().find(|question| question.key == shown.key)?;
            let mut ask = Self {
                key: shown.key.to_owned(),
                kind: "TEXT",
                required: shown.required,
                show_from: question.show_from.unwrap_or(definition.scale.min),
                show_to: question.show_to.unwrap_or(definition.scale.max),
                text: shown.text.to_owned(),
                min: None,
                max: None,
                low: None,
                high: None,
                options: Vec::new(),
                multiple: question.multiple,
            };
            match shown.kind {
                Kind::Rating { min, max, low, high } => {
                    (ask.kind, ask.min, ask.max) = ("RATING", Some(min), Some(max));
                    (ask.low, ask.high) = (Some(low.to_owned()), Some(high.to_owned()));
                }
                Kind::Choice { options, .. } => {
                    ask.kind = "CHOICE";
                    let option = |(key, text): (&str, &str)| AskOption { key: key.to_owned(), text: text.to_owned() };
                    ask.options = options.into_iter().map(option).collect();
                }
                Kind::Text => {}
            }
            Some(ask)
        });
        shown.collect()
    }
}
