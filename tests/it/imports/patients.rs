//! An ambulance service's answers: two date orders in one column, a reversed scale, several rows a respondent.

use api::import::{FileError, Kind, Stopped};
use entity::response;
use serde_json::{Value, json};
use tests::{app::TestApp, both, imports};

use super::counts;

const SERVICES: [&str; 3] = ["111", "PTS - Patient Transport", "See and Convey"];

/// The services as accounts in teams of their names, and the respondents as contacts.
async fn services(app: &TestApp) {
    for name in SERVICES {
        app.team(name, None).await;
    }
    let accounts = imports::import_file(app, Kind::Accounts, "nhs_accounts", &imports::nhs()).await;
    assert_eq!((counts(&accounts), accounts.skipped), ((3, 0, 0, 0), 5_093));
}

/// The mapping of the answers with another rule of dates.
fn answers(date_format: &str) -> String {
    let map = imports::map("nhs_answers");
    let line = map.lines().find(|line| line.starts_with("answered_at")).unwrap();
    map.replace(line, &format!("answered_at = {{ column = \"Date\"{date_format} }}"))
}

both! {
    async fn patients_answers_stop_at_two_date_orders_and_give_their_figures_once_told(app: TestApp) {
        services(&app).await;
        let file = std::fs::read(imports::nhs()).unwrap();
        let stopped = imports::import_text(&app, Kind::Responses, &answers(""), &file, false).await.unwrap_err();
        let Stopped::File(FileError::Unclear(faults)) = &stopped else { panic!("{stopped}") };
        assert_eq!((faults.0.len(), faults.0[0].key.as_str()), (1, "columns.answered_at.date_format"));
        let expected = "column Date: the dates have several orders: 3577 only fit %d/%m/%Y (rows 2, 3, 4, 5, 6 … 5097), \
            289 only fit %m/%d/%Y (rows 2439, 2440, 2441, 2442, 2443 … 5091), 1213 fit several (rows 31, 32, 33, 34, 35 … 5087); tell it";
        assert!(faults.0[0].rule.starts_with(expected), "{stopped}");
        assert!(app.rows::<response::Entity>().await.is_empty());

        let contacts = imports::import_file(&app, Kind::Contacts, "nhs_contacts", &imports::nhs()).await;
        assert_eq!(counts(&contacts), (2_959, 0, 0, 0));
        let done = imports::import_file(&app, Kind::Responses, "nhs_answers", &imports::nhs()).await;
        assert_eq!((done.created + done.unchanged, done.created, done.refused, done.refused_answers), (2_959, 2_915, 0, 0));
        let rows = app.rows::<response::Entity>().await;
        let days: Vec<String> = rows.iter().map(|row| row.answered_at.to_string()[..10].to_owned()).collect();
        assert_eq!((days.iter().min().unwrap().as_str(), days.iter().max().unwrap().as_str()), ("2021-04-01", "2022-09-30"));

        let admin = app.admin("Ada Admin").await;
        let figure = |row: &Value| {
            let csat = row["figures"].as_array().unwrap().iter().find(|one| one["question"] == "csat").unwrap().clone();
            (csat["n"].as_i64().unwrap(), (csat["value"].as_f64().unwrap() * 100.0).round() / 100.0)
        };
        let ask = "{satisfaction(from:\"2021-04\",until:\"2022-10\"){figures{question n value}}}";
        let whole = app.gql(Some(&admin.token), ask, json!({})).await;
        assert_eq!(figure(&whole["data"]["satisfaction"][0]), (2_915, 86.66), "{whole}");
        let ask = "{satisfaction(groupBy:TEAM,from:\"2021-04\",until:\"2022-10\"){team{name} figures{question n value}}}";
        let teams = app.gql(Some(&admin.token), ask, json!({})).await;
        let mut found: Vec<_> = teams["data"]["satisfaction"].as_array().unwrap().iter()
            .map(|row| (row["team"]["name"].as_str().unwrap().to_owned(), figure(row).0, (figure(row).1 * 10.0).round() / 10.0)).collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = [(859, 75.4), (955, 95.0), (1_101, 88.2)];
        assert_eq!(found, SERVICES.iter().zip(expected).map(|(name, (n, value))| ((*name).to_owned(), n, value)).collect::<Vec<_>>());
    }

    async fn patients_answers_whose_date_reads_two_ways_are_refused_by_number(app: TestApp) {
        services(&app).await;
        let map = answers(", date_format = [\"%d/%m/%Y\", \"%m/%d/%Y\"]").replace("contact = \"Respondent ID\"\n", "");
        let file = std::fs::read(imports::nhs()).unwrap();
        let (done, faults) = imports::import_with_faults(&app, Kind::Responses, &map, &file).await.unwrap();
        let two_ways = |date: &str| {
            let parts: Vec<u32> = date.split('/').map(|part| part.parse().unwrap()).collect();
            parts[0] <= 12 && parts[1] <= 12 && parts[0] != parts[1]
        };
        let mut known = std::collections::HashSet::new();
        let mut expected = Vec::new();
        for (record, row) in csv::Reader::from_reader(&file[..]).into_records().map(Result::unwrap).zip(2_u64..) {
            if two_ways(&record[3]) {
                expected.push(row);
            } else {
                known.insert(record[2].to_owned());
            }
        }
        let mut found: Vec<u64> = faults.iter().map(|fault| fault[0].parse().unwrap()).collect();
        found.sort_unstable();
        assert_eq!((found.len(), done.refused), (1_213, 1_213));
        assert_eq!(found, expected);
        assert!(faults.iter().all(|fault| &fault[1] == "Date" && fault[3].ends_with("; nothing tells which")));
        assert_eq!(done.created + done.unchanged, known.len() as u64);
    }
}
