//! OpenAPI documents.

use serde_json::{Value, json};

use super::shape::{Compare, Way};

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// What `new` takes away from clients of `old`.
pub fn openapi(old: &Value, new: &Value) -> Vec<String> {
    let mut compare = Compare::new(old, new);
    for (path, item) in members(&old["paths"]) {
        for method in METHODS {
            let (Some(was), is) = (item.get(method), &new["paths"][path][method]) else { continue };
            let at = format!("{} {path}", method.to_uppercase());
            if is.is_null() {
                compare.say(&at, "is gone");
                continue;
            }
            operation(&mut compare, was, is, &at);
        }
    }
    // Generated clients call types by these names.
    for kind in ["schemas", "responses", "securitySchemes"] {
        for (name, _) in members(&old["components"][kind]) {
            if new["components"][kind].get(name).is_none() {
                compare.say(&format!("{kind}/{name}"), "is gone");
            }
        }
    }
    compare.found
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn target<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(name) => document.pointer(name.trim_start_matches('#')).unwrap_or(&Value::Null),
        None => value,
    }
}

fn operation<'a>(compare: &mut Compare<'a>, old: &'a Value, new: &'a Value, at: &str) {
    // Generated clients make names of functions and modules of these.
    for key in ["operationId", "tags"] {
        if old[key] != new[key] {
            compare.say(at, format!("has another {key}: {} for {}", new[key], old[key]));
        }
    }
    let open = |of: &Value| list(&of["security"]).iter().all(|way| *way == json!({}));
    if open(old) && !open(new) {
        compare.say(at, "is open no more");
    } else if !open(new) {
        for way in list(&old["security"]).iter().filter(|way| !list(&new["security"]).contains(way)) {
            compare.say(at, format!("lets in no more by {way}"));
        }
    }
    parameters(compare, old, new, at);
    let (was, is) = (&old["requestBody"], &new["requestBody"]);
    if is["required"] == true && was["required"] != true {
        compare.say(at, "must have a body now");
    }
    contents(compare, Way::Request, was, is, &format!("{at} body"));
    answers(compare, old, new, at);
}

fn parameters<'a>(compare: &mut Compare<'a>, old: &'a Value, new: &'a Value, at: &str) {
    let same = |a: &Value, b: &Value| a["name"] == b["name"] && a["in"] == b["in"];
    let name = |of: &Value| of["name"].as_str().unwrap_or_default().to_owned();
    for is in list(&new["parameters"]).iter().filter(|is| is["required"] == true) {
        if !list(&old["parameters"]).iter().any(|was| same(was, is) && was["required"] == true) {
            compare.say(at, format!("parameter {} must be given now", name(is)));
        }
    }
    for was in list(&old["parameters"]) {
        let Some(is) = list(&new["parameters"]).iter().find(|is| same(was, is)) else {
            compare.say(at, format!("parameter {} is gone", name(was)));
            continue;
        };
        if was["style"] != is["style"] || was["explode"] != is["explode"] {
            compare.say(at, format!("parameter {} is written otherwise", name(was)));
        }
        compare.schema(Way::Request, &was["schema"], &is["schema"], &format!("{at} parameter {}", name(was)));
    }
}

fn answers<'a>(compare: &mut Compare<'a>, old: &'a Value, new: &'a Value, at: &str) {
    for (status, was) in members(&old["responses"]) {
        let Some(is) = new["responses"].get(status) else {
            compare.say(at, format!("answer {status} is gone"));
            continue;
        };
        let at = format!("{at} answer {status}");
        let (was, is) = (target(compare.old, was), target(compare.new, is));
        contents(compare, Way::Answer, was, is, &at);
        for (header, was) in members(&was["headers"]) {
            match is["headers"].get(header) {
                Some(is) => {
                    compare.schema(Way::Answer, &was["schema"], &is["schema"], &format!("{at} header {header}"))
                }
                None => compare.say(&at, format!("header {header} is gone")),
            }
        }
    }
    for (status, _) in members(&new["responses"]) {
        if !status.starts_with(['4', '5']) && old["responses"].get(status).is_none() {
            compare.say(at, format!("may answer {status} now"));
        }
    }
}

fn contents<'a>(compare: &mut Compare<'a>, way: Way, old: &'a Value, new: &'a Value, at: &str) {
    for (media, was) in members(&old["content"]) {
        match new["content"].get(media) {
            Some(is) => compare.schema(way, &was["schema"], &is["schema"], at),
            None => compare.say(at, format!("as {media} is gone")),
        }
    }
}
