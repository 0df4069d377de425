//! Which ratings are counted together.

use std::collections::BTreeMap;

use entity::{MemberId, PlaceId, quiet_score};

/// Ratings of one batch, at least; and people who gave them.
pub const FEWEST: usize = 5;

/// Ratings that are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub question: String,
    pub mode: i16,
    pub place_id: PlaceId,
    /// None where they are credited to several, or to nobody.
    pub owner_id: Option<MemberId>,
    /// Where they stand among the ratings given.
    pub members: Vec<usize>,
}

/// By what ratings are put together: the narrowest that has enough of them.
#[derive(Clone, Copy)]
enum Level {
    Owner,
    Team,
    Company,
}

/// The batches of the ratings of one survey that wait; what is in none waits on.
pub(super) fn batches(waiting: &[quiet_score::Model]) -> Vec<Batch> {
    let mut found = Vec::new();
    let mut rest: Vec<usize> = (0..waiting.len()).collect();
    for level in [Level::Owner, Level::Team, Level::Company] {
        let mut heaps: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for at in rest {
            let row = &waiting[at];
            let (place, owner) = match level {
                Level::Owner => (row.place_id, row.owner_id),
                Level::Team => (row.place_id, None),
                Level::Company => (PlaceId::NOWHERE, None),
            };
            heaps.entry((row.question.as_str(), row.mode, place, owner)).or_default().push(at);
        }
        rest = Vec::new();
        for ((question, mode, place_id, owner_id), members) in heaps {
            if people(waiting, &members) < FEWEST {
                rest.extend(members);
            } else {
                found.push(Batch { question: question.to_owned(), mode, place_id, owner_id, members });
            }
        }
    }
    found
}

/// How many people gave these ratings, at least. Who was asked again and again may have given several of them, but no
/// two in one round.
fn people(waiting: &[quiet_score::Model], members: &[usize]) -> usize {
    let mut rounds: BTreeMap<i32, usize> = BTreeMap::new();
    for at in members {
        *rounds.entry(waiting[*at].round).or_default() += 1;
    }
    rounds.into_values().max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use entity::SurveyId;
    use uuid::Uuid;

    use super::*;

    fn id<I: From<Uuid>>(number: u64) -> I {
        Uuid::from_u128(number.into()).into()
    }

    fn row(question: &str, place: u64, owner: Option<u64>) -> quiet_score::Model {
        let survey_id: SurveyId = id(9);
        let (place_id, owner_id) = (id(place), owner.map(id));
        quiet_score::Model {
            id: id(0),
            survey_id,
            question: question.to_owned(),
            mode: 1,
            round: 7,
            place_id,
            owner_id,
            score: 3,
        }
    }

    fn told(waiting: &[quiet_score::Model]) -> Vec<(String, u128, Option<u128>, usize)> {
        let told = batches(waiting).into_iter().map(|batch| {
            let owner = batch.owner_id.map(|owner| owner.0.as_u128());
            (batch.question, batch.place_id.0.as_u128(), owner, batch.members.len())
        });
        told.collect()
    }

    #[test]
    fn the_narrowest_that_has_enough_counts_them() {
        let of = |place, owner, many| vec![row("nps", place, owner); many];
        assert_eq!(told(&[]), []);
        assert_eq!(told(&of(2, Some(7), 4)), []);
        assert_eq!(told(&of(2, Some(7), 5)), [("nps".to_owned(), 2, Some(7), 5)]);
        // Four and one of one team; three and two of two.
        let team = [of(2, Some(7), 4), of(2, None, 1)].concat();
        assert_eq!(told(&team), [("nps".to_owned(), 2, None, 5)]);
        let company = [of(2, Some(7), 3), of(3, Some(8), 2)].concat();
        assert_eq!(told(&company), [("nps".to_owned(), 0, None, 5)]);
        // What is left of an owner's heap is nothing; two of another's wait.
        let both = [of(2, Some(7), 9), of(3, Some(8), 2)].concat();
        assert_eq!(told(&both), [("nps".to_owned(), 2, Some(7), 9)]);
        // Questions are counted each by itself.
        let apart = [of(2, Some(7), 5), vec![row("speed", 2, Some(7)); 4]].concat();
        assert_eq!(told(&apart), [("nps".to_owned(), 2, Some(7), 5)]);
    }

    #[test]
    fn one_who_answers_again_and_again_is_no_five() {
        let again = |rounds: &[i32]| -> Vec<_> {
            rounds.iter().map(|round| quiet_score::Model { round: *round, ..row("nps", 2, Some(7)) }).collect()
        };
        assert_eq!(told(&again(&[1, 2, 3, 4, 5, 6, 7, 8])), []);
        assert_eq!(told(&again(&[1, 2, 2, 2, 2, 3])), []);
        // Those of earlier rounds go along with five of one.
        assert_eq!(told(&again(&[1, 2, 2, 2, 2, 2, 3])), [("nps".to_owned(), 2, Some(7), 7)]);
    }

    /// A small generator: the same worlds at each run.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, sides: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % sides
        }
    }

    #[test]
    fn no_rating_is_in_two_batches_and_no_batch_is_small() {
        for seed in 0..2_000 {
            let mut dice = Dice(seed);
            let many = dice.below(60);
            let rows = (0..many).map(|_| {
                let question = if dice.below(4) == 0 { "speed" } else { "nps" };
                let owner = dice.below(6);
                let round = i32::try_from(dice.below(2)).unwrap();
                quiet_score::Model { round, ..row(question, 1 + dice.below(4), (owner > 0).then_some(owner)) }
            });
            let rows: Vec<_> = rows.collect();
            let mut seen = vec![false; rows.len()];
            for batch in batches(&rows) {
                assert!(people(&rows, &batch.members) >= FEWEST, "seed {seed}: {batch:?}");
                for at in batch.members {
                    assert!(!std::mem::replace(&mut seen[at], true), "seed {seed}: {at} is counted twice");
                    let row = &rows[at];
                    assert!(row.question == batch.question && row.mode == batch.mode, "seed {seed}: {at}");
                    assert!(batch.owner_id.is_none() || batch.owner_id == row.owner_id, "seed {seed}: {at}");
                    assert!([row.place_id, PlaceId::NOWHERE].contains(&batch.place_id), "seed {seed}: {at}");
                }
            }
            for question in ["nps", "speed"] {
                let left = (0..rows.len()).filter(|at| rows[*at].question == question && !seen[*at]);
                let left = people(&rows, &left.collect::<Vec<_>>());
                assert!(left < FEWEST, "seed {seed}: {left} wait, who are enough together");
            }
        }
    }
}
