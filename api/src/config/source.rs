//! Where settings come from, and how they are read: every fault is kept, so that the operator hears all at once.

use std::{collections::BTreeMap, fmt, io, path::PathBuf};

use super::{Shows, table};
use crate::base::Check;

/// Names and values, and the files that `*_FILE` name.
#[derive(Clone)]
pub struct Source {
    values: BTreeMap<String, String>,
}

/// What is said of a setting.
pub enum Given {
    Nothing,
    Here(String),
    /// By the file of this path.
    File(String, io::Result<String>),
    /// By the variable and by a file.
    Twice,
}

impl Source {
    /// The environment of the process.
    pub fn environment() -> Self {
        Self::of(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    pub fn of(values: impl IntoIterator<Item = (String, String)>) -> Self {
        let ours =
            values.into_iter().filter_map(|(name, value)| Some((name.strip_prefix("STEWARD_")?.to_owned(), value)));
        Self { values: ours.filter(|(name, value)| !value.is_empty() && !name.starts_with("TEST_")).collect() }
    }

    /// Of what there is, only the setting called `STEWARD_` and `name`.
    #[must_use]
    pub fn only(mut self, name: &str) -> Self {
        self.values.retain(|known, _| known == name);
        self
    }

    /// With these settings, whatever there was before.
    #[must_use]
    pub fn with(mut self, settings: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.values.extend(settings.into_iter().map(|(name, value)| (name.to_owned(), value)));
        self
    }

    /// What is said of the setting called `STEWARD_` and `name`; reads the file that is named for it.
    pub fn given(&self, name: &str) -> Given {
        match (self.values.get(name), self.values.get(&format!("{name}_FILE"))) {
            (Some(_), Some(_)) => Given::Twice,
            (Some(value), None) => Given::Here(value.clone()),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path);
                Given::File(path.clone(), text.map(|text| text.trim_end_matches(['\r', '\n']).to_owned()))
            }
            (None, None) => Given::Nothing,
        }
    }
}

/// Reads settings, and collects what is wrong with them.
pub(super) struct Reader {
    pub source: Source,
    pub faults: Vec<String>,
    /// Secrets that came from files.
    pub files: Vec<(String, PathBuf)>,
}

impl Reader {
    pub fn fault(&mut self, name: &str, rule: impl fmt::Display) {
        self.faults.push(format!("STEWARD_{name} {rule}"));
    }

    /// The value, or what the file says that `*_FILE` names.
    pub fn text(&mut self, name: &str) -> Option<String> {
        match self.source.given(name) {
            Given::Nothing => None,
            Given::Here(text) => Some(text),
            Given::File(path, Ok(text)) => {
                if table::known(name).is_some_and(|setting| setting.shows != Shows::Plain) {
                    self.files.push((name.to_owned(), path.into()));
                }
                Some(text)
            }
            Given::Twice => {
                self.fault(name, format!("and STEWARD_{name}_FILE are both set; keep one"));
                None
            }
            Given::File(path, Err(error)) => {
                self.fault(&format!("{name}_FILE"), format!("names {path}, which cannot be read: {error}"));
                None
            }
        }
    }

    pub fn parse<T>(&mut self, name: &str, usual: T, parse: impl FnOnce(&str) -> Result<T, String>) -> T {
        let Some(text) = self.text(name) else { return usual };
        parse(text.trim()).unwrap_or_else(|rule| {
            self.fault(name, rule);
            usual
        })
    }

    pub fn line(&mut self, name: &str, usual: &str) -> String {
        self.parse(name, usual.to_owned(), |text| {
            let mut check = Check::default();
            let line = check.line("", text, 200);
            check
                .done()
                .map(|()| line)
                .map_err(|error| error.faults().iter().map(|f| f.rule.clone()).collect::<Vec<_>>().join(", "))
        })
    }

    pub fn option(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<String, String>) -> Option<String> {
        self.parse(name, None, |text| parse(text).map(Some))
    }

    pub fn unknown(&mut self) {
        let names: Vec<String> = self.source.values.keys().cloned().collect();
        for name in names {
            let plain = name.strip_suffix("_FILE").unwrap_or(&name);
            if table::known(plain).is_none() {
                let meant = table::nearest(&name).map(|meant| format!("did you mean {meant}?"));
                let rest = meant.unwrap_or_else(|| "`steward --help` lists them".to_owned());
                self.fault(&name, format!("is not a setting; {rest}"));
            }
        }
    }
}
