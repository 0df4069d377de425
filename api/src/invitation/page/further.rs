//! The second step: what else is asked.

use maud::{Markup, html};

use super::fault::{Complaint, Fault, summary};
use super::form::{off_scale, scale, text_area};
use super::survey::{progress, score_line};
use super::{Languages, More};
use crate::invitation::question::Question;
use crate::invitation::safe::header_safe;
use crate::invitation::texts::Texts;
use entity::SurveyKind;

/// A further question. The form sends its answer as `q.KEY`.
#[derive(Clone, Debug)]
pub struct Further<'a> {
    pub key: &'a str,
    pub text: &'a str,
    pub required: bool,
    pub kind: Kind<'a>,
    /// What is filled in.
    pub given: Given<'a>,
    pub fault: Option<Fault>,
}

/// How a further question is answered.
#[derive(Clone, Debug)]
pub enum Kind<'a> {
    Rating {
        min: i16,
        max: i16,
        /// What the lowest score means; may be empty.
        low: &'a str,
        high: &'a str,
    },
    /// Value and words of each option.
    Choice {
        options: Vec<(&'a str, &'a str)>,
        multiple: bool,
    },
    Text,
}

/// An answer to a further question, as far as there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Given<'a> {
    #[default]
    Nothing,
    Score(i16),
    /// The values of the options chosen.
    Options(Vec<&'a str>),
    Text(&'a str),
}

pub(super) fn more(texts: &Texts, more: &More<'_>, languages: &Languages<'_>) -> Markup {
    html! {
        (summary(texts, &complaints(texts, &more.further)))
        h1 { (texts.page.further) }
        (progress(texts, "2"))
        p.note { (score_line(texts, &more.question, more.score)) }
        form method="post" action=(languages.here()) autocomplete="off" {
            input type="hidden" name="step" value="2";
            input type="hidden" name="version" value=(more.version);
            (fields(texts, &more.further))
            button type="submit" { (texts.page.submit) }
        }
        (languages.links(texts))
    }
}

pub(super) fn fields(texts: &Texts, further: &[Further<'_>]) -> Markup {
    html! {
        @for (number, one) in (1..).zip(further) { (field(texts, &format!("f{number}"), one)) }
    }
}

pub(super) fn is_refused(further: &[Further<'_>]) -> bool {
    further.iter().any(|one| one.fault.is_some())
}

fn complaints(texts: &Texts, further: &[Further<'_>]) -> Vec<Complaint> {
    let refused = (1..).zip(further).filter_map(|(number, one)| {
        let words = words(texts, one)?;
        Some(Complaint { at: format!("f{number}"), about: Some(header_safe(one.text)), words })
    });
    refused.collect()
}

/// What is wrong with an answer.
fn words(texts: &Texts, one: &Further<'_>) -> Option<String> {
    Some(match (one.fault?, &one.kind) {
        (Fault::Text(fault), _) => fault.words(texts),
        (Fault::Missing, Kind::Rating { min, max, .. }) => off_scale(texts, *min, *max),
        (Fault::Missing, Kind::Choice { multiple: true, .. }) => texts.page.error_choices.to_owned(),
        (Fault::Missing, Kind::Choice { .. }) => texts.page.error_choice.to_owned(),
        (Fault::Missing, Kind::Text) => texts.page.error_missing.to_owned(),
    })
}

fn field(texts: &Texts, id: &str, one: &Further<'_>) -> Markup {
    let name = format!("q.{}", one.key);
    let fault = words(texts, one);
    let optional = if one.required { "" } else { texts.page.optional };
    match &one.kind {
        Kind::Rating { min, max, low, high } => {
            let kind = SurveyKind::Relationship;
            let question = Question { kind, text: one.text, min: *min, max: *max, low, high };
            let chosen = if let Given::Score(score) = one.given { Some(score) } else { None };
            let below = html! {
                p.scale id={ (id) "-scale" } {
                    @for meaning in texts.meanings(&question) { span { bdi { (meaning) } } " " }
                }
            };
            let content = html! {
                (scale(&question, &name, id, chosen, one.required))
                (below)
            };
            let group = Group { id, role: "radiogroup", hint: optional.to_owned(), also: Some("scale") };
            set(one, &group, fault.as_deref(), &content)
        }
        Kind::Choice { options, multiple } => {
            let given: &[&str] = if let Given::Options(values) = &one.given { values } else { &[] };
            let kind = if *multiple { "checkbox" } else { "radio" };
            let content = html! {
                @for (at, (value, words)) in options.iter().enumerate() {
                    @let first = (at == 0).then_some(id);
                    label.option {
                        input type=(kind) id=[first] name=(name) value=(value) required[one.required && !multiple] checked[given.contains(value)];
                        span dir="auto" { (header_safe(words)) }
                    }
                }
            };
            let all = if *multiple { texts.page.choose_all } else { "" };
            let hint = [all, optional].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            let role = if *multiple { "group" } else { "radiogroup" };
            set(one, &Group { id, role, hint, also: None }, fault.as_deref(), &content)
        }
        Kind::Text => {
            let typed = if let Given::Text(typed) = one.given { typed } else { "" };
            let hint = if one.required { texts.page.text_hint } else { texts.page.comment_hint };
            html! {
                label.question for=(id) dir="auto" { (header_safe(one.text)) }
                (text_area(id, &name, hint, typed, one.required, fault.as_deref()))
            }
        }
    }
}

struct Group<'a> {
    id: &'a str,
    role: &'a str,
    hint: String,
    /// What else describes it, by the end of its id.
    also: Option<&'a str>,
}

/// Fields that answer one question together.
fn set(one: &Further<'_>, group: &Group<'_>, fault: Option<&str>, content: &Markup) -> Markup {
    let Group { id, role, hint, also } = group;
    let hinted = (!hint.is_empty()).then_some("hint");
    let ids = [fault.map(|_| "error"), hinted, *also];
    let described = ids.into_iter().flatten().map(|end| format!("{id}-{end}")).collect::<Vec<_>>().join(" ");
    let described = (!described.is_empty()).then_some(described);
    // Only a group of radio buttons can be called wrong as a whole.
    let invalid = fault.filter(|_| *role == "radiogroup").map(|_| "true");
    html! {
        fieldset role=(role) aria-describedby=[described] aria-invalid=[invalid] {
            legend { h2 dir="auto" { (header_safe(one.text)) } }
            @if !hint.is_empty() { p.hint id={ (id) "-hint" } { (hint) } }
            @if let Some(fault) = fault { p.error id={ (id) "-error" } { (fault) } }
            (content)
        }
    }
}
