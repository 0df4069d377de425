//! The jobs: their list, and the runner that leases and runs them.

mod runner;

pub use runner::{Worker, run_due};

use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;

use crate::{
    base::{Error, Result},
    contact::TellMoved,
    ctx::{Ctx, Job, Run},
    entrance::SendLink,
    intake::RunImport,
    invitation::{SendMail, SendTest, TellChanged},
    privacy::Sweep,
    program::{MakeWave, Tick},
    quiet::CountQuiet,
};

/// The list of jobs: a new one is a line here.
fn run(kind: &str, payload: serde_json::Value, ctx: Ctx, last: bool) -> Result<BoxFuture<'static, Result<Run>>> {
    match kind {
        SendMail::KIND => start::<SendMail>(payload, ctx, last),
        MakeWave::KIND => start::<MakeWave>(payload, ctx, last),
        Tick::KIND => start::<Tick>(payload, ctx, last),
        TellChanged::KIND => start::<TellChanged>(payload, ctx, last),
        SendTest::KIND => start::<SendTest>(payload, ctx, last),
        TellMoved::KIND => start::<TellMoved>(payload, ctx, last),
        SendLink::KIND => start::<SendLink>(payload, ctx, last),
        RunImport::KIND => start::<RunImport>(payload, ctx, last),
        CountQuiet::KIND => start::<CountQuiet>(payload, ctx, last),
        Sweep::KIND => start::<Sweep>(payload, ctx, last),
        other => Err(Error::internal(format!("no job of kind {other}"))),
    }
}

/// Whether jobs of a kind may take longer than a lease.
fn is_long(kind: &str) -> bool {
    RunImport::LONG && kind == RunImport::KIND
}

fn start<J: Job + DeserializeOwned>(
    payload: serde_json::Value,
    ctx: Ctx,
    last: bool,
) -> Result<BoxFuture<'static, Result<Run>>> {
    let job: J = serde_json::from_value(payload).map_err(Error::internal)?;
    Ok(job.run(ctx, last))
}
