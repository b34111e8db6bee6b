//! The real service under kills, broken networks, failing disks, floods and calendars, judged by one oracle.
//!
//! Counts are those of a change under review; `WATTLEDGER_LONG=20` makes every count 20 times as large (or every soak as long).
//! Each random test prints its seed; `WATTLEDGER_SEED` repeats it.
#![allow(clippy::print_stdout, reason = "seeds and counts are to be seen")]

mod calendar;
mod clock;
mod directory;
mod disk;
mod floods;
mod fuzz;
mod kill;
mod proxy;
mod soak;

use crate::line::Line;
use crate::oracle::{Fleet, Record};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

/// Posts what has ended every second, and leaves the log to what is wrong.
pub(crate) const EAGER: &str = "log_level = \"error\"\n[ledger]\nclose_every_s = 1\ngrace_s = 0\n";

/// `short`, times what a long run asks for.
#[allow(clippy::disallowed_methods, reason = "the length of a test run is asked for by whoever starts it")]
pub(crate) fn count(short: u64) -> u64 {
    short * std::env::var("WATTLEDGER_LONG").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// The most that `time` may become. A promise in seconds is one of a machine that does nothing else, which a long run has; in a short one a
/// minute tells what is slow from what never ends.
pub(crate) fn promised(time: Duration) -> Duration {
    if count(1) > 1 { time } else { time.max(Duration::from_secs(60)) }
}

/// A random generator, whose seed is printed.
#[allow(clippy::disallowed_methods, reason = "a failure is repeated by its seed")]
pub(crate) fn random() -> fastrand::Rng {
    let asked = std::env::var("WATTLEDGER_SEED").ok().and_then(|text| text.parse().ok());
    let seed = asked.unwrap_or_else(|| fastrand::u64(..));
    println!("seed {seed}: repeat with WATTLEDGER_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}

/// Seconds that pass in `work`.
#[expect(clippy::disallowed_methods, reason = "the time that a real process takes")]
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begin = std::time::Instant::now();
    let done = work();
    (begin.elapsed(), done)
}

/// Whether this machine can trace; the test is skipped where it cannot.
fn can_trace() -> bool {
    let can = crate::skip::runs("strace", &["-o", "/dev/null", "true"]);
    if !can {
        crate::skip::skip("strace is missing or may not trace here");
    }
    can
}

/// Where the service is just now.
pub(crate) struct Target(Mutex<Option<SocketAddr>>);

impl Target {
    pub(crate) fn nowhere() -> Self {
        Self(Mutex::new(None))
    }

    pub(crate) fn is(&self, address: Option<SocketAddr>) {
        *self.0.lock().unwrap() = address;
    }

    pub(crate) fn address(&self) -> Option<SocketAddr> {
        *self.0.lock().unwrap()
    }
}

/// Sends batch `name` until it is acknowledged; every refusal but "not now" is a defect.
pub(crate) fn deliver(line: &mut Line, target: &Target, fleet: Fleet, name: crate::oracle::Name, record: &Record) {
    let body = fleet.batch(name);
    record.issued(name);
    for _ in 0..20_000 {
        let answer = target.address().map(|address| line.post(address, wire::PATH, &body));
        match answer {
            Some(Ok(answer)) if answer.status == 200 => return record.acknowledged(name),
            Some(Ok(answer)) => assert!(matches!(answer.status, 429 | 503), "{answer:?}"),
            // The service is away.
            Some(Err(_)) | None => {}
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("batch {name:?} was never taken");
}
