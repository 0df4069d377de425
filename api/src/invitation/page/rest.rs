//! The pages at the door: what they show for a link, and what their forms do.

use axum::{
    Form, Router,
    extract::{
        Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use entity::{MessageClass, Muted, Time, response};
use serde::Deserialize;

use super::{
    Amends, Answered, CommentFault, Faults, Form as Asking, Languages, More, Preferences, State as Page,
    posted::{Posted, Unclear},
    preferences as page_of_preferences, survey,
};
use crate::{
    base::{Check, Code, Error, Result},
    ctx::Ctx,
    invitation::{
        Link,
        asked::Asked,
        link::{amendable_until, still_open},
        mute, muted, open, respond_to,
        texts::Texts,
    },
    visit::Reader,
    web::{NO_STORE, Problem, Segment, Server},
};

/// The pages that links in mails open.
pub fn pages() -> Router<Server> {
    Router::new()
        .route("/s/{token}", get(survey_page).post(survey_form))
        .route("/u/{token}", get(opt_out_page).post(opt_out_form))
}

#[derive(Default, Deserialize)]
struct Chosen {
    /// Chosen in the mail: selected beforehand, recorded by nobody.
    score: Option<String>,
    /// Chosen on the page. What the survey does not speak is passed over.
    language: Option<String>,
}

/// The survey behind a link, in the language that was chosen.
async fn open_in(ctx: &Ctx, token: &str, chosen: &Chosen) -> Result<Link> {
    let mut link = open(ctx, token).await?;
    if let Some(language) = &chosen.language {
        link.choose(&mut Check::default(), language);
    }
    Ok(link)
}

fn languages<'a>(link: &'a Link, asked: &Asked<'_>, score: Option<i16>) -> Languages<'a> {
    let others = link.definition.languages().filter(|tag| *tag != asked.language()).collect();
    Languages { chosen: link.language.as_deref(), others, score }
}

async fn survey_page(
    State(server): State<Server>,
    Segment(token): Segment,
    reader: Reader,
    chosen: Result<Query<Chosen>, QueryRejection>,
) -> Response {
    let ctx = Ctx::nobody(server.env.clone());
    let chosen = chosen.map_or_else(|_| Chosen::default(), |Query(chosen)| chosen);
    let (link, now) = match open_in(&ctx, &token, &chosen).await {
        Ok(link) => (link, ctx.now()),
        Err(error) => return failed_page(&server, Texts::of(&ctx.company().language), error),
    };
    let asked = match link.asked() {
        Ok(asked) => asked,
        Err(error) => return error.into_response(),
    };
    let picked = chosen.score.and_then(|score| score.parse().ok());
    server.visits.note(&link.invitation, now, &reader, picked);
    if !link.answered
        && let Err(error) = still_open(&link.invitation, now)
    {
        return failed_page(&server, asked.texts(), error);
    }
    let (page, languages) = (first_look(&link, &asked, picked, now), languages(&link, &asked, picked));
    show(&server, StatusCode::OK, survey(&server.brand, asked.texts(), &page, &languages))
}

/// What a link opens: the question, the step that is still to be taken, or what was answered.
fn first_look<'a>(link: &'a Link, asked: &Asked<'a>, picked: Option<i16>, now: Time) -> Page<'a> {
    let ask = |score, amends| Page::Ask(Asking { amends, ..asking(asked, score) });
    let Some(row) = &link.response else {
        return if link.answered { Page::AlreadyAnswered(final_answer(link, asked, None)) } else { ask(picked, None) };
    };
    let Some(amends) = amends(link, row, now) else { return Page::AlreadyAnswered(answered(link, asked, row, now)) };
    let further = asked.further(Some(row.score), &link.answers);
    match picked {
        None if row.completed_at.is_none() && !further.is_empty() => {
            Page::More(more(asked, row.score, row.version, further))
        }
        // The plain link after an answer changes it; the buttons of the mail show what was answered.
        None => ask(Some(row.score), Some(amends)),
        Some(_) if row.completed_at.is_none() => ask(picked, Some(amends)),
        Some(_) => Page::AlreadyAnswered(answered(link, asked, row, now)),
    }
}

fn asking<'a>(asked: &Asked<'a>, score: Option<i16>) -> Asking<'a> {
    Asking {
        question: asked.question(),
        score,
        comment: "",
        amends: None,
        more: asked.has_more(),
        prompts: asked.comment(),
        mode: asked.mode(),
    }
}

fn more<'a>(asked: &Asked<'a>, score: i16, version: i32, further: Vec<super::Further<'a>>) -> More<'a> {
    More { question: asked.question(), score, version, further }
}

fn answered<'a>(link: &'a Link, asked: &Asked<'a>, row: &response::Model, now: Time) -> Answered<'a> {
    Answered {
        question: asked.question(),
        score: Some(row.score),
        until: amends(link, row, now).map(|amends| amends.until),
        thanks: asked.thanks(link.values()),
    }
}

/// What is left to say of an answer that nobody's is known to be: the score only to who has just given it.
fn final_answer<'a>(link: &'a Link, asked: &Asked<'a>, score: Option<i16>) -> Answered<'a> {
    Answered { question: asked.question(), score, until: None, thanks: asked.thanks(link.values()) }
}

fn amends(link: &Link, row: &response::Model, now: Time) -> Option<Amends> {
    let until = amendable_until(&link.invitation, row, now)?;
    let zone = link.time_zone.as_ref().and_then(|zone| zone.parse().ok());
    let zone = zone.unwrap_or(link.ctx.company().zone);
    Some(Amends { score: row.score, version: row.version, until: until.0.with_timezone(&zone) })
}

async fn survey_form(
    State(server): State<Server>,
    Segment(token): Segment,
    chosen: Result<Query<Chosen>, QueryRejection>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let ctx = Ctx::nobody(server.env.clone());
    let chosen = chosen.map_or_else(|_| Chosen::default(), |Query(chosen)| chosen);
    let posted = match form.map_err(|rejection| unreadable(&rejection)).and_then(|Form(fields)| {
        Posted::read(fields).map_err(|Unclear| Problem::from(Error::Unreadable(ONCE.to_owned())))
    }) {
        Ok(posted) => posted,
        Err(problem) => return problem.into_response(),
    };
    let link = match open_in(&ctx, &token, &chosen).await {
        Ok(link) => link,
        Err(error) => return failed_page(&server, Texts::of(&ctx.company().language), error),
    };
    let stored = match posted.answer(&link) {
        Some(answer) => Box::pin(respond_to(link, answer, posted.version)).await,
        None => Err(Error::invalid("/score", "must be chosen")),
    };
    // As it stands now, whoever changed it.
    let link = match open_in(&ctx, &token, &chosen).await {
        Ok(link) => link,
        Err(error) => return failed_page(&server, Texts::of(&ctx.company().language), error),
    };
    match link.asked() {
        Ok(asked) => outcome(&server, &link, &asked, &posted, stored.map(|_| ())),
        Err(error) => error.into_response(),
    }
}

/// What a form has led to.
fn outcome(server: &Server, link: &Link, asked: &Asked<'_>, posted: &Posted, stored: Result<()>) -> Response {
    let (texts, now) = (asked.texts(), link.ctx.now());
    let languages = languages(link, asked, posted.score);
    let page = |status, state: &Page<'_>| show(server, status, survey(&server.brand, texts, state, &languages));
    let earlier = link.response.as_ref();
    let standing = earlier.and_then(|row| amends(link, row, now));
    // A link that is over says so, whatever else is wrong.
    let over = match (earlier, &standing) {
        (Some(_), Some(_)) => Ok(()),
        (Some(_), None) => Err(Error::Gone("this answer is final")),
        (None, _) if link.answered => Err(Error::Gone("this answer is final")),
        (None, _) => still_open(&link.invitation, now),
    };
    let stored = match stored {
        Err(invalid @ Error::Invalid(_)) => over.and(Err(invalid)),
        stored => stored,
    };
    match (stored, earlier) {
        (Ok(()), Some(row)) => {
            let further = asked.further(Some(row.score), &link.answers);
            if posted.second || further.is_empty() {
                return page(StatusCode::OK, &Page::Thanks(answered(link, asked, row, now)));
            }
            page(StatusCode::OK, &Page::More(more(asked, row.score, row.version, further)))
        }
        (Err(Error::Invalid(faults)), Some(row)) if posted.second => {
            let mut further = asked.further(Some(row.score), &link.answers);
            posted.fill(&mut further, &faults);
            let version = posted.version.unwrap_or(row.version);
            page(StatusCode::UNPROCESSABLE_ENTITY, &Page::More(more(asked, row.score, version, further)))
        }
        (Err(Error::Invalid(faults)), _) => {
            let wrong = |field: &str| faults.iter().any(|fault| fault.field == field);
            let comment = wrong("/comment").then(|| CommentFault::of(&posted.comment));
            let form = Asking { comment: &posted.comment, amends: standing, ..asking(asked, posted.score) };
            let state = Page::Invalid(form, Faults { score: wrong("/score"), comment });
            page(StatusCode::UNPROCESSABLE_ENTITY, &state)
        }
        (Err(error), Some(row))
            if matches!(error, Error::Stale | Error::Conflict(Code::AlreadyAnswered, _) | Error::Gone(_)) =>
        {
            let state = Page::AlreadyAnswered(answered(link, asked, row, now));
            page(Problem::from(error).status, &state)
        }
        (Err(error), None)
            if link.answered
                && matches!(error, Error::Stale | Error::Conflict(Code::AlreadyAnswered, _) | Error::Gone(_)) =>
        {
            page(Problem::from(error).status, &Page::AlreadyAnswered(final_answer(link, asked, None)))
        }
        (Err(error), _) => failed_page(server, texts, error),
        (Ok(()), None) if link.answered => page(StatusCode::OK, &Page::Thanks(final_answer(link, asked, posted.score))),
        (Ok(()), None) => Error::internal("an answer that was stored is gone").into_response(),
    }
}

const ONCE: &str = "the form cannot be read: send score, comment, version and step once each";

fn unreadable(rejection: &FormRejection) -> Problem {
    let status = rejection.status();
    match status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Problem::new(status, "UNSUPPORTED_MEDIA_TYPE", "send the form as application/x-www-form-urlencoded")
        }
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(status, "PAYLOAD_TOO_LARGE", "the form is too long"),
        _ => Error::Unreadable(ONCE.to_owned()).into(),
    }
}

fn failed_page(server: &Server, texts: &Texts, error: Error) -> Response {
    let state = match &error {
        Error::NotFound(_) => Page::Unknown,
        Error::Gone(why) if why.contains("withdrawn") => Page::Revoked,
        Error::Gone(_) => Page::Expired,
        _ => return error.into_response(),
    };
    show(server, Problem::from(error).status, survey(&server.brand, texts, &state, &Languages::default()))
}

async fn opt_out_page(State(server): State<Server>, Segment(token): Segment) -> Response {
    let ctx = Ctx::nobody(server.env.clone());
    match muted(&ctx, &token).await {
        Ok((muted, language)) => preferences(&server, &language, muted, false),
        Err(error) => error.into_response(),
    }
}

/// RFC 8058: a POST with any body, or none, ends them all at once and is not sent on elsewhere; only the page's
/// own form says `choose`, and then which may come.
async fn opt_out_form(
    State(server): State<Server>,
    Segment(token): Segment,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let ctx = Ctx::nobody(server.env.clone());
    let wanted = form.map_or_else(|_| Muted::ALL, |Form(fields)| chosen(&fields));
    match mute(&ctx, &token, wanted).await {
        Ok(language) => preferences(&server, &language, wanted, true),
        Err(error) => error.into_response(),
    }
}

/// What is not to come, by the fields of the form.
fn chosen(fields: &[(String, String)]) -> Muted {
    let has = |name: &str, value: &str| fields.iter().any(|(n, v)| n == name && v == value);
    if !has("choose", "1") || has("none", "1") {
        return Muted::ALL;
    }
    MessageClass::ALL.iter().copied().filter(|class| !has("class", class.as_str())).collect()
}

fn preferences(server: &Server, language: &str, muted: Muted, saved: bool) -> Response {
    let on = |class| !muted.has(class);
    let state =
        Preferences { relationship: on(MessageClass::Relationship), service: on(MessageClass::ServiceFeedback), saved };
    show(server, StatusCode::OK, page_of_preferences(&server.brand, Texts::of(language), state))
}

/// A page as it is sent: never kept, never indexed, under the brand's content policy.
pub fn show(server: &Server, status: StatusCode, html: String) -> Response {
    let mut response = (status, [NO_STORE], Html(html)).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(server.brand.policy()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    response
}
