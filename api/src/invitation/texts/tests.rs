//! Every language says everything.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeZone};
use chrono_tz::Tz;
use serde_json::Value;

use super::*;

/// Every text of a language by its place.
fn told(texts: &Texts) -> BTreeMap<String, String> {
    fn walk(place: &str, value: &Value, into: &mut BTreeMap<String, String>) {
        match value {
            Value::String(text) => drop(into.insert(place.to_owned(), text.clone())),
            Value::Object(parts) => parts.iter().for_each(|(name, part)| walk(&format!("{place}.{name}"), part, into)),
            Value::Array(parts) => {
                parts.iter().enumerate().for_each(|(at, part)| walk(&format!("{place}.{at}"), part, into));
            }
            other => panic!("{place} is {other}"),
        }
    }
    let mut all = BTreeMap::new();
    walk("", &serde_json::to_value(texts).expect("texts"), &mut all);
    all
}

fn holes(pattern: &str) -> Vec<&str> {
    let mut names: Vec<_> =
        pattern.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_language_is_found_by_its_first_part_and_english_stands_in() {
    for (tag, lang) in [
        ("en", "en"),
        ("EN-gb", "en"),
        ("de-AT", "de"),
        ("fr_CA", "fr"),
        ("es-419", "es"),
        ("JA", "ja"),
        ("ar-EG", "ar"),
    ] {
        assert_eq!((Texts::of(tag).lang, Texts::find(tag).map(|texts| texts.lang)), (lang, Some(lang)), "{tag}");
    }
    for tag in ["zh", "zh-Hans", "tlh", "", "-", "日本", "e", "deu"] {
        assert_eq!(Texts::of(tag).lang, "en", "{tag}");
        assert!(Texts::find(tag).is_none(), "{tag}");
    }
}

#[test]
fn every_language_says_everything_with_the_same_holes() {
    let english = told(&en::EN);
    assert!(english.len() > 100, "{}", english.len());
    for texts in Texts::all() {
        let all = told(texts);
        assert_eq!(all.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>(), "{}", texts.lang);
        for (place, text) in &all {
            let place = format!("{}{place}", texts.lang);
            assert!(!text.is_empty() && text.trim() == text, "{place} has an end of nothing: {text:?}");
            for never in ["  ", "\n", "\t", "{}", "<", "&"] {
                assert!(!text.contains(never), "{place} holds {never:?}: {text:?}");
            }
        }
        for (place, text) in &english {
            // A date may name the month alone; all else is said with the same values.
            assert_eq!(holes(&all[place]), holes(text), "{}{place}", texts.lang);
        }
    }
}

#[test]
fn no_language_speaks_english_by_oversight() {
    // What two languages may well share: figures, codes, months, fonts.
    let free = [".dir", ".font", ".first_day", ".meaning", ".months."];
    for texts in Texts::all() {
        for other in Texts::all().filter(|other| other.lang > texts.lang) {
            let theirs = told(other);
            for (place, text) in
                told(texts).into_iter().filter(|(place, _)| !free.iter().any(|one| place.starts_with(one)))
            {
                assert_ne!(theirs[&place], text, "{place} in {} and {}", texts.lang, other.lang);
            }
        }
    }
    let written = |texts: &Texts, script: fn(char) -> bool| {
        let words = told(texts)
            .into_iter()
            .filter(|(place, _)| ![".lang", ".dir", ".font", ".first_day", ".meaning"].contains(&place.as_str()));
        for (place, text) in words {
            let outside: String =
                holes(&text).into_iter().fold(text.clone(), |text, hole| text.replace(&format!("{{{hole}}}"), ""));
            assert!(outside.chars().any(script), "{}{place}: {text}", texts.lang);
            assert!(!outside.chars().any(|c| c.is_ascii_alphabetic()), "{}{place}: {text}", texts.lang);
        }
    };
    written(&ja::JA, |c| matches!(c, '\u{3001}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'));
    written(&ar::AR, |c| matches!(c, '\u{600}'..='\u{6ff}'));
}

#[test]
fn the_usual_questions_are_asked_in_the_usual_words() {
    let asked = |lang: &str| {
        let texts = Texts::of(lang);
        [texts.nps.text, texts.csat.text]
    };
    assert_eq!(
        asked("en"),
        [
            "How likely are you to recommend our company to a friend or colleague?",
            "How satisfied were you with the service you just received?"
        ]
    );
    assert_eq!(asked("de")[0], "Wie wahrscheinlich ist es, dass Sie uns einem Freund oder Kollegen weiterempfehlen?");
}

#[test]
fn french_holds_its_signs_to_the_word_before() {
    for (place, text) in told(&fr::FR) {
        let loose = [" ?", " !", " :", " ;", " »", "« "].into_iter().find(|sign| text.contains(sign));
        assert_eq!(loose, None, "{place}: {text}");
    }
}

#[test]
fn an_instant_is_told_as_each_language_tells_it() {
    let at =
        |zone: Tz, day| -> DateTime<Tz> { zone.with_ymd_and_hms(2026, 3, day, 9, 7, 0).single().expect("an instant") };
    for (lang, told) in [
        ("en", "5 March 2026, 09:07 CET"),
        ("de", "5. März 2026, 09:07 Uhr (CET)"),
        ("fr", "5 mars 2026 à 09:07 (CET)"),
        ("es", "5 de marzo de 2026, 09:07 (CET)"),
        ("ja", "2026年3月5日 09:07（CET）"),
        ("ar", "5 مارس 2026، الساعة 09:07 (CET)"),
    ] {
        assert_eq!(Texts::of(lang).instant(&at(Tz::Europe__Berlin, 5)), told);
    }
    assert_eq!(Texts::of("fr").instant(&at(Tz::Europe__Paris, 1)), "1er mars 2026 à 09:07 (CET)");
    assert_eq!(Texts::of("en").instant(&at(Tz::Asia__Riyadh, 1)), "1 March 2026, 09:07 UTC+03");
    assert_eq!(Texts::of("ja").instant(&at(Tz::Asia__Tokyo, 1)), "2026年3月1日 09:07（JST）");
}

#[test]
fn ready_made_questions_have_the_scales_of_their_kinds() {
    let scales = [(SurveyKind::Nps, 0..=10), (SurveyKind::Csat, 1..=5), (SurveyKind::Ces, 1..=7)];
    for (kind, scale) in scales {
        for texts in Texts::all() {
            let question = texts.ready(kind).expect("a ready-made question");
            assert_eq!(question.scores(), scale);
            assert!(question.category(question.min).is_some() && texts.comments(kind).is_some());
        }
    }
    assert_eq!(Texts::of("en").ready(SurveyKind::Relationship), None);
}
