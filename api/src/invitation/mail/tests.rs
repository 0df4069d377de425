//! What every mail must and must not contain.

use super::*;
use crate::invitation::{question::Question, samples};

const NAUGHTY: &str =
    "\"'><script>alert(1)</script><img src=//evil.example>&amp; {name} $& \u{202e}txt\r\nBcc: x@evil.example";

fn english() -> &'static Texts {
    Texts::of("en")
}

fn sample() -> Invite<'static> {
    samples::invites(english()).into_iter().map(|(_, invite)| invite).next().expect("a sample")
}

fn changed(texts: &'static Texts) -> Changed<'static> {
    samples::changed(texts).expect("a sample")
}

/// Every mail that asks, in every language.
fn all() -> impl Iterator<Item = (String, Invite<'static>)> {
    Texts::all().flat_map(|texts| {
        samples::invites(texts).into_iter().map(|(name, invite)| (format!("{}-{name}", texts.lang), invite))
    })
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
    for (name, invite) in all() {
        let message = invite.render();
        let mut want: Vec<String> = invite.question.scores().map(|score| invite.score_link(score)).collect();
        want.push(invite.unsubscribe.to_owned());
        assert_eq!(html_links(&message), want, "{name}");
        assert_eq!(text_links(&message), want, "{name}");
        assert!(!message.subject.is_empty() && !message.subject.contains(['{', '\n']), "{name}: {}", message.subject);
    }
    assert_eq!(html_links(&sample().render()).len(), 12);
    for texts in Texts::all() {
        let message = changed(texts).render();
        assert_eq!(
            (html_links(&message), text_links(&message)),
            (vec![changed(texts).link], vec![changed(texts).link])
        );
    }
}

#[test]
fn kinds_and_steps_differ_in_subject() {
    let subjects: Vec<String> = samples::invites(english()).iter().map(|(_, invite)| invite.render().subject).collect();
    assert_eq!(
        subjects,
        [
            "Northwind Services: would you recommend us?",
            "Northwind Services: how was our service?",
            "Northwind Services: how easy did we make it?",
            "Northwind Services: may we still hear your opinion?",
            "Northwind Services: a last reminder",
            "Northwind Services: would you recommend us?",
            "Northwind Services: may we still hear your opinion?"
        ]
    );
    let counts: Vec<usize> =
        samples::invites(english()).iter().map(|(_, invite)| invite.question.scores().count()).collect();
    assert_eq!(counts, [11, 5, 7, 11, 5, 11, 7]);
}

#[test]
fn nothing_is_loaded_and_nothing_runs() {
    let mails = all().map(|(name, invite)| (name, invite.render().html));
    let changes = Texts::all().map(|texts| (format!("{}-changed", texts.lang), changed(texts).render().html));
    for (name, html) in mails.chain(changes) {
        for never in ["<img", "<script", "<link", "src=", "url(", "@import", "http://", "javascript:", "{"] {
            let body = html.split("<body").nth(1).expect("a body");
            assert!(!body.contains(never), "{name} holds {never}");
        }
        assert!(between(&html, "<", '>').iter().all(|tag| !tag.contains(" on")), "{name} listens");
        assert_eq!(html.matches("<table").count(), html.matches("<table role=\"presentation\"").count(), "{name}");
        let lang = &name[..2];
        let dir = if lang == "ar" { "rtl" } else { "ltr" };
        assert!(html.starts_with(&format!("<!DOCTYPE html><html lang=\"{lang}\" dir=\"{dir}\">")), "{name}");
        // What a program keeps that takes the frame away.
        assert!(
            html.contains(&format!("<table role=\"presentation\" class=\"back\" lang=\"{lang}\" dir=\"{dir}\"")),
            "{name}"
        );
    }
}

#[test]
fn a_logo_is_the_companys_name_to_who_sees_none() {
    let logo = "https://cdn.example.com/logo.png";
    let with = |logo| Invite { head: Head { logo: Some(logo), ..sample().head }, ..sample() }.render();
    let message = with(logo);
    assert_eq!(between(&message.html, "src=\"", '"'), [logo]);
    assert!(message.html.contains("alt=\"Northwind Services\""));
    assert_eq!((message.text, message.subject), (sample().render().text, sample().render().subject));
    for bad in ["javascript://x/", "logo.png", "https://user@a.example/x", "data:image/png;base64,AAAA"] {
        assert_eq!(with(bad), sample().render(), "{bad}");
    }
}

#[test]
fn a_test_says_so_at_its_head() {
    let head = Head { test: true, ..sample().head };
    let message = Invite { head, ..sample() }.render();
    assert!(message.text.starts_with("This is a test."), "{}", message.text);
    assert!(message.html.contains(">This is a test."));
    assert!(!sample().render().html.contains("This is a test"));
}

#[test]
fn own_words_take_the_place_of_ours_with_their_values_filled() {
    let own = Invite {
        subject: Some("{account} & {company}\n"),
        intro: Some("{name}, <b>{owner}</b> asks:\nplease {other}"),
        ..sample()
    };
    let message = own.render();
    assert_eq!(message.subject, "Globex & Northwind Services");
    assert!(message.text.contains("\n\nPriya Nair, <b>Ana Costa</b> asks:\nplease \n"), "{}", message.text);
    let html = "<bdi>Priya Nair</bdi>, &lt;b&gt;<bdi>Ana Costa</bdi>&lt;/b&gt; asks:<br>please";
    assert!(message.html.contains(html), "{}", message.html);
    assert_eq!(html_links(&message), html_links(&sample().render()));
}

#[test]
fn a_changed_answer_is_told_with_what_it_is_now() {
    let message = changed(english()).render();
    assert_eq!(message.subject, "Northwind Services: your answer was changed");
    for words in ["changed on 5 March 2026, 09:07 CET.", "You answered 3 on a scale from 0 to 10.", "If it was not you"]
    {
        assert!(message.text.contains(words), "{}", message.text);
    }
    assert!(!message.html.contains("/u/") && !message.text.contains("nsubscribe"));
}

#[test]
fn naughty_text_is_literal_in_every_place() {
    let plain = sample();
    let (head, question) = (plain.head, plain.question);
    for invite in [
        Invite { head: Head { company: NAUGHTY, ..head }, ..plain },
        Invite { head: Head { recipient: NAUGHTY, ..head }, ..plain },
        Invite { head: Head { sender: NAUGHTY, ..head }, ..plain },
        Invite { head: Head { postal_address: Some(NAUGHTY), ..head }, ..plain },
        Invite { question: Question { text: NAUGHTY, ..question }, ..plain },
        Invite { question: Question { low: NAUGHTY, ..question }, ..plain },
        Invite { question: Question { high: NAUGHTY, ..question }, ..plain },
        Invite { head: Head { language: NAUGHTY, ..head }, ..plain },
        Invite { head: Head { account: NAUGHTY, ..head }, intro: Some("{account}"), ..plain },
    ] {
        let message = invite.render();
        assert!(!message.html.contains("<script") && !message.html.contains("<img"), "{invite:?}");
        assert!(!message.html.contains("\"'>"), "{invite:?}");
        assert_eq!(html_links(&message), html_links(&plain.render()), "{invite:?}");
        for part in [&message.subject, &message.html, &message.text] {
            assert!(!part.contains(['\u{202e}', '\r', '\0']), "{invite:?}");
        }
        assert!(!message.subject.contains('\n'), "{invite:?}");
        if invite.head.language == head.language {
            let literal =
                "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=//evil.example&gt;&amp;amp; {name} $&amp; txt";
            assert!(message.html.contains(literal), "{invite:?}");
            assert!(message.text.contains("<script>alert(1)</script><img src=//evil.example>&amp; {name} $& txt"));
        }
    }
}

#[test]
fn a_text_line_cannot_be_forged_by_a_name() {
    let invite = Invite { head: Head { recipient: "Eve\n\n9  https://evil.example/", ..sample().head }, ..sample() };
    let message = invite.render();
    assert!(message.text.starts_with("Hello Eve 9 https://evil.example/,\n\n"), "{}", message.text);
}

#[test]
fn missing_names_and_address_leave_no_gap() {
    let head = Head { recipient: " ", sender: "", postal_address: None, ..sample().head };
    let invite = Invite { head, ..sample() };
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
