//! The document says how much is taken, and shows what comes. That it has words for all, `wording` sees to.

use serde_json::Value;

const OPENAPI: &str = include_str!("../../openapi/openapi.json");

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn is(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|one| one == kind))
}

/// What a client sends has a limit that the document names.
fn is_bounded(schema: &Value) -> bool {
    let has = |keys: &[&str]| keys.iter().any(|key| schema.get(key).is_some());
    (!is(schema, "string") || has(&["enum", "format", "pattern", "maxLength"]))
        && (!is(schema, "integer") || has(&["format", "maximum"]))
        && (!is(schema, "array") || has(&["maxItems"]) && is_bounded(&schema["items"]))
}

/// The schema itself, or the one beside null.
fn own(schema: &Value) -> &Value {
    let beside = schema["oneOf"].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null"));
    beside.unwrap_or(schema)
}

fn shows(schema: &Value) -> bool {
    let told = ["example", "examples", "enum", "$ref", "properties"].iter().any(|key| schema.get(key).is_some());
    told || is(schema, "boolean") || is(schema, "array") && shows(&schema["items"])
}

#[test]
fn every_field_has_bounds_and_an_example() {
    let document: Value = serde_json::from_str(OPENAPI).unwrap();
    let mut faults = Vec::new();
    for (name, schema) in members(&document["components"]["schemas"]) {
        let is_sent = schema["additionalProperties"] == false;
        let has_example = schema.get("example").is_some();
        for (field, schema) in members(&schema["properties"]) {
            let (at, of) = (format!("{name}.{field}"), own(schema));
            // The example of a whole shows its parts.
            if !shows(of) && !has_example {
                faults.push(format!("{at} has no example"));
            }
            if is_sent && !is_bounded(of) {
                faults.push(format!("{at} has no bounds"));
            }
        }
    }
    for (path, item) in members(&document["paths"]) {
        for (method, operation) in members(item) {
            let at = format!("{method} {path}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let (name, schema) = (&parameter["name"], &parameter["schema"]);
                if !is_bounded(schema) {
                    faults.push(format!("{at}: {name} has no bounds"));
                }
            }
            for (status, answer) in members(&operation["responses"]) {
                let refers = answer["$ref"].as_str().map(|name| name.trim_start_matches('#'));
                let answer = refers.map_or(answer, |name| document.pointer(name).unwrap());
                for (media, content) in members(&answer["content"]) {
                    if content.get("example").is_none() && content["schema"].get("$ref").is_none() {
                        faults.push(format!("{at}: {status} as {media} has no example"));
                    }
                    if !status.starts_with('2') && content.get("example").is_none() {
                        faults.push(format!("{at}: {status} has no example"));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
