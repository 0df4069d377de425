//! Columns that were not read.
//!
//! A row that comes along with another is read only as far as it is shown: what nobody asked for
//! arrives as null and becomes the blank of its type. No column that may not be null holds one, so
//! the two cannot be confused.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use crate::{Day, Digest, Time};

/// What stands for a value that was not read.
pub(crate) trait Blank {
    fn blank() -> Self;
}

/// Reads a value, or the blank of its type where it was left out.
pub(crate) fn unread<'de, D: Deserializer<'de>, T: Deserialize<'de> + Blank>(d: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(d)?.unwrap_or_else(T::blank))
}

impl Blank for Uuid {
    fn blank() -> Self {
        Self::nil()
    }
}

impl Blank for Time {
    fn blank() -> Self {
        Self::NEVER
    }
}

impl Blank for Day {
    fn blank() -> Self {
        Self(NaiveDate::MIN)
    }
}

impl Blank for Digest {
    fn blank() -> Self {
        Self(Vec::new())
    }
}

macro_rules! blank {
    ($($name:ty),+) => {$(
        impl Blank for $name {
            fn blank() -> Self {
                Self::default()
            }
        }
    )+};
}

blank!(String, bool, i16, i32, i64, crate::ContactRoles, crate::Muted);
