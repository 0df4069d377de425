//! The same grammar in a query string: each operator of each field is a parameter of its own, so that
//! `score_gte=9` says what `{score: {gte: 9}}` does.

use entity::{Day, Time};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr,
        schema::{ObjectBuilder, Schema, SchemaFormat, Type},
    },
};
use uuid::Uuid;

use super::Filter;
use crate::base::{Long, MAX_LINE};

/// A filter whose fields are known by name.
pub trait Flat: Filter + DeserializeOwned {
    fn fields() -> Vec<Field>;
    /// The first field used that a customer may not know of, as it is called in GraphQL.
    fn internal(&self) -> Option<String>;
}

/// One field of a filter.
pub struct Field {
    /// In snake case.
    pub name: &'static str,
    pub about: &'static str,
    /// Customers may not know of it.
    pub internal: bool,
    pub operators: Vec<Operator>,
}

impl Field {
    /// Its name in a JSON filter.
    pub fn key(&self) -> String {
        camel(self.name)
    }

    /// The parameter of an operator: the field's name alone for equality.
    pub fn parameter(&self, operator: &Operator) -> String {
        if operator.suffix.is_empty() { self.name.to_owned() } else { format!("{}_{}", self.name, operator.suffix) }
    }

    /// `updated_since` beside `updated_at_gte`: what a program that keeps up asks for.
    pub fn since(&self) -> Option<String> {
        let stem = self.name.strip_suffix("_at")?;
        self.operators.iter().any(|operator| operator.key == "gte").then(|| format!("{stem}_since"))
    }
}

/// `last_live_at` as `lastLiveAt`.
pub fn camel(name: &str) -> String {
    let mut raised = false;
    let letter = |c: char| match c {
        '_' => {
            raised = true;
            None
        }
        c if std::mem::take(&mut raised) => Some(c.to_ascii_uppercase()),
        c => Some(c),
    };
    name.chars().filter_map(letter).collect()
}

/// What can be asked of a field.
pub struct Operator {
    /// Follows the field's name in a query string.
    pub suffix: &'static str,
    /// Its name in a JSON filter; nothing where the field takes the value as it is.
    pub key: &'static str,
    pub about: &'static str,
    /// Takes a list: the parameter may come again.
    pub many: bool,
    pub schema: fn() -> RefOr<Schema>,
    pub read: fn(&str) -> Result<Value, String>,
}

impl Operator {
    pub const fn one<V: Word>(suffix: &'static str, key: &'static str, about: &'static str) -> Self {
        Self { suffix, key, about, many: false, schema: V::schema, read: V::read }
    }

    pub const fn many<V: Word>(suffix: &'static str, key: &'static str, about: &'static str) -> Self {
        Self { suffix, key, about, many: true, schema: V::schema, read: V::read }
    }
}

/// What a field takes.
pub trait Operators {
    fn operators() -> Vec<Operator>;
}

impl Operators for bool {
    fn operators() -> Vec<Operator> {
        vec![Operator::one::<Self>("", "", "")]
    }
}

/// A value that one word of a query string can be.
pub trait Word {
    fn schema() -> RefOr<Schema>;
    /// As JSON, or the rule it breaks.
    fn read(text: &str) -> Result<Value, String>;
}

macro_rules! words {
    ($($word:ty: $schema:expr, $read:expr;)+) => {$(
        impl Word for $word {
            fn schema() -> RefOr<Schema> {
                $schema
            }
            fn read(text: &str) -> Result<Value, String> {
                let read: fn(&str) -> Result<$word, String> = $read;
                read(text).map(|value| json!(value))
            }
        }
    )+};
}

words! {
    bool: of::<bool>(), |text| text.parse().map_err(|_| "must be true or false".to_owned());
    i32: of::<i32>(), |text| text.parse().map_err(|_| "must be a whole number of at most 32 bits".to_owned());
    Long: of::<i64>(), |text| text.parse().map(Long).map_err(|_| "must be a whole number of at most 64 bits".to_owned());
    String: line(), |text| fault(text).map_or_else(|| Ok(text.to_owned()), Err);
    Time: of::<Time>(), Time::parse;
    Day: of::<Day>(), Day::parse;
}

macro_rules! choices {
    ($($word:ty)+) => {words! {$(
        $word: Ref::from_schema_name(<$word as ToSchema>::name()).into(), str::parse;
    )+}};
}

choices! {
    entity::Tier
    entity::Lifecycle
    entity::SurveyKind
    entity::SurveyMode
    entity::InvitationStatus
    entity::Suppression
    entity::Category
    entity::InteractionType
    entity::ContactRole
    entity::AuditAction
    entity::ActorKind
}

fn of<T: PartialSchema>() -> RefOr<Schema> {
    T::schema()
}

fn line() -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(Type::String);
    text.max_length(Some(MAX_LINE)).pattern(Some("^[^\\u0000]*$")).into()
}

/// What no text can be compared with.
fn fault(text: &str) -> Option<String> {
    let long = text.chars().count() > MAX_LINE;
    let rule = long.then(|| format!("must have at most {MAX_LINE} characters"));
    rule.or_else(|| text.contains('\0').then(|| "must not contain the control character U+0000".to_owned()))
}

impl Word for Uuid {
    fn schema() -> RefOr<Schema> {
        let id = ObjectBuilder::new().schema_type(Type::String);
        id.format(Some(SchemaFormat::Custom("uuid".to_owned()))).into()
    }

    fn read(text: &str) -> Result<Value, String> {
        let id: Self =
            text.parse().map_err(|_| "must be an id like 019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90".to_owned())?;
        Ok(json!(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_its_names() {
        let operators = vec![Operator::one::<Time>("gte", "gte", "")];
        let field = Field { name: "last_live_at", about: "", internal: false, operators };
        assert_eq!(field.key(), "lastLiveAt");
        assert_eq!(field.since().as_deref(), Some("last_live_since"));
        assert_eq!(field.parameter(&field.operators[0]), "last_live_at_gte");
    }
}
