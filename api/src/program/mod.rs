//! Programmes: when and to whom a survey is sent; waves: one run of it; exclusions: who is left out for a while.
//!
//! Always holds: a programme reaches the accounts of its team and below, as the tree is when it runs, and
//! no others, whoever started it; a wave is made in pieces, each in one transaction that also says how far
//! it has come, so that a killed run goes on where it was; a dry run judges by the same code and writes
//! nothing. Admins make programmes anywhere, managers in the teams they lead; owners make none, since they
//! do not choose who is asked.

mod audience;
mod dry;
mod exclusion;
mod graphql;
mod jobs;
mod loader;
mod model;
mod plan;
mod rest;
mod run;
mod send;
mod service;
mod wave;

pub use audience::Audience;
pub use dry::{DryRun, Planned, dry_run};
pub use exclusion::{CreateExclusion, Exclusion, create_exclusion, exclusions, lift_exclusion};
pub use graphql::{ProgramMutation, ProgramQuery};
pub use jobs::{MakeWave, Tick};
pub use loader::{FunnelLoader, ProgramLoader};
pub use model::{CreateProgram, Program, UpdateProgram};
pub use plan::{Plan, Trigger};
pub use rest::routes;
pub use run::run;
pub use send::{SendSurvey, Sent, send};
pub use service::{Change, change, create, get, list, update};
pub use wave::{ListWaves, Wave, set_wave, wave, waves};
