//! The contract is what the code does: both files are printed by it, and real answers have the documented shape.

use std::collections::{BTreeMap, BTreeSet};

use api::{
    access::KeyScope,
    program::{Change, CreateProgram},
    store::Subject,
};
use async_graphql::parser::{
    parse_schema,
    types::{BaseType, TypeKind, TypeSystemDefinition},
};
use entity::SurveyKind;
use serde_json::{Value, json};
use tests::{app::TestApp, both, live::Socket, served::Served};

const OPENAPI: &str = include_str!("../../openapi/openapi.json");
const SCHEMA: &str = include_str!("../../openapi/schema.graphql");

#[test]
fn both_files_are_what_the_code_prints() {
    for (name, text) in api::contract() {
        let kept = if name == "openapi.json" { OPENAPI } else { SCHEMA };
        assert!(kept == text, "{name} is out of date: cargo run --bin openapi");
    }
}

/// An operation, its method and path, a token (or `1`: the version to change), a body, the status to come.
type Call<'a> = (&'a str, &'a str, String, &'a str, Option<Value>, u16);

/// Where a value differs from its schema, and how; nothing where it does not.
fn faults(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference}"));
        return faults(document, schema, value, at);
    }
    if let Some(any) = schema["oneOf"].as_array() {
        let fits = any.iter().filter(|schema| faults(document, schema, value, at).is_empty()).count();
        return if fits == 1 { Vec::new() } else { vec![format!("{at}: fits {fits} of oneOf: {value}")] };
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => return Vec::new(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !types.contains(&kind) {
        return vec![format!("{at}: {kind}, not {types:?}")];
    }
    let mut found = Vec::new();
    if let Some(words) = schema["enum"].as_array().filter(|words| !words.contains(value)) {
        found.push(format!("{at}: {value} is none of {words:?}"));
    }
    let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
    let off = |number: &f64| least.is_some_and(|least| *number < least) || most.is_some_and(|most| *number > most);
    if let Some(number) = value.as_f64().filter(off) {
        found.push(format!("{at}: {number} is off the limits"));
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(faults(document, &schema["items"], item, &format!("{at}/{index}")));
    }
    if let Some(object) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(name) {
                found.push(format!("{at}/{name}: missing"));
            }
        }
        for (name, value) in object {
            match schema["properties"].get(name) {
                Some(schema) => found.extend(faults(document, schema, value, &format!("{at}/{name}"))),
                None => found.push(format!("{at}/{name}: not documented")),
            }
        }
    }
    found
}

both! {
    async fn answers_of_rest_have_their_documented_shape(app: TestApp) {
        let document: Value = serde_json::from_str(OPENAPI).unwrap();
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let carl = app.contact(account, "Carl").await;
        let link = app.invite(SurveyKind::Nps, &[carl.id]).await.remove(0);
        let key = app.integration(&KeyScope::ALL, None).await;
        let survey = app.survey(SurveyKind::Nps).await;
        let admin = "mutation{createMember(input:{name:\"P\",email:\"p@acme.test\",password:\"correct horse battery staple\"}){id}}";
        let ada = app.admin("Ada").await;
        assert!(app.gql(Some(&ada.token), admin, json!({})).await["errors"].is_null());
        let invitation = format!("/api/v1/invitations/{link}");
        let response = format!("{invitation}/response");
        let send = format!("/api/v1/surveys/{survey}/send");
        let none = "/api/v1/invitations/nothing".to_owned();
        let made = app.rest("POST", "/api/v1/imports", Some(&key), Some(json!({ "kind": "ACCOUNTS" }))).await.json();
        let import = format!("/api/v1/imports/{}", made["id"].as_str().unwrap());
        let right = json!({ "grant": "password", "email": "p@acme.test", "password": "correct horse battery staple" });
        let calls: Vec<Call> = vec![
            ("jwks", "get", "/.well-known/jwks.json".into(), "", None, 200),
            ("signIn", "post", "/api/v1/auth/token".into(), "", Some(right), 200),
            ("signIn", "post", "/api/v1/auth/token".into(), "", Some(json!({ "grant": "api_key", "key": "x" })), 401),
            ("signIn", "post", "/api/v1/auth/token".into(), "", Some(json!({ "grant": "x" })), 422),
            ("signIn", "post", "/api/v1/auth/token".into(), "", Some(json!({ "grant": "link", "token": "x" })), 401),
            ("askForLink", "post", "/api/v1/auth/link".into(), "", Some(json!({ "email": "p@acme.test" })), 202),
            ("askForLink", "post", "/api/v1/auth/link".into(), "", Some(json!({ "email": "p" })), 422),
            ("resetPassword", "post", "/api/v1/auth/reset".into(), "", Some(json!({ "email": "p@acme.test" })), 202),
            ("resetPassword", "post", "/api/v1/auth/reset".into(), "", Some(json!({ "token": "x", "password": "y" })), 401),
            ("resetPassword", "post", "/api/v1/auth/reset".into(), "", Some(json!({})), 422),
            ("takeUpInvitation", "post", "/api/v1/auth/invite".into(), "", Some(json!({ "token": "x", "password": "y" })), 401),
            ("takeUpInvitation", "post", "/api/v1/auth/invite".into(), "", Some(json!({})), 422),
            ("readInvitation", "get", invitation.clone(), "", None, 200),
            ("readInvitation", "get", none.clone(), "", None, 404),
            ("answer", "put", response.clone(), "", Some(json!({ "score": 11 })), 422),
            ("answer", "put", response.clone(), "", Some(json!({ "score": 9, "comment": "Good" })), 201),
            ("answer", "put", response.clone(), "", Some(json!({ "score": 9 })), 409),
            ("answer", "put", response.clone(), "1", Some(json!({ "score": 7, "complete": true })), 200),
            ("answer", "put", response.clone(), "1", Some(json!({ "score": 7 })), 412),
            ("answer", "put", format!("{none}/response"), "", Some(json!({ "score": 7 })), 404),
            ("readInvitation", "get", invitation, "", None, 200),
            ("sendSurvey", "post", send.clone(), &key, Some(json!({ "accountId": account })), 202),
            ("sendSurvey", "post", send.clone(), &key, Some(json!({})), 422),
            ("sendSurvey", "post", send.clone(), &carl.token, Some(json!({ "accountId": account })), 403),
            ("sendSurvey", "post", send, "", Some(json!({ "accountId": account })), 401),
            ("listAccounts", "get", "/api/v1/accounts?count=true".into(), &key, None, 200),
            ("listAccounts", "get", "/api/v1/accounts?first=0".into(), &key, None, 422),
            ("listAccounts", "get", "/api/v1/accounts".into(), &carl.token, None, 200),
            ("listContacts", "get", "/api/v1/contacts".into(), &key, None, 200),
            ("readPersonalData", "get", format!("/api/v1/contacts/{}/personal-data", carl.id), &ada.token, None, 200),
            ("readPersonalData", "get", "/api/v1/contacts/nobody/personal-data".into(), &ada.token, None, 404),
            ("readPersonalData", "get", format!("/api/v1/contacts/{}/personal-data", carl.id), &key, None, 403),
            ("listSurveys", "get", "/api/v1/surveys".into(), &key, None, 200),
            ("listResponses", "get", "/api/v1/responses".into(), &key, None, 200),
            ("putAccount", "put", "/api/v1/accounts/17".into(), &key, Some(json!({ "name": "New", "annualValue": { "amountMinor": 1, "currency": "EUR" } })), 201),
            ("putAccount", "put", "/api/v1/accounts/17".into(), &key, Some(json!({ "domain": null })), 200),
            ("putAccount", "put", "/api/v1/accounts/18".into(), &key, Some(json!({})), 422),
            ("listAccounts", "get", "/api/v1/accounts?reference=17".into(), &key, None, 200),
            ("putContact", "put", "/api/v1/contacts/1".into(), &key, Some(json!({ "name": "New", "account": "17" })), 201),
            ("putContact", "put", "/api/v1/contacts/2".into(), &key, Some(json!({ "name": "New", "accountId": uuid::Uuid::nil() })), 404),
            ("logInteractions", "post", "/api/v1/interactions".into(), &key, Some(json!({ "interactions": [{ "externalId": "1", "account": "17", "type": "CALL", "subject": "x" }, { "externalId": "2" }] })), 200),
            ("exportMembersCsv", "get", "/api/v1/exports/members.csv".into(), &key, None, 200),
            ("exportMembersJsonl", "get", "/api/v1/exports/members.jsonl".into(), &key, None, 200),
            ("exportAccountsCsv", "get", "/api/v1/exports/accounts.csv".into(), &key, None, 200),
            ("exportAccountsCsv", "get", "/api/v1/exports/accounts.csv".into(), &carl.token, None, 403),
            ("exportAccountsJsonl", "get", "/api/v1/exports/accounts.jsonl".into(), &key, None, 200),
            ("exportContactsCsv", "get", "/api/v1/exports/contacts.csv".into(), &key, None, 200),
            ("exportContactsJsonl", "get", "/api/v1/exports/contacts.jsonl".into(), &key, None, 200),
            ("exportInteractionsCsv", "get", "/api/v1/exports/interactions.csv".into(), &key, None, 200),
            ("exportInteractionsJsonl", "get", "/api/v1/exports/interactions.jsonl".into(), &key, None, 200),
            ("exportResponsesCsv", "get", "/api/v1/exports/responses.csv".into(), &key, None, 200),
            ("exportResponsesJsonl", "get", "/api/v1/exports/responses.jsonl".into(), &key, None, 200),
            ("createImport", "post", "/api/v1/imports".into(), &key, Some(json!({ "kind": "ACCOUNTS" })), 201),
            ("createImport", "post", "/api/v1/imports".into(), &key, Some(json!({ "kind": "HOUSES" })), 422),
            ("listImports", "get", "/api/v1/imports".into(), &key, None, 200),
            ("readImport", "get", import.clone(), &key, None, 200),
            ("readImport", "get", "/api/v1/imports/nothing".into(), &key, None, 404),
            ("startImport", "post", format!("{import}/start"), &key, Some(json!({})), 409),
            ("sendImportFile", "put", format!("{import}/file"), &key, Some(json!("Id,Company")), 200),
            ("startImport", "post", format!("{import}/start"), &key, Some(json!({ "dryRun": true })), 422),
            ("startImport", "post", format!("{import}/start"), &key, Some(json!({ "mapping": "source = 'outside'\n[columns]\nreference = 'a'\nname = 'b'\n" })), 202),
            ("cancelImport", "post", format!("{import}/cancel"), &key, None, 200),
            ("readImportErrors", "get", format!("{import}/errors.csv"), &key, None, 200),
            ("healthz", "get", "/healthz".into(), "", None, 200),
            ("readyz", "get", "/readyz".into(), "", None, 200),
            ("metrics", "get", "/metrics".into(), &key, None, 200),
            ("metrics", "get", "/metrics".into(), &carl.token, None, 403),
            ("changePassword", "post", "/api/v1/auth/password".into(), &carl.token, Some(json!({ "current": "x", "password": "y" })), 403),
            ("changePassword", "post", "/api/v1/auth/password".into(), &carl.token, Some(json!({})), 422),
            ("signOut", "post", "/api/v1/auth/logout".into(), &carl.token, Some(json!({ "everywhere": true })), 422),
            ("signOut", "post", "/api/v1/auth/logout".into(), &carl.token, Some(json!({})), 204),
            ("signOut", "post", "/api/v1/auth/logout".into(), &carl.token, Some(json!({})), 401),
        ];
        let mut called = BTreeSet::new();
        for (name, method, path, credential, body, status) in calls {
            let token = Some(credential).filter(|text| text.len() > 1);
            let mut request = tests::app::request(&method.to_uppercase(), &path, token, body);
            if credential == "1" {
                request.headers_mut().insert("if-match", "\"1\"".parse().unwrap());
            }
            let reply = app.call(request).await;
            assert_eq!(reply.status.as_u16(), status, "{name}: {}", reply.text);
            let operations = document["paths"].as_object().unwrap().values().filter_map(|item| item.get(method));
            let operation = operations.into_iter().find(|of| of["operationId"] == name).unwrap();
            let responses = operation["responses"].as_object().unwrap();
            let described = responses.get(&status.to_string()).or_else(|| responses.get("4XX").filter(|_| status >= 400));
            let described = described.unwrap_or_else(|| panic!("{name}: {status} is not documented"));
            let described = match described["$ref"].as_str() {
                Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
                None => described,
            };
            let Some(media) = described["content"].as_object() else {
                assert!(matches!(status, 202 | 204) && reply.text.is_empty(), "{name} says nothing: {status} {}", reply.text);
                called.insert(name);
                continue;
            };
            let media = media.keys().next().unwrap().as_str();
            let sent = reply.headers["content-type"].to_str().unwrap();
            assert_eq!(sent.split(';').next(), Some(media), "{name} {status}");
            if media.ends_with("json") {
                let found = faults(&document, &described["content"][media]["schema"], &reply.json(), "");
                assert!(found.is_empty(), "{name} {status}: {found:?}");
            }
            for header in described["headers"].as_object().into_iter().flatten().map(|(header, _)| header) {
                assert!(reply.headers.contains_key(header) || name == "readInvitation", "{name} {status}: no {header}");
            }
            called.insert(name);
        }
        let known = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
        let known: BTreeSet<&str> = known.filter_map(|operation| operation["operationId"].as_str()).collect();
        assert_eq!(called, known, "an operation is not called");
    }

    async fn every_field_of_every_type_answers(app: TestApp) {
        let team = app.team("Sales", None).await;
        let ana = app.manager("Ana", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let carl = app.contact(account, "Carl").await;
        app.collaborate(account, ana.id).await;
        app.note(account, "Note", true).await;
        let link = app.invite(SurveyKind::Nps, &[carl.id]).await.remove(0);
        assert_eq!(app.answer(&link, 9).await.status, 201);
        let ada = app.admin("Ada").await;
        let plan = json!({ "trigger": "BY_HAND", "everyDays": 90, "daysBefore": 60, "audience": {}, "delivery": {} });
        let (name, team_id, plan) = ("All".to_owned(), Some(team), serde_json::from_value(plan).unwrap());
        let survey_id = app.survey(SurveyKind::Nps).await;
        let program = CreateProgram { name, survey_id, team_id, plan };
        let program = api::program::create(&app.system(), program).await.unwrap();
        api::program::change(&app.system(), program, Change::Activate).await.unwrap();
        let wave = api::program::run(&app.system(), program).await.unwrap();
        let types = Types::read();
        let mut asked = BTreeSet::new();
        let left = app.contact(account, "Left").await;
        let pia = app.newcomer("Pia", "seven quiet herons at dusk").await;
        let pia = app.token(Subject::Member(pia)).await;
        let made = ["sendSurvey", "sendTestMail", "createIntegrationKey", "eraseContact", "startSecondFactor"].map(str::to_owned);
        let roots = types.0["Query"].keys().map(|field| ("Query", field)).chain(made.iter().map(|field| ("Mutation", field)));
        for (root, field) in roots.map(|(root, field)| (root, field.as_str())) {
            let survey = app.survey(SurveyKind::Nps).await;
            let args = match field {
                "account" => format!("(id:\"{account}\")"),
                "contact" => format!("(id:\"{}\")", carl.id),
                "survey" => format!("(id:\"{survey}\")"),
                "program" | "dryRunProgram" => format!("(id:\"{program}\")"),
                "wave" => format!("(id:\"{wave}\")"),
                "ownerAt" => format!("(accountId:\"{account}\",at:\"{}\")", app.now()),
                "accounts" | "contacts" | "members" | "responses" | "invitations" | "programs" | "waves" | "audit" => "(first:2)".to_owned(),
                "previewSurvey" | "sendTestMail" => format!("(input:{{surveyId:\"{survey}\"}})"),
                "satisfaction" => "(groupBy:OWNER)".to_owned(),
                "createIntegrationKey" => "(input:{name:\"K\",source:\"crm\",scopes:[\"accounts:read\"]})".to_owned(),
                "eraseContact" => format!("(input:{{id:\"{}\",version:1,reason:\"asked\"}})", left.id),
                "startSecondFactor" => "(password:\"seven quiet herons at dusk\")".to_owned(),
                "sendSurvey" => format!("(surveyId:\"{survey}\",input:{{accountId:\"{account}\"}})"),
                _ => String::new(),
            };
            // What a survey asks lies one object deeper than anything else.
            let mut path = if field == "survey" { Vec::new() } else { vec![root.to_owned()] };
            let below = types.below(&types.0[root][field], &mut path, &mut asked);
            let verb = if root == "Mutation" { "mutation" } else { "query" };
            let token = if field == "startSecondFactor" { &pia } else { &ada.token };
            let answer = app.gql(Some(token), &format!("{verb}{{{field}{args}{below}}}"), json!({})).await;
            assert!(answer["errors"].is_null() && !answer["data"][field].is_null(), "{field}: {answer}");
        }
        let served = Served::start(app.app.router()).await;
        let mut live = Socket::of(&served.url, &ada.token).await;
        for (field, gives) in &types.0["Subscription"] {
            let below = types.below(gives, &mut vec!["Subscription".to_owned()], &mut asked);
            live.subscribe(field, &format!("subscription{{{field}{below}}}")).await;
        }
        assert_eq!(app.amend(&link, 8, 1).await.status, 200);
        for field in types.0["Subscription"].keys() {
            let event = live.event(field).await;
            assert!(event["errors"].is_null() && event["data"][field].is_object(), "{field}: {event}");
        }
        let all = types.0.iter().filter(|(name, _)| !["Query", "Mutation", "Subscription"].contains(&name.as_str()));
        let all: BTreeSet<_> = all.flat_map(|(name, fields)| fields.keys().map(move |field| format!("{name}.{field}"))).collect();
        assert_eq!(all.difference(&asked).collect::<Vec<_>>(), Vec::<&String>::new(), "fields that no query reached");
    }
}

/// Object types: field by field, the name of the type it gives.
struct Types(BTreeMap<String, BTreeMap<String, String>>);

impl Types {
    fn read() -> Self {
        let mut types = BTreeMap::new();
        for definition in parse_schema(SCHEMA).unwrap().definitions {
            let TypeSystemDefinition::Type(of) = definition else { continue };
            let TypeKind::Object(object) = of.node.kind else { continue };
            let fields = object.fields.into_iter().map(|field| {
                let mut base = field.node.ty.node.base;
                let name = loop {
                    match base {
                        BaseType::Named(name) => break name.to_string(),
                        BaseType::List(inner) => base = inner.base,
                    }
                };
                (field.node.name.node.to_string(), name)
            });
            types.insert(of.node.name.node.to_string(), fields.collect());
        }
        Self(types)
    }

    /// Everything below a field, four objects deep; of a type met before, its own values only.
    fn below(&self, of: &str, path: &mut Vec<String>, asked: &mut BTreeSet<String>) -> String {
        let Some(fields) = self.0.get(of) else { return String::new() };
        let again = path.iter().any(|above| above == of);
        path.push(of.to_owned());
        let mut text = "{".to_owned();
        for (field, gives) in fields {
            let object = self.0.contains_key(gives);
            if object && (again || path.len() > 4) {
                continue;
            }
            let args = if ["timeline", "escalations"].contains(&field.as_str()) { "(first:2)" } else { "" };
            let below = self.below(gives, path, asked);
            if below == "{}" {
                continue;
            }
            asked.insert(format!("{of}.{field}"));
            text.push_str(&format!("{field}{args}{below} "));
        }
        path.pop();
        text + "}"
    }
}
