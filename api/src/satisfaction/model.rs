//! Figures as both doors show them.

use std::collections::BTreeMap;

use async_graphql::{Enum, SimpleObject};
use entity::{MemberId, SurveyKind, TeamId};

use super::rules::{self, Counts};
use crate::{base::Long, response::ScoreRow};

/// Which answers a figure holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum View {
    /// Answers credited to you, or to the teams you lead, wherever the account is today.
    #[default]
    Credit,
    /// Answers of the accounts you see now, whoever they are credited to. Reads the answers themselves.
    Accounts,
}

/// By what figures are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum GroupBy {
    /// The credited owner.
    Owner,
    /// The credited owner's team of that day.
    Team,
    /// The month of the answer, in the company's zone.
    Month,
    /// The account's territory of that day.
    Territory,
    /// The account's segment of that day.
    Segment,
    /// The survey asked.
    Survey,
}

/// Which figures.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub view: View,
    pub group_by: Option<GroupBy>,
    /// First month, `YYYY-MM`; 11 months before the last where absent.
    pub from: Option<String>,
    /// The month after the last, `YYYY-MM`; next month where absent.
    pub until: Option<String>,
    pub owner_id: Option<MemberId>,
    pub team_id: Option<TeamId>,
}

/// One question's score with what it rests on.
#[derive(Clone, Debug, PartialEq, SimpleObject)]
#[graphql(serial)]
pub struct Figure {
    /// The key of the question.
    pub question: String,
    /// What the question measures.
    pub kind: SurveyKind,
    /// Answers behind the score.
    pub n: Long,
    /// NPS: −100 to 100. CSAT: the share of satisfied answers (4 and 5), in per cent. CES: the mean. Null without answers.
    pub value: Option<f64>,
    /// Lower end of the 95 % interval; null below 5 answers.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval; null below 5 answers.
    pub high: Option<f64>,
    /// Whether there are answers enough to print, rank or compare the score.
    pub enough: bool,
    /// How often each answer from 0 to 10 was given.
    pub counts: Vec<Long>,
    /// NPS answers of 9 and 10.
    pub promoters: Option<Long>,
    /// NPS answers of 7 and 8.
    pub passives: Option<Long>,
    /// NPS answers of 0 to 6.
    pub detractors: Option<Long>,
    /// CSAT answers of 4 and 5.
    pub satisfied: Option<Long>,
}

impl Figure {
    pub fn new(question: String, kind: SurveyKind, counts: &Counts) -> Self {
        let (score, parts) = match kind {
            SurveyKind::Nps => {
                let nps = rules::nps(counts);
                (nps.score, Some((nps.promoters, nps.passives, nps.detractors)))
            }
            SurveyKind::Ces => (rules::ces(counts).mean, None),
            _ => (rules::csat(counts, 4, 1..=5), None),
        };
        Self {
            question,
            kind,
            n: Long(score.n),
            value: score.value,
            low: score.low,
            high: score.high,
            enough: score.enough,
            counts: counts.0.map(Long).to_vec(),
            promoters: parts.map(|p| Long(p.0)),
            passives: parts.map(|p| Long(p.1)),
            detractors: parts.map(|p| Long(p.2)),
            satisfied: (kind == SurveyKind::Csat).then(|| Long(counts.within(4..=5))),
        }
    }
}

/// Figures of one account, from its answers.
pub fn figures(rows: &[ScoreRow]) -> Vec<Figure> {
    let mut by_question: BTreeMap<&str, (SurveyKind, Counts)> = BTreeMap::new();
    for ScoreRow(question, kind, score, n) in rows {
        let (_, counts) = by_question.entry(question).or_insert((*kind, Counts::default()));
        if let Some(count) = usize::try_from(*score).ok().and_then(|slot| counts.0.get_mut(slot)) {
            *count += n;
        }
    }
    by_question.into_iter().map(|(question, (kind, counts))| Figure::new(question.to_owned(), kind, &counts)).collect()
}

/// One cut with its figures, one for each question.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, complex)]
pub struct SatisfactionGroup {
    /// What the cut is: a name, a month as `2026-01`, a territory. Empty for the whole, or where it is not known.
    pub label: String,
    /// One for each question.
    pub figures: Vec<Figure>,
    #[graphql(skip)]
    pub owner_id: Option<MemberId>,
    #[graphql(skip)]
    pub team_id: Option<TeamId>,
}
