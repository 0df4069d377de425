//! `steward token`: for the operator, who holds the database and the secret anyway.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use chrono::TimeDelta;
use entity::{ContactId, KeyId, MemberId, api_key, contact, member};
use sea_orm::ColumnTrait;

use crate::{
    app::App,
    base::{Error, Result, key},
    config::Settings,
    ctx::Ctx,
    session::{DEMO, issue},
    store::{Subject, among},
};

/// Print an access token for a member, a contact or an integration's key
///
/// Needs no password: whoever can read the database and the secret can act as anybody. Run it with
/// the settings of the server, `STEWARD_PUBLIC_URL` (or `STEWARD_LISTEN`) too: a token is good only for
/// the address it was made for. Send it as `Authorization: Bearer TOKEN`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    who: Who,
    /// How long the token works, at most 12h: like 900s, 15m or 2h.
    #[arg(long, default_value = "15m", value_parser = span)]
    ttl: TimeDelta,
    /// Print one JSON object: accessToken, expiresIn; of --members one a line, with the member beside.
    #[arg(long)]
    json: bool,
}

/// Whom the token is for: exactly one of them.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Who {
    /// A member, by mail address.
    #[arg(long, value_name = "EMAIL")]
    member: Option<String>,
    /// Many members, by a file of mail addresses, one a line; - reads standard input. Each line of the answer is an
    /// address and its token.
    #[arg(long, value_name = "FILE")]
    members: Option<PathBuf>,
    /// A contact, by id.
    #[arg(long, value_name = "ID")]
    contact: Option<ContactId>,
    /// An integration's key, by name or id.
    #[arg(long, value_name = "NAME")]
    key: Option<String>,
}

fn span(text: &str) -> Result<TimeDelta, String> {
    let wrong = || "must be like 900s, 15m or 2h, and at most 12h".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let number: i64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "s" => Some(number),
        "m" => number.checked_mul(60),
        "h" => number.checked_mul(3_600),
        _ => None,
    };
    let seconds = seconds.filter(|s| (1..=DEMO.num_seconds()).contains(s)).ok_or_else(wrong)?;
    Ok(TimeDelta::seconds(seconds))
}

/// Prints the token.
pub async fn run(settings: &Settings, args: &Args) -> Result<()> {
    let app = App::operate(settings).await?;
    let system = app.system();
    if let Some(file) = &args.who.members {
        return many(&system, &addresses(file)?, args).await;
    }
    let subject = subject(&system, &args.who).await?;
    let issued = issue(&system, subject, args.ttl).await?;
    if args.json {
        let object =
            serde_json::json!({ "accessToken": issued.access_token, "expiresIn": issued.expires_in.num_seconds() });
        println!("{object}");
    } else {
        println!("{}", issued.access_token);
    }
    Ok(())
}

/// The addresses of a file, of which empty lines are none.
fn addresses(file: &Path) -> Result<Vec<String>> {
    let text =
        if file == Path::new("-") { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(file) };
    let text = text.map_err(|error| Error::internal(format!("{}: {error}", file.display())))?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

/// Prints a token for each address, in their order; none where one is nobody's.
async fn many(system: &Ctx, addresses: &[String], args: &Args) -> Result<()> {
    let keys: Vec<String> = addresses.iter().map(|address| key(address)).collect();
    let find = system.find::<member::Entity>().filter(among::<member::Entity, _>(member::Column::EmailKey, &keys));
    let rows = find.all().await?;
    let known: HashMap<&str, MemberId> = rows.iter().map(|row| (row.email_key.as_str(), row.id)).collect();
    let unknown: Vec<&str> = addresses
        .iter()
        .zip(&keys)
        .filter(|(_, key)| !known.contains_key(key.as_str()))
        .map(|(one, _)| one.as_str())
        .collect();
    if !unknown.is_empty() {
        return Err(Error::conflict(format!("no member has the address {}", unknown.join(", "))));
    }
    for (address, id) in addresses.iter().zip(keys.iter().filter_map(|key| known.get(key.as_str()))) {
        let issued = issue(system, Subject::Member(*id), args.ttl).await?;
        if args.json {
            let (token, seconds) = (issued.access_token, issued.expires_in.num_seconds());
            println!("{}", serde_json::json!({ "member": address, "accessToken": token, "expiresIn": seconds }));
        } else {
            println!("{address} {}", issued.access_token);
        }
    }
    Ok(())
}

async fn subject(system: &Ctx, who: &Who) -> Result<Subject> {
    if let Some(email) = &who.member {
        let row = system.find::<member::Entity>().filter(member::Column::EmailKey.eq(key(email))).one("member").await?;
        return Ok(Subject::Member(row.id));
    }
    if let Some(id) = who.contact {
        let row = system.find::<contact::Entity>().filter(contact::Column::Id.eq(id)).one("contact").await?;
        return Ok(Subject::Contact(row.id));
    }
    let Some(name) = &who.key else { return Err(Error::NotFound("subject")) };
    let find = system.find::<api_key::Entity>();
    let find = match name.parse::<KeyId>() {
        Ok(id) => find.filter(api_key::Column::Id.eq(id)),
        Err(_) => find.filter(api_key::Column::Name.eq(name.clone())),
    };
    match &find.limit(2).all().await?[..] {
        [key] => Ok(Subject::Key(key.id)),
        [] => Err(Error::NotFound("key")),
        _ => Err(Error::conflict("several keys have this name; take the id that `steward key list` shows")),
    }
}
