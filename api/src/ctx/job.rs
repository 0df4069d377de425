//! Work done later.

use entity::Time;
use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};

use super::Ctx;
use crate::{
    base::Result,
    queue::{NewJob, Outcome},
};

/// How a run ends when it does not end well, or ends.
pub type Run = Outcome;

/// A payload of ids and what to do with it: read again, decide, act. Safe to run twice.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    const KIND: &'static str;
    /// May take longer than a lease: it is kept alive meanwhile, and other jobs do not wait for it.
    const LONG: bool = false;

    /// An error counts as "try again". `last`: there will be no further try.
    fn run(self, ctx: Ctx, last: bool) -> BoxFuture<'static, Result<Run>>;

    fn at(&self, run_at: Time) -> Result<NewJob> {
        NewJob::new(Self::KIND, self, run_at)
    }
}
