//! An invitation as both doors show it.

use async_graphql::SimpleObject;
use entity::{AccountId, InvitationId, InvitationStatus, Suppression, SurveyId, Time, WaveId, contact, invitation};
use serde::Deserialize;

use crate::{
    access::Action,
    contact::Contact,
    ctx::{May, StaffOnly},
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
    /// When its next mail is due: the first, or a reminder, which leaves only to who has not answered by then.
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
    /// Until when its link works.
    pub expires_at: Time,
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
            expires_at: row.expires_at,
            contact: contact.map(Into::into),
            account_id: row.account_id,
            survey_id: row.survey_id,
        }
    }
}
