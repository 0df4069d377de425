//! Programs in JavaScript, run by Node in a folder of their own.
//!
//! `STEWARD_TEST_JS` names the folder that holds `node_modules` with what `tests/js/package.json`
//! asks for. Nothing is ever written there or beside the sources.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use tempfile::TempDir;
use tokio::process::Command;

/// How to get what is missing.
pub const CURE: &str = "apt-get install nodejs npm; mkdir /tmp/js && cp tests/js/package.json /tmp/js && \
    npm install --prefix /tmp/js; export STEWARD_TEST_JS=/tmp/js";

/// The installed packages.
pub fn packages() -> Option<PathBuf> {
    let packages = PathBuf::from(std::env::var_os("STEWARD_TEST_JS")?).join("node_modules");
    packages.is_dir().then_some(packages)
}

/// A folder with the packages and some of the files of `tests/js`, gone when dropped.
#[derive(Debug)]
pub struct Js(TempDir);

impl Js {
    /// The folder with these files of `tests/js`, or nothing where the packages are not installed.
    ///
    /// # Panics
    /// When the temporary folder cannot be made or a file is not there.
    pub fn with(files: &[&str]) -> Option<Self> {
        let packages = packages()?;
        let folder = tempfile::Builder::new().prefix("steward-js-").tempdir().expect("make a temporary folder");
        std::os::unix::fs::symlink(packages, folder.path().join("node_modules")).expect("link the packages");
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("js");
        for file in files.iter().chain(&["package.json"]) {
            let name = Path::new(file).file_name().expect("a file");
            std::fs::copy(sources.join(file), folder.path().join(name)).expect("copy a file of tests/js");
        }
        Some(Self(folder))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs `node` with these arguments in the folder; gives what it printed.
    ///
    /// # Panics
    /// Where the program fails; the message holds what it wrote.
    pub async fn node(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("node");
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null()).kill_on_drop(true);
        let done = command.output().await.expect("run node");
        let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "node {}: {}\n{out}{err}", arguments.join(" "), done.status);
        out.into_owned()
    }
}
