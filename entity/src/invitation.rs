//! One survey sent, or refused, to one contact. The attribution is frozen when it is made.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, ContactId, Digest, InvitationId, InvitationStatus, MemberId, PlaceId, Suppression, SurveyId, SurveyMode,
    SurveyVersionId, TeamId, Tier, Time, WaveId,
};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(deserialize_with = "crate::blank::unread")]
    pub id: InvitationId,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub wave_id: WaveId,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub survey_id: SurveyId,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub survey_version_id: SurveyVersionId,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub account_id: AccountId,
    pub contact_id: Option<ContactId>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub status: InvitationStatus,
    pub suppressed: Option<Suppression>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub language: String,
    #[serde(skip_serializing)]
    pub token_hash: Option<Digest>,
    #[serde(skip_serializing)]
    pub unsubscribe_hash: Option<Digest>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub generation: i16,
    /// The instant the answer is credited at.
    #[serde(deserialize_with = "crate::blank::unread")]
    pub anchor_at: Time,
    pub owner_id: Option<MemberId>,
    pub manager_id: Option<MemberId>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub team_id: TeamId,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub place_id: PlaceId,
    pub territory: Option<String>,
    pub segment: Option<String>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub tier: Tier,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub decision_maker: bool,
    /// The owner had the account for less than 30 days at the anchor.
    #[serde(deserialize_with = "crate::blank::unread")]
    pub inherited: bool,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub queued_at: Time,
    pub sent_at: Option<Time>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub expires_at: Time,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub visits: i16,
    /// Mails handed over: 0 none, 1 the invitation, 2 and 3 with reminders.
    #[serde(deserialize_with = "crate::blank::unread")]
    pub step: i16,
    /// When the next mail is to leave; none where none will.
    pub due_at: Option<Time>,
    pub reminded_at: Option<Time>,
    pub bounced_at: Option<Time>,
    /// When a person first opened the link.
    pub visited_at: Option<Time>,
    /// What the mail server said when it last refused.
    pub error: Option<String>,
    /// The survey's when it was made: what was promised stays.
    #[serde(deserialize_with = "crate::blank::unread")]
    pub mode: SurveyMode,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
