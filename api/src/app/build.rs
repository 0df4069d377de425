//! Building the server.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    base::{Clock, Error, Metrics, Random, Result, SystemClock, SystemRandom},
    config::{Hidden, MailTo, Settings},
    ctx::{Company, Ctx, Env},
    graph::{self, guard::Limits, ws::Sockets},
    invitation,
    issuer::Issuer,
    mail::{Counted, Folder, Pace, Smtp, Transport},
    secure::{Secret, Verifier},
    session,
    setup::{self, FirstAdmin},
    store::{self, Db, Engine, Open},
    web::{Ledger, Rates, Server, operators, router},
};

/// Connections to PostgreSQL.
const CONNECTIONS: u32 = 16;

/// How often processes tell each other what was taken of the buckets that limit requests.
const SHARED: Duration = Duration::from_secs(1);

/// Readers of a SQLite file: more than there are cores cost memory and gain nothing.
fn readers() -> u32 {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    u32::try_from(cores.clamp(2, 16)).unwrap_or(2)
}

/// What a test replaces: time, chance, the way mail leaves.
pub struct Ports {
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// As the settings say, where absent.
    pub mail: Option<Arc<dyn Transport>>,
}

impl Default for Ports {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom::default()), mail: None }
    }
}

/// A server, ready to answer.
#[derive(Clone)]
pub struct App {
    pub env: Arc<Env>,
    server: Server,
}

/// Migrates and opens the database that the settings name.
pub async fn open_database(settings: &Settings, ports: &Ports) -> Result<Db> {
    if let Some(file) = settings.database_file().filter(|file| !file.exists()) {
        need_folder(settings)?;
        // Made here so that only its owner reads it; the files that SQLite lays beside it follow.
        private(&file).map_err(|error| Error::internal(format!("{}: {error}", file.display())))?;
    }
    store::migrate(&settings.database_url).await?;
    let connections = if settings.database_url.starts_with("sqlite:") { readers() } else { CONNECTIONS };
    Db::open(Open {
        url: settings.database_url.clone(),
        clock: Arc::clone(&ports.clock),
        random: Arc::clone(&ports.random),
        connections,
    })
    .await
}

/// Whether the folder of a new SQLite file is there: it is not made, since the path may be mistyped.
pub fn need_folder(settings: &Settings) -> Result<()> {
    let folder = &settings.data;
    if folder.is_dir() {
        return Ok(());
    }
    Err(Error::internal(format!(
        "STEWARD_DATABASE_URL names a file in {}, and there is no such folder; make it first, or name another",
        folder.display()
    )))
}

impl App {
    /// Builds what a command needs that an operator runs beside the server. It makes no tables, and leaves those of an
    /// older version to those who mean to change them: servers of that version may be running.
    pub async fn operate(settings: &Settings) -> Result<Self> {
        if store::behind(&settings.database_url).await?.0 > 0 {
            return Err(Error::internal(
                "the database that STEWARD_DATABASE_URL names has not this version's tables; run `steward migrate` first",
            ));
        }
        Self::build(settings, Ports::default(), settings.own_url()).await
    }

    /// Builds everything. `public_url` is where links point: the setting, or the address listened on.
    pub async fn build(settings: &Settings, ports: Ports, public_url: String) -> Result<Self> {
        let db = open_database(settings, &ports).await?;
        let secret = match known_secret(settings)? {
            Some(secret) => secret,
            None if session::is_opened(&db, None).await?.is_none() => made_secret(settings, &ports)?,
            None => {
                let path = secret_file(settings);
                return Err(Error::internal(format!(
                    "there is no secret, and the signing keys of this database were sealed under one: set STEWARD_SECRET, or \
                     put it back as {}",
                    path.display()
                )));
            }
        };
        let keyring = session::keyring(&db, &secret).await?;
        let company = Company {
            name: settings.company.clone(),
            logo: settings.logo.clone(),
            color: settings.color.clone(),
            postal_address: settings.postal_address.clone(),
            language: settings.language.clone(),
            zone: settings.zone,
            currency: settings.currency.clone(),
            public_url: public_url.clone(),
            sign_in_url: settings.sign_in_url.clone(),
            mail_from: settings.mail_from.clone(),
        };
        let mail: Arc<dyn Transport> = match (ports.mail, &settings.mail) {
            (Some(mail), _) => mail,
            (None, MailTo::Folder(path)) => Arc::new(Folder::new(path, settings.dkim.clone())),
            (None, MailTo::Smtp(server)) => {
                let pace = Pace::new(settings.mail_pace, Arc::clone(&ports.clock));
                Arc::new(Smtp::new(server.clone(), settings.dkim.clone(), pace))
            }
        };
        let metrics = Metrics::default();
        let mail = Arc::new(Counted { way: mail, metrics: metrics.clone() });
        let origins = settings.origins.clone().and(&public_url);
        let tokens = Verifier::new(keyring, public_url, session::AUDIENCE.to_owned());
        let brand = Arc::new(invitation::brand(&company));
        let issuer = settings.outside.clone().map(|outside| Arc::new(Issuer::new(outside, metrics.clone())));
        let env = Arc::new(Env { db, company, secret, tokens, issuer, mail, metrics });
        let system = Ctx::system(Arc::clone(&env));
        setup::fix_zone(&system).await?;
        setup::prepare(&system).await?;
        session::reseal_factors(&system).await?;
        let (schema, limits) = (graph::schema(), Limits::default());
        let sockets = Sockets::new(Arc::clone(&env), schema.clone(), limits, origins.clone());
        // Only PostgreSQL has several processes that answer.
        let ledger = (env.db.engine() == Engine::Postgres).then(|| Ledger::new(env.secret.clone()));
        let rates = Rates::new(settings.rate_limit, settings.proxies.clone(), ports.clock, ledger);
        let server = Server {
            env: Arc::clone(&env),
            schema: Arc::new(graph::proven(schema)),
            limits,
            sockets,
            origins,
            rates: Arc::new(rates),
            introspection: settings.introspection,
            brand,
            visits: Arc::default(),
            pulse: Arc::default(),
            explorers: true,
        };
        Ok(Self { env, server })
    }

    /// Every route.
    pub fn router(&self) -> Router {
        router(self.server.clone())
    }

    /// What operators ask, without a key: for an address that nobody else reaches.
    pub fn operators(&self) -> Router {
        operators(self.server.clone())
    }

    /// From now on `/readyz` says that the server is being stopped.
    pub fn stop(&self) {
        self.server.pulse.stop();
    }

    /// Tells everybody who holds a socket that the server stops, and waits until they are gone.
    pub async fn close_sockets(&self) {
        self.server.sockets.close().await;
    }

    /// Writes down who has opened links since the last time; what cannot be written is lost.
    pub async fn write_visits(&self) {
        if let Err(error) = self.server.visits.write(&self.system()).await {
            tracing::warn!(%error, "visits of survey links were lost");
        }
    }

    /// Until dropped: shares with the other processes what was taken of the buckets that limit requests, about once a
    /// second. What cannot be told is forgotten: a limit is wider while the database is away. Ends at once where there is
    /// nothing to share.
    pub async fn share_rates(&self) {
        let (db, rates) = (&self.env.db, &self.server.rates);
        if !rates.is_shared() {
            return;
        }
        let own = db.random().id(db.clock().now()).as_u128();
        let mut pulse = tokio::time::interval(SHARED);
        pulse.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut heard = loop {
            pulse.tick().await;
            if let Ok(heard) = db.notes().await {
                break heard;
            }
        };
        loop {
            tokio::select! {
                note = heard.next() => rates.hear(own, &note),
                _ = pulse.tick() => {
                    if let Err(error) = db.tell_others(rates.notes(own)).await {
                        tracing::warn!(%error, "the other processes do not hear how many requests were taken");
                    }
                }
            }
        }
    }

    /// Takes up keys that another process has made meanwhile.
    pub async fn renew_keys(&self) {
        if let Err(error) = session::renew(&self.env).await {
            tracing::warn!(%error, "the signing keys cannot be read");
        }
    }

    /// Fetches the keys of the outside issuer, if there is one, where they are soon to be fetched anew.
    pub async fn keep_issuer(&self) {
        if let Some(issuer) = &self.env.issuer {
            issuer.keep(self.env.db.clock().now()).await;
        }
    }

    /// The server's own context: for jobs, set-up and the operator's commands.
    pub fn system(&self) -> Ctx {
        Ctx::system(Arc::clone(&self.env))
    }

    /// Makes the first admin where nobody has been able to sign in yet; gives the password if it was made here.
    pub async fn first_admin(&self, settings: &Settings) -> Result<Option<String>> {
        let system = self.system();
        if !setup::is_new(&system).await? {
            return Ok(None);
        }
        let given = settings.admin_password.as_ref().map(|Hidden(text)| text.clone());
        let generated = given.is_none();
        let password = given.unwrap_or_else(|| {
            let mut bytes = [0; 18];
            self.env.db.random().fill(&mut bytes);
            URL_SAFE_NO_PAD.encode(bytes)
        });
        let admin =
            FirstAdmin { email: settings.admin_email.clone(), password: password.clone(), must_change: generated };
        let is_first = setup::first_admin(&system, admin).await?;
        Ok((is_first && generated).then_some(password))
    }
}

/// A new secret, kept in the data folder.
fn made_secret(settings: &Settings, ports: &Ports) -> Result<Secret> {
    let mut bytes = [0; 32];
    ports.random.fill(&mut bytes);
    let (path, text) = (secret_file(settings), URL_SAFE_NO_PAD.encode(bytes));
    keep(&path, &text).map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
    Secret::parse(&text).map_err(|rule| Error::internal(format!("{}: {rule}", path.display())))
}

/// Where the secret is kept where none is set.
fn secret_file(settings: &Settings) -> PathBuf {
    settings.data.join("steward.secret")
}

/// The installation's secret where there is one already: the setting, or the file. Makes nothing.
pub fn known_secret(settings: &Settings) -> Result<Option<Secret>> {
    if let Some(Hidden(text)) = &settings.secret {
        let secret = Secret::parse(text).map_err(|rule| Error::internal(format!("STEWARD_SECRET: {rule}")))?;
        let Some(Hidden(previous)) = &settings.secret_previous else { return Ok(Some(secret)) };
        let both = secret.after(previous);
        return both.map(Some).map_err(|rule| Error::internal(format!("STEWARD_SECRET_PREVIOUS: {rule}")));
    }
    let path = secret_file(settings);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let secret = Secret::parse(text.trim());
            secret.map(Some).map_err(|rule| Error::internal(format!("{}: {rule}", path.display())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::internal(format!("{}: {error}", path.display()))),
    }
}

/// Writes a file that only its owner reads.
pub(super) fn keep(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = private(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

/// A new file that nobody else on the machine reads.
pub fn private(path: &Path) -> std::io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
