//! What is left of an erased contact outside the tables: letters kept as files, and bytes in the files of the database.

use std::collections::HashSet;

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    base::{Error, Result},
    ctx::{Ctx, Job, Run},
};

/// How long it waits where somebody still reads by the old bytes.
const PAUSE: TimeDelta = TimeDelta::seconds(10);

/// Does away with what is left. Run twice it finds nothing the second time.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sweep {
    /// Ids that name letters, and nobody any more.
    pub about: HashSet<Uuid>,
}

impl Job for Sweep {
    const KIND: &'static str = "privacy.sweep";

    fn run(self, ctx: Ctx, _: bool) -> BoxFuture<'static, Result<Run>> {
        Box::pin(async move {
            let is_done = sweep(&ctx, &self.about).await?;
            Ok(if is_done { Run::Done } else { Run::Later(PAUSE) })
        })
    }
}

/// Whether nothing is left.
pub(super) async fn sweep(ctx: &Ctx, about: &HashSet<Uuid>) -> Result<bool> {
    ctx.env().mail.forget(about).map_err(Error::internal)?;
    ctx.env().db.leave_nothing().await
}
