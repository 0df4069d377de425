//! The audit: who changed what. Written by the store in the transaction of each change; read here.
//!
//! Managers read what belongs to accounts they see; what belongs to none, such as keys and members, is for admins.

mod graphql;
mod model;
mod read;
mod unseen;

pub use graphql::AuditQuery;
pub use model::{AuditEntry, AuditFilter};
pub use read::{ListAudit, list};
