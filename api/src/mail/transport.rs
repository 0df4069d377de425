//! How a letter leaves.

use std::{
    path::PathBuf,
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
        tokio::fs::create_dir_all(&self.path).await.map_err(late)?;
        // Written aside and moved, so that nobody ever reads half a letter.
        let part = self.path.join(format!(".{name}.part"));
        tokio::fs::write(&part, written.bytes).await.map_err(late)?;
        tokio::fs::rename(&part, self.path.join(format!("{name}.eml"))).await.map_err(late)
    }
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
