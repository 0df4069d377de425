//! Spanish.

use super::{
    ChangedTexts, CommentTexts, MailTexts, PageTexts, PreferencesTexts, PromiseTexts, QuestionTexts, ReminderTexts,
    Texts,
};

pub(super) static ES: Texts = Texts {
    lang: "es",
    dir: "ltr",
    font: "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif",
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    first_day: "1",
    instant: "{day} de {month} de {year}, {time} ({zone})",
    meaning: "{score} = {meaning}",
    mail: MailTexts {
        subject_nps: "{company}: ¿nos recomendaría?",
        subject_csat: "{company}: ¿qué le pareció nuestro servicio?",
        subject_ces: "{company}: ¿le resultó fácil?",
        subject_other: "{company}: nos gustaría conocer su opinión",
        greeting: "Buenos días, {name}:",
        greeting_nobody: "Buenos días:",
        intro: "Una pregunta, diez segundos: elija el número que refleje su opinión. En la página que se \
                abrirá podrá añadir un comentario.",
        intro_more: "Elija el número que refleje su opinión. En la página que se abrirá siguen algunas preguntas \
                más.",
        reminders: [
            ReminderTexts {
                subject: "{company}: ¿podemos contar aún con su opinión?",
                intro: "Hace unos días le pedimos su opinión. Nos sigue interesando, y basta con un número. Si ya ha \
                respondido entretanto, se lo agradecemos y le rogamos que no tenga en cuenta este mensaje.",
            },
            ReminderTexts {
                subject: "{company}: último recordatorio",
                intro: "Este es nuestro último recordatorio sobre esta pregunta. Si dispone de diez segundos, elija \
                el número que refleje su opinión. Si no, no tiene que hacer nada.",
            },
        ],
        button: "Responder {score}",
        reply: "También puede responder directamente a este mensaje. Lo leerá una persona.",
        why: "Recibe este mensaje porque trabaja con {company}.",
        unsubscribe: "Darse de baja o elegir qué encuestas recibir",
        test: "Esto es una prueba. Nada de lo que elija aquí se guarda.",
    },
    changed: ChangedTexts {
        subject: "{company}: se ha modificado su respuesta",
        intro: "Su respuesta a nuestra encuesta se modificó el {at}.",
        if_you: "Si fue usted, no tiene que hacer nada.",
        if_not: "Si no fue usted, responda a este mensaje. Mientras la respuesta se pueda modificar, también \
                puede corregirla por su cuenta:",
        open: "Abrir mi respuesta",
        why: "Este mensaje se refiere a su propia respuesta. Se envía tanto si recibe encuestas como si \
                no.",
    },
    page: PageTexts {
        comment: "¿Cuál es el motivo principal de su puntuación?",
        comment_hint: "Opcional, 5000 caracteres como máximo.",
        comment_kept: "Opcional, 5000 caracteres como máximo. Si lo deja vacío, se conserva su comentario \
                anterior.",
        submit: "Enviar respuesta",
        submit_change: "Modificar respuesta",
        next: "Continuar",
        progress: "Paso {step} de {steps}",
        further: "Algunas preguntas más",
        optional: "Opcional.",
        choose_all: "Puede elegir varias respuestas.",
        text_hint: "5000 caracteres como máximo.",
        answered: "Ha respondido {score} en una escala de {min} a {max}.",
        can_change: "Puede modificar su respuesta hasta el {until}.",
        change: "Modificar su respuesta",
        closed: "Su respuesta ya no se puede modificar aquí. Si falta algo, responda a nuestro mensaje.",
        thanks: "¡Muchas gracias!",
        thanks_more: "Su respuesta ha llegado a {company}.",
        already: "Ya ha respondido",
        expired: "Esta encuesta ha finalizado",
        expired_more: "Ya no admite respuestas. Si aún desea decirnos algo, responda a nuestro mensaje.",
        revoked: "Este enlace ya no es válido",
        revoked_more: "La invitación se ha retirado. Si aún desea decirnos algo, responda a nuestro mensaje.",
        unknown: "Este enlace no funciona",
        unknown_more: "Ábralo de nuevo desde el mensaje que recibió y compruebe que esté completo.",
        preview: "Esto es una vista previa. Nada de lo que elija aquí se envía.",
        error_title: "Revise su respuesta",
        error_score: "Elija un número del {min} al {max}.",
        error_choice: "Elija una respuesta.",
        error_choices: "Elija al menos una respuesta.",
        error_missing: "Escriba una respuesta.",
        error_long: "No supere los 5000 caracteres. Ahora su texto tiene {count}.",
        error_unreadable: "No se ha podido leer su texto. Escríbalo de nuevo.",
        languages: "Otros idiomas",
    },
    promise: PromiseTexts {
        confidential: "Sus respuestas solo se muestran junto con las de otras personas, nunca con su nombre.",
        anonymous: "Sus respuestas se guardan sin su nombre y solo se muestran junto con las de otras personas.",
        reminder: "Todas las personas consultadas reciben este recordatorio, hayan respondido o no. Si ya ha \
                respondido, no tiene que hacer nada más.",
        intro: "Una pregunta, diez segundos: elija el número que refleje su opinión.",
    },
    preferences: PreferencesTexts {
        title: "Encuestas de {company}",
        intro: "¿Qué encuestas podemos enviarle?",
        relationship: "Sobre nuestra colaboración",
        relationship_hint: "De vez en cuando: si nos recomendaría.",
        service: "Sobre un servicio recibido",
        service_hint: "Después: su grado de satisfacción y lo fácil que le resultó.",
        goes_on: "Los mensajes relacionados con nuestra colaboración, como las respuestas a sus solicitudes, \
                le seguirán llegando.",
        save: "Guardar",
        none: "Ninguna de estas encuestas",
        saved: "Su elección se ha guardado.",
        done: "Se ha dado de baja",
        done_more: "{company} no le enviará más encuestas.",
    },
    entrance: super::entrance::es::TEXTS,
    nps: QuestionTexts {
        text: "¿Qué probabilidad hay de que recomiende nuestra empresa a un amigo o colega?",
        low: "Nada probable",
        high: "Extremadamente probable",
        comment: CommentTexts {
            high: "¿Qué es lo que más valora de trabajar con nosotros?",
            middle: "¿Qué tendríamos que hacer para merecer una puntuación más alta?",
            low: "¿Qué deberíamos mejorar en primer lugar?",
        },
    },
    csat: QuestionTexts {
        text: "¿Cuál es su grado de satisfacción con el servicio que acaba de recibir?",
        low: "Muy insatisfecho/a",
        high: "Muy satisfecho/a",
        comment: CommentTexts {
            high: "¿Qué hicimos especialmente bien?",
            middle: "¿Qué podríamos haber hecho mejor?",
            low: "¿Qué salió mal?",
        },
    },
    ces: QuestionTexts {
        text: "¿En qué medida está de acuerdo con la siguiente afirmación: «La empresa me facilitó la \
                gestión de mi solicitud»?",
        low: "Totalmente en desacuerdo",
        high: "Totalmente de acuerdo",
        comment: CommentTexts {
            high: "¿Qué le facilitó la gestión?",
            middle: "¿Qué podría haber sido más fácil?",
            low: "¿Qué le dificultó la gestión?",
        },
    },
};
