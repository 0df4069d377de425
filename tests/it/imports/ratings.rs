//! An airport's answers with all its ratings and languages.

use std::collections::BTreeMap;

use api::import::Kind;
use entity::{SurveyKind, response};
use serde_json::json;
use tests::{app::TestApp, both, imports};

use super::counts;

const RATINGS: [&str; 25] = [
    "Q7ART",
    "Q7FOOD",
    "Q7STORE",
    "Q7SIGN",
    "Q7WALKWAYS",
    "Q7SCREENS",
    "Q7INFODOWN",
    "Q7INFOUP",
    "Q7WIFI",
    "Q7ROADS",
    "Q7PARK",
    "Q7AIRTRAIN",
    "Q7LTPARKING",
    "Q7RENTAL",
    "Q9BOARDING",
    "Q9AIRTRAIN",
    "Q9RENTAL",
    "Q9FOOD",
    "Q9RESTROOM",
    "Q9ALL",
    "Q10SAFE",
    "Q12PRECHEKCRATE",
    "Q13GETRATE",
    "Q14FIND",
    "Q14PASSTHRU",
];

both! {
    async fn guests_ratings_have_a_figure_each_and_their_language(app: TestApp) {
        for rating in RATINGS {
            let mut own = app.questionnaire(SurveyKind::Csat, Some(&rating.to_lowercase())).await;
            assert!(app.publish(&mut own).await["errors"].is_null());
        }
        imports::import_file(&app, Kind::Accounts, "sfo_accounts", &imports::sfo()).await;
        let done = imports::import_file(&app, Kind::Responses, "sfo_all", &imports::sfo()).await;
        assert_eq!((done.refused, done.refused_answers, done.created + done.unchanged), (0, 85, 2_831));

        let mut expected: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        let mut languages: BTreeMap<&str, u64> = BTreeMap::new();
        let mut file = csv::Reader::from_path(imports::sfo()).unwrap();
        let header = file.headers().unwrap().clone();
        let place = |name: &str| header.iter().position(|found| found == name).unwrap();
        for record in file.records().map(Result::unwrap) {
            let language = ["", "en", "es", "zh", "ja"][record[place("LANG")].parse::<usize>().unwrap()];
            for rating in RATINGS.into_iter().chain(["Q7ALL"]) {
                if let Ok(score @ 1..=5) = record[place(rating)].parse::<i64>() {
                    let (n, satisfied) = expected.entry(rating.to_lowercase().replace("q7all", "csat")).or_default();
                    (*n, *satisfied) = (*n + 1, *satisfied + i64::from(score >= 4));
                    *languages.entry(language).or_default() += 1;
                }
            }
            if let Ok(0..=10) = record[place("NETPRO")].parse::<i64>() {
                *languages.entry(language).or_default() += 1;
            }
        }
        let admin = app.admin("Ada Admin").await;
        let ask = "{satisfaction(from:\"2017-05\",until:\"2017-06\"){figures{question n value satisfied}}}";
        let shown = app.gql(Some(&admin.token), ask, json!({})).await;
        let figures = shown["data"]["satisfaction"][0]["figures"].as_array().unwrap();
        let nps = figures.iter().find(|figure| figure["question"] == "nps").unwrap();
        assert_eq!((&nps["n"], (nps["value"].as_f64().unwrap() * 100.0).round()), (&json!(2_746), 3_984.0), "{nps}");
        let found: BTreeMap<String, (i64, i64)> = figures
            .iter()
            .filter(|figure| figure["question"] != "nps")
            .map(|figure| (figure["question"].as_str().unwrap().to_owned(), (figure["n"].as_i64().unwrap(), figure["satisfied"].as_i64().unwrap())))
            .collect();
        assert_eq!(found["csat"], (2_688, 2_206));
        assert_eq!(found, expected);
        let mut spoken: BTreeMap<String, u64> = BTreeMap::new();
        for row in app.rows::<response::Entity>().await {
            *spoken.entry(row.language.unwrap()).or_default() += 1;
        }
        assert_eq!(spoken, languages.iter().map(|(language, n)| ((*language).to_owned(), *n)).collect());
        let again = imports::import_file(&app, Kind::Responses, "sfo_all", &imports::sfo()).await;
        assert_eq!(counts(&again), (0, 0, 2_831, 0));
    }
}
