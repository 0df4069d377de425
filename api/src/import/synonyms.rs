//! What columns are called elsewhere, by field. Compared without regard to case, spaces and signs.

use super::Kind;

/// Names of a field's column, the likeliest first.
type Names = (&'static str, &'static [&'static str]);

const ACCOUNTS: &[Names] = &[
    (
        "reference",
        &[
            "id",
            "account id",
            "ref",
            "external id",
            "customer id",
            "client id",
            "company id",
            "account number",
            "customer number",
            "client number",
            "number",
            "account ref",
            "key",
            "code",
        ],
    ),
    (
        "name",
        &[
            "account name",
            "company",
            "company name",
            "customer",
            "customer name",
            "client",
            "client name",
            "organisation",
            "organization",
            "account",
        ],
    ),
    ("domain", &["domain name", "web domain", "email domain", "mail domain"]),
    ("parent", &["parent id", "parent account", "parent company", "parent account id", "subsidiary of"]),
    ("territory", &["region", "country", "area", "office location", "location", "boarding area"]),
    ("industry", &["sector", "branch", "vertical"]),
    ("segment", &["customer segment", "market segment"]),
    ("tier", &["class", "level", "account tier"]),
    ("lifecycle", &["lifecycle stage", "stage", "status"]),
    ("annual_value", &["annual revenue", "arr", "acv", "annual contract value", "contract value", "revenue", "value"]),
    ("renewal_on", &["renewal", "renewal date", "renews on", "contract end", "end date"]),
    ("health", &["health score"]),
    (
        "owner",
        &[
            "account owner",
            "account manager",
            "owner email",
            "owner id",
            "owner name",
            "sales rep",
            "rep",
            "sales agent",
            "manager",
        ],
    ),
    ("team", &["home team"]),
];

const MEMBERS: &[Names] = &[
    ("reference", &["id", "member id", "employee id", "user id", "staff id", "ref", "external id", "number"]),
    ("name", &["full name", "member name", "member", "employee", "user", "agent", "sales agent"]),
    ("email", &["mail", "email address", "mail address", "e mail address"]),
    ("role", &["member role"]),
    ("active", &["is active", "enabled"]),
    ("team", &["department", "group"]),
    ("leads", &["leads team", "lead of"]),
];

const ACCOUNT_OF: &[&str] = &[
    "account id",
    "account ref",
    "customer id",
    "client id",
    "company id",
    "account number",
    "customer number",
    "account name",
    "company",
    "company name",
    "customer",
    "customer name",
    "client",
    "client name",
    "organisation",
    "organization",
];

const CONTACTS: &[Names] = &[
    ("reference", &["id", "contact id", "person id", "ref", "external id"]),
    ("account", ACCOUNT_OF),
    ("name", &["full name", "contact name", "contact", "person"]),
    ("email", &["mail", "email address", "mail address", "contact email"]),
    ("title", &["job title", "position", "function"]),
    ("roles", &["contact roles"]),
    ("language", &["lang", "locale"]),
    ("time_zone", &["tz"]),
    ("mail_state", &[]),
    ("opted_out", &["opt out", "opted out of email", "unsubscribed", "do not contact", "do not email"]),
];

const INTERACTIONS: &[Names] = &[
    ("reference", &["id", "interaction id", "activity id", "event id", "ref", "external id"]),
    ("account", ACCOUNT_OF),
    ("member", &["owner", "user", "agent", "sales agent", "rep", "sales rep", "assigned to"]),
    ("contact", &["contact id", "contact email", "person"]),
    ("kind", &["type", "activity type", "interaction type"]),
    ("direction", &[]),
    ("channel", &["medium"]),
    (
        "occurred_at",
        &[
            "occurred",
            "occurred on",
            "activity date",
            "date",
            "date time",
            "timestamp",
            "time",
            "created at",
            "created",
        ],
    ),
    ("subject", &["title", "summary"]),
    ("body", &["notes", "note", "description", "details", "text"]),
    ("customer_visible", &["visible", "public"]),
];

const RESPONSES: &[Names] = &[
    ("reference", &["id", "response id", "respondent id", "answer id", "ref", "external id"]),
    ("account", ACCOUNT_OF),
    ("contact", &["contact id", "contact email", "email", "respondent email"]),
    ("owner", &["account owner", "account manager", "owner email", "owner id"]),
    (
        "answered_at",
        &[
            "answered",
            "answered on",
            "response date",
            "date",
            "submitted at",
            "submitted",
            "completed at",
            "completed",
            "timestamp",
            "created at",
        ],
    ),
    ("language", &["lang", "locale"]),
    ("territory", &["region", "country", "area", "location"]),
    ("survey", &["survey name", "question"]),
    ("kind", &["survey kind", "survey type"]),
    ("score", &[]),
    ("comment", &["comments", "feedback", "remarks", "remark", "verbatim", "reason"]),
];

/// Columns that hold the score of one kind of survey.
pub(super) const SCORES: [(&str, &[&str]); 3] = [
    ("NPS", &["nps", "nps score", "net promoter score", "likelihood to recommend"]),
    ("CSAT", &["csat", "csat score", "customer satisfaction", "satisfaction"]),
    ("CES", &["ces", "ces score", "customer effort score"]),
];

/// Every field that a file of a kind may hold, with the names of its column.
pub(super) const fn fields(kind: Kind) -> &'static [Names] {
    match kind {
        Kind::Accounts => ACCOUNTS,
        Kind::Members => MEMBERS,
        Kind::Contacts => CONTACTS,
        Kind::Interactions => INTERACTIONS,
        Kind::Responses => RESPONSES,
    }
}

/// Columns that only an export of Steward's own has: what others call alike means something else.
pub(super) const fn own(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Accounts => {
            &["id", "source", "created_at", "archived_at", "merged_into", "ownerships", "collaborators", "exclusions"]
        }
        Kind::Members => &["id", "source", "deputises"],
        Kind::Contacts => &["id", "source", "created_at", "archived_at", "merged_into", "opted_out_at", "muted"],
        Kind::Interactions => &["id", "source", "created_at"],
        Kind::Responses => &[
            "id",
            "source",
            "question",
            "answers",
            "completed_at",
            "amended_at",
            "earlier",
            "team",
            "team_stood",
            "segment",
            "tier",
            "decision_maker",
            "inherited",
        ],
    }
}

/// What is compared: letters and figures in lower case.
pub(super) fn word(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
