//! The one table of settings: what there is, what holds where nothing is set, what it means.
//!
//! `--help`, the manual page, `steward config check` and the table in README.md are made of it.

/// How a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// As it is.
    Plain,
    /// Without the password that may stand in it.
    Address,
    /// Only whether it is set.
    Whether,
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Without `STEWARD_`.
    pub name: &'static str,
    pub shows: Shows,
    /// What holds where it is not set: a value between backticks, or words. Markdown.
    pub usual: &'static str,
    /// Markdown of one line.
    pub meaning: &'static str,
}

impl Setting {
    /// The value that holds where nothing is set, if it is always the same.
    pub fn default(&self) -> Option<&'static str> {
        let inner = self.usual.strip_prefix('`')?.strip_suffix('`')?;
        (!inner.contains('`')).then_some(inner)
    }
}

const fn plain(name: &'static str, usual: &'static str, meaning: &'static str) -> Setting {
    Setting { name, shows: Shows::Plain, usual, meaning }
}

const fn address(name: &'static str, usual: &'static str, meaning: &'static str) -> Setting {
    Setting { name, shows: Shows::Address, usual, meaning }
}

const fn secret(name: &'static str, usual: &'static str, meaning: &'static str) -> Setting {
    Setting { name, shows: Shows::Whether, usual, meaning }
}

/// Every setting, in the order in which they are shown.
pub const SETTINGS: [Setting; 36] = [
    address(
        "DATABASE_URL",
        "`sqlite:steward.db`",
        "`sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`. The SQLite file's folder is the data folder; with PostgreSQL it is the working folder",
    ),
    plain("LISTEN", "`127.0.0.1:8080`", "address and port; port 0 picks one and prints it"),
    plain(
        "METRICS_LISTEN",
        "none",
        "another address and port, where `/metrics`, `/readyz` and `/healthz` are told without a key",
    ),
    plain(
        "PUBLIC_URL",
        "from the listen address",
        "what links in mails begin with, and who issues tokens; https where SMTP goes to another host",
    ),
    secret(
        "SECRET",
        "SQLite: made once, file `steward.secret` in the data folder; PostgreSQL: must be set",
        "at least 32 bytes, the same for every process. Keep it apart from the database: lost, no link or token works",
    ),
    secret(
        "SECRET_PREVIOUS",
        "none",
        "the secret before this one, after a change: what was sealed or signed under it still works. Take it away after 30 days",
    ),
    plain("COMPANY", "`Steward`", "who asks, in mails and pages"),
    plain("LOGO", "none", "the address of a picture at the head of mails and pages"),
    plain("COLOR", "none", "the colour of mails and pages, like `#1b5299`"),
    plain("POSTAL_ADDRESS", "none", "a line at the foot of mails"),
    plain("LANGUAGE", "`en`", "of contacts without one"),
    plain("TIME_ZONE", "`UTC`", "whose months figures are cut by; fixed once answers exist"),
    plain("CURRENCY", "`EUR`", "of all amounts"),
    address(
        "SMTP_URL",
        "none",
        "`smtp://HOST` encrypts where the server offers it; `smtp://USER:PASSWORD@HOST?tls=required` and `smtps://` insist, and check the certificate. A password goes to another host only so. Ports 25, 587, 465. Without it mails are files",
    ),
    plain("MAIL_DIR", "`mail` in the data folder", "where those files go"),
    plain("MAIL_FROM", "must be set with SMTP", "sender's address; one that takes no replies is refused"),
    plain("MAIL_PACE", "`10`", "letters a second to one domain, of each process"),
    secret(
        "DKIM_KEY",
        "none",
        "PEM private key that signs mails: RSA of 2048 bits or more, or Ed25519; or one of each, one after the other",
    ),
    plain(
        "DKIM_SELECTOR",
        "must be set with a key",
        "the name under which the public half is published; two divided by a comma, in the order of the keys",
    ),
    plain("DKIM_DOMAIN", "domain of `STEWARD_MAIL_FROM`", "who signs; that domain, or one above or below it"),
    plain(
        "ALLOWED_ORIGINS",
        "none",
        "whose pages may call both doors (CORS) and open sockets, beside those at the public address: `https://app.example.com http://localhost:*`; the demonstration allows this machine",
    ),
    plain(
        "SIGNIN_URL",
        "our page `/signin/{token}`",
        "where contacts' sign-in links point: an https address of your portal with `{token}` in it, like `https://portal.example.com/signin?token={token}`",
    ),
    plain(
        "OIDC_ISSUER",
        "none",
        "whose tokens are taken beside our own: an https address (http on this machine alone), as `iss` in them says",
    ),
    plain("OIDC_AUDIENCE", "must be set with an issuer", "whom these tokens are for: what `aud` is, or holds"),
    plain("OIDC_JWKS_URL", "as the issuer's description says", "where its keys are"),
    plain(
        "OIDC_CLAIM",
        "`email` with an issuer",
        "the claim that names the member: `email`, by address; any other, by reference",
    ),
    plain("ADMIN_EMAIL", "`admin@localhost`", "the first admin"),
    secret(
        "ADMIN_PASSWORD",
        "made at the first start",
        "the first admin's password. A made one is shown once on a terminal, else written to `admin-password` in the data folder",
    ),
    plain("JOB_LEASE", "`60`", "seconds for which a job is held before another process takes it up, from 2 to 3600"),
    plain("JOB_CONCURRENCY", "`4`", "how many jobs run at once, from 1 to 64"),
    plain(
        "RATE_LIMIT",
        "`6000`",
        "requests a minute of each caller, `off` for no limit; an address where nobody is signed in gets a fifth. On PostgreSQL of all processes together",
    ),
    plain(
        "TRUSTED_PROXIES",
        "none",
        "addresses or networks of your proxies, like `10.0.0.0/8`: only their `X-Forwarded-For` says where a request comes from",
    ),
    plain(
        "DRAIN",
        "`0`",
        "seconds from SIGTERM on in which requests are still taken and `/readyz` says 503, so that a proxy that asks it turns away; at most 60",
    ),
    plain("GRAPHQL_INTROSPECTION", "`signed-in`", "who may read the schema: `off`, `signed-in`, `anyone`"),
    plain(
        "LOG",
        "`info`",
        "how much is logged: `error`, `warn`, `info`, `debug`, or a filter such as `info,api::mail=debug`",
    ),
    plain("LOG_FORMAT", "text on a terminal, else JSON", "`text` or `json`"),
];

/// The setting of a name without `STEWARD_`.
pub fn known(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

/// The name that somebody may have meant, for one that there is not; `_FILE` stays at its end.
pub fn nearest(name: &str) -> Option<String> {
    let (plain, end) = name.strip_suffix("_FILE").map_or((name, ""), |plain| (plain, "_FILE"));
    let scored = SETTINGS.iter().map(|setting| (strsim::jaro_winkler(setting.name, plain), setting.name));
    let (score, best) = scored.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (score > 0.8).then(|| format!("STEWARD_{best}{end}"))
}

/// The table as README.md shows it.
pub fn markdown() -> String {
    let rows = SETTINGS
        .iter()
        .map(|Setting { name, usual, meaning, .. }| format!("| `STEWARD_{name}` | {usual} | {meaning} |\n"));
    format!("| variable | default | meaning |\n| --- | --- | --- |\n{}", rows.collect::<String>())
}

/// What stands at the end of `--help`.
pub fn help() -> String {
    let rows = SETTINGS.iter().map(|Setting { name, usual, meaning, .. }| {
        format!("  STEWARD_{name} [default: {}]\n{}", bare(usual), folded(&bare(meaning), "          ", 90))
    });
    let head = "Settings: environment variables. Each also as ..._FILE, naming a file that holds the value.\n";
    format!("{head}\n{}", rows.collect::<Vec<_>>().join("\n"))
}

/// Markdown without its marks.
pub fn bare(text: &str) -> String {
    text.replace('`', "")
}

/// Lines of at most so many letters, or one word each.
fn folded(text: &str, indent: &str, most: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().flat_map(|line| [indent, line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::{SETTINGS, known, nearest};

    #[test]
    fn a_typo_is_told_with_what_was_meant() {
        for (typo, meant) in [
            ("COLOUR", Some("STEWARD_COLOR")),
            ("DATABSE_URL", Some("STEWARD_DATABASE_URL")),
            ("PUBLICURL", Some("STEWARD_PUBLIC_URL")),
            ("SECERT_FILE", Some("STEWARD_SECRET_FILE")),
            ("TRUSTED_PROXY", Some("STEWARD_TRUSTED_PROXIES")),
            ("ZZZ", None),
        ] {
            assert_eq!(nearest(typo).as_deref(), meant, "{typo}");
        }
    }

    #[test]
    fn every_setting_stands_once() {
        for setting in &SETTINGS {
            assert_eq!(known(setting.name).map(|found| found.meaning), Some(setting.meaning));
            assert!(!setting.usual.contains('|') && !setting.meaning.contains('|'), "{}", setting.name);
        }
        assert_eq!(known("JOB_LEASE").and_then(super::Setting::default), Some("60"));
        assert_eq!(known("SECRET").and_then(super::Setting::default), None);
    }
}
