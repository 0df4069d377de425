//! Figures as both doors show them.

use std::collections::BTreeMap;

use async_graphql::{Enum, SimpleObject};
use entity::{MemberId, SurveyKind, TeamId, question};

use super::rules::{self, Counts, Score};
use crate::{base::Long, response::ScoreRow};

/// Which answers a figure holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum View {
    /// Answers credited to you, or to the teams you lead, wherever the account is today. Confidential and anonymous ones
    /// count by five and more at a time, at midnight (UTC).
    #[default]
    Credit,
    /// Answers of the accounts you see now, whoever they are credited to. Reads the answers themselves; confidential and
    /// anonymous ones are not among them.
    Accounts,
}

/// By what figures are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum GroupBy {
    /// The credited owner. Confidential and anonymous answers of owners who had too few stand beside those of unowned
    /// accounts.
    Owner,
    /// The credited owner's team of that day. Confidential and anonymous answers of several teams, who had too few each,
    /// stand without a team, for those who see the whole company.
    Team,
    /// The month of the answer, in the company's zone; of confidential and anonymous ones that in which they were counted.
    Month,
    /// The account's territory of that day; not known of confidential and anonymous answers.
    Territory,
    /// The account's segment of that day; not known of confidential and anonymous answers.
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
    /// NPS: −100 to 100. CSAT and further ratings: the share of satisfied answers, in per cent. CES: the mean, on
    /// a scale turned round where low is good. Null without answers.
    pub value: Option<f64>,
    /// Lower end of the 95 % interval; null below 5 answers.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval; null below 5 answers.
    pub high: Option<f64>,
    /// Whether there are answers enough to print, rank or compare the score.
    pub enough: bool,
    /// How often each answer from 0 to 10 was given, as it was given.
    pub counts: Vec<Long>,
    /// NPS answers of 9 and 10.
    pub promoters: Option<Long>,
    /// NPS answers of 7 and 8.
    pub passives: Option<Long>,
    /// NPS answers of 0 to 6.
    pub detractors: Option<Long>,
    /// Answers that count as satisfied, on the question's own scale; null for NPS.
    pub satisfied: Option<Long>,
    /// The share of these in per cent, with its own interval: what `value` is for CSAT, and stands beside it for CES.
    pub share: Option<f64>,
    /// Lower end of the interval of the share; null below 5 answers.
    pub share_low: Option<f64>,
    /// Upper end of the interval of the share; null below 5 answers.
    pub share_high: Option<f64>,
}

impl Figure {
    /// The score of a question, by its own scale and direction.
    pub fn new(question: question::Model, counts: &Counts) -> Self {
        let scale = question.lowest..=question.highest;
        let (turned, from) = if question.low_is_good {
            (counts.turned(&scale), question.lowest + question.highest - question.satisfied_from)
        } else {
            (*counts, question.satisfied_from)
        };
        let share = rules::csat(&turned, from, scale.clone());
        let mut figure = Self {
            question: question.key,
            kind: question.kind,
            n: Long(share.n),
            value: share.value,
            low: share.low,
            high: share.high,
            enough: share.enough,
            counts: counts.0.map(Long).to_vec(),
            promoters: None,
            passives: None,
            detractors: None,
            satisfied: Some(Long(turned.within(from..=question.highest))),
            share: share.value,
            share_low: share.low,
            share_high: share.high,
        };
        match question.kind {
            SurveyKind::Nps => {
                let nps = rules::nps(counts);
                figure.promoters = Some(Long(nps.promoters));
                figure.passives = Some(Long(nps.passives));
                figure.detractors = Some(Long(nps.detractors));
                (figure.satisfied, figure.share, figure.share_low, figure.share_high) = (None, None, None, None);
                figure.scored(&nps.score)
            }
            SurveyKind::Ces => figure.scored(&rules::mean(&turned, scale)),
            _ => figure,
        }
    }

    fn scored(self, score: &Score) -> Self {
        Self { n: Long(score.n), value: score.value, low: score.low, high: score.high, enough: score.enough, ..self }
    }
}

/// Figures of one account, from its answers.
pub fn figures(rows: &[ScoreRow]) -> Vec<Figure> {
    let mut by_question: BTreeMap<&str, (&question::Model, Counts)> = BTreeMap::new();
    for ScoreRow(question, score, n) in rows {
        by_question.entry(&question.key).or_insert((question, Counts::default())).1.put(*score, *n);
    }
    by_question.into_values().map(|(question, counts)| Figure::new(question.clone(), &counts)).collect()
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
