//! `steward doctor`: what it finds, what it says to do, and that it never waits for long.

use std::{process::Command, time::Instant};

use api::mail::SigningKey;
use serde_json::Value;
use tests::{
    app::{SECRET, TestApp},
    both,
    dns::Dns,
    engine::{Database, Engine},
    keys,
    process::{self, CURE},
    sink::Sink,
    skip::skip,
};

/// The exit code, and what is printed.
async fn doctor(settings: Vec<(&'static str, String)>, arguments: Vec<String>) -> Option<(i32, String)> {
    let Some(program) = process::steward() else {
        skip("the program steward", CURE);
        return None;
    };
    let run = move || Command::new(program).arg("doctor").args(arguments).env_clear().envs(settings).output().unwrap();
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    Some((output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap()))
}

/// Each check with its state, in order.
fn states(printed: &str) -> Vec<(String, String)> {
    let report: Value = serde_json::from_str(printed).unwrap_or_else(|error| panic!("{error}: {printed}"));
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    report["checks"].as_array().unwrap().iter().map(|one| (word(&one["check"]), word(&one["state"]))).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(check, state)| ((*check).to_owned(), (*state).to_owned())).collect()
}

fn postgres_secret() -> (&'static str, String) {
    ("STEWARD_SECRET", SECRET.to_owned())
}

both! {
    async fn doctor_finds_what_keeps_letters_from_arriving(database: Database) {
        let (certificate, key) = keys::certificate();
        let Some(sink) = Sink::with_tls(&certificate, &key) else { return };
        let folder = tempfile::tempdir().unwrap();
        let trusted = folder.path().join("trusted.pem");
        std::fs::write(&trusted, certificate).unwrap();
        let pem = folder.path().join("dkim.pem");
        std::fs::write(&pem, keys::rsa() + &keys::ed25519()).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&pem, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let records: Vec<String> =
            SigningKey::all(&std::fs::read_to_string(&pem).unwrap()).unwrap().iter().map(|key| key.record().unwrap()).collect();
        let dns = Dns::start().await;
        dns.mx("acme.test", "mx.acme.test.");
        dns.txt("acme.test", "another=1");
        dns.txt("acme.test", "v=spf1 mx -all");
        dns.txt("r1._domainkey.acme.test", &records[0]);
        dns.txt("e1._domainkey.acme.test", &records[1]);
        dns.txt("_dmarc.acme.test", "v=DMARC1; p=quarantine");
        let settings = |login: &str| {
            vec![
                ("STEWARD_DATABASE_URL", database.url().to_owned()),
                postgres_secret(),
                ("STEWARD_SMTP_URL", format!("smtp://{login}@localhost:{}?tls=required", sink.port())),
                ("STEWARD_MAIL_FROM", "surveys@acme.test".to_owned()),
                ("STEWARD_DKIM_KEY_FILE", pem.display().to_string()),
                ("STEWARD_DKIM_SELECTOR", "r1,e1".to_owned()),
                ("SSL_CERT_FILE", trusted.display().to_string()),
            ]
        };
        let asked = |more: &[&str]| {
            let more = more.iter().map(|one| (*one).to_owned());
            ["--dns".to_owned(), dns.address().to_string()].into_iter().chain(more).collect::<Vec<_>>()
        };
        let Some((code, printed)) = doctor(settings("steward:p%2Fw%401"), asked(&["--json"])).await else { return };
        let all = ["settings", "database", "secret", "smtp", "mx", "spf", "dkim", "dkim", "dmarc"].map(|check| (check, "ok"));
        assert_eq!((code, states(&printed)), (0, pairs(&all)), "{printed}");
        assert!(sink.paths().is_empty(), "no mail is sent");

        dns.forget("r1._domainkey.acme.test");
        dns.txt("e1._domainkey.acme.test", "v=DKIM1; k=ed25519; p=AAAA");
        dns.forget("_dmarc.acme.test");
        dns.txt("acme.test", "v=spf1 -all");
        let (code, printed) = doctor(settings("steward:wrong"), asked(&["--json"])).await.unwrap();
        let found = [
            ("settings", "ok"),
            ("database", "ok"),
            ("secret", "ok"),
            ("smtp", "failed"),
            ("mx", "ok"),
            ("spf", "failed"),
            ("dkim", "failed"),
            ("dkim", "failed"),
            ("dmarc", "warning"),
        ];
        assert_eq!((code, states(&printed)), (1, pairs(&found)), "{printed}");
        let report: Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(report["checks"][6]["todo"], format!("publish as TXT at r1._domainkey.acme.test: {}", records[0]));
        assert!(report["checks"][3]["todo"].as_str().unwrap().contains("user and password"), "{printed}");
        let (code, printed) = doctor(settings("steward:wrong"), asked(&[])).await.unwrap();
        assert!(code == 1 && printed.contains(&records[0]) && printed.contains("failed   spf"), "{printed}");
        let mut untrusting = settings("steward:p%2Fw%401");
        untrusting.retain(|(name, _)| *name != "SSL_CERT_FILE");
        let (code, printed) = doctor(untrusting, asked(&["--json"])).await.unwrap();
        assert!(code == 1 && printed.contains("certificate"), "{printed}");
    }

    async fn doctor_waits_for_nobody_and_makes_nothing(database: Database) {
        // Takes questions, and never answers.
        let silent_dns = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let silent_smtp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("none.db");
        let url = match database.engine() {
            Engine::Sqlite => format!("sqlite:{}", missing.display()),
            Engine::Postgres => format!("postgres://ana:secret@{}/steward", silent_smtp.local_addr().unwrap()),
        };
        let settings = vec![
            ("STEWARD_DATABASE_URL", url),
            postgres_secret(),
            ("STEWARD_SMTP_URL", format!("smtp://{}", silent_smtp.local_addr().unwrap())),
            ("STEWARD_MAIL_FROM", "surveys@acme.test".to_owned()),
        ];
        let arguments = vec!["--dns".to_owned(), silent_dns.local_addr().unwrap().to_string(), "--json".to_owned()];
        let start = Instant::now();
        let Some((code, printed)) = doctor(settings, arguments).await else { return };
        let found = [
            ("settings", "ok"),
            ("database", "failed"),
            ("smtp", "failed"),
            ("mx", "failed"),
            ("spf", "failed"),
            ("dkim", "warning"),
            ("dmarc", "failed"),
        ];
        assert_eq!((code, states(&printed)), (1, pairs(&found)), "{printed}");
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
        assert!(!missing.exists(), "nothing is made");
    }

    async fn doctor_says_why_the_database_cannot_be_used(database: Database) {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("text.db");
        std::fs::write(&text, "no database, but a text of some length".repeat(99)).unwrap();
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let cases = match database.engine() {
            Engine::Sqlite => vec![(format!("sqlite:{}", text.display()), "file is not a database")],
            Engine::Postgres => vec![
                (format!("postgres://ana:secret@{closed}/steward"), "Connection refused"),
                (database.url().replacen("/steward_", "/nowhere_", 1), "does not exist"),
            ],
        };
        for (url, why) in cases {
            for command in ["doctor", "migrate"] {
                let Some(program) = process::steward() else { return skip("the program steward", CURE) };
                let settings = [("STEWARD_DATABASE_URL", url.clone()), postgres_secret()];
                let run = move || Command::new(program).arg(command).env_clear().envs(settings).output().unwrap();
                let output = tokio::task::spawn_blocking(run).await.unwrap();
                let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
                assert!(output.status.code() == Some(1) && told.contains(why), "{command} {why}: {told}");
                assert!(!told.contains("ana:secret") && !told.contains("at line"), "{told}");
            }
        }
    }
}

both! {
    async fn doctor_knows_another_secret(app: TestApp) {
        let folder = tempfile::tempdir().unwrap();
        let other = "another secret of at least thirty-two bytes".to_owned();
        let mut told = Vec::new();
        for secrets in [
            vec![postgres_secret()],
            vec![("STEWARD_SECRET", other.clone())],
            vec![("STEWARD_SECRET", other), ("STEWARD_SECRET_PREVIOUS", SECRET.to_owned())],
        ] {
            let mut settings = vec![("STEWARD_DATABASE_URL", app.database.url().to_owned())];
            settings.extend(secrets);
            let Some((code, printed)) = doctor(settings, vec!["--json".to_owned()]).await else { return };
            let report: Value = serde_json::from_str(&printed).unwrap();
            let secret = report["checks"].as_array().unwrap().iter().find(|one| one["check"] == "secret").unwrap().clone();
            assert_eq!(code == 1, secret["state"] == "failed", "{printed}");
            told.push((secret["state"].as_str().unwrap().to_owned(), secret["todo"].to_string()));
        }
        assert_eq!(told[0].0, "ok");
        assert!(told[1].0 == "failed" && told[1].1.contains("STEWARD_SECRET_PREVIOUS"), "{told:?}");
        assert_eq!(told[2].0, "ok");
        // On SQLite the secret may be a file; none is made.
        if app.database.engine() == Engine::Sqlite {
            let copy = folder.path().join("steward.db");
            api::store::copy(app.database.url(), &copy).await.unwrap();
            let settings = vec![("STEWARD_DATABASE_URL", format!("sqlite:{}", copy.display()))];
            let (code, printed) = doctor(settings, vec!["--json".to_owned()]).await.unwrap();
            assert!(code == 1 && printed.contains("there is none"), "{printed}");
            assert!(!folder.path().join("steward.secret").exists());
        }
    }
}

#[tokio::test]
async fn doctor_tells_every_fault_of_the_settings() {
    let settings = vec![("STEWARD_TYPO", "1".to_owned()), ("STEWARD_LISTEN", "everywhere".to_owned())];
    let Some((code, printed)) = doctor(settings, vec!["--json".to_owned()]).await else { return };
    assert_eq!((code, states(&printed)), (1, pairs(&[("settings", "failed"), ("settings", "failed")])), "{printed}");
}
