//! What an import did: counts, the first faults in full, all of them in a file.

use std::fmt;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::{Found, Kind, Refusal, RowError};
use crate::base::guarded;

/// Faults that a report repeats; the rest stands in the file of faults.
const LISTED: usize = 100;

/// What became of one row that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Updated,
    Unchanged,
}

/// The counts of a report, as `--json` prints them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// `accounts`, `members`, …
    pub kind: String,
    /// How the file was read.
    #[serde(flatten)]
    pub found: Option<Found>,
    /// Nothing was written; the counts say what would have been.
    pub dry_run: bool,
    /// Rows of the file, the header not counted.
    pub read: u64,
    /// Rows the mapping leaves out.
    pub skipped: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    /// Rows, or entries of rows, that were not taken.
    pub refused: u64,
    /// Answers that were not taken though their row was.
    pub refused_answers: u64,
    /// The first 100 faults.
    pub faults: Vec<RowError>,
    /// All faults, listed or not.
    pub fault_count: u64,
}

/// Counts an import while it runs and writes every fault to the file given, as CSV.
pub struct Report<W: Write> {
    summary: Summary,
    file: Option<csv::Writer<W>>,
}

impl<W: Write> Report<W> {
    /// `file` takes all faults as `row,column,value,rule`; it stays empty while there are none.
    pub fn new(kind: Kind, found: Option<Found>, dry_run: bool, file: Option<W>) -> Self {
        let summary = Summary { kind: kind.as_str().to_owned(), found, dry_run, ..Summary::default() };
        Self { summary, file: file.map(csv::Writer::from_writer) }
    }

    /// Goes on where an earlier report broke off; gives the rows that it has counted.
    pub(super) fn go_on(&mut self, so_far: Summary) -> u64 {
        self.summary = Summary { found: self.summary.found.take(), ..so_far };
        self.summary.read
    }

    /// The counts so far; the file of faults holds all that is listed.
    pub(super) fn so_far(&mut self, read: u64, skipped: u64) -> io::Result<Summary> {
        if let Some(file) = &mut self.file {
            file.flush()?;
        }
        Ok(Summary { read, skipped, ..self.summary.clone() })
    }

    pub fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Created => self.summary.created += 1,
            Outcome::Updated => self.summary.updated += 1,
            Outcome::Unchanged => self.summary.unchanged += 1,
        }
    }

    /// A row is not taken.
    pub fn refuse(&mut self, refusal: &Refusal) -> io::Result<()> {
        self.summary.refused += 1;
        refusal.faults.iter().try_for_each(|fault| self.list(fault))
    }

    /// An answer is not taken; its row is.
    pub fn refuse_answer(&mut self, fault: &RowError) -> io::Result<()> {
        self.summary.refused_answers += 1;
        self.list(fault)
    }

    fn list(&mut self, fault: &RowError) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            if self.summary.fault_count == 0 {
                file.write_record(["row", "column", "value", "rule"])?;
            }
            file.write_record([
                &fault.row.to_string(),
                &*guarded(&fault.column),
                &*guarded(&fault.value),
                &fault.rule,
            ])?;
        }
        self.summary.fault_count += 1;
        if self.summary.faults.len() < LISTED {
            self.summary.faults.push(fault.clone());
        }
        Ok(())
    }

    /// Closes the file of faults. `read` and `skipped` are those of the iteration.
    pub fn finish(mut self, read: u64, skipped: u64) -> io::Result<Summary> {
        if let Some(file) = &mut self.file {
            file.flush()?;
        }
        Ok(Summary { read, skipped, ..self.summary })
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let would = if self.dry_run { ", nothing written" } else { "" };
        writeln!(f, "{}: read {}{would}", self.kind, self.read)?;
        if let Some(found) = &self.found {
            writeln!(f, "  {found}")?;
        }
        writeln!(f, "  created {}, updated {}, unchanged {}", self.created, self.updated, self.unchanged)?;
        write!(f, "  left out {}, refused {}", self.skipped, self.refused)?;
        if self.refused_answers > 0 {
            write!(f, ", answers refused {}", self.refused_answers)?;
        }
        for fault in &self.faults {
            write!(f, "\n  {fault}")?;
        }
        let more = self.fault_count - self.faults.len() as u64;
        if more > 0 {
            write!(f, "\n  … and {more} more")?;
        }
        Ok(())
    }
}
