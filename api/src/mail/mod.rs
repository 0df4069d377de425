//! Letters and how they leave: SMTP, a folder of `.eml` files, or memory for tests.
//!
//! A letter is sent only by a job, never inside a transaction. Its Message-ID follows from what it
//! is about, so that a letter sent twice is the same letter.

mod letter;
mod transport;

pub use letter::Letter;
pub use transport::{Folder, Memory, Refusal, Smtp, Transport};
