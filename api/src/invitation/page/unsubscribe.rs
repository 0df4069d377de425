//! The unsubscribe page. Opening it changes nothing: mail scanners open every link.

use maud::html;

use super::{Brand, Unsubscribe, frame};
use crate::invitation::texts::{Texts, fill, fill_html};

/// The whole page, the same for every token.
pub fn unsubscribe(brand: &Brand, texts: &Texts, state: Unsubscribe) -> String {
    let (words, values) = (&texts.unsubscribe, [("company", brand.company())]);
    match state {
        Unsubscribe::Ask => {
            let content = html! {
                h1 { (fill_html(words.ask, &values)) }
                p { (words.ask_more) }
                form method="post" action="?" { button type="submit" { (words.button) } }
            };
            frame(brand, texts, &fill(words.ask, &values), &content)
        }
        Unsubscribe::Done => {
            let content = html! {
                h1 { (words.done) }
                p { (fill_html(words.done_more, &values)) }
            };
            frame(brand, texts, words.done, &content)
        }
    }
}
