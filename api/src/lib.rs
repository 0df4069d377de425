//! Steward: client ownership, made explicit and measurable.
//!
//! A module uses only lower floors; the doors of a slice (`graphql.rs`, `rest.rs`) stand on floor 6.
//!
//! 7 app cli config
//! 6 graph web work
//! 5 account audit contact cover demo duplicate entrance escalation export import intake invitation key member ownership privacy program quiet response satisfaction session setup survey team timeline upsert visit
//! 4 ctx
//! 3 issuer mail queue
//! 2 store
//! 1 access secure
//! 0 base

pub mod access;
pub mod account;
pub mod app;
pub mod audit;
pub mod base;
pub mod cli;
pub mod config;
pub mod contact;
pub mod cover;
pub mod ctx;
pub mod demo;
pub mod duplicate;
pub mod entrance;
pub mod escalation;
pub mod export;
pub mod graph;
pub mod import;
pub mod intake;
pub mod invitation;
pub mod issuer;
pub mod key;
pub mod mail;
pub mod member;
pub mod ownership;
pub mod privacy;
pub mod program;
pub mod queue;
pub mod quiet;
pub mod response;
pub mod satisfaction;
pub mod secure;
pub mod session;
pub mod setup;
pub mod store;
pub mod survey;
pub mod team;
pub mod timeline;
pub mod upsert;
pub mod visit;
pub mod web;
pub mod work;

/// The two files of the contract, by name, as the code prints them.
pub fn contract() -> [(&'static str, String); 2] {
    let mut openapi = serde_json::to_string_pretty(&web::document()).unwrap_or_default();
    openapi.push('\n');
    [("openapi.json", openapi), ("schema.graphql", graph::schema().sdl())]
}
