//! Skips that cannot be overlooked.
//!
//! The test runner swallows what the print macros write in a passing test; a raw write to standard
//! error passes. With `STEWARD_TEST_REQUIRE=all` a skip is a failure.

use std::{
    collections::BTreeSet,
    io::Write,
    sync::{Mutex, PoisonError},
};

use crate::{imports, js, postgres, python};

/// How to get the program that shows pages.
pub const CHROMIUM: &str = "install it: apt-get install chromium";

/// Says that the running test is left out because `what` is missing, and, once, how to get it: `cure`.
///
/// # Panics
/// Where `STEWARD_TEST_REQUIRE` is `all`.
pub fn skip(what: &'static str, cure: &str) {
    static TOLD: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let first = TOLD.lock().unwrap_or_else(PoisonError::into_inner).insert(what);
    let more = if first { format!("; {cure}") } else { String::new() };
    let notice = format!("SKIPPED {test}: {what} is missing{more}");
    assert!(!required(), "{notice} (STEWARD_TEST_REQUIRE=all allows no skip)");
    let _ = writeln!(std::io::stderr(), "{}{notice}", if first { "\n" } else { "" });
}

/// Whether every skip is a failure.
pub fn required() -> bool {
    std::env::var("STEWARD_TEST_REQUIRE").is_ok_and(|value| value == "all")
}

/// What this machine lacks: which tests go without, and how to get it.
pub fn missing() -> Vec<(&'static str, &'static str)> {
    let needed = [
        (postgres::binaries().is_some(), "PostgreSQL: every test runs on SQLite alone", postgres::CURE),
        (
            js::packages().is_some(),
            "Node's packages: no generated client, no other readers of GraphQL, no pages",
            js::CURE,
        ),
        (browser(), "Chromium: no pages", CHROMIUM),
        (
            python::installed().is_some(),
            "Python with its packages: no real mail server, no second reader of signatures, no generated client, no fuzzing of REST",
            python::CURE,
        ),
        (imports::crm_folder().is_some(), "the CRM data", imports::CURE),
    ];
    needed.into_iter().filter(|(there, ..)| !there).map(|(_, what, cure)| (what, cure)).collect()
}

/// Whether there is a browser; `CHROMIUM` may name it.
pub fn browser() -> bool {
    let named = std::env::var_os("CHROMIUM");
    std::path::Path::new(named.as_deref().unwrap_or("/usr/bin/chromium".as_ref())).exists()
}
