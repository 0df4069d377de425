//! A row is read only as far as it is shown, so every field must say the same alone as among all others.

use std::collections::BTreeMap;

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, TypeKind, TypeSystemDefinition},
};
use entity::{SurveyKind, account, contact, invitation};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr},
};
use serde_json::{Value, json};
use tests::{
    app::{Person, TestApp},
    both,
};

/// The places where a type is shown: `…` stands for its fields, the path leads to the row.
const PLACES: [(&str, &str, &str); 12] = [
    ("Account", "account(id:$id){…}", "account"),
    ("Account", "accounts{nodes{…}}", "accounts/nodes/0"),
    ("Account", "responses{edges{node{account{…}}}}", "responses/edges/0/node/account"),
    ("Member", "account(id:$id){owner{…}}", "account/owner"),
    ("Contact", "account(id:$id){contacts{…}}", "account/contacts/0"),
    ("Interaction", "account(id:$id){timeline{nodes{…}}}", "account/timeline/nodes/3"),
    ("Interaction", "account(id:$id){timeline{edges{node{…}}}}", "account/timeline/edges/3/node"),
    ("Member", "account(id:$id){timeline{nodes{member{…}}}}", "account/timeline/nodes/3/member"),
    ("Invitation", "account(id:$id){invitations{…}}", "account/invitations/0"),
    ("Response", "account(id:$id){responses{…}}", "account/responses/0"),
    ("Contact", "responses{nodes{contact{…}}}", "responses/nodes/0/contact"),
    ("Member", "responses{nodes{creditedTo{…}}}", "responses/nodes/0/creditedTo"),
];

/// The fields of each type that hold a value of their own.
fn plain_fields() -> BTreeMap<String, Vec<String>> {
    let document = parse_schema(include_str!("../../openapi/schema.graphql")).unwrap();
    let objects: BTreeMap<_, _> = document
        .definitions
        .into_iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(of) => match of.node.kind {
                TypeKind::Object(object) => Some((of.node.name.node.to_string(), object)),
                _ => None,
            },
            _ => None,
        })
        .collect();
    let plain = |base: &BaseType| matches!(base, BaseType::Named(name) if !objects.contains_key(name.as_str()));
    let fields = |object: &async_graphql::parser::types::ObjectType| {
        let all = object.fields.iter().filter(|field| match &field.node.ty.node.base {
            BaseType::List(inner) => plain(&inner.base),
            named @ BaseType::Named(_) => plain(named),
        });
        all.map(|field| field.node.name.node.to_string()).collect()
    };
    objects.iter().map(|(name, object)| (name.clone(), fields(object))).collect()
}

/// An account with a value in every column.
async fn world(app: &TestApp) -> (Person, String) {
    let top = app.team("Sales", None).await;
    let ana = app.manager("Ana", top).await;
    let root = app.admin("Root").await;
    let parent = app.account("Parent", top, None).await;
    let account = app.account("A Globex", top, Some(ana.id)).await;
    let carl = app.contact(account, "Carl").await;
    app.forward(chrono::TimeDelta::minutes(1));
    let change = json!({ "a": { "id": account, "version": 2, "domain": "globex.test", "parentId": parent, "industry": "Energy",
        "tier": "KEY", "lifecycle": "ONBOARDING", "annualValue": 5, "renewalOn": "2027-01-31" },
        "c": { "id": carl.id, "version": 1, "title": "CFO", "roles": ["BILLING"], "language": "de", "timeZone": "Europe/Berlin" },
        "l": { "accountId": account, "type": "CALL", "subject": "S", "body": "B", "customerVisible": true, "contactId": carl.id,
            "direction": "INBOUND", "externalId": "x1" } });
    let text = "mutation($a:UpdateAccount!,$c:UpdateContact!,$l:LogInteraction!){\
        updateAccount(input:$a){id} updateContact(input:$c){id} logInteraction(input:$l){id}}";
    let answer = app.gql(Some(&root.token), text, change).await;
    assert!(answer["errors"].is_null(), "{answer}");
    app.forward(chrono::TimeDelta::minutes(1));
    let link = app.invite(SurveyKind::Nps, &[carl.id]).await.remove(0);
    let answer = json!({ "score": 9, "comment": "Fine" });
    let path = format!("/api/v1/invitations/{link}/response");
    assert_eq!(app.rest("PUT", &path, None, Some(answer)).await.status, 201);
    assert_eq!(app.amend(&link, 8, 1).await.status, 200);
    app.forward(chrono::TimeDelta::minutes(1));
    app.assign(account, app.owner("Ben", top).await.id).await;
    // What no door sets yet.
    app.system()
        .write(move |tx| async move {
            let outside = |text: &str| Expr::val(text.to_owned());
            let which = Condition::all().add(account::Column::Id.eq(account));
            let (health, source, reference) =
                (account::Column::Health, account::Column::Source, account::Column::Reference);
            tx.set::<account::Entity>(
                which,
                vec![(health, 60.into()), (source, outside("crm")), (reference, outside("a1"))],
            )
            .await?;
            let which = Condition::all().add(contact::Column::AccountId.eq(account));
            let (source, reference) = (contact::Column::Source, contact::Column::Reference);
            tx.set::<contact::Entity>(which, vec![(source, outside("crm")), (reference, outside("c1"))]).await?;
            let which = Condition::all().add(invitation::Column::AccountId.eq(account));
            let now = Expr::val(tx.now());
            use invitation::Column as I;
            let times = [I::DueAt, I::RemindedAt, I::BouncedAt, I::VisitedAt];
            let mut said: Vec<_> = times.into_iter().map(|column| (column, now.clone())).collect();
            said.push((invitation::Column::Error, outside("550 no such user")));
            tx.set::<invitation::Entity>(which, said).await
        })
        .await
        .unwrap();
    (root, account.to_string())
}

both! {
    async fn every_field_says_the_same_alone(app: TestApp) {
        let (root, id) = world(&app).await;
        let fields = plain_fields();
        let ask = async |place: &str, path: &str, shown: &str| -> Value {
            let query = format!("query($id:UUID!){{{} me{{role}} x:account(id:$id){{id}}}}", place.replace('…', shown));
            let answer = app.gql(Some(&root.token), &query, json!({ "id": id })).await;
            assert!(answer["errors"].is_null(), "{query}: {answer}");
            answer["data"].pointer(&format!("/{path}")).cloned().unwrap_or_else(|| panic!("{path} in {answer}"))
        };
        let mut silent = BTreeMap::new();
        for (of, place, path) in PLACES {
            let all = ask(place, path, &fields[of].join(" ")).await;
            for field in &fields[of] {
                let alone = ask(place, path, field).await;
                assert_eq!(alone[field], all[field], "{of}.{field} alone in {place}");
                *silent.entry(format!("{of}.{field}")).or_insert(true) &= all[field].is_null();
            }
        }
        silent.retain(|_, silent| *silent);
        let silent: Vec<_> = silent.into_keys().collect();
        let known = [
            "Account.archivedAt",
            "Account.mergedIntoId",
            "Account.unownedSince",
            "Contact.archivedAt",
            "Contact.mergedIntoId",
            "Invitation.suppressed",
            // An import alone fills these.
            "Response.reference",
            "Response.source",
        ];
        assert_eq!(silent, known, "a field that is always null here is not tried: give it a value");
    }
}
