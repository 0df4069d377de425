//! The tests from outside, in one binary.

#![expect(clippy::disallowed_methods, reason = "tests look into the database behind the server's back")]

mod answer;
mod answer_page;
mod architecture;
mod bad_tokens;
mod ground;
mod migrations;
mod race;
mod survey_loop;
