//! `steward keys`: the keys that sign access tokens.

use crate::{app::App, base::Result, config::Settings, session};

/// Have the keys that sign access tokens followed by a new one
///
/// Not the keys of integrations: those are `steward key`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a key that signs from ten minutes on; tokens of the others work until they run out
    ///
    /// The key set at /.well-known/jwks.json shows it within a minute, when running processes have taken it up by
    /// themselves, so that whoever keeps the set knows it in time.
    Rotate {
        /// A key may have been stolen: the new one signs now, and within a minute no token of the others works
        /// any more. Whoever is signed in goes on by refreshing; integrations sign in again by their keys.
        #[arg(long)]
        now: bool,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Works in the server's own name; the audit says so.
pub async fn run(settings: &Settings, args: &Args) -> Result<()> {
    let app = App::operate(settings).await?;
    let Command::Rotate { now, json } = args.command;
    let made = session::rotate(&app.system(), now).await?;
    if json {
        let shown = serde_json::json!({ "kid": made.id, "signsFrom": made.signs_from, "othersEnd": made.others_end });
        println!("{shown}");
    } else {
        println!("{} signs from {}; the others verify until {}", made.id, made.signs_from, made.others_end);
    }
    Ok(())
}
