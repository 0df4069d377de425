//! Queries that were found right are not looked through again.
//!
//! Whether a query fits the schema depends on its text, on which operation of it runs and, of its variables, on what
//! kind of value each has; only names of choices, lists and objects are looked into. So a query of plain values that
//! passed validation once runs without it from then on.

use std::sync::Arc;

use async_graphql::{Executor, Request, Response as Answer, Value};
use moka::sync::Cache;

use super::guard;

/// A schema, and the same one for what needs no validation.
pub struct Proven<E> {
    whole: E,
    quick: E,
    right: Cache<Arc<str>, ()>,
}

impl<E: Executor> Proven<E> {
    /// `quick` must be the schema `whole`, but for its mode of validation.
    pub fn new(whole: E, quick: E) -> Self {
        Self { whole, quick, right: guard::texts() }
    }

    /// Runs a query that [`guard::admit`] let through.
    pub(super) async fn execute(&self, query: Request) -> Answer {
        let sort = sort(&query);
        if sort.as_deref().is_some_and(|sort| self.right.contains_key(sort)) {
            return self.quick.execute(query).await;
        }
        let answer = self.whole.execute(query).await;
        // An error that validation finds has no path.
        if let Some(sort) = sort
            && answer.errors.iter().all(|error| !error.path.is_empty())
        {
            self.right.insert(sort.into(), ());
        }
        answer
    }
}

/// What all queries have in common that validation cannot tell apart; nothing where it looks into a value.
fn sort(query: &Request) -> Option<String> {
    let mut sort = query.query.clone();
    if let Some(name) = &query.operation_name {
        sort.push_str("\0o");
        sort.push_str(name);
    }
    for (name, value) in query.variables.iter() {
        sort.push('\0');
        sort.push(kind(value)?);
        sort.push_str(name);
    }
    (sort.len() <= guard::LONGEST).then_some(sort)
}

fn kind(value: &Value) -> Option<char> {
    match value {
        Value::String(text) if !is_choice(text) => Some('t'),
        // Some types take no number below nought.
        Value::Number(number) if number.is_u64() && number.is_i64() => Some('n'),
        Value::Boolean(_) => Some('b'),
        _ => None,
    }
}

/// Whether a text could name a choice, as in `AT_RISK`.
fn is_choice(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Enum, Object, Schema, ValidationMode, Variables, value};

    use super::*;

    #[derive(Clone, Copy, PartialEq, Eq, Enum)]
    enum Size {
        Small,
        Large,
    }

    struct Root;

    #[Object]
    impl Root {
        async fn echo(&self, text: String) -> String {
            text
        }

        async fn twice(&self, number: i32) -> i32 {
            number.saturating_mul(2)
        }

        async fn many(&self, times: u32) -> u32 {
            times
        }

        async fn large(&self, size: Size) -> bool {
            size == Size::Large
        }
    }

    fn both() -> (Proven<impl Executor>, impl Executor) {
        let schema = |mode| Schema::build(Root, EmptyMutation, EmptySubscription).validation_mode(mode).finish();
        let whole = schema(ValidationMode::Strict);
        (Proven::new(whole.clone(), schema(ValidationMode::Fast)), whole)
    }

    #[tokio::test]
    async fn a_query_answers_the_same_whether_it_is_validated_or_not() {
        let values =
            [value!("a b"), value!("a"), value!("LARGE"), value!("HUGE"), value!(7), value!(-1), value!(u64::MAX)];
        let others = [value!(7.5), value!(true), value!(null), value!([1]), value!({})];
        let values: Vec<_> = values.into_iter().chain(others).map(Some).chain([None]).collect();
        for query in [
            "query($v: String!) { echo(text: $v) }",
            "query($v: String) { echo(text: $v) }",
            "query($v: String = \"b\") { echo(text: $v) }",
            "query($v: Int!) { twice(number: $v) }",
            "query($v: Size!) { large(size: $v) }",
            "query($v: Boolean!) { echo(text: \"c\") @skip(if: $v) }",
            "query A($v: Int!) { twice(number: $v) } query B { echo(text: \"d\") }",
            "query($v: Int!) { echo(text: $v) }",
            "query($v: String!) { large(size: $v) }",
            "query($v: String!) { twice(number: $v) }",
            "query($v: String) { large(size: SMALL) echo(text: $v) }",
            "query($v: String) { many(times: $v) }",
            "query($v: Int!) { many(times: $v) }",
            "query($v: Int!) { twice(number: 1) }",
            "{ twice(number: 2) }",
            "{ nothing }",
        ] {
            let (proven, whole) = both();
            for round in 0..3 {
                for value in &values {
                    let given = value.clone().map_or_else(|| value!({}), |value| value!({ "v": value }));
                    let request = || {
                        let request = Request::new(query).variables(Variables::from_value(given.clone()));
                        if query.starts_with("query A") { request.operation_name("A") } else { request }
                    };
                    let (got, want) = (proven.execute(request()).await, whole.execute(request()).await);
                    assert_eq!(got.data, want.data, "{query} {given} {round}");
                    assert_eq!(got.errors, want.errors, "{query} {given} {round}");
                }
            }
        }
    }

    #[test]
    fn what_validation_tells_apart_is_of_different_sorts() {
        let named = Request::new("{ x }").operation_name("tv");
        let given = Request::new("{ x }").variables(Variables::from_value(value!({ "v": "a b" })));
        let sorts = [sort(&Request::new("{ x }")), sort(&named), sort(&given)];
        assert!(sorts.iter().all(Option::is_some) && sorts[1] != sorts[2] && sorts[0] != sorts[1], "{sorts:?}");
        assert_eq!(sort(&Request::new("x".repeat(guard::LONGEST + 1))), None);
    }

    #[tokio::test]
    async fn only_a_text_that_was_validated_is_taken_for_right() {
        let (proven, _) = both();
        for text in ["{ nothing }", "{ twice(number: \"x\") }", "{ twice(number: 3) }"] {
            let answer = proven.execute(Request::new(text)).await;
            assert_eq!(proven.right.contains_key(text), answer.is_ok(), "{text}");
        }
    }
}
