//! The keys that sign letters: RSA and Ed25519, read from PEM.

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    digest::{SHA256, digest},
    encoding::AsDer,
    rand::SystemRandom,
    rsa,
    signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject};

/// A private key; cheap to clone, never printed.
#[derive(Clone)]
pub struct SigningKey(Arc<Pair>);

enum Pair {
    Rsa(rsa::KeyPair),
    Ed25519(Ed25519KeyPair),
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, private half hidden)", self.algorithm())
    }
}

impl SigningKey {
    /// The one or two keys of a PEM file, in their order.
    pub fn all(pem: &str) -> Result<Vec<Self>, String> {
        let ders = PrivateKeyDer::pem_slice_iter(pem.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| "holds no readable PEM".to_owned())?;
        if ders.is_empty() || ders.len() > 2 {
            return Err("must hold one or two private keys in PEM, without a passphrase".to_owned());
        }
        ders.iter().map(|der| Self::parse(der.secret_der())).collect()
    }

    fn parse(der: &[u8]) -> Result<Self, String> {
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8(der) {
            return Ok(Self(Arc::new(Pair::Ed25519(pair))));
        }
        let pair = rsa::KeyPair::from_pkcs8(der).or_else(|_| rsa::KeyPair::from_der(der));
        let pair = pair.map_err(|_| "must be an RSA key of 2048 bits or more, or an Ed25519 key".to_owned())?;
        Ok(Self(Arc::new(Pair::Rsa(pair))))
    }

    /// As DKIM calls it.
    pub fn algorithm(&self) -> &'static str {
        match &*self.0 {
            Pair::Rsa(_) => "rsa",
            Pair::Ed25519(_) => "ed25519",
        }
    }

    /// The record that publishes the public half.
    pub fn record(&self) -> Result<String, String> {
        let public = match &*self.0 {
            Pair::Rsa(pair) => {
                let der = pair.public_key().as_der().map_err(|_| "a key without a public half")?;
                BASE64.encode(der.as_ref())
            }
            Pair::Ed25519(pair) => BASE64.encode(pair.public_key()),
        };
        Ok(format!("v=DKIM1; k={}; p={public}", self.algorithm()))
    }

    /// Signs the SHA-256 digest of `data`, as both kinds do.
    #[expect(clippy::disallowed_methods, reason = "this padding of RSA takes no chance; the argument is not used")]
    pub(super) fn sign(&self, data: &[u8]) -> Result<Vec<u8>, String> {
        match &*self.0 {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), data, &mut signature)
                    .map_err(|_| "the RSA key does not sign".to_owned())?;
                Ok(signature)
            }
            Pair::Ed25519(pair) => Ok(pair.sign(digest(&SHA256, data).as_ref()).as_ref().to_vec()),
        }
    }
}
