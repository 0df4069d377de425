//! What the secret, passwords and keys promise.

mod access_token;
mod api_key;
mod outside;
mod password;
mod secret;

use uuid::{Uuid, uuid};

use super::Secret;

const ID: Uuid = uuid!("0192f0c1-2a3b-7c4d-8e5f-60718293a4b5");

fn secret() -> Secret {
    Secret::parse("a secret of at least thirty-two bytes").unwrap()
}

fn nonce(to: &mut [u8]) {
    to.fill(7);
}
