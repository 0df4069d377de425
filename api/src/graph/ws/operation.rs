//! A subscription somebody holds: read and measured once, run for every event.

use async_graphql::{
    Request, Response as Answer, ServerError, Variables,
    futures_util::StreamExt,
    parser::types::{ExecutableDocument, OperationType, Selection},
};

use crate::{
    ctx::Ctx,
    graph::{
        Schema,
        guard::{self, Limits, Refusal},
        http::Members,
        loaders::{with_batches, with_ctx},
    },
    store::Event,
};

pub(super) struct Operation {
    document: ExecutableDocument,
    name: Option<String>,
    variables: Variables,
    /// Bytes of the message it came in.
    pub(super) size: usize,
}

impl Operation {
    /// Takes nothing but subscriptions of one field each.
    pub(super) fn read(members: Members, size: usize, limits: &Limits) -> Result<Self, ServerError> {
        let mut request = Request::from(members);
        guard::admit(&mut request, limits)?;
        let document = request.parsed_query()?.clone();
        for (_, operation) in document.operations.iter() {
            if operation.node.ty != OperationType::Subscription {
                let rule = "A socket takes subscriptions; send queries and mutations by POST to /graphql.";
                return Err(Refusal::invalid(rule.to_owned(), Some(operation.pos)).into());
            }
            let fields = &operation.node.selection_set.node.items;
            if !matches!(fields.as_slice(), [only] if matches!(only.node, Selection::Field(_))) {
                let rule = "A subscription names one field, and no fragment beside or around it.";
                return Err(Refusal::invalid(rule.to_owned(), Some(operation.pos)).into());
            }
        }
        Ok(Self { document, name: request.operation_name, variables: request.variables, size })
    }

    /// What an event means to whoever asks: nothing where they do not see it. Without an event nothing
    /// either, save the errors of what could never run.
    pub(super) async fn run(&self, schema: &Schema, ctx: Ctx, event: Option<Event>) -> Vec<Answer> {
        let mut request = with_ctx(Request::new(String::new()), ctx).variables(self.variables.clone());
        request.operation_name.clone_from(&self.name);
        request.set_parsed_query(self.document.clone());
        if let Some(event) = event {
            request = request.data(event);
        }
        with_batches(schema.execute_stream(request).collect()).await
    }
}
