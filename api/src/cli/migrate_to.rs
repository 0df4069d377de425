//! `steward migrate-to`: a whole database, carried to another place.

use std::path::Path;

use indicatif::ProgressBar;
use serde_json::json;

use super::{backup::whole, bar};
use crate::{
    base::Result,
    config::{Settings, database, sqlite_path},
    store::{Carried, carry},
};

/// Take the whole database to PostgreSQL, or back to a SQLite file
///
/// Stop every process of Steward first: a database that is in use is refused. The new place is an empty database, or a file that is not there; it gets this
/// version's tables, and all rows as they stand at one moment. They are counted there, and compared by a checksum of
/// each table with what was and still is here; only then does any of it stay. If it fails, or is cut off, the new place
/// is empty, and the old one is as it was in any case. Then set `STEWARD_DATABASE_URL` to the new place, keep
/// `STEWARD_SECRET` or `STEWARD_SECRET_FILE` as it is (where neither was set, the second names the file `steward.secret`
/// beside the old database), and start Steward: links, sign-ins and keys go on.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to, `postgres://USER:PASSWORD@HOST/DATABASE` or `sqlite:PATH`; a password may be in PGPASSWORD instead.
    #[arg(value_name = "URL", value_parser = database)]
    to: String,
    /// Print one JSON object: rows, and tables with their rows and checksums.
    #[arg(long)]
    json: bool,
}

/// Carries everything, and prints what.
pub async fn run(settings: &Settings, args: &Args) -> Result<()> {
    let bar = bar("{msg} {bar:40} {human_pos} of {human_len} rows, {eta} left");
    let moved = Box::pin(moved(&settings.database_url, &args.to, &bar)).await;
    bar.finish_and_clear();
    let tables = moved?;
    let rows: u64 = tables.iter().map(|table| table.rows).sum();
    if args.json {
        println!("{}", json!({ "rows": rows, "tables": tables }));
        return Ok(());
    }
    for Carried { table, rows, checksum } in &tables {
        println!("{rows:>12} {table:16} {checksum}");
    }
    println!("{rows:>12} rows in {} tables: as many there as here, with the same checksums", tables.len());
    let secret = match settings.secret {
        Some(_) => "keep STEWARD_SECRET or STEWARD_SECRET_FILE as it is".to_owned(),
        None => format!("set STEWARD_SECRET_FILE to {}", settings.data.join("steward.secret").display()),
    };
    println!("Set STEWARD_DATABASE_URL to the new place, {secret}, and start Steward.");
    Ok(())
}

async fn moved(from: &str, to: &str, bar: &ProgressBar) -> Result<Vec<Carried>> {
    let progress = |what, done, total| {
        bar.set_message(what);
        bar.set_length(total);
        bar.set_position(done);
    };
    let Some(path) = sqlite_path(to) else { return carry(from, to, &progress).await };
    let mut carried = Vec::new();
    let fill = async |part: &Path| {
        carried = carry(from, &format!("sqlite:{}", part.display()), &progress).await?;
        Ok(())
    };
    whole(Path::new(path), fill).await?;
    Ok(carried)
}
