//! `steward import`: a file of another system, by a mapping.

use std::{
    fs::File,
    io::{self, BufWriter, IsTerminal},
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    app::{App, Ports},
    base::{Error, Result},
    config::Settings,
    import::{Faults, Import, Kind, Mapping, Stopped, Summary, import},
};

/// What `--help` says beyond the list of options.
const MORE: &str = r#"The mapping says what the columns mean. The least that one of accounts says:

  source = "crm"            # whose references these are
  [columns]                 # field = "column of the file"
  reference = "Id"
  name = "Company"

A field may also be a table:

  tier  = { column = "Class", values = { A = "STRATEGIC" }, blank = ["-"], default = "STANDARD" }
  email = { template = "{First|dots}.{Last|dots}@example.com" }   # filters: lower, slug, dots
  owner = { column = "Rep", by = "email" }     # or name, domain; by reference where absent
  annual_value = { column = "Revenue", scale = 100 }              # minor units in one of the file's
  renewal_on = { column = "Renewal", date_format = "%d/%m/%Y" }
  lifecycle = { constant = "ACTIVE" }

README.md has the fields of every kind, with examples.

Import members first, then accounts, contacts, interactions, responses. A row is found again by
source and reference, so a file can be imported again: what is not mapped stays, what is blank is
cleared. A bad row is refused alone and named; a bad file or mapping stops before anything is written.

Exit codes: 0 done, refused rows or not; 1 failed; 2 wrong usage, settings or mapping."#;

/// Bring in accounts, members, contacts, interactions or responses from a CSV file, by a mapping
#[derive(Debug, clap::Args)]
#[command(after_long_help = MORE)]
pub struct Args {
    /// What the rows are.
    kind: Rows,
    /// The file: CSV in UTF-8, the first line names the columns.
    file: PathBuf,
    /// The mapping, a TOML file.
    #[arg(long, value_name = "MAP")]
    map: PathBuf,
    /// Write nothing, and say what would be written. Others cannot write meanwhile.
    #[arg(long)]
    dry_run: bool,
    /// Print the summary as one JSON object.
    #[arg(long)]
    json: bool,
    /// Write every fault to this file, as CSV: row, column, value, rule.
    #[arg(long, value_name = "FILE.csv")]
    errors: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Rows {
    /// Client companies, with parent, home team and owner.
    Accounts,
    /// Our staff, with the teams they are in and lead; teams that are missing are made.
    Members,
    /// People at accounts.
    Contacts,
    /// Entries of timelines, and past ownership that follows from them.
    Interactions,
    /// Answers to surveys asked elsewhere, credited to the owner of their day.
    Responses,
}

impl From<Rows> for Kind {
    fn from(rows: Rows) -> Self {
        match rows {
            Rows::Accounts => Self::Accounts,
            Rows::Members => Self::Members,
            Rows::Contacts => Self::Contacts,
            Rows::Interactions => Self::Interactions,
            Rows::Responses => Self::Responses,
        }
    }
}

/// A bad mapping is wrong usage; everything else failed.
pub enum Ended {
    Usage(String),
    Failed(Error),
}

/// Imports, and prints what became of it.
pub async fn run(settings: &Settings, args: &Args) -> Result<(), Ended> {
    let failed = |path: &Path, error: io::Error| Ended::Failed(Error::internal(format!("{}: {error}", path.display())));
    let text = std::fs::read_to_string(&args.map).map_err(|error| failed(&args.map, error))?;
    let mapping = Mapping::parse(args.kind.into(), &text).map_err(|faults| usage(&args.map, &faults))?;
    File::open(&args.file).map_err(|error| failed(&args.file, error))?;
    let faults = match &args.errors {
        Some(path) => Some(BufWriter::new(File::create(path).map_err(|error| failed(path, error))?)),
        None => None,
    };
    let url = settings.public_url.clone().unwrap_or_else(|| format!("http://{}", settings.listen));
    let app = App::build(settings, Ports::default(), url).await.map_err(Ended::Failed)?;
    let bar = bar();
    let moving = bar.clone();
    let progress = Box::new(move |done, total| {
        moving.set_length(total);
        moving.set_position(done);
    });
    let file = args.file.clone();
    let import_of = Import { mapping, open: move || File::open(&file), dry_run: args.dry_run, faults, progress };
    let done = Box::pin(import(&app.system(), import_of)).await;
    bar.finish_and_clear();
    show(args, &done.map_err(|stopped| ended(args, stopped))?).map_err(Ended::Failed)
}

fn usage(map: &Path, faults: &Faults) -> Ended {
    Ended::Usage(format!("the mapping {} does not fit:\n{faults}", map.display()))
}

fn ended(args: &Args, stopped: Stopped) -> Ended {
    match stopped {
        Stopped::Mapping(faults) => usage(&args.map, &faults),
        Stopped::Failed(error) => Ended::Failed(error),
        other => Ended::Failed(Error::internal(format!("{}: {other}", args.file.display()))),
    }
}

/// Seen on a terminal only.
fn bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} rows, {eta} left");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(args: &Args, summary: &Summary) -> Result<()> {
    if args.json {
        println!("{}", serde_json::to_string(summary).map_err(Error::internal)?);
    } else {
        println!("{summary}");
    }
    Ok(())
}
