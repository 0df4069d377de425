//! Visits: who opened a survey link, people and machines told apart.
//!
//! Always holds: a visit is noted in memory and written by the server later, so that opening a link changes
//! nothing and costs no write; what is noted may be lost by a kill, since nothing counts on it; a machine's
//! visit is kept with its reason, and is part of no rate.

mod loader;
mod notes;
mod rules;

pub use loader::{Visit, VisitLoader};
pub use notes::{Reader, Visits};
