//! Integration keys: what an outside system signs in with.
//!
//! A key speaks for one outside system, allows what its scopes name, and may be bound to one team.
//! Its text is shown once, when it is made; the database holds a digest. A revoked or expired key
//! ends its sessions with it, on their next request. Admins manage keys.

mod graphql;
mod model;
mod service;

pub use graphql::{KeyMutation, KeyQuery};
pub use model::{CreateIntegrationKey, IntegrationKey, RotateIntegrationKey};
pub use service::{create, get, list, revoke, rotate};
