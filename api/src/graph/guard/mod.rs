//! Decides, before anything runs, whether a GraphQL request is small enough to run.
//!
//! What always holds: the work done here is linear in the length of the text, whatever its
//! fragments expand to; a text that would overflow the parser's stack never reaches the parser;
//! no NUL character reaches a resolver (not every database takes one). The document is parsed once
//! and handed on in the request.

mod known;
mod limits;
mod measure;
mod refusal;
mod scan;
#[cfg(test)]
mod tests;
mod variables;

use async_graphql::{
    Request,
    parser::{self, types::ExecutableDocument},
};

pub(super) use known::{LONGEST, texts};
pub use limits::Limits;
pub use measure::Measure;
pub use refusal::Refusal;

/// Longest part of a foreign error text that is shown, in characters.
const SHOWN: usize = 200;

/// Parses and measures the request, and keeps the parsed document in it. A text that was let through is parsed once.
///
/// The measure is that of the whole document. A refusal says which limit was passed; the request
/// must not be run then.
pub fn admit(request: &mut Request, limits: &Limits) -> Result<Measure, Refusal> {
    scan::text(&request.query, limits)?;
    variables::text(&request.variables)?;
    let document = known::parsed(&request.query).map_err(|error| unreadable(&error))?;
    variables::given(&document, request)?;
    let measure = measure::document(&document, request, limits)?;
    known::keep(&request.query, &document);
    request.set_parsed_query(ExecutableDocument::clone(&document));
    Ok(measure)
}

/// Turns a parser's error into one line: the parser itself draws the text with its rule names.
fn unreadable(error: &parser::Error) -> Refusal {
    let at = error.positions().next();
    let reason = match error {
        parser::Error::Syntax { message, .. } => {
            message.rsplit_once("= ").map_or(message.as_str(), |(_, expected)| expected).replace('_', " ")
        }
        other => other.to_string(),
    };
    Refusal::invalid(format!("The query cannot be read: {}", shortened(reason.trim())), at)
}

/// At most [`SHOWN`] characters of a text, so that an answer never repeats a whole request.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}
