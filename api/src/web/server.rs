//! What the doors share.

use std::sync::Arc;

use super::{Pulse, Rates};
use crate::{
    base::Origins,
    ctx::Env,
    graph::{Proven, Schema, guard::Limits, ws::Sockets},
    invitation::page::Brand,
    visit::Visits,
};

/// Who may read the GraphQL schema through the API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Introspection {
    Off,
    #[default]
    SignedIn,
    Anyone,
}

/// The state of every route. Cheap to clone.
#[derive(Clone)]
pub struct Server {
    pub env: Arc<Env>,
    pub schema: Arc<Proven<Schema>>,
    pub limits: Limits,
    pub introspection: Introspection,
    pub sockets: Sockets,
    /// Whose pages may read our answers.
    pub origins: Origins,
    pub rates: Arc<Rates>,
    pub brand: Arc<Brand>,
    pub visits: Arc<Visits>,
    pub pulse: Arc<Pulse>,
    /// Whether the two explorers are served.
    pub explorers: bool,
}
