//! Counts and times for an operator's monitoring. What stands in a label is one of a few words of ours: the route as the
//! code names it, never the path that somebody asked for.

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use prometheus_client::{
    encoding::{EncodeLabelSet, prometheus_text},
    metrics::{
        counter::Counter,
        family::{Family, MetricConstructor},
        gauge::Gauge,
        histogram::Histogram,
        info::Info,
    },
    registry::Registry,
};

/// The media type of [`Metrics::text`].
pub const METRICS_TYPE: &str = prometheus_text::CONTENT_TYPE;

/// Bounds of how long a request takes, in seconds.
const SECONDS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];
/// Bounds of how many statements a request runs.
const STATEMENTS: [f64; 9] = [0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 25.0, 100.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
    method: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    route: String,
    method: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct JobRun {
    kind: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

/// Makes histograms with these bounds.
#[derive(Clone)]
struct Bounds(&'static [f64]);

impl MetricConstructor<Histogram> for Bounds {
    fn new_metric(&self) -> Histogram {
        Histogram::new(self.0.iter().copied())
    }
}

/// What one process counts. Cheap to clone: all clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Counts>);

struct Counts {
    registry: Registry,
    answers: Family<Answer, Counter>,
    seconds: Family<Route, Histogram, Bounds>,
    statements: Family<Route, Histogram, Bounds>,
    mails: Family<Outcome, Counter>,
    runs: Family<JobRun, Counter>,
    jobs: Family<State, Gauge>,
    oldest: Gauge<f64, AtomicU64>,
    fetches: Family<Outcome, Counter>,
    keys: Family<State, Gauge>,
    fetched: Family<State, Gauge>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut counts = Counts {
            registry: Registry::with_prefix("steward"),
            answers: Family::default(),
            seconds: Family::new_with_constructor(Bounds(&SECONDS)),
            statements: Family::new_with_constructor(Bounds(&STATEMENTS)),
            mails: Family::default(),
            runs: Family::default(),
            jobs: Family::default(),
            oldest: Gauge::default(),
            fetches: Family::default(),
            keys: Family::default(),
            fetched: Family::default(),
        };
        // What has not happened yet is 0, not unknown: only so does the first of it show in a rate.
        for outcome in ["sent", "later", "failed"] {
            drop(counts.mails.get_or_create(&Outcome { outcome }));
        }
        counts.register();
        Self(Arc::new(counts))
    }
}

impl Counts {
    fn register(&mut self) {
        let Self { registry, answers, seconds, statements, mails, runs, jobs, oldest, fetches, keys, fetched } = self;
        registry.register("build", "The version of this process", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        registry.register("http_requests", "Requests answered", answers.clone());
        registry.register("http_request_seconds", "Time until an answer began", seconds.clone());
        registry.register("http_request_statements", "SQL statements until an answer began", statements.clone());
        registry.register("mails", "Letters given to the mail server or the mail folder", mails.clone());
        registry.register("job_runs", "Runs of jobs by this process", runs.clone());
        registry.register("jobs", "Jobs in the database: all processes see the same", jobs.clone());
        registry.register("oldest_due_job_seconds", "How long the oldest due job has waited", oldest.clone());
        registry.register("oidc_fetches", "Fetches of the outside issuer's keys", fetches.clone());
        registry.register("oidc_keys", "Keys that the outside issuer shows", keys.clone());
        registry.register(
            "oidc_fetched_seconds",
            "When these keys were fetched, in seconds since 1970",
            fetched.clone(),
        );
    }
}

/// What became of a request.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// The route as the code names it, `none` where there is none.
    pub route: &'a str,
    pub method: &'static str,
    pub status: u16,
    pub took: Duration,
    /// SQL statements.
    pub statements: u32,
}

/// How the queue stands; counts of jobs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    pub ready: i64,
    /// Of those, whose time has come.
    pub due: i64,
    pub leased: i64,
    pub dead: i64,
    /// How long the oldest due one has waited, in seconds; 0 where none is due.
    pub oldest: f64,
}

impl Metrics {
    /// Counts a request and how long it took.
    pub fn answered(&self, what: Answered) {
        let Answered { route, method, status, took, statements } = what;
        let answer = Answer { route: route.to_owned(), method, status: class(status) };
        self.0.answers.get_or_create(&answer).inc();
        let route = Route { route: answer.route, method };
        self.0.seconds.get_or_create(&route).observe(took.as_secs_f64());
        self.0.statements.get_or_create(&route).observe(f64::from(statements));
    }

    /// Counts a letter: `sent`, `later` or `failed`.
    pub fn mail(&self, outcome: &'static str) {
        self.0.mails.get_or_create(&Outcome { outcome }).inc();
    }

    /// Counts a run of a job of one of our kinds: `done`, `later`, `failed` or `dead`.
    pub fn ran(&self, kind: &str, outcome: &'static str) {
        self.0.runs.get_or_create(&JobRun { kind: kind.to_owned(), outcome }).inc();
    }

    /// Counts a fetch of the outside issuer's keys at `now`, in seconds since 1970: how many are used, and how many not.
    pub fn keys_fetched(&self, now: i64, used: usize, left_out: usize) {
        self.0.fetches.get_or_create(&Outcome { outcome: "fetched" }).inc();
        for (state, count) in [("used", used), ("left_out", left_out)] {
            self.0.keys.get_or_create(&State { state }).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        self.0.fetched.get_or_create(&State { state: "last" }).set(now);
    }

    /// Counts a fetch of the outside issuer's keys that failed.
    pub fn keys_not_fetched(&self) {
        self.0.fetches.get_or_create(&Outcome { outcome: "failed" }).inc();
    }

    /// Everything in Prometheus' text format. Where the queue cannot be read, nothing is said of it.
    pub fn text(&self, queue: Option<Standing>) -> String {
        let Counts { registry, jobs, oldest, .. } = &*self.0;
        oldest.set(queue.map_or(f64::NAN, |queue| queue.oldest));
        match queue {
            Some(Standing { ready, due, leased, dead, .. }) => {
                for (state, count) in [("ready", ready), ("due", due), ("leased", leased), ("dead", dead)] {
                    jobs.get_or_create(&State { state }).set(count);
                }
            }
            None => jobs.clear(),
        }
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = prometheus_text::encode(&mut text, registry);
        text
    }
}

/// `2xx` of 204.
const fn class(status: u16) -> &'static str {
    match status {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_told() {
        let metrics = Metrics::default();
        let took = Duration::from_millis(3);
        metrics.answered(Answered { route: "/s/{token}", method: "GET", status: 204, took, statements: 2 });
        metrics.mail("sent");
        metrics.ran("tick", "dead");
        let queue = Standing { ready: 3, due: 2, leased: 1, dead: 4, oldest: 1.5 };
        let text = metrics.text(Some(queue));
        for line in [
            "steward_http_requests_total{route=\"/s/{token}\",method=\"GET\",status=\"2xx\"} 1",
            "steward_http_request_seconds_bucket{route=\"/s/{token}\",method=\"GET\",le=\"0.0025\"} 0",
            "steward_http_request_seconds_bucket{route=\"/s/{token}\",method=\"GET\",le=\"0.005\"} 1",
            "steward_http_request_statements_sum{route=\"/s/{token}\",method=\"GET\"} 2.0",
            "steward_mails_total{outcome=\"sent\"} 1",
            "steward_mails_total{outcome=\"failed\"} 0",
            "steward_job_runs_total{kind=\"tick\",outcome=\"dead\"} 1",
            "steward_jobs{state=\"due\"} 2",
            "steward_oldest_due_job_seconds 1.5",
        ] {
            assert!(text.lines().any(|told| told == line), "no {line} in\n{text}");
        }
        let unknown = metrics.text(None);
        assert!(
            !unknown.contains("steward_jobs{") && unknown.contains("steward_oldest_due_job_seconds NaN"),
            "{unknown}"
        );
    }
}
