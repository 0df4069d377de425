//! What each page must and must not contain.

use chrono::TimeZone;

use super::*;
use crate::invitation::colour::Colour;
use crate::invitation::samples;
use entity::SurveyKind;

const NAUGHTY: &str = "\"'><script>alert(1)</script><a href=//evil.example>&amp; {company}";
const ESCAPED: &str =
    "&quot;'&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;a href=//evil.example&gt;&amp;amp; {company}";

fn brand() -> Brand {
    Brand::new("Acme", None, Colour::parse("#fc0"))
}

fn question() -> Question<'static> {
    Texts::of("en").ready(SurveyKind::Nps).expect("a ready-made question")
}

fn form() -> Form<'static> {
    Form { question: question(), score: None, comment: "", amends: None }
}

fn until() -> DateTime<Tz> {
    Tz::UTC.with_ymd_and_hms(2026, 3, 5, 9, 7, 0).single().expect("an instant")
}

fn show(state: &State<'_>) -> String {
    survey(&brand(), Texts::of("en"), state)
}

/// The scores chosen beforehand.
fn chosen(page: &str) -> Vec<&str> {
    let inputs = page.split("<input ").skip(1).filter_map(|rest| rest.split('>').next());
    inputs.filter(|input| input.contains(" checked")).filter_map(|input| input.split('"').nth(5)).collect()
}

#[test]
fn every_page_keeps_the_rules_of_all_pages() {
    for (name, page) in samples::pages() {
        for must in [
            "<!DOCTYPE html><html lang=\"en\" dir=\"ltr\">",
            "<meta name=\"robots\" content=\"noindex, nofollow\">",
            "<meta name=\"referrer\" content=\"no-referrer\">",
            "<h1",
        ] {
            assert!(page.contains(must), "{name} lacks {must}");
        }
        for never in ["<script", " style=", " onclick", "http://", "https://", "javascript:", "<link", "{"] {
            let body = page.split("</style>").nth(1).expect("a body");
            assert!(!body.contains(never), "{name} holds {never}");
        }
        assert_eq!(page.matches("<style>").count(), 1, "{name}");
    }
}

#[test]
fn the_style_sheet_is_byte_for_byte_the_one_the_policy_names() {
    let page = show(&State::Unknown);
    assert!(page.contains(&format!("<style>{}</style>", brand().style())));
}

#[test]
fn asking_offers_every_score_and_chooses_none() {
    let page = show(&State::Ask(form()));
    for score in 0..=10 {
        let input = format!("<input type=\"radio\" name=\"score\" value=\"{score}\" required>");
        assert_eq!(page.matches(&input).count(), 1, "{score}");
    }
    assert!(page.contains("<form method=\"post\" action=\"?\""));
    assert!(page.contains("name=\"comment\""));
    assert!(!page.contains("name=\"version\""));
    assert!(page.contains("0 = Not at all likely") && page.contains("10 = Extremely likely"));
}

#[test]
fn a_link_chooses_its_score_and_a_score_off_the_scale_none() {
    assert_eq!(chosen(&show(&State::Ask(Form { score: Some(9), ..form() }))), ["9"]);
    for off in [-1, 11, i16::MAX] {
        assert!(chosen(&show(&State::Ask(Form { score: Some(off), ..form() }))).is_empty(), "{off}");
    }
}

#[test]
fn changing_an_answer_carries_its_version_and_says_until_when() {
    let amends = Some(Amends { score: 3, version: 7, until: until() });
    let page = show(&State::Ask(Form { score: Some(4), amends, ..form() }));
    assert!(page.contains("<input type=\"hidden\" name=\"version\" value=\"7\">"));
    assert!(page.contains("You answered <bdi>3</bdi> on a scale from <bdi>0</bdi> to <bdi>10</bdi>."));
    assert!(page.contains("until 5 March 2026, 09:07 UTC"));
    assert!(page.contains("your earlier comment stays"));
    assert_eq!(chosen(&page), ["4"]);
}

#[test]
fn a_refused_form_keeps_what_was_typed_and_names_each_fault_at_its_field() {
    let typed = Form { score: Some(8), comment: "\n first\nsecond ", ..form() };
    let faults = Faults { score: false, comment: Some(CommentFault::TooLong(5_001)) };
    let page = show(&State::Invalid(typed, faults));
    assert_eq!(chosen(&page), ["8"]);
    assert!(page.contains(
        "aria-describedby=\"comment-error comment-hint\" aria-invalid=\"true\">\n\n first\nsecond </textarea>"
    ));
    assert!(page.contains("It has 5001 now."));
    assert!(!page.contains("id=\"score-error\""));

    let page = show(&State::Invalid(form(), Faults { score: true, comment: None }));
    assert!(page.contains("aria-describedby=\"score-error scale\""));
    assert!(page.contains("Please choose a number from 0 to 10."));
    assert!(!page.contains("comment-error") && !page.contains("aria-invalid="));

    let unreadable = Faults { comment: Some(CommentFault::Unreadable), ..Faults::default() };
    assert!(show(&State::Invalid(form(), unreadable)).contains("could not be read"));
}

#[test]
fn after_answering_the_score_is_shown_and_no_field() {
    let answer = Answered { question: question(), score: 9, until: Some(until()) };
    for state in [State::Thanks(answer.clone()), State::AlreadyAnswered(answer.clone())] {
        let page = show(&state);
        assert!(page.contains("You answered <bdi>9</bdi>"));
        assert!(page.contains("until 5 March 2026, 09:07 UTC") && page.contains("<a href=\"?\">"));
        let body = page.split("</style>").nth(1).expect("a body");
        assert!(!body.contains("<textarea") && !body.contains("<form") && !body.contains("comment"));
    }
    let last = show(&State::AlreadyAnswered(Answered { until: None, ..answer }));
    assert!(last.contains("can no longer be changed") && !last.contains("href="));
}

#[test]
fn a_preview_cannot_be_sent() {
    let page = show(&State::Preview(question()));
    assert!(page.contains("This is a preview.") && page.contains("<button type=\"submit\" disabled>"));
}

#[test]
fn closed_pages_say_why_and_take_nothing() {
    for (state, words) in
        [(State::Expired, "has closed"), (State::Revoked, "no longer valid"), (State::Unknown, "does not work")]
    {
        let page = show(&state);
        assert!(page.contains(words), "{words}");
        assert!(!page.contains("<form"), "{words}");
    }
}

#[test]
fn unsubscribing_needs_the_button() {
    let ask = unsubscribe(&brand(), Texts::of("en"), Unsubscribe::Ask);
    assert!(ask.contains("<form method=\"post\" action=\"?\"><button type=\"submit\">Unsubscribe</button></form>"));
    let done = unsubscribe(&brand(), Texts::of("en"), Unsubscribe::Done);
    assert!(done.contains("You are unsubscribed") && !done.contains("<form"));
}

#[test]
fn naughty_text_is_shown_literally_wherever_it_comes_from() {
    let logo = format!("https://cdn.example.com/{}", NAUGHTY.replace(' ', "+"));
    let brand = Brand::new(NAUGHTY, Some(&logo), None);
    let question = Question { text: NAUGHTY, low: NAUGHTY, high: NAUGHTY, ..question() };
    let asked = Form { question, comment: NAUGHTY, ..form() };
    let answer = Answered { question, score: 1, until: None };
    for state in [
        State::Ask(asked.clone()),
        State::Invalid(asked, Faults::default()),
        State::Preview(question),
        State::Thanks(answer),
    ] {
        let page = survey(&brand, Texts::of("en"), &state);
        assert!(page.contains(ESCAPED), "{state:?}");
        assert!(!page.contains("<script") && !page.contains("<a href=//") && !page.contains("\"'>"), "{state:?}");
    }
    let page = unsubscribe(&brand, Texts::of("en"), Unsubscribe::Ask);
    assert!(page.contains(ESCAPED) && !page.contains("<script"));
}

#[test]
fn every_sample_is_written_for_looking_at() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/samples"));
    std::fs::create_dir_all(folder).expect("a folder for samples");
    let mails = samples::invites().into_iter().map(|(name, invite)| (name.to_owned(), invite.render().html));
    for (name, html) in samples::pages().into_iter().chain(mails) {
        std::fs::write(folder.join(format!("{name}.html")), html).expect("a sample written");
    }
}
