//! Relay connections: pages by cursor.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    ContextSelectionSet, Lookahead, OutputType, Positioned, ServerResult, SimpleObject, Value, parser::types::Field,
    registry::Registry,
};

use crate::{
    account::Account,
    audit::AuditEntry,
    contact::Contact,
    escalation::Escalation,
    invitation::Invitation,
    member::Member,
    program::{Program, Wave},
    response::Response,
    store::{Cursor, Page, PageArgs},
    timeline::Interaction,
};

/// Where a page stands in its list.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct PageInfo {
    /// Whether rows follow.
    pub has_next_page: bool,
    /// Whether rows come before.
    pub has_previous_page: bool,
    /// The cursor of the first row.
    pub start_cursor: Option<String>,
    /// The cursor of the last row: give it as `after` for the next page.
    pub end_cursor: Option<String>,
}

/// A text for clients.
#[async_trait::async_trait]
impl OutputType for Cursor {
    fn type_name() -> Cow<'static, str> {
        <String as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(self.to_string()))
    }
}

/// A row and its cursor.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, concrete(name = "AccountEdge", params(Account)))]
#[graphql(concrete(name = "AuditEdge", params(AuditEntry)))]
#[graphql(concrete(name = "ContactEdge", params(Contact)))]
#[graphql(concrete(name = "EscalationEdge", params(Escalation)))]
#[graphql(concrete(name = "InteractionEdge", params(Interaction)))]
#[graphql(concrete(name = "InvitationEdge", params(Invitation)))]
#[graphql(concrete(name = "MemberEdge", params(Member)))]
#[graphql(concrete(name = "ProgramEdge", params(Program)))]
#[graphql(concrete(name = "ResponseEdge", params(Response)))]
#[graphql(concrete(name = "WaveEdge", params(Wave)))]
pub struct Edge<T: OutputType> {
    /// Where this row stands in its list.
    pub cursor: Cursor,
    /// The row.
    pub node: Arc<T>,
}

/// One page of a list.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, concrete(name = "AccountConnection", params(Account)))]
#[graphql(concrete(name = "AuditConnection", params(AuditEntry)))]
#[graphql(concrete(name = "ContactConnection", params(Contact)))]
#[graphql(concrete(name = "EscalationConnection", params(Escalation)))]
#[graphql(concrete(name = "InteractionConnection", params(Interaction)))]
#[graphql(concrete(name = "InvitationConnection", params(Invitation)))]
#[graphql(concrete(name = "MemberConnection", params(Member)))]
#[graphql(concrete(name = "ProgramConnection", params(Program)))]
#[graphql(concrete(name = "ResponseConnection", params(Response)))]
#[graphql(concrete(name = "WaveConnection", params(Wave)))]
pub struct Connection<T: OutputType>
where
    Edge<T>: OutputType,
{
    /// The rows with their cursors.
    pub edges: Vec<Edge<T>>,
    /// The rows alone, without cursors.
    pub nodes: Vec<Arc<T>>,
    /// Where the page stands.
    pub page_info: PageInfo,
    /// How many there are in all; counted only when asked for. Null below another object.
    pub total_count: Option<i64>,
}

/// What a query asks of a connection.
pub struct Paging {
    pub args: PageArgs,
    /// Whether the whole is to be counted.
    pub count: bool,
}

impl Paging {
    pub fn of(
        look: &Lookahead<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Self {
        Self { args: PageArgs { first, after, last, before }, count: look.field("totalCount").exists() }
    }
}

impl<T: OutputType> Connection<T>
where
    Edge<T>: OutputType,
{
    /// A page. `total_count`: where it was counted.
    pub fn of<N: Into<Arc<T>>>(page: Page<(Cursor, N)>, total_count: Option<i64>) -> Self {
        let page_info = PageInfo {
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: page.rows.first().map(|(cursor, _)| cursor.to_string()),
            end_cursor: page.rows.last().map(|(cursor, _)| cursor.to_string()),
        };
        let edges = page.rows.into_iter().map(|(cursor, node)| Edge { cursor, node: node.into() });
        let edges: Vec<Edge<T>> = edges.collect();
        let nodes = edges.iter().map(|edge| Arc::clone(&edge.node)).collect();
        Self { edges, nodes, page_info, total_count }
    }
}
