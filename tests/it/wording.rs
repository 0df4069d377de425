//! The contract explains itself: everything a client can see has words.

use serde_json::{Value, json};

const ASK: &str = "{ __schema { types { name kind description fields(includeDeprecated: true) { name description args { name description } } inputFields { name description } enumValues(includeDeprecated: true) { name description } } } }";

fn wordless(value: &Value) -> bool {
    value["description"].as_str().is_none_or(|text| text.trim().is_empty())
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

#[tokio::test]
async fn every_type_field_argument_and_word_of_the_graph_is_described() {
    let answer = serde_json::to_value(api::graph::schema().execute(ASK).await).unwrap();
    let mut faults = Vec::new();
    for kind in list(&answer["data"]["__schema"], "types") {
        let name = kind["name"].as_str().unwrap();
        if name.starts_with("__") || kind["kind"] == "SCALAR" {
            continue;
        }
        faults.extend(wordless(kind).then(|| name.to_owned()));
        for part in list(kind, "fields").chain(list(kind, "inputFields")).chain(list(kind, "enumValues")) {
            let part_name = part["name"].as_str().unwrap();
            faults.extend(wordless(part).then(|| format!("{name}.{part_name}")));
            for argument in list(part, "args").filter(|argument| wordless(argument)) {
                // The one argument of every mutation, and the id of what is asked for, say what they are.
                if argument["name"] != "input" && argument["name"] != "id" {
                    faults.push(format!("{name}.{part_name}({})", argument["name"]));
                }
            }
        }
    }
    assert!(faults.is_empty(), "no words for: {}", faults.join(", "));
}

#[test]
fn every_operation_parameter_and_property_of_the_rest_door_is_described() {
    let [(_, openapi), _] = api::contract();
    let document: Value = serde_json::from_str(&openapi).unwrap();
    let mut faults = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let whole = wordless(operation) || operation["summary"].as_str().is_none();
            faults.extend(whole.then(|| format!("{method} {path}")));
            let parts = list(operation, "parameters").filter(|part| wordless(part));
            faults.extend(parts.map(|part| format!("{method} {path} {}", part["name"])));
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let refers = answer["$ref"].as_str().map(|name| name.trim_start_matches('#'));
                let answer = refers.map_or(answer, |name| document.pointer(name).unwrap());
                let bodies = answer["content"].as_object().into_iter().flatten();
                let untyped = bodies.clone().any(|(_, body)| body["schema"].is_null() || body["schema"] == json!({}));
                faults.extend((wordless(answer) || untyped).then(|| format!("{method} {path} {status}")));
            }
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        faults.extend(wordless(schema).then(|| name.clone()));
        for (property, about) in schema["properties"].as_object().into_iter().flatten() {
            let told = about.get("$ref").is_some() || about.get("oneOf").is_some() || !wordless(about);
            faults.extend((!told).then(|| format!("{name}.{property}")));
        }
    }
    assert!(faults.is_empty(), "no words for: {}", faults.join(", "));
}
