//! Which contacts.

use async_graphql::InputObject;
use entity::{ContactRole, ContactRoles, contact};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use serde::{Deserialize, Serialize};

use crate::{
    base::Result,
    store::filter::{self, Filter, IdFilter, TextFilter},
};

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

/// Which contacts. Conditions in one object must all hold.
#[derive(Clone, Debug, Default, PartialEq, InputObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContactFilter {
    /// All of these.
    pub and: Option<Vec<ContactFilter>>,
    /// At least one of these; none of an empty list.
    pub or: Option<Vec<ContactFilter>>,
    /// Not this.
    pub not: Option<Box<ContactFilter>>,
    /// By id.
    pub id: Option<IdFilter>,
    /// By what they are to their company's dealings with us.
    pub roles: Option<ContactRolesFilter>,
    /// By job title.
    pub title: Option<TextFilter>,
    /// By language tag.
    pub language: Option<TextFilter>,
    /// By time zone.
    pub time_zone: Option<TextFilter>,
}

impl ContactFilter {
    fn inner(&self) -> impl Iterator<Item = &Self> {
        self.and.iter().flatten().chain(self.or.iter().flatten()).chain(self.not.as_deref())
    }
}

impl Filter for ContactFilter {
    fn condition(&self) -> Result<Condition> {
        type Table = contact::Entity;
        use contact::Column as C;
        let mut all = filter::nested(self.and.as_deref(), self.or.as_deref(), self.not.as_deref())?;
        let fields = [
            self.id.as_ref().map(|f| f.on::<Table>(C::Id)),
            self.roles.as_ref().map(|f| Ok(f.condition())),
            self.title.as_ref().map(|f| f.on::<Table>(C::Title)),
            self.language.as_ref().map(|f| f.on::<Table>(C::Language)),
            self.time_zone.as_ref().map(|f| f.on::<Table>(C::TimeZone)),
        ];
        for field in fields.into_iter().flatten() {
            all = all.add(field?);
        }
        Ok(all)
    }

    fn weight(&self) -> usize {
        1 + self.inner().map(Filter::weight).sum::<usize>()
    }
}
