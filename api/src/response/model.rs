//! An answer as both doors show it.

use async_graphql::SimpleObject;
use entity::{AccountId, ContactId, ResponseId, SurveyId, SurveyKind, Tier, Time, contact, member, response};
use serde::Deserialize;

use crate::{
    access::Action,
    contact::Contact,
    ctx::{May, StaffOnly},
    member::Member,
};

/// The answer to an invitation, or an imported one.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, complex)]
pub struct Response {
    /// Its id, for good.
    pub id: ResponseId,
    /// What the survey measures.
    pub kind: SurveyKind,
    /// The key of the scored question.
    pub question: String,
    /// On the question's scale.
    pub score: i32,
    /// What they added in words.
    pub comment: Option<String>,
    /// The language they read it in.
    pub language: Option<String>,
    /// When it was first given.
    pub answered_at: Time,
    /// When all that is required was answered first; null while it is open.
    pub completed_at: Option<Time>,
    /// When the contact last changed the answer, or went on with it and left it open again.
    pub amended_at: Option<Time>,
    /// 1, and one more with each amendment.
    pub version: i32,
    /// Who is credited: the owner of that day. Null where the account was unowned.
    #[graphql(guard = "StaffOnly")]
    pub credited_to: Option<Member>,
    /// The owner had the account for less than 30 days.
    #[graphql(guard = "StaffOnly")]
    pub inherited: Option<bool>,
    /// The account's segment of that day.
    #[graphql(guard = "StaffOnly")]
    pub segment: Option<String>,
    /// The account's territory of that day.
    #[graphql(guard = "StaffOnly")]
    pub territory: Option<String>,
    /// The account's tier of that day.
    #[graphql(guard = "StaffOnly")]
    pub tier: Option<Tier>,
    /// The outside system that an imported answer came from.
    #[graphql(guard = "StaffOnly")]
    pub source: Option<String>,
    /// That system's own id for it; unique for each source and survey.
    #[graphql(guard = "StaffOnly")]
    pub reference: Option<String>,
    /// Who answered.
    #[graphql(guard = "May(Action::ReadContacts)")]
    pub contact: Option<Contact>,
    #[graphql(skip)]
    pub contact_id: Option<ContactId>,
    #[graphql(skip)]
    pub account_id: AccountId,
    #[graphql(skip)]
    pub survey_id: SurveyId,
}

/// A row with the people that come along: the credited owner, the contact.
#[derive(Clone, Debug, Deserialize)]
pub struct ResponseRow(pub response::Model, pub Option<Box<member::Model>>, pub Option<Box<contact::Model>>);

impl From<ResponseRow> for Response {
    fn from(ResponseRow(row, owner, contact): ResponseRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            question: row.question,
            score: row.score.into(),
            comment: row.comment,
            language: row.language,
            answered_at: row.answered_at,
            completed_at: row.completed_at,
            amended_at: row.amended_at,
            segment: row.segment,
            territory: row.territory,
            tier: Some(row.tier),
            version: row.version,
            credited_to: owner.map(|row| (*row).into()),
            inherited: Some(row.inherited),
            source: row.source,
            reference: row.reference,
            contact: contact.map(|row| (*row).into()),
            contact_id: row.contact_id,
            account_id: row.account_id,
            survey_id: row.survey_id,
        }
    }
}
