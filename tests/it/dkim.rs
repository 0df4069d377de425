//! Signatures on letters, verified by another program; and the settings that sign.

use std::{path::Path, process::Command};

use api::{
    config::{Settings, Source},
    mail::{Dkim, Folder, Letter, SigningKey, Transport},
};
use entity::SurveyKind;
use tests::{app::TestApp, both, engine::Database, keys, python, sink};

/// Too short to sign with.
const SHORT: &str = "\
-----BEGIN PRIVATE KEY-----\n\
MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAPtyHv0evyTNiJ4h\n\
PIT8opSemuBMB59BPo6BUzcSOoLNMgUPG7J5yeLJb65hs9AUcZdoHKsG35d8/8JZ\n\
s9OjCHoEHfhltbO8sNAOe4TFA/X6oS76wwveThfzLKS83O5l4oIeI060H5TvTUF3\n\
hG55j/xodSJwQuZme36ouLbfsOybAgMBAAECgYBatwVvFJSpVm2ffyYyZGLTc5U0\n\
rrlhP0yuZQH8sFrjrdwJ7zVy4nVvmHTuWNlijL2efjU5jrVEFhi/qVUzWXJIu/n2\n\
ydJAz62rEHJWiMa/SiYx6+zHquaYR6kW5HXW8QMAR+rNqRIK/KXGR76ybSiL/Hpf\n\
q6Tsa/daT+NsycnbYQJBAP4htybwT72+HTYxrOdu+aC24hNLA9TcX6+h46/IOwVd\n\
LoAoFQqKYyXEvXoT5PN6rkApe/OODIBqJmj9LmKzX1cCQQD9S1nCreN6F5yPpNi9\n\
x3vBwRzZ+HJ+e/MYscqP8/crDm3fxxt6NLODGr0ZJZbHJQOcgvRVw+DyzZWrYVAh\n\
RsZdAkEA0Cpn73J7ry4ymXjZa/4AZsBHsYwKCGu3yZMvgYbfqcYpV/r9OVQgYQim\n\
OIBhU3wTjiUtDlU2Ml5BNlDllR3fIwJAejBiUa7O4LQJO6Y7RHm58sL05xWaLfgf\n\
UldaL01ye9vPFzeWwsIvotxAQqRGczUg49ysf78pghe4zt7358WbpQJAamTfKJKT\n\
8C2gFIIP2bJMacSRRVp/c6gImbl+xJDPn3pPT06ToLXQW7Z3Ok9IUyFKfJkYdlxt\n\
XV3lqbeytUbU/w==\n\
-----END PRIVATE KEY-----\n\
";

/// What dkimpy says of each signature of the mail in a file, with these keys published.
fn verify(python: &str, mail: &Path, pem: &str) -> Vec<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/verify.py");
    let keys = SigningKey::all(pem).unwrap();
    let published = ["r1", "e1"].iter().zip(keys);
    let published = published.map(|(name, key)| format!("{name}._domainkey.acme.test={}", key.record().unwrap()));
    let output = Command::new(python).arg(script).arg(mail).args(published).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

both! {
    async fn another_program_verifies_both_signatures_and_sees_any_change(database: Database) {
        let Some(sink) = sink::Sink::start() else { return };
        let Some(python) = python::python() else { return };
        let pem = keys::rsa() + &keys::ed25519();
        let settings = [
            ("STEWARD_SMTP_URL", &*sink.url()),
            ("STEWARD_MAIL_FROM", "surveys@acme.test"),
            ("STEWARD_DKIM_KEY", &pem),
            ("STEWARD_DKIM_SELECTOR", "r1, e1"),
        ];
        let app = TestApp::with(database, &settings).await;
        let team = app.team("Sales", None).await;
        let owner = app.owner("Ana Owner with a very long name indeed", team).await;
        let account = app.account("Globex", team, Some(owner.id)).await;
        let contact = app.contact(account, "Carl").await;
        app.invite(SurveyKind::Nps, &[contact.id]).await;
        let path = sink.paths().remove(0);
        let holds = ["rsa-sha256 holds", "ed25519-sha256 holds"];
        assert_eq!(verify(&python, &path, &pem), holds);

        let mail = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
        let changed = path.with_extension("changed");
        let tried = |text: String| {
            assert_ne!(text, mail);
            std::fs::write(&changed, text).unwrap();
            verify(&python, &changed, &pem)
        };
        let broken = ["rsa-sha256 broken", "ed25519-sha256 broken"];
        let (head, body) = mail.split_once("\r\n\r\n").unwrap();
        assert_eq!(tried(format!("{head}\r\n\r\n{}", body.replacen('e', "f", 1))), broken, "body");
        for name in [
            "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type", "List-Id",
            "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted",
        ] {
            let start = format!("\r\n{name}: ");
            assert!(head.contains(&start), "{name} in {head}");
            assert_eq!(tried(mail.replacen(&start, &format!("{start}x"), 1)), broken, "{name}");
        }
        assert_eq!(tried(format!("From: boss@acme.test\r\n{mail}")), broken, "a second From");
        assert_eq!(tried(format!("X-Seen: yes\r\n{mail}")), holds, "what relays add");
        assert_eq!(tried(mail.replacen("\r\nSubject: ", "\r\nSubject:   ", 1)), holds, "what relays do to white space");
        assert!(mail.lines().all(|line| line.len() <= 998));
    }
}

#[tokio::test]
async fn letters_kept_as_files_are_signed_too() {
    let Some(python) = python::python() else { return };
    let pem = keys::rsa();
    let dkim = Dkim::new("acme.test".to_owned(), vec![("r1".to_owned(), SigningKey::all(&pem).unwrap().remove(0))]);
    let folder = tempfile::tempdir().unwrap();
    let letter = Letter {
        message_id: "1@acme.test".to_owned(),
        follows: None,
        from_name: String::new(),
        from: "surveys@acme.test".to_owned(),
        reply_to: None,
        to_name: "Žoë".to_owned(),
        to: "zoe@client.test".to_owned(),
        subject: "Grüße  mit  Abstand ".to_owned(),
        text: "a  b \n\n.\n\n\n".to_owned(),
        html: "<p>ü</p>".to_owned(),
        unsubscribe: None,
        list_id: "<surveys.acme.test>".to_owned(),
        date: std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_772_000_000),
    };
    Folder::new(folder.path(), Some(dkim)).send(&letter).await.unwrap();
    let path = folder.path().join("1.eml");
    assert_eq!(verify(&python, &path, &pem), ["rsa-sha256 holds"]);
    let mail = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("List-Unsubscribe: <https://evil.example>\r\n{mail}")).unwrap();
    assert_eq!(verify(&python, &path, &pem), ["rsa-sha256 broken"], "what is not there cannot be added");
}

#[test]
fn settings_that_cannot_sign_are_told_together() {
    let (rsa, ed) = (keys::rsa(), keys::ed25519());
    let (both, three) = (format!("{rsa}{ed}"), format!("{rsa}{ed}{ed}"));
    let from = ("MAIL_FROM", "surveys@mail.example.com");
    for (settings, wanted) in [
        (&[("DKIM_KEY", &*both), ("DKIM_SELECTOR", "a,b"), from][..], &[][..]),
        (&[("DKIM_KEY", &ed), ("DKIM_SELECTOR", "a.b"), ("DKIM_DOMAIN", "Example.com"), from], &[]),
        (&[("DKIM_KEY", &ed), from], &["DKIM_SELECTOR"]),
        (&[("DKIM_KEY", &ed), ("DKIM_SELECTOR", "a,b"), from], &["DKIM_SELECTOR"]),
        (&[("DKIM_KEY", &both), ("DKIM_SELECTOR", "a"), from], &["DKIM_SELECTOR"]),
        (&[("DKIM_KEY", &ed), ("DKIM_SELECTOR", "a b"), from], &["DKIM_SELECTOR"]),
        (&[("DKIM_KEY", &three), ("DKIM_SELECTOR", "a,b,c"), from], &["DKIM_KEY"]),
        (&[("DKIM_KEY", SHORT), ("DKIM_SELECTOR", "a"), from], &["DKIM_KEY"]),
        (
            &[("DKIM_KEY", "hush"), ("DKIM_SELECTOR", ""), ("DKIM_DOMAIN", "other.test"), from],
            &["DKIM_KEY", "DKIM_SELECTOR", "DKIM_DOMAIN"],
        ),
        (&[("DKIM_KEY", &ed), ("DKIM_SELECTOR", "a"), ("DKIM_DOMAIN", "le.com"), from], &["DKIM_DOMAIN"]),
        (&[("DKIM_KEY", &ed), ("DKIM_SELECTOR", "a"), ("DKIM_DOMAIN", "com"), from], &["DKIM_DOMAIN"]),
        (&[("DKIM_KEY_FILE", "/nowhere"), ("DKIM_SELECTOR", "a"), from], &["DKIM_KEY_FILE"]),
        (&[("DKIM_SELECTOR", "a"), ("DKIM_DOMAIN", "example.com"), from], &["DKIM_SELECTOR", "DKIM_DOMAIN"]),
        (&[("SMTP_URL", "smtp://u:hush@relay.example.com"), ("PUBLIC_URL", "https://x.example"), from], &["SMTP_URL"]),
        (
            &[("SMTP_URL", "smtp://u:hush@relay.example.com?tls=required"), ("PUBLIC_URL", "https://x.example"), from],
            &[],
        ),
        (&[("MAIL_PACE", "0"), from], &["MAIL_PACE"]),
    ] {
        let all = settings.iter().map(|(name, value)| (format!("STEWARD_{name}"), (*value).to_owned()));
        let read = Settings::read(Source::of(all));
        assert!(!format!("{read:?}").contains("hush"), "a secret is never repeated");
        let faults = read.err().map(|faults| faults.0).unwrap_or_default();
        let told: Vec<_> = faults.iter().map(|fault| fault["STEWARD_".len()..].split(' ').next().unwrap()).collect();
        assert_eq!(told, wanted, "{faults:#?}");
    }
}
