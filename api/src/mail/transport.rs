//! How a letter leaves.

use std::{
    collections::HashSet,
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use uuid::Uuid;

use super::{Dkim, Letter, Refusal};

/// A way out for letters.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    async fn send(&self, letter: &Letter) -> Result<(), Refusal>;

    /// Does away with what is kept here of letters whose Message-ID begins with one of these ids. What was handed to a
    /// mail server is no longer ours.
    fn forget(&self, about: &HashSet<Uuid>) -> io::Result<()>;
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
        let written = letter.written(self.dkim.as_ref()).map_err(|why| Refusal::Never(why).unnamed(letter))?;
        let name = letter.message_id.split('@').next().unwrap_or_default();
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
        let late = |error: io::Error| Refusal::NotNow(format!("{}: {error}", self.path.display()));
        // Letters hold links that answer: for the owner's eyes only.
        make_private(&self.path).map_err(late)?;
        // Written aside and moved, so that nobody ever reads half a letter.
        let part = self.path.join(format!(".{name}.part"));
        write_private(&part, &written.bytes).map_err(late)?;
        tokio::fs::rename(&part, self.path.join(format!("{name}.eml"))).await.map_err(late)
    }

    fn forget(&self, about: &HashSet<Uuid>) -> io::Result<()> {
        let files = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            files => files?,
        };
        for file in files {
            let name = file?.file_name();
            let id = name.to_str().and_then(|name| name.trim_start_matches('.').split('_').next()?.parse().ok());
            if id.is_some_and(|id: Uuid| about.contains(&id)) {
                fs::remove_file(self.path.join(name))?;
            }
        }
        Ok(())
    }
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write_private(file: &Path, bytes: &[u8]) -> io::Result<()> {
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
        self.since(0)
    }

    /// Those after the first `count`.
    pub fn since(&self, count: usize) -> Vec<Letter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)[count..].to_vec()
    }

    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[async_trait]
impl Transport for Memory {
    async fn send(&self, letter: &Letter) -> Result<(), Refusal> {
        letter.message().map_err(Refusal::Never)?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
        Ok(())
    }

    fn forget(&self, _: &HashSet<Uuid>) -> io::Result<()> {
        Ok(())
    }
}
