//! The GraphQL door: how a request comes in, what is let through, and the list of slices.
//!
//! What always holds: every request, over HTTP or a socket, passes [`guard::admit`] before a
//! resolver runs; nothing a client sends is answered with a 5xx by this module; no answer shows
//! more of a request than the client sent.

mod connection;
pub mod explorer;
pub mod guard;
pub mod http;
mod loaders;
mod proven;
mod schema;
pub mod ws;

pub use connection::{Connection, Edge, PageInfo, Paging};
pub use loaders::{account_of, member_of, survey_of, team_of, with_ctx};
pub use proven::Proven;
pub use schema::{Mutation, Query, Schema, Subscription, proven, schema};
