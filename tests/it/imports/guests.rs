//! An airport's answers: figures that somebody else has computed.

use api::import::Kind;
use serde_json::{Value, json};
use tests::{app::TestApp, both, imports};

use super::counts;

const ASK: &str = "query($view: View!) { satisfaction(view: $view, from: \"2017-05\", until: \"2017-06\") {
    figures { question n value low high promoters detractors satisfied } } }";

/// To two places, as published.
fn close(value: &Value, to: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - to).abs() < 0.005)
}

both! {
    async fn guests_answers_give_their_published_figures(app: TestApp) {
        let airlines = imports::import_file(&app, Kind::Accounts, "sfo_accounts", &imports::sfo()).await;
        assert_eq!(counts(&airlines), (37, 0, 0, 0));
        let before = app.statements();
        let first = imports::import_file(&app, Kind::Responses, "sfo_nps", &imports::sfo()).await;
        assert_eq!((first.read, first.refused, first.refused_answers), (2_831, 0, 85));
        assert_eq!(first.created + first.unchanged, 2_831);
        // Nothing is asked or written row by row.
        let statements = app.statements() - before;
        assert!(statements <= 200, "{statements} statements");
        let elevens = first.faults.iter().filter(|fault| fault.column == "NETPRO" && fault.value == "11");
        assert_eq!(elevens.count(), 84);
        let blank: Vec<_> = first.faults.iter().filter(|fault| fault.value.is_empty()).map(|fault| fault.row).collect();
        assert_eq!(blank, [2_825]);

        let admin = app.admin("Ada Admin").await;
        let mut shown = Vec::new();
        for view in ["CREDIT", "ACCOUNTS"] {
            let answer = app.gql(Some(&admin.token), ASK, json!({ "view": view })).await;
            let figures = &answer["data"]["satisfaction"][0]["figures"];
            let of = |question: &str| {
                figures.as_array().unwrap().iter().find(|one| one["question"] == question).unwrap_or_else(|| panic!("{answer}"))
            };
            let (nps, csat) = (of("nps"), of("csat"));
            assert_eq!((&nps["n"], &nps["promoters"], &nps["detractors"]), (&json!(2_746), &json!(1_436), &json!(342)));
            assert!(close(&nps["value"], 39.84) && close(&nps["low"], 37.18) && close(&nps["high"], 42.41), "{nps}");
            assert_eq!((&csat["n"], &csat["satisfied"]), (&json!(2_688), &json!(2_206)));
            assert!(close(&csat["value"], 82.07), "{csat}");
            shown.push(answer);
        }
        let again = imports::import_file(&app, Kind::Responses, "sfo_nps", &imports::sfo()).await;
        assert_eq!((counts(&again), again.refused_answers), ((0, 0, 2_831, 0), 85));
        let answer = app.gql(Some(&admin.token), ASK, json!({ "view": "CREDIT" })).await;
        assert_eq!(answer, shown[0]);
    }
}
