//! JSON bodies. What does not fit is told by field and rule, in words that name no type of ours.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::{Problem, Server};
use crate::base::Error;

/// The longest part of a broken rule that is told, in characters: it may repeat what was sent.
const LONGEST: usize = 300;

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Server> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let rule = "send the body as application/json";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", rule));
        }
        let bytes = Bytes::from_request(request, server).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", "the body is too long")
            }
            _ => Error::Unreadable("the body broke off".to_owned()).into(),
        })?;
        read(&bytes).map(Self).map_err(Problem::from)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json")
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut source).map_err(|error| {
        let told = error.inner();
        match told.classify() {
            Category::Data => broken(error.path(), &told.to_string()),
            _ => unreadable(told),
        }
    })?;
    source.end().map_err(|error| unreadable(&error))?;
    Ok(value)
}

fn unreadable(error: &serde_json::Error) -> Error {
    Error::Unreadable(format!("the body is no JSON: {error}"))
}

/// The fault of one field. Only what the reader of JSON can say: whether values fit is said later.
fn broken(path: &Path, told: &str) -> Error {
    let told = told.rsplit_once(" at line ").map_or(told, |(told, _)| told);
    let mut pointer: String = path.iter().map(step).collect();
    if let Some(name) = told.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        pointer = format!("{pointer}/{name}");
        return Error::invalid(pointer, "must be given");
    }
    let rule: String = plain(told).chars().take(LONGEST).collect();
    Error::invalid(pointer, rule)
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
        match read::<Sample>(json.as_bytes()) {
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
        assert!(matches!(read::<Sample>(b"{\"score\": 1} x"), Err(Error::Unreadable(_))));
    }
}
