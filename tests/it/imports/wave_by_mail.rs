//! A programme asks a whole company by real mail in six languages. The server refuses some, a robot opens every link,
//! people look and answer. What is told of it equals a recount of the mail server's notes and the test's own books.

use std::collections::{BTreeMap, BTreeSet};

use api::{import::Kind, invitation::texts::Texts};
use chrono::TimeDelta;
use entity::{MemberId, member};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, URL},
    both,
    dice::Dice,
    engine::Database,
    imports,
    js::{self, Js},
    mail::Mail,
    served::Served,
    sink::Sink,
    skip::{CHROMIUM, browser, skip},
};

use super::{
    audience::{Answered, CONTACTS, LANGUAGES, Line, contacts, file, reasons, recount, shape, told_reasons},
    books::{Rows, compare, link},
    company::{self, Deals},
    counts,
};
use crate::{
    funnel::{ALL, BROWSER, open},
    programmes::{activated, ask, run},
};

/// A wave on its way.
struct Wave {
    app: TestApp,
    sink: Sink,
    deals: Deals,
    rows: Rows,
    admin: MemberId,
    id: Value,
    lines: Vec<Line>,
    /// Mails of which the test has taken note.
    noted: usize,
}

impl Wave {
    /// Sends what is due; takes note of whom each mail reached, in their language; a robot opens all links at once,
    /// seconds later, and gives itself out as a browser. Gives the names.
    async fn post(&mut self, subject: fn(&Texts) -> &str) -> BTreeSet<String> {
        self.app.run_jobs().await;
        let mails = self.sink.mails().split_off(self.noted);
        self.noted += mails.len();
        let names: BTreeSet<String> = mails.iter().map(|mail| self.note(mail, subject)).collect();
        assert_eq!(names.len(), mails.len(), "one mail each");
        self.app.forward(TimeDelta::seconds(3));
        for links in mails.iter().map(Mail::links) {
            assert_eq!(links.iter().filter(|link| link.contains("?score=")).count(), 11, "{links:?}");
            assert!(links.iter().any(|link| link.contains("/u/")), "{links:?}");
            let paths = links.iter().map(|link| link.strip_prefix(URL).unwrap());
            let visits = paths.flat_map(|path| ["HEAD", "GET"].map(|method| self.app.raw(method, path, &BROWSER, "")));
            assert!(join_all(visits).await.iter().all(|page| page.status == 200), "{links:?}");
        }
        self.app.app.write_visits().await;
        names
    }

    fn note(&mut self, mail: &Mail, subject: fn(&Texts) -> &str) -> String {
        let name = mail.header("To").unwrap().split('<').next().unwrap().trim_matches([' ', '"']).to_owned();
        let at = self.lines.iter().position(|line| line.name == name && mail.to == [line.email.as_str()]).unwrap();
        // Chance decides which of two contacts with one address is asked.
        if self.lines[at].out == Some("DUPLICATE") {
            let email = self.lines[at].email.clone();
            let twin = self.lines.iter_mut().find(|line| line.email == email && line.name != name).unwrap();
            assert_eq!((twin.out, &twin.link), (None, &None), "{name} and {}", twin.name);
            twin.out = Some("DUPLICATE");
            self.lines[at].out = None;
        }
        let line = &mut self.lines[at];
        assert_eq!(line.out, None, "{name} is mailed");
        assert!(mail.html.contains(&format!("<html lang=\"{}\"", line.language)), "{name}: {}", mail.html);
        assert_eq!(mail.subject, subject(Texts::of(line.language)).replace("{company}", "Acme Works"), "{name}");
        let token = link(mail)["/s/".len()..].to_owned();
        assert_eq!(*line.link.get_or_insert(token.clone()), token, "{name} has one link");
        name
    }

    /// Everybody's funnel and figures are what the books say, of the accounts that are theirs.
    async fn compare(&self) {
        let cuts = "query($wave: UUID!) { whole: funnel(filter: { waveId: { eq: $wave } }) { funnel { ALL } }
            languages: funnel(groupBy: LANGUAGE) { language funnel { ALL } } }";
        let cuts = cuts.replace("ALL", ALL);
        for row in &self.rows.members {
            let theirs: Vec<&Line> = self.of(row).collect();
            let token = self.app.fresh(row.id).await;
            let mut told = self.app.gql(Some(&token), &cuts, json!({ "wave": self.id })).await["data"].take();
            assert_eq!(shape(told["whole"][0]["funnel"].take()), recount(&theirs), "{}", row.name);
            let languages = told["languages"].as_array_mut().unwrap().iter_mut();
            let languages: BTreeMap<String, Value> = languages
                .map(|cut| (cut["language"].as_str().unwrap().to_owned(), shape(cut["funnel"].take())))
                .collect();
            let spoken: BTreeSet<&str> = theirs.iter().map(|line| line.language).collect();
            assert!(languages.keys().eq(&spoken), "{}: {languages:?}", row.name);
            for (language, told) in languages {
                let part: Vec<&Line> = theirs.iter().copied().filter(|line| line.language == language).collect();
                assert_eq!(told, recount(&part), "{} in {language}", row.name);
            }
        }
        let read = format!("query($id: UUID!) {{ wave(id: $id) {{ funnel {{ {ALL} }} }} }}");
        let told = ask(&self.app, &self.app.fresh(self.admin).await, &read, json!({ "id": self.id })).await;
        assert_eq!(shape(told["funnel"].clone()), recount(&self.lines.iter().collect::<Vec<_>>()));
        let answers = self.lines.iter().map(|line| &line.asked);
        compare(&self.app, &self.rows, &self.deals, answers, &self.deals.last_owners()).await;
    }

    fn of(&self, member: &member::Model) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| self.deals.are_of(&line.asked.credited, member))
    }

    /// Hours later whoever got a mail does nothing, looks, answers in part or wholly; the first of each language in
    /// `by_browser` answers in a browser.
    async fn people(&mut self, dice: &mut Dice, mut by_browser: BTreeSet<&str>, js: &Js) {
        self.app.forward(TimeDelta::hours(2));
        let served = Served::start(self.app.app.router()).await;
        let mut browsed = Vec::new();
        for line in
            self.lines.iter_mut().filter(|line| line.link.is_some() && line.answered < Answered::All && !line.is_closed)
        {
            let token = line.link.as_deref().unwrap();
            let score = line.asked.score.unwrap_or_else(|| i64::try_from(dice.roll(11)).unwrap());
            let chance = dice.roll(9);
            if by_browser.remove(line.language) {
                browsed.extend([format!("{}/s/{token}", served.url), score.to_string()]);
                line.answered = Answered::All;
            } else if chance < 3 {
                continue;
            } else if chance < 5 {
                open(&self.app, token, &format!("?score={score}")).await;
            } else {
                let (door, complete) = (format!("/api/v1/invitations/{token}/response"), chance > 5);
                let version = (line.answered == Answered::Score).then_some("\"1\"");
                let answer = json!({ "score": score, "complete": complete });
                let status = self.app.put(&door, &answer, version).await.status;
                assert_eq!(status, if version.is_some() { 200 } else { 201 }, "{}", line.name);
                line.answered = if complete { Answered::All } else { Answered::Score };
            }
            line.was_there = true;
            line.asked.score = (line.answered > Answered::No).then_some(score);
        }
        if !browsed.is_empty() {
            let arguments = ["answer.mjs", "Seen & said.", "800"].into_iter().chain(browsed.iter().map(String::as_str));
            js.node(&arguments.collect::<Vec<_>>()).await;
        }
        self.app.app.write_visits().await;
    }
}

/// Who would be asked.
const DRY: &str = "query($id: UUID!) { dryRunProgram(id: $id) { queued notDrawn suppressed { reason count } } }";

both! {
    async fn a_wave_comes_to_what_the_mail_server_and_the_people_say(database: Database) {
        let Some(sink) = Sink::unreliable() else { return };
        let Some(js) = Js::with(&["answer.mjs", "browser.mjs"]) else { return skip("Node with its packages", js::CURE) };
        if !browser() {
            return skip("Chromium", CHROMIUM);
        }
        let settings = [("STEWARD_SMTP_URL", &*sink.url()), ("STEWARD_MAIL_FROM", "surveys@acme.test")];
        let app = TestApp::with(database, &settings).await;
        let Some(deals) = company::load(&app).await else { return };
        let (mut dice, excluded) = (Dice::new(2), deals.owners.keys().nth(40).unwrap().clone());
        let lines = contacts(&deals, &excluded, &mut dice);
        let made = imports::import_text(&app, Kind::Contacts, CONTACTS, file(&lines).as_bytes(), false).await.unwrap();
        assert_eq!(counts(&made), (255, 0, 0, 0), "{made}");
        let admin = app.admin("Ada Admin").await;
        let rows = Rows::read(&app).await;
        let make = "mutation($input: CreateExclusion!) { createExclusion(input: $input) { id } }";
        let input = json!({ "accountId": rows.accounts[&excluded], "reason": "Dispute", "until": "2026-06-01T00:00:00Z" });
        ask(&app, &admin.token, make, json!({ "input": input })).await;

        let window = json!({ "days": ["MON", "FRI"], "from": "09:00", "until": "12:00" });
        let plan = json!({ "delivery": { "window": window, "reminders": [4] } });
        let program = activated(&app, &admin.token, json!({ "name": "All", "plan": plan })).await;
        let dry = ask(&app, &admin.token, DRY, json!({ "id": program })).await;
        let out = reasons(lines.iter().filter_map(|line| line.out));
        assert_eq!(out.as_object().unwrap().len(), 6, "every reason occurs: {out}");
        let asked = lines.iter().filter(|line| line.out.is_none()).count();
        assert_eq!((&dry["queued"], &dry["notDrawn"], told_reasons(&dry["suppressed"])), (&json!(asked), &json!(0), out));

        let id = run(&app, &admin.token, &program).await;
        let mut wave = Wave { app, sink, deals, rows, admin: admin.id, id, lines, noted: 0 };
        let first = wave.post(|texts| texts.mail.subject_nps).await;
        let refused = wave.sink.refused();
        let of = |wanted| refused.iter().filter(|(code, _)| *code == wanted).map(|(_, to)| to.clone()).collect::<BTreeSet<_>>();
        let (gone, later) = (of(550), of(451));
        assert!((2..=7).contains(&gone.len()) && (5..=15).contains(&later.len()), "about 2 % and 5 %: {refused:?}");
        assert_eq!(first.len() + gone.len() + later.len(), asked);
        for email in &gone {
            let mut lines = wave.lines.iter_mut().filter(|line| line.email == *email);
            lines.next().unwrap().is_gone = true;
            assert!(lines.next().is_none(), "{email} is doubled: which of the two was asked is not known");
        }
        // The first pause is ten seconds at most.
        wave.app.forward(TimeDelta::seconds(10));
        let second = wave.post(|texts| texts.mail.subject_nps).await;
        let late = wave.lines.iter().filter(|line| second.contains(&line.name)).map(|line| line.email.clone());
        assert_eq!(late.collect::<BTreeSet<_>>(), later, "all arrive in the end");
        assert_eq!((wave.sink.refused(), wave.app.jobs_left().await), (refused, 0), "nobody else is refused, or twice");
        wave.compare().await;

        wave.people(&mut dice, BTreeSet::from(LANGUAGES), &js).await;
        wave.compare().await;
        // The same day again: an answer left open is gone on with, and four days later it is closed.
        wave.people(&mut dice, BTreeSet::new(), &js).await;
        wave.compare().await;

        wave.app.forward(TimeDelta::days(4) - TimeDelta::hours(3));
        for line in wave.lines.iter_mut().filter(|line| line.answered == Answered::Score) {
            line.is_closed = true;
        }
        let reminded = wave.post(|texts| texts.mail.reminders[0].subject).await;
        let open = wave.lines.iter().filter(|line| line.link.is_some() && line.answered == Answered::No);
        assert_eq!(reminded, open.map(|line| line.name.clone()).collect());
        wave.people(&mut dice, BTreeSet::new(), &js).await;
        wave.compare().await;

        // Asked again now, everybody rests; addresses that are gone are known, and the robot has opted nobody out.
        let again = ask(&wave.app, &wave.app.fresh(wave.admin).await, DRY, json!({ "id": program })).await;
        let why = |line: &Line| match line.out {
            Some("DUPLICATE") | None => if line.is_gone { "BOUNCED" } else { "QUARANTINE" },
            Some(out) => out,
        };
        assert_eq!((&again["queued"], told_reasons(&again["suppressed"])), (&json!(0), reasons(wave.lines.iter().map(why))));
    }
}
