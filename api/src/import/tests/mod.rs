//! Tests of the reading: bad files, bad mappings, values, and real files of others.

mod bad_files;
mod encodings;
mod guesses;
mod lines;
mod mappings;
mod orders;
mod real_files;
mod reports;
mod separators;
mod typed;
mod values;

use std::io::Read;

use super::*;

/// A mapping that must have no fault.
fn map(kind: Kind, text: &str) -> Mapping {
    Mapping::parse(kind, text).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The least that a mapping of accounts says.
const NAMES: &str = "source = \"s\"\ncolumns = { reference = \"id\", name = \"name\" }\n";

/// Reads a file of accounts.
fn accounts(file: &[u8]) -> Vec<Result<AccountRow, Trouble>> {
    match rows::<AccountRow, _>(file, map(Kind::Accounts, NAMES)) {
        Ok(rows) => rows.collect(),
        Err(error) => vec![Err(error.into())],
    }
}

/// What went wrong, one text each.
fn troubles<T>(rows: Vec<Result<T, Trouble>>) -> Vec<String> {
    rows.into_iter().filter_map(Result::err).map(|trouble| trouble.to_string()).collect()
}

/// Settles a mapping on a file, and reads the file by it.
fn settled<T: Row>(mut mapping: Mapping, file: &[u8]) -> Result<(Found, Vec<Result<T, Trouble>>), FileError> {
    settle(|| Ok(file), &mut mapping)?;
    let found = mapping.found.clone().unwrap_or_default();
    Ok((found, rows::<T, _>(file, mapping)?.collect()))
}

/// Counts what is read of it.
struct Counted<'a, R>(R, &'a std::cell::Cell<u64>);
impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.read(buffer)?;
        self.1.set(self.1.get() + count as u64);
        Ok(count)
    }
}
