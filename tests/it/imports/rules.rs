//! What an import does with rows that stand already, and whom it credits.

use api::import::Kind;
use entity::{MemberRole, OwnershipSource, account, member, ownership, response, response_version, score_owner};
use sea_orm::{ColumnTrait, sea_query::Order};
use serde_json::json;
use tests::{app::TestApp, both, imports::import_text};

use super::counts;

pub const MEMBERS: &str = "source = \"s\"\n[columns]\nreference = \"id\"\nname = \"name\"\nemail = \"email\"\nrole = \"role\"\nactive = \"active\"\nteam = [\"{team}\"]\nleads = [\"{leads}\"]\n";
pub const ACCOUNTS: &str = "source = \"s\"\n[columns]\nreference = \"id\"\nname = \"name\"\nparent = \"parent\"\nowner = \"owner\"\nsegment = \"segment\"\nteam = [\"{team}\"]\n";
pub const ENTRIES: &str = "source = \"s\"\n[[entries]]\nowns = true\nreference = \"id\"\naccount = \"account\"\nmember = \"member\"\nkind = { constant = \"MEETING\" }\ndirection = { constant = \"OUTBOUND\" }\nchannel = { constant = \"MEETING\" }\noccurred_at = \"at\"\nsubject = { constant = \"Met\" }\n";
pub const ANSWERS: &str = "source = \"s\"\n[columns]\nreference = \"id\"\naccount = \"account\"\nowner = \"owner\"\nanswered_at = \"at\"\n[[answers]]\nsurvey = \"nps\"\nkind = \"NPS\"\nscore = \"score\"\n";

const PEOPLE: &str = "id,name,email,role,active,team,leads\n\
    1,Ana,ana@s.test,OWNER,yes,North,\n2,Ben,ben@s.test,OWNER,yes,South,\n3,Mia,mia@s.test,OWNER,yes,North,North\n";

/// Imports a text that must be taken whole.
pub async fn take(app: &TestApp, kind: Kind, map: &str, text: &str) -> (u64, u64, u64, u64) {
    let summary = import_text(app, kind, map, text.as_bytes(), false).await.unwrap();
    assert_eq!(summary.refused, 0, "{summary}");
    counts(&summary)
}

async fn named(app: &TestApp, name: &str) -> account::Model {
    let find = app.system().find::<account::Entity>().filter(account::Column::Name.eq(name)).one("account").await;
    find.unwrap().into_inner()
}

async fn person(app: &TestApp, name: &str) -> member::Model {
    app.system()
        .find::<member::Entity>()
        .filter(member::Column::Name.eq(name))
        .one("member")
        .await
        .unwrap()
        .into_inner()
}

/// Each period of an account: from which day, until which, whose.
async fn periods(app: &TestApp, name: &str) -> Vec<(String, String, String)> {
    let id = named(app, name).await.id;
    let members = app.system().find::<member::Entity>().all().await.unwrap();
    let system = app.system();
    let find = system.find::<ownership::Entity>().filter(ownership::Column::AccountId.eq(id));
    let rows = find.order(ownership::Column::FromAt, Order::Asc).all().await.unwrap();
    let day = |at: entity::Time| at.to_string()[..10].to_owned();
    let owner = |row: &ownership::Model| members.iter().find(|m| m.id == row.member_id).unwrap().name.clone();
    rows.iter().map(|row| (day(row.from_at), row.until_at.map(day).unwrap_or_default(), owner(row))).collect()
}

fn told(periods: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    periods.iter().map(|(from, until, who)| ((*from).to_owned(), (*until).to_owned(), (*who).to_owned())).collect()
}

both! {
    async fn parents_come_in_any_order_and_owners_from_now_on(app: TestApp) {
        assert_eq!(take(&app, Kind::Members, MEMBERS, PEOPLE).await, (3, 0, 0, 0));
        assert_eq!(person(&app, "Mia").await.role, MemberRole::Manager);
        // The parent of the first row is further away than one chunk.
        let mut file = "id,name,parent,owner,segment,team\na0,First,a6500,1,Big,\n".to_owned();
        for number in 1..=6_500 {
            file.push_str(&format!("a{number},Account {number},{},,,South\n", if number == 7 { "a8" } else { "" }));
        }
        assert_eq!(take(&app, Kind::Accounts, ACCOUNTS, &file).await, (6_501, 0, 0, 0));
        let (first, last) = (named(&app, "First").await, named(&app, "Account 6500").await);
        assert_eq!(first.parent_id, Some(last.id));
        let (ana, ben) = (person(&app, "Ana").await, person(&app, "Ben").await);
        assert_eq!((first.owner_id, Some(first.team_id)), (Some(ana.id), ana.team_id));
        assert_eq!((last.owner_id, Some(last.team_id)), (None, ben.team_id));
        assert_eq!(periods(&app, "First").await, told(&[("2026-03-02", "", "Ana")]));

        app.forward(chrono::TimeDelta::days(1));
        assert_eq!(take(&app, Kind::Accounts, ACCOUNTS, &file).await, (0, 0, 6_501, 0));
        // Another owner, no segment any more; then none at all.
        let text = "id,name,parent,owner,segment,team\na0,First,a1500,2,,\n";
        assert_eq!(take(&app, Kind::Accounts, ACCOUNTS, text).await, (0, 1, 0, 0));
        let first = named(&app, "First").await;
        assert_eq!((first.owner_id, first.segment, first.version), (Some(ben.id), None, 2));
        app.forward(chrono::TimeDelta::days(1));
        assert_eq!(take(&app, Kind::Accounts, ACCOUNTS, "id,name,parent,owner,segment,team\na0,First,,,,South\n").await, (0, 1, 0, 0));
        let first = named(&app, "First").await;
        assert_eq!((first.owner_id, first.parent_id, first.unowned_since), (None, None, Some(app.now())));
        assert_eq!(periods(&app, "First").await, told(&[("2026-03-02", "2026-03-03", "Ana"), ("2026-03-03", "2026-03-04", "Ben")]));
    }
}

both! {
    async fn history_fills_gaps_and_changes_nothing_that_stands(app: TestApp) {
        take(&app, Kind::Members, MEMBERS, PEOPLE).await;
        take(&app, Kind::Accounts, ACCOUNTS, "id,name,parent,owner,segment,team\na,Acme,,,,\nb,Beta,,2,,\n").await;
        let text = "id,account,member,at\n1,a,1,2025-02-01\n2,a,2,2025-04-01\n3,b,1,2025-02-01\n";
        assert_eq!(take(&app, Kind::Interactions, ENTRIES, text).await, (3, 0, 0, 0));
        assert_eq!(periods(&app, "Acme").await, told(&[("2025-02-01", "2025-04-01", "Ana"), ("2025-04-01", "", "Ben")]));
        assert_eq!(periods(&app, "Beta").await, told(&[("2025-02-01", "2026-03-02", "Ana"), ("2026-03-02", "", "Ben")]));
        assert_eq!(named(&app, "Acme").await.owner_id, Some(person(&app, "Ben").await.id));
        // Earlier than all, in the middle, later than all.
        let text = "id,account,member,at\n4,a,2,2025-01-01\n5,a,2,2025-03-01\n6,a,3,2025-05-01\n";
        assert_eq!(take(&app, Kind::Interactions, ENTRIES, text).await, (3, 0, 0, 0));
        let whole = told(&[
            ("2025-01-01", "2025-02-01", "Ben"),
            ("2025-02-01", "2025-04-01", "Ana"),
            ("2025-04-01", "2025-05-01", "Ben"),
            ("2025-05-01", "", "Mia"),
        ]);
        assert_eq!(periods(&app, "Acme").await, whole);
        assert_eq!(named(&app, "Acme").await.owner_id, Some(person(&app, "Mia").await.id));
        // Somebody gave it to Ana by hand: no file takes it away.
        let (acme, ana) = (named(&app, "Acme").await.id, person(&app, "Ana").await.id);
        app.assign(acme, ana).await;
        let text = format!("{text}7,a,2,2025-06-01\n");
        take(&app, Kind::Interactions, ENTRIES, &text).await;
        assert_eq!(named(&app, "Acme").await.owner_id, Some(ana));
        assert_eq!(periods(&app, "Acme").await[..3], whole[..3]);
        let system = app.system();
        let open = system.find::<ownership::Entity>().filter(ownership::Column::AccountId.eq(acme)).filter(ownership::Column::UntilAt.is_null());
        assert_eq!(open.one("period").await.unwrap().source, OwnershipSource::Manual);
    }
}

both! {
    async fn an_imported_answer_is_credited_to_the_owner_of_its_day(app: TestApp) {
        take(&app, Kind::Members, MEMBERS, PEOPLE).await;
        take(&app, Kind::Accounts, ACCOUNTS, "id,name,parent,owner,segment,team\na,Acme,,,Big,\n").await;
        take(&app, Kind::Interactions, ENTRIES, "id,account,member,at\n1,a,1,2025-02-01\n2,a,2,2025-10-01\n").await;
        let text = "id,account,owner,at,score\n1,a,,2025-01-31,1\n2,a,,2025-02-20,9\n3,a,,2025-06-01,10\n4,a,,2025-10-01T12:00:00Z,3\n5,a,3,2025-06-01,7\n";
        assert_eq!(take(&app, Kind::Responses, ANSWERS, text).await, (5, 0, 0, 0));
        let rows = app.system().find::<response::Entity>().order(response::Column::Reference, Order::Asc).all().await.unwrap();
        let (ana, ben, mia) = (person(&app, "Ana").await.id, person(&app, "Ben").await.id, person(&app, "Mia").await.id);
        let credit: Vec<_> = rows.iter().map(|row| (row.owner_id, row.inherited, row.segment.as_deref())).collect();
        let big = Some("Big");
        assert_eq!(credit, [(None, false, big), (Some(ana), true, big), (Some(ana), false, big), (Some(ben), true, big), (Some(mia), false, big)]);
        assert_eq!(rows.iter().map(|row| row.month).collect::<Vec<_>>(), [0, 1, 5, 9, 5].map(|month| 2025 * 12 + month));
        assert_eq!(take(&app, Kind::Responses, ANSWERS, text).await, (0, 0, 5, 0));

        // A corrected score is an amendment; the credit stays, the counters follow.
        assert_eq!(take(&app, Kind::Responses, ANSWERS, &text.replace("2025-06-01,10", "2025-06-01,4")).await, (0, 1, 4, 0));
        let versions = app.system().find::<response_version::Entity>().all().await.unwrap();
        assert_eq!(versions.iter().map(|row| (row.version, row.score)).collect::<Vec<_>>(), [(1, 10)]);
        let counters = app.system().find::<score_owner::Entity>().filter(score_owner::Column::OwnerId.eq(ana)).all().await.unwrap();
        let sum = |of: fn(&score_owner::Model) -> i32| counters.iter().map(|row| of(row)).sum::<i32>();
        assert_eq!((sum(|c| c.c4), sum(|c| c.c9), sum(|c| c.c10)), (1, 1, 0));
        let admin = app.admin("Ada Admin").await;
        let ask = "{ satisfaction(from: \"2025-01\", until: \"2026-01\") { figures { n counts } } }";
        let shown = app.gql(Some(&admin.token), ask, json!({})).await;
        assert_eq!(shown["data"]["satisfaction"][0]["figures"][0], json!({ "n": 5, "counts": [0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0] }), "{shown}");
    }
}

both! {
    async fn a_member_who_changes_team_takes_accounts_along(app: TestApp) {
        take(&app, Kind::Members, MEMBERS, PEOPLE).await;
        take(&app, Kind::Accounts, ACCOUNTS, "id,name,parent,owner,segment,team\na,Acme,,1,,\n").await;
        app.forward(chrono::TimeDelta::days(1));
        let text = "id,name,email,role,active,team,leads\n1,Ana,ana@s.test,OWNER,yes,West,West\n3,Mia,mia@s.test,OWNER,yes,North,\n";
        assert_eq!(take(&app, Kind::Members, MEMBERS, text).await, (0, 2, 0, 0));
        let (ana, mia) = (person(&app, "Ana").await, person(&app, "Mia").await);
        assert_eq!((ana.role, mia.role), (MemberRole::Manager, MemberRole::Owner));
        assert_eq!(Some(named(&app, "Acme").await.team_id), ana.team_id);
        assert_eq!(periods(&app, "Acme").await, told(&[("2026-03-02", "2026-03-03", "Ana"), ("2026-03-03", "", "Ana")]));
        assert_eq!(take(&app, Kind::Members, MEMBERS, text).await, (0, 0, 2, 0));
    }
}
