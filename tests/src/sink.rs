//! A real mail server, aiosmtpd, on the loopback; it keeps each mail in a file.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use crate::{mail::Mail, python::python};

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
        Self::run(&[])
    }

    /// One that offers TLS, with certificate and key as PEM, and takes a user; see `python/sink.py`.
    ///
    /// # Panics
    /// When a server that can be started does not come up.
    pub fn with_tls(certificate: &str, key: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("make a temporary folder");
        let paths = [("certificate.pem", certificate), ("key.pem", key)].map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("write a file");
            path
        });
        Self::run(&[paths[0].as_os_str(), paths[1].as_os_str()])
    }

    /// One that refuses some addresses for good and others at first; see `python/sink.py`.
    ///
    /// # Panics
    /// When a server that can be started does not come up.
    pub fn unreliable() -> Option<Self> {
        Self::run(&["--unreliable".as_ref()])
    }

    fn run(arguments: &[&OsStr]) -> Option<Self> {
        let python = python()?;
        let folder = tempfile::Builder::new().prefix("steward-mails-").tempdir().expect("make a temporary folder");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/sink.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(folder.path())
            .args(arguments)
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

    pub fn port(&self) -> u16 {
        self.port
    }

    /// All that arrived, in that order.
    ///
    /// # Panics
    /// When the folder cannot be read.
    pub fn mails(&self) -> Vec<Mail> {
        self.paths().into_iter().map(|path| Mail::parse(&std::fs::read(path).expect("a mail"))).collect()
    }

    /// What an unreliable one refused, in that order: code and address.
    ///
    /// # Panics
    /// When its notes cannot be read.
    pub fn refused(&self) -> Vec<(u16, String)> {
        let notes = std::fs::read_to_string(self.folder.path().join("refused")).unwrap_or_default();
        let note = |line: &str| {
            let (code, address) = line.split_once(' ').expect("a code and an address");
            (code.parse().expect("a code"), address.to_owned())
        };
        notes.lines().map(note).collect()
    }

    /// The files of all that arrived, in that order; beside `….eml` lies `….eml.how`, which says `tls` or `plain`.
    ///
    /// # Panics
    /// When the folder cannot be read.
    pub fn paths(&self) -> Vec<PathBuf> {
        let mut paths: Vec<_> = std::fs::read_dir(self.folder.path())
            .expect("the folder of mails")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
            .collect();
        paths.sort();
        paths
    }
}
