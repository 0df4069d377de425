//! Reading JSON. What does not fit is told by field and rule, in words that name no type of ours.

use serde::de::DeserializeOwned;
use serde_json::{Value, error::Category};
use serde_path_to_error::{Path, Segment};

use super::{Error, Fault, Result};

/// The longest part of a broken rule that is told, in characters: it may repeat what was sent.
const LONGEST: usize = 300;

/// Reads JSON.
pub fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut source).map_err(|error| {
        let told = error.inner();
        match told.classify() {
            Category::Data => Error::Invalid(vec![broken(error.path(), &told.to_string())]),
            _ => unreadable(told),
        }
    })?;
    source.end().map_err(|error| unreadable(&error))?;
    Ok(value)
}

/// Reads JSON that is a value already.
pub fn json<T: DeserializeOwned>(value: Value) -> Result<T, Fault> {
    serde_path_to_error::deserialize(value).map_err(|error| broken(error.path(), &error.inner().to_string()))
}

fn unreadable(error: &serde_json::Error) -> Error {
    Error::Unreadable(format!("the body is no JSON: {error}"))
}

/// The fault of one field. Only what the reader of JSON can say: whether values fit is said later.
fn broken(path: &Path, told: &str) -> Fault {
    let told = told.rsplit_once(" at line ").map_or(told, |(told, _)| told);
    let mut pointer: String = path.iter().map(step).collect();
    if let Some(name) = told.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        pointer = format!("{pointer}/{name}");
        return Fault { field: pointer, rule: "must be given".to_owned() };
    }
    let rule: String = plain(told).chars().take(LONGEST).collect();
    Fault { field: pointer, rule }
}

fn step(segment: &Segment) -> String {
    match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    }
}

/// "invalid type: string "x", expected i16" as "must be a whole number".
fn plain(told: &str) -> String {
    let Some((found, wanted)) = told.rsplit_once(", expected ") else { return told.to_owned() };
    let wanted = match wanted {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => {
            if found.starts_with("invalid value") {
                "a whole number of a sensible size"
            } else {
                "a whole number"
            }
        }
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        _ if wanted.starts_with("struct ") || wanted.contains("enum ") || wanted == "a map" => "an object",
        _ if found.starts_with("unknown ") => return told.to_owned(),
        other => other,
    };
    format!("must be {wanted}")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read by its field names only")]
    struct Sample {
        score: i16,
        names: Option<Vec<String>>,
    }

    fn fault(json: &str) -> (String, String) {
        match from_json::<Sample>(json.as_bytes()) {
            Err(Error::Invalid(faults)) => (faults[0].field.clone(), faults[0].rule.clone()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_fault_names_field_and_rule() {
        let wanted = |field: &str, rule: &str| (field.to_owned(), rule.to_owned());
        assert_eq!(fault(r#"{"score": "9"}"#), wanted("/score", "must be a whole number"));
        assert_eq!(fault(r#"{"score": 99999}"#), wanted("/score", "must be a whole number of a sensible size"));
        assert_eq!(fault("{}"), wanted("/score", "must be given"));
        assert_eq!(fault("[]"), wanted("", "must be an object"));
        assert_eq!(fault(r#"{"score": 1, "names": ["a", 2]}"#), wanted("/names/1", "must be a string"));
        assert_eq!(fault(r#"{"a/b": 1}"#), wanted("/a~1b", "unknown field `a/b`, expected `score` or `names`"));
        assert!(matches!(from_json::<Sample>(b"{\"score\": 1} x"), Err(Error::Unreadable(_))));
    }
}
