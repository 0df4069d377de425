//! How many requests somebody may make: signed in by who they are, else by where they come from.
//!
//! A bucket for each, filled evenly; of one process. The headers `RateLimit` and `RateLimit-Policy` say how much is left.

use std::{
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    ops::Add,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, Reference},
    middleware::StateInformationMiddleware,
    nanos::Nanos,
    state::keyed::DashMapStateStore,
};
use uuid::Uuid;

use super::{
    Server,
    address::{Proxies, household},
};
use crate::{
    base::{Clock, Error, Result},
    ctx::Ctx,
};

/// Buckets kept before those that are full again are forgotten.
const KEPT: usize = 10_000;
/// Tries to sign in, a minute and address.
const SIGN_INS: NonZeroU32 = NonZeroU32::MIN.saturating_add(59);
/// How many times more somebody may ask who is signed in than an address where nobody is.
const SIGNED: u32 = 5;

/// Our clock, as the limiter reads it.
#[derive(Clone)]
struct Ticks(Arc<dyn Clock>);

/// Nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Tick(u64);

impl Add<Nanos> for Tick {
    type Output = Self;
    fn add(self, other: Nanos) -> Self {
        Self(self.0.saturating_add(other.as_u64()))
    }
}

impl Reference for Tick {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.saturating_sub(earlier.0).into()
    }
    fn saturating_sub(&self, duration: Nanos) -> Self {
        Self(self.0.checked_sub(duration.into()).unwrap_or(self.0))
    }
}

impl governor::clock::Clock for Ticks {
    type Instant = Tick;
    fn now(&self) -> Tick {
        let micros = u64::try_from(self.0.now().0.timestamp_micros()).unwrap_or_default();
        Tick(micros.saturating_mul(1_000))
    }
}

/// The buckets of one kind.
struct Buckets<K: Hash + Eq + Clone> {
    name: &'static str,
    limiter: RateLimiter<K, DashMapStateStore<K>, Ticks, StateInformationMiddleware>,
    clock: Ticks,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    fn new(name: &'static str, a_minute: NonZeroU32, clock: &Ticks) -> Self {
        let quota = Quota::per_minute(a_minute);
        let limiter = RateLimiter::new(quota, DashMapStateStore::default(), clock.clone());
        Self { name, limiter, clock: clock.clone() }
    }

    fn take(&self, key: &K) -> Standing {
        if self.limiter.len() > KEPT {
            self.limiter.retain_recent();
        }
        match self.limiter.check_key(key) {
            Ok(state) => {
                let (quota, left) = (state.quota(), state.remaining_burst_capacity());
                let filling = quota.replenish_interval() * (quota.burst_size().get() - left);
                Standing { name: self.name, quota: quota.burst_size().get(), left, full_in: filling, wait: None }
            }
            Err(not_until) => {
                let quota = not_until.quota();
                let wait = not_until.wait_time_from(self.clock.now());
                let full_in = quota.burst_size_replenished_in();
                Standing { name: self.name, quota: quota.burst_size().get(), left: 0, full_in, wait: Some(wait) }
            }
        }
    }
}

/// How much is left to somebody.
#[derive(Clone, Copy, Debug)]
struct Standing {
    name: &'static str,
    /// Requests a minute.
    quota: u32,
    left: u32,
    full_in: Duration,
    /// Set where nothing is left.
    wait: Option<Duration>,
}

/// All buckets. Nothing is counted where there are none.
pub struct Rates {
    proxies: Proxies,
    buckets: Option<All>,
}

struct All {
    callers: Buckets<Uuid>,
    addresses: Buckets<IpAddr>,
    sign_ins: Buckets<IpAddr>,
}

impl Rates {
    /// `a_minute`: requests of somebody who is signed in; an address gets a fifth. None: as many as they like.
    pub fn new(a_minute: Option<NonZeroU32>, proxies: Proxies, clock: Arc<dyn Clock>) -> Self {
        let clock = Ticks(clock);
        let all = |a_minute: NonZeroU32| All {
            callers: Buckets::new("caller", a_minute, &clock),
            addresses: Buckets::new(
                "address",
                NonZeroU32::new(a_minute.get() / SIGNED).unwrap_or(NonZeroU32::MIN),
                &clock,
            ),
            sign_ins: Buckets::new("sign-in", SIGN_INS, &clock),
        };
        Self { proxies, buckets: a_minute.map(all) }
    }
}

/// Where a request comes from, and how much is left to whom it was counted.
#[derive(Clone)]
pub struct Counted {
    address: IpAddr,
    standing: Arc<Mutex<Option<Standing>>>,
}

impl Counted {
    fn note(&self, standing: Standing) -> Result<()> {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = Some(standing);
        standing.wait.map_or(Ok(()), |wait| Err(Error::TooMany(whole(wait))))
    }

    fn standing(&self) -> Option<Standing> {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request of somebody who is signed in.
    pub fn caller(&self, rates: &Rates, ctx: &Ctx) -> Result<()> {
        let (Some(all), Some(id)) = (&rates.buckets, ctx.viewer().actor.id()) else { return Ok(()) };
        self.note(all.callers.take(&id))
    }

    /// Counts a request of nobody in particular.
    pub fn nobody(&self, rates: &Rates) -> Result<()> {
        let Some(all) = &rates.buckets else { return Ok(()) };
        self.note(all.addresses.take(&self.address))
    }
}

fn whole(wait: Duration) -> Duration {
    Duration::from_secs(seconds(wait).max(1))
}

/// Rounded up.
fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// Who counts a request.
enum Counts {
    /// Nobody: whether the server is up may be asked at any time.
    Free,
    SignIn,
    /// Whoever reads the token, once it is known whose it is.
    Extractor,
    Address,
}

fn counts(request: &Request) -> Counts {
    let path = request.extensions().get::<MatchedPath>().map_or("", |path| path.as_str());
    let signs = request.headers().contains_key(header::AUTHORIZATION);
    match path {
        "/healthz" | "/readyz" => Counts::Free,
        _ if path.starts_with("/api/v1/auth/") => Counts::SignIn,
        _ if path.starts_with("/api/v1/invitations/") => Counts::Address,
        _ if signs && (path.starts_with("/api/v1/") || path.starts_with("/graphql") || path == "/metrics") => {
            Counts::Extractor
        }
        _ => Counts::Address,
    }
}

/// Counts a request, refuses one too many, and tells how much is left.
pub async fn limit(State(server): State<Server>, mut request: Request, next: Next) -> Response {
    let rates = &server.rates;
    let Some(all) = &rates.buckets else { return next.run(request).await };
    let counted = Counted { address: household(rates.proxies.origin(&request)), standing: Arc::default() };
    let taken = match counts(&request) {
        Counts::Free => return next.run(request).await,
        Counts::SignIn => counted.note(all.sign_ins.take(&counted.address)),
        Counts::Address => counted.nobody(rates),
        Counts::Extractor => Ok(()),
    };
    request.extensions_mut().insert(counted.clone());
    let mut response = match taken {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    // Where nobody has read the token, it is not known whose it is, if anybody's.
    if counted.standing().is_none()
        && let Err(error) = counted.nobody(rates)
    {
        response = error.into_response();
    }
    if let Some(standing) = counted.standing() {
        tell(&mut response, standing);
    }
    response
}

fn tell(response: &mut Response, standing: Standing) {
    let Standing { name, quota, left, full_in, wait } = standing;
    let is_refused = response.status() == StatusCode::TOO_MANY_REQUESTS;
    let headers = response.headers_mut();
    let lines = [
        ("ratelimit-policy", format!("\"{name}\";q={quota};w=60")),
        ("ratelimit", format!("\"{name}\";r={left};t={}", seconds(full_in))),
    ];
    for (name, line) in lines {
        if let Ok(value) = HeaderValue::from_str(&line) {
            headers.insert(name, value);
        }
    }
    if let (true, Some(wait)) = (is_refused, wait) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(whole(wait).as_secs()));
    }
}
