//! A file in chunks of rows, each in parts. The next part is read while the one before is written.

use std::collections::HashSet;
use std::io::Read;

use tokio::task::{JoinHandle, spawn_blocking};

use super::Stopped;
use crate::{
    base::Error,
    import::{FileError, Refusal, Row, Rows, Trouble},
};

/// Rows of one chunk, at most: so many share a commit, and others who write wait for it.
const CHUNK: usize = 10_000;
/// Bytes of their texts: a chunk ends with the row that reaches them.
const WEIGHT: u64 = 4 << 20;
/// Rows of a part, at most: they are looked up and judged at once, and what that takes is held in memory.
const PART: usize = 512;

/// The next rows, good and bad, and how far the file is read after them.
pub(super) struct Part<T> {
    pub rows: Vec<Result<T, Refusal>>,
    pub read: u64,
    pub skipped: u64,
    /// The chunk ends with them.
    pub last: bool,
}

/// Where the rows come from.
struct Source<T, R> {
    rows: Rows<T, R>,
    /// Belongs to the next chunk, because its reference is in this one already.
    held: Option<T>,
    counted: u64,
    chunk: Begun,
}

/// What of a chunk is read.
#[derive(Default)]
struct Begun {
    rows: usize,
    /// Bytes of the texts of the file's rows before it.
    weight: u64,
    seen: HashSet<String>,
}

/// A part that is being read, on a thread of its own.
type Reading<T, R> = JoinHandle<(Source<T, R>, Result<Part<T>, FileError>)>;

/// The parts of a file's chunks, one after the other.
pub(super) struct Parts<T, R> {
    next: Reading<T, R>,
}

impl<T, R> Parts<T, R>
where
    T: Row + Send + 'static,
    R: Read + Send + 'static,
{
    /// A chunk ends after so many rows of the file, wherever else they end: an earlier run has `counted` these.
    pub fn of(rows: Rows<T, R>, counted: u64) -> Self {
        Self { next: ahead(Source::of(rows, counted)) }
    }

    /// The next part; after the last row it is empty.
    pub async fn next(&mut self) -> Result<Part<T>, Stopped> {
        let (source, part) = (&mut self.next).await.map_err(Error::internal)?;
        self.next = ahead(source);
        Ok(part?)
    }
}

fn ahead<T, R>(mut source: Source<T, R>) -> Reading<T, R>
where
    T: Row + Send + 'static,
    R: Read + Send + 'static,
{
    spawn_blocking(move || {
        let part = source.part();
        (source, part)
    })
}

impl<T: Row, R: Read> Source<T, R> {
    fn of(rows: Rows<T, R>, counted: u64) -> Self {
        Self { rows, held: None, counted, chunk: Begun::default() }
    }

    fn part(&mut self) -> Result<Part<T>, FileError> {
        let mut rows = Vec::with_capacity(PART);
        let mut last = false;
        while rows.len() < PART && !last {
            match self.row() {
                None => last = true,
                Some(Err(Trouble::File(error))) => return Err(error),
                Some(Err(Trouble::Row(refusal))) => rows.push(Err(refusal)),
                Some(Ok(row)) => rows.push(Ok(row)),
            }
            last |= self.rows.between() && self.is_full(rows.len());
        }
        self.chunk.rows += rows.len();
        if last {
            self.chunk = Begun { weight: self.rows.weight(), ..Begun::default() };
        }
        Ok(Part { rows, read: self.rows.read(), skipped: self.rows.skipped(), last })
    }

    /// Whether the chunk ends after `more` rows.
    fn is_full(&self, more: usize) -> bool {
        self.chunk.rows + more >= CHUNK
            || self.rows.weight() - self.chunk.weight >= WEIGHT
            || self.rows.read() == self.counted
    }

    /// The next row of the chunk; none after the last one, and before a reference that is in the chunk already.
    fn row(&mut self) -> Option<Result<T, Trouble>> {
        let next = self.held.take().map(Ok).or_else(|| self.rows.next());
        match next {
            Some(Ok(row)) if row.repeats(&mut self.chunk.seen) => {
                self.held = Some(row);
                None
            }
            next => next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Kind, Mapping, ResponseRow, rows};

    /// A few long rows fill a chunk, however often the mapping takes the same cell.
    #[test]
    fn a_chunk_ends_by_what_its_rows_weigh() {
        let answer =
            "[[answers]]\nsurvey = { constant = 'NPS' }\nkind = { constant = 'NPS' }\nscore = 's'\ncomment = 'c'\n";
        let columns = "source = 'x'\n[columns]\nreference = 'r'\naccount = 'a'\nanswered_at = 'd'\n";
        let mapping = Mapping::parse(Kind::Responses, &format!("{columns}{}", answer.repeat(20))).unwrap();
        let comment = "c".repeat(10_000);
        let lines: Vec<String> = (0..100).map(|row| format!("r{row},a,2025-01-01,9,{comment}\n")).collect();
        let file = std::io::Cursor::new(format!("r,a,d,s,c\n{}", lines.concat()));
        let mut source = Source::of(rows::<ResponseRow, _>(file, mapping).unwrap(), 0);
        let parts = std::iter::from_fn(|| Some(source.part().unwrap()).filter(|part| !part.rows.is_empty()));
        let counts: Vec<(usize, bool)> = parts.map(|part| (part.rows.len(), part.last)).collect();
        assert_eq!((counts[0], counts.iter().map(|(rows, _)| rows).sum::<usize>()), ((21, true), 100));
    }
}
