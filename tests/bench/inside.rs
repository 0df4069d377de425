//! What one step inside the server takes: rules, tokens, mails, a page, an answer with its counters.
//!
//! `cargo bench` compares with the last run on this machine and says what has become slower. SQLite in a
//! temporary file, one request at a time, no network: what doors cost under load is what `bench.py` measures.

use std::{hint::black_box, time::Duration};

use api::{
    invitation::{samples, texts::Texts},
    satisfaction::rules::{Counts, csat, nps},
    secure::{Claims, Keyring, SEED_BYTES, SigningKey, Verifier},
};
use criterion::{Criterion, criterion_group, criterion_main};
use entity::SurveyKind;
use serde_json::{Value, json};
use tests::{
    app::TestApp,
    engine::{Engine, World},
};
use tokio::runtime::Runtime;
use uuid::Uuid;

const ACCOUNTS: usize = 200;
const LIST: &str = "{ accounts(first: 50, sort: HEALTH_ASC) { nodes { name healthScore owner { name } latestNps } } }";
const VIEW: &str = "query($id: UUID!) { account(id: $id) { name owner { name } contacts(first: 20) { name email title } \
    timeline(first: 20) { nodes { type subject occurredAt } } responses(first: 10) { kind score answeredAt } } }";
const YEAR: &str = "{ satisfaction(view: CREDIT, groupBy: OWNER, from: \"2025-04\", until: \"2026-04\") { owner { name } \
    figures { question n satisfied } } }";

fn rules(c: &mut Criterion) {
    let counts = Counts([3, 1, 2, 4, 5, 9, 21, 40, 88, 120, 77]);
    c.bench_function("rules/nps", |b| b.iter(|| nps(black_box(&counts))));
    c.bench_function("rules/csat", |b| b.iter(|| csat(black_box(&counts), 4, 1..=5)));
}

fn token(c: &mut Criterion) {
    let (issuer, audience, now) = ("https://acme.test", "steward", 1_772_442_000);
    let keyring = || Keyring::new(SigningKey::from_seed(&[7; SEED_BYTES]).unwrap(), Vec::new());
    let claims = Claims {
        iss: issuer.to_owned(),
        aud: audience.to_owned(),
        sub: Uuid::from_u128(1),
        sid: Uuid::from_u128(2),
        role: "OWNER".to_owned(),
        iat: now,
        nbf: None,
        exp: now + 600,
        jti: Uuid::from_u128(3),
    };
    let token = keyring().sign(&claims).unwrap();
    let (cold, known) = (keyring(), Verifier::new(keyring(), issuer.to_owned(), audience.to_owned()));
    c.bench_function("token/sign", |b| b.iter(|| cold.sign(black_box(&claims)).unwrap()));
    c.bench_function("token/verify", |b| b.iter(|| cold.verify(black_box(&token), issuer, audience, now).unwrap()));
    c.bench_function("token/verify again", |b| b.iter(|| known.verify(black_box(&token), now).unwrap()));
}

fn mail(c: &mut Criterion) {
    for language in ["en", "ar"] {
        let (name, invite) = samples::invites(Texts::of(language)).swap_remove(0);
        c.bench_function(&format!("mail/{name} {language}"), |b| b.iter(|| black_box(&invite).render()));
    }
}

/// A firm of some size, and the token of an owner of all its accounts.
async fn firm() -> (TestApp, String, Value) {
    let app = TestApp::on(Engine::Sqlite.database().await.unwrap()).await;
    let team = app.team("Sales", None).await;
    let owner = app.owner("Olga Owner", team).await;
    let mut first = None;
    for at in 0..ACCOUNTS {
        let account = app.account(&format!("Client {at}"), team, Some(owner.id)).await;
        for name in ["Ana", "Ben", "Cleo"] {
            app.contact(account, &format!("{name} {at}")).await;
        }
        app.note(account, "Called about the renewal", true).await;
        first.get_or_insert(account);
    }
    (app, owner.token, json!(first))
}

fn doors(c: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let (app, token, id) = runtime.block_on(firm());
    let mut ask = |name: &str, query: &'static str, variables: Value| {
        let answer = runtime.block_on(app.gql(Some(&token), query, variables.clone()));
        assert!(answer.get("errors").is_none(), "{answer}");
        c.bench_function(name, |b| {
            b.to_async(&runtime).iter(|| app.gql(Some(&token), query, variables.clone()));
        });
    };
    ask("page/50 accounts", LIST, json!({}));
    ask("page/one account", VIEW, json!({ "id": id }));
    ask("counters/a year by owner", YEAR, json!({}));

    let link = runtime.block_on(async {
        let contact = app.rows::<entity::contact::Entity>().await[0].id;
        let link = app.invite(SurveyKind::Nps, &[contact]).await.remove(0);
        assert_eq!(app.answer(&link, 9).await.status, 201);
        link
    });
    let mut version = 1;
    c.bench_function("counters/an answer changed", |b| {
        b.iter(|| {
            let reply = runtime.block_on(app.amend(&link, i64::from(version % 11), version));
            assert_eq!(reply.status, 200, "{}", reply.text);
            version += 1;
        });
    });
}

fn some() -> Criterion {
    Criterion::default().sample_size(30).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3))
}

criterion_group!(name = inside; config = some(); targets = rules, token, mail, doors);
criterion_main!(inside);
