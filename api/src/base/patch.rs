//! Changes in which absent and null differ.

use async_graphql::MaybeUndefined;
use sea_orm::{ActiveValue, Value};

/// Absent stays, null clears, a value is set.
pub fn put<T: Into<Value>>(column: &mut ActiveValue<Option<T>>, change: MaybeUndefined<T>)
where
    Option<T>: Into<Value>,
{
    match change {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *column = ActiveValue::Set(None),
        MaybeUndefined::Value(value) => *column = ActiveValue::Set(Some(value)),
    }
}

/// Checks the value of a change, if there is one; a blank one clears.
pub fn checked<T, U>(change: MaybeUndefined<T>, check: impl FnOnce(T) -> Option<U>) -> MaybeUndefined<U> {
    match change {
        MaybeUndefined::Undefined => MaybeUndefined::Undefined,
        MaybeUndefined::Null => MaybeUndefined::Null,
        MaybeUndefined::Value(value) => check(value).map_or(MaybeUndefined::Null, MaybeUndefined::Value),
    }
}
