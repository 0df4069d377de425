//! Mails as they leave: samples that change only on purpose, headers, links, names of every kind.

use std::path::PathBuf;

use api::{
    entrance,
    invitation::{mail::Message, samples, texts::Texts},
};
use entity::{AccountId, SurveyKind};
use mail_parser::MessageParser;
use serde_json::json;
use tests::{
    app::{Person, TestApp, URL, link_token},
    both,
    engine::Database,
    mail::Mail,
    smtp::{Fault, Received, Smtp, When},
};

const FROM: &str = "surveys@acme.test";

/// Names that mean something to a header, a page, a template or a reader's eye, and are shown as they are.
const LITERAL: &[&str] = &[
    "</title></body><script>alert(1)</script><img src=//evil.example/x>",
    "$& $1 $` \\0 %s %n {company} {name} {{name}} ${name} #{name} <%= name %>",
    "\"Boss\" <boss@evil.example>, Eve",
    "=?utf-8?q?Bcc=3A_x=40evil.example?=",
    "Bcc: x@evil.example",
    "O’Neil-Smith, Jr. (Ana); \\ \" ' & < >",
    "محمد علي 김철수 👩‍💻 Žoë",
    ".",
    "https://evil.example/s/abc",
];

/// Names that are refused at the door.
const REFUSED: &[&str] = &[
    "Ana\r\nBcc: x@evil.example",
    "Ana\nX: y",
    "Ana\rB",
    "Ana\0",
    "Ana\u{202e}gnp.exe",
    "Ana\u{2066}x\u{2069}",
    "Ana\u{7}",
    "Ana\u{85}B",
    "Ana\u{2028}B",
    "",
    "  ",
    "\u{2029}",
];

async fn mailing(database: Database, smtp: &Smtp) -> TestApp {
    TestApp::with(database, &[("STEWARD_SMTP_URL", &smtp.url()), ("STEWARD_MAIL_FROM", FROM)]).await
}

/// An account whose owner and one contact have these names.
async fn named(app: &TestApp, owner: &str, contact: &str) -> (Person, AccountId) {
    let number = app.system().find::<entity::account::Entity>().count().await.unwrap();
    let root = app.admin(&format!("Root {number}")).await;
    let team = app.team(&format!("Team {number}"), None).await;
    let make = "mutation($input: CreateMember!) { createMember(input: $input) { id } }";
    let email = format!("owner{number}@acme.test");
    let made =
        app.gql(Some(&root.token), make, json!({"input": {"name": owner, "email": email, "teamId": team}})).await;
    let id = serde_json::from_value(made["data"]["createMember"]["id"].clone()).unwrap_or_else(|_| panic!("{made}"));
    let account = app.account(&format!("Globex {number}"), team, Some(id)).await;
    let make = "mutation($input: CreateContact!) { createContact(input: $input) { id } }";
    let input = json!({"accountId": account, "name": contact, "email": format!("contact{number}@client.test")});
    let made = app.gql(Some(&root.token), make, json!({ "input": input })).await;
    assert!(made["errors"].is_null(), "{made}");
    (root, account)
}

/// Sends NPS to an account, as a sender would who can forge any header.
async fn send(app: &TestApp, token: &str, account: AccountId) {
    let path = format!("/api/v1/surveys/{}/send", app.survey(SurveyKind::Nps).await);
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "gopher"),
        ("forwarded", "host=evil.example"),
    ];
    let reply = app.raw("POST", &path, &headers, json!({"accountId": account}).to_string()).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["queued"]), (202, &json!(1)), "{}", reply.text);
    app.run_jobs().await;
}

/// What every mail holds, whoever is named in it.
fn sound(received: &Received) -> Mail {
    let raw = String::from_utf8(received.raw.clone()).expect("text");
    assert!(raw.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])), "{raw}");
    let mail = Mail::parse(&received.raw);
    let names: Vec<String> = mail.header_names().map(str::to_ascii_lowercase).collect();
    for one in
        ["from", "to", "subject", "date", "message-id", "reply-to", "list-unsubscribe", "list-id", "mime-version"]
    {
        assert_eq!(names.iter().filter(|name| *name == one).count(), 1, "{one}: {names:?}");
    }
    assert!(!names.iter().any(|name| ["bcc", "cc", "x"].contains(&name.as_str())), "{names:?}");
    assert_eq!((mail.from.as_str(), mail.to.len(), received.to.len()), (FROM, 1, 1), "{raw}");
    assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
    assert_eq!(mail.header("List-Unsubscribe-Post"), Some("List-Unsubscribe=One-Click"));
    assert_eq!(mail.header("List-Id"), Some("<surveys.steward.test>"));
    assert!(mail.unsubscribe().is_some_and(|link| link.starts_with(&format!("{URL}/u/"))));
    for link in mail.links() {
        let name = LITERAL.iter().any(|name| name.contains(link.as_str()));
        assert!(link.starts_with(&format!("{URL}/")) || name, "{link} leads elsewhere");
    }
    let ours = mail.html.matches("href=\"").count();
    assert_eq!(ours, mail.html.matches(&format!("href=\"{URL}/")).count(), "every link of the page is ours");
    mail
}

/// The samples that stand in a file: all in English, and one in each script that differs in more than words.
fn kept() -> Vec<(String, Message)> {
    let mut kept = Vec::new();
    for (language, all) in [("en", true), ("ja", false), ("ar", false)] {
        let texts = Texts::of(language);
        let mails = samples::invites(texts).into_iter().map(|(name, invite)| (name, invite.render()));
        let mails = mails.chain(samples::changed(texts).map(|mail| ("changed", mail.render())));
        let mails = mails.chain(entrance::mails(texts).into_iter().map(|(name, entry)| (name, entry.render())));
        let mails = mails.chain([("moved", entrance::moved(texts).render())]);
        let mails = mails.filter(|(name, _)| all || *name == "nps");
        kept.extend(mails.map(|(name, mail)| (format!("{language}-{name}"), mail)));
    }
    kept
}

#[test]
fn samples_change_only_on_purpose() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("snapshots/mails");
    let write = std::env::var_os("STEWARD_TEST_WRITE").is_some();
    let mut differ = Vec::new();
    for (name, message) in kept() {
        let text = format!("Subject: {}\n\n{}", message.subject, message.text);
        for (file, now) in [(format!("{name}.txt"), text), (format!("{name}.html"), message.html)] {
            let path = folder.join(&file);
            if write {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(&path, &now).unwrap();
            }
            if std::fs::read_to_string(&path).unwrap_or_default() != now {
                differ.push(file);
            }
        }
    }
    assert!(differ.is_empty(), "{differ:?} differ; look at the change, then run with STEWARD_TEST_WRITE=1");
}

both! {
    async fn a_mail_comes_from_the_owner_and_can_be_answered(database: Database) {
        let smtp = Smtp::start().await;
        let app = mailing(database, &smtp).await;
        let (root, account) = named(&app, "Ana Öwner", "Carl Contact").await;
        send(&app, &root.token, account).await;
        let received = smtp.wait(1).await.remove(0);
        let mail = sound(&received);
        assert_eq!((received.from.as_str(), received.to), (FROM, vec!["contact0@client.test".to_owned()]));
        let parsed = MessageParser::default().parse(&received.raw).unwrap();
        assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some("Ana Öwner"));
        let reply = parsed.reply_to().unwrap().first().unwrap();
        assert_eq!((reply.name(), reply.address()), (Some("Ana Öwner"), Some("owner0@acme.test")));
        assert_eq!(mail.subject, "Acme Works: would you recommend us?");
        let invitation = app.invitations().await.remove(0);
        assert_eq!(mail.header("Message-ID"), Some(&*format!("<{}.1@steward.test>", invitation.id)));
        assert_eq!(parsed.date().unwrap().to_timestamp(), app.now().0.timestamp());
        let scores = mail.links().iter().filter(|link| link.contains("?score=")).count();
        assert_eq!(scores, 11);
        assert!(!mail.html.contains("<img") && !mail.html.contains("<script") && mail.html.contains("lang=\"en\""));
        assert!(mail.text.contains("Hello Carl Contact,"), "{}", mail.text);
    }

    async fn a_mail_sent_again_is_the_same_mail(database: Database) {
        let smtp = Smtp::start().await;
        smtp.fault(When::Nth(1), Fault::CutBeforeReply);
        let app = mailing(database, &smtp).await;
        let (root, account) = named(&app, "Ana", "Carl").await;
        send(&app, &root.token, account).await;
        app.forward(chrono::TimeDelta::minutes(10));
        app.run_jobs().await;
        let twice = smtp.wait(2).await;
        let mails: Vec<Mail> = twice.iter().map(sound).collect();
        assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
        assert_eq!(mails[0].links(), mails[1].links());
        assert_eq!(app.jobs_left().await, 0);
    }

    async fn names_are_shown_as_they_are(database: Database) {
        let smtp = Smtp::start().await;
        let app = mailing(database, &smtp).await;
        let long = "Ünï ".repeat(50).trim().to_owned();
        for (number, name) in (0..).zip(LITERAL.iter().copied().chain([long.as_str()])) {
            let (root, account) = named(&app, name, name).await;
            send(&app, &root.token, account).await;
            let received = smtp.wait(number + 1).await.pop().unwrap();
            let mail = sound(&received);
            let parsed = MessageParser::default().parse(&received.raw).unwrap();
            for header in [parsed.from(), parsed.to(), parsed.reply_to()] {
                assert_eq!(header.unwrap().first().unwrap().name(), Some(name), "{}", String::from_utf8_lossy(&received.raw));
            }
            let unfolded = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(unfolded.contains(&format!("Hello {},", name.split_whitespace().collect::<Vec<_>>().join(" "))), "{}", mail.text);
            let escaped = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
            assert!(mail.html.contains(&escaped), "{escaped}\n{}", mail.html);
            assert!(!mail.html.contains("<script") && !mail.html.contains("<img"));
        }
    }

    async fn names_that_hide_or_break_lines_are_refused(app: TestApp) {
        let root = app.admin("Root").await;
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let doors = [
            ("createMember", "CreateMember", json!({"email": "x@acme.test"})),
            ("createContact", "CreateContact", json!({"accountId": account})),
            ("createAccount", "CreateAccount", json!({})),
            ("createTeam", "CreateTeam", json!({})),
        ];
        for (field, input, rest) in doors {
            for name in REFUSED {
                let mut values = rest.clone();
                values["name"] = json!(name);
                let ask = format!("mutation($input: {input}!) {{ {field}(input: $input) {{ id }} }}");
                let told = app.gql(Some(&root.token), &ask, json!({ "input": values })).await;
                // U+0000 is refused before any field is looked at.
                let code = if name.contains('\0') { "BAD_REQUEST" } else { "INVALID" };
                assert_eq!(told["errors"][0]["extensions"]["code"], code, "{field} {name:?}: {told}");
                assert!(told["data"][field].is_null(), "{told}");
            }
        }
    }

    async fn pages_take_their_host_from_settings_alone(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        let forged = [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "http"), ("x-original-url", "//evil.example")];
        for path in [asked.page(), format!("{}?next=//evil.example&url=https://evil.example&score=9", asked.page())] {
            let page = app.raw("GET", &path, &forged, "").await;
            assert_eq!(page.status, 200);
            assert!(!page.text.contains("evil") && !page.headers.contains_key("location"), "{}", page.text);
        }
        assert_eq!(link_token(&app.outbox()[0]), asked.link);
    }
}
