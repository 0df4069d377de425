//! German.

use super::{EntranceTexts, LinkTexts, MovedTexts};

pub const TEXTS: EntranceTexts = EntranceTexts {
    sign_in: LinkTexts {
        subject: "{company}: Ihr Anmeldelink",
        intro: "Mit diesem Link melden Sie sich bei {company} an. Er gilt einmal und 15 Minuten lang.",
        open: "Anmelden",
    },
    invite: LinkTexts {
        subject: "{company}: Sie sind eingeladen",
        intro: "Sie sind eingeladen, bei {company} mit Kunden zu arbeiten. Mit diesem Link wählen Sie Ihr Passwort. Er gilt einmal und sieben Tage lang.",
        open: "Mein Passwort wählen",
    },
    reset: LinkTexts {
        subject: "{company}: Wählen Sie ein neues Passwort",
        intro: "Mit diesem Link wählen Sie ein neues Passwort für {company}. Er gilt einmal und eine Stunde lang.",
        open: "Neues Passwort wählen",
    },
    moved: MovedTexts {
        subject: "{company}: Ihre Mailadresse wurde geändert",
        intro: "Diese Mailadresse ist nicht mehr die, die {company} für Sie bei {account} führt. Wer mit ihr angemeldet war, ist abgemeldet, und Anmeldelinks gehen von nun an an eine andere Adresse.",
        if_not: "Wenn Sie von dieser Änderung nichts wissen, antworten Sie bitte gleich auf diese Nachricht.",
        why: "Sie erhalten diese Nachricht, weil Sie sich früher mit dieser Adresse angemeldet haben.",
    },
    for_account: "Für {account} anmelden",
    if_not: "Wenn Sie das nicht erwartet haben, müssen Sie nichts tun: Ohne den Link geschieht nichts.",
    why: "Sie erhalten diese Nachricht, weil mit Ihrer Adresse ein Link angefordert wurde.",
    why_invited: "Sie erhalten diese Nachricht, weil die Verwaltung von {company} Sie eingeladen hat.",
    in_title: "Bei {company} anmelden",
    in_as: "Sie melden sich an als {name}, {account}.",
    in_button: "Jetzt anmelden",
    in_done: "Sie sind angemeldet",
    in_owner: "{owner} betreut Sie bei {company}.",
    in_nobody: "{company} betreut Sie.",
    in_token: "Zugriffstoken für Entwickler",
    title: "Passwort wählen",
    address: "Mailadresse",
    password: "Passwort",
    again: "Dasselbe Passwort noch einmal",
    rule: "Mindestens 15 Zeichen, zum Beispiel vier Wörter. Nicht Ihr Name und keine Wörter, die alle zuerst probieren.",
    save: "Passwort speichern",
    saved: "Ihr Passwort ist gesetzt",
    saved_more: "Sie können sich jetzt damit anmelden. Alle früheren Anmeldungen sind beendet.",
    error_rule: "Bitte wählen Sie ein anderes Passwort: mindestens 15 Zeichen, nicht Ihr Name und keine Wörter, die alle zuerst probieren.",
    error_again: "Die beiden Passwörter unterscheiden sich. Bitte tippen Sie zweimal dasselbe.",
    gone: "Dieser Link gilt nicht mehr",
    gone_more: "Er gilt einmal und nur kurze Zeit. Bitte fordern Sie einen neuen an.",
};
