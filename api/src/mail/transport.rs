//! How a letter leaves.

use std::{
    fs::{DirBuilder, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;

use super::{Dkim, Letter, Refusal};

/// A way out for letters.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    async fn send(&self, letter: &Letter) -> Result<(), Refusal>;
}

/// A folder of `.eml` files, one a letter, named by the Message-ID.
pub struct Folder {
    path: PathBuf,
    dkim: Option<Dkim>,
}

impl Folder {
    pub fn new(path: impl Into<PathBuf>, dkim: Option<Dkim>) -> Self {
        Self { path: path.into(), dkim }
    }
}

#[async_trait]
impl Transport for Folder {
    async fn send(&self, letter: &Letter) -> Result<(), Refusal> {
        let written = letter.written(self.dkim.as_ref()).map_err(Refusal::Never)?;
        let name = letter.message_id.split('@').next().unwrap_or_default();
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
        let late = |error: std::io::Error| Refusal::NotNow(format!("{}: {error}", self.path.display()));
        // Letters hold links that answer: for the owner's eyes only.
        make_private(&self.path).map_err(late)?;
        // Written aside and moved, so that nobody ever reads half a letter.
        let part = self.path.join(format!(".{name}.part"));
        write_private(&part, &written.bytes).map_err(late)?;
        tokio::fs::rename(&part, self.path.join(format!("{name}.eml"))).await.map_err(late)
    }
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write_private(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(bytes)
}

/// Keeps letters, for tests.
#[derive(Default)]
pub struct Memory(Mutex<Vec<Letter>>);

impl Memory {
    pub fn letters(&self) -> Vec<Letter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Transport for Memory {
    async fn send(&self, letter: &Letter) -> Result<(), Refusal> {
        letter.message().map_err(Refusal::Never)?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
        Ok(())
    }
}
