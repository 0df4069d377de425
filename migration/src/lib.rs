//! The tables, for SQLite and PostgreSQL from one text. Depends on nothing of ours.
//!
//! A migration is SQL in which five words stand for a type that the two engines spell differently
//! (see [`sql`]). What is released is never edited; a change is a new file, additive first.

mod m20261122_000001_start;
mod m20261125_000002_programmes;
mod m20261125_000003_waves;
mod m20261126_000004_doors;
mod m20261126_000005_merge;
mod m20261126_000006_uploads;
mod m20261126_000007_rising;
mod m20261126_000008_audit;
mod m20261126_000009_sessions;
mod m20261126_000010_attempts;
mod m20261126_000011_keys;
mod m20261126_000012_links;
mod m20261126_000013_factors;
mod m20261126_000014_quiet;
mod m20261126_000015_cover;
mod m20261126_000016_dead;
mod m20261126_000018_outside;
mod m20261127_000019_escalations;
mod m20261127_000020_answers;
mod m20261127_000021_slices;
pub mod sql;

pub use sea_orm_migration;
use sea_orm_migration::prelude::*;

/// Runs the migrations in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_start::Migration),
            Box::new(m20261125_000002_programmes::Migration),
            Box::new(m20261125_000003_waves::Migration),
            Box::new(m20261126_000004_doors::Migration),
            Box::new(m20261126_000005_merge::Migration),
            Box::new(m20261126_000006_uploads::Migration),
            Box::new(m20261126_000007_rising::Migration),
            Box::new(m20261126_000008_audit::Migration),
            Box::new(m20261126_000009_sessions::Migration),
            Box::new(m20261126_000010_attempts::Migration),
            Box::new(m20261126_000011_keys::Migration),
            Box::new(m20261126_000012_links::Migration),
            Box::new(m20261126_000013_factors::Migration),
            Box::new(m20261126_000014_quiet::Migration),
            Box::new(m20261126_000015_cover::Migration),
            Box::new(m20261126_000016_dead::Migration),
            Box::new(m20261126_000018_outside::Migration),
            Box::new(m20261127_000019_escalations::Migration),
            Box::new(m20261127_000020_answers::Migration),
            Box::new(m20261127_000021_slices::Migration),
        ]
    }
}
