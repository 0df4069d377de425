//! The roles of a contact, kept as bits of one number.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ContactRole;

impl ContactRole {
    const fn bit(self) -> i32 {
        match self {
            Self::ExecutiveSponsor => 1,
            Self::DecisionMaker => 2,
            Self::Champion => 4,
            Self::Influencer => 8,
            Self::Billing => 16,
            Self::User => 32,
        }
    }
}

/// The roles of one contact, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, DeriveValueType)]
#[serde(transparent)]
pub struct ContactRoles(pub i32);

impl ContactRoles {
    pub fn has(self, role: ContactRole) -> bool {
        self.0 & role.bit() != 0
    }

    pub fn list(self) -> Vec<ContactRole> {
        ContactRole::ALL.iter().copied().filter(|role| self.has(*role)).collect()
    }
}

impl FromIterator<ContactRole> for ContactRoles {
    fn from_iter<I: IntoIterator<Item = ContactRole>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |bits, role| bits | role.bit()))
    }
}
