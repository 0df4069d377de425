//! How fast letters go to one domain: a burst of a second's worth, then evenly.
//!
//! A letter that comes too soon is given an instant of its own to come again, behind those that wait
//! already. So a wave to one large company costs each of its letters about one vain try, holds up
//! nobody else's, and keeps no worker waiting.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::base::Clock;

/// Domains remembered before those at rest are forgotten.
const MANY: usize = 1_000;

/// One process's pace; each domain has its own.
pub struct Pace {
    clock: Arc<dyn Clock>,
    /// Between two letters.
    gap: TimeDelta,
    domains: Mutex<HashMap<String, Domain>>,
}

struct Domain {
    /// When the letters let through would be used up at an even pace.
    used: DateTime<Utc>,
    /// The last instant given to a letter that waits.
    promised: DateTime<Utc>,
}

impl Pace {
    /// At most `rate` letters a second to one domain.
    pub fn new(rate: u32, clock: Arc<dyn Clock>) -> Self {
        let gap = TimeDelta::microseconds(1_000_000 / i64::from(rate.max(1)));
        Self { clock, gap, domains: Mutex::default() }
    }

    /// Lets a letter to `address` through, or says after which pause it may come again.
    pub fn pass(&self, address: &str) -> Result<(), TimeDelta> {
        let now = self.clock.now().0;
        let domain = address.rsplit('@').next().unwrap_or_default().to_lowercase();
        let mut domains = self.domains.lock().unwrap_or_else(PoisonError::into_inner);
        if domains.len() >= MANY {
            domains.retain(|_, domain| domain.used.max(domain.promised) > now);
        }
        let domain = domains.entry(domain).or_insert(Domain { used: now, promised: now });
        let used = domain.used.max(now) + self.gap;
        let early = used - TimeDelta::seconds(1);
        if early <= now {
            domain.used = used;
            return Ok(());
        }
        domain.promised = early.max(domain.promised + self.gap);
        Err(domain.promised - now)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use entity::Time;

    use super::*;
    use crate::base::FixedClock;

    #[test]
    fn a_wave_to_one_domain_leaves_evenly_and_holds_up_no_other() {
        let clock = Arc::new(FixedClock::new(Time::parse("2026-03-02T09:00:00Z").unwrap()));
        let pace = Pace::new(10, clock.clone());
        // Letters by the millisecond at which they come; those turned away come again when told.
        let mut due = BTreeMap::from([(0, 100)]);
        let (mut left, mut tries) = (Vec::new(), 0);
        let mut at = 0;
        while let Some((next, count)) = due.pop_first() {
            clock.forward(TimeDelta::milliseconds(next - at));
            at = next;
            for _ in 0..count {
                tries += 1;
                match pace.pass("someone@Big.example") {
                    Ok(()) => left.push(at),
                    Err(pause) => *due.entry(at + pause.num_milliseconds()).or_insert(0) += 1,
                }
            }
            assert_eq!(pace.pass(&format!("x@small{at}.example")), Ok(()));
        }
        assert_eq!((left.len(), left[9], left[10], left[99]), (100, 0, 100, 9_000));
        assert_eq!(tries, 190, "each that was early came once more");
        assert!(left.iter().all(|&from| left.iter().filter(|&&at| (from..from + 1_000).contains(&at)).count() <= 20));
    }
}
