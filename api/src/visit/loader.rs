//! The visits of an invitation as staff see them.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{SimpleObject, dataloader::Loader};
use entity::{InvitationId, Machine, Time, visit};
use sea_orm::sea_query::Order;

use crate::{
    base::{Error, Result},
    ctx::Ctx,
    store::among,
};

/// One opening of a survey's link. Opening it answers nothing.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct Visit {
    /// When.
    pub at: Time,
    /// Why it is held to be a machine's; null for a person's.
    pub machine: Option<Machine>,
    /// What the program called itself.
    pub agent: Option<String>,
}

/// Loads the visits of invitations, the oldest first, in one statement.
pub struct VisitLoader(pub Ctx);

#[async_trait::async_trait]
impl Loader<InvitationId> for VisitLoader {
    type Value = Vec<Visit>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[InvitationId]) -> Result<HashMap<InvitationId, Self::Value>, Self::Error> {
        let which = among::<visit::Entity, _>(visit::Column::InvitationId, ids);
        let mut found: HashMap<InvitationId, Self::Value> = HashMap::new();
        for row in self.0.find::<visit::Entity>().filter(which).order(visit::Column::At, Order::Asc).all().await? {
            let row = row.into_inner();
            let visit = Visit { at: row.at, machine: row.machine, agent: row.agent };
            found.entry(row.invitation_id).or_default().push(visit);
        }
        Ok(found)
    }
}
