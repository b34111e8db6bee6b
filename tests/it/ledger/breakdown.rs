use super::*;
use api::{Aggregate, Breakdown};
use wattledger::grid::FactorValue;
use wattledger::store::{By, EntryFilter};

pub(super) fn measured_hour() -> FactorSeries {
    use wattledger::grid::{Accounting, Basis, FactorStatus, Gas};
    FactorSeries {
        zone: "DE".into(),
        basis: Basis::Lifecycle,
        gas: Gas::Co2e,
        accounting: Accounting::Production,
        publisher: "tester".to_owned(),
        edition: "1".to_owned(),
        licence: "none".to_owned(),
        values: vec![FactorValue {
            interval: units::Interval::new(at(0), at(3_600)).unwrap(),
            intensity: units::CarbonIntensity::from_milligrams_per_kwh(123_456),
            status: FactorStatus::Measured,
            method: None,
        }],
    }
}

/// Two projects, a job without one, idle, a supplement, a move and something open.
fn mixed() -> Fixture {
    let fixture = Fixture::in_germany(15);
    let mut first = batch(1, 900);
    first.windows = vec![window("gpu0", 0, 800, 300_000_001), window("gpu1", 0, 900, 77_777)];
    first.holdings = vec![holding("gpu0", "train", 2, 100, None), holding("gpu0", "sweep", 1, 300, None)];
    first.jobs = vec![job("train", "language", None), job("sweep", "vision", None)];
    fixture.apply(&first);
    // A measured hour, so that the first entries are final.
    keep(&fixture.store, FactorSource::File, vec![measured_hour()], By::service(at(0)));
    fixture.close(at(1_600));
    let mut late = batch(2, 1_000);
    late.windows = vec![window("gpu1", 900, 950, 5_000)];
    late.holdings = vec![holding("gpu1", "loose", 1, 400, None)];
    fixture.apply(&late);
    fixture.close(at(2_500));
    let mut open = batch(3, 4_000);
    open.windows = vec![window("gpu0", 3_600, 4_000, 1_234_567)];
    fixture.apply(&open);
    fixture
}

fn breakdown(fixture: &Fixture, selection: &Selection) -> Breakdown {
    ledger::breakdown(&fixture.store, &fixture.library, selection).unwrap()
}

/// The parts add up to the sum, the factors do too, and each link names entries that sum to its part.
fn assert_adds_up(fixture: &Fixture, sum: &Aggregate, selection: &Selection) {
    let found = breakdown(fixture, selection);
    let parts = [&found.settled.part, &found.provisional.part, &found.open.part];
    let total = |of: &dyn Fn(&api::Slice) -> i64| parts.iter().map(|part| of(part)).sum::<i64>();
    assert_eq!(found.total.amount.energy_mj, sum.energy_mj, "{selection:?}");
    assert_eq!(found.total.amount.co2e_ug_location, sum.co2e_ug_location, "{selection:?}");
    assert_eq!(found.total.quality, sum.quality, "{selection:?}");
    assert_eq!(total(&|part| part.amount.energy_mj), sum.energy_mj, "{selection:?}");
    assert_eq!(total(&|part| part.amount.co2e_ug_location), sum.co2e_ug_location, "{selection:?}");
    assert_eq!(total(&|part| part.overhead.energy_mj), found.total.overhead.energy_mj, "{selection:?}");
    assert_eq!(found.factors.iter().map(|factor| factor.energy_mj).sum::<i64>(), sum.energy_mj, "{selection:?}");
    assert_eq!(found.factors.iter().map(|factor| factor.co2e_ug).sum::<i64>(), sum.co2e_ug_location, "{selection:?}");
    let steps = |of: fn(&api::IntensityShare) -> i64| found.intensities.iter().map(of).sum::<i64>();
    let sums = (steps(|step| step.energy_mj), steps(|step| step.co2e_ug));
    assert_eq!(sums, (sum.energy_mj, sum.co2e_ug_location), "{selection:?}");
    for step in found.intensities.iter().filter(|step| step.energy_mj > 0) {
        // Rounding moves a gram's millionths by less than one for each entry.
        let g_per_kwh = step.co2e_ug as f64 * 3.6e3 / step.energy_mj as f64;
        let above = step.below_g_per_kwh.map_or(f64::MAX, f64::from) + 1.0;
        assert!(
            (f64::from(step.from_g_per_kwh) - 1.0..above).contains(&g_per_kwh) || step.energy_mj < 100_000,
            "{step:?}"
        );
    }
    for (provisional, part) in [(false, &found.settled), (true, &found.provisional)] {
        let selection = Selection { provisional: Some(provisional), ..selection.clone() };
        let filter = EntryFilter { selection, id: None, after: None, limit: 10_000 };
        let entries = fixture.store.read(|tx| tx.entries().named(&filter)).unwrap();
        assert_eq!(i64::try_from(entries.len()).unwrap(), part.entries);
        let energy: i64 = entries.iter().map(|named| named.entry.part.energy.millijoules()).sum();
        assert_eq!(energy, part.part.amount.energy_mj);
    }
}

#[test]
fn every_figure_of_a_report_is_the_sum_of_its_parts() {
    let fixture = mixed();
    let all = Selection::between(at(-FAR), at(FAR));
    let groups = [
        GroupBy::Project,
        GroupBy::Job,
        GroupBy::Node,
        GroupBy::Site,
        GroupBy::Calendar(wattledger::store::CalendarUnit::Day, chrono_tz::Asia::Kathmandu),
        GroupBy::Label("x".to_owned()),
    ];
    for by in groups {
        let report = fixture.report(&by);
        assert!(report.idle.energy_mj > 0 && report.open.energy_mj > 0 && !report.rows.is_empty(), "{report:?}");
        assert_adds_up(&fixture, &report.total, &all.with_idle(false));
        assert_adds_up(&fixture, &report.idle, &all.with_idle(true));
        assert_adds_up(&fixture, &report.metered, &all);
        let overhead = breakdown(&fixture, &all).total.overhead;
        assert_eq!(
            (overhead.energy_mj, overhead.co2e_ug_location),
            (report.overhead.energy_mj, report.overhead.co2e_ug_location)
        );
        for row in &report.rows {
            let selection = all.of_group(&by, row.group.as_deref());
            assert_adds_up(&fixture, &row.amount, &selection);
            assert_eq!(breakdown(&fixture, &selection).total.overhead, row.overhead);
        }
    }
}

#[test]
fn what_has_a_measured_factor_is_final_and_the_rest_provisional_or_open() {
    let fixture = mixed();
    let found = breakdown(&fixture, &Selection::default());
    let energies = [&found.settled.part, &found.open.part].map(|part| part.amount.energy_mj);
    // What gpu0 and gpu1 used in the first hour, and what is not posted yet.
    assert_eq!(energies, [300_000_001 + 77_777 + 5_000, 1_234_567]);
    assert_eq!((found.provisional.part.amount.energy_mj, found.open.accounts), (0, 2));
    let shown: Vec<_> =
        found.factors.iter().map(|factor| (factor.factor.edition.as_str(), factor.entries > 0)).collect();
    assert_eq!(shown[0], ("1", true));
    assert_eq!((shown.len(), shown[1].1), (2, false), "the open part has the yearly factor so far");
}

#[test]
fn what_lacks_a_project_or_a_label_is_selected_as_such() {
    let fixture = mixed();
    let report = fixture.report(&GroupBy::Project);
    let loose = report.rows.iter().find(|row| row.group.is_none()).unwrap();
    assert!(loose.amount.explain.ends_with("&without=project&idle=false"), "{}", loose.amount.explain);
    let command = breakdown(&fixture, &Selection::default().of_group(&GroupBy::Label("a b".to_owned()), None)).command;
    assert_eq!(command, "wattledger explain --without 'label:a b' --idle false");
}
