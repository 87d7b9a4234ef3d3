//! Time and chance. The only place outside `bin/` that may ask the system for either; everybody
//! else is handed a [`Clock`] or a random source, so that a test decides both.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::Offset};

/// Where time comes from.
pub trait Clock: Send + Sync {
    /// The wall clock: what stands on cards and in logs. It may jump.
    fn now(&self) -> Timestamp;
    /// Time since some fixed moment: for waiting and measuring. It never jumps.
    fn monotonic(&self) -> Duration;
}

/// A clock that many parts share.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's own clock.
pub struct SystemClock {
    start: Duration,
}

/// What the kernel has counted since it started. It goes on while the machine sleeps: a wall clock that went on by
/// as much has not jumped.
fn running() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

impl SystemClock {
    pub fn new() -> Self {
        Self { start: running() }
    }

    pub fn shared() -> SharedClock {
        Arc::new(Self::new())
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

#[allow(clippy::disallowed_methods, reason = "this is the one place that reads the system's clock")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Duration {
        running().saturating_sub(self.start)
    }
}

/// A clock that stands still until a test moves it.
#[derive(Clone)]
pub struct ManualClock {
    inner: Arc<Mutex<(Timestamp, Duration)>>,
}

impl ManualClock {
    pub fn at(now: Timestamp) -> Self {
        Self { inner: Arc::new(Mutex::new((now, Duration::ZERO))) }
    }

    /// Sets the wall clock, as somebody at the machine does; the steady one does not move.
    pub fn set(&self, now: Timestamp) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).0 = now;
    }

    pub fn advance(&self, by: Duration) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0 = later(inner.0, by);
        inner.1 += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn monotonic(&self) -> Duration {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

/// A wall clock set by what a signed answer said.
///
/// A Pi has no battery clock, and NTP may move the system's one at any moment: once set, this clock
/// runs on by the monotonic time alone. See [`credential`](crate::credential) for what a verdict
/// makes of a clock that nobody confirmed.
pub struct CorrectedClock {
    base: SharedClock,
    /// A true time, and the monotonic time at which it was so.
    anchor: Mutex<Option<(Timestamp, Duration)>>,
}

impl CorrectedClock {
    pub fn new(base: SharedClock) -> Self {
        Self { base, anchor: Mutex::new(None) }
    }

    /// The clock underneath, as the system has it.
    pub fn system(&self) -> Timestamp {
        self.base.now()
    }

    /// Takes `now` as the true time at this moment.
    pub fn set(&self, now: Timestamp) {
        *self.anchor.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, self.base.monotonic()));
    }
}

impl Clock for CorrectedClock {
    fn now(&self) -> Timestamp {
        let anchor = *self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        match anchor {
            None => self.base.now(),
            Some((at, monotonic)) => later(at, self.base.monotonic().saturating_sub(monotonic)),
        }
    }

    fn monotonic(&self) -> Duration {
        self.base.monotonic()
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MAX)
}

/// The day at a place that is `utc_offset_hours` ahead of UTC (7 WIB, 8 WITA, 9 WIT; Indonesia
/// has no summer time, so no time-zone database is needed).
pub fn day(now: Timestamp, utc_offset_hours: i8) -> Date {
    offset(utc_offset_hours).to_datetime(now).date()
}

/// The offset of a place, or UTC where the configuration names none that exists.
pub fn offset(utc_offset_hours: i8) -> Offset {
    Offset::from_hours(utc_offset_hours).unwrap_or(Offset::UTC)
}

/// The operating system's random source, in the form that the cryptographic crates take.
pub fn os_random() -> impl rand_core::CryptoRng {
    rand_core::UnwrapErr(getrandom::SysRng)
}

/// `N` random bytes from the operating system.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    use rand_core::Rng;
    let mut bytes = [0; N];
    os_random().fill_bytes(&mut bytes);
    bytes
}

/// Processor time of this thread so far: what a piece of work costs, however busy the machine is.
pub fn thread_cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
