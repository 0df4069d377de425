//! The job that runs an import, and writes down how far it has come.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use entity::{ImportId, ImportPart, ImportState, import, import_piece};
use futures_util::future::BoxFuture;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Condition, Expr},
};
use serde::{Deserialize, Serialize};

use super::{
    model::{clean, kept, kind, so_far},
    spool::Spool,
};
use crate::{
    access::Actor,
    base::{Error, Result},
    ctx::{Ctx, Job, Run},
    import::{Import, Keeper, Mapping, Stopped, Summary, import as run},
    store::Tx,
};

/// Runs in a row that are cut off before they come any further: a file that ends the process is not read for ever.
const CUT_OFF: i16 = 3;

/// Runs an import.
#[derive(Debug, Serialize, Deserialize)]
pub struct RunImport {
    pub import_id: ImportId,
    /// Who started it: theirs is the name in the audit.
    #[serde(default)]
    pub by: Actor,
}

impl Job for RunImport {
    const KIND: &'static str = "import.run";
    const LONG: bool = true;

    fn run(self, ctx: Ctx, last: bool) -> BoxFuture<'static, Result<Run>> {
        Box::pin(async move { import_file(&ctx.server_for(self.by), self.import_id, last).await })
    }
}

async fn import_file(ctx: &Ctx, id: ImportId, last: bool) -> Result<Run> {
    let Some(row) = take(ctx, id).await? else { return Ok(Run::Done) };
    if row.cut_off > CUT_OFF {
        let why = format!("the server stopped {CUT_OFF} times while it read these rows; send the file in parts");
        return end(ctx, id, Err(why)).await;
    }
    let ran = perform(ctx, &row, last).await;
    if ran.is_err() {
        // It was not cut off: it will be tried again for a reason.
        ctx.write(move |tx| async move { count(&tx, id, 0).await }).await?;
    }
    ran
}

async fn perform(ctx: &Ctx, row: &import::Model, last: bool) -> Result<Run> {
    let id = row.id;
    let spool = Spool::of(ctx, id).await?;
    let text = row.mapping.clone().unwrap_or_default();
    let mapping = match Mapping::parse(kind(row.kind), &text) {
        Ok(mapping) => mapping,
        Err(faults) => return end(ctx, id, Err(faults.to_string())).await,
    };
    let faults = Faults::default();
    let keeper = Bookkeeper { id, faults: faults.clone() };
    let import_of = Import {
        mapping,
        open: spool.opener(),
        dry_run: row.dry_run,
        faults: Some(faults.clone()),
        progress: Box::new(|_, _| {}),
        keeper: Some(Box::new(keeper)),
        resume: so_far(row)?,
    };
    let done = Box::pin(run(ctx, import_of)).await;
    match done {
        Ok(summary) => end(ctx, id, Ok((summary, faults.take()))).await,
        Err(Stopped::Failed(Error::Stale)) => Ok(Run::Done),
        Err(Stopped::Failed(error)) if !last => Err(error),
        Err(stopped) => end(ctx, id, Err(stopped.to_string())).await,
    }
}

/// The import, if it is to be run. Until it comes further, or ends, this run counts as cut off.
async fn take(ctx: &Ctx, id: ImportId) -> Result<Option<import::Model>> {
    ctx.write(move |tx| async move {
        let row = tx.find::<import::Entity>().filter(import::Column::Id.eq(id)).lock().one("import").await?;
        if row.state != ImportState::Running {
            return Ok(None);
        }
        let mut row = row.into_inner();
        row.cut_off = row.cut_off.saturating_add(1);
        count(&tx, id, row.cut_off).await?;
        Ok(Some(row))
    })
    .await
}

async fn count(tx: &Tx, id: ImportId, cut_off: i16) -> Result<()> {
    let which = Condition::all().add(import::Column::Id.eq(id));
    tx.set::<import::Entity>(which, vec![(import::Column::CutOff, Expr::val(cut_off))]).await.map(drop)
}

/// Writes down how an import has ended, unless somebody stopped it meanwhile.
async fn end(ctx: &Ctx, id: ImportId, done: Result<(Summary, Vec<u8>), String>) -> Result<Run> {
    ctx.write(move |tx| async move {
        let row = tx.find::<import::Entity>().filter(import::Column::Id.eq(id)).lock().one("import").await?;
        if row.state != ImportState::Running {
            return Ok(Run::Done);
        }
        let (now, is_rehearsal) = (tx.now(), row.dry_run);
        let (state, error, summary) = match done {
            Ok((summary, faults)) => {
                append(&tx, id, i32::MAX, faults).await?;
                (ImportState::Done, None, Some(summary))
            }
            Err(why) => (ImportState::Failed, Some(clean(why)), None),
        };
        let json = summary.as_ref().map(kept).transpose()?;
        tx.update::<import::Entity>(row, |row| {
            row.state = Set(state);
            row.error = Set(error);
            row.updated_at = Set(now);
            if let (Some(summary), Some(json)) = (summary, json) {
                let read = i64::try_from(summary.read).unwrap_or(i64::MAX);
                (row.rows_done, row.rows_total, row.summary) = (Set(read), Set(Some(read)), Set(Some(json)));
            }
        })
        .await?;
        if state == ImportState::Done && !is_rehearsal {
            // The file has served its turn; what it held of people stays no longer than that.
            let file = Condition::all().add(import_piece::Column::ImportId.eq(id));
            tx.remove::<import_piece::Entity>(file.add(import_piece::Column::Part.eq(ImportPart::File))).await?;
        }
        Ok(Run::Done)
    })
    .await
}

async fn append(tx: &Tx, id: ImportId, number: i32, bytes: Vec<u8>) -> Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let piece = import_piece::Model { import_id: id, part: ImportPart::Faults, number, bytes };
    tx.insert::<import_piece::Entity>(piece).await.map(drop)
}

/// Faults since the last chunk.
#[derive(Clone, Default)]
struct Faults(Arc<Mutex<Vec<u8>>>);

impl Faults {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Faults {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Bookkeeper {
    id: ImportId,
    faults: Faults,
}

impl Keeper for Bookkeeper {
    fn keep<'k>(&'k mut self, tx: &'k Tx, so_far: &'k Summary, total: u64) -> BoxFuture<'k, Result<()>> {
        Box::pin(async move {
            let find = tx.find::<import::Entity>().filter(import::Column::Id.eq(self.id));
            let row = find.lock().one("import").await?;
            if row.state != ImportState::Running {
                // Stopped: what this chunk has written is taken back.
                return Err(Error::Stale);
            }
            let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
            let (done, total, now) = (whole(so_far.read), whole(total), tx.now());
            let json = kept(so_far)?;
            let came_on = done > row.rows_done;
            append(tx, self.id, i32::try_from(done).unwrap_or(i32::MAX - 1), self.faults.take()).await?;
            tx.update::<import::Entity>(row, |row| {
                row.rows_done = Set(done);
                row.rows_total = Set(Some(total));
                row.summary = Set(Some(json));
                row.updated_at = Set(now);
                if came_on {
                    row.cut_off = Set(0);
                }
            })
            .await
            .map(drop)
        })
    }
}
