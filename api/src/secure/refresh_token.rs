//! Refresh tokens: a session and its generation, under a seal of ours. Nothing of them is stored, and an older one is
//! known for what it is.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use uuid::Uuid;

use super::{Purpose, Secret, from_base64url, to_base64url};

const PREFIX: &str = "stw_r_";
/// Letters that name session and generation.
const NAMED: usize = 24;

/// What a refresh token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    pub session: Uuid,
    pub generation: i16,
}

impl RefreshToken {
    /// What is handed out.
    pub fn text(self, secret: &Secret) -> String {
        self.with(&secret.token(Purpose::Refresh, self.session, self.generation))
    }

    fn with(self, seal: &str) -> String {
        let named = [self.session.as_bytes().as_slice(), &self.generation.to_be_bytes()].concat();
        format!("{PREFIX}{}{seal}", to_base64url(named))
    }

    /// Nothing where the text is not one of ours.
    pub fn parse(secret: &Secret, text: &str) -> Option<Self> {
        let (named, _) = text.strip_prefix(PREFIX)?.split_at_checked(NAMED)?;
        let bytes = from_base64url(named)?;
        let (session, generation) = bytes.split_at_checked(16)?;
        let session = Uuid::from_slice(session).ok()?;
        let token = Self { session, generation: i16::from_be_bytes(generation.try_into().ok()?) };
        let mut right = secret.tokens(Purpose::Refresh, token.session, token.generation).map(|seal| token.with(&seal));
        right.any(|right| verify_slices_are_equal(right.as_bytes(), text.as_bytes()).is_ok()).then_some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_handed_out_is_taken_back() {
        let secret = Secret::parse([7; 32]).unwrap();
        let token = RefreshToken { session: Uuid::from_u128(42), generation: 3 };
        let text = token.text(&secret);
        assert_eq!(RefreshToken::parse(&secret, &text), Some(token));
        assert_eq!(RefreshToken::parse(&Secret::parse([8; 32]).unwrap(), &text), None);
        let seal = secret.token(Purpose::Reset, token.session, token.generation);
        assert_eq!(RefreshToken::parse(&secret, &format!("{}{seal}", &text[..PREFIX.len() + NAMED])), None);
        for at in 0..text.len() {
            let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
            let altered = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert_eq!(RefreshToken::parse(&secret, &altered), None, "{altered}");
            assert_eq!(RefreshToken::parse(&secret, &text[..at]), None);
        }
        assert_eq!(RefreshToken::parse(&secret, &format!("{text}A")), None);
    }
}
