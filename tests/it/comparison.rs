//! The comparison of `tests/bench`: its loader fills an empty Steward, its reset undoes what was written, its queries are
//! those that the schema knows.

use std::{path::Path, process::Command};

use serde_json::{Value, json};
use tests::{
    app::TestApp,
    both,
    process::{self, CURE},
    python::python,
    skip::skip,
};

/// A data set of one account.
const TABLES: [(&str, &str); 8] = [
    ("team", "id,name\n1,Team 001\n"),
    (
        "app_user",
        "id,team_id,name,email,role\n1,1,Ada,user1@bench.example.com,admin\n\
         2,1,Mia,user2@bench.example.com,manager\n3,1,Ana,user3@bench.example.com,owner\n",
    ),
    (
        "account",
        "id,owner_id,team_id,name,annual_value,territory,health,renewal_on\n1,3,1,Alpine Foods 00001,405000,apac,4,2027-03-24\n",
    ),
    ("contact", "id,account_id,name,email,title\n1,1,Udo Egger,c1@client.example.com,Buyer\n"),
    ("interaction", "id,account_id,user_id,kind,subject,occurred_at\n1,1,3,ticket,Product demo,2023-07-01T00:15:45Z\n"),
    (
        "escalation",
        "id,account_id,opened_by,severity,title,status,opened_at,closed_at\n1,1,3,2,Talk #1,open,2023-07-05T22:28:47Z,\n",
    ),
    (
        "survey_response",
        "id,invitation_id,account_id,contact_id,kind,score,comment,answered_at\n1,1,1,1,csat,4,,2023-07-01T00:15:45Z\n",
    ),
    (
        "survey_invitation",
        "id,account_id,contact_id,kind,token,sent_at,used_at\n\
         1,1,1,csat,b2955c1b756d2cd8674e571cbd37ad50,2023-06-30T00:15:45Z,2023-07-01T00:15:45Z\n\
         2,1,1,nps,ec0c5afaabf20a446edcc82d45e280e8,2023-06-30T00:31:32Z,\n",
    ),
];

fn bench(file: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("bench").join(file).to_str().unwrap().to_owned()
}

#[test]
fn a_data_set_is_loaded_by_one_command() {
    let Some(python) = python() else { return };
    let Some(program) = process::steward() else { return skip("the program steward", CURE) };
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("csv");
    std::fs::create_dir(&csv).unwrap();
    for (table, text) in TABLES {
        std::fs::write(csv.join(format!("{table}.csv")), text).unwrap();
    }
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&python);
        command.args(arguments).current_dir(folder.path()).env("PYTHONDONTWRITEBYTECODE", "1");
        let done = command.env("STEWARD_DATABASE_URL", "sqlite:steward.db").output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{said}");
        said
    };
    let said = run(&[&bench("load.py"), "csv", "files", program.to_str().unwrap()]);
    for kind in ["accounts", "escalations", "responses", "invitations"] {
        assert!(said.contains(&format!("{kind}: read 1\n")), "{said}");
    }
    assert_eq!(said.matches("refused 0").count(), 7, "{said}");
    for _ in 0..2 {
        run(&[&bench("reset.py"), "sqlite:steward.db"]);
    }
}

both! {
    async fn every_case_asks_what_the_schema_knows(app: TestApp) {
        let Some(python) = python() else { return };
        let print = format!("import sys; sys.path.insert(0, {:?}); import adapter as a, json; print(json.dumps({{k: getattr(a, k) for k in ['Q1', 'Q1U', 'Q2', 'Q3', 'Q4', 'W2']}}))", bench(""));
        let output = Command::new(python).args(["-c", &print]).env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let cases: Value = serde_json::from_slice(&output.stdout).unwrap();
        let team = app.team("Sales", None).await;
        let ana = app.manager("Ana", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        for (case, query) in cases.as_object().unwrap() {
            let variables = match case.as_str() {
                "Q1U" => json!({ "owner": ana.id }),
                "Q2" => json!({ "id": account }),
                "W2" => json!({ "id": account, "type": "NOTE", "subject": "On top" }),
                _ => Value::Null,
            };
            let answer = app.gql(Some(&ana.token), query.as_str().unwrap(), variables).await;
            assert!(answer["errors"].is_null() && answer["data"].is_object(), "{case}: {answer}");
        }
    }
}
