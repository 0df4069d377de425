//! Settings: read once, checked all together, secrets hidden.

mod advice;
mod parse;
mod source;
mod table;

use std::{fmt, net::SocketAddr, num::NonZeroU32, path::PathBuf, time::Duration};

use chrono::TimeDelta;
use chrono_tz::Tz;

use crate::{
    base::Origins,
    invitation::colour::Colour,
    issuer::Outside,
    mail::{Dkim, MailServer},
    web::{Introspection, Proxies},
};
pub use advice::{Advice, advise};
use parse::{
    RATE, address, admin_email, currency, data_folder, dkim, introspection, log, log_format, mail, number, outside,
    rate_limit, secret, sender, sign_in_url, url,
};
pub use parse::{database, sqlite_path};
use source::Reader;
pub use source::{Given, Source};
pub use table::{SETTINGS, Setting, Shows, bare, help, markdown};

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
    /// How long requests are still taken once the server is told to stop.
    pub drain: Duration,
    pub introspection: Introspection,
    /// Requests a minute of somebody who is signed in; none: as many as they like.
    pub rate_limit: Option<NonZeroU32>,
    /// Whose word on where requests come from is believed.
    pub proxies: Proxies,
    pub log: String,
    pub log_json: Option<bool>,
    /// Secrets that come from files: the setting's name without `STEWARD_`, and the file.
    pub files: Vec<(String, PathBuf)>,
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
        let mut read = Reader { source, faults: Vec::new(), files: Vec::new() };
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
            dkim: dkim(&mut read, &mail_from),
            mail_from,
            mail,
            sign_in_url: read.option("SIGNIN_URL", sign_in_url),
            outside: outside(&mut read),
            admin_email: read.parse("ADMIN_EMAIL", "admin@localhost".to_owned(), admin_email),
            admin_password: read
                .option("ADMIN_PASSWORD", |text| crate::secure::password::check(text).map(|()| text.to_owned()))
                .map(Hidden),
            job_lease: TimeDelta::seconds(
                read.parse("JOB_LEASE", 60, |text| number(text.trim_end_matches('s'), 2, 3_600)),
            ),
            job_concurrency: u32::try_from(read.parse("JOB_CONCURRENCY", 4, |text| number(text, 1, 64))).unwrap_or(4),
            drain: Duration::from_secs(
                read.parse("DRAIN", 0, |text| number(text.trim_end_matches('s'), 0, 60)).unsigned_abs(),
            ),
            introspection: read.parse("GRAPHQL_INTROSPECTION", Introspection::SignedIn, introspection),
            rate_limit: read.parse("RATE_LIMIT", Some(RATE), rate_limit),
            proxies: read.parse("TRUSTED_PROXIES", Proxies::default(), Proxies::parse),
            log: read.parse("LOG", "info".to_owned(), log),
            log_json: read.parse("LOG_FORMAT", None, log_format),
            database_url,
            data,
            listen,
            metrics_listen,
            files: std::mem::take(&mut read.files),
        };
        settings.together(&mut read);
        if read.faults.is_empty() { Ok(settings) } else { Err(Faults(read.faults)) }
    }

    /// The SQLite file; none with PostgreSQL.
    pub fn database_file(&self) -> Option<PathBuf> {
        sqlite_path(&self.database_url).map(PathBuf::from)
    }

    /// What links begin with: the setting, or the address listened on.
    pub fn own_url(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen))
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
