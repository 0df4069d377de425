//! What makes a page the company's own: name, logo, colour; and the content policy that fits them.

use std::fmt::Write as _;

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::invitation::{colour::Colour, safe::origin};

const CARD: Colour = Colour::WHITE;
const CARD_DARK: Colour = Colour::new(0x1d, 0x22, 0x2a);

/// The company on its pages; made once from the settings.
#[derive(Clone, Debug)]
pub struct Brand {
    company: String,
    logo: Option<String>,
    style: String,
    policy: String,
}

impl Brand {
    /// A `logo` that is not an absolute http or https address with a plain host is left out.
    pub fn new(company: &str, logo: Option<&str>, colour: Option<Colour>) -> Self {
        let style = format!("{}{}", colours(colour.unwrap_or(Colour::DEFAULT)), include_str!("style.css"));
        let origin = logo.and_then(origin);
        let hash = STANDARD.encode(digest::digest(&digest::SHA256, style.as_bytes()));
        let mut policy = format!("default-src 'none'; style-src 'sha256-{hash}'");
        if let Some(origin) = origin {
            // Writing to a String cannot fail.
            let _ = write!(policy, "; img-src {origin}");
        }
        policy.push_str("; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
        let logo = origin.and(logo).map(str::to_owned);
        Self { company: company.to_owned(), logo, style, policy }
    }

    pub fn company(&self) -> &str {
        &self.company
    }

    /// The value of the `Content-Security-Policy` header of every page of this brand. It names the
    /// page's style sheet by its SHA-256.
    pub fn policy(&self) -> &str {
        &self.policy
    }

    pub(super) fn logo(&self) -> Option<&str> {
        self.logo.as_deref()
    }

    pub(super) fn style(&self) -> &str {
        &self.style
    }
}

/// The company's colour and its readable relatives, as variables of the style sheet.
fn colours(brand: Colour) -> String {
    format!(
        ":root{{--brand:{brand};--on-brand:{};--accent:{}}}\
         @media (prefers-color-scheme:dark){{:root{{--accent:{}}}}}\n",
        brand.text_on(),
        brand.readable_on(CARD),
        brand.readable_on(CARD_DARK)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_style_and_the_logos_host_only() {
        let plain = Brand::new("Acme", None, None);
        let hash = STANDARD.encode(digest::digest(&digest::SHA256, plain.style().as_bytes()));
        assert!(plain.policy().contains(&format!("style-src 'sha256-{hash}'")), "{}", plain.policy());
        assert!(!plain.policy().contains("img-src"));
        let logo = Brand::new("Acme", Some("https://cdn.example.com:8443/a/logo.svg?x=1"), None);
        assert!(logo.policy().contains("; img-src https://cdn.example.com:8443; "), "{}", logo.policy());
    }

    #[test]
    fn another_colour_is_another_hash() {
        let red = Brand::new("Acme", None, Colour::parse("#a00"));
        assert_ne!(red.policy(), Brand::new("Acme", None, None).policy());
        assert!(!red.style().contains("</"));
    }

    #[test]
    fn a_logo_that_is_no_plain_address_is_left_out() {
        for bad in [
            "",
            "logo.png",
            "//cdn.example.com/x",
            "javascript://x/%0aalert(1)",
            "https://",
            "https://a.example; script-src *",
            "https://user@a.example/x",
            "https://a.example,b/x",
            "https://a.example/x\ny",
            "data:image/png;base64,AAAA",
        ] {
            let brand = Brand::new("Acme", Some(bad), None);
            assert_eq!(brand.logo(), None, "{bad}");
            assert!(!brand.policy().contains("img-src"), "{bad}");
        }
    }
}
