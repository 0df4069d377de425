//! Files that wait to be imported, and lists of their faults, where a person may stand in any column.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use entity::{ImportId, ImportPart, ImportState, import, import_piece};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, Order},
};
use uuid::Uuid;

use crate::{
    base::{Error, Mentions, Result},
    ctx::Ctx,
    store::Tx,
};

use import_piece::Column as C;

/// Bytes of a piece that are read again with the next one: a name may be cut in two. Even, for UTF-16.
const CUT: usize = 1_024;
/// As what a file is read that is no UTF-8.
const ELSE: [&Encoding; 3] = [WINDOWS_1252, UTF_16LE, UTF_16BE];

/// Imports whose file is here and names a person; refuses where one of them is running.
pub(super) async fn naming(ctx: &Ctx, names: &Mentions) -> Result<Vec<ImportId>> {
    let mut found = Vec::new();
    for row in ctx.find::<import::Entity>().order(import::Column::Id, Order::Asc).all().await? {
        if names_in_file(ctx, row.id, names).await? {
            idle(row.state)?;
            found.push(row.id);
        }
    }
    Ok(found)
}

fn idle(state: ImportState) -> Result<()> {
    if state == ImportState::Running {
        return Err(Error::conflict(
            "an import whose file names this contact is running; stop it, or wait for its end",
        ));
    }
    Ok(())
}

async fn names_in_file(ctx: &Ctx, id: ImportId, names: &Mentions) -> Result<bool> {
    let mut held = Vec::new();
    for number in 0.. {
        let which = pieces(id, ImportPart::File).add(C::Number.eq(number));
        let Some(piece) = ctx.find::<import_piece::Entity>().filter(which).maybe().await? else { break };
        held.extend_from_slice(&piece.bytes);
        if are_in(names, &held) {
            return Ok(true);
        }
        held.drain(..held.len().saturating_sub(CUT));
    }
    Ok(false)
}

fn are_in(names: &Mentions, bytes: &[u8]) -> bool {
    let reads = |encoding: &'static Encoding| names.are_in(&encoding.decode_without_bom_handling(bytes).0);
    let is_plain = !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok();
    reads(UTF_8) || !is_plain && ELSE.into_iter().any(reads)
}

fn pieces(id: ImportId, part: ImportPart) -> Condition {
    Condition::all().add(C::ImportId.eq(id)).add(C::Part.eq(part))
}

/// Throws these files away; their imports are stopped, and cannot be started without one.
pub(super) async fn drop_files(tx: &Tx, imports: &[ImportId]) -> Result<()> {
    for id in imports {
        let row = tx.find::<import::Entity>().filter(import::Column::Id.eq(*id)).lock().one("import").await?;
        idle(row.state)?;
        tx.remove::<import_piece::Entity>(pieces(*id, ImportPart::File)).await?;
        let values = vec![
            (import::Column::State, Expr::val(ImportState::Cancelled.as_str())),
            (import::Column::Bytes, Expr::val(0_i64)),
            (import::Column::Upload, Expr::val(None::<Uuid>)),
            (
                import::Column::Error,
                Expr::val("its file named somebody who was erased, and is gone; make another import"),
            ),
            (import::Column::UpdatedAt, Expr::val(tx.now())),
        ];
        tx.set::<import::Entity>(Condition::all().add(import::Column::Id.eq(*id)), values).await?;
    }
    Ok(())
}

/// Takes a person out of the lists of faults.
pub(super) async fn clean_faults(tx: &Tx, names: &Mentions) -> Result<()> {
    for row in tx.find::<import::Entity>().all().await? {
        let mut after = -1;
        loop {
            let which = pieces(row.id, ImportPart::Faults).add(C::Number.gt(after));
            let find = tx.find::<import_piece::Entity>().filter(which).order(C::Number, Order::Asc).limit(1);
            let Some(piece) = find.maybe().await? else { break };
            after = piece.number;
            if let Some(clean) = names.taken_from(&String::from_utf8_lossy(&piece.bytes)) {
                let this = pieces(row.id, ImportPart::Faults).add(C::Number.eq(after));
                tx.set::<import_piece::Entity>(this, vec![(C::Bytes, Expr::val(clean.into_bytes()))]).await?;
            }
        }
    }
    Ok(())
}
