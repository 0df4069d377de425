//! Shows a guessed mapping, and asks whether it may be used.

use std::path::Path;

use super::Ended;
use crate::{
    cli::ask,
    import::{Guess, Kind, Mapping},
};

/// The mapping, and how the first rows read by it. Goes to standard error: the summary alone is output.
pub(super) fn show(file: &Path, kind: Kind, guess: &Guess) {
    eprintln!("{} read as {}, by the names of its columns:\n", file.display(), kind.as_str());
    let wide = |pick: fn(&(String, String, String)) -> &String| {
        guess.fields.iter().map(|field| pick(field).chars().count()).max().unwrap_or(0)
    };
    let (field, rule) = (wide(|field| &field.0), wide(|field| &field.1));
    for (name, by, samples) in &guess.fields {
        eprintln!("  {name:field$}  {by:rule$}  {samples}");
    }
    if !guess.unread.is_empty() {
        eprintln!("\nnot read:");
        for (column, why) in &guess.unread {
            eprintln!("  {column}: {why}");
        }
    }
    eprintln!("\nThe mapping:\n");
    for line in guess.toml.lines() {
        eprintln!("  {line}");
    }
    eprintln!();
}

/// The guess as a mapping, if nothing is missing.
pub(super) fn complete(file: &Path, kind: Kind, guess: &Guess) -> Result<Mapping, Ended> {
    if !guess.missing.is_empty() {
        return Err(Ended::Usage(format!(
            "no column of {} is called like {}; write a mapping and name it with --map (--write-map MAP.toml begins one)",
            file.display(),
            guess.missing.join(", ")
        )));
    }
    Mapping::parse(kind, &guess.toml).map_err(|faults| Ended::unfit(file, &faults))
}

/// Asks on a terminal; elsewhere nobody can say yes.
pub(super) fn consent() -> Result<(), Ended> {
    let cure = "take this mapping with --yes, or write one and name it with --map";
    ask::consent("Use it?", "nothing was imported", cure).map_err(Ended::Usage)
}
