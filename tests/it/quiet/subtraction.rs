//! Whoever adds and subtracts figures, on whatever days, finds no group of one to four quiet answers.
//!
//! In each world eleven contacts answer, each with another score, so that the counts of a figure say exactly which
//! answers it holds. Identified answers to the same question are there before, and what they add to every figure is taken
//! away. Cuts and filters of every kind are asked each day by an admin, two managers and an owner. Answers that are always together, in every figure of every
//! day, have the same weight in each sum of figures: where no such class has one to four members, no sum singles them out.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use entity::{MemberId, SurveyKind};
use serde_json::{Value, json};
use tests::{
    app::{Person, TestApp},
    both,
    dice::Dice,
    engine::{Database, World as _},
};

use super::{MODES, asked, set_mode, sleep};

type Counts = [i64; 11];

/// Every figure of the shared question, by who asked, how, and for which cut.
type Figures = BTreeMap<(usize, String, String), Counts>;

struct Small {
    app: TestApp,
    viewers: Vec<MemberId>,
    asks: Vec<String>,
    links: Vec<String>,
}

/// What can be asked for: every cut, with an owner, a team, both or neither, and several spans of months.
fn asks(owner: &str, other: &str, team: &str, below: &str) -> Vec<String> {
    let cuts = [
        "",
        ",groupBy:OWNER",
        ",groupBy:TEAM",
        ",groupBy:MONTH",
        ",groupBy:TERRITORY",
        ",groupBy:SEGMENT",
        ",groupBy:SURVEY",
    ];
    let filters = [
        String::new(),
        format!(",ownerId:\"{owner}\""),
        format!(",teamId:\"{team}\""),
        format!(",teamId:\"{below}\""),
        format!(",ownerId:\"{other}\",teamId:\"{team}\""),
    ];
    let mut asks = Vec::new();
    for (from, until) in [("2026-01", "2027-01"), ("2026-03", "2026-04"), ("2026-04", "2026-05")] {
        for filter in &filters {
            asks.extend(cuts.map(|cut| format!("from:\"{from}\",until:\"{until}\"{filter}{cut}")));
        }
    }
    asks.extend(cuts.map(|cut| format!("view:ACCOUNTS{cut}")));
    asks
}

impl Small {
    async fn new(app: TestApp, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let root = app.admin("Root").await;
        let north = app.team("North", None).await;
        let teams = [north, app.team("Harbour", Some(north)).await, app.team("South", None).await];
        let mut viewers = vec![root.id];
        let mut owners: Vec<Person> = Vec::new();
        for (at, team) in teams.into_iter().enumerate() {
            let manager = app.manager(&format!("Manager {at}"), team).await;
            viewers.extend((at != 1).then_some(manager.id));
            owners.push(app.owner(&format!("Owner {at}"), team).await);
        }
        owners.push(app.owner("Owner 3", teams[2]).await);
        viewers.push(owners[1].id);
        let mut accounts = Vec::new();
        for (at, owner) in owners.iter().enumerate() {
            let team = teams[at.min(2)];
            accounts.push(app.account(&format!("Account {at}"), team, Some(owner.id)).await);
        }
        accounts.push(app.account("Unowned", teams[1], None).await);
        // A copy with the same question, of which answers are known one by one.
        let mut known = app.questionnaire(SurveyKind::Nps, None).await;
        app.publish(&mut known).await;
        for (at, account) in accounts.iter().enumerate() {
            for number in 0..dice.roll(4) {
                let link = app.ask_new(known.id, *account, &format!("Known {at} {number}")).await;
                assert_eq!(app.answer(&link, i64::try_from(dice.roll(11)).unwrap()).await.status, 201);
            }
        }
        let survey = set_mode(&app, &root, SurveyKind::Nps, MODES[dice.roll(2)]).await;
        // From all at one account to spread over all of them.
        let spread = 1 + dice.roll(accounts.len());
        let mut links = Vec::new();
        for score in 0..11 {
            let account = accounts[dice.roll(spread)];
            links.push(asked(&app, survey, account, &[&format!("Quiet {score}")]).await.remove(0));
        }
        let id = |at: usize| owners[at].id.to_string();
        let asks = asks(&id(0), &id(1), &teams[0].to_string(), &teams[1].to_string());
        Self { app, viewers, asks, links }
    }

    async fn figures(&self) -> Figures {
        let mut figures = Figures::new();
        for (who, viewer) in self.viewers.iter().enumerate() {
            let token = self.app.fresh(*viewer).await;
            // Whole pages of questions at once: what is refused is null.
            for some in self.asks.chunks(10) {
                let fields = some.iter().enumerate().map(|(at, ask)| {
                    format!("q{at}:satisfaction({ask}){{label owner{{id}} team{{id}} figures{{question counts}}}}")
                });
                let told =
                    self.app.gql(Some(&token), &format!("{{{}}}", fields.collect::<String>()), Value::Null).await;
                for (at, ask) in some.iter().enumerate() {
                    for group in told["data"][format!("q{at}")].as_array().into_iter().flatten() {
                        let cut = json!([group["label"], group["owner"], group["team"]]).to_string();
                        for figure in group["figures"].as_array().unwrap() {
                            assert_eq!(figure["question"], "nps", "{figure}");
                            let counts: Vec<i64> = serde_json::from_value(figure["counts"].clone()).unwrap();
                            figures.insert((who, ask.clone(), cut.clone()), counts.try_into().unwrap());
                        }
                    }
                }
            }
        }
        figures
    }
}

/// Which quiet answers a figure holds, by their scores.
fn members(now: &Counts, before: Option<&Counts>) -> BTreeSet<usize> {
    let held = |score: &usize| {
        let quiet = now[*score] - before.map_or(0, |before| before[*score]);
        assert!((0..=1).contains(&quiet), "{now:?} after {before:?}");
        quiet == 1
    };
    (0..11).filter(held).collect()
}

both! {
    async fn no_sum_of_figures_singles_out_one_to_four(first: Database) {
        let mut shown = 0;
        for seed in 0..3 {
            let app = TestApp::on(first.engine().database().await.unwrap()).await;
            app.forward(TimeDelta::days(28));
            let small = Small::new(app, seed).await;
            let before = small.figures().await;
            let mut seen: BTreeSet<BTreeSet<usize>> = BTreeSet::new();
            let mut dice = Dice::new(seed);
            let mut waiting: Vec<usize> = (0..11).collect();
            for _ in 0..5 {
                for _ in 0..dice.roll(7) {
                    if waiting.is_empty() {
                        break;
                    }
                    let score = waiting.remove(dice.roll(waiting.len()));
                    let answered = small.app.answer(&small.links[score], i64::try_from(score).unwrap()).await;
                    assert_eq!(answered.status, 201);
                }
                sleep(&small.app).await;
                for (key, now) in small.figures().await {
                    seen.insert(members(&now, before.get(&key)));
                }
            }
            sleep(&small.app).await;
            sleep(&small.app).await;
            let last = small.figures().await;
            seen.extend(last.iter().map(|(key, now)| members(now, before.get(key))));
            for one in &seen {
                for other in &seen {
                    let (more, less) = (one.difference(other).count(), other.difference(one).count());
                    assert!(less > 0 || !(1..5).contains(&more), "seed {seed}: {one:?} less {other:?}");
                }
            }
            let mut classes: BTreeMap<Vec<bool>, usize> = BTreeMap::new();
            for score in 0..11 {
                let weights: Vec<bool> = seen.iter().map(|one| one.contains(&score)).collect();
                if weights.contains(&true) {
                    *classes.entry(weights).or_default() += 1;
                    shown += 1;
                }
            }
            assert!(classes.values().all(|size| *size >= 5), "seed {seed}: {seen:?}");
            crate::figures::counters_equal_a_recount(&small.app).await;
        }
        assert!(shown >= 15, "of 33 answers {shown} were counted: the worlds are too poor to try anything");
    }
}
