//! Who is a machine. Mail gateways open links before people do, and often several of them at once.

use chrono::TimeDelta;
use entity::{Machine, Time};

/// A mail's links are opened so soon by gateways only.
const SOON: TimeDelta = TimeDelta::seconds(10);
/// Nobody picks two scores within this.
const AT_ONCE: TimeDelta = TimeDelta::seconds(2);

/// Parts of the names, in small letters, by which programs tell that nobody reads with them: gateways that rewrite
/// and visit links, makers of previews, crawlers, libraries, browsers without a screen.
const MACHINES: &[&str] = &[
    "barracuda",
    "bot",
    "bytespider",
    "cloudmark",
    "crawl",
    "curl/",
    "externalhit",
    "forcepoint",
    "fortimail",
    "go-http-client",
    "google-safety",
    "googleimageproxy",
    "headless",
    "httpclient",
    "java/",
    "libwww",
    "messagelabs",
    "mimecast",
    "node-fetch",
    "okhttp",
    "phantomjs",
    "preview",
    "proofpoint",
    "python",
    "ruby",
    "safelinks",
    "scan",
    "slurp",
    "sophos",
    "spider",
    "symantec",
    "trendmicro",
    "urldefense",
    "wget/",
    "whatsapp",
    "yahoomailproxy",
];

/// What is known of one opening of a link.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub at: Time,
    pub picked: Option<i16>,
    /// What it told of itself at once; a person's would be `None`.
    pub known: Option<Machine>,
}

/// What a request tells of itself, whatever else happens.
pub fn told(is_head: bool, is_prefetch: bool, agent: Option<&str>, has_language: bool) -> Option<Machine> {
    let agent = agent.unwrap_or_default().to_ascii_lowercase();
    if is_head {
        Some(Machine::Head)
    } else if is_prefetch {
        Some(Machine::Prefetch)
    } else if agent.is_empty() || MACHINES.iter().any(|part| agent.contains(part)) {
        Some(Machine::Agent)
    } else if has_language {
        None
    } else {
        Some(Machine::NoLanguage)
    }
}

/// Judges every opening of one link beside the others. `mailed` is when its mails were handed over; a link opened
/// before the first of them was read on the way.
pub fn judge(looks: &[Look], mailed: &[Time]) -> Vec<Option<Machine>> {
    let one = |look: &Look| {
        let is_soon = |mailed: &Time| mailed.0 <= look.at.0 && look.at.0 < mailed.0 + SOON;
        let is_early = mailed.iter().all(|mailed| look.at < *mailed);
        let other = |other: &Look| {
            other.picked.is_some() && other.picked != look.picked && (other.at.0 - look.at.0).abs() <= AT_ONCE
        };
        if look.known.is_some() {
            look.known
        } else if is_early || mailed.iter().any(is_soon) {
            Some(Machine::TooSoon)
        } else {
            (look.picked.is_some() && looks.iter().any(other)).then_some(Machine::ManyScores)
        }
    };
    looks.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1";

    fn at(seconds: i64) -> Time {
        Time::new(Time::parse("2026-03-02T09:00:00Z").unwrap().0 + TimeDelta::seconds(seconds))
    }

    fn look(seconds: i64, picked: Option<i16>) -> Look {
        Look { at: at(seconds), picked, known: None }
    }

    #[test]
    fn a_reader_is_told_from_programs_by_what_they_say() {
        assert_eq!(told(false, false, Some(PHONE), true), None);
        assert_eq!(told(true, false, Some(PHONE), true), Some(Machine::Head));
        assert_eq!(told(false, true, Some(PHONE), true), Some(Machine::Prefetch));
        assert_eq!(told(false, false, Some(PHONE), false), Some(Machine::NoLanguage));
        assert_eq!(told(false, false, None, true), Some(Machine::Agent));
        for agent in
            ["Mozilla/5.0 (compatible; Mimecast)", "python-requests/2.32", "HeadlessChrome/140", "Slackbot 1.0"]
        {
            assert_eq!(told(false, false, Some(agent), true), Some(Machine::Agent), "{agent}");
        }
    }

    #[test]
    fn who_comes_with_the_mail_is_a_machine_and_who_comes_later_is_none() {
        let looks = [look(-1, None), look(0, None), look(9, None), look(10, None), look(609, None), look(610, None)];
        let soon = Some(Machine::TooSoon);
        assert_eq!(judge(&looks, &[at(0), at(600)]), [soon, soon, soon, None, soon, None]);
        assert_eq!(judge(&[look(50, None)], &[]), [soon], "nothing has been handed over yet");
    }

    #[test]
    fn several_scores_at_once_are_a_machine_s_and_one_again_is_not() {
        let many = Some(Machine::ManyScores);
        let looks = [look(100, Some(3)), look(102, Some(4)), look(105, Some(9)), look(106, Some(9)), look(107, None)];
        assert_eq!(judge(&looks, &[at(0)]), [many, many, None, None, None]);
        let known = [Look { known: Some(Machine::Head), ..look(100, Some(1)) }, look(101, Some(2))];
        assert_eq!(judge(&known, &[at(0)]), [Some(Machine::Head), many]);
    }
}
