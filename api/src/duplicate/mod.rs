//! Duplicates: which accounts and contacts may be one and the same, and making one of two.
//!
//! Always holds: nothing that hung on the one that goes is lost. Its people, entries, invitations and answers move;
//! answers keep their credit, links go on working, a no to surveys stays a no. Periods of ownership never overlap:
//! those that would stay on the row that was merged, which is archived and names where it went. Admins and managers
//! merge what is theirs; no key does.

mod accounts;
mod contacts;
mod graphql;
mod history;
mod model;
mod read;
mod rules;

pub use accounts::merge as merge_accounts;
pub use contacts::merge as merge_contacts;
pub use graphql::{DuplicateMutation, DuplicateQuery};
pub use model::{DuplicateGroup, DuplicateReason, MergeAccounts, MergeContacts};
pub use read::duplicates;
