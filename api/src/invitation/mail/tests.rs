//! What every mail must and must not contain.

use super::*;
use crate::invitation::samples;

const NAUGHTY: &str =
    "\"'><script>alert(1)</script><img src=//evil.example>&amp; {name} $& \u{202e}txt\r\nBcc: x@evil.example";

fn sample() -> Invite<'static> {
    samples::invites().into_iter().map(|(_, invite)| invite).next().expect("a sample")
}

fn between<'a>(text: &'a str, before: &str, after: char) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

/// The links of the HTML part, in order.
fn html_links(message: &Message) -> Vec<&str> {
    between(&message.html, "href=\"", '"')
}

/// The links of the text part, in order.
fn text_links(message: &Message) -> Vec<&str> {
    message.text.split_whitespace().filter(|word| word.contains("://")).collect()
}

#[test]
fn both_parts_carry_one_link_a_score_and_the_way_out() {
    for (name, invite) in samples::invites() {
        let message = invite.render();
        let mut want: Vec<String> = invite.question.scores().map(|score| invite.score_link(score)).collect();
        want.push(invite.unsubscribe.to_owned());
        assert_eq!(html_links(&message), want, "{name}");
        assert_eq!(text_links(&message), want, "{name}");
    }
    assert_eq!(html_links(&sample().render()).len(), 12);
}

#[test]
fn kinds_differ_in_subject_and_scale() {
    let subjects: Vec<String> = samples::invites().iter().map(|(_, invite)| invite.render().subject).collect();
    assert_eq!(
        subjects,
        [
            "Northwind Services: would you recommend us?",
            "Northwind Services: how was our service?",
            "Northwind Services: how easy did we make it?"
        ]
    );
    let counts: Vec<usize> = samples::invites().iter().map(|(_, invite)| invite.question.scores().count()).collect();
    assert_eq!(counts, [11, 5, 7]);
}

#[test]
fn nothing_is_loaded_and_nothing_runs() {
    for (name, invite) in samples::invites() {
        let html = invite.render().html;
        for never in ["<img", "<script", "<link", "src=", "url(", "@import", "http://", "javascript:", " on"] {
            let body = html.split("<body").nth(1).expect("a body");
            assert!(!body.replace(" on ", "").contains(never), "{name} holds {never}");
        }
        assert_eq!(html.matches("<table").count(), html.matches("<table role=\"presentation\"").count(), "{name}");
        assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\" dir=\"ltr\">"), "{name}");
    }
}

#[test]
fn naughty_text_is_literal_in_every_place() {
    let plain = sample();
    let question = plain.question;
    for invite in [
        Invite { company: NAUGHTY, ..plain },
        Invite { recipient: NAUGHTY, ..plain },
        Invite { sender: NAUGHTY, ..plain },
        Invite { postal_address: Some(NAUGHTY), ..plain },
        Invite { question: Question { text: NAUGHTY, ..question }, ..plain },
        Invite { question: Question { low: NAUGHTY, ..question }, ..plain },
        Invite { question: Question { high: NAUGHTY, ..question }, ..plain },
        Invite { language: NAUGHTY, ..plain },
    ] {
        let message = invite.render();
        assert!(!message.html.contains("<script") && !message.html.contains("<img"), "{invite:?}");
        assert!(!message.html.contains("\"'>"), "{invite:?}");
        assert_eq!(html_links(&message), html_links(&plain.render()), "{invite:?}");
        for part in [&message.subject, &message.html, &message.text] {
            assert!(!part.contains(['\u{202e}', '\r', '\0']), "{invite:?}");
        }
        assert!(!message.subject.contains('\n'), "{invite:?}");
        if invite.language == plain.language {
            let literal =
                "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=//evil.example&gt;&amp;amp; {name} $&amp; txt";
            assert!(message.html.contains(literal), "{invite:?}");
            assert!(message.text.contains("<script>alert(1)</script><img src=//evil.example>&amp; {name} $& txt"));
        }
    }
}

#[test]
fn a_text_line_cannot_be_forged_by_a_name() {
    let invite = Invite { recipient: "Eve\n\n9  https://evil.example/", ..sample() };
    let message = invite.render();
    assert!(message.text.starts_with("Hello Eve 9 https://evil.example/,\n\n"), "{}", message.text);
}

#[test]
fn missing_names_and_address_leave_no_gap() {
    let invite = Invite { recipient: " ", sender: "", postal_address: None, ..sample() };
    let message = invite.render();
    assert!(message.text.starts_with("Hello,\n"));
    assert!(message.text.contains("\nNorthwind Services\n-- \n"));
    assert!(message.html.contains(">Hello,</p>"));
}

#[test]
fn the_text_part_reads_as_a_letter() {
    let text = sample().render().text;
    assert!(text.contains("\nHow likely are you to recommend our company to a friend or colleague?\n"));
    assert!(text.contains("\n0 = Not at all likely, 10 = Extremely likely\n"));
    assert!(text.contains("\n 9  https://survey.example.com/s/"));
    assert!(text.contains("\nNorthwind Services GmbH\nHafenstraße 12, 20457 Hamburg, Germany\n"));
}
