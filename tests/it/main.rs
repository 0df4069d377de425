//! The tests from outside, in one binary.

#![expect(clippy::disallowed_methods, reason = "tests look into the database behind the server's back")]

mod access;
mod architecture;
mod bad_tokens;
mod contract;
mod customer;
mod figures;
mod ground;
mod migrations;
mod rules;
mod scope;
mod statements;
mod survey_loop;
