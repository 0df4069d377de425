//! One sample of every mail and page, for looking at and for tests.

use chrono::{DateTime, TimeZone};
use chrono_tz::{Europe::Berlin, Tz};
use entity::SurveyKind;

use super::colour::Colour;
use super::mail::Invite;
use super::page::{Amends, Answered, Brand, CommentFault, Faults, Form, State, Unsubscribe, survey, unsubscribe};
use super::question::Question;
use super::texts::Texts;

/// The invitation of each kind that has a ready-made question.
pub fn invites() -> Vec<(&'static str, Invite<'static>)> {
    let kinds = [("mail-nps", SurveyKind::Nps), ("mail-csat", SurveyKind::Csat), ("mail-ces", SurveyKind::Ces)];
    kinds.into_iter().filter_map(|(name, kind)| Some((name, invite(Texts::of("en").ready(kind)?)))).collect()
}

fn invite(question: Question<'static>) -> Invite<'static> {
    Invite {
        company: "Northwind Services",
        postal_address: Some("Northwind Services GmbH\nHafenstraße 12, 20457 Hamburg, Germany"),
        colour: None,
        recipient: "Priya Nair",
        sender: "Ana Costa",
        question,
        link: "https://survey.example.com/s/pQ4x7v0sT1mZk9YwB2nR8uJc6dE",
        unsubscribe: "https://survey.example.com/u/Zk9YwB2nR8uJc6dEpQ4x7v0sT1m",
        language: "en",
    }
}

/// Every state of both pages as HTML, by name.
pub fn pages() -> Vec<(String, String)> {
    let texts = Texts::of("en");
    let brand = Brand::new("Northwind Services", None, None);
    let yellow = Brand::new("Sunrise Logistics", None, Colour::parse("#ffcc00"));
    let mut pages: Vec<_> =
        states().into_iter().map(|(name, state)| (name.to_owned(), survey(&brand, texts, &state))).collect();
    for (name, kind) in [("ask-csat", SurveyKind::Csat), ("ask-ces", SurveyKind::Ces)] {
        let asked = texts.ready(kind).map(|question| State::Ask(blank(question)));
        pages.extend(asked.map(|state| (name.to_owned(), survey(&yellow, texts, &state))));
    }
    pages.push(("unsubscribe-ask".to_owned(), unsubscribe(&brand, texts, Unsubscribe::Ask)));
    pages.push(("unsubscribe-done".to_owned(), unsubscribe(&brand, texts, Unsubscribe::Done)));
    pages
}

fn states() -> Vec<(&'static str, State<'static>)> {
    let Some(question) = Texts::of("en").ready(SurveyKind::Nps) else {
        return Vec::new();
    };
    let until = until();
    let chosen = Form { score: Some(9), ..blank(question) };
    let amends = until.map(|until| Amends { score: 9, version: 1, until });
    let typed = Form { comment: "Fast answers,\nfriendly people.", ..blank(question) };
    let faults = Faults { score: true, comment: Some(CommentFault::TooLong(6_204)) };
    vec![
        ("ask", State::Ask(blank(question))),
        ("ask-chosen", State::Ask(chosen.clone())),
        ("ask-change", State::Ask(Form { amends, ..chosen })),
        ("invalid", State::Invalid(typed, faults)),
        ("preview", State::Preview(question)),
        ("thanks", State::Thanks(Answered { question, score: 9, until })),
        ("already-open", State::AlreadyAnswered(Answered { question, score: 9, until })),
        ("already-final", State::AlreadyAnswered(Answered { question, score: 9, until: None })),
        ("expired", State::Expired),
        ("revoked", State::Revoked),
        ("unknown", State::Unknown),
    ]
}

fn blank(question: Question<'static>) -> Form<'static> {
    Form { question, score: None, comment: "", amends: None }
}

fn until() -> Option<DateTime<Tz>> {
    Berlin.with_ymd_and_hms(2026, 3, 5, 9, 7, 0).single()
}
