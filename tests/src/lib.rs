//! What the tests stand on: databases, a mail server, parsed mails, one body on both engines.
//!
//! Black box: what is here speaks to Steward through its doors, and to a database only to make one.
//! A test that cannot run says so loudly ([`skip`]); the gate turns that into a failure.

#![expect(
    clippy::disallowed_methods,
    reason = "tests open databases, read the environment and spawn servers of their own"
)]

pub mod app;
pub mod bad_tokens;
pub mod breaking;
pub mod dice;
pub mod dns;
pub mod doors;
pub mod engine;
pub mod http;
pub mod imports;
pub mod issuer;
pub mod js;
pub mod keys;
pub mod live;
pub mod mail;
pub mod postgres;
pub mod process;
pub mod python;
pub mod questionnaire;
pub mod served;
pub mod sink;
pub mod skip;
pub mod smtp;
pub mod sqlite;
pub mod strange;
pub mod traces;
pub mod world;
