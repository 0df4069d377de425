//! The golden values, the edges and the rules about few answers.

use super::*;

fn groups(promoters: i64, passives: i64, detractors: i64) -> Counts {
    let mut counts = Counts::default();
    (counts.0[10], counts.0[8], counts.0[3]) = (promoters, passives, detractors);
    counts
}

#[track_caller]
fn near(got: Option<f64>, want: f64, tolerance: f64) {
    let got = got.expect("a value");
    assert!((got - want).abs() <= tolerance, "{got} is not {want}");
}

#[track_caller]
fn golden(score: &Score, value: f64, low: f64, high: f64) {
    near(score.value, value, 0.005);
    near(score.low, low, 0.005);
    near(score.high, high, 0.005);
}

#[test]
fn nps_equals_the_golden_values() {
    golden(&nps(&groups(5, 3, 2)).score, 30.0, -19.05, 65.20);
    let large = nps(&groups(1436, 968, 342));
    golden(&large.score, 39.84, 37.18, 42.41);
    near(large.standard_error, 1.334, 0.0005);
    assert_eq!((large.score.n, large.promoters, large.passives, large.detractors), (2746, 1436, 968, 342));
    golden(&nps(&groups(5, 0, 0)).score, 100.0, 17.49, 100.0);
    golden(&nps(&groups(0, 0, 5)).score, -100.0, -100.0, -17.49);
}

#[test]
fn wilson_equals_the_golden_values() {
    golden(&share(0, 5), 0.0, 0.0, 43.45);
    golden(&share(5, 5), 100.0, 56.55, 100.0);
    golden(&share(8, 10), 80.0, 49.02, 94.33);
    golden(&share(2206, 2688), 82.07, 80.57, 83.47);
}

#[test]
fn every_answer_falls_into_its_group() {
    let mut counts = Counts::default();
    for answer in 0..=10 {
        assert!(counts.add(answer));
    }
    let figures = nps(&counts);
    assert_eq!((figures.promoters, figures.passives, figures.detractors), (2, 2, 7));
    near(figures.score.value, -500.0 / 11.0, 1e-12);
}

#[test]
fn values_off_the_scale_are_refused_and_change_nothing() {
    let mut counts = Counts::default();
    for answer in [-1, 11, 99, i16::MIN, i16::MAX] {
        assert!(!counts.add(answer));
    }
    assert_eq!(counts, Counts::default());
}

#[test]
fn merging_adds_value_by_value() {
    let mut counts = groups(1, 2, 3);
    counts.merge(&groups(10, 20, 30));
    assert_eq!(counts, groups(11, 22, 33));
    assert_eq!(counts.n(), 66);
}

#[test]
fn few_answers_give_a_score_without_interval_and_none_gives_nothing() {
    for n in 0..=6 {
        let counts = groups(n, 0, 0);
        let csat_counts = Counts([0, 0, 0, 0, n, 0, 0, 0, 0, 0, 0]);
        for score in [nps(&counts).score, csat(&csat_counts, 4, 1..=5), mean(&csat_counts, 1..=7)] {
            assert_eq!(score.n, n);
            assert_eq!(score.value.is_some(), n >= 1, "{n}");
            assert_eq!((score.low.is_some(), score.high.is_some(), score.enough), (n >= 5, n >= 5, n >= 5), "{n}");
        }
    }
    assert_eq!(nps(&Counts::default()).standard_error, None);
}

#[test]
fn csat_counts_only_its_scale() {
    // Five answers on 1–5, four of them satisfied; the 0 and the 9 are codes for "not applicable".
    let counts = Counts([7, 0, 1, 0, 1, 3, 0, 0, 0, 9, 0]);
    let score = csat(&counts, 4, 1..=5);
    assert_eq!(score.n, 5);
    near(score.value, 80.0, 1e-12);
    near(csat(&counts, 0, 1..=5).value, 100.0, 1e-12);
}

#[test]
fn effort_is_a_mean_with_its_t_interval_and_a_share() {
    // 3, 4, 5, 6, 7: mean 5, standard deviation 1.5811, t(4) = 2.776445, half width 1.9632.
    let counts = Counts([0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0]);
    let effort = mean(&counts, 1..=7);
    near(effort.value, 5.0, 1e-12);
    near(effort.low, 3.0368, 0.0001);
    near(effort.high, 6.9632, 0.0001);
    near(csat(&counts, 5, 1..=7).value, 60.0, 1e-12);
    let equal = Counts([0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0]);
    golden(&mean(&equal, 1..=7), 7.0, 7.0, 7.0);
    golden(&csat(&equal, 5, 1..=7), 100.0, 56.55, 100.0);
}

#[test]
fn a_scale_turned_round_makes_the_lowest_the_highest() {
    let counts = Counts([9, 3, 1, 0, 0, 2, 0, 0, 0, 0, 4]);
    let turned = counts.turned(&(1..=5));
    assert_eq!(turned, Counts([0, 2, 0, 0, 1, 3, 0, 0, 0, 0, 0]), "what is off the scale is dropped");
    assert_eq!(turned.turned(&(1..=5)).within(1..=5), counts.within(1..=5));
    near(csat(&turned, 4, 1..=5).value, 100.0 * 4.0 / 6.0, 1e-12);
}

#[test]
fn quantiles_of_t_agree_with_the_tables() {
    for (freedom, want) in [(4, 2.776_445), (9, 2.262_157), (10, 2.228_139), (20, 2.085_963), (30, 2.042_272)] {
        near(Some(t975(freedom)), want, 0.00001);
    }
    near(Some(t975(1_000_000)), Z, 0.00001);
}
