//! A file on this machine for as long as it is read: the importer goes through it several times.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
};

use entity::{ImportId, ImportPart, import_piece};
use sea_orm::{ColumnTrait, sea_query::Order};
use uuid::Uuid;

use crate::{
    base::{Error, Result},
    ctx::Ctx,
};

/// A file that only we read, and that goes with this value.
pub(super) struct Spool {
    path: PathBuf,
    file: File,
}

impl Spool {
    pub fn new(ctx: &Ctx) -> Result<Self> {
        let name: Uuid = ctx.env().db.random().id(ctx.now());
        let path = std::env::temp_dir().join(format!("steward-{name}.csv"));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| told(&path, &error))?;
        Ok(Self { path, file })
    }

    /// The file of an import, put together from its pieces.
    pub async fn of(ctx: &Ctx, id: ImportId) -> Result<Self> {
        let mut spool = Self::new(ctx)?;
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
        self.file.write_all(bytes).map_err(|error| told(&self.path, &error))
    }

    pub fn opener(&self) -> impl Fn() -> io::Result<File> + Send + Sync + 'static {
        let path = self.path.clone();
        move || File::open(&path)
    }
}

fn told(path: &std::path::Path, error: &io::Error) -> Error {
    Error::internal(format!("{}: {error}", path.display()))
}

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
