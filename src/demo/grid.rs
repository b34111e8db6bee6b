//! Grid intensities of the demonstration: hourly values of 2020, shifted by whole weeks to the present, each first as a forecast, then provisional, then
//! final; and a made-up marginal series.

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

/// The seconds of a week, from Thursday 00:00 UTC, whose hours are lost: Saturday, 03:00 to 05:00.
const LOST: Range<i64> = 2 * DAY + 3 * HOUR..2 * DAY + 5 * HOUR;

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

    /// The series of those hours that were published with `status` by `now`, one a zone and year.
    fn factors(&self, seconds: &Range<i64>, now: i64, status: FactorStatus) -> Vec<FactorSeries> {
        let mut found: Vec<FactorSeries> = Vec::new();
        for ((zone, _), final_after) in FILES.into_iter().zip(FINAL_AFTER_S) {
            for hour in hours(seconds) {
                let is_published = is_published(hour, now, final_after, status) && !is_lost(zone, hour, status);
                let value = self.at(zone, hour).filter(|_| is_published);
                let Some((edition, value)) = value.and_then(|value| factor(hour, value, status)) else { continue };
                match found.last_mut().filter(|last| last.zone == *zone && last.edition == edition) {
                    Some(last) => last.values.push(value),
                    None => found.push(series(zone, edition, value)),
                }
            }
        }
        found
    }

    /// Marginal intensities of one zone up to `now`, made up from its averages: a site that has such a series shows it beside the average.
    fn marginal(&self, seconds: &Range<i64>, now: i64) -> Option<FactorSeries> {
        let (zone, _) = FILES[0];
        let value = |hour: i64| {
            let average = self.at(zone, hour).filter(|_| is_published(hour, now, 0, FactorStatus::Measured))?;
            // Mostly gas and coal at the margin, the dirtier the more of both runs.
            let intensity = CarbonIntensity::from_milligrams_per_kwh(400_000 + average / 2);
            let interval = Interval::new(moment(hour), moment(hour + HOUR))?;
            Some(FactorValue { interval, intensity, status: FactorStatus::Measured, method: None })
        };
        let values: Vec<FactorValue> = hours(seconds).filter_map(value).collect();
        let series = FactorSeries {
            zone: zone.into(),
            basis: Basis::Direct,
            gas: Gas::Co2e,
            accounting: Accounting::Marginal,
            publisher: "Wattledger".to_owned(),
            edition: "demonstration: made up, no measured margin".to_owned(),
            licence: "none, made up".to_owned(),
            values,
        };
        (!series.values.is_empty()).then_some(series)
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
            let mut factors = self.factors(&(from..to), second, status);
            if status == FactorStatus::Measured {
                factors.extend(self.marginal(&(from..to), second));
            }
            // The demonstration has no file or reply of its own to show: the values stand for themselves.
            let bytes = format!("{factors:?}").into_bytes();
            let name = "demonstration".to_owned();
            let evidence = FactorEvidence { source: FactorSource::Provider, name, obtained: now, bytes };
            ledger::take_factors(store, library, factors, evidence, By::service(now))?;
        }
        Ok(())
    }
}

/// The hours that begin within `seconds`, s.
fn hours(seconds: &Range<i64>) -> impl Iterator<Item = i64> {
    (seconds.start.div_euclid(HOUR)..seconds.end.div_euclid(HOUR)).map(|hour| hour * HOUR)
}

/// Whether the publisher loses the value of an hour: of one zone, two hours a week, of which the forecast alone is known. Real ones lose hours too.
fn is_lost(zone: &str, hour: i64, status: FactorStatus) -> bool {
    zone == "GB" && status != FactorStatus::Forecast && LOST.contains(&hour.rem_euclid(7 * DAY))
}

/// Whether the value of an hour was published with `status` by `now`: first its forecast, then a provisional value when it is over, then the final one.
/// All three stay, side by side.
const fn is_published(hour: i64, now: i64, final_after: i64, status: FactorStatus) -> bool {
    let age = now - (hour + HOUR);
    match status {
        FactorStatus::Forecast => true,
        FactorStatus::Provisional => age >= 0,
        _ => age >= final_after,
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
    fn forecasts_provisional_and_final_values_stand_side_by_side_as_time_goes_on() {
        let series = ShiftedSeries::bundled().unwrap();
        let hour = 1_795_564_800;
        let words = ["forecast", "provisional", "final"];
        for (now, known) in [(hour + HOUR - 1, 1), (hour + HOUR, 2), (hour + HOUR + FINAL_AFTER_S[0], 3)] {
            let all = [FactorStatus::Forecast, FactorStatus::Provisional, FactorStatus::Measured];
            let found: Vec<_> =
                all.iter().flat_map(|status| series.factors(&(hour..hour + HOUR), now, *status)).collect();
            let german: Vec<_> = found.iter().filter(|series| series.zone == "DE").collect();
            assert!(german.iter().all(|series| series.values.len() == 1), "{german:?}");
            let expected =
                words[..known].iter().map(|word| format!("demonstration: ENTSO-E 2020 shifted to 2026, {word}"));
            assert_eq!(
                german.iter().map(|series| series.edition.clone()).collect::<Vec<_>>(),
                expected.collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn two_hours_a_week_of_one_zone_have_a_forecast_alone() {
        let series = ShiftedSeries::bundled().unwrap();
        // 2026-11-28, a Saturday.
        let saturday = 1_795_824_000;
        let known = |zone: &str, status| {
            let all = series.factors(&(saturday..saturday + DAY), saturday + 9 * DAY, status);
            all.iter().filter(|series| series.zone == *zone).map(|series| series.values.len()).sum::<usize>()
        };
        assert_eq!((known("GB", FactorStatus::Measured), known("GB", FactorStatus::Forecast)), (22, 24));
        assert_eq!(known("DE", FactorStatus::Measured), 24);
    }

    #[test]
    fn the_marginal_series_is_made_up_and_says_so() {
        let series = ShiftedSeries::bundled().unwrap();
        let hour = 1_795_564_800;
        let found = series.marginal(&(hour..hour + 2 * HOUR), hour + HOUR).unwrap();
        let average = series.at("DE", hour).unwrap();
        assert_eq!(found.values.len(), 1, "the next hour is not over");
        assert_eq!(found.values[0].intensity.milligrams_per_kwh(), 400_000 + average / 2);
        assert!(found.accounting == Accounting::Marginal && found.edition.contains("made up"), "{found:?}");
        assert_eq!(series.marginal(&(hour..hour + HOUR), hour), None);
    }
}
