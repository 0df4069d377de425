//! `steward config`: the settings as `serve` would read them.

use serde_json::json;

use super::Failure;
use crate::config::{Advice, Faults, Given, MailTo, SETTINGS, Setting, Settings, Shows, Source, advise, bare};

/// Look at the settings
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show every setting, where its value comes from, and what is wrong or most likely not meant so
    ///
    /// Reads what `steward serve` would read, and opens and makes nothing: no database, no port, no secret. Secrets
    /// are never shown. Ends with 0 where the settings fit, warnings or not, else with 2.
    Check {
        /// Print one JSON object: ok, settings, origins, faults, warnings.
        #[arg(long)]
        json: bool,
    },
}

/// A setting as it is.
struct Row {
    setting: &'static Setting,
    from: String,
    /// None where nothing holds.
    value: Option<String>,
}

/// Shows settings, faults and warnings.
pub fn run(args: &Args) -> Result<(), Failure> {
    let Command::Check { json } = args.command;
    let source = Source::environment();
    let read = Settings::read(source.clone());
    let settings = read.as_ref().ok();
    let rows: Vec<Row> = SETTINGS.iter().map(|setting| row(setting, &source, settings)).collect();
    let origins = settings.map(|settings| settings.origins.clone().and(&settings.own_url()).list().to_vec());
    let warnings = settings.map(advise).unwrap_or_default();
    let faults = read.as_ref().err().map(|Faults(faults)| faults.clone()).unwrap_or_default();
    let origins = origins.unwrap_or_default();
    if json {
        println!("{}", object(&rows, &origins, &faults, &warnings));
    } else {
        show(&rows, &origins, &faults, &warnings);
    }
    match faults.len() {
        0 => Ok(()),
        1 => Err(Failure::Usage("one thing does not fit".to_owned())),
        many => Err(Failure::Usage(format!("{many} things do not fit"))),
    }
}

fn row(setting: &'static Setting, source: &Source, settings: Option<&Settings>) -> Row {
    let (from, given) = match source.given(setting.name) {
        Given::Nothing => return usual(setting, settings),
        Given::Here(text) => ("environment".to_owned(), Some(text)),
        Given::File(path, text) => (format!("file {path}"), text.ok()),
        Given::Twice => return Row { setting, from: "both".to_owned(), value: None },
    };
    let value = match setting.shows {
        Shows::Whether => given.map(|_| "set".to_owned()),
        Shows::Address => given.map(|text| without_password(text.trim())),
        Shows::Plain => given.map(|text| text.trim().to_owned()),
    };
    Row { setting, from, value }
}

/// What holds where nothing is set.
fn usual(setting: &'static Setting, settings: Option<&Settings>) -> Row {
    let made = |settings: &Settings| match setting.name {
        "PUBLIC_URL" => Some(settings.own_url()),
        "SIGNIN_URL" => Some(format!("{}/signin/{{token}}", settings.own_url())),
        "MAIL_DIR" => match &settings.mail {
            MailTo::Folder(path) => Some(path.display().to_string()),
            MailTo::Smtp(_) => None,
        },
        "MAIL_FROM" => Some(settings.mail_from.clone()),
        "DKIM_DOMAIN" => settings.dkim.as_ref().map(|dkim| dkim.domain().to_owned()),
        _ => None,
    };
    // On SQLite the secret is a file beside the database, once it was made.
    let kept = settings.filter(|_| setting.name == "SECRET").map(|settings| settings.data.join("steward.secret"));
    if let Some(path) = kept.filter(|path| path.exists()) {
        return Row { setting, from: format!("file {}", path.display()), value: Some("set".to_owned()) };
    }
    let value = settings.and_then(made).or_else(|| setting.default().map(str::to_owned));
    Row { setting, from: "default".to_owned(), value }
}

/// An address whose password nobody reads, also where it is no address at all.
fn without_password(text: &str) -> String {
    const HIDDEN: &str = "…";
    let Some((scheme, rest)) = text.split_once("://") else {
        return if text.contains('@') { HIDDEN.to_owned() } else { text.to_owned() };
    };
    let (login, rest) = rest.rsplit_once('@').map_or((None, rest), |(login, rest)| (Some(login), rest));
    let login = login.map_or_else(String::new, |login| match login.split_once(':') {
        None if !login.contains(['/', '?']) => format!("{login}@"),
        Some((user, _)) if !user.contains(['/', '?']) => format!("{user}:{HIDDEN}@"),
        _ => format!("{HIDDEN}@"),
    });
    let part = |part: &str| match part.split_once('=') {
        Some((name, _)) if name.to_ascii_lowercase().contains("pass") => format!("{name}={HIDDEN}"),
        _ => part.to_owned(),
    };
    let rest = match rest.split_once('?') {
        Some((rest, query)) => format!("{rest}?{}", query.split('&').map(part).collect::<Vec<_>>().join("&")),
        None => rest.to_owned(),
    };
    format!("{scheme}://{login}{rest}")
}

fn show(rows: &[Row], origins: &[String], faults: &[String], warnings: &[Advice]) {
    for Row { setting, from, value } in rows {
        let nothing = match setting.shows {
            Shows::Whether => format!("unset ({})", bare(setting.usual)),
            _ => format!("({})", bare(setting.usual)),
        };
        let value = value.clone().unwrap_or(nothing);
        println!("{:30} {from:12} {value}", format!("STEWARD_{}", setting.name));
    }
    if !origins.is_empty() {
        println!("\nPages of these origins may call (CORS) and open sockets:");
        for origin in origins {
            println!("  {origin}");
        }
    }
    if !faults.is_empty() || !warnings.is_empty() {
        println!();
    }
    for fault in faults {
        println!("wrong    {fault}");
    }
    for Advice { setting, what, todo } in warnings {
        println!("warning  {setting} {what}\n         → {todo}");
    }
}

fn object(rows: &[Row], origins: &[String], faults: &[String], warnings: &[Advice]) -> serde_json::Value {
    let rows = rows.iter().map(|Row { setting, from, value }| {
        json!({ "name": format!("STEWARD_{}", setting.name), "from": from, "value": value })
    });
    let warnings =
        warnings.iter().map(|Advice { setting, what, todo }| json!({ "setting": setting, "what": what, "todo": todo }));
    json!({
        "ok": faults.is_empty(),
        "settings": rows.collect::<Vec<_>>(),
        "origins": origins,
        "faults": faults,
        "warnings": warnings.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn no_password_is_shown() {
        for (given, shown) in [
            ("sqlite:steward.db", "sqlite:steward.db"),
            ("postgres://ana:se@cr:et@db.example.com:5432/s", "postgres://ana:…@db.example.com:5432/s"),
            (
                "postgres://db/s?user=ana&password=secret&sslmode=require",
                "postgres://db/s?user=ana&password=…&sslmode=require",
            ),
            ("smtp://mail.example.com?tls=required", "smtp://mail.example.com?tls=required"),
            ("smtps://ana:secret@mail.example.com", "smtps://ana:…@mail.example.com"),
            ("postgres://ana@db/s", "postgres://ana@db/s"),
            ("postgres://ana:s/e?c@db/s", "postgres://ana:…@db/s"),
            ("postgres://db/s?password=a@b", "postgres://…@b"),
            ("ana:secret@mail.example.com", "…"),
        ] {
            assert_eq!(without_password(given), shown, "{given}");
        }
    }
}
