//! A contact as both doors show them.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::{AccountId, ContactId, ContactRole, MailState, Time, contact};

use crate::ctx::StaffOnly;

/// A person at an account.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Contact {
    pub id: ContactId,
    pub name: String,
    pub email: Option<String>,
    /// Their job title.
    pub title: Option<String>,
    #[graphql(guard = "StaffOnly")]
    pub roles: Option<Vec<ContactRole>>,
    /// A language tag such as `en`.
    pub language: Option<String>,
    /// An IANA zone such as `Europe/Berlin`.
    pub time_zone: Option<String>,
    /// Whether survey mails reach them: bounced, unsubscribed or fine.
    pub mail_state: MailState,
    #[graphql(guard = "StaffOnly")]
    pub source: Option<String>,
    #[graphql(guard = "StaffOnly")]
    pub reference: Option<String>,
    pub version: i32,
    pub created_at: Time,
    pub updated_at: Time,
    #[graphql(skip)]
    pub account_id: AccountId,
}

impl From<contact::Model> for Contact {
    fn from(row: contact::Model) -> Self {
        let mail_state = match (row.mail_state, row.opted_out_at) {
            (MailState::Bounced, _) => MailState::Bounced,
            (_, Some(_)) => MailState::Unsubscribed,
            (state, None) => state,
        };
        Self {
            id: row.id,
            name: row.name,
            email: row.email,
            title: row.title,
            roles: Some(row.roles.list()),
            language: row.language,
            time_zone: row.time_zone,
            mail_state,
            source: row.source,
            reference: row.reference,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            account_id: row.account_id,
        }
    }
}

/// A new contact of an account.
#[derive(Clone, Debug, InputObject)]
pub struct CreateContact {
    pub account_id: AccountId,
    pub name: String,
    pub email: Option<String>,
    pub title: Option<String>,
    #[graphql(default)]
    pub roles: Vec<ContactRole>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
}

/// What to change; what is absent stays, null clears.
#[derive(Clone, Debug, InputObject)]
pub struct UpdateContact {
    pub id: ContactId,
    /// The version this change was made on.
    pub version: i32,
    pub name: Option<String>,
    /// A new address revokes the contact's open invitations.
    pub email: MaybeUndefined<String>,
    pub title: MaybeUndefined<String>,
    pub roles: Option<Vec<ContactRole>>,
    pub language: MaybeUndefined<String>,
    pub time_zone: MaybeUndefined<String>,
    /// True keeps them out of lists and surveys; false takes them back.
    pub archived: Option<bool>,
}
