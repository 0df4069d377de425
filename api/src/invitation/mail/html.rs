//! The HTML part of the mail. Tables carry the layout, since some mail programs know nothing else;
//! every look is inline, and the style sheet only adds the dark colours for those that read it.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Invite;
use crate::invitation::colour::Colour;
use crate::invitation::safe::header_safe;

const FONT: &str = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";
const CARD: Colour = Colour::WHITE;
const CARD_DARK: Colour = Colour::new(0x1d, 0x22, 0x2a);

pub(super) fn render(invite: &Invite<'_>) -> Markup {
    let texts = invite.texts();
    html! {
        (DOCTYPE)
        html lang=(texts.lang) dir=(texts.dir) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                // Else some mail programs turn numbers and addresses into links of their own.
                meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no";
                title { (invite.subject()) }
                style { (PreEscaped(dark_style(invite))) }
            }
            body class="back" style="margin:0;padding:0;background:#eef1f4;-webkit-text-size-adjust:100%" {
                table role="presentation" class="back" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#eef1f4" {
                    tr {
                        td align="center" style="padding:16px 0" {
                            table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px" {
                                (card(invite))
                                (footer(invite))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn card(invite: &Invite<'_>) -> Markup {
    let texts = invite.texts();
    let brand = invite.colour.unwrap_or(Colour::DEFAULT);
    let words = format!("{FONT}font-size:16px;line-height:24px;color:#1c2430;");
    html! {
        tr {
            td class="card" bgcolor="#ffffff" style={ "background:#ffffff;border-top:6px solid " (brand) ";border-radius:6px;padding:24px 16px;" (words) } {
                p class="name" style={ "margin:0 0 20px;font-weight:600;color:" (brand.readable_on(CARD)) } { bdi { (header_safe(invite.company)) } }
                p style="margin:0 0 12px" { (invite.fill_html(invite.greeting())) }
                p style="margin:0 0 20px" { (texts.mail.intro) }
                h1 style={ (FONT) "margin:0 0 16px;font-size:20px;line-height:28px;font-weight:600" } dir="auto" { (header_safe(invite.question.text)) }
                (buttons(invite, brand))
                p class="soft" style={ (FONT) "margin:10px 0 24px;font-size:14px;line-height:22px;color:#4a5563" } {
                    @for (at, meaning) in texts.meanings(&invite.question).iter().enumerate() {
                        @if at > 0 { br; }
                        bdi { (meaning) }
                    }
                }
                p style="margin:0 0 20px" { (texts.mail.reply) }
                p style="margin:0" {
                    @for (at, line) in invite.signature().enumerate() {
                        @if at > 0 { br; }
                        bdi { (line) }
                    }
                }
            }
        }
    }
}

fn buttons(invite: &Invite<'_>, brand: Colour) -> Markup {
    let scores: Vec<i16> = invite.question.scores().collect();
    // Six buttons of 48 px fit the narrowest phone; a longer scale is halved, side by side where there is room.
    let row = if scores.len() > 6 { scores.len().div_ceil(2) } else { scores.len().max(1) };
    let link_style = format!(
        "{FONT}display:block;width:44px;line-height:44px;border-radius:6px;text-align:center;font-size:18px;\
         font-weight:600;text-decoration:none;background:{brand};color:{}",
        brand.text_on()
    );
    html! {
        @for row in scores.chunks(row) {
            // Tables that stand in a line wrap as words do, with no need for a style sheet.
            table role="presentation" cellpadding="0" cellspacing="0" border="0" style="display:inline-table;vertical-align:top" {
                tr {
                    @for score in row {
                        td style="padding:0 4px 4px 0" {
                            table role="presentation" cellpadding="0" cellspacing="0" border="0" {
                                tr {
                                    td class="score" bgcolor=(brand) width="44" height="44" align="center" style={ "border-radius:6px;background:" (brand) } {
                                        a href=(invite.score_link(*score)) style=(link_style) aria-label=(label(invite, *score)) { (score) }
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

fn label(invite: &Invite<'_>, score: i16) -> String {
    crate::invitation::texts::fill(invite.texts().mail.button, &[("score", &score.to_string())])
}

fn footer(invite: &Invite<'_>) -> Markup {
    let texts = &invite.texts().mail;
    html! {
        tr {
            td class="soft" style={ (FONT) "padding:16px 16px 24px;font-size:13px;line-height:20px;color:#4a5563" } {
                p style="margin:0 0 8px" { (invite.fill_html(texts.why)) }
                p style="margin:0 0 8px" {
                    a class="soft" href=(invite.unsubscribe) style="color:#4a5563;text-decoration:underline" { (texts.unsubscribe) }
                }
                p style="margin:0" {
                    @for (at, line) in invite.address_lines().enumerate() {
                        @if at > 0 { br; }
                        bdi { (line) }
                    }
                }
            }
        }
    }
}

/// Dark colours. A dark brand would sink into the dark card, so its buttons gain an edge there.
fn dark_style(invite: &Invite<'_>) -> String {
    let accent = invite.colour.unwrap_or(Colour::DEFAULT).readable_on(CARD_DARK);
    format!(
        ":root{{color-scheme:light dark;supported-color-schemes:light dark}}\
         @media (prefers-color-scheme:dark){{\
         .back{{background:#12151a!important}}\
         .card{{background:{CARD_DARK}!important;color:#e8ebef!important}}\
         .name{{color:{accent}!important}}\
         .soft{{color:#b4bcc8!important}}\
         .score a{{box-shadow:0 0 0 1px {accent}}}\
         }}"
    )
}
