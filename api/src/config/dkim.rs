//! The settings of signatures under letters.

use super::Reader;
use crate::mail::{Dkim, SigningKey};

/// Keys, selectors and domain by which letters are signed; none where there is no key.
pub(super) fn read(read: &mut Reader, mail_from: &str) -> Option<Dkim> {
    let before = read.faults.len();
    let [pem, selectors, domain] = ["DKIM_KEY", "DKIM_SELECTOR", "DKIM_DOMAIN"].map(|name| read.text(name));
    let Some(pem) = pem else {
        // A file that cannot be read has been told already.
        let told = read.faults.len() > before;
        for (name, value) in [("DKIM_SELECTOR", selectors), ("DKIM_DOMAIN", domain)] {
            if value.is_some() && !told {
                read.fault(name, "needs a key to sign with: set STEWARD_DKIM_KEY or STEWARD_DKIM_KEY_FILE");
            }
        }
        return None;
    };
    let keys = SigningKey::all(&pem).unwrap_or_else(|rule| {
        read.fault("DKIM_KEY", rule);
        Vec::new()
    });
    let selectors: Vec<String> = selectors.unwrap_or_default().split(',').map(|one| one.trim().to_owned()).collect();
    if !selectors.iter().all(|one| host_name(one)) || !keys.is_empty() && selectors.len() != keys.len() {
        read.fault("DKIM_SELECTOR", "must name each key by a word like 2026a; separate two by a comma");
    }
    let sender = mail_from.rsplit('@').next().unwrap_or_default().to_lowercase();
    let domain = domain.map_or_else(|| sender.clone(), |text| text.trim().to_lowercase());
    let below = |one: &str, other: &str| one == other || one.ends_with(&format!(".{other}"));
    if !host_name(&domain) || !domain.contains('.') {
        read.fault("DKIM_DOMAIN", "must be a domain like example.com");
    } else if !sender.is_empty() && !below(&sender, &domain) && !below(&domain, &sender) {
        read.fault("DKIM_DOMAIN", "must be the domain of STEWARD_MAIL_FROM, or one above or below it");
    }
    Some(Dkim::new(domain, selectors.into_iter().zip(keys).collect()))
}

fn host_name(text: &str) -> bool {
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    text.len() <= 253 && text.split('.').all(label)
}
