//! Ids: UUID v7, one Rust type a table, one scalar `UUID` at both doors.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, OutputType, Positioned, ServerResult, Value,
    parser::types::Field, registry::Registry,
};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($(#[doc = $doc:literal] $name:ident),+ $(,)?) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl crate::blank::Blank for $name {
            fn blank() -> Self {
                Self(Uuid::nil())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        /// No id of ours is a number; the trait is asked for by every key.
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl InputType for $name {
            type RawValueType = Self;
            fn type_name() -> Cow<'static, str> {
                <Uuid as InputType>::type_name()
            }
            fn create_type_info(registry: &mut Registry) -> String {
                <Uuid as InputType>::create_type_info(registry)
            }
            fn parse(value: Option<Value>) -> InputValueResult<Self> {
                <Uuid as InputType>::parse(value).map(Self).map_err(InputValueError::propagate)
            }
            fn to_value(&self) -> Value {
                Value::String(self.to_string())
            }
            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }
        }

        #[async_trait::async_trait]
        impl OutputType for $name {
            fn type_name() -> Cow<'static, str> {
                <Uuid as OutputType>::type_name()
            }
            fn create_type_info(registry: &mut Registry) -> String {
                <Uuid as OutputType>::create_type_info(registry)
            }
            async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
                Ok(Value::String(self.to_string()))
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                crate::text_schema("uuid", $doc.trim(), "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90")
            }
        }

        impl utoipa::ToSchema for $name {}
    )+};
}

ids!(
    /// The id of a link that lets somebody in.
    AccessLinkId,
    /// The id of an account.
    AccountId,
    /// The id of an entry of the audit.
    AuditId,
    /// The id of a contact.
    ContactId,
    /// The id of a grant that lets a member see an account.
    GrantId,
    /// The id of a cover.
    CoverId,
    /// The id of an escalation.
    EscalationId,
    /// The id of an exclusion from surveys.
    ExclusionId,
    /// The id of an import.
    ImportId,
    /// The id of an entry of a timeline.
    InteractionId,
    /// The id of an invitation.
    InvitationId,
    /// The id of a job.
    JobId,
    /// The id of an integration's key.
    KeyId,
    /// The id of a member.
    MemberId,
    /// The id of a period of ownership.
    OwnershipId,
    /// The id of a team's place in the tree.
    PlaceId,
    /// The id of a programme.
    ProgramId,
    /// The id of a response.
    ResponseId,
    /// The id of a session.
    SessionId,
    /// The id of a survey.
    SurveyId,
    /// The id of a survey's published version.
    SurveyVersionId,
    /// The id of a team.
    TeamId,
    /// The id of a period in a team.
    TeamMemberId,
    /// The id of a visit of a survey's page.
    VisitId,
    /// The id of one run of a survey.
    WaveId,
);

impl MemberId {
    /// Stands for "no owner" in counters, where a key column cannot be null.
    pub const NOBODY: Self = Self(Uuid::nil());
}

impl PlaceId {
    /// Stands for "in several teams" in counters: a place that nobody leads.
    pub const NOWHERE: Self = Self(Uuid::nil());
}
