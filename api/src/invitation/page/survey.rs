//! The survey page in each of its states.

use maud::{Markup, html};

use super::{Amends, Answered, Brand, CommentFault, Faults, Form, State, frame};
use crate::invitation::question::Question;
use crate::invitation::safe::header_safe;
use crate::invitation::texts::{Texts, fill, fill_html};

/// The whole page. The caller chooses the status code.
pub fn survey(brand: &Brand, texts: &Texts, state: &State<'_>) -> String {
    let page = &texts.page;
    let show = |title: &str, content: &Markup| frame(brand, texts, title, content);
    match state {
        State::Ask(asked) => show(&header_safe(asked.question.text), &form(texts, asked, None, false)),
        State::Invalid(asked, faults) => show(page.error_title, &form(texts, asked, Some(*faults), false)),
        State::Preview(question) => {
            let asked = Form { question: *question, score: None, comment: "", amends: None };
            show(&header_safe(question.text), &form(texts, &asked, None, true))
        }
        State::Thanks(answer) => show(page.thanks, &answered(brand, texts, answer, true)),
        State::AlreadyAnswered(answer) => show(page.already, &answered(brand, texts, answer, false)),
        State::Expired => show(page.expired, &notice(page.expired, page.expired_more)),
        State::Revoked => show(page.revoked, &notice(page.revoked, page.revoked_more)),
        State::Unknown => show(page.unknown, &notice(page.unknown, page.unknown_more)),
    }
}

fn form(texts: &Texts, asked: &Form<'_>, faults: Option<Faults>, preview: bool) -> Markup {
    let faults = faults.unwrap_or_default();
    let submit = if asked.amends.is_some() { texts.page.submit_change } else { texts.page.submit };
    html! {
        @if preview { p.note { (texts.page.preview) } }
        @if let Some(amends) = &asked.amends { (standing(texts, &asked.question, amends)) }
        // "?" is this page without the score that a link may have chosen.
        form method="post" action="?" autocomplete="off" {
            @if let Some(amends) = &asked.amends { input type="hidden" name="version" value=(amends.version); }
            (scores(texts, asked, faults.score))
            (comment(texts, asked, faults.comment))
            button type="submit" disabled[preview] { (submit) }
        }
    }
}

/// What the stored answer is, above the form that changes it.
fn standing(texts: &Texts, question: &Question<'_>, amends: &Amends) -> Markup {
    html! {
        p.note {
            (score_line(texts, question, amends.score)) " "
            (fill(texts.page.can_change, &[("until", &texts.instant(&amends.until))]))
        }
    }
}

fn scores(texts: &Texts, asked: &Form<'_>, fault: bool) -> Markup {
    let question = &asked.question;
    let (min, max) = (question.min.to_string(), question.max.to_string());
    let steps = question.scores().count();
    let described = if fault { "score-error scale" } else { "scale" };
    html! {
        fieldset aria-describedby=(described) {
            legend { h1 dir="auto" { (header_safe(question.text)) } }
            @if fault { p.error #score-error { (fill(texts.page.error_score, &[("min", &min), ("max", &max)])) } }
            div.scores.middle[(6..=7).contains(&steps)].wide[steps > 7] {
                @for score in question.scores() {
                    label {
                        input type="radio" name="score" value=(score) required checked[asked.score == Some(score)];
                        span { (score) }
                    }
                }
            }
            p.scale #scale {
                @for meaning in texts.meanings(question) { span { bdi { (meaning) } } " " }
            }
        }
    }
}

fn comment(texts: &Texts, asked: &Form<'_>, fault: Option<CommentFault>) -> Markup {
    let hint = if asked.amends.is_some() { texts.page.comment_kept } else { texts.page.comment_hint };
    let described = if fault.is_some() { "comment-error comment-hint" } else { "comment-hint" };
    html! {
        label.above for="comment" { (texts.page.comment) }
        p.hint #comment-hint { (hint) }
        @match fault {
            Some(CommentFault::TooLong(count)) => p.error #comment-error {
                (fill(texts.page.error_long, &[("count", &count.to_string())]))
            }
            Some(CommentFault::Unreadable) => p.error #comment-error { (texts.page.error_unreadable) }
            None => {}
        }
        // No maxlength: it counts otherwise than we do, and cuts off what is pasted without a word.
        // The first line break of a text area is dropped by browsers, so one is given to be dropped.
        textarea #comment name="comment" rows="4" dir="auto" aria-describedby=(described) aria-invalid=[fault.map(|_| "true")] {
            "\n" (asked.comment)
        }
    }
}

fn answered(brand: &Brand, texts: &Texts, answer: &Answered<'_>, just_now: bool) -> Markup {
    let page = &texts.page;
    html! {
        h1 { (if just_now { page.thanks } else { page.already }) }
        @if just_now { p { (fill_html(page.thanks_more, &[("company", brand.company())])) } }
        p { (score_line(texts, &answer.question, answer.score)) }
        @match &answer.until {
            Some(until) => {
                p { (fill(page.can_change, &[("until", &texts.instant(until))])) }
                p { a href="?" { (page.change) } }
            }
            None => p { (page.closed) }
        }
    }
}

fn score_line(texts: &Texts, question: &Question<'_>, score: i16) -> Markup {
    let (score, min, max) = (score.to_string(), question.min.to_string(), question.max.to_string());
    fill_html(texts.page.answered, &[("score", &score), ("min", &min), ("max", &max)])
}

fn notice(heading: &str, more: &str) -> Markup {
    html! {
        h1 { (heading) }
        p { (more) }
    }
}
