//! The end of a contact at the GraphQL door.

use async_graphql::{Context, Object, Result};

use super::{EraseContact, ErasedContact, erase};
use crate::ctx::{Ctx, failed};

#[derive(Default)]
pub struct PrivacyMutation;

#[Object]
impl PrivacyMutation {
    /// Erases a contact for good, with those who were merged into them: rows, free text of the account that names them,
    /// what the audit said of them, sign-ins, letters kept as files. Their answers stay as scores without a name, so
    /// that every figure stays as it is. There is no way back but a backup. For admins.
    async fn erase_contact(&self, cx: &Context<'_>, input: EraseContact) -> Result<Option<ErasedContact>> {
        Box::pin(erase(cx.data::<Ctx>()?, input)).await.map(Some).map_err(failed)
    }
}
