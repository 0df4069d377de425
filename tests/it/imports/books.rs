//! The test's own books of a company: who was asked and what they said, and what everybody's figures are by them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{AccountId, ContactId, MemberId, account, contact, member};
use serde_json::{Value, json};
use tests::{app::TestApp, mail::Mail};

use super::company::Deals;

const ASK: &str = "{ credit: satisfaction { figures { n value promoters detractors } }
    accounts: satisfaction(view: ACCOUNTS) { figures { n value promoters detractors } } }";

/// One contact's part in the story.
pub struct Asked {
    pub account: String,
    /// The owner when the survey was sent.
    pub credited: String,
    pub score: Option<i64>,
}

/// The path of the survey behind a mail's buttons.
pub fn link(mail: &Mail) -> String {
    let links: BTreeSet<String> =
        mail.links().iter().filter_map(|link| Some(link[link.find("/s/")?..].split('?').next()?.to_owned())).collect();
    assert_eq!(links.len(), 1, "{:?}", mail.links());
    links.into_iter().next().unwrap()
}

/// What `satisfaction` should say of these answers.
fn recount<'s>(answers: impl Iterator<Item = &'s Asked>) -> Option<(i64, i64, i64)> {
    let scores: Vec<i64> = answers.filter_map(|asked| asked.score).collect();
    let many = |count: usize| i64::try_from(count).unwrap();
    let (up, down) = (scores.iter().filter(|s| **s >= 9).count(), scores.iter().filter(|s| **s <= 6).count());
    (!scores.is_empty()).then(|| (many(scores.len()), many(up), many(down)))
}

fn check(who: &str, shown: &Value, expected: Option<(i64, i64, i64)>) {
    let Some((n, up, down)) = expected else {
        assert_eq!(*shown, json!([]), "{who}");
        return;
    };
    let figure = &shown[0]["figures"][0];
    let found = (figure["n"].as_i64(), figure["promoters"].as_i64(), figure["detractors"].as_i64());
    assert_eq!(found, (Some(n), Some(up), Some(down)), "{who}: {shown}");
    #[expect(clippy::cast_precision_loss, reason = "hundreds of answers")]
    let nps = 100.0 * (up - down) as f64 / n as f64;
    assert!((figure["value"].as_f64().unwrap() - nps).abs() < 1e-9, "{who}: {shown}");
}

/// Who and what there is, to name it at the doors.
pub struct Rows {
    pub members: Vec<member::Model>,
    pub accounts: HashMap<String, AccountId>,
    /// By address.
    pub contacts: HashMap<String, ContactId>,
}

impl Rows {
    pub async fn read(app: &TestApp) -> Self {
        let (accounts, contacts) = (app.rows::<account::Entity>().await, app.rows::<contact::Entity>().await);
        Self {
            members: app.rows::<member::Entity>().await,
            accounts: accounts.into_iter().map(|row| (row.name, row.id)).collect(),
            contacts: contacts.into_iter().filter_map(|row| Some((row.email?, row.id))).collect(),
        }
    }

    pub fn member(&self, name: &str) -> MemberId {
        self.members.iter().find(|row| row.name == name).unwrap().id
    }
}

/// Everybody's figures in both views; `owners`: who owns each account now.
pub async fn compare<'s>(
    app: &TestApp,
    rows: &Rows,
    deals: &Deals,
    story: impl Iterator<Item = &'s Asked> + Clone,
    owners: &BTreeMap<String, String>,
) {
    for row in &rows.members {
        let shown = app.gql(Some(&app.fresh(row.id).await), ASK, json!({})).await;
        let credit = recount(story.clone().filter(|asked| deals.are_of(&asked.credited, row)));
        let visible = recount(story.clone().filter(|asked| deals.are_of(&owners[&asked.account], row)));
        check(&format!("credit of {}", row.name), &shown["data"]["credit"], credit);
        check(&format!("accounts of {}", row.name), &shown["data"]["accounts"], visible);
    }
}
