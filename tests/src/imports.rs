//! Imports in tests: files of ours, files of others, texts made up on the spot.

use std::{
    io::{self, Cursor},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use api::import::{Import, Kind, Mapping, Stopped, Summary, import};

use crate::{app::TestApp, skip::skip};

/// A folder of this crate.
fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The airport's survey.
pub fn sfo() -> PathBuf {
    here("data/sfo_survey_2017.csv")
}

/// The ambulance service's answers.
pub fn nhs() -> PathBuf {
    here("data/nhs_feedback_neas.csv")
}

/// A mapping of `tests/maps`.
///
/// # Panics
/// Where there is none of the name.
pub fn map(name: &str) -> String {
    std::fs::read_to_string(here(&format!("maps/{name}.toml"))).expect("a map")
}

/// What to do where the company's files are not there.
pub const CURE: &str = "nothing is wrong: the files are not ours to copy. Whoever has Maven Analytics' CRM Sales \
    Opportunities names the folder of crm_accounts.csv in STEWARD_TEST_CRM_DIR";

/// The folder of the company's accounts, people and deals, which are not ours to copy.
pub fn crm_folder() -> Option<PathBuf> {
    std::env::var_os("STEWARD_TEST_CRM_DIR").map(PathBuf::from)
}

/// The same, or a skip.
pub fn crm() -> Option<PathBuf> {
    let folder = crm_folder();
    if folder.is_none() {
        skip("the CRM data", CURE);
    }
    folder
}

/// Imports a file by one of the maps in `tests/maps`.
///
/// # Panics
/// When the import stops.
pub async fn import_file(app: &TestApp, kind: Kind, map: &str, file: &Path) -> Summary {
    let map = self::map(map);
    let text = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    import_text(app, kind, &map, &text, false).await.unwrap_or_else(|stopped| panic!("{stopped}"))
}

/// Imports a text by a mapping.
///
/// # Panics
/// When the mapping has a fault in itself.
pub async fn import_text(app: &TestApp, kind: Kind, map: &str, file: &[u8], dry_run: bool) -> Result<Summary, Stopped> {
    let mapping = Mapping::parse(kind, map).unwrap_or_else(|faults| panic!("{faults}"));
    let file = file.to_vec();
    let open = move || Ok(Cursor::new(file.clone()));
    let no_faults: Option<io::Sink> = None;
    let job =
        Import { mapping, open, dry_run, faults: no_faults, progress: Box::new(|_, _| {}), keeper: None, resume: None };
    import(&app.system(), job).await
}

/// The same, with every fault that would be written to a file: row, column, value, rule.
///
/// # Panics
/// When the mapping has a fault in itself, or the faults are no CSV.
pub async fn import_with_faults(
    app: &TestApp,
    kind: Kind,
    map: &str,
    file: &[u8],
) -> Result<(Summary, Vec<csv::StringRecord>), Stopped> {
    let mapping = Mapping::parse(kind, map).unwrap_or_else(|faults| panic!("{faults}"));
    let file = file.to_vec();
    let written = Shared::default();
    let job = Import {
        mapping,
        open: move || Ok(Cursor::new(file.clone())),
        dry_run: false,
        faults: Some(written.clone()),
        progress: Box::new(|_, _| {}),
        keeper: None,
        resume: None,
    };
    let summary = import(&app.system(), job).await?;
    let text = written.0.lock().unwrap().clone();
    Ok((summary, csv::Reader::from_reader(&text[..]).into_records().map(Result::unwrap).collect()))
}

/// A writer whose text can be read afterwards.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
