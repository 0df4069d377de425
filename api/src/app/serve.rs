//! Serving until told to stop; what is in flight is finished within ten seconds.

#![expect(clippy::disallowed_methods, reason = "the app starts the server's tasks and waits for them")]

use std::{
    io::{ErrorKind, IsTerminal},
    sync::Arc,
    time::Duration,
};

use tokio::{net::TcpListener, sync::watch};

use super::{App, Patience, Ports, build::keep, listen, operators::Operators};
use crate::{
    base::{Error, Result},
    config::Settings,
    work::Worker,
};

/// How long requests and jobs in flight may take to finish; the process is gone within ten seconds.
const GRACE: Duration = Duration::from_secs(8);
/// File handles that connections leave free: for the database, mail and files.
const HANDLES: u64 = 256;
/// How often visits are written down.
const VISITS: Duration = Duration::from_secs(2);
/// How often other signing keys are looked for.
const KEYS: Duration = Duration::from_mins(1);
/// How often the keys of an outside issuer are looked after.
const ISSUER: Duration = Duration::from_secs(30);

/// Whether this process runs jobs beside answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jobs {
    Run,
    Leave,
}

/// Binds, builds and serves. `ready` is told the address and the app before the first request is taken.
pub async fn serve<F, Fut>(settings: Settings, ports: Ports, jobs: Jobs, ready: F) -> Result<()>
where
    F: FnOnce(App, String) -> Fut,
    Fut: Future<Output = Result<()>>,
{
    let listener = TcpListener::bind(settings.listen).await.map_err(|error| {
        Error::internal(format!("cannot listen on {}: {error}; set STEWARD_LISTEN to another address", settings.listen))
    })?;
    let address = listener.local_addr().map_err(Error::internal)?;
    let url = format!("http://{address}");
    let app = App::build(&settings, ports, settings.public_url.clone().unwrap_or_else(|| url.clone())).await?;
    let operators = Operators::start(&app, &settings).await?;
    if let Some(password) = app.first_admin(&settings).await? {
        show_password(&settings, &password)?;
    }
    let (stop, stopped) = watch::channel(false);
    let worker = (jobs == Jobs::Run).then(|| work(&app, &settings, stopped.clone()));
    let visits = tokio::spawn(write_visits(app.clone(), stopped.clone()));
    let keys = tokio::spawn(renew_keys(app.clone(), stopped.clone()));
    let issuer = tokio::spawn(keep_issuer(app.clone(), stopped.clone()));
    let rates = tokio::spawn(share_rates(app.clone(), stopped.clone()));
    // Before anybody is told that we are there: who starts us may stop us at once.
    let mut signals = Signals::listen()?;
    ready(app.clone(), url).await?;
    let server = tokio::spawn(listen(listener, app.router(), patience(), stopped.clone()));
    signals.heard().await;
    app.stop();
    if !settings.drain.is_zero() {
        tracing::info!(seconds = settings.drain.as_secs(), "no longer ready, and still taking requests");
        // Who asks twice does not want to wait.
        let _ = tokio::time::timeout(settings.drain, signals.heard()).await;
    }
    tracing::info!("stopping: finishing what is in flight");
    let _ = stop.send(true);
    let rest = async {
        app.close_sockets().await;
        let _ = server.await;
        let _ = visits.await;
        let _ = keys.await;
        let _ = issuer.await;
        let _ = rates.await;
        if let Some(worker) = worker {
            let _ = worker.await;
        }
    };
    if tokio::time::timeout(GRACE, rest).await.is_err() {
        tracing::warn!("some requests or jobs did not finish in time; jobs will be taken up again");
    }
    let _ = app.env.db.optimize().await;
    if let Some(operators) = operators {
        operators.end().await;
    }
    Ok(())
}

/// As many connections as there are file handles for, and some left for everything else.
fn patience() -> Patience {
    let usual = Patience::default();
    let handles = rlimit::increase_nofile_limit(u64::from(usual.connections) * 2).unwrap_or(1_024);
    let free = u32::try_from(handles.saturating_sub(HANDLES)).unwrap_or(u32::MAX);
    Patience { connections: usual.connections.min(free).max(64), ..usual }
}

/// Writes visits down until told to stop, and once more then.
async fn write_visits(app: App, mut stopped: watch::Receiver<bool>) {
    loop {
        let pause = tokio::time::timeout(VISITS, stopped.wait_for(|stop| *stop));
        let is_over = pause.await.is_ok();
        app.write_visits().await;
        if is_over {
            return;
        }
    }
}

/// Takes up other signing keys until told to stop.
async fn renew_keys(app: App, mut stopped: watch::Receiver<bool>) {
    while tokio::time::timeout(KEYS, stopped.wait_for(|stop| *stop)).await.is_err() {
        app.renew_keys().await;
    }
}

/// Fetches the keys of the outside issuer ahead of the requests, until told to stop.
async fn keep_issuer(app: App, mut stopped: watch::Receiver<bool>) {
    let keep = async {
        loop {
            app.keep_issuer().await;
            tokio::time::sleep(ISSUER).await;
        }
    };
    tokio::select! {
        () = keep => {}
        _ = stopped.wait_for(|stop| *stop) => {}
    }
}

/// Shares what was taken of the buckets until told to stop.
async fn share_rates(app: App, mut stopped: watch::Receiver<bool>) {
    tokio::select! {
        () = app.share_rates() => {}
        _ = stopped.wait_for(|stop| *stop) => {}
    }
}

/// Starts this process's worker.
fn work(app: &App, settings: &Settings, stopped: watch::Receiver<bool>) -> tokio::task::JoinHandle<()> {
    let worker = Worker { env: Arc::clone(&app.env), lease: settings.job_lease, concurrency: settings.job_concurrency };
    tokio::spawn(worker.run(stopped))
}

/// Ctrl-C, or SIGTERM from whoever keeps the process; heard from the moment this is made.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let on = |kind| signal(kind).map_err(Error::internal);
        Ok(Self { interrupt: on(SignalKind::interrupt())?, terminate: on(SignalKind::terminate())? })
    }

    async fn heard(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Result<Self> {
        Ok(Self)
    }

    async fn heard(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// Once: on a terminal, else in a file whose path is printed.
fn show_password(settings: &Settings, password: &str) -> Result<()> {
    if std::io::stderr().is_terminal() {
        eprintln!(
            "First admin: {} with the password {password}\nChange it at the first sign-in; it is not shown again.",
            settings.admin_email
        );
        return Ok(());
    }
    let path = settings.data.join("admin-password");
    // One of an earlier database opens nothing here.
    let kept = std::fs::remove_file(&path).or_else(|error| match error.kind() {
        ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    });
    kept.and_then(|()| keep(&path, password))
        .map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
    eprintln!(
        "First admin: {}, password in {}\nChange it at the first sign-in, and remove the file.",
        settings.admin_email,
        path.display()
    );
    Ok(())
}

/// Runs jobs only, until told to stop.
pub async fn work_only(settings: Settings, ports: Ports) -> Result<()> {
    let app = App::build(&settings, ports, settings.own_url()).await?;
    let operators = Operators::start(&app, &settings).await?;
    let (stop, stopped) = watch::channel(false);
    let mut signals = Signals::listen()?;
    let worker = work(&app, &settings, stopped);
    signals.heard().await;
    app.stop();
    let _ = stop.send(true);
    if tokio::time::timeout(GRACE, worker).await.is_err() {
        tracing::warn!("some jobs did not finish in time; they will be taken up again");
    }
    if let Some(operators) = operators {
        operators.end().await;
    }
    Ok(())
}
