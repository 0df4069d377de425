//! Which entries of timelines.

use entity::interaction;

use crate::store::filter::{DateTimeFilter, IdFilter, InteractionTypeFilter, TextFilter, filters, is};

type Table = interaction::Entity;
use interaction::Column as C;
use sea_orm::ColumnTrait;

filters! {
    /// Which entries of timelines. Conditions in one object must all hold.
    InteractionFilter {
        /// By account.
        account_id: IdFilter => |f, _| f.on::<Table>(C::AccountId),
        /// By who of the customer took part.
        contact_id: IdFilter => |f, _| f.on::<Table>(C::ContactId),
        /// By who of our staff took part.
        member_id: IdFilter => |f, _| f.on::<Table>(C::MemberId),
        /// By what it is about.
        kind: InteractionTypeFilter => |f, _| f.on::<Table>(C::Kind),
        /// By the outside system it came from.
        source: TextFilter => |f, _| f.on::<Table>(C::Source),
        /// By that system's own id for it.
        reference: TextFilter => |f, _| f.on::<Table>(C::ExternalId),
        /// By whether the customer sees it.
        customer_visible: bool => |yes, _| Ok(is(*yes, C::CustomerVisible.eq(true))),
        /// By when it happened.
        occurred_at: DateTimeFilter => |f, _| f.on::<Table>(C::OccurredAt),
    }
}
