//! Who may call what: every operation of both doors, called by everybody with ids of a real small world.

mod cover;
mod entrance;
mod merge;
mod privacy;
mod rest;
mod sending;

use std::time::Duration;

use api::{
    access::KeyScope,
    program::{Change, CreateExclusion, CreateProgram, SendSurvey},
    survey::CreateSurvey,
};
use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use entity::{
    AccountId, ContactId, InvitationStatus, MemberId, SurveyId, SurveyKind, TeamId, Time, account, api_key, contact,
    invitation, member, survey, team,
};
use sea_orm::ColumnTrait;
use serde_json::{Value, json};
use tests::{
    app::TestApp,
    both,
    live::{Heard, Socket},
    served::Served,
};

use cover::COVERING;
use entrance::ENTRANCE;
use merge::MERGING;
use privacy::PRIVACY;
use rest::REST;
use sending::SENDING;

/// The columns of the tables below. The link holder sends the secret of a survey's link as a bearer token.
const WHO: [&str; 10] = [
    "nobody",
    "link holder",
    "customer",
    "owner",
    "other owner",
    "manager",
    "other manager",
    "admin",
    "key with every scope",
    "key without a scope",
];

/// A root field, how it is called, and what each of [`WHO`] gets: `.` an answer, `U` unauthenticated,
/// `F` forbidden, `N` not found, `I` that it may be asked, and was not right.
static GRAPHQL: [Row; 36] = [
    ("me", "{me{role}}", "UU........"),
    ("account", "{account(id:\"$account\"){id name contacts{id} timeline{nodes{id}} responses{id}}}", "UU..N.N..F"),
    ("accounts", "{accounts{nodes{id}}}", "UU.......F"),
    ("ownerAt", "{ownerAt(accountId:\"$account\",at:\"2026-03-02T09:00:00Z\"){id}}", "UUF.N.N..F"),
    ("contact", "{contact(id:\"$contact\"){id}}", "UU..N.N..F"),
    ("contacts", "{contacts{nodes{id}}}", "UU.......F"),
    ("members", "{members{nodes{id}}}", "UUF......F"),
    ("teams", "{teams{id}}", "UUF......F"),
    ("surveys", "{surveys{id}}", "UU.......F"),
    ("survey", "{survey(id:\"$survey\"){id}}", "UU.......F"),
    ("previewSurvey", "{previewSurvey(input:{surveyId:\"$survey\",contactId:\"$contact\"}){subject}}", "UUF.N.N..F"),
    ("responses", "{responses{nodes{id}}}", "UU.......F"),
    ("satisfaction", "{satisfaction{label}}", "UUF......F"),
    ("createAccount", "mutation{createAccount(input:{name:\"A$n\",teamId:\"$team\"}){id}}", "UUFFF.F..F"),
    (
        "updateAccount",
        "mutation{updateAccount(input:{id:\"$account\",version:$accountVersion,industry:\"x\"}){id}}",
        "UUFFF.N..F",
    ),
    ("assignOwner", "mutation{assignOwner(input:{accountId:\"$account\",memberId:\"$owner\"}){id}}", "UUFFF.N..F"),
    ("endOwnership", "mutation{endOwnership(input:{accountId:\"$fresh\"}){id}}", "UUFFF.N..F"),
    (
        "addCollaborator",
        "mutation{addCollaborator(input:{accountId:\"$fresh\",memberId:\"$spare\",role:LEGAL}){id}}",
        "UUFFF.N..F",
    ),
    (
        "removeCollaborator",
        "mutation{removeCollaborator(input:{accountId:\"$fresh\",memberId:\"$spare\"}){id}}",
        "UUFFF.N..F",
    ),
    ("createContact", "mutation{createContact(input:{accountId:\"$account\",name:\"C$n\"}){id}}", "UUF.N.N..F"),
    (
        "updateContact",
        "mutation{updateContact(input:{id:\"$contact\",version:$contactVersion,title:\"x\"}){id}}",
        "UUF.N.N..F",
    ),
    ("createMember", "mutation{createMember(input:{name:\"M\",email:\"m$n@acme.test\"}){id}}", "UUFFFFF.FF"),
    (
        "updateMember",
        "mutation{updateMember(input:{id:\"$spare\",version:$spareVersion,name:\"S\"}){id}}",
        "UUFFFFF.FF",
    ),
    ("createTeam", "mutation{createTeam(input:{name:\"T$n\"}){id}}", "UUFFFFF.FF"),
    ("updateTeam", "mutation{updateTeam(input:{id:\"$other\",version:$otherVersion,name:\"O\"}){id}}", "UUFFFFF.FF"),
    ("integrationKeys", "{integrationKeys{id}}", "UUFFFFF.FF"),
    (
        "createIntegrationKey",
        "mutation{createIntegrationKey(input:{name:\"K$n\",scopes:[\"accounts:read\"],source:\"crm\"}){key{id}}}",
        "UUFFFFF.FF",
    ),
    ("rotateIntegrationKey", "mutation{rotateIntegrationKey(input:{id:\"$key\"}){key{id}}}", "UUFFFFF.FF"),
    ("audit", "{audit{nodes{id}}}", "UUFFF...FF"),
    ("revokeIntegrationKey", "mutation{revokeIntegrationKey(id:\"$key\"){id}}", "UUFFFFF.FF"),
    ("createSurvey", "mutation{createSurvey(input:{name:\"S$n\",copyOf:\"$survey\"}){id}}", "UUFFFFF.FF"),
    (
        "updateSurvey",
        "mutation{updateSurvey(input:{id:\"$survey\",version:$surveyVersion,name:\"S$n\"}){id}}",
        "UUFFFFF.FF",
    ),
    ("publishSurvey", "mutation{publishSurvey(input:{id:\"$copy\",version:1}){id}}", "UUFFFFF.FF"),
    ("archiveSurvey", "mutation{archiveSurvey(input:{id:\"$copy\",version:1}){id}}", "UUFFFFF.FF"),
    ("sendTestMail", "mutation{sendTestMail(input:{surveyId:\"$survey\",contactId:\"$contact\"}){to}}", "UUF.N.N.FF"),
    (
        "logInteraction",
        "mutation{logInteraction(input:{accountId:\"$account\",type:NOTE,subject:\"x\"}){id}}",
        "UUF.N.N..F",
    ),
];

/// Further ways to call a field, that other people may.
static FURTHER: [Row; 4] = [
    ("sendSurvey", "mutation{sendSurvey(surveyId:\"$survey\",input:{accountId:\"$account\"}){queued}}", "UUF.N.N..F"),
    (
        "sendSurvey",
        "mutation{sendSurvey(surveyId:\"$survey\",input:{contactIds:[\"$contact\"]}){queued}}",
        "UUFFF.N..F",
    ),
    ("satisfaction", "{satisfaction(view:ACCOUNTS){label}}", "UUF......F"),
    (
        "createAccount",
        "mutation{createAccount(input:{name:\"B$n\",teamId:\"$team\",ownerId:\"$owner\"}){id}}",
        "UUFFF.F..F",
    ),
];

/// A subscription, and what comes to each of [`WHO`] of an answer of the account: `.` the event, `-` nothing.
static SUBSCRIPTIONS: [Row; 1] = [("responseReceived", "subscription{responseReceived{id}}", "UU..-.-..F")];

/// A row of the tables of GraphQL.
pub type Row = (&'static str, &'static str, &'static str);

/// Everything that is asked and changed.
fn tables() -> [&'static [Row]; 7] {
    [&GRAPHQL, &FURTHER, &SENDING, &MERGING, &ENTRANCE, &COVERING, &PRIVACY]
}

/// Every row of GraphQL, what is listened to as well.
pub fn calls() -> impl Iterator<Item = &'static Row> {
    tables().into_iter().chain([&SUBSCRIPTIONS[..]]).flatten()
}

struct World {
    tokens: Vec<Option<String>>,
    link: String,
    account: AccountId,
    contact: ContactId,
    team: TeamId,
    other: TeamId,
    owner: MemberId,
    spare: MemberId,
    survey: SurveyId,
    made: usize,
}

impl World {
    async fn new(app: &TestApp) -> Self {
        let team = app.team("North", None).await;
        let other = app.team("South", None).await;
        let manager = app.manager("Mia", team).await;
        let stranger = app.manager("Max", other).await;
        let owner = app.owner("Ana", team).await;
        let other_owner = app.owner("Ben", team).await;
        let spare = app.owner("Sam", team).await;
        let admin = app.admin("Ada").await;
        let account = app.account("Globex", team, Some(owner.id)).await;
        let contact = app.contact(account, "Carl").await;
        let link = app.invite(SurveyKind::Nps, &[contact.id]).await.remove(0);
        assert_eq!(app.answer(&link, 8).await.status, 201);
        let rich = app.integration(&KeyScope::ALL, None).await;
        let poor = app.integration(&[], None).await;
        let tokens = [link.clone(), contact.token, owner.token, other_owner.token, manager.token, stranger.token];
        let tokens = tokens.into_iter().chain([admin.token, rich, poor]).map(Some);
        Self {
            tokens: [None].into_iter().chain(tokens).collect(),
            link,
            account,
            contact: contact.id,
            team,
            other,
            owner: owner.id,
            spare: spare.id,
            survey: app.survey(SurveyKind::Nps).await,
            made: 0,
        }
    }

    /// Puts ids of a programme, a wave, an exclusion and a failed invitation into a text, each made just now.
    async fn sending(&self, app: &TestApp, mut text: String) -> String {
        let system = app.system();
        if text.contains("$active") || text.contains("$wave") {
            let (survey_id, plan) = (self.survey, serde_json::from_value(usual_plan()).unwrap());
            let input = CreateProgram { name: "North".to_owned(), survey_id, team_id: Some(self.team), plan };
            let program = api::program::create(&system, input).await.unwrap();
            api::program::change(&system, program, Change::Activate).await.unwrap();
            text = text.replace("$active", &program.to_string());
            if text.contains("$wave") {
                let wave = api::program::run(&system, program).await.unwrap();
                text = text.replace("$wave", &wave.to_string());
            }
        }
        if text.contains("$exclusion") {
            let until = Time::parse("2026-03-03T00:00:00Z").unwrap();
            let account_id = app.account(&format!("Left out {}", self.made), self.team, Some(self.owner)).await;
            let input = CreateExclusion { account_id, contact_id: None, reason: "x".to_owned(), until };
            let id = api::program::create_exclusion(&system, input).await.unwrap();
            text = text.replace("$exclusion", &id.to_string());
        }
        if text.contains("$failed") {
            let contact = app.contact(self.account, &format!("Failed {}", self.made)).await.id;
            let input = SendSurvey { contact_ids: Some(vec![contact]), ..SendSurvey::default() };
            api::program::send(&system, self.survey, input).await.unwrap();
            let which = sea_orm::Condition::all().add(invitation::Column::ContactId.eq(contact));
            let failed = vec![(invitation::Column::Status, InvitationStatus::Failed.as_str().into())];
            system.write(move |tx| async move { tx.set::<invitation::Entity>(which, failed).await }).await.unwrap();
            let row = app.invitations().await.into_iter().find(|row| row.contact_id == Some(contact)).unwrap();
            text = text.replace("$failed", &row.id.to_string());
        }
        text
    }

    /// Puts ids and today's versions into a text.
    async fn fill(&mut self, app: &TestApp, text: &str) -> String {
        self.made += 1;
        let mut text = text.to_owned();
        if text.contains("$fresh") {
            let fresh = app.account(&format!("Fresh {}", self.made), self.team, Some(self.owner)).await;
            text = text.replace("$fresh", &fresh.to_string());
        }
        if text.contains("$import") {
            let input = serde_json::from_value(json!({ "kind": "ACCOUNTS" })).unwrap();
            let made = api::intake::create(&app.system(), input).await.unwrap();
            text = text.replace("$import", &made.id.to_string());
        }
        text = merge::fill(app, self, text).await;
        text = entrance::fill(app, self, text).await;
        text = privacy::fill(app, self, text).await;
        text = cover::fill(app, self, text).await;
        if text.contains("$key") {
            app.integration(&[], None).await;
            let newest = app.rows::<api_key::Entity>().await.into_iter().map(|row| row.id).max().unwrap();
            text = text.replace("$key", &newest.to_string());
        }
        text = self.sending(app, text).await;
        if text.contains("$copy") {
            let input = CreateSurvey { name: "Copy".to_owned(), copy_of: self.survey, question: None, mode: None };
            let copy = api::survey::create(&app.system(), input).await.unwrap();
            text = text.replace("$copy", &copy.to_string());
        }
        if text.contains("Version") {
            let survey = app.rows::<survey::Entity>().await.into_iter().find(|row| row.id == self.survey).unwrap();
            text = text.replace("$surveyVersion", &survey.version.to_string());
            let account = app.rows::<account::Entity>().await.into_iter().find(|row| row.id == self.account).unwrap();
            let contact = app.rows::<contact::Entity>().await.into_iter().find(|row| row.id == self.contact).unwrap();
            let spare = app.rows::<member::Entity>().await.into_iter().find(|row| row.id == self.spare).unwrap();
            let other = app.rows::<team::Entity>().await.into_iter().find(|row| row.id == self.other).unwrap();
            text = text
                .replace("$accountVersion", &account.version.to_string())
                .replace("$contactVersion", &contact.version.to_string())
                .replace("$spareVersion", &spare.version.to_string())
                .replace("$otherVersion", &other.version.to_string());
        }
        text.replace("$account", &self.account.to_string())
            .replace("$contact", &self.contact.to_string())
            .replace("$team", &self.team.to_string())
            .replace("$other", &self.other.to_string())
            .replace("$owner", &self.owner.to_string())
            .replace("$spare", &self.spare.to_string())
            .replace("$survey", &self.survey.to_string())
            .replace("$link", &self.link)
            .replace("$n", &self.made.to_string())
    }
}

/// A plan as it is kept.
fn usual_plan() -> Value {
    json!({ "trigger": "BY_HAND", "everyDays": 90, "daysBefore": 60, "audience": {}, "delivery": {} })
}

/// One letter for an answer; an error leaves nothing at the field.
fn verdict(answer: &Value, field: &str) -> char {
    let Some(error) = answer["errors"].get(0) else {
        assert!(!answer["data"][field].is_null(), "{answer}");
        return '.';
    };
    assert!(answer["data"][field].is_null(), "{answer}");
    match error["extensions"]["code"].as_str() {
        Some("UNAUTHENTICATED") => 'U',
        Some("FORBIDDEN") => 'F',
        Some("NOT_FOUND") => 'N',
        Some("INVALID" | "CONFLICT") => 'I',
        _ => panic!("{field}: {answer}"),
    }
}

/// A socket that listens; or why there is none.
async fn listen(url: &str, token: Option<&str>, query: &str) -> Result<Socket, char> {
    let mut socket = Socket::open(url).await;
    match token {
        Some(token) => socket.greet(&format!("Bearer {token}")).await,
        None => socket.say(json!({ "type": "connection_init" })).await,
    }
    match socket.hear().await {
        Heard::Closed(4403) => return Err('U'),
        other => assert_eq!(other, Heard::Said(json!({ "type": "connection_ack" }))),
    }
    socket.say(json!({ "type": "subscribe", "id": "a", "payload": { "query": query } })).await;
    socket.say(json!({ "type": "ping" })).await;
    match socket.hear().await {
        Heard::Said(said) if said["payload"][0]["extensions"]["code"] == "FORBIDDEN" => Err('F'),
        other => {
            assert_eq!(other, Heard::Said(json!({ "type": "pong" })));
            Ok(socket)
        }
    }
}

both! {
    async fn everybody_hears_what_the_table_says(app: TestApp) {
        let world = World::new(&app).await;
        let served = Served::start(app.app.router()).await;
        let mut wrong = Vec::new();
        for (field, query, want) in SUBSCRIPTIONS {
            let mut sockets = Vec::new();
            for token in &world.tokens {
                sockets.push(listen(&served.url, token.as_deref(), query).await);
            }
            assert_eq!(app.amend(&world.link, 9, 1).await.status, 200);
            for ((who, want), socket) in WHO.iter().zip(want.chars()).zip(sockets) {
                let limit = Duration::from_millis(if want == '-' { 300 } else { 10_000 });
                let got = match socket {
                    Err(letter) => letter,
                    Ok(mut socket) => match socket.within(limit).await {
                        Some(Heard::Said(said)) if said["payload"]["data"][field].is_object() => '.',
                        None => '-',
                        other => panic!("{field}, {who}: {other:?}"),
                    },
                };
                if got != want {
                    wrong.push(format!("{field}, {who}: {got}, not {want}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn everybody_gets_from_graphql_what_the_table_says(app: TestApp) {
        let mut world = World::new(&app).await;
        let mut wrong = Vec::new();
        for (field, query, want) in tables().into_iter().flatten() {
            let mut got = String::new();
            for at in 0..WHO.len() {
                let query = world.fill(&app, query).await;
                let answer = app.gql(world.tokens[at].as_deref(), &query, json!({})).await;
                got.push(verdict(&answer, field));
            }
            for ((who, got), want) in WHO.iter().zip(got.chars()).zip(want.chars()).filter(|((_, got), want)| got != want) {
                wrong.push(format!("{field}, {who}: {got}, not {want}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn a_key_reads_below_other_things_only_what_its_scopes_name(app: TestApp) {
        let world = World::new(&app).await;
        let asks = [
            (KeyScope::ContactsRead, "contacts{id}"),
            (KeyScope::InteractionsRead, "timeline{nodes{id}} openEscalations escalations{nodes{id}}"),
            (KeyScope::ResponsesRead, "responses{id} invitations{id} latestNps satisfaction{n}"),
        ];
        for (scope, below) in asks {
            let (poor, rich) = (app.integration(&[KeyScope::AccountsRead], None).await, app.integration(&[KeyScope::AccountsRead, scope], None).await);
            let query = format!("{{account(id:\"{}\"){{name {below}}}}}", world.account);
            let less = app.gql(Some(&poor), &query, json!({})).await;
            assert_eq!(less["data"]["account"]["name"], "Globex", "{less}");
            let hidden = less["data"]["account"].as_object().unwrap().iter().filter(|(name, _)| *name != "name");
            assert!(hidden.into_iter().all(|(_, value)| value.is_null()), "{less}");
            let codes = less["errors"].as_array().unwrap().iter().map(|error| &error["extensions"]["code"]);
            assert!(codes.into_iter().all(|code| code == "FORBIDDEN"), "{less}");
            assert_eq!(verdict(&app.gql(Some(&rich), &query, json!({})).await, "account"), '.', "{below}");
        }
        let key = app.integration(&[KeyScope::ResponsesRead], None).await;
        let answer = app.gql(Some(&key), "{responses{nodes{score account{name}}}}", json!({})).await;
        assert_eq!(answer["data"], json!({ "responses": { "nodes": [{ "score": 8, "account": null }] } }), "{answer}");
    }

    async fn everybody_gets_from_rest_what_the_table_says(app: TestApp) {
        let mut world = World::new(&app).await;
        let mut wrong = Vec::new();
        for (name, method, path, body, want) in REST {
            for (at, want) in want.into_iter().enumerate() {
                let path = world.fill(&app, path).await;
                let body = world.fill(&app, body).await;
                let body = (!body.is_empty()).then(|| serde_json::from_str(&body).unwrap());
                let reply = app.rest(method, &path, world.tokens[at].as_deref(), body).await;
                if reply.status.as_u16() != want {
                    wrong.push(format!("{name}, {}: {}, not {want}", WHO[at], reply.status));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

/// The fields of the root types in the committed schema.
fn root_fields() -> Vec<String> {
    let document = parse_schema(include_str!("../../openapi/schema.graphql")).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(of)
            if ["Query", "Mutation", "Subscription"].contains(&of.node.name.node.as_str()) =>
        {
            Some(of.node.kind)
        }
        _ => None,
    });
    types
        .flat_map(|kind| match kind {
            TypeKind::Object(object) => object.fields,
            _ => Vec::new(),
        })
        .map(|field| field.node.name.node.to_string())
        .collect()
}

/// The operation ids in the committed document.
fn operations() -> Vec<String> {
    let document: Value = serde_json::from_str(include_str!("../../openapi/openapi.json")).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap().values());
    operations.filter_map(|operation| operation["operationId"].as_str()).map(str::to_owned).collect()
}

#[test]
fn every_operation_has_a_row() {
    let rows: Vec<&str> = calls().map(|row| row.0).collect();
    let missing: Vec<String> = root_fields().into_iter().filter(|field| !rows.contains(&field.as_str())).collect();
    assert!(missing.is_empty(), "add rows to GRAPHQL or SUBSCRIPTIONS for {missing:?}");
    let rows = REST.map(|row| row.0);
    let missing: Vec<String> = operations().into_iter().filter(|name| !rows.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "add rows to REST for {missing:?}");
}
