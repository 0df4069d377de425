//! The tests from outside, in one binary.

#![expect(clippy::disallowed_methods, reason = "tests look into the database behind the server's back")]

mod access;
mod alone;
mod answer;
mod answer_page;
mod architecture;
mod audits;
mod bad_tokens;
mod breaking;
mod client;
mod contract;
mod crash;
mod customer;
mod demo;
mod dkim;
mod doctor;
mod figures;
mod funnel;
mod fuzz;
mod grasp;
mod ground;
mod imports;
mod input;
mod keys;
mod languages;
mod live;
mod mails;
mod migrations;
mod pages;
mod programmes;
mod publish;
mod questions;
mod race;
mod reminders;
mod rules;
mod scanner;
mod scope;
mod smtp;
mod statements;
mod suppression;
mod survey_loop;
mod surveys;
mod tokens;
mod windows;
mod wording;
