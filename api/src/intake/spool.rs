//! A file on this machine for as long as it is read: the importer goes through it several times.

use std::{
    fs::File,
    io::{self, Write},
};

use entity::{ImportId, ImportPart, import_piece};
use sea_orm::{ColumnTrait, sea_query::Order};
use tempfile::NamedTempFile;

use crate::{
    base::{Error, Result},
    ctx::Ctx,
};

/// A file that only we read, and that goes with this value.
pub(super) struct Spool(NamedTempFile);

impl Spool {
    pub fn new() -> Result<Self> {
        tempfile::Builder::new().prefix("steward-").tempfile().map(Self).map_err(|error| full(&error))
    }

    /// The file of an import, put together from its pieces.
    pub async fn of(ctx: &Ctx, id: ImportId) -> Result<Self> {
        let mut spool = Self::new()?;
        for number in 0.. {
            let find = ctx.find::<import_piece::Entity>().filter(import_piece::Column::ImportId.eq(id));
            let find = find.filter(import_piece::Column::Part.eq(ImportPart::File));
            let find = find.filter(import_piece::Column::Number.eq(number));
            let Some(piece) = find.order(import_piece::Column::Number, Order::Asc).maybe().await? else { break };
            spool.add(&piece.bytes)?;
        }
        Ok(spool)
    }

    pub fn add(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.write_all(bytes).map_err(|error| full(&error))
    }

    pub fn opener(&self) -> impl Fn() -> io::Result<File> + Send + Sync + 'static {
        let path = self.0.path().to_owned();
        move || File::open(&path)
    }
}

/// The request is not at fault: it may be repeated once there is room.
fn full(error: &io::Error) -> Error {
    tracing::error!(%error, "a temporary file cannot be written");
    if error.kind() == io::ErrorKind::StorageFull { Error::Full } else { Error::Unavailable }
}
