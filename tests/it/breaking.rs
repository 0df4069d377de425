//! Clients made from the released contract go on working: nothing in it is removed or narrowed by accident.
//!
//! `tests/contract` holds the released files. To renew them on purpose, with a release that says so:
//! `cp openapi/openapi.json openapi/schema.graphql tests/contract/`.

use serde_json::{Value, json};
use tests::{
    breaking::{graphql, openapi},
    js::{self, Js},
    skip::skip,
};

const OPENAPI: &str = include_str!("../../openapi/openapi.json");
const SCHEMA: &str = include_str!("../../openapi/schema.graphql");
const RELEASED_OPENAPI: &str = include_str!("../contract/openapi.json");
const RELEASED_SCHEMA: &str = include_str!("../contract/schema.graphql");

fn released() -> Value {
    serde_json::from_str(RELEASED_OPENAPI).unwrap()
}

#[test]
fn nothing_that_was_released_is_removed_or_narrowed() {
    let mut found = openapi(&released(), &serde_json::from_str(OPENAPI).unwrap());
    found.extend(graphql(RELEASED_SCHEMA, SCHEMA));
    assert!(found.is_empty(), "clients of the released contract would break:\n{}", found.join("\n"));
}

/// A change of the released document at a pointer, and what is told of it; nothing, where it harms nobody.
type Change = (&'static str, fn(&mut Value), &'static str);

fn drop_key(value: &mut Value, key: &str) {
    assert!(value.as_object_mut().unwrap().remove(key).is_some(), "no {key}");
}

fn drop_item(value: &mut Value, is_it: impl Fn(&Value) -> bool) {
    let list = value.as_array_mut().unwrap();
    let before = list.len();
    list.retain(|item| !is_it(item));
    assert_eq!(list.len() + 1, before);
}

const ACCOUNTS: &str = "/paths/~1api~1v1~1accounts/get";
const PUT: &str = "/paths/~1api~1v1~1accounts~1{ref}/put";

const CHANGES: &[Change] = &[
    ("/paths", |at| drop_key(at, "/api/v1/accounts"), "GET /api/v1/accounts is gone"),
    ("/paths/~1api~1v1~1accounts", |at| drop_key(at, "get"), "GET /api/v1/accounts is gone"),
    (ACCOUNTS, |at| at["operationId"] = json!("accounts"), "GET /api/v1/accounts has another operationId"),
    (ACCOUNTS, |at| at["security"] = json!([{"other": []}]), "GET /api/v1/accounts lets in no more by"),
    (
        "/paths/~1api~1v1~1auth~1token/post",
        |at| at["security"] = json!([{"bearer": []}]),
        "POST /api/v1/auth/token is open no more",
    ),
    (
        "/paths/~1api~1v1~1accounts/get/parameters",
        |at| drop_item(at, |item| item["name"] == "tier_in"),
        "GET /api/v1/accounts parameter tier_in is gone",
    ),
    (
        "/paths/~1api~1v1~1accounts/get/parameters/0",
        |at| at["required"] = json!(true),
        "GET /api/v1/accounts parameter first must be given now",
    ),
    (
        "/paths/~1api~1v1~1accounts/get/parameters/0/schema",
        |at| at["maximum"] = json!(50),
        "GET /api/v1/accounts parameter first has another maximum: 50 for 100",
    ),
    (
        "/paths/~1api~1v1~1accounts/get/parameters/0/schema",
        |at| at["default"] = json!(50),
        "GET /api/v1/accounts parameter first has another default: 50 for 25",
    ),
    (
        "/paths/~1api~1v1~1accounts/get/parameters/1/schema",
        |at| at["pattern"] = json!("^[a-z]+$"),
        "GET /api/v1/accounts parameter after has another pattern",
    ),
    (
        "/paths/~1api~1v1~1accounts/get/parameters/2/schema/enum",
        |at| drop_item(at, |item| item == "name"),
        "GET /api/v1/accounts parameter sort lost the word name",
    ),
    ("/paths/~1api~1v1~1accounts/get/responses", |at| drop_key(at, "403"), "GET /api/v1/accounts answer 403 is gone"),
    (
        "/paths/~1api~1v1~1accounts/get/responses",
        |at| at["206"] = at["200"].clone(),
        "GET /api/v1/accounts may answer 206 now",
    ),
    (
        "/paths/~1api~1v1~1accounts~1{ref}/put/responses/201/headers",
        |at| drop_key(at, "ETag"),
        "PUT /api/v1/accounts/{ref} answer 201 header ETag is gone",
    ),
    (
        "/paths/~1api~1v1~1accounts~1{ref}/put/requestBody/content",
        |at| drop_key(at, "application/json"),
        "PUT /api/v1/accounts/{ref} body as application/json is gone",
    ),
    (
        "/components/schemas/UpsertAccount/properties",
        |at| drop_key(at, "segment"),
        "UpsertAccount (Request).segment is gone",
    ),
    (
        "/components/schemas/UpsertAccount",
        |at| at["required"] = json!(["name"]),
        "UpsertAccount (Request).name must be given now",
    ),
    (
        "/components/schemas/UpsertAccount/properties/name",
        |at| at["maxLength"] = json!(100),
        "UpsertAccount (Request).name has another maxLength: 100 for 200",
    ),
    (
        "/components/schemas/UpsertAccount/properties/domain",
        |at| at["type"] = json!("string"),
        "UpsertAccount (Request).domain may be null no more",
    ),
    (
        "/components/schemas/UpsertAccount/properties/tier",
        |at| *at = at["oneOf"][0].take(),
        "UpsertAccount (Request).tier may be null no more",
    ),
    (
        "/components/schemas/UpsertContact/properties/roles",
        |at| at["maxItems"] = json!(3),
        "UpsertContact (Request).roles has another maxItems: 3 for 6",
    ),
    ("/components/schemas/Account/properties", |at| drop_key(at, "owner"), "Account (Answer).owner is gone"),
    (
        "/components/schemas/Account/required",
        |at| drop_item(at, |item| item == "owner"),
        "Account (Answer).owner may be absent now",
    ),
    (
        "/components/schemas/Account/properties/name/type",
        |at| *at = json!(["string", "null"]),
        "Account (Answer).name may be null now",
    ),
    (
        "/components/schemas/Account/properties/version/type",
        |at| *at = json!("string"),
        "Account (Answer).version has another type",
    ),
    (
        "/components/schemas/Account/properties/healthScore",
        |at| at["maximum"] = json!(1000),
        "Account (Answer).healthScore has another maximum: 1000 for 100",
    ),
    ("/components/schemas/Tier/enum", |at| drop_item(at, |item| item == "KEY"), "Tier (Request) lost the word KEY"),
    (
        "/components/schemas/Grant/oneOf",
        |at| drop(at.as_array_mut().unwrap().pop()),
        "Grant (Request) lost the alternative",
    ),
    ("/components/schemas", |at| drop_key(at, "AccountPage"), "schemas/AccountPage is gone"),
    // What harms nobody.
    (
        ACCOUNTS,
        |at| {
            at["parameters"]
                .as_array_mut()
                .unwrap()
                .push(json!({"name": "new", "in": "query", "schema": {"type": "string"}}))
        },
        "",
    ),
    ("/components/schemas/Account/properties", |at| at["new"] = json!({"type": "string"}), ""),
    ("/components/schemas/UpsertAccount/properties", |at| at["new"] = json!({"type": "string"}), ""),
    (ACCOUNTS, |at| at["security"] = json!([]), ""),
    (PUT, |at| at["responses"]["410"] = json!({"description": "Gone"}), ""),
];

#[test]
fn each_way_to_remove_or_narrow_rest_is_named() {
    for &(pointer, change, told) in CHANGES {
        let mut changed = released();
        change(changed.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")));
        let found = openapi(&released(), &changed);
        if told.is_empty() {
            assert_eq!(found, Vec::<String>::new(), "{pointer} harms nobody");
        } else {
            assert!(found.iter().any(|found| found.starts_with(told)), "{told:?} is not among {found:#?}");
        }
    }
}

/// A piece of a small schema, what becomes of it, and what is told.
const GRAPH: &str = "type Query { account(id: ID!, deep: Boolean = false): Account pets: [Pet!]! }
type Account implements Node { id: ID! name: String! tier: Tier! score: Int tags: [String!]! }
interface Node { id: ID! }
enum Tier { KEY STANDARD }
union Pet = Account | Cat
type Cat { name: String }
input Change { id: ID! name: String tags: [String!] }
type Mutation { change(input: Change!): Account! }
scalar Time";

const GRAPH_CHANGES: &[(&str, &str, &str)] = &[
    ("scalar Time", "", "Time is gone"),
    ("scalar Time", "enum Time { NOW }", "Time is of another kind"),
    (" tier: Tier!", "", "Account.tier is gone"),
    ("name: String! tier", "name: String tier", "Account.name is String now, not String!"),
    ("tags: [String!]! }", "tags: [String]! }", "Account.tags is [String]! now"),
    ("score: Int", "score: Float", "Account.score is Float now"),
    (" implements Node", "", "Account lost the interface Node"),
    ("KEY STANDARD", "STANDARD", "Tier lost the word KEY"),
    ("Account | Cat", "Account", "Pet lost the member Cat"),
    (", deep: Boolean = false", "", "Query.account.deep is gone"),
    ("Boolean = false", "Boolean = true", "Query.account.deep has another default"),
    ("Boolean = false", "Boolean! = false", "Query.account.deep takes Boolean! now"),
    ("deep: Boolean = false", "deep: Boolean = false, why: String!", "Query.account.why must be given now"),
    ("id: ID! name: String tags", "id: ID! tags", "Change.name is gone"),
    ("name: String tags", "name: String! tags", "Change.name takes String! now"),
    ("name: String tags", "name: String why: String! tags", "Change.why must be given now"),
    ("[String!] }", "[String!]! }", "Change.tags takes [String!]! now"),
    // What harms nobody.
    ("score: Int", "score: Int!", ""),
    ("KEY STANDARD", "KEY STANDARD OTHER", ""),
    ("input Change { id: ID!", "input Change { id: ID", ""),
    ("deep: Boolean = false", "deep: Boolean = false, why: String", ""),
    ("scalar Time", "scalar Time scalar Day", ""),
];

fn changed_graphs() -> impl Iterator<Item = (String, &'static str)> {
    GRAPH_CHANGES.iter().map(|&(from, to, told)| {
        assert_eq!(GRAPH.matches(from).count(), 1, "{from}");
        (GRAPH.replace(from, to), told)
    })
}

#[test]
fn each_way_to_remove_or_narrow_graphql_is_named() {
    for (changed, told) in changed_graphs() {
        let found = graphql(GRAPH, &changed);
        if told.is_empty() {
            assert_eq!(found, Vec::<String>::new(), "{changed}");
        } else {
            assert!(found.iter().any(|found| found.starts_with(told)), "{told:?} is not among {found:#?}");
        }
    }
}

/// graphql-js judges alike, and finds nothing in the contract.
#[tokio::test]
async fn another_judge_of_graphql_agrees() {
    let Some(js) = Js::with(&["breaking.mjs"]) else { return skip("Node with its packages", js::CURE) };
    let mut pairs = vec![json!([RELEASED_SCHEMA, SCHEMA])];
    pairs.extend(changed_graphs().map(|(changed, _)| json!([GRAPH, changed])));
    std::fs::write(js.path().join("pairs.json"), Value::Array(pairs).to_string()).unwrap();
    let found: Vec<Vec<String>> = serde_json::from_str(&js.node(&["breaking.mjs", "pairs.json"]).await).unwrap();
    assert_eq!(found[0], Vec::<String>::new());
    for ((changed, told), found) in changed_graphs().zip(&found[1..]) {
        // That a default has changed is dangerous to them, not breaking.
        let is_default = told.ends_with("another default");
        assert_eq!(found.is_empty(), told.is_empty() || is_default, "{told:?}: {found:?}\n{changed}");
    }
}
