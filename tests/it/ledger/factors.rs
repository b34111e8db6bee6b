//! Factors as they are kept: beside each other, never over each other, and found again.

use super::actions::hourly;
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
