//! Every type and field of the schema, sorted on purpose: what customers see, what they do not, and by what they may
//! filter and sort.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, InputValueDefinition, Type, TypeKind, TypeSystemDefinition},
};

use crate::access;

/// Fields of staff: null and `FORBIDDEN` at their path. What is asked below the field comes with it.
pub const HIDDEN: [(&str, &[&str]); 7] = [
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
            "openEscalations",
            "escalations{edges{cursor}}",
        ],
    ),
    ("Contact", &["roles", "muted", "archivedAt", "source", "reference", "mergedIntoId"]),
    ("Interaction", &["source", "externalId"]),
    ("Invitation", &["suppressed", "dueAt", "bouncedAt", "error", "visitedAt", "visits{at}"]),
    ("Member", &["role", "active", "version", "createdAt", "team{name}"]),
    (
        "Response",
        &[
            "creditedTo{name}",
            "inherited",
            "category",
            "segment",
            "territory",
            "tier",
            "versions{version}",
            "source",
            "reference",
        ],
    ),
    ("Survey", &["definition{scale{min}}", "draft{scale{min}}", "archivedAt", "versions{number}"]),
];

const CONNECTION: &[&str] = &["edges", "nodes", "pageInfo", "totalCount"];
const EDGE: &[&str] = &["cursor", "node"];

/// How a customer comes to a type (`$f` stands for its fields), and the fields of it that customers see.
pub const SHOWN: [(&str, &str, &[&str]); 20] = [
    (
        "Account",
        "{account(id:\"$account\"){$f}}",
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
            "backup",
            "parent",
            "contacts",
            "timeline",
            "invitations",
            "responses",
        ],
    ),
    ("AccountConnection", "{accounts{$f}}", CONNECTION),
    ("AccountEdge", "{accounts{edges{$f}}}", EDGE),
    ("PageInfo", "{accounts{pageInfo{$f}}}", &["hasNextPage", "hasPreviousPage", "startCursor", "endCursor"]),
    ("ParentAccount", "{account(id:\"$account\"){parent{$f}}}", &["id", "name"]),
    (
        "Contact",
        "{contact(id:\"$contact\"){$f}}",
        &[
            "id",
            "name",
            "email",
            "title",
            "language",
            "timeZone",
            "mailState",
            "version",
            "createdAt",
            "updatedAt",
            "account",
        ],
    ),
    ("ContactConnection", "{contacts{$f}}", CONNECTION),
    ("ContactEdge", "{contacts{edges{$f}}}", EDGE),
    ("FurtherAnswer", "{responses{nodes{answers{$f}}}}", &["question", "score", "text"]),
    (
        "Interaction",
        "{account(id:\"$account\"){timeline{nodes{$f}}}}",
        &[
            "id",
            "type",
            "direction",
            "channel",
            "occurredAt",
            "subject",
            "body",
            "customerVisible",
            "member",
            "contact",
            "account",
        ],
    ),
    ("InteractionConnection", "{account(id:\"$account\"){timeline{$f}}}", CONNECTION),
    ("InteractionEdge", "{account(id:\"$account\"){timeline{edges{$f}}}}", EDGE),
    (
        "Invitation",
        "{account(id:\"$account\"){invitations{$f}}}",
        &[
            "id",
            "waveId",
            "status",
            "language",
            "queuedAt",
            "sentAt",
            "step",
            "remindedAt",
            "expiresAt",
            "mode",
            "contact",
            "account",
            "survey",
        ],
    ),
    ("Me", "{me{$f}}", &["role", "member", "contact", "keyId", "scopes", "mustChangePassword"]),
    ("Member", "{account(id:\"$account\"){owner{$f} backup{$f}}}", &["id", "name", "email"]),
    (
        "Response",
        "{responses{nodes{$f}}}",
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
    ("ResponseConnection", "{responses{$f}}", CONNECTION),
    ("ResponseEdge", "{responses{edges{$f}}}", EDGE),
    ("Session", "{sessions{$f}}", &["id", "createdAt", "refreshedAt", "expiresAt", "userAgent", "current"]),
    ("Survey", "{surveys{$f}}", &["id", "kind", "name", "question", "mode", "version", "number"]),
];

/// Types that customers never come to: each way there leads through a hidden field, or a root field that is forbidden.
const BEHIND: [&str; 51] = [
    "AuditConnection",
    "AuditEdge",
    "AuditEntry",
    "Collaborator",
    "CommentTexts",
    "Cover",
    "CreatedIntegrationKey",
    "Delivery",
    "DryRun",
    "DuplicateGroup",
    "ErasedContact",
    "Escalation",
    "EscalationConnection",
    "EscalationEdge",
    "Exclusion",
    "SharedSecret",
    "Figure",
    "Funnel",
    "FunnelGroup",
    "FurtherQuestion",
    "FurtherTexts",
    "IntegrationKey",
    "InvitationConnection",
    "InvitationEdge",
    "MemberConnection",
    "MemberEdge",
    "Money",
    "OptionText",
    "Ownership",
    "Planned",
    "Program",
    "ProgramAudience",
    "ProgramConnection",
    "ProgramEdge",
    "ProgramPlan",
    "ResponseVersion",
    "SatisfactionGroup",
    "Scale",
    "Sent",
    "SuppressedCount",
    "SurveyDefinition",
    "SurveyPreview",
    "SurveyTexts",
    "SurveyVersion",
    "Team",
    "TestMail",
    "Visit",
    "Wave",
    "WaveConnection",
    "WaveEdge",
    "Window",
];

/// A list that customers read: its filter, the fields they may filter by, and those they may not, each with a value.
pub const FILTERS: [(&str, &str, &[&str], &[&str]); 3] = [
    (
        "accounts",
        "AccountFilter",
        &["id", "domain", "territory", "industry", "renewalOn", "updatedAt"],
        &[
            "ownerId:{isNull:false}",
            "teamId:{isNull:false}",
            "parentId:{isNull:true}",
            "source:{isNull:true}",
            "reference:{isNull:true}",
            "segment:{eq:\"Whales\"}",
            "tier:{eq:STANDARD}",
            "lifecycle:{eq:ACTIVE}",
            "annualValue:{gte:0}",
            "healthScore:{gte:0}",
            "lastLiveAt:{gte:\"2020-01-01T00:00:00Z\"}",
        ],
    ),
    (
        "contacts",
        "ContactFilter",
        &["id", "accountId", "title", "language", "timeZone", "updatedAt"],
        &["source:{isNull:true}", "reference:{isNull:true}", "roles:{none:[CHAMPION]}"],
    ),
    (
        "responses",
        "ResponseFilter",
        &[
            "accountId",
            "contactId",
            "surveyId",
            "kind",
            "question",
            "score",
            "commented",
            "language",
            "answeredAt",
            "amendedAt",
        ],
        &[
            "waveId:{isNull:false}",
            "category:{eq:PROMOTER}",
            "segment:{eq:\"Whales\"}",
            "territory:{eq:\"North\"}",
            "tier:{eq:STANDARD}",
            "ownerId:{isNull:false}",
            "inherited:true",
        ],
    ),
];

/// A list that customers read: its orders, those they may ask for, and those they may not, as REST calls them too.
pub type Orders = (&'static str, &'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);

pub const SORTS: [Orders; 3] = [
    (
        "accounts",
        "AccountSort",
        &[
            "NAME_ASC",
            "NAME_DESC",
            "RENEWAL_ASC",
            "RENEWAL_DESC",
            "CREATED_ASC",
            "CREATED_DESC",
            "UPDATED_ASC",
            "UPDATED_DESC",
        ],
        &[
            ("HEALTH_ASC", "healthScore"),
            ("HEALTH_DESC", "-healthScore"),
            ("LAST_LIVE_ASC", "lastLiveAt"),
            ("LAST_LIVE_DESC", "-lastLiveAt"),
        ],
    ),
    ("contacts", "ContactSort", &["CREATED_ASC", "CREATED_DESC", "UPDATED_ASC", "UPDATED_DESC"], &[]),
    ("responses", "ResponseSort", &["ANSWERED_DESC", "ANSWERED_ASC"], &[]),
];

/// A field without what is asked below it.
pub fn name(field: &str) -> &str {
    field.split(['{', ':']).next().unwrap()
}

/// A type of the schema.
pub struct Kind {
    pub is_object: bool,
    /// Fields, or words, with their own types' names.
    pub parts: BTreeMap<String, String>,
    /// Of each field the arguments, with their types' names.
    arguments: BTreeSet<(String, String, String)>,
}

/// The types of the schema by name.
pub fn schema() -> BTreeMap<String, Kind> {
    let document = parse_schema(include_str!("../../../openapi/schema.graphql")).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(of) => Some((of.node.name.node.to_string(), kind(of.node.kind))),
        _ => None,
    });
    types.collect()
}

fn kind(of: TypeKind) -> Kind {
    let mut kind = Kind { is_object: false, parts: BTreeMap::new(), arguments: BTreeSet::new() };
    let part = |field: &InputValueDefinition| (field.name.node.to_string(), named(&field.ty.node));
    match of {
        TypeKind::Object(object) => {
            kind.is_object = true;
            for field in object.fields.iter().map(|field| &field.node) {
                let name = field.name.node.to_string();
                let arguments = field.arguments.iter().map(|argument| part(&argument.node));
                kind.arguments.extend(arguments.map(|(argument, of)| (name.clone(), argument, of)));
                kind.parts.insert(name, named(&field.ty.node));
            }
        }
        TypeKind::InputObject(input) => kind.parts.extend(input.fields.iter().map(|field| part(&field.node))),
        TypeKind::Enum(words) => {
            kind.parts.extend(words.values.iter().map(|word| (word.node.value.node.to_string(), String::new())));
        }
        _ => {}
    }
    kind
}

fn named(of: &Type) -> String {
    match &of.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => named(inner),
    }
}

fn set<'a>(words: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    words.into_iter().collect()
}

/// What customers see of a type.
fn shown(of: &str) -> Option<&'static [&'static str]> {
    SHOWN.into_iter().find(|(name, ..)| *name == of).map(|(.., fields)| fields)
}

const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// Root fields that do not answer customers with `FORBIDDEN` whatever they ask.
fn open() -> BTreeSet<&'static str> {
    access::calls().filter(|(.., verdicts)| verdicts.as_bytes()[2] != b'F').map(|(field, ..)| *field).collect()
}

#[test]
fn every_field_of_every_type_is_known_to_be_hidden_or_shown() {
    let (schema, open) = (schema(), open());
    let roots = ROOTS.iter().flat_map(|root| &schema[*root].parts).filter(|(field, _)| open.contains(field.as_str()));
    let mut next: Vec<&str> = roots.map(|(_, of)| of.as_str()).collect();
    let mut reached = BTreeSet::new();
    while let Some(of) = next.pop() {
        let Some(kind) = schema.get(of).filter(|kind| kind.is_object) else { continue };
        if !reached.insert(of) {
            continue;
        }
        let shown = shown(of).unwrap_or_else(|| panic!("customers come to {of} now: sort its fields"));
        let hidden = HIDDEN.iter().find(|(name, _)| *name == of).map_or(&[][..], |(_, fields)| *fields);
        let known: Vec<&str> = shown.iter().copied().chain(hidden.iter().map(|field| name(field))).collect();
        assert_eq!(known.len(), kind.parts.len(), "{of}: a field is in no list, or in two");
        assert_eq!(set(kind.parts.keys().map(String::as_str)), set(known), "{of}");
        next.extend(shown.iter().map(|field| kind.parts[*field].as_str()));
    }
    assert_eq!(reached, set(SHOWN.map(|(name, ..)| name)), "no way leads there any more");
    let objects = schema.iter().filter(|(name, kind)| kind.is_object && !ROOTS.contains(&name.as_str()));
    let behind = objects.map(|(name, _)| name.as_str()).filter(|name| !reached.contains(name));
    assert_eq!(set(behind), set(BEHIND), "a new type that customers do not come to");
}

#[test]
fn every_filter_and_order_is_known_to_be_hidden_or_shown() {
    let (schema, open) = (schema(), open());
    let of_customers = |argument: &str| -> BTreeSet<(String, String)> {
        let asked = schema["Query"].arguments.iter().filter(|(_, name, _)| name == argument);
        let asked = asked.filter(|(field, ..)| open.contains(field.as_str()));
        asked.map(|(field, _, of)| (field.clone(), of.clone())).collect()
    };
    let pair = |list: &str, of: &str| (list.to_owned(), of.to_owned());
    assert_eq!(of_customers("filter"), FILTERS.map(|(list, of, ..)| pair(list, of)).into());
    assert_eq!(of_customers("sort"), SORTS.map(|(list, of, ..)| pair(list, of)).into());
    for (_, of, shown, hidden) in FILTERS {
        let known = shown.iter().copied().chain(hidden.iter().map(|field| name(field))).chain(["and", "or", "not"]);
        assert_eq!(set(schema[of].parts.keys().map(String::as_str)), set(known), "{of}");
    }
    for (_, of, shown, hidden) in SORTS {
        let known = shown.iter().copied().chain(hidden.iter().map(|(word, _)| *word));
        assert_eq!(set(schema[of].parts.keys().map(String::as_str)), set(known), "{of}");
    }
}
