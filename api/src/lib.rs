//! Steward

pub mod graph;
