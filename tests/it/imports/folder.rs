//! `steward import` as people type it: a folder of files, a guess, a question, an answer to it.

use std::{path::Path, process::Command};

use serde_json::Value;
use tests::{
    process::{self, CURE},
    skip::skip,
};

/// Exit code, standard output and standard error.
pub type Said = (i32, String, String);

/// Runs `steward import` in a folder; none where the program was not built.
pub fn steward(folder: &Path, arguments: &[&str]) -> Option<Said> {
    let Some(program) = process::steward() else {
        skip("the program steward", CURE);
        return None;
    };
    let mut command = Command::new(program);
    command.arg("import").args(arguments).env_clear().current_dir(folder).stdin(std::process::Stdio::null());
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Some((output.status.code().unwrap(), text(output.stdout), text(output.stderr)))
}

/// Makes a database there.
pub fn found(folder: &Path) {
    let Some(program) = process::steward() else { return };
    assert!(Command::new(program).arg("migrate").env_clear().current_dir(folder).output().unwrap().status.success());
}

/// Files by kind, in the columns that Steward itself writes.
pub const COMPANY: [(&str, &str); 6] = [
    (
        "responses",
        "reference,account,contact,owner,answered_at,language,territory,survey,kind,score,comment\n\
         r1,a2,c1,m1,2025-05-31T09:30:00Z,en,North,nps,NPS,9,'=thanks\nr2,a1,,,2025-06-30T09:30:00Z,,,csat,CSAT,2,\n",
    ),
    (
        "interactions",
        "reference,account,contact,member,kind,direction,channel,occurred_at,subject,body,customer_visible\n\
         i1,a2,c1,m1,MEETING,OUTBOUND,MEETING,2025-05-01T09:30:00Z,Review,,no\n",
    ),
    ("contacts", "reference,account,name,email,roles\nc1,a2,Carl,carl@a.test,CHAMPION;USER\n"),
    (
        "accounts",
        "reference,name,domain,parent,territory,annual_value,renewal_on,owner,team\n\
         a2,'=Acme North,,a1,North,125050,2027-03-31,m1,\na1,Acme,a.test,,,,,,Sales / North\n",
    ),
    ("members", "reference,name,email,team,leads\nm1,Ana,ana@s.test,Sales / North,Sales\n"),
    (
        "escalations",
        "reference,account,severity,title,opened_at,closed_at,opened_by\n\
         e1,a2,3,'=late,2025-05-02T09:30:00Z,,m1\n",
    ),
];

fn company() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("files")).unwrap();
    for (kind, text) in COMPANY {
        std::fs::write(folder.path().join(format!("files/{kind}.csv")), text).unwrap();
    }
    folder
}

#[test]
fn a_folder_of_our_own_files_fills_an_empty_steward_by_one_command() {
    let folder = company();
    let Some((code, said, told)) = steward(folder.path(), &["files"]) else { return };
    assert_eq!((code, said.as_str()), (2, ""), "{told}");
    assert!(told.contains("steward: nothing was imported: take this mapping with --yes"), "{told}");
    assert!(!folder.path().join("steward.db").exists(), "nothing is made before consent");
    found(folder.path());
    // A dry run knows what earlier files would have brought, and leaves nothing.
    for _ in 0..2 {
        let (code, said, told) = steward(folder.path(), &["files", "--yes", "--json", "--dry-run"]).unwrap();
        let summaries: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let created: Vec<_> =
            summaries.iter().map(|one| (one["created"].as_u64().unwrap(), one["refused"].as_u64().unwrap())).collect();
        assert_eq!((code, created), (0, vec![(1, 0), (2, 0), (1, 0), (1, 0), (1, 0), (2, 0)]), "{told}{said}");
    }
    let (code, said, told) = steward(folder.path(), &["files", "--yes", "--json", "--errors", "faults"]).unwrap();
    assert_eq!(code, 0, "{told}");
    let summaries: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let counts: Vec<_> = summaries
        .iter()
        .map(|one| (one["kind"].as_str().unwrap(), one["created"].as_u64().unwrap(), one["refused"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        counts,
        [
            ("members", 1, 0),
            ("accounts", 2, 0),
            ("contacts", 1, 0),
            ("interactions", 1, 0),
            ("escalations", 1, 0),
            ("responses", 2, 0),
        ],
        "{said}"
    );
    assert_eq!((&summaries[0]["encoding"], &summaries[0]["separator"]), (&Value::from("UTF-8"), &Value::from(",")));
    let (code, said, _) = steward(folder.path(), &["files", "--yes", "--json"]).unwrap();
    let unchanged: u64 =
        said.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["unchanged"].as_u64().unwrap()).sum();
    assert_eq!((code, unchanged), (0, 8), "{said}");
}

#[test]
fn a_whole_company_is_exported_and_goes_on_elsewhere() {
    let (folder, elsewhere) = (company(), tempfile::tempdir().unwrap());
    found(folder.path());
    let Some((code, _, told)) = steward(folder.path(), &["files", "--yes"]) else { return };
    assert_eq!(code, 0, "{told}");
    let export = |from: &Path| {
        let program = process::steward().unwrap();
        let output = Command::new(program).args(["export", "out"]).env_clear().current_dir(from).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(export(folder.path()), (0, String::new()));
    let (code, told) = export(folder.path());
    assert!(code == 1 && told.contains("members.csv"), "nothing is overwritten: {told}");
    let (code, told) = export(elsewhere.path());
    assert!(code == 1 && told.contains("there is no database"), "{told}");
    found(elsewhere.path());
    let out = folder.path().join("out");
    let (code, said, told) =
        steward(elsewhere.path(), &[out.to_str().unwrap(), "--yes", "--json", "--strict"]).unwrap();
    assert_eq!(code, 0, "{told}{said}");
    assert!(told.contains("surveys.jsonl: created or updated 0"), "{told}");
    assert_eq!(export(elsewhere.path()), (0, String::new()));
    for name in ["members", "accounts", "contacts", "interactions", "escalations", "responses"] {
        let read = |folder: &Path| std::fs::read_to_string(folder.join(format!("out/{name}.csv"))).unwrap();
        let (there, here) = (read(elsewhere.path()), read(folder.path()));
        assert!(here.lines().count() > 1, "{name}");
        assert_eq!(there, here, "{name}");
    }
}

#[test]
fn a_guess_points_by_whatever_the_columns_hold() {
    for (owner, account) in [("m1", "a1"), ("Ana", "Acme"), ("ana@s.test", "Acme")] {
        let folder = tempfile::tempdir().unwrap();
        found(folder.path());
        let files = folder.path().join("files");
        std::fs::create_dir(&files).unwrap();
        for (kind, text) in [
            ("members", "Employee ID,Name,Mail,Department\nm1,Ana,ana@s.test,Sales\n".to_owned()),
            ("accounts", format!("Customer ID,Company,Betreuer,Fax\na1,Acme,{owner},7\n")),
            ("contacts", format!("Contact ID,Company,Person\nc1,{account},Carl\n")),
        ] {
            std::fs::write(files.join(format!("{kind}.csv")), text).unwrap();
        }
        let Some((code, said, told)) = steward(folder.path(), &["files", "--yes", "--strict"]) else { return };
        assert_eq!((code, said.matches("created 1, updated 0").count()), (0, 3), "{owner}: {said}{told}");
        assert!(told.contains("Fax: no field is called like it\n"), "{told}");
    }
}

#[test]
fn all_files_of_a_folder_are_looked_at_before_the_first_is_imported() {
    for (kind, bytes, code, why) in [
        (
            "responses",
            &b"PK\x03\x04\x14\0\x06\0[Content_Types].xml"[..],
            1,
            "responses.csv: the file is neither CSV nor JSON lines but an Excel workbook",
        ),
        (
            "responses",
            b"reference,account,answered_at,nps\n1,a1,01/02/2025,9\n2,a1,03/04/2025,9\n",
            2,
            "every date can be read as",
        ),
        ("accounts", b"foo,bar\n1,2\n", 2, "no column of files/accounts.csv is called like reference, name"),
    ] {
        let folder = company();
        std::fs::write(folder.path().join(format!("files/{kind}.csv")), bytes).unwrap();
        let Some((ended, said, told)) = steward(folder.path(), &["files", "--yes"]) else { return };
        assert_eq!((ended, said.as_str()), (code, ""), "{told}");
        assert!(told.contains(why), "{told}");
        assert!(!folder.path().join("steward.db").exists());
    }
}

#[test]
fn a_guess_is_written_completed_and_used() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("c.csv"),
        "Nr;Bezeichnung;Region\n1;M\u{fc}ller;Nord\n2;;S\u{fc}d\n".chars().map(|c| c as u8).collect::<Vec<_>>(),
    )
    .unwrap();
    let Some((code, _, told)) =
        steward(folder.path(), &["accounts", "c.csv", "--source", "crm", "--write-map", "c.toml"])
    else {
        return;
    };
    assert_eq!(code, 0, "{told}");
    let (code, _, told) =
        steward(folder.path(), &["accounts", "c.csv", "--source", "crm", "--write-map", "c.toml"]).unwrap();
    assert!(code == 2 && told.contains("c.toml is there already"), "{told}");
    let map = std::fs::read_to_string(folder.path().join("c.toml")).unwrap();
    let map = map.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
    found(folder.path());
    std::fs::write(folder.path().join("c.toml"), map + "\nreference = \"Nr\"\nname = \"Bezeichnung\"\n").unwrap();
    let (code, said, told) = steward(folder.path(), &["accounts", "c.csv", "--map", "c.toml", "--strict"]).unwrap();
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("refused rows and answers: 1"), "{told}");
    assert!(said.contains("windows-1252, cells separated by ;\n  created 1, updated 0, unchanged 0\n"), "{said}");
    assert!(said.contains("row 3, Bezeichnung: is blank, but name must be filled"), "{said}");
    assert_eq!(steward(folder.path(), &["accounts", "c.csv", "--map", "c.toml"]).unwrap().0, 0);
    assert_eq!(steward(folder.path(), &["accounts", "c.csv", "--map", "c.toml", "--encoding", "moon"]).unwrap().0, 2);
    assert_eq!(steward(folder.path(), &["c.csv"]).unwrap().0, 2);
}
