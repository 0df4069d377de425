//! The tests from outside, in one binary.

#![expect(clippy::disallowed_methods, reason = "tests look into the database behind the server's back")]

mod access;
mod architecture;
mod bad_tokens;
mod demo;
mod ground;
mod keys;
mod migrations;
mod scope;
mod survey_loop;
