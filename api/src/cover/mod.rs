//! Covers: somebody stands in for an absent colleague until a day that is named at the start.
//!
//! Meanwhile they see the accounts that the other one owns, and do there what an owner does; they give none away, and
//! no figure moves. A cover ends at its instant by itself, since whoever asks is looked up at each request. It reaches
//! no accounts that the absent one only covers. Admins make covers, and managers inside their teams.

mod graphql;
mod model;
mod service;

pub use graphql::{CoverMutation, CoverQuery};
pub use model::{Cover, CreateCover};
pub use service::{ListCovers, create, end, list};
