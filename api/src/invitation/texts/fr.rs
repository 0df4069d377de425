//! French.

use super::{
    ChangedTexts, CommentTexts, MailTexts, PageTexts, PreferencesTexts, PromiseTexts, QuestionTexts, ReminderTexts,
    Texts,
};

pub(super) static FR: Texts = Texts {
    lang: "fr",
    dir: "ltr",
    font: "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif",
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    first_day: "1er",
    instant: "{day} {month} {year} à {time} ({zone})",
    meaning: "{score} = {meaning}",
    mail: MailTexts {
        subject_nps: "{company}\u{a0}: nous recommanderiez-vous\u{202f}?",
        subject_csat: "{company}\u{a0}: que pensez-vous de notre service\u{202f}?",
        subject_ces: "{company}\u{a0}: vous avons-nous facilité la tâche\u{202f}?",
        subject_other: "{company}\u{a0}: votre avis nous intéresse",
        greeting: "Bonjour {name},",
        greeting_nobody: "Bonjour,",
        intro: "Une question, dix secondes\u{a0}: veuillez choisir la note qui correspond à votre avis. Vous \
                pourrez ajouter un commentaire sur la page qui s’ouvrira.",
        intro_more: "Veuillez choisir la note qui correspond à votre avis. Quelques autres questions suivront sur \
                la page qui s’ouvrira.",
        reminders: [
            ReminderTexts {
                subject: "{company}\u{a0}: pouvons-nous encore compter sur votre avis\u{202f}?",
                intro: "Il y a quelques jours, nous vous avons demandé votre avis. Il nous intéresse toujours, et \
                une simple note suffit. Si vous avez répondu entre-temps, nous vous en remercions et vous \
                prions de ne pas tenir compte de ce message.",
            },
            ReminderTexts {
                subject: "{company}\u{a0}: dernier rappel",
                intro: "Ceci est notre dernier rappel à propos de cette question. Si vous avez dix secondes, \
                veuillez choisir la note qui correspond à votre avis. Sinon, vous n’avez rien à faire.",
            },
        ],
        button: "Répondre {score}",
        reply: "Vous pouvez aussi simplement répondre à ce message. Une personne le lira.",
        why: "Vous recevez ce message parce que vous travaillez avec {company}.",
        unsubscribe: "Se désabonner ou choisir les enquêtes à recevoir",
        test: "Ceci est un test. Rien de ce que vous choisissez ici n’est enregistré.",
    },
    changed: ChangedTexts {
        subject: "{company}\u{a0}: votre réponse a été modifiée",
        intro: "Votre réponse à notre enquête a été modifiée le {at}.",
        if_you: "Si c’était vous, vous n’avez rien à faire.",
        if_not: "Si ce n’était pas vous, veuillez répondre à ce message. Tant que votre réponse est \
                modifiable, vous pouvez aussi la corriger vous-même\u{a0}:",
        open: "Ouvrir ma réponse",
        why: "Ce message concerne votre propre réponse. Il est envoyé que vous receviez ou non des \
                enquêtes.",
    },
    page: PageTexts {
        comment: "Quelle est la raison principale de votre note\u{202f}?",
        comment_hint: "Facultatif, 5\u{202f}000 caractères au maximum.",
        comment_kept: "Facultatif, 5\u{202f}000 caractères au maximum. Si vous laissez ce champ vide, votre \
                commentaire précédent est conservé.",
        submit: "Envoyer la réponse",
        submit_change: "Modifier la réponse",
        next: "Continuer",
        progress: "Étape {step} sur {steps}",
        further: "Encore quelques questions",
        optional: "Facultatif.",
        choose_all: "Plusieurs réponses sont possibles.",
        text_hint: "5\u{202f}000 caractères au maximum.",
        answered: "Vous avez répondu {score} sur une échelle de {min} à {max}.",
        can_change: "Vous pouvez modifier votre réponse jusqu’au {until}.",
        change: "Modifier votre réponse",
        closed: "Votre réponse ne peut plus être modifiée ici. S’il manque quelque chose, veuillez répondre à \
                notre message.",
        thanks: "Merci\u{202f}!",
        thanks_more: "Votre réponse est bien parvenue à {company}.",
        already: "Vous avez déjà répondu",
        expired: "Cette enquête est terminée",
        expired_more: "Il n’est plus possible de répondre. Si vous souhaitez encore nous dire quelque chose, \
                veuillez répondre à notre message.",
        revoked: "Ce lien n’est plus valable",
        revoked_more: "L’invitation a été retirée. Si vous souhaitez encore nous dire quelque chose, veuillez \
                répondre à notre message.",
        unknown: "Ce lien ne fonctionne pas",
        unknown_more: "Veuillez l’ouvrir de nouveau depuis le message que vous avez reçu et vérifier qu’il est \
                complet.",
        preview: "Ceci est un aperçu. Rien de ce que vous choisissez ici n’est envoyé.",
        error_title: "Veuillez vérifier votre réponse",
        error_score: "Veuillez choisir une note de {min} à {max}.",
        error_choice: "Veuillez choisir une réponse.",
        error_choices: "Veuillez choisir au moins une réponse.",
        error_missing: "Veuillez saisir une réponse.",
        error_long: "Veuillez ne pas dépasser 5\u{202f}000 caractères. Votre texte en compte actuellement \
                {count}.",
        error_unreadable: "Votre texte n’a pas pu être lu. Veuillez le saisir de nouveau.",
        languages: "Autres langues",
    },
    promise: PromiseTexts {
        confidential: "Vos réponses ne sont montrées qu’avec celles d’autres personnes, jamais avec votre nom.",
        anonymous: "Vos réponses sont conservées sans votre nom et ne sont montrées qu’avec celles d’autres \
                personnes.",
        reminder: "Toutes les personnes interrogées reçoivent ce rappel, qu’elles aient répondu ou non. Si vous \
                avez déjà répondu, vous n’avez rien d’autre à faire.",
        intro: "Une question, dix secondes\u{a0}: veuillez choisir la note qui correspond à votre avis.",
    },
    preferences: PreferencesTexts {
        title: "Enquêtes de {company}",
        intro: "Quelles enquêtes pouvons-nous vous envoyer\u{202f}?",
        relationship: "Sur notre collaboration",
        relationship_hint: "De temps à autre\u{a0}: si vous nous recommanderiez.",
        service: "Sur un service reçu",
        service_hint: "Après coup\u{a0}: votre satisfaction et la facilité de la démarche.",
        goes_on: "Les messages liés à notre collaboration, par exemple les réponses à vos demandes, vous \
                parviendront toujours.",
        save: "Enregistrer",
        none: "Plus aucune de ces enquêtes",
        saved: "Votre choix est enregistré.",
        done: "Vous êtes désabonné(e)",
        done_more: "{company} ne vous enverra plus d’enquêtes.",
    },
    entrance: super::entrance::fr::TEXTS,
    nps: QuestionTexts {
        text: "Quelle est la probabilité que vous recommandiez notre entreprise à un ami ou à un \
                collègue\u{202f}?",
        low: "Pas du tout probable",
        high: "Extrêmement probable",
        comment: CommentTexts {
            high: "Qu’appréciez-vous le plus dans notre collaboration\u{202f}?",
            middle: "Que devrions-nous faire pour mériter une meilleure note\u{202f}?",
            low: "Que devrions-nous améliorer en priorité\u{202f}?",
        },
    },
    csat: QuestionTexts {
        text: "Quel est votre niveau de satisfaction concernant le service que vous venez de \
                recevoir\u{202f}?",
        low: "Très insatisfait(e)",
        high: "Très satisfait(e)",
        comment: CommentTexts {
            high: "Qu’avons-nous fait de particulièrement bien\u{202f}?",
            middle: "Qu’aurions-nous pu mieux faire\u{202f}?",
            low: "Qu’est-ce qui n’a pas été\u{202f}?",
        },
    },
    ces: QuestionTexts {
        text: "Dans quelle mesure êtes-vous d’accord avec l’affirmation suivante\u{a0}: «\u{a0}L’entreprise \
                m’a permis de traiter ma demande facilement.\u{a0}»",
        low: "Pas du tout d’accord",
        high: "Tout à fait d’accord",
        comment: CommentTexts {
            high: "Qu’est-ce qui vous a facilité la tâche\u{202f}?",
            middle: "Qu’est-ce qui aurait pu être plus simple\u{202f}?",
            low: "Qu’est-ce qui vous a compliqué la tâche\u{202f}?",
        },
    },
};
