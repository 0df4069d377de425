//! `steward doctor`: whether this installation can work and its letters arrive, and what to do where not.

mod dns;

use std::{net::SocketAddr, time::Duration};

use tokio::time::timeout;

use crate::{
    app::{Ports, known_secret},
    base::{Error, Result},
    config::{Advice, Faults, MailTo, Settings, advise},
    issuer::{Fetched, Outside, Web},
    mail::{Dkim, Finding, MailServer, records},
    session,
    store::{self, Db, Open},
};
use dns::Dns;

/// How long the database or the mail server may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Check settings, database, secret, mail server, the sender's DNS records and the outside issuer's keys
///
/// Changes nothing and sends no mail. Says for each what is so, and where something is missing, what
/// to do. Ends with 1 where something failed; warnings end with 0.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Ask this DNS server instead of the system's.
    #[arg(long, value_name = "ADDRESS", hide = true)]
    dns: Option<SocketAddr>,
}

/// Checks everything; an error says how much failed.
pub async fn run(settings: Result<Settings, Faults>, args: &Args) -> Result<()> {
    let mut report = Report { json: args.json, lines: Vec::new() };
    match settings {
        Ok(settings) => examine(&mut report, &settings, args.dns).await,
        Err(Faults(faults)) => {
            for fault in faults {
                report.add("settings", Finding::Failed(fault, "see the table of settings in README.md".to_owned()));
            }
        }
    }
    report.end()
}

async fn examine(report: &mut Report, settings: &Settings, server: Option<SocketAddr>) {
    report.add("settings", Finding::Ok("all are known and fit together".to_owned()));
    for Advice { setting, what, todo } in advise(settings) {
        report.add("settings", Finding::Warning(format!("{setting} {what}"), todo.to_owned()));
    }
    let found = database(settings).await;
    let answers = matches!(found, Finding::Ok(_));
    report.add("database", found);
    if answers {
        report.add("secret", secret(settings).await);
    }
    match &settings.mail {
        MailTo::Folder(path) => {
            let todo = "set STEWARD_SMTP_URL and STEWARD_MAIL_FROM to send them";
            let what = format!("mails are files in {} and reach nobody", path.display());
            report.add("smtp", Finding::Warning(what, todo.to_owned()));
        }
        MailTo::Smtp(server) => report.add("smtp", smtp(server).await),
    }
    if let Some(outside) = &settings.outside {
        report.add("oidc", issuer(outside).await);
    }
    let sender = settings.mail_from.rsplit('@').next().unwrap_or_default().to_lowercase();
    // What stands for nothing set: no such domain is anybody's.
    if sender == "localhost.localdomain" {
        return;
    }
    match Dns::of(server) {
        Ok(dns) => sender_records(report, &dns, &sender, settings.dkim.as_ref()).await,
        Err(why) => report.add("dns", Finding::Failed(why, "see to /etc/resolv.conf".to_owned())),
    }
}

async fn database(settings: &Settings) -> Finding {
    if let Some(file) = settings.database_file().filter(|file| !file.exists()) {
        let what = format!("there is no database at {}", file.display());
        return Finding::Failed(what, "run where `steward serve` runs, or set STEWARD_DATABASE_URL".to_owned());
    }
    if let Some(path) = store::unwritable(&settings.database_url) {
        let what = format!("{} cannot be written to by this user", path.display());
        let todo = "run as the user that owns it, or give it to the user that Steward runs as: file and folder";
        return Finding::Failed(what, todo.to_owned());
    }
    match timeout(PATIENCE, store::behind(&settings.database_url)).await {
        Ok(Ok((0, 0))) => Finding::Ok("answers, with this version's tables".to_owned()),
        Ok(Ok((0, _))) => Finding::Failed(
            "a newer steward has migrated the database".to_owned(),
            "run that version, or restore a backup".to_owned(),
        ),
        Ok(Ok((missing, _))) => {
            Finding::Failed(format!("missing migrations: {missing}"), "run `steward migrate`".to_owned())
        }
        Ok(Err(error)) => Finding::Failed(super::words(&error), "check STEWARD_DATABASE_URL".to_owned()),
        Err(_) => Finding::Failed("the database does not answer".to_owned(), "check STEWARD_DATABASE_URL".to_owned()),
    }
}

async fn issuer(outside: &Outside) -> Finding {
    match Web::default().fetch(outside).await {
        Ok(Fetched { keys, .. }) if keys.count() == 0 => {
            let what = format!("{} shows no key that checks tokens, others {}", outside.trust.issuer, keys.left_out());
            Finding::Failed(what, "see to the signing keys of the issuer; README.md says which are taken".to_owned())
        }
        Ok(Fetched { keys, lasts }) => {
            let (issuer, used, others) = (&outside.trust.issuer, keys.count(), keys.left_out());
            Finding::Ok(format!("{issuer} shows keys for {lasts} s: {used} that check tokens, others {others}"))
        }
        Err(why) => {
            let todo = "check STEWARD_OIDC_ISSUER and STEWARD_OIDC_JWKS_URL, and that no firewall stands between";
            Finding::Failed(why, todo.to_owned())
        }
    }
}

/// Whether the secret is the one that this database was made with.
async fn secret(settings: &Settings) -> Finding {
    let made = "give every process the secret that this database was made with, as STEWARD_SECRET or in the file \
                steward.secret; where it was changed, the old one as STEWARD_SECRET_PREVIOUS";
    let known = match known_secret(settings) {
        Ok(known) => known,
        Err(error) => return Finding::Failed(super::words(&error), made.to_owned()),
    };
    let look = async {
        let ports = Ports::default();
        let (clock, random) = (ports.clock, ports.random);
        let db = Db::open(Open { url: settings.database_url.clone(), clock, random, connections: 1 }).await?;
        session::is_opened(&db, known.as_ref()).await
    };
    match timeout(PATIENCE, look).await {
        Ok(Ok(Some(true))) => Finding::Ok("opens the keys that sign".to_owned()),
        Ok(Ok(None)) => Finding::Ok("there is no signing key yet; the first start makes one".to_owned()),
        Ok(Ok(Some(false))) if known.is_none() => {
            let what = "there is none, and the signing keys of this database were sealed under one";
            Finding::Failed(what.to_owned(), made.to_owned())
        }
        Ok(Ok(Some(false))) => {
            let what = "is another than the one that sealed the signing keys of this database: no link or token works";
            Finding::Failed(what.to_owned(), made.to_owned())
        }
        Ok(Err(error)) => Finding::Failed(super::words(&error), "check STEWARD_DATABASE_URL".to_owned()),
        Err(_) => Finding::Failed("the database does not answer".to_owned(), "check STEWARD_DATABASE_URL".to_owned()),
    }
}

async fn smtp(server: &MailServer) -> Finding {
    let address = server.address();
    let mut connection = match timeout(PATIENCE, server.open()).await {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => {
            let todo = match error.status().map(u16::from) {
                Some(534..=538) => "check user and password in STEWARD_SMTP_URL",
                _ if error.to_string().contains("certificate") => {
                    "the server needs a certificate of its name that this machine trusts"
                }
                _ if error.is_client() => "the server does not offer what STEWARD_SMTP_URL asks for (TLS, signing in)",
                _ => "check host and port in STEWARD_SMTP_URL, and that no firewall stands between",
            };
            return Finding::Failed(format!("{address}: {error}"), todo.to_owned());
        }
        Err(_) => {
            let what = format!("{address} does not answer within {} s", PATIENCE.as_secs());
            return Finding::Failed(what, "check host and port, and that no firewall stands between".to_owned());
        }
    };
    let private = connection.is_encrypted();
    let _ = timeout(PATIENCE, connection.quit()).await;
    let what = format!(
        "{address} answers, {} TLS{}",
        if private { "with" } else { "without" },
        if server.signs_in() { ", and takes user and password" } else { "" }
    );
    if private || server.is_local() {
        return Finding::Ok(what);
    }
    Finding::Warning(what, "add ?tls=required to STEWARD_SMTP_URL, if the server can".to_owned())
}

async fn sender_records(report: &mut Report, dns: &Dns, sender: &str, dkim: Option<&Dkim>) {
    let unheard = |why| Finding::Failed(why, "check the network, and the DNS server of this machine".to_owned());
    let spf = async { Ok(records::spf(sender, &dns.txt(sender).await?)) };
    let keys = async {
        let mut found = Vec::new();
        for (name, key) in dkim.into_iter().flat_map(Dkim::published) {
            found.push(dns.txt(&name).await.and_then(|records| records::dkim(&name, key, &records)));
        }
        found
    };
    let dmarc = async { Ok(records::dmarc(sender, dkim.map(Dkim::domain), &dmarc(dns, sender).await?)) };
    let (mx, spf, keys, dmarc) = tokio::join!(mx(dns, sender), spf, keys, dmarc);
    report.add("mx", mx.unwrap_or_else(unheard));
    report.add("spf", spf.unwrap_or_else(unheard));
    if dkim.is_none() {
        let todo = "set STEWARD_DKIM_KEY and STEWARD_DKIM_SELECTOR, unless the mail server signs";
        report.add("dkim", Finding::Warning("letters leave without a signature".to_owned(), todo.to_owned()));
    }
    for found in keys {
        report.add("dkim", found.unwrap_or_else(unheard));
    }
    report.add("dmarc", dmarc.unwrap_or_else(unheard));
}

async fn mx(dns: &Dns, sender: &str) -> Result<Finding, String> {
    let hosts = dns.mx(sender).await?;
    let todo = format!("publish an MX record for {sender}: answers and bounces go there, and many receivers look");
    Ok(match hosts.first().map(String::as_str) {
        Some("") => Finding::Failed(format!("{sender} says that it takes no mail"), todo),
        Some(_) => Finding::Ok(format!("{sender} takes mail at {}", hosts.join(", "))),
        None if dns.has_address(sender).await? => {
            Finding::Warning(format!("{sender} has no MX record, only an address"), todo)
        }
        None => Finding::Failed(format!("{sender} has no MX record"), todo),
    })
}

/// Of the sender's domain, or of the nearest one above it that has any.
async fn dmarc(dns: &Dns, sender: &str) -> Result<Vec<String>, String> {
    let mut domain = sender;
    loop {
        let found = dns.txt(&format!("_dmarc.{domain}")).await?;
        match domain.split_once('.') {
            Some((_, above)) if found.is_empty() && above.contains('.') => domain = above,
            _ => return Ok(found),
        }
    }
}

/// Lines are printed as they are found; JSON at the end.
struct Report {
    json: bool,
    lines: Vec<(&'static str, Finding)>,
}

impl Report {
    fn add(&mut self, check: &'static str, finding: Finding) {
        if !self.json {
            let line = match &finding {
                Finding::Ok(what) => format!("ok       {check:9} {what}\n"),
                Finding::Warning(what, todo) => format!("warning  {check:9} {what}\n{:19}→ {todo}\n", ""),
                Finding::Failed(what, todo) => format!("failed   {check:9} {what}\n{:19}→ {todo}\n", ""),
            };
            if let Err(error) = super::print(line.as_bytes()) {
                tracing::warn!(%error, "the report cannot be printed");
            }
        }
        self.lines.push((check, finding));
    }

    fn end(self) -> Result<()> {
        let failed = self.lines.iter().filter(|(_, finding)| matches!(finding, Finding::Failed(..))).count();
        if self.json {
            let checks = self.lines.into_iter().map(|(check, finding)| {
                let (state, what, todo) = match finding {
                    Finding::Ok(what) => ("ok", what, None),
                    Finding::Warning(what, todo) => ("warning", what, Some(todo)),
                    Finding::Failed(what, todo) => ("failed", what, Some(todo)),
                };
                serde_json::json!({ "check": check, "state": state, "what": what, "todo": todo })
            });
            let checks: Vec<_> = checks.collect();
            println!("{}", serde_json::json!({ "ok": failed == 0, "checks": checks }));
        }
        if failed == 0 { Ok(()) } else { Err(Error::internal(format!("failed checks: {failed}"))) }
    }
}
