//! The issuer's keys: fetched once for many, followed when they change, kept while it is away, and never a lever.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use serde_json::json;
use tests::{
    both,
    issuer::{Key, Mood},
    live::{Heard, Socket},
    served::Served,
};
use tokio::task::JoinSet;

use super::Single;

const DAY: TimeDelta = TimeDelta::days(1);
/// What a fetch may take, and what a slow machine takes beside it.
const LIMIT: Duration = Duration::from_secs(8);

impl Single {
    async fn status(&self, token: &str) -> u16 {
        self.knock(token).await.status.as_u16()
    }

    /// The statuses of so many requests at once.
    async fn at_once(self: &Arc<Self>, tokens: Vec<String>) -> Vec<u16> {
        let mut asking = JoinSet::new();
        for token in tokens {
            let single = Arc::clone(self);
            asking.spawn(async move { single.status(&token).await });
        }
        asking.join_all().await
    }

    fn made_up(&self, count: usize) -> Vec<String> {
        let key = self.key("ed");
        let header = |at: usize| json!({ "alg": "EdDSA", "typ": "JWT", "kid": format!("made up {at}") });
        (0..count).map(|at| key.token_of(&header(at), &self.claims("Ana"))).collect()
    }
}

both! {
    async fn of_many_at_once_one_fetches_and_all_are_served(single: Single) {
        let single = Arc::new(single);
        single.issuer.be(Mood::Slow(Duration::from_millis(300)));
        let tokens = (0..64).map(|at| single.key("ed").token(&single.but("jti", json!(at)))).collect();
        assert_eq!(single.at_once(tokens).await, [200; 64]);
        assert_eq!(single.issuer.asked(), 1);
        // Who asks and leaves does not keep the keys from the others.
        single.app.forward(TimeDelta::minutes(11));
        let token = single.token("Ana");
        assert!(tokio::time::timeout(Duration::from_millis(50), single.status(&token)).await.is_err());
        tokio::time::sleep(Duration::from_secs(1)).await;
        single.issuer.be(Mood::Broken);
        assert_eq!((single.status(&token).await, single.issuer.asked()), (200, 2));
    }

    async fn a_new_key_is_found_and_an_old_one_ends_when_it_is_gone(single: Single) {
        let token = single.lasting("Ana", DAY);
        assert_eq!((single.status(&token).await, single.status(&token).await), (200, 200), "remembered");
        let fresh = Key::fresh("fresh", "EdDSA");
        single.issuer.show(&[single.keys.as_slice(), std::slice::from_ref(&fresh)].concat());
        assert_eq!(single.status(&fresh.token(&single.claims("Ana"))).await, 200, "at once, by its id");
        assert_eq!((single.status(&token).await, single.issuer.asked()), (200, 2));
        single.issuer.show(std::slice::from_ref(&fresh));
        assert_eq!(single.status(&token).await, 200, "nobody has looked yet");
        let served = Served::start(single.app.app.router()).await;
        let mut socket = Socket::of(&served.url, &token).await;
        single.app.forward(TimeDelta::minutes(10));
        assert_eq!(single.status(&token).await, 401, "gone, and forgotten");
        assert_eq!(socket.hear().await, Heard::Closed(4401));
        assert_eq!((single.status(&fresh.token(&single.claims("Ana"))).await, single.issuer.asked()), (200, 3));
        // The same id for another key.
        let other = Key::fresh("fresh", "EdDSA");
        let before = fresh.token(&single.but("exp", json!(single.second() + 3_600)));
        single.issuer.show(std::slice::from_ref(&other));
        single.app.forward(TimeDelta::minutes(10));
        assert_eq!((single.status(&before).await, single.status(&other.token(&single.claims("Ana"))).await), (401, 200));
        single.issuer.show(&[]);
        single.app.forward(TimeDelta::minutes(10));
        assert_eq!(single.status(&other.token(&single.claims("Ana"))).await, 401, "no key is a set as well");
    }

    async fn keys_are_kept_as_long_as_the_issuer_says(single: Single) {
        single.issuer.cache("public, max-age=3600");
        let asked = async |after: TimeDelta| {
            single.app.forward(after);
            assert_eq!(single.status(&single.token("Ana")).await, 200);
            single.issuer.asked()
        };
        assert_eq!(asked(TimeDelta::zero()).await, 1);
        assert_eq!(asked(TimeDelta::seconds(3_599)).await, 1);
        single.issuer.cache("max-age=1");
        assert_eq!(asked(TimeDelta::seconds(1)).await, 2);
        assert_eq!(asked(TimeDelta::seconds(59)).await, 2, "a minute at least");
        single.issuer.cache("max-age=31536000");
        assert_eq!(asked(TimeDelta::seconds(1)).await, 3);
        assert_eq!(asked(DAY - TimeDelta::seconds(1)).await, 3);
        assert_eq!(asked(TimeDelta::seconds(1)).await, 4, "a day at most");
    }

    async fn a_task_fetches_before_a_request_has_to(single: Single) {
        single.app.app.keep_issuer().await;
        assert_eq!(single.issuer.asked(), 1);
        single.app.app.keep_issuer().await;
        single.app.forward(TimeDelta::seconds(570));
        single.app.app.keep_issuer().await;
        assert_eq!(single.issuer.asked(), 2);
        single.issuer.be(Mood::Broken);
        single.app.forward(TimeDelta::seconds(60));
        assert_eq!((single.status(&single.token("Ana")).await, single.issuer.asked()), (200, 2));
        let gone = single.app.rest("GET", "/api/v1/surveys", Some(&single.ana.token), None).await;
        assert_eq!((gone.status.as_u16(), single.issuer.asked()), (200, 2), "our own tokens need none");
    }

    async fn while_the_issuer_is_away_its_keys_work_for_a_day(single: Single) {
        let token = single.lasting("Ana", DAY * 3);
        assert_eq!(single.status(&token).await, 200);
        single.issuer.be(Mood::Broken);
        single.app.forward(TimeDelta::minutes(11));
        for _ in 0..50 {
            assert_eq!(single.status(&token).await, 200);
        }
        assert_eq!(single.issuer.asked(), 2, "one try a minute");
        single.app.forward(TimeDelta::hours(23));
        assert_eq!(single.status(&token).await, 200);
        single.app.forward(TimeDelta::hours(1));
        let refused = single.knock(&token).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (503, &json!("UNAVAILABLE")));
        assert!(refused.headers.contains_key("retry-after"));
        assert_eq!(single.knock("abc").await.status, 401);
        single.issuer.be(Mood::Good);
        single.app.forward(TimeDelta::seconds(10));
        assert_eq!(single.status(&token).await, 200, "it is back");
    }

    async fn an_issuer_that_hangs_holds_nobody_else_up(single: Single) {
        let single = Arc::new(single);
        single.issuer.be(Mood::Hung);
        let (started, token) = (Instant::now(), single.token("Ana"));
        let waiting = tokio::spawn({
            let (single, token) = (Arc::clone(&single), token.clone());
            async move { single.at_once(vec![token; 20]).await }
        });
        tokio::time::sleep(Duration::from_millis(200)).await;
        for _ in 0..10 {
            assert_eq!(single.status(&single.ana.token).await, 200);
        }
        assert!(started.elapsed() < Duration::from_secs(4) && !waiting.is_finished());
        assert_eq!(waiting.await.unwrap(), [503; 20]);
        assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
        assert_eq!((single.status(&token).await, single.issuer.asked()), (503, 1), "no new try at once");
        single.issuer.be(Mood::Good);
        single.app.forward(TimeDelta::seconds(10));
        assert_eq!(single.status(&token).await, 200);
        // With keys at hand one request waits, and no other.
        single.issuer.be(Mood::Hung);
        single.app.forward(TimeDelta::minutes(11));
        let (started, token) = (Instant::now(), single.token("Ana"));
        let first = tokio::spawn({
            let (single, token) = (Arc::clone(&single), token.clone());
            async move { single.status(&token).await }
        });
        while single.issuer.asked() < 3 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(single.at_once(vec![token; 20]).await, [200; 20]);
        assert!(started.elapsed() < Duration::from_secs(4) && !first.is_finished());
        assert_eq!(first.await.unwrap(), 200);
        assert!(started.elapsed() < LIMIT);
    }

    async fn made_up_keys_make_one_fetch_a_minute(single: Single) {
        let single = Arc::new(single);
        for (round, asked) in [(0, 1), (59, 1), (1, 2), (30, 2), (30, 3)] {
            single.app.forward(TimeDelta::seconds(round));
            assert!(single.at_once(single.made_up(1_000)).await.iter().all(|status| *status == 401));
            assert_eq!(single.issuer.asked(), asked, "{round}");
        }
        assert_eq!(single.status(&single.token("Ana")).await, 200);
        single.issuer.be(Mood::Broken);
        single.app.forward(TimeDelta::minutes(1));
        assert!(single.at_once(single.made_up(1_000)).await.iter().all(|status| *status == 401));
        assert_eq!(single.issuer.asked(), 4);
        // Nor do those who ask and leave.
        single.issuer.be(Mood::Slow(Duration::from_millis(100)));
        single.app.forward(TimeDelta::minutes(2));
        for token in single.made_up(20) {
            let _ = tokio::time::timeout(Duration::from_millis(30), single.status(&token)).await;
            tokio::time::sleep(Duration::from_millis(120)).await;
        }
        assert_eq!(single.issuer.asked(), 5);
    }

    async fn strange_answers_are_no_keys(single: Single) {
        let many: Vec<_> = (0..51).map(|_| single.key("ed").jwk()).collect();
        let long = json!({ "keys": [single.key("ed").jwk()], "padding": "x".repeat(300_000) });
        let cases = [
            Mood::Elsewhere,
            Mood::Endless,
            Mood::Broken,
            Mood::Says(String::new()),
            Mood::Says("<html>".to_owned()),
            Mood::Says(json!([single.key("ed").jwk()]).to_string()),
            Mood::Says(json!({ "keys": single.key("ed").jwk() }).to_string()),
            Mood::Says(json!({ "keys": many }).to_string()),
            Mood::Says(long.to_string()),
            Mood::Says(format!(r#"{{"keys":[],"keys":[{}]}}"#, single.key("ed").jwk())),
            Mood::Says(json!({ "keys": [single.key("ed").jwk()] }).to_string() + "x"),
        ];
        for (at, mood) in cases.into_iter().enumerate() {
            let started = Instant::now();
            let told = format!("{mood:?}").chars().take(80).collect::<String>();
            single.issuer.be(mood);
            assert_eq!(single.status(&single.token("Ana")).await, 503, "{told}");
            assert!(started.elapsed() < LIMIT, "{told}");
            assert_eq!(single.issuer.asked(), at + 1, "{told}");
            single.app.forward(TimeDelta::seconds(10));
        }
        assert_eq!(single.issuer.followed(), 0, "no redirect is followed");
        assert!(single.issuer.sent() < 20_000_000, "an answer without end is cut off: {}", single.issuer.sent());
        single.issuer.be(Mood::Good);
        single.issuer.call(&format!("{}/", single.issuer.url));
        assert_eq!(single.status(&single.token("Ana")).await, 503, "it describes another issuer");
        single.issuer.call(&single.issuer.url);
        single.app.forward(TimeDelta::seconds(10));
        assert_eq!(single.status(&single.token("Ana")).await, 200);
    }

    async fn what_is_fetched_is_counted(single: Single) {
        let root = single.app.admin("Root").await;
        let told = async || single.app.rest("GET", "/metrics", Some(&root.token), None).await.text;
        assert!(!told().await.contains("steward_oidc_keys{"), "nothing was fetched yet");
        single.issuer.show_raw(vec![single.key("ed").jwk(), json!({ "kty": "oct", "kid": "x", "k": "AAAA" })]);
        assert_eq!(single.status(&single.token("Ana")).await, 200);
        single.issuer.be(Mood::Broken);
        single.app.forward(TimeDelta::minutes(11));
        assert_eq!(single.status(&single.token("Ana")).await, 200);
        let text = told().await;
        let at = single.second() - 660;
        for line in [
            r#"steward_oidc_fetches_total{outcome="fetched"} 1"#.to_owned(),
            r#"steward_oidc_fetches_total{outcome="failed"} 1"#.to_owned(),
            r#"steward_oidc_keys{state="used"} 1"#.to_owned(),
            r#"steward_oidc_keys{state="left_out"} 1"#.to_owned(),
            format!(r#"steward_oidc_fetched_seconds{{state="last"}} {at}"#),
        ] {
            assert!(text.lines().any(|told| told == line), "no {line} in\n{text}");
        }
    }
}
