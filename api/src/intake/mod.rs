//! Imports as jobs: a file is sent, looked at, started, watched and, if need be, stopped.
//!
//! The file is kept in the database in pieces until it is imported, so any worker can run it. How far it has come is
//! written down in the transaction of each chunk: after a kill another worker goes through what is done without
//! counting it twice, and goes on. Whole files reach past every scope: for admins, and for keys bound to no team. A key
//! speaks for one source here too, imports no members, and sees only the imports it made.

mod job;
mod model;
mod rest;
mod service;
mod spool;

pub use job::RunImport;
pub use model::{CreateImport, ImportJob};
pub use rest::routes;
pub use service::{cancel, create, faults, get, list, send, start};
