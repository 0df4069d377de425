//! Schemas: whether one still takes what another took.

use std::collections::BTreeSet;

use serde_json::Value;

/// Which way values go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Request,
    Answer,
}

/// Both documents, and what was found.
pub struct Compare<'a> {
    pub old: &'a Value,
    pub new: &'a Value,
    pub found: Vec<String>,
    /// Pairs of named schemas that are being compared, or have been.
    seen: BTreeSet<(String, String, bool)>,
}

/// Bounds, and whether more of it is narrower.
const BOUNDS: [(&str, bool); 8] = [
    ("minimum", true),
    ("exclusiveMinimum", true),
    ("minLength", true),
    ("minItems", true),
    ("maximum", false),
    ("exclusiveMaximum", false),
    ("maxLength", false),
    ("maxItems", false),
];

/// A schema behind its references, and whether null is taken too.
struct Seen<'a> {
    name: &'a str,
    schema: &'a Value,
    null: bool,
}

fn behind<'a>(document: &'a Value, schema: &'a Value) -> Seen<'a> {
    if let Some(name) = schema["$ref"].as_str() {
        let target = document.pointer(name.trim_start_matches('#')).unwrap_or(&Value::Null);
        let below = behind(document, target);
        return Seen { name: if below.name.is_empty() { name } else { below.name }, ..below };
    }
    let is_null = |schema: &&Value| schema["type"] == "null";
    if let Some(all) = schema["oneOf"].as_array().filter(|all| all.iter().any(|schema| is_null(&schema))) {
        let rest: Vec<&Value> = all.iter().filter(|schema| !is_null(schema)).collect();
        if let [one] = rest.as_slice() {
            return Seen { null: true, ..behind(document, one) };
        }
    }
    Seen { name: "", schema, null: types(schema).is_some_and(|types| types.contains("null")) }
}

/// The types it takes; all, where it says none.
fn types(schema: &Value) -> Option<BTreeSet<&str>> {
    match &schema["type"] {
        Value::String(one) => Some([one.as_str()].into()),
        Value::Array(many) => Some(many.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

fn words(value: &Value) -> BTreeSet<String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned))
        .collect()
}

fn names(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

impl<'a> Compare<'a> {
    pub fn new(old: &'a Value, new: &'a Value) -> Self {
        Self { old, new, found: Vec::new(), seen: BTreeSet::new() }
    }

    pub fn say(&mut self, at: &str, what: impl AsRef<str>) {
        self.found.push(format!("{at} {}", what.as_ref()));
    }

    /// Compares a schema of the old document with its successor.
    pub fn schema(&mut self, way: Way, old: &'a Value, new: &'a Value, at: &str) {
        let (old, new) = (behind(self.old, old), behind(self.new, new));
        match way {
            Way::Request if old.null && !new.null => self.say(at, "may be null no more"),
            Way::Answer if new.null && !old.null => self.say(at, "may be null now"),
            _ => {}
        }
        if !old.name.is_empty() && !self.seen.insert((old.name.into(), new.name.into(), way == Way::Request)) {
            return;
        }
        // A named schema is told by its name: it stands in many places.
        let at = old.name.rsplit_once('/').map_or_else(|| at.to_owned(), |(_, name)| format!("{name} ({way:?})"));
        let (old, new) = (old.schema, new.schema);
        // What is sent must be taken: of a request what the old took, of an answer what the new gives.
        let (sent, taken) = if way == Way::Request { (old, new) } else { (new, old) };
        self.kinds(sent, taken, &at);
        self.choices(way, old, new, &at);
        self.bounds(way, sent, taken, &at);
        self.fields(way, old, new, &at);
        if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
            self.schema(way, old, new, &format!("{at}[]"));
        }
        self.alternatives(way, old, new, &at);
        if way == Way::Request && old["default"] != new["default"] {
            self.say(&at, format!("has another default: {} for {}", new["default"], old["default"]));
        }
    }

    fn kinds(&mut self, sent: &Value, taken: &Value, at: &str) {
        let Some(taken) = types(taken) else { return };
        let Some(sent) = types(sent) else { return self.say(at, "has another type") };
        let fits =
            |kind: &&str| taken.contains(kind) || *kind == "null" || *kind == "integer" && taken.contains("number");
        if !sent.iter().all(fits) {
            self.say(at, format!("has another type: {sent:?} against {taken:?}"));
        }
    }

    fn choices(&mut self, way: Way, old: &Value, new: &Value, at: &str) {
        let (was, is) = (words(&old["enum"]), words(&new["enum"]));
        if was.is_empty() && !is.is_empty() && way == Way::Request {
            self.say(at, "takes only some words now");
        } else if !is.is_empty() {
            for word in was.difference(&is) {
                self.say(at, format!("lost the word {word}"));
            }
        } else if !was.is_empty() && way == Way::Answer {
            self.say(at, "may be any word now");
        }
    }

    fn bounds(&mut self, way: Way, sent: &Value, taken: &Value, at: &str) {
        for (key, lower) in BOUNDS {
            let Some(limit) = taken[key].as_f64() else { continue };
            let fits = sent[key].as_f64().is_some_and(|had| if lower { had >= limit } else { had <= limit });
            if !fits {
                let (was, is) = if way == Way::Request { (sent, taken) } else { (taken, sent) };
                self.say(at, format!("has another {key}: {} for {}", is[key], was[key]));
            }
        }
        for key in ["pattern", "format", "multipleOf", "uniqueItems", "const", "contentMediaType"] {
            if !taken[key].is_null() && taken[key] != sent[key] {
                self.say(at, format!("has another {key}"));
            }
        }
    }

    fn fields(&mut self, way: Way, old: &'a Value, new: &'a Value, at: &str) {
        let (must, must_now) = (words(&old["required"]), words(&new["required"]));
        let changed = if way == Way::Request { must_now.difference(&must) } else { must.difference(&must_now) };
        for name in changed {
            if way == Way::Request {
                self.say(&format!("{at}.{name}"), "must be given now");
            } else if new["properties"].get(name).is_some() {
                self.say(&format!("{at}.{name}"), "may be absent now");
            }
        }
        for (name, old) in names(&old["properties"]) {
            let at = format!("{at}.{name}");
            match new["properties"].get(name) {
                Some(new) => self.schema(way, old, new, &at),
                None => self.say(&at, "is gone"),
            }
        }
        let (was, is) = (&old["additionalProperties"], &new["additionalProperties"]);
        if way == Way::Request && *is == Value::Bool(false) && *was != Value::Bool(false) {
            self.say(at, "takes no further fields now");
        }
        if was.is_object() && is.is_object() {
            self.schema(way, was, is, &format!("{at}.*"));
        }
    }

    /// Each alternative of the old must be one of the new; in an answer no other may come.
    fn alternatives(&mut self, way: Way, old: &'a Value, new: &'a Value, at: &str) {
        for key in ["oneOf", "anyOf", "allOf"] {
            let (Some(was), Some(is)) = (old[key].as_array(), new[key].as_array()) else {
                if old[key] != new[key] {
                    self.say(at, format!("has another {key}"));
                }
                continue;
            };
            let same = |a: &&Value, b: &Value| if a["$ref"].is_string() { a["$ref"] == b["$ref"] } else { **a == *b };
            for one in was {
                match is.iter().find(|other| same(other, one)) {
                    Some(other) => self.schema(way, one, other, at),
                    None => {
                        self.say(at, format!("lost the alternative {}", one["$ref"].as_str().unwrap_or("of its own")))
                    }
                }
            }
            if (way == Way::Answer || key == "allOf") && is.len() > was.len() {
                self.say(at, "has a new alternative");
            }
        }
    }
}
