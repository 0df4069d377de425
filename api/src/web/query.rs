//! The query string of a list: the fields of its filter, each operator a parameter of its own; order and page.

use std::collections::HashMap;

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::Serialize;
use serde_json::{Map, Value, json};
use url::form_urlencoded;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        Required,
        path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle},
        schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type},
    },
};

use super::Server;
use crate::{
    access::Role,
    base::{Error, Fault, Result},
    store::{
        Cursor, MAX_PAGE, PAGE, Page, PageArgs,
        filter::{Field, Flat, MAX_IN, Operator},
    },
};

/// A list at the REST door.
pub trait Listed: Send + Sync {
    type Filter: Flat + Send;
    type Sort: Default + Copy + Send + 'static;
    /// Orders by name; a minus turns one round. The first is the usual one.
    const SORTS: &'static [(&'static str, Self::Sort)];
    /// What `search` looks at; lists that have it can also show what is archived.
    const SEARCH: Option<&'static str>;
}

/// Which rows of a list.
pub struct Which<L: Listed> {
    pub filter: Option<L::Filter>,
    pub search: Option<String>,
    pub archived: bool,
}

/// Which rows, in which order, which page.
pub struct Query<L: Listed> {
    pub which: Which<L>,
    pub sort: L::Sort,
    pub page: PageArgs,
    /// How many there are in all is to be counted.
    pub count: bool,
}

impl<L: Listed> FromRequestParts<Server> for Query<L> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self> {
        let mut given = Given::read(parts);
        let sorts = |word: &str| {
            let names: Vec<_> = L::SORTS.iter().map(|(name, _)| *name).collect();
            let found = L::SORTS.iter().find(|(name, _)| *name == word);
            found.map(|(_, sort)| *sort).ok_or_else(|| format!("must be one of {}", names.join(", ")))
        };
        let sort = given.one("sort", sorts).unwrap_or_default();
        let first = given.one("first", size);
        let after = given.one("after", |text| Ok(text.to_owned()));
        let count = given.one("count", truth).unwrap_or_default();
        let which = given.which::<L>(&["sort", "first", "after", "count"])?;
        let page = PageArgs { first, after, last: None, before: None };
        Ok(Self { which, sort, page, count })
    }
}

impl<L: Listed> FromRequestParts<Server> for Which<L> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self> {
        Given::read(parts).which(&[])
    }
}

fn size(text: &str) -> Result<i32, String> {
    let rule = format!("must be a whole number between 1 and {MAX_PAGE}");
    text.parse().ok().filter(|size| (1..=MAX_PAGE).contains(size)).ok_or(rule)
}

fn truth(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "must be true or false".to_owned())
}

/// The parameters as they came, and what is wrong with them.
struct Given {
    values: HashMap<String, Vec<String>>,
    faults: Vec<Fault>,
    /// Fields of staff are none for whoever asks.
    is_customer: bool,
}

impl Given {
    fn read(parts: &Parts) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        let mut values: HashMap<String, Vec<String>> = HashMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            values.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        let is_customer = parts.extensions.get::<Role>() == Some(&Role::Customer);
        Self { values, faults: Vec::new(), is_customer }
    }

    fn fault(&mut self, name: &str, rule: impl Into<String>) {
        self.faults.push(Fault { field: format!("/{name}"), rule: rule.into() });
    }

    /// The one value of a parameter.
    fn one<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let values = self.values.remove(name)?;
        let [value] = values.as_slice() else {
            self.fault(name, "must be given once");
            return None;
        };
        read(value).map_err(|rule| self.fault(name, rule)).ok()
    }

    fn which<L: Listed>(mut self, further: &[&str]) -> Result<Which<L>> {
        let mut filter = Map::new();
        let mut known: Vec<String> = further.iter().map(|name| (*name).to_owned()).collect();
        let (mut search, mut archived) = (None, false);
        if L::SEARCH.is_some() {
            known.extend(["search", "archived"].map(str::to_owned));
            search = self.one("search", |text| Ok(text.to_owned()));
            archived = self.one("archived", truth).unwrap_or_default();
        }
        let is_customer = self.is_customer;
        for field in L::Filter::fields().into_iter().filter(|field| !(is_customer && field.internal)) {
            for (name, operator) in parameters(&field) {
                if let Some(value) = self.value(&name, operator) {
                    put(&mut filter, &field, operator, value);
                }
                known.push(name);
            }
        }
        let unknown: Vec<String> = self.values.keys().cloned().collect();
        for name in unknown {
            // Named without what it holds: the caller's own word, cut.
            let name: String = name.chars().take(60).collect();
            self.fault(&name, format!("is not a parameter here; known are {}", known.join(", ")));
        }
        if !self.faults.is_empty() {
            self.faults.sort_by(|a, b| a.field.cmp(&b.field));
            return Err(Error::Invalid(self.faults));
        }
        let filter = if filter.is_empty() { None } else { Some(Value::Object(filter)) };
        let filter = filter.map(serde_json::from_value).transpose().map_err(Error::internal)?;
        Ok(Which { filter, search, archived })
    }

    /// What an operator is asked with, as JSON.
    fn value(&mut self, name: &str, operator: &Operator) -> Option<Value> {
        if !operator.many {
            return self.one(name, operator.read);
        }
        let values = self.values.remove(name)?;
        if values.len() > MAX_IN {
            self.fault(name, format!("takes at most {MAX_IN} values"));
            return None;
        }
        let read: Result<Vec<Value>, String> = values.iter().map(|value| (operator.read)(value)).collect();
        read.map_err(|rule| self.fault(name, rule)).ok().map(Value::Array)
    }
}

/// Every parameter of a field, with its operator.
fn parameters(field: &Field) -> impl Iterator<Item = (String, &Operator)> {
    let since = field.since().zip(field.operators.iter().find(|operator| operator.key == "gte"));
    field.operators.iter().map(|operator| (field.parameter(operator), operator)).chain(since)
}

fn put(filter: &mut Map<String, Value>, field: &Field, operator: &Operator, value: Value) {
    if operator.key.is_empty() {
        filter.insert(field.key(), value);
        return;
    }
    let asked = filter.entry(field.key()).or_insert_with(|| json!({}));
    if let Some(asked) = asked.as_object_mut() {
        asked.insert(operator.key.to_owned(), value);
    }
}

fn parameter(name: &str, about: &str, schema: impl Into<utoipa::openapi::RefOr<Schema>>) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(about))
        .schema(Some(schema))
        .build()
}

fn filter_parameters<L: Listed>() -> Vec<Parameter> {
    let mut all = Vec::new();
    if let Some(about) = L::SEARCH {
        let words = ObjectBuilder::new().schema_type(Type::String).max_length(Some(100)).examples(["globex"]);
        all.push(parameter("search", about, words));
        all.push(parameter("archived", "Archived ones too.", <bool as PartialSchema>::schema()));
    }
    for field in L::Filter::fields() {
        for (name, operator) in parameters(&field) {
            let whom = if field.internal { "Not for customers." } else { "" };
            let told = [field.about, operator.about, whom].into_iter().filter(|words| !words.is_empty());
            let about = told.collect::<Vec<_>>().join(" ");
            let schema = (operator.schema)();
            if operator.many {
                let list = ArrayBuilder::new().items(schema).max_items(Some(MAX_IN));
                let mut many = parameter(&name, &about, list);
                (many.style, many.explode) = (Some(ParameterStyle::Form), Some(true));
                all.push(many);
            } else {
                all.push(parameter(&name, &about, schema));
            }
        }
    }
    all
}

impl<L: Listed> IntoParams for Which<L> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        filter_parameters::<L>()
    }
}

impl<L: Listed> IntoParams for Query<L> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let names = L::SORTS.iter().map(|(name, _)| *name);
        let usual = L::SORTS.first().map(|(name, _)| json!(name));
        let sort = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).default(usual);
        let size = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .minimum(Some(1))
            .maximum(Some(MAX_PAGE))
            .default(Some(json!(PAGE)));
        let cursor = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Za-z0-9_-]+$"));
        let mut all = vec![
            parameter("first", "How many rows.", size),
            parameter("after", "The `next` of the page before.", cursor),
            parameter("sort", "In which order; a minus turns it round.", sort),
            parameter("count", "Counts how many there are in all, as `total`.", <bool as PartialSchema>::schema()),
        ];
        all.extend(filter_parameters::<L>());
        all
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Paged<T> {
    /// The rows.
    #[schema(max_items = 100)]
    pub data: Vec<T>,
    /// Where the next page goes on: give it as `after`. Null on the last page.
    #[schema(example = "WyIyMDI2LTAzLTAyIl0")]
    pub next: Option<String>,
    /// How many there are in all; null unless `count` asked for it.
    #[schema(minimum = 0, example = 2)]
    pub total: Option<i64>,
}

impl<T> Paged<T> {
    /// A page of rows, each with its cursor.
    pub fn of<U>(page: Page<(Cursor, U)>, total: Option<i64>, show: impl Fn(U) -> T) -> Self {
        let next = page.rows.last().filter(|_| page.has_next).map(|(cursor, _)| cursor.to_string());
        Self { data: page.rows.into_iter().map(|(_, row)| show(row)).collect(), next, total }
    }
}
