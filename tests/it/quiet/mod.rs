//! Confidential and anonymous surveys: what is promised, what nobody learns, and what is counted in the end.

mod counting;
mod promise;
mod silence;
mod subtraction;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use entity::{AccountId, ContactId, SurveyId, SurveyKind, Time};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};
use tests::app::{Person, Reply, TestApp, link_token};

use crate::programmes::ask;

pub const MODES: [&str; 2] = ["CONFIDENTIAL", "ANONYMOUS"];
const UPDATE: &str = "mutation($input:UpdateSurvey!){updateSurvey(input:$input){version mode}}";

/// Sets the mode of the ready-made survey of a kind.
pub async fn set_mode(app: &TestApp, root: &Person, kind: SurveyKind, mode: &str) -> SurveyId {
    let id = app.survey(kind).await;
    let token = app.fresh(root.id).await;
    let read = ask(app, &token, &format!("{{survey(id:\"{id}\"){{version}}}}"), Value::Null).await;
    let input = json!({ "id": id, "version": read["version"], "mode": mode });
    let told = ask(app, &token, UPDATE, json!({ "input": input })).await;
    assert_eq!(told["mode"], mode, "{told}");
    id
}

/// Contacts of an account, asked by a survey without reminders: the links, in the order of the names.
pub async fn asked(app: &TestApp, survey: SurveyId, account: AccountId, names: &[&str]) -> Vec<String> {
    let mut ids: Vec<ContactId> = Vec::new();
    for name in names {
        ids.push(app.contact(account, name).await.id);
    }
    let before = app.outbox().len();
    let input = api::program::SendSurvey { contact_ids: Some(ids), reminders: Some(Vec::new()), ..Default::default() };
    api::program::send(&app.system(), survey, input).await.unwrap();
    app.run_jobs().await;
    let letters = app.outbox();
    let mut links: BTreeMap<_, _> =
        letters[before..].iter().map(|letter| (letter.to_name.clone(), link_token(letter))).collect();
    names.iter().map(|name| links.remove(*name).unwrap_or_else(|| panic!("no letter to {name}"))).collect()
}

/// Lets the next midnight (UTC) come, and the jobs run.
pub async fn sleep(app: &TestApp) {
    let day = TimeDelta::days(1);
    let today = chrono::DurationRound::duration_trunc(app.now().0, day).unwrap();
    app.clock().set(Time::new(today + day));
    app.run_jobs().await;
}

/// The code and status of a refusal.
pub fn code(reply: &Reply) -> (u16, String) {
    (reply.status.as_u16(), reply.json()["code"].as_str().unwrap_or_default().to_owned())
}

/// Sees everything, past every rule.
pub async fn database(app: &TestApp) -> DatabaseConnection {
    sea_orm::Database::connect(app.database.url()).await.unwrap()
}

pub fn backend(db: &DatabaseConnection) -> DbBackend {
    db.get_database_backend()
}

/// How many rows a table has.
pub async fn count(db: &DatabaseConnection, table: &str) -> i64 {
    let text = format!("SELECT count(*) AS n FROM {table}");
    db.query_one_raw(Statement::from_string(backend(db), text)).await.unwrap().unwrap().try_get("", "n").unwrap()
}
