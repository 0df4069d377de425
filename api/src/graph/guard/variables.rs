//! What must hold of the variables of a request before it runs.

use async_graphql::{
    Name, Request, Value, Variables,
    parser::types::{DocumentOperations, ExecutableDocument},
};

use super::Refusal;

/// Refuses a request that leaves out a variable its operation cannot run without. The executor
/// would find out in the middle of running.
pub(super) fn given(document: &ExecutableDocument, request: &Request) -> Result<(), Refusal> {
    let operation = match (&document.operations, &request.operation_name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(named), Some(name)) => named.get(name.as_str()),
        (DocumentOperations::Multiple(named), None) => named.values().next(),
    };
    let declared = operation.map_or(&[][..], |operation| &operation.node.variable_definitions);
    for variable in declared {
        let name = &variable.node.name.node;
        let value = request.variables.get(name);
        let null = matches!(value, Some(Value::Null));
        let left_out = value.is_none() && variable.node.default_value.is_none();
        if !variable.node.var_type.node.nullable && (null || left_out) {
            let name = super::shortened(name);
            let message = format!("The variable `${name}` needs a value that is not null.");
            return Err(Refusal::invalid(message, Some(variable.pos)));
        }
    }
    Ok(())
}

/// Refuses a NUL in any string or key of the variables, naming the place by a JSON pointer.
pub(super) fn text(variables: &Variables) -> Result<(), Refusal> {
    for (name, value) in variables.iter() {
        if let Some(below) = nul_in(name, value) {
            return Err(Refusal::nul(format!("/variables{below}")));
        }
    }
    Ok(())
}

/// Where a NUL stands in this member or below it. The depth is bounded by the JSON reader.
fn nul_in(key: &str, value: &Value) -> Option<String> {
    let below = match value {
        Value::String(text) if text.contains('\0') => Some(String::new()),
        Value::List(items) => items.iter().enumerate().find_map(|(index, item)| nul_in(&index.to_string(), item)),
        Value::Object(members) => members.iter().find_map(|(name, item): (&Name, &Value)| nul_in(name, item)),
        _ => None,
    };
    let here = key.contains('\0').then(String::new);
    below.or(here).map(|rest| {
        let key = key.replace('\0', "").replace('~', "~0").replace('/', "~1");
        format!("/{}{rest}", super::shortened(&key))
    })
}
