//! Which files are imported, in which order, each by which mapping. All of it is settled before the first is.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use super::{Args, Ended, ask};
use crate::import::{Charset, FileError, Kind, Mapping, guess, is_lines, settle};

/// The order that references need: each kind points only at earlier ones, and at itself.
const ORDER: [Kind; 7] = [
    Kind::Members,
    Kind::Accounts,
    Kind::Contacts,
    Kind::Interactions,
    Kind::Escalations,
    Kind::Responses,
    Kind::Invitations,
];

/// How a file of a folder may end, beside its kind.
const ENDINGS: [&str; 3] = ["csv", "jsonl", "ndjson"];

/// One file to be imported.
pub(super) struct Step {
    pub file: PathBuf,
    pub mapping: Mapping,
    /// Where its faults go.
    pub errors: Option<PathBuf>,
}

/// What is to be imported; none where the guess was all that was wanted.
pub(super) fn plan(args: &Args) -> Result<Option<Vec<Step>>, Ended> {
    let encoding = match &args.encoding {
        None => None,
        Some(name) => {
            let unknown =
                || Ended::Usage(format!("--encoding {name} is no encoding like utf-8, utf-16 or windows-1252"));
            Some(Charset::parse(name).ok_or_else(unknown)?)
        }
    };
    let mut steps = Vec::new();
    let mut guessed = false;
    for (kind, file, map) in files(args)? {
        let read = || File::open(&file).map_err(FileError::Io).and_then(is_lines);
        if called_lines(&file) && !read().map_err(|error| Ended::file(&file, error))? {
            return Err(Ended::failed(&file, "is called like JSON lines, but does not begin with a JSON object"));
        }
        guessed |= map.is_none();
        let mapping = match map {
            Some(map) => Some(told(kind, &map)?),
            None => guess_of(args, kind, &file, encoding)?,
        };
        let Some(mut mapping) = mapping else { return Ok(None) };
        mapping.encoding = encoding.or(mapping.encoding);
        settle(|| File::open(&file), &mut mapping).map_err(|error| Ended::file(&file, error))?;
        if let (true, Some(found)) = (guessed, &mapping.found) {
            eprintln!("{}: {found}\n", file.display());
        }
        let errors = args.errors.as_ref().map(|path| match args.kind {
            Some(_) => path.clone(),
            None => path.join(format!("{}.csv", kind.as_str())),
        });
        steps.push(Step { file, mapping, errors });
    }
    if guessed && !args.yes {
        ask::consent()?;
    }
    Ok(Some(steps))
}

/// Whether a file's name says that it is JSON lines.
fn called_lines(file: &Path) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ENDINGS[1..].iter().any(|lines| ending.eq_ignore_ascii_case(lines))
}

fn told(kind: Kind, map: &Path) -> Result<Mapping, Ended> {
    let text = std::fs::read_to_string(map).map_err(|error| Ended::failed(map, error))?;
    let fault = |faults| Ended::Usage(format!("the mapping {} does not fit:\n{faults}", map.display()));
    Mapping::parse(kind, &text).map_err(fault)
}

/// A guess, shown; none where it was only to be written down.
fn guess_of(args: &Args, kind: Kind, file: &Path, encoding: Option<Charset>) -> Result<Option<Mapping>, Ended> {
    let guess = guess(|| File::open(file), kind, &args.source, encoding).map_err(|error| Ended::file(file, error))?;
    ask::show(file, kind, &guess);
    let Some(path) = &args.write_map else { return ask::complete(file, kind, &guess).map(Some) };
    if path.exists() {
        let path = path.display();
        return Err(Ended::Usage(format!("{path} is there already; take it by --map, or write to another file")));
    }
    std::fs::write(path, &guess.toml).map_err(|error| Ended::failed(path, error))?;
    eprintln!("written to {}; go on with: --map {}", path.display(), path.display());
    Ok(None)
}

/// Kind, file and mapping of each.
fn files(args: &Args) -> Result<Vec<(Kind, PathBuf, Option<PathBuf>)>, Ended> {
    if let Some(kind) = args.kind {
        return Ok(vec![(kind.into(), args.file.clone(), args.map.clone())]);
    }
    let folder = &args.file;
    if !folder.is_dir() {
        let file = folder.display();
        return Err(Ended::Usage(format!("say what the rows of {file} are: steward import accounts {file}")));
    }
    if args.map.is_some() || args.write_map.is_some() {
        return Err(Ended::Usage(
            "a folder takes no --map or --write-map; lay KIND.toml beside KIND.csv or KIND.jsonl".to_owned(),
        ));
    }
    let there = |name: String| Some(folder.join(name)).filter(|path| path.is_file());
    let mut found = Vec::new();
    for kind in ORDER {
        let files = ENDINGS.iter().filter_map(|ending| there(format!("{}.{ending}", kind.as_str())));
        match files.collect::<Vec<_>>().as_slice() {
            [] => {}
            // What has no rows is exported so.
            [file] if called_lines(file) && file.metadata().is_ok_and(|file| file.len() == 0) => {
                eprintln!("{}: no rows, left out\n", file.display());
            }
            [file] => found.push((kind, file.clone(), there(format!("{}.toml", kind.as_str())))),
            [one, other, ..] => {
                let (one, other) = (one.display(), other.display());
                return Err(Ended::Usage(format!("{one} and {other} are both there; leave one of them")));
            }
        }
    }
    if found.is_empty() {
        let names = ORDER.map(Kind::as_str).join(", ");
        let folder = folder.display();
        return Err(Ended::Usage(format!("{folder} holds no rows as .csv, .jsonl or .ndjson of {names}")));
    }
    if let Some(errors) = &args.errors {
        std::fs::create_dir_all(errors).map_err(|error| Ended::failed(errors, error))?;
    }
    Ok(found)
}
