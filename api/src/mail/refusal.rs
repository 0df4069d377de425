//! Why a letter did not leave, and what a server's answer says about it.

use std::error::Error as _;

use chrono::TimeDelta;
use lettre::transport::smtp::Error;

use super::Letter;
use crate::base::Mentions;

/// What stands for whom a letter was for.
const RECIPIENT: &str = "[recipient]";

/// Why a letter did not leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The address does not take mail, and will not.
    Bounced(String),
    /// This letter cannot be sent, whatever the address.
    Never(String),
    /// Perhaps later.
    NotNow(String),
    /// Not tried, since its domain gets enough already: after this pause.
    TooFast(TimeDelta),
}

/// What the server was asked when it refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To talk to us at all.
    Hello,
    /// To take the recipient.
    Recipient,
    /// To take the sender, or the letter itself.
    Letter,
}

impl Refusal {
    pub(super) fn of(step: Step, error: &Error) -> Self {
        // The answer's own words, without those of the library.
        let answer = error.source().map(ToString::to_string).unwrap_or_default();
        Self::judge(step, error.status().map(u16::from), &answer, error.to_string())
    }

    /// The same in words that do not name whom the letter was for: servers repeat the address, or its first half, and
    /// their words stand in logs and in the queue.
    pub(super) fn unnamed(self, letter: &Letter) -> Self {
        let mut person = Mentions::shown_as(RECIPIENT);
        person.address(&letter.to);
        person.name(&letter.to_name);
        let local = letter.to.rsplit_once('@').map_or("", |(local, _)| local);
        let clean = |words: String| {
            let words = person.taken_from(&words).unwrap_or(words);
            words.split(' ').map(|word| if holds(word, local) { RECIPIENT } else { word }).collect::<Vec<_>>().join(" ")
        };
        match self {
            Self::Bounced(words) => Self::Bounced(clean(words)),
            Self::Never(words) => Self::Never(clean(words)),
            Self::NotNow(words) => Self::NotNow(clean(words)),
            Self::TooFast(pause) => Self::TooFast(pause),
        }
    }

    /// The enhanced code (RFC 3463) tells whether it is the address that is refused; the plain one cannot
    /// tell an unknown mailbox from a letter taken for spam, and counts only where there is no other.
    fn judge(step: Step, code: Option<u16>, answer: &str, words: String) -> Self {
        match (step, code) {
            // No connection, or not for us as we are: what is set wrong here is no letter's fault.
            (Step::Hello, _) | (_, None | Some(..500 | 530 | 534 | 535 | 538)) => Self::NotNow(words),
            (_, Some(code)) => {
                let gone = match enhanced(answer) {
                    // 1.7 and 1.8 speak of the sender's address; 0.0 says nothing.
                    Some((1, detail)) => ![7, 8].contains(&detail),
                    // The mailbox is disabled; 2.2 is a full one.
                    Some((2, 1)) => true,
                    Some((0, 0)) | None => step == Step::Recipient && [550, 551, 553].contains(&code),
                    Some(_) => false,
                };
                if gone { Self::Bounced(words) } else { Self::Never(words) }
            }
        }
    }
}

/// Whether a word is this mailbox, in brackets or quotes perhaps.
fn holds(word: &str, mailbox: &str) -> bool {
    !mailbox.is_empty() && word.trim_matches(|c: char| "<>\"'()[],;:.".contains(c)).eq_ignore_ascii_case(mailbox)
}

/// Subject and detail of `5.subject.detail`, where the answer begins with it.
fn enhanced(answer: &str) -> Option<(u16, u16)> {
    let mut parts = answer.split_whitespace().next()?.strip_prefix("5.")?.split('.');
    let both = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(both)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refused_address_is_a_bounce() {
        let (bounced, never, later) = ("bounced", "never", "later");
        for (step, code, answer, wanted) in [
            (Step::Recipient, Some(550), "5.1.1 <x@y>: user unknown", bounced),
            (Step::Recipient, Some(550), "5.1.10 RecipientNotFound", bounced),
            (Step::Recipient, Some(554), "5.1.2 domain does not take mail", bounced),
            (Step::Recipient, Some(550), "5.2.1 the account is disabled", bounced),
            (Step::Recipient, Some(550), "5.0.0 no", bounced),
            (Step::Recipient, Some(550), "no such user", bounced),
            (Step::Recipient, Some(551), "moved away", bounced),
            (Step::Recipient, Some(553), "no such name", bounced),
            (Step::Letter, Some(550), "5.1.1 user unknown, said late", bounced),
            (Step::Recipient, Some(550), "5.7.1 blocked", never),
            (Step::Recipient, Some(550), "5.7.26 unauthenticated", never),
            (Step::Recipient, Some(550), "5.1.8 sender's domain unknown", never),
            (Step::Recipient, Some(550), "5.1.7 sender's address", never),
            (Step::Recipient, Some(550), "5.4.1 relay access denied", never),
            (Step::Recipient, Some(552), "5.2.2 over quota", never),
            (Step::Recipient, Some(552), "mailbox full", never),
            (Step::Recipient, Some(554), "transaction failed", never),
            (Step::Recipient, Some(503), "bad sequence", never),
            (Step::Letter, Some(550), "this looks like spam", never),
            (Step::Letter, Some(554), "5.6.0 malformed", never),
            (Step::Letter, Some(550), "5.7.60 not allowed to send as", never),
            (Step::Recipient, Some(450), "4.2.1 greylisted", later),
            (Step::Recipient, Some(451), "5.1.1 contradicts itself", later),
            (Step::Recipient, Some(421), "too many connections", later),
            (Step::Letter, Some(452), "4.3.1 disk full", later),
            (Step::Letter, Some(530), "5.7.0 sign in first", later),
            (Step::Hello, Some(535), "5.7.8 bad credentials", later),
            (Step::Hello, Some(554), "no SMTP service here", later),
            (Step::Hello, None, "connection refused", later),
            (Step::Letter, None, "connection reset", later),
        ] {
            let seen = match Refusal::judge(step, code, answer, answer.to_owned()) {
                Refusal::Bounced(_) => bounced,
                Refusal::Never(_) => never,
                Refusal::NotNow(_) | Refusal::TooFast(_) => later,
            };
            assert_eq!(seen, wanted, "{step:?} {code:?} {answer}");
        }
    }
}
