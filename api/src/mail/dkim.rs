//! Signatures on letters (DKIM, RFC 6376 and 8463): whoever gets one can check that the domain sent it so.
//!
//! Signed in the relaxed form, which relays keep. A header named here and absent from a letter cannot be
//! added on the way without breaking the signature, nor can a second From.

use std::{fmt::Write, sync::Arc};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use super::SigningKey;

const HEADERS: [&str; 13] = [
    "From",
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
];

/// Signs letters in the name of a domain.
#[derive(Clone, Debug)]
pub struct Dkim {
    domain: String,
    keys: Arc<[(String, SigningKey)]>,
}

impl Dkim {
    /// Keys by the selector under which the public half is published. RSA signs first: it is what every reader knows.
    pub fn new(domain: String, mut keys: Vec<(String, SigningKey)>) -> Self {
        keys.sort_by_key(|(_, key)| key.algorithm() != "rsa");
        Self { domain, keys: keys.into() }
    }

    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// For each key: the name under which its public half is to be published, and the key.
    pub fn published(&self) -> impl Iterator<Item = (String, &SigningKey)> {
        self.keys.iter().map(|(selector, key)| (format!("{selector}._domainkey.{}", self.domain), key))
    }

    /// The signature headers of a letter, to stand before it; `at` in seconds since 1970.
    pub fn sign(&self, letter: &[u8], at: u64) -> Result<Vec<u8>, String> {
        let end = letter.windows(4).position(|four| four == b"\r\n\r\n").ok_or("a letter without a body")?;
        let head = str::from_utf8(&letter[..end + 2]).map_err(|error| error.to_string())?;
        let body = BASE64.encode(digest(&SHA256, &relaxed_body(&letter[end + 4..])));
        let signed = signed_headers(head);
        let names = HEADERS.chunks(5).map(|line| line.join(":")).collect::<Vec<_>>().join(":\r\n ");
        let mut signatures = String::new();
        for (selector, key) in self.keys.iter() {
            let header = format!(
                "DKIM-Signature: v=1; a={}-sha256; c=relaxed/relaxed; d={};\r\n s={selector}; t={at};\r\n h={names};\r\n bh={body};\r\n b=",
                key.algorithm(),
                self.domain,
            );
            let data = format!("{signed}{}", relaxed(&header).unwrap_or_default());
            let signature = BASE64.encode(key.sign(data.as_bytes())?);
            signatures.push_str(&header);
            for (at, letter) in signature.char_indices() {
                if at > 0 && at % 70 == 0 {
                    signatures.push_str("\r\n ");
                }
                signatures.push(letter);
            }
            signatures.push_str("\r\n");
        }
        Ok(signatures.into_bytes())
    }
}

/// Of a name that is listed once more than it stands there, nothing is signed: that is what forbids another.
fn signed_headers(head: &str) -> String {
    let mut fields: Vec<String> = Vec::new();
    for line in head.split_inclusive("\r\n") {
        match fields.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
            Some(field) => field.push_str(line),
            None => fields.push(line.to_owned()),
        }
    }
    let mut signed = String::new();
    for name in HEADERS {
        // The lowest first, as a reader takes them.
        let found = fields
            .iter()
            .rposition(|field| field.split_once(':').is_some_and(|(own, _)| own.trim_end().eq_ignore_ascii_case(name)));
        if let Some(field) = found.and_then(|at| relaxed(&fields.remove(at))) {
            let _ = write!(signed, "{field}\r\n");
        }
    }
    signed
}

/// One header: its name in small letters, on one line, single spaces.
fn relaxed(field: &str) -> Option<String> {
    let (name, value) = field.split_once(':')?;
    let words: Vec<&str> = value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    Some(format!("{}:{}", name.trim_end().to_ascii_lowercase(), words.join(" ")))
}

/// Single spaces, none at the end of a line, no empty lines at the end.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 2);
    let mut end = 0;
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let start = out.len();
        let mut space = false;
        for &byte in line {
            if byte == b' ' || byte == b'\t' {
                space = true;
                continue;
            }
            if std::mem::take(&mut space) {
                out.push(b' ');
            }
            out.push(byte);
        }
        let empty = out.len() == start;
        out.extend_from_slice(b"\r\n");
        if !empty {
            end = out.len();
        }
    }
    out.truncate(end);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relaxed_form_is_that_of_the_standard() {
        // RFC 6376, 3.4.5.
        assert_eq!(relaxed("A: X\r\n").unwrap(), "a:X");
        assert_eq!(relaxed("B : Y\t\r\n\tZ  \r\n").unwrap(), "b:Y Z");
        assert_eq!(relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
        assert_eq!(relaxed_body(b"\r\n\r\n"), b"");
        assert_eq!(relaxed_body(b"no end"), b"no end\r\n");
    }

    #[test]
    fn a_second_header_of_a_name_is_signed_only_where_the_name_is_listed_twice() {
        let head = "From: a\r\nTo: x\r\nTo: y\r\nFrom: b\r\n c\r\nX: z\r\n";
        assert_eq!(signed_headers(head), "from:b c\r\nfrom:a\r\nto:y\r\n");
    }
}
