//! Mails survive whatever befalls the process that sends them: kill -9, SIGTERM, a slow mail server.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use api::{
    app::{App, Ports},
    base::{FixedClock, SeededRandom},
    config::{Settings, Source},
    mail::{Letter, Memory, Refusal, Transport},
    program::SendSurvey,
};
use chrono::TimeDelta;
use entity::{InvitationStatus, MailState, SurveyKind, Time, contact, invitation};
use sea_orm::ColumnTrait;
use tests::{
    app::{SECRET, TestApp, URL},
    both,
    mail::Mail,
    process::{self, Process},
    skip::skip,
    smtp::{Fault, Smtp, When},
};

use crate::programmes::crowd;

const CONCURRENCY: usize = 4;
/// More contacts than one account has in the long trial.
const NAMES: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

/// How hard the sending is tried.
struct Trial {
    mails: usize,
    kills: usize,
    /// Whether the mail server refuses one letter in 20 for now, and two recipients in 100 for good.
    faulty: bool,
}

impl Trial {
    fn asked() -> Self {
        if tests::engine::long() {
            Self { mails: 10_000, kills: 20, faulty: true }
        } else {
            Self { mails: 300, kills: 3, faulty: false }
        }
    }

    /// Queues the mails; gives how many must never arrive.
    async fn queue(&self, app: &TestApp, smtp: &Smtp) -> usize {
        let team = app.team("Sales", None).await;
        let owner = app.owner("Ana", team).await;
        let survey = app.survey(SurveyKind::Nps).await;
        let mut left = self.mails;
        for name in NAMES {
            let count = left.min(1_000);
            left -= count;
            if count > 0 {
                let account = app.account(name, team, Some(owner.id)).await;
                crowd(app, account, name, count).await;
                let input = SendSurvey { account_id: Some(account), ..Default::default() };
                let sent = api::program::send(&app.system(), survey, input).await.unwrap();
                assert_eq!(usize::try_from(sent.queued).unwrap(), count);
            }
        }
        if !self.faulty {
            return 0;
        }
        let gone = ["37@client.test", "73@client.test"];
        smtp.fault(When::Every(20), Fault::Reply(451));
        for end in gone {
            smtp.fault(When::Ending(end), Fault::Reply(550));
        }
        app.rows::<contact::Entity>()
            .await
            .iter()
            .filter(|row| gone.iter().any(|end| row.email.as_ref().unwrap().ends_with(end)))
            .count()
    }
}

/// Contacts of one account, all with a mail that waits.
async fn queue(app: &TestApp, count: usize) {
    let team = app.team("Sales", None).await;
    let owner = app.owner("Ana", team).await;
    let account = app.account("Globex", team, Some(owner.id)).await;
    for number in 0..count {
        app.contact(account, &format!("contact{number}")).await;
    }
    let input = SendSurvey { account_id: Some(account), ..Default::default() };
    let sent = api::program::send(&app.system(), app.survey(SurveyKind::Nps).await, input).await.unwrap();
    assert_eq!(usize::try_from(sent.queued).unwrap(), count);
}

/// Invitations whose mail is still to leave.
async fn waiting(app: &TestApp) -> i64 {
    let system = app.system();
    let queued = system.find::<invitation::Entity>().filter(invitation::Column::Status.eq(InvitationStatus::Queued));
    queued.count().await.unwrap()
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
    within(Duration::from_mins(1), what, &mut done).await;
}

async fn within(patience: Duration, what: &str, done: &mut impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !done().await {
        assert!(start.elapsed() < patience, "{patience:?} have passed without {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
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
        let trial = Trial::asked();
        let smtp = Smtp::start().await;
        let Some(steward) = Steward::on(&app, &smtp) else { return };
        let gone = trial.queue(&app, &smtp).await;
        let start = Instant::now();
        for kill in 1..=trial.kills {
            let process = steward.start();
            let sent = trial.mails * kill / (trial.kills + 1);
            until("mails", async || smtp.kept() >= sent).await;
            process.kill();
            println!("kill {kill}: {} mails arrived, {:.0?}", smtp.kept(), start.elapsed());
            assert!(smtp.kept() < trial.mails - gone, "the kill came too late to prove anything");
        }
        let process = steward.start();
        within(Duration::from_mins(15), "the last mail written down", &mut async || waiting(&app).await == 0).await;
        let took = start.elapsed();
        let (status, after) = process.terminate().await;
        assert_eq!(status.code(), Some(0));
        assert!(after < Duration::from_secs(10), "{after:?}");
        let each = same_message_each(&smtp);
        assert_eq!(each.len(), trial.mails - gone, "none is lost");
        let doubled = smtp.kept() - each.len();
        assert!(doubled <= trial.kills * CONCURRENCY, "{doubled} mails came twice");
        let rows = app.invitations().await;
        let count = |status| rows.iter().filter(|row| row.status == status).count();
        assert_eq!((count(InvitationStatus::Sent), count(InvitationStatus::Failed)), (each.len(), gone), "each is written down");
        let bounced = app.rows::<contact::Entity>().await.iter().filter(|row| row.mail_state == MailState::Bounced).count();
        assert_eq!(bounced, gone);
        println!(
            "{} mails, {} kills: {} arrived, {doubled} came twice, {gone} refused for good, {took:.0?}",
            trial.mails, trial.kills, each.len(),
        );
    }

    async fn sigterm_ends_in_time_though_the_mail_server_hangs(app: TestApp) {
        let smtp = Smtp::start().await;
        let Some(mut steward) = Steward::on(&app, &smtp) else { return };
        steward.settings.retain(|(name, _)| *name != "STEWARD_JOB_LEASE");
        queue(&app, 40).await;
        smtp.fault(When::Nth(11), Fault::Hang);
        smtp.fault(When::Nth(2), Fault::Silent);
        let process = steward.start();
        until("mails", async || smtp.mails().len() >= 12).await;
        // Told twice, as by somebody who is impatient: it ends as well all the same.
        process::terminate(&process.id().to_string());
        tokio::time::sleep(Duration::from_millis(100)).await;
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

    fn forget(&self, about: &HashSet<uuid::Uuid>) -> std::io::Result<()> {
        self.kept.forget(about)
    }
}
