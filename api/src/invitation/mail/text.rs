//! The text part of the mail: what a reader without HTML gets.

use super::Invite;
use crate::invitation::safe::header_safe;
use crate::invitation::texts::fill;

pub(super) fn render(invite: &Invite<'_>) -> String {
    let texts = invite.texts();
    let mut lines = vec![
        invite.fill(invite.greeting()),
        String::new(),
        texts.mail.intro.to_owned(),
        String::new(),
        header_safe(invite.question.text),
        header_safe(&texts.meanings(&invite.question).join(", ")),
        String::new(),
    ];
    let width = invite.question.max.to_string().len();
    lines.extend(invite.question.scores().map(|score| format!("{score:>width$}  {}", invite.score_link(score))));
    lines.extend([String::new(), texts.mail.reply.to_owned(), String::new()]);
    lines.extend(invite.signature());
    // "-- " and what follows it are folded away by mail programs: the right place for the small print.
    lines.extend(["-- ".to_owned(), fill(texts.mail.why, &invite.values())]);
    lines.push(format!("{}: {}", texts.mail.unsubscribe, invite.unsubscribe));
    lines.extend(invite.address_lines());
    lines.push(String::new());
    lines.join("\n")
}
