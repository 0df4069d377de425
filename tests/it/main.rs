//! The tests from outside, in one binary.

#![expect(clippy::disallowed_methods, reason = "tests look into the database behind the server's back")]

mod architecture;
mod bad_tokens;
mod client;
mod ground;
mod migrations;
mod pages;
mod survey_loop;
mod wording;
