//! Surveys below other things: one statement for many.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use entity::SurveyId;

use super::{Survey, service::among};
use crate::{base::Error, ctx::Ctx};

/// Loads surveys by id; the flag asks for their versions too.
pub struct SurveyLoader(pub Ctx);

#[async_trait::async_trait]
impl Loader<(SurveyId, bool)> for SurveyLoader {
    type Value = Survey;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[(SurveyId, bool)]) -> Result<HashMap<(SurveyId, bool), Survey>, Self::Error> {
        let mut ids: Vec<SurveyId> = keys.iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        let found = among(&self.0, &ids, keys.iter().any(|(_, versions)| *versions)).await?;
        let both = |survey: Survey| [((survey.id, false), survey.clone()), ((survey.id, true), survey)];
        Ok(found.into_iter().flat_map(both).collect())
    }
}
