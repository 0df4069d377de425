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
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks_exact(2);
    let bytes = pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect::<Option<_>>();
    bytes.filter(|_| text.len() % 2 == 0).ok_or_else(|| serde::de::Error::custom("not hex"))
}

/// No digest is a number; the trait is asked for by every key.
impl sea_orm::TryFromU64 for Digest {
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("Digest"))
    }
}
