//! The GraphQL door: how a request comes in and what is let through. It knows no service: the
//! executor and whatever a request carries are handed in.
//!
//! What always holds: every request, over HTTP or a socket, passes [`guard::admit`] before a
//! resolver runs; nothing a client sends is answered with a 5xx by this module; no answer shows
//! more of a request than the client sent.

pub mod explorer;
pub mod guard;
pub mod http;
