//! An import as the REST door shows it.

use entity::{ImportId, ImportKind, ImportState, Time, import};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    base::{Error, Result},
    import::{Kind, Summary},
};

/// What a file will hold.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateImport {
    /// What its rows are. Members first, then accounts, contacts, interactions, escalations, responses.
    pub kind: ImportKind,
    /// Whose references the file holds, where no mapping says it. A key names its own system or none.
    #[schema(min_length = 1, max_length = 64, example = "crm")]
    pub source: Option<String>,
    /// Which column feeds which field, as TOML: the same text as on the command line. Keys of JSON lines
    /// are columns. Guessed from their names where absent.
    #[schema(max_length = 65536, example = "source = \"crm\"\n[columns]\nreference = \"Id\"\nname = \"Company\"\n")]
    pub mapping: Option<String>,
}

/// How an import is to be run.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartImport {
    /// Another mapping than the one that stands there.
    #[schema(max_length = 65536, example = "source = \"crm\"\n[columns]\nreference = \"Id\"\nname = \"Company\"\n")]
    pub mapping: Option<String>,
    /// Writes nothing, and says what would be written; for files of at most 20,000 rows.
    #[serde(default)]
    #[schema(example = true)]
    pub dry_run: bool,
}

/// A file to be imported, and how far that has come.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportJob {
    /// Its id, for good.
    pub id: ImportId,
    /// What the rows are.
    pub kind: ImportKind,
    /// Where it stands.
    pub state: ImportState,
    /// Which column feeds which field, as TOML: told, or guessed from the names of the columns.
    #[schema(example = "source = \"crm\"\n[columns]\nreference = \"Id\"\nname = \"Company\"\n")]
    pub mapping: Option<String>,
    /// Columns of the file, or keys of its lines, that nothing reads.
    #[schema(max_items = 1000, example = json!(["Fax"]))]
    pub unread: Vec<String>,
    /// Nothing is written; the counts say what would be.
    pub dry_run: bool,
    /// Bytes of the file.
    #[schema(minimum = 0, example = 1_048_576)]
    pub bytes: i64,
    /// Rows gone through.
    #[schema(minimum = 0, example = 5000)]
    pub rows_done: i64,
    /// Rows of the file; null until it is started.
    #[schema(minimum = 0, example = 20000)]
    pub rows_total: Option<i64>,
    /// Counts so far; null until the first rows are judged.
    pub counts: Option<Counts>,
    /// Why it stopped, or what is to be told before it can start.
    #[schema(example = "columns.name: no column Company")]
    pub error: Option<String>,
    /// When it was made.
    pub created_at: Time,
    /// When it last went on.
    pub updated_at: Time,
}

/// What became of the rows.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Rows that are new.
    #[schema(minimum = 0, example = 4800)]
    pub created: u64,
    /// Rows that were there and were changed.
    #[schema(minimum = 0, example = 150)]
    pub updated: u64,
    /// Rows that were there like this.
    #[schema(minimum = 0, example = 40)]
    pub unchanged: u64,
    /// Rows that the mapping leaves out.
    #[schema(minimum = 0, example = 0)]
    pub skipped: u64,
    /// Rows, or entries of rows, that break a rule.
    #[schema(minimum = 0, example = 10)]
    pub refused: u64,
    /// Answers that break a rule though their row does not.
    #[schema(minimum = 0, example = 0)]
    pub refused_answers: u64,
    /// The first 100 faults; all of them stand in `errors.csv`.
    #[schema(max_items = 100)]
    pub faults: Vec<RowFault>,
}

/// A fault of one value.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportFault)]
pub struct RowFault {
    /// As a spreadsheet counts: 1 is the header. Of JSON lines 1 is the first line.
    #[schema(minimum = 1, example = 17)]
    pub row: u64,
    /// The file's column, or the line's key; empty for the whole row.
    #[schema(example = "Class")]
    pub column: String,
    /// At most 80 letters of it.
    #[schema(example = "GOLD")]
    pub value: String,
    /// What it breaks; reads on after the value.
    #[schema(example = "must be one of STRATEGIC, KEY, STANDARD")]
    pub rule: String,
}

/// All imports.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Imports {
    /// The newest first, at most 100.
    #[schema(max_items = 100)]
    pub data: Vec<ImportJob>,
}

impl From<Summary> for Counts {
    fn from(so_far: Summary) -> Self {
        let fault = |fault: crate::import::RowError| RowFault {
            row: fault.row,
            column: fault.column,
            value: fault.value,
            rule: fault.rule,
        };
        Self {
            created: so_far.created,
            updated: so_far.updated,
            unchanged: so_far.unchanged,
            skipped: so_far.skipped,
            refused: so_far.refused,
            refused_answers: so_far.refused_answers,
            faults: so_far.faults.into_iter().map(fault).collect(),
        }
    }
}

/// What came of the rows so far, if any.
pub(super) fn so_far(row: &import::Model) -> Result<Option<Summary>> {
    row.summary.clone().map(serde_json::from_value).transpose().map_err(Error::internal)
}

impl ImportJob {
    pub(super) fn of(row: import::Model, unread: Vec<String>) -> Result<Self> {
        let counts = so_far(&row)?.map(Counts::from);
        Ok(Self {
            id: row.id,
            kind: row.kind,
            state: row.state,
            mapping: row.mapping,
            unread,
            dry_run: row.dry_run,
            bytes: row.bytes,
            rows_done: row.rows_done,
            rows_total: row.rows_total,
            counts,
            error: row.error,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// A text that may quote a file, as a database can keep it: PostgreSQL takes no NUL.
pub(super) fn clean(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}") } else { text }
}

/// Counts and faults as they are kept.
pub(super) fn kept(so_far: &Summary) -> Result<serde_json::Value> {
    let mut so_far = so_far.clone();
    for text in so_far.faults.iter_mut().flat_map(|fault| [&mut fault.column, &mut fault.value, &mut fault.rule]) {
        *text = clean(std::mem::take(text));
    }
    serde_json::to_value(so_far).map_err(Error::internal)
}

/// The same word for the importer.
pub(super) const fn kind(kind: ImportKind) -> Kind {
    match kind {
        ImportKind::Members => Kind::Members,
        ImportKind::Accounts => Kind::Accounts,
        ImportKind::Contacts => Kind::Contacts,
        ImportKind::Interactions => Kind::Interactions,
        ImportKind::Escalations => Kind::Escalations,
        ImportKind::Responses => Kind::Responses,
    }
}
