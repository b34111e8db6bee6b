//! Laws that hold for every series: conservation, idempotence, sign.
#![allow(clippy::unwrap_used, reason = "a test helper that cannot go on should say where")]

use account::attribute::{split, split_span};
use account::meter::{CounterSensor, CounterUnit, Meter, PowerSensor, Reading, Sensor, Window};
use proptest::prelude::*;
use units::{Energy, Power, Span, Timestamp};

fn sensors() -> impl Strategy<Value = Sensor> {
    let counter = prop_oneof![
        Just(None),
        (
            prop_oneof![Just(CounterUnit::Millijoule), Just(CounterUnit::Microjoule), Just(CounterUnit::Amd)],
            any::<bool>()
        )
            .prop_map(|(unit, wraps)| {
                Some(CounterSensor { unit, range: wraps.then_some(50_000_000), update: Span::from_milliseconds(100) })
            }),
    ];
    let power = prop_oneof![
        Just(None),
        Just(Some(PowerSensor::ONE_SECOND_AVERAGE)),
        Just(Some(PowerSensor::INSTANT_25_OF_100)),
        Just(Some(PowerSensor::Unknown)),
        Just(Some(PowerSensor::Modelled)),
    ];
    (counter, power).prop_map(|(counter, power)| Sensor {
        counter,
        power,
        limit: Power::from_milliwatts(700_000),
        cadence: Span::from_seconds(1),
        systematic_ppm: 50_000,
    })
}

/// Readings with odd steps, holes, failed reads, resets, jumps and clock repeats.
fn series() -> impl Strategy<Value = Vec<Reading>> {
    let one = (
        prop_oneof![8 => 1u64..3_000_000_000, 1 => Just(0), 1 => 9_000_000_000u64..90_000_000_000],
        proptest::option::weighted(0.8, 0u64..900_000),
        proptest::option::weighted(0.8, prop_oneof![9 => 0u64..900_000, 1 => any::<u64>()]),
        prop_oneof![20 => Just(0u64), 1 => Just(1u64)],
    );
    proptest::collection::vec(one, 2..120).prop_map(|steps| {
        let (mut at, mut count, mut epoch) = (1_700_000_000_000_000_123u64, 40_000_000u64, 0);
        steps
            .into_iter()
            .map(|(step, power, rise, reload)| {
                at += step;
                epoch += reload;
                let counter = rise.map(|rise| {
                    count = count.wrapping_add(rise) % 60_000_000;
                    count
                });
                Reading {
                    at: Timestamp::from_nanoseconds(i64::try_from(at).unwrap()),
                    power: power.map(Power::from_milliwatts),
                    counter,
                    epoch,
                }
            })
            .collect()
    })
}

fn windows(sensor: Sensor, length: Option<Span>, readings: &[Reading]) -> Vec<Window> {
    let mut meter = Meter::new("device", sensor, length);
    let mut out = Vec::new();
    for reading in readings {
        meter.push(reading).unwrap();
        out.extend(meter.drain());
    }
    out.extend(meter.finish().unwrap());
    out
}

fn total(windows: &[Window]) -> i64 {
    windows.iter().map(|window| window.energy.millijoules()).sum()
}

proptest! {
    #[test]
    fn windows_end_where_they_are_cut_and_their_sum_stays(
        sensor in sensors(), readings in series(), cuts in proptest::collection::vec((0usize..120, -2_000_000_000i64..2_000_000_000), 1..20)
    ) {
        let length = Some(Span::from_seconds(10));
        let whole = windows(sensor, length, &readings);
        let (mut meter, mut cut) = (Meter::new("device", sensor, length), Vec::new());
        for (position, reading) in readings.iter().enumerate() {
            for (_, by_ns) in cuts.iter().filter(|(before, _)| *before == position) {
                meter.cut_at(Timestamp::from_nanoseconds(reading.at.nanoseconds() + by_ns));
            }
            meter.push(reading).unwrap();
            cut.extend(meter.drain());
        }
        cut.extend(meter.finish().unwrap());
        prop_assert_eq!(total(&cut), total(&whole));
        prop_assert!(cut.windows(2).all(|pair| pair[0].end == pair[1].start && pair[0].start < pair[0].end));
        let covered = |windows: &[Window]| windows.iter().map(|window| window.covered.nanoseconds()).sum::<u64>();
        prop_assert_eq!(covered(&cut), covered(&whole));
        // Every end of a window without cuts is one with them.
        prop_assert!(whole.iter().all(|window| cut.iter().any(|piece| piece.end == window.end)));
    }

    #[test]
    fn any_split_of_a_series_sums_to_the_whole(sensor in sensors(), readings in series(), length_ms in 1u64..20_000) {
        let whole = windows(sensor, None, &readings);
        let parts = windows(sensor, Some(Span::from_milliseconds(length_ms)), &readings);
        prop_assert_eq!(total(&whole), total(&parts));
        for pair in parts.windows(2) {
            prop_assert_eq!(pair[0].end, pair[1].start);
        }
        let covered = |windows: &[Window]| windows.iter().map(|w| w.covered.nanoseconds()).sum::<u64>();
        prop_assert_eq!(covered(&whole), covered(&parts));
    }

    #[test]
    fn interrupting_and_going_on_changes_nothing(sensor in sensors(), readings in series(), at in any::<prop::sample::Index>()) {
        let at = at.index(readings.len());
        let mut meter = Meter::new("device", sensor, None);
        for reading in &readings[..at] {
            meter.push(reading).unwrap();
        }
        let mut resumed = meter.clone();
        for reading in &readings[at..] {
            resumed.push(reading).unwrap();
        }
        prop_assert_eq!(resumed.finish().unwrap(), windows(sensor, None, &readings));
    }

    #[test]
    fn energy_is_never_negative_and_never_above_the_ceiling_of_a_counter(sensor in sensors(), readings in series()) {
        for window in windows(sensor, Some(Span::from_seconds(10)), &readings) {
            prop_assert!(window.energy.millijoules() >= 0);
            prop_assert!(window.integration_uncertainty.millijoules() >= 0);
            prop_assert!(window.covered <= window.span());
            prop_assert!(window.power_min <= window.power_peak);
        }
    }

    /// Failed reads and repeats, wherever they fall and in whichever order they arrive, are not there.
    #[test]
    fn dropped_and_doubled_readings_change_nothing(sensor in sensors(), readings in series(), backwards in any::<bool>()) {
        let mut noisy = Vec::new();
        for (position, reading) in readings.iter().enumerate() {
            noisy.push(*reading);
            let mut echo: Vec<Reading> = readings[..=position].iter().rev().take(4).copied().collect();
            echo.push(Reading { power: None, counter: None, ..*reading });
            if backwards {
                echo.reverse();
            }
            noisy.extend(echo);
        }
        prop_assert_eq!(windows(sensor, None, &noisy), windows(sensor, None, &readings));
    }

    #[test]
    fn shares_sum_to_the_window(energy in 0i64..i64::MAX / 2, weights in proptest::collection::vec(0u64..1_000_000, 1..40)) {
        let parts = split(Energy::from_millijoules(energy), &weights).unwrap();
        prop_assert_eq!(parts.iter().map(|part| part.millijoules()).sum::<i64>(), energy);
        prop_assert!(parts.iter().all(|part| part.millijoules() >= 0));
        let times = split_span(Span::from_nanoseconds(energy.unsigned_abs()), &weights).unwrap();
        let same: Vec<u64> = parts.iter().map(|part| part.millijoules().unsigned_abs()).collect();
        prop_assert_eq!(times.into_iter().map(Span::nanoseconds).collect::<Vec<_>>(), same);
    }

}
