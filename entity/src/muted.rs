//! The message classes that somebody wants none of.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

use crate::MessageClass;

impl MessageClass {
    const fn bit(self) -> i32 {
        match self {
            Self::Relationship => 1,
            Self::ServiceFeedback => 2,
        }
    }
}

/// The message classes that a contact wants none of, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, DeriveValueType)]
#[serde(transparent)]
pub struct Muted(pub i32);

impl Muted {
    pub const ALL: Self = Self(3);

    pub const fn has(self, class: MessageClass) -> bool {
        self.0 & class.bit() != 0
    }

    pub fn list(self) -> Vec<MessageClass> {
        MessageClass::ALL.iter().copied().filter(|class| self.has(*class)).collect()
    }
}

impl FromIterator<MessageClass> for Muted {
    fn from_iter<I: IntoIterator<Item = MessageClass>>(classes: I) -> Self {
        Self(classes.into_iter().fold(0, |bits, class| bits | class.bit()))
    }
}
