//! The program itself. Being a test of this package, it also makes `cargo test` build `steward`, which
//! the tests from outside start.

use std::process::Command;

#[test]
fn the_program_tells_what_it_can_do() {
    let told = Command::new(env!("CARGO_BIN_EXE_steward")).arg("--help").output().expect("start steward");
    let told = String::from_utf8(told.stdout).expect("text");
    for command in ["demo", "serve", "work", "migrate", "import", "key", "token", "healthcheck"] {
        assert!(told.contains(&format!("  {command} ")), "{command} in:\n{told}");
    }
}
