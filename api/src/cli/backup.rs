//! `steward backup` and `steward restore`: a SQLite database as one file.

use std::{
    fs,
    io::{self, Error as IoError},
    path::{Path, PathBuf},
};

use crate::{
    app::{need_folder, private},
    base::{Error, Result},
    config::Settings,
    store::{Copied, behind, copy, look_through},
};

/// Copy the database to a file while Steward runs, and look through the copy
///
/// The copy is the database as it stands at one moment; readers and writers go on meanwhile. It counts only when it was
/// looked through (integrity, references, rows), and takes its name only then. It holds personal data, and never the
/// secret: keep its setting, or the file `steward.secret`, elsewhere; without it nobody signs in to what is restored.
/// On PostgreSQL use `pg_dump`, which does the same.
#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    /// Where to; a file that is there is not overwritten.
    file: PathBuf,
}

/// Put a copy made by `steward backup` in the place of a database that is not there
///
/// Stop Steward first, and move a database that is there out of the way, with the files beside it that end in -wal and
/// -shm. The copy is looked through before it is used, and stays as it is.
#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// The copy.
    file: PathBuf,
}

/// Makes a copy.
pub async fn backup(settings: &Settings, args: &BackupArgs) -> Result<()> {
    if settings.database_file().is_none() {
        return Err(Error::internal("this database is on PostgreSQL; use pg_dump --format=custom, and pg_restore"));
    }
    let copied = whole(&args.file, async |part| copy(&settings.database_url, part).await).await?;
    told(&args.file, copied);
    println!("The secret is not in it: keep STEWARD_SECRET, or the file steward.secret, elsewhere.");
    Ok(())
}

/// Puts a copy where no database is.
pub async fn restore(settings: &Settings, args: &RestoreArgs) -> Result<()> {
    let Some(to) = settings.database_file() else {
        return Err(Error::internal("STEWARD_DATABASE_URL names PostgreSQL; use pg_restore, into an empty database"));
    };
    let with = |end: &str| PathBuf::from(format!("{}{end}", to.display()));
    if let Some(there) = [to.clone(), with("-wal"), with("-shm")].into_iter().find(|file| file.exists()) {
        return Err(Error::internal(format!("{} is there already; move it out of the way first", there.display())));
    }
    need_folder(settings)?;
    let put = async |part: &Path| {
        let mut into = fs::File::options().write(true).open(part).map_err(|error| failed(part, &error))?;
        let mut from = fs::File::open(&args.file).map_err(|error| failed(&args.file, &error))?;
        io::copy(&mut from, &mut into).map(drop).map_err(|error| failed(part, &error))
    };
    told(&to, whole(&to, put).await?);
    println!("Start Steward with the secret it was made with.");
    Ok(())
}

/// Fills a file beside `to`, looks through it, and gives it that name; of what is not sound nothing is left.
pub(super) async fn whole(to: &Path, fill: impl AsyncFnOnce(&Path) -> Result<()>) -> Result<Copied> {
    if to.exists() {
        return Err(Error::internal(format!("{} is there already; name another file", to.display())));
    }
    let part = PathBuf::from(format!("{}.part", to.display()));
    match private(&part) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let why = "another copy is being made, or one was cut off; in that case remove the file";
            return Err(Error::internal(format!("{} is there: {why}", part.display())));
        }
        made => drop(made.map_err(|error| failed(&part, &error))?),
    }
    let done = async {
        fill(&part).await?;
        let copied = look_through(&part).await?;
        if behind(&format!("sqlite:{}", part.display())).await?.1 > 0 {
            return Err(Error::internal("this database is of a newer steward; use that version"));
        }
        settle(&part, to)?;
        Ok(copied)
    };
    let done = done.await;
    tidy(&part);
    done
}

fn told(to: &Path, copied: Copied) {
    println!("{}: {} rows in {} tables, looked through", to.display(), copied.rows, copied.tables);
}

/// Gives a file its name for good, so that a loss of power leaves all of it or none.
fn settle(part: &Path, to: &Path) -> Result<()> {
    let lasting = || -> io::Result<()> {
        fs::File::open(part)?.sync_all()?;
        fs::rename(part, to)?;
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::File::open(folder)?.sync_all()
    };
    lasting().map_err(|error| failed(to, &error))
}

/// What is left of a copy that did not come to be.
fn tidy(part: &Path) {
    for end in ["", "-wal", "-shm", "-journal"] {
        let left = PathBuf::from(format!("{}{end}", part.display()));
        if left.exists()
            && let Err(error) = fs::remove_file(&left)
        {
            tracing::warn!(%error, file = %left.display(), "a file is left over");
        }
    }
}

fn failed(path: &Path, error: &IoError) -> Error {
    Error::internal(format!("{}: {error}", path.display()))
}
