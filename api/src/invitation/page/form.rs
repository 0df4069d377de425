//! The first step: the score and why.

use maud::{Markup, html};

use super::fault::{CommentFault, Complaint, Faults, summary};
use super::survey::{progress, score_line};
use super::{Amends, Form, Languages};
use crate::invitation::question::{Category, Question};
use crate::invitation::safe::header_safe;
use crate::invitation::texts::{Texts, fill};
use crate::survey::CommentTexts;

/// A preview shows what else is asked, below the comment.
pub(super) fn form(
    texts: &Texts,
    asked: &Form<'_>,
    faults: Faults,
    languages: &Languages<'_>,
    preview: Option<&Markup>,
) -> Markup {
    let (after, preview) = (preview, preview.is_some());
    let submit = match (&asked.amends, asked.more && !preview) {
        (_, true) => texts.page.next,
        (Some(_), false) => texts.page.submit_change,
        (None, false) => texts.page.submit,
    };
    html! {
        @if preview { p.note { (texts.page.preview) } }
        (summary(texts, &complaints(texts, &asked.question, faults)))
        @if let Some(amends) = &asked.amends { (standing(texts, &asked.question, amends)) }
        @if asked.more && !preview { (progress(texts, "1")) }
        form method="post" action=(languages.here()) autocomplete="off" {
            @if let Some(amends) = &asked.amends { input type="hidden" name="version" value=(amends.version); }
            (scores(texts, asked, faults.score))
            @if !asked.mode.is_quiet() { (comment(texts, asked, faults.comment)) }
            @if let Some(after) = after { (after) }
            @if let Some(promise) = texts.promise.of(asked.mode) { p.hint { (promise) } }
            button type="submit" disabled[preview] { (submit) }
        }
        (languages.links(texts))
    }
}

fn complaints(texts: &Texts, question: &Question<'_>, faults: Faults) -> Vec<Complaint> {
    let complaint = |at: &str, words| Complaint { at: at.to_owned(), about: None, words };
    let score = faults.score.then(|| complaint("score", off_scale(texts, question.min, question.max)));
    let comment = faults.comment.map(|fault| complaint("comment", fault.words(texts)));
    score.into_iter().chain(comment).collect()
}

pub(super) fn off_scale(texts: &Texts, min: i16, max: i16) -> String {
    fill(texts.page.error_score, &[("min", &min.to_string()), ("max", &max.to_string())])
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
    let described = if fault { "score-error scale" } else { "scale" };
    let invalid = fault.then_some("true");
    html! {
        fieldset role="radiogroup" aria-describedby=(described) aria-invalid=[invalid] {
            legend { h1 dir="auto" { (header_safe(question.text)) } }
            @if fault { p.error #score-error { (off_scale(texts, question.min, question.max)) } }
            (scale(question, "score", "score", asked.score, true))
            p.scale #scale {
                @for meaning in texts.meanings(question) { span { bdi { (meaning) } } " " }
            }
        }
    }
}

/// A row of scores to choose one of; the first has the id.
pub(super) fn scale(question: &Question<'_>, name: &str, id: &str, chosen: Option<i16>, required: bool) -> Markup {
    let steps = question.scores().count();
    html! {
        div.scores.middle[(6..=7).contains(&steps)].wide[steps > 7] {
            @for score in question.scores() {
                @let first = (score == question.min).then_some(id);
                @let part = question.category(score).map(Category::name);
                label {
                    input type="radio" id=[first] class=[part] name=(name) value=(score) required[required] checked[chosen == Some(score)];
                    span { (score) }
                }
            }
        }
    }
}

fn comment(texts: &Texts, asked: &Form<'_>, fault: Option<CommentFault>) -> Markup {
    let hint = if asked.amends.is_some() { texts.page.comment_kept } else { texts.page.comment_hint };
    html! {
        label.above for="comment" { (prompt(texts, asked)) }
        (text_area("comment", "comment", hint, asked.comment, false, fault.map(|fault| fault.words(texts)).as_deref()))
    }
}

/// What asks for the comment. The style sheet shows the words that fit the score chosen on the page;
/// where it cannot, those that fit every score stay.
fn prompt(texts: &Texts, asked: &Form<'_>) -> Markup {
    let question = &asked.question;
    let fits = question.category(question.max).and(texts.comments(question.kind));
    let own = |pick: fn(&CommentTexts) -> &Option<String>| asked.prompts.and_then(|own| pick(own).as_deref());
    html! {
        span.prompt { (own(|own| &own.any).unwrap_or(texts.page.comment)) }
        @if let Some(fits) = fits {
            @for (part, words) in [
                (Category::High, own(|own| &own.high).unwrap_or(fits.high)),
                (Category::Middle, own(|own| &own.middle).unwrap_or(fits.middle)),
                (Category::Low, own(|own| &own.low).unwrap_or(fits.low)),
            ] {
                span.prompt.(part.name()) hidden { (words) }
            }
        }
    }
}

/// A text field with its hint and what is wrong with it. No maxlength: it counts otherwise than we do, and
/// cuts off what is pasted without a word.
pub(super) fn text_area(id: &str, name: &str, hint: &str, typed: &str, required: bool, fault: Option<&str>) -> Markup {
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described = if fault.is_some() { format!("{error_id} {hint_id}") } else { hint_id.clone() };
    html! {
        p.hint id=(hint_id) { (hint) }
        @if let Some(fault) = fault { p.error id=(error_id) { (fault) } }
        // The first line break of a text area is dropped by browsers, so one is given to be dropped.
        textarea id=(id) name=(name) rows="4" dir="auto" required[required] aria-describedby=(described) aria-invalid=[fault.map(|_| "true")] {
            "\n" (typed)
        }
    }
}
