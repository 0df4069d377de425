//! Strange input at every writable field of both doors: never our fault, nothing half-written, and the
//! same words from SQLite and PostgreSQL.

use std::collections::BTreeMap;

use api::config::{Settings, Source};
use entity::{SurveyKind, account, audit, contact, interaction, member, team};
use serde_json::{Value, json};
use tests::{
    app::TestApp,
    both,
    engine::{Engine, World},
    postgres,
    skip::skip,
    strange::{Strange, table},
};

/// A story on one engine, with the ids that its doors need.
struct Doors {
    app: TestApp,
    token: String,
    ids: BTreeMap<&'static str, String>,
    link: String,
}

impl Doors {
    async fn on(engine: Engine) -> Option<Self> {
        let app = TestApp::on(engine.database().await?).await;
        let asked = app.asked(SurveyKind::Nps).await;
        let admin = app.admin("Root").await;
        let team = app.team("Other", None).await;
        let ids = BTreeMap::from([
            ("ACCOUNT", asked.account.to_string()),
            ("CONTACT", asked.contact.id.to_string()),
            ("MEMBER", asked.owner.id.to_string()),
            ("TEAM", team.to_string()),
            ("SURVEY", app.survey(SurveyKind::Nps).await.to_string()),
        ]);
        Some(Self { app, token: admin.token, ids, link: asked.link })
    }

    /// `text` with the names of ids replaced.
    fn named(&self, text: &str) -> String {
        self.ids.iter().fold(text.replace("LINK", &self.link), |text, (name, id)| text.replace(name, id))
    }

    /// Sends a body as it is; gives what is told, without what differs by request.
    async fn tell(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        let reply = self.app.raw(method, &self.named(path), &headers, self.named(body)).await;
        let mut text = reply.text.clone();
        if let Ok(mut told) = serde_json::from_str::<Value>(&reply.text) {
            told.as_object_mut().and_then(|told| told.remove("instance"));
            text = told.to_string();
        }
        (reply.status.as_u16(), self.ids.iter().fold(text, |text, (name, id)| text.replace(id, name)))
    }

    /// Rows of the tables that these doors write.
    async fn rows(&self) -> [i64; 6] {
        let all = self.app.system();
        [
            all.find::<account::Entity>().count().await.unwrap(),
            all.find::<contact::Entity>().count().await.unwrap(),
            all.find::<member::Entity>().count().await.unwrap(),
            all.find::<team::Entity>().count().await.unwrap(),
            all.find::<interaction::Entity>().count().await.unwrap(),
            all.find::<audit::Entity>().count().await.unwrap(),
        ]
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strange_changes_are_told_the_same_by_both_databases() {
    compare(|strange| strange.mutation.is_some()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strange_questions_and_answers_are_told_the_same_by_both_databases() {
    compare(|strange| strange.mutation.is_none()).await;
}

async fn compare(which: impl Fn(&Strange) -> bool) {
    let Some(sqlite) = Doors::on(Engine::Sqlite).await else { return };
    let postgres = Doors::on(Engine::Postgres).await;
    if postgres.is_none() {
        skip("PostgreSQL", postgres::CURE);
    }
    let before = sqlite.rows().await;
    let (mut faults, mut differ, mut made) = (Vec::new(), Vec::new(), BTreeMap::new());
    for Strange { method, path, body, mutation } in table().into_iter().filter(which) {
        let short: String = body.chars().take(300).collect();
        let one = sqlite.tell(method, path, &body).await;
        let internal = one.1.contains("\"INTERNAL\"") || one.1.contains("something went wrong");
        if one.0 >= 500 || internal || one.1.len() > 20_000 {
            faults.push(format!("{path} {short}: {} {}", one.0, &one.1.chars().take(200).collect::<String>()));
        }
        if one.0 == 200 && !one.1.contains("\"errors\"") {
            *made.entry(mutation.unwrap_or_default()).or_insert(0) += 1;
        }
        if let Some(postgres) = &postgres {
            let other = postgres.tell(method, path, &body).await;
            if one != other {
                differ.push(format!("{path} {short}:\n    {one:?}\n    {other:?}"));
            }
        }
    }
    assert!(!made.is_empty(), "nothing passes, so the table proves nothing");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults[..faults.len().min(20)].join("\n"));
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ[..differ.len().min(20)].join("\n"));
    let after = sqlite.rows().await;
    for (at, field) in ["createAccount", "createContact", "createMember", "createTeam"].into_iter().enumerate() {
        assert_eq!(
            after[at] - before[at],
            made.get(field).copied().unwrap_or_default(),
            "{field}: a refusal left a row"
        );
    }
    assert!(sqlite.app.responses().await.is_empty() && sqlite.app.invitations().await.len() == 1);
    if let Some(postgres) = &postgres {
        assert_eq!(after, postgres.rows().await, "the same rows were written");
    }
}

both! {
    async fn json_beyond_reason_is_refused(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        let deep = |open: &str, close: &str| open.repeat(100_000) + &close.repeat(100_000);
        let bodies = [
            (deep("[", "]"), [400, 422]),
            (deep("{\"score\":", "}"), [400, 422]),
            ("[".repeat(100_000), [400, 422]),
            ("{\"score\":9,\"score\":1}".to_owned(), [422, 422]),
            ("{\"score\":9,\"Score\":1}".to_owned(), [422, 422]),
            ("{\"score\":9} {}".to_owned(), [400, 400]),
            ("\u{feff}{\"score\":9}".to_owned(), [400, 400]),
            (format!("{{\"score\":9,\"comment\":\"{}\"}}", "x".repeat(2_000_000)), [413, 413]),
            (String::new(), [400, 400]),
        ];
        let headers = [("content-type", "application/json")];
        for (body, statuses) in bodies {
            let short: String = body.chars().take(60).collect();
            let reply = app.raw("PUT", &asked.door(), &headers, body.clone()).await;
            assert!(statuses.contains(&reply.status.as_u16()), "{short}: {}", reply.text);
            assert_eq!(reply.headers["content-type"], "application/problem+json", "{short}");
            let variables = format!("{{\"query\":\"{{ __typename }}\",\"variables\":{body}}}");
            let reply = app.raw("POST", "/graphql", &headers, variables).await;
            assert!(reply.status.as_u16() < 500 && reply.text.len() < 2_000, "{short}: {}", reply.status);
        }
        for bytes in [&b"\xff\xfe{\0"[..], b"{\"score\":9,\"comment\":\"\xff\"}", b"\x1f\x8b\x08\0"] {
            assert_eq!(app.raw("PUT", &asked.door(), &headers, bytes.to_vec()).await.status, 400);
            assert_eq!(app.raw("POST", "/graphql", &headers, bytes.to_vec()).await.status, 400);
        }
        assert!(app.responses().await.is_empty());
    }

    async fn an_unknown_field_is_told_with_the_known_ones(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        let rest = app.put(&asked.door(), &json!({"score": 9, "rating": 1}), None).await;
        assert_eq!(rest.status, 422);
        assert!(rest.text.contains("rating") && rest.text.contains("score") && rest.text.contains("complete"), "{}", rest.text);
        let ask = "query($x: AccountFilter) { accounts(filter: $x) { totalCount } }";
        for wrong in [json!({"colour": {"eq": "red"}}), json!({"domain": {"like": "x"}}), json!({"domain": "x"})] {
            let told = app.gql(Some(&asked.owner.token), ask, json!({ "x": wrong })).await;
            assert!(told["errors"].is_array() && told["data"]["accounts"].is_null(), "{told}");
        }
    }
}

#[test]
fn every_fault_of_the_settings_is_told_at_once() {
    let wrong = [
        ("DATABASE_URL", "mysql://x"),
        ("LISTEN", "everywhere"),
        ("PUBLIC_URL", "javascript:alert(1)"),
        ("SECRET", "hush-hush"),
        ("COMPANY", "a\u{202e}b"),
        ("LOGO", "logo.png"),
        ("COLOR", "reddish"),
        ("LANGUAGE", "\u{7}"),
        ("TIME_ZONE", "Europe/Nowhere"),
        ("CURRENCY", "euro"),
        ("SMTP_URL", "http://mail"),
        ("MAIL_FROM", "no-reply@example.com"),
        ("ADMIN_PASSWORD", "hush-hush"),
        ("JOB_LEASE", "0"),
        ("JOB_CONCURRENCY", "-1"),
        ("GRAPHQL_INTROSPECTION", "perhaps"),
        ("LOG_FORMAT", "xml"),
        ("COLOUR", "blue"),
        ("CURRENCY_FILE", "/nowhere"),
    ];
    let all = wrong.iter().map(|(name, value)| (format!("STEWARD_{name}"), (*value).to_owned()));
    let faults = Settings::read(Source::of(all)).unwrap_err();
    let text = faults.to_string();
    for (name, _) in &wrong[..18] {
        let told = faults.0.iter().filter(|fault| fault.starts_with(&format!("STEWARD_{name} "))).count();
        assert_eq!(told, 1, "{name} in\n{text}");
    }
    assert!(!text.contains("hush-hush"), "a secret is never repeated: {text}");
    let short = [("STEWARD_DATABASE_URL", "postgres://ana@db/steward"), ("STEWARD_SECRET", "short")];
    let short = short.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let short = Settings::read(Source::of(short)).unwrap_err();
    assert_eq!(short.0.len(), 1, "one fault is told once: {short:?}");
    assert!(Settings::read(Source::of([])).is_ok(), "nothing needs to be set");
}
