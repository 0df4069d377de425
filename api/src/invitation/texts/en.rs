//! English.

use super::{
    ChangedTexts, CommentTexts, MailTexts, PageTexts, PreferencesTexts, PromiseTexts, QuestionTexts, ReminderTexts,
    Texts,
};

pub(super) static EN: Texts = Texts {
    lang: "en",
    dir: "ltr",
    font: "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    first_day: "1",
    instant: "{day} {month} {year}, {time} {zone}",
    meaning: "{score} = {meaning}",
    mail: MailTexts {
        subject_nps: "{company}: would you recommend us?",
        subject_csat: "{company}: how was our service?",
        subject_ces: "{company}: how easy did we make it?",
        subject_other: "{company}: we would like your opinion",
        greeting: "Hello {name},",
        greeting_nobody: "Hello,",
        intro: "One question, ten seconds: please choose the number that fits. You can add a comment on the \
                page that opens.",
        intro_more: "Please choose the number that fits. A few more questions follow on the page that opens.",
        reminders: [
            ReminderTexts {
                subject: "{company}: may we still hear your opinion?",
                intro: "A few days ago we asked for your opinion. We would still like to hear it, and one number is \
                enough. If you have answered in the meantime: thank you, and please ignore this mail.",
            },
            ReminderTexts {
                subject: "{company}: a last reminder",
                intro: "This is our last reminder about this question. If you can spare ten seconds, please choose \
                the number that fits. If not, there is nothing you need to do.",
            },
        ],
        button: "Answer {score}",
        reply: "You can also simply reply to this mail. A person reads it.",
        why: "You receive this mail because you work with {company}.",
        unsubscribe: "Unsubscribe or choose which surveys you receive",
        test: "This is a test. Nothing you choose here is recorded.",
    },
    changed: ChangedTexts {
        subject: "{company}: your answer was changed",
        intro: "Your answer to our survey was changed on {at}.",
        if_you: "If this was you, there is nothing you need to do.",
        if_not: "If it was not you, please reply to this mail. As long as your answer can be changed, you can \
                also correct it yourself:",
        open: "Open my answer",
        why: "This is a message about your own answer. It is sent whether or not you receive surveys.",
    },
    page: PageTexts {
        comment: "What is the main reason for your score?",
        comment_hint: "Optional, up to 5,000 characters.",
        comment_kept: "Optional, up to 5,000 characters. If you leave this empty, your earlier comment stays.",
        submit: "Send answer",
        submit_change: "Change answer",
        next: "Continue",
        progress: "Step {step} of {steps}",
        further: "A few more questions",
        optional: "Optional.",
        choose_all: "Choose all that apply.",
        text_hint: "Up to 5,000 characters.",
        answered: "You answered {score} on a scale from {min} to {max}.",
        can_change: "You can change your answer until {until}.",
        change: "Change your answer",
        closed: "Your answer can no longer be changed here. If something is missing, please reply to our \
                mail.",
        thanks: "Thank you!",
        thanks_more: "Your answer has reached {company}.",
        already: "You have already answered",
        expired: "This survey has closed",
        expired_more: "It no longer takes answers. If you would still like to tell us something, please reply to \
                our mail.",
        revoked: "This link is no longer valid",
        revoked_more: "The invitation was withdrawn. If you would still like to tell us something, please reply to \
                our mail.",
        unknown: "This link does not work",
        unknown_more: "Please open it again from the mail you received, and make sure that it is complete.",
        preview: "This is a preview. Nothing you choose here is sent.",
        error_title: "Please check your answer",
        error_score: "Please choose a number from {min} to {max}.",
        error_choice: "Please choose an answer.",
        error_choices: "Please choose at least one answer.",
        error_missing: "Please write an answer.",
        error_long: "Please keep your comment within 5,000 characters. It has {count} now.",
        error_unreadable: "Your comment could not be read. Please write it again.",
        languages: "Other languages",
    },
    promise: PromiseTexts {
        confidential: "Your answers are shown only together with others, never with your name.",
        anonymous: "Your answers are kept without your name, and shown only together with others.",
        reminder: "Everybody who was asked receives this reminder, whether or not they have answered. If you \
                have, there is nothing more you need to do.",
        intro: "One question, ten seconds: please choose the number that fits.",
    },
    preferences: PreferencesTexts {
        title: "Surveys from {company}",
        intro: "Which surveys may we send you?",
        relationship: "About our work together",
        relationship_hint: "Now and then: whether you would recommend us.",
        service: "About a service you received",
        service_hint: "Afterwards: how satisfied you were and how easy it was.",
        goes_on: "Messages about our work together, such as replies to your requests, go on in any case.",
        save: "Save",
        none: "None of these any more",
        saved: "Your choice is saved.",
        done: "You are unsubscribed",
        done_more: "{company} will not send you surveys any more.",
    },
    entrance: super::entrance::en::TEXTS,
    nps: QuestionTexts {
        text: "How likely are you to recommend our company to a friend or colleague?",
        low: "Not at all likely",
        high: "Extremely likely",
        comment: CommentTexts {
            high: "What do you value most about working with us?",
            middle: "What would make us worth a higher score?",
            low: "What should we do better first?",
        },
    },
    csat: QuestionTexts {
        text: "How satisfied were you with the service you just received?",
        low: "Very dissatisfied",
        high: "Very satisfied",
        comment: CommentTexts {
            high: "What did we do especially well?",
            middle: "What could we have done better?",
            low: "What went wrong for you?",
        },
    },
    ces: QuestionTexts {
        text: "To what extent do you agree with this statement: “The company made it easy for me to handle \
                my request.”",
        low: "Strongly disagree",
        high: "Strongly agree",
        comment: CommentTexts {
            high: "What made it easy for you?",
            middle: "What could have been easier?",
            low: "What made it hard for you?",
        },
    },
};
