//! German.

use super::{
    ChangedTexts, CommentTexts, MailTexts, PageTexts, PreferencesTexts, PromiseTexts, QuestionTexts, ReminderTexts,
    Texts,
};

pub(super) static DE: Texts = Texts {
    lang: "de",
    dir: "ltr",
    font: "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif",
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    first_day: "1",
    instant: "{day}. {month} {year}, {time} Uhr ({zone})",
    meaning: "{score} = {meaning}",
    mail: MailTexts {
        subject_nps: "{company}: Würden Sie uns weiterempfehlen?",
        subject_csat: "{company}: Wie zufrieden waren Sie mit unserem Service?",
        subject_ces: "{company}: Wie einfach haben wir es Ihnen gemacht?",
        subject_other: "{company}: Ihre Meinung ist uns wichtig",
        greeting: "Guten Tag {name},",
        greeting_nobody: "Guten Tag,",
        intro: "eine Frage, zehn Sekunden: Bitte wählen Sie die Zahl, die für Sie zutrifft. Auf der Seite, \
                die sich dann öffnet, können Sie einen Kommentar hinzufügen.",
        intro_more: "bitte wählen Sie die Zahl, die für Sie zutrifft. Auf der Seite, die sich dann öffnet, folgen \
                noch einige Fragen.",
        reminders: [
            ReminderTexts {
                subject: "{company}: Dürfen wir noch mit Ihrer Meinung rechnen?",
                intro: "vor einigen Tagen haben wir Sie um Ihre Meinung gebeten. Wir würden sie weiterhin gern \
                hören, und eine Zahl genügt. Falls Sie inzwischen geantwortet haben: vielen Dank, und bitte \
                betrachten Sie diese E-Mail als gegenstandslos.",
            },
            ReminderTexts {
                subject: "{company}: Letzte Erinnerung",
                intro: "dies ist unsere letzte Erinnerung an diese Frage. Wenn Sie zehn Sekunden Zeit haben, wählen \
                Sie bitte die Zahl, die für Sie zutrifft. Andernfalls brauchen Sie nichts weiter zu tun.",
            },
        ],
        button: "Mit {score} antworten",
        reply: "Sie können auch einfach auf diese E-Mail antworten. Ihre Nachricht wird von einem Menschen \
                gelesen.",
        why: "Sie erhalten diese E-Mail, weil Sie mit {company} zusammenarbeiten.",
        unsubscribe: "Abmelden oder Umfragen auswählen",
        test: "Dies ist ein Test. Was Sie hier auswählen, wird nicht gespeichert.",
    },
    changed: ChangedTexts {
        subject: "{company}: Ihre Antwort wurde geändert",
        intro: "Ihre Antwort auf unsere Umfrage wurde am {at} geändert.",
        if_you: "Wenn Sie das selbst waren, brauchen Sie nichts zu tun.",
        if_not: "Wenn Sie es nicht waren, antworten Sie bitte auf diese E-Mail. Solange sich Ihre Antwort \
                ändern lässt, können Sie sie auch selbst berichtigen:",
        open: "Meine Antwort öffnen",
        why: "Dies ist eine Nachricht zu Ihrer eigenen Antwort. Sie wird unabhängig davon versandt, ob Sie \
                Umfragen erhalten.",
    },
    page: PageTexts {
        comment: "Was ist der wichtigste Grund für Ihre Bewertung?",
        comment_hint: "Freiwillig, höchstens 5.000 Zeichen.",
        comment_kept: "Freiwillig, höchstens 5.000 Zeichen. Wenn Sie das Feld leer lassen, bleibt Ihr bisheriger \
                Kommentar bestehen.",
        submit: "Antwort senden",
        submit_change: "Antwort ändern",
        next: "Weiter",
        progress: "Schritt {step} von {steps}",
        further: "Noch einige Fragen",
        optional: "Freiwillig.",
        choose_all: "Mehrere Antworten sind möglich.",
        text_hint: "Höchstens 5.000 Zeichen.",
        answered: "Sie haben mit {score} auf einer Skala von {min} bis {max} geantwortet.",
        can_change: "Sie können Ihre Antwort bis zum {until} ändern.",
        change: "Antwort ändern",
        closed: "Ihre Antwort lässt sich hier nicht mehr ändern. Falls etwas fehlt, antworten Sie bitte auf \
                unsere E-Mail.",
        thanks: "Vielen Dank!",
        thanks_more: "Ihre Antwort ist bei {company} eingegangen.",
        already: "Sie haben bereits geantwortet",
        expired: "Diese Umfrage ist abgeschlossen",
        expired_more: "Antworten sind nicht mehr möglich. Wenn Sie uns noch etwas mitteilen möchten, antworten Sie \
                bitte auf unsere E-Mail.",
        revoked: "Dieser Link ist nicht mehr gültig",
        revoked_more: "Die Einladung wurde zurückgezogen. Wenn Sie uns noch etwas mitteilen möchten, antworten Sie \
                bitte auf unsere E-Mail.",
        unknown: "Dieser Link funktioniert nicht",
        unknown_more: "Bitte öffnen Sie ihn noch einmal aus der E-Mail, die Sie erhalten haben, und achten Sie \
                darauf, dass er vollständig ist.",
        preview: "Dies ist eine Vorschau. Was Sie hier auswählen, wird nicht gesendet.",
        error_title: "Bitte prüfen Sie Ihre Antwort",
        error_score: "Bitte wählen Sie eine Zahl von {min} bis {max}.",
        error_choice: "Bitte wählen Sie eine Antwort.",
        error_choices: "Bitte wählen Sie mindestens eine Antwort.",
        error_missing: "Bitte geben Sie eine Antwort ein.",
        error_long: "Bitte bleiben Sie unter der Grenze von 5.000 Zeichen. Zurzeit sind es {count}.",
        error_unreadable: "Ihr Text konnte nicht gelesen werden. Bitte geben Sie ihn noch einmal ein.",
        languages: "Andere Sprachen",
    },
    promise: PromiseTexts {
        confidential: "Ihre Antworten werden nur zusammen mit anderen gezeigt, nie mit Ihrem Namen.",
        anonymous: "Ihre Antworten werden ohne Ihren Namen gespeichert und nur zusammen mit anderen gezeigt.",
        reminder: "Diese Erinnerung erhalten alle, die gefragt wurden, ob sie geantwortet haben oder nicht. \
                Wenn Sie schon geantwortet haben, müssen Sie nichts weiter tun.",
        intro: "eine Frage, zehn Sekunden: Bitte wählen Sie die Zahl, die für Sie zutrifft.",
    },
    preferences: PreferencesTexts {
        title: "Umfragen von {company}",
        intro: "Welche Umfragen dürfen wir Ihnen senden?",
        relationship: "Zu unserer Zusammenarbeit",
        relationship_hint: "Von Zeit zu Zeit: ob Sie uns weiterempfehlen würden.",
        service: "Zu einem Service, den Sie erhalten haben",
        service_hint: "Im Anschluss: wie zufrieden Sie waren und wie einfach es war.",
        goes_on: "Nachrichten zu unserer Zusammenarbeit, etwa Antworten auf Ihre Anfragen, erhalten Sie \
                weiterhin.",
        save: "Speichern",
        none: "Keine davon mehr",
        saved: "Ihre Auswahl ist gespeichert.",
        done: "Sie sind abgemeldet",
        done_more: "{company} sendet Ihnen keine Umfragen mehr.",
    },
    entrance: super::entrance::de::TEXTS,
    nps: QuestionTexts {
        text: "Wie wahrscheinlich ist es, dass Sie uns einem Freund oder Kollegen weiterempfehlen?",
        low: "Äußerst unwahrscheinlich",
        high: "Äußerst wahrscheinlich",
        comment: CommentTexts {
            high: "Was schätzen Sie an der Zusammenarbeit mit uns am meisten?",
            middle: "Was müssten wir tun, um eine höhere Bewertung zu verdienen?",
            low: "Was sollten wir als Erstes besser machen?",
        },
    },
    csat: QuestionTexts {
        text: "Wie zufrieden waren Sie mit dem Service, den Sie gerade erhalten haben?",
        low: "Sehr unzufrieden",
        high: "Sehr zufrieden",
        comment: CommentTexts {
            high: "Was haben wir besonders gut gemacht?",
            middle: "Was hätten wir besser machen können?",
            low: "Was ist schiefgelaufen?",
        },
    },
    ces: QuestionTexts {
        text: "Inwieweit stimmen Sie der folgenden Aussage zu: „Das Unternehmen hat es mir leicht gemacht, \
                mein Anliegen zu klären.“",
        low: "Stimme überhaupt nicht zu",
        high: "Stimme voll und ganz zu",
        comment: CommentTexts {
            high: "Was hat es Ihnen leicht gemacht?",
            middle: "Was hätte einfacher sein können?",
            low: "Was hat es Ihnen schwer gemacht?",
        },
    },
};
