//! The log: one line an event, text on a terminal, else JSON.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::Settings;

/// Starts the log; the first start in a process counts.
pub fn start(settings: &Settings) {
    let filter = EnvFilter::new(&settings.log);
    let json = settings.log_json.unwrap_or_else(|| !std::io::stderr().is_terminal());
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // Where a line cannot be written, as on a full disk, to say so there too would end whatever was logging.
    let lines = lines.log_internal_errors(false);
    let started = if json { lines.json().try_init() } else { lines.try_init() };
    drop(started);
}
