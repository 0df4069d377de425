//! Lists at the REST door: the grammar of GraphQL's filters in a query string, pages that lose nothing.

use std::collections::BTreeSet;

use api::access::KeyScope;
use entity::SurveyKind;
use serde_json::{Value, json};
use tests::{app::TestApp, both};

use super::{integration, pointers};

/// All rows of a list, page by page.
async fn walk(app: &TestApp, token: &str, path: &str, size: usize) -> Vec<Value> {
    let (mut rows, mut after) = (Vec::new(), String::new());
    let join = if path.contains('?') { '&' } else { '?' };
    loop {
        let reply = app.rest("GET", &format!("{path}{join}first={size}{after}"), Some(token), None).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let page = reply.json();
        let data = page["data"].as_array().unwrap().clone();
        assert!(data.len() <= size);
        rows.extend(data);
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return rows,
        }
    }
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["name"].as_str().unwrap()).collect()
}

async fn few(app: &TestApp, token: &str, query: &str) -> Vec<String> {
    let rows = walk(app, token, &format!("/api/v1/accounts?{query}"), 10).await;
    names(&rows).into_iter().map(str::to_owned).collect()
}

both! {
    async fn pages_of_every_order_hold_every_row_once(app: TestApp) {
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let key = integration(&app).await;
        for at in 0..23 {
            app.account(&format!("Account {:02}", at % 7), team, (at % 2 == 0).then_some(ana.id)).await;
            app.forward(chrono::TimeDelta::seconds(1));
        }
        for sort in ["name", "createdAt", "updatedAt", "healthScore", "renewalOn", "lastLiveAt"] {
            let up = walk(&app, &key, &format!("/api/v1/accounts?sort={sort}"), 4).await;
            let down = walk(&app, &key, &format!("/api/v1/accounts?sort=-{sort}"), 9).await;
            let ids: BTreeSet<&str> = up.iter().map(|row| row["id"].as_str().unwrap()).collect();
            assert_eq!((up.len(), ids.len()), (23, 23), "{sort}");
            let back: Vec<&Value> = down.iter().rev().map(|row| &row["id"]).collect();
            assert_eq!(up.iter().map(|row| &row["id"]).collect::<Vec<_>>(), back, "{sort}");
        }
        assert_eq!(walk(&app, &ana.token, "/api/v1/accounts", 5).await.len(), 12);
        let counted = app.rest("GET", "/api/v1/accounts?count=true&first=1", Some(&ana.token), None).await.json();
        assert_eq!((&counted["total"], counted["data"].as_array().unwrap().len()), (&json!(12), 1));
    }

    async fn each_operator_is_a_parameter(app: TestApp) {
        let (north, south) = (app.team("North", None).await, app.team("South", None).await);
        let ana = app.owner("Ana", north).await;
        let key = integration(&app).await;
        let put = async |reference: &str, body: Value| {
            let reply = app.rest("PUT", &format!("/api/v1/accounts/{reference}"), Some(&key), Some(body)).await;
            assert_eq!(reply.status, 201, "{}", reply.text);
        };
        let money = |amount: i64| json!({ "amountMinor": amount, "currency": "EUR" });
        put("1", json!({ "name": "Globex", "tier": "KEY", "annualValue": money(500), "territory": "North, East", "ownerEmail": "ana@acme.test" })).await;
        put("2", json!({ "name": "Initech", "tier": "STRATEGIC", "annualValue": money(900), "renewalOn": "2026-12-31" })).await;
        let between = app.now();
        app.forward(chrono::TimeDelta::seconds(1));
        put("3", json!({ "name": "Umbrella", "healthScore": 20, "team": ["South"] })).await;
        assert_eq!(few(&app, &key, "tier=KEY").await, ["Globex"]);
        assert_eq!(few(&app, &key, "tier_in=KEY&tier_in=STRATEGIC").await, ["Globex", "Initech"]);
        assert_eq!(few(&app, &key, "territory_in=North%2C+East&territory_in=x").await, ["Globex"]);
        assert_eq!(few(&app, &key, "annual_value_gt=500").await, ["Initech"]);
        assert_eq!(few(&app, &key, "annual_value_gte=500&annual_value_lt=900").await, ["Globex"]);
        assert_eq!(few(&app, &key, "renewal_on=2026-12-31").await, ["Initech"]);
        assert_eq!(few(&app, &key, "health_score_lte=20&health_score_gte=0").await, ["Umbrella"]);
        assert_eq!(few(&app, &key, "owner_id_is_null=false").await, ["Globex"]);
        assert_eq!(few(&app, &key, &format!("owner_id={}", ana.id)).await, ["Globex"]);
        assert_eq!(few(&app, &key, &format!("team_id={south}")).await, ["Umbrella"]);
        assert_eq!(few(&app, &key, "reference=2&source=outside").await, ["Initech"]);
        assert_eq!(few(&app, &key, "search=glob").await, ["Globex"]);
        let since = format!("updated_since={}&sort=updatedAt", app.now());
        assert_eq!(few(&app, &key, &since).await, ["Umbrella"]);
        assert_eq!(few(&app, &key, &format!("updated_at_lte={between}")).await, ["Globex", "Initech"]);
        // The same question at the other door.
        let asked = "{accounts(filter:{tier:{in:[KEY,STRATEGIC]},annualValue:{gte:500,lt:900}}){nodes{name}}}";
        let answer = app.gql(Some(&key), asked, json!({})).await;
        assert_eq!(answer["data"]["accounts"]["nodes"], json!([{ "name": "Globex" }]), "{answer}");
    }

    async fn what_does_not_fit_is_named(app: TestApp) {
        let key = integration(&app).await;
        let bad = async |query: &str| {
            let reply = app.rest("GET", &format!("/api/v1/accounts?{query}"), Some(&key), None).await;
            assert_eq!(reply.status, 422, "{query}: {}", reply.text);
            pointers(&reply)
        };
        assert_eq!(bad("tier=GOLD").await, ["/tier"]);
        assert_eq!(bad("annual_value_gte=much&renewal_on=31.12.2026").await, ["/annual_value_gte", "/renewal_on"]);
        assert_eq!(bad("tier=KEY&tier=KEY").await, ["/tier"]);
        assert_eq!(bad("colour=red").await, ["/colour"]);
        assert_eq!(bad("tier_gte=KEY").await, ["/tier_gte"]);
        assert_eq!(bad("first=0").await, ["/first"]);
        assert_eq!(bad("first=101").await, ["/first"]);
        assert_eq!(bad("sort=colour").await, ["/sort"]);
        assert_eq!(bad("after=nonsense").await, ["/after"]);
        assert_eq!(bad("domain=%00").await, ["/domain"]);
        assert_eq!(bad("owner_id=7").await, ["/owner_id"]);
        let many = "tier_in=KEY&".repeat(101);
        assert_eq!(bad(many.trim_end_matches('&')).await, ["/tier_in"]);
        let first = app.rest("GET", "/api/v1/accounts?colour=red", Some(&key), None).await.json();
        assert!(first["detail"].as_str().unwrap().contains("known are sort, first, after, count"), "{first}");
        // A cursor of another order is none of this one.
        let team = app.team("Sales", None).await;
        app.account("A", team, None).await;
        app.account("B", team, None).await;
        let page = app.rest("GET", "/api/v1/accounts?first=1&sort=updatedAt", Some(&key), None).await.json();
        let after = page["next"].as_str().unwrap();
        assert_eq!(bad(&format!("sort=name&after={after}")).await, ["/after"]);
    }

    async fn a_list_shows_what_its_viewer_sees(app: TestApp) {
        let top = app.team("Sales", None).await;
        let (north, south) = (app.team("North", Some(top)).await, app.team("South", Some(top)).await);
        let (ana, ben) = (app.owner("Ana", north).await, app.owner("Ben", south).await);
        let (globex, initech) = (app.account("Globex", north, Some(ana.id)).await, app.account("Initech", south, Some(ben.id)).await);
        let (carl, dora) = (app.contact(globex, "Carl").await, app.contact(initech, "Dora").await);
        for link in app.invite(SurveyKind::Nps, &[carl.id, dora.id]).await {
            assert_eq!(app.answer(&link, 9).await.status, 201);
        }
        let bound = app.integration(&KeyScope::ALL, Some(north)).await;
        for token in [&ana.token, &bound, &carl.token] {
            for (list, own) in [("accounts", "Globex"), ("contacts", "Carl")] {
                assert_eq!(names(&walk(&app, token, &format!("/api/v1/{list}"), 10).await), [own]);
            }
            let answers = walk(&app, token, "/api/v1/responses", 10).await;
            assert_eq!(answers.len(), 1);
            assert_eq!(answers[0]["contactId"], json!(carl.id));
        }
        // What is for staff is null for a customer, and no filter tells of it.
        let hidden = ["source", "reference", "segment", "tier", "lifecycle", "annualValue", "healthScore", "teamId",
            "unownedSince", "lastLiveAt", "lastInboundAt", "lastOutboundAt", "archivedAt"];
        let mine = walk(&app, &carl.token, "/api/v1/accounts", 1).await.remove(0);
        assert!(hidden.iter().all(|field| mine[field].is_null()), "{mine}");
        let theirs = walk(&app, &ana.token, "/api/v1/accounts", 1).await.remove(0);
        assert!(["segment", "tier", "lifecycle", "teamId"].iter().all(|field| !theirs[field].is_null()), "{theirs}");
        let answer = walk(&app, &carl.token, "/api/v1/responses", 1).await.remove(0);
        let hidden = ["creditedTo", "inherited", "segment", "territory", "tier"];
        assert!(hidden.iter().all(|field| answer[field].is_null()), "{answer}");
        for query in ["accounts?tier=KEY", "accounts?owner_id_is_null=true", "accounts?reference=1", "accounts?sort=healthScore",
            "contacts?reference=1", "contacts?roles_any=USER", "responses?category=PROMOTER", "responses?inherited=true"] {
            let reply = app.rest("GET", &format!("/api/v1/{query}"), Some(&carl.token), None).await;
            assert_eq!(reply.status, 422, "{query}: {}", reply.text);
        }
        let surveys = app.rest("GET", "/api/v1/surveys", Some(&ana.token), None).await.json();
        assert_eq!(surveys["data"].as_array().unwrap().len(), 3, "{surveys}");
    }

    async fn answers_come_with_what_hangs_on_them(app: TestApp) {
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let people = [app.contact(account, "Carl").await, app.contact(account, "Dora").await];
        let links = app.invite(SurveyKind::Nps, &people.map(|person| person.id)).await;
        assert_eq!(app.answer(&links[0], 9).await.status, 201);
        app.forward(chrono::TimeDelta::minutes(1));
        let later = app.now();
        assert_eq!(app.answer(&links[1], 3).await.status, 201);
        let key = integration(&app).await;
        let all = walk(&app, &key, "/api/v1/responses", 1).await;
        assert_eq!(all.iter().map(|row| &row["score"]).collect::<Vec<_>>(), [&json!(3), &json!(9)]);
        assert_eq!(all[0]["creditedTo"]["name"], "Ana");
        assert_eq!(all[0]["answers"], json!([]));
        let scores = async |query: &str| {
            let rows = walk(&app, &key, &format!("/api/v1/responses?{query}"), 10).await;
            rows.iter().map(|row| row["score"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(scores("sort=answeredAt").await, [9, 3]);
        assert_eq!(scores("score_gte=9").await, [9]);
        assert_eq!(scores("category=DETRACTOR").await, [3]);
        assert_eq!(scores(&format!("answered_since={later}")).await, [3]);
        assert_eq!(scores("commented=true").await, Vec::<i64>::new());
    }
}
