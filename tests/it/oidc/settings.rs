//! How the issuer is named, how its claims name members, and what `steward doctor` says of it.

use std::{
    process::Command,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use api::config::{Settings, Source};
use chrono::TimeDelta;
use entity::member;
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr},
};
use serde_json::{Value, json};
use tests::{
    app::{SECRET, TestApp},
    both,
    engine::Database,
    http::http,
    issuer::{AUDIENCE, Issuer, Key, Mood},
    keys,
    process::{self, CURE, Process},
    skip::skip,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{TlsAcceptor, rustls};

use super::Single;

fn faults(given: &[(&str, &str)]) -> Vec<String> {
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::read(Source::of(given)).err().map(|faults| faults.0).unwrap_or_default()
}

#[test]
fn contradictions_are_told_all_together() {
    let all = faults(&[("STEWARD_OIDC_AUDIENCE", "a"), ("STEWARD_OIDC_CLAIM", "sub"), ("STEWARD_LISTEN", "x")]);
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all.iter().any(|fault| fault.starts_with("STEWARD_OIDC_CLAIM needs an issuer")), "{all:?}");
    let all = faults(&[("STEWARD_OIDC_ISSUER", "http://id.example.com"), ("STEWARD_OIDC_CLAIM", "aud")]);
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all.iter().any(|fault| fault.starts_with("STEWARD_OIDC_AUDIENCE must be set")), "{all:?}");
    let own = [
        ("STEWARD_PUBLIC_URL", "https://steward.example.com/"),
        ("STEWARD_OIDC_ISSUER", "https://steward.example.com"),
        ("STEWARD_OIDC_AUDIENCE", "steward"),
    ];
    assert!(faults(&own)[0].contains("another than STEWARD_PUBLIC_URL"), "{:?}", faults(&own));
    let good = [("STEWARD_OIDC_ISSUER", "https://id.example.com"), ("STEWARD_OIDC_AUDIENCE", "steward")];
    assert_eq!(faults(&good), Vec::<String>::new());
}

/// Gives a member a reference in an outside system.
async fn refer(app: &TestApp, id: entity::MemberId, source: &str, reference: &str) {
    let values = vec![(member::Column::Source, Expr::val(source)), (member::Column::Reference, Expr::val(reference))];
    let which = Condition::all().add(member::Column::Id.eq(id));
    app.system().write(move |tx| async move { tx.set::<member::Entity>(which, values).await }).await.unwrap();
}

both! {
    async fn another_claim_names_members_by_their_reference(database: Database) {
        let single = Single::with(database, &[("STEWARD_OIDC_CLAIM", "preferred_username")]).await;
        refer(&single.app, single.ana.id, "hr", "a.berger").await;
        let named = |value: Value| {
            let mut claims = single.but("preferred_username", value);
            claims.as_object_mut().unwrap().remove("email_verified");
            single.key("p256").token(&claims)
        };
        let good = named(json!("a.berger"));
        assert!(single.opens(&good).await);
        let before = single.app.statements();
        assert!(single.app.gql(Some(&good), "{me{role}}", json!({})).await["errors"].is_null());
        assert_eq!(single.app.statements() - before, 2);
        for bad in [json!("A.Berger"), json!("a.berger "), json!(""), json!(17), json!(["a.berger"]), Value::Null, json!("ana@acme.test")] {
            assert!(!single.opens(&named(bad.clone())).await, "{bad}");
        }
        assert!(!single.opens(&single.token("Ana")).await, "an address names nobody here");
        let ben = single.app.owner("Ben", single.team).await;
        refer(&single.app, ben.id, "crm", "a.berger").await;
        assert!(!single.opens(&good).await, "it names two");
        refer(&single.app, ben.id, "crm", "b").await;
        assert!(single.opens(&good).await);
        single.leave(single.ana.id).await;
        assert!(!single.opens(&good).await);
    }

    async fn without_an_issuer_no_such_token_is_taken(app: TestApp) {
        let team = app.team("Sales", None).await;
        app.owner("Ana", team).await;
        let key = Key::fresh("ed", "EdDSA");
        let issuer = Issuer::start(std::slice::from_ref(&key)).await;
        let token = key.token(&issuer.claims(app.now().0.timestamp(), "ana@acme.test"));
        assert_eq!(app.rest("GET", "/api/v1/accounts", Some(&token), None).await.status, 401);
        app.app.keep_issuer().await;
        app.forward(TimeDelta::minutes(5));
        assert_eq!(issuer.asked(), 0);
    }

    async fn doctor_fetches_once_and_tells(database: Database) {
        let issuer = Issuer::start(&[Key::fresh("ed", "EdDSA"), Key::rsa("rsa", 0)]).await;
        let ask = async |url: &str, more: &[(&str, &str)]| {
            let Some(program) = process::steward() else {
                skip("the program steward", CURE);
                return None;
            };
            let own = [("STEWARD_DATABASE_URL", database.url()), ("STEWARD_SECRET", SECRET), ("STEWARD_OIDC_ISSUER", url), ("STEWARD_OIDC_AUDIENCE", AUDIENCE)];
            let own: Vec<(String, String)> = own.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let run = move || Command::new(program).args(["doctor", "--json"]).env_clear().envs(own).output().unwrap();
            let output = tokio::task::spawn_blocking(run).await.unwrap();
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            let found = report["checks"].as_array().unwrap().iter().find(|one| one["check"] == "oidc").unwrap().clone();
            Some((output.status.code().unwrap(), found["state"].as_str().unwrap().to_owned(), found["what"].as_str().unwrap().to_owned()))
        };
        let Some((code, state, what)) = ask(&issuer.url, &[]).await else { return };
        assert_eq!((code, state.as_str(), issuer.asked()), (0, "ok", 1), "{what}");
        assert!(what.contains(": 2 that check tokens, others 0"), "{what}");
        let (code, state, what) = ask(&format!("{}/", issuer.url), &[]).await.unwrap();
        assert!(code == 1 && state == "failed" && what.contains("the last slash counts"), "{what}");
        issuer.show(&[]);
        assert_eq!(ask(&issuer.url, &[]).await.unwrap().1, "failed", "no keys");
        issuer.be(Mood::Elsewhere);
        let (code, state, what) = ask(&issuer.url, &[]).await.unwrap();
        assert!(code == 1 && state == "failed" && what.contains("302") && what.contains("not followed"), "{what}");

        // By TLS, whose certificate this machine trusts or does not.
        let (certificate, key) = keys::certificate();
        let folder = tempfile::tempdir().unwrap();
        let trusted = folder.path().join("trusted.pem");
        std::fs::write(&trusted, &certificate).unwrap();
        let shown = json!({ "keys": [Key::fresh("ed", "EdDSA").jwk()] }).to_string();
        let keys_at = tls(&certificate, &key, shown).await;
        let other = [("STEWARD_OIDC_JWKS_URL", keys_at.as_str()), ("SSL_CERT_FILE", trusted.to_str().unwrap())];
        let (code, state, what) = ask("https://id.acme.test", &other).await.unwrap();
        assert_eq!((code, state.as_str()), (0, "ok"), "{what}");
        let (code, state, what) = ask("https://id.acme.test", &other[..1]).await.unwrap();
        assert!(code == 1 && state == "failed" && what.contains("certificate"), "{what}");
    }
}

both! {
    async fn the_program_has_the_keys_before_anybody_asks_and_stops_while_it_waits(database: Database) {
        let Some(program) = process::steward() else { return skip("the program steward", CURE) };
        let key = Key::fresh("ed", "EdDSA");
        let issuer = Issuer::start(std::slice::from_ref(&key)).await;
        let folder = tempfile::tempdir().unwrap();
        let start = || {
            let own = [("STEWARD_DATABASE_URL", database.url()), ("STEWARD_SECRET", SECRET), ("STEWARD_LISTEN", "127.0.0.1:0")];
            Process::start(&program, &["serve"], &[&own[..], &issuer.settings()].concat(), folder.path())
        };
        let process = start();
        let url = process.url().await;
        for _ in 0..1_000 {
            if issuer.asked() > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(issuer.asked(), 1);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let token = key.token(&issuer.claims(i64::try_from(now).unwrap(), "admin@localhost"));
        let (_, answer) = http(&url, ("POST", "/graphql"), Some(&token), Some(&json!({ "query": "{me{role}}" }))).await.unwrap();
        assert_eq!((answer.contains("ADMIN"), issuer.asked()), (true, 1), "{answer}");
        // Why others are not taken is in the log: each reason once, and no token.
        let with = |claim: &str, value: Value| {
            let mut claims = issuer.claims(i64::try_from(now).unwrap(), "admin@localhost");
            claims[claim] = value;
            key.token(&claims)
        };
        let refused = [
            (with("aud", json!("billing")), "meant for another service"),
            (with("email_verified", json!(false)), "only if email_verified is true"),
            (with("email", json!("stranger@acme.test")), "no active member has the mail address"),
            (with("iss", json!(format!("{}/", issuer.url))), "is not STEWARD_OIDC_ISSUER"),
        ];
        for (token, _) in refused.iter().chain(&refused) {
            let (status, _) = http(&url, ("GET", "/api/v1/accounts"), Some(token), None).await.unwrap();
            assert_eq!(status, 401);
        }
        let log = std::fs::read_to_string(folder.path().join("steward.log")).unwrap();
        for (token, why) in &refused {
            assert_eq!((log.matches(why).count(), log.contains(token.as_str())), (1, false), "{why}: {log}");
        }
        assert!(!log.contains("skipping"), "{log}");
        drop(process);
        issuer.be(Mood::Hung);
        let process = start();
        process.url().await;
        while issuer.asked() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let (status, took) = process.terminate().await;
        assert!(status.success() && took < Duration::from_secs(4), "{status} after {took:?}");
    }
}

/// An HTTPS server of `localhost` that answers everything by this.
async fn tls(certificate: &str, key: &str, answer: String) -> String {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Whoever does not trust us ends the greeting.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = stream.read(&mut [0; 4_096]).await;
            let _ = stream.write_all(format!("{head}{answer}").as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    format!("https://localhost:{port}/keys")
}
