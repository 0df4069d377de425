//! The limits of one request, in one place.

/// How much one GraphQL request may ask for. `Limits::default()` is what the server runs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request body.
    pub body_bytes: usize,
    /// Bytes of a body that is too long and is still read, unkept, so that the refusal reaches a
    /// client that writes everything before it reads. Beyond this the connection is dropped.
    pub drained_bytes: usize,
    /// Words, numbers, strings and signs of the query text: what bounds the time of parsing.
    pub tokens: usize,
    /// Open brackets of any kind at one place of the text: what bounds the stack of the parser.
    pub nesting: usize,
    /// Selection sets and fragments inside one another: what bounds the stack of validation.
    pub levels: u64,
    /// Fields, spreads and inline fragments of the whole document with every fragment expanded.
    pub fields: u64,
    /// Fields inside one another, the root field being 1.
    pub depth: u64,
    /// Aliases of one operation, expanded.
    pub aliases: u64,
    /// Directives of one operation, expanded, and of the text as written.
    pub directives: u64,
    /// Root fields of one operation, expanded.
    pub root_fields: u64,
    /// Fields that may be resolved: whatever is below a page counts once per row of the page.
    pub cost: u64,
    /// Rows of a page whose length the query does not say.
    pub page: u64,
    /// List fields of the introspection types (`fields`, `inputFields`, `interfaces`,
    /// `possibleTypes`) inside one another: types name fields that name types, without end.
    pub introspection_lists: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 256 * 1024,
            drained_bytes: 32 * 1024 * 1024,
            tokens: 10_000,
            nesting: 64,
            levels: 32,
            fields: 2_000,
            depth: 15,
            aliases: 50,
            directives: 50,
            root_fields: 20,
            cost: 20_000,
            page: 25,
            introspection_lists: 2,
        }
    }
}
