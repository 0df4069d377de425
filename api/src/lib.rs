//! Steward: client ownership, made explicit and measurable.
pub mod access;
pub mod base;
pub mod store;
