//! Exports: what one sees, row by row, as CSV or JSON lines, in the columns that the importer reads.
//!
//! Streamed a chunk at a time in the order the rows were made, so memory stays small whatever the size. Scope and
//! filter are those of the lists. A cell that a spreadsheet would take for a formula comes with an apostrophe before
//! it, which the importer takes off again.

mod directory;
mod examples;
mod line;
mod rest;
mod stream;

use directory::Directory;
use line::Line;

pub use rest::routes;
pub use stream::{Format, accounts, contacts, escalations, interactions, members, responses};
