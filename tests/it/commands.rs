//! What the program says of itself: completions, the manual page, its settings.

use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Output},
};

use api::config::{SETTINGS, Settings, Source, markdown};
use tests::{
    process::{self, CURE},
    skip::skip,
};

/// Runs the program in a folder with these settings and no others; nothing where it was not built.
fn steward(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Option<Output> {
    let Some(program) = process::steward() else {
        skip("the program steward", CURE);
        return None;
    };
    let mut command = Command::new(program);
    Some(command.args(arguments).env_clear().envs(settings.iter().copied()).current_dir(folder).output().unwrap())
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Every command, as it is written, by what `--help` lists.
fn commands(folder: &Path) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec!["steward".to_owned()];
    while let Some(command) = open.pop() {
        let words: Vec<&str> = command.split(' ').skip(1).chain(["--help"]).collect();
        let help = said(&steward(folder, &words, &[])?);
        let listed = help.split_once("\nCommands:\n").map_or("", |(_, rest)| rest.split("\n\n").next().unwrap());
        let names = listed.lines().filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
        open.extend(names.map(|name| format!("{command} {name}")));
        found.push(command);
    }
    Some(found)
}

#[test]
fn shells_can_complete_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let Some(all) = commands(folder.path()) else { return };
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = said(&steward(folder.path(), &["completions", shell], &[]).unwrap());
        for command in &all {
            let last = command.rsplit(' ').next().unwrap();
            assert!(script.contains(last), "{command} is not completed in {shell}");
        }
        if shell == "bash" {
            let path = folder.path().join("steward.bash");
            std::fs::write(&path, script).unwrap();
            // Read as bash reads it, and asked as bash asks.
            let ask = "set -eu; bash -n \"$0\"; source \"$0\"; COMP_WORDS=(steward compl) COMP_CWORD=1; \
                       _steward steward compl steward; echo \"${COMPREPLY[@]}\"";
            let asked = Command::new("bash").args(["-c", ask]).arg(&path).output().unwrap();
            assert_eq!(said(&asked).trim(), "completions");
        }
    }
}

#[test]
fn the_manual_page_tells_every_command_and_every_setting() {
    // What a page is made of: macros of man(7), and the two requests by which a quote is written.
    const REQUESTS: [&str; 11] = [".TH", ".SH", ".SS", ".PP", ".TP", ".IP", ".RS", ".RE", ".br", ".ie", ".el"];
    let folder = tempfile::tempdir().unwrap();
    let Some(all) = commands(folder.path()) else { return };
    let check = |page: &str, name: &str| {
        let first =
            page.lines().find(|line| line.starts_with('.') && !line.starts_with(".ie") && !line.starts_with(".el"));
        assert!(first.is_some_and(|line| line.starts_with(".TH ")), "{name}");
        assert!(page.is_ascii(), "{name}");
        for line in page.lines().filter(|line| line.starts_with(['.', '\''])) {
            let request = line.split(' ').next().unwrap();
            assert!(REQUESTS.contains(&request), "{name}: {line}");
        }
    };
    let whole = said(&steward(folder.path(), &["man"], &[]).unwrap());
    check(&whole, "steward");
    // Dashes are written so that they stay dashes.
    let plain = whole.replace("\\-", "-");
    for command in all.iter().filter(|command| command.contains(' ')) {
        assert!(plain.contains(&format!(".SS \"{command}\"")), "{command} is not told");
    }
    let help = said(&steward(folder.path(), &["--help"], &[]).unwrap());
    let listed: BTreeSet<&str> = help.lines().filter_map(|line| line.strip_prefix("  STEWARD_")).collect();
    assert_eq!(listed.len(), SETTINGS.len());
    for name in listed.iter().map(|line| line.split(' ').next().unwrap()) {
        assert!(plain.contains(&format!("\\fBSTEWARD_{name}\\fR")), "{name} is not told");
    }
    let pages = folder.path().join("man1");
    said(&steward(folder.path(), &["man", "--dir", pages.to_str().unwrap()], &[]).unwrap());
    for command in &all {
        let page = pages.join(format!("{}.1", command.replace(' ', "-")));
        check(&std::fs::read_to_string(&page).unwrap_or_else(|_| panic!("no page for {command}")), command);
    }
    assert_eq!(std::fs::read_dir(&pages).unwrap().count(), all.len());
}

#[test]
fn the_readme_has_the_table_of_settings() {
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&markdown()), "the table of settings in README.md is to be:\n\n{}", markdown());
}

#[test]
fn the_table_tells_what_holds_where_nothing_is_set() {
    let all = SETTINGS
        .iter()
        .filter_map(|setting| Some((format!("STEWARD_{}", setting.name), setting.default()?.to_owned())));
    let all: Vec<_> = all.collect();
    assert!(all.len() > 10);
    let read = |values: Vec<(String, String)>| format!("{:?}", Settings::read(Source::of(values)).unwrap());
    assert_eq!(read(all), read(Vec::new()));
}
