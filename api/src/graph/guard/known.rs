//! Texts that were let through, parsed: clients send the same few again and again.

use std::sync::{Arc, LazyLock};

use async_graphql::parser::{self, parse_query, types::ExecutableDocument};
use moka::sync::Cache;

/// Bytes of all texts that are kept; parsed they take some twenty times as many.
const KEPT: u64 = 256 * 1024;
/// Bytes of a text, at most: a longer one is no query of a front end that asks again.
pub const LONGEST: usize = 16 * 1024;

static KNOWN: LazyLock<Cache<Arc<str>, Arc<ExecutableDocument>>> = LazyLock::new(texts);

/// What is known of texts, of a quarter of a megabyte of them at most.
pub fn texts<V: Clone + Send + Sync + 'static>() -> Cache<Arc<str>, V> {
    let weight = |text: &Arc<str>, _: &V| u32::try_from(text.len()).unwrap_or(u32::MAX);
    Cache::builder().max_capacity(KEPT).weigher(weight).build()
}

/// The text, parsed now or before.
pub(super) fn parsed(text: &str) -> parser::Result<Arc<ExecutableDocument>> {
    KNOWN.get(text).map_or_else(|| parse_query(text).map(Arc::new), Ok)
}

/// Keeps what a text parses to. Only for one that is within the limits.
pub(super) fn keep(text: &str, document: &Arc<ExecutableDocument>) {
    if text.len() <= LONGEST && !KNOWN.contains_key(text) {
        KNOWN.insert(text.into(), Arc::clone(document));
    }
}
