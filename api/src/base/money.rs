//! Money and other whole numbers of 64 bits.

use async_graphql::{InputValueError, InputValueResult, Number, Scalar, ScalarType, SimpleObject, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most that fits a number of JavaScript without loss: 2⁵³ − 1.
pub const MAX_AMOUNT: i64 = 9_007_199_254_740_991;

/// A whole number of up to 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Long(pub i64);

/// A whole number of up to 64 bits, as a JSON number.
#[Scalar(name = "Long")]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => number.as_i64().map(Self).ok_or_else(|| InputValueError::expected_type(value)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Number(Number::from(self.0))
    }
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject, ToSchema)]
#[graphql(serial)]
#[serde(rename_all = "camelCase")]
pub struct Money {
    /// In the currency's minor unit, such as cents.
    #[schema(value_type = i64, minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 125_050)]
    pub amount_minor: Long,
    /// ISO 4217, such as `EUR`.
    #[schema(pattern = "^[A-Z]{3}$", example = "EUR")]
    pub currency: String,
}
