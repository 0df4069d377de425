//! What a definition must keep: a draft bounds, keys and variables; a version besides every translation.

use std::collections::BTreeSet;

use entity::{SurveyKind, SurveyMode};

use super::{Definition, FurtherQuestion, FurtherTexts, LanguageTexts, QuestionKind, Scale};
use crate::base::{Check, Part, parts};

/// What the texts of mails and pages may name.
pub const VARIABLES: [&str; 4] = ["company", "name", "account", "owner"];

const FURTHER: usize = 10;
const LANGUAGES: usize = 20;
const OPTIONS: std::ops::RangeInclusive<usize> = 2..=20;
const QUESTION: usize = 300;
const MEANING: usize = 100;
const OPTION: usize = 200;
const PROMPT: usize = 200;
const SUBJECT: usize = 150;
const INTRO: usize = 2_000;

/// The key of a question or an option.
pub(super) fn key(check: &mut Check, field: &str, key: &str) {
    let mut bytes = key.bytes();
    let head = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase());
    let tail = bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.-".contains(&byte));
    if !head || !tail || key.len() > 40 {
        let rule = "must be a small letter and at most 39 small letters, digits, dots, dashes or underscores";
        check.fault(field, rule);
    }
}

/// What holds for a draft too. Texts are brought into their stored form.
pub(super) fn draft(check: &mut Check, kind: SurveyKind, scored: &str, draft: &mut Definition) {
    scored_scale(check, kind, draft.scale);
    if draft.further.len() > FURTHER {
        check.fault("draft/further", format!("must be at most {FURTHER} questions"));
    }
    let mut keys = BTreeSet::from([scored]);
    for (at, question) in draft.further.iter().enumerate() {
        let field = format!("draft/further/{at}");
        key(check, &format!("{field}/key"), &question.key);
        if !keys.insert(&question.key) {
            check.fault(&format!("{field}/key"), "must be another: there is a question with this key");
        }
        further(check, &field, draft.scale, question);
    }
    if draft.texts.is_empty() || draft.texts.len() > LANGUAGES {
        check.fault("draft/texts", format!("must be in 1 to {LANGUAGES} languages"));
    }
    let mut languages = BTreeSet::new();
    for (at, texts) in draft.texts.iter_mut().enumerate() {
        let field = format!("draft/texts/{at}");
        let tag = check.language_opt(&format!("{field}/language"), Some(&texts.language));
        texts.language = tag.unwrap_or_else(|| {
            check.fault(&format!("{field}/language"), "must not be empty");
            String::new()
        });
        if !languages.insert(texts.language.to_ascii_lowercase()) {
            check.fault(&format!("{field}/language"), "must be there once only");
        }
        words(check, &field, &draft.further, texts);
    }
}

/// Of a confidential or anonymous survey only scores are kept: words, and answers put together, tell whose they are.
pub(super) fn quiet(check: &mut Check, mode: SurveyMode, asks: &Definition) {
    match mode {
        SurveyMode::Confidential => {
            for (at, question) in asks.further.iter().enumerate() {
                if question.kind != QuestionKind::Rating {
                    let rule = "must be RATING: of a confidential survey only scores are kept";
                    check.fault(&format!("draft/further/{at}/kind"), rule);
                }
            }
        }
        SurveyMode::Anonymous if !asks.further.is_empty() => {
            check.fault("draft/further", "must be empty: an anonymous answer is one score");
        }
        SurveyMode::Identified | SurveyMode::Anonymous => {}
    }
}

fn scored_scale(check: &mut Check, kind: SurveyKind, scale: Scale) {
    let fixed = match kind {
        SurveyKind::Nps => (scale != Scale { min: 0, max: 10, satisfied_from: 9, low_is_good: false })
            .then_some("must be 0 to 10, satisfied from 9, high is good: NPS is defined so"),
        SurveyKind::Ces => ((scale.min, scale.max) != (1, 7)).then_some("must be 1 to 7: CES is defined so"),
        _ => None,
    };
    if let Some(rule) = fixed {
        check.fault("draft/scale", rule);
    }
    bounds(check, "draft/scale", scale);
}

fn bounds(check: &mut Check, field: &str, scale: Scale) {
    if scale.min < 0 || scale.max > 10 || scale.min >= scale.max {
        check.fault(field, "must rise from min to max, within 0 to 10");
    } else if !scale.holds(scale.satisfied_from) {
        check.fault(&format!("{field}/satisfiedFrom"), format!("must be between {} and {}", scale.min, scale.max));
    }
}

fn further(check: &mut Check, field: &str, scored: Scale, question: &FurtherQuestion) {
    let (from, to) = (question.show_from.unwrap_or(scored.min), question.show_to.unwrap_or(scored.max));
    for (name, score) in [("showFrom", from), ("showTo", to)] {
        if !scored.holds(score) {
            check.fault(&format!("{field}/{name}"), format!("must be between {} and {}", scored.min, scored.max));
        }
    }
    if from > to {
        check.fault(&format!("{field}/showTo"), "must not be below showFrom");
    }
    match (question.kind, question.scale) {
        (QuestionKind::Rating, Some(scale)) => bounds(check, &format!("{field}/scale"), scale),
        (QuestionKind::Rating, None) => check.fault(&format!("{field}/scale"), "must be given for a RATING"),
        (_, Some(_)) => check.fault(&format!("{field}/scale"), "goes with RATING only"),
        (_, None) => {}
    }
    if question.kind != QuestionKind::Choice {
        if !question.options.is_empty() || question.multiple {
            check.fault(&format!("{field}/options"), "go with CHOICE only");
        }
        return;
    }
    if !OPTIONS.contains(&question.options.len()) {
        check.fault(&format!("{field}/options"), "must be 2 to 20 keys");
    }
    let mut keys = BTreeSet::new();
    for (at, option) in question.options.iter().enumerate() {
        key(check, &format!("{field}/options/{at}"), option);
        if !keys.insert(option) {
            check.fault(&format!("{field}/options/{at}"), "must be there once only");
        }
    }
}

fn words(check: &mut Check, field: &str, questions: &[FurtherQuestion], texts: &mut LanguageTexts) {
    line(check, &format!("{field}/question"), &mut texts.question, QUESTION);
    line(check, &format!("{field}/low"), &mut texts.low, MEANING);
    line(check, &format!("{field}/high"), &mut texts.high, MEANING);
    if let Some(comment) = &mut texts.comment {
        let prompts = [
            ("any", &mut comment.any),
            ("high", &mut comment.high),
            ("middle", &mut comment.middle),
            ("low", &mut comment.low),
        ];
        for (name, prompt) in prompts {
            *prompt = check.line_opt(&format!("{field}/comment/{name}"), prompt.as_deref(), PROMPT);
        }
    }
    for (name, subject) in [("subject", &mut texts.subject), ("reminderSubject", &mut texts.reminder_subject)] {
        let field = format!("{field}/{name}");
        *subject = check.line_opt(&field, subject.as_deref(), SUBJECT);
        variables(check, &field, subject.as_deref());
    }
    let longer =
        [("intro", &mut texts.intro), ("reminderIntro", &mut texts.reminder_intro), ("thanks", &mut texts.thanks)];
    for (name, text) in longer {
        let field = format!("{field}/{name}");
        *text = check.text_opt(&field, text.as_deref(), INTRO);
        variables(check, &field, text.as_deref());
    }
    let mut keys = BTreeSet::new();
    for (at, one) in texts.further.iter_mut().enumerate() {
        let field = format!("{field}/further/{at}");
        let question = questions.iter().find(|question| question.key == one.key);
        if question.is_none() || !keys.insert(one.key.clone()) {
            check.fault(&format!("{field}/key"), "must be the key of a further question, once only");
        }
        further_words(check, &field, question, one);
    }
}

fn further_words(check: &mut Check, field: &str, question: Option<&FurtherQuestion>, texts: &mut FurtherTexts) {
    line(check, &format!("{field}/text"), &mut texts.text, QUESTION);
    line(check, &format!("{field}/low"), &mut texts.low, MEANING);
    line(check, &format!("{field}/high"), &mut texts.high, MEANING);
    let mut keys = BTreeSet::new();
    for (at, option) in texts.options.iter_mut().enumerate() {
        let field = format!("{field}/options/{at}");
        line(check, &format!("{field}/text"), &mut option.text, OPTION);
        let known = question.is_none_or(|question| question.options.contains(&option.key));
        if !known || !keys.insert(option.key.clone()) {
            check.fault(&format!("{field}/key"), "must be the key of an option, once only");
        }
    }
}

/// One line, which a draft may still miss.
fn line(check: &mut Check, field: &str, text: &mut String, max: usize) {
    *text = check.line_opt(field, Some(text), max).unwrap_or_default();
}

fn variables(check: &mut Check, field: &str, text: Option<&str>) {
    for part in text.into_iter().flat_map(parts) {
        if let Part::Hole(name) = part
            && !VARIABLES.contains(&name)
        {
            let name: String = name.chars().take(40).collect();
            check.fault(
                field,
                format!("names {{{name}}}, but knows {{company}}, {{name}}, {{account}} and {{owner}} only"),
            );
        }
    }
}

/// Every question in every language, with every option; ends of a scale in all languages or in none.
pub(super) fn complete(check: &mut Check, definition: &Definition) {
    let meanings = Ends::of(definition.texts.iter().map(|texts| (texts.low.as_str(), texts.high.as_str())));
    for (at, texts) in definition.texts.iter().enumerate() {
        let field = format!("draft/texts/{at}");
        let tag = &texts.language;
        missing(check, &format!("{field}/question"), &texts.question, "the scored question", tag);
        meanings.missing(check, &field, &texts.low, &texts.high, tag);
        for question in &definition.further {
            let key = &question.key;
            let found = texts.further.iter().position(|one| one.key == *key);
            let Some((place, one)) = found.and_then(|place| Some((place, texts.further.get(place)?))) else {
                check.fault(
                    &format!("{field}/further"),
                    format!("must hold {key}: its translation to {tag} is missing"),
                );
                continue;
            };
            let field = format!("{field}/further/{place}");
            missing(check, &format!("{field}/text"), &one.text, key, tag);
            let all = definition.texts.iter().filter_map(|texts| texts.of(key));
            let meanings = Ends::of(all.map(|one| (one.low.as_str(), one.high.as_str())));
            meanings.missing(check, &field, &one.low, &one.high, tag);
            for option in &question.options {
                let text = one.options.iter().find(|known| known.key == *option).map_or("", |known| &known.text);
                missing(check, &format!("{field}/options"), text, &format!("the option {option} of {key}"), tag);
            }
        }
    }
}

fn missing(check: &mut Check, field: &str, text: &str, what: &str, language: &str) {
    if text.is_empty() {
        check.fault(field, format!("must be given: the translation of {what} to {language} is missing"));
    }
}

/// Which ends of a scale have words in some language.
struct Ends {
    low: bool,
    high: bool,
}

impl Ends {
    fn of<'a>(mut all: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Self {
        Self { low: all.clone().any(|(low, _)| !low.is_empty()), high: all.any(|(_, high)| !high.is_empty()) }
    }

    fn missing(&self, check: &mut Check, field: &str, low: &str, high: &str, language: &str) {
        for (name, some, text) in [("low", self.low, low), ("high", self.high, high)] {
            if some {
                missing(check, &format!("{field}/{name}"), text, "this end of the scale", language);
            }
        }
    }
}
