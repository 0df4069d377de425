//! What a whole export holds beside its five files, and how a folder's import takes it.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::{
    base::{Error, Result, from_json},
    contact,
    ctx::Ctx,
    survey,
};

/// Surveys with all their versions.
pub(super) const SURVEYS: &str = "surveys.jsonl";
/// Noes said at addresses that were left since, by the digests of these.
pub(super) const REFUSALS: &str = "refusals.jsonl";

/// Takes what lies in the folder; answers need their surveys, so it comes first.
pub(super) async fn bring(system: &Ctx, folder: &Path) -> Result<()> {
    if let Some(surveys) = read(&folder.join(SURVEYS))? {
        told(SURVEYS, survey::bring(system, surveys).await?);
    }
    if let Some(refusals) = read(&folder.join(REFUSALS))? {
        told(REFUSALS, contact::bring_refusals(system, refusals).await?);
    }
    Ok(())
}

/// Tells what a dry run leaves out.
pub(super) fn leave(folder: &Path) {
    for file in [SURVEYS, REFUSALS].into_iter().filter(|file| folder.join(file).is_file()) {
        eprintln!("{file}: left out of a dry run; answers to surveys that are only there are refused");
    }
}

fn told(file: &str, count: usize) {
    eprintln!("{file}: created or updated {count}");
}

/// The objects of a file, one a line; none where it is not there.
fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<Vec<T>>> {
    if !path.is_file() {
        return Ok(None);
    }
    let failed = |why: String| Error::internal(format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let rows = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let rows =
        rows.map(|(at, line)| from_json(line.as_bytes()).map_err(|error| failed(format!("line {}: {error}", at + 1))));
    rows.collect::<Result<_>>().map(Some)
}
