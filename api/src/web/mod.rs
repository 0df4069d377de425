//! The REST door: the list of slices, errors as problems, who asks, the contract.

mod extract;
mod headers;
mod problem;
mod routes;
mod server;
mod trace;

pub use extract::{Anyone, Body, Signed};
pub use problem::{NO_STORE, Problem, ProblemBody};
pub use routes::{document, router};
pub use server::{Introspection, Server};
pub use trace::request_id;
