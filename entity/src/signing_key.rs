//! A key that signs access tokens. The private half is sealed under the installation's secret.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Digest, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Base64url of the 32 bytes.
    pub public_key: String,
    #[serde(skip_serializing)]
    pub sealed: Digest,
    pub created_at: Time,
    /// When it ends to verify.
    pub retired_at: Option<Time>,
    /// When it begins to sign; from the beginning where it is null.
    pub signs_from: Option<Time>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
