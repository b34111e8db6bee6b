//! What is known of a device while it is metered, for anybody to read. Its sampler writes it without waiting for a reader.

use account::meter::{Reading, Window};
use std::sync::atomic::{AtomicU64, Ordering};
use units::{Energy, ExactEnergy, Power, Span};

/// Stands for a power that is not known, which no device draws.
const UNKNOWN: u64 = u64::MAX;

/// The figures of one device. Each is whole by itself; two that are read one after the other may be of different moments.
#[derive(Debug)]
pub struct DeviceFigures {
    reads_power: bool,
    power_mw: AtomicU64,
    energy_mj: AtomicU64,
    read_ns: AtomicU64,
    failures: AtomicU64,
}

impl DeviceFigures {
    /// Figures of a device that was not read yet. Without `reads_power` its power is the mean of its last window. `now` is
    /// monotonic time.
    #[must_use]
    pub const fn new(reads_power: bool, now: Span) -> Self {
        Self {
            reads_power,
            power_mw: AtomicU64::new(UNKNOWN),
            energy_mj: AtomicU64::new(0),
            read_ns: AtomicU64::new(now.nanoseconds()),
            failures: AtomicU64::new(0),
        }
    }

    /// Power of the last reading, or the mean of the last window where the device has only a counter; `None` before.
    #[must_use]
    pub fn power(&self) -> Option<Power> {
        let milliwatts = self.power_mw.load(Ordering::Relaxed);
        (milliwatts != UNKNOWN).then(|| Power::from_milliwatts(milliwatts))
    }

    /// Energy of all complete windows; never decreases.
    #[must_use]
    pub fn energy(&self) -> Energy {
        Energy::from_millijoules(i64::try_from(self.energy_mj.load(Ordering::Relaxed)).unwrap_or(i64::MAX))
    }

    /// When the device last gave a reading, in monotonic time; when it was opened, before the first.
    #[must_use]
    pub fn last_read(&self) -> Span {
        Span::from_nanoseconds(self.read_ns.load(Ordering::Relaxed))
    }

    /// How many reads failed.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Notes a reading that was taken at `at`, in monotonic time.
    pub(crate) fn read(&self, reading: &Reading, at: Span) {
        self.read_ns.store(at.nanoseconds(), Ordering::Relaxed);
        if let Some(power) = reading.power {
            self.power_mw.store(power.milliwatts(), Ordering::Relaxed);
        }
    }

    /// Notes that a read failed.
    pub(crate) fn failed(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds windows that are complete.
    pub(crate) fn metered(&self, windows: &[Window]) {
        for window in windows {
            self.energy_mj.fetch_add(u64::try_from(window.energy.millijoules()).unwrap_or(0), Ordering::Relaxed);
            let energy = ExactEnergy::from_millijoules(window.energy.millijoules().into());
            if let Some(mean) = energy.mean_power(window.covered).filter(|_| !self.reads_power) {
                self.power_mw.store(mean.milliwatts(), Ordering::Relaxed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use account::meter::{Method, Quality};
    use units::Timestamp;

    fn window(millijoules: i64, seconds: u64) -> Window {
        Window {
            device: "GPU-1".into(),
            start: Timestamp::default(),
            end: Timestamp::default().after(Span::from_seconds(10)).unwrap(),
            energy: Energy::from_millijoules(millijoules),
            covered: Span::from_seconds(seconds),
            method: Method::Counter,
            quality: Quality::Counter,
            flags: Vec::new(),
            power_min: Power::ZERO,
            power_peak: Power::ZERO,
            readings: 2,
            integration_uncertainty: Energy::ZERO,
            sensor_systematic: Energy::ZERO,
        }
    }

    fn reading(power: Option<u64>) -> Reading {
        Reading { at: Timestamp::default(), power: power.map(Power::from_milliwatts), counter: Some(1), epoch: 0 }
    }

    #[test]
    fn power_is_the_last_reading_or_the_mean_of_a_window_where_there_is_only_a_counter() {
        let both = [true, false].map(|reads_power| DeviceFigures::new(reads_power, Span::ZERO));
        assert!(both.iter().all(|figures| figures.power().is_none()));
        let [with_power, counter_only] = &both;
        with_power.read(&reading(Some(310_000)), Span::from_seconds(1));
        counter_only.read(&reading(None), Span::from_seconds(1));
        assert_eq!(counter_only.power(), None);
        // Half of the window was observed: 1 kJ in 5 s.
        both.iter().for_each(|figures| figures.metered(&[window(1_000_000, 5)]));
        assert_eq!(with_power.power(), Some(Power::from_milliwatts(310_000)));
        assert_eq!(counter_only.power(), Some(Power::from_milliwatts(200_000)));
    }

    #[test]
    fn a_read_that_fails_is_counted_and_is_no_reading() {
        let figures = DeviceFigures::new(true, Span::from_seconds(3));
        figures.failed();
        figures.failed();
        assert_eq!((figures.failures(), figures.last_read(), figures.power()), (2, Span::from_seconds(3), None));
        figures.metered(&[window(5, 0), window(7, 1)]);
        assert_eq!(figures.energy(), Energy::from_millijoules(12));
    }
}
