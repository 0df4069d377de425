//! What is allowed to be set so, and most likely not meant so.

use std::{net::IpAddr, path::Path};

use url::Url;

use super::{Hidden, MailTo, Settings};
use crate::{invitation::texts::Texts, web::Introspection};

/// The secret and the password of compose.yaml.
const EXAMPLES: [&str; 2] = ["change me before real use, at least 32 bytes", "change me before the first start"];

/// Something to look at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// With `STEWARD_`.
    pub setting: String,
    /// What is so, as a sentence that the name begins.
    pub what: String,
    pub todo: &'static str,
}

/// Whether a host is this machine, and so nobody else's to reach.
fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let ip = bare.parse::<IpAddr>();
    bare == "localhost" || bare.ends_with(".localhost") || ip.is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
}

/// Everything in settings that fit together which somebody may have meant otherwise.
pub fn advise(settings: &Settings) -> Vec<Advice> {
    let mut found = Vec::new();
    let mut add = |setting: &str, what, todo| found.push(Advice { setting: setting.to_owned(), what, todo });
    let own = settings.own_url();
    let url = Url::parse(&own).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let (is_public, is_https) = (settings.public_url.is_some() && !is_here(host), own.starts_with("https://"));
    if settings.public_url.is_none() && !settings.listen.ip().is_loopback() {
        let what = format!("is not set: links in mails begin with {own}, which others cannot open");
        add("STEWARD_PUBLIC_URL", what, "set it to the https address that people use");
    }
    if is_public && !is_https {
        let what = "is not https: links, passwords and tokens can be read on their way".to_owned();
        add("STEWARD_PUBLIC_URL", what, "put a proxy that speaks TLS in front, and name its https address");
    }
    if let (MailTo::Smtp(server), false) = (&settings.mail, is_public)
        && !server.is_local()
    {
        let what = format!("names this machine, {host}: links in mails open nothing elsewhere");
        add("STEWARD_PUBLIC_URL", what, "set it to the https address that people use");
    }
    for origin in settings.origins.list() {
        let Some((scheme, rest)) = origin.split_once("://") else { continue };
        let other = rest.split_once(':').map_or(rest, |(host, _)| host);
        if other == host && !own.starts_with(&format!("{scheme}://")) {
            let what = format!("has {origin}, which differs from the public address {own} by its scheme");
            add("STEWARD_ALLOWED_ORIGINS", what, "name the address that the pages are opened at, as browsers show it");
        } else if is_public && is_here(other) {
            let what = format!("has {origin}: whatever runs on the machine of somebody who is signed in may ask");
            add("STEWARD_ALLOWED_ORIGINS", what, "keep it to installations for development");
        }
    }
    if settings.proxies.is_empty() && is_https && !is_here(host) {
        let what = "is not set, and https comes by a proxy: all requests count as the proxy's, and one who asks too \
                    much stops everybody who is not signed in"
            .to_owned();
        add("STEWARD_TRUSTED_PROXIES", what, "name the address from which the proxy connects, like 127.0.0.1");
    }
    if settings.proxies.is_everybody() {
        let what = "holds every address: anybody can say where a request comes from".to_owned();
        add("STEWARD_TRUSTED_PROXIES", what, "name the proxies alone");
    }
    if settings.metrics_listen.is_some_and(|address| address.ip().is_unspecified()) {
        let what = "takes requests on every address of this machine, without a key".to_owned();
        add("STEWARD_METRICS_LISTEN", what, "name one that operators alone reach, or see to it by a firewall");
    }
    if Texts::find(&settings.language).is_none() {
        let known = Texts::all().map(|texts| texts.lang).collect::<Vec<_>>().join(", ");
        let what = format!("is {}, and mails speak {known}: others read English", settings.language);
        add("STEWARD_LANGUAGE", what, "choose one of these, unless surveys bring words of their own");
    }
    if is_public {
        for_everybody(settings, &mut add);
    }
    let given = [("SECRET", &settings.secret), ("ADMIN_PASSWORD", &settings.admin_password)];
    for (name, Hidden(text)) in given.into_iter().filter_map(|(name, given)| Some((name, given.as_ref()?))) {
        if EXAMPLES.contains(&text.as_str()) {
            let what = "is the one of compose.yaml, which everybody knows".to_owned();
            add(&format!("STEWARD_{name}"), what, "set one of your own before real use");
        }
    }
    let first = settings.data.join("admin-password");
    if first.exists() {
        let what = format!("was made at the first start, and is still in {}", first.display());
        add("STEWARD_ADMIN_PASSWORD", what, "change it at the first sign-in, and remove the file");
    }
    let made = settings.secret.is_none().then(|| ("SECRET".to_owned(), settings.data.join("steward.secret")));
    for (name, path) in settings.files.iter().cloned().chain(made) {
        if is_open(&path) {
            let what = format!("is in {}, which everybody on this machine can read", path.display());
            add(&format!("STEWARD_{name}"), what, "let only the server's user read the file: chmod 600");
        }
    }
    found
}

/// Whether anybody may read a file.
#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.permissions().mode() & 0o007 != 0)
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}

/// What is fine on one's own machine.
fn for_everybody(settings: &Settings, add: &mut impl FnMut(&str, String, &'static str)) {
    if let MailTo::Folder(path) = &settings.mail {
        let what = format!("is not set: mails are files in {} and reach nobody", path.display());
        add("STEWARD_SMTP_URL", what, "set it, and STEWARD_MAIL_FROM, to send them");
    }
    if settings.company == "Steward" {
        let what = "is not set: mails and pages say that Steward asks".to_owned();
        add("STEWARD_COMPANY", what, "set it to the name that customers know");
    }
    if settings.rate_limit.is_none() {
        let what = "is off: anybody may ask as much as they like".to_owned();
        add("STEWARD_RATE_LIMIT", what, "set a number, unless the proxy limits requests");
    }
    if settings.introspection == Introspection::Anyone {
        let what = "is `anyone`: the schema can be read without signing in".to_owned();
        add("STEWARD_GRAPHQL_INTROSPECTION", what, "leave it at `signed-in`");
    }
}
