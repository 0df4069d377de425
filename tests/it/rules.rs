//! The rules of ownership and teams, through the GraphQL door.

use chrono::TimeDelta;
use entity::{account, contact, member, ownership, team};
use serde_json::{Value, json};
use tests::{
    app::{Person, TestApp},
    both,
};

async fn ask(app: &TestApp, who: &Person, query: &str) -> Value {
    app.gql(Some(&who.token), query, json!({})).await
}

/// The code of the refusal; `OK` where there is none.
async fn code(app: &TestApp, who: &Person, query: &str) -> String {
    let answer = ask(app, who, query).await;
    match answer["errors"].get(0) {
        Some(error) => error["extensions"]["code"].as_str().unwrap().to_owned(),
        None => "OK".to_owned(),
    }
}

both! {
    async fn an_account_goes_to_a_member_of_the_managers_teams_only(app: TestApp) {
        let (north, south) = (app.team("North", None).await, app.team("South", None).await);
        let below = app.team("North-East", Some(north)).await;
        let mia = app.manager("Mia", north).await;
        let (ana, ben, sue) = (app.owner("Ana", north).await, app.owner("Ben", below).await, app.owner("Sue", south).await);
        let admin = app.admin("Ada").await;
        let account = app.account("Globex", north, Some(ana.id)).await;
        let assign = |to: &Person| format!("mutation{{assignOwner(input:{{accountId:\"{account}\",memberId:\"{}\"}}){{owner{{id}} team{{id}}}}}}", to.id);
        assert_eq!(code(&app, &mia, &assign(&sue)).await, "FORBIDDEN");
        assert_eq!(code(&app, &ana, &assign(&ana)).await, "FORBIDDEN");
        app.forward(TimeDelta::days(1));
        let mia = Person { token: app.token(api::store::Subject::Member(mia.id)).await, ..mia };
        let given = ask(&app, &mia, &assign(&ben)).await;
        assert_eq!(given["data"]["assignOwner"], json!({ "owner": { "id": ben.id }, "team": { "id": below } }), "{given}");
        assert_eq!(code(&app, &mia, &format!("{{account(id:\"{account}\"){{id}}}}")).await, "OK");
        app.forward(TimeDelta::hours(1));
        let admin = Person { token: app.token(api::store::Subject::Member(admin.id)).await, ..admin };
        assert_eq!(code(&app, &admin, &assign(&sue)).await, "OK");
        assert_eq!(code(&app, &mia, &format!("{{account(id:\"{account}\"){{id}}}}")).await, "NOT_FOUND");
        assert_eq!(code(&app, &mia, &assign(&ben)).await, "NOT_FOUND");
        assert_eq!(app.rows::<ownership::Entity>().await.len(), 3);
    }

    async fn nobody_leaves_with_accounts_and_the_last_admin_stays(app: TestApp) {
        let north = app.team("North", None).await;
        let (admin, ana, ben) = (app.admin("Ada").await, app.owner("Ana", north).await, app.owner("Ben", north).await);
        let account = app.account("Globex", north, Some(ana.id)).await;
        let leave = |who: &Person| format!("mutation{{updateMember(input:{{id:\"{}\",version:1,active:false}}){{active}}}}", who.id);
        assert_eq!(code(&app, &admin, &leave(&ana)).await, "CONFLICT");
        let out = format!("mutation{{updateMember(input:{{id:\"{}\",version:1,teamId:null}}){{id}}}}", ana.id);
        assert_eq!(code(&app, &admin, &out).await, "CONFLICT");
        app.assign(account, ben.id).await;
        assert_eq!(code(&app, &ana, "{me{role}}").await, "OK");
        assert_eq!(code(&app, &admin, &leave(&ana)).await, "OK");
        assert_eq!(code(&app, &ana, "{me{role}}").await, "UNAUTHENTICATED");
        let assign = format!("mutation{{assignOwner(input:{{accountId:\"{account}\",memberId:\"{}\"}}){{id}}}}", ana.id);
        assert_eq!(code(&app, &admin, &assign).await, "CONFLICT");
        assert_eq!(code(&app, &admin, &leave(&admin)).await, "CONFLICT");
        let demote = format!("mutation{{updateMember(input:{{id:\"{}\",version:1,admin:false}}){{role}}}}", admin.id);
        assert_eq!(code(&app, &admin, &demote).await, "CONFLICT");
        let second = app.admin("Zoe").await;
        assert_eq!(code(&app, &second, &demote).await, "OK");
        assert_eq!(code(&app, &admin, "{me{role}}").await, "OK");
        assert_eq!(code(&app, &admin, &leave(&ben)).await, "FORBIDDEN");
        let twin = "mutation{createMember(input:{name:\"Other\",email:\"BEN@acme.test\"}){id}}";
        assert_eq!(code(&app, &second, twin).await, "CONFLICT");
        let rename = format!("mutation{{updateMember(input:{{id:\"{}\",version:1,email:\"ana@acme.test\"}}){{id}}}}", ben.id);
        assert_eq!(code(&app, &second, &rename).await, "CONFLICT");
        assert_eq!(app.rows::<member::Entity>().await.len(), 4);
    }

    async fn who_leads_is_a_manager_as_long_as_they_lead(app: TestApp) {
        let north = app.team("North", None).await;
        let (admin, mia, ben) = (app.admin("Ada").await, app.manager("Mia", north).await, app.owner("Ben", north).await);
        let account = app.account("Globex", north, None).await;
        let see = format!("{{account(id:\"{account}\"){{id}}}}");
        assert_eq!(code(&app, &mia, &see).await, "OK");
        let leave = format!("mutation{{updateMember(input:{{id:\"{}\",version:1,active:false}}){{id}}}}", mia.id);
        assert_eq!(code(&app, &admin, &leave).await, "CONFLICT");
        let put = |fields: &str| format!("mutation{{updateTeam(input:{{id:\"{north}\",{fields}}}){{version}}}}");
        assert_eq!(code(&app, &admin, &put(&format!("version:2,leadId:\"{}\",deputyIds:[]", ben.id))).await, "OK");
        assert_eq!(code(&app, &mia, &see).await, "NOT_FOUND");
        assert_eq!(code(&app, &ben, &see).await, "OK");
        assert_eq!(ask(&app, &mia, "{me{role}}").await["data"]["me"]["role"], "OWNER");
        assert_eq!(code(&app, &admin, &put(&format!("version:3,deputyIds:[\"{}\"]", mia.id))).await, "OK");
        assert_eq!(code(&app, &mia, &see).await, "OK");
        assert_eq!(ask(&app, &mia, "{me{role}}").await["data"]["me"]["role"], "MANAGER");
    }

    async fn trees_have_no_rings(app: TestApp) {
        let north = app.team("North", None).await;
        let east = app.team("East", Some(north)).await;
        let admin = app.admin("Ada").await;
        for (id, parent) in [(north, north), (north, east)] {
            let shift = format!("mutation{{updateTeam(input:{{id:\"{id}\",version:1,parentId:\"{parent}\"}}){{id}}}}");
            assert_eq!(code(&app, &admin, &shift).await, "INVALID");
        }
        let (top, middle, end) = (app.account("A", north, None).await, app.account("B", north, None).await, app.account("C", north, None).await);
        let hang = |id, parent| format!("mutation{{updateAccount(input:{{id:\"{id}\",version:1,parentId:\"{parent}\"}}){{parent{{id}}}}}}");
        assert_eq!(code(&app, &admin, &hang(middle, top)).await, "OK");
        assert_eq!(code(&app, &admin, &hang(end, middle)).await, "OK");
        for parent in [top, middle, end] {
            assert_eq!(code(&app, &admin, &hang(top, parent)).await, "INVALID");
        }
        assert!(app.rows::<team::Entity>().await.iter().all(|row| row.version == 1));
    }

    async fn an_old_version_is_refused_and_changes_nothing(app: TestApp) {
        let north = app.team("North", None).await;
        let admin = app.admin("Ada").await;
        let ana = app.owner("Ana", north).await;
        let account = app.account("Globex", north, None).await;
        let carl = app.contact(account, "Carl").await;
        for (verb, id) in [("Account", account.to_string()), ("Contact", carl.id.to_string()), ("Member", ana.id.to_string()), ("Team", north.to_string())] {
            let change = |version: i32, name: &str| format!("mutation{{update{verb}(input:{{id:\"{id}\",version:{version},name:\"{name}\"}}){{version}}}}");
            assert_eq!(code(&app, &admin, &change(2, "Ahead")).await, "STALE", "{verb}");
            assert_eq!(code(&app, &admin, &change(1, "First")).await, "OK", "{verb}");
            assert_eq!(code(&app, &admin, &change(1, "Second")).await, "STALE", "{verb}");
        }
        let names = [
            app.rows::<account::Entity>().await[0].name.clone(),
            app.rows::<contact::Entity>().await[0].name.clone(),
            app.rows::<team::Entity>().await.into_iter().find(|row| row.id == north).unwrap().name,
            app.rows::<member::Entity>().await.into_iter().find(|row| row.id == ana.id).unwrap().name,
        ];
        assert_eq!(names, ["First"; 4]);
    }

    async fn a_collaborator_sees_the_account_until_taken_off(app: TestApp) {
        let (north, south) = (app.team("North", None).await, app.team("South", None).await);
        let (mia, max, sue) = (app.manager("Mia", north).await, app.manager("Max", south).await, app.owner("Sue", south).await);
        let account = app.account("Globex", north, None).await;
        let carl = app.contact(account, "Carl").await;
        let see = format!("{{account(id:\"{account}\"){{id}} contact(id:\"{}\"){{id}}}}", carl.id);
        for who in [&sue, &max] {
            let change = |verb: &str, role: &str| format!("mutation{{{verb}Collaborator(input:{{accountId:\"{account}\",memberId:\"{}\"{role}}}){{collaborators{{member{{id}} role}}}}}}", who.id);
            assert_eq!(code(&app, who, &see).await, "NOT_FOUND");
            let added = ask(&app, &mia, &change("add", ",role:LEGAL")).await;
            assert_eq!(added["data"]["addCollaborator"]["collaborators"], json!([{ "member": { "id": who.id }, "role": "LEGAL" }]), "{added}");
            assert_eq!(code(&app, &mia, &change("add", ",role:SPONSOR")).await, "OK");
            assert_eq!(code(&app, who, &see).await, "OK");
            let removed = ask(&app, &mia, &change("remove", "")).await;
            assert_eq!(removed["data"]["removeCollaborator"]["collaborators"], json!([]), "{removed}");
            assert_eq!(code(&app, who, &see).await, "NOT_FOUND");
        }
    }

    async fn a_collaborator_sends_no_survey(app: TestApp) {
        let north = app.team("North", None).await;
        let (ana, ben) = (app.owner("Ana", north).await, app.owner("Ben", north).await);
        let account = app.account("Globex", north, Some(ana.id)).await;
        app.contact(account, "Carl").await;
        app.collaborate(account, ben.id).await;
        let survey = app.survey(entity::SurveyKind::Nps).await;
        let send = format!("mutation{{sendSurvey(surveyId:\"{survey}\",input:{{accountId:\"{account}\"}}){{queued}}}}");
        assert_eq!(code(&app, &ben, &send).await, "FORBIDDEN");
        assert_eq!(code(&app, &ana, &send).await, "OK");
    }

    async fn the_owner_at_an_instant_is_told_to_the_microsecond(app: TestApp) {
        let north = app.team("North", None).await;
        let admin = app.admin("Ada").await;
        let (ana, ben) = (app.owner("Ana", north).await, app.owner("Ben", north).await);
        let account = app.account("Globex", north, None).await;
        let mut instants = Vec::new();
        for owner in [&ana, &ben] {
            app.forward(TimeDelta::hours(1));
            app.assign(account, owner.id).await;
            instants.push(app.now());
        }
        app.forward(TimeDelta::hours(1));
        let end = format!("mutation{{endOwnership(input:{{accountId:\"{account}\"}}){{owner{{id}} unownedSince}}}}");
        let ended = ask(&app, &admin, &end).await;
        assert_eq!(ended["data"]["endOwnership"], json!({ "owner": null, "unownedSince": app.now() }), "{ended}");
        instants.push(app.now());
        for (at, (before, after)) in instants.iter().zip([(None, Some(ana.id)), (Some(ana.id), Some(ben.id)), (Some(ben.id), None)]) {
            for (micros, want) in [(-1, before), (0, after), (1, after)] {
                let at = entity::Time::new(at.0 + TimeDelta::microseconds(micros));
                let answer = ask(&app, &admin, &format!("{{ownerAt(accountId:\"{account}\",at:\"{at}\"){{owner{{id}}}}}}")).await;
                assert_eq!(answer["data"]["ownerAt"]["owner"]["id"].as_str(), want.map(|id| id.to_string()).as_deref(), "{at}: {answer}");
            }
        }
    }
}
