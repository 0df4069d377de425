//! Rows visible through the doors = rows visible by a naive loop, in random companies; and what must
//! always hold between the tables after any changes.

use std::collections::{BTreeMap, BTreeSet};

use entity::{MemberRole, account, member, ownership, team, team_deputy, team_member, team_place, team_tree};
use serde_json::{Value, json};
use tests::{
    app::TestApp,
    both,
    engine::{Database, World as _},
    world::{Account, Member, World},
};

/// An id that was never issued, in the form of one.
const NEVER: &str = "019cadc6-0000-7000-8000-000000000000";

/// Worlds of one test; more by the environment.
pub fn worlds() -> u64 {
    std::env::var("STEWARD_TEST_WORLDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10)
}

both! {
    async fn everybody_sees_what_the_naive_loop_says(first: Database) {
        for seed in 0..worlds() {
            let app = TestApp::on(first.engine().database().await.unwrap()).await;
            let mut world = World::new(&app, seed).await;
            for _ in 0..2 {
                for _ in 0..20 {
                    world.step(&app).await;
                }
                let told = format!("seed {seed}, {:?}", world.census());
                for member in &world.members {
                    sees_the_same(&app, &world, member, &told).await;
                }
                tables_agree(&app, &told).await;
            }
        }
    }
}

fn set(values: impl IntoIterator<Item = impl ToString>) -> BTreeSet<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

async fn sees_the_same(app: &TestApp, world: &World, member: &Member, told: &str) {
    let told = format!("{told}, {member:?}");
    if !member.active {
        let answer = app.gql(Some(&member.token), "{accounts{nodes{id}}}", json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{told}");
        return;
    }
    let accounts = pages(app, &member.token, "accounts").await;
    assert_eq!(set(&accounts), set(world.seen(member).map(|account| account.id)), "accounts: {told}");
    assert_eq!(accounts.len(), set(&accounts).len(), "a row on two pages: {told}");
    let contacts = world.seen(member).flat_map(|account| &account.contacts);
    assert_eq!(set(pages(app, &member.token, "contacts").await), set(contacts), "contacts: {told}");
    let answered = |account: &Account| world.given.iter().filter(|given| given.to.account == account.id).count();
    let answers: usize = world.seen(member).map(answered).sum();
    assert_eq!(pages(app, &member.token, "responses").await.len(), answers, "responses: {told}");
    for account in &world.accounts {
        let (id, token) = (account.id.to_string(), Some(member.token.as_str()));
        let got = one(app, token, &id).await;
        if !world.sees(member, account) {
            assert_eq!(got, one(app, token, NEVER).await.replace(NEVER, &id), "a hidden id is told from none: {told}");
            continue;
        }
        let got: Value = serde_json::from_str(&got).unwrap();
        let got = &got["data"]["account"];
        let words =
            |list: &Value, field: &str| set(list.as_array().unwrap().iter().map(|row| row[field].as_str().unwrap()));
        assert_eq!(words(&got["contacts"], "id"), set(&account.contacts), "{told}");
        assert_eq!(words(&got["timeline"]["nodes"], "subject"), set(&account.notes), "{told}");
        assert_eq!(words(&got["escalations"]["nodes"], "title"), set(&account.notes), "{told}");
        assert_eq!(got["openEscalations"], account.notes.len(), "{told}");
        assert_eq!(got["responses"].as_array().unwrap().len(), answered(account), "{told}");
        assert_eq!(got["owner"]["id"].as_str(), account.owner.map(|id| id.to_string()).as_deref(), "{told}");
        assert_eq!(got["team"]["id"], account.team.to_string(), "{told}");
    }
}

/// One account with what hangs on it, as the bytes of the answer.
async fn one(app: &TestApp, token: Option<&str>, id: &str) -> String {
    let query = format!(
        "{{account(id:\"{id}\"){{owner{{id}} team{{id}} contacts{{id}} responses{{id}} \
         timeline(first:100,types:[NOTE]){{nodes{{subject}}}} openEscalations escalations(first:100){{nodes{{title}}}}}}}}"
    );
    app.rest("POST", "/graphql", token, Some(json!({ "query": query }))).await.text
}

/// The ids of a list, paged through by sevens; its count agrees.
async fn pages(app: &TestApp, token: &str, list: &str) -> Vec<String> {
    let (mut ids, mut after) = (Vec::new(), Value::Null);
    loop {
        let query = format!(
            "query($after:String){{{list}(first:7,after:$after){{nodes{{id}} totalCount pageInfo{{hasNextPage endCursor}}}}}}"
        );
        let answer = app.gql(Some(token), &query, json!({ "after": after })).await;
        let page = &answer["data"][list];
        let nodes = page["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
        ids.extend(nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] != true {
            assert_eq!(page["totalCount"], ids.len(), "{answer}");
            return ids;
        }
        assert_eq!(nodes.len(), 7);
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// What is kept follows from what is true.
async fn tables_agree(app: &TestApp, told: &str) {
    let members: BTreeMap<_, _> = app.rows::<member::Entity>().await.into_iter().map(|row| (row.id, row)).collect();
    let mut periods = BTreeMap::<_, Vec<_>>::new();
    for row in app.rows::<ownership::Entity>().await {
        periods.entry(row.account_id).or_default().push(row);
    }
    for account in app.rows::<account::Entity>().await {
        let mut owned = periods.remove(&account.id).unwrap_or_default();
        owned.sort_by_key(|row| (row.from_at, row.until_at.is_none()));
        apart(&owned.iter().map(|row| (row.from_at, row.until_at)).collect::<Vec<_>>(), told);
        let open = owned.iter().find(|row| row.until_at.is_none());
        assert_eq!(account.owner_id, open.map(|row| row.member_id), "{told}");
        assert_eq!(account.unowned_since.is_none(), open.is_some(), "{told}");
        if let Some(open) = open {
            assert_eq!(
                (Some(open.team_id), Some(account.team_id)),
                (members[&open.member_id].team_id, members[&open.member_id].team_id),
                "{told}"
            );
        }
    }
    let mut stays = BTreeMap::<_, Vec<_>>::new();
    for row in app.rows::<team_member::Entity>().await {
        stays.entry(row.member_id).or_default().push(row);
    }
    for (id, mut stays) in stays {
        stays.sort_by_key(|row| (row.from_at, row.until_at.is_none()));
        apart(&stays.iter().map(|row| (row.from_at, row.until_at)).collect::<Vec<_>>(), told);
        assert_eq!(
            stays.iter().find(|row| row.until_at.is_none()).map(|row| row.team_id),
            members[&id].team_id,
            "{told}"
        );
    }
    tree_agrees(app, told).await;
    let teams = app.rows::<team::Entity>().await;
    let deputies = app.rows::<team_deputy::Entity>().await;
    for member in members.values().filter(|member| member.role != MemberRole::Admin) {
        let manages = teams.iter().any(|team| team.lead_id == Some(member.id))
            || deputies.iter().any(|row| row.member_id == member.id);
        assert_eq!(member.role == MemberRole::Manager, manages, "{} in {told}", member.name);
    }
}

/// Sorted periods: each ends after it starts, the next starts no earlier, only the last is open.
fn apart(periods: &[(entity::Time, Option<entity::Time>)], told: &str) {
    for (at, (from, until)) in periods.iter().enumerate() {
        assert!(until.is_none_or(|until| until > *from), "an empty period: {told} {periods:?}");
        if let Some((next, _)) = periods.get(at + 1) {
            assert!(until.is_some_and(|until| until <= *next), "periods overlap: {told} {periods:?}");
        }
    }
}

/// Closure and open places say what the parents say.
async fn tree_agrees(app: &TestApp, told: &str) {
    let teams: BTreeMap<_, _> =
        app.rows::<team::Entity>().await.into_iter().map(|row| (row.id, row.parent_id)).collect();
    let (mut closure, mut paths) = (BTreeSet::new(), BTreeMap::new());
    for id in teams.keys() {
        let mut path = vec![*id];
        while let Some(parent) = teams[path.last().unwrap()] {
            path.push(parent);
        }
        closure.extend(path.iter().map(|above| (*above, *id)));
        path.reverse();
        paths.insert(*id, path.iter().map(|id| format!("{id}/")).collect::<String>());
    }
    let kept: Vec<_> =
        app.rows::<team_tree::Entity>().await.into_iter().map(|row| (row.ancestor_id, row.team_id)).collect();
    assert_eq!(kept.len(), closure.len(), "{told}");
    assert_eq!(kept.into_iter().collect::<BTreeSet<_>>(), closure, "{told}");
    let open = app.rows::<team_place::Entity>().await.into_iter().filter(|row| row.until_at.is_none());
    let open: Vec<_> = open.map(|row| (row.team_id, row.path)).collect();
    assert_eq!(open.len(), teams.len(), "{told}");
    assert_eq!(open.into_iter().collect::<BTreeMap<_, _>>(), paths, "{told}");
}
