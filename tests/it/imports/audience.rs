//! A company's contacts in six languages, some of whom are not to be asked; what is told of them by the test's own books.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Value, json};
use tests::dice::Dice;

use super::{books::Asked, company::Deals};

pub const LANGUAGES: [&str; 6] = ["en", "de", "fr", "es", "ja", "ar"];

/// How to read [`file`].
pub const CONTACTS: &str = r#"
source = "crm"
[columns]
reference = "name"
account = "account"
name = "name"
email = "email"
language = "language"
opted_out = "opted_out"
mail_state = "mail_state"
"#;

/// One contact.
pub struct Line {
    pub name: String,
    pub email: String,
    pub language: &'static str,
    pub asked: Asked,
    /// Why they are not asked.
    pub out: Option<&'static str>,
    /// The secret of the link in their mail.
    pub link: Option<String>,
    pub is_gone: bool,
    /// Left open for longer than a day.
    pub is_closed: bool,
    pub was_there: bool,
    pub answered: Answered,
}

/// How far their answer has come.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub enum Answered {
    No,
    Score,
    All,
}

/// Three contacts an account. Chance says who has no address, an old one, a colleague's, and so on.
pub fn contacts(deals: &Deals, excluded: &str, dice: &mut Dice) -> Vec<Line> {
    let staff: Vec<String> = deals
        .agents
        .keys()
        .map(|name| format!("{}@crm.example", name.to_lowercase().replace([' ', '-'], ".")))
        .collect();
    let mut lines: Vec<Line> = Vec::new();
    for (number, account) in deals.owners.keys().flat_map(|account| [account; 3]).enumerate() {
        let domain = account.to_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "");
        let mut email = format!("c{number}@{domain}.test");
        let once = |line: &&Line| lines.iter().filter(|other| other.email == line.email).count() == 1;
        let elsewhere = |line: &&Line| line.out.is_none() && line.asked.account != *account;
        let others: Vec<&str> = lines.iter().filter(elsewhere).filter(once).map(|line| &*line.email).collect();
        let mut out = match dice.roll(16) {
            _ if account == excluded => Some("EXCLUDED"),
            0 => Some("OPTED_OUT"),
            1 => Some("BOUNCED"),
            2 => Some("NO_ADDRESS"),
            3 => Some("STAFF_ADDRESS"),
            4 => Some("DUPLICATE"),
            _ => None,
        };
        match out {
            Some("NO_ADDRESS") => email.clear(),
            Some("STAFF_ADDRESS") => email.clone_from(&staff[number % staff.len()]),
            Some("DUPLICATE") => match dice.pick(&others) {
                Some(other) => email = other.to_owned(),
                None => out = None,
            },
            _ => {}
        }
        let asked = Asked { account: account.clone(), credited: deals.owner(account).to_owned(), score: None };
        let (name, language) = (format!("Contact {number}"), LANGUAGES[number % LANGUAGES.len()]);
        let (link, answered) = (None, Answered::No);
        lines.push(Line {
            name,
            email,
            language,
            asked,
            out,
            link,
            is_gone: false,
            is_closed: false,
            was_there: false,
            answered,
        });
    }
    lines
}

/// They as a file.
pub fn file(lines: &[Line]) -> String {
    let mut file = "account,name,email,language,opted_out,mail_state\n".to_owned();
    for Line { asked, name, email, language, out, .. } in lines {
        let opted_out = if *out == Some("OPTED_OUT") { "yes" } else { "no" };
        let state = if *out == Some("BOUNCED") { "BOUNCED" } else { "OK" };
        writeln!(file, "\"{}\",{name},{email},{language},{opted_out},{state}", asked.account).unwrap();
    }
    file
}

/// Counted by reason.
pub fn reasons<'a>(all: impl Iterator<Item = &'a str>) -> Value {
    let mut counts = BTreeMap::<&str, i64>::new();
    all.for_each(|reason| *counts.entry(reason).or_default() += 1);
    json!(counts)
}

/// The same as told.
pub fn told_reasons(told: &Value) -> Value {
    told.as_array()
        .unwrap()
        .iter()
        .map(|one| (one["reason"].as_str().unwrap().to_owned(), one["count"].clone()))
        .collect()
}

/// What a funnel should say of these contacts.
pub fn recount(lines: &[&Line]) -> Value {
    let many = |test: fn(&Line) -> bool| lines.iter().filter(|line| test(line)).count();
    let delivered = many(|line| line.link.is_some());
    let completed = many(|line| line.answered == Answered::All);
    #[expect(clippy::cast_precision_loss, reason = "hundreds of contacts")]
    let rate = (delivered > 0).then(|| format!("{:.6}", 100.0 * completed as f64 / delivered as f64));
    json!({
        "judged": lines.len(), "suppressed": reasons(lines.iter().filter_map(|line| line.out)),
        "eligible": many(|line| line.out.is_none()), "waiting": 0, "withdrawn": 0, "sent": many(|line| line.out.is_none()),
        "failed": 0, "bounced": many(|line| line.is_gone), "delivered": delivered, "visited": many(|line| line.was_there),
        "started": many(|line| line.answered > Answered::No), "completed": completed, "responseRate": rate,
    })
}

/// A funnel as told, in the shape of a recount.
pub fn shape(mut told: Value) -> Value {
    told["suppressed"] = told_reasons(&told["suppressed"]);
    told["responseRate"] = json!(told["responseRate"].as_f64().map(|rate| format!("{rate:.6}")));
    told.as_object_mut().unwrap().remove("responseRateLow");
    told
}
