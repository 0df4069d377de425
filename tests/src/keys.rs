//! Keys made for one test: for signing letters, and for a mail server's certificate.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{self, KeySize},
    signature::Ed25519KeyPair,
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

fn pem(der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

/// An RSA key as PEM.
///
/// # Panics
/// Where none can be made.
pub fn rsa() -> String {
    let pair = rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    pem(der.as_ref())
}

/// An Ed25519 key as PEM.
///
/// # Panics
/// Where none can be made.
pub fn ed25519() -> String {
    pem(Ed25519KeyPair::generate().unwrap().to_pkcs8v1().unwrap().as_ref())
}

/// Certificate and key of the host `localhost`, as PEM; whoever trusts the certificate trusts the server.
///
/// # Panics
/// Where none can be made.
pub fn certificate() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}
