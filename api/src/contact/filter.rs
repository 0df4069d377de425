//! Which contacts.

use async_graphql::InputObject;
use entity::{ContactRole, ContactRoles, contact};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use serde::{Deserialize, Serialize};

use crate::store::filter::{DateTimeFilter, IdFilter, Operator, Operators, TextFilter, filters};

/// Compares what a contact is to their company's dealings with us.
#[derive(Clone, Debug, Default, PartialEq, Eq, InputObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContactRolesFilter {
    /// At least one of these; none of an empty list.
    pub any: Option<Vec<ContactRole>>,
    /// Not one of these.
    pub none: Option<Vec<ContactRole>>,
}

impl ContactRolesFilter {
    fn condition(&self) -> Condition {
        let held = |roles: &[ContactRole]| {
            let mask: ContactRoles = roles.iter().copied().collect();
            Expr::col((contact::Entity, contact::Column::Roles)).bit_and(mask.0)
        };
        let any = self.any.as_ref().map(|roles| held(roles).ne(0));
        let none = self.none.as_ref().map(|roles| held(roles).eq(0));
        [any, none].into_iter().flatten().fold(Condition::all(), Condition::add)
    }
}

impl Operators for ContactRolesFilter {
    fn operators() -> Vec<Operator> {
        vec![
            Operator::many::<ContactRole>("any", "any", "At least one of these."),
            Operator::many::<ContactRole>("none", "none", "Not one of these."),
        ]
    }
}

type Table = contact::Entity;
use contact::Column as C;

filters! {
    /// Which contacts. Conditions in one object must all hold.
    ContactFilter {
        /// By id.
        id: IdFilter => |f, _| f.on::<Table>(C::Id),
        /// By account.
        account_id: IdFilter => |f, _| f.on::<Table>(C::AccountId),
        /// By the outside system they came from.
        #[internal]
        source: TextFilter => |f, _| f.on::<Table>(C::Source),
        /// By that system's own id for them.
        #[internal]
        reference: TextFilter => |f, _| f.on::<Table>(C::Reference),
        /// By what they are to their company's dealings with us.
        #[internal]
        roles: ContactRolesFilter => |f, _| Ok(f.condition()),
        /// By job title.
        title: TextFilter => |f, _| f.on::<Table>(C::Title),
        /// By language tag.
        language: TextFilter => |f, _| f.on::<Table>(C::Language),
        /// By time zone.
        time_zone: TextFilter => |f, _| f.on::<Table>(C::TimeZone),
        /// By the last change.
        updated_at: DateTimeFilter => |f, _| f.on::<Table>(C::UpdatedAt),
    }
}
