//! The answer to an invitation, or an imported one. Credited once, for ever.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{AccountId, ContactId, InvitationId, MemberId, PlaceId, ResponseId, SurveyId, SurveyKind, Tier, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "response")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(deserialize_with = "crate::blank::unread")]
    pub id: ResponseId,
    pub invitation_id: Option<InvitationId>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub account_id: AccountId,
    pub contact_id: Option<ContactId>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub survey_id: SurveyId,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub kind: SurveyKind,
    /// The key by which figures run on over versions of a survey.
    #[serde(deserialize_with = "crate::blank::unread")]
    pub question: String,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub score: i16,
    pub comment: Option<String>,
    pub language: Option<String>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub answered_at: Time,
    /// When the answer first counted as complete.
    pub completed_at: Option<Time>,
    pub amended_at: Option<Time>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub version: i32,
    /// Year times 12 plus month less 1, of the first answer in the company's zone.
    #[serde(deserialize_with = "crate::blank::unread")]
    pub month: i32,
    pub owner_id: Option<MemberId>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub place_id: PlaceId,
    pub territory: Option<String>,
    pub segment: Option<String>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub tier: Tier,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub decision_maker: bool,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub inherited: bool,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub mode: i16,
    pub source: Option<String>,
    pub reference: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
