//! The black-box tests, one binary.

mod bad_tokens;
