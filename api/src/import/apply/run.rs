//! Reads a file in chunks and hands each to its kind, in a transaction each, or all in one that is rolled back.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinHandle;

use super::{
    Apply, Import, Keeper, Setting, Stopped, Verdict,
    chunks::{Part, Parts},
};
use crate::{
    base::{Error, Result},
    ctx::Ctx,
    import::{Fault, Faults, FileError, Mapping, Report, Summary, Trouble, rows, settle},
    store::{Braced, Tx},
};

/// Rows of a dry run of a job, at most: it holds back whoever writes.
const REHEARSED: u64 = 20_000;

/// An import under way.
struct Run<T: Apply, R, W: Write> {
    parts: Parts<T, R>,
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

/// `inside`: the transaction of a dry run of several files, in which this is one.
pub(super) async fn run<T, O, R, W>(
    system: &Ctx,
    inside: Option<Tx>,
    mut import: Import<O, W>,
) -> Result<Summary, Stopped>
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
    let mut run = Run {
        total,
        setting: Setting { source: import.mapping.source.clone(), company: system.company().clone(), aside: None },
        report,
        parts: Parts::of(rows::<T, R>(open()?, import.mapping)?, counted),
        read: (0, 0),
        counted,
        keeper: import.keeper,
        memory,
        progress: import.progress,
    };
    let run = if let Some(tx) = inside {
        run.rehearse(tx).await?
    } else {
        let mut braced = system.store().db().brace().await?;
        let done = if import.dry_run {
            within(system, false, move |tx| run.rehearse(tx)).await
        } else {
            run.setting.aside = braced.aside();
            run.load(system, &mut braced).await
        };
        braced.relax().await?;
        done?
    };
    run.report.finish(run.read.0, run.read.1).map_err(Stopped::Report)
}

/// Leaves what can wait for the end of a first load; says whether. Not of a job: others work with the database.
async fn put_off<T: Apply>(system: &Ctx, total: u64, memory: &mut T::Memory) -> Result<bool> {
    let Some(later) = T::LATER else { return Ok(false) };
    let first = system.store().write_many(move |tx| async move { tx.put_off(later, total).await }).await?;
    if first {
        T::put_off(memory);
    }
    Ok(first)
}

/// Runs `work` in a transaction that stays if it succeeds and `keep` says so.
pub(super) async fn within<O, F>(
    system: &Ctx,
    keep: bool,
    work: impl FnOnce(Tx) -> F + Send + 'static,
) -> Result<O, Stopped>
where
    O: Send + 'static,
    F: Future<Output = Result<O, Stopped>> + Send + 'static,
{
    let end = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&end);
    let closed = system.store().write_many(move |tx| async move {
        let done = work(tx).await;
        let stays = keep && done.is_ok();
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
        // Whatever the error, it takes the transaction back.
        if stays { Ok(()) } else { Err(Error::Stale) }
    });
    let closed = closed.await;
    let done = end.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (done, closed) {
        (Some(Ok(_)), Err(error)) if keep => Err(error.into()),
        (Some(done), _) => done,
        (None, Err(error)) => Err(error.into()),
        (None, Ok(())) => Err(Error::internal("an import gave nothing").into()),
    }
}

type Beside = JoinHandle<Result<()>>;

#[expect(clippy::disallowed_methods, reason = "whoever starts it waits for it")]
fn beside(write: impl Future<Output = Result<()>> + Send + 'static) -> Beside {
    tokio::spawn(write)
}

async fn written(writing: Option<Beside>) -> Result<()> {
    match writing {
        Some(writing) => writing.await.map_err(Error::internal)?,
        None => Ok(()),
    }
}

/// The first reading: nothing is written, and trouble with the file stops everything. Gives the number of rows.
fn scan<T: Apply, R: Read>(file: R, mapping: &Mapping, memory: &mut T::Memory) -> Result<u64, FileError> {
    let mut rows = rows::<T, R>(file, mapping.clone())?;
    if !T::SCANNED {
        return rows.count();
    }
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
    /// With what a first load leaves for its end.
    async fn load(mut self, system: &Ctx, braced: &mut Braced) -> Result<Self, Stopped> {
        let first = self.keeper.is_none() && put_off::<T>(system, self.total, &mut self.memory).await?;
        let done = self.perform(system, braced).await;
        if first {
            system.store().write_many(|tx| async move { tx.catch_up().await }).await?;
        }
        done
    }

    async fn perform(mut self, system: &Ctx, braced: &mut Braced) -> Result<Self, Stopped> {
        loop {
            let first = self.parts.next().await?;
            if first.rows.is_empty() {
                break;
            }
            self = within(system, true, move |tx| async move {
                self.chunk(&tx, first).await?;
                self.keep(&tx).await?;
                Ok(self)
            })
            .await?;
            braced.sweep().await?;
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

    /// All of it in one transaction, which is taken back in the end.
    async fn rehearse(mut self, tx: Tx) -> Result<Self, Stopped> {
        loop {
            let first = self.parts.next().await?;
            if first.rows.is_empty() {
                break;
            }
            self.chunk(&tx, first).await?;
        }
        while self.finish(&tx).await? {}
        Ok(self)
    }

    /// A chunk, of which the first part is read. While a part is written the next one is judged.
    async fn chunk(&mut self, tx: &Tx, first: Part<T>) -> Result<(), Stopped> {
        let (mut part, mut writing) = (Some(first), None);
        while let Some(now) = part.take() {
            let last = now.last;
            let judged = self.part(tx, now).await;
            let next = if last { Ok(None) } else { self.parts.next().await.map(Some) };
            // Waited for whatever happens: it holds the transaction.
            written(writing.take()).await?;
            writing = Some(beside(T::write(tx.clone(), judged?)));
            match next {
                Ok(next) => part = next,
                Err(stopped) => {
                    written(writing.take()).await?;
                    return Err(stopped);
                }
            }
        }
        written(writing).await?;
        Ok(T::settle(tx, &mut self.memory).await?)
    }

    async fn part(&mut self, tx: &Tx, part: Part<T>) -> Result<T::Batch> {
        self.read = (part.read, part.skipped);
        let (mut good, mut order) = (Vec::with_capacity(part.rows.len()), Vec::with_capacity(part.rows.len()));
        for row in part.rows {
            match row {
                Ok(row) => {
                    good.push(row);
                    order.push(None);
                }
                Err(refusal) => order.push(Some(refusal)),
            }
        }
        let count = good.len();
        let (verdicts, batch) = T::apply(tx, &self.setting, &mut self.memory, good).await?;
        if verdicts.len() != count {
            return Err(Error::internal("a row was not judged"));
        }
        let mut verdicts = verdicts.into_iter();
        for refused in order {
            let verdict = refused.map(Verdict::Refused).or_else(|| verdicts.next());
            self.tell(verdict.into_iter())?;
        }
        (self.progress)(self.read.0, self.total);
        Ok(batch)
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
        // Chunks end at the same rows every time, and what an earlier run counted are whole ones.
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
