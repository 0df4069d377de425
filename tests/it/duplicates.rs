//! Duplicates: who is shown which, and that a merge loses nothing: ownership, answers, history, a no.

use api::store::Subject;
use chrono::TimeDelta;
use entity::{
    AccountId, ContactId, SurveyKind, TeamId, Time, account, audit, contact, invitation, response, score_owner,
    score_slice,
};
use serde_json::{Value, json};
use tests::{
    app::{Person, TestApp},
    both,
};

use crate::programmes::{ask, refused};

const MERGE: &str = "mutation($input: MergeAccounts!) { mergeAccounts(input: $input) { id } }";
const MERGE_CONTACTS: &str = "mutation($input: MergeContacts!) { mergeContacts(input: $input) { id } }";

/// What a merge says of two accounts, at their versions of today.
async fn input(app: &TestApp, keep: AccountId, merge: AccountId) -> Value {
    let rows = app.rows::<account::Entity>().await;
    let version = |id| rows.iter().find(|row| row.id == id).unwrap().version;
    json!({ "input": { "keepId": keep, "keepVersion": version(keep), "mergeId": merge, "mergeVersion": version(merge) } })
}

/// The same of two contacts.
async fn of_contacts(app: &TestApp, keep: ContactId, merge: ContactId) -> Value {
    let (keep, merge) = (person(app, keep).await, person(app, merge).await);
    json!({ "input": { "keepId": keep.id, "keepVersion": keep.version, "mergeId": merge.id, "mergeVersion": merge.version } })
}

async fn person(app: &TestApp, id: ContactId) -> contact::Model {
    app.rows::<contact::Entity>().await.into_iter().find(|row| row.id == id).unwrap()
}

async fn fresh(app: &TestApp, who: &Person) -> String {
    app.token(Subject::Member(who.id)).await
}

/// An account with a domain.
async fn known_as(app: &TestApp, token: &str, name: &str, domain: &str, team: TeamId) -> String {
    let input = json!({ "input": { "name": name, "domain": domain, "teamId": team } });
    let made = ask(app, token, "mutation($input: CreateAccount!) { createAccount(input: $input) { id } }", input).await;
    app.forward(TimeDelta::seconds(1));
    made["id"].as_str().unwrap().to_owned()
}

async fn proposed(app: &TestApp, token: &str) -> Value {
    ask(
        app,
        token,
        "{ duplicates { reason shared accounts { id owner { name } } contacts { name account { name } } } }",
        Value::Null,
    )
    .await
}

/// Figures in both views, and the counters behind them.
async fn figures(app: &TestApp, token: &str) -> (Value, Value, Vec<score_owner::Model>, Vec<score_slice::Model>) {
    let of = "figures { question n counts value low high }";
    let whole = format!("{{ satisfaction(view: ACCOUNTS) {{ {of} }} }}");
    let credit = format!("{{ satisfaction(groupBy: OWNER) {{ owner {{ name }} {of} }} }}");
    let accounts = ask(app, token, &whole, Value::Null).await;
    let credit = ask(app, token, &credit, Value::Null).await;
    (accounts, credit, app.rows::<score_owner::Entity>().await, app.rows::<score_slice::Entity>().await)
}

/// Says no to everything, by the newest mail's own link.
async fn say_no(app: &TestApp) {
    let letter = app.outbox().into_iter().rev().find(|letter| letter.unsubscribe.is_some()).unwrap();
    let link = letter.unsubscribe.unwrap();
    let path = link.strip_prefix(tests::app::URL).unwrap();
    assert_eq!(app.rest("POST", path, None, None).await.status, 200);
}

both! {
    async fn duplicates_are_proposed_inside_the_scope(app: TestApp) {
        let (north, south) = (app.team("North", None).await, app.team("South", None).await);
        let (mia, max, ada) = (app.manager("Mia", north).await, app.manager("Max", south).await, app.admin("Ada").await);
        let a = known_as(&app, &ada.token, "Globex", "globex.test", north).await;
        let b = known_as(&app, &ada.token, "Globex Inc", "GLOBEX.test", north).await;
        let c = known_as(&app, &ada.token, "Globex Ltd", "globex.test", south).await;
        let d = known_as(&app, &ada.token, "Initech", "initech.test", north).await;
        let e = known_as(&app, &ada.token, "INITECH", "initech.example", north).await;
        for n in 0..21 {
            known_as(&app, &ada.token, &format!("Small {n}"), "mail.test", north).await;
        }
        let home: AccountId = uuid::Uuid::parse_str(&d).unwrap().into();
        app.contact(home, "Carl").await;
        app.contact(home, "Dora").await;
        let create = "mutation($input: CreateContact!) { createContact(input: $input) { id } }";
        ask(&app, &ada.token, create, json!({ "input": { "accountId": d, "name": "carl", "email": "other@client.test" } })).await;
        let ids = |ids: &[&String]| ids.iter().map(|id| json!({ "id": id, "owner": null })).collect::<Vec<_>>();
        let names = json!({ "reason": "SAME_NAME", "shared": "Initech", "accounts": ids(&[&d, &e]), "contacts": [] });
        let people = ["Carl", "carl"].map(|name| json!({ "name": name, "account": { "name": "Initech" } }));
        let people = json!({ "reason": "SAME_NAME", "shared": "Carl", "accounts": [], "contacts": people });
        let domain = |of: &[&String]| json!({ "reason": "SAME_DOMAIN", "shared": "globex.test", "accounts": ids(of), "contacts": [] });
        let before = app.statements();
        assert_eq!(proposed(&app, &mia.token).await, json!([domain(&[&a, &b]), names, people]));
        assert!(app.statements() - before <= 6, "{} statements", app.statements() - before);
        assert_eq!(proposed(&app, &max.token).await, json!([]));
        assert_eq!(proposed(&app, &ada.token).await, json!([domain(&[&a, &b, &c]), names, people]));
        let one = ask(&app, &ada.token, "{ duplicates(first: 1) { reason } }", Value::Null).await;
        assert_eq!(one, json!([{ "reason": "SAME_DOMAIN" }]));
        assert_eq!(refused(&app, &ada.token, "{ duplicates(first: 101) { reason } }", Value::Null).await, "INVALID");
        let (a, b) = (uuid::Uuid::parse_str(&a).unwrap().into(), uuid::Uuid::parse_str(&b).unwrap().into());
        ask(&app, &mia.token, MERGE, input(&app, a, b).await).await;
        assert_eq!(proposed(&app, &mia.token).await, json!([names, people]));
    }

    async fn a_merge_moves_everything_and_changes_no_figure(app: TestApp) {
        let team = app.team("North", None).await;
        let (mia, ada) = (app.manager("Mia", team).await, app.admin("Ada").await);
        let (ana, ben, cleo) = (app.owner("Ana", team).await, app.owner("Ben", team).await, app.owner("Cleo", team).await);
        let start = app.now();
        let day = |n: i64| Time::new(start.0 + TimeDelta::days(n));
        let gone = app.account("Globex Inc", team, Some(ben.id)).await;
        app.forward(TimeDelta::days(10));
        let end = format!("mutation {{ endOwnership(input: {{ accountId: \"{gone}\" }}) {{ id }} }}");
        ask(&app, &fresh(&app, &mia).await, &end, Value::Null).await;
        app.forward(TimeDelta::days(5));
        app.assign(gone, cleo.id).await;
        app.forward(TimeDelta::days(5));
        let keep = app.account("Globex", team, Some(ana.id)).await;
        app.forward(TimeDelta::days(1));
        let (stays, goes) = (app.contact(keep, "Carl").await, app.contact(gone, "Carl").await);
        let dora = app.contact(gone, "Dora").await;
        app.contact(keep, "Emil").await;
        app.note(keep, "Kept note", true).await;
        app.note(gone, "Their note", true).await;
        app.raise(keep, "Kept", false).await;
        app.raise(gone, "Came along", false).await;
        for account in [keep, gone] {
            app.collaborate(account, ben.id).await;
        }
        app.collaborate(gone, mia.id).await;
        let token = fresh(&app, &mia).await;
        let call = format!("mutation {{ logInteraction(input: {{ accountId: \"{gone}\", contactId: \"{}\", type: CALL, subject: \"Rang\" }}) {{ id }} }}", goes.id);
        ask(&app, &token, &call, Value::Null).await;
        let out = format!("mutation {{ createExclusion(input: {{ accountId: \"{gone}\", contactId: \"{}\", reason: \"Ill\", until: \"{}\" }}) {{ id }} }}", dora.id, day(60));
        let carls = app.invite(SurveyKind::Nps, &[goes.id]).await.remove(0);
        let doras = app.invite(SurveyKind::Csat, &[dora.id]).await.remove(0);
        ask(&app, &token, &out, Value::Null).await;
        app.raw("GET", &format!("/s/{carls}"), &crate::funnel::BROWSER, "").await;
        assert_eq!(app.answer(&carls, 9).await.status, 201);
        app.run_jobs().await;
        let opened = app.invite(SurveyKind::Ces, &[app.contact(gone, "Fay").await.id]).await.remove(0);
        say_no(&app).await;
        let child = app.account("Globex Lab", team, None).await;
        let version = app.rows::<account::Entity>().await.into_iter().find(|row| row.id == child).unwrap().version;
        let below = format!("mutation {{ updateAccount(input: {{ id: \"{child}\", version: {version}, parentId: \"{gone}\" }}) {{ id }} }}");
        ask(&app, &token, &below, Value::Null).await;
        let admin = fresh(&app, &ada).await;
        let before = figures(&app, &admin).await;
        assert!(before.0[0]["figures"].as_array().is_some_and(|all| !all.is_empty()), "{}", before.0);
        let rows = app.rows::<response::Entity>().await;

        ask(&app, &token, MERGE, input(&app, keep, gone).await).await;
        assert_eq!(figures(&app, &admin).await, before);
        for (old, new) in rows.into_iter().zip(app.rows::<response::Entity>().await) {
            assert_eq!(new, response::Model { account_id: keep, contact_id: Some(stays.id), ..old });
        }
        let all = format!("{{ account(id: \"{keep}\") {{ openEscalations escalations {{ nodes {{ title }} }} latestNps lastLiveAt owner {{ name }} ownerships {{ owner {{ name }} until }} \
            collaborators {{ member {{ name }} }} contacts {{ name }} timeline {{ nodes {{ subject contact {{ id }} }} }} \
            invitations {{ contact {{ name }} }} responses {{ score creditedTo {{ name }} contact {{ id }} }} }} }}");
        let told = ask(&app, &token, &all, Value::Null).await;
        assert_eq!((&told["latestNps"], &told["owner"]["name"]), (&json!(9), &json!("Ana")));
        assert_eq!(told["lastLiveAt"], json!(day(21)), "the call with the other one");
        let sorted = |value: &Value, of: &str| {
            let mut names: Vec<String> = value.as_array().unwrap().iter().map(|row| row.pointer(of).unwrap().as_str().unwrap().to_owned()).collect();
            names.sort();
            names.join(" ")
        };
        assert_eq!(sorted(&told["contacts"], "/name"), "Carl Dora Emil Fay");
        assert_eq!(sorted(&told["collaborators"], "/member/name"), "Ben Mia");
        assert_eq!(sorted(&told["invitations"], "/contact/name"), "Carl Dora Fay");
        assert_eq!(told["responses"], json!([{ "score": 9, "creditedTo": { "name": "Cleo" }, "contact": { "id": stays.id } }]));
        assert_eq!(told["ownerships"], json!([{ "owner": { "name": "Ana" }, "until": null }, { "owner": { "name": "Ben" }, "until": day(10) }]));
        assert_eq!((&told["openEscalations"], sorted(&told["escalations"]["nodes"], "/title").as_str()), (&json!(2), "Came along Kept"));
        let entries = told["timeline"]["nodes"].as_array().unwrap();
        let entry = |subject: &str| entries.iter().find(|entry| entry["subject"] == subject).unwrap_or_else(|| panic!("{subject}: {told}"));
        assert_eq!(entry("Rang")["contact"]["id"], json!(stays.id));
        for subject in ["Kept note", "Their note", "Merged with Globex Inc"] {
            entry(subject);
        }
        for (account, at, owner) in [(keep, 5, json!("Ben")), (keep, 12, Value::Null), (keep, 21, json!("Ana")), (gone, 16, json!("Cleo")), (gone, 22, Value::Null)] {
            let at = format!("{{ ownerAt(accountId: \"{account}\", at: \"{}\") {{ owner {{ name }} }} }}", day(at));
            assert_eq!(ask(&app, &token, &at, Value::Null).await["owner"]["name"], owner, "{at}");
        }
        let left = format!("{{ account(id: \"{gone}\") {{ archivedAt mergedIntoId owner {{ name }} openEscalations timeline {{ nodes {{ id }} }} invitations {{ id }} responses {{ id }} latestNps contacts {{ mergedIntoId }} }} }}");
        let left = ask(&app, &token, &left, Value::Null).await;
        let nothing = json!({ "archivedAt": day(21), "mergedIntoId": keep, "owner": null, "openEscalations": 0, "timeline": { "nodes": [] }, "invitations": [],
            "responses": [], "latestNps": null, "contacts": left["contacts"] });
        assert_eq!(left, nothing);
        let parent = ask(&app, &token, &format!("{{ account(id: \"{child}\") {{ parent {{ id }} }} }}"), Value::Null).await;
        assert_eq!(parent["parent"]["id"], json!(keep));
        let excluded = ask(&app, &token, &format!("{{ exclusions(accountId: \"{keep}\") {{ reason }} }}"), Value::Null).await;
        assert_eq!(excluded, json!([{ "reason": "Ill" }]));
        let audits = app.rows::<audit::Entity>().await;
        let moved = |subject: &str| audits.iter().any(|row| row.subject == subject && row.before.as_ref().is_some_and(|old| old["account_id"] == json!(gone)));
        for subject in ["response", "invitation", "interaction", "escalation", "contact", "exclusion", "ownership", "account_grant"] {
            assert!(moved(subject), "no audit of {subject}");
        }
        // Links that were out answer still, and are credited as they were.
        assert_eq!(app.amend(&carls, 8, 1).await.status, 200);
        for link in [&doras, &opened] {
            assert_eq!(app.answer(link, 5).await.status, 201);
        }
        app.run_jobs().await;
        let rows = app.rows::<response::Entity>().await;
        assert!(rows.iter().all(|row| row.account_id == keep && row.owner_id == Some(cleo.id)), "{rows:?}");
        let told = ask(&app, &token, &format!("{{ account(id: \"{keep}\") {{ latestNps }} }}"), Value::Null).await;
        assert_eq!(told["latestNps"], 8);
        let counted = app.rows::<score_owner::Entity>().await;
        assert_eq!(counted.len(), 3, "each under Cleo: {counted:?}");
        assert!(counted.iter().all(|row| row.owner_id == cleo.id));
        let unsubscribed = ask(&app, &token, "{ contacts(search: \"Fay\") { nodes { mailState } } }", Value::Null).await;
        assert_eq!(unsubscribed["nodes"][0]["mailState"], "UNSUBSCRIBED");
    }

    async fn a_no_is_a_no_whoever_stays(app: TestApp) {
        let team = app.team("North", None).await;
        let mia = app.manager("Mia", team).await;
        let (keep, gone) = (app.account("Globex", team, None).await, app.account("Globex Inc", team, None).await);
        let (stays, goes) = (app.contact(keep, "Carl").await, app.contact(gone, "Carl").await);
        app.invite(SurveyKind::Nps, &[goes.id]).await;
        say_no(&app).await;
        ask(&app, &mia.token, MERGE, input(&app, keep, gone).await).await;
        let one = person(&app, stays.id).await;
        assert_eq!((one.muted, one.opted_out_at), (entity::Muted::ALL, Some(app.now())));
        assert_eq!(person(&app, goes.id).await.merged_into_id, Some(stays.id));
        app.forward(TimeDelta::days(200));
        assert_eq!(app.invite(SurveyKind::Csat, &[stays.id]).await, Vec::<String>::new());
    }

    async fn an_account_without_an_owner_gets_the_others(app: TestApp) {
        let team = app.team("North", None).await;
        let (mia, ben) = (app.manager("Mia", team).await, app.owner("Ben", team).await);
        let keep = app.account("Globex", team, None).await;
        let gone = app.account("Globex Inc", team, Some(ben.id)).await;
        app.forward(TimeDelta::hours(2));
        ask(&app, &mia.token, MERGE, input(&app, keep, gone).await).await;
        let all = format!("{{ account(id: \"{keep}\") {{ unownedSince owner {{ name }} ownerships {{ owner {{ name }} from until reason }} }} }}");
        let told = ask(&app, &mia.token, &all, Value::Null).await;
        let (start, now) = (Time::new(app.now().0 - TimeDelta::hours(2)), app.now());
        let periods = json!([
            { "owner": { "name": "Ben" }, "from": now, "until": null, "reason": "Merged with Globex Inc" },
            { "owner": { "name": "Ben" }, "from": start, "until": now, "reason": null },
        ]);
        assert_eq!(told, json!({ "unownedSince": null, "owner": { "name": "Ben" }, "ownerships": periods }));
        assert!(ask(&app, &fresh(&app, &ben).await, "{ accounts { nodes { id } } }", Value::Null).await["nodes"] == json!([{ "id": keep }]));
    }

    async fn of_two_in_one_wave_the_one_who_was_asked_counts(app: TestApp) {
        let team = app.team("North", None).await;
        let mia = app.manager("Mia", team).await;
        for (name, asked_stays) in [("Pia", true), ("Quin", false)] {
            let (one, two) = (app.account("One", team, None).await, app.account("Two", team, None).await);
            let (first, second) = (app.contact(one, name).await, app.contact(two, name).await);
            let link = app.invite(SurveyKind::Nps, &[first.id, second.id]).await.remove(0);
            let asked = app.invitations().await.into_iter().find(|row| row.suppressed.is_none() && [Some(first.id), Some(second.id)].contains(&row.contact_id)).unwrap();
            let (asked_at, other) = if asked.account_id == one { (one, two) } else { (two, one) };
            let (keep, gone) = if asked_stays { (asked_at, other) } else { (other, asked_at) };
            let (stays, goes) = if keep == one { (first.id, second.id) } else { (second.id, first.id) };
            ask(&app, &mia.token, MERGE, input(&app, keep, gone).await).await;
            let rows = app.rows::<invitation::Entity>().await;
            let of = |asked_now: bool| rows.iter().find(|row| row.wave_id == asked.wave_id && (row.id == asked.id) == asked_now).unwrap();
            assert_eq!((of(true).account_id, of(true).contact_id), (keep, Some(stays)));
            assert_eq!((of(false).account_id, of(false).contact_id), (keep, Some(goes)));
            assert_eq!(app.answer(&link, 10).await.status, 201);
            app.run_jobs().await;
            let given = app.rows::<response::Entity>().await.into_iter().find(|row| row.invitation_id == Some(asked.id)).unwrap();
            assert_eq!((given.account_id, given.contact_id), (keep, Some(stays)));
        }
    }

    async fn contacts_of_one_account_become_one(app: TestApp) {
        let team = app.team("North", None).await;
        let (mia, ana) = (app.manager("Mia", team).await, app.owner("Ana", team).await);
        let account = app.account("Globex", team, Some(ana.id)).await;
        let (stays, goes) = (app.contact(account, "Carl").await, app.contact(account, "Carl B").await);
        let elsewhere = app.contact(app.account("Initech", team, None).await, "Carl C").await;
        let links = app.invite(SurveyKind::Nps, &[stays.id, goes.id]).await;
        let of = app.rows::<invitation::Entity>().await;
        let theirs = of.iter().find(|row| row.contact_id == Some(goes.id)).unwrap().id;
        let mut answered = None;
        for link in &links {
            assert_eq!(app.answer(link, 7).await.status, 201);
            answered = Some(link);
        }
        let wanted = of_contacts(&app, stays.id, goes.id).await;
        assert_eq!(refused(&app, &ana.token, MERGE_CONTACTS, wanted.clone()).await, "FORBIDDEN");
        assert_eq!(refused(&app, &mia.token, MERGE_CONTACTS, of_contacts(&app, stays.id, elsewhere.id).await).await, "INVALID");
        assert_eq!(refused(&app, &mia.token, MERGE_CONTACTS, of_contacts(&app, stays.id, stays.id).await).await, "INVALID");
        ask(&app, &mia.token, MERGE_CONTACTS, wanted.clone()).await;
        assert_eq!(refused(&app, &mia.token, MERGE_CONTACTS, wanted).await, "CONFLICT");
        assert!(app.rows::<response::Entity>().await.iter().all(|row| row.contact_id == Some(stays.id)));
        let of = app.rows::<invitation::Entity>().await;
        let left = of.iter().find(|row| row.id == theirs).unwrap();
        assert_eq!(left.contact_id, Some(goes.id), "nobody stands twice in a wave");
        // Else a reminder would bring the link of the one to the mailbox of the other.
        assert_eq!(left.status, entity::InvitationStatus::Revoked);
        assert_eq!(app.amend(answered.unwrap(), 8, 1).await.status, 410);
        app.run_jobs().await;
        let ghost = person(&app, goes.id).await;
        assert_eq!((ghost.merged_into_id, ghost.archived_at), (Some(stays.id), Some(app.now())));
        let back = format!("mutation {{ updateContact(input: {{ id: \"{}\", version: {}, archived: false }}) {{ id }} }}", ghost.id, ghost.version);
        assert_eq!(refused(&app, &mia.token, &back, Value::Null).await, "CONFLICT");
        // Who was merged away gives up the address to one who comes with it.
        let gone = app.account("Globex Inc", team, None).await;
        let twin = app.contact(gone, "Carl B").await;
        ask(&app, &mia.token, MERGE, input(&app, account, gone).await).await;
        let (twin, ghost) = (person(&app, twin.id).await, person(&app, goes.id).await);
        assert_eq!((twin.account_id, twin.archived_at, ghost.email_key), (account, None, None));
        assert_eq!(twin.email_key.as_deref(), Some("carl.b@client.test"));
    }

    async fn nobody_merges_what_does_not_go_together(app: TestApp) {
        let (north, south) = (app.team("North", None).await, app.team("South", None).await);
        let (mia, max, ana) = (app.manager("Mia", north).await, app.manager("Max", south).await, app.owner("Ana", north).await);
        let keep = app.account("Globex", north, Some(ana.id)).await;
        let gone = app.account("Globex Inc", north, Some(ana.id)).await;
        let theirs = app.account("Globex Ltd", south, None).await;
        let wanted = input(&app, keep, gone).await;
        assert_eq!(refused(&app, &ana.token, MERGE, wanted.clone()).await, "FORBIDDEN");
        assert_eq!(refused(&app, &max.token, MERGE, wanted.clone()).await, "NOT_FOUND");
        assert_eq!(refused(&app, &mia.token, MERGE, input(&app, keep, theirs).await).await, "NOT_FOUND");
        app.collaborate(theirs, mia.id).await;
        assert_eq!(refused(&app, &mia.token, MERGE, input(&app, keep, theirs).await).await, "FORBIDDEN", "only granted");
        let code = |told: &Value| (told["errors"][0]["extensions"]["code"].clone(), told["errors"][0]["extensions"]["errors"][0]["pointer"].clone());
        let itself = app.gql(Some(&mia.token), MERGE, input(&app, keep, keep).await).await;
        assert_eq!(code(&itself), (json!("INVALID"), json!("/mergeId")));
        let below = format!("mutation {{ updateAccount(input: {{ id: \"{gone}\", version: 2, parentId: \"{keep}\" }}) {{ id }} }}");
        ask(&app, &mia.token, &below, Value::Null).await;
        for (keep, gone) in [(keep, gone), (gone, keep)] {
            let told = app.gql(Some(&mia.token), MERGE, input(&app, keep, gone).await).await;
            assert_eq!(code(&told), (json!("INVALID"), json!("/mergeId")));
        }
        assert_eq!(refused(&app, &mia.token, MERGE, wanted).await, "STALE");
        let apart = format!("mutation {{ updateAccount(input: {{ id: \"{gone}\", version: 3, parentId: null }}) {{ id }} }}");
        ask(&app, &mia.token, &apart, Value::Null).await;
        ask(&app, &mia.token, MERGE, input(&app, keep, gone).await).await;
        assert_eq!(refused(&app, &mia.token, MERGE, input(&app, keep, gone).await).await, "CONFLICT", "merged already");
        let other = app.account("Globex Co", north, None).await;
        assert_eq!(refused(&app, &mia.token, MERGE, input(&app, gone, other).await).await, "CONFLICT", "archived");
        let version = app.rows::<account::Entity>().await.into_iter().find(|row| row.id == gone).unwrap().version;
        let back = format!("mutation {{ updateAccount(input: {{ id: \"{gone}\", version: {version}, archived: false }}) {{ id }} }}");
        assert_eq!(refused(&app, &mia.token, &back, Value::Null).await, "CONFLICT");
    }
}
