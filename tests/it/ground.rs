//! The ground holds: databases are fresh and apart, the mail server fails as told, mails are read right.

use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait;
use tests::{
    both,
    engine::{Database, Engine},
    mail::Mail,
    smtp::{Fault, Smtp, When},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

both! {
    async fn databases_are_fresh_and_apart(first: Database) {
        let second = first.engine().database().await.unwrap();
        assert_ne!(first.url(), second.url());
        for database in [&first, &second] {
            let connection = sea_orm::Database::connect(database.url()).await.unwrap();
            let written = connection.execute_unprepared("INSERT INTO setting (name, value) VALUES ('a', 'b')").await.unwrap();
            assert_eq!(written.rows_affected(), 1);
        }
    }

    /// Url and engine say the same.
    async fn url_tells_the_engine(database: Database) {
        let scheme = if database.engine() == Engine::Sqlite { "sqlite:" } else { "postgres:" };
        assert!(database.url().starts_with(scheme), "{}", database.url());
    }
}

#[tokio::test]
async fn sqlite_file_goes_with_its_test() {
    let database = tests::sqlite::database().await;
    let folder = database.folder().to_owned();
    assert!(folder.join("steward.db").is_file());
    drop(database);
    assert!(!folder.exists());
}

/// A client that says a line and hears a reply.
struct Talk(BufReader<TcpStream>);

impl Talk {
    async fn to(smtp: &Smtp) -> Self {
        let mut talk = Self(BufReader::new(TcpStream::connect(smtp.address()).await.unwrap()));
        assert_eq!(talk.hear().await, "220 sink ready");
        talk
    }

    /// The last line of the reply; empty when the connection was cut.
    async fn hear(&mut self) -> String {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.unwrap_or_default();
            if line.as_bytes().get(3) != Some(&b'-') {
                return line.trim_end().to_owned();
            }
        }
    }

    async fn say(&mut self, line: &str) -> String {
        self.0.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        self.hear().await
    }

    /// A whole mail; gives the last reply.
    async fn send(&mut self, to: &str, text: &str) -> String {
        assert_eq!(self.say("EHLO me").await, "250 SMTPUTF8");
        assert_eq!(self.say("MAIL FROM:<a@example.com> BODY=8BITMIME").await, "250 ok");
        let reply = self.say(&format!("RCPT TO:<{to}>")).await;
        if reply != "250 ok" {
            return reply;
        }
        assert_eq!(self.say("DATA").await, "354 go ahead");
        self.say(&format!("{text}\r\n.")).await
    }
}

#[tokio::test]
async fn mail_server_keeps_what_it_gets() {
    let smtp = Smtp::start().await;
    let mut talk = Talk::to(&smtp).await;
    assert_eq!(talk.say("DATA").await, "503 RCPT first");
    assert_eq!(talk.say("VRFY x").await, "502 unknown command");
    assert_eq!(talk.send("b@example.com", "Subject: x\r\n\r\n..dot\r\nlast").await, "250 kept");
    assert_eq!(talk.send("c@example.com", "Subject: y\r\n\r\n").await, "250 kept");
    assert_eq!(talk.say("QUIT").await, "221 bye");
    let mails = smtp.wait(2).await;
    assert_eq!(mails[0].to, ["b@example.com"]);
    assert_eq!((mails[0].from.as_str(), mails[0].acknowledged), ("a@example.com", true));
    assert_eq!(mails[0].raw, b"Subject: x\r\n\r\n.dot\r\nlast\r\n");
    assert_eq!(mails[1].to, ["c@example.com"]);
}

#[tokio::test]
async fn mail_server_fails_as_told() {
    let smtp = Smtp::start().await;
    smtp.fault(When::To("gone@example.com".to_owned()), Fault::Reply(550));
    smtp.fault(When::Nth(1), Fault::Reply(451));
    smtp.fault(When::Nth(2), Fault::CutBeforeReply);
    smtp.fault(When::Nth(3), Fault::CutAfterReply);
    let mut talk = Talk::to(&smtp).await;
    assert_eq!(talk.send("Gone@example.com", "x").await, "550 told to refuse");
    assert_eq!(talk.send("b@example.com", "1").await, "451 told to refuse");
    assert_eq!(talk.send("b@example.com", "2").await, "");
    let mut talk = Talk::to(&smtp).await;
    assert_eq!(talk.send("b@example.com", "3").await, "250 kept");
    assert_eq!(talk.hear().await, "");
    smtp.heal();
    let mut talk = Talk::to(&smtp).await;
    assert_eq!(talk.send("gone@example.com", "4").await, "250 kept");
    let kept: Vec<_> = smtp.mails().into_iter().map(|mail| (mail.raw[0], mail.acknowledged)).collect();
    assert_eq!(kept, [(b'2', false), (b'3', true), (b'4', true)]);
    smtp.fault(When::Always, Fault::Hang);
    let hung = tokio::time::timeout(Duration::from_millis(200), talk.send("b@example.com", "5")).await;
    assert!(hung.is_err());
    assert_eq!(smtp.mails().len(), 3);
}

#[test]
fn mails_are_read_as_their_reader_sees_them() {
    let mail = Mail::parse(
        b"From: =?utf-8?q?Zo=C3=AB?= <zoe@example.com>\r\nTo: Bo <bo@example.org>, c@example.org\r\n\
          Subject: =?utf-8?b?R3LDvMOfZQ==?=\r\nList-Unsubscribe: <mailto:u@example.com>,\r\n <https://s.example/u/t1>\r\n\
          MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"b\"\r\n\r\n\
          --b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
          Gr=C3=BC=C3=9Fe: https://s.example/s/t2?score=3D9.=\r\n\r\n\
          --b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n\
          PGEgaHJlZj0iaHR0cHM6Ly9zLmV4YW1wbGUvcy90Mj9hPTEmYW1wO2I9MiI+eDwvYT4=\r\n--b--\r\n",
    );
    assert_eq!((mail.subject.as_str(), mail.from.as_str()), ("Grüße", "zoe@example.com"));
    assert_eq!(mail.to, ["bo@example.org", "c@example.org"]);
    assert_eq!(mail.text.trim_end(), "Grüße: https://s.example/s/t2?score=9.");
    assert_eq!(mail.html, r#"<a href="https://s.example/s/t2?a=1&amp;b=2">x</a>"#);
    assert_eq!(mail.header("list-unsubscribe"), Some("<mailto:u@example.com>, <https://s.example/u/t1>"));
    assert_eq!(
        mail.links(),
        ["https://s.example/s/t2?a=1&b=2", "https://s.example/s/t2?score=9", "https://s.example/u/t1"]
    );
}

/// Each test starts with a database, so this bounds what a test costs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_databases_take_seconds_at_most() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let start = Instant::now();
        let mut databases = Vec::new();
        for _ in 0..20 {
            databases.extend(engine.database().await);
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{engine:?}: {:?}", start.elapsed());
    }
}
