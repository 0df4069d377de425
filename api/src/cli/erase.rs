//! `steward erase`: the end of a contact.

use entity::{ContactId, account, contact};
use sea_orm::ColumnTrait;

use super::{Failure, ask};
use crate::{
    app::App,
    config::Settings,
    privacy::{self, EraseContact},
};

/// Erase a contact for good
///
/// With those who were merged into them: rows, their full names and addresses in free text at their account, what the
/// audit said of them, sign-ins, letters kept as files, files that wait to be imported. Their answers stay as scores
/// without a name, so that every figure stays as it is. What names them otherwise, such as a nickname, or text at other
/// accounts, stays: README.md lists it. There is no way back but a backup, and backups made before still hold them.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Whom.
    #[arg(long, value_name = "ID")]
    contact: ContactId,
    /// Why; the audit keeps it.
    #[arg(long, default_value = "asked for by command")]
    reason: String,
    /// Ask nothing.
    #[arg(long)]
    yes: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Works in the server's own name; the audit says so.
pub async fn run(settings: &Settings, args: Args) -> Result<(), Failure> {
    let app = App::operate(settings).await?;
    let system = app.system();
    let row = system.find::<contact::Entity>().filter(contact::Column::Id.eq(args.contact)).one("contact").await?;
    if !args.yes {
        let at = account::Column::Id.eq(row.account_id);
        let account = system.find::<account::Entity>().filter(at).one("account").await?;
        let who = row.email.as_ref().map_or_else(|| row.name.clone(), |address| format!("{} <{address}>", row.name));
        eprintln!("{who}, at {}: all that is found by their full name and address goes, for good.", account.name);
        ask::consent("Erase them?", "nothing was erased", "say --yes where nobody can be asked")
            .map_err(Failure::Usage)?;
    }
    let input = EraseContact { id: row.id, version: row.version, reason: args.reason };
    let erased = Box::pin(privacy::erase(&system, input)).await?;
    let privacy::ErasedContact { id, answers, entries, mentions } = erased;
    if args.json {
        println!("{}", serde_json::json!({ "id": id, "answers": answers, "entries": entries, "mentions": mentions }));
    } else {
        println!("{id} is erased. Stay without a name: answers {answers}, entries {entries}, other texts {mentions}.");
        println!("Backups made before still hold them. On PostgreSQL run VACUUM; see README.md.");
    }
    Ok(())
}
