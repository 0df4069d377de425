//! Reads a file in chunks and hands each to its kind, in a transaction each, or all in one that is rolled back.

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Apply, Import, Setting, Stopped, Verdict};
use crate::{
    base::{Error, Result},
    ctx::Ctx,
    import::{FileError, Refusal, Report, Rows, Summary, Trouble, rows, settle},
    store::Tx,
};

/// Rows of one transaction, at most.
const CHUNK: usize = 1_000;

/// An import under way.
struct Run<T: Apply, R, W: Write> {
    rows: Rows<T, R>,
    /// Belongs to the next chunk, because its reference is in this one already.
    held: Option<T>,
    memory: T::Memory,
    report: Report<W>,
    setting: Setting,
    total: u64,
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
    let mut first = rows::<T, R>(open()?, import.mapping.clone())?;
    for row in first.by_ref() {
        match row {
            Ok(row) => row.scan(&mut memory),
            Err(Trouble::Row(_)) => {}
            Err(Trouble::File(error)) => return Err(error.into()),
        }
    }
    T::ready(system, &import.mapping, &mut memory).await?;
    let run = Run {
        total: first.read(),
        setting: Setting { source: import.mapping.source.clone(), company: system.company().clone() },
        report: Report::new(import.mapping.kind, import.mapping.found.clone(), import.dry_run, import.faults),
        rows: rows::<T, R>(open()?, import.mapping)?,
        held: None,
        memory,
        progress: import.progress,
    };
    let run = if import.dry_run { run.rehearse(system).await? } else { run.perform(system).await? };
    run.report.finish(run.rows.read(), run.rows.skipped()).map_err(Stopped::Report)
}

impl<T, R, W> Run<T, R, W>
where
    T: Apply,
    R: Read + Send + 'static,
    W: Write + Send + 'static,
{
    async fn perform(mut self, system: &Ctx) -> Result<Self, Stopped> {
        loop {
            let chunk = self.read()?;
            if chunk.is_empty() {
                break;
            }
            self = system
                .write(move |tx| async move {
                    self.chunk(&tx, chunk).await?;
                    Ok(self)
                })
                .await?;
        }
        let mut more = true;
        while more {
            (self, more) = system
                .write(move |tx| async move {
                    let more = self.finish(&tx).await?;
                    Ok((self, more))
                })
                .await?;
        }
        Ok(self)
    }

    /// All of it in one transaction, which always fails in the end.
    async fn rehearse(mut self, system: &Ctx) -> Result<Self, Stopped> {
        let end = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&end);
        let rolled_back: Result<()> = system
            .write(move |tx| async move {
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
            let chunk = self.read()?;
            if chunk.is_empty() {
                break;
            }
            self.chunk(tx, chunk).await?;
            tx.flush_audit().await?;
        }
        while self.finish(tx).await? {
            tx.flush_audit().await?;
        }
        Ok(())
    }

    /// The next rows, good and bad; ends before a reference that is among them already.
    fn read(&mut self) -> Result<Vec<Result<T, Refusal>>, FileError> {
        let mut seen = HashSet::new();
        let mut chunk = Vec::new();
        while chunk.len() < CHUNK {
            let next = match self.held.take() {
                Some(row) => Some(Ok(row)),
                None => self.rows.next(),
            };
            match next {
                None => break,
                Some(Err(Trouble::File(error))) => return Err(error),
                Some(Err(Trouble::Row(refusal))) => chunk.push(Err(refusal)),
                Some(Ok(row)) if seen.insert(row.reference().to_owned()) => chunk.push(Ok(row)),
                Some(Ok(row)) => {
                    self.held = Some(row);
                    break;
                }
            }
        }
        Ok(chunk)
    }

    async fn chunk(&mut self, tx: &Tx, chunk: Vec<Result<T, Refusal>>) -> Result<()> {
        let (mut good, mut order) = (Vec::new(), Vec::new());
        for row in chunk {
            match row {
                Ok(row) => {
                    good.push(row);
                    order.push(None);
                }
                Err(refusal) => order.push(Some(refusal)),
            }
        }
        let count = good.len();
        let verdicts = T::apply(tx, &self.setting, &mut self.memory, good).await?;
        if verdicts.len() != count {
            return Err(Error::internal("a row was not judged"));
        }
        let mut verdicts = verdicts.into_iter();
        for refused in order {
            let verdict = refused.map(Verdict::Refused).or_else(|| verdicts.next());
            self.tell(verdict.into_iter())?;
        }
        (self.progress)(self.rows.read(), self.total);
        Ok(())
    }

    async fn finish(&mut self, tx: &Tx) -> Result<bool> {
        match T::finish(tx, &self.setting, &mut self.memory).await? {
            Some(verdicts) => self.tell(verdicts.into_iter()).map(|()| true),
            None => Ok(false),
        }
    }

    fn tell(&mut self, verdicts: impl Iterator<Item = Verdict>) -> Result<()> {
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
