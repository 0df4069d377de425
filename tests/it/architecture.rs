//! The house keeps its floors: the plan is the table at the head of `api/src/lib.rs`, this is the surveyor.
//!
//! A line `//! 5 account contact` puts two modules on floor 5. A module uses only lower floors, and on
//! its own floor nothing that uses it. The doors of a slice, `graphql.rs` and `rest.rs`, stand on
//! floor 6 and see no database.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
};

const DOORS: [&str; 2] = ["graphql", "rest"];
const DOOR_FLOOR: u8 = 6;
const LONGEST: usize = 500;

type Floors = BTreeMap<String, u8>;

#[test]
fn house_keeps_its_floors() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in ["api/src", "entity/src", "migration/src", "openapi/src", "tests/src", "tests/it"] {
        collect(&root.join(folder), folder, &mut files);
    }
    let faults = survey(&files);
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn collect(folder: &Path, name: &str, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{name}/{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            collect(&entry.path(), &name, files);
        } else if Path::new(&name).extension().is_some_and(|extension| extension == "rs") {
            files.push((name, std::fs::read_to_string(entry.path()).unwrap()));
        }
    }
    files.sort();
}

/// Files by path and text; gives one line a fault: where, and which rule.
fn survey(files: &[(String, String)]) -> Vec<String> {
    let floors =
        files.iter().find(|(name, _)| name == "api/src/lib.rs").map(|(_, text)| floors(text)).unwrap_or_default();
    let mut faults = Vec::new();
    let mut edges: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    for (name, text) in files {
        if !text.starts_with("//!") {
            faults.push(format!("{name}:1: a module starts with //! and what it owns"));
        }
        if text.lines().count() > LONGEST {
            faults.push(format!("{name}:{LONGEST}: a file has at most {LONGEST} lines"));
        }
        let Some((module, door)) = place(name) else { continue };
        let Some(&own) = floors.get(module) else {
            faults.push(format!("{name}:1: module {module} stands on no floor; add it to the table in api/src/lib.rs"));
            continue;
        };
        for (line, path) in imports(name, text) {
            if door && path[0] == "sea_orm" {
                faults.push(format!("{name}:{line}: sea_orm has no place in a door; call the service"));
            }
            let Some(&target) = floors.get(&path[0]) else { continue };
            let to_door = path.get(1).is_some_and(|second| DOORS.contains(&second.as_str()));
            let (from, to) = (if door { DOOR_FLOOR } else { own }, if to_door { DOOR_FLOOR } else { target });
            if path[0] != module && to > from {
                let path = path.join("::");
                faults.push(format!("{name}:{line}: floor {from} may not use crate::{path} of floor {to}"));
            } else if path[0] != module && target == own && !door && !to_door {
                edges.entry(module).or_default().entry(path[0].clone()).or_insert_with(|| format!("{name}:{line}"));
            }
        }
    }
    faults.extend(circles(&edges));
    faults
}

/// `//! <floor> <module> <module> …` lines.
fn floors(text: &str) -> Floors {
    let lines = text.lines().filter_map(|line| line.strip_prefix("//!")?.trim().split_once(' '));
    let rows = lines.filter_map(|(floor, modules)| Some((floor.parse().ok()?, modules)));
    rows.flat_map(|(floor, modules)| modules.split_whitespace().map(move |module| (module.to_owned(), floor))).collect()
}

/// The module a file of `api/src` belongs to, and whether it is a door. `lib.rs` and `main.rs` stand above all.
fn place(name: &str) -> Option<(&str, bool)> {
    let inside = name.strip_prefix("api/src/")?.strip_suffix(".rs")?;
    let module = inside.split('/').next().filter(|module| !["lib", "main"].contains(module))?;
    Some((module, inside.rsplit('/').next().is_some_and(|file| DOORS.contains(&file) && file != module)))
}

/// Every path that starts at `crate::`, or climbs there by `super::`, or names `sea_orm`: line and segments after the head.
fn imports(name: &str, text: &str) -> Vec<(usize, Vec<String>)> {
    let depth = name.strip_prefix("api/src/").unwrap_or(name).trim_end_matches("/mod.rs").split('/').count();
    let climb = "super::".repeat(depth);
    let mut code = String::new();
    for line in text.lines() {
        let comment = line.trim_start().starts_with("//");
        let _ = writeln!(code, "{}", if comment { "" } else { line });
    }
    let mut found = Vec::new();
    for (head, keep) in [("crate::", false), (climb.as_str(), false), ("sea_orm", true)] {
        for (at, _) in code.match_indices(head) {
            let joined = code[..at].ends_with(|before: char| before.is_alphanumeric() || "_:$".contains(before));
            if !joined {
                let line = code[..at].matches('\n').count() + 1;
                let rest = if keep { &code[at..] } else { &code[at + head.len()..] };
                found.extend(expand(rest).into_iter().map(|path| (line, path)));
            }
        }
    }
    found.sort();
    found
}

/// `a::{b, c::d}` as `a::b` and `a::c::d`; at least one segment each.
fn expand(text: &str) -> Vec<Vec<String>> {
    if let Some(group) = text.strip_prefix('{') {
        let mut depth = 0;
        let mut start = 0;
        let mut paths = Vec::new();
        for (at, letter) in group.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    paths.extend(expand(group[start..at].trim_start()));
                    start = at + 1;
                    if letter == '}' {
                        break;
                    }
                }
                _ => {}
            }
        }
        return paths;
    }
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    if word.is_empty() {
        return Vec::new();
    }
    let below = rest.strip_prefix("::").map(expand).unwrap_or_default();
    let join = |tail: Vec<String>| std::iter::once(word.to_owned()).chain(tail).collect();
    if below.is_empty() { vec![vec![word.to_owned()]] } else { below.into_iter().map(join).collect() }
}

/// One line for every import that closes a circle on a floor.
fn circles(edges: &BTreeMap<&str, BTreeMap<String, String>>) -> Vec<String> {
    let mut faults = Vec::new();
    for (from, targets) in edges {
        for (to, place) in targets {
            let mut reached = BTreeSet::new();
            let mut next = vec![to.as_str()];
            while let Some(module) = next.pop() {
                if reached.insert(module) {
                    next.extend(edges.get(module).into_iter().flat_map(BTreeMap::keys).map(String::as_str));
                }
            }
            if reached.contains(from) {
                faults.push(format!("{place}: {from} and {to} use each other, directly or by others of their floor"));
            }
        }
    }
    faults
}

/// A small house: what is wrong with a file put into it.
fn faults_of(name: &str, text: &str) -> Vec<String> {
    let plan = "//! The floors:\n//! 6 web graph\n//! 5 account ticket survey\n//! 2 store\n//! 0 base\n";
    let mut files: BTreeMap<_, _> = [
        ("api/src/lib.rs", plan),
        ("api/src/base.rs", "//! Base.\n"),
        ("api/src/store/mod.rs", "//! Store.\nuse crate::base::Error;\n"),
        ("api/src/account/mod.rs", "//! Accounts.\nuse crate::{base, store::{Find, Tx}};\n"),
        ("api/src/ticket/mod.rs", "//! Tickets.\nuse crate::account;\n"),
        ("api/src/survey/mod.rs", "//! Surveys.\nuse crate::ticket::Ticket;\n"),
        ("api/src/ticket/graphql.rs", "//! Door.\nuse crate::{graph::Error, account::graphql::AccountNode};\n"),
        ("api/src/account/graphql.rs", "//! Door.\nuse crate::ticket::graphql::TicketNode;\n"),
        ("api/src/web/mod.rs", "//! Web.\nuse crate::ticket::rest::routes;\n"),
        ("api/src/ticket/rest.rs", "//! Door.\nuse crate::web::Json;\n"),
        ("api/src/graph.rs", "//! Graph.\n// crate::nothing\n"),
    ]
    .into();
    files.insert(name, text);
    survey(&files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect::<Vec<_>>())
}

#[test]
fn sound_house_has_no_fault() {
    assert_eq!(faults_of("api/src/base.rs", "//! Base.\n"), Vec::<String>::new());
}

#[test]
fn every_rule_is_seen_broken() {
    let long = format!("//! Long.\n{}", "\n".repeat(LONGEST));
    for (name, text, fault) in [
        (
            "api/src/base.rs",
            "//! B.\n\nuse crate::store::Tx;\n",
            "api/src/base.rs:3: floor 0 may not use crate::store::Tx of floor 2",
        ),
        (
            "api/src/base.rs",
            "//! B.\nuse crate::{\n    survey::{a, b},\n};",
            "floor 0 may not use crate::survey::b of floor 5",
        ),
        (
            "api/src/base.rs",
            "//! B.\nfn f() { super::store::f() }",
            "api/src/base.rs:2: floor 0 may not use crate::store::f of floor 2",
        ),
        (
            "api/src/account/sql/x.rs",
            "//! X.\nuse super::super::super::web::W;",
            "x.rs:2: floor 5 may not use crate::web::W",
        ),
        ("api/src/account/service.rs", "//! S.\nuse crate::account::graphql::N;", ""),
        (
            "api/src/account/service.rs",
            "//! S.\nuse crate::ticket::rest::N;",
            "service.rs:2: floor 5 may not use crate::ticket::rest::N of floor 6",
        ),
        (
            "api/src/account/service.rs",
            "//! S.\n\nuse crate::survey;",
            "account/service.rs:3: account and survey use each other",
        ),
        (
            "api/src/account/rest.rs",
            "//! D.\nuse sea_orm::EntityTrait;",
            "account/rest.rs:2: sea_orm has no place in a door",
        ),
        ("api/src/news/mod.rs", "//! N.\n", "news/mod.rs:1: module news stands on no floor"),
        ("entity/src/id.rs", "use x;\n", "entity/src/id.rs:1: a module starts with //!"),
        ("tests/src/long.rs", &long, "tests/src/long.rs:500: a file has at most 500 lines"),
    ] {
        let faults = faults_of(name, text);
        let seen = if fault.is_empty() { faults.is_empty() } else { faults.iter().any(|one| one.contains(fault)) };
        assert!(seen, "{name}: {fault}\n{faults:#?}");
    }
}
