//! Whose pages a browser may bring to us: the origins it names in a request.

/// Origins like `https://app.example.com`. `http://localhost:*` stands for every port of a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(Vec<String>);

impl Origins {
    /// Reads a list whose members stand apart by commas or spaces.
    pub fn parse(text: &str) -> Result<Self, String> {
        let names = text.split([',', ' ', '\t', '\n']).filter(|name| !name.is_empty());
        let known = names.map(|name| {
            let (start, rest) = scheme(name).ok_or_else(wrong)?;
            let (host, port) = match rest.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            };
            let host_fits =
                !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._[]:".contains(&b));
            let port_fits = port.is_none_or(|port| port == "*" || port.parse::<u16>().is_ok());
            if host_fits && port_fits { Ok(plain(start, rest)) } else { Err(wrong()) }
        });
        known.collect::<Result<_, _>>().map(Self)
    }

    /// These, and the one of an address.
    #[must_use]
    pub fn and(mut self, address: &str) -> Self {
        if let Some((start, rest)) = scheme(address) {
            self.0.push(plain(start, rest.split('/').next().unwrap_or_default()));
        }
        self
    }

    /// Each of them, as a browser writes it; `:*` at the end stands for every port.
    pub fn list(&self) -> &[String] {
        &self.0
    }

    /// Whether the `Origin` that a browser sent is one of these.
    pub fn allow(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        self.0.iter().any(|known| match known.strip_suffix(":*") {
            Some(host) => origin.strip_prefix(host).is_some_and(|port| {
                port.is_empty() || port.strip_prefix(':').is_some_and(|n| n.parse::<u16>().is_ok())
            }),
            None => *known == origin,
        })
    }
}

fn wrong() -> String {
    "must be a list of origins like https://app.example.com or http://localhost:*, without a path".to_owned()
}

fn scheme(text: &str) -> Option<(&'static str, &str)> {
    ["https://", "http://"].into_iter().find_map(|start| Some((start, text.strip_prefix(start)?)))
}

/// As browsers write it: in small letters, without the port that goes without saying.
fn plain(start: &str, rest: &str) -> String {
    let usual = if start == "https://" { ":443" } else { ":80" };
    format!("{start}{}", rest.strip_suffix(usual).unwrap_or(rest).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::Origins;

    #[test]
    fn an_origin_is_allowed_when_it_is_named() {
        let origins =
            Origins::parse("https://App.example.com:443, http://localhost:*  http://[::1]:*,http://a.test:81")
                .unwrap()
                .and("https://steward.example.com/base");
        let good = [
            "https://app.example.com",
            "http://localhost",
            "http://localhost:5173",
            "http://[::1]:3000",
            "http://a.test:81",
            "https://steward.example.com",
        ];
        for origin in good {
            assert!(origins.allow(origin), "{origin}");
        }
        let bad = [
            "",
            "null",
            "http://app.example.com",
            "https://app.example.com:444",
            "https://app.example.com.evil.test",
            "http://localhost.evil.test",
            "http://localhost:5173.evil.test",
            "http://localhost:",
            "http://a.test",
            "http://[::1",
        ];
        for origin in bad {
            assert!(!origins.allow(origin), "{origin}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in
            ["*", "app.example.com", "https://", "https://a.test/x", "https://a.test:x", "ws://a.test", "https://a b"]
        {
            assert!(Origins::parse(text).is_err(), "{text}");
        }
        assert_eq!(Origins::parse("").unwrap(), Origins::default());
    }
}
