//! The survey page in each of its states.

use maud::{Markup, html};

use super::form::form;
use super::further::{fields, is_refused, more};
use super::{Answered, Brand, Faults, Form, Languages, State, frame};
use crate::invitation::question::Question;
use crate::invitation::safe::header_safe;
use crate::invitation::texts::{Texts, fill, fill_html};

/// The whole page. The caller chooses the status code.
pub fn survey(brand: &Brand, texts: &Texts, state: &State<'_>, languages: &Languages<'_>) -> String {
    let page = &texts.page;
    let show = |title: &str, content: &Markup| frame(brand, texts, title, content);
    let ask = |asked, faults, preview| form(texts, asked, faults, languages, preview);
    match state {
        State::Ask(asked) => show(&header_safe(asked.question.text), &ask(asked, Faults::default(), None)),
        State::Invalid(asked, faults) => show(page.error_title, &ask(asked, *faults, None)),
        State::More(asked) => {
            let title = if is_refused(&asked.further) { page.error_title } else { page.further };
            show(title, &more(texts, asked, languages))
        }
        State::Preview(all) => {
            let more = !all.further.is_empty();
            let asked = Form {
                question: all.question,
                score: all.score,
                comment: "",
                amends: None,
                more,
                prompts: all.prompts,
                mode: all.mode,
            };
            let after = fields(texts, &all.further);
            show(&header_safe(all.question.text), &ask(&asked, Faults::default(), Some(&after)))
        }
        State::Thanks(answer) => show(page.thanks, &answered(brand, texts, answer, languages, true)),
        State::AlreadyAnswered(answer) => show(page.already, &answered(brand, texts, answer, languages, false)),
        State::Expired => show(page.expired, &notice(page.expired, page.expired_more)),
        State::Revoked => show(page.revoked, &notice(page.revoked, page.revoked_more)),
        State::Unknown => show(page.unknown, &notice(page.unknown, page.unknown_more)),
    }
}

fn answered(brand: &Brand, texts: &Texts, answer: &Answered<'_>, languages: &Languages<'_>, just_now: bool) -> Markup {
    let page = &texts.page;
    html! {
        h1 { (if just_now { page.thanks } else { page.already }) }
        @match (&answer.thanks, just_now) {
            (Some(own), true) => p dir="auto" { (own.html()) },
            (None, true) => p { (fill_html(page.thanks_more, &[("company", brand.company())])) },
            _ => {}
        }
        @if let Some(score) = answer.score { p { (score_line(texts, &answer.question, score)) } }
        @match &answer.until {
            Some(until) => {
                p { (fill(page.can_change, &[("until", &texts.instant(until))])) }
                p { a href=(languages.here()) { (page.change) } }
            }
            None => p { (page.closed) }
        }
    }
}

pub(super) fn score_line(texts: &Texts, question: &Question<'_>, score: i16) -> Markup {
    let (score, min, max) = (score.to_string(), question.min.to_string(), question.max.to_string());
    fill_html(texts.page.answered, &[("score", &score), ("min", &min), ("max", &max)])
}

/// Which of the two steps this is.
pub(super) fn progress(texts: &Texts, step: &str) -> Markup {
    html! { p.progress { (fill(texts.page.progress, &[("step", step), ("steps", "2")])) } }
}

fn notice(heading: &str, more: &str) -> Markup {
    html! {
        h1 { (heading) }
        p { (more) }
    }
}
