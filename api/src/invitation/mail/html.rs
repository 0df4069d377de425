//! The HTML part of a mail. Tables carry the layout, since some mail programs know nothing else; every
//! look is inline, and the style sheet only adds the dark colours for those that read it. Direction
//! and language stand on the outer table too: some programs keep nothing around it.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Head, Invite};
use crate::invitation::colour::Colour;
use crate::invitation::safe::{header_safe, origin};
use crate::invitation::texts::fill;

/// How a paragraph looks.
pub const P: &str = "margin:0 0 20px";

const CARD: Colour = Colour::WHITE;
const CARD_DARK: Colour = Colour::new(0x1d, 0x22, 0x2a);

/// A mail: the company, the greeting, `body`, who signs; below the card `small` and the address.
pub fn page(head: &Head<'_>, subject: &str, body: &Markup, small: &Markup) -> Markup {
    let texts = head.texts();
    let (dir, align) = (texts.dir, if texts.right_to_left() { "right" } else { "left" });
    let font = format!("font-family:{};text-align:{align};", texts.font);
    html! {
        (DOCTYPE)
        html lang=(texts.lang) dir=(dir) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                // Else some mail programs turn numbers and addresses into links of their own.
                meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no";
                title { (subject) }
                style { (PreEscaped(dark_style(head))) }
            }
            body class="back" style="margin:0;padding:0;background:#eef1f4;-webkit-text-size-adjust:100%" {
                table role="presentation" class="back" lang=(texts.lang) dir=(dir) width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#eef1f4" {
                    tr {
                        td align="center" style="padding:16px 0" {
                            table role="presentation" dir=(dir) width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px" {
                                (card(head, align, &font, body))
                                (footer(head, align, &font, small))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn card(head: &Head<'_>, align: &str, font: &str, body: &Markup) -> Markup {
    let brand = head.colour.unwrap_or(Colour::DEFAULT);
    let words = format!("{font}font-size:16px;line-height:24px;color:#1c2430;");
    html! {
        tr {
            td class="card" align=(align) bgcolor="#ffffff" style={ "background:#ffffff;border-top:6px solid " (brand) ";border-radius:6px;padding:24px 16px;" (words) } {
                @if let Some(test) = head.test() {
                    p class="test" style={ (P) ";padding:8px 12px;border:2px dashed #8a5a00;background:#fff4d6;color:#4a3000;font-weight:600" } { (test) }
                }
                p class="name" style={ (P) ";font-weight:600;color:" (brand.readable_on(CARD)) } { (name(head)) }
                p style="margin:0 0 12px" { (head.fill_html(head.greeting())) }
                (body)
                p style="margin:0" { (broken(head.signature())) }
            }
        }
    }
}

/// The company, by its logo if it has one. Without images its name is read there.
fn name(head: &Head<'_>) -> Markup {
    let company = header_safe(head.company);
    match head.logo.filter(|logo| origin(logo).is_some()) {
        None => html! { bdi { (company) } },
        Some(logo) => html! {
            img class="logo" src=(logo) alt=(company) height="40" style="display:inline-block;height:40px;width:auto;max-width:100%;border:0;font-size:16px;line-height:24px";
        },
    }
}

/// Lines, each in its own writing direction.
fn broken(lines: impl Iterator<Item = String>) -> Markup {
    html! {
        @for (at, line) in lines.enumerate() {
            @if at > 0 { br; }
            bdi { (line) }
        }
    }
}

fn footer(head: &Head<'_>, align: &str, font: &str, small: &Markup) -> Markup {
    html! {
        tr {
            td class="soft" align=(align) style={ (font) "padding:16px 16px 24px;font-size:13px;line-height:20px;color:#4a5563" } {
                (small)
                p style="margin:0" { (broken(head.address_lines())) }
            }
        }
    }
}

/// A line of the small print.
pub fn soft(words: &Markup) -> Markup {
    html! { p style="margin:0 0 8px" { (words) } }
}

/// A link of the card, in the company's colour.
pub fn link(head: &Head<'_>, href: &str, words: &str) -> Markup {
    let colour = head.colour.unwrap_or(Colour::DEFAULT).readable_on(CARD);
    html! { a class="name" href=(href) style={ "font-weight:600;text-decoration:underline;color:" (colour) } { (words) } }
}

/// A link of the small print.
pub(super) fn small_link(href: &str, words: &str) -> Markup {
    html! { a class="soft" href=(href) style="color:#4a5563;text-decoration:underline" { (words) } }
}

/// One button a score.
pub(super) fn buttons(invite: &Invite<'_>) -> Markup {
    let texts = invite.head.texts();
    let brand = invite.head.colour.unwrap_or(Colour::DEFAULT);
    let scores: Vec<i16> = invite.question.scores().collect();
    // Six buttons of 48 px fit the narrowest phone; a longer scale is halved, side by side where there is room.
    let row = if scores.len() > 6 { scores.len().div_ceil(2) } else { scores.len().max(1) };
    let cell = if texts.right_to_left() { "padding:0 0 4px 4px" } else { "padding:0 4px 4px 0" };
    let link_style = format!(
        "font-family:{};display:block;width:44px;line-height:44px;border-radius:6px;text-align:center;\
         font-size:18px;font-weight:600;text-decoration:none;background:{brand};color:{}",
        texts.font,
        brand.text_on()
    );
    let label = |score: i16| fill(texts.mail.button, &[("score", &score.to_string())]);
    html! {
        @for row in scores.chunks(row) {
            // Tables that stand in a line wrap as words do, with no need for a style sheet.
            table role="presentation" dir=(texts.dir) cellpadding="0" cellspacing="0" border="0" style="display:inline-table;vertical-align:top" {
                tr {
                    @for score in row {
                        td style=(cell) {
                            table role="presentation" cellpadding="0" cellspacing="0" border="0" {
                                tr {
                                    td class="score" bgcolor=(brand) width="44" height="44" align="center" style={ "border-radius:6px;background:" (brand) } {
                                        a href=(invite.score_link(*score)) style=(link_style) aria-label=(label(*score)) { (score) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Dark colours. A dark brand would sink into the dark card, so its buttons gain an edge there; a logo
/// is drawn for white.
fn dark_style(head: &Head<'_>) -> String {
    let accent = head.colour.unwrap_or(Colour::DEFAULT).readable_on(CARD_DARK);
    format!(
        ":root{{color-scheme:light dark;supported-color-schemes:light dark}}\
         @media (prefers-color-scheme:dark){{\
         .back{{background:#12151a!important}}\
         .card{{background:{CARD_DARK}!important;color:#e8ebef!important}}\
         .name{{color:{accent}!important}}\
         .logo{{background:#ffffff;color:#1c2430;padding:4px;border-radius:4px}}\
         .soft{{color:#b4bcc8!important}}\
         .test{{background:#3a2e10!important;color:#ffdf9e!important;border-color:#ffdf9e!important}}\
         .score a{{box-shadow:0 0 0 1px {accent}}}\
         }}"
    )
}
