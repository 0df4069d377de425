//! What the black-box tests share.

pub mod bad_tokens;
