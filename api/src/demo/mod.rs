//! The demonstration: a company with a year of history, and a survey that waits for its answer.
//!
//! Always looks alike: people, accounts and answers follow from one seed, dated relative to now.
//! History is written as rows, the way an importer does, credited by the same rules as live answers
//! and counted by the same function; what happens today goes through the services.

mod cast;
mod clients;
mod dice;
mod everyday;
mod history;
mod open;
mod play;
mod staff;
mod words;

pub use cast::{Cast, Person};
pub use open::{Opened, Tokens, open, unsent};
pub use play::play;

/// The company on stage.
pub const COMPANY: &str = "Larkfield Instruments";
/// Its admin.
pub const ADMIN: &str = "ada.lindqvist@larkfield.example";
