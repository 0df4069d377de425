//! One sample of every mail and page in every language, for looking at and for tests.

use chrono::{DateTime, TimeZone};
use chrono_tz::{Europe::Berlin, Tz};
use entity::{SurveyKind, SurveyMode};

use super::colour::Colour;
use super::mail::{Changed, Head, Invite, Step};
use super::page::{
    Amends, Answered, Brand, CommentFault, Fault, Faults, Form, Further, Given, Kind, Languages, More, Preferences,
    Preview, State, preferences, survey,
};
use super::question::Question;
use super::texts::{Custom, Texts, Values};

/// The mails that ask, by name.
pub fn invites(texts: &'static Texts) -> Vec<(&'static str, Invite<'static>)> {
    let asked = [
        ("nps", SurveyKind::Nps, Step::Invitation, SurveyMode::Identified),
        ("csat", SurveyKind::Csat, Step::Invitation, SurveyMode::Identified),
        ("ces", SurveyKind::Ces, Step::Invitation, SurveyMode::Identified),
        ("reminder", SurveyKind::Nps, Step::Reminder, SurveyMode::Identified),
        ("last-reminder", SurveyKind::Csat, Step::LastReminder, SurveyMode::Identified),
        ("anonymous", SurveyKind::Nps, Step::Invitation, SurveyMode::Anonymous),
        ("confidential-reminder", SurveyKind::Ces, Step::Reminder, SurveyMode::Confidential),
    ];
    let invite = |kind, step, mode| {
        Some(Invite {
            head: head(texts),
            question: texts.ready(kind)?,
            more: kind == SurveyKind::Ces,
            mode,
            step,
            link: "https://survey.example.com/s/pQ4x7v0sT1mZk9YwB2nR8uJc6dE",
            unsubscribe: "https://survey.example.com/u/Zk9YwB2nR8uJc6dEpQ4x7v0sT1m",
            subject: None,
            intro: None,
        })
    };
    asked.into_iter().filter_map(|(name, kind, step, mode)| Some((name, invite(kind, step, mode)?))).collect()
}

/// The mail that tells of a changed answer.
pub fn changed(texts: &'static Texts) -> Option<Changed<'static>> {
    Some(Changed {
        head: head(texts),
        question: texts.ready(SurveyKind::Nps)?,
        score: 3,
        at: moment()?,
        link: "https://survey.example.com/s/pQ4x7v0sT1mZk9YwB2nR8uJc6dE",
    })
}

/// Who writes to whom.
pub fn head(texts: &Texts) -> Head<'static> {
    let (recipient, sender) = match texts.lang {
        "ja" => ("田中 花子", "佐藤 健"),
        "ar" => ("ليلى حداد", "عمر الشريف"),
        _ => ("Priya Nair", "Ana Costa"),
    };
    Head {
        company: "Northwind Services",
        postal_address: Some("Northwind Services GmbH\nHafenstraße 12, 20457 Hamburg, Germany"),
        colour: None,
        logo: None,
        recipient,
        account: "Globex",
        sender,
        language: texts.lang,
        test: false,
    }
}

/// Every state of every page as HTML, by name.
pub fn pages(texts: &'static Texts) -> Vec<(String, String)> {
    let brand = Brand::new("Northwind Services", None, None);
    let yellow = Brand::new("Sunrise Logistics", None, Colour::parse("#ffcc00"));
    let mut pages: Vec<_> = states(texts)
        .into_iter()
        .map(|(name, state)| (name.to_owned(), survey(&brand, texts, &state, &Languages::default())))
        .collect();
    for (name, kind) in [("ask-csat", SurveyKind::Csat), ("ask-ces", SurveyKind::Ces)] {
        let asked = texts.ready(kind).map(|question| State::Ask(blank(question)));
        pages.extend(asked.map(|state| (name.to_owned(), survey(&yellow, texts, &state, &Languages::default()))));
    }
    let others = Texts::all().map(|one| one.lang).filter(|lang| *lang != texts.lang).chain(["pt-BR"]).collect();
    let languages = Languages { chosen: Some(texts.lang), others, score: Some(9) };
    let asked = texts.ready(SurveyKind::Nps).map(|question| State::Ask(Form { score: Some(9), ..blank(question) }));
    pages.extend(asked.map(|state| ("ask-languages".to_owned(), survey(&brand, texts, &state, &languages))));
    for (name, relationship, service, saved) in [
        ("preferences", true, true, false),
        ("preferences-saved", false, true, true),
        ("preferences-none", false, false, true),
    ] {
        pages.push((name.to_owned(), preferences(&brand, texts, Preferences { relationship, service, saved })));
    }
    pages
}

fn states(texts: &'static Texts) -> Vec<(&'static str, State<'static>)> {
    let Some(question) = texts.ready(SurveyKind::Nps) else {
        return Vec::new();
    };
    let until = moment();
    let chosen = Form { score: Some(9), ..blank(question) };
    let amends = until.map(|until| Amends { score: 9, version: 1, until });
    let typed = Form { comment: "Fast answers,\nfriendly people.", ..blank(question) };
    let faults = Faults { score: true, comment: Some(CommentFault::TooLong(6_204)) };
    let more = More { question, score: 6, version: 1, further: further(texts) };
    let answered = Answered { question, score: Some(9), until, thanks: None };
    let further_all = further(texts);
    let preview = Preview { question, score: None, prompts: None, further: further_all, mode: SurveyMode::Identified };
    let values = Values { company: "Northwind Services", name: "", account: "", owner: "Ana Costa" };
    let own = Custom { pattern: "{owner} · {company}\nwww.example.com", values };
    vec![
        ("ask", State::Ask(blank(question))),
        ("ask-chosen", State::Ask(chosen.clone())),
        ("ask-change", State::Ask(Form { amends, ..chosen.clone() })),
        ("ask-first", State::Ask(Form { more: true, ..chosen })),
        ("invalid", State::Invalid(typed, faults)),
        ("more", State::More(more.clone())),
        ("more-invalid", State::More(More { further: refused(texts), ..more })),
        ("preview", State::Preview(preview)),
        ("ask-anonymous", State::Ask(Form { mode: SurveyMode::Anonymous, ..blank(question) })),
        ("ask-confidential", State::Ask(Form { mode: SurveyMode::Confidential, more: true, ..blank(question) })),
        ("thanks", State::Thanks(answered.clone())),
        ("thanks-own", State::Thanks(Answered { thanks: Some(own), ..answered.clone() })),
        ("already-open", State::AlreadyAnswered(answered.clone())),
        ("already-final", State::AlreadyAnswered(Answered { until: None, ..answered.clone() })),
        ("already-anonymous", State::AlreadyAnswered(Answered { score: None, until: None, ..answered })),
        ("expired", State::Expired),
        ("revoked", State::Revoked),
        ("unknown", State::Unknown),
    ]
}

/// One further question of each kind, in words that every language has.
fn further(texts: &'static Texts) -> Vec<Further<'static>> {
    let (csat, classes) = (&texts.csat, &texts.preferences);
    let options = vec![("a", classes.relationship), ("b", classes.service), ("c", classes.none)];
    let ask = |key, text, required, kind| Further { key, text, required, kind, given: Given::Nothing, fault: None };
    vec![
        ask("rating", csat.text, true, Kind::Rating { min: 1, max: 5, low: csat.low, high: csat.high }),
        ask("one", classes.intro, false, Kind::Choice { options: options.clone(), multiple: false }),
        ask("several", classes.intro, true, Kind::Choice { options, multiple: true }),
        ask("words", csat.comment.high, true, Kind::Text),
        ask("more", csat.comment.middle, false, Kind::Text),
    ]
}

fn refused(texts: &'static Texts) -> Vec<Further<'static>> {
    let mut further = further(texts);
    for one in &mut further {
        one.fault = one.required.then_some(Fault::Missing);
    }
    if let [_, one, several, _, last] = further.as_mut_slice() {
        one.given = Given::Options(vec!["b"]);
        several.given = Given::Options(vec!["a", "c"]);
        last.given = Given::Text("x");
        last.fault = Some(Fault::Text(CommentFault::TooLong(6_204)));
    }
    further
}

fn blank(question: Question<'static>) -> Form<'static> {
    Form { question, score: None, comment: "", amends: None, more: false, prompts: None, mode: SurveyMode::Identified }
}

fn moment() -> Option<DateTime<Tz>> {
    Berlin.with_ymd_and_hms(2026, 3, 5, 9, 7, 0).single()
}
