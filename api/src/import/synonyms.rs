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
            "kundennummer",
            "kunden nr",
            "kundennr",
            "debitor",
            "debitorennummer",
            "firmennummer",
            "nummer",
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
            "firma",
            "firmenname",
            "kunde",
            "kundenname",
            "unternehmen",
        ],
    ),
    ("domain", &["domain name", "web domain", "email domain", "mail domain", "domäne"]),
    (
        "parent",
        &[
            "parent id",
            "parent account",
            "parent company",
            "parent account id",
            "subsidiary of",
            "muttergesellschaft",
            "konzern",
            "mutter",
        ],
    ),
    (
        "territory",
        &[
            "region",
            "country",
            "area",
            "office location",
            "location",
            "boarding area",
            "gebiet",
            "vertriebsgebiet",
            "land",
        ],
    ),
    ("industry", &["sector", "branch", "vertical", "branche"]),
    ("segment", &["customer segment", "market segment", "kundensegment"]),
    ("tier", &["class", "level", "account tier", "klasse", "kundenklasse"]),
    ("lifecycle", &["lifecycle stage", "stage", "status"]),
    (
        "annual_value",
        &[
            "annual revenue",
            "arr",
            "acv",
            "annual contract value",
            "contract value",
            "revenue",
            "value",
            "jahresumsatz",
            "jahreswert",
            "umsatz",
        ],
    ),
    (
        "renewal_on",
        &[
            "renewal",
            "renewal date",
            "renews on",
            "contract end",
            "end date",
            "vertragsende",
            "verlängerung",
            "verlängerung am",
        ],
    ),
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
            "betreuer",
            "kundenbetreuer",
            "zuständig",
            "verantwortlich",
        ],
    ),
    ("team", &["home team"]),
];

const MEMBERS: &[Names] = &[
    (
        "reference",
        &[
            "id",
            "member id",
            "employee id",
            "user id",
            "staff id",
            "ref",
            "external id",
            "number",
            "personalnummer",
            "mitarbeiternummer",
        ],
    ),
    ("name", &["full name", "member name", "member", "employee", "user", "agent", "sales agent", "mitarbeiter"]),
    ("email", &["mail", "email address", "mail address", "e mail address", "e mail adresse", "mailadresse"]),
    ("role", &["member role"]),
    ("active", &["is active", "enabled", "aktiv"]),
    ("team", &["department", "group", "abteilung", "gruppe"]),
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
    "kundennummer",
    "kunden nr",
    "kundennr",
    "debitor",
    "firma",
    "firmenname",
    "kunde",
    "kundenname",
    "unternehmen",
];

const CONTACTS: &[Names] = &[
    ("reference", &["id", "contact id", "person id", "ref", "external id", "kontaktnummer"]),
    ("account", ACCOUNT_OF),
    ("name", &["full name", "contact name", "contact", "person", "ansprechpartner", "kontakt"]),
    ("email", &["mail", "email address", "mail address", "contact email", "e mail adresse", "mailadresse"]),
    ("title", &["job title", "position", "function", "funktion"]),
    ("roles", &["contact roles"]),
    ("language", &["lang", "locale", "sprache"]),
    ("time_zone", &["tz", "zeitzone"]),
    ("mail_state", &[]),
    ("opted_out", &["opt out", "opted out of email", "unsubscribed", "do not contact", "do not email"]),
];

const INTERACTIONS: &[Names] = &[
    ("reference", &["id", "interaction id", "activity id", "event id", "ref", "external id"]),
    ("account", ACCOUNT_OF),
    (
        "member",
        &[
            "owner",
            "user",
            "agent",
            "sales agent",
            "rep",
            "sales rep",
            "assigned to",
            "betreuer",
            "mitarbeiter",
            "bearbeiter",
        ],
    ),
    ("contact", &["contact id", "contact email", "person", "ansprechpartner", "kontakt"]),
    ("kind", &["type", "activity type", "interaction type", "art", "typ"]),
    ("direction", &["richtung"]),
    ("channel", &["medium", "kanal"]),
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
            "datum",
            "zeitpunkt",
        ],
    ),
    ("subject", &["title", "summary", "betreff"]),
    ("body", &["notes", "note", "description", "details", "text", "notiz", "notizen", "beschreibung"]),
    ("customer_visible", &["visible", "public"]),
];

const ESCALATIONS: &[Names] = &[
    ("reference", &["id", "escalation id", "case id", "ticket id", "ref", "external id"]),
    ("account", ACCOUNT_OF),
    ("severity", &["level", "priority", "stufe", "schwere"]),
    ("title", &["subject", "summary", "name", "betreff", "titel"]),
    ("opened_at", &["opened", "opened on", "raised at", "raised on", "created at", "created", "eröffnet am"]),
    ("closed_at", &["closed", "closed on", "resolved at", "resolved", "settled at", "geschlossen am"]),
    ("opened_by", &["raised by", "reporter", "owner", "user", "agent"]),
];

const INVITATIONS: &[Names] = &[
    ("account", ACCOUNT_OF),
    ("contact", &["contact id", "contact email", "email", "recipient", "ansprechpartner", "kontakt"]),
    ("survey", &["survey name", "question", "kind"]),
    ("sent_at", &["sent", "sent on", "invited at", "date", "gesendet am", "datum"]),
    ("token", &["link token", "survey token"]),
    ("token_hash", &["token sha256", "sha256"]),
    ("expires_at", &["expires", "expires on", "valid until", "gültig bis"]),
    ("used_at", &["used", "answered at", "answered", "beantwortet am"]),
    ("owner", &["account owner", "account manager", "owner email", "owner id", "betreuer", "kundenbetreuer"]),
    ("language", &["lang", "locale", "sprache"]),
];

const RESPONSES: &[Names] = &[
    ("reference", &["id", "response id", "respondent id", "answer id", "ref", "external id"]),
    ("account", ACCOUNT_OF),
    ("contact", &["contact id", "contact email", "email", "respondent email", "ansprechpartner", "kontakt"]),
    ("owner", &["account owner", "account manager", "owner email", "owner id", "betreuer", "kundenbetreuer"]),
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
            "beantwortet am",
            "datum",
            "zeitpunkt",
        ],
    ),
    ("language", &["lang", "locale", "sprache"]),
    ("territory", &["region", "country", "area", "location", "gebiet", "land"]),
    ("survey", &["survey name", "question"]),
    ("kind", &["survey kind", "survey type"]),
    ("score", &[]),
    (
        "comment",
        &[
            "comments",
            "feedback",
            "remarks",
            "remark",
            "verbatim",
            "reason",
            "kommentar",
            "anmerkung",
            "bemerkung",
            "begründung",
        ],
    ),
];

/// Columns that hold the score of one kind of survey.
pub(super) const SCORES: [(&str, &[&str]); 3] = [
    ("NPS", &["nps", "nps score", "net promoter score", "likelihood to recommend", "weiterempfehlung"]),
    ("CSAT", &["csat", "csat score", "customer satisfaction", "satisfaction", "zufriedenheit", "kundenzufriedenheit"]),
    ("CES", &["ces", "ces score", "customer effort score"]),
];

/// Every field that a file of a kind may hold, with the names of its column.
pub(super) const fn fields(kind: Kind) -> &'static [Names] {
    match kind {
        Kind::Accounts => ACCOUNTS,
        Kind::Members => MEMBERS,
        Kind::Contacts => CONTACTS,
        Kind::Interactions => INTERACTIONS,
        Kind::Escalations => ESCALATIONS,
        Kind::Responses => RESPONSES,
        Kind::Invitations => INVITATIONS,
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
        Kind::Interactions | Kind::Escalations => &["id", "source", "created_at"],
        Kind::Invitations => &[],
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
