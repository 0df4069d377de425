//! Personal data: all that is held of a contact, to take along, and the end of it.
//!
//! Erasing takes the person out of every table, the queue, files that wait to be imported, and letters that are kept as
//! files. What they answered stays as numbers that name nobody, so that every figure stands as before.

mod erase;
mod files;
mod graphql;
mod held;
mod model;
mod person;
mod rest;
mod sweep;

pub use erase::erase;
pub use graphql::PrivacyMutation;
pub use held::held;
pub use model::{EraseContact, ErasedContact};
pub use rest::routes;
pub use sweep::Sweep;
