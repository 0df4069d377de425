//! Reads a table of a mapping key by key and collects every fault, unknown keys included.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::Fault;

/// One table of the mapping, with what was not asked for yet.
pub(super) struct Section<'a> {
    path: String,
    table: Table,
    asked: Vec<&'static str>,
    faults: &'a mut Vec<Fault>,
}

impl<'a> Section<'a> {
    /// The path is the dotted key of the table; empty for the whole mapping.
    pub fn new(path: impl Into<String>, table: Table, faults: &'a mut Vec<Fault>) -> Self {
        Self { path: path.into(), table, asked: Vec::new(), faults }
    }

    pub fn key(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub fn fault(&mut self, key: &str, rule: impl Into<String>) {
        let key = if key.is_empty() { self.path.clone() } else { self.key(key) };
        self.faults.push(Fault { key, rule: rule.into() });
    }

    /// Whether a fault of this key, or of one below it, is known already.
    pub fn told(&self, key: &str) -> bool {
        let key = self.key(key);
        self.faults.iter().any(|fault| {
            fault.key.strip_prefix(&key).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    pub fn faults(&mut self) -> &mut Vec<Fault> {
        self.faults
    }

    pub fn raw(&mut self, key: &'static str) -> Option<Value> {
        self.asked.push(key);
        self.table.remove(key)
    }

    pub fn text(&mut self, key: &'static str) -> Option<String> {
        match self.raw(key)? {
            Value::String(text) => Some(text),
            _ => self.wrong(key, "must be a text in quotes"),
        }
    }

    /// A text of 1 to `most` letters without control characters, always there.
    pub fn name(&mut self, key: &'static str, most: usize) -> Option<String> {
        let Some(text) = self.text(key) else {
            if !self.told(key) {
                self.fault(key, "is missing");
            }
            return None;
        };
        match super::value::line(&text, most) {
            Ok(text) if text.is_empty() => self.wrong(key, "must not be empty"),
            Ok(text) => Some(text),
            Err(rule) => self.wrong(key, &rule),
        }
    }

    pub fn flag(&mut self, key: &'static str) -> Option<bool> {
        match self.raw(key)? {
            Value::Boolean(flag) => Some(flag),
            _ => self.wrong(key, "must be true or false"),
        }
    }

    pub fn number(&mut self, key: &'static str) -> Option<i64> {
        match self.raw(key)? {
            Value::Integer(number) => Some(number),
            _ => self.wrong(key, "must be a whole number"),
        }
    }

    pub fn texts(&mut self, key: &'static str) -> Vec<String> {
        let Some(value) = self.raw(key) else { return Vec::new() };
        let texts = match value {
            Value::Array(values) => {
                values.into_iter().map(|value| if let Value::String(t) = value { Some(t) } else { None }).collect()
            }
            _ => None,
        };
        texts.unwrap_or_else(|| {
            self.wrong(key, "must be a list of texts in quotes, like [\"11\", \"Blank\"]").unwrap_or_default()
        })
    }

    pub fn pairs(&mut self, key: &'static str) -> BTreeMap<String, String> {
        let Some(value) = self.raw(key) else { return BTreeMap::new() };
        let pairs = match value {
            Value::Table(table) => table
                .into_iter()
                .map(|(k, value)| if let Value::String(t) = value { Some((k, t)) } else { None })
                .collect(),
            _ => None,
        };
        pairs.unwrap_or_else(|| {
            self.wrong(key, "must be a table of texts, like { \"old\" = \"new\" }").unwrap_or_default()
        })
    }

    pub fn table(&mut self, key: &'static str) -> Option<Table> {
        let value = self.raw(key)?;
        if let Value::Table(table) = value {
            return Some(table);
        }
        let rule = format!("must be a table, written [{}]", self.key(key));
        self.wrong(key, &rule)
    }

    pub fn tables(&mut self, key: &'static str) -> Vec<Table> {
        let Some(value) = self.raw(key) else { return Vec::new() };
        let tables = match value {
            Value::Array(values) => {
                values.into_iter().map(|value| if let Value::Table(t) = value { Some(t) } else { None }).collect()
            }
            _ => None,
        };
        tables.unwrap_or_else(|| {
            let rule = format!("must be tables, each written [[{}]]", self.key(key));
            self.wrong(key, &rule).unwrap_or_default()
        })
    }

    /// Names every key nobody asked for.
    pub fn finish(mut self) {
        let unknown: Vec<String> = self.table.keys().cloned().collect();
        self.asked.sort_unstable();
        let known = self.asked.join(", ");
        for key in unknown {
            self.fault(&key, format!("is not a key here; known are {known}"));
        }
    }

    fn wrong<T>(&mut self, key: &str, rule: &str) -> Option<T> {
        self.fault(key, rule);
        None
    }
}
