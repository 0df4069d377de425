//! A real mail server, aiosmtpd, on the loopback; it keeps each mail in a file.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use crate::{mail::Mail, skip::skip};

/// How to get it.
pub const CURE: &str = "apt-get install python3-venv; python3 -m venv /tmp/py && \
    /tmp/py/bin/pip install -r tests/python/requirements.txt; export STEWARD_TEST_PYTHON=/tmp/py/bin/python";

/// A Python that has it.
pub fn python() -> Option<String> {
    let python = std::env::var("STEWARD_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python).args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success()).then_some(python)
}

/// Gone with all its mails when dropped.
#[derive(Debug)]
pub struct Sink {
    child: Child,
    folder: TempDir,
    port: u16,
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It ends by itself when its standard input is closed.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

impl Sink {
    /// Starts on a free port, or skips where aiosmtpd is missing.
    ///
    /// # Panics
    /// When a server that can be started does not come up.
    pub fn start() -> Option<Self> {
        let Some(python) = python() else {
            skip("aiosmtpd", CURE);
            return None;
        };
        let folder = tempfile::Builder::new().prefix("steward-mails-").tempdir().expect("make a temporary folder");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/sink.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("start the mail server");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its port");
        let port = line.trim().parse().expect("a port");
        Some(Self { child, folder, port })
    }

    /// As in `STEWARD_SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// All that arrived, in that order.
    ///
    /// # Panics
    /// When the folder cannot be read.
    pub fn mails(&self) -> Vec<Mail> {
        let mut paths: Vec<_> = std::fs::read_dir(self.folder.path())
            .expect("the folder of mails")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
            .collect();
        paths.sort();
        paths.into_iter().map(|path| Mail::parse(&std::fs::read(path).expect("a mail"))).collect()
    }
}
