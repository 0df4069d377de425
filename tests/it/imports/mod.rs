//! Files of others become the company's own rows: real ones, and bad ones.

mod audience;
mod books;
mod bulk;
mod company;
mod folder;
mod guests;
mod lines;
mod loop_by_mail;
mod merged;
mod patients;
mod ratings;
mod refusals;
mod round_trip;
mod rules;
mod wave_by_mail;
mod whole;

use api::import::Summary;

/// Created, updated, unchanged, refused.
fn counts(summary: &Summary) -> (u64, u64, u64, u64) {
    (summary.created, summary.updated, summary.unchanged, summary.refused)
}

/// The faults, one text each.
fn faults(summary: &Summary) -> Vec<String> {
    summary.faults.iter().map(ToString::to_string).collect()
}
