//! Steward

pub mod invitation;
pub mod satisfaction;
