//! Settings: read once, checked all together, secrets hidden.

mod dkim;

use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use chrono::TimeDelta;
use chrono_tz::Tz;

use crate::{
    base::{Check, Origins},
    invitation::colour::Colour,
    issuer::{self, Outside},
    mail::{Dkim, MailServer},
    web::{Introspection, Proxies},
};

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Where mail goes.
#[derive(Clone, Debug)]
pub enum MailTo {
    Smtp(MailServer),
    Folder(PathBuf),
}

/// Everything that is set.
#[derive(Clone, Debug)]
pub struct Settings {
    pub database_url: String,
    /// Where the server keeps its files: the folder of the SQLite file, or the working folder.
    pub data: PathBuf,
    pub listen: SocketAddr,
    /// Where operators ask without a key; nowhere, if absent.
    pub metrics_listen: Option<SocketAddr>,
    /// From the listen address where absent.
    pub public_url: Option<String>,
    /// Whose pages may open sockets, beside those at the public address.
    pub origins: Origins,
    pub secret: Option<Hidden>,
    /// The secret before this one.
    pub secret_previous: Option<Hidden>,
    pub company: String,
    pub logo: Option<String>,
    pub color: Option<String>,
    pub postal_address: Option<String>,
    pub language: String,
    pub zone: Tz,
    pub currency: String,
    pub mail: MailTo,
    pub mail_from: String,
    /// Letters a second to one domain.
    pub mail_pace: u32,
    pub dkim: Option<Dkim>,
    /// Where sign-in links point, with `{token}` in it; our own page where absent.
    pub sign_in_url: Option<String>,
    /// Whose tokens are taken beside our own.
    pub outside: Option<Outside>,
    pub admin_email: String,
    pub admin_password: Option<Hidden>,
    pub job_lease: TimeDelta,
    pub job_concurrency: u32,
    pub introspection: Introspection,
    /// Requests a minute of somebody who is signed in; none: as many as they like.
    pub rate_limit: Option<NonZeroU32>,
    /// Whose word on where requests come from is believed.
    pub proxies: Proxies,
    pub log: String,
    pub log_json: Option<bool>,
}

const KNOWN: [&str; 31] = [
    "DATABASE_URL",
    "LISTEN",
    "PUBLIC_URL",
    "SECRET",
    "SECRET_PREVIOUS",
    "COMPANY",
    "LOGO",
    "COLOR",
    "POSTAL_ADDRESS",
    "LANGUAGE",
    "TIME_ZONE",
    "CURRENCY",
    "SMTP_URL",
    "MAIL_DIR",
    "MAIL_FROM",
    "MAIL_PACE",
    "DKIM_KEY",
    "DKIM_SELECTOR",
    "DKIM_DOMAIN",
    "ADMIN_EMAIL",
    "ADMIN_PASSWORD",
    "SIGNIN_URL",
    "ALLOWED_ORIGINS",
    "TRUSTED_PROXIES",
    "JOB_LEASE",
    "JOB_CONCURRENCY",
    "GRAPHQL_INTROSPECTION",
    "RATE_LIMIT",
    "LOG",
    "LOG_FORMAT",
    "METRICS_LISTEN",
];

/// Where settings come from: names and values, and the files that `*_FILE` name.
pub struct Source {
    values: BTreeMap<String, String>,
}

impl Source {
    /// The environment of the process.
    pub fn environment() -> Self {
        Self::of(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    pub fn of(values: impl IntoIterator<Item = (String, String)>) -> Self {
        let ours =
            values.into_iter().filter_map(|(name, value)| Some((name.strip_prefix("STEWARD_")?.to_owned(), value)));
        Self { values: ours.filter(|(name, value)| !value.is_empty() && !name.starts_with("TEST_")).collect() }
    }

    /// Of what there is, only the setting called `STEWARD_` and `name`.
    #[must_use]
    pub fn only(mut self, name: &str) -> Self {
        self.values.retain(|known, _| known == name);
        self
    }

    /// With these settings, whatever there was before.
    #[must_use]
    pub fn with(mut self, settings: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.values.extend(settings.into_iter().map(|(name, value)| (name.to_owned(), value)));
        self
    }
}

/// Collects every fault, so that the operator hears all at once.
struct Reader {
    values: BTreeMap<String, String>,
    faults: Vec<String>,
}

impl Reader {
    fn fault(&mut self, name: &str, rule: impl fmt::Display) {
        self.faults.push(format!("STEWARD_{name} {rule}"));
    }

    /// The value, or what the file says that `*_FILE` names.
    fn text(&mut self, name: &str) -> Option<String> {
        let file = self.values.get(&format!("{name}_FILE")).cloned();
        match (self.values.get(name).cloned(), file) {
            (Some(_), Some(_)) => {
                self.fault(name, format!("and STEWARD_{name}_FILE are both set; keep one"));
                None
            }
            (Some(value), None) => Some(value),
            (None, Some(path)) => match std::fs::read_to_string(&path) {
                Ok(text) => Some(text.trim_end_matches(['\r', '\n']).to_owned()),
                Err(error) => {
                    self.fault(&format!("{name}_FILE"), format!("names {path}, which cannot be read: {error}"));
                    None
                }
            },
            (None, None) => None,
        }
    }

    fn parse<T>(&mut self, name: &str, usual: T, parse: impl FnOnce(&str) -> Result<T, String>) -> T {
        let Some(text) = self.text(name) else { return usual };
        parse(text.trim()).unwrap_or_else(|rule| {
            self.fault(name, rule);
            usual
        })
    }

    fn line(&mut self, name: &str, usual: &str) -> String {
        self.parse(name, usual.to_owned(), |text| {
            let mut check = Check::default();
            let line = check.line("", text, 200);
            check
                .done()
                .map(|()| line)
                .map_err(|error| error.faults().iter().map(|f| f.rule.clone()).collect::<Vec<_>>().join(", "))
        })
    }

    fn option(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<String, String>) -> Option<String> {
        self.parse(name, None, |text| parse(text).map(Some))
    }

    fn unknown(&mut self) {
        let names: Vec<String> = self.values.keys().cloned().collect();
        for name in names {
            let plain = name.strip_suffix("_FILE").unwrap_or(&name);
            if !KNOWN.contains(&plain) && !issuer::SETTINGS.contains(&plain) {
                self.fault(&name, "is not a setting; see the table in README.md");
            }
        }
    }
}

/// Every fault of the settings, one a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<String>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the settings do not fit:")?;
        self.0.iter().try_for_each(|fault| writeln!(f, "  {fault}"))
    }
}

impl Settings {
    /// Reads and checks all settings, or names every one that is wrong.
    pub fn read(source: Source) -> Result<Self, Faults> {
        let mut read = Reader { values: source.values, faults: Vec::new() };
        read.unknown();
        let database_url = read.parse("DATABASE_URL", "sqlite:steward.db".to_owned(), database);
        let data = data_folder(&database_url);
        let listen = read.parse("LISTEN", SocketAddr::from(([127, 0, 0, 1], 8080)), address);
        let metrics_listen = read.parse("METRICS_LISTEN", None, |text| address(text).map(Some));
        let mail = mail(&mut read, &data);
        let mail_from = sender(&mut read, &mail);
        let settings = Self {
            public_url: read.option("PUBLIC_URL", url),
            origins: read.parse("ALLOWED_ORIGINS", Origins::default(), Origins::parse),
            secret: read.option("SECRET", secret).map(Hidden),
            secret_previous: read.option("SECRET_PREVIOUS", secret).map(Hidden),
            company: read.line("COMPANY", "Steward"),
            logo: read.option("LOGO", url),
            color: read.option("COLOR", |text| {
                Colour::parse(text).map(|_| text.to_owned()).ok_or_else(|| "must be a colour like #1b5299".to_owned())
            }),
            postal_address: read.text("POSTAL_ADDRESS"),
            language: read.line("LANGUAGE", "en"),
            zone: read.parse("TIME_ZONE", Tz::UTC, |text| {
                text.parse().map_err(|_| "must be a time zone like Europe/Berlin".to_owned())
            }),
            currency: read.parse("CURRENCY", "EUR".to_owned(), currency),
            mail_pace: u32::try_from(read.parse("MAIL_PACE", 10, |text| number(text, 1, 10_000))).unwrap_or(10),
            dkim: dkim::read(&mut read, &mail_from),
            mail_from,
            mail,
            sign_in_url: read.option("SIGNIN_URL", sign_in_url),
            outside: outside(&mut read),
            admin_email: read.line("ADMIN_EMAIL", "admin@localhost"),
            admin_password: read
                .option("ADMIN_PASSWORD", |text| crate::secure::password::check(text).map(|()| text.to_owned()))
                .map(Hidden),
            job_lease: TimeDelta::seconds(
                read.parse("JOB_LEASE", 60, |text| number(text.trim_end_matches('s'), 2, 3_600)),
            ),
            job_concurrency: u32::try_from(read.parse("JOB_CONCURRENCY", 4, |text| number(text, 1, 64))).unwrap_or(4),
            introspection: read.parse("GRAPHQL_INTROSPECTION", Introspection::SignedIn, introspection),
            rate_limit: read.parse("RATE_LIMIT", Some(RATE), rate_limit),
            proxies: read.parse("TRUSTED_PROXIES", Proxies::default(), Proxies::parse),
            log: read.line("LOG", "info"),
            log_json: read.parse("LOG_FORMAT", None, log_format),
            database_url,
            data,
            listen,
            metrics_listen,
        };
        settings.together(&mut read);
        if read.faults.is_empty() { Ok(settings) } else { Err(Faults(read.faults)) }
    }

    /// The SQLite file; none with PostgreSQL.
    pub fn database_file(&self) -> Option<PathBuf> {
        sqlite_path(&self.database_url).map(PathBuf::from)
    }

    /// What must fit together.
    fn together(&self, read: &mut Reader) {
        let refused = read.faults.iter().any(|fault| fault.starts_with("STEWARD_SECRET "));
        if self.database_url.starts_with("postgres") && self.secret.is_none() && !refused {
            read.fault(
                "SECRET",
                "must be set with PostgreSQL, the same for every replica; make one with `openssl rand -hex 32`",
            );
        }
        match (&self.secret_previous, &self.secret) {
            (Some(_), None) if !refused => {
                read.fault("SECRET_PREVIOUS", "is the secret before STEWARD_SECRET, which must be set beside it");
            }
            (Some(Hidden(before)), Some(Hidden(now))) if before == now => {
                read.fault("SECRET_PREVIOUS", "is the same as STEWARD_SECRET; set the one before it, or none");
            }
            _ => {}
        }
        if self.metrics_listen == Some(self.listen) && self.listen.port() != 0 {
            read.fault("METRICS_LISTEN", "must be another address than STEWARD_LISTEN: no key is asked for there");
        }
        if let (Some(outside), Some(own)) = (&self.outside, &self.public_url)
            && outside.trust.issuer.trim_end_matches('/') == own
        {
            read.fault("OIDC_ISSUER", "must be another than STEWARD_PUBLIC_URL, which issues our own tokens");
        }
        let secure = self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
        if let MailTo::Smtp(server) = &self.mail
            && !secure
            && !server.is_local()
        {
            read.fault(
                "PUBLIC_URL",
                "must be an https address when mail goes to an SMTP server: it is what the links in mails begin with",
            );
        }
    }
}

fn secret(text: &str) -> Result<String, String> {
    if text.len() >= 32 {
        return Ok(text.to_owned());
    }
    Err("must have at least 32 bytes; make one with `openssl rand -hex 32`".to_owned())
}

fn outside(read: &mut Reader) -> Option<Outside> {
    let given = issuer::SETTINGS.map(|name| read.text(name));
    Outside::read(given).unwrap_or_else(|faults| {
        for (name, rule) in faults {
            read.fault(name, rule);
        }
        None
    })
}

/// A portal's address: one `{token}`, and encrypted, save on this machine.
fn sign_in_url(text: &str) -> Result<String, String> {
    let plain = text.bytes().all(|b| b.is_ascii_graphic()) && !text.contains(['"', '<', '>', '@']);
    let host = text.strip_prefix("http://").and_then(|rest| rest.split([':', '/', '?', '#']).next());
    let safe = text.starts_with("https://") || matches!(host, Some("localhost" | "127.0.0.1"));
    if plain && safe && text.matches("{token}").count() == 1 && text.matches(['{', '}']).count() == 2 {
        return Ok(text.to_owned());
    }
    Err("must be an https address with {token} in it once, like https://portal.example.com/signin?token={token}"
        .to_owned())
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "must be an address and a port like 127.0.0.1:8080".to_owned())
}

/// The address of a database, or what would be one.
pub fn database(text: &str) -> Result<String, String> {
    if text.starts_with("sqlite:") && text.len() > 7
        || text.starts_with("postgres://")
        || text.starts_with("postgresql://")
    {
        return Ok(text.to_owned());
    }
    Err("must be sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE".to_owned())
}

/// What follows `sqlite:`, without the parameters of an address.
pub fn sqlite_path(database_url: &str) -> Option<&str> {
    let path = database_url.strip_prefix("sqlite:")?.trim_start_matches("//");
    path.split('?').next().filter(|path| !path.is_empty() && *path != ":memory:")
}

fn data_folder(database_url: &str) -> PathBuf {
    let folder = sqlite_path(database_url)
        .and_then(|path| Path::new(path).parent())
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

fn url(text: &str) -> Result<String, String> {
    let plain = text.bytes().all(|b| b.is_ascii_graphic()) && !text.contains(['"', '<', '>', '?', '#', '@']);
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    if plain && !rest.is_empty() && !rest.starts_with('/') {
        return Ok(text.trim_end_matches('/').to_owned());
    }
    Err("must be an address like https://steward.example.com".to_owned())
}

fn mail(read: &mut Reader, data: &Path) -> MailTo {
    let folder = read.text("MAIL_DIR").map_or_else(|| data.join("mail"), PathBuf::from);
    let Some(text) = read.text("SMTP_URL") else { return MailTo::Folder(folder) };
    match MailServer::parse(text.trim()) {
        Ok(server) => MailTo::Smtp(server),
        Err(rule) => {
            read.fault("SMTP_URL", rule);
            MailTo::Folder(folder)
        }
    }
}

fn sender(read: &mut Reader, mail: &MailTo) -> String {
    let given = read.text("MAIL_FROM");
    match given {
        None if matches!(mail, MailTo::Smtp(_)) => {
            read.fault("MAIL_FROM", "must be set when mail goes to an SMTP server, like surveys@example.com");
            String::new()
        }
        None => "surveys@localhost.localdomain".to_owned(),
        Some(text) => {
            let mut check = Check::default();
            let address = check.email("", text.trim());
            let local = address.split('@').next().unwrap_or_default().to_lowercase().replace(['-', '_', '.'], "");
            if check.done().is_err() {
                read.fault("MAIL_FROM", "must be a mail address like surveys@example.com");
            } else if local.contains("noreply") || local.contains("donotreply") {
                read.fault("MAIL_FROM", "must take replies: customers answer mails, so a no-reply address is refused");
            }
            address
        }
    }
}

fn currency(text: &str) -> Result<String, String> {
    if text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase()) {
        Ok(text.to_owned())
    } else {
        Err("must be an ISO 4217 code like EUR".to_owned())
    }
}

fn number(text: &str, low: i64, high: i64) -> Result<i64, String> {
    text.parse()
        .ok()
        .filter(|n| (low..=high).contains(n))
        .ok_or_else(|| format!("must be a number from {low} to {high}"))
}

/// Requests a minute, where nothing is set.
const RATE: NonZeroU32 = NonZeroU32::MIN.saturating_add(5_999);

fn rate_limit(text: &str) -> Result<Option<NonZeroU32>, String> {
    if text == "off" {
        return Ok(None);
    }
    let number = text.parse().ok().filter(|number: &NonZeroU32| number.get() <= 1_000_000);
    number.map(Some).ok_or_else(|| "must be a number of requests a minute from 1 to 1000000, or off".to_owned())
}

fn introspection(text: &str) -> Result<Introspection, String> {
    match text {
        "off" => Ok(Introspection::Off),
        "signed-in" => Ok(Introspection::SignedIn),
        "anyone" => Ok(Introspection::Anyone),
        _ => Err("must be off, signed-in or anyone".to_owned()),
    }
}

fn log_format(text: &str) -> Result<Option<bool>, String> {
    match text {
        "json" => Ok(Some(true)),
        "text" => Ok(Some(false)),
        _ => Err("must be text or json".to_owned()),
    }
}
