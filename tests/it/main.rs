//! The tests from outside, in one binary.

#![expect(clippy::disallowed_methods, reason = "tests look into the database behind the server's back")]

mod answer;
mod answer_page;
mod architecture;
mod audits;
mod bad_tokens;
mod crash;
mod ground;
mod input;
mod mails;
mod migrations;
mod race;
mod scanner;
mod suppression;
mod survey_loop;
mod tokens;
