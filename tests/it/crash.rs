//! Mails survive whatever befalls the process that sends them: kill -9, SIGTERM, a slow mail server.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use api::{
    app::{App, Ports},
    base::{FixedClock, SeededRandom},
    config::{Settings, Source},
    invitation::SendSurvey,
    mail::{Letter, Memory, Refusal, Transport},
};
use chrono::TimeDelta;
use entity::{InvitationStatus, SurveyKind, Time};
use tests::{
    app::{SECRET, TestApp, URL},
    both,
    mail::Mail,
    process::{self, Process},
    skip::skip,
    smtp::{Fault, Smtp, When},
};

const CONCURRENCY: usize = 4;
const MAILS: usize = 300;

/// Contacts of one account, all with a mail that waits.
async fn queue(app: &TestApp, count: usize) {
    let team = app.team("Sales", None).await;
    let owner = app.owner("Ana", team).await;
    let account = app.account("Globex", team, Some(owner.id)).await;
    for number in 0..count {
        app.contact(account, &format!("contact{number}")).await;
    }
    let input = SendSurvey { contact_ids: None, account_id: Some(account) };
    let sent = api::invitation::send(&app.system(), app.survey(SurveyKind::Nps).await, input).await.unwrap();
    assert_eq!(usize::try_from(sent.queued).unwrap(), count);
}

struct Steward {
    program: PathBuf,
    settings: Vec<(&'static str, String)>,
    folder: tempfile::TempDir,
}

impl Steward {
    fn on(app: &TestApp, smtp: &Smtp) -> Option<Self> {
        let Some(program) = process::steward() else {
            skip("the program steward", process::CURE);
            return None;
        };
        // The program has the machine's clock, so what waits for it is to be of today.
        app.clock().set(Time::new(chrono::Utc::now()));
        let settings = vec![
            ("STEWARD_DATABASE_URL", app.database.url().to_owned()),
            ("STEWARD_SECRET", SECRET.to_owned()),
            ("STEWARD_PUBLIC_URL", URL.to_owned()),
            ("STEWARD_LISTEN", "127.0.0.1:0".to_owned()),
            ("STEWARD_SMTP_URL", smtp.url()),
            ("STEWARD_MAIL_FROM", "surveys@acme.test".to_owned()),
            ("STEWARD_MAIL_PACE", "10000".to_owned()),
            ("STEWARD_JOB_LEASE", "2".to_owned()),
            ("STEWARD_JOB_CONCURRENCY", CONCURRENCY.to_string()),
            ("STEWARD_ADMIN_PASSWORD", "a password of many letters".to_owned()),
            ("STEWARD_LOG", "error".to_owned()),
        ];
        Some(Self { program, settings, folder: tempfile::tempdir().unwrap() })
    }

    fn start(&self) -> Process {
        let settings: Vec<_> = self.settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Process::start(&self.program, &["serve"], &settings, self.folder.path())
    }
}

async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..6_000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a minute has passed without {what}");
}

/// One message and one set of links a recipient, however often it came.
fn same_message_each(smtp: &Smtp) -> BTreeMap<String, usize> {
    let mut seen: BTreeMap<String, (String, BTreeSet<String>, usize)> = BTreeMap::new();
    for received in smtp.mails() {
        let mail = Mail::parse(&received.raw);
        let id = mail.header("Message-ID").unwrap().to_owned();
        let links: BTreeSet<String> = mail.links().into_iter().collect();
        let first = seen.entry(received.to[0].clone()).or_insert_with(|| (id.clone(), links.clone(), 0));
        assert_eq!((&first.0, &first.1), (&id, &links), "another message to {}", received.to[0]);
        first.2 += 1;
    }
    seen.into_iter().map(|(to, (_, _, count))| (to, count)).collect()
}

both! {
    async fn kill_9_while_sending_loses_nothing(app: TestApp) {
        let smtp = Smtp::start().await;
        let Some(steward) = Steward::on(&app, &smtp) else { return };
        queue(&app, MAILS).await;
        let kills = [20, 90, 160, 230];
        for sent in kills {
            let process = steward.start();
            until("mails", async || smtp.mails().len() >= sent).await;
            process.kill();
            assert!(smtp.mails().len() < MAILS, "the kill came too late to prove anything");
        }
        let process = steward.start();
        until("the last mail written down", async || {
            app.invitations().await.iter().all(|row| row.status == InvitationStatus::Sent)
        }).await;
        let (status, after) = process.terminate().await;
        assert_eq!(status.code(), Some(0));
        assert!(after < Duration::from_secs(10), "{after:?}");
        let each = same_message_each(&smtp);
        assert_eq!(each.len(), MAILS, "none is lost");
        let doubled = smtp.mails().len() - MAILS;
        assert!(doubled <= kills.len() * CONCURRENCY, "{doubled} mails came twice");
        assert_eq!(app.jobs_left().await, 0);
    }

    async fn sigterm_ends_in_time_though_the_mail_server_hangs(app: TestApp) {
        let smtp = Smtp::start().await;
        let Some(mut steward) = Steward::on(&app, &smtp) else { return };
        steward.settings.retain(|(name, _)| *name != "STEWARD_JOB_LEASE");
        queue(&app, 40).await;
        smtp.fault(When::Nth(11), Fault::Hang);
        let process = steward.start();
        until("mails", async || smtp.mails().len() >= 12).await;
        let (status, after) = process.terminate().await;
        assert_eq!(status.code(), Some(0));
        assert!(after < Duration::from_secs(10), "{after:?}");
        smtp.heal();
        let before = same_message_each(&smtp);
        assert!(before.values().all(|count| *count == 1), "told to stop is no crash: nothing comes twice");
    }

    async fn a_slow_worker_hands_back_what_it_cannot_start_in_time(app: TestApp) {
        queue(&app, 8).await;
        let slow = Arc::new(Slow { clock: Arc::clone(app.clock()), kept: Memory::default() });
        let names = [("STEWARD_DATABASE_URL", app.database.url()), ("STEWARD_SECRET", SECRET)];
        let names = names.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let settings = Settings::read(Source::of(names)).unwrap();
        let random = Arc::new(SeededRandom::new(8));
        let ports = Ports { clock: app.clock().clone(), random, mail: Some(slow.clone()) };
        let env = App::build(&settings, ports, URL.to_owned()).await.unwrap().env;
        let [first, second] = [1, 2].map(uuid::Uuid::from_u128);
        let lease = TimeDelta::seconds(60);
        // Takes four, starts one, which takes 40 s; the others are handed back and taken by the next.
        assert_eq!(api::work::run_due(&env, first, lease, 1).await.unwrap(), 4);
        assert_eq!(slow.kept.letters().len(), 1);
        let waiting = app.system().find::<entity::job::Entity>().all().await.unwrap();
        assert!(waiting.iter().all(|job| job.attempts <= 1), "what was never started has not been tried");
        assert_eq!(app.jobs_left().await, 7);
        for _ in 0..7 {
            assert!(api::work::run_due(&env, second, lease, 1).await.unwrap() > 0);
        }
        let mut to: Vec<String> = slow.kept.letters().into_iter().map(|letter| letter.to).collect();
        assert_eq!(to.len(), 8);
        to.sort();
        to.dedup();
        assert_eq!(to.len(), 8, "each once");
    }
}

/// A mail server that takes 40 seconds a mail.
struct Slow {
    clock: Arc<FixedClock>,
    kept: Memory,
}

#[async_trait::async_trait]
impl Transport for Slow {
    async fn send(&self, letter: &Letter) -> Result<(), Refusal> {
        self.clock.forward(TimeDelta::seconds(40));
        self.kept.send(letter).await
    }
}
