//! What the company told us about itself.

use chrono::Datelike;
use chrono_tz::Tz;
use entity::Time;

/// Shown in mails and on pages; makes months.
#[derive(Clone, Debug)]
pub struct Company {
    pub name: String,
    pub logo: Option<String>,
    pub color: Option<String>,
    pub postal_address: Option<String>,
    pub language: String,
    pub zone: Tz,
    /// ISO 4217.
    pub currency: String,
    /// Without a trailing slash; the only source of links.
    pub public_url: String,
    /// Where sign-in links point instead of our page; `{token}` stands for the token.
    pub sign_in_url: Option<String>,
    /// The address mail is sent from.
    pub mail_from: String,
}

impl Company {
    /// Year times 12 plus month less 1, in the company's zone.
    pub fn month(&self, at: Time) -> i32 {
        let local = at.0.with_timezone(&self.zone);
        local.year() * 12 + local.month0().cast_signed()
    }

    /// The host of the public address: the right side of Message-IDs.
    pub fn host(&self) -> &str {
        let rest = self.public_url.split_once("://").map_or(self.public_url.as_str(), |(_, rest)| rest);
        rest.split(['/', ':']).next().unwrap_or("localhost")
    }
}
