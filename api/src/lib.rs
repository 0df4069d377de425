//! Steward: client ownership, made explicit and measurable.
//!
//! A module uses only lower floors, and the slices of floor 5 that it names:
//!
//! 7 app config cli
//! 6 web graph work
//! 5 account contact import invitation key member ownership response satisfaction session setup survey team timeline
//! 4 ctx
//! 3 queue mail
//! 2 store
//! 1 access secure
//! 0 base

pub mod access;
pub mod base;
pub mod ctx;
pub mod import;
pub mod mail;
pub mod queue;
pub mod secure;
pub mod store;
