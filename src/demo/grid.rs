//! Grid intensities of the demonstration: hourly values of 2020, shifted by whole weeks to the present, which become final as time goes on.

use super::agent::moment;
use super::error::DemoError;
use super::noise::white;
use super::schedule::{DAY, HOUR, MINUTE};
use crate::grid::{
    Accounting, Basis, FactorSeries, FactorStatus, FactorValue, Gas, ImportTerms, Library, read_factors,
};
use crate::ledger;
use crate::store::{By, FactorEvidence, Store};
use model::FactorSource;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use units::{CarbonIntensity, Interval, Timestamp};

const FILES: [(&str, &[u8]); 3] = [
    ("DE", include_bytes!("../../config/grid/demo-2020/DE.csv.gz")),
    ("FR", include_bytes!("../../config/grid/demo-2020/FR.csv.gz")),
    ("GB", include_bytes!("../../config/grid/demo-2020/GB.csv.gz")),
];
/// 313 weeks lie between an hour of 2020 and that of 2026 with the same weekday: 2191 days.
const SHIFT_S: i64 = 313 * 7 * DAY;
/// Beyond the end of the series, the same weekday a year earlier or later is used.
const YEAR_S: i64 = 52 * 7 * DAY;
/// The seconds of the year 2020, which the series covers.
const SERIES: Range<i64> = 1_577_836_800..1_609_459_200;
/// How far ahead forecasts reach, s.
const AHEAD_S: i64 = 48 * HOUR;
/// How long after an hour its final value is published, s, in the order of [`FILES`].
const FINAL_AFTER_S: [i64; 3] = [2 * HOUR + 10 * MINUTE, 2 * HOUR + 25 * MINUTE, 2 * HOUR + 45 * MINUTE];

/// Intensities by zone and second of 2020, mg/kWh, read as those of the present.
pub(super) struct ShiftedSeries(BTreeMap<(&'static str, i64), u32>);

impl ShiftedSeries {
    /// Reads the bundled series.
    pub(super) fn bundled() -> Result<Self, DemoError> {
        let mut values = BTreeMap::new();
        for (zone, packed) in FILES {
            let broken = |reason: String| DemoError::Series { zone, reason };
            let terms =
                ImportTerms { zone: Some(zone.into()), basis: Some(Basis::Lifecycle), ..ImportTerms::default() };
            let read = read_factors(packed, &terms).map_err(|error| broken(error.to_string()))?;
            for value in read.reading.series.into_iter().flat_map(|series| series.values) {
                let second = value.interval.start().nanoseconds().div_euclid(1_000_000_000);
                values.insert((zone, second), value.intensity.milligrams_per_kwh());
            }
        }
        Ok(Self(values))
    }

    /// The value of an hour, mg/kWh; `None` if the publisher has none.
    fn at(&self, zone: &'static str, hour: i64) -> Option<u32> {
        let mut source = hour - SHIFT_S;
        while source >= SERIES.end {
            source -= YEAR_S;
        }
        while source < SERIES.start {
            source += YEAR_S;
        }
        self.0.get(&(zone, source)).copied()
    }

    /// The series of those hours that have `status` at `now`, one a zone and year.
    fn factors(&self, seconds: &Range<i64>, now: i64, status: FactorStatus) -> Vec<FactorSeries> {
        let mut found: Vec<FactorSeries> = Vec::new();
        for ((zone, _), final_after) in FILES.into_iter().zip(FINAL_AFTER_S) {
            for hour in (seconds.start.div_euclid(HOUR)..seconds.end.div_euclid(HOUR)).map(|hour| hour * HOUR) {
                let value = self.at(zone, hour).filter(|_| status_of(hour, now, final_after) == status);
                let Some((edition, value)) = value.and_then(|value| factor(hour, value, status)) else { continue };
                match found.last_mut().filter(|last| last.zone == *zone && last.edition == edition) {
                    Some(last) => last.values.push(value),
                    None => found.push(series(zone, edition, value)),
                }
            }
        }
        found
    }

    /// Imports every factor from `from` to 48 h after `now` that is new, and restates entries that were posted with earlier ones.
    pub(super) fn publish(
        &self,
        store: &Store,
        library: &Arc<Library>,
        from: i64,
        now: Timestamp,
    ) -> Result<(), DemoError> {
        let second = now.nanoseconds().div_euclid(1_000_000_000);
        let to = second + AHEAD_S;
        for status in [FactorStatus::Forecast, FactorStatus::Provisional, FactorStatus::Measured] {
            let factors = self.factors(&(from..to), second, status);
            // The demonstration has no file or reply of its own to show: the values stand for themselves.
            let bytes = format!("{factors:?}").into_bytes();
            let name = "demonstration".to_owned();
            let evidence = FactorEvidence { source: FactorSource::Provider, name, obtained: now, bytes };
            ledger::take_factors(store, library, factors, evidence, By::service(now))?;
        }
        Ok(())
    }
}

fn status_of(hour: i64, now: i64, final_after: i64) -> FactorStatus {
    match now - (hour + HOUR) {
        ..0 => FactorStatus::Forecast,
        age if age < final_after => FactorStatus::Provisional,
        _ => FactorStatus::Measured,
    }
}

/// The value of an hour and its edition. Forecasts and provisional values are some percent off the final one, as real ones are.
fn factor(hour: i64, value: u32, status: FactorStatus) -> Option<(String, FactorValue)> {
    let (word, off) = match status {
        FactorStatus::Forecast => ("forecast", white(70, &[hour, 1])),
        FactorStatus::Provisional => ("provisional", white(20, &[hour, 2])),
        _ => ("final", 0),
    };
    let intensity =
        CarbonIntensity::from_milligrams_per_kwh(u32::try_from(i64::from(value) * (1_000 + off) / 1_000).ok()?);
    let year = chrono::DateTime::from_timestamp(hour, 0)?.format("%Y").to_string();
    let edition = format!("demonstration: ENTSO-E 2020 shifted to {year}, {word}");
    let interval = Interval::new(moment(hour), moment(hour + HOUR))?;
    Some((edition, FactorValue { interval, intensity, status, method: None }))
}

fn series(zone: &'static str, edition: String, value: FactorValue) -> FactorSeries {
    FactorSeries {
        zone: zone.into(),
        basis: Basis::Lifecycle,
        gas: Gas::Co2e,
        accounting: Accounting::Production,
        publisher: "ENTSO-E".to_owned(),
        edition,
        licence: "CC BY 4.0".to_owned(),
        values: vec![value],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_that_of_2020_with_the_same_weekday_and_a_hole_stays_a_hole() {
        let series = ShiftedSeries::bundled().unwrap();
        // 2026-11-25T00:00Z, a Wednesday, as 2020-11-25 was.
        let hour = 1_795_564_800;
        assert_eq!(series.at("DE", hour), series.0.get(&("DE", 1_606_262_400)).copied());
        assert!(series.at("DE", hour).is_some());
        // 2020-11-20T13:00Z is not there.
        let hole = 1_605_877_200 + SHIFT_S;
        assert_eq!((series.at("FR", hole), series.at("FR", hole + HOUR).is_some()), (None, true));
        // Years later there is still a value.
        assert!(series.at("GB", hour + 3_000 * DAY).is_some());
    }

    #[test]
    fn forecasts_become_provisional_and_then_final_under_editions_of_their_own() {
        let series = ShiftedSeries::bundled().unwrap();
        let hour = 1_795_564_800;
        for (now, expected) in
            [(hour + HOUR - 1, "forecast"), (hour + HOUR, "provisional"), (hour + HOUR + FINAL_AFTER_S[0], "final")]
        {
            let all = [FactorStatus::Forecast, FactorStatus::Provisional, FactorStatus::Measured];
            let found: Vec<_> =
                all.iter().flat_map(|status| series.factors(&(hour..hour + HOUR), now, *status)).collect();
            assert_eq!(found.iter().map(|series| series.values.len()).sum::<usize>(), 3);
            let edition = &found.iter().find(|series| series.zone == "DE").unwrap().edition;
            assert_eq!(*edition, format!("demonstration: ENTSO-E 2020 shifted to 2026, {expected}"));
        }
    }
}
