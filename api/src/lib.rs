//! Steward

pub mod import;
