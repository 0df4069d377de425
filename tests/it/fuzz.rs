//! schemathesis makes requests of the contract, right ones and wrong ones, as every role: nothing it checks may fail.
//!
//! Here it makes a few. `STEWARD_TEST_LONG=1 cargo test schemathesis -- --nocapture` makes thousands as each role.

use std::fmt::Write as _;

use api::access::KeyScope;
use entity::SurveyKind;
use serde_json::json;
use tests::{app::TestApp, both, python::Python, served::Served};

/// What it makes in passing: lists have so many parameters that all their edges take minutes.
const FEW: &[&str] = &["--phases", "examples,fuzzing", "--max-examples", "3"];
/// The edges of everything that is no list, as the role that may do most.
const EDGES: &[&str] =
    &["--phases", "coverage", "--exclude-path-regex", "/exports/|/api/v1/(accounts|contacts|responses)$"];
/// What it makes where there is time.
const MANY: &[&str] = &["--phases", "examples,coverage,fuzzing", "--max-examples", "200"];

/// One run; gives its last words, which count what it made.
async fn run(python: &Python, url: &str, role: &str, token: &str, how: &[&str]) -> String {
    let main = "from schemathesis.cli import schemathesis; schemathesis()";
    let contract = format!("{url}/openapi.json");
    let header = format!("Authorization: Bearer {token}");
    let folder = format!(".{}", role.replace(' ', "-"));
    let mut arguments = vec!["-c", main, "--config-file", "schemathesis.toml", "run", &contract, "--no-color"];
    arguments.extend([
        "--continue-on-failure",
        "--seed",
        "1",
        "--generation-database",
        "none",
        "--report-dir",
        &folder,
    ]);
    if !token.is_empty() {
        arguments.extend(["--header", &header]);
    }
    arguments.extend(how);
    let told = python.run(&arguments).await;
    let last = told.lines().rev().take(6).find(|line| line.contains("generated")).unwrap_or_else(|| panic!("{told}"));
    format!("{role}: {}", last.trim())
}

both! {
    async fn schemathesis_finds_nothing_as_any_role(app: TestApp) {
        let Some(python) = Python::with(&["hooks.py", "schemathesis.toml"]) else { return };
        let team = app.team("Sales", None).await;
        let (manager, owner) = (app.manager("Max Manager", team).await, app.owner("Ana Owner", team).await);
        let account = app.account("Globex", team, Some(owner.id)).await;
        let customer = app.contact(account, "Carl Customer").await;
        app.note(account, "Note", true).await;
        let mut people = Vec::new();
        for number in 0..7 {
            people.push(app.contact(account, &format!("Person {number}")).await.id);
        }
        let links = app.invite(SurveyKind::Nps, &people).await;
        let all = app.integration(&KeyScope::ALL, None).await;
        // Some identifiers are those of things that are there.
        let config = python.path().join("schemathesis.toml");
        let mut text = std::fs::read_to_string(&config).unwrap();
        let survey = app.survey(SurveyKind::Csat).await;
        let import = app.rest("POST", "/api/v1/imports", Some(&all), Some(json!({ "kind": "ACCOUNTS" }))).await.json();
        let ids = [survey.to_string(), import["id"].as_str().unwrap().to_owned()];
        writeln!(text, "[dictionaries]\nlinks.values = {links:?}\nids.values = {ids:?}").unwrap();
        text.push_str("[parameters]\n\"path.token\" = { dictionary = \"links\", probability = 0.5 }\n");
        text.push_str("\"path.id\" = { dictionary = \"ids\", probability = 0.5 }\n");
        std::fs::write(&config, text).unwrap();
        let served = Served::start(app.app.router()).await;
        let few = app.integration(&[KeyScope::AccountsRead], None).await;
        let admin = app.admin("Ada Admin").await;
        let roles = [
            ("nobody", ""),
            ("customer", &*customer.token),
            ("owner", &owner.token),
            ("manager", &manager.token),
            ("admin", &admin.token),
            ("integration", &all),
            ("integration with one scope", &few),
        ];
        // Who does most does it on the other database too.
        let roles = if app.database.url().starts_with("postgres") { &roles[5..6] } else { &roles[..] };
        let long = std::env::var_os("STEWARD_TEST_LONG").is_some();
        let how = if long { MANY } else { FEW };
        let runs = roles.iter().map(|(role, token)| run(&python, &served.url, role, token, how));
        let mut told = futures_util::future::join_all(runs).await;
        if !long {
            told.push(run(&python, &served.url, "integration at the edges", &all, EDGES).await);
        }
        println!("{}", told.join("\n"));
    }
}
