//! What each page must and must not contain.

use chrono::TimeZone;

use super::*;
use crate::invitation::colour::Colour;
use crate::invitation::{samples, texts::Values};
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
    Form {
        question: question(),
        score: None,
        comment: "",
        amends: None,
        more: false,
        prompts: None,
        mode: SurveyMode::Identified,
    }
}

fn until() -> DateTime<Tz> {
    Tz::UTC.with_ymd_and_hms(2026, 3, 5, 9, 7, 0).single().expect("an instant")
}

fn show(state: &State<'_>) -> String {
    survey(&brand(), Texts::of("en"), state, &Languages::default())
}

/// Every page in every language: its name, language and text.
fn all() -> impl Iterator<Item = (String, &'static str, String)> {
    Texts::all().flat_map(|texts| {
        samples::pages(texts).into_iter().map(|(name, page)| (format!("{}-{name}", texts.lang), texts.lang, page))
    })
}

/// The scores chosen beforehand.
fn chosen(page: &str) -> Vec<&str> {
    let inputs = page.split("<input ").skip(1).filter_map(|rest| rest.split('>').next());
    inputs
        .filter(|input| input.contains(" checked"))
        .filter_map(|input| input.split(" value=\"").nth(1)?.split('"').next())
        .collect()
}

#[test]
fn every_page_keeps_the_rules_of_all_pages() {
    for (name, lang, page) in all() {
        let dir = if lang == "ar" { "rtl" } else { "ltr" };
        for must in [
            format!("<!DOCTYPE html><html lang=\"{lang}\" dir=\"{dir}\">").as_str(),
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
        let input = format!(" name=\"score\" value=\"{score}\" required>");
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
    assert!(page.contains("<a href=\"#comment\">") && page.contains("id=\"comment\""));

    let page = show(&State::Invalid(form(), Faults { score: true, comment: None }));
    assert!(page.contains("aria-describedby=\"score-error scale\""));
    assert!(page.contains("<a href=\"#score\">Please choose a number from 0 to 10.</a>"));
    assert!(page.contains("<input type=\"radio\" id=\"score\" class=\"low\" name=\"score\" value=\"0\""));
    assert!(!page.contains("comment-error"));
    assert_eq!(page.matches("aria-invalid=").count(), 1, "the scores alone");

    let unreadable = Faults { comment: Some(CommentFault::Unreadable), ..Faults::default() };
    assert!(show(&State::Invalid(form(), unreadable)).contains("could not be read"));
}

#[test]
fn after_answering_the_score_is_shown_and_no_field() {
    let answer = Answered { question: question(), score: Some(9), until: Some(until()), thanks: None };
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
fn a_preview_shows_every_question_and_cannot_be_sent() {
    let page = show(&State::Preview(Preview {
        question: question(),
        score: None,
        prompts: None,
        further: further(),
        mode: SurveyMode::Identified,
    }));
    assert!(page.contains("This is a preview.") && page.contains("<button type=\"submit\" disabled>Send answer<"));
    assert!(page.contains("name=\"score\"") && page.contains("name=\"q.price\"") && page.contains("name=\"q.why\""));
}

#[test]
fn a_score_has_the_words_that_fit_it_beside_those_that_fit_all() {
    let page = show(&State::Ask(form()));
    for (part, words) in [
        ("high", "What do you value most about working with us?"),
        ("middle", "What would make us worth a higher score?"),
        ("low", "What should we do better first?"),
    ] {
        assert!(page.contains(&format!("<span class=\"prompt {part}\" hidden>{words}</span>")), "{page}");
    }
    assert_eq!(
        [7, 2, 2],
        ["low", "middle", "high"].map(|part| page.matches(&format!("class=\"{part}\" name=")).count())
    );
    let own = Question { kind: SurveyKind::Relationship, ..question() };
    let page = show(&State::Ask(Form { question: own, ..form() }));
    let body = page.split("</style>").nth(1).expect("a body");
    assert!(!body.contains(" hidden>") && body.contains("What is the main reason for your score?"));
}

#[test]
fn the_first_of_two_steps_says_so_and_goes_on() {
    let page = show(&State::Ask(Form { more: true, ..form() }));
    assert!(page.contains("Step 1 of 2") && page.contains("<button type=\"submit\">Continue</button>"));
    let page = show(&State::Ask(form()));
    assert!(!page.contains("Step 1") && page.contains("<button type=\"submit\">Send answer</button>"));
}

fn further() -> Vec<Further<'static>> {
    let options = vec![("low", "Too low"), ("high", "Too high")];
    let ask = |key, required, kind| Further { key, text: key, required, kind, given: Given::Nothing, fault: None };
    vec![
        ask("pace", true, Kind::Rating { min: 1, max: 5, low: "Slow", high: "Fast" }),
        ask("price", true, Kind::Choice { options: options.clone(), multiple: false }),
        ask("parts", true, Kind::Choice { options, multiple: true }),
        ask("why", false, Kind::Text),
    ]
}

fn second(further: Vec<Further<'_>>) -> String {
    show(&State::More(More { question: question(), score: 6, version: 4, further }))
}

#[test]
fn the_second_step_asks_the_rest_and_shows_the_score() {
    let page = second(further());
    for must in [
        "Step 2 of 2",
        "You answered <bdi>6</bdi>",
        "<input type=\"hidden\" name=\"step\" value=\"2\"><input type=\"hidden\" name=\"version\" value=\"4\">",
        "<input type=\"radio\" id=\"f1\" name=\"q.pace\" value=\"1\" required>",
        "1 = Slow",
        "<input type=\"radio\" id=\"f2\" name=\"q.price\" value=\"low\" required>",
        "<input type=\"checkbox\" id=\"f3\" name=\"q.parts\" value=\"low\">",
        "<label class=\"question\" for=\"f4\" dir=\"auto\">why</label>",
        "<textarea id=\"f4\" name=\"q.why\"",
        "<button type=\"submit\">Send answer</button>",
    ] {
        assert!(page.contains(must), "{must}\n{page}");
    }
    let body = page.split("</style>").nth(1).expect("a body");
    assert!(chosen(&page).is_empty() && !body.contains("error") && !body.contains("name=\"score\""));
}

#[test]
fn a_refused_second_step_keeps_what_was_given_and_leads_to_each_fault() {
    let mut all = further();
    all[0].given = Given::Score(4);
    all[1].fault = Some(Fault::Missing);
    all[2].given = Given::Options(vec!["high"]);
    all[3].given = Given::Text("\"so\"");
    all[3].fault = Some(Fault::Text(CommentFault::TooLong(5_001)));
    let page = second(all);
    assert_eq!(chosen(&page), ["4", "high"]);
    for must in [
        "<title>Please check your answer",
        "<a href=\"#f2\"><bdi>price</bdi><br>Please choose an answer.</a>",
        "<fieldset role=\"radiogroup\" aria-describedby=\"f2-error\" aria-invalid=\"true\">",
        "<p class=\"error\" id=\"f2-error\">Please choose an answer.</p>",
        "<a href=\"#f4\"><bdi>why</bdi><br>Please keep",
        "aria-describedby=\"f4-error f4-hint\" aria-invalid=\"true\">\n&quot;so&quot;</textarea>",
    ] {
        assert!(page.contains(must), "{must}\n{page}");
    }
    assert_eq!(page.matches("aria-invalid=").count(), 2);
}

#[test]
fn own_thanks_stand_in_for_ours_right_after_answering() {
    let values = Values { company: "Acme", owner: "<Ana>", ..Values::default() };
    let own = Custom { pattern: "Cheers,\n{owner} of {company}", values };
    let answer = Answered { question: question(), score: Some(9), until: None, thanks: Some(own) };
    let page = show(&State::Thanks(answer.clone()));
    assert!(page.contains("Cheers,<br><bdi>&lt;Ana&gt;</bdi> of <bdi>Acme</bdi>") && !page.contains("has reached"));
    assert!(!show(&State::AlreadyAnswered(answer)).contains("Cheers"));
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
fn preferences_show_what_is_on_and_ending_all_is_one_button() {
    let show = |relationship, service, saved| {
        preferences(&brand(), Texts::of("en"), Preferences { relationship, service, saved })
    };
    let ask = show(true, false, false);
    assert_eq!(chosen(&ask), ["RELATIONSHIP"]);
    assert!(ask.contains("name=\"class\" value=\"SERVICE_FEEDBACK\"") && ask.contains("name=\"choose\" value=\"1\""));
    assert!(ask.contains("name=\"none\" value=\"1\">None of these any more</button>"));
    assert!(ask.contains("go on in any case") && !ask.contains("is saved"));
    assert!(show(true, false, true).contains("Your choice is saved."));
    for saved in [false, true] {
        let none = show(false, false, saved);
        assert!(none.contains("<h1>You are unsubscribed</h1>") && chosen(&none).is_empty(), "{none}");
        assert!(!none.contains("name=\"none\"") && none.contains("go on in any case"));
    }
}

#[test]
fn naughty_text_is_shown_literally_wherever_it_comes_from() {
    let logo = format!("https://cdn.example.com/{}", NAUGHTY.replace(' ', "+"));
    let brand = Brand::new(NAUGHTY, Some(&logo), None);
    let question = Question { text: NAUGHTY, low: NAUGHTY, high: NAUGHTY, ..question() };
    let asked = Form { question, comment: NAUGHTY, ..form() };
    let values = Values { name: NAUGHTY, ..Values::default() };
    let own = Custom { pattern: "{name}", values };
    let options = vec![(NAUGHTY, NAUGHTY)];
    let kinds = [
        Kind::Rating { min: 1, max: 5, low: NAUGHTY, high: NAUGHTY },
        Kind::Choice { options, multiple: true },
        Kind::Text,
    ];
    let ask = |kind| Further {
        key: NAUGHTY,
        text: NAUGHTY,
        required: true,
        kind,
        given: Given::Text(NAUGHTY),
        fault: Some(Fault::Missing),
    };
    let further: Vec<_> = kinds.into_iter().map(ask).collect();
    let answer = Answered { question, score: Some(1), until: None, thanks: Some(own) };
    for state in [
        State::Ask(asked.clone()),
        State::Invalid(asked, Faults::default()),
        State::More(More { question, score: 1, version: 1, further: further.clone() }),
        State::Preview(Preview { question, score: None, prompts: None, further, mode: SurveyMode::Identified }),
        State::Thanks(answer),
    ] {
        let page = survey(&brand, Texts::of("en"), &state, &Languages::default());
        assert!(page.contains(ESCAPED), "{state:?}");
        assert!(!page.contains("<script") && !page.contains("<a href=//") && !page.contains("\"'>"), "{state:?}");
    }
    let page = preferences(&brand, Texts::of("en"), Preferences { relationship: true, service: true, saved: true });
    assert!(page.contains(ESCAPED) && !page.contains("<script"));
}

#[test]
fn every_sample_is_written_for_looking_at() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/samples"));
    std::fs::create_dir_all(folder).expect("a folder for samples");
    for texts in Texts::all() {
        let mails = samples::invites(texts).into_iter().map(|(name, invite)| (name, invite.render()));
        let mails = mails.chain(samples::changed(texts).map(|mail| ("changed", mail.render())));
        let mails = mails.map(|(name, mail)| (format!("mail-{name}"), mail.html));
        for (name, html) in samples::pages(texts).into_iter().chain(mails) {
            std::fs::write(folder.join(format!("{}-{name}.html", texts.lang)), html).expect("a sample written");
        }
    }
}
