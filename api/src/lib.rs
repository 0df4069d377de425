//! Steward

pub mod secure;
