//! What a domain has to publish in DNS so that its letters arrive, judged from what it does publish.

use super::SigningKey;

/// How something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    Ok(String),
    /// Works, and may cost mail: what is so, and what to do.
    Warning(String, String),
    Failed(String, String),
}

fn warning(what: impl Into<String>, todo: impl Into<String>) -> Finding {
    Finding::Warning(what.into(), todo.into())
}

fn failed(what: impl Into<String>, todo: impl Into<String>) -> Finding {
    Finding::Failed(what.into(), todo.into())
}

/// `records`: all TXT of the sender's domain.
pub fn spf(domain: &str, records: &[String]) -> Finding {
    let is_spf = |record: &&String| record.split_whitespace().next().is_some_and(|v| v.eq_ignore_ascii_case("v=spf1"));
    let found: Vec<&String> = records.iter().filter(is_spf).collect();
    let [record] = found[..] else {
        return if found.is_empty() {
            let todo =
                "publish a TXT record such as \"v=spf1 mx ~all\", which names the servers that send for the domain";
            failed(format!("{domain} has no record v=spf1"), todo)
        } else {
            let todo = "join them into one: of several, receivers take none";
            failed(format!("{domain} has {} records v=spf1", found.len()), todo)
        };
    };
    let terms: Vec<String> = record.split_whitespace().map(str::to_lowercase).collect();
    let closed = terms.iter().any(|term| ["-all", "~all"].contains(&term.as_str()) || term.starts_with("redirect="));
    if closed {
        Finding::Ok(record.clone())
    } else {
        warning(record.clone(), "end it in ~all or -all: as it is, anybody may send for the domain")
    }
}

/// `records`: all TXT under the key's `name`.
pub fn dkim(name: &str, key: &SigningKey, records: &[String]) -> Result<Finding, String> {
    let record = key.record()?;
    let wanted = tag(&record, "p");
    let kind = |text| tag(text, "k").unwrap_or_else(|| "rsa".to_owned());
    let todo = format!("publish as TXT at {name}: {record}");
    let keys: Vec<&String> = records.iter().filter(|text| tag(text, "p").is_some()).collect();
    Ok(match keys[..] {
        [] => failed(format!("{name} has no key"), todo),
        [one] if tag(one, "p") == wanted && kind(one) == key.algorithm() => {
            Finding::Ok(format!("{name} publishes the key that signs ({})", key.algorithm()))
        }
        [_] => failed(format!("{name} publishes another key than the one that signs"), todo),
        _ => failed(format!("{name} has {} keys", keys.len()), format!("keep one: {todo}")),
    })
}

/// `records`: all TXT at `_dmarc.` and the nearest domain that has any; `signer` the domain that signs.
pub fn dmarc(sender: &str, signer: Option<&str>, records: &[String]) -> Finding {
    let found: Vec<&String> = records.iter().filter(|text| tag(text, "v").as_deref() == Some("DMARC1")).collect();
    let [record] = found[..] else {
        let todo = format!(
            "publish one TXT record at _dmarc.{sender}, such as \"v=DMARC1; p=none; rua=mailto:postmaster@{sender}\""
        );
        let many = found.len();
        return if many == 0 {
            warning(format!("{sender} has no record v=DMARC1; large receivers want one"), todo)
        } else {
            failed(format!("{sender} has {many} records v=DMARC1; of several, receivers take none"), todo)
        };
    };
    let strict = tag(record, "adkim").is_some_and(|value| value.eq_ignore_ascii_case("s"));
    if let Some(signer) = signer.filter(|signer| strict && *signer != sender) {
        let todo = format!("set STEWARD_DKIM_DOMAIN to {sender}, or publish adkim=r");
        return failed(format!("{record} wants letters signed by {sender} itself, and {signer} signs"), todo);
    }
    if tag(record, "p").is_none() {
        return failed(record.clone(), "add what receivers are to do with false letters, such as p=none");
    }
    Finding::Ok(record.clone())
}

/// The value of `name=value` in a list divided by semicolons, without white space.
fn tag(record: &str, name: &str) -> Option<String> {
    record.split(';').find_map(|part| {
        let (own, value) = part.split_once('=')?;
        (own.trim() == name).then(|| value.split_whitespace().collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(finding: &Finding) -> &'static str {
        match finding {
            Finding::Ok(_) => "ok",
            Finding::Warning(..) => "warning",
            Finding::Failed(..) => "failed",
        }
    }

    fn owned(records: &[&str]) -> Vec<String> {
        records.iter().map(|&record| record.to_owned()).collect()
    }

    #[test]
    fn one_closed_spf_record_is_wanted() {
        for (records, wanted) in [
            (&["other", "v=spf1 mx -all"][..], "ok"),
            (&["V=SPF1 include:relay.example ~ALL"], "ok"),
            (&["v=spf1 redirect=_spf.example"], "ok"),
            (&["v=spf1 mx ?all"], "warning"),
            (&["v=spf1 +all"], "warning"),
            (&["v=spf1"], "warning"),
            (&["v=spf10 -all"], "failed"),
            (&[], "failed"),
            (&["v=spf1 -all", "v=spf1 mx -all"], "failed"),
        ] {
            assert_eq!(word(&spf("example.com", &owned(records))), wanted, "{records:?}");
        }
    }

    #[test]
    fn dmarc_agrees_with_who_signs() {
        for (records, signer, wanted) in [
            (&["v=DMARC1; p=none"][..], Some("example.com"), "ok"),
            (&["v=DMARC1;p=reject; adkim=r"], Some("mail.example.com"), "ok"),
            (&["v=DMARC1; p=reject; adkim=s"], Some("example.com"), "ok"),
            (&["v=DMARC1; p=reject; adkim=s"], None, "ok"),
            (&["v=DMARC1; p=reject; adkim=s"], Some("mail.example.com"), "failed"),
            (&["v=DMARC1; rua=mailto:x@y"], None, "failed"),
            (&["v=DMARC1; p=none", "v=DMARC1; p=none"], None, "failed"),
            (&["something else"], None, "warning"),
        ] {
            assert_eq!(word(&dmarc("example.com", signer, &owned(records))), wanted, "{records:?} {signer:?}");
        }
    }
}
