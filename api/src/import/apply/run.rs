//! Reads a file in chunks and hands each to its kind, in a transaction each, or all in one that is rolled back.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::{
    Apply, Import, Keeper, Setting, Stopped, Verdict,
    chunks::{Chunk, Chunks},
};
use crate::{
    base::{Error, Result},
    ctx::Ctx,
    import::{Fault, Faults, FileError, Mapping, Report, Summary, Trouble, rows, settle},
    store::Tx,
};

/// Rows of a chunk that are looked up, judged and written at once: what that takes is held in memory.
const PART: usize = 1_500;

/// Rows of a dry run of a job, at most: it holds back whoever writes.
const REHEARSED: u64 = 20_000;

/// An import under way.
struct Run<T: Apply, R, W: Write> {
    chunks: Chunks<T, R>,
    /// Rows read so far, and those of them that were left out.
    read: (u64, u64),
    memory: T::Memory,
    report: Report<W>,
    setting: Setting,
    total: u64,
    /// Rows that an earlier run has counted; they are gone through once more, and change nothing.
    counted: u64,
    keeper: Option<Box<dyn Keeper>>,
    progress: Box<dyn FnMut(u64, u64) + Send>,
}

pub(super) async fn run<T, O, R, W>(system: &Ctx, mut import: Import<O, W>) -> Result<Summary, Stopped>
where
    T: Apply,
    O: Fn() -> io::Result<R>,
    R: Read + Send + 'static,
    W: Write + Send + 'static,
{
    settle(&import.open, &mut import.mapping)?;
    let open = || (import.open)().map_err(FileError::Io);
    let mut memory = T::Memory::default();
    let total = scan::<T, _>(open()?, &import.mapping, &mut memory)?;
    if import.dry_run && import.keeper.is_some() && total > REHEARSED {
        let rule = format!("must be false for more than {REHEARSED} rows; try a part of the file, or the command line");
        return Err(Stopped::Mapping(Faults(vec![Fault { key: "dryRun".to_owned(), rule }])));
    }
    T::ready(system, &import.mapping, &mut memory).await?;
    let mut report = Report::new(import.mapping.kind, import.mapping.found.clone(), import.dry_run, import.faults);
    let counted = import.resume.map_or(0, |so_far| report.go_on(so_far));
    let run = Run {
        total,
        setting: Setting { source: import.mapping.source.clone(), company: system.company().clone() },
        report,
        chunks: Chunks::of(rows::<T, R>(open()?, import.mapping)?),
        read: (0, 0),
        counted,
        keeper: import.keeper,
        memory,
        progress: import.progress,
    };
    let run = if import.dry_run { run.rehearse(system).await? } else { run.perform(system).await? };
    run.report.finish(run.read.0, run.read.1).map_err(Stopped::Report)
}

/// The first reading: nothing is written, and trouble with the file stops everything. Gives the number of rows.
fn scan<T: Apply, R: Read>(file: R, mapping: &Mapping, memory: &mut T::Memory) -> Result<u64, FileError> {
    let mut rows = rows::<T, R>(file, mapping.clone())?;
    for row in rows.by_ref() {
        match row {
            Ok(row) => row.scan(memory),
            Err(Trouble::Row(_)) => {}
            Err(Trouble::File(error)) => return Err(error),
        }
    }
    Ok(rows.read())
}

impl<T, R, W> Run<T, R, W>
where
    T: Apply,
    R: Read + Send + 'static,
    W: Write + Send + 'static,
{
    async fn perform(mut self, system: &Ctx) -> Result<Self, Stopped> {
        system.store().db().brace().await?;
        loop {
            let chunk = self.chunks.next().await?;
            self.read = (chunk.read, chunk.skipped);
            if chunk.rows.is_empty() {
                break;
            }
            self = system
                .store()
                .write_many(move |tx| async move {
                    self.chunk(&tx, chunk).await?;
                    self.keep(&tx).await?;
                    Ok(self)
                })
                .await?;
        }
        let mut more = true;
        while more {
            (self, more) = system
                .store()
                .write_many(move |tx| async move {
                    let more = self.finish(&tx).await?;
                    self.keep(&tx).await?;
                    Ok((self, more))
                })
                .await?;
        }
        Ok(self)
    }

    /// All of it in one transaction, which always fails in the end.
    async fn rehearse(mut self, system: &Ctx) -> Result<Self, Stopped> {
        system.store().db().brace().await?;
        let end = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&end);
        let rolled_back: Result<()> = system
            .store()
            .write_many(move |tx| async move {
                let done = self.all(&tx).await.map(|()| self);
                *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
                Err(Error::Stale)
            })
            .await;
        let done = end.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (done, rolled_back) {
            (Some(done), _) => done,
            (None, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(Error::internal("a dry run gave nothing").into()),
        }
    }

    async fn all(&mut self, tx: &Tx) -> Result<(), Stopped> {
        loop {
            let chunk = self.chunks.next().await?;
            self.read = (chunk.read, chunk.skipped);
            if chunk.rows.is_empty() {
                break;
            }
            self.chunk(tx, chunk).await?;
        }
        while self.finish(tx).await? {
            tx.flush_audit().await?;
        }
        Ok(())
    }

    async fn chunk(&mut self, tx: &Tx, chunk: Chunk<T>) -> Result<()> {
        let (mut good, mut order) = (Vec::new(), Vec::new());
        for row in chunk.rows {
            match row {
                Ok(row) => {
                    good.push(row);
                    order.push(None);
                }
                Err(refusal) => order.push(Some(refusal)),
            }
        }
        let count = good.len();
        let (mut good, mut verdicts) = (good.into_iter(), Vec::new());
        while good.len() > 0 {
            let part = good.by_ref().take(PART).collect();
            verdicts.extend(T::apply(tx, &self.setting, &mut self.memory, part).await?);
            tx.flush_audit().await?;
        }
        if verdicts.len() != count {
            return Err(Error::internal("a row was not judged"));
        }
        let mut verdicts = verdicts.into_iter();
        for refused in order {
            let verdict = refused.map(Verdict::Refused).or_else(|| verdicts.next());
            self.tell(verdict.into_iter())?;
        }
        (self.progress)(self.read.0, self.total);
        Ok(())
    }

    /// Has the keeper write down how far it has come.
    async fn keep(&mut self, tx: &Tx) -> Result<()> {
        let (Some(keeper), true) = (&mut self.keeper, self.read.0 >= self.counted) else { return Ok(()) };
        let so_far = self.report.so_far(self.read.0, self.read.1).map_err(Error::internal)?;
        keeper.keep(tx, &so_far, self.total).await
    }

    async fn finish(&mut self, tx: &Tx) -> Result<bool> {
        match T::finish(tx, &self.setting, &mut self.memory).await? {
            Some(verdicts) => self.tell(verdicts.into_iter()).map(|()| true),
            None => Ok(false),
        }
    }

    fn tell(&mut self, verdicts: impl Iterator<Item = Verdict>) -> Result<()> {
        // Chunks end at the same rows every time.
        if self.read.0 <= self.counted {
            return Ok(());
        }
        for verdict in verdicts {
            let told = match verdict {
                Verdict::Later => Ok(()),
                Verdict::Refused(refusal) => self.report.refuse(&refusal),
                Verdict::Taken(outcome, refused) => {
                    self.report.count(outcome);
                    refused.iter().try_for_each(|fault| self.report.refuse_answer(fault))
                }
            };
            told.map_err(|error| Error::internal(format!("the file of faults cannot be written: {error}")))?;
        }
        Ok(())
    }
}
