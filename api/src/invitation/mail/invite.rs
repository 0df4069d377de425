//! The mail that asks, with one link per score.

use entity::{SurveyKind, SurveyMode};
use maud::{Markup, html};

use super::html::{P, buttons, page, small_link, soft};
use super::{Head, Message};
use crate::invitation::question::Question;
use crate::invitation::safe::header_safe;
use crate::invitation::texts::Custom;

/// All that one invitation's mail needs.
#[derive(Clone, Copy, Debug)]
pub struct Invite<'a> {
    pub head: Head<'a>,
    pub question: Question<'a>,
    /// Whether further questions follow on the page.
    pub more: bool,
    /// What becomes of who answers.
    pub mode: SurveyMode,
    pub step: Step,
    /// `https://host/s/TOKEN`, without a query.
    pub link: &'a str,
    /// `https://host/u/TOKEN`.
    pub unsubscribe: &'a str,
    /// The company's own subject, with variables.
    pub subject: Option<&'a str>,
    /// The company's own introduction, with variables; line breaks are kept.
    pub intro: Option<&'a str>,
}

/// Which mail of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Invitation,
    Reminder,
    LastReminder,
}

impl Invite<'_> {
    pub fn render(&self) -> Message {
        Message { subject: self.subject(), html: self.html().into_string(), text: self.text() }
    }

    /// The link that opens the page with `score` chosen. Only sending the page's form records it.
    pub fn score_link(&self, score: i16) -> String {
        format!("{}?score={score}", self.link)
    }

    fn subject(&self) -> String {
        let texts = &self.head.texts().mail;
        let [second, third] = &texts.reminders;
        let pattern = match (self.subject, self.step, self.question.kind) {
            (Some(own), ..) => own,
            (None, Step::Reminder, _) => second.subject,
            (None, Step::LastReminder, _) => third.subject,
            (None, Step::Invitation, SurveyKind::Nps) => texts.subject_nps,
            (None, Step::Invitation, SurveyKind::Csat) => texts.subject_csat,
            (None, Step::Invitation, SurveyKind::Ces) => texts.subject_ces,
            (None, Step::Invitation, SurveyKind::Relationship | SurveyKind::SelfAssessment) => texts.subject_other,
        };
        self.own(pattern).line()
    }

    fn intro(&self) -> Custom<'_> {
        let texts = &self.head.texts().mail;
        let [second, third] = &texts.reminders;
        self.own(match (self.intro, self.step, self.more) {
            (Some(own), ..) => own,
            (None, Step::Reminder, _) => second.intro,
            (None, Step::LastReminder, _) => third.intro,
            (None, Step::Invitation, true) => texts.intro_more,
            // Of words nothing is said where none are taken.
            (None, Step::Invitation, false) if self.mode.is_quiet() => self.head.texts().promise.intro,
            (None, Step::Invitation, false) => texts.intro,
        })
    }

    /// What is promised, and in reminders that they go to all.
    fn promise(&self) -> Option<String> {
        let promise = &self.head.texts().promise;
        let words = promise.of(self.mode)?;
        Some(if self.step == Step::Invitation { words.to_owned() } else { format!("{words} {}", promise.reminder) })
    }

    /// Who replies is known by it: only where answers are, is it asked for.
    fn reply(&self) -> Option<&'static str> {
        (!self.mode.is_quiet()).then_some(self.head.texts().mail.reply)
    }

    fn own<'p>(&'p self, pattern: &'p str) -> Custom<'p> {
        Custom { pattern, values: self.head.values() }
    }

    fn text(&self) -> String {
        let texts = self.head.texts();
        let mut body = vec![self.intro().text(), String::new()];
        body.extend(self.promise().into_iter().flat_map(|promise| [promise, String::new()]));
        body.extend([
            header_safe(self.question.text),
            header_safe(&texts.meanings(&self.question).join(", ")),
            String::new(),
        ]);
        let width = self.question.max.to_string().len();
        body.extend(self.question.scores().map(|score| format!("{score:>width$}  {}", self.score_link(score))));
        body.extend(self.reply().into_iter().flat_map(|reply| [String::new(), reply.to_owned()]));
        let way_out = format!("{}: {}", texts.mail.unsubscribe, self.unsubscribe);
        self.head.letter(body, [self.head.fill(texts.mail.why), way_out])
    }

    fn html(&self) -> Markup {
        let (head, texts) = (&self.head, self.head.texts());
        let body = html! {
            p style=(P) { (self.intro().html()) }
            @if let Some(promise) = self.promise() { p style=(P) { (promise) } }
            h1 style="margin:0 0 16px;font-size:20px;line-height:28px;font-weight:600" dir="auto" { (header_safe(self.question.text)) }
            (buttons(self))
            p class="soft" style="margin:10px 0 24px;font-size:14px;line-height:22px;color:#4a5563" {
                @for (at, meaning) in texts.meanings(&self.question).iter().enumerate() {
                    @if at > 0 { br; }
                    bdi { (meaning) }
                }
            }
            @if let Some(reply) = self.reply() { p style=(P) { (reply) } }
        };
        let small = html! {
            (soft(&head.fill_html(texts.mail.why)))
            (soft(&small_link(self.unsubscribe, texts.mail.unsubscribe)))
        };
        page(head, &self.subject(), &body, &small)
    }
}
