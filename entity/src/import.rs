//! A file to be imported, and how far that has come.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{ImportId, ImportKind, ImportState, Time};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "import")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportId,
    pub kind: ImportKind,
    /// Whose references the file holds.
    pub source: String,
    pub state: ImportState,
    /// TOML: told, or guessed from the header.
    pub mapping: Option<String>,
    pub dry_run: bool,
    /// Of the file.
    pub bytes: i64,
    pub rows_done: i64,
    pub rows_total: Option<i64>,
    /// Counts and the first faults so far.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub summary: Option<Json>,
    /// Why it stopped, or what is to be told before it can start.
    pub error: Option<String>,
    pub by_id: Option<Uuid>,
    /// The last upload that began: pieces of another are not taken.
    pub upload: Option<Uuid>,
    /// Runs in a row that neither ended nor came any further.
    pub cut_off: i16,
    pub created_at: Time,
    pub updated_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
