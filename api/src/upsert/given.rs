//! Reading the three ways a field can come: absent, null, a value.

use std::sync::Arc;

use serde::{Deserialize, Deserializer};

use crate::{
    base::Check,
    import::{By, Given, Pointer},
};

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    /// Of a field that is there; one that is absent has `#[serde(default)]`.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Option::deserialize(from).map(|value| value.map_or(Self::Blank, Self::Value))
    }
}

impl<T> Given<T> {
    /// Checks the value, if there is one; a blank one clears.
    pub(super) fn checked<U>(self, check: impl FnOnce(T) -> Option<U>) -> Given<U> {
        match self {
            Self::Unmapped => Given::Unmapped,
            Self::Blank => Given::Blank,
            Self::Value(value) => check(value).map_or(Given::Blank, Given::Value),
        }
    }
}

/// What a field of this name points at.
pub(super) fn pointer(field: &str, by: By, text: impl Into<String>) -> Pointer {
    Pointer { by, text: text.into(), column: Arc::from(field) }
}

/// One of several ways to point at the same thing: the name of the field, the way, and what was given.
pub(super) type Way<'a> = (&'a str, By, Option<String>);

/// The one pointer given, if any; more than one is a fault.
pub(super) fn only(check: &mut Check, at: &str, ways: Vec<Way<'_>>) -> Option<Pointer> {
    let names: Vec<&str> = ways.iter().map(|(name, ..)| *name).collect();
    let mut given = ways.into_iter().filter_map(|(name, by, text)| Some(pointer(name, by, text?)));
    let first = given.next();
    if given.next().is_some() {
        check.fault(&format!("{at}{}", names[0]), format!("must be the only one of {}", names.join(", ")));
    }
    first
}
