//! What GraphQL resolvers ask of the context.

use std::borrow::Borrow;

use async_graphql::{Context, ErrorExtensions, Guard};

use super::Ctx;
use crate::{access::Action, base::Error};

/// A field that customers and link holders never see: null and `FORBIDDEN` at its path.
pub struct StaffOnly;

#[async_trait::async_trait]
impl Guard for StaffOnly {
    async fn check(&self, cx: &Context<'_>) -> async_graphql::Result<()> {
        let ctx = cx.data::<Ctx>()?;
        if ctx.viewer().scope.is_staff() {
            return Ok(());
        }
        Err(failed(Error::Forbidden("this field is for staff".to_owned())))
    }
}

/// A field that takes a right of its own: below an account its contacts, answers and timeline are
/// not for an integration whose key does not name them.
pub struct May(pub Action);

#[async_trait::async_trait]
impl Guard for May {
    async fn check(&self, cx: &Context<'_>) -> async_graphql::Result<()> {
        cx.data::<Ctx>()?.may(self.0).map_err(failed)
    }
}

/// Refuses, before anything is written, whoever may not read what a change gives back. Its id alone
/// goes back to everybody: a key that only writes asks for no more.
pub fn may_see(cx: &Context<'_>, action: Action) -> async_graphql::Result<()> {
    let named = |name: &str| matches!(name, "id" | "__typename");
    if cx.field().selection_set().all(|field| named(field.name())) {
        return Ok(());
    }
    cx.data::<Ctx>()?.may(action).map_err(failed)
}

/// Our error as GraphQL shows it: a sentence, a stable code, and the fields at fault.
pub fn failed(error: impl Borrow<Error>) -> async_graphql::Error {
    let error = error.borrow();
    if let Error::Internal(source) = error {
        tracing::error!(error = %source, "internal error");
    }
    let faults: Vec<_> = error.faults().iter().map(|f| (f.field.clone(), f.rule.clone())).collect();
    let code = error.code().as_str();
    async_graphql::Error::new(error.to_string()).extend_with(|_, extensions| {
        extensions.set("code", code);
        if !faults.is_empty() {
            let list = faults.into_iter().map(|(pointer, detail)| {
                async_graphql::Value::Object(
                    [("pointer", pointer), ("detail", detail)]
                        .into_iter()
                        .map(|(k, v)| (async_graphql::Name::new(k), v.into()))
                        .collect(),
                )
            });
            extensions.set("errors", async_graphql::Value::List(list.collect()));
        }
    })
}
