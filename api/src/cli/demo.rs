//! `steward demo`: what a newcomer runs first.
//!
//! It touches nothing but its own folder, which it knows by a marker file and holds by a lock, reads
//! no setting but the address to listen on, and listens to this machine only.

use std::{
    fs::{self, File, TryLockError},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{Failure, log};
use crate::{
    app::{App, Jobs, Ports, serve},
    base::{Error, Result},
    config::{Faults, Settings, Source},
    demo::{self, Cast, Opened},
};

/// Where it lives, below the working folder.
const FOLDER: &str = "steward-demo";
/// Says that the folder is ours to empty.
const MARKER: &str = ".steward-demo";

/// Serve a made-up company to look around in
///
/// Made afresh at every start in the folder steward-demo below the working folder: teams, owners, a
/// year of history, mails as files. Prints where the explorers are, a token for each role, and the
/// link of a survey just sent. Reads no setting but `STEWARD_LISTEN`, which must be a loopback address.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print one JSON object: url, graphql, docs, tokens, mailDir, surveyLink.
    #[arg(long)]
    json: bool,
}

/// Builds the company afresh and serves it until told to stop.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let ports = Ports::default();
    let mut random = [0; 15];
    ports.random.fill(&mut random);
    let password = URL_SAFE_NO_PAD.encode(random);
    let settings = settings(&password)?;
    let folder = PathBuf::from(FOLDER);
    // Held until the end, so that no second demonstration empties the folder of this one.
    let _held = clear(&folder)?;
    log::start(&settings);
    let json = args.json;
    let served = serve(settings, ports, Jobs::Run, async move |app, url| {
        let system = app.system();
        let cast = demo::play(&system).await?;
        let opened = Box::pin(demo::open(&system, &cast)).await?;
        posted(&app).await?;
        let mail = fs::canonicalize(folder.join("mail")).unwrap_or_else(|_| folder.join("mail"));
        let text = if json { object(&url, &mail, &opened) } else { tour(&url, &cast, &opened, &password) };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{text}").and_then(|()| out.flush()).map_err(Error::internal)
    });
    Ok(Box::pin(served).await?)
}

/// The demonstration's own, whatever the environment says, save where to listen.
fn settings(password: &str) -> Result<Settings, Failure> {
    let text = str::to_owned;
    let own = [
        ("DATABASE_URL", format!("sqlite:{FOLDER}/steward.db")),
        ("MAIL_DIR", format!("{FOLDER}/mail")),
        ("COMPANY", text(demo::COMPANY)),
        ("POSTAL_ADDRESS", text("Larkfield Instruments, 12 Harbour Street, 20457 Hamburg")),
        ("MAIL_FROM", text("surveys@larkfield.example")),
        ("ADMIN_EMAIL", text(demo::ADMIN)),
        ("ADMIN_PASSWORD", text(password)),
        ("ALLOWED_ORIGINS", text("http://localhost:* http://127.0.0.1:* http://[::1]:*")),
        ("GRAPHQL_INTROSPECTION", text("anyone")),
        ("LOG", text("warn")),
    ];
    let settings = Settings::read(Source::environment().only("LISTEN").with(own)).map_err(Failure::Settings)?;
    if settings.listen.ip().is_loopback() {
        return Ok(settings);
    }
    Err(Failure::Settings(Faults(vec![format!(
        "STEWARD_LISTEN must be a loopback address like 127.0.0.1:8080, not {}: the demonstration is for this machine only",
        settings.listen
    )])))
}

/// Empties our folder, or makes it; refuses one that is not ours, or in use. Gives the lock.
fn clear(folder: &Path) -> Result<File> {
    let told = |error: std::io::Error| Error::internal(format!("{}: {error}", folder.display()));
    let marker = folder.join(MARKER);
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir(folder).map_err(told)?;
            fs::write(&marker, "Made by `steward demo`, which empties this folder at every start.\n").map_err(told)?;
        }
        Err(error) => return Err(told(error)),
        Ok(found) if found.is_dir() && fs::symlink_metadata(&marker).is_ok_and(|marker| marker.is_file()) => {}
        Ok(_) => {
            return Err(Error::internal(format!(
                "{} is there already and was not made by `steward demo` (it has no file {MARKER}); \
                 move it away, or run the demonstration in another folder",
                folder.display()
            )));
        }
    }
    let held = File::open(&marker).map_err(told)?;
    match held.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(Error::internal(format!("another demonstration runs in {}; stop it first", folder.display())));
        }
        Err(TryLockError::Error(error)) => return Err(told(error)),
    }
    for entry in fs::read_dir(folder).map_err(told)? {
        let entry = entry.map_err(told)?;
        if entry.file_name() == MARKER {
            continue;
        }
        let is_folder = entry.file_type().map_err(told)?.is_dir();
        let removed = if is_folder { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
        removed.map_err(told)?;
    }
    Ok(held)
}

/// Waits until the mails have left by their jobs, so that the first look finds them.
async fn posted(app: &App) -> Result<()> {
    const LONGEST: u32 = 500;
    let system = app.system();
    for _ in 0..LONGEST {
        if demo::unsent(&system).await? == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(Error::internal("the demonstration's mails were not written"))
}

fn object(url: &str, mail: &Path, opened: &Opened) -> String {
    let tokens = &opened.tokens;
    serde_json::json!({
        "url": url,
        "graphql": format!("{url}/graphql"),
        "docs": format!("{url}/docs"),
        "tokens": {
            "admin": tokens.admin,
            "manager": tokens.manager,
            "owner": tokens.owner,
            "customer": tokens.customer,
            "integration": tokens.integration,
        },
        "mailDir": mail,
        "surveyLink": opened.survey_link,
    })
    .to_string()
}

/// The same for people, with something to try.
fn tour(url: &str, cast: &Cast, opened: &Opened, password: &str) -> String {
    let Cast { admin, manager, owner, customer, account_name, .. } = cast;
    let tokens = &opened.tokens;
    let ask = "{ satisfaction { figures { question n value low high } } }";
    let book = "{ accounts(first: 5) { nodes { name owner { name } healthScore lastLiveAt latestNps } } }";
    format!(
        "\
{company}, made up for this demonstration. Stop it with Ctrl-C; everything is in ./{FOLDER}.

  GraphQL   {url}/graphql
  REST      {url}/docs
  Mail      ./{FOLDER}/mail

Sign in with a token (12 hours), or as any member with the password {password}

  admin: {admin}, sees everything
  {admin_token}

  manager: {manager}, leads the team of {owner_name}
  {manager_token}

  owner: {owner}, owns {account_name} and others
  {owner_token}

  customer: {customer}, works at {account_name}
  {customer_token}

  integration: a CRM with the key {key}
  {integration_token}

{owner_name} has just sent {customer_name} a survey. The link in the mail:

  {link}

Try: the owner's accounts; the owner's figures; answer the survey, and look at the figures again.

  TOKEN={owner_token}

  curl -s {url}/graphql -H \"authorization: Bearer $TOKEN\" -H 'content-type: application/json' \\
    -d '{{\"query\": \"{book}\"}}'; echo

  curl -s {url}/graphql -H \"authorization: Bearer $TOKEN\" -H 'content-type: application/json' \\
    -d '{{\"query\": \"{ask}\"}}'; echo

  curl -s -X PUT {answer} -H 'content-type: application/json' \\
    -d '{{\"score\": 10, \"comment\": \"One person to call, and things get done.\"}}'; echo
",
        company = demo::COMPANY,
        admin = format_args!("{} <{}>", admin.name, admin.email),
        manager = format_args!("{} <{}>", manager.name, manager.email),
        owner = format_args!("{} <{}>", owner.name, owner.email),
        customer = format_args!("{} <{}>", customer.name, customer.email),
        owner_name = owner.name,
        customer_name = customer.name,
        admin_token = tokens.admin,
        manager_token = tokens.manager,
        owner_token = tokens.owner,
        customer_token = tokens.customer,
        integration_token = tokens.integration,
        key = opened.key.text(),
        link = opened.survey_link,
        answer = opened.survey_link.replacen("/s/", "/api/v1/invitations/", 1) + "/response",
    )
}
