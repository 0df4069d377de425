//! A company moves: what one Steward exports, an empty one imports, and nothing is lost on the way.

use std::collections::{BTreeMap, HashMap};

use api::{
    contact::{bring_refusals, refusals},
    import::{Kind, Summary, guess},
    store::Subject,
    survey,
};
use chrono::TimeDelta;
use entity::{
    ContactId, MailState, Muted, PlaceId, SurveyId, SurveyKind, TeamId, Time, account, account_grant, answer, contact,
    exclusion, interaction, member, ownership, response, response_version, team, team_deputy, team_place,
};
use sea_orm::{ActiveValue::Set, ColumnTrait};
use serde_json::{Value, json};
use tests::{
    app::TestApp,
    both,
    engine::{Database, World as _},
    imports,
    world::World,
};

use super::counts;
use crate::programmes::ask;

/// Files by kind, in the order of an import.
type Files = Vec<(Kind, String)>;

/// Everything that one of the company's admins can take along.
async fn export(app: &TestApp) -> Files {
    let name = format!("Mover {}", app.rows::<member::Entity>().await.len());
    let admin = app.admin(&name).await;
    let mut files = Vec::new();
    for (kind, path) in [
        (Kind::Members, "members.csv"),
        (Kind::Accounts, "accounts.csv?archived=true"),
        (Kind::Contacts, "contacts.csv?archived=true"),
        (Kind::Interactions, "interactions.csv"),
        (Kind::Responses, "responses.csv"),
    ] {
        let reply = app.rest("GET", &format!("/api/v1/exports/{path}"), Some(&admin.token), None).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        files.push((kind, reply.text));
    }
    files
}

/// Imports them by the mappings that are guessed; nothing may be refused.
async fn import(app: &TestApp, files: &Files) -> Vec<Summary> {
    let mut summaries = Vec::new();
    for (kind, text) in files {
        let guessed = guess(|| Ok(text.as_bytes()), *kind, "import", None).unwrap();
        assert!(guessed.missing.is_empty() && guessed.unread.is_empty(), "{:?} {}", guessed.unread, guessed.toml);
        let summary = imports::import_text(app, *kind, &guessed.toml, text.as_bytes(), false).await;
        let summary = summary.unwrap_or_else(|stopped| panic!("{stopped}\n{}", guessed.toml));
        let refused = (summary.refused, summary.refused_answers, summary.skipped);
        assert_eq!(refused, (0, 0, 0), "{summary}\n{}\n{text}", guessed.toml);
        summaries.push(summary);
    }
    summaries
}

/// An empty Steward of the same engine, with ids and a name of its own, a little later.
async fn empty(app: &TestApp) -> TestApp {
    let database = app.database.engine().database().await.unwrap();
    let other = TestApp::seeded(database, &[("STEWARD_COMPANY", "Elsewhere")], 8).await;
    other.forward(app.now().0 - other.now().0 + TimeDelta::minutes(10));
    other
}

/// Rows as texts with what must be alike, and nothing that is each installation's own.
async fn content(app: &TestApp) -> BTreeMap<&'static str, Vec<String>> {
    let teams: HashMap<TeamId, team::Model> = by(app.rows::<team::Entity>().await, |row| row.id);
    let top = teams.values().filter(|row| row.parent_id.is_none()).map(|row| row.id).min().unwrap();
    let name = |id: &TeamId| if *id == top { "the company" } else { teams[id].name.as_str() };
    let places: HashMap<PlaceId, String> = by(app.rows::<team_place::Entity>().await, |row| row.id)
        .into_iter()
        .map(|(id, row)| {
            let path = row.path.split_terminator('/').map(|id| name(&id.parse().unwrap()).to_owned());
            (id, path.collect::<Vec<_>>().join("/"))
        })
        .collect();
    let surveys: HashMap<SurveyId, entity::survey::Model> =
        by(app.rows::<entity::survey::Entity>().await, |row| row.id);
    let mut all: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut put = |what, text: String| all.entry(what).or_default().push(text);
    for row in app.rows::<member::Entity>().await {
        let shown = (row.id, row.name, row.email, row.role, row.active, row.source, row.reference);
        put("members", format!("{shown:?} {:?}", row.team_id.as_ref().map(name)));
    }
    for row in teams.values().filter(|row| row.lead_id.is_some()) {
        put("leads", format!("{} {:?}", name(&row.id), row.lead_id));
    }
    for row in app.rows::<team_deputy::Entity>().await {
        put("deputies", format!("{} {}", name(&row.team_id), row.member_id));
    }
    for row in app.rows::<account::Entity>().await {
        let team = name(&row.team_id).to_owned();
        let mut row = account::Model { version: 0, updated_at: row.created_at, team_id: TeamId(row.id.0), ..row };
        if row.merged_into_id.is_some() {
            // What it was told by has moved on.
            row.last_inbound_at = Time::NEVER;
        }
        put("accounts", format!("{row:?} {team}"));
    }
    for row in app.rows::<ownership::Entity>().await {
        let shown = (row.account_id, row.member_id, row.from_at, row.until_at, row.source, row.reason, row.by_id);
        put("ownerships", format!("{shown:?} {}", name(&row.team_id)));
    }
    for row in app.rows::<account_grant::Entity>().await {
        put("grants", format!("{:?}", (row.account_id, row.member_id, row.kind, row.role, row.from_at, row.until_at)));
    }
    for row in app.rows::<exclusion::Entity>().await {
        let shown =
            (row.account_id, row.contact_id, row.reason, row.until_at, row.by_id, row.lifted_at, row.created_at);
        put("exclusions", format!("{shown:?}"));
    }
    for row in app.rows::<contact::Entity>().await {
        put("contacts", format!("{:?}", contact::Model { version: 0, updated_at: row.created_at, ..row }));
    }
    for row in app.rows::<interaction::Entity>().await {
        put("entries", format!("{row:?}"));
    }
    for row in app.rows::<response::Entity>().await {
        let (place, survey) = (&places[&row.place_id], &surveys[&row.survey_id].name);
        let (place_id, survey_id) = (PlaceId(row.id.0), SurveyId(row.id.0));
        let row = response::Model { invitation_id: None, version: 0, place_id, survey_id, ..row.clone() };
        put("responses", format!("{row:?} {place} {survey}"));
    }
    for row in app.rows::<answer::Entity>().await {
        put("answers", format!("{row:?}"));
    }
    for row in app.rows::<response_version::Entity>().await {
        put("versions", format!("{row:?}"));
    }
    for texts in all.values_mut() {
        texts.sort();
    }
    all
}

fn by<K: std::hash::Hash + Eq, V>(rows: Vec<V>, key: impl Fn(&V) -> K) -> HashMap<K, V> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

/// Whatever is kept here of one Steward is kept there too; what else is there does not matter.
fn holds(there: &BTreeMap<&str, Vec<String>>, here: &BTreeMap<&str, Vec<String>>, told: &str) {
    for (what, rows) in here {
        let found = there.get(what).cloned().unwrap_or_default();
        let lost: Vec<_> = rows.iter().filter(|row| !found.contains(row)).collect();
        assert!(lost.is_empty(), "{told}: {what}: {lost:#?} are not among {found:#?}");
        // Admins that the test itself makes here may be more than there.
        let more: Vec<_> = found.iter().filter(|row| !rows.contains(row) && *what != "members").collect();
        assert!(more.is_empty(), "{told}: {what}: {more:#?} are new, beside {rows:#?}");
    }
}

/// Every figure that everybody sees, as a text.
async fn figures(app: &TestApp, asked: &[String], told: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let teams: BTreeMap<String, TeamId> = app
        .rows::<team::Entity>()
        .await
        .into_iter()
        .map(|row| (row.name.replace("Elsewhere", "Acme Works"), row.id))
        .collect();
    for member in app.rows::<member::Entity>().await.into_iter().filter(|row| row.active) {
        let token = app.token(Subject::Member(member.id)).await;
        for args in asked {
            let named =
                teams.iter().fold(args.clone(), |args, (name, id)| args.replace(&format!("<{name}>"), &id.to_string()));
            if named.contains('<') {
                continue;
            }
            let ask = format!(
                "{{satisfaction(from:\"2024-01\",until:\"2027-01\"{named}){{label owner{{email}} team{{name}} figures{{question kind \
                 n value low high enough counts promoters passives detractors satisfied share shareLow shareHigh}}}}}}"
            );
            let answer = app.gql(Some(&token), &ask, json!({})).await.to_string();
            all.insert(format!("{} {args}", member.email), answer.replace("Elsewhere", "Acme Works"));
        }
        let ask = "{accounts(first:100){totalCount nodes{id latestNps lastLiveAt lastInboundAt lastOutboundAt unownedSince \
            annualValue{amountMinor} healthScore owner{email} satisfaction{question n value low high}}}}";
        all.insert(format!("{} accounts", member.email), app.gql(Some(&token), ask, json!({})).await.to_string());
    }
    assert!(all.values().any(|answer| answer.contains("\"n\":")), "{told}");
    all
}

/// Whole and cut in every way, in both views, of every team and member.
async fn questions(app: &TestApp) -> Vec<String> {
    let mut asked = Vec::new();
    let teams = app.rows::<team::Entity>().await;
    let members = app.rows::<member::Entity>().await;
    for view in ["CREDIT", "ACCOUNTS"] {
        for cut in [
            "",
            ",groupBy:OWNER",
            ",groupBy:TEAM",
            ",groupBy:MONTH",
            ",groupBy:TERRITORY",
            ",groupBy:SEGMENT",
            ",groupBy:SURVEY",
        ] {
            asked.push(format!(",view:{view}{cut}"));
        }
        asked.extend(teams.iter().map(|team| format!(",view:{view},groupBy:MONTH,teamId:\"<{}>\"", team.name)));
        asked.extend(members.iter().map(|member| format!(",view:{view},groupBy:TEAM,ownerId:\"{}\"", member.id)));
    }
    asked
}

/// The whole chain, and what must hold at its end.
async fn moves(app: &TestApp, other: &TestApp, told: &str) {
    let files = export(app).await;
    import(other, &files).await;
    let (here, there) = (content(app).await, content(other).await);
    holds(&there, &here, told);
    let asked = questions(app).await;
    let (before, after) = (figures(app, &asked, told).await, figures(other, &asked, told).await);
    for (question, figure) in &before {
        // A team that nobody is in, that nothing waits in and no answer is credited to does not come along.
        let Some(same) = after.get(question) else {
            assert!(question.contains('<') && figure.contains("\"satisfaction\":[]"), "{told}: {question}: {figure}");
            continue;
        };
        assert_eq!(same, figure, "{told}: {question}");
    }
    // What it exports is the same to the letter, save for the members that the test has made.
    for ((kind, there), (_, here)) in export(other).await.iter().zip(&files).skip(1) {
        assert_eq!(there, here, "{told}: {kind:?}");
    }
    // The same files again change nothing, neither there nor here.
    for (at, steward) in [other, app].into_iter().enumerate() {
        for summary in import(steward, &files).await {
            let (created, updated, unchanged, _) = counts(&summary);
            assert_eq!((created, updated), (0, 0), "{told}: {summary}");
            assert_eq!(unchanged, summary.read, "{told}: {summary}");
        }
        holds(&content(steward).await, if at == 0 { &there } else { &here }, told);
    }
}

both! {
    async fn random_companies_move_without_loss(first: Database) {
        for seed in 300..300 + crate::scope::worlds() / 2 {
            let app = TestApp::on(first.engine().database().await.unwrap()).await;
            // The company comes before its teams.
            app.forward(TimeDelta::seconds(1));
            let mut world = World::new(&app, seed).await;
            world.live(&app).await;
            // Covers stay behind.
            world.end_covers(&app).await;
            moves(&app, &empty(&app).await, &format!("seed {seed}")).await;
        }
    }

    async fn a_company_moves_with_all_that_it_has_been_through(app: TestApp) {
        app.forward(TimeDelta::seconds(1));
        let own = app.further().await;
        for summary in by_crm(&app).await {
            assert_eq!((summary.refused, summary.refused_answers), (0, 0), "{summary}");
        }
        let people: HashMap<String, member::Model> = by(app.rows::<member::Entity>().await, |row| row.name.clone());
        let accounts: HashMap<String, account::Model> = by(app.rows::<account::Entity>().await, |row| row.reference.clone().unwrap());
        let contacts: HashMap<String, contact::Model> = by(app.rows::<contact::Entity>().await, |row| row.reference.clone().unwrap());
        let at = |reference: &str| accounts[reference].id;
        let admin = app.admin("Ada").await;
        // A tree beside the company's, with a team of a name that must be escaped.
        let partners = app.team("Partners", None).await;
        let odd = app.team("R/D; \\ & co", Some(partners)).await;
        let dan = app.owner("Dan", odd).await;
        let eve = app.manager("Eve", partners).await;
        let by_hand = app.account("By hand", odd, Some(dan.id)).await;
        app.collaborate(at("a1"), dan.id).await;

        // Answers through links, with words that break files, before and after everything moves.
        let asked = [("c1", SurveyKind::Nps), ("c2", SurveyKind::Csat), ("c3", SurveyKind::Ces)];
        for (reference, kind) in asked {
            let link = app.invite(kind, &[contacts[reference].id]).await.remove(0);
            let words = json!({ "score": 4, "comment": "=HYPERLINK(\"x\")\n\"second\"; line,\tÄ 🙂\n'+1" });
            assert_eq!(app.respond(&link, words, None).await.status, 201);
            app.forward(TimeDelta::minutes(5));
            assert_eq!(app.respond(&link, json!({ "score": 5 }), Some(1)).await.status, 200);
        }
        for (name, answer) in [
            ("Fay", json!({ "score": 3, "answers": { "effort": 4, "reason": ["price", "speed"] } })),
            ("Gus", json!({ "score": 10, "comment": "Ωραία", "answers": { "effort": 1, "praise": "All\nof it" } })),
        ] {
            let link = app.ask_new(own.id, by_hand, name).await;
            assert_eq!(app.respond(&link, answer, None).await.status, 201);
            let changed = json!({ "score": 9, "answers": { "effort": 2, "praise": "-" } });
            assert_eq!(app.respond(&link, changed, Some(1)).await.status, 200);
        }
        let open = app.ask_new(own.id, by_hand, "Ida").await;
        assert_eq!(app.respond(&open, json!({ "score": 8, "complete": false }), None).await.status, 201);
        app.forward(TimeDelta::days(40));

        // Owners change, change teams, and leave; teams move; an account waits.
        let (ana, ben) = (people["Ana"].id, people["Ben"].id);
        app.assign(at("a1"), ben).await;
        change(&app, tests::world::unchanged(&app, ben).await, |change| change.team_id = async_graphql::MaybeUndefined::Value(odd)).await;
        app.forward(TimeDelta::days(3));
        let moved = api::team::UpdateTeam {
            parent_id: async_graphql::MaybeUndefined::Value(people["Ana"].team_id.unwrap()),
            deputy_ids: Some(vec![ben, dan.id]),
            ..tests::world::as_it_is(&app, partners).await
        };
        api::team::update(&app.system(), moved).await.unwrap();
        let link = app.invite(SurveyKind::Nps, &[contacts["c4"].id]).await.remove(0);
        assert_eq!(app.answer(&link, 9).await.status, 201);
        let end = |id| api::ownership::EndOwnership { account_id: id, reason: Some("They; left".to_owned()) };
        for row in app.rows::<account::Entity>().await.into_iter().filter(|row| row.owner_id == Some(ana)) {
            app.forward(TimeDelta::hours(1));
            api::ownership::end(&app.system(), end(row.id)).await.unwrap();
        }
        change(&app, tests::world::unchanged(&app, ana).await, |change| change.active = Some(false)).await;

        // Somebody says no to all, somebody to some, somebody's mail came back; some are kept out, archived, merged.
        let token = app.fresh(admin.id).await;
        let no = |kinds: Muted| move |row: &mut contact::ActiveModel| row.muted = Set(kinds);
        say(&app, contacts["c1"].id, |row| (row.muted, row.opted_out_at) = (Set(Muted::ALL), Set(Some(Time::parse("2026-03-05T07:00:00.123456Z").unwrap())))).await;
        say(&app, contacts["c2"].id, no(Muted(1))).await;
        let gus = app.rows::<contact::Entity>().await.into_iter().find(|row| row.name == "Gus").unwrap().id;
        say(&app, gus, no(Muted(1))).await;
        app.change_contact(&token, gus, json!({ "email": "gus@elsewhere.test" })).await;
        say(&app, contacts["c3"].id, |row| row.mail_state = Set(MailState::Bounced)).await;
        let until = Time::new(app.now().0 + TimeDelta::days(90));
        let exclude = format!("mutation{{createExclusion(input:{{accountId:\"{}\",contactId:\"{}\",reason:\"Ill\",until:\"{until}\"}}){{id}}}}", at("a2"), contacts["c4"].id);
        ask(&app, &token, &exclude, Value::Null).await;
        app.change_contact(&token, contacts["c5"].id, json!({ "archived": true })).await;
        let gone = app.account_row(at("a4")).await;
        let archive = format!("mutation{{updateAccount(input:{{id:\"{}\",version:{},archived:true}}){{id}}}}", gone.id, gone.version);
        ask(&app, &token, &archive, Value::Null).await;
        let (keep, twin) = (app.account_row(at("a1")).await, app.account_row(at("a5")).await);
        let merge = format!(
            "mutation{{mergeAccounts(input:{{keepId:\"{}\",keepVersion:{},mergeId:\"{}\",mergeVersion:{}}}){{id}}}}",
            keep.id, keep.version, twin.id, twin.version
        );
        ask(&app, &token, &merge, Value::Null).await;

        let other = empty(&app).await;
        let (surveys, refusals) = (survey::carried(&app.system()).await.unwrap(), refusals(&app.system()).await.unwrap());
        assert_eq!((surveys.len(), refusals.len()), (4, 1));
        for (made, kept) in [(1, 1), (0, 0)] {
            assert_eq!(survey::bring(&other.system(), surveys.clone()).await.unwrap(), made);
            assert_eq!(bring_refusals(&other.system(), refusals.clone()).await.unwrap(), kept);
        }
        moves(&app, &other, "the story").await;

        // Nobody who said no is asked there.
        let there = other.rows::<contact::Entity>().await.into_iter();
        let all: Vec<_> = there.filter(|row| row.archived_at.is_none()).map(|row| row.id).collect();
        for kind in [SurveyKind::Nps, SurveyKind::Csat] {
            other.invite(kind, &all).await;
        }
        let asked: Vec<_> = other.outbox().into_iter().map(|letter| (letter.to, letter.subject)).collect();
        for said_no in ["carl@a.test", "cora@a.test", "carl@b.test", "cleo@b.test"] {
            assert!(asked.iter().all(|(to, _)| !to.contains(said_no)), "{said_no}: {asked:?}");
        }
        assert_eq!(asked.iter().filter(|(to, _)| to.contains("carla@a.test")).count(), 1, "the service surveys: {asked:?}");
        let back = other.contact(by_hand, "Gus").await.id;
        other.invite(SurveyKind::Nps, &[back]).await;
        assert!(other.outbox().iter().all(|letter| !letter.to.contains("Gus@client.test")), "a no stays at an address");
        // The other system goes on as if nothing had happened.
        let (before, known) = (other.rows::<account::Entity>().await, other.rows::<contact::Entity>().await);
        for summary in by_crm(&other).await {
            assert_eq!(summary.created, 0, "{summary}");
        }
        let ids = |rows: &[account::Model]| rows.iter().map(|row| (row.id, row.reference.clone())).collect::<BTreeMap<_, _>>();
        assert_eq!(ids(&other.rows::<account::Entity>().await), ids(&before));
        assert_eq!(other.rows::<contact::Entity>().await.len(), known.len());
        drop(eve);
    }
}

/// What another system has brought, by its own references.
async fn by_crm(app: &TestApp) -> Vec<Summary> {
    let mut summaries = Vec::new();
    for (kind, text) in CRM {
        let guessed = guess(|| Ok(text.as_bytes()), kind, "crm", None).unwrap();
        let summary = imports::import_text(app, kind, &guessed.toml, text.as_bytes(), false).await.unwrap();
        summaries.push(summary);
    }
    summaries
}

const CRM: [(Kind, &str); 5] = [
    (
        Kind::Members,
        "reference,name,email,team,leads\nm1,Ana,ana@s.test,Sales / North,\nm2,Ben,ben@s.test,Sales / South; West,Sales / South; West\n\
         m3,Cy,cy@s.test,Sales,Sales\n",
    ),
    (
        Kind::Accounts,
        "reference,name,domain,parent,territory,industry,segment,tier,lifecycle,annual_value,renewal_on,health,owner,team\n\
         a1,\"Müller, \"\"Söhne\"\" & Co\",mueller.test,,North,Steel,Mid,KEY,ACTIVE,12505099,2027-03-31,72,m1,\n\
         a2,'=Acme,,a1,South,,Small,STRATEGIC,ONBOARDING,1,,0,m2,\na3,Waiting,,,,,,,,,,,,Sales / South; West\n\
         a4,Gone,gone.test,a3,,,,,CHURNED,0,,,m3,\na5,Mueller,mueller.test,,,,,,,,,,m1,\n",
    ),
    (
        Kind::Contacts,
        "reference,account,name,email,title,roles,language,time_zone\nc1,a1,Carl,carl@a.test,CEO,DECISION_MAKER;CHAMPION,de,Europe/Berlin\n\
         c2,a1,Carla,carla@a.test,,USER,,\nc3,a2,Cora,cora@a.test,,,,\nc4,a2,Cleo,cleo@b.test,,,,\nc5,a4,Carl,carl@b.test,,,,\n\
         c6,a5,Karl,karl@a.test,,BILLING,en,\n",
    ),
    (
        Kind::Interactions,
        "reference,account,contact,member,kind,direction,channel,occurred_at,subject,body,customer_visible\n\
         i1,a1,c1,m1,MEETING,OUTBOUND,MEETING,2025-05-01T09:30:00.123456Z,'=Review,\"two\nlines; \"\"quoted\"\"\",yes\n\
         i2,a5,c6,,MAIL,INBOUND,MAIL,2025-06-01T09:30:00Z,Hello,,no\n",
    ),
    (
        Kind::Responses,
        "reference,account,contact,owner,answered_at,language,territory,survey,kind,score,comment\n\
         r1,a1,c1,m1,2025-05-31T09:30:00Z,en,West,nps,NPS,9,'=thanks\nr1,a1,c1,m1,2025-05-31T09:30:00Z,en,West,csat,CSAT,3,\n\
         r2,a2,,,2025-06-30T22:30:00Z,,,ces,CES,2,\nr3,a5,c6,m2,2025-07-01T00:00:00Z,,,nps,NPS,0,\"a\nb\"\n",
    ),
];

async fn change(
    app: &TestApp,
    mut change: api::member::UpdateMember,
    with: impl FnOnce(&mut api::member::UpdateMember),
) {
    with(&mut change);
    api::member::update(&app.system(), change).await.unwrap();
}

/// Changes what is known of a contact's mail.
async fn say(app: &TestApp, id: ContactId, what: impl FnOnce(&mut contact::ActiveModel) + Send + 'static) {
    let system = app.system();
    let change = system.write(move |tx| async move {
        let row = tx.find::<contact::Entity>().filter(contact::Column::Id.eq(id)).one("contact").await?;
        tx.update::<contact::Entity>(row, what).await.map(drop)
    });
    change.await.unwrap();
}
