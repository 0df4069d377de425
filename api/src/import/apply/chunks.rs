//! A file in chunks of rows. The next chunk is read while the one before is written.

use std::collections::HashSet;
use std::io::Read;

use tokio::task::{JoinHandle, spawn_blocking};

use super::Stopped;
use crate::{
    base::Error,
    import::{FileError, Refusal, Row, Rows, Trouble},
};

/// Rows of one chunk, at most: so many share a commit, and others who write wait for it.
const CHUNK: usize = 6_000;
/// Bytes of their texts: a chunk ends with the row that reaches them. Three chunks are held at a time.
const WEIGHT: u64 = 4 << 20;

/// The next rows, good and bad, and how far the file is read after them.
pub(super) struct Chunk<T> {
    pub rows: Vec<Result<T, Refusal>>,
    pub read: u64,
    pub skipped: u64,
}

/// Where the rows come from.
struct Source<T, R> {
    rows: Rows<T, R>,
    /// Belongs to the next chunk, because its reference is in this one already.
    held: Option<T>,
}

/// A chunk that is being read, on a thread of its own.
type Reading<T, R> = JoinHandle<(Source<T, R>, Result<Chunk<T>, FileError>)>;

/// The chunks of a file, one after the other.
pub(super) struct Chunks<T, R> {
    next: Reading<T, R>,
}

impl<T, R> Chunks<T, R>
where
    T: Row + Send + 'static,
    R: Read + Send + 'static,
{
    pub fn of(rows: Rows<T, R>) -> Self {
        Self { next: ahead(Source { rows, held: None }) }
    }

    /// The next chunk; after the last row it is empty.
    pub async fn next(&mut self) -> Result<Chunk<T>, Stopped> {
        let (source, chunk) = (&mut self.next).await.map_err(Error::internal)?;
        self.next = ahead(source);
        Ok(chunk?)
    }
}

fn ahead<T, R>(mut source: Source<T, R>) -> Reading<T, R>
where
    T: Row + Send + 'static,
    R: Read + Send + 'static,
{
    spawn_blocking(move || {
        let chunk = source.chunk();
        (source, chunk)
    })
}

impl<T: Row, R: Read> Source<T, R> {
    /// Ends before a reference that is in the chunk already.
    fn chunk(&mut self) -> Result<Chunk<T>, FileError> {
        let mut seen = HashSet::new();
        let mut rows = Vec::new();
        let full = self.rows.weight() + WEIGHT;
        while rows.len() < CHUNK && self.rows.weight() < full {
            let next = match self.held.take() {
                Some(row) => Some(Ok(row)),
                None => self.rows.next(),
            };
            match next {
                None => break,
                Some(Err(Trouble::File(error))) => return Err(error),
                Some(Err(Trouble::Row(refusal))) => rows.push(Err(refusal)),
                Some(Ok(row)) if row.repeats(&mut seen) => {
                    self.held = Some(row);
                    break;
                }
                Some(Ok(row)) => rows.push(Ok(row)),
            }
        }
        Ok(Chunk { rows, read: self.rows.read(), skipped: self.rows.skipped() })
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
        let mut source = Source { rows: rows::<ResponseRow, _>(file, mapping).unwrap(), held: None };
        let counts: Vec<usize> =
            std::iter::from_fn(|| Some(source.chunk().unwrap().rows.len()).filter(|rows| *rows > 0)).collect();
        assert_eq!((counts[0], counts.iter().sum::<usize>()), (21, 100));
    }
}
