//! Escalations: what was raised at an account, and which of it is still open.
//!
//! They come by import alone, and are read below their account. They are for staff: customers and holders of links see none.

mod model;
mod read;

pub use model::{Escalation, EscalationRow};
pub use read::{EscalationArgs, open, shape};
