//! Spanish.

use super::{EntranceTexts, LinkTexts, MovedTexts};

pub const TEXTS: EntranceTexts = EntranceTexts {
    sign_in: LinkTexts {
        subject: "{company}: su enlace de acceso",
        intro: "Con este enlace inicia sesión en {company}. Funciona una sola vez, durante 15 minutos.",
        open: "Iniciar sesión",
    },
    invite: LinkTexts {
        subject: "{company}: le han invitado",
        intro: "Le han invitado a trabajar con clientes en {company}. Con este enlace elige su contraseña. Funciona una sola vez, durante siete días.",
        open: "Elegir mi contraseña",
    },
    reset: LinkTexts {
        subject: "{company}: elija una contraseña nueva",
        intro: "Con este enlace elige una contraseña nueva para {company}. Funciona una sola vez, durante una hora.",
        open: "Elegir una contraseña nueva",
    },
    moved: MovedTexts {
        subject: "{company}: su dirección de correo ha cambiado",
        intro: "Esta dirección ya no es la que {company} tiene de usted en {account}. Quien hubiera iniciado sesión con ella queda desconectado, y los enlaces de acceso se envían desde ahora a otra dirección.",
        if_not: "Si no sabe nada de este cambio, responda cuanto antes a este mensaje.",
        why: "Recibe este mensaje porque ya ha iniciado sesión con esta dirección.",
    },
    for_account: "Iniciar sesión para {account}",
    if_not: "Si no esperaba este mensaje, no tiene que hacer nada: sin el enlace no ocurre nada.",
    why: "Recibe este mensaje porque alguien pidió un enlace con su dirección.",
    why_invited: "Recibe este mensaje porque la administración de {company} le ha invitado.",
    in_title: "Iniciar sesión en {company}",
    in_as: "Inicia sesión como {name}, {account}.",
    in_button: "Entrar",
    in_done: "Ha iniciado sesión",
    in_owner: "{owner} le atiende en {company}.",
    in_nobody: "{company} le atiende.",
    in_token: "Token de acceso para desarrolladores",
    title: "Elegir una contraseña",
    address: "Dirección de correo",
    password: "Contraseña",
    again: "La misma contraseña otra vez",
    rule: "Al menos 15 caracteres, por ejemplo cuatro palabras. Ni su nombre ni palabras que todos prueban primero.",
    save: "Guardar contraseña",
    saved: "Su contraseña está guardada",
    saved_more: "Ya puede iniciar sesión con ella. Todas las sesiones anteriores han terminado.",
    error_rule: "Elija otra contraseña: al menos 15 caracteres, ni su nombre ni palabras que todos prueban primero.",
    error_again: "Las dos contraseñas son distintas. Escriba dos veces la misma.",
    gone: "Este enlace ya no funciona",
    gone_more: "Funciona una sola vez y poco tiempo. Pida otro, por favor.",
};
