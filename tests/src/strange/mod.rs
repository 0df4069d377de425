//! Strange requests for every writable field of both doors.
//!
//! Names in capitals stand for ids of the story they are sent into: `ACCOUNT`, `CONTACT`, `MEMBER`,
//! `TEAM`, `SURVEY`, and `LINK` for the token of a survey link. None of the requests to answer or to
//! send a survey is right in all of its parts.

mod values;

use serde_json::{Value, json};

use values::{LITERALS, texts};

/// Every input of the GraphQL door: what it needs, and the fields to try.
const INPUTS: &[(&str, &str, &str, &str)] = &[
    (
        "createAccount",
        "CreateAccount",
        r#"{"name":"A","teamId":"TEAM"}"#,
        "name domain parentId territory industry segment tier lifecycle annualValue renewalOn ownerId teamId",
    ),
    (
        "updateAccount",
        "UpdateAccount",
        r#"{"id":"ACCOUNT","version":99}"#,
        "id version name domain parentId territory industry segment tier lifecycle annualValue renewalOn archived",
    ),
    (
        "createContact",
        "CreateContact",
        r#"{"accountId":"ACCOUNT","name":"A"}"#,
        "accountId name email title roles language timeZone",
    ),
    (
        "updateContact",
        "UpdateContact",
        r#"{"id":"CONTACT","version":99}"#,
        "id version name email title roles language timeZone archived",
    ),
    ("createMember", "CreateMember", r#"{"name":"A","email":"a"}"#, "name email admin teamId password"),
    ("updateMember", "UpdateMember", r#"{"id":"MEMBER","version":99}"#, "id version name email admin active teamId"),
    ("createTeam", "CreateTeam", r#"{"name":"T","parentId":"CONTACT"}"#, "name parentId leadId deputyIds"),
    ("updateTeam", "UpdateTeam", r#"{"id":"TEAM","version":99}"#, "id version name parentId leadId deputyIds"),
    (
        "logInteraction",
        "LogInteraction",
        r#"{"accountId":"ACCOUNT","type":"NOTE","subject":"S","externalId":"1"}"#,
        "accountId type channel direction occurredAt contactId subject body customerVisible externalId",
    ),
    ("assignOwner", "AssignOwner", r#"{"accountId":"ACCOUNT","memberId":"CONTACT"}"#, "accountId memberId reason"),
    ("endOwnership", "EndOwnership", r#"{"accountId":"CONTACT"}"#, "accountId reason"),
    (
        "addCollaborator",
        "AddCollaborator",
        r#"{"accountId":"CONTACT","memberId":"MEMBER","role":"SPONSOR"}"#,
        "accountId memberId role",
    ),
    (
        "removeCollaborator",
        "RemoveCollaborator",
        r#"{"accountId":"CONTACT","memberId":"MEMBER"}"#,
        "accountId memberId",
    ),
    ("createSurvey", "CreateSurvey", r#"{"name":"S","copyOf":"SURVEY"}"#, "name copyOf question"),
    ("updateSurvey", "UpdateSurvey", r#"{"id":"SURVEY","version":1}"#, "id version draft"),
    ("publishSurvey", "SurveyAt", r#"{"id":"CONTACT","version":1}"#, "id version"),
    ("archiveSurvey", "SurveyAt", r#"{"id":"CONTACT","version":1}"#, "id version"),
    ("sendTestMail", "PreviewSurvey", r#"{"surveyId":"CONTACT"}"#, "surveyId contactId language score"),
];

/// A survey's draft with a hole in it.
const DRAFTS: &[&str] = &[
    r#"{"scale":{"min":0,"max":10,"satisfiedFrom":9},"texts":[{"language":HOLE,"question":"Q"}]}"#,
    r#"{"scale":{"min":0,"max":10,"satisfiedFrom":9},"texts":[{"language":"en","question":HOLE,"intro":HOLE}]}"#,
    r#"{"scale":{"min":0,"max":HOLE,"satisfiedFrom":HOLE},"texts":[{"language":"en","question":"Q"}]}"#,
    r#"{"scale":{"min":0,"max":10,"satisfiedFrom":9},"further":[{"key":HOLE,"kind":"CHOICE","options":[HOLE,"b"],"showFrom":HOLE}],"texts":[]}"#,
];

/// Arguments of the reading fields, each with its type.
const ARGUMENTS: &[(&str, &str, &str)] = &[
    ("accounts", "search", "String"),
    ("accounts", "after", "String"),
    ("accounts", "before", "String"),
    ("accounts", "first", "Int"),
    ("accounts", "last", "Int"),
    ("accounts", "filter", "AccountFilter"),
    ("contacts", "search", "String"),
    ("contacts", "after", "String"),
    ("contacts", "accountId", "UUID"),
    ("members", "search", "String"),
    ("members", "after", "String"),
    ("responses", "after", "String"),
    ("responses", "filter", "ResponseFilter"),
];

/// Filters with a hole in them.
const FILTERS: &[(&str, &str, &str)] = &[
    (
        "accounts",
        "AccountFilter",
        "domain territory industry segment tier lifecycle annualValue renewalOn healthScore lastLiveAt updatedAt id ownerId",
    ),
    ("responses", "ResponseFilter", "accountId surveyId kind score answeredAt"),
];

fn body(query: &str, variables: &str) -> String {
    format!(r#"{{"query":{},"variables":{variables}}}"#, json!(query))
}

/// One request; its body may be no JSON.
#[derive(Clone, Debug)]
pub struct Strange {
    pub method: &'static str,
    pub path: &'static str,
    pub body: String,
    /// The mutation it tries, if any.
    pub mutation: Option<&'static str>,
}

/// Every request: each value in each place.
///
/// # Panics
/// Never: the inputs above are JSON.
pub fn table() -> Vec<Strange> {
    let mut values: Vec<String> = texts().iter().map(|text| json!(text).to_string()).collect();
    values.extend(LITERALS.iter().map(|literal| (*literal).to_owned()));
    let graphql = |query: &str, variables: &str| Strange {
        method: "POST",
        path: "/graphql",
        body: body(query, variables),
        mutation: None,
    };
    let rest = |method, path, body| Strange { method, path, body, mutation: None };
    let mut all = Vec::new();
    for value in &values {
        for (field, input, known, names) in INPUTS {
            let query = format!("mutation($input: {input}!) {{ {field}(input: $input) {{ __typename }} }}");
            let known: Value = serde_json::from_str(known).expect("JSON");
            for name in names.split(' ') {
                let mut others = known.clone();
                others.as_object_mut().expect("an object").remove(name);
                let others = others.to_string();
                let comma = if others == "{}" { "" } else { "," };
                let holed = format!("{{\"input\":{{\"{name}\":{value}{comma}{}}}", &others[1..]);
                all.push(Strange { mutation: Some(field), ..graphql(&query, &holed) });
            }
        }
        for draft in DRAFTS {
            let input =
                format!(r#"{{"input":{{"id":"SURVEY","version":99,"draft":{}}}}}"#, draft.replace("HOLE", value));
            let query = "mutation($input: UpdateSurvey!) { updateSurvey(input: $input) { __typename } }";
            all.push(Strange { mutation: Some("updateSurvey"), ..graphql(query, &input) });
        }
        for (field, name, kind) in ARGUMENTS {
            all.push(graphql(
                &format!("query($x: {kind}) {{ {field}({name}: $x) {{ pageInfo {{ hasNextPage }} }} }}"),
                &format!("{{\"x\":{value}}}"),
            ));
        }
        for (field, kind, names) in FILTERS {
            let query = format!("query($x: {kind}) {{ {field}(filter: $x) {{ pageInfo {{ hasNextPage }} }} }}");
            for name in names.split(' ') {
                // Orders and lists of values that are no text go the same way as one value.
                let operators: &[&str] = if value.starts_with('"') { &["eq"] } else { &["eq", "gte", "in"] };
                for operator in operators {
                    all.push(graphql(&query, &format!("{{\"x\":{{\"{name}\":{{\"{operator}\":{value}}}}}}}")));
                }
            }
        }
        all.push(graphql("query($x: String) { satisfaction(from: $x) { __typename } }", &format!("{{\"x\":{value}}}")));
        all.push(graphql(
            "query($x: DateTime!) { ownerAt(accountId: \"ACCOUNT\", at: $x) { __typename } }",
            &format!("{{\"x\":{value}}}"),
        ));
        for holed in [
            format!("{{\"score\":11,\"comment\":{value}}}"),
            format!("{{\"score\":{value},\"complete\":7}}"),
            format!("{{\"score\":9,\"answers\":{{\"x\":{value}}}}}"),
            format!("{{\"score\":11,\"answers\":{value}}}"),
            value.clone(),
        ] {
            all.push(rest("PUT", "/api/v1/invitations/LINK/response", holed));
        }
        for holed in [
            format!("{{\"accountId\":{value}}}"),
            format!("{{\"contactIds\":{value}}}"),
            format!("{{\"contactIds\":[{value}]}}"),
        ] {
            all.push(rest("POST", "/api/v1/surveys/SURVEY/send", holed));
        }
        all.push(rest(
            "POST",
            "/api/v1/auth/token",
            format!("{{\"grant\":\"password\",\"email\":{value},\"password\":\"x\"}}"),
        ));
        all.push(rest("POST", "/api/v1/auth/token", format!("{{\"grant\":\"api_key\",\"key\":{value}}}")));
    }
    all
}
