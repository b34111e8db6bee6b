//! Factors as they are kept: beside each other, never over each other, and found again.

use super::actions::hourly;
use super::fitting::halves;
use super::*;
use wattledger::grid::{Accounting, Basis, FactorPreference, FactorRule, FactorStatus};

fn by() -> By {
    By::service(at(0))
}

fn edition(name: &str, hour: i64, milligrams: u32) -> FactorSeries {
    FactorSeries { edition: name.to_owned(), ..hourly("DE", hour, milligrams) }
}

fn counts(kept: &KeptFactors) -> (usize, usize, usize, usize) {
    (kept.new, kept.unchanged, kept.revised, kept.refused.len())
}

/// (mg/kWh, step, whether the type is another) that the rule chooses, `seconds` after ten o'clock.
fn chosen(fixture: &Fixture, preference: &FactorPreference, seconds: i64) -> (u32, u8, bool) {
    let choice =
        fixture.store.read(|tx| FactorRule::new(tx, &fixture.library).choose(&"DE".into(), preference, at(seconds)));
    let choice = choice.unwrap();
    (choice.factor.intensity.milligrams_per_kwh(), choice.fallback_step, choice.basis_changed)
}

#[test]
fn a_file_never_changes_an_edition_and_a_provider_may_without_losing_what_was() {
    let fixture = Fixture::in_germany(60);
    let keep = |source, series| counts(&keep(&fixture.store, source, series, by()));
    assert_eq!(keep(FactorSource::File, vec![edition("1", 0, 100), edition("1", 1, 200)]), (2, 0, 0, 0));
    assert_eq!(keep(FactorSource::File, vec![edition("1", 1, 200)]), (0, 1, 0, 0));
    assert_eq!(keep(FactorSource::File, vec![edition("1", 1, 201)]), (0, 0, 0, 1));
    assert_eq!(keep(FactorSource::File, vec![edition("2", 1, 300)]), (1, 0, 0, 0), "another edition is another series");
    assert_eq!(keep(FactorSource::Provider, vec![edition("1", 1, 201)]), (0, 0, 1, 0));
    let mut shifted = edition("1", 1, 5);
    shifted.values[0].interval = Interval::new(at(5_400), at(9_000)).unwrap();
    assert_eq!(keep(FactorSource::Provider, vec![shifted]), (0, 0, 0, 1), "an interval never overlaps another");
    fixture
        .store
        .read::<_, StoreError>(|tx| {
            let series = tx.factors().series_of(&"DE".into())?;
            assert_eq!(series.iter().map(|series| series.edition.as_str()).collect::<Vec<_>>(), ["1", "2"]);
            let now = tx.factors().values(series[0].series, series[0].months.first().copied())?;
            let of = |values: &[wattledger::store::KeptValue]| {
                values.iter().map(|kept| kept.value.intensity.milligrams_per_kwh()).collect::<Vec<_>>()
            };
            assert_eq!(of(&now), [100, 201]);
            let before =
                tx.factors().values_until(series[0].series, series[0].months.first().copied(), now[0].block)?;
            assert_eq!(of(&before), [100]);
            let (_, old, evidence) = tx.factors().block(model::BlockNumber::new(2))?.unwrap();
            assert_eq!((old[0].intensity.milligrams_per_kwh(), evidence.name.as_str()), (200, "test"));
            Ok(())
        })
        .unwrap();
    fixture.assert_sound();
}

#[test]
fn each_step_of_the_fallback_order_answers_where_those_before_it_have_nothing() {
    let fixture = Fixture::in_germany(60);
    let value = |hour: i64, milligrams, status, method: Option<&str>| {
        let mut series = hourly("DE", hour, milligrams);
        (series.values[0].status, series.values[0].method) = (status, method.map(str::to_owned));
        (series.publisher, series.accounting) = ("A".to_owned(), Accounting::Production);
        series
    };
    use FactorStatus::{Estimated, Forecast, Measured, Provisional};
    let any = FactorPreference::default();
    let week = 168;
    assert_eq!(chosen(&fixture, &any, 0), (342_060, 6, false));
    let typical =
        (1..=3).map(|weeks| value(weeks * -week + 48, 100_000 * u32::try_from(weeks).unwrap(), Measured, None));
    keep(&fixture.store, FactorSource::Provider, typical.collect(), by());
    // Ten o'clock is on 10 March 2026; three weeks before two days later, all but one week are in February.
    assert_eq!(chosen(&fixture, &any, 48 * 3_600), (342_060, 6, false), "one hour makes no climatology");
    let typical =
        (1..=3).map(|weeks| value(weeks * week - 48, 100_000 * u32::try_from(weeks).unwrap(), Measured, None));
    keep(&fixture.store, FactorSource::Provider, typical.collect(), by());
    assert_eq!(chosen(&fixture, &any, -48 * 3_600), (200_000, 4, false), "mean of three weeks");
    assert_eq!(chosen(&fixture, &any, -49 * 3_600), (342_060, 6, false));
    let steps = [
        (Forecast, None, 51_000, 2),
        (Measured, Some(wattledger::grid::FROM_MIX), 52_000, 3),
        (Estimated, Some("TIME_SLICER_AVERAGE"), 53_000, 2),
        (Provisional, None, 54_000, 2),
        (Measured, None, 55_000, 1),
    ];
    for (place, (status, method, milligrams, step)) in (0..).zip(steps) {
        let series = FactorSeries { edition: format!("{place}"), ..value(-48, milligrams, status, method) };
        keep(&fixture.store, FactorSource::Provider, vec![series], by());
        assert_eq!(chosen(&fixture, &any, -48 * 3_600), (milligrams, step, false), "{status:?}");
    }
}

#[test]
fn a_wanted_type_comes_before_an_earlier_step_and_another_type_says_so() {
    let fixture = Fixture::in_germany(60);
    let direct = FactorSeries { basis: Basis::Direct, publisher: "B".to_owned(), ..hourly("DE", 0, 240_000) };
    keep(&fixture.store, FactorSource::File, vec![hourly("DE", 0, 310_000), direct], by());
    let wants = |basis: Option<Basis>, publishers: &[&str]| FactorPreference {
        basis,
        publishers: publishers.iter().map(|&name| name.to_owned()).collect(),
        ..FactorPreference::default()
    };
    assert_eq!(chosen(&fixture, &wants(None, &[]), 0), (310_000, 1, false), "lifecycle before direct");
    assert_eq!(chosen(&fixture, &wants(Some(Basis::Direct), &[]), 0), (240_000, 1, false));
    assert_eq!(chosen(&fixture, &wants(None, &["B"]), 0), (240_000, 1, false), "only of publisher B");
    assert_eq!(chosen(&fixture, &wants(Some(Basis::Direct), &["Test"]), 0), (310_000, 1, true));
    // The bundled year is lifecycle, production; the series is consumption.
    assert_eq!(chosen(&fixture, &wants(None, &[]), 3_600), (342_060, 6, true));
    let marginal = FactorSeries { accounting: Accounting::Marginal, ..hourly("DE", 5, 700_000) };
    keep(&fixture.store, FactorSource::File, vec![marginal], by());
    assert_eq!(chosen(&fixture, &wants(None, &[]), 5 * 3_600).0, 342_060, "never marginal");
}

/// Windows of an hour each, from ten o'clock on, on `gpu0` held by job `train`.
pub(super) fn hourly_batch(sequence: u64, hours: std::ops::Range<i64>) -> Batch {
    let mut first = batch(sequence, hours.end * 3_600);
    first.windows = hours.clone().map(|hour| window("gpu0", hour * 3_600, (hour + 1) * 3_600, 1_000_000_007)).collect();
    first.holdings = vec![holding("gpu0", "train", 1, 0, None)];
    first.jobs = vec![job("train", "llm", None)];
    first
}

pub(super) fn take(
    fixture: &Fixture,
    source: FactorSource,
    series: Vec<FactorSeries>,
    now: i64,
) -> ledger::TakenFactors {
    let bytes = format!("{series:?}").into_bytes();
    let evidence = FactorEvidence { source, name: "test".to_owned(), obtained: at(now), bytes };
    ledger::take_factors(&fixture.store, &fixture.library, series, evidence, By::service(at(now))).unwrap()
}

/// (kind, mg/kWh, provisional, reason) of all entries.
fn history(fixture: &Fixture) -> Vec<(String, u32, bool, String)> {
    let entries = fixture.entries().into_iter();
    entries
        .map(|entry| {
            (entry.kind.name().to_owned(), entry.intensity.milligrams_per_kwh(), entry.provisional, entry.reason)
        })
        .collect()
}

#[test]
fn a_provisional_entry_is_posted_again_when_better_data_come_and_says_why() {
    let fixture = Fixture::in_germany(60);
    fixture.apply(&hourly_batch(1, 0..1));
    fixture.close(at(FAR));
    let estimated = |milligrams| {
        let mut series = hourly("DE", 0, milligrams);
        series.values[0].status = FactorStatus::Estimated;
        series
    };
    assert_eq!(take(&fixture, FactorSource::Provider, vec![estimated(300_000)], FAR).entries, 2);
    assert_eq!(take(&fixture, FactorSource::Provider, vec![estimated(300_000)], FAR).entries, 0, "nothing is new");
    assert_eq!(take(&fixture, FactorSource::Provider, vec![hourly("DE", 0, 310_000)], FAR + 86_400).entries, 2);
    assert_eq!(take(&fixture, FactorSource::Provider, vec![hourly("DE", 0, 311_000)], FAR + 86_400).entries, 2);
    assert_eq!(take(&fixture, FactorSource::File, vec![edition("other", 0, 1_000)], FAR).entries, 0, "final is final");
    let reasons = [
        "period or job ended",
        "estimated intensity (Test) in place of national mean (Ember)",
        "measured intensity (Test) in place of estimated intensity (Test)",
        "measured intensity (Test) was revised",
    ];
    let found: Vec<_> = history(&fixture).into_iter().filter(|(kind, ..)| kind != "reversal").collect();
    let expected = [(342_060, true), (300_000, true), (310_000, false), (311_000, false)];
    for (entry, ((milligrams, provisional), reason)) in found.iter().zip(expected.into_iter().zip(reasons)) {
        assert_eq!((entry.1, entry.2, entry.3.as_str()), (milligrams, provisional, reason));
    }
    assert_eq!((found.len(), history(&fixture).len()), (4, 7));
    let selection = Selection { job: Some("train".into()), ..Selection::default() };
    let corrections = ledger::breakdown(&fixture.store, &fixture.library, &selection).unwrap().corrections;
    let said: Vec<_> = corrections.iter().map(|one| (one.day.as_str(), one.reason.as_str(), one.entries)).collect();
    assert_eq!(said, [("2026-04-19", reasons[1], 1), ("2026-04-20", reasons[2], 1), ("2026-04-20", reasons[3], 1)]);
    let explained = ledger::explain(&fixture.store, fixture.entries().last().unwrap().id).unwrap();
    assert_eq!(
        explained.evidence.map(|evidence| (evidence.source, evidence.name)),
        Some((FactorSource::Provider, "test".to_owned()))
    );
    fixture.assert_sound();
    fixture.assert_explained();
}

#[test]
fn a_closed_period_is_left_alone_and_a_restatement_shows_the_difference() {
    let fixture = Fixture::in_germany(60);
    fixture.apply(&hourly_batch(1, 0..2));
    fixture.close(at(FAR));
    let first_hour = Interval::new(at(0), at(3_600)).unwrap();
    let period = ledger::close_period(&fixture.store, None, first_hour, By::service(at(FAR))).unwrap();
    let taken = take(&fixture, FactorSource::File, vec![hourly("DE", 0, 100_000), hourly("DE", 1, 100_000)], FAR);
    assert_eq!((taken.kept.new, taken.entries), (2, 2), "only the hour that is not closed");
    assert_eq!(ledger::outdated(&fixture.store, &fixture.library, first_hour).unwrap(), 1);
    ledger::restate(&fixture.store, &fixture.library, first_hour, "hours".to_owned(), By::service(at(FAR))).unwrap();
    let shown = ledger::period(&fixture.store, &fixture.library, period, None).unwrap();
    assert!(shown.change.delta.metered.co2e_ug_location < 0);
    assert_eq!(shown.change.reasons[0].reason, "hours");
    fixture.assert_sound();
}

#[test]
fn an_account_sums_to_the_same_in_however_many_entries() {
    let fixture = Fixture::in_germany(60);
    // Each of them rounds up by itself.
    for (sequence, start) in (1..).zip([0, 600, 1_200, 1_800]) {
        let mut next = batch(sequence, 4_000 + start);
        next.windows = vec![window("gpu0", start, start + 600, 5_263 * 2 + 7)];
        fixture.apply(&next);
        fixture.close(at(FAR));
    }
    let entries = fixture.entries();
    assert_eq!(entries.len(), 4);
    let co2e: i64 = entries.iter().map(|entry| entry.co2e.micrograms()).sum();
    let energy: i64 = entries.iter().map(|entry| entry.part.energy.millijoules()).sum();
    assert_eq!(co2e, (energy * 342_060 + 1_800_000) / 3_600_000);
    fixture.assert_sound();
}

pub(crate) mod order {
    use super::*;
    use proptest::prelude::*;

    /// What arrives: windows in any order, replies of the provider one after the other.
    fn arrivals() -> impl Strategy<Value = Vec<usize>> {
        let windows = Just((0..4_usize).collect::<Vec<_>>()).prop_shuffle();
        let places = proptest::collection::vec(0..5_usize, 5);
        (windows, places).prop_map(|(windows, mut places)| {
            places.sort_unstable();
            let mut all = windows;
            for (reply, place) in places.into_iter().enumerate().rev() {
                all.insert(place, 10 + reply);
            }
            all
        })
    }

    fn reply(number: usize) -> Vec<FactorSeries> {
        use FactorStatus::{Estimated, Forecast, Measured};
        let of = |hours: std::ops::Range<i64>, base: u32, status| {
            let series = |hour: i64| {
                let mut series = hourly("DE", hour, base + 7_919 * u32::try_from(hour).unwrap());
                series.values[0].status = status;
                series
            };
            hours.map(series).collect::<Vec<_>>()
        };
        match number {
            0 => of(0..6, 200_000, Forecast),
            1 => of(0..4, 210_000, Estimated),
            2 => of(0..3, 220_000, Measured),
            3 => of(1..2, 230_000, Measured),
            _ => of(3..5, 240_000, Measured),
        }
    }

    /// Energy by job, CO2e and that of the overhead after arrivals in `order`: below 10 the parts of the windows, from 10 on what `reply` has.
    pub(crate) fn footprint(
        order: &[usize],
        closing: &[bool],
        reply: impl Fn(usize) -> Vec<FactorSeries>,
    ) -> (BTreeMap<String, i64>, i64, i64) {
        let fixture = Fixture::in_germany(60);
        for (arrival, closes) in order.iter().zip(closing) {
            match arrival {
                10.. => drop(take(&fixture, FactorSource::Provider, reply(arrival - 10), FAR)),
                part => {
                    let mut part_of = hourly_batch(*part as u64 + 1, 0..6);
                    // A quarter of each hour.
                    for window in &mut part_of.windows {
                        window.start = window.start.after(Span::from_seconds(900 * *part as u64)).unwrap();
                        window.end = window.start.after(Span::from_seconds(900)).unwrap();
                        window.energy = Energy::from_millijoules(100_000_003 + *part as i64);
                        window.covered = Span::from_seconds(900);
                    }
                    drop(fixture.apply(&part_of));
                }
            }
            if *closes {
                fixture.close(at(FAR));
            }
        }
        fixture.close(at(FAR));
        fixture.assert_sound();
        let report = fixture.report(&GroupBy::Job);
        (fixture.by_job(), report.total.co2e_ug_location, report.overhead.co2e_ug_location)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: super::permutation::cases(), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_total_is_the_same_whatever_the_order_of_factors_revisions_and_windows(
            (order, closing) in (arrivals(), proptest::collection::vec(any::<bool>(), 9))
        ) {
            let expected = footprint(&[10, 11, 12, 13, 14, 0, 1, 2, 3], &[false; 9], reply);
            prop_assert_eq!(footprint(&order, &closing, reply), expected);
        }
    }
}

#[test]
fn a_site_takes_the_factors_that_it_wants_from_when_it_wants_them() {
    let fixture = Fixture::in_germany(60);
    let of = |basis, hour, milligrams| FactorSeries { basis, ..hourly("DE", hour, milligrams) };
    let both = |hour| [of(Basis::Lifecycle, hour, 310_000), of(Basis::Direct, hour, 240_000)];
    take(&fixture, FactorSource::File, [both(0), both(1)].concat(), 0);
    let direct = FactorPreference { basis: Some(Basis::Direct), ..FactorPreference::default() };
    workload::set_factor_preference(&fixture.store, "fra".into(), at(3_600), direct, By::service(at(0))).unwrap();
    fixture.apply(&hourly_batch(1, 0..3));
    fixture.close(at(FAR));
    let found: Vec<_> = fixture
        .entries()
        .iter()
        .map(|entry| (entry.intensity.milligrams_per_kwh(), entry.factor.contains(r#""basis_changed":true"#)))
        .collect();
    assert_eq!(found, [(310_000, false), (240_000, false), (342_060, true)]);
    let action = fixture.store.read(|tx| tx.actions().after(model::ActionId::new(0), 1_000)).unwrap();
    assert!(action.iter().any(|action| action.kind == "factor_preference" && action.subject.starts_with("fra ")));
    fixture.assert_sound();
    let changed = "UPDATE site_preferences SET preference = '{}'";
    assert!(after(fixture, changed).unwrap().to_string().contains("factor_preference \"fra "));
}

/// Energy of interval `number`, mJ.
fn drawn(number: i64) -> i64 {
    100_000_003 + number * 7_919 % 90_001
}

/// Applies windows of `minutes` each from `start` (s since 1970) on, `count` of them, and posts them; the factor is there before.
fn metered(fixture: &Fixture, start: i64, minutes: i64, count: i64) {
    let moment = |number: i64| Timestamp::from_seconds(start + number * minutes * 60).unwrap();
    workload::assign_node(&fixture.store, "n1".into(), "fra".into(), moment(0), By::service(at(0))).unwrap();
    for (sequence, first) in (1..).zip((0..count).step_by(1_000)) {
        let mut next = batch(sequence, 0);
        next.windows = (first..count.min(first + 1_000))
            .map(|number| Window {
                start: moment(number),
                end: moment(number + 1),
                covered: Span::from_seconds((minutes * 60).unsigned_abs()),
                ..window("gpu0", 0, 1, drawn(number) * minutes / 60)
            })
            .collect();
        fixture.apply(&next);
    }
    fixture.close(at(FAR));
}

/// The formula of METHOD 5.
fn by_hand(energy_mj: i64, milligrams: u32) -> i64 {
    (energy_mj * i64::from(milligrams) + 1_800_000) / 3_600_000
}

fn co2e_of(fixture: &Fixture) -> (i64, i64) {
    let entries = fixture.entries();
    let provisional = entries.iter().filter(|entry| entry.provisional).count();
    (entries.iter().map(|entry| entry.co2e.micrograms()).sum(), i64::try_from(provisional).unwrap())
}

#[test]
fn a_year_of_hours_is_the_sum_by_hand_and_its_gaps_are_filled_and_flagged() {
    let fixture = Fixture::in_germany(60);
    workload::set_zone(&fixture.store, &fixture.library, "fra".into(), "FR", at(-FAR * 60), By::service(at(0)))
        .unwrap();
    let file = include_bytes!("../../../config/grid/demo-2020/FR.csv.gz");
    let terms = wattledger::grid::ImportTerms { zone: Some("FR".into()), ..Default::default() };
    let read = wattledger::grid::read_factors(file, &terms).unwrap();
    assert_eq!((read.lines.len(), read.reading.refused.len(), read.reading.series.len()), (8_775, 0, 2));
    let lifecycle = read.reading.series.iter().find(|series| series.basis == Basis::Lifecycle).unwrap();
    let start = 1_577_836_800;
    let hour_of =
        |value: &wattledger::grid::FactorValue| (value.interval.start().nanoseconds() / 1_000_000_000 - start) / 3_600;
    let values: BTreeMap<i64, u32> =
        lifecycle.values.iter().map(|value| (hour_of(value), value.intensity.milligrams_per_kwh())).collect();
    take(&fixture, FactorSource::File, read.reading.series.clone(), 0);
    metered(&fixture, start, 60, 8_784);
    // A gap takes the mean of the same hour of the week in its month.
    let month_of = |hour: i64| {
        use chrono::Datelike;
        chrono::DateTime::from_timestamp(start + hour * 3_600, 0).unwrap().month()
    };
    let typical = |gap: i64| {
        let alike = values.iter().filter(|(hour, _)| (*hour - gap) % 168 == 0 && month_of(**hour) == month_of(gap));
        let alike: Vec<u64> = alike.map(|(_, value)| u64::from(*value)).collect();
        assert!(alike.len() >= 3);
        let count = alike.len() as u64;
        u32::try_from((alike.iter().sum::<u64>() + count / 2) / count).unwrap()
    };
    let expected =
        (0..8_784).map(|hour| by_hand(drawn(hour), values.get(&hour).copied().unwrap_or_else(|| typical(hour))));
    assert_eq!(co2e_of(&fixture), (expected.sum(), 9));
    let gaps = fixture.entries().into_iter().filter(|entry| entry.provisional);
    assert!(gaps.into_iter().all(|entry| entry.factor.contains(r#""fallback_step":4"#)));
    assert_eq!(ledger::verify(&fixture.store).unwrap().fault, None);
}

#[test]
fn finer_intervals_are_the_sum_by_hand_too() {
    for (minutes, count) in [(30, 336), (5, 600)] {
        let fixture = Fixture::in_germany(60);
        let start = TEN_O_CLOCK_S;
        let values: Vec<u32> =
            (0..count).map(|number| 200_000 + u32::try_from(number * 7_907 % 90_007).unwrap()).collect();
        let mut series = halves(&[]);
        for (number, milligrams) in (0..).zip(&values) {
            let mut value = hourly("DE", 0, *milligrams).values.remove(0);
            let of = |number: i64| Timestamp::from_seconds(start + number * minutes * 60).unwrap();
            value.interval = Interval::new(of(number), of(number + 1)).unwrap();
            series.values.push(value);
        }
        take(&fixture, FactorSource::File, vec![series], 0);
        metered(&fixture, start, minutes, count);
        let energy = |number: i64| drawn(number) * minutes / 60;
        let expected: i64 = (0..).zip(&values).map(|(number, value)| by_hand(energy(number), *value)).sum();
        assert_eq!(co2e_of(&fixture), (expected, 0), "{minutes} min");
        fixture.assert_sound();
    }
}
