//! Files of others turned into typed rows, and these into rows of the database.
//!
//! Reading is pure: no database, no clock, no chance; writing is `apply`'s. A file is looked at first: what the
//! mapping leaves open about it (encoding, separator, the order of its dates) is taken from the file where that
//! shows it beyond doubt, and asked for otherwise (`settle`).
//! JSON lines are read like CSV: keys are columns, lines rows (`lines`).
//! A mapping says which column feeds which field; a bad mapping or header stops everything before
//! the first row, a bad row is refused alone and named, and a bad answer costs only itself. No
//! value is ever clamped, rounded or guessed. Memory stays bounded whatever the file holds, save
//! for the references a mapping asks to be remembered, the names of accounts where a file tells
//! parents, and a few bytes for each entry that owns.

mod apply;
mod build;
mod charset;
mod dates;
mod error;
mod foreign;
mod frame;
mod guess;
mod lines;
mod look;
mod mapping;
mod nested;
mod orders;
mod parse;
mod path;
mod people;
mod read;
mod report;
mod row;
mod rows;
mod rule;
mod section;
mod settle;
mod synonyms;
mod targets;
mod template;
#[cfg(test)]
mod tests;
mod value;
mod when;

pub use apply::{Batch, Import, Keeper, Stopped, import, put, rehearse};
pub use charset::Charset;
pub use error::{Fault, Faults, FileError, Refusal, RowError, Trouble};
pub use guess::{Guess, guess};
pub use look::is_lines;
pub use mapping::{AnswerRule, Entry, Kind, Mapping, Repeats};
pub use nested::{Collaborator, Earlier, Excluded, Term};
pub use read::{Header, Reader, Record, Written};
pub use report::{Outcome, Report, Summary};
pub use row::{
    AccountRow, AnswerRow, ContactRow, EscalationRow, Frozen, Given, InteractionRow, InvitationRow, Kept, MemberRow,
    Past, Period, Pointer, ResponseRow, TeamPath, periods,
};
pub use rows::{Row, Rows, Seen, rows};
pub use rule::{By, Rule};
pub use settle::{Found, settle};
