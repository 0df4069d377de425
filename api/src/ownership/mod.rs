//! Ownership: who owns which account, from when until when.
//!
//! At most one owner at any instant. Periods are appended and closed, never edited; the account row
//! is the lock, and its `owner_id`, `team_id` and `unowned_since` change in the same transaction.
//! Admins and managers assign, inside their scope.

mod graphql;
mod model;
mod service;

pub use graphql::{OwnershipMutation, OwnershipQuery};
pub use model::{
    AddCollaborator, AssignOwner, Collaborator, CollaboratorRow, EndOwnership, Ownership, OwnershipRow,
    RemoveCollaborator,
};
pub use service::{Assignment, add_collaborator, assign, assign_in, end, owner_at, remove_collaborator};
