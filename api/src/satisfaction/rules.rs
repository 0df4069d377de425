//! The arithmetic of satisfaction: from counts per answer value to a score and its 95 % interval.
//!
//! Always holds: a score needs one answer, an interval needs [`ENOUGH`]; shares and NPS are percent
//! points, unrounded; every formula starts from whole counts. No database, no clock, no async.

use std::ops::RangeInclusive;

/// From this many answers on a figure carries its interval and counts as enough.
pub const ENOUGH: i64 = 5;

/// The normal quantile of a two-sided 95 % interval.
const Z: f64 = 1.959_963_984_540_054;

/// How often each answer value, 0 to 10, was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts(pub [i64; 11]);

impl Counts {
    /// Counts `answer` once. Anything outside 0–10 changes nothing and gives `false`: a code for
    /// "blank" must be refused, never bent into the scale.
    #[must_use]
    pub fn add(&mut self, answer: i16) -> bool {
        let slot = usize::try_from(answer).ok().and_then(|at| self.0.get_mut(at));
        slot.map(|count| *count += 1).is_some()
    }

    /// Adds the counts of another set of answers to the same question.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    /// Counts `n` answers of one value; anything outside 0–10 changes nothing.
    pub fn put(&mut self, answer: i16, n: i64) {
        if let Some(count) = usize::try_from(answer).ok().and_then(|at| self.0.get_mut(at)) {
            *count += n;
        }
    }

    /// The counts as they would be on the same scale turned round: what was lowest is highest. Values off the
    /// scale are dropped.
    #[must_use]
    pub fn turned(&self, scale: &RangeInclusive<i16>) -> Self {
        let mut turned = Self::default();
        for (value, n) in self.pairs().filter(|(value, _)| scale.contains(value)) {
            turned.put(scale.start() + scale.end() - value, n);
        }
        turned
    }

    /// All answers counted.
    pub fn n(&self) -> i64 {
        self.0.iter().sum()
    }

    /// The answers inside `values`; what lies outside 0–10 counts nothing.
    pub fn within(&self, values: RangeInclusive<i16>) -> i64 {
        self.pairs().filter(|(value, _)| values.contains(value)).map(|(_, count)| count).sum()
    }

    fn pairs(&self) -> impl Iterator<Item = (i16, i64)> {
        (0..).zip(self.0)
    }
}

/// A figure with what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Answers in the denominator.
    pub n: i64,
    /// The figure; none without answers. NPS: −100…+100; shares: 0–100 %; means: on the question's scale.
    pub value: Option<f64>,
    /// Lower end of the 95 % interval; none below [`ENOUGH`] answers.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval; none below [`ENOUGH`] answers.
    pub high: Option<f64>,
    /// Whether there are answers enough to print, rank or compare the figure.
    pub enough: bool,
}

impl Score {
    fn new(n: i64, value: f64, (low, high): (f64, f64)) -> Self {
        let enough = n >= ENOUGH;
        Self { n, value: (n > 0).then_some(value), low: enough.then_some(low), high: enough.then_some(high), enough }
    }
}

/// NPS with the groups it is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nps {
    /// 100 × (promoters − detractors) / n, with its interval.
    pub score: Score,
    /// Answers 9 and 10.
    pub promoters: i64,
    /// Answers 7 and 8.
    pub passives: i64,
    /// Answers 0 to 6.
    pub detractors: i64,
    /// Plain standard error of the score in points, for comparing two periods; none without answers.
    pub standard_error: Option<f64>,
}

/// Net Promoter Score. The value is the raw score, the interval is the adjusted Wald: three answers are
/// added, ¾ to promoters and to detractors, and the result is cut to −100…+100.
///
/// Source: B. Rocks, "Interval Estimation for the Net Promoter Score", The American Statistician 70(4), 2016.
pub fn nps(counts: &Counts) -> Nps {
    let n = counts.n();
    let (promoters, passives, detractors) = (counts.within(9..=10), counts.within(7..=8), counts.within(0..=6));
    let (value, error) = net(real(promoters), real(detractors), real(n));
    let (middle, spread) = net(real(promoters) + 0.75, real(detractors) + 0.75, real(n) + 3.0);
    let interval = ((middle - Z * spread).max(-100.0), (middle + Z * spread).min(100.0));
    let standard_error = (n > 0).then_some(error);
    Nps { score: Score::new(n, value, interval), promoters, passives, detractors, standard_error }
}

/// Share of satisfied answers: those from `satisfied_from` up, of those on `scale`. Codes outside the
/// scale leave the denominator. Interval: see [`share`].
pub fn csat(counts: &Counts, satisfied_from: i16, scale: RangeInclusive<i16>) -> Score {
    let top = *scale.end();
    share(counts.within(satisfied_from.max(*scale.start())..=top), counts.within(scale))
}

/// The share `hits` of `n` in percent, with the Wilson score interval.
///
/// Source: E. B. Wilson, JASA 22, 1927; advised for small n by Brown, Cai & `DasGupta`, Statistical Science 16, 2001.
pub fn share(hits: i64, n: i64) -> Score {
    let (count, p) = (real(n), real(hits) / real(n));
    let z2 = Z * Z;
    let middle = (p + z2 / (2.0 * count)) / (1.0 + z2 / count);
    let half = Z * (p * (1.0 - p) / count + z2 / (4.0 * count * count)).sqrt() / (1.0 + z2 / count);
    // At 0 of n and n of n the ends are exact; rounding must not push them past the edge.
    let interval = (100.0 * (middle - half).max(0.0), 100.0 * (middle + half).min(1.0));
    Score::new(n, 100.0 * p, interval)
}

/// The mean of the answers on `scale` with Student's t-interval, cut to the scale: the Customer Effort Score 2.0
/// (agreement 1–7), beside which [`csat`] gives the share of those who agree. Five equal answers have no
/// spread, so the interval of the mean has no width then; the share beside it stays honest.
pub fn mean(counts: &Counts, scale: RangeInclusive<i16>) -> Score {
    let n = counts.within(scale.clone());
    let on_scale = || counts.pairs().filter(|(value, _)| scale.contains(value));
    let total: f64 = on_scale().map(|(value, count)| f64::from(value) * real(count)).sum();
    let value = total / real(n);
    let squares: f64 = on_scale().map(|(v, count)| (f64::from(v) - value).powi(2) * real(count)).sum();
    let half = t975(n - 1) * (squares / real(n - 1) / real(n)).sqrt();
    let interval = ((value - half).max(f64::from(*scale.start())), (value + half).min(f64::from(*scale.end())));
    Score::new(n, value, interval)
}

/// Net score and plain standard error of `plus` and `minus` among `n` answers, both in points.
fn net(plus: f64, minus: f64, n: f64) -> (f64, f64) {
    let difference = (plus - minus) / n;
    let variance = (plus + minus) / n - difference * difference;
    (100.0 * difference, 100.0 * (variance.max(0.0) / n).sqrt())
}

/// The 97.5 % quantile of Student's t: a table for 4 to 9 degrees of freedom, above it the expansion
/// of Fisher and Cornish (Abramowitz & Stegun 26.7.5), off by less than 0.00001 from 10 on. Below 4
/// nothing asks: there is no interval.
fn t975(freedom: i64) -> f64 {
    const TABLE: [f64; 6] = [2.776_445, 2.570_582, 2.446_912, 2.364_624, 2.306_004, 2.262_157];
    let entry = usize::try_from(freedom - 4).ok().and_then(|at| TABLE.get(at));
    entry.copied().unwrap_or_else(|| {
        let (v, z2) = (real(freedom), Z * Z);
        let first = (z2 + 1.0) / 4.0;
        let second = ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
        let third = (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
        let fourth = ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92_160.0;
        Z * (1.0 + (first + (second + (third + fourth / v) / v) / v) / v)
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of answers stay far below 2^53")]
fn real(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
