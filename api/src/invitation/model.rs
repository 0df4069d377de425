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
            expires_at: row.expires_at,
            contact: contact.map(Into::into),
            account_id: row.account_id,
            survey_id: row.survey_id,
        }
    }
}
