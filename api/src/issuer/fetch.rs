//! Fetching an issuer's keys: one answer, of limited size, in limited time, from where we asked and nowhere else.

use std::{sync::OnceLock, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::Deserialize;
use url::Url;

use super::{
    Outside,
    settings::{address, address_of},
};
use crate::secure::OutsideKeys;

/// How long a fetch may take, the issuer's description included.
const LIMIT: Duration = Duration::from_secs(5);
/// Bytes of an answer.
const LONGEST: usize = 256 * 1024;
/// Bytes kept ready to read into.
const BUFFER: usize = 64 * 1024;
/// Seconds that keys last where the issuer says nothing, and at least and at most where it does.
const USUAL: i64 = 10 * 60;
const SHORTEST: i64 = 60;
const LONGEST_LAST: i64 = 24 * 60 * 60;

/// Keys as they were shown.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub keys: OutsideKeys,
    /// Seconds until they are to be fetched anew: 60 to 86,400.
    pub lasts: i64,
}

/// What asks. It follows no redirect, keeps no connection, and asks no proxy.
#[derive(Default)]
pub struct Web(OnceLock<Client<HttpsConnector<HttpConnector>, Body>>);

impl Web {
    /// The keys of an issuer, or why there are none, in words for an operator.
    pub async fn fetch(&self, outside: &Outside) -> Result<Fetched, String> {
        let asking = tokio::time::timeout(LIMIT, self.ask(outside)).await;
        asking.unwrap_or_else(|_| {
            let asked = outside.keys.clone().unwrap_or_else(|| outside.description());
            Err(format!("{asked} gave no whole answer within {} s", LIMIT.as_secs()))
        })
    }

    async fn ask(&self, outside: &Outside) -> Result<Fetched, String> {
        let url = match &outside.keys {
            Some(text) => address(text).ok_or_else(|| format!("{text} is no address"))?,
            None => self.described(&outside.trust.issuer, &outside.description()).await?,
        };
        let (headers, json) = self.get(&url).await?;
        let keys = OutsideKeys::parse(&json).map_err(|why| format!("{url} {why}"))?;
        Ok(Fetched { keys, lasts: lasts(&headers) })
    }

    /// Where the keys are, by the issuer's description of itself.
    async fn described(&self, issuer: &str, text: &str) -> Result<Url, String> {
        #[derive(Deserialize)]
        struct Description {
            issuer: String,
            jwks_uri: String,
        }
        let url = address(text).ok_or_else(|| format!("{text} is no address"))?;
        let (_, json) = self.get(&url).await?;
        let described: Description =
            serde_json::from_slice(&json).map_err(|error| format!("{url} describes no issuer: {error}"))?;
        if described.issuer != issuer {
            let slash = described.issuer.trim_end_matches('/') == issuer.trim_end_matches('/');
            let counts = if slash { "; the last slash counts" } else { "" };
            let told = cut(&described.issuer);
            return Err(format!(
                "{url} describes another issuer: {told}; STEWARD_OIDC_ISSUER must be just that{counts}"
            ));
        }
        address_of(issuer, &described.jwks_uri).ok_or_else(|| {
            format!("{url} names an address for its keys that is not safe: {}", cut(&described.jwks_uri))
        })
    }

    async fn get(&self, url: &Url) -> Result<(HeaderMap, Bytes), String> {
        let request = Request::get(url.as_str())
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, concat!("steward/", env!("CARGO_PKG_VERSION")))
            .body(Body::empty())
            .map_err(|error| format!("{url} is no address: {error}"))?;
        let answer = self.client()?.request(request).await.map_err(|error| format!("{url}: {}", told(&error)))?;
        match answer.status() {
            StatusCode::OK => {}
            status if status.is_redirection() => {
                return Err(format!("{url} answers {status}; redirects are not followed"));
            }
            status => return Err(format!("{url} answers {status}")),
        }
        let (parts, body) = answer.into_parts();
        let json = to_bytes(Body::new(body), LONGEST)
            .await
            .map_err(|error| format!("{url}: {}; {} KiB are taken at most", told(&error), LONGEST / 1024))?;
        Ok((parts.headers, json))
    }

    /// Made when it is first needed: reading the machine's certificates takes a moment.
    fn client(&self) -> Result<Client<HttpsConnector<HttpConnector>, Body>, String> {
        if let Some(client) = self.0.get() {
            return Ok(client.clone());
        }
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_connect_timeout(Some(LIMIT));
        let https = HttpsConnectorBuilder::new()
            .with_provider_and_platform_verifier(rustls::crypto::aws_lc_rs::default_provider())
            .map_err(|error| format!("the certificates that this machine trusts cannot be read: {error}"))?
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .http1_max_buf_size(BUFFER)
            .retry_canceled_requests(false)
            .build(https);
        Ok(self.0.get_or_init(|| client).clone())
    }
}

/// Somebody else's words, made plain and short.
fn cut(text: &str) -> String {
    text.chars().take(200).flat_map(char::escape_debug).collect()
}

/// An error with what caused it.
fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

/// How long the keys last by `Cache-Control`: `max-age`, within limits; the least where they are not to be kept at all.
fn lasts(headers: &HeaderMap) -> i64 {
    let lines = headers.get_all(header::CACHE_CONTROL).iter().filter_map(|line| line.to_str().ok());
    let mut rules = lines.flat_map(|line| line.split(',')).map(|rule| rule.trim().to_ascii_lowercase());
    let told = rules.find_map(|rule| match rule.split_once('=') {
        Some(("max-age", seconds)) => seconds.trim_matches('"').parse().ok(),
        None if rule == "no-store" || rule == "no-cache" => Some(SHORTEST),
        _ => None,
    });
    told.unwrap_or(USUAL).clamp(SHORTEST, LONGEST_LAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_last_as_told_within_limits() {
        let of = |line: &'static str| lasts(&HeaderMap::from_iter([(header::CACHE_CONTROL, line.parse().unwrap())]));
        assert_eq!(lasts(&HeaderMap::new()), 600);
        for (line, seconds) in [
            ("public, max-age=3600", 3_600),
            ("Max-Age=\"120\"", 120),
            ("max-age=5", 60),
            ("max-age=-1", 60),
            ("max-age=9999999999", 86_400),
            ("max-age=soon", 600),
            ("s-maxage=7200", 600),
            ("no-store", 60),
            ("private", 600),
        ] {
            assert_eq!(of(line), seconds, "{line}");
        }
    }
}
