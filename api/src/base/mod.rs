//! What every floor stands on: one error, clock and chance as arguments, checked text.

mod check;
mod clock;
mod error;
mod formula;
mod json;
mod mention;
mod metrics;
mod money;
mod origin;
mod patch;
mod pattern;
mod random;
mod tally;

pub use check::{Check, MAX_COMMENT, MAX_LINE, MAX_TEXT, fault_in, key};
pub use clock::{Clock, FixedClock, SystemClock};
pub use error::{Code, Error, Fault, Result};
pub use formula::{guarded, unguarded};
pub use json::{from_json, json};
pub use mention::{ERASED, Mentions};
pub use metrics::{Answered, METRICS_TYPE, Metrics, Standing};
pub use money::{Long, MAX_AMOUNT, Money};
pub use origin::Origins;
pub use patch::{checked, put};
pub use pattern::{Part, parts};
pub use random::{Random, SeededRandom, SystemRandom, first_id};
pub use tally::{Tally, heard};

/// Stack of a thread that serves or writes: a deep request stays far below it even in a build without optimisation.
pub const STACK: usize = 8 * 1024 * 1024;
