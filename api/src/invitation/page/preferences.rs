//! The page that says which surveys may come, and ends them all. Opening it changes nothing: mail
//! scanners open every link.

use maud::html;

use super::{Brand, frame};
use crate::invitation::texts::{Texts, fill, fill_html};

/// Which surveys may come, class by class. A token that never existed looks like any other.
///
/// The form sends `choose=1` and a `class` for each class that is on, or `none=1` to end them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// `RELATIONSHIP`: would you recommend us.
    pub relationship: bool,
    /// `SERVICE_FEEDBACK`: how was this service.
    pub service: bool,
    /// Stored by this very request.
    pub saved: bool,
}

/// The whole page.
pub fn preferences(brand: &Brand, texts: &Texts, state: Preferences) -> String {
    let (words, values) = (&texts.preferences, [("company", brand.company())]);
    let none = !state.relationship && !state.service;
    let classes = [
        ("RELATIONSHIP", state.relationship, words.relationship, words.relationship_hint),
        ("SERVICE_FEEDBACK", state.service, words.service, words.service_hint),
    ];
    let content = html! {
        @if none {
            h1 { (words.done) }
            p { (fill_html(words.done_more, &values)) }
        } @else {
            h1 { (fill_html(words.title, &values)) }
            @if state.saved { p.note { (words.saved) } }
        }
        form method="post" action="?" autocomplete="off" {
            input type="hidden" name="choose" value="1";
            fieldset {
                legend { h2 { (words.intro) } }
                @for (value, on, label, hint) in classes {
                    @let id = format!("{}-hint", value.to_ascii_lowercase());
                    label.option {
                        input type="checkbox" name="class" value=(value) checked[on] aria-describedby=(id);
                        span { (label) }
                    }
                    p.hint.below id=(id) { (hint) }
                }
            }
            p { (words.goes_on) }
            div.buttons {
                button type="submit" { (words.save) }
                @if !none { button.second type="submit" name="none" value="1" { (words.none) } }
            }
        }
    };
    let title = if none { words.done.to_owned() } else { fill(words.title, &values) };
    frame(brand, texts, &title, &content)
}
