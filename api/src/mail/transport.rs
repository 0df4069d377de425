//! How a letter leaves.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor, transport::smtp::PoolConfig};

use super::Letter;

/// Why a letter did not leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The address does not take mail, and will not.
    Bounced(String),
    /// This letter cannot be sent, whatever the address.
    Never(String),
    /// Perhaps later.
    NotNow(String),
}

/// A way out for letters.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    async fn send(&self, letter: &Letter) -> Result<(), Refusal>;
}

/// A mail server.
pub struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

impl Smtp {
    /// `smtp://user:password@host:port?tls=required` or `smtps://…`.
    pub fn new(url: &str, connections: u32) -> Result<Self, String> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|error| error.to_string())?;
        let pool = PoolConfig::new().max_size(connections).idle_timeout(Duration::from_secs(30));
        Ok(Self(builder.timeout(Some(Duration::from_secs(30))).pool_config(pool).build()))
    }
}

#[async_trait]
impl Transport for Smtp {
    async fn send(&self, letter: &Letter) -> Result<(), Refusal> {
        let message = letter.message().map_err(Refusal::Never)?;
        match self.0.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let code = error.status().map(u16::from);
                let words = error.to_string();
                Err(match code {
                    // 550 to 553 speak of the mailbox; other permanent codes of the letter or of us.
                    Some(550..=553) => Refusal::Bounced(words),
                    Some(500..) => Refusal::Never(words),
                    _ => Refusal::NotNow(words),
                })
            }
        }
    }
}

/// A folder of `.eml` files, one a letter, named by the Message-ID.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }
}

#[async_trait]
impl Transport for Folder {
    async fn send(&self, letter: &Letter) -> Result<(), Refusal> {
        let message = letter.message().map_err(Refusal::Never)?;
        let name = letter.message_id.split('@').next().unwrap_or_default();
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
        let late = |error: std::io::Error| Refusal::NotNow(format!("{}: {error}", self.0.display()));
        tokio::fs::create_dir_all(&self.0).await.map_err(late)?;
        // Written aside and moved, so that nobody ever reads half a letter.
        let part = self.0.join(format!(".{name}.part"));
        tokio::fs::write(&part, message.formatted()).await.map_err(late)?;
        tokio::fs::rename(&part, self.0.join(format!("{name}.eml"))).await.map_err(late)
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
