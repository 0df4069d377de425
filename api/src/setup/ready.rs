//! The ready-made surveys that every installation has: NPS, CSAT and CES.
//!
//! Where a new version of the program words them anew, the new words are published, unless somebody
//! of the company has published their own.

use entity::{SurveyKind, SurveyMode, Time, question, survey, survey_version};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Expr, ExprTrait, Order},
};

use crate::{
    base::{Error, Result},
    ctx::Ctx,
    invitation::texts::Texts,
    store::{Engine, Find, Tx, among, one},
    survey::{Definition, LanguageTexts, Scale, measured},
};

struct Ready {
    kind: SurveyKind,
    name: &'static str,
    key: &'static str,
    satisfied_from: i16,
}

const READY: [Ready; 3] = [
    Ready { kind: SurveyKind::Nps, name: "Net Promoter Score", key: "nps", satisfied_from: 9 },
    Ready { kind: SurveyKind::Csat, name: "Customer satisfaction", key: "csat", satisfied_from: 4 },
    Ready { kind: SurveyKind::Ces, name: "Customer effort", key: "ces", satisfied_from: 5 },
];

type Row = (survey::Model, Option<survey_version::Model>);

impl Ready {
    /// What it asks, in every language we speak.
    fn definition(&self) -> Result<Definition> {
        let asked = || Texts::all().filter_map(|texts| Some((texts.lang, texts.ready(self.kind)?)));
        let (_, first) = asked().next().ok_or_else(|| Error::internal("a ready-made survey without words"))?;
        let texts = asked().map(|(language, question)| LanguageTexts {
            language: language.to_owned(),
            question: question.text.to_owned(),
            low: question.low.to_owned(),
            high: question.high.to_owned(),
            ..LanguageTexts::default()
        });
        let scale = Scale { min: first.min, max: first.max, satisfied_from: self.satisfied_from, low_is_good: false };
        Ok(Definition { scale, further: Vec::new(), texts: texts.collect() })
    }

    fn is_among(&self, rows: &[Row]) -> bool {
        rows.iter().any(|(row, _)| row.question == self.key)
    }

    /// Ours, where its words are still those of an older version of the program.
    fn old<'a>(&self, rows: &'a [Row]) -> Result<Option<(&'a survey::Model, &'a survey_version::Model)>> {
        let shipped = rows.iter().filter(|(row, _)| row.question == self.key && row.archived_at.is_none());
        let mut shipped = shipped.filter_map(|(row, current)| Some((row, current.as_ref()?)));
        let definition = json(&self.definition()?)?;
        Ok(shipped.find(|(_, current)| current.by_id.is_none() && current.definition != definition))
    }
}

fn json(definition: &Definition) -> Result<serde_json::Value> {
    serde_json::to_value(definition).map_err(Error::internal)
}

async fn read(find: Find<'_, survey::Entity>, engine: Engine) -> Result<Vec<Row>> {
    let keys = READY.map(|ready| ready.key);
    let current =
        Expr::col(("v", survey_version::Column::Id)).eq(Expr::col((survey::Entity, survey::Column::CurrentId)));
    let parts = vec![one::<survey_version::Entity>(engine, "v", current)];
    find.filter(among::<survey::Entity, _>(survey::Column::Question, &keys))
        .order(survey::Column::Id, Order::Asc)
        .shaped(parts)
        .await
}

/// Whether all of them are there, in the words of this version.
pub async fn is_here(system: &Ctx) -> Result<bool> {
    let rows = read(system.find(), system.store().engine()).await?;
    for ready in &READY {
        if !ready.is_among(&rows) || ready.old(&rows)?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Adds those that are missing, and publishes anew those whose words have changed.
pub async fn install(tx: &Tx) -> Result<()> {
    let now = tx.now();
    let rows = read(tx.find(), tx.engine()).await?;
    let known = tx.find::<question::Entity>().all().await?;
    for ready in &READY {
        let definition = ready.definition()?;
        if !known.iter().any(|row| row.key == ready.key) {
            tx.insert::<question::Entity>(measured(ready.key, ready.kind, definition.scale, now)).await?;
        }
        if !ready.is_among(&rows) {
            add(tx, ready, &definition, now).await?;
        } else if let Some(old) = ready.old(&rows)? {
            renew(tx, old, &definition, now).await?;
        }
    }
    Ok(())
}

async fn add(tx: &Tx, ready: &Ready, definition: &Definition, now: Time) -> Result<()> {
    let row = survey::Model {
        id: tx.id(),
        kind: ready.kind,
        name: ready.name.to_owned(),
        question: ready.key.to_owned(),
        current_id: None,
        archived_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
        draft: None,
        mode: SurveyMode::Identified,
    };
    let version = version(tx, &row, 1, definition, now)?;
    tx.insert::<survey::Entity>(survey::Model { current_id: Some(version.id), ..row }).await?;
    tx.insert::<survey_version::Entity>(version).await?;
    Ok(())
}

async fn renew(
    tx: &Tx,
    (row, current): (&survey::Model, &survey_version::Model),
    definition: &Definition,
    now: Time,
) -> Result<()> {
    let find = tx.find::<survey::Entity>().filter(survey::Column::Id.eq(row.id));
    let held = find.lock().one("survey").await?;
    // Another process that started along with this one was faster.
    if held.version != row.version {
        return Ok(());
    }
    let version = version(tx, row, current.number + 1, definition, now)?;
    let current = version.id;
    tx.insert::<survey_version::Entity>(version).await?;
    tx.update::<survey::Entity>(held, |held| {
        held.current_id = Set(Some(current));
        held.version = Set(row.version + 1);
        held.updated_at = Set(now);
    })
    .await?;
    Ok(())
}

fn version(
    tx: &Tx,
    row: &survey::Model,
    number: i32,
    definition: &Definition,
    now: Time,
) -> Result<survey_version::Model> {
    let definition = json(definition)?;
    Ok(survey_version::Model { id: tx.id(), survey_id: row.id, number, definition, published_at: now, by_id: None })
}
