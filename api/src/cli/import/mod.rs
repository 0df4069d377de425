//! `steward import`: files of other systems, by a mapping or a guess at one.

mod ask;
mod plan;

use std::{
    fs::File,
    io::{self, BufWriter},
    path::{Path, PathBuf},
};

use clap::ValueEnum;

use self::plan::{Step, plan};
use super::{bar, carry};
use crate::{
    app::{App, Ports},
    base::{Error, Result},
    config::Settings,
    import::{Faults, FileError, Import, Kind, Stopped, Summary, import, rehearse},
};

/// What `--help` says beyond the list of options.
const MORE: &str = r#"A file is CSV, or JSON lines: one object a line, its keys the columns. There null or a missing key is blank, a list
of texts is one cell divided by ;, an object stays JSON, and the first line is row 1.

The mapping says what the columns mean. The least that one of accounts says:

  source = "crm"            # whose references these are
  [columns]                 # field = "column of the file"
  reference = "Id"
  name = "Company"

A field may also be a table:

  tier  = { column = "Class", values = { A = "STRATEGIC" }, blank = ["-"], default = "STANDARD" }
  email = { template = "{First|dots}.{Last|dots}@example.com" }   # filters: lower, slug, dots
  owner = { column = "Rep", by = "email" }     # or name, domain, reference or name; by reference where absent
  team  = { column = "Team", split = " / " }   # or a list of templates, from the top down
  annual_value = { column = "Revenue", scale = 100 }              # minor units in one of the file's
  renewal_on = { column = "Renewal", date_format = "%d/%m/%Y" }
  lifecycle = { constant = "ACTIVE" }

Without --map the mapping is guessed by the names of the columns and shown; on a terminal you are asked,
elsewhere --yes takes it. --write-map keeps it in a file, for you to complete.

Encoding, separator and the order of dates are found in the file where it leaves no doubt, and shown. Dates
that fit two orders stop the import before its first row, with the rows that show it, until the mapping tells:

  date_format = "%d/%m/%Y"                                          # rows that do not fit are refused
  date_format = ["%d/%m/%Y", "%m/%d/%Y"]                            # rows that fit both are refused
  date_format = { "2-99" = "%m/%d/%Y", else = "%d/%m/%Y" }          # by rows
  date_format = { by = "Country", US = "%m/%d/%Y", else = "%d/%m/%Y" }   # by the cells of a column

A folder is imported in the order that references need: members, accounts, contacts, interactions, escalations,
responses, invitations, those that are there as .csv, .jsonl or .ndjson, each by the mapping beside it
(accounts.toml, …) or a guess. All are looked at before the first is imported. A dry run tries each upon what those
before would have written.

A row is found again by source and reference, so a file can be imported again: what is not mapped stays, what
is blank is cleared. A bad row is refused alone and named; a bad file or mapping stops before anything is
written. README.md has the fields of every kind, with examples.

Exit codes: 0 done, refused rows or not (with --strict refused rows end with 1); 1 failed; 2 wrong usage,
settings or mapping, or a question that the mapping must answer."#;

/// Bring in accounts, members, contacts, their history and open links from files of CSV or JSON lines
#[derive(Debug, clap::Args)]
#[command(after_long_help = MORE, allow_missing_positional = true)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Args {
    /// What the rows are; absent for a folder.
    kind: Option<Rows>,
    /// A file of CSV, whose first line names the columns, or of JSON lines; or a folder of files named by kind.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The mapping, a TOML file; guessed where absent.
    #[arg(long, value_name = "MAP", conflicts_with_all = ["source", "write_map"])]
    map: Option<PathBuf>,
    /// Take a guessed mapping without asking.
    #[arg(long)]
    yes: bool,
    /// Whose references these are, for a guessed mapping.
    #[arg(long, value_name = "NAME", default_value = "import")]
    source: String,
    /// Write the guessed mapping to this file, and import nothing.
    #[arg(long, value_name = "MAP", conflicts_with = "yes")]
    write_map: Option<PathBuf>,
    /// The file's encoding, such as windows-1252; found out where absent.
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Write nothing, and say what would be written. Others cannot write meanwhile.
    #[arg(long)]
    dry_run: bool,
    /// End with 1 if rows or answers were refused.
    #[arg(long)]
    strict: bool,
    /// Print the summary as one JSON object; of a folder, one a line for each file.
    #[arg(long)]
    json: bool,
    /// Write every fault to this file, as CSV: row, column, value, rule. Of a folder: to a folder, a file for each kind.
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
    /// What was raised at accounts, open or settled.
    Escalations,
    /// Answers to surveys asked elsewhere, credited to the owner of their day.
    Responses,
    /// Invitations of a former system whose links are out, known by the secret in them or by its SHA-256.
    Invitations,
}

impl From<Rows> for Kind {
    fn from(rows: Rows) -> Self {
        match rows {
            Rows::Accounts => Self::Accounts,
            Rows::Members => Self::Members,
            Rows::Contacts => Self::Contacts,
            Rows::Interactions => Self::Interactions,
            Rows::Escalations => Self::Escalations,
            Rows::Invitations => Self::Invitations,
            Rows::Responses => Self::Responses,
        }
    }
}

/// A bad mapping is wrong usage; everything else failed.
pub enum Ended {
    Usage(String),
    Failed(Error),
}

impl Ended {
    fn failed(path: &Path, why: impl std::fmt::Display) -> Self {
        Self::Failed(Error::internal(format!("{}: {why}", path.display())))
    }

    /// The mapping and the file do not go together.
    fn unfit(file: &Path, faults: &Faults) -> Self {
        Self::Usage(format!("{} cannot be imported by this mapping:\n{faults}", file.display()))
    }

    fn file(file: &Path, error: FileError) -> Self {
        match error {
            FileError::Header(faults) | FileError::Unclear(faults) => Self::unfit(file, &faults),
            other => Self::failed(file, other),
        }
    }

    fn stopped(file: &Path, stopped: Stopped) -> Self {
        match stopped {
            Stopped::Mapping(faults) => Self::unfit(file, &faults),
            Stopped::Failed(error) => Self::Failed(error),
            Stopped::File(error) => Self::file(file, error),
            other @ Stopped::Report(_) => Self::failed(file, other),
        }
    }
}

/// Imports, and prints what became of it.
pub async fn run(settings: &Settings, args: &Args) -> Result<(), Ended> {
    let Some(steps) = plan(args)? else { return Ok(()) };
    let app = match settings.database_file().filter(|file| !file.exists()) {
        Some(file) => {
            eprintln!("makes a new database, {}, as STEWARD_DATABASE_URL says", file.display());
            App::build(settings, Ports::default(), settings.own_url()).await
        }
        None => App::operate(settings).await,
    };
    let app = app.map_err(Ended::Failed)?;
    let mut refused = 0;
    match args.kind {
        None if args.dry_run => carry::leave(&args.file),
        None => carry::bring(&app.system(), &args.file).await.map_err(Ended::Failed)?,
        Some(_) => {}
    }
    let mut summed = |summary: &Summary| {
        refused += summary.refused + summary.refused_answers;
        show(args, summary).map_err(Ended::Failed)
    };
    let files: Vec<PathBuf> = steps.iter().map(|step| step.file.clone()).collect();
    let imports = steps.into_iter().map(|step| ready(args, step)).collect::<Result<Vec<_>, Ended>>()?;
    if args.dry_run {
        // Later files point at rows of earlier ones.
        let done =
            Box::pin(rehearse(&app.system(), imports)).await.map_err(|stopped| Ended::stopped(&args.file, stopped))?;
        for (file, done) in files.iter().zip(done) {
            summed(&done.map_err(|stopped| Ended::stopped(file, stopped))?)?;
        }
    } else {
        for (file, import_of) in files.iter().zip(imports) {
            let done = Box::pin(import(&app.system(), import_of)).await;
            summed(&done.map_err(|stopped| Ended::stopped(file, stopped))?)?;
        }
    }
    if args.strict && refused > 0 {
        return Err(Ended::Failed(Error::internal(format!("refused rows and answers: {refused}"))));
    }
    Ok(())
}

type Ready<O> = Import<O, BufWriter<File>>;

/// An import that shows how far it is.
fn ready(args: &Args, step: Step) -> Result<Ready<impl Fn() -> io::Result<File> + Send + Sync + 'static>, Ended> {
    let Step { file, mapping, errors } = step;
    let faults = match &errors {
        Some(path) => Some(BufWriter::new(File::create(path).map_err(|error| Ended::failed(path, error))?)),
        None => None,
    };
    let bar = bar("{bar:40} {human_pos} of {human_len} rows, {eta} left");
    let progress = Box::new(move |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    let open = move || File::open(&file);
    Ok(Import { mapping, open, dry_run: args.dry_run, faults, progress, keeper: None, resume: None })
}

fn show(args: &Args, summary: &Summary) -> Result<()> {
    if args.json {
        println!("{}", serde_json::to_string(summary).map_err(Error::internal)?);
    } else {
        println!("{summary}");
    }
    Ok(())
}
