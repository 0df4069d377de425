//! `steward key`: integration keys, for the operator who sets up an integration.

use chrono::TimeDelta;
use entity::{TeamId, Time};

use crate::{
    app::{App, Ports},
    base::Result,
    config::Settings,
    key::{self, CreateIntegrationKey},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a key and print it, once.
    Create(Create),
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
    /// Days after which it is worthless; never, where absent.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
    days: Option<u16>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Makes a key in the server's own name; the audit says so.
pub async fn run(settings: &Settings, args: Args) -> Result<()> {
    let Command::Create(create) = args.command;
    let url = settings.public_url.clone().unwrap_or_else(|| format!("http://{}", settings.listen));
    let app = App::build(settings, Ports::default(), url).await?;
    let system = app.system();
    let input = CreateIntegrationKey {
        name: create.name,
        scopes: create.scopes,
        source: create.source,
        team_id: create.team,
        expires_at: create.days.map(|days| Time::new(system.now().0 + TimeDelta::days(days.into()))),
    };
    let (id, text) = key::create(&system, input).await?;
    if create.json {
        println!("{}", serde_json::json!({ "id": id, "secret": text.text() }));
    } else {
        println!("{}", text.text());
    }
    Ok(())
}
