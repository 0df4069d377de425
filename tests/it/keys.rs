//! Integration keys: made by admins, shown once, worth what their scopes say, ended at once.

use api::access::KeyScope;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{app::TestApp, both};

const CREATE: &str = "mutation ($input: CreateIntegrationKey!) { createIntegrationKey(input: $input) \
    { secret key { id prefix scopes source team { name } lastUsedAt } } }";

/// Makes a key; gives its id and its text.
async fn create(app: &TestApp, admin: &str, input: Value) -> (String, String) {
    let answer = app.gql(Some(admin), CREATE, json!({ "input": input })).await;
    let made = &answer["data"]["createIntegrationKey"];
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    (text(&made["key"]["id"]), text(&made["secret"]))
}

/// Signs in with a key; none where it is refused.
async fn sign_in(app: &TestApp, secret: &str) -> Option<String> {
    let reply = app.rest("POST", "/api/v1/auth/token", None, Some(json!({ "grant": "api_key", "key": secret }))).await;
    reply.json()["accessToken"].as_str().map(str::to_owned)
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

both! {
    async fn a_key_is_followed_by_another_while_both_work(app: TestApp) {
        let team = app.team("Sales", None).await;
        let admin = app.admin("Ada Admin").await;
        let input = json!({ "name": "CRM", "scopes": ["accounts:read"], "source": "crm", "teamId": team });
        let (id, old) = create(&app, &admin.token, input).await;
        let rotate = async |input: Value| {
            let query = "mutation ($input: RotateIntegrationKey!) { rotateIntegrationKey(input: $input) \
                { secret key { name scopes source team { name } expiresAt } } }";
            app.gql(Some(&admin.token), query, json!({ "input": input })).await
        };
        let made = rotate(json!({ "id": id, "overlapHours": 2 })).await;
        let new = made["data"]["rotateIntegrationKey"]["secret"].as_str().unwrap_or_else(|| panic!("{made}"));
        let expected = json!({ "name": "CRM", "scopes": ["accounts:read"], "source": "crm", "team": { "name": "Sales" }, "expiresAt": null });
        assert_eq!(made["data"]["rotateIntegrationKey"]["key"], expected);
        assert!(new != old && sign_in(&app, &old).await.is_some() && sign_in(&app, new).await.is_some());
        let token = sign_in(&app, &old).await.unwrap();
        app.forward(TimeDelta::hours(2));
        assert!(sign_in(&app, &old).await.is_none() && sign_in(&app, new).await.is_some());
        assert_eq!(code(&app.gql(Some(&token), "{ me { role } }", json!({})).await), "UNAUTHENTICATED");
        assert_eq!(code(&rotate(json!({ "id": id })).await), "CONFLICT", "it has ended");
        for bad in [json!({ "id": id, "overlapHours": 721 }), json!({ "id": id, "overlapHours": -1 }), json!({ "id": id, "expiresAt": "2020-01-01T00:00:00Z" })] {
            assert_eq!(code(&rotate(bad).await), "INVALID");
        }
        // A key that ends sooner anyway is not kept alive by its overlap.
        let soon = app.now().0 + TimeDelta::hours(1);
        let input = json!({ "name": "BI", "scopes": ["accounts:read"], "source": "bi", "expiresAt": soon.to_rfc3339() });
        let (id, old) = create(&app, &admin.token, input).await;
        rotate(json!({ "id": id, "overlapHours": 24 })).await;
        app.forward(TimeDelta::hours(1));
        assert!(sign_in(&app, &old).await.is_none());
    }

    async fn a_key_sees_its_team_and_allows_its_scopes(app: TestApp) {
        let top = app.team("Sales", None).await;
        let north = app.team("North", Some(top)).await;
        let south = app.team("South", Some(top)).await;
        app.account("Globex", north, None).await;
        app.account("Initech", south, None).await;
        let admin = app.admin("Ada Admin").await;
        let input = json!({ "name": "CRM", "scopes": ["contacts:read", "accounts:read"], "source": "crm", "teamId": north });
        let (_, secret) = create(&app, &admin.token, input).await;
        assert_eq!((secret.len(), &secret[..4]), (47, "stw_"));
        let token = sign_in(&app, &secret).await.unwrap();
        let seen = app.gql(Some(&token), "{ me { role scopes } accounts { nodes { name owner { name } } } }", json!({})).await;
        assert_eq!(seen["data"]["me"], json!({ "role": "INTEGRATION", "scopes": ["accounts:read", "contacts:read"] }), "{seen}");
        assert_eq!(seen["data"]["accounts"]["nodes"], json!([{ "name": "Globex", "owner": null }]), "{seen}");
        let directory = "{ accounts { nodes { team { name lead { name } parent { name } } } } }";
        let refused = app.gql(Some(&token), directory, json!({})).await;
        assert_eq!(refused["data"]["accounts"]["nodes"], json!([{ "team": { "name": "North", "lead": null, "parent": null } }]), "{refused}");
        assert_eq!(code(&refused), "FORBIDDEN", "whoever it comes across, the directory is not for it: {refused}");
        let refused = app.gql(Some(&token), "{ integrationKeys { id } }", json!({})).await;
        assert_eq!(code(&refused), "FORBIDDEN", "{refused}");
        let listed = app.gql(Some(&admin.token), "{ integrationKeys { prefix team { name } lastUsedAt } }", json!({})).await;
        let now = app.now().to_string();
        let expected = json!([{ "prefix": &secret[4..12], "team": { "name": "North" }, "lastUsedAt": now }]);
        assert_eq!(listed["data"]["integrationKeys"], expected, "{listed}");
    }

    async fn a_revoked_key_ends_its_sessions_at_once(app: TestApp) {
        let admin = app.admin("Ada Admin").await;
        let (id, secret) = create(&app, &admin.token, json!({ "name": "CRM", "scopes": ["accounts:read"], "source": "crm" })).await;
        let token = sign_in(&app, &secret).await.unwrap();
        assert_eq!(app.gql(Some(&token), "{ me { role } }", json!({})).await["data"]["me"]["role"], "INTEGRATION");
        let revoke = "mutation ($id: UUID!) { revokeIntegrationKey(id: $id) { revokedAt } }";
        let first = app.gql(Some(&admin.token), revoke, json!({ "id": id })).await;
        assert_eq!(code(&app.gql(Some(&token), "{ me { role } }", json!({})).await), "UNAUTHENTICATED");
        assert_eq!(sign_in(&app, &secret).await, None);
        app.forward(TimeDelta::seconds(5));
        let again = app.gql(Some(&admin.token), revoke, json!({ "id": id })).await;
        assert_eq!(first, again, "revoking again changes nothing");
        let unknown = app.gql(Some(&admin.token), revoke, json!({ "id": uuid::Uuid::nil() })).await;
        assert_eq!(code(&unknown), "NOT_FOUND");
    }

    async fn a_key_that_only_writes_reads_nothing_back(app: TestApp) {
        let north = app.team("North", None).await;
        let globex = app.account("Globex", north, None).await;
        let carl = app.contact(globex, "Carl").await.id;
        let ben = app.owner("Ben", north).await.id;
        let token = app.integration(&[KeyScope::AccountsWrite, KeyScope::ContactsWrite, KeyScope::InteractionsWrite], None).await;
        let changes = [
            format!("createAccount(input: {{ name: \"Initech\", teamId: \"{north}\" }})"),
            format!("updateAccount(input: {{ id: \"{globex}\", version: 1, industry: \"x\" }})"),
            format!("addCollaborator(input: {{ accountId: \"{globex}\", memberId: \"{ben}\", role: LEGAL }})"),
            format!("removeCollaborator(input: {{ accountId: \"{globex}\", memberId: \"{ben}\" }})"),
            format!("assignOwner(input: {{ accountId: \"{globex}\", memberId: \"{ben}\" }})"),
            format!("endOwnership(input: {{ accountId: \"{globex}\" }})"),
            format!("logInteraction(input: {{ accountId: \"{globex}\", type: NOTE, subject: \"x\" }})"),
            format!("createContact(input: {{ accountId: \"{globex}\", name: \"Cora\" }})"),
            format!("updateContact(input: {{ id: \"{carl}\", version: 1, title: \"x\" }})"),
        ];
        for change in &changes {
            let before = app.rows::<entity::audit::Entity>().await.len();
            for asked in ["id name", "... { version }", "...F"] {
                let of = if change.contains("Contact(") { "Contact" } else { "Account" };
                let fragment = if asked == "...F" { format!(" fragment F on {of} {{ id name }}") } else { String::new() };
                let refused = app.gql(Some(&token), &format!("mutation {{ {change} {{ {asked} }} }}{fragment}"), json!({})).await;
                assert_eq!(code(&refused), "FORBIDDEN", "{change}: {refused}");
            }
            assert_eq!(app.rows::<entity::audit::Entity>().await.len(), before, "{change} was refused and changed something");
            let done = app.gql(Some(&token), &format!("mutation {{ done: {change} {{ id __typename }} }}"), json!({})).await;
            assert!(done["data"]["done"]["id"].is_string(), "{change}: {done}");
        }
    }

    async fn an_expired_key_is_worthless(app: TestApp) {
        let admin = app.admin("Ada Admin").await;
        let until = entity::Time::new(app.now().0 + TimeDelta::minutes(10));
        let input = json!({ "name": "Trial", "scopes": ["accounts:read"], "source": "crm", "expiresAt": until });
        let (_, secret) = create(&app, &admin.token, input).await;
        let token = sign_in(&app, &secret).await.unwrap();
        app.forward(TimeDelta::minutes(10));
        assert_eq!(code(&app.gql(Some(&token), "{ me { role } }", json!({})).await), "UNAUTHENTICATED");
        assert_eq!(sign_in(&app, &secret).await, None);
    }

    async fn only_admins_manage_keys_and_mistakes_are_named(app: TestApp) {
        let top = app.team("Sales", None).await;
        let lead = app.manager("Mia Lead", top).await;
        let admin = app.admin("Ada Admin").await;
        let input = json!({ "name": "CRM", "scopes": ["accounts:read"], "source": "crm" });
        for token in [Some(lead.token.as_str()), None] {
            let refused = app.gql(token, CREATE, json!({ "input": input })).await;
            assert!(["FORBIDDEN", "UNAUTHENTICATED"].contains(&code(&refused)), "{refused}");
        }
        let wrong = json!({ "name": " ", "scopes": ["accounts:read", "all", "accounts:read"], "source": "crm",
            "expiresAt": "2020-01-01T00:00:00Z" });
        let refused = app.gql(Some(&admin.token), CREATE, json!({ "input": wrong })).await;
        let faults = refused["errors"][0]["extensions"]["errors"].as_array().unwrap();
        let pointers: Vec<_> = faults.iter().map(|fault| fault["pointer"].as_str().unwrap()).collect();
        assert_eq!(pointers, ["/name", "/scopes/1", "/scopes/2", "/expiresAt"]);
        let nowhere = json!({ "name": "CRM", "scopes": ["accounts:read"], "source": "crm", "teamId": uuid::Uuid::nil() });
        let refused = app.gql(Some(&admin.token), CREATE, json!({ "input": nowhere })).await;
        assert_eq!(code(&refused), "NOT_FOUND", "{refused}");
    }
}
