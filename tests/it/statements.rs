//! How many SQL statements a request runs: the same few, whatever the sizes.

use entity::{AccountId, SurveyKind};
use serde_json::{Value, json};
use tests::{
    app::{Person, Reply, TestApp},
    both,
    engine::{Database, World as _},
};

/// What was measured, by name.
pub type Measured = Vec<(&'static str, u64, u64)>;

/// A small firm, whose requests are looked at.
pub struct Small {
    app: TestApp,
    ana: Person,
    account: AccountId,
    customer: String,
    links: Vec<String>,
}

impl Small {
    /// An owner of `size` accounts, with as many contacts, entries and answers.
    pub async fn new(app: TestApp, size: usize) -> Self {
        let team = app.team("Sales", None).await;
        let ana = app.manager("Ana", team).await;
        let ben = app.owner("Ben", team).await;
        let main = app.account("Main", team, Some(ana.id)).await;
        let mut contacts = Vec::new();
        for at in 0..size {
            let account = app.account(&format!("Account {at}"), team, Some(ana.id)).await;
            app.collaborate(main, if at == 0 { ben.id } else { ana.id }).await;
            app.note(main, &format!("Note {at}"), true).await;
            app.raise(main, &format!("Raised {at}"), at % 2 == 0).await;
            contacts.push(app.contact(main, &format!("Contact {at}")).await);
            contacts.push(app.contact(account, &format!("Other {at}")).await);
        }
        let ids: Vec<_> = contacts.iter().map(|contact| contact.id).collect();
        let mut links = app.invite(SurveyKind::Nps, &ids).await;
        let open = links.split_off(links.len() - 3);
        for link in links {
            assert_eq!(app.answer(&link, 9).await.status, 201);
        }
        Self { app, ana, account: main, customer: contacts.remove(0).token, links: open }
    }

    pub fn url(&self) -> &str {
        self.app.database.url()
    }

    async fn measure(&self, request: impl Future<Output = Reply>) -> u64 {
        let before = self.app.statements();
        let reply = request.await;
        assert!(reply.status.is_success() && !reply.text.contains("\"errors\""), "{}", reply.text);
        self.app.statements() - before
    }

    async fn ask(&self, token: &str, query: &str) -> u64 {
        self.measure(self.app.rest("POST", "/graphql", Some(token), Some(json!({ "query": query })))).await
    }

    /// Every request, with the statements it ran and how many it may.
    pub async fn all(&self) -> Measured {
        let (app, ana) = (&self.app, self.ana.token.as_str());
        let list = "{accounts(first:100){nodes{id name tier owner{name email} team{name} latestNps openEscalations escalations(open:true){nodes{title openedBy{name}}} satisfaction{n value}}}}";
        let counted = "{accounts(first:100){totalCount nodes{id name owner{name}}}}";
        let single = format!(
            "{{account(id:\"{}\"){{id name annualValue{{amountMinor}} owner{{name}} team{{name}} parent{{name}} \
             ownerships{{owner{{name}} from until}} collaborators{{role member{{name}}}} contacts{{name email}} \
             timeline{{nodes{{subject member{{name}} contact{{name}}}} pageInfo{{endCursor}}}} \
             invitations{{status contact{{name}}}} responses{{score creditedTo{{name}} contact{{name}}}} \
             satisfaction{{n value low high}} latestNps openEscalations escalations{{nodes{{title openedBy{{name}}}}}}}}}}",
            self.account
        );
        let later = self.second_page().await;
        let own = "{accounts{nodes{name owner{name email} contacts{name} responses{score} timeline{nodes{subject}}}}}";
        let deep = "{responses(first:100){nodes{score account{name owner{name team{name}}}}}}";
        let entry = format!("/api/v1/invitations/{}", self.links[0]);
        vec![
            ("account list", self.ask(ana, list).await, 2),
            ("account list with its count", self.ask(ana, counted).await, 3),
            ("single account", self.ask(ana, &single).await, 2),
            ("second page of a timeline", self.ask(ana, &later).await, 2),
            ("what a customer sees", self.ask(&self.customer, own).await, 2),
            ("me", self.ask(ana, "{me{role member{name}}}").await, 2),
            ("contacts", self.ask(ana, "{contacts(first:100){nodes{name account{name owner{name}}}}}").await, 3),
            ("responses with accounts, owners and teams", self.ask(ana, deep).await, 4),
            ("satisfaction", self.ask(ana, "{satisfaction{label figures{value}}}").await, 2),
            ("satisfaction by owner", self.ask(ana, "{satisfaction(groupBy:OWNER){label figures{value}}}").await, 3),
            ("satisfaction by team", self.ask(ana, "{satisfaction(groupBy:TEAM){label figures{value}}}").await, 3),
            ("satisfaction of the accounts", self.ask(ana, "{satisfaction(view:ACCOUNTS){figures{value}}}").await, 3),
            ("funnel", self.ask(ana, "{funnel(groupBy:LANGUAGE){language funnel{sent completed}}}").await, 2),
            ("waves alone", self.ask(ana, "{waves{nodes{state}}}").await, 2),
            (
                "waves",
                self.ask(ana, "{waves{nodes{state survey{name} program{name} funnel{sent completed}}}}").await,
                5,
            ),
            ("answers with their categories", self.ask(ana, "{responses{nodes{score category}}}").await, 3),
            ("invitations with their visits", self.ask(ana, "{invitations{nodes{status visits{machine}}}}").await, 3),
            ("accounts by REST", self.measure(app.rest("GET", "/api/v1/accounts?first=100", Some(ana), None)).await, 2),
            ("answers by REST", self.measure(app.rest("GET", "/api/v1/responses?first=100", Some(ana), None)).await, 3),
            ("audit", self.ask(ana, "{audit(first:100){nodes{subject member{name} account{name}}}}").await, 4),
            ("survey page", self.measure(app.rest("GET", &format!("/s/{}", self.links[0]), None, None)).await, 1),
            ("survey as JSON", self.measure(app.rest("GET", &entry, None, None)).await, 1),
            ("answer", self.measure(app.answer(&self.links[0], 9)).await, 8),
            ("changed answer", self.measure(app.amend(&self.links[0], 2, 1)).await, 10),
        ]
    }

    async fn second_page(&self) -> String {
        let page = |after: &str| {
            let account = self.account;
            format!(
                "{{account(id:\"{account}\"){{timeline(first:1{after}){{nodes{{subject}} pageInfo{{endCursor}}}}}}}}"
            )
        };
        let first: Value = self.app.gql(Some(&self.ana.token), &page(""), json!({})).await;
        let cursor = first["data"]["account"]["timeline"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
        page(&format!(",after:\"{cursor}\""))
    }
}

both! {
    async fn requests_run_few_statements_whatever_the_sizes(first: Database) {
        let mut told = Vec::new();
        for size in [3, 60] {
            let app = TestApp::on(first.engine().database().await.unwrap()).await;
            told.push(Small::new(app, size).await.all().await);
        }
        assert_eq!(told[0], told[1], "statements grow with the rows");
        let over: Vec<_> = told[0].iter().filter(|(_, got, most)| got > most).collect();
        assert!(over.is_empty(), "more than budgeted: {over:?}");
    }
}
