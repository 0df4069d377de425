//! Making, filling, starting, watching and stopping imports.

use std::time::Duration;

use axum::body::{Body, Bytes};
use entity::{ImportId, ImportKind, ImportPart, ImportState, import, import_piece};
use futures_util::{Stream, StreamExt};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Condition, Order},
};
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    CreateImport, ImportJob, RunImport,
    model::{StartImport, clean, kind},
    spool::Spool,
};
use crate::{
    access::{Action, Role, Rows, Viewer},
    base::{Check, Code, Error, Result},
    ctx::{Ctx, Job},
    import::{Mapping, Reader, guess, settle},
    queue,
    store::{Tx, Visible},
};

/// Bytes of one piece in the database.
const PIECE: usize = 256 * 1024;
/// Bytes of one file: a gigabyte.
const MOST: u64 = 1 << 30;
/// How long a file may stand still while it comes.
const STALLED: Duration = Duration::from_mins(1);
/// Letters of a mapping.
const MAPPING: usize = 65_536;

/// Whole files go past every scope.
fn may(ctx: &Ctx) -> Result<()> {
    ctx.may(Action::ImportFiles)?;
    if *ctx.viewer().scope.rows() == Rows::All {
        return Ok(());
    }
    Err(Error::Forbidden("a key that is bound to a team imports no files".to_owned()))
}

/// The imports that a viewer sees: a key sees those it made itself.
fn seen(viewer: &Viewer) -> Condition {
    match (viewer.role, viewer.actor.id()) {
        (Role::Integration, me) => Condition::all().add(import::Column::ById.eq(me)),
        _ => Condition::all(),
    }
}

/// The source that a key speaks for, and no other; none for those who may name any.
fn bound(viewer: &Viewer) -> Result<Option<&str>> {
    if viewer.role != Role::Integration {
        return Ok(None);
    }
    let source = viewer.source.as_deref().map(Some);
    source.ok_or_else(|| Error::Forbidden("a key without a source imports no files".to_owned()))
}

/// Makes an import that waits for its file.
pub async fn create(ctx: &Ctx, input: CreateImport) -> Result<ImportJob> {
    may(ctx)?;
    let bound = bound(ctx.viewer())?;
    if bound.is_some() && input.kind == ImportKind::Members {
        let advice = "a key imports no members: what they may is an admin's to say";
        return Err(Error::Forbidden(advice.to_owned()));
    }
    let mut check = Check::default();
    let source = input.source.as_deref().map(|text| check.line("source", text, 64));
    if let (Some(told), Some(own)) = (&source, bound)
        && told != own
    {
        check.fault("source", format!("must be {own}, the one that this key speaks for"));
    }
    let source = source.or_else(|| bound.map(str::to_owned)).unwrap_or_else(|| "import".to_owned());
    let mapping = read(&mut check, input.kind, bound, input.mapping);
    check.done()?;
    ctx.once(move |tx| async move {
        let now = tx.now();
        let row = import::Model {
            id: tx.id(),
            kind: input.kind,
            source,
            state: ImportState::Empty,
            mapping,
            dry_run: false,
            bytes: 0,
            rows_done: 0,
            rows_total: None,
            summary: None,
            error: None,
            by_id: tx.viewer().actor.id(),
            upload: None,
            cut_off: 0,
            created_at: now,
            updated_at: now,
        };
        ImportJob::of(tx.insert::<import::Entity>(row).await?.into_inner(), Vec::new())
    })
    .await
}

/// Checks a mapping by itself; whether it fits the file is told when that is there.
fn read(check: &mut Check, of: ImportKind, bound: Option<&str>, mapping: Option<String>) -> Option<String> {
    let text = mapping?;
    if text.chars().count() > MAPPING {
        check.fault("mapping", format!("must have at most {MAPPING} characters"));
        return Some(text);
    }
    match (Mapping::parse(kind(of), &text), bound) {
        (Err(faults), _) => {
            faults.0.iter().for_each(|fault| check.fault("mapping", format!("{}: {}", fault.key, fault.rule)));
        }
        (Ok(mapping), Some(own)) => speaks_for(check, &mapping, own),
        (Ok(_), None) => {}
    }
    Some(text)
}

/// A key speaks for one source, and names rows by its references alone: by our ids it would reach those of others.
fn speaks_for(check: &mut Check, mapping: &Mapping, own: &str) {
    if mapping.source != own {
        check.fault("mapping", format!("source: must be {own}, the one that this key speaks for"));
    }
    for field in mapping.own_fields() {
        check.fault("mapping", format!("{field}: is told by exports of Steward, which admins import"));
    }
}

async fn one(ctx: &Ctx, id: ImportId) -> Result<Visible<import::Model>> {
    ctx.find::<import::Entity>().filter(seen(ctx.viewer())).filter(import::Column::Id.eq(id)).one("import").await
}

async fn held(tx: &Tx, id: ImportId) -> Result<Visible<import::Model>> {
    tx.find::<import::Entity>().filter(seen(tx.viewer())).filter(import::Column::Id.eq(id)).lock().one("import").await
}

/// The import, if it still waits for the rest of this upload. Another one that began later takes its place.
async fn filling(tx: &Tx, id: ImportId, upload: Uuid) -> Result<Visible<import::Model>> {
    let row = held(tx, id).await?;
    if row.state == ImportState::Empty && row.upload == Some(upload) {
        return Ok(row);
    }
    Err(Error::conflict("another file was sent meanwhile, or the import was started or stopped; this one is not taken"))
}

/// Takes the file, a piece at a time, in place of whatever was there; then looks at it, and says how it would be read.
pub async fn send<S>(ctx: &Ctx, id: ImportId, mut body: S) -> Result<ImportJob>
where
    S: Stream<Item = Result<Bytes, axum::Error>> + Unpin + Send,
{
    may(ctx)?;
    let upload = begin(ctx, id).await?;
    let mut spool = Spool::new()?;
    let (mut waiting, mut bytes, mut number) = (Vec::new(), 0_u64, 0);
    let stalled = |_| Error::Unreadable("the file came no further; send it again".to_owned());
    while let Some(part) = timeout(STALLED, body.next()).await.map_err(stalled)? {
        let part = part.map_err(|_| Error::Unreadable("the file broke off; send it again".to_owned()))?;
        bytes += part.len() as u64;
        if bytes > MOST {
            return Err(Error::invalid("", "must be a file of at most 1 GiB; import a larger one by the command line"));
        }
        spool.add(&part)?;
        waiting.extend_from_slice(&part);
        while waiting.len() >= PIECE {
            let rest = waiting.split_off(PIECE);
            keep(ctx, (id, upload), number, std::mem::replace(&mut waiting, rest)).await?;
            number += 1;
        }
    }
    if !waiting.is_empty() {
        keep(ctx, (id, upload), number, waiting).await?;
    }
    let row = one(ctx, id).await?.into_inner();
    let looked = look(spool, &row).await?;
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    ctx.write(move |tx| async move {
        let row = filling(&tx, id, upload).await?;
        let now = tx.now();
        let (mapping, error) = (looked.mapping.map(clean), looked.error.map(clean));
        let row = tx
            .update::<import::Entity>(row, |row| {
                row.state = Set(ImportState::Ready);
                row.bytes = Set(bytes);
                row.mapping = Set(mapping);
                row.error = Set(error);
                row.updated_at = Set(now);
            })
            .await?;
        ImportJob::of(row.into_inner(), looked.unread)
    })
    .await
}

/// Empties an import for another file.
async fn begin(ctx: &Ctx, id: ImportId) -> Result<Uuid> {
    ctx.write(move |tx| async move {
        let row = held(&tx, id).await?;
        let tried = row.state == ImportState::Done && row.dry_run;
        if !tried && !matches!(row.state, ImportState::Empty | ImportState::Ready) {
            return Err(Error::conflict("this import was started already; make another one"));
        }
        let pieces = Condition::all().add(import_piece::Column::ImportId.eq(id));
        tx.remove::<import_piece::Entity>(pieces).await?;
        let upload = tx.id();
        tx.update::<import::Entity>(row, |row| {
            (row.state, row.upload, row.bytes) = (Set(ImportState::Empty), Set(Some(upload)), Set(0));
            (row.rows_done, row.rows_total) = (Set(0), Set(None));
            (row.summary, row.error) = (Set(None), Set(None));
        })
        .await?;
        Ok(upload)
    })
    .await
}

async fn keep(ctx: &Ctx, (id, upload): (ImportId, Uuid), number: i32, bytes: Vec<u8>) -> Result<()> {
    let piece = import_piece::Model { import_id: id, part: ImportPart::File, number, bytes };
    ctx.write(move |tx| async move {
        filling(&tx, id, upload).await?;
        tx.insert::<import_piece::Entity>(piece).await.map(drop)
    })
    .await
}

/// What a look at the file has shown.
struct Looked {
    mapping: Option<String>,
    unread: Vec<String>,
    /// What is to be told before it can start.
    error: Option<String>,
}

/// Reads the file as the importer would, on a thread of its own.
async fn look(spool: Spool, row: &import::Model) -> Result<Looked> {
    let (of, source, told) = (kind(row.kind), row.source.clone(), row.mapping.clone());
    let looking = move || {
        let open = spool.opener();
        let guessed = match &told {
            Some(text) => Ok((text.clone(), None)),
            None => guess(&open, of, &source, None).map(|guess| (guess.toml.clone(), Some(guess))),
        };
        let (text, guess) = match guessed {
            Ok(guessed) => guessed,
            Err(error) => return Looked { mapping: told, unread: Vec::new(), error: Some(error.to_string()) },
        };
        if let Some(guess) = guess.filter(|guess| !guess.missing.is_empty()) {
            let error = format!("no column was found for {}; tell a mapping", guess.missing.join(", "));
            return Looked {
                mapping: Some(text),
                unread: guess.unread.into_iter().map(|(column, _)| column).collect(),
                error: Some(error),
            };
        }
        let mut mapping = match Mapping::parse(of, &text) {
            Ok(mapping) => mapping,
            Err(faults) => return Looked { mapping: Some(text), unread: Vec::new(), error: Some(faults.to_string()) },
        };
        let settled = settle(&open, &mut mapping);
        let header = settled.and_then(|()| Ok(Reader::open(open()?, mapping.written())?.header().clone()));
        match header {
            Ok(header) => Looked { unread: mapping.unmapped(&header), mapping: Some(text), error: None },
            Err(error) => Looked { mapping: Some(text), unread: Vec::new(), error: Some(error.to_string()) },
        }
    };
    tokio::task::spawn_blocking(looking).await.map_err(Error::internal)
}

/// Starts an import, or starts again one that was tried dry, failed or was stopped: what is done already comes out unchanged.
pub async fn start(ctx: &Ctx, id: ImportId, input: StartImport) -> Result<ImportJob> {
    may(ctx)?;
    let row = one(ctx, id).await?;
    let mut check = Check::default();
    // What stands there was told or guessed by whoever made it; a key's may be older than its source.
    let bound = bound(ctx.viewer())?;
    let mapping = read(&mut check, row.kind, bound, input.mapping);
    if let (Some(own), None, Some(standing)) = (bound, &mapping, &row.mapping)
        && let Ok(standing) = Mapping::parse(kind(row.kind), standing)
    {
        speaks_for(&mut check, &standing, own);
    }
    check.done()?;
    ctx.once(move |tx| async move {
        let row = held(&tx, id).await?;
        match row.state {
            ImportState::Empty => return Err(Error::conflict("send the file first")),
            ImportState::Running => return Err(Error::conflict("this import is running already")),
            ImportState::Done if !row.dry_run => {
                return Err(Error::conflict("this import is done, and its file is gone; make another one"));
            }
            ImportState::Cancelled if row.bytes == 0 => {
                return Err(Error::conflict("this import was stopped before its file was there; make another one"));
            }
            ImportState::Ready | ImportState::Done | ImportState::Failed | ImportState::Cancelled => {}
        }
        // What the look at the file found wrong stays wrong until another mapping is told.
        let wrong = row.error.clone().filter(|_| row.state == ImportState::Ready);
        let standing = row.mapping.clone().filter(|_| wrong.is_none());
        let Some(mapping) = mapping.or(standing) else {
            return Err(Error::invalid("/mapping", format!("must be given: {}", wrong.unwrap_or_default())));
        };
        let now = tx.now();
        let faults = Condition::all().add(import_piece::Column::ImportId.eq(id));
        let faults = faults.add(import_piece::Column::Part.eq(ImportPart::Faults));
        tx.remove::<import_piece::Entity>(faults).await?;
        let row = tx
            .update::<import::Entity>(row, |row| {
                row.state = Set(ImportState::Running);
                row.mapping = Set(Some(mapping));
                row.dry_run = Set(input.dry_run);
                row.rows_done = Set(0);
                row.rows_total = Set(None);
                row.summary = Set(None);
                row.error = Set(None);
                row.cut_off = Set(0);
                row.updated_at = Set(now);
            })
            .await?;
        queue::enqueue(&tx, vec![RunImport { import_id: id, by: tx.viewer().actor }.at(now)?]).await?;
        ImportJob::of(row.into_inner(), Vec::new())
    })
    .await
}

/// Stops an import after the rows at hand; what is written stays. Stopping it again changes nothing.
pub async fn cancel(ctx: &Ctx, id: ImportId) -> Result<ImportJob> {
    may(ctx)?;
    ctx.write(move |tx| async move {
        let row = held(&tx, id).await?;
        let row = match row.state {
            ImportState::Cancelled => row,
            ImportState::Done | ImportState::Failed => {
                return Err(Error::Conflict(Code::Conflict, "this import has ended already".to_owned()));
            }
            ImportState::Empty | ImportState::Ready | ImportState::Running => {
                let now = tx.now();
                tx.update::<import::Entity>(row, |row| {
                    row.state = Set(ImportState::Cancelled);
                    row.updated_at = Set(now);
                })
                .await?
            }
        };
        ImportJob::of(row.into_inner(), Vec::new())
    })
    .await
}

/// One import, or `NotFound`.
pub async fn get(ctx: &Ctx, id: ImportId) -> Result<ImportJob> {
    may(ctx)?;
    ImportJob::of(one(ctx, id).await?.into_inner(), Vec::new())
}

/// All imports, the newest first, at most 100.
pub async fn list(ctx: &Ctx) -> Result<Vec<ImportJob>> {
    may(ctx)?;
    let find = ctx.find::<import::Entity>().filter(seen(ctx.viewer()));
    let rows = find.order(import::Column::Id, Order::Desc).limit(100).all().await?;
    rows.into_iter().map(|row| ImportJob::of(row.into_inner(), Vec::new())).collect()
}

/// All faults so far as CSV: `row,column,value,rule`.
pub async fn faults(ctx: &Ctx, id: ImportId) -> Result<Body> {
    may(ctx)?;
    one(ctx, id).await?;
    let ctx = ctx.clone();
    let pieces = futures_util::stream::try_unfold(-1, move |after| {
        let ctx = ctx.clone();
        async move {
            let find = ctx.find::<import_piece::Entity>().filter(import_piece::Column::ImportId.eq(id));
            let find = find.filter(import_piece::Column::Part.eq(ImportPart::Faults));
            let find = find.filter(import_piece::Column::Number.gt(after));
            let piece = find.order(import_piece::Column::Number, Order::Asc).limit(1).maybe().await?;
            Ok::<_, Error>(piece.map(|piece| (Bytes::from(piece.bytes.clone()), piece.number)))
        }
    });
    Ok(Body::from_stream(pieces))
}
