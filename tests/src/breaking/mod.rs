//! What a change of the contract takes away from clients that were made from the last one.
//!
//! A request that was right must stay right; an answer must stay within what was said of it. What is new may be
//! there: operations, fields that need not be given, fields and words of answers. Each function gives a
//! sentence for everything else, which names it.

mod graphql;
mod openapi;
mod shape;

pub use graphql::graphql;
pub use openapi::openapi;
