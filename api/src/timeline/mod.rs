//! The timeline: what happened with an account, the newest first.
//!
//! Staff of the account log calls, meetings and notes; Steward adds what it did itself. Entries are
//! appended and never edited. Customers see only what is marked for them.

mod filter;
mod graphql;
mod model;
mod read;
mod service;

pub use filter::InteractionFilter;
pub use graphql::TimelineMutation;
pub use model::{Interaction, InteractionRow, LogInteraction};
pub use read::{TimelineArgs, shape};
pub use service::{Event, event, log, touch, usual};
