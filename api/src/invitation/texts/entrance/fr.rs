//! French.

use super::{EntranceTexts, LinkTexts, MovedTexts};

pub const TEXTS: EntranceTexts = EntranceTexts {
    sign_in: LinkTexts {
        subject: "{company}\u{a0}: votre lien de connexion",
        intro: "Avec ce lien, vous vous connectez chez {company}. Il fonctionne une seule fois, pendant 15 minutes.",
        open: "Se connecter",
    },
    invite: LinkTexts {
        subject: "{company}\u{a0}: vous êtes invité(e)",
        intro: "Vous êtes invité(e) à suivre des clients chez {company}. Avec ce lien, vous choisissez votre mot de passe. Il fonctionne une seule fois, pendant sept jours.",
        open: "Choisir mon mot de passe",
    },
    reset: LinkTexts {
        subject: "{company}\u{a0}: choisissez un nouveau mot de passe",
        intro: "Avec ce lien, vous choisissez un nouveau mot de passe pour {company}. Il fonctionne une seule fois, pendant une heure.",
        open: "Choisir un nouveau mot de passe",
    },
    moved: MovedTexts {
        subject: "{company}\u{a0}: votre adresse de messagerie a été modifiée",
        intro: "Cette adresse n’est plus celle que {company} conserve pour vous chez {account}. Toute personne connectée avec elle est déconnectée, et les liens de connexion sont désormais envoyés à une autre adresse.",
        if_not: "Si vous n’êtes pas au courant de cette modification, veuillez répondre sans attendre à ce message.",
        why: "Vous recevez ce message parce que vous vous êtes déjà connecté(e) avec cette adresse.",
    },
    for_account: "Se connecter pour {account}",
    if_not: "Si vous n’attendiez pas ce message, vous n’avez rien à faire\u{a0}: sans le lien, il ne se passe rien.",
    why: "Vous recevez ce message parce qu’un lien a été demandé avec votre adresse.",
    why_invited: "Vous recevez ce message parce que l’administration de {company} vous a invité(e).",
    in_title: "Se connecter chez {company}",
    in_as: "Vous vous connectez en tant que {name}, {account}.",
    in_button: "Me connecter",
    in_done: "Vous êtes connecté(e)",
    in_owner: "{owner} s’occupe de vous chez {company}.",
    in_nobody: "{company} s’occupe de vous.",
    in_token: "Jeton d’accès pour les développeurs",
    title: "Choisir un mot de passe",
    address: "Adresse électronique",
    password: "Mot de passe",
    again: "Le même mot de passe, encore une fois",
    rule: "Au moins 15 caractères, par exemple quatre mots. Ni votre nom, ni des mots que tout le monde essaie en premier.",
    save: "Enregistrer le mot de passe",
    saved: "Votre mot de passe est enregistré",
    saved_more: "Vous pouvez maintenant vous connecter avec lui. Toutes les connexions précédentes ont pris fin.",
    error_rule: "Veuillez choisir un autre mot de passe\u{a0}: au moins 15 caractères, ni votre nom, ni des mots que tout le monde essaie en premier.",
    error_again: "Les deux mots de passe diffèrent. Veuillez saisir deux fois le même.",
    gone: "Ce lien ne fonctionne plus",
    gone_more: "Il fonctionne une seule fois et peu de temps. Veuillez en demander un autre.",
};
