//! Covers: who stands in sees what the absent one owns, until the instant of the end and not a moment longer.

use api::store::{Engine, Principal};
use chrono::TimeDelta;
use entity::{AccountId, SurveyKind, TeamId, Time, audit};
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};
use serde_json::{Value, json};
use tests::{
    app::{Person, TestApp},
    both,
    engine::{Database, World},
    live::Socket,
    served::Served,
};

use crate::programmes::{ask, refused};

const CREATE: &str = "mutation($input: CreateCover!) { createCover(input: $input) { id member { name } standIn { name } by { name } from until reason endedAt } }";
const END: &str = "mutation($id: UUID!) { endCover(id: $id) { id endedAt } }";
const FIGURES: &str = "{ satisfaction { figures { n value } } }";

/// Ana owns Globex in the north, which Mia leads; Ben and Max are of the south, which Max leads; Ben owns Initech.
struct Two {
    app: TestApp,
    north: TeamId,
    mia: Person,
    max: Person,
    ana: Person,
    ben: Person,
    /// Of the north, owning nothing.
    zoe: Person,
    root: Person,
    globex: AccountId,
    initech: AccountId,
}

impl World for Two {
    async fn on(database: Database) -> Self {
        let app = TestApp::on(database).await;
        let (north, south) = (app.team("North", None).await, app.team("South", None).await);
        let (mia, max) = (app.manager("Mia", north).await, app.manager("Max", south).await);
        let (ana, ben) = (app.owner("Ana", north).await, app.owner("Ben", south).await);
        let (zoe, root) = (app.owner("Zoe", north).await, app.admin("Root").await);
        let globex = app.account("Globex", north, Some(ana.id)).await;
        let initech = app.account("Initech", south, Some(ben.id)).await;
        Self { app, north, mia, max, ana, ben, zoe, root, globex, initech }
    }
}

impl Two {
    fn input(&self, member: &Person, stand_in: &Person, lasts: TimeDelta) -> Value {
        let until = Time::new(self.app.now().0 + lasts);
        json!({ "memberId": member.id, "standInId": stand_in.id, "until": until, "reason": "On leave" })
    }

    /// `by` has somebody stand in.
    async fn cover(&self, by: &Person, (member, stand_in): (&Person, &Person), lasts: TimeDelta) -> Value {
        ask(&self.app, &by.token, CREATE, json!({ "input": self.input(member, stand_in, lasts) })).await
    }

    async fn names(&self, who: &Person) -> Vec<String> {
        let answer = self.app.gql(Some(&who.token), "{accounts{nodes{name}}}", json!({})).await;
        let nodes = answer["data"]["accounts"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
        nodes.iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect()
    }

    async fn figures(&self, who: &Person) -> Value {
        self.app.gql(Some(&who.token), FIGURES, json!({})).await["data"].clone()
    }
}

const INSTANT: TimeDelta = TimeDelta::microseconds(1);

both! {
    async fn a_cover_shows_the_accounts_of_the_absent_and_ends_at_its_instant(two: Two) {
        let made = two.cover(&two.mia, (&two.ana, &two.zoe), TimeDelta::hours(2)).await;
        assert_eq!((&made["member"]["name"], &made["standIn"]["name"], &made["by"]["name"]), (&json!("Ana"), &json!("Zoe"), &json!("Mia")));
        assert_eq!((&made["reason"], &made["endedAt"], &made["from"]), (&json!("On leave"), &Value::Null, &json!(two.app.now())));
        assert_eq!(two.names(&two.zoe).await, ["Globex"]);
        assert_eq!(two.names(&two.ana).await, ["Globex"], "the absent one loses nothing");
        two.app.assign(two.initech, two.ana.id).await;
        assert_eq!(two.names(&two.zoe).await, ["Globex", "Initech"], "what is theirs by now");
        two.app.forward(TimeDelta::hours(2) - INSTANT);
        assert_eq!(two.names(&two.zoe).await, ["Globex", "Initech"]);
        two.app.forward(INSTANT);
        assert_eq!(two.names(&two.zoe).await, [""; 0], "over, without a job");
        assert_eq!(two.app.jobs_left().await, 0);
        let account = format!("{{account(id:\"{}\"){{id}}}}", two.globex);
        assert_eq!(two.app.gql(Some(&two.zoe.token), &account, json!({})).await["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }

    async fn a_cover_begins_at_its_instant_and_can_be_ended_before(two: Two) {
        let from = Time::new(two.app.now().0 + TimeDelta::days(3));
        let mut input = two.input(&two.ana, &two.zoe, TimeDelta::days(10));
        input["from"] = json!(from);
        let made = ask(&two.app, &two.root.token, CREATE, json!({ "input": input })).await;
        assert_eq!(two.names(&two.zoe).await, [""; 0]);
        two.app.forward(TimeDelta::days(3) - INSTANT);
        let zoe = Person { token: two.app.fresh(two.zoe.id).await, ..two.zoe };
        assert_eq!(two.names(&zoe).await, [""; 0]);
        two.app.forward(INSTANT);
        assert_eq!(two.names(&zoe).await, ["Globex"]);
        let mia = two.app.fresh(two.mia.id).await;
        let ended = ask(&two.app, &mia, END, json!({ "id": made["id"] })).await;
        assert_eq!(ended["endedAt"], json!(two.app.now()));
        assert_eq!(two.names(&zoe).await, [""; 0], "from the next request on");
        two.app.forward(TimeDelta::minutes(1));
        assert_eq!(ask(&two.app, &mia, END, json!({ "id": made["id"] })).await["endedAt"], ended["endedAt"], "again changes nothing");
        let listed = async |which: &str| {
            let answer = two.app.gql(Some(&mia), &format!("{{covers{which}{{id}}}}"), json!({})).await;
            answer["data"]["covers"].as_array().unwrap_or_else(|| panic!("{answer}")).len()
        };
        assert_eq!((listed("").await, listed("(all:true)").await), (0, 1));
        let [other, one] = [two.ben.id, two.zoe.id].map(|id| format!("(all:true,memberId:\"{id}\")"));
        assert_eq!((listed(&other).await, listed(&one).await), (0, 1));
        let mut rows = two.app.rows::<audit::Entity>().await;
        rows.sort_by_key(|row| row.id);
        let rows: Vec<_> = rows.iter().filter(|row| row.subject == "cover").map(|row| (row.action.as_str(), row.actor_id)).collect();
        assert_eq!(rows, [("CREATE", Some(two.root.id.0)), ("UPDATE", Some(two.mia.id.0))]);
    }

    async fn no_figure_moves_by_a_cover(two: Two) {
        let contact = two.app.contact(two.globex, "Carl").await.id;
        let link = two.app.invite(SurveyKind::Nps, &[contact]).await.remove(0);
        assert_eq!(two.app.answer(&link, 9).await.status, 201);
        let all = [&two.ana, &two.ben, &two.zoe, &two.max];
        let mut before = Vec::new();
        for who in all {
            before.push(two.figures(who).await);
        }
        two.cover(&two.root, (&two.ana, &two.zoe), TimeDelta::days(1)).await;
        two.cover(&two.root, (&two.ana, &two.max), TimeDelta::days(1)).await;
        // Answers given meanwhile are credited to the owner.
        let contact = two.app.contact(two.globex, "Cleo").await.id;
        let link = two.app.invite(SurveyKind::Csat, &[contact]).await.remove(0);
        for (who, before) in all.into_iter().zip(&before) {
            assert_eq!(two.figures(who).await, *before);
        }
        assert_eq!(two.app.answer(&link, 5).await.status, 201);
        for (who, before) in all.into_iter().zip(&before).skip(1) {
            assert_eq!(two.figures(who).await, *before);
        }
        assert_ne!(two.figures(&two.ana).await, before[0]);
        let rows = two.app.gql(Some(&two.zoe.token), "{responses{totalCount}}", json!({})).await;
        assert_eq!(rows["data"]["responses"]["totalCount"], 2, "the answers themselves are in sight: {rows}");
    }

    async fn a_cover_reaches_no_further_than_what_the_absent_one_owns(two: Two) {
        two.cover(&two.root, (&two.ben, &two.ana), TimeDelta::days(1)).await;
        two.cover(&two.root, (&two.ana, &two.zoe), TimeDelta::days(1)).await;
        assert_eq!(two.names(&two.ana).await, ["Globex", "Initech"]);
        assert_eq!(two.names(&two.zoe).await, ["Globex"], "not what she covers herself");
        two.app.collaborate(two.initech, two.ana.id).await;
        assert_eq!(two.names(&two.zoe).await, ["Globex"], "nor what was only granted to her");
        two.cover(&two.root, (&two.max, &two.zoe), TimeDelta::days(1)).await;
        assert_eq!(two.names(&two.zoe).await, ["Globex"], "nor what a manager sees by leading");
        two.cover(&two.root, (&two.ana, &two.max), TimeDelta::days(1)).await;
        assert_eq!(two.names(&two.max).await, ["Globex", "Initech"], "beside one's own teams");
    }

    async fn who_stands_in_works_like_the_owner_but_gives_nothing_away(two: Two) {
        two.cover(&two.root, (&two.ana, &two.max), TimeDelta::days(1)).await;
        let (app, max, globex) = (&two.app, two.max.token.as_str(), two.globex);
        let log = "mutation($id: UUID!) { logInteraction(input: { accountId: $id, type: NOTE, subject: \"Called\" }) { id } }";
        ask(app, max, log, json!({ "id": globex })).await;
        app.contact(globex, "Carl").await;
        assert_eq!(app.send(max, SurveyKind::Nps, json!({ "accountId": globex, "dryRun": true })).await.status, 202);
        let until = app.now().0 + TimeDelta::days(5);
        let exclude = "mutation($input: CreateExclusion!) { createExclusion(input: $input) { id } }";
        ask(app, max, exclude, json!({ "input": { "accountId": globex, "reason": "Dispute", "until": until } })).await;
        let team = "mutation($id: UUID!, $to: UUID!) { addCollaborator(input: { accountId: $id, memberId: $to, role: LEGAL }) { id } }";
        for (change, to) in [
            ("mutation($id: UUID!, $to: UUID!) { assignOwner(input: { accountId: $id, memberId: $to }) { id } }", two.ben.id),
            (team, two.ben.id),
        ] {
            assert_eq!(refused(app, max, change, json!({ "id": globex, "to": to })).await, "FORBIDDEN", "{change}");
        }
        let end = "mutation($id: UUID!) { endOwnership(input: { accountId: $id }) { id } }";
        let update = "mutation($id: UUID!) { updateAccount(input: { id: $id, version: 1, tier: KEY }) { id } }";
        for change in [end, update] {
            assert_eq!(refused(app, max, change, json!({ "id": globex })).await, "FORBIDDEN", "{change}");
        }
        // What was done at accounts is for those whose they are.
        let audit = "query($id: UUID!) { audit(filter: { accountId: { eq: $id } }) { totalCount } }";
        for (who, id, sees) in [(max, globex, false), (max, two.initech, true), (two.mia.token.as_str(), globex, true)] {
            let count = ask(app, who, audit, json!({ "id": id })).await["totalCount"].as_i64().unwrap();
            assert_eq!(count > 0, sees, "{count} {id}");
        }
    }

    async fn a_cover_ends_when_either_leaves_the_team(two: Two) {
        let west = two.app.team("West", None).await;
        for leaves in [two.ana.id, two.zoe.id] {
            two.cover(&two.root, (&two.ana, &two.zoe), TimeDelta::days(10)).await;
            assert_eq!(two.names(&two.zoe).await, ["Globex"]);
            crate::tokens::update(&two.app, leaves, |input| input.team_id = async_graphql::MaybeUndefined::Value(west)).await;
            assert_eq!(two.names(&two.zoe).await, [""; 0]);
        }
        let rows = two.app.rows::<entity::cover::Entity>().await;
        assert!(rows.iter().all(|row| row.ended_at == Some(two.app.now())), "{rows:?}");
    }

    async fn managers_make_covers_inside_their_teams_and_nothing_lasts(two: Two) {
        let app = &two.app;
        let day = TimeDelta::days(1);
        for (member, stand_in, by) in [(&two.ana, &two.ben, &two.mia), (&two.ben, &two.ana, &two.mia), (&two.root, &two.zoe, &two.mia), (&two.ana, &two.zoe, &two.zoe)] {
            let input = two.input(member, stand_in, day);
            assert_eq!(refused(app, &by.token, CREATE, json!({ "input": input })).await, "FORBIDDEN", "{input}");
        }
        let wrong = |part: &str, value: Value| {
            let mut input = two.input(&two.ana, &two.zoe, day);
            input[part] = value;
            input
        };
        let at = |from_now: TimeDelta| json!(Time::new(app.now().0 + from_now));
        for (part, value) in [
            ("until", at(TimeDelta::days(90) + INSTANT)),
            ("until", at(TimeDelta::zero())),
            ("from", at(-INSTANT)),
            ("from", at(TimeDelta::days(367))),
            ("reason", json!(" ")),
            ("standInId", json!(two.ana.id)),
        ] {
            assert_eq!(refused(app, &two.root.token, CREATE, json!({ "input": wrong(part, value) })).await, "INVALID", "{part}");
        }
        let nobody = wrong("memberId", json!("019cadc6-0000-7000-8000-000000000000"));
        assert_eq!(refused(app, &two.root.token, CREATE, json!({ "input": nobody })).await, "NOT_FOUND");
        two.cover(&two.mia, (&two.ana, &two.zoe), TimeDelta::days(90)).await;
        for _ in 1..20 {
            two.cover(&two.root, (&two.ana, &two.zoe), day).await;
        }
        let more = two.input(&two.ana, &two.zoe, day);
        assert_eq!(refused(app, &two.root.token, CREATE, json!({ "input": more })).await, "CONFLICT", "enough");
        crate::tokens::update(app, two.zoe.id, |input| input.active = Some(false)).await;
        let gone = two.input(&two.ana, &two.zoe, day);
        assert_eq!(refused(app, &two.root.token, CREATE, json!({ "input": gone })).await, "CONFLICT", "inactive");
        // A cover of somebody else's member is none to end.
        let theirs = two.cover(&two.root, (&two.ben, &two.ana), day).await;
        assert_eq!(refused(app, &two.mia.token, END, json!({ "id": theirs["id"] })).await, "NOT_FOUND");
        ask(app, &two.max.token, END, json!({ "id": theirs["id"] })).await;
        assert_eq!(app.rows::<entity::team::Entity>().await.len(), 3, "{}", two.north);
    }

    async fn who_stands_in_hears_of_answers_until_the_end(two: Two) {
        let app = &two.app;
        let served = Served::start(app.app.router()).await;
        two.cover(&two.mia, (&two.ana, &two.zoe), TimeDelta::hours(1)).await;
        let mut socket = Socket::of(&served.url, &two.zoe.token).await;
        socket.subscribe("a", "subscription{responseReceived{score}}").await;
        let (carl, dora) = (app.contact(two.globex, "Carl").await.id, app.contact(two.globex, "Dora").await.id);
        let links = app.invite(SurveyKind::Nps, &[carl, dora]).await;
        assert_eq!(app.answer(&links[0], 9).await.status, 201);
        assert_eq!(socket.event("a").await["data"]["responseReceived"]["score"], 9);
        app.forward(TimeDelta::hours(1));
        assert_eq!(app.answer(&links[1], 3).await.status, 201);
        // What comes next is of an account of her own.
        let own = app.account("Umbrella", two.north, Some(two.zoe.id)).await;
        let link = app.invite(SurveyKind::Nps, &[app.contact(own, "Uma").await.id]).await.remove(0);
        assert_eq!(app.answer(&link, 7).await.status, 201);
        assert_eq!(socket.event("a").await["data"]["responseReceived"]["score"], 7);
    }

    async fn an_index_leads_to_who_one_stands_in_for(database: Database) {
        let engine = if database.url().starts_with("sqlite") { Engine::Sqlite } else { Engine::Postgres };
        let text = Principal::statement(engine);
        let db = sea_orm::Database::connect(database.url()).await.unwrap();
        let tx = db.begin().await.unwrap();
        let (backend, ask) = match engine {
            Engine::Sqlite => (DbBackend::Sqlite, text.replace("?1", "x''").replace("?2", "''")),
            Engine::Postgres => {
                // The tables are empty: what is asked is whether an index can be used, not whether it is worth it.
                tx.execute_unprepared("SET LOCAL enable_seqscan = off").await.unwrap();
                (DbBackend::Postgres, text.replace("$1", "gen_random_uuid()").replace("$2", "now()"))
            }
        };
        let (head, column) = if engine == Engine::Sqlite { ("EXPLAIN QUERY PLAN", "detail") } else { ("EXPLAIN", "QUERY PLAN") };
        let rows = tx.query_all_raw(Statement::from_string(backend, format!("{head} {ask}"))).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.try_get("", column).unwrap()).collect();
        let of_cover: Vec<&String> = plan.iter().filter(|line| line.contains("cover")).collect();
        assert!(!of_cover.is_empty() && of_cover.iter().all(|line| line.contains("cover_stand_in")), "{plan:#?}");
        let scans = plan.iter().filter(|line| line.starts_with("SCAN cv") || line.contains("Seq Scan on cover"));
        assert_eq!(scans.count(), 0, "{plan:#?}");
    }
}
