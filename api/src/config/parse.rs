//! What a setting's text means, and what is wrong with it.

use std::{
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use tracing_subscriber::{EnvFilter, filter::LevelFilter};

use super::{MailTo, source::Reader};
use crate::{
    base::Check,
    issuer::{self, Outside},
    mail::{Dkim, MailServer, SigningKey},
    store,
    web::Introspection,
};

pub(super) fn secret(text: &str) -> Result<String, String> {
    if text.len() >= 32 {
        return Ok(text.to_owned());
    }
    Err("must have at least 32 bytes; make one with `openssl rand -hex 32`".to_owned())
}

pub(super) fn outside(read: &mut Reader) -> Option<Outside> {
    let given = issuer::SETTINGS.map(|name| read.text(name));
    Outside::read(given).unwrap_or_else(|faults| {
        for (name, rule) in faults {
            read.fault(name, rule);
        }
        None
    })
}

/// A portal's address: one `{token}`, and encrypted, save on this machine.
pub(super) fn sign_in_url(text: &str) -> Result<String, String> {
    let plain = text.bytes().all(|b| b.is_ascii_graphic()) && !text.contains(['"', '<', '>', '@']);
    let host = text.strip_prefix("http://").and_then(|rest| rest.split([':', '/', '?', '#']).next());
    let safe = text.starts_with("https://") || matches!(host, Some("localhost" | "127.0.0.1"));
    if plain && safe && text.matches("{token}").count() == 1 && text.matches(['{', '}']).count() == 2 {
        return Ok(text.to_owned());
    }
    Err("must be an https address with {token} in it once, like https://portal.example.com/signin?token={token}"
        .to_owned())
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "must be an address and a port like 127.0.0.1:8080".to_owned())
}

/// The address of a database, or what would be one.
pub fn database(text: &str) -> Result<String, String> {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        let told = |why| {
            format!(
                "must be like postgres://USER:PASSWORD@HOST/DATABASE ({why}); in user and password write / as %2F, # as \
                 %23, ? as %3F, @ as %40, % as %25"
            )
        };
        return store::is_postgres(text).map(|()| text.to_owned()).map_err(told);
    }
    let (path, rest) = sqlite_path(text).map_or(("", ""), |path| (path, text.split_once('?').unwrap_or_default().1));
    if path == ":memory:" || rest.contains("mode=memory") {
        return Err("must name a file: what is in memory alone is gone when the process ends".to_owned());
    }
    if path.is_empty() {
        return Err("must be sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE".to_owned());
    }
    Ok(text.to_owned())
}

/// What follows `sqlite:`, without the parameters of an address.
pub fn sqlite_path(database_url: &str) -> Option<&str> {
    let path = database_url.strip_prefix("sqlite:")?.trim_start_matches("//");
    path.split('?').next()
}

pub(super) fn data_folder(database_url: &str) -> PathBuf {
    let folder = sqlite_path(database_url)
        .and_then(|path| Path::new(path).parent())
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

pub(super) fn url(text: &str) -> Result<String, String> {
    let plain = text.bytes().all(|b| b.is_ascii_graphic()) && !text.contains(['"', '<', '>', '?', '#', '@']);
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    if plain && !rest.is_empty() && !rest.starts_with('/') {
        return Ok(text.trim_end_matches('/').to_owned());
    }
    Err("must be an address like https://steward.example.com, without user (@), query (?) or fragment (#)".to_owned())
}

pub(super) fn mail(read: &mut Reader, data: &Path) -> MailTo {
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

pub(super) fn sender(read: &mut Reader, mail: &MailTo) -> String {
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

/// Keys, selectors and domain by which letters are signed; none where there is no key.
pub(super) fn dkim(read: &mut Reader, mail_from: &str) -> Option<Dkim> {
    let before = read.faults.len();
    let [pem, selectors, domain] = ["DKIM_KEY", "DKIM_SELECTOR", "DKIM_DOMAIN"].map(|name| read.text(name));
    let Some(pem) = pem else {
        // A file that cannot be read has been told already.
        let told = read.faults.len() > before;
        for (name, value) in [("DKIM_SELECTOR", selectors), ("DKIM_DOMAIN", domain)] {
            if value.is_some() && !told {
                read.fault(name, "needs a key to sign with: set STEWARD_DKIM_KEY or STEWARD_DKIM_KEY_FILE");
            }
        }
        return None;
    };
    let keys = SigningKey::all(&pem).unwrap_or_else(|rule| {
        read.fault("DKIM_KEY", rule);
        Vec::new()
    });
    let selectors: Vec<String> = selectors.unwrap_or_default().split(',').map(|one| one.trim().to_owned()).collect();
    if !selectors.iter().all(|one| host_name(one)) || !keys.is_empty() && selectors.len() != keys.len() {
        read.fault("DKIM_SELECTOR", "must name each key by a word like 2026a; separate two by a comma");
    }
    let sender = mail_from.rsplit('@').next().unwrap_or_default().to_lowercase();
    let domain = domain.map_or_else(|| sender.clone(), |text| text.trim().to_lowercase());
    let below = |one: &str, other: &str| one == other || one.ends_with(&format!(".{other}"));
    if !host_name(&domain) || !domain.contains('.') {
        read.fault("DKIM_DOMAIN", "must be a domain like example.com");
    } else if !sender.is_empty() && !below(&sender, &domain) && !below(&domain, &sender) {
        read.fault("DKIM_DOMAIN", "must be the domain of STEWARD_MAIL_FROM, or one above or below it");
    }
    Some(Dkim::new(domain, selectors.into_iter().zip(keys).collect()))
}

fn host_name(text: &str) -> bool {
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    text.len() <= 253 && text.split('.').all(label)
}

/// A mail address; on this machine one without a dot too.
pub(super) fn admin_email(text: &str) -> Result<String, String> {
    let mut check = Check::default();
    check.email("", &text.strip_suffix("@localhost").map_or(text.to_owned(), |name| format!("{name}@localhost.here")));
    let is_good = check.done().is_ok() && !text.is_empty();
    is_good.then(|| text.to_owned()).ok_or_else(|| "must be a mail address like ana@example.com".to_owned())
}

/// Which lines are logged. A word alone that is no level would be a target, and would end all others.
pub(super) fn log(text: &str) -> Result<String, String> {
    let is_meant = |part: &str| part.contains(['=', '[', ':']) || part.trim().parse::<LevelFilter>().is_ok();
    if EnvFilter::try_new(text).is_ok() && text.split(',').all(is_meant) {
        return Ok(text.to_owned());
    }
    Err("must be error, warn, info, debug, trace or off, or a filter such as info,api::mail=debug".to_owned())
}

pub(super) fn currency(text: &str) -> Result<String, String> {
    if text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase()) {
        Ok(text.to_owned())
    } else {
        Err("must be an ISO 4217 code like EUR".to_owned())
    }
}

pub(super) fn number(text: &str, low: i64, high: i64) -> Result<i64, String> {
    text.parse()
        .ok()
        .filter(|n| (low..=high).contains(n))
        .ok_or_else(|| format!("must be a number from {low} to {high}"))
}

/// Requests a minute, where nothing is set.
pub(super) const RATE: NonZeroU32 = NonZeroU32::MIN.saturating_add(5_999);

pub(super) fn rate_limit(text: &str) -> Result<Option<NonZeroU32>, String> {
    if text == "off" {
        return Ok(None);
    }
    let number = text.parse().ok().filter(|number: &NonZeroU32| number.get() <= 1_000_000);
    number.map(Some).ok_or_else(|| "must be a number of requests a minute from 1 to 1000000, or off".to_owned())
}

pub(super) fn introspection(text: &str) -> Result<Introspection, String> {
    match text {
        "off" => Ok(Introspection::Off),
        "signed-in" => Ok(Introspection::SignedIn),
        "anyone" => Ok(Introspection::Anyone),
        _ => Err("must be off, signed-in or anyone".to_owned()),
    }
}

pub(super) fn log_format(text: &str) -> Result<Option<bool>, String> {
    match text {
        "json" => Ok(Some(true)),
        "text" => Ok(Some(false)),
        _ => Err("must be text or json".to_owned()),
    }
}
