//! One survey sent, or refused, to one contact. The attribution is frozen when it is made.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, ContactId, Digest, InvitationId, InvitationStatus, MemberId, PlaceId, Suppression, SurveyId,
    SurveyVersionId, TeamId, Tier, Time, WaveId,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvitationId,
    pub wave_id: WaveId,
    pub survey_id: SurveyId,
    pub survey_version_id: SurveyVersionId,
    pub account_id: AccountId,
    pub contact_id: Option<ContactId>,
    pub status: InvitationStatus,
    pub suppressed: Option<Suppression>,
    pub language: String,
    #[serde(skip_serializing)]
    pub token_hash: Option<Digest>,
    #[serde(skip_serializing)]
    pub unsubscribe_hash: Option<Digest>,
    pub generation: i16,
    /// The instant the answer is credited at.
    pub anchor_at: Time,
    pub owner_id: Option<MemberId>,
    pub manager_id: Option<MemberId>,
    pub team_id: TeamId,
    pub place_id: PlaceId,
    pub territory: Option<String>,
    pub segment: Option<String>,
    pub tier: Tier,
    pub decision_maker: bool,
    /// The owner had the account for less than 30 days at the anchor.
    pub inherited: bool,
    pub queued_at: Time,
    pub sent_at: Option<Time>,
    pub expires_at: Time,
    pub visits: i16,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
