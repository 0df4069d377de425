//! Clients generated from the contract, in other languages, do the whole loop: write, log, send, answer, read.

use api::import::Kind;
use entity::SurveyKind;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, link_token},
    both, imports,
    js::{self, Js},
    python::Python,
    served::Served,
    skip::skip,
};

const CONTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/openapi.json");

/// A program on a generated client.
enum Client {
    TypeScript(Js),
    Python(Python),
}

impl Client {
    /// Compiled strictly against types that openapi-typescript makes; nothing where Node's packages are missing.
    async fn typescript() -> Option<Self> {
        let Some(js) = Js::with(&["client/client.ts", "client/tsconfig.json"]) else {
            skip("Node with its packages", js::CURE);
            return None;
        };
        js.node(&["node_modules/openapi-typescript/bin/cli.js", CONTRACT, "-o", "schema.ts"]).await;
        js.node(&["node_modules/typescript/bin/tsc", "-p", "."]).await;
        Some(Self::TypeScript(js))
    }

    /// On what openapi-python-client makes; nothing where Python's packages are missing.
    async fn python() -> Option<Self> {
        let python = Python::with(&["loop.py", "client.yaml"])?;
        let generate = ["-m", "openapi_python_client", "generate", "--path", CONTRACT, "--config", "client.yaml"];
        let told = python.run(&[&generate[..], &["--meta", "none", "--output-path", "steward_client"]].concat()).await;
        assert!(!told.contains("WARNING"), "{told}");
        Some(Self::Python(python))
    }

    /// What the program prints last.
    async fn run(&self, arguments: &[&str]) -> Value {
        let out = match self {
            Self::TypeScript(js) => js.node(&[&["out/client.js"], arguments].concat()).await,
            Self::Python(python) => python.run(&[&["loop.py"], arguments].concat()).await,
        };
        serde_json::from_str(out.lines().last().unwrap_or_default()).unwrap_or_else(|error| panic!("{error}: {out}"))
    }
}

async fn the_whole_loop(app: &TestApp, client: &Client) {
    app.team("Sales", None).await;
    let map = "source = \"crm\"\n[columns]\nreference = \"id\"\nname = \"name\"\nteam = [\"Sales\"]\n";
    let rows: String = (0..1_000).map(|number| format!("{number},Client {number:03}\n")).collect();
    let file = format!("id,name\n{rows}");
    imports::import_text(app, Kind::Accounts, map, file.as_bytes(), false).await.unwrap();
    let ada = app.admin("Ada").await;
    let ask = "mutation($input:CreateIntegrationKey!){createIntegrationKey(input:$input){secret}}";
    let scopes = [
        "accounts:read",
        "accounts:write",
        "contacts:read",
        "contacts:write",
        "interactions:write",
        "responses:read",
        "surveys:read",
        "surveys:send",
    ];
    let input = json!({ "input": { "name": "Loop", "source": "crm", "scopes": scopes } });
    let made = app.gql(Some(&ada.token), ask, input).await;
    let key = made["data"]["createIntegrationKey"]["secret"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    let survey = app.survey(SurveyKind::Nps).await.to_string();
    let served = Served::start(app.app.router()).await;
    let begun = client.run(&["begin", &served.url, &key, &survey]).await;
    assert_eq!(begun["queued"], 1, "{begun}");
    app.run_jobs().await;
    let letters = app.outbox();
    assert_eq!(letters.len(), 1);
    let answered = client.run(&["answer", &served.url, &link_token(&letters[0])]).await;
    assert_eq!(answered, json!({ "score": 9, "version": 2 }));
    let account = begun["account"].as_str().unwrap();
    let ended = client.run(&["end", &served.url, &key, account]).await;
    assert_eq!(ended, json!({ "score": 9, "accounts": 1_001 }));
}

both! {
    async fn a_client_in_typescript_does_the_whole_loop(app: TestApp) {
        let Some(client) = Client::typescript().await else { return };
        the_whole_loop(&app, &client).await;
    }

    async fn a_client_in_python_does_the_whole_loop(app: TestApp) {
        let Some(client) = Client::python().await else { return };
        the_whole_loop(&app, &client).await;
    }
}
