//! `steward key`: integration keys, for the operator who sets up an integration.

use chrono::TimeDelta;
use entity::{KeyId, TeamId, Time};

use crate::{
    app::App,
    base::Result,
    config::Settings,
    ctx::Ctx,
    key::{self, CreateIntegrationKey, IntegrationKey, RotateIntegrationKey},
    secure::ApiKey,
};

/// Make, list, rotate and revoke the keys of integrations
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a key and print it, once
    ///
    /// Scopes: accounts:read, accounts:write, contacts:read, contacts:write, interactions:read,
    /// interactions:write, members:read, surveys:read, surveys:send, responses:read, imports:write,
    /// metrics:read.
    Create(Create),
    /// Show all keys, the newest first; never their text
    List {
        /// Print one JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Make a key that allows the same as another, and print it, once; the other works on for a while
    Rotate {
        /// The key that is to end, as `list` shows it.
        id: KeyId,
        /// Hours for which it works on beside the new one.
        #[arg(long, value_name = "HOURS", default_value = "24", value_parser = clap::value_parser!(i32).range(0..=720))]
        overlap: i32,
        #[command(flatten)]
        prints: Prints,
    },
    /// End a key, and every sign-in it has made, at once
    Revoke {
        /// The key, as `list` shows it.
        id: KeyId,
    },
}

#[derive(Debug, clap::Args)]
struct Create {
    /// What people call it.
    #[arg(long)]
    name: String,
    /// What it allows, such as `accounts:read,interactions:write`.
    #[arg(long, value_delimiter = ',', required = true)]
    scopes: Vec<String>,
    /// The outside system it speaks for, such as `crm`.
    #[arg(long)]
    source: String,
    /// Only the accounts of this team and below.
    #[arg(long, value_name = "ID")]
    team: Option<TeamId>,
    #[command(flatten)]
    prints: Prints,
}

#[derive(Debug, clap::Args)]
struct Prints {
    /// Days after which it is worthless; never, where absent.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
    days: Option<u16>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Works in the server's own name; the audit says so.
pub async fn run(settings: &Settings, args: Args) -> Result<()> {
    let app = App::operate(settings).await?;
    let system = app.system();
    match args.command {
        Command::Create(Create { name, scopes, source, team, prints }) => {
            let expires_at = prints.expires_at(&system);
            let input = CreateIntegrationKey { name, scopes, source, team_id: team, expires_at };
            prints.show(key::create(&system, input).await?);
        }
        Command::Rotate { id, overlap, prints } => {
            let expires_at = prints.expires_at(&system);
            let input = RotateIntegrationKey { id, overlap_hours: overlap, expires_at };
            prints.show(key::rotate(&system, input).await?);
        }
        Command::List { json } => list(&system, json).await?,
        Command::Revoke { id } => {
            key::revoke(&system, id).await?;
            println!("{id} is revoked");
        }
    }
    Ok(())
}

impl Prints {
    fn expires_at(&self, system: &Ctx) -> Option<Time> {
        self.days.map(|days| Time::new(system.now().0 + TimeDelta::days(days.into())))
    }

    fn show(&self, (id, text): (KeyId, ApiKey)) {
        if self.json {
            println!("{}", serde_json::json!({ "id": id, "secret": text.text() }));
        } else {
            println!("{}", text.text());
        }
    }
}

async fn list(system: &Ctx, json: bool) -> Result<()> {
    let keys = key::list(system).await?;
    if json {
        let all: Vec<_> = keys.iter().map(shown).collect();
        println!("{}", serde_json::Value::Array(all));
        return Ok(());
    }
    for key in &keys {
        let state = match (key.revoked_at, key.expires_at) {
            (Some(at), _) => format!("revoked {at}"),
            (None, Some(at)) if at <= system.now() => format!("expired {at}"),
            (None, Some(at)) => format!("until {at}"),
            (None, None) => "for good".to_owned(),
        };
        let used = key.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {at}"));
        println!("{}  stw_{}…  {} ({})  {state}  {used}", key.id, key.prefix, key.name, key.source);
        println!("    {}", key.scopes.join(" "));
    }
    Ok(())
}

fn shown(key: &IntegrationKey) -> serde_json::Value {
    serde_json::json!({
        "id": key.id, "name": key.name, "prefix": key.prefix, "scopes": key.scopes, "source": key.source,
        "teamId": key.team_id, "expiresAt": key.expires_at, "revokedAt": key.revoked_at,
        "lastUsedAt": key.last_used_at, "createdAt": key.created_at,
    })
}
