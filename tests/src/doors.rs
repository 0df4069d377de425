//! Requests of every shape at a [`TestApp`]'s doors, and a look at the rows that came of them.

use axum::{body::Body, http::Request};
use entity::{AccountId, MemberId, SurveyKind, account, contact, invitation, response, score_owner};
use sea_orm::{ColumnTrait, sea_query::Order};
use serde_json::{Value, json};

use crate::app::{Customer, Person, Reply, TestApp};

/// A contact who has been asked, and everybody around.
#[derive(Clone, Debug)]
pub struct Asked {
    pub owner: Person,
    pub account: AccountId,
    pub contact: Customer,
    /// The token of the survey link.
    pub link: String,
}

impl Asked {
    /// Where the answer goes at the JSON door.
    pub fn door(&self) -> String {
        format!("/api/v1/invitations/{}/response", self.link)
    }

    /// The survey page.
    pub fn page(&self) -> String {
        format!("/s/{}", self.link)
    }
}

impl TestApp {
    /// A request with headers as given; a body of a kind that `headers` name.
    ///
    /// # Panics
    /// Where method, path or headers are none.
    pub async fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
        let start = Request::builder().method(method).uri(path);
        let request = headers.iter().fold(start, |request, (name, value)| request.header(*name, *value));
        self.call(request.body(body.into()).expect("a request")).await
    }

    /// What a browser sends from a form.
    pub async fn form(&self, path: &str, body: &str) -> Reply {
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        self.raw("POST", path, &kind, body.to_owned()).await
    }

    /// An answer at the JSON door, with a version to change where given.
    pub async fn put(&self, door: &str, answer: &Value, version: Option<&str>) -> Reply {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(version.map(|version| ("if-match", version)));
        self.raw("PUT", door, &headers, answer.to_string()).await
    }

    /// `POST /api/v1/surveys/{id}/send` for the ready-made survey of a kind.
    pub async fn send(&self, token: &str, kind: SurveyKind, body: Value) -> Reply {
        let path = format!("/api/v1/surveys/{}/send", self.survey(kind).await);
        self.rest("POST", &path, Some(token), Some(body)).await
    }

    /// A contact who has just been asked, in an account with an owner.
    pub async fn asked(&self, kind: SurveyKind) -> Asked {
        let team = self.team("Sales", None).await;
        let owner = self.owner("Ana Owner", team).await;
        let account = self.account("Globex", team, Some(owner.id)).await;
        let contact = self.contact(account, "Carl Contact").await;
        let link = self.invite(kind, &[contact.id]).await.remove(0);
        Asked { owner, account, contact, link }
    }

    /// A member's token of this minute: tokens end with the test's clock.
    pub async fn fresh(&self, member: MemberId) -> String {
        self.token(api::store::Subject::Member(member)).await
    }

    /// Changes a contact at the GraphQL door; `change` is the input without id and version.
    ///
    /// # Panics
    /// Where the door refuses.
    pub async fn change_contact(&self, token: &str, who: entity::ContactId, mut change: Value) {
        let found = self.system();
        let row = found.find::<contact::Entity>().filter(contact::Column::Id.eq(who)).one("contact").await.unwrap();
        change["id"] = json!(who);
        change["version"] = json!(row.version);
        let ask = "mutation($input: UpdateContact!) { updateContact(input: $input) { version } }";
        let told = self.gql(Some(token), ask, json!({ "input": change })).await;
        assert_eq!(told["data"]["updateContact"]["version"], row.version + 1, "{told}");
    }

    /// Every answer, in the order in which they were given.
    pub async fn responses(&self) -> Vec<response::Model> {
        let rows =
            self.system().find::<response::Entity>().order(response::Column::Id, Order::Asc).all().await.unwrap();
        rows.into_iter().map(api::store::Visible::into_inner).collect()
    }

    /// Every invitation, refused ones too, in the order in which they were made.
    pub async fn invitations(&self) -> Vec<invitation::Model> {
        let find = self.system();
        let rows = find.find::<invitation::Entity>().order(invitation::Column::Id, Order::Asc).all().await.unwrap();
        rows.into_iter().map(api::store::Visible::into_inner).collect()
    }

    /// Answers by score, as the counters have it: score 0 to 10.
    pub async fn counted(&self) -> [i32; 11] {
        let rows = self.system().find::<score_owner::Entity>().all().await.unwrap();
        let mut sums = [0; 11];
        for row in rows {
            let counts = [row.c0, row.c1, row.c2, row.c3, row.c4, row.c5, row.c6, row.c7, row.c8, row.c9, row.c10];
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        sums
    }

    /// Contacts who said no to surveys.
    pub async fn opted_out(&self) -> i64 {
        let find = self.system();
        find.find::<contact::Entity>().filter(contact::Column::OptedOutAt.is_not_null()).count().await.unwrap()
    }

    /// The account as it stands.
    pub async fn account_row(&self, id: AccountId) -> account::Model {
        let find = self.system();
        find.find::<account::Entity>().filter(account::Column::Id.eq(id)).one("account").await.unwrap().into_inner()
    }
}

/// Counters in which one score was given once.
pub fn once(score: usize) -> [i32; 11] {
    let mut counts = [0; 11];
    counts[score] = 1;
    counts
}

/// A problem's body without the id of its request: what must be constant.
pub fn constant(reply: &Reply) -> Value {
    let mut body = reply.json();
    body.as_object_mut().and_then(|body| body.remove("instance"));
    body
}
