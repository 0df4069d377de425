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
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

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
                crate::text_schema("uuid")
            }
        }

        impl utoipa::ToSchema for $name {}
    )+};
}

ids!(
    AccountId,
    AuditId,
    ContactId,
    GrantId,
    InteractionId,
    InvitationId,
    JobId,
    KeyId,
    MemberId,
    OwnershipId,
    PlaceId,
    ResponseId,
    SessionId,
    SurveyId,
    SurveyVersionId,
    TeamId,
    TeamMemberId,
    WaveId,
);

impl MemberId {
    /// Stands for "no owner" in counters, where a key column cannot be null.
    pub const NOBODY: Self = Self(Uuid::nil());
}
