//! The REST door: the list of slices, errors as problems, who asks, the contract.

mod address;
mod body;
mod cors;
mod extract;
mod headers;
mod ledger;
mod operation;
mod parent;
mod problem;
pub mod problems;
mod pulse;
mod query;
mod rate;
mod routes;
mod server;
mod shape;
#[cfg(feature = "otlp")]
mod span;
mod trace;
mod version;

pub use address::Proxies;
pub use body::{Body, IdempotencyKey, Posted, as_it_is};
pub use extract::{Anyone, Keyed, Segment, Signed};
pub use ledger::Ledger;
pub use problem::{NO_STORE, Problem, ProblemBody};
pub use pulse::Pulse;
pub use query::{Listed, Paged, Query, Which};
pub use rate::Rates;
pub use routes::{document, operators, router};
pub use server::{Introspection, Server};
pub use trace::{request_id, trace_id};
pub use version::{Preconditions, etag, if_any, if_match, if_none};
