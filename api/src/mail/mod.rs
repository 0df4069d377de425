//! Letters and how they leave: SMTP, a folder of `.eml` files, or memory for tests.
//!
//! A letter is sent only by a job, never inside a transaction. Its Message-ID follows from what it
//! is about, so that a letter sent twice is the same letter.

mod counted;
mod dkim;
mod key;
mod letter;
mod pace;
pub mod records;
mod refusal;
mod server;
mod smtp;
mod transport;

pub use counted::Counted;
pub use dkim::Dkim;
pub use key::SigningKey;
pub use letter::Letter;
pub use pace::Pace;
pub use records::Finding;
pub use refusal::Refusal;
pub use server::MailServer;
pub use smtp::Smtp;
pub use transport::{Folder, Memory, Transport};
