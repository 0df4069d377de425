//! When and how quiet answers enter the figures: by five and more, once, whatever happens on the way.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{SurveyKind, quiet_answer};
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use serde_json::{Value, json};
use tests::{
    app::{Person, TestApp},
    both,
    questionnaire::definition,
};
use tokio::{sync::Barrier, task::JoinSet};

use super::{MODES, asked, backend, code, count, database, set_mode, sleep};
use crate::{figures::counters_equal_a_recount, programmes::ask};

const NAMES: [&str; 8] = ["Ada", "Bea", "Cy", "Dan", "Eve", "Fay", "Gus", "Hal"];
const SUM: &str = "{satisfaction{figures{question n counts}}}";

async fn n(app: &TestApp, who: &Person, args: &str) -> i64 {
    let token = app.fresh(who.id).await;
    let told = ask(app, &token, &format!("{{satisfaction{args}{{figures{{question n}}}}}}"), Value::Null).await;
    let groups = told.as_array().unwrap().iter().flat_map(|group| group["figures"].as_array().unwrap());
    groups.filter(|figure| figure["question"] == "nps").map(|figure| figure["n"].as_i64().unwrap()).sum()
}

both! {
    async fn answers_count_by_five_and_more_and_at_midnight(app: TestApp) {
        let root = app.admin("Root").await;
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let survey = set_mode(&app, &root, SurveyKind::Nps, "ANONYMOUS").await;
        let links = asked(&app, survey, account, &NAMES).await;
        for link in &links[..4] {
            assert_eq!(app.answer(link, 9).await.status, 201);
        }
        sleep(&app).await;
        assert_eq!((n(&app, &root, "").await, app.counted().await), (0, [0; 11]), "four wait");
        assert_eq!(app.answer(&links[4], 3).await.status, 201);
        app.run_jobs().await;
        assert_eq!(n(&app, &root, "").await, 0, "not before midnight");
        sleep(&app).await;
        for who in [&root, &ana] {
            assert_eq!(n(&app, who, "").await, 5);
        }
        assert_eq!(n(&app, &root, "(view:ACCOUNTS)").await, 0, "rows are nobody's to see");
        let token = app.fresh(root.id).await;
        assert_eq!(ask(&app, &token, SUM, Value::Null).await[0]["figures"][0]["counts"], json!([0, 0, 0, 1, 0, 0, 0, 0, 0, 4, 0]));
        for (by, label) in [("OWNER", "Ana"), ("TEAM", "Sales"), ("MONTH", "2026-03"), ("TERRITORY", ""), ("SEGMENT", ""), ("SURVEY", "Net Promoter Score")] {
            let told = ask(&app, &token, &format!("{{satisfaction(groupBy:{by}){{label figures{{n}}}}}}"), Value::Null).await;
            assert_eq!(told, json!([{ "label": label, "figures": [{ "n": 5 }] }]), "{by}");
        }
        // The last three wait until there are five again.
        for link in &links[5..] {
            assert_eq!(app.answer(link, 10).await.status, 201);
        }
        for _ in 0..3 {
            sleep(&app).await;
        }
        assert_eq!(n(&app, &root, "").await, 5);
        counters_equal_a_recount(&app).await;
        let more = asked(&app, survey, account, &["Ian", "Jo"]).await;
        for link in &more {
            assert_eq!(app.answer(link, 10).await.status, 201);
        }
        sleep(&app).await;
        assert_eq!(n(&app, &root, "").await, 10);
        let db = database(&app).await;
        assert_eq!([count(&db, "quiet_score").await, count(&db, "quiet_batch").await], [0, 2]);
        counters_equal_a_recount(&app).await;
    }

    async fn who_has_too_few_counts_with_the_team_or_the_company(app: TestApp) {
        let root = app.admin("Root").await;
        let (north, south) = (app.team("North", None).await, app.team("South", None).await);
        let (mia, max) = (app.manager("Mia", north).await, app.manager("Max", south).await);
        let (ana, ben, zoe) = (app.owner("Ana", north).await, app.owner("Ben", north).await, app.owner("Zoe", south).await);
        let survey = set_mode(&app, &root, SurveyKind::Nps, "ANONYMOUS").await;
        let (first, last) = ("(from:\"2026-01\",until:\"2027-01\")", "(from:\"2026-01\",until:\"2027-01\",groupBy:OWNER)");
        let mut number = 0;
        let mut answer = async |owner: &Person, team, many: usize| {
            number += 1;
            let account = app.account(&format!("Account {number}"), team, Some(owner.id)).await;
            let names: Vec<String> = (0..many).map(|at| format!("Contact {number} {at}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            for link in asked(&app, survey, account, &names).await {
                assert_eq!(app.answer(&link, 9).await.status, 201);
            }
        };
        // Three and two of one team are the team's.
        answer(&ana, north, 3).await;
        answer(&ben, north, 2).await;
        sleep(&app).await;
        let all = |who| n(&app, who, first);
        assert_eq!([all(&root).await, all(&mia).await, all(&max).await, all(&ana).await, all(&ben).await], [5, 5, 0, 0, 0]);
        // Three and two of two teams are the company's.
        answer(&ana, north, 3).await;
        answer(&zoe, south, 2).await;
        sleep(&app).await;
        assert_eq!([all(&root).await, all(&mia).await, all(&max).await, all(&ana).await, all(&zoe).await], [10, 5, 0, 0, 0]);
        // Five are their owner's.
        answer(&zoe, south, 6).await;
        sleep(&app).await;
        assert_eq!([all(&root).await, all(&mia).await, all(&max).await, all(&zoe).await], [16, 5, 6, 6]);
        let token = app.fresh(root.id).await;
        let told = ask(&app, &token, &format!("{{satisfaction{last}{{label figures{{n}}}}}}"), Value::Null).await;
        assert_eq!(told, json!([{ "label": "", "figures": [{ "n": 10 }] }, { "label": "Zoe", "figures": [{ "n": 6 }] }]));
        let told = ask(&app, &token, "{satisfaction(groupBy:TEAM){label figures{n}}}", Value::Null).await;
        let told: Vec<_> = told.as_array().unwrap().iter().map(|group| (group["label"].clone(), group["figures"][0]["n"].clone())).collect();
        assert_eq!(told, [(json!(""), json!(5)), (json!("North"), json!(5)), (json!("South"), json!(6))]);
        counters_equal_a_recount(&app).await;
    }

    async fn a_confidential_answer_changes_for_a_day_and_then_counts_as_it_stands(app: TestApp) {
        let root = app.admin("Root").await;
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let survey = set_mode(&app, &root, SurveyKind::Nps, "CONFIDENTIAL").await;
        let links = asked(&app, survey, account, &NAMES[..5]).await;
        for link in &links {
            let made = app.answer(link, 9).await;
            assert_eq!((made.status.as_u16(), &made.headers["etag"]), (201, &"\"1\"".parse::<axum::http::HeaderValue>().unwrap()));
        }
        app.forward(TimeDelta::hours(10));
        let changed = app.amend(&links[0], 2, 1).await;
        assert_eq!((changed.status.as_u16(), &changed.json()["score"], &changed.json()["version"]), (200, &json!(2), &json!(2)));
        assert_eq!(code(&app.amend(&links[0], 3, 1).await), (412, "STALE".to_owned()));
        assert_eq!(code(&app.answer(&links[0], 3).await), (409, "ALREADY_ANSWERED".to_owned()));
        let read = app.rest("GET", &format!("/api/v1/invitations/{}", links[0]), None, None).await.json();
        assert_eq!((&read["answered"], &read["response"]["score"]), (&json!(true), &json!(2)));
        let page = app.rest("GET", &format!("/s/{}", links[0]), None, None).await;
        assert!(page.text.contains("You answered") && page.text.contains("name=\"version\" value=\"2\""), "{}", page.text);
        let page = app.form(&format!("/s/{}", links[0]), "score=4&version=2").await;
        assert_eq!(page.status, 200, "{}", page.text);
        sleep(&app).await;
        assert_eq!(app.counted().await, [0; 11], "while any can be changed none of too few counts");
        sleep(&app).await;
        assert_eq!(app.counted().await, { let mut want = [0; 11]; (want[4], want[9]) = (1, 4); want });
        assert_eq!(code(&app.amend(&links[0], 1, 3).await), (410, "GONE".to_owned()));
        assert_eq!(code(&app.answer(&links[0], 1).await), (409, "ALREADY_ANSWERED".to_owned()));
        let read = app.rest("GET", &format!("/api/v1/invitations/{}", links[0]), None, None).await.json();
        assert_eq!((&read["answered"], &read["response"]), (&json!(true), &Value::Null), "what is counted is nobody's");
        let page = app.rest("GET", &format!("/s/{}", links[0]), None, None).await;
        assert!(page.text.contains("already answered") && !page.text.contains("<form"), "{}", page.text);
        counters_equal_a_recount(&app).await;
        let db = database(&app).await;
        assert_eq!(quiet_answer::Entity::find().all(&db).await.unwrap(), []);
    }

    async fn further_ratings_count_each_by_itself_and_only_by_five(app: TestApp) {
        let mut own = app.questionnaire(SurveyKind::Nps, Some("loyalty")).await;
        let mut draft = definition();
        draft["further"].as_array_mut().unwrap().truncate(1);
        for texts in draft["texts"].as_array_mut().unwrap() {
            texts["further"].as_array_mut().unwrap().truncate(1);
        }
        app.draft(&mut own, &draft).await;
        let input = json!({ "id": own.id, "version": own.version, "mode": "CONFIDENTIAL" });
        ask(&app, &own.token, super::UPDATE, json!({ "input": input })).await;
        own.version += 1;
        let told = app.publish(&mut own).await;
        assert!(told["errors"].is_null(), "{told}");
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let links = asked(&app, own.id, account, &NAMES[..6]).await;
        // By the page in two steps; the second is left out by one, and one rates by the JSON door.
        for link in &links[..4] {
            let page = app.form(&format!("/s/{link}"), "score=8").await;
            assert!(page.status == 200 && page.text.contains("How much work was it?"), "{}", page.text);
            let page = app.form(&format!("/s/{link}"), "step=2&version=1&q.effort=2").await;
            assert!(page.status == 200 && page.text.contains("Thank you"), "{}", page.text);
        }
        assert_eq!(app.form(&format!("/s/{}", links[4]), "score=8").await.status, 200);
        for _ in 0..3 {
            sleep(&app).await;
        }
        assert_eq!(app.counted().await, { let mut want = [0; 11]; want[8] = 5; want }, "four ratings of another question wait");
        assert_eq!(app.respond(&links[5], json!({"score": 7, "answers": {"effort": 5}}), None).await.status, 201);
        for _ in 0..3 {
            sleep(&app).await;
        }
        assert_eq!(app.counted().await, { let mut want = [0; 11]; (want[8], want[2], want[5]) = (5, 4, 1); want });
        counters_equal_a_recount(&app).await;
    }

    async fn a_counting_that_is_cut_off_counts_nothing_and_the_next_all(app: TestApp) {
        let root = app.admin("Root").await;
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        for (kind, mode) in [(SurveyKind::Nps, MODES[0]), (SurveyKind::Csat, MODES[1])] {
            let survey = set_mode(&app, &root, kind, mode).await;
            let names: Vec<String> = NAMES.iter().map(|name| format!("{name} {mode}")).collect();
            for link in asked(&app, survey, account, &names.iter().map(String::as_str).collect::<Vec<_>>()).await {
                assert_eq!(app.answer(&link, 5).await.status, 201);
            }
        }
        let db = database(&app).await;
        let waiting = async || [count(&db, "quiet_score").await, count(&db, "quiet_answer").await, count(&db, "quiet_batch").await];
        assert_eq!(waiting().await, [8, 8, 0]);
        // The last statement of the counting fails, on the days on which it would count.
        db.execute_unprepared("ALTER TABLE score_slice RENAME TO gone").await.unwrap();
        for _ in 0..3 {
            sleep(&app).await;
        }
        assert_eq!(waiting().await, [8, 8, 0], "all or nothing");
        db.execute_unprepared("ALTER TABLE gone RENAME TO score_slice").await.unwrap();
        for _ in 0..2 {
            sleep(&app).await;
        }
        assert_eq!(waiting().await, [0, 0, 2]);
        assert_eq!(app.counted().await, { let mut want = [0; 11]; want[5] = 16; want });
        // Run again, and by two at once, it counts nothing twice.
        db.execute_unprepared("UPDATE job SET run_at = created_at, state = 'READY' WHERE kind = 'quiet.count'").await.unwrap();
        app.run_jobs().await;
        assert_eq!(app.counted().await[5], 16);
        counters_equal_a_recount(&app).await;
    }

    async fn of_64_racers_one_answers_a_quiet_link(app: TestApp) {
        let app = Arc::new(app);
        let root = app.admin("Root").await;
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        for (kind, mode) in [(SurveyKind::Nps, MODES[0]), (SurveyKind::Csat, MODES[1])] {
            let survey = set_mode(&app, &root, kind, mode).await;
            let link = asked(&app, survey, account, &[mode]).await.remove(0);
            let start = Arc::new(Barrier::new(64));
            let mut racers = JoinSet::new();
            for racer in 0..64 {
                let (app, start, link) = (Arc::clone(&app), Arc::clone(&start), link.clone());
                racers.spawn(async move {
                    start.wait().await;
                    app.answer(&link, 1 + racer % 5).await.status.as_u16()
                });
            }
            let mut told = std::collections::BTreeMap::new();
            while let Some(status) = racers.join_next().await {
                *told.entry(status.unwrap()).or_insert(0) += 1;
            }
            assert_eq!(told, [(201, 1), (409, 63)].into(), "{mode}");
        }
        let db = database(&app).await;
        assert_eq!([count(&db, "quiet_link").await, count(&db, "quiet_score").await, count(&db, "quiet_answer").await], [2, 1, 1]);
    }

    async fn no_number_of_a_wave_is_told_beside_a_small_one(app: TestApp) {
        let root = app.admin("Root").await;
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let survey = set_mode(&app, &root, SurveyKind::Nps, "ANONYMOUS").await;
        let ask_many = async |from: usize, many: usize| {
            let names: Vec<String> = (from..from + many).map(|at| format!("Contact {at}")).collect();
            asked(&app, survey, account, &names.iter().map(String::as_str).collect::<Vec<_>>()).await
        };
        let told = async || {
            let token = app.fresh(root.id).await;
            let waves = ask(&app, &token, "{waves{nodes{funnel{completed hidden}}}}", Value::Null).await;
            let cut = ask(&app, &token, "{funnel(groupBy:WAVE){funnel{completed hidden}}}", Value::Null).await;
            let all = waves["nodes"].as_array().unwrap().iter().map(|wave| &wave["funnel"]);
            let mut all: Vec<_> = all.map(|funnel| (funnel["completed"].clone(), funnel["hidden"].clone())).collect();
            let cut = cut.as_array().unwrap().iter().map(|one| (one["funnel"]["completed"].clone(), one["funnel"]["hidden"].clone()));
            let mut cut: Vec<_> = cut.collect();
            for list in [&mut all, &mut cut] {
                list.sort_by_key(|(completed, _)| completed.as_i64());
            }
            assert_eq!(all, cut);
            all
        };
        let (number, few) = (|n: i64| (json!(n), Value::Null), (Value::Null, json!("TOO_FEW")));
        let links = ask_many(0, 12).await;
        for link in &links[..6] {
            assert_eq!(app.answer(link, 9).await.status, 201);
        }
        sleep(&app).await;
        assert_eq!(told().await, [number(6)]);
        // One more, alone in a wave: all figures less the first wave's number would tell whether they answered.
        let alone = ask_many(12, 1).await;
        assert_eq!(told().await, [few.clone(), few.clone()], "before anybody has answered");
        assert_eq!(app.answer(&alone[0], 0).await.status, 201);
        sleep(&app).await;
        assert_eq!(told().await, [few.clone(), few.clone()]);
        // A wave that is large enough beside another hides nothing.
        app.forward(TimeDelta::days(1));
        let other = set_mode(&app, &root, SurveyKind::Csat, "ANONYMOUS").await;
        let names: Vec<String> = (20..40).map(|at| format!("Contact {at}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let links = [asked(&app, other, account, &names[..10]).await, asked(&app, other, account, &names[10..]).await];
        for link in links[0][..5].iter().chain(&links[1][..5]) {
            assert_eq!(app.answer(link, 4).await.status, 201);
        }
        sleep(&app).await;
        assert_eq!(told().await, [few.clone(), few, number(5), number(5)]);
    }

    async fn what_waits_is_written_anew_each_midnight(app: TestApp) {
        let root = app.admin("Root").await;
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let survey = set_mode(&app, &root, SurveyKind::Nps, "ANONYMOUS").await;
        let links = asked(&app, survey, account, &NAMES[..4]).await;
        for (link, score) in links.iter().zip([1, 2, 3, 4]) {
            assert_eq!(app.answer(link, score).await.status, 201);
        }
        let db = database(&app).await;
        let ids = async || {
            let text = "SELECT id FROM quiet_score ORDER BY id";
            let rows = db.query_all_raw(Statement::from_string(backend(&db), text)).await.unwrap();
            rows.iter().map(|row| row.try_get::<uuid::Uuid>("", "id").unwrap()).collect::<Vec<_>>()
        };
        // How many scores share a transaction with a link that was taken.
        let tied = async || {
            let text = "SELECT count(*) AS n FROM quiet_score s JOIN quiet_link l ON s.xmin::text = l.xmin::text";
            let row = db.query_one_raw(Statement::from_string(backend(&db), text)).await.unwrap().unwrap();
            row.try_get::<i64>("", "n").unwrap()
        };
        let postgres = backend(&db) == sea_orm::DbBackend::Postgres;
        let before = ids().await;
        assert!(!postgres || tied().await == 4);
        sleep(&app).await;
        let after = ids().await;
        assert!(after.len() == 4 && after.iter().all(|id| !before.contains(id)), "{before:?} {after:?}");
        assert!(!postgres || tied().await == 0);
        assert_eq!(app.counted().await, [0; 11], "four wait on");
        let last = asked(&app, survey, account, &NAMES[4..5]).await;
        assert_eq!(app.answer(&last[0], 5).await.status, 201);
        sleep(&app).await;
        assert_eq!(app.counted().await, [0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], "none was lost on the way");
        counters_equal_a_recount(&app).await;
    }

    async fn the_funnel_tells_of_whole_waves_where_five_have_answered_and_five_have_not(app: TestApp) {
        let root = app.admin("Root").await;
        let team = app.team("Sales", None).await;
        let mia = app.manager("Mia", team).await;
        let account = app.account("Globex", team, None).await;
        let survey = set_mode(&app, &root, SurveyKind::Nps, "ANONYMOUS").await;
        let names: Vec<String> = (0..13).map(|at| format!("Contact {at}")).collect();
        let links = asked(&app, survey, account, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let funnel = async |who: &Person, of: &str| {
            let token = app.fresh(who.id).await;
            let fields = "funnel{delivered visited started completed hidden responseRate}";
            ask(&app, &token, &format!("{{{of}{{{fields}}}}}"), Value::Null).await
        };
        let whole = async |who: &Person| {
            let token = app.fresh(who.id).await;
            let ask_for = "{waves{nodes{funnel{delivered visited started completed hidden responseRate}}}}";
            ask(&app, &token, ask_for, Value::Null).await["nodes"][0]["funnel"].clone()
        };
        let hidden = |why: &str| json!({ "delivered": 13, "visited": null, "started": null, "completed": null, "hidden": why, "responseRate": null });
        assert_eq!(whole(&root).await, hidden("TOO_FEW"));
        for link in &links[..4] {
            assert_eq!(app.answer(link, 9).await.status, 201);
        }
        sleep(&app).await;
        assert_eq!(whole(&root).await, hidden("TOO_FEW"), "four");
        assert_eq!(app.answer(&links[4], 9).await.status, 201);
        assert_eq!(whole(&root).await, hidden("TOO_FEW"), "not before midnight");
        sleep(&app).await;
        let told = whole(&root).await;
        assert_eq!((&told["started"], &told["completed"], &told["hidden"], &told["visited"]), (&json!(5), &json!(5), &Value::Null, &Value::Null), "{told}");
        assert!((told["responseRate"].as_f64().unwrap() - 500.0 / 13.0).abs() < 1e-9);
        let by_wave = funnel(&root, "funnel(groupBy:WAVE)").await;
        assert_eq!(by_wave[0]["funnel"]["completed"], 5, "{by_wave}");
        for part in ["funnel", "funnel(groupBy:LANGUAGE)", "funnel(filter:{language:{eq:\"en\"}},groupBy:WAVE)"] {
            assert_eq!(funnel(&root, part).await[0]["funnel"], hidden("CONFIDENTIAL"), "{part}");
        }
        assert_eq!(whole(&mia).await, hidden("CONFIDENTIAL"), "a part of a wave may be one contact");
        // Ten of thirteen: the three who have not would be known.
        for link in &links[5..10] {
            assert_eq!(app.answer(link, 9).await.status, 201);
        }
        sleep(&app).await;
        assert_eq!(whole(&root).await, hidden("TOO_FEW"));
        assert_eq!(app.counted().await, { let mut want = [0; 11]; want[9] = 10; want });
    }
}
