//! Figures equal a naive count of what the test itself has answered, whatever moved in between.

use std::collections::BTreeMap;

use api::{privacy::EraseContact, store::Subject};
use chrono::{Datelike, TimeDelta};
use entity::{MemberId, SliceDim, SurveyKind, answer, quiet_batch, response, score_owner, score_slice};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::{
    app::TestApp,
    both,
    engine::{self, Database, World as _},
    world::{Given, Member, World},
};

type Counts = [i64; 11];
/// The cut (an id or a label) and the question.
type Table = BTreeMap<(String, String), Counts>;
type Holds<'a> = &'a dyn Fn(&Given) -> bool;
type Cut<'a> = &'a dyn Fn(&Given) -> String;

both! {
    async fn figures_equal_a_naive_count(first: Database) {
        for seed in 100..100 + crate::scope::worlds() / 2 {
            let app = TestApp::on(first.engine().database().await.unwrap()).await;
            let mut world = World::new(&app, seed).await;
            world.live(&app).await;
            assert!(!world.given.is_empty(), "seed {seed}");
            for member in world.members.iter().filter(|member| member.active) {
                counts_the_same(&app, &world, member, seed).await;
            }
            counters_equal_a_recount(&app).await;
        }
    }

    async fn counters_equal_a_recount_after_many_changes(app: TestApp) {
        let (changes, between) = if engine::long() { (100_000, 20_000) } else { (400, 100) };
        let mut world = World::new(&app, 7).await;
        for at in 1..=changes {
            app.forward(TimeDelta::minutes(1));
            match world.dice.roll(100) {
                0 => erase_any(&app, &mut world).await,
                1..30 => {
                    let account = world.dice.roll(world.accounts.len());
                    world.ask(&app, account).await;
                }
                30..60 => world.answer(&app).await,
                _ => world.step(&app).await,
            }
            if at % between == 0 {
                counters_equal_a_recount(&app).await;
            }
        }
        assert!(world.given.len() > changes / 5, "{}", world.given.len());
    }

    async fn intervals_equal_the_golden_values(app: TestApp) {
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        for (at, (nps, csat)) in [(10, 4), (10, 5), (9, 4), (9, 5), (8, 4), (8, 5), (7, 4), (10, 5), (6, 3), (0, 1)].into_iter().enumerate() {
            for (kind, score) in [(SurveyKind::Nps, nps), (SurveyKind::Csat, csat)] {
                let contact = app.contact(account, &format!("Contact {at} {kind:?}")).await;
                let link = app.invite(kind, &[contact.id]).await.remove(0);
                assert_eq!(app.answer(&link, score).await.status, 201);
            }
            let figures = app.gql(Some(&ana.token), "{satisfaction{figures{question n value low high enough}}}", json!({})).await;
            for figure in figures["data"]["satisfaction"][0]["figures"].as_array().unwrap() {
                assert_eq!(figure["low"].is_number(), at >= 4, "{figure}");
                assert_eq!(figure["enough"], at >= 4, "{figure}");
            }
        }
        for view in ["CREDIT", "ACCOUNTS"] {
            let ask = format!("{{satisfaction(view:{view}){{figures{{question n value low high promoters passives detractors satisfied}}}}}}");
            let answer = app.gql(Some(&ana.token), &ask, json!({})).await;
            let figures = &answer["data"]["satisfaction"][0]["figures"];
            let [csat, nps] = [&figures[0], &figures[1]];
            near(csat, [80.0, 49.02, 94.33]);
            assert_eq!(csat["satisfied"], 8, "{csat}");
            near(nps, [30.0, -19.05, 65.20]);
            assert_eq!((&nps["promoters"], &nps["passives"], &nps["detractors"]), (&json!(5), &json!(3), &json!(2)));
        }
    }
}

fn near(figure: &Value, want: [f64; 3]) {
    assert_eq!(figure["n"], 10, "{figure}");
    for (name, want) in ["value", "low", "high"].into_iter().zip(want) {
        let got = figure[name].as_f64().unwrap_or_else(|| panic!("{figure}"));
        assert!((got - want).abs() < 0.005, "{name}: {got}, not {want}");
    }
}

const fn question(kind: SurveyKind) -> &'static str {
    match kind {
        SurveyKind::Nps => "nps",
        _ => "csat",
    }
}

/// Takes every trace of a contact away, whoever it is.
async fn erase_any(app: &TestApp, world: &mut World) {
    let at = world.dice.roll(world.accounts.len());
    let Some(id) = world.accounts[at].contacts.pop_first() else { return };
    let input = EraseContact { id, version: 1, reason: "They asked for it".to_owned() };
    api::privacy::erase(&app.system(), input).await.unwrap();
}

/// Answers counted by the naive loop: `cut` names the heap an answer falls on.
fn naive<'a>(given: impl Iterator<Item = &'a Given>, cut: impl Fn(&Given) -> String) -> Table {
    let mut table = Table::new();
    for one in given {
        table.entry((cut(one), question(one.to.kind).to_owned())).or_default()[one.score] += 1;
    }
    table
}

/// The same from the door.
async fn told(app: &TestApp, token: &str, args: &str) -> Table {
    let ask = format!("{{satisfaction({args}){{label owner{{id}} team{{id}} figures{{question n counts}}}}}}");
    let answer = app.gql(Some(token), &ask, json!({})).await;
    let mut table = Table::new();
    for group in answer["data"]["satisfaction"].as_array().unwrap_or_else(|| panic!("{args}: {answer}")) {
        let id = group["owner"]["id"].as_str().or(group["team"]["id"].as_str()).or(group["label"].as_str());
        for figure in group["figures"].as_array().unwrap() {
            let counts: Vec<i64> = serde_json::from_value(figure["counts"].clone()).unwrap();
            assert_eq!(figure["n"], counts.iter().sum::<i64>(), "{figure}");
            let key = (id.unwrap().to_owned(), figure["question"].as_str().unwrap().to_owned());
            assert!(table.insert(key, counts.try_into().unwrap()).is_none(), "one cut twice: {answer}");
        }
    }
    table
}

async fn counts_the_same(app: &TestApp, world: &World, member: &Member, seed: u64) {
    let token = app.token(Subject::Member(member.id)).await;
    let leads = world.teams.iter().any(|team| world.manages(member.id, team.id));
    let mine = |given: &Given| {
        member.admin
            || if leads {
                given.to.path.iter().any(|team| world.manages(member.id, *team))
            } else {
                given.to.owner == Some(member.id)
            }
    };
    let in_view = |given: &Given| world.seen(member).any(|account| account.id == given.to.account);
    let views: [(&str, Holds<'_>); 2] = [("CREDIT", &mine), ("ACCOUNTS", &in_view)];
    for (view, holds) in views {
        let cuts: [(&str, Cut<'_>); 6] = [
            ("", &|_| String::new()),
            (",groupBy:OWNER", &|given| given.to.owner.map(|id| id.to_string()).unwrap_or_default()),
            (",groupBy:TEAM", &|given| given.to.path[0].to_string()),
            (",groupBy:MONTH", &|given| format!("{:04}-{:02}", given.at.0.year(), given.at.0.month())),
            (",groupBy:TERRITORY", &|_| "North".to_owned()),
            (",groupBy:SEGMENT", &|_| "Enterprise".to_owned()),
        ];
        let owner = view == "CREDIT" && !member.admin && !leads;
        for (args, cut) in cuts.iter().take(if owner { 4 } else { 6 }) {
            let want = naive(world.given.iter().filter(|given| holds(given)), cut);
            let got = told(app, &token, &format!("view:{view}{args}")).await;
            assert_eq!(got, want, "seed {seed}, view {view}{args}, {member:?}");
        }
        let team = world.teams[0].id;
        let below = world.given.iter().filter(|given| holds(given) && given.to.path.contains(&team));
        let got = told(app, &token, &format!("view:{view},teamId:\"{team}\"")).await;
        assert_eq!(got, naive(below, |_| String::new()), "seed {seed}, view {view} of a team, {member:?}");
        let other = world.members[0].id;
        let of = world.given.iter().filter(|given| holds(given) && given.to.owner == Some(other));
        let got = told(app, &token, &format!("view:{view},ownerId:\"{other}\"")).await;
        assert_eq!(got, naive(of, |_| String::new()), "seed {seed}, view {view} of a member, {member:?}");
    }
}

/// The kept counters say what the stored answers say.
pub async fn counters_equal_a_recount(app: &TestApp) {
    let (mut owners, mut slices) = (BTreeMap::<String, Counts>::new(), BTreeMap::<String, Counts>::new());
    let responses = app.rows::<response::Entity>().await;
    let further = app.rows::<answer::Entity>().await;
    let by_id: BTreeMap<_, _> = responses.iter().map(|row| (row.id, row)).collect();
    let rated = further.iter().filter_map(|one| {
        let row = by_id[&one.response_id];
        Some((row.clone(), one.question.clone(), one.score?))
    });
    let scored = responses.iter().map(|row| (row.clone(), row.question.clone(), row.score));
    for (row, question, score) in scored.chain(rated) {
        let slot = usize::try_from(score).unwrap();
        let base = format!("{question} {} {} {}", row.place_id, row.month, row.mode);
        let owner = row.owner_id.unwrap_or(MemberId::NOBODY);
        owners.entry(format!("{base} {owner}")).or_default()[slot] += 1;
        let cuts = [
            (SliceDim::Territory, row.territory.unwrap_or_default()),
            (SliceDim::Segment, row.segment.unwrap_or_default()),
            (SliceDim::Survey, row.survey_id.to_string()),
        ];
        for (dim, val) in cuts {
            slices.entry(format!("{base} {dim:?} {val}")).or_default()[slot] += 1;
        }
    }
    // Of quiet answers the sums of their batches are what is left.
    let db = sea_orm::Database::connect(app.database.url()).await.unwrap();
    for row in quiet_batch::Entity::find().all(&db).await.unwrap() {
        let sums = [row.c0, row.c1, row.c2, row.c3, row.c4, row.c5, row.c6, row.c7, row.c8, row.c9, row.c10];
        assert!(sums.iter().sum::<i32>() >= 5, "{row:?}");
        let base = format!("{} {} {} {}", row.question, row.place_id, row.month, row.mode);
        let owner = row.owner_id.unwrap_or(MemberId::NOBODY);
        let add = |counts: &mut Counts| counts.iter_mut().zip(sums).for_each(|(count, sum)| *count += i64::from(sum));
        add(owners.entry(format!("{base} {owner}")).or_default());
        for cut in ["Territory ".to_owned(), "Segment ".to_owned(), format!("Survey {}", row.survey_id)] {
            add(slices.entry(format!("{base} {cut}")).or_default());
        }
    }
    let kept = app.rows::<score_owner::Entity>().await.into_iter().map(|r| {
        let key = format!("{} {} {} {} {}", r.question, r.place_id, r.month, r.mode, r.owner_id);
        (key, [r.c0, r.c1, r.c2, r.c3, r.c4, r.c5, r.c6, r.c7, r.c8, r.c9, r.c10].map(i64::from))
    });
    assert_eq!(kept.filter(|(_, counts)| *counts != [0; 11]).collect::<BTreeMap<_, _>>(), owners);
    let kept = app.rows::<score_slice::Entity>().await.into_iter().map(|r| {
        let key = format!("{} {} {} {} {:?} {}", r.question, r.place_id, r.month, r.mode, r.dim, r.val);
        (key, [r.c0, r.c1, r.c2, r.c3, r.c4, r.c5, r.c6, r.c7, r.c8, r.c9, r.c10].map(i64::from))
    });
    assert_eq!(kept.filter(|(_, counts)| *counts != [0; 11]).collect::<BTreeMap<_, _>>(), slices);
}
