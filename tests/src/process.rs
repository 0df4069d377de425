//! The real program as a process of its own: started, killed, told to stop.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// How to get the program.
pub const CURE: &str = "build it with: cargo build --workspace";

/// `steward`, beside the tests' own executable; none where it was not built.
pub fn steward() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let program = own.parent()?.parent()?.join("steward");
    program.is_file().then_some(program)
}

/// A running `steward`; killed when dropped. What it says is shown when the test fails.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
    /// Bytes of the log that others have written.
    before: u64,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("{}", std::fs::read_to_string(&self.log).unwrap_or_default());
        }
    }
}

/// SIGTERM to a process. By the shell's own command: a bare machine has no other.
///
/// # Panics
/// Where there is no such process.
pub fn terminate(pid: &str) {
    assert!(Command::new("sh").args(["-c", "kill -TERM \"$0\"", pid]).status().expect("a shell").success());
}

impl Process {
    /// Starts the program with these settings and no others.
    ///
    /// # Panics
    /// Where it cannot be started.
    pub fn start(program: &Path, arguments: &[&str], settings: &[(&str, &str)], folder: &Path) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).env_clear().envs(settings.iter().copied()).current_dir(folder);
        let log = folder.join("steward.log");
        let said = std::fs::File::options().create(true).append(true).open(&log).expect("write the log");
        let before = said.metadata().expect("a log").len();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said);
        Self { child: command.spawn().expect("start the program"), log, before }
    }

    /// Where it listens, as `http://HOST:PORT`.
    ///
    /// # Panics
    /// Where it does not say so within half a minute.
    pub async fn url(&self) -> String {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(30) {
            let said = std::fs::read_to_string(&self.log).unwrap_or_default();
            let own = said.get(usize::try_from(self.before).unwrap_or_default()..).unwrap_or_default();
            let url = own.split_once("Steward listens on ").and_then(|(_, rest)| rest.split_once('\n'));
            if let Some((url, _)) = url {
                return url.trim().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it does not listen");
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    ///
    /// # Panics
    /// Where it is no more.
    pub fn kill(mut self) {
        assert!(self.child.try_wait().expect("a process").is_none(), "it has ended by itself");
        self.child.kill().expect("a process");
    }

    /// SIGTERM; gives how it ended and after how long.
    ///
    /// # Panics
    /// Where it does not end within half a minute.
    pub async fn terminate(mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        let pid = self.child.id().to_string();
        terminate(&pid);
        while start.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.child.try_wait().expect("a process") {
                return (status, start.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("still running after {:?}", start.elapsed());
    }
}
