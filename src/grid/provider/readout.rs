//! Collects the values of an answer, and refuses those that cannot be.

use super::super::{Accounting, Basis, FactorReading, FactorSeries, FactorStatus, FactorValue, Gas, RefusedValue};
use model::ZoneId;
use serde_json::Value;
use units::{CarbonIntensity, Interval, Timestamp};

/// No grid emits more (accounting rule: 0 to 1500 g/kWh); what is above is in another unit.
const INTENSITY_MAX_MG_PER_KWH: f64 = 1_500_000.0;

/// What all values of a series have in common.
#[derive(Debug, Clone)]
pub(super) struct SeriesType {
    pub(super) zone: ZoneId,
    pub(super) basis: Basis,
    pub(super) gas: Gas,
    pub(super) accounting: Accounting,
    pub(super) publisher: &'static str,
    pub(super) edition: String,
    pub(super) licence: &'static str,
}

/// What an entry of an answer states: a time, g/kWh, how far they can be relied on, and how they were made.
pub(super) struct StatedValue {
    pub(super) interval: Interval,
    pub(super) g_per_kwh: f64,
    pub(super) status: FactorStatus,
    pub(super) method: Option<String>,
}

/// The values of one series as an answer lists them.
#[derive(Debug, Default)]
pub(super) struct Readout {
    values: Vec<(String, FactorValue)>,
    refused: Vec<RefusedValue>,
}

impl Readout {
    /// Takes what `stated` finds in each of `entries`, which the answer lists under `name`. An entry in which it finds nothing is a gap.
    pub(super) fn take_list(
        &mut self,
        name: &str,
        entries: &[Value],
        stated: impl Fn(&Value) -> Result<Option<StatedValue>, String>,
    ) {
        for (number, entry) in entries.iter().enumerate() {
            let place = format!("{name}[{number}]");
            match stated(entry) {
                Ok(Some(StatedValue { interval, g_per_kwh, status, method })) => {
                    self.take(place, interval, g_per_kwh, status, method);
                }
                Ok(None) => {}
                Err(reason) => self.refuse(place, reason),
            }
        }
    }

    /// Takes the value at `place`, in g/kWh, unless it cannot be an intensity.
    pub(super) fn take(
        &mut self,
        place: String,
        interval: Interval,
        g_per_kwh: f64,
        status: FactorStatus,
        method: Option<String>,
    ) {
        match intensity(g_per_kwh) {
            Ok(intensity) => self.values.push((place, FactorValue { interval, intensity, status, method })),
            Err(reason) => self.refuse(place, reason),
        }
    }

    /// Notes that what is at `place` is not taken.
    pub(super) fn refuse(&mut self, place: String, reason: impl Into<String>) {
        self.refused.push(RefusedValue { place, reason: reason.into() });
    }

    /// The series in order of time. Of two values that share a moment neither can be relied on, unless they are equal.
    pub(super) fn finish(self, kind: SeriesType, now: Timestamp) -> FactorReading {
        let Self { mut values, mut refused } = self;
        values.retain(|(place, value)| {
            let is_early = value.status != FactorStatus::Forecast && value.interval.start() > now;
            if is_early {
                let reason = "a time that is still to come cannot have been measured; check the clock of this machine";
                refused.push(RefusedValue { place: place.clone(), reason: reason.to_owned() });
            }
            !is_early
        });
        values.sort_by_key(|(_, value)| value.interval);
        values.dedup_by(|(_, later), (_, earlier)| later == earlier);
        let mut is_doubtful = vec![false; values.len()];
        let mut reach: Option<(usize, Timestamp)> = None;
        for number in 0..values.len() {
            let interval = values[number].1.interval;
            if let Some((widest, end)) = reach
                && end > interval.start()
            {
                (is_doubtful[widest], is_doubtful[number]) = (true, true);
            }
            if reach.is_none_or(|(_, end)| interval.end() > end) {
                reach = Some((number, interval.end()));
            }
        }
        let mut taken = Vec::new();
        for ((place, value), is_doubtful) in values.into_iter().zip(is_doubtful) {
            if is_doubtful {
                let reason = "the answer has another value for a part of the same time: neither is taken";
                refused.push(RefusedValue { place, reason: reason.to_owned() });
            } else {
                taken.push(value);
            }
        }
        let SeriesType { zone, basis, gas, accounting, publisher, edition, licence } = kind;
        let (publisher, licence) = (publisher.to_owned(), licence.to_owned());
        let series = FactorSeries { zone, basis, gas, accounting, publisher, edition, licence, values: taken };
        FactorReading { series: if series.values.is_empty() { Vec::new() } else { vec![series] }, refused }
    }
}

/// Joins what parts of an answer say.
pub(super) fn joined(readings: impl IntoIterator<Item = FactorReading>) -> FactorReading {
    readings.into_iter().fold(FactorReading::default(), |mut all, reading| {
        all.series.extend(reading.series);
        all.refused.extend(reading.refused);
        all
    })
}

/// `g_per_kwh` rounded to mg/kWh, half up.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked before")]
fn intensity(g_per_kwh: f64) -> Result<CarbonIntensity, String> {
    let milligrams = (g_per_kwh * 1e3).round();
    if (0.0..=INTENSITY_MAX_MG_PER_KWH).contains(&milligrams) {
        return Ok(CarbonIntensity::from_milligrams_per_kwh(milligrams as u32));
    }
    Err(format!("{g_per_kwh} g/kWh is not the intensity of a grid, which is from 0 to 1500"))
}
