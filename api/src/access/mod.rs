//! Who asks, what they see and what they may do. Pure: no database, no I/O.
//!
//! Rows are the [`Scope`]'s matter, verbs the [`Action`]'s. A `Viewer` is made in one place, from
//! what the database says at that request; a token only says whom to look up.

mod action;
mod scope;
mod viewer;

pub use action::{Action, KeyScope};
pub use scope::{Credit, Rows, Scope};
pub use viewer::{Actor, Role, Viewer};
