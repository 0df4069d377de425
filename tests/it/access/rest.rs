//! The table of the REST door.

/// What lists answer.
const LIST: [u16; 10] = [401, 401, 200, 200, 200, 200, 200, 200, 200, 403];
/// What exports answer: they are no matter of customers.
const EXPORT: [u16; 10] = [401, 401, 403, 200, 200, 200, 200, 200, 200, 403];
/// What writing answers by reference: references belong to outside systems.
const WRITE: [u16; 10] = [401, 401, 403, 403, 403, 403, 403, 403, 201, 403];

/// What imports answer: whole files reach past every scope. A key sees only those it made.
const IMPORT: [u16; 10] = [401, 401, 403, 403, 403, 403, 403, 200, 404, 403];

/// An operation of the REST door: its id, method, path, body, and what each of [`super::WHO`] gets.
pub const REST: [(&str, &str, &str, &str, [u16; 10]); 38] = [
    ("jwks", "GET", "/.well-known/jwks.json", "", [200; 10]),
    (
        "signIn",
        "POST",
        "/api/v1/auth/token",
        r#"{"grant":"password","email":"a@b.test","password":"not the one"}"#,
        [401; 10],
    ),
    ("askForLink", "POST", "/api/v1/auth/link", r#"{"email":"a$n@b.test"}"#, [202; 10]),
    ("resetPassword", "POST", "/api/v1/auth/reset", r#"{"email":"a$n@b.test"}"#, [202; 10]),
    (
        "takeUpInvitation",
        "POST",
        "/api/v1/auth/invite",
        r#"{"token":"nothing","password":"seven quiet herons at dusk"}"#,
        [401; 10],
    ),
    ("readInvitation", "GET", "/api/v1/invitations/$link", "", [200; 10]),
    ("answer", "PUT", "/api/v1/invitations/$link/response", r#"{"score":9}"#, [409; 10]),
    (
        "sendSurvey",
        "POST",
        "/api/v1/surveys/$survey/send",
        r#"{"accountId":"$account"}"#,
        [401, 401, 403, 202, 404, 202, 404, 202, 202, 403],
    ),
    ("listAccounts", "GET", "/api/v1/accounts", "", LIST),
    ("listContacts", "GET", "/api/v1/contacts", "", LIST),
    (
        "readPersonalData",
        "GET",
        "/api/v1/contacts/$contact/personal-data",
        "",
        [401, 401, 403, 403, 403, 200, 404, 200, 403, 403],
    ),
    ("listSurveys", "GET", "/api/v1/surveys", "", LIST),
    ("listResponses", "GET", "/api/v1/responses", "", LIST),
    ("putAccount", "PUT", "/api/v1/accounts/r$n", r#"{"name":"New"}"#, WRITE),
    ("putContact", "PUT", "/api/v1/contacts/r$n", r#"{"name":"New","accountId":"$account"}"#, WRITE),
    (
        "logInteractions",
        "POST",
        "/api/v1/interactions",
        r#"{"interactions":[{"externalId":"e$n","accountId":"$account","type":"NOTE","subject":"x"}]}"#,
        [401, 401, 403, 403, 403, 403, 403, 403, 200, 403],
    ),
    ("exportMembersCsv", "GET", "/api/v1/exports/members.csv", "", EXPORT),
    ("exportMembersJsonl", "GET", "/api/v1/exports/members.jsonl", "", EXPORT),
    ("exportAccountsCsv", "GET", "/api/v1/exports/accounts.csv", "", EXPORT),
    ("exportAccountsJsonl", "GET", "/api/v1/exports/accounts.jsonl", "", EXPORT),
    ("exportContactsCsv", "GET", "/api/v1/exports/contacts.csv", "", EXPORT),
    ("exportContactsJsonl", "GET", "/api/v1/exports/contacts.jsonl", "", EXPORT),
    ("exportInteractionsCsv", "GET", "/api/v1/exports/interactions.csv", "", EXPORT),
    ("exportInteractionsJsonl", "GET", "/api/v1/exports/interactions.jsonl", "", EXPORT),
    ("exportResponsesCsv", "GET", "/api/v1/exports/responses.csv", "", EXPORT),
    ("exportResponsesJsonl", "GET", "/api/v1/exports/responses.jsonl", "", EXPORT),
    (
        "createImport",
        "POST",
        "/api/v1/imports",
        r#"{"kind":"ACCOUNTS"}"#,
        [401, 401, 403, 403, 403, 403, 403, 201, 201, 403],
    ),
    ("listImports", "GET", "/api/v1/imports", "", [401, 401, 403, 403, 403, 403, 403, 200, 200, 403]),
    ("readImport", "GET", "/api/v1/imports/$import", "", IMPORT),
    ("sendImportFile", "PUT", "/api/v1/imports/$import/file", "\"Id,Name\"", IMPORT),
    ("startImport", "POST", "/api/v1/imports/$import/start", "{}", [401, 401, 403, 403, 403, 403, 403, 409, 404, 403]),
    ("cancelImport", "POST", "/api/v1/imports/$import/cancel", "", IMPORT),
    ("readImportErrors", "GET", "/api/v1/imports/$import/errors.csv", "", IMPORT),
    ("healthz", "GET", "/healthz", "", [200; 10]),
    ("readyz", "GET", "/readyz", "", [200; 10]),
    ("metrics", "GET", "/metrics", "", [401, 401, 403, 403, 403, 403, 403, 200, 200, 403]),
    (
        "changePassword",
        "POST",
        "/api/v1/auth/password",
        r#"{"current":"not the one","password":"seven quiet herons at dusk"}"#,
        [401, 401, 403, 422, 422, 422, 422, 422, 403, 403],
    ),
    // The last: it ends the sign-ins of all who ask.
    ("signOut", "POST", "/api/v1/auth/logout", "{}", [401, 401, 204, 204, 204, 204, 204, 204, 204, 204]),
];
