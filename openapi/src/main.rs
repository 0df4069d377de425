//! Prints the contract without a database: `openapi.json` and `schema.graphql`, beside this crate's `Cargo.toml`.
//!
//! Without arguments it writes both files; with `--check` it compares them and fails where they differ.

use std::{fs, path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    let check = std::env::args().nth(1).as_deref() == Some("--check");
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut same = true;
    for (name, text) in api::contract() {
        let path = folder.join(name);
        if check {
            let known = fs::read_to_string(&path).unwrap_or_default();
            if known != text {
                eprintln!("openapi/{name} is not what the code prints; run `cargo run --bin openapi` and commit it");
                same = false;
            }
        } else if let Err(error) = fs::write(&path, text) {
            eprintln!("openapi/{name}: {error}");
            same = false;
        }
    }
    if same { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
