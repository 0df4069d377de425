//! Send windows: mails leave in the morning of whoever gets them, also where the clocks change.

use chrono::{Datelike, TimeDelta, Timelike};
use chrono_tz::Tz;
use entity::{InvitationStatus, Time};
use serde_json::json;
use tests::{
    app::{Person, TestApp},
    both,
};

use crate::programmes::{activated, ask, run, set};

const ZONES: [Option<&str>; 5] =
    [Some("Europe/Berlin"), Some("America/New_York"), Some("Asia/Kolkata"), Some("Pacific/Apia"), None];

/// A contact in each zone; the last knows none.
async fn abroad(app: &TestApp) -> Person {
    let team = app.team("Sales", None).await;
    let root = app.admin("Root").await;
    let account = app.account("Globex", team, None).await;
    for zone in ZONES {
        let name = zone.unwrap_or("nowhere").rsplit('/').next().unwrap().replace('_', "");
        let contact = app.contact(account, &name).await;
        if let Some(zone) = zone {
            app.change_contact(&root.token, contact.id, json!({ "timeZone": zone })).await;
        }
    }
    root
}

fn time(text: &str) -> Time {
    Time::parse(text).unwrap()
}

both! {
    async fn each_mail_leaves_in_the_morning_of_its_recipient_for_weeks_with_changing_clocks(app: TestApp) {
        let root = abroad(&app).await;
        // Thursday, 26 March 2026, 10:30 UTC: clocks change in Berlin on Sunday; New York's did on the 8th, Apia has none.
        app.clock().set(time("2026-03-26T10:30:00Z"));
        let program = activated(&app, &app.fresh(root.id).await, json!({ "name": "World", "plan": {} })).await;
        run(&app, &app.fresh(root.id).await, &program).await;
        let due = app.invitations().await.into_iter().map(|row| (row.contact_id, row.due_at)).collect::<Vec<_>>();
        assert!(due.iter().all(|(_, due)| due.is_some()), "{due:?}");
        for _ in 0..(14 * 24 * 2) {
            app.run_jobs().await;
            app.forward(TimeDelta::minutes(30));
        }
        let letters = app.outbox();
        assert_eq!(letters.len(), 3 * ZONES.len(), "the first and two reminders each");
        for letter in &letters {
            let zone = ZONES.into_iter().flatten().find(|zone| zone.replace('_', "").ends_with(&letter.to_name));
            let zone: Tz = zone.unwrap_or("UTC").parse().unwrap();
            let local = chrono::DateTime::<chrono::Utc>::from(letter.date).with_timezone(&zone);
            assert!((8..11).contains(&local.hour()), "{} at {local}", letter.to_name);
            assert!(local.weekday().num_days_from_monday() < 4, "{} at {local}", letter.to_name);
        }
        let first = |name: &str| {
            let letter = letters.iter().find(|letter| letter.to_name == name).unwrap();
            Time::new(chrono::DateTime::<chrono::Utc>::from(letter.date)).to_string()
        };
        assert_eq!(first("Berlin"), "2026-03-30T06:00:00Z", "eight in the morning, in summer by now");
        assert_eq!(first("NewYork"), "2026-03-26T12:00:00Z", "it was half past six there");
        assert_eq!(first("Kolkata"), "2026-03-30T02:30:00Z");
        assert_eq!(first("Apia"), "2026-03-29T19:00:00Z", "Monday comes first there");
        assert_eq!(first("nowhere"), "2026-03-26T10:30:00Z", "by the company's clock");
    }

    async fn a_zone_that_does_not_exist_is_refused_by_field(app: TestApp) {
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let contact = app.contact(account, "Carl").await;
        let root = app.admin("Root").await;
        for zone in ["Mars/Phobos", "europe", "GMT+25", "../../etc/passwd", "Europe/Berlin; DROP", "<script>"] {
            let change = "mutation($input: UpdateContact!) { updateContact(input: $input) { version } }";
            let changed = app.gql(Some(&root.token), change, json!({ "input": { "id": contact.id, "version": 1, "timeZone": zone } })).await;
            let make = "mutation($input: CreateContact!) { createContact(input: $input) { id } }";
            let made = app.gql(Some(&root.token), make, json!({ "input": { "accountId": account, "name": "Dora", "timeZone": zone } })).await;
            let rule = ("/timeZone".to_owned(), "must be a time zone like Europe/Berlin".to_owned());
            assert_eq!((tests::questionnaire::faults(&changed), tests::questionnaire::faults(&made)), (vec![rule.clone()], vec![rule]), "{zone}");
        }
        let kept = app.rows::<entity::contact::Entity>().await;
        assert!(kept.len() == 1 && kept[0].time_zone.is_none() && kept[0].version == 1);
    }

    async fn a_mail_that_missed_its_window_waits_for_the_next(app: TestApp) {
        let root = abroad(&app).await;
        app.clock().set(time("2026-10-22T05:00:00Z"));
        let program = activated(&app, &app.fresh(root.id).await, json!({ "name": "World", "plan": { "delivery": { "reminders": [] } } })).await;
        let token = app.fresh(root.id).await;
        let made = ask(&app, &token, "mutation($id: UUID!) { runProgram(id: $id) { id } }", json!({ "id": program })).await;
        set(&app, &token, "pauseWave", &made["id"]).await;
        app.run_jobs().await;
        // Thursday noon: resumed when the window is shut everywhere. Clocks go back in Berlin on Sunday.
        app.clock().set(time("2026-10-22T16:30:00Z"));
        app.run_jobs().await;
        set(&app, &app.fresh(root.id).await, "resumeWave", &made["id"]).await;
        app.forward(TimeDelta::minutes(15));
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), 0);
        let berlin = app.rows::<entity::contact::Entity>().await.into_iter().find(|row| row.name == "Berlin").unwrap();
        let due = async || app.invitations().await.into_iter().find(|row| row.contact_id == Some(berlin.id)).unwrap().due_at;
        assert_eq!(due().await, Some(time("2026-10-26T07:00:00Z")), "Monday, eight in the morning, in winter by now");
        app.clock().set(time("2026-10-26T06:59:59Z"));
        app.run_jobs().await;
        assert!(app.outbox().iter().all(|letter| letter.to_name != "Berlin"));
        app.clock().set(time("2026-10-26T07:00:00Z"));
        app.run_jobs().await;
        assert!(app.outbox().iter().any(|letter| letter.to_name == "Berlin"));
    }

    async fn a_clock_that_jumps_sends_nothing_twice_and_leaves_nothing_out(app: TestApp) {
        let root = abroad(&app).await;
        app.clock().set(time("2028-02-28T05:00:00Z"));
        let program = activated(&app, &app.fresh(root.id).await, json!({ "name": "World", "plan": {} })).await;
        run(&app, &app.fresh(root.id).await, &program).await;
        let jumps = [TimeDelta::days(1), TimeDelta::hours(-1), TimeDelta::hours(25), TimeDelta::hours(-3), TimeDelta::days(3)];
        for jump in jumps.into_iter().cycle().take(60) {
            app.forward(jump);
            app.run_jobs().await;
            app.run_jobs().await;
        }
        for _ in 0..48 {
            app.forward(TimeDelta::minutes(30));
            app.run_jobs().await;
        }
        let mut ids: Vec<String> = app.outbox().into_iter().map(|letter| letter.message_id).collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(all, ids.len(), "none twice");
        let rows = app.invitations().await;
        assert!(rows.iter().all(|row| row.status != InvitationStatus::Queued || row.due_at.is_some_and(|due| due > app.now())));
    }
}
