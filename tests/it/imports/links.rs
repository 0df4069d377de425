//! Links that a former system mailed stay good: taken over by their digests, answered once, credited to whoever owned then.

use api::{
    import::{Kind, Summary, guess},
    secure::digest,
};
use chrono::TimeDelta;
use data_encoding::{HEXLOWER, HEXUPPER};
use entity::{InvitationStatus, audit, invitation, job, member, response, wave};
use sea_orm::{ColumnTrait, sea_query::Condition};
use serde_json::json;
use tests::{app::TestApp, both, imports};

use super::{
    counts, faults,
    rules::{ACCOUNTS, ENTRIES, MEMBERS, take},
};

const MAP: &str = "source = \"s\"\n[columns]\naccount = \"account\"\ncontact = \"contact\"\nsurvey = \"survey\"\n\
    sent_at = \"sent\"\ntoken = \"token\"\nexpires_at = \"expires\"\nused_at = \"used\"\n";
const HEAD: &str = "account,contact,survey,sent,token,expires,used\n";
const CONTACTS: &str =
    "source = \"s\"\n[columns]\nreference = \"id\"\naccount = \"account\"\nname = \"name\"\nemail = \"email\"\n";

/// The secret of a link, as others make them.
fn token(at: usize) -> String {
    HEXLOWER.encode(&digest(format!("link {at}")).0[..16])
}

fn row(contact: &str, survey: &str, token: &str, used: &str) -> String {
    format!("a,{contact},{survey},2026-02-20T09:00:00Z,{token},,{used}\n")
}

async fn company(app: &TestApp) {
    let people = "id,name,email,role,active,team,leads\n1,Ana,ana@s.test,,,North,\n2,Ben,ben@s.test,,,North,\n";
    take(app, Kind::Members, MEMBERS, people).await;
    take(app, Kind::Accounts, ACCOUNTS, "id,name,parent,owner,segment,team\na,Acme,,,Big,\nb,Beta,,,,\n").await;
    take(app, Kind::Interactions, ENTRIES, "id,account,member,at\n1,a,1,2025-02-01\n2,a,2,2026-02-25\n").await;
    let text = "id,account,name,email\nc,a,Carl,carl@a.test\nd,a,Dora,dora@a.test\ne,b,Eva,eva@b.test\n";
    take(app, Kind::Contacts, CONTACTS, text).await;
}

async fn import(app: &TestApp, rows: &str) -> Summary {
    imports::import_text(app, Kind::Invitations, MAP, format!("{HEAD}{rows}").as_bytes(), false).await.unwrap()
}

async fn by_token(app: &TestApp, token: &str) -> Option<invitation::Model> {
    app.rows::<invitation::Entity>().await.into_iter().find(|row| row.token_hash == Some(digest(token)))
}

both! {
    async fn a_link_of_another_system_is_answered_once(app: TestApp) {
        company(&app).await;
        let (one, two) = (token(1), token(2));
        let rows = row("c", "nps", &one, "") + &row("d", "Customer satisfaction", &two, "");
        assert_eq!(counts(&import(&app, &rows).await), (2, 0, 0, 0));
        assert_eq!(counts(&import(&app, &rows).await), (0, 0, 2, 0));
        let ana = app.rows::<member::Entity>().await.into_iter().find(|row| row.name == "Ana").unwrap().id;
        let made = by_token(&app, &one).await.unwrap();
        assert_eq!((made.owner_id, made.status, made.segment.as_deref()), (Some(ana), InvitationStatus::Sent, Some("Big")));
        assert_eq!((made.expires_at.0 - made.anchor_at.0, made.step, made.due_at), (TimeDelta::days(21), 1, None));
        assert_eq!(app.jobs_left().await, 0, "nothing is mailed");

        let page = app.rest("GET", &format!("/s/{one}"), None, None).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert_eq!(app.answer(&one, 9).await.status, 201);
        let again = app.answer(&one, 3).await;
        assert_eq!((again.status.as_u16(), &again.json()["code"]), (409, &json!("ALREADY_ANSWERED")));
        assert_eq!(app.answer(&two, 6).await.status, 422, "the scale is the survey's");
        assert_eq!(app.answer(&two, 5).await.status, 201);
        assert_eq!(app.answer(&token(3), 5).await.status, 404);
        let answers = app.rows::<response::Entity>().await;
        assert!(answers.len() == 2 && answers.iter().all(|row| row.owner_id == Some(ana)), "{answers:?}");
        // Known as answered, it changes nothing, whatever the former system says since.
        assert_eq!(counts(&import(&app, &row("c", "nps", &one, "2026-02-21T09:00:00Z")).await), (0, 0, 1, 0));

        // Who changes an answer is told, by the link that they know.
        assert_eq!(app.amend(&one, 4, 1).await.status, 200);
        let jobs = app.rows::<job::Entity>().await;
        assert!(jobs.iter().all(|row| !row.payload.to_string().contains(&one)), "{jobs:?}");
        app.forward(TimeDelta::minutes(6));
        app.run_jobs().await;
        let told = app.outbox().into_iter().find(|letter| letter.to == "carl@a.test").unwrap();
        assert!(told.text.contains(&format!("/s/{one}")), "{}", told.text);
        let admin = app.admin("Ada").await.token;
        let told = app.gql(Some(&admin), "{funnel{funnel{sent completed}}}", json!({})).await;
        assert_eq!(told["data"]["funnel"][0]["funnel"], json!({ "sent": 2, "completed": 2 }), "{told}");
        let audits = app.rows::<audit::Entity>().await;
        assert!(audits.iter().all(|row| ![&row.before, &row.after].into_iter().flatten().any(|kept| kept.to_string().contains(&one))));
    }

    async fn bad_links_are_refused_and_not_repeated(app: TestApp) {
        company(&app).await;
        let (one, short, same) = (token(1), &token(2)[..29], "0123".repeat(8));
        assert_eq!(counts(&import(&app, &row("c", "nps", &one, "")).await), (1, 0, 0, 0));
        let secret = "Ümlaut-and-long-enough-to-be-good-0815";
        let rows = [
            row("c", "nps", short, ""), row("c", "nps", &same, ""), row("c", "nps", secret, ""), row("c", "nps", "", ""),
            row("d", "nps", &one, ""), row("c", "csat", &one, ""), row("e", "nps", &token(4), ""), row("c", "mood", &token(5), ""),
            format!("a,c,nps,2027-01-01T09:00:00Z,{},,\n", token(6)),
            format!("a,c,nps,2026-02-20T09:00:00Z,{},2026-02-19T09:00:00Z,2026-02-18T09:00:00Z\n", token(7)),
        ];
        let summary = import(&app, &rows.concat()).await;
        let guessable = "can be guessed: it must have the length of 120 bits of chance, like 32 hexadecimal figures, and at least 8 different letters";
        let told = faults(&summary);
        assert_eq!(told[..7], [
            format!("row 2, token: {guessable}"),
            format!("row 3, token: {guessable}"),
            "row 4, token: must be at most 200 letters and figures without accents, or - . _ ~".to_owned(),
            "row 5, token: is blank, but token or token_hash must be filled".to_owned(),
            "row 6, token: is the link of another invitation, to another contact or another survey".to_owned(),
            "row 7, token: is the link of another invitation, to another contact or another survey".to_owned(),
            "row 8, contact: e is the reference of no contact".to_owned(),
        ], "{told:#?}");
        let surveys = told[7].strip_prefix("row 9, survey: mood is no survey that can be asked; there are ");
        assert!(surveys.is_some_and(|names| names.contains("nps (Net Promoter Score)")), "{told:#?}");
        assert_eq!(told[8..], [
            "row 10, sent_at: 2027-01-01T09:00:00Z lies in the future",
            "row 11, expires_at: 2026-02-19T09:00:00Z lies before sent_at",
            "row 11, used_at: 2026-02-18T09:00:00Z lies before sent_at",
        ]);
        let all = summary.to_string();
        assert!([short, &same, secret, &one].iter().all(|token| !all.contains(*token)), "{all}");
        assert_eq!(app.rows::<invitation::Entity>().await.len(), 1);
        // The same link twice in one file is one link.
        let rows = row("d", "nps", &token(8), "") + &row("d", "nps", &token(8), "") + &row("c", "nps", &token(8), "");
        assert_eq!(counts(&import(&app, &rows).await), (1, 0, 1, 1));
    }

    async fn a_used_link_takes_no_answer(app: TestApp) {
        company(&app).await;
        let (one, two, used) = (token(1), token(2), "2026-02-21T09:00:00Z");
        let rows = row("c", "nps", &one, "") + &row("d", "nps", &two, used);
        assert_eq!(counts(&import(&app, &rows).await), (1, 0, 1, 0), "a used one is not needed");
        assert_eq!(app.answer(&two, 9).await.status, 404);
        // Used there before it was answered here.
        let rows = row("c", "nps", &one, used) + &row("d", "nps", &two, used);
        assert_eq!(counts(&import(&app, &rows).await), (0, 1, 1, 0));
        assert_eq!(app.answer(&one, 9).await.status, 410);
        assert_eq!(by_token(&app, &one).await.unwrap().status, InvitationStatus::Revoked);
        assert_eq!(counts(&import(&app, &row("c", "nps", &one, "")).await), (0, 0, 1, 0), "withdrawn is withdrawn");
        // Its end may be put off; without one it is 21 days.
        let three = token(3);
        import(&app, &row("c", "nps", &three, "")).await;
        app.forward(TimeDelta::days(30));
        assert_eq!(app.answer(&three, 9).await.status, 410);
        let longer = format!("a,c,nps,2026-02-20T09:00:00Z,{three},2026-09-01T00:00:00Z,\n");
        assert_eq!(counts(&import(&app, &longer).await), (0, 1, 0, 0));
        assert_eq!(app.answer(&three, 9).await.status, 201);
    }

    async fn several_links_of_a_contact_and_digests_alone_are_taken(app: TestApp) {
        company(&app).await;
        let hashed = MAP.replace("token = \"token\"", "token_hash = \"token\"").replace("used_at = \"used\"\n", "");
        let hex = |token: &str| HEXUPPER.encode(&digest(token).0);
        let tokens: Vec<String> = (0..1_200).map(token).collect();
        let rows: String = tokens.iter().enumerate().map(|(at, token)| row(["c", "d"][at % 2], ["nps", "csat"][at / 2 % 2], &hex(token), "")).collect();
        let summary = imports::import_text(&app, Kind::Invitations, &hashed, format!("{HEAD}{rows}").as_bytes(), false).await.unwrap();
        assert_eq!(counts(&summary), (1_200, 0, 0, 0), "{summary}");
        assert_eq!(app.rows::<wave::Entity>().await.len(), 600, "in one sending a contact is asked once");
        for token in tokens.iter().take(4) {
            assert_eq!(app.answer(token, 4).await.status, 201);
        }
        let short = format!("{HEAD}{}", row("c", "nps", "abc", ""));
        let summary = imports::import_text(&app, Kind::Invitations, &hashed, short.as_bytes(), false).await.unwrap();
        assert_eq!(faults(&summary), ["row 2, token: must be a SHA-256: 64 hexadecimal figures"]);
        let both = MAP.replace("token = \"token\"", "token = \"token\"\ntoken_hash = \"expires\"").replace("expires_at = \"expires\"\n", "");
        let differ = format!("{HEAD}a,c,nps,2026-02-20T09:00:00Z,{},{},\n", token(7_000), hex(&token(7_001)));
        let summary = imports::import_text(&app, Kind::Invitations, &both, differ.as_bytes(), false).await.unwrap();
        assert_eq!(faults(&summary), ["row 2, token_hash: is not the SHA-256 of the token"]);
    }

    async fn a_quiet_survey_takes_no_links_from_elsewhere(app: TestApp) {
        company(&app).await;
        let system = app.system();
        let write = system.write(|tx| async move {
            use entity::survey::{Column, Entity};
            let this = Condition::all().add(Column::Question.eq("nps"));
            tx.set::<Entity>(this, vec![(Column::Mode, "CONFIDENTIAL".into())]).await
        });
        assert_eq!(write.await.unwrap(), 1);
        let summary = import(&app, &row("c", "nps", &token(1), "")).await;
        assert_eq!(faults(&summary), ["row 2, survey: nps is confidential or anonymous, which nobody was promised by a link from elsewhere"]);
    }
}

#[test]
fn a_guess_shows_no_secret() {
    let text = format!("{HEAD}{}", row("carl@a.test", "nps", &token(1), ""));
    let guess = guess(|| Ok(text.as_bytes()), Kind::Invitations, "old", None).unwrap();
    assert!(guess.missing.is_empty() && guess.toml.contains("token = \"token\"\n"), "{}", guess.toml);
    assert!(!format!("{guess:?}").contains(&token(1)), "{guess:?}");
}
