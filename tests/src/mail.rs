//! A mail as its reader sees it: headers, text, HTML, links.

use mail_parser::{MessageParser, PartType};

/// A parsed mail; encodings of headers and parts are undone.
#[derive(Clone, Debug)]
pub struct Mail {
    pub subject: String,
    /// The address alone.
    pub from: String,
    /// The addresses alone.
    pub to: Vec<String>,
    /// The plain text part, or empty.
    pub text: String,
    /// The HTML part, or empty.
    pub html: String,
    headers: Vec<(String, String)>,
}

impl Mail {
    /// # Panics
    /// When it is no mail at all.
    pub fn parse(raw: &[u8]) -> Self {
        let message = MessageParser::default().parse(raw).expect("a mail");
        let addresses = |list: Option<&mail_parser::Address<'_>>| -> Vec<String> {
            list.into_iter().flat_map(|list| list.iter()).filter_map(|one| one.address().map(str::to_owned)).collect()
        };
        let part = |wanted: fn(&PartType<'_>) -> Option<String>| {
            message.parts.iter().find_map(|part| wanted(&part.body)).unwrap_or_default()
        };
        Self {
            subject: message.subject().unwrap_or_default().to_owned(),
            from: addresses(message.from()).into_iter().next().unwrap_or_default(),
            to: addresses(message.to()),
            text: part(|body| if let PartType::Text(text) = body { Some(text.clone().into_owned()) } else { None }),
            html: part(|body| if let PartType::Html(html) = body { Some(html.clone().into_owned()) } else { None }),
            headers: message.headers_raw().map(|(name, value)| (name.to_owned(), unfold(value))).collect(),
        }
    }

    /// The first header of this name, unfolded but otherwise as sent.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Names of all headers, in their order.
    pub fn header_names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| name.as_str())
    }

    /// The target of the one-click unsubscribe of RFC 8058.
    pub fn unsubscribe(&self) -> Option<&str> {
        let targets = self.header("List-Unsubscribe")?;
        targets.split(',').find_map(|one| one.trim().strip_prefix('<')?.strip_suffix('>').filter(|t| is_link(t)))
    }

    /// Every web address of both parts and of List-Unsubscribe, each once: what a scanner fetches.
    pub fn links(&self) -> Vec<String> {
        let mut links = Vec::new();
        let written =
            self.text.split_whitespace().map(|word| word.trim_matches(['<', '>', '(', ')', ',', '.', ';', '"']));
        let found =
            attributes(&self.html).chain(written.map(str::to_owned)).chain(self.unsubscribe().map(str::to_owned));
        for link in found.filter(|link| is_link(link)) {
            if !links.contains(&link) {
                links.push(link);
            }
        }
        links
    }
}

fn is_link(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn unfold(value: &str) -> String {
    value.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// The values of every `href`, `src` and `action`, entities undone.
fn attributes(html: &str) -> impl Iterator<Item = String> {
    let values = ["href=", "src=", "action="].into_iter().flat_map(|name| html.split(name).skip(1));
    values.filter_map(|rest| {
        let quote = rest.chars().next().filter(|first| ['"', '\''].contains(first))?;
        let value = rest[1..].split(quote).next()?;
        Some(value.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&amp;", "&"))
    })
}
