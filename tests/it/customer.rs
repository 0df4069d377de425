//! What a customer sees: their own account, their own answers, whom they can turn to, nothing about anybody else.

mod fields;

use std::{collections::BTreeSet, time::Duration};

use api::{
    ownership::{AddCollaborator, RemoveCollaborator},
    store::Subject,
};
use entity::{AccountId, MemberId, SurveyKind, TeamRole, session};
use serde_json::{Value, json};
use tests::{
    app::{Customer, Person, TestApp},
    both,
    engine::{Database, World},
    live::{Heard, Socket},
    served::Served,
};

use crate::tokens::update;
use fields::{FILTERS, HIDDEN, SHOWN, SORTS, name, schema};

/// An id that was never issued.
const NEVER: &str = "019cadc6-0000-7000-8000-000000000000";

/// Two companies. Carl and Dora are of the first, which Ana owns, with Ben as her backup and Sam at her side; Eve is of
/// the second.
struct Two {
    app: TestApp,
    globex: AccountId,
    initech: AccountId,
    ana: Person,
    ben: Person,
    sam: Person,
    carl: Customer,
    dora: Customer,
    eve: Customer,
    /// Of a third of Globex, who has not answered yet.
    finn: Customer,
    /// The links of all four, in this order.
    links: Vec<String>,
}

impl World for Two {
    async fn on(database: Database) -> Self {
        let app = TestApp::on(database).await;
        let team = app.team("Falcons", None).await;
        let ana = app.manager("Ana", team).await;
        let (ben, sam) = (app.owner("Ben", team).await, app.owner("Sam", team).await);
        let globex = app.account("Globex", team, Some(ana.id)).await;
        let initech = app.account("Initech", team, Some(ana.id)).await;
        app.collaborate(globex, sam.id).await;
        let (carl, dora) = (app.contact(globex, "Carl").await, app.contact(globex, "Dora").await);
        let (eve, finn) = (app.contact(initech, "Eve").await, app.contact(globex, "Finn").await);
        let mut links = Vec::new();
        for who in [&carl, &dora, &eve, &finn] {
            links.extend(app.invite(SurveyKind::Nps, &[who.id]).await);
        }
        for (link, score) in links.iter().zip([9, 2, 5]) {
            assert_eq!(app.answer(link, score).await.status, 201);
        }
        let two = Self { app, globex, initech, ana, ben, sam, carl, dora, eve, finn, links };
        two.backs(two.ben.id).await;
        for (who, subject) in [(&two.ana, "by the owner"), (&two.ben, "by the backup"), (&two.sam, "by another")] {
            two.log(who, subject, true).await;
        }
        two.log(&two.ana, "internal", false).await;
        two
    }
}

impl Two {
    async fn ask(&self, query: &str) -> Value {
        self.app.gql(Some(&self.carl.token), query, json!({})).await
    }

    /// The same, as text.
    async fn text(&self, query: &str) -> String {
        self.app.rest("POST", "/graphql", Some(&self.carl.token), Some(json!({ "query": query }))).await.text
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let reply = self.app.rest("GET", path, Some(&self.carl.token), None).await;
        (reply.status.as_u16(), reply.json())
    }

    /// Asks for fields of a type, on the way that leads a customer there.
    async fn at(&self, of: &str, fields: &str) -> Value {
        let (_, way, _) = SHOWN.into_iter().find(|(name, ..)| *name == of).unwrap();
        let (account, contact) = (self.globex.to_string(), self.carl.id.to_string());
        let query = way.replace("$account", &account).replace("$contact", &contact).replace("$f", fields);
        self.ask(&query).await
    }

    async fn log(&self, who: &Person, subject: &str, visible: bool) {
        let account = self.globex;
        let input = format!("accountId:\"{account}\",type:NOTE,subject:\"{subject}\",customerVisible:{visible}");
        let query = format!("mutation{{logInteraction(input:{{{input}}}){{id}}}}");
        let answer = self.app.gql(Some(&who.token), &query, json!({})).await;
        assert!(answer["errors"].is_null(), "{answer}");
    }

    async fn backs(&self, member_id: MemberId) {
        let input = AddCollaborator { account_id: self.globex, member_id, role: TeamRole::Backup };
        api::ownership::add_collaborator(&self.app.system(), input).await.unwrap();
    }

    async fn leaves(&self, member_id: MemberId) {
        let input = RemoveCollaborator { account_id: self.globex, member_id };
        api::ownership::remove_collaborator(&self.app.system(), input).await.unwrap();
    }

    async fn backup(&self, token: &str) -> Value {
        let query = format!("{{account(id:\"{}\"){{backup{{name email}}}}}}", self.globex);
        let answer = self.app.gql(Some(token), &query, json!({})).await;
        assert!(answer["errors"].is_null(), "{answer}");
        answer["data"]["account"]["backup"].clone()
    }
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no error in {answer}"))
}

/// What an answer holds under a name, anywhere.
fn under<'a>(answer: &'a Value, name: &str, found: &mut Vec<&'a Value>) {
    match answer {
        Value::Object(parts) => {
            found.extend(parts.get(name));
            parts.values().for_each(|part| under(part, name, found));
        }
        Value::Array(parts) => parts.iter().for_each(|part| under(part, name, found)),
        _ => {}
    }
}

/// `lastLiveAt` as `last_live_at`.
fn snake(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_uppercase() { format!("_{}", c.to_ascii_lowercase()) } else { c.to_string() };
    name.chars().map(letter).collect()
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

    async fn customer_sees_their_own_account_and_their_own_answers_only(two: Two) {
        let (carl, globex) = (two.carl.id, two.globex);
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
        assert_eq!(own["timeline"]["nodes"].as_array().unwrap().len(), 3, "{own}");
        assert_eq!(data["contacts"]["nodes"], json!([{ "id": carl, "account": { "id": globex } }]));
        assert_eq!(data["responses"]["nodes"], json!([{ "score": 9, "account": { "id": globex } }]));
        assert_eq!(data["me"], json!({ "role": "CUSTOMER", "contact": { "id": carl } }));
    }

    async fn a_field_of_staff_is_null_and_forbidden_at_its_path(two: Two) {
        for (of, fields) in HIDDEN {
            for field in fields {
                let answer = two.at(of, &format!("__typename {field}")).await;
                let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{of}.{field}: {answer}"));
                for error in errors {
                    let last = error["path"].as_array().unwrap().last().unwrap();
                    assert_eq!((&error["extensions"]["code"], last), (&json!("FORBIDDEN"), &json!(name(field))), "{answer}");
                }
                let mut found = Vec::new();
                under(&answer["data"], name(field), &mut found);
                assert_eq!(found, vec![&Value::Null; errors.len()], "{of}.{field}: {answer}");
                assert!(answer.to_string().contains(&format!("\"__typename\":\"{of}\"")), "the rest stays: {answer}");
            }
        }
    }

    async fn all_that_customers_see_holds_nothing_of_anybody_else(two: Two) {
        let schema = schema();
        let mut seen = String::new();
        for (of, _, fields) in SHOWN {
            let leaf = |field: &&str| !schema.get(&schema[of].parts[*field]).is_some_and(|kind| kind.is_object);
            let (leaves, further): (Vec<&str>, Vec<&str>) = fields.iter().copied().partition(leaf);
            let further = further.into_iter().map(|field| format!("{field}{{__typename}}"));
            let all: Vec<String> = leaves.into_iter().map(str::to_owned).chain(further).collect();
            let answer = two.at(of, &format!("__typename {}", all.join(" "))).await;
            assert!(answer["errors"].is_null(), "{of}: {answer}");
            // No parent is in sight, and the survey asks nothing further.
            let empty = ["ParentAccount", "FurtherAnswer"].contains(&of);
            assert_eq!(answer.to_string().contains(&format!("\"__typename\":\"{of}\"")), !empty, "{of}: {answer}");
            seen += &answer.to_string();
        }
        for known in ["Globex", "Carl@client.test", "Ana@acme.test", "Ben@acme.test", "by the owner", "by the backup", "by another"] {
            assert!(seen.contains(known), "{known}: {seen}");
        }
        let others = [two.initech.to_string(), two.dora.id.to_string(), two.eve.id.to_string(), two.sam.id.to_string(), two.finn.id.to_string()];
        let words = ["Dora", "Eve", "Finn", "Initech", "Sam", "Falcons", "Enterprise", "internal"].map(str::to_owned);
        for foreign in others.into_iter().chain(words) {
            assert!(!seen.contains(&foreign), "{foreign}: {seen}");
        }
        for list in ["accounts", "contacts", "responses", "surveys"] {
            let (status, page) = two.get(&format!("/api/v1/{list}")).await;
            assert_eq!(status, 200);
            let hidden = HIDDEN.into_iter().find(|(of, _)| of.to_lowercase() + "s" == list).unwrap().1;
            for field in hidden.iter().map(|field| name(field)) {
                assert!(page["data"][0].get(field).is_none_or(Value::is_null), "{list}.{field}: {page}");
            }
            assert!(["teamId", "ownerId"].iter().all(|field| page["data"][0].get(field).is_none_or(Value::is_null)), "{page}");
        }
    }

    async fn customer_knows_their_owner_and_backup_by_name_and_mail(two: Two) {
        let of = |name: &str| json!({ "name": name, "email": format!("{name}@acme.test") });
        for token in [&two.carl.token, &two.ana.token] {
            assert_eq!(two.backup(token).await, of("Ben"));
        }
        let entries = two.ask("{accounts{nodes{timeline(types:[NOTE]){nodes{subject member{name}}}}}}").await;
        let mut entries = entries["data"]["accounts"]["nodes"][0]["timeline"]["nodes"].as_array().unwrap().clone();
        entries.sort_by_key(|entry| entry["subject"].to_string());
        let entry = |subject: &str, who: Option<&str>| json!({ "subject": subject, "member": who.map(|name| json!({ "name": name })) });
        assert_eq!(entries, [entry("by another", None), entry("by the backup", Some("Ben")), entry("by the owner", Some("Ana"))]);
        two.app.forward(chrono::TimeDelta::seconds(1));
        two.backs(two.sam.id).await;
        assert_eq!(two.backup(&two.carl.token).await, of("Ben"), "the first stays");
        update(&two.app, two.ben.id, |input| input.active = Some(false)).await;
        assert_eq!(two.backup(&two.carl.token).await, of("Sam"), "who has left stands in for nobody");
        two.leaves(two.sam.id).await;
        assert_eq!(two.backup(&two.carl.token).await, Value::Null);
    }

    async fn customer_learns_nothing_by_filtering_or_sorting(two: Two) {
        for (list, _, shown, hidden) in FILTERS {
            let known = format!("known are {}", shown.join(", "));
            for filter in hidden {
                for whole in [(*filter).to_owned(), format!("not:{{{filter}}}"), format!("or:[{{and:[{{{filter}}}]}}]")] {
                    let answer = two.ask(&format!("{{{list}(filter:{{{whole}}}){{totalCount}}}}")).await;
                    let error = &answer["errors"][0]["extensions"];
                    assert_eq!((&error["code"], &answer["data"][list]), (&json!("INVALID"), &Value::Null), "{whole}: {answer}");
                    assert_eq!(error["errors"][0]["pointer"], json!(format!("/filter/{}", name(filter))), "{answer}");
                    assert!(error["errors"][0]["detail"].as_str().unwrap().ends_with(&known), "{answer}");
                }
                let parameter = snake(name(filter));
                for operator in ["", "_in", "_is_null", "_gte", "_lt", "_any", "_none"] {
                    let told = async |name: &str| {
                        let (status, body) = two.get(&format!("/api/v1/{list}?{name}{operator}=x")).await;
                        (status, json!([body["code"], body["detail"], body["errors"]]).to_string().replace(name, "…"))
                    };
                    assert_eq!(told(&parameter).await, told("nonsense").await, "{parameter}{operator}");
                }
            }
        }
        for (list, _, shown, hidden) in SORTS {
            for (sort, parameter) in hidden {
                let answer = two.ask(&format!("{{{list}(sort:{sort}){{totalCount}}}}")).await;
                assert_eq!((code(&answer), &answer["data"][list]), ("INVALID", &Value::Null), "{answer}");
                let told = async |name: &str| {
                    let (status, body) = two.get(&format!("/api/v1/{list}?sort={name}")).await;
                    (status, body["code"].clone(), body["errors"][0]["pointer"].clone())
                };
                assert_eq!(told(parameter).await, told("nonsense").await);
            }
            for sort in shown {
                let answer = two.ask(&format!("{{{list}(sort:{sort}){{totalCount}}}}")).await;
                assert_eq!(answer["data"][list]["totalCount"], 1, "{answer}");
            }
        }
        let answer = two.ask("{accounts(filter:{domain:{isNull:true}} sort:RENEWAL_DESC){totalCount}}").await;
        assert_eq!(answer["data"]["accounts"]["totalCount"], 1, "{answer}");
    }

    async fn what_is_of_others_answers_like_what_never_was(two: Two) {
        let unasked = two.app.survey(SurveyKind::Csat).await.to_string();
        let ids = |list: Vec<session::Model>| list.into_iter().find(|row| row.contact_id == Some(two.dora.id)).unwrap().id;
        let session = ids(two.app.rows::<session::Entity>().await).to_string();
        let (initech, dora, eve) = (two.initech.to_string(), two.dora.id.to_string(), two.eve.id.to_string());
        for (query, id) in [
            ("{account(id:\"$\"){id}}", &initech),
            ("{contact(id:\"$\"){id name}}", &dora),
            ("{contact(id:\"$\"){id name}}", &eve),
            ("{survey(id:\"$\"){name}}", &unasked),
            ("mutation{revokeSession(id:\"$\")}", &session),
        ] {
            let (theirs, never) = (two.text(&query.replace('$', id)).await, two.text(&query.replace('$', NEVER)).await);
            assert!(never.contains("NOT_FOUND"), "{never}");
            assert_eq!(theirs.replace(id, NEVER), never, "{query}");
        }
        for (list, which) in [
            ("accounts", "search:\"initech\""),
            ("accounts", &format!("filter:{{id:{{eq:\"{initech}\"}}}}")),
            ("contacts", "search:\"dora\""),
            ("contacts", "archived:true,search:\"client.test\",filter:{not:{title:{eq:\"x\"}},language:{eq:\"xx\"}}"),
            ("contacts", &format!("accountId:\"{initech}\"")),
            ("contacts", &format!("filter:{{id:{{in:[\"{dora}\",\"{eve}\"]}}}}")),
            ("responses", &format!("filter:{{accountId:{{eq:\"{initech}\"}}}}")),
            ("responses", &format!("filter:{{contactId:{{eq:\"{dora}\"}}}}")),
            ("responses", "filter:{score:{lt:9}}"),
        ] {
            let answer = two.ask(&format!("{{{list}({which}){{totalCount nodes{{id}}}}}}")).await;
            assert_eq!(answer["data"][list], json!({ "totalCount": 0, "nodes": [] }), "{which}: {answer}");
        }
        let surveys = two.ask("{surveys{kind}}").await;
        assert_eq!(surveys["data"]["surveys"], json!([{ "kind": "NPS" }]), "only those they were asked: {surveys}");
    }

    async fn no_file_is_for_customers(two: Two) {
        let document: Value = serde_json::from_str(include_str!("../../openapi/openapi.json")).unwrap();
        let files = document["paths"].as_object().unwrap().keys().filter(|path| path.starts_with("/api/v1/exports/"));
        let files: BTreeSet<&String> = files.collect();
        assert!(files.len() >= 10, "{files:?}");
        for file in files {
            let (status, body) = two.get(file).await;
            assert_eq!((status, &body["code"]), (403, &json!("FORBIDDEN")), "{file}");
        }
    }

    async fn a_customer_hears_of_their_own_answers_until_their_account_is_archived(two: Two) {
        let app = &two.app;
        let served = Served::start(app.app.router()).await;
        let mut sockets = Vec::new();
        for who in [&two.carl, &two.finn] {
            let mut socket = Socket::of(&served.url, &who.token).await;
            socket.subscribe("a", "subscription{responseReceived{score contact{name}}}").await;
            sockets.push(socket);
        }
        assert_eq!(app.answer(&two.links[3], 4).await.status, 201);
        assert_eq!(app.amend(&two.links[0], 10, 1).await.status, 200);
        // Had the other's come, it would have come first.
        for (socket, score, name) in [(0, 10, "Carl"), (1, 4, "Finn")] {
            let said = sockets[socket].event("a").await;
            assert_eq!(said["data"]["responseReceived"], json!({ "score": score, "contact": { "name": name } }));
        }
        let version = app.gql(Some(&two.ana.token), "{accounts(search:\"globex\"){nodes{version}}}", json!({})).await;
        let version = &version["data"]["accounts"]["nodes"][0]["version"];
        let archive = format!("mutation{{updateAccount(input:{{id:\"{}\",version:{version},archived:true}}){{id}}}}", two.globex);
        assert!(app.gql(Some(&two.ana.token), &archive, json!({})).await["errors"].is_null());
        assert_eq!(code(&two.ask("{me{role}}").await), "UNAUTHENTICATED");
        for socket in &mut sockets {
            assert_eq!(socket.within(Duration::from_secs(5)).await, Some(Heard::Closed(4401)));
        }
        let fresh = app.gql(Some(&app.token(Subject::Contact(two.carl.id)).await), "{me{role}}", json!({})).await;
        assert_eq!(code(&fresh), "UNAUTHENTICATED", "a new token opens nothing either");
    }
}
