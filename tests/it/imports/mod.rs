//! Files of others become the company's own rows: real ones, and bad ones.

mod audience;
mod books;
mod bulk;
mod company;
mod folder;
mod guests;
mod lines;
mod links;
mod loop_by_mail;
mod merged;
mod patients;
mod raised;
mod ratings;
mod refusals;
mod round_trip;
mod rules;
mod wave_by_mail;
mod whole;

use api::import::{Kind, Summary, guess};
use tests::{app::TestApp, imports};

/// Created, updated, unchanged, refused.
fn counts(summary: &Summary) -> (u64, u64, u64, u64) {
    (summary.created, summary.updated, summary.unchanged, summary.refused)
}

/// The faults, one text each.
fn faults(summary: &Summary) -> Vec<String> {
    summary.faults.iter().map(ToString::to_string).collect()
}

/// The kinds of files, in the order that they need each other.
const KINDS: [(Kind, &str); 5] = [
    (Kind::Members, "members"),
    (Kind::Accounts, "accounts"),
    (Kind::Contacts, "contacts"),
    (Kind::Interactions, "interactions"),
    (Kind::Responses, "responses"),
];

/// Imports a file by the mapping that is guessed for it.
async fn by_guess(app: &TestApp, kind: Kind, source: &str, text: &str) -> Summary {
    let guessed = guess(|| Ok(text.as_bytes()), kind, source, None).unwrap();
    assert!(guessed.missing.is_empty(), "{}", guessed.toml);
    imports::import_text(app, kind, &guessed.toml, text.as_bytes(), false).await.unwrap()
}
