//! PostgreSQL for tests: a throw-away cluster a process, a cloned database a test.
//!
//! The cluster comes from the installed binaries, listens on a Unix socket only, and is held by a
//! small shell (`postgres.sh`) that waits on a pipe from this process: the pipe closes however the
//! process ends, so no cluster outlives its tests. Databases are made and dropped by one thread, one
//! after the other.

use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use sea_orm::{ConnectionTrait, DatabaseConnection};
use sea_orm_migration::MigratorTrait;
use tokio::sync::{mpsc, oneshot};

/// How to get PostgreSQL.
pub const CURE: &str = "install it, for instance with: apt-get install postgresql";

const SCRIPT: &str = include_str!("postgres.sh");
const TEMPLATE: &str = "steward_template";

/// The thread that makes databases, or nothing where PostgreSQL is not installed.
static MAKER: OnceLock<Option<mpsc::UnboundedSender<Order>>> = OnceLock::new();

enum Order {
    Make { reply: oneshot::Sender<Database> },
    Drop { name: String },
}

/// A database of one test, dropped with it.
#[derive(Debug)]
pub struct Database {
    url: String,
    name: String,
}

impl Database {
    /// `postgres://steward@localhost/NAME?host=FOLDER`.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(Some(maker)) = MAKER.get() {
            let _ = maker.send(Order::Drop { name: std::mem::take(&mut self.name) });
        }
    }
}

/// A fresh database with the tables in place, or nothing where PostgreSQL is not installed.
///
/// # Panics
/// When PostgreSQL is installed but does not start, or the migrations fail.
pub async fn database() -> Option<Database> {
    let maker = MAKER.get_or_init(|| binaries().map(start_maker)).as_ref()?;
    let (reply, made) = oneshot::channel();
    maker.send(Order::Make { reply }).expect("the thread that makes databases has died, see above");
    Some(made.await.expect("the thread that makes databases has died, see above"))
}

/// The folder that holds `initdb`, `pg_ctl` and `postgres`; the newest where several do.
pub fn binaries() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut packaged: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    packaged.sort_by_key(|folder| version(folder));
    let told = Command::new("pg_config").arg("--bindir").output().ok();
    let told = told.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    std::env::split_paths(&path).chain(packaged.into_iter().rev()).chain(told).find(complete)
}

/// 15 of `/usr/lib/postgresql/15/bin`.
fn version(folder: &Path) -> u32 {
    let name = folder.parent().and_then(Path::file_name).and_then(std::ffi::OsStr::to_str);
    name.and_then(|name| name.parse().ok()).unwrap_or_default()
}

fn start_maker(bin: PathBuf) -> mpsc::UnboundedSender<Order> {
    let (sender, orders) = mpsc::unbounded_channel();
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(make_databases(&bin, orders));
    };
    std::thread::Builder::new().name("postgres".to_owned()).spawn(work).expect("start a thread");
    sender
}

async fn make_databases(bin: &Path, mut orders: mpsc::UnboundedReceiver<Order>) {
    let cluster = Cluster::start(bin, "");
    let admin = cluster.connect("postgres").await;
    run(&admin, &format!("CREATE DATABASE {TEMPLATE}")).await;
    let template = cluster.connect(TEMPLATE).await;
    migration::Migrator::up(&template, None).await.expect("migrate the template database");
    template.close().await.expect("close the template database");
    let mut waste = Vec::new();
    let mut number = 0;
    while let Some(order) = orders.recv().await {
        match order {
            Order::Make { reply } => {
                number += 1;
                let name = format!("steward_{number}");
                run(&admin, &format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}")).await;
                let _ = reply.send(Database { url: cluster.url(&name), name });
            }
            Order::Drop { name } => waste.push(name),
        }
        // Nobody waits for a drop, so it comes after every creation.
        if orders.is_empty() {
            for name in waste.drain(..) {
                let _ = admin.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
            }
        }
    }
}

async fn run(admin: &DatabaseConnection, statement: &str) {
    if let Err(error) = admin.execute_unprepared(statement).await {
        panic!("{statement}: {error}");
    }
}

/// A running server. Its shell sees our end of the pipe close when this is dropped or the process ends.
struct Cluster {
    folder: String,
    _shell: Child,
}

impl Cluster {
    fn start(bin: &Path, durable: &str) -> Self {
        let mut shell = Command::new("sh")
            .arg("-c")
            .arg(SCRIPT)
            .arg("sh")
            .arg(bin)
            .arg(other_user())
            .arg(durable)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A group of its own: an interrupt on the terminal ends the tests, then the pipe ends the server.
            .process_group(0)
            .spawn()
            .expect("start a shell");
        let mut folder = String::new();
        BufReader::new(shell.stdout.take().expect("a pipe")).read_line(&mut folder).expect("read from the shell");
        if folder.is_empty() {
            let mut log = String::new();
            let _ = shell.stderr.take().expect("a pipe").read_to_string(&mut log);
            panic!("PostgreSQL of {} does not start:\n{log}", bin.display());
        }
        Self { folder: folder.trim_end().to_owned(), _shell: shell }
    }

    fn url(&self, name: &str) -> String {
        format!("postgres://steward@localhost/{name}?host={}", self.folder)
    }

    async fn connect(&self, name: &str) -> DatabaseConnection {
        let mut options = sea_orm::ConnectOptions::new(self.url(name));
        options.max_connections(1).sqlx_logging(false);
        sea_orm::Database::connect(options).await.expect("connect to the cluster")
    }
}

/// A server of one test, which keeps what it has committed, and can be taken away; gone when dropped.
pub struct Durable {
    cluster: Cluster,
    bin: PathBuf,
}

impl Durable {
    /// Nothing where PostgreSQL is not installed.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start() -> Option<Self> {
        let bin = binaries()?;
        Some(Self { cluster: Cluster::start(&bin, "durable"), bin })
    }

    /// The address of an empty database.
    pub fn url(&self) -> String {
        self.cluster.url("postgres")
    }

    /// Ends it as a crash would: nothing is written down any more.
    ///
    /// # Panics
    /// When it does not run.
    pub fn crash(&self) {
        self.control(&["stop", "-m", "immediate"]);
    }

    /// Starts it again, and waits until it takes connections.
    ///
    /// # Panics
    /// When it does not start.
    pub fn recover(&self) {
        self.control(&["start", "-w"]);
    }

    fn control(&self, arguments: &[&str]) {
        let program = self.bin.join("pg_ctl");
        let mut command = match other_user() {
            "" => Command::new(program),
            user => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(program);
                command
            }
        };
        let folder = Path::new(&self.cluster.folder);
        command.args(arguments).arg("-s").arg("-D").arg(folder.join("data")).arg("-l").arg(folder.join("server.log"));
        command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().expect("run pg_ctl").success(), "pg_ctl {arguments:?}");
    }
}

/// PostgreSQL refuses to run as root: then the system user to run as, else empty.
fn other_user() -> &'static str {
    let id = |arguments: &[&str]| Command::new("id").args(arguments).output().ok().filter(|o| o.status.success());
    let root = id(&["-u"]).is_some_and(|output| output.stdout.trim_ascii() == b"0");
    match (root, id(&["-u", "postgres"])) {
        (false, _) => "",
        (true, Some(_)) => "postgres",
        (true, None) => "nobody",
    }
}
