//! The marginal figure of a job: beside the average, and in no total.

use super::actions::hourly;
use super::*;
use wattledger::grid::Accounting;
use wattledger::ledger::{MarginalFootprint, marginal_of_job};

fn marginal(fixture: &Fixture) -> Option<MarginalFootprint> {
    let found = fixture.store.read::<_, ledger::LedgerError>(|tx| {
        let job = tx.jobs().find(&"train".into())?.unwrap();
        marginal_of_job(tx, job.job)
    });
    found.unwrap()
}

#[test]
fn it_is_the_energy_times_the_marginal_intensity_of_its_times_and_changes_no_total() {
    let fixture = Fixture::in_germany(60);
    let mut first = batch(1, 3_700);
    // 36 kJ before eleven o'clock, as many after it.
    first.windows = vec![window("gpu0", 3_540, 3_660, 72_000_000)];
    first.holdings = vec![holding("gpu0", "train", 1, 0, None)];
    first.jobs = vec![job("train", "llm", None)];
    fixture.apply(&first);
    assert_eq!(fixture.close(at(FAR)), 2);
    let before = fixture.report(&GroupBy::Project);
    assert_eq!(marginal(&fixture), None, "Germany has no marginal series");

    let series = |hour: i64, milligrams: u32| FactorSeries {
        accounting: Accounting::Marginal,
        publisher: "WattTime".to_owned(),
        ..hourly("DE", hour, milligrams)
    };
    keep(&fixture.store, FactorSource::Provider, vec![series(0, 800_000)], By::service(at(FAR)));
    let found = marginal(&fixture).unwrap();
    // 36 kJ are 0.01 kWh.
    assert_eq!((found.co2e.micrograms(), found.covered.millijoules()), (8_000_000, 36_000_000));
    assert_eq!(found.energy.millijoules(), 72_000_000, "the other half has no marginal intensity");
    keep(&fixture.store, FactorSource::Provider, vec![series(1, 600_000)], By::service(at(FAR)));
    let found = marginal(&fixture).unwrap();
    assert_eq!((found.co2e.micrograms(), found.series.publisher.as_str()), (14_000_000, "WattTime"));
    assert_eq!(fixture.close(at(FAR)), 0, "nothing is posted for it");
    assert_eq!(fixture.report(&GroupBy::Project), before);
    fixture.assert_sound();
}
