//! Typed rows become rows of the database: upsert by (source, reference), in chunks.
//!
//! The file is read twice, after the look that settles what the mapping leaves open. The first reading writes nothing: it finds what would stop the second
//! one in the middle, and counts. The second one writes a chunk of rows a transaction. Whatever a
//! row names is looked up for the whole chunk at once. Of a refused row nothing is written. A dry
//! run does the same in one transaction that is rolled back, so it holds the writers back as long.

mod accounts;
mod chunks;
mod contacts;
mod credit;
mod drafts;
mod escalations;
mod further;
mod history;
mod interactions;
mod invitations;
mod lookup;
mod members;
mod old;
mod ownership;
mod parents;
mod past;
mod responses;
mod roles;
mod run;
mod teams;

use std::{collections::HashSet, io};

use entity::account;
use futures_util::future::BoxFuture;
use sea_orm::ModelTrait;

use crate::{
    base::{Error, Result},
    ctx::{Company, Ctx},
    store::{Aside, Child, Later, Sighted, Tx},
};

use super::{Faults, FileError, Kind, Mapping, Outcome, Refusal, Row, RowError, Summary};

/// How far ahead of our clock what happened may lie.
const AHEAD: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

/// An import to be run.
pub struct Import<O, W> {
    pub mapping: Mapping,
    /// Opens the file; called several times.
    pub open: O,
    /// Write nothing, and say what would be written.
    pub dry_run: bool,
    /// Takes all faults as CSV.
    pub faults: Option<W>,
    /// Told rows done and rows in all.
    pub progress: Box<dyn FnMut(u64, u64) + Send>,
    /// Writes down how far it has come.
    pub keeper: Option<Box<dyn Keeper>>,
    /// What an earlier run of the same import has come to, before it was cut off.
    pub resume: Option<Summary>,
}

/// Keeps account of an import in the transaction of each of its chunks.
pub trait Keeper: Send {
    /// Called after each chunk; an error takes the chunk back and ends the import.
    fn keep<'k>(&'k mut self, tx: &'k Tx, so_far: &'k Summary, total: u64) -> BoxFuture<'k, Result<()>>;
}

/// Why an import stopped. Nothing was written, save that a failing database, or a file that changes
/// between the two readings, may leave whole chunks behind: running the import again completes it.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    #[error("{0}")]
    Mapping(Faults),
    #[error("{0}")]
    File(#[from] FileError),
    #[error("the file of faults cannot be written: {0}")]
    Report(io::Error),
    #[error("{0}")]
    Failed(#[from] Error),
}

/// What all rows of an import share.
struct Setting {
    source: String,
    company: Company,
    /// Where a chunk looks up what it does not write itself, if each is a commit of its own.
    aside: Option<Aside>,
}

impl Setting {
    /// Where rows are looked up that the chunk does not write: no reference comes twice in it.
    fn look(&self, tx: &Tx) -> Tx {
        self.aside.as_ref().map_or_else(|| tx.clone(), |aside| tx.aside(aside))
    }
}

/// What became of one row.
enum Verdict {
    /// Taken; the answers in the list were not.
    Taken(Outcome, Vec<RowError>),
    Refused(Refusal),
    /// It waits for a row further down; [`Apply::finish`] judges it.
    Later,
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Self {
        Self::Taken(outcome, Vec::new())
    }
}

/// New rows of a part, and the accounts they are of.
struct Fresh<M> {
    accounts: HashSet<Sighted>,
    rows: Vec<M>,
}

impl<M: ModelTrait<Entity: Child<Model = M>>> Fresh<M> {
    fn of(accounts: &lookup::Book<account::Entity>, rows: Vec<M>) -> Self {
        let seen = rows.iter().filter_map(|row| accounts.row(M::Entity::account_of(row)));
        Self { accounts: seen.map(Sighted::by).collect(), rows }
    }
}

/// Rows that can be written.
trait Apply: Row + Send + 'static {
    /// What is kept from part to part.
    type Memory: Default + Send + 'static;
    /// What a part leaves to be written while the next one is judged.
    type Batch: Send + 'static;

    /// Whether the first reading shows its good rows to [`Apply::scan`], or only counts rows.
    const SCANNED: bool = false;

    /// What a first load may leave for its end.
    const LATER: Option<Later>;

    /// It does.
    fn put_off(_: &mut Self::Memory) {}

    /// Sees every good row of the first reading.
    fn scan(&self, _: &mut Self::Memory) {}

    /// Looks up what the mapping itself names.
    fn ready(_: &Ctx, _: &Mapping, _: &mut Self::Memory) -> impl Future<Output = Result<(), Stopped>> + Send {
        async { Ok(()) }
    }

    /// Judges a part of a chunk, in which no reference comes twice: one verdict a row, in their order. What other rows
    /// of the chunk may ask for is written now.
    fn apply(
        tx: &Tx,
        setting: &Setting,
        memory: &mut Self::Memory,
        rows: Vec<Self>,
    ) -> impl Future<Output = Result<(Vec<Verdict>, Self::Batch)>> + Send;

    /// Writes what a part left, while the next one is judged.
    fn write(_: Tx, _: Self::Batch) -> impl Future<Output = Result<()>> + Send + 'static {
        async { Ok(()) }
    }

    /// Writes at the end of a chunk, and in its transaction, what many of its rows share.
    fn settle(_: &Tx, _: &mut Self::Memory) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Does what is left after the last row, a transaction's worth at a time; none when nothing is.
    fn finish(_: &Tx, _: &Setting, _: &mut Self::Memory) -> impl Future<Output = Result<Option<Vec<Verdict>>>> + Send {
        async { Ok(None) }
    }
}

/// Rows that a program sends, in each of which no reference comes twice.
pub enum Batch {
    Accounts(Vec<super::AccountRow>),
    Contacts(Vec<super::ContactRow>),
    Interactions(Vec<super::InteractionRow>),
}

/// Writes them in the program's own name and scope: what it cannot see is not there. One verdict a row, in their order.
pub async fn put(ctx: &Ctx, tx: &Tx, source: &str, batch: Batch) -> Result<Vec<Result<Outcome, Refusal>>> {
    let setting = Setting { source: source.to_owned(), company: ctx.company().clone(), aside: None };
    let verdicts = match batch {
        Batch::Accounts(rows) => at_once(tx, &setting, rows).await?,
        Batch::Contacts(rows) => at_once(tx, &setting, rows).await?,
        Batch::Interactions(rows) => at_once(tx, &setting, rows).await?,
    };
    let told = verdicts.into_iter().map(|verdict| match verdict {
        Verdict::Taken(outcome, _) => Ok(Ok(outcome)),
        Verdict::Refused(refusal) => Ok(Err(refusal)),
        Verdict::Later => Err(Error::internal("a row waits for others that will not come")),
    });
    told.collect()
}

async fn at_once<T: Apply>(tx: &Tx, setting: &Setting, rows: Vec<T>) -> Result<Vec<Verdict>> {
    let mut memory = T::Memory::default();
    let (verdicts, batch) = T::apply(tx, setting, &mut memory, rows).await?;
    T::write(tx.clone(), batch).await?;
    T::settle(tx, &mut memory).await?;
    Ok(verdicts)
}

/// Runs an import in the server's own name.
pub async fn import<O, R, W>(system: &Ctx, import: Import<O, W>) -> Result<Summary, Stopped>
where
    O: Fn() -> io::Result<R>,
    R: io::Read + Send + 'static,
    W: io::Write + Send + 'static,
{
    one(system, None, import).await
}

/// Tries imports one after the other, each upon what those before would have written; of all of them nothing stays. The
/// first that stops is the last.
pub async fn rehearse<O, R, W>(
    system: &Ctx,
    imports: Vec<Import<O, W>>,
) -> Result<Vec<Result<Summary, Stopped>>, Stopped>
where
    O: Fn() -> io::Result<R> + Send + Sync + 'static,
    R: io::Read + Send + 'static,
    W: io::Write + Send + 'static,
{
    let (ctx, braced) = (system.clone(), system.store().db().brace().await?);
    let done = run::within(system, false, move |tx| async move {
        let mut done = Vec::new();
        for import in imports {
            done.push(Box::pin(one(&ctx, Some(tx.clone()), import)).await);
            if matches!(done.last(), Some(Err(_))) {
                break;
            }
        }
        Ok(done)
    });
    let done = done.await;
    braced.relax().await?;
    done
}

async fn one<O, R, W>(system: &Ctx, inside: Option<Tx>, import: Import<O, W>) -> Result<Summary, Stopped>
where
    O: Fn() -> io::Result<R>,
    R: io::Read + Send + 'static,
    W: io::Write + Send + 'static,
{
    if system.viewer().role != crate::access::Role::System {
        return Err(Error::internal("only the server itself imports files").into());
    }
    match import.mapping.kind {
        Kind::Accounts => run::run::<super::AccountRow, _, _, _>(system, inside, import).await,
        Kind::Members => run::run::<super::MemberRow, _, _, _>(system, inside, import).await,
        Kind::Contacts => run::run::<super::ContactRow, _, _, _>(system, inside, import).await,
        Kind::Interactions => run::run::<super::InteractionRow, _, _, _>(system, inside, import).await,
        Kind::Escalations => run::run::<super::EscalationRow, _, _, _>(system, inside, import).await,
        Kind::Responses => run::run::<super::ResponseRow, _, _, _>(system, inside, import).await,
        Kind::Invitations => run::run::<super::InvitationRow, _, _, _>(system, inside, import).await,
    }
}
