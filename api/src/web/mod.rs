//! The REST door: the list of slices, errors as problems, who asks, the contract.

mod body;
mod extract;
mod headers;
mod problem;
pub mod problems;
mod query;
mod routes;
mod server;
mod trace;
mod version;

pub use body::{Body, IdempotencyKey, Posted};
pub use extract::{Anyone, Segment, Signed};
pub use problem::{NO_STORE, Problem, ProblemBody};
pub use query::{Listed, Paged, Query, Which};
pub use routes::{document, router};
pub use server::{Introspection, Server};
pub use trace::request_id;
pub use version::{Preconditions, etag, if_match, if_none};
