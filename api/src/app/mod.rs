//! The server, built once from settings and ports, and stopped gracefully.

mod build;
mod listen;
mod operators;
mod serve;

pub use build::{App, Ports, known_secret, need_folder, open_database, private};
pub use listen::{Patience, listen};
pub use serve::{Jobs, serve, work_only};
