//! The settings of an outside issuer, checked together.

use url::{Host, Url};

use crate::secure::{Trust, outside::Named};

/// The settings' names, in the order in which [`Outside::read`] takes their values.
pub const SETTINGS: [&str; 4] = ["OIDC_ISSUER", "OIDC_AUDIENCE", "OIDC_JWKS_URL", "OIDC_CLAIM"];

/// Claims that name nobody.
const OTHERS: [&str; 7] = ["iss", "aud", "exp", "nbf", "iat", "jti", "email_verified"];

/// Whose tokens are taken, and where the keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    pub trust: Trust,
    /// The address of the key set; where the issuer's own description says, if absent.
    pub keys: Option<String>,
}

impl Outside {
    /// Reads the values of [`SETTINGS`]; nothing where none is set. Gives every fault with its setting.
    pub fn read(given: [Option<String>; 4]) -> Result<Option<Self>, Vec<(&'static str, String)>> {
        let [issuer, audience, keys, claim] = given.map(|text| text.map(|text| text.trim().to_owned()));
        let [of_issuer, of_audience, of_keys, of_claim] = SETTINGS;
        let mut faults = Vec::new();
        let Some(issuer) = issuer else {
            for (name, value) in [(of_audience, audience), (of_keys, keys), (of_claim, claim)] {
                if value.is_some() {
                    faults.push((name, "needs an issuer: set STEWARD_OIDC_ISSUER beside it".to_owned()));
                }
            }
            return if faults.is_empty() { Ok(None) } else { Err(faults) };
        };
        let is_issuer = address(&issuer).is_some_and(|url| url.query().is_none());
        if !is_issuer {
            faults.push((
                of_issuer,
                format!("must be {ADDRESS}, as `iss` in its tokens says, and without a question mark"),
            ));
        }
        match &audience {
            None => {
                faults.push((of_audience, "must be set with STEWARD_OIDC_ISSUER: whom its tokens are for".to_owned()));
            }
            Some(text) if !is_plain(text) => faults.push((of_audience, format!("must be {NAME}"))),
            Some(_) => {}
        }
        if keys.as_deref().is_some_and(|text| address(text).is_none()) {
            faults.push((of_keys, format!("must be {ADDRESS}")));
        }
        let named = match claim.as_deref() {
            None | Some("email") => Named::Email,
            Some(name) => {
                if OTHERS.contains(&name) || !is_plain(name) {
                    faults.push((of_claim, format!("must be a claim that names somebody, like email or sub: {NAME}")));
                }
                Named::By(name.to_owned())
            }
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        let trust = Trust { issuer, audience: audience.unwrap_or_default(), named };
        Ok(Some(Self { trust, keys }))
    }

    /// Where the issuer describes itself (`OpenID` Connect Discovery 1.0, section 4).
    pub(super) fn description(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.trust.issuer.trim_end_matches('/'))
    }
}

const ADDRESS: &str = "an https address like https://id.example.com, or an http one on this machine";
const NAME: &str = "1 to 200 characters of ASCII without spaces";

fn is_plain(text: &str) -> bool {
    (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// An address from which keys may come: encrypted, or on this machine.
pub(super) fn address(text: &str) -> Option<Url> {
    let url =
        Url::parse(text).ok().filter(|_| text.len() <= 500 && text.bytes().all(|byte| byte.is_ascii_graphic()))?;
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_here;
    let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (is_safe && is_bare).then_some(url)
}

/// An address that an issuer names itself: never a less safe one than its own.
pub(super) fn address_of(issuer: &str, text: &str) -> Option<Url> {
    address(text).filter(|url| url.scheme() == "https" || issuer.starts_with("http://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: [&str; 4]) -> Result<Option<Outside>, Vec<&'static str>> {
        let given = values.map(|text| (!text.is_empty()).then(|| text.to_owned()));
        Outside::read(given).map_err(|faults| faults.into_iter().map(|(name, _)| name).collect())
    }

    #[test]
    fn an_issuer_is_encrypted_or_on_this_machine() {
        for good in [
            "https://id.example.com",
            "https://id.example.com/realms/a/",
            "http://127.0.0.1:9000",
            "http://[::1]:1",
            "http://localhost/x",
        ] {
            let outside = read([good, "steward", "", ""]).unwrap().unwrap();
            assert_eq!((outside.trust.issuer.as_str(), &outside.trust.named), (good, &Named::Email));
        }
        for bad in [
            "id.example.com",
            "http://id.example.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "ftp://127.0.0.1",
            "https://user@id.example.com",
            "https://id.example.com?a=b",
            "https://id.example.com#a",
            "https://id.example.com/a b",
        ] {
            assert_eq!(read([bad, "steward", "", ""]), Err(vec!["OIDC_ISSUER"]), "{bad}");
        }
    }

    #[test]
    fn what_does_not_fit_together_is_told_together() {
        assert_eq!(read(["", "", "", ""]), Ok(None));
        assert_eq!(read(["", "a", "b", "c"]), Err(vec!["OIDC_AUDIENCE", "OIDC_JWKS_URL", "OIDC_CLAIM"]));
        let all = ["http://id.example.com", "a b", "http://id.example.com/keys", "aud"];
        assert_eq!(read(all), Err(SETTINGS.to_vec()));
        assert_eq!(read(["https://id.example.com", "", "", "exp"]), Err(vec!["OIDC_AUDIENCE", "OIDC_CLAIM"]));
        let outside =
            read(["https://id.example.com/", "steward", "https://keys.example.com/?a", "sub"]).unwrap().unwrap();
        assert_eq!(outside.trust.named, Named::By("sub".to_owned()));
        assert_eq!(outside.description(), "https://id.example.com/.well-known/openid-configuration");
    }
}
