//! The answer to an invitation, or an imported one. Credited once, for ever.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{AccountId, ContactId, InvitationId, MemberId, PlaceId, ResponseId, SurveyId, SurveyKind, Tier, Time};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "response")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ResponseId,
    pub invitation_id: Option<InvitationId>,
    pub account_id: AccountId,
    pub contact_id: Option<ContactId>,
    pub survey_id: SurveyId,
    pub kind: SurveyKind,
    /// The key by which figures run on over versions of a survey.
    pub question: String,
    pub score: i16,
    pub comment: Option<String>,
    pub language: Option<String>,
    pub answered_at: Time,
    /// When the answer first counted as complete.
    pub completed_at: Option<Time>,
    pub amended_at: Option<Time>,
    pub version: i32,
    /// Year times 12 plus month less 1, of the first answer in the company's zone.
    pub month: i32,
    pub owner_id: Option<MemberId>,
    pub place_id: PlaceId,
    pub territory: Option<String>,
    pub segment: Option<String>,
    pub tier: Tier,
    pub decision_maker: bool,
    pub inherited: bool,
    pub mode: i16,
    pub source: Option<String>,
    pub reference: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
