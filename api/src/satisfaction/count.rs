//! The counters of satisfaction, kept with every answer.

use std::collections::BTreeMap;

use entity::{MemberId, PlaceId, SliceDim, SurveyId, response, score_owner, score_slice};

use crate::{
    base::{Error, Result},
    store::Tx,
};

/// What an answer was credited to, frozen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Credited {
    pub question: String,
    pub place_id: PlaceId,
    /// Year times 12 plus month less 1.
    pub month: i32,
    pub owner_id: Option<MemberId>,
    pub mode: i16,
    pub survey_id: SurveyId,
    pub territory: Option<String>,
    pub segment: Option<String>,
}

impl Credited {
    /// What a stored answer is counted under.
    pub fn of(row: &response::Model) -> Self {
        Self {
            question: row.question.clone(),
            place_id: row.place_id,
            month: row.month,
            owner_id: row.owner_id,
            mode: row.mode,
            survey_id: row.survey_id,
            territory: row.territory.clone(),
            segment: row.segment.clone(),
        }
    }
}

/// The keys of the two tables of counters, in their order.
type Owners = (String, PlaceId, i32, MemberId, i16);
type Slices = (&'static str, String, PlaceId, i32, String, i16);

/// Answers that are counted together.
#[derive(Debug, Default)]
pub struct Counts {
    owners: BTreeMap<Owners, [i32; 11]>,
    slices: BTreeMap<Slices, (SliceDim, [i32; 11])>,
    off_scale: bool,
}

/// Counts answers in or out: `(what it is credited to, the answer, +1 or −1)`; see [`Counts::write`].
pub async fn count(tx: &Tx, answers: &[(Credited, i16, i32)]) -> Result<()> {
    let mut counts = Counts::default();
    for (to, score, by) in answers {
        counts.add(to, *score, *by);
    }
    counts.write(tx).await
}

impl Counts {
    /// Takes an answer in, or out again with −1. One off the scale keeps all of them from being written.
    pub fn add(&mut self, to: &Credited, score: i16, by: i32) {
        let Some(slot) = usize::try_from(score).ok().filter(|slot| *slot < 11) else {
            self.off_scale = true;
            return;
        };
        let owner = to.owner_id.unwrap_or(MemberId::NOBODY);
        self.owners.entry((to.question.clone(), to.place_id, to.month, owner, to.mode)).or_default()[slot] += by;
        let cuts = [
            (SliceDim::Territory, to.territory.clone().unwrap_or_default()),
            (SliceDim::Segment, to.segment.clone().unwrap_or_default()),
            (SliceDim::Survey, to.survey_id.to_string()),
        ];
        for (dim, val) in cuts {
            let key = (dim.as_str(), to.question.clone(), to.place_id, to.month, val, to.mode);
            self.slices.entry(key).or_insert((dim, [0; 11])).1[slot] += by;
        }
    }

    /// Adds them to the counters: two upserts whatever the number of answers, rows in key order. Call it last in the
    /// transaction, since its locks last until the commit.
    pub async fn write(self, tx: &Tx) -> Result<()> {
        if self.off_scale {
            return Err(Error::internal("score off the scale"));
        }
        let owners = self.owners.into_iter().map(owner).collect();
        let slices = self.slices.into_iter().map(slice).collect();
        tx.add::<score_owner::Entity>(owners).await?;
        tx.add::<score_slice::Entity>(slices).await
    }
}

fn owner(((question, place_id, month, owner_id, mode), counts): (Owners, [i32; 11])) -> score_owner::Model {
    let [c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10] = counts;
    score_owner::Model { question, place_id, month, owner_id, mode, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 }
}

fn slice(
    ((_, question, place_id, month, val, mode), (dim, counts)): (Slices, (SliceDim, [i32; 11])),
) -> score_slice::Model {
    let [c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10] = counts;
    score_slice::Model { dim, question, place_id, month, val, mode, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 }
}
