//! What a customer sees: their own account, their own answers, nothing about anybody else.

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use entity::{AccountId, SurveyKind};
use serde_json::{Value, json};
use tests::{
    app::{Customer, TestApp},
    both,
};

/// Fields of staff: null and `FORBIDDEN` at their path. What is asked below the field comes with it.
const HIDDEN: [(&str, &[&str]); 3] = [
    (
        "Account",
        &[
            "segment",
            "tier",
            "lifecycle",
            "healthScore",
            "unownedSince",
            "lastLiveAt",
            "lastInboundAt",
            "lastOutboundAt",
            "source",
            "reference",
            "archivedAt",
            "mergedIntoId",
            "annualValue{amountMinor}",
            "team{name}",
            "ownerships{from}",
            "collaborators{id}",
            "satisfaction{n}",
            "latestNps",
        ],
    ),
    ("Member", &["role", "active", "version", "createdAt", "team{name}"]),
    ("Response", &["creditedTo{name}", "inherited", "category", "segment", "territory", "tier", "versions{version}"]),
];

/// Fields that customers see.
const SHOWN: [(&str, &[&str]); 3] = [
    (
        "Account",
        &[
            "id",
            "name",
            "domain",
            "territory",
            "industry",
            "renewalOn",
            "version",
            "createdAt",
            "updatedAt",
            "owner",
            "parent",
            "contacts",
            "timeline",
            "invitations",
            "responses",
        ],
    ),
    ("Member", &["id", "name", "email"]),
    (
        "Response",
        &[
            "id",
            "kind",
            "question",
            "score",
            "comment",
            "language",
            "answeredAt",
            "completedAt",
            "amendedAt",
            "version",
            "contact",
            "account",
            "survey",
            "answers",
        ],
    ),
];

struct Two {
    app: TestApp,
    globex: AccountId,
    initech: AccountId,
    carl: Customer,
    dora: Customer,
    eve: Customer,
}

impl Two {
    async fn new(app: TestApp) -> Self {
        let team = app.team("Sales", None).await;
        let ana = app.manager("Ana", team).await;
        let globex = app.account("Globex", team, Some(ana.id)).await;
        let initech = app.account("Initech", team, Some(ana.id)).await;
        let carl = app.contact(globex, "Carl").await;
        let dora = app.contact(globex, "Dora").await;
        let eve = app.contact(initech, "Eve").await;
        for (contact, score) in [(&carl, 9), (&dora, 2), (&eve, 5)] {
            let link = app.invite(SurveyKind::Nps, &[contact.id]).await.remove(0);
            assert_eq!(app.answer(&link, score).await.status, 201);
        }
        app.note(globex, "seen", true).await;
        app.note(globex, "internal", false).await;
        Self { app, globex, initech, carl, dora, eve }
    }

    async fn ask(&self, query: &str) -> Value {
        self.app.gql(Some(&self.carl.token), query, json!({})).await
    }
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no error in {answer}"))
}

both! {
    async fn a_row_of_hidden_fields_alone_is_still_a_row(app: TestApp) {
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let carl = app.contact(account, "Carl").await;
        let answer = app.gql(Some(&carl.token), "{accounts{nodes{healthScore tier}}}", json!({})).await;
        assert_eq!(answer["data"], json!({ "accounts": { "nodes": [{ "healthScore": null, "tier": null }] } }), "{answer}");
        assert_eq!(answer["errors"].as_array().unwrap().len(), 2, "{answer}");
    }

    async fn customer_sees_their_own_account_and_their_own_answers_only(app: TestApp) {
        let two = Two::new(app).await;
        let (carl, dora, globex) = (two.carl.id, two.dora.id, two.globex);
        let below = "name contacts{id} responses{score contact{id}} invitations{contact{id}} timeline{nodes{subject contact{id}}}";
        let all = two.ask(&format!("{{accounts{{totalCount nodes{{id {below}}}}} contacts{{totalCount nodes{{id account{{id}}}}}} responses{{totalCount nodes{{score account{{id}}}}}} me{{role contact{{id}}}}}}")).await;
        assert!(all["errors"].is_null(), "{all}");
        let data = &all["data"];
        assert_eq!((&data["accounts"]["totalCount"], &data["contacts"]["totalCount"], &data["responses"]["totalCount"]), (&json!(1), &json!(1), &json!(1)));
        let own = &data["accounts"]["nodes"][0];
        assert_eq!((&own["id"], &own["name"]), (&json!(globex), &json!("Globex")), "{own}");
        assert_eq!(own["contacts"], json!([{ "id": carl }]), "{own}");
        assert_eq!(own["responses"], json!([{ "score": 9, "contact": { "id": carl } }]), "{own}");
        assert_eq!(own["invitations"], json!([{ "contact": { "id": carl } }]), "{own}");
        assert_eq!(own["timeline"]["nodes"], json!([{ "subject": "seen", "contact": null }]), "{own}");
        assert_eq!(data["contacts"]["nodes"], json!([{ "id": carl, "account": { "id": globex } }]));
        assert_eq!(data["responses"]["nodes"], json!([{ "score": 9, "account": { "id": globex } }]));
        assert_eq!(data["me"], json!({ "role": "CUSTOMER", "contact": { "id": carl } }));
        for query in [
            format!("{{account(id:\"{}\"){{id}}}}", two.initech),
            format!("{{contact(id:\"{dora}\"){{id}}}}"),
            format!("{{contact(id:\"{}\"){{id}}}}", two.eve.id),
        ] {
            assert_eq!(code(&two.ask(&query).await), "NOT_FOUND", "{query}");
        }
        let filtered = format!("{{contacts(accountId:\"{}\"){{totalCount}} responses(filter:{{accountId:{{eq:\"{0}\"}}}}){{totalCount}}}}", two.initech);
        let none = two.ask(&filtered).await;
        assert_eq!(none["data"], json!({ "contacts": { "totalCount": 0 }, "responses": { "totalCount": 0 } }));
        let search = two.ask("{contacts(search:\"dora\"){totalCount}}").await;
        assert_eq!(search["data"]["contacts"]["totalCount"], 0);
    }

    async fn fields_of_staff_are_null_and_forbidden_at_their_path(app: TestApp) {
        let two = Two::new(app).await;
        for (of, fields) in HIDDEN {
            for field in fields {
                let name = field.split('{').next().unwrap();
                let id = two.globex;
                let (query, path) = match of {
                    "Account" => (format!("{{account(id:\"{id}\"){{name {field}}}}}"), json!(["account", name])),
                    "Member" => (format!("{{account(id:\"{id}\"){{owner{{name {field}}}}}}}"), json!(["account", "owner", name])),
                    _ => (format!("{{responses{{nodes{{score {field}}}}}}}"), json!(["responses", "nodes", 0, name])),
                };
                let answer = two.ask(&query).await;
                assert_eq!((code(&answer), &answer["errors"][0]["path"]), ("FORBIDDEN", &path), "{answer}");
                let pointer: String = path.as_array().unwrap().iter().map(|part| format!("/{}", part.to_string().trim_matches('"'))).collect();
                assert_eq!(answer["data"].pointer(&pointer), Some(&Value::Null), "{answer}");
                assert!(answer.to_string().contains(if of == "Response" { "\"score\":9" } else { "\"name\":" }), "the rest stays: {answer}");
            }
        }
    }

    async fn customer_learns_nothing_by_filtering_or_sorting(app: TestApp) {
        let two = Two::new(app).await;
        let never = "019cadc6-0000-7000-8000-000000000000";
        for filter in [
            "segment:{eq:\"Enterprise\"}", "tier:{eq:STANDARD}", "lifecycle:{eq:ACTIVE}", "annualValue:{gte:0}", "healthScore:{gte:0}",
            "lastLiveAt:{gte:\"2020-01-01T00:00:00Z\"}", &format!("ownerId:{{eq:\"{never}\"}}"), &format!("teamId:{{eq:\"{never}\"}}"), &format!("parentId:{{eq:\"{never}\"}}"),
        ] {
            for whole in [filter.to_owned(), format!("not:{{{filter}}}"), format!("or:[{{and:[{{{filter}}}]}}]")] {
                let answer = two.ask(&format!("{{accounts(filter:{{{whole}}}){{totalCount}}}}")).await;
                assert_eq!(code(&answer), "INVALID", "{whole}: {answer}");
                assert!(answer["data"]["accounts"].is_null(), "{answer}");
            }
        }
        for sort in ["HEALTH_ASC", "HEALTH_DESC", "LAST_LIVE_ASC", "LAST_LIVE_DESC"] {
            let answer = two.ask(&format!("{{accounts(sort:{sort}){{totalCount}}}}")).await;
            assert_eq!(code(&answer), "INVALID", "{answer}");
        }
        let answer = two.ask("{accounts(filter:{domain:{isNull:true}} sort:RENEWAL_DESC){totalCount}}").await;
        assert_eq!(answer["data"]["accounts"]["totalCount"], 1, "{answer}");
    }
}

/// A new field is sorted into one list or the other on purpose.
#[test]
fn every_field_is_known_to_be_hidden_or_shown() {
    let document = parse_schema(include_str!("../../openapi/schema.graphql")).unwrap();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(of) = definition else { continue };
        let TypeKind::Object(object) = of.node.kind else { continue };
        let Some(at) = HIDDEN.iter().position(|(name, _)| *name == of.node.name.node.as_str()) else { continue };
        let hidden = HIDDEN[at].1.iter().map(|field| field.split('{').next().unwrap());
        let mut known: Vec<&str> = hidden.chain(SHOWN[at].1.iter().copied()).collect();
        let mut fields: Vec<String> = object.fields.iter().map(|field| field.node.name.node.to_string()).collect();
        known.sort_unstable();
        fields.sort_unstable();
        assert_eq!(fields, known, "{}", HIDDEN[at].0);
    }
}
