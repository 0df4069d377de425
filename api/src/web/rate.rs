//! How many requests somebody may make: signed in by who they are, else by where they come from.
//!
//! A bucket for each, filled evenly. The headers `RateLimit` and `RateLimit-Policy` say how much is left. Processes that
//! share a database tell each other what was taken, see [`ledger`](super::ledger).

use std::{
    convert::Infallible,
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
    state::{
        StateStore,
        keyed::{DashMapStateStore, ShrinkableKeyedStateStore},
    },
};

use super::{
    Server,
    address::{Proxies, household},
    ledger::{self, Entry, Kind, Ledger},
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

/// The buckets of one kind: for each key the time at which it is full again. Held by the limiter, and beside it.
#[derive(Clone, Default)]
struct Full(Arc<DashMapStateStore<u128>>);

impl StateStore for Full {
    type Key = u128;
    fn measure_and_replace<T, F, E>(&self, key: &u128, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.0.measure_and_replace(key, f)
    }
}

impl ShrinkableKeyedStateStore<u128> for Full {
    fn retain_recent(&self, drop_below: Nanos) {
        self.0.retain_recent(drop_below);
    }
    fn shrink_to_fit(&self) {
        ShrinkableKeyedStateStore::shrink_to_fit(&*self.0);
    }
    fn len(&self) -> usize {
        ShrinkableKeyedStateStore::len(&*self.0)
    }
    fn is_empty(&self) -> bool {
        ShrinkableKeyedStateStore::is_empty(&*self.0)
    }
}

/// The buckets of one kind.
struct Buckets {
    name: &'static str,
    quota: Quota,
    limiter: RateLimiter<u128, Full, Ticks, StateInformationMiddleware>,
    full: Full,
    clock: Ticks,
    start: Tick,
}

impl Buckets {
    fn new(name: &'static str, a_minute: NonZeroU32, clock: &Ticks) -> Self {
        let (quota, full, start) = (Quota::per_minute(a_minute), Full::default(), clock.now());
        let limiter = RateLimiter::new(quota, full.clone(), clock.clone());
        Self { name, quota, limiter, full, clock: clock.clone(), start }
    }

    /// Takes what was taken elsewhere, also where so much is not left: then it is full again that much later.
    fn charge(&self, key: u128, count: u32) {
        let now = self.clock.now().duration_since(self.start);
        // Nobody takes more at a time than a bucket holds.
        let count = count.min(self.quota.burst_size().get());
        let later = Nanos::from(self.quota.replenish_interval()) * u64::from(count);
        let charged = |full: Option<Nanos>| Ok::<_, Infallible>(((), full.unwrap_or(now).max(now) + later));
        let Ok(()) = self.full.measure_and_replace(&key, charged);
    }

    /// Lets go of what is full again, where there are many.
    fn forget(&self) {
        if self.limiter.len() > KEPT {
            self.limiter.retain_recent();
        }
    }

    fn take(&self, key: u128) -> Standing {
        self.forget();
        match self.limiter.check_key(&key) {
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
    ledger: Option<Ledger>,
}

struct All {
    callers: Buckets,
    addresses: Buckets,
    sign_ins: Buckets,
}

impl All {
    fn of(&self, kind: Kind) -> &Buckets {
        match kind {
            Kind::Caller => &self.callers,
            Kind::Address => &self.addresses,
            Kind::SignIn => &self.sign_ins,
        }
    }
}

impl Rates {
    /// `a_minute`: requests of somebody who is signed in; an address gets a fifth. None: as many as they like. `shared` where other
    /// processes answer too.
    pub fn new(a_minute: Option<NonZeroU32>, proxies: Proxies, clock: Arc<dyn Clock>, shared: Option<Ledger>) -> Self {
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
        Self { proxies, buckets: a_minute.map(all), ledger: shared.filter(|_| a_minute.is_some()) }
    }

    /// Whether other processes are told what is taken here.
    pub fn is_shared(&self) -> bool {
        self.ledger.is_some()
    }

    /// Notes for other processes: what was taken here since the last time; none where nothing was. `own`: a number that
    /// no other process has.
    pub fn notes(&self, own: u128) -> Vec<String> {
        self.ledger.as_ref().map(|ledger| ledger.notes(own)).unwrap_or_default()
    }

    /// Takes here what another process says it has taken. A note of one's own, or of no such thing, does nothing.
    pub fn hear(&self, own: u128, note: &str) {
        let Some(all) = self.buckets.as_ref().filter(|_| self.is_shared()) else { return };
        for Entry { kind, key, count } in ledger::read(note, own) {
            all.of(kind).charge(key, count);
        }
        for kind in Kind::ALL {
            all.of(kind).forget();
        }
    }

    fn take(&self, kind: Kind, key: u128) -> Option<Standing> {
        let standing = self.buckets.as_ref()?.of(kind).take(key);
        if let (Some(ledger), None) = (&self.ledger, standing.wait) {
            ledger.note(kind, key);
        }
        Some(standing)
    }

    /// What an address is called. Where others are told, nobody reads it out of that.
    fn key(&self, address: IpAddr) -> u128 {
        match (&self.ledger, address) {
            (Some(ledger), _) => ledger.key(address),
            (None, IpAddr::V4(four)) => four.to_ipv6_mapped().to_bits(),
            (None, IpAddr::V6(six)) => six.to_bits(),
        }
    }
}

/// Where a request comes from, and how much is left to whom it was counted.
#[derive(Clone)]
pub struct Counted {
    address: IpAddr,
    standing: Arc<Mutex<Option<Standing>>>,
}

impl Counted {
    fn note(&self, standing: Option<Standing>) -> Result<()> {
        let Some(standing) = standing else { return Ok(()) };
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = Some(standing);
        standing.wait.map_or(Ok(()), |wait| Err(Error::TooMany(whole(wait))))
    }

    fn standing(&self) -> Option<Standing> {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request of somebody who is signed in.
    pub fn caller(&self, rates: &Rates, ctx: &Ctx) -> Result<()> {
        let Some(id) = ctx.viewer().actor.id() else { return Ok(()) };
        self.note(rates.take(Kind::Caller, id.as_u128()))
    }

    /// Counts a request of nobody in particular.
    pub fn nobody(&self, rates: &Rates) -> Result<()> {
        self.at(rates, Kind::Address)
    }

    fn at(&self, rates: &Rates, kind: Kind) -> Result<()> {
        self.note(rates.take(kind, rates.key(self.address)))
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
    if rates.buckets.is_none() {
        return next.run(request).await;
    }
    let counted = Counted { address: household(rates.proxies.origin(&request)), standing: Arc::default() };
    let taken = match counts(&request) {
        Counts::Free => return next.run(request).await,
        Counts::SignIn => counted.at(rates, Kind::SignIn),
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
