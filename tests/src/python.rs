//! Programs in Python, run by an interpreter that has what `tests/python/requirements.txt` asks for.
//!
//! `STEWARD_TEST_PYTHON` names it. Nothing is ever written beside the sources.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::skip::skip;

/// How to get what is missing.
pub const CURE: &str = "apt-get install python3-venv; python3 -m venv /tmp/py && \
    /tmp/py/bin/pip install -r tests/python/requirements.txt; export STEWARD_TEST_PYTHON=/tmp/py/bin/python";

/// Fails where one of the packages is not there, without loading any.
const NEEDED: &str = "import importlib.util as u, sys; \
    sys.exit(not all(map(u.find_spec, ['aiosmtpd', 'dkim', 'nacl', 'schemathesis', 'openapi_python_client'])))";

/// A Python that has what the tests take from it.
pub fn installed() -> Option<String> {
    let python = std::env::var("STEWARD_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python).args(["-c", NEEDED]).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success()).then_some(python)
}

/// The same, or a skip.
pub fn python() -> Option<String> {
    let python = installed();
    if python.is_none() {
        skip("Python with its packages", CURE);
    }
    python
}

/// A folder with some of the files of `tests/python`, gone when dropped.
#[derive(Debug)]
pub struct Python {
    program: String,
    folder: TempDir,
}

impl Python {
    /// The folder with these files of `tests/python`, or a skip where the packages are not installed.
    ///
    /// # Panics
    /// When the temporary folder cannot be made or a file is not there.
    pub fn with(files: &[&str]) -> Option<Self> {
        let program = python()?;
        let folder = tempfile::Builder::new().prefix("steward-python-").tempdir().expect("make a temporary folder");
        for file in files {
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(file);
            std::fs::copy(source, folder.path().join(file)).expect("copy a file of tests/python");
        }
        Some(Self { program, folder })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs Python with these arguments in the folder; gives what it printed.
    ///
    /// # Panics
    /// Where the program fails; the message holds what it wrote.
    pub async fn run(&self, arguments: &[&str]) -> String {
        let mut command = tokio::process::Command::new(&self.program);
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null()).kill_on_drop(true);
        let done = command.env("PYTHONDONTWRITEBYTECODE", "1").output().await.expect("run Python");
        let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "python {}: {}\n{out}{err}", arguments.join(" "), done.status);
        out.into_owned()
    }
}
