//! Shows a guessed mapping, and asks whether it may be used.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    path::Path,
};

use super::Ended;
use crate::import::{Guess, Kind, Mapping};

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
        eprintln!("\nnot read: {}", guess.unread.join(", "));
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
    let asks = io::stdin().is_terminal() && io::stderr().is_terminal();
    if !asks {
        return Err(Ended::Usage(
            "nothing was imported: take this mapping with --yes, or write one and name it with --map".to_owned(),
        ));
    }
    eprint!("Use it? [y/N] ");
    let _ = io::stderr().flush();
    let mut answer = String::new();
    let _ = io::stdin().lock().read_line(&mut answer);
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Ended::Usage("nothing was imported".to_owned())),
    }
}
