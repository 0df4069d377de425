//! `steward migrate`.

use crate::{
    app::{Ports, open_database},
    base::Result,
    config::Settings,
};

pub async fn run(settings: &Settings) -> Result<()> {
    open_database(settings, &Ports::default()).await?;
    println!("The database has this version's tables.");
    Ok(())
}
