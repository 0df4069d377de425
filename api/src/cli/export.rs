//! `steward export`: all that an empty Steward needs to go on with, as files in a folder.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use axum::body::Body;
use futures_util::StreamExt;

use super::carry::{REFUSALS, SURVEYS};
use crate::{
    account::ListAccounts,
    app::{App, private},
    base::{Error, Result},
    config::Settings,
    contact::{self, ListContacts},
    ctx::Ctx,
    export::{self, Format},
    survey,
};

/// Write a company to files, which `steward import FOLDER` reads again
///
/// Members, accounts, contacts, interactions, escalations and responses as CSV, archived ones too; surveys; and the noes of people
/// who have left their address. Ids, references, credit, periods of ownership and opt-outs come along, so that figures
/// are the same in an empty Steward with the same settings. Passwords, keys, programmes, invitations and the audit do
/// not: links that are out work here alone. The files hold personal data: keep them accordingly.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to; made if it is not there. No file in it is overwritten.
    folder: PathBuf,
}

/// Writes the files.
pub async fn run(settings: &Settings, args: &Args) -> Result<()> {
    let app = App::operate(settings).await?;
    let (system, folder) = (app.system(), &args.folder);
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let accounts = ListAccounts { archived: true, ..ListAccounts::default() };
    let contacts = ListContacts { archived: true, ..ListContacts::default() };
    let format = Format::Csv;
    put(folder, "members.csv", export::members(&system, format).await?).await?;
    put(folder, "accounts.csv", export::accounts(&system, &accounts, format).await?).await?;
    put(folder, "contacts.csv", export::contacts(&system, &contacts, format).await?).await?;
    put(folder, "interactions.csv", export::interactions(&system, None, format).await?).await?;
    put(folder, "escalations.csv", export::escalations(&system, format).await?).await?;
    put(folder, "responses.csv", export::responses(&system, None, format).await?).await?;
    beside(&system, folder).await
}

/// What has no table of its own there: a JSON object a line.
async fn beside(system: &Ctx, folder: &Path) -> Result<()> {
    let surveys = survey::carried(system).await?;
    put(folder, SURVEYS, lines(&surveys)?.into()).await?;
    let refusals = contact::refusals(system).await?;
    put(folder, REFUSALS, lines(&refusals)?.into()).await
}

fn lines<T: serde::Serialize>(rows: &[T]) -> Result<String> {
    let line = |row: &T| serde_json::to_string(row).map(|line| line + "\n").map_err(Error::internal);
    rows.iter().map(line).collect()
}

async fn put(folder: &Path, name: &str, body: Body) -> Result<()> {
    let path = folder.join(name);
    let mut file = BufWriter::new(private(&path).map_err(|error| failed(&path, &error))?);
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(Error::internal)?;
        file.write_all(&piece).map_err(|error| failed(&path, &error))?;
    }
    file.flush().map_err(|error| failed(&path, &error))?;
    println!("{}", path.display());
    Ok(())
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::internal(format!("{}: {error}", path.display()))
}
