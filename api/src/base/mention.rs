//! A person in texts: found by name or mail address, whatever the case of letters and what stands between the words.

use std::ops::Range;

use serde_json::Value;

/// What stands where a person was named.
pub const ERASED: &str = "[erased]";

/// Characters between two words of a name, at most: `Reyes, Carla`, `"Carla","Reyes"`.
const GAP: usize = 4;

/// The names and mail addresses of a person.
#[derive(Clone, Debug)]
pub struct Mentions {
    /// What is put in their place.
    instead: &'static str,
    /// Names by their words, in small letters where there are several.
    names: Vec<Vec<String>>,
    /// ASCII, in small letters.
    addresses: Vec<String>,
}

impl Default for Mentions {
    fn default() -> Self {
        Self::shown_as(ERASED)
    }
}

impl Mentions {
    /// Of nobody yet; `instead` is put in their place.
    pub const fn shown_as(instead: &'static str) -> Self {
        Self { instead, names: Vec::new(), addresses: Vec::new() }
    }

    /// Looks for a name too: as it stands, and with the last word first. A name of one word counts only as it is
    /// written, since it may be a word like others.
    pub fn name(&mut self, name: &str) {
        let words: Vec<&str> = words(name).into_iter().map(|word| &name[word]).collect();
        match &words[..] {
            [] => {}
            [only] => add(&mut self.names, vec![(*only).to_owned()]),
            [rest @ .., last] => {
                let lower = |words: Vec<&str>| words.into_iter().map(str::to_lowercase).collect();
                add(&mut self.names, lower([&[*last], rest].concat()));
                add(&mut self.names, lower(words));
            }
        }
    }

    /// Looks for a mail address too.
    pub fn address(&mut self, address: &str) {
        if address.is_ascii() && address.contains('@') {
            add(&mut self.addresses, address.to_ascii_lowercase());
        }
    }

    /// Whether a text names the person.
    pub fn are_in(&self, text: &str) -> bool {
        !self.places(text).is_empty()
    }

    /// The text without the person; nothing where they are not in it.
    pub fn taken_from(&self, text: &str) -> Option<String> {
        let mut places = self.places(text);
        if places.is_empty() {
            return None;
        }
        places.sort_by_key(|place| place.start);
        let (mut clean, mut from) = (String::with_capacity(text.len()), 0);
        for place in places {
            if place.start >= from {
                clean.push_str(&text[from..place.start]);
                clean.push_str(self.instead);
            }
            from = from.max(place.end);
        }
        clean.push_str(&text[from..]);
        Some(clean)
    }

    /// The same for all texts in a value.
    pub fn taken_from_json(&self, value: &Value) -> Option<Value> {
        match value {
            Value::String(text) => self.taken_from(text).map(Value::String),
            Value::Array(items) => {
                let clean: Vec<_> = items.iter().map(|item| self.taken_from_json(item)).collect();
                let all = || clean.iter().zip(items).map(|(clean, item)| clean.clone().unwrap_or_else(|| item.clone()));
                clean.iter().any(Option::is_some).then(|| Value::Array(all().collect()))
            }
            Value::Object(fields) => {
                let mut clean = fields.clone();
                let mut changed = false;
                for (name, value) in fields {
                    if let Some(value) = self.taken_from_json(value) {
                        clean.insert(name.clone(), value);
                        changed = true;
                    }
                }
                changed.then_some(Value::Object(clean))
            }
            _ => None,
        }
    }

    /// What a text that names the person is like, once its ASCII letters are small: patterns of SQL, wider than what is
    /// looked for and never narrower.
    pub fn patterns(&self) -> Vec<String> {
        let names = self.names.iter().map(|words| words.join("%"));
        names.chain(self.addresses.iter().cloned()).map(|text| wide(&text)).collect()
    }

    fn places(&self, text: &str) -> Vec<Range<usize>> {
        let mut places: Vec<_> = self.addresses.iter().flat_map(|address| at(text, address)).collect();
        if !self.names.is_empty() {
            let all = words(text);
            for name in &self.names {
                places
                    .extend((0..all.len()).filter_map(|first| named(text, all.get(first..first + name.len())?, name)));
            }
        }
        places
    }
}

fn add<T: PartialEq>(to: &mut Vec<T>, one: T) {
    if !to.contains(&one) {
        to.push(one);
    }
}

/// Letters of scripts that know small ones, and digits, make words; of the others each letter is one, since there a word
/// may stand between others without a space.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut goes_on = false;
    for (at, c) in text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
        let joins = c.is_lowercase() || c.is_uppercase() || c.is_numeric();
        let end = at + c.len_utf8();
        match words.last_mut().filter(|word| joins && goes_on && word.end == at) {
            Some(word) => word.end = end,
            None => words.push(at..end),
        }
        goes_on = joins;
    }
    words
}

/// Where these words of a text are the name, if they are.
fn named(text: &str, found: &[Range<usize>], name: &[String]) -> Option<Range<usize>> {
    let near = |pair: &[Range<usize>]| text[pair[0].end..pair[1].start].chars().count() <= GAP;
    let same = |(found, word): (&Range<usize>, &String)| match name {
        [only] => text[found.clone()] == **only,
        _ => text[found.clone()].chars().flat_map(char::to_lowercase).eq(word.chars()),
    };
    let is_it = found.windows(2).all(near) && found.iter().zip(name).all(same);
    is_it.then(|| found[0].start..found[found.len() - 1].end)
}

/// Where an address stands, and not as part of a longer one.
fn at<'t>(text: &'t str, address: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let bytes = text.as_bytes();
    let ends = move |end: usize| match bytes.get(end) {
        Some(b'.' | b'-') => !bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric),
        other => !other.is_some_and(u8::is_ascii_alphanumeric),
    };
    let begins = move |start: usize| {
        let before = start.checked_sub(1).map(|before| bytes[before]);
        !before.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte))
    };
    let all = bytes.windows(address.len()).enumerate();
    let same = all.filter(move |(_, part)| part.eq_ignore_ascii_case(address.as_bytes()));
    same.map(move |(start, _)| start..start + address.len()).filter(move |place| begins(place.start) && ends(place.end))
}

/// Letters whose case a database may not know stand for anything, and so do signs that mean something to it or to JSON.
fn wide(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@.-".contains(c);
    let caseless = |c: char| !c.is_ascii() && c.is_alphanumeric() && !c.is_lowercase() && !c.is_uppercase();
    let letters = text.chars().map(|c| c.to_ascii_lowercase()).map(|c| if plain(c) || caseless(c) { c } else { '%' });
    format!("%{}%", letters.collect::<String>())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn carla() -> Mentions {
        let mut carla = Mentions::default();
        carla.name("Carla Reyes");
        carla.address("Carla.Reyes@globex.example");
        carla
    }

    #[test]
    fn a_person_is_found_however_they_are_written() {
        for (text, clean) in [
            ("Carla Reyes called", "[erased] called"),
            ("CARLA\n  REYES, twice: carla-reyes", "[erased], twice: [erased]"),
            ("Reyes, Carla. Ana", "[erased]. Ana"),
            ("17,\"Carla\",\"Reyes\",x", "17,\"[erased]\",x"),
            ("<carla.reyes@GLOBEX.example>: unknown.", "<[erased]>: unknown."),
            ("mailto:carla.reyes@globex.example.", "mailto:[erased]."),
            ("É carla reyes ü", "É [erased] ü"),
        ] {
            assert_eq!(carla().taken_from(text).as_deref(), Some(clean), "{text}");
        }
    }

    #[test]
    fn others_stay() {
        for text in ["", "Carla", "Reyes", "Carla and Ana Reyes", "Carla Reyesova", "carla@globex.example"] {
            assert_eq!(carla().taken_from(text), None, "{text}");
        }
        let mut ann = Mentions::default();
        ann.address("ann@globex.example");
        for before in ["mary.", "mary_", "mary+", "jo"] {
            assert!(!ann.are_in(&format!("{before}ann@globex.example")), "{before}");
        }
        for after in [".org", "-corp.test", "s"] {
            assert!(!ann.are_in(&format!("ann@globex.example{after}")), "{after}");
        }
    }

    #[test]
    fn one_word_counts_as_it_is_written_and_letters_without_case_need_no_space() {
        let mut many = Mentions::default();
        many.name("Max");
        many.name("王伟");
        many.name("Žofie Šedá");
        many.name(" . ");
        assert_eq!(
            many.taken_from("Max said: at most max 5 for Maxim").as_deref(),
            Some("[erased] said: at most max 5 for Maxim")
        );
        assert_eq!(many.taken_from("经理王伟先生, ŽOFIE ŠEDÁ").as_deref(), Some("经理[erased]先生, [erased]"));
    }

    #[test]
    fn all_texts_of_a_value_are_looked_through() {
        let value = json!({ "a": ["Carla Reyes", 1, { "b": "x" }], "c": null });
        assert_eq!(carla().taken_from_json(&value), Some(json!({ "a": ["[erased]", 1, { "b": "x" }], "c": null })));
        assert_eq!(carla().taken_from_json(&json!({ "a": [1, "x"] })), None);
    }

    #[test]
    fn patterns_are_never_too_narrow() {
        let mut one = Mentions::default();
        one.name("Åsa O'Neil");
        one.address("a_b@x.test");
        assert_eq!(one.patterns(), ["%neil%%sa%o%", "%%sa%o%neil%", "%a%b@x.test%"]);
    }
}
