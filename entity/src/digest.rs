//! SHA-256 digests and other short binary values, hex wherever text is needed.

use sea_orm::{DeriveValueType, sea_query::StringLen};
use serde::{Deserialize, Deserializer};

/// What the database holds of a secret: its SHA-256, 32 bytes. Not serialised: no door shows one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
#[sea_orm(column_type = "VarBinary(StringLen::N(64))", array_type = "Bytes")]
pub struct Digest(pub Vec<u8>);

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        bytes(d).map(Self)
    }
}

/// Bytes, read from their hex.
pub(crate) fn bytes<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(d)?;
    (0..text.len() / 2)
        .map(|i| text.get(2 * i..2 * i + 2).and_then(|byte| u8::from_str_radix(byte, 16).ok()))
        .collect::<Option<_>>()
        .ok_or_else(|| serde::de::Error::custom("not hex"))
}

/// No digest is a number; the trait is asked for by every key.
impl sea_orm::TryFromU64 for Digest {
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("Digest"))
    }
}
