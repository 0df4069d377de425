//! The command line. Exit codes: 0 done, 1 failed, 2 wrong usage or settings.

mod ask;
mod backup;
mod carry;
mod config;
mod demo;
mod doctor;
mod erase;
mod export;
mod healthcheck;
mod import;
mod key;
mod keys;
mod log;
mod manual;
mod migrate;
mod migrate_to;
mod token;
#[cfg(feature = "otlp")]
mod traces;

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use clap::{CommandFactory, Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    app::{Jobs, Ports, serve},
    base::{Error, Result, STACK},
    config::{Faults, Settings, Source, advise, help},
};

/// Client ownership, made explicit and measurable.
///
/// New here? `steward demo` serves a made-up company to look around in. Without a command Steward
/// serves for real, on SQLite in the working folder, with no configuration needed. Settings are
/// environment variables that begin with STEWARD_. Exit codes: 0 done, 1 failed, 2 wrong usage or
/// settings.
#[derive(Debug, Parser)]
#[command(name = "steward", version, propagate_version = true, arg_required_else_help = false)]
#[command(after_long_help = help())]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    /// Answer requests and run jobs (the default)
    ///
    /// Brings the database to this version's tables first. Where nobody has been yet, makes the first
    /// admin, and shows the password once on a terminal, else keeps it in the file `admin-password`
    /// of the data folder. SIGTERM and Ctrl-C let what is in flight finish, for at most 10 seconds.
    Serve {
        /// Leave the jobs to `steward work` processes.
        #[arg(long)]
        no_jobs: bool,
    },
    /// Run jobs only, beside `steward serve --no-jobs`
    ///
    /// Any number of these may run on PostgreSQL: a job is leased to one of them at a time, and taken
    /// up by another where that one dies.
    Work,
    /// Bring the database to this version's tables, and stop
    ///
    /// `serve` and `work` do the same at their start. A database of a newer version is refused.
    Migrate,
    MigrateTo(migrate_to::Args),
    Backup(backup::BackupArgs),
    Restore(backup::RestoreArgs),
    Config(config::Args),
    Doctor(doctor::Args),
    Import(import::Args),
    Export(export::Args),
    Token(token::Args),
    Key(key::Args),
    Keys(keys::Args),
    Erase(erase::Args),
    Healthcheck(healthcheck::Args),
    Completions(manual::CompletionsArgs),
    Man(manual::ManArgs),
}

/// Why a command ended badly.
enum Failure {
    Settings(Faults),
    Usage(String),
    Failed(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<import::Ended> for Failure {
    fn from(ended: import::Ended) -> Self {
        match ended {
            import::Ended::Usage(why) => Self::Usage(why),
            import::Ended::Failed(error) => Self::Failed(error),
        }
    }
}

/// Runs the command line.
pub fn main() -> ExitCode {
    // clap prints its own words and ends with 2 on wrong usage, 0 on help.
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("steward: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli.command.unwrap_or(Command::Serve { no_jobs: false }))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Settings(faults)) => {
            eprint!("steward: {faults}");
            ExitCode::from(2)
        }
        Err(Failure::Usage(why)) => {
            eprintln!("steward: {why}");
            ExitCode::from(2)
        }
        Err(Failure::Failed(error)) => {
            eprintln!("steward: {}", words(&error));
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo(args) => demo::run(&args).await?,
        Command::Serve { no_jobs } => {
            let settings = settings()?;
            log::start(&settings);
            warn(&settings);
            #[cfg(feature = "otlp")]
            let told = traces::start()?;
            let jobs = if no_jobs { Jobs::Leave } else { Jobs::Run };
            let served = serve(settings, Ports::default(), jobs, |_, url| async move {
                eprintln!("Steward listens on {url}\n  GraphQL  {url}/graphql\n  REST     {url}/docs");
                Ok(())
            });
            let served = Box::pin(served).await;
            #[cfg(feature = "otlp")]
            traces::end(told).await;
            served?;
        }
        Command::Work => {
            let settings = settings()?;
            log::start(&settings);
            warn(&settings);
            Box::pin(crate::app::work_only(settings, Ports::default())).await?;
        }
        Command::Migrate => migrate::run(&settings()?).await?,
        Command::MigrateTo(args) => migrate_to::run(&existing()?, &args).await?,
        Command::Backup(args) => backup::backup(&existing()?, &args).await?,
        Command::Restore(args) => backup::restore(&settings()?, &args).await?,
        Command::Config(args) => config::run(&args)?,
        Command::Doctor(args) => doctor::run(Settings::read(Source::environment()), &args).await?,
        Command::Import(args) => Box::pin(import::run(&settings()?, &args)).await?,
        Command::Export(args) => Box::pin(export::run(&existing()?, &args)).await?,
        Command::Token(args) => token::run(&existing()?, &args).await?,
        Command::Key(args) => key::run(&existing()?, args).await?,
        Command::Keys(args) => keys::run(&existing()?, &args).await?,
        Command::Erase(args) => Box::pin(erase::run(&existing()?, args)).await?,
        Command::Healthcheck(args) => healthcheck::run(&args).await?,
        Command::Completions(args) => manual::completions(Cli::command(), &args)?,
        Command::Man(args) => manual::man(Cli::command(), &args)?,
    }
    Ok(())
}

/// Settings of an installation that is there.
fn existing() -> Result<Settings, Failure> {
    let settings = settings()?;
    exists(&settings)?;
    Ok(settings)
}

/// No command for an installation that is there makes a new database by the way, because it was started in another
/// folder.
fn exists(settings: &Settings) -> Result<()> {
    match settings.database_file() {
        Some(file) if !file.exists() => Err(Error::internal(format!(
            "there is no database at {}, which STEWARD_DATABASE_URL names; start in the folder where `steward serve` runs, \
             correct the setting, or make one by `steward migrate`",
            file.display()
        ))),
        _ => Ok(()),
    }
}

/// All settings, or all that is wrong with them.
fn settings() -> Result<Settings, Failure> {
    Settings::read(Source::environment()).map_err(Failure::Settings)
}

/// Says in the log what most likely is not meant so.
fn warn(settings: &Settings) {
    for advice in advise(settings) {
        tracing::warn!("{} {}; {}", advice.setting, advice.what, advice.todo);
    }
}

/// Prints a text as it is. Whoever stops reading has seen enough.
fn print(text: &[u8]) -> Result<()> {
    match io::stdout().lock().write_all(text) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(Error::internal),
    }
}

/// What the operator needs to know, the source of an internal error included.
fn words(error: &Error) -> String {
    match error {
        Error::Internal(source) => source.to_string(),
        Error::Unavailable => {
            "the database cannot be used now: not reached, not to be written to, or held by another program; \
                               `steward doctor` says which"
                .to_owned()
        }
        other => other.to_string(),
    }
}

/// How far something is, by a template of indicatif. Seen on a terminal only.
fn bar(template: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template);
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
