//! An entry of the timeline as both doors show it.

use async_graphql::{InputObject, SimpleObject};
use entity::{
    AccountId, Channel, ContactId, Direction, InteractionId, InteractionType, Time, contact, interaction, member,
};
use serde::Deserialize;

use crate::{
    access::Action,
    contact::Contact,
    ctx::{May, StaffOnly},
    member::Member,
};

/// One entry of an account's timeline.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, complex)]
pub struct Interaction {
    /// Its id, for good.
    pub id: InteractionId,
    /// What it is about.
    #[graphql(name = "type")]
    pub kind: InteractionType,
    /// Who spoke.
    pub direction: Direction,
    /// How.
    pub channel: Channel,
    /// When it happened.
    pub occurred_at: Time,
    /// One line on it.
    pub subject: String,
    /// The whole of it.
    pub body: Option<String>,
    /// Whether the customer sees it.
    pub customer_visible: bool,
    /// The outside system it came from.
    #[graphql(guard = "StaffOnly")]
    pub source: Option<String>,
    /// That system's own id for it; unique for each source.
    #[graphql(guard = "StaffOnly")]
    pub external_id: Option<String>,
    /// Who of our staff took part.
    pub member: Option<Member>,
    /// Who of the customer took part.
    #[graphql(guard = "May(Action::ReadContacts)")]
    pub contact: Option<Contact>,
    #[graphql(skip)]
    pub account_id: AccountId,
}

/// A row with the people that come along.
#[derive(Clone, Debug, Deserialize)]
pub struct InteractionRow(pub interaction::Model, pub Option<Box<member::Model>>, pub Option<Box<contact::Model>>);

impl From<InteractionRow> for Interaction {
    fn from(InteractionRow(row, member, contact): InteractionRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            direction: row.direction,
            channel: row.channel,
            occurred_at: row.occurred_at,
            subject: row.subject,
            body: row.body,
            customer_visible: row.customer_visible,
            source: row.source,
            external_id: row.external_id,
            member: member.map(|row| (*row).into()),
            contact: contact.map(|row| (*row).into()),
            account_id: row.account_id,
        }
    }
}

/// What happened with an account.
#[derive(Clone, Debug, InputObject)]
pub struct LogInteraction {
    /// The account it happened with.
    pub account_id: AccountId,
    /// What it is about.
    #[graphql(name = "type")]
    pub kind: InteractionType,
    /// Follows from the type where absent.
    pub channel: Option<Channel>,
    /// `OUTBOUND` where absent; `INTERNAL` for notes.
    pub direction: Option<Direction>,
    /// Now, where absent; at most five minutes ahead.
    pub occurred_at: Option<Time>,
    /// Who of the customer took part.
    pub contact_id: Option<ContactId>,
    /// One line on it, 1 to 200 characters.
    pub subject: String,
    /// The whole of it.
    pub body: Option<String>,
    /// Whether the customer sees it.
    #[graphql(default)]
    pub customer_visible: bool,
    /// The outside system's own id: logging it again changes nothing.
    pub external_id: Option<String>,
}
