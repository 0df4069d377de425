//! Instants and days: UTC, microseconds, RFC 3339 with `Z` at both doors.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, SubsecRound, Utc};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant in UTC, cut to microseconds because PostgreSQL keeps no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct Time(pub DateTime<Utc>);

impl Time {
    /// "Never", in columns that are sorted by and so cannot be null.
    pub const NEVER: Self = Self(DateTime::UNIX_EPOCH);

    pub fn new(instant: DateTime<Utc>) -> Self {
        Self(instant.trunc_subsecs(6))
    }

    /// RFC 3339, years 1 to 9999; any offset is taken and turned to UTC.
    pub fn parse(text: &str) -> Result<Self, String> {
        let instant = DateTime::parse_from_rfc3339(text)
            .map_err(|_| "is not an instant; write RFC 3339 like 2026-01-31T09:30:00Z".to_owned())?
            .with_timezone(&Utc);
        if !(1..=9999).contains(&instant.year()) {
            return Err("lies outside the years 1 to 9999".to_owned());
        }
        Ok(Self::new(instant))
    }

    /// The instant after this one: what comes later is at least here.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + chrono::TimeDelta::microseconds(1))
    }

    /// The instant, or nothing where the column says "never".
    pub fn known(self) -> Option<Self> {
        (self != Self::NEVER).then_some(self)
    }
}

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(d)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// An instant in UTC with up to microseconds, as RFC 3339 with `Z`: `2026-01-31T09:30:00Z`.
#[Scalar(name = "DateTime", specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339")]
impl ScalarType for Time {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Self::parse(text).map_err(InputValueError::custom),
            _ => Err(InputValueError::expected_type(value)),
        }
    }
    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl utoipa::PartialSchema for Time {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::text_schema(
            "date-time",
            "An instant in UTC, RFC 3339 with `Z`, at most microseconds.",
            "2026-01-31T09:30:00Z",
        )
    }
}

impl utoipa::ToSchema for Time {}

/// A calendar day, as `2026-01-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
#[serde(transparent)]
pub struct Day(pub NaiveDate);

impl Day {
    /// "No day known", in columns that are sorted by: comes after every real day.
    pub const NONE: Self = Self(match NaiveDate::from_ymd_opt(9999, 12, 31) {
        Some(day) => day,
        None => NaiveDate::MAX,
    });

    /// `YYYY-MM-DD`, years 1 to 9998.
    pub fn parse(text: &str) -> Result<Self, String> {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map_err(|_| "is not a day; write it like 2026-01-31".to_owned())?;
        if text.len() != 10 || !(1..=9998).contains(&day.year()) {
            return Err("is not a day between the years 0001 and 9998, written like 2026-01-31".to_owned());
        }
        Ok(Self(day))
    }

    pub fn known(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A calendar day, ISO 8601: `2026-01-31`.
#[Scalar(name = "Date")]
impl ScalarType for Day {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Self::parse(text).map_err(InputValueError::custom),
            _ => Err(InputValueError::expected_type(value)),
        }
    }
    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl utoipa::PartialSchema for Day {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::text_schema("date", "A calendar day.", "2026-01-31")
    }
}

impl utoipa::ToSchema for Day {}
