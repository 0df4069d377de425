//! Skips that cannot be overlooked.
//!
//! The test runner swallows what the print macros write in a passing test; a raw write to standard
//! error passes. With `STEWARD_TEST_REQUIRE=all` a skip is a failure.

use std::io::Write;

/// Says that the running test is left out because `what` is missing, and how to get it: `cure`.
///
/// # Panics
/// Where `STEWARD_TEST_REQUIRE` is `all`.
pub fn skip(what: &str, cure: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let notice = format!("SKIPPED {test}: {what} is missing; {cure}");
    assert!(!required(), "{notice} (STEWARD_TEST_REQUIRE=all allows no skip)");
    let _ = writeln!(std::io::stderr(), "\n{notice}");
}

/// Whether every skip is a failure.
pub fn required() -> bool {
    std::env::var("STEWARD_TEST_REQUIRE").is_ok_and(|value| value == "all")
}
