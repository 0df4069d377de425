//! What outside systems write: accounts and contacts by their own references, entries of timelines by their own ids.
//!
//! The same rows as a file's, written by the same rules, but in a key's name and scope and one request at a time.
//! Writing the same again changes nothing. What is absent stays, null clears.

mod account;
mod contact;
mod given;
mod interactions;
mod rest;

pub use account::UpsertAccount;
pub use contact::UpsertContact;
pub use interactions::{Interactions, LogInteraction};
pub use rest::routes;

use std::fmt::Display;

use crate::{
    base::{Error, Fault, Result},
    ctx::Ctx,
    import::{Refusal, RowError},
    store::filter::camel,
};

/// What must hold before something is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Precondition {
    /// It is there, at this version.
    pub version: Option<i32>,
    /// It is there.
    pub any: bool,
    /// It is not there.
    pub none: bool,
}

impl Precondition {
    /// `version`: of what is there.
    fn check(self, version: Option<i32>) -> Result<()> {
        let stale = self.version.is_some() && self.version != version
            || self.any && version.is_none()
            || self.none && version.is_some();
        if stale { Err(Error::Stale) } else { Ok(()) }
    }
}

/// The outside system an integration speaks for.
fn source(ctx: &Ctx) -> Result<String> {
    ctx.viewer().source.clone().ok_or_else(|| {
        let advice = "references belong to outside systems; sign in with an integration's key";
        Error::Forbidden(advice.to_owned())
    })
}

/// What is wrong with a row, as faults of the request; `at` is the row's own pointer.
fn faults(at: &str, refusal: &Refusal) -> Vec<Fault> {
    let fault = |fault: &RowError| Fault {
        field: if fault.column.is_empty() { at.to_owned() } else { format!("{at}/{}", camel(&fault.column)) },
        rule: fault.rule.clone(),
    };
    refusal.faults.iter().map(fault).collect()
}

/// What is told of a row that was merged away; where to, only to whoever sees that one.
fn merged(what: &str, stayed: Option<impl Display>) -> Error {
    Error::conflict(match stayed {
        Some(stayed) => format!("this {what} was merged into {what} {stayed}: write that one"),
        None => format!("this {what} is archived for good: it is not written any more"),
    })
}

/// Runs a change once more where somebody made the same thing at the same time: it is there now.
async fn twice<T, Fut: Future<Output = Result<T>>>(run: impl Fn() -> Fut) -> Result<T> {
    match run().await {
        Err(Error::Conflict(..)) => run().await,
        done => done,
    }
}
