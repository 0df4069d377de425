//! Which media types a client sends and takes.

use axum::http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE},
};

/// The two media types of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/json`: errors in the document keep status 200.
    Json,
    /// `application/graphql-response+json`: the status tells whether the query ran.
    GraphQl,
}

impl Media {
    /// The type the client likes best; `None` when it takes neither. JSON where nothing is said.
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut best: Option<(Self, f32)> = None;
        let mut said = false;
        for part in headers.get_all(ACCEPT).iter().flat_map(parts) {
            said = true;
            let (name, weight) = weighed(&part);
            let Some(media) = Self::named(name) else {
                continue;
            };
            if weight > 0.0 && best.is_none_or(|(_, known)| weight > known) {
                best = Some((media, weight));
            }
        }
        match best {
            Some((media, _)) => Some(media),
            None if said => None,
            None => Some(Self::Json),
        }
    }

    fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "application/graphql-response+json" => Some(Self::GraphQl),
            "application/json" | "application/*" | "*/*" => Some(Self::Json),
            _ => None,
        }
    }

    /// The `Content-Type` of an answer.
    pub(super) fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
        })
    }
}

/// The comma-separated parts of a header; one that is not text has none.
fn parts(value: &HeaderValue) -> Vec<String> {
    let text = value.to_str().unwrap_or_default();
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A media range and its weight, 1 where none is given and 0 where it cannot be read.
fn weighed(part: &str) -> (&str, f32) {
    let mut fields = part.split(';').map(str::trim);
    let name = fields.next().unwrap_or_default();
    let weight = fields
        .find_map(|field| field.strip_prefix("q=").or_else(|| field.strip_prefix("Q=")))
        .map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
    (name, weight)
}

/// Whether the body is plain JSON in UTF-8. Forms and plain text, which a foreign page may send
/// without asking first, are not; nor is anything compressed, whose size the cap would not see.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map_or(Some(""), |value| value.to_str().ok());
    let (Some(content), Some(encoding)) = (text(CONTENT_TYPE), text(CONTENT_ENCODING)) else {
        return false;
    };
    let mut fields = content.split(';').map(|field| field.trim().to_ascii_lowercase());
    let json = fields.next().is_some_and(|name| name == "application/json");
    let utf8 = fields
        .filter_map(|field| field.strip_prefix("charset=").map(str::to_owned))
        .all(|charset| matches!(charset.trim_matches('"'), "utf-8" | "utf8"));
    json && utf8 && matches!(encoding, "" | "identity")
}
