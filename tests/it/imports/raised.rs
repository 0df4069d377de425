//! Escalations from files: what is taken, what is refused, and what the same file does again.

use api::import::Kind;
use entity::{audit, escalation};
use tests::{app::TestApp, both, imports::import_text};

use super::{
    by_guess, counts, faults,
    rules::{ACCOUNTS, MEMBERS, take},
};

const MAP: &str = "source = \"s\"\n[columns]\nreference = \"id\"\naccount = \"account\"\nseverity = \"severity\"\n\
    title = \"title\"\nopened_at = \"opened\"\nclosed_at = \"closed\"\nopened_by = \"by\"\n";
const HEAD: &str = "id,account,severity,title,opened,closed,by\n";

async fn company(app: &TestApp) {
    let people = "id,name,email,role,active,team,leads\n1,Ana,ana@s.test,,,North,\n";
    take(app, Kind::Members, MEMBERS, people).await;
    take(app, Kind::Accounts, ACCOUNTS, "id,name,parent,owner,segment,team\na,Acme,,1,,\nb,Beta,,,,\n").await;
}

/// Reference, severity, title, and whether it is open.
async fn told(app: &TestApp) -> Vec<(String, i16, String, bool)> {
    let rows = app.rows::<escalation::Entity>().await.into_iter();
    let mut rows: Vec<_> =
        rows.map(|row| (row.reference.unwrap(), row.severity, row.title, row.closed_at.is_none())).collect();
    rows.sort();
    rows
}

both! {
    async fn escalations_are_found_again_and_opened_again(app: TestApp) {
        company(&app).await;
        let text = format!("{HEAD}1,a,1,Late,2025-01-01T08:00:00Z,,1\n2,a,3,Lost,2025-02-01T08:00:00Z,2025-02-01T08:00:00Z,\n");
        assert_eq!(take(&app, Kind::Escalations, MAP, &text).await, (2, 0, 0, 0));
        let row = |reference: &str, severity, title: &str, open| (reference.to_owned(), severity, title.to_owned(), open);
        assert_eq!(told(&app).await, [row("1", 1, "Late", true), row("2", 3, "Lost", false)]);
        assert!(app.rows::<escalation::Entity>().await.iter().any(|row| row.opened_by_id.is_some() && row.source.as_deref() == Some("s")));
        assert_eq!(take(&app, Kind::Escalations, MAP, &text).await, (0, 0, 2, 0));
        // Blank opens again, and not mapped leaves.
        let text = format!("{HEAD}1,a,2,Later,2025-01-01T08:00:00Z,2025-01-02T08:00:00Z,\n2,a,3,Lost,2025-02-01T08:00:00Z,,\n");
        assert_eq!(take(&app, Kind::Escalations, MAP, &text).await, (0, 2, 0, 0));
        assert_eq!(told(&app).await, [row("1", 2, "Later", false), row("2", 3, "Lost", true)]);
        let less = MAP.replace("closed_at = \"closed\"\nopened_by = \"by\"\n", "");
        assert_eq!(take(&app, Kind::Escalations, &less, &text).await, (0, 0, 2, 0));
        // The second row of one file changes what the first one wrote.
        let twice = format!("{HEAD}3,b,1,One,2025-01-01T08:00:00Z,,\n3,b,2,Two,2025-01-01T08:00:00Z,,\n");
        assert_eq!(take(&app, Kind::Escalations, MAP, &twice).await, (1, 1, 0, 0));
        assert_eq!(told(&app).await[2], row("3", 2, "Two", true));
        let changes = app.rows::<audit::Entity>().await.into_iter().filter(|row| row.subject == "escalation");
        assert_eq!(changes.count(), 3 + 3, "each is audited");
    }

    async fn bad_escalations_are_refused_alone(app: TestApp) {
        company(&app).await;
        take(&app, Kind::Escalations, MAP, &format!("{HEAD}1,a,1,Late,2025-01-01T08:00:00Z,2025-01-03T08:00:00Z,\n")).await;
        let before = app.rows::<escalation::Entity>().await;
        let text = format!(
            "{HEAD}2,a,4,Grave,2025-01-01T08:00:00Z,,\n3,a,high,Grave,2025-01-01T08:00:00Z,,\n4,a,1,Back,2025-01-02T08:00:00Z,2025-01-01T08:00:00Z,\n\
             5,z,1,Nowhere,2025-01-01T08:00:00Z,,\n6,a,1,,2025-01-01T08:00:00Z,,\n7,a,1,Ahead,2027-01-01T08:00:00Z,,\n\
             8,a,1,Ahead,2025-01-01T08:00:00Z,2027-01-01T08:00:00Z,\n9,a,1,By,2025-01-01T08:00:00Z,,9\n1,b,1,Late,2025-01-01T08:00:00Z,,\n"
        );
        let summary = import_text(&app, Kind::Escalations, MAP, text.as_bytes(), false).await.unwrap();
        assert_eq!(faults(&summary), [
            "row 2, severity: 4 is not between 1 and 3",
            "row 3, severity: high is not a whole number between 1 and 3",
            "row 4, closed_at: 2025-01-01T08:00:00Z lies before opened_at",
            "row 5, account: z is the reference of no account",
            "row 6, title: is blank, but title must be filled",
            "row 7, opened_at: 2027-01-01T08:00:00Z lies in the future",
            "row 8, closed_at: 2027-01-01T08:00:00Z lies in the future",
            "row 9, by: 9 is the reference of no member",
            "row 10, account: b is not the account this escalation is known under",
        ]);
        // What stays closed must have been opened before.
        let less = MAP.replace("closed_at = \"closed\"\n", "");
        let text = format!("{HEAD}1,a,1,Late,2025-01-04T08:00:00Z,,\n");
        let summary = import_text(&app, Kind::Escalations, &less, text.as_bytes(), false).await.unwrap();
        assert_eq!(faults(&summary), ["row 2, opened_at: 2025-01-04T08:00:00Z lies after it was closed"]);
        assert_eq!(app.rows::<escalation::Entity>().await, before);
    }

    async fn their_columns_are_guessed(app: TestApp) {
        company(&app).await;
        let text = "Escalation ID,Account,Level,Subject,Opened on,Resolved at\n1,Acme,2,Late,2025-01-01,\n";
        assert_eq!(counts(&by_guess(&app, Kind::Escalations, "desk", text).await), (1, 0, 0, 0));
        assert_eq!(told(&app).await, [("1".to_owned(), 2, "Late".to_owned(), true)]);
    }
}
