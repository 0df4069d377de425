//! A contact as both doors show them.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::{AccountId, ContactId, ContactRole, MailState, MessageClass, Time, contact};

use crate::ctx::StaffOnly;

/// A person at an account.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, complex)]
pub struct Contact {
    /// Its id, for good.
    pub id: ContactId,
    /// Their full name.
    pub name: String,
    /// Where mail reaches them.
    pub email: Option<String>,
    /// Their job title.
    pub title: Option<String>,
    /// What they are to their company's dealings with us.
    #[graphql(guard = "StaffOnly")]
    pub roles: Option<Vec<ContactRole>>,
    /// A language tag such as `en`.
    pub language: Option<String>,
    /// An IANA zone such as `Europe/Berlin`.
    pub time_zone: Option<String>,
    /// Whether survey mails reach them: bounced, unsubscribed or fine.
    pub mail_state: MailState,
    /// Classes of mail that they want none of.
    #[graphql(guard = "StaffOnly")]
    pub muted: Option<Vec<MessageClass>>,
    /// Since when they are archived: gone from lists, and asked no more.
    #[graphql(guard = "StaffOnly")]
    pub archived_at: Option<Time>,
    /// The outside system they came from.
    #[graphql(guard = "StaffOnly")]
    pub source: Option<String>,
    /// That system's own id for them; unique for each source.
    #[graphql(guard = "StaffOnly")]
    pub reference: Option<String>,
    /// Counts the changes; an update names the one it was made on.
    pub version: i32,
    /// When they were entered.
    pub created_at: Time,
    /// When they were last changed.
    pub updated_at: Time,
    #[graphql(skip)]
    pub merged_into: Option<ContactId>,
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
            muted: Some(row.muted.list()),
            archived_at: row.archived_at,
            merged_into: row.merged_into_id,
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
    /// The account they work for.
    pub account_id: AccountId,
    /// 1 to 200 characters.
    pub name: String,
    /// Where mail reaches them, at most 254 characters.
    pub email: Option<String>,
    /// Their job title, at most 200 characters.
    pub title: Option<String>,
    /// What they are to their company's dealings with us.
    #[graphql(default)]
    pub roles: Vec<ContactRole>,
    /// A language tag such as `en`.
    pub language: Option<String>,
    /// An IANA zone such as `Europe/Berlin`.
    pub time_zone: Option<String>,
}

/// What to change; what is absent stays, null clears.
#[derive(Clone, Debug, InputObject)]
pub struct UpdateContact {
    /// The contact to change.
    pub id: ContactId,
    /// The version this change was made on.
    pub version: i32,
    /// 1 to 200 characters.
    pub name: Option<String>,
    /// A new address revokes the contact's open invitations and ends their sign-ins; one they have signed in with is told.
    pub email: MaybeUndefined<String>,
    /// Their job title, at most 200 characters.
    pub title: MaybeUndefined<String>,
    /// What they are to their company's dealings with us.
    pub roles: Option<Vec<ContactRole>>,
    /// A language tag such as `en`.
    pub language: MaybeUndefined<String>,
    /// An IANA zone such as `Europe/Berlin`.
    pub time_zone: MaybeUndefined<String>,
    /// True keeps them out of lists and surveys; false takes them back.
    pub archived: Option<bool>,
}
