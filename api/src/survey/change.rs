//! Making surveys, and changing what is not published yet.

use async_graphql::{InputObject, MaybeUndefined};
use entity::{SurveyId, SurveyMode, survey, survey_version, wave};
use sea_orm::{ActiveValue::Set, ColumnTrait};

use super::{Definition, SurveyAt, check};
use crate::{
    access::Action,
    base::{Check, Error, MAX_LINE, Result},
    ctx::Ctx,
    store::{Tx, Visible},
};

/// A new survey.
#[derive(Clone, Debug, InputObject)]
pub struct CreateSurvey {
    /// What it is called among staff.
    pub name: String,
    /// The survey it starts as a copy of, such as a ready-made one. It measures what that one does.
    pub copy_of: SurveyId,
    /// The key of its scored question. The same as the other's where absent: then their figures are one.
    pub question: Option<String>,
    /// What becomes of who answers; `IDENTIFIED` where absent, whatever the other is.
    pub mode: Option<SurveyMode>,
}

/// A change of a survey: absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct UpdateSurvey {
    /// Which survey.
    pub id: SurveyId,
    /// The version it was read at.
    pub version: i32,
    /// What it is called among staff.
    pub name: Option<String>,
    /// What the next version will ask; null discards it.
    pub draft: MaybeUndefined<Definition>,
    /// What becomes of who answers. Can be changed as long as nothing of the survey was ever sent.
    pub mode: Option<SurveyMode>,
}

/// Makes a draft from another survey.
pub async fn create(ctx: &Ctx, input: CreateSurvey) -> Result<SurveyId> {
    ctx.may(Action::ChangeSurveys)?;
    let mut faults = Check::default();
    let name = faults.line("name", &input.name, MAX_LINE);
    if let Some(key) = &input.question {
        check::key(&mut faults, "question", key);
    }
    faults.done()?;
    ctx.write(move |tx| async move {
        let copied = tx.find::<survey::Entity>().filter(survey::Column::Id.eq(input.copy_of)).one("survey").await?;
        let published = match copied.current_id {
            Some(id) => tx.find::<survey_version::Entity>().filter(survey_version::Column::Id.eq(id)).maybe().await?,
            None => None,
        };
        let now = tx.now();
        let row = survey::Model {
            id: tx.id(),
            kind: copied.kind,
            name,
            question: input.question.unwrap_or_else(|| copied.question.clone()),
            current_id: None,
            archived_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
            draft: published.map(|version| version.definition.clone()).or_else(|| copied.draft.clone()),
            mode: input.mode.unwrap_or(SurveyMode::Identified),
        };
        let id = row.id;
        tx.insert::<survey::Entity>(row).await?;
        Ok(id)
    })
    .await
}

/// Changes name, draft or mode. A draft may miss translations, but breaks no other rule.
pub async fn update(ctx: &Ctx, input: UpdateSurvey) -> Result<SurveyId> {
    ctx.may(Action::ChangeSurveys)?;
    let mut faults = Check::default();
    let name = input.name.as_deref().map(|name| faults.line("name", name, MAX_LINE));
    faults.done()?;
    ctx.write(move |tx| async move {
        let at = SurveyAt { id: input.id, version: input.version };
        let row = held(&tx, at).await?;
        let draft = match input.draft {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(mut draft) => {
                let mut faults = Check::default();
                check::draft(&mut faults, row.kind, &row.question, &mut draft);
                faults.done()?;
                Some(Some(serde_json::to_value(draft).map_err(Error::internal)?))
            }
        };
        let mode = input.mode.filter(|mode| *mode != row.mode);
        if let Some(mode) = mode {
            may_become(&tx, &row, mode).await?;
        }
        let now = tx.now();
        tx.update::<survey::Entity>(row, |row| {
            if let Some(mode) = mode {
                row.mode = Set(mode);
            }
            if let Some(name) = name {
                row.name = Set(name);
            }
            if let Some(draft) = draft {
                row.draft = Set(draft);
            }
            row.version = Set(at.version + 1);
            row.updated_at = Set(now);
        })
        .await?;
        Ok(at.id)
    })
    .await
}

/// Refuses another mode once anything was sent, or where what is published asks what the mode does not keep.
async fn may_become(tx: &Tx, row: &survey::Model, mode: SurveyMode) -> Result<()> {
    let sent = tx.everywhere::<wave::Entity>().filter(wave::Column::SurveyId.eq(row.id));
    if sent.count().await? > 0 {
        return Err(Error::conflict(
            "the mode is what was promised to those who were asked; make another survey as a copy of this one",
        ));
    }
    let Some(id) = row.current_id else { return Ok(()) };
    let version = tx.find::<survey_version::Entity>().filter(survey_version::Column::Id.eq(id)).one("survey").await?;
    let mut faults = Check::default();
    check::quiet(&mut faults, mode, &Definition::read(version.definition.clone())?);
    if faults.done().is_err() {
        let rule = "asks less than what is published does: publish first what asks for scores alone";
        return Err(Error::invalid("/mode", rule));
    }
    Ok(())
}

/// Ends the sending of a survey.
pub async fn archive(ctx: &Ctx, at: SurveyAt) -> Result<SurveyId> {
    ctx.may(Action::ChangeSurveys)?;
    ctx.write(move |tx| async move {
        let row = held(&tx, at).await?;
        let now = tx.now();
        tx.update::<survey::Entity>(row, |row| {
            row.archived_at = Set(Some(now));
            row.version = Set(at.version + 1);
            row.updated_at = Set(now);
        })
        .await?;
        Ok(at.id)
    })
    .await
}

/// The survey as it was read, held until the transaction ends.
pub(super) async fn held(tx: &Tx, at: SurveyAt) -> Result<Visible<survey::Model>> {
    let row = tx.find::<survey::Entity>().filter(survey::Column::Id.eq(at.id)).lock().one("survey").await?;
    if row.version != at.version {
        return Err(Error::Stale);
    }
    if row.archived_at.is_some() {
        return Err(Error::conflict("this survey is archived"));
    }
    Ok(row)
}
