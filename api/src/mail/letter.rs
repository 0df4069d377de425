//! One letter, as MIME.

use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Mailbox, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
};

use super::Dkim;

/// A letter with a text and an HTML part that say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Without angle brackets.
    pub message_id: String,
    /// The name shown beside the company's sending address.
    pub from_name: String,
    pub from: String,
    pub reply_to: Option<(String, String)>,
    pub to_name: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Where one click, or one POST by the mail program, ends this kind of mail.
    pub unsubscribe: Option<String>,
    /// Names the kind of mail, for the recipient's filters.
    pub list_id: String,
    pub date: std::time::SystemTime,
}

/// A letter as it leaves: exactly these bytes are signed and sent.
pub struct Written {
    pub envelope: Envelope,
    pub bytes: Vec<u8>,
}

impl Written {
    /// Whether an address has letters beyond ASCII, which not every server takes.
    pub fn is_wide(&self) -> bool {
        let all = self.envelope.from().into_iter().chain(self.envelope.to());
        all.map(AsRef::<str>::as_ref).any(|address| !address.is_ascii())
    }
}

impl Letter {
    /// The letter as it leaves, signed where there is a key; an error says why it cannot be written.
    pub fn written(&self, dkim: Option<&Dkim>) -> Result<Written, String> {
        let message = self.message()?;
        let mut bytes = message.formatted();
        if let Some(dkim) = dkim {
            let since = self.date.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            let mut signed = dkim.sign(&bytes, since.as_secs())?;
            signed.append(&mut bytes);
            bytes = signed;
        }
        Ok(Written { envelope: message.envelope().clone(), bytes })
    }

    /// The letter as MIME; an error says which address cannot be written to.
    pub fn message(&self) -> Result<Message, String> {
        let mailbox = |name: &str, address: &str| -> Result<Mailbox, String> {
            let address: Address = address.parse().map_err(|error| format!("{address}: {error}"))?;
            Ok(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address))
        };
        let to = mailbox(&self.to_name, &self.to)?;
        let from = mailbox(&self.from_name, &self.from)?;
        let mut builder = Message::builder()
            .message_id(Some(format!("<{}>", self.message_id)))
            .date(self.date)
            .from(from.clone())
            .to(to.clone())
            .subject(self.subject.clone())
            .envelope(Envelope::new(Some(from.email), vec![to.email]).map_err(|error| error.to_string())?);
        if let Some((name, address)) = &self.reply_to {
            builder = builder.reply_to(mailbox(name, address)?);
        }
        builder = builder.header(AutoSubmitted("auto-generated".to_owned())).header(ListId(self.list_id.clone()));
        if let Some(link) = &self.unsubscribe {
            builder = builder
                .header(ListUnsubscribe(format!("<{link}>")))
                .header(ListUnsubscribePost("List-Unsubscribe=One-Click".to_owned()));
        }
        builder
            .multipart(MultiPart::alternative_plain_html(self.text.clone(), self.html.clone()))
            .map_err(|error| error.to_string())
    }
}

macro_rules! headers {
    ($($name:ident = $text:literal),+ $(,)?) => {$(
        #[derive(Clone)]
        struct $name(String);

        impl Header for $name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($text)
            }

            fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self(text.to_owned()))
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), self.0.clone())
            }
        }
    )+};
}

headers! {
    AutoSubmitted = "Auto-Submitted",
    ListId = "List-Id",
    ListUnsubscribe = "List-Unsubscribe",
    ListUnsubscribePost = "List-Unsubscribe-Post",
}
