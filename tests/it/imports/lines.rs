//! JSON lines: what Steward exports so it imports again, by the same guess and to the same rows as CSV.

use api::import::Kind;
use entity::{account, contact, interaction, member, response};
use serde_json::{Value, json};
use tests::{app::TestApp, both, imports};

use super::{
    KINDS, by_guess, counts,
    folder::{COMPANY, found, steward},
};

/// An export of everything.
async fn exported(app: &TestApp, token: &str, file: &str) -> String {
    let reply = app.rest("GET", &format!("/api/v1/exports/{file}"), Some(token), None).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.text
}

both! {
    async fn exports_in_json_lines_make_the_same_company_elsewhere(app: TestApp) {
        for (kind, name) in KINDS {
            let (_, text) = COMPANY.into_iter().find(|(found, _)| *found == name).unwrap();
            assert_eq!(by_guess(&app, kind, "import", text).await.refused, 0);
        }
        // A text that begins with an apostrophe before a formula, which only JSON can leave as it is.
        let odd = "{\"reference\":\"a3\",\"name\":\"'=1 \\\"x\\\", y\",\"industry\":\"a\\\\b; c\",\"health\":7,\"tier\":null}\n";
        assert_eq!(counts(&by_guess(&app, Kind::Accounts, "import", odd).await), (1, 0, 0, 0));
        let there = TestApp::seeded(app.database.engine().database().await.unwrap(), &[], 2).await;
        let (ada, bea) = (app.admin("Ada").await.token, there.admin("Bea").await.token);
        let mut made = Vec::new();
        for (kind, name) in KINDS {
            let (lines, csv) = (exported(&app, &ada, &format!("{name}.jsonl")).await, exported(&app, &ada, &format!("{name}.csv")).await);
            let summary = by_guess(&there, kind, "import", &lines).await;
            assert_eq!((summary.refused, summary.refused_answers), (0, 0), "{summary}\n{lines}");
            assert_eq!(summary.found.as_ref().unwrap().to_string(), "UTF-8, JSON lines");
            let again = by_guess(&there, kind, "import", &csv).await;
            assert_eq!((again.read, counts(&again)), (summary.read, (0, 0, summary.created, 0)), "{again}\n{csv}");
            made.push(summary.created);
        }
        assert_eq!(made, [2, 3, 1, 2, 2], "who became owner comes along");
        let ask = "{satisfaction(from:\"2025-05\",until:\"2025-07\"){figures{question n value low high}}}";
        let before = app.gql(Some(&ada), ask, json!({})).await;
        assert_eq!(before, there.gql(Some(&bea), ask, json!({})).await);
        assert_eq!(before["data"]["satisfaction"][0]["figures"][0]["n"], 1, "{before}");

        let accounts = |rows: Vec<account::Model>| {
            let alike = |row: account::Model| (row.name, row.domain, row.annual_value, row.renewal_on, row.territory, row.industry, row.health, row.tier);
            let mut rows: Vec<_> = rows.into_iter().map(alike).collect();
            rows.sort();
            rows
        };
        assert_eq!(accounts(app.rows::<account::Entity>().await), accounts(there.rows::<account::Entity>().await));
        assert!(there.rows::<account::Entity>().await.iter().any(|row| row.name == "'=1 \"x\", y" && row.industry.as_deref() == Some("a\\b; c")));
        assert!(there.rows::<account::Entity>().await.iter().any(|row| row.name == "=Acme North" && row.owner_id.is_some() && row.parent_id.is_some()));
        let roles = |rows: Vec<contact::Model>| rows.into_iter().map(|row| (row.name, row.roles.list())).collect::<Vec<_>>();
        assert_eq!(roles(app.rows::<contact::Entity>().await), roles(there.rows::<contact::Entity>().await));
        let entries = |rows: Vec<interaction::Model>| {
            let own = rows.into_iter().filter(|row| row.external_id.is_some());
            own.map(|row| (row.subject, row.occurred_at, row.member_id.is_some(), row.contact_id.is_some())).collect::<Vec<_>>()
        };
        assert_eq!(entries(app.rows::<interaction::Entity>().await), entries(there.rows::<interaction::Entity>().await));
        let answers = |rows: Vec<response::Model>| {
            let mut rows: Vec<_> = rows.into_iter().map(|row| (row.answered_at, row.score, row.comment, row.owner_id.is_some())).collect();
            rows.sort();
            rows
        };
        assert_eq!(answers(app.rows::<response::Entity>().await), answers(there.rows::<response::Entity>().await));
        let ana = there.rows::<member::Entity>().await.into_iter().find(|row| row.name == "Ana").unwrap();
        assert_eq!((ana.email.as_str(), ana.role, ana.team_id.is_some()), ("ana@s.test", entity::MemberRole::Manager, true));
    }

    async fn a_bad_line_is_refused_alone_and_a_bad_file_before_its_first_row(app: TestApp) {
        let mapping = "source = \"s\"\ncolumns = { reference = \"id\", name = \"name\", tier = \"tier\" }\n";
        let good = "{\"id\":1,\"name\":\"One\"}\n";
        let text = format!("{good}{{\"id\":2,\"name\":\"Two\",\"tier\":\"GOLD\"}}\n\n{{\"id\":3,\nnull\n{{\"name\":\"Five\",\"id\":5,\"tier\":\"KEY\"}}");
        let (summary, faults) = imports::import_with_faults(&app, Kind::Accounts, mapping, text.as_bytes()).await.unwrap();
        assert_eq!((counts(&summary), summary.read), ((2, 0, 0, 3), 5), "{summary}");
        let faults: Vec<_> = faults.iter().map(|fault| fault.iter().take(3).collect::<Vec<_>>()).collect();
        assert_eq!(faults, [vec!["2", "tier", "GOLD"], vec!["4", "", "{\"id\":3,"], vec!["5", "", "null"]]);
        let there = app.rows::<account::Entity>().await.len();
        for (bad, why) in [
            ("{\"id\":9,\"name\":\"Nine", "row 4002 ends inside its JSON object"),
            (&"{".repeat((1 << 20) + 1), "row 4002 is longer than 1 MiB"),
        ] {
            let many: String = (0..4_000).map(|at| format!("{{\"id\":\"x{at}\",\"name\":\"New\",\"tier\":\"KEY\"}}\n")).collect();
            let stopped = imports::import_text(&app, Kind::Accounts, mapping, format!("{good}{many}{bad}").as_bytes(), false).await;
            let told = stopped.unwrap_err().to_string();
            assert!(told.starts_with(why), "{told}");
            assert_eq!(app.rows::<account::Entity>().await.len(), there, "nothing is half written");
        }
    }
}

/// A folder in which each file of a company is JSON lines, save one.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("files")).unwrap();
    for (kind, text) in COMPANY {
        if kind == "contacts" {
            std::fs::write(folder.path().join("files/contacts.csv"), text).unwrap();
            continue;
        }
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        let names = rows.headers().unwrap().clone();
        let line = |row: csv::StringRecord| {
            let pairs = names.iter().zip(&row).filter(|(_, cell)| !cell.is_empty());
            let pairs = pairs.map(|(name, cell)| (name.to_owned(), Value::from(cell.trim_start_matches('\''))));
            Value::Object(pairs.collect()).to_string() + "\n"
        };
        let lines: String = rows.records().map(Result::unwrap).map(line).collect();
        let ending = if kind == "members" { "ndjson" } else { "jsonl" };
        std::fs::write(folder.path().join(format!("files/{kind}.{ending}")), lines).unwrap();
    }
    folder
}

#[test]
fn a_folder_holds_csv_and_json_lines_side_by_side() {
    let folder = folder();
    found(folder.path());
    let there = |name: &str| folder.path().join("files").join(name);
    let Some((code, said, told)) = steward(folder.path(), &["files", "--yes", "--json"]) else { return };
    assert_eq!(code, 0, "{told}");
    let all: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let all: Vec<_> =
        all.iter().map(|one| json!([one["kind"], one["created"], one["refused"], one["separator"]])).collect();
    let expected = json!([
        ["members", 1, 0, null],
        ["accounts", 2, 0, null],
        ["contacts", 1, 0, ","],
        ["interactions", 1, 0, null],
        ["escalations", 1, 0, null],
        ["responses", 2, 0, null],
    ]);
    assert_eq!(json!(all), expected, "{said}");
    assert!(told.contains("files/accounts.jsonl: UTF-8, JSON lines"), "{told}");
    // What has no rows is exported as nothing at all.
    std::fs::write(there("responses.jsonl"), "").unwrap();
    let (code, said, told) = steward(folder.path(), &["files", "--yes"]).unwrap();
    assert_eq!(
        (code, said.lines().filter(|line| line.contains("unchanged 1") || line.contains("unchanged 2")).count()),
        (0, 5),
        "{said}{told}"
    );
    assert!(told.contains("files/responses.jsonl: no rows, left out"), "{told}");
    // One kind, two files.
    std::fs::write(there("accounts.csv"), COMPANY[3].1).unwrap();
    let (code, _, told) = steward(folder.path(), &["files", "--yes"]).unwrap();
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("files/accounts.csv and files/accounts.jsonl are both there; leave one of them"), "{told}");
}

#[test]
fn a_file_is_what_it_holds_and_must_be_what_it_is_called() {
    let folder = tempfile::tempdir().unwrap();
    found(folder.path());
    for (name, text, code, why) in [
        ("a.txt", "{\"reference\":\"1\",\"name\":\"One\"}\n", 0, "created 1, updated 0, unchanged 0"),
        ("a.jsonl", "{\"reference\":\"1\",\"name\":\"One\"}\n", 0, "created 0, updated 0, unchanged 1"),
        (
            "b.jsonl",
            "reference,name\n1,One\n",
            1,
            "b.jsonl: is called like JSON lines, but does not begin with a JSON object",
        ),
        ("c.NDJSON", "null\n", 1, "c.NDJSON: is called like JSON lines, but does not begin with a JSON object"),
        ("d.jsonl", "", 1, "d.jsonl: the file is empty"),
        ("e.json", "[{\"reference\":\"1\",\"name\":\"One\"}]", 1, "one JSON array; make lines of it: jq -c '.[]' FILE"),
        ("f.json", "{\n  \"reference\": \"1\"\n}\n", 1, "row 1 is no JSON object on one line"),
        ("g.jsonl", "{\"reference\":\"1\",\"name\":", 1, "row 1 ends inside its JSON object: the file is cut off"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
        let Some((ended, said, told)) = steward(folder.path(), &["accounts", name, "--yes"]) else { return };
        assert_eq!(ended, code, "{name}: {told}");
        assert!(said.contains(why) || told.contains(why), "{name}: {said}{told}");
    }
}
