//! Queries that were found right are not looked through again.
//!
//! Whether a document fits the schema depends on its text alone, save for the values of its variables. So a text whose
//! document passed validation once runs without it, as long as each variable has a plain type and a value of that
//! type. All else is validated every time.

use std::sync::Arc;

use async_graphql::{
    Executor, Request, Response as Answer, Value, Variables,
    parser::types::{BaseType, DocumentOperations, ExecutableDocument},
};
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
    pub(super) async fn execute(&self, mut query: Request) -> Answer {
        if !self.right.contains_key(query.query.as_str()) {
            let text = query.query.clone();
            let answer = self.whole.execute(query).await;
            // An error of the document has no path.
            if text.len() <= guard::LONGEST && answer.errors.iter().all(|error| !error.path.is_empty()) {
                self.right.insert(text.into(), ());
            }
            return answer;
        }
        let variables = std::mem::take(&mut query.variables);
        let plain = query.parsed_query().is_ok_and(|document| plain(document, &variables));
        query.variables = variables;
        if plain { self.quick.execute(query).await } else { self.whole.execute(query).await }
    }
}

/// Whether no variable could fail validation: each is of a plain type and was left out or has a value of it.
fn plain(document: &ExecutableDocument, variables: &Variables) -> bool {
    let DocumentOperations::Single(operation) = &document.operations else { return false };
    operation.node.variable_definitions.iter().all(|variable| {
        let BaseType::Named(name) = &variable.node.var_type.node.base else { return false };
        match variables.get(&variable.node.name.node) {
            None => true,
            Some(Value::String(_)) => matches!(name.as_str(), "String" | "ID" | "UUID" | "DateTime" | "Date"),
            Some(Value::Number(number)) => name == "Int" && number.is_i64(),
            Some(Value::Boolean(_)) => name == "Boolean",
            Some(_) => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Enum, Object, Schema, ValidationMode, value};

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
    async fn a_text_found_right_answers_whatever_its_variables_hold_as_one_that_is_validated() {
        let values =
            [value!("a"), value!(7), value!(7.5), value!(true), value!(null), value!([1]), value!({}), value!("LARGE")];
        for query in [
            "query($v: String!) { echo(text: $v) }",
            "query($v: String) { echo(text: $v) }",
            "query($v: String = \"b\") { echo(text: $v) }",
            "query($v: Int!) { twice(number: $v) }",
            "query($v: Size!) { large(size: $v) }",
            "query($v: Boolean!) { echo(text: \"c\") @skip(if: $v) }",
            "query A($v: Int!) { twice(number: $v) } query B { echo(text: \"d\") }",
            "query($v: Int!) { echo(text: $v) }",
            "query($v: Int!) { twice(number: 1) }",
            "{ twice(number: 2) }",
            "{ nothing }",
        ] {
            let (proven, whole) = both();
            for round in 0..3 {
                for value in &values {
                    let given = value!({ "v": value.clone() });
                    let request =
                        || Request::new(query).variables(Variables::from_value(given.clone())).operation_name("A");
                    let request =
                        || if query.contains('A') { request() } else { Request { operation_name: None, ..request() } };
                    let (got, want) = (proven.execute(request()).await, whole.execute(request()).await);
                    assert_eq!(got.data, want.data, "{query} {value} {round}");
                    assert_eq!(got.errors, want.errors, "{query} {value} {round}");
                }
            }
        }
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
