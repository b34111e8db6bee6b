//! What is kept of each site and project is what a report sums, whatever is reversed or moved.

use super::{FAR, Fixture, after, at, batch, holding, job, window};
use wattledger::ledger::Fault;
use wattledger::store::{GroupBy, LedgerSum, StoreError};

/// Two jobs of `vision` and idle, posted.
fn posted() -> Fixture {
    let fixture = Fixture::in_germany(15);
    let mut first = batch(1, 900);
    first.windows = vec![window("gpu0", 0, 900, 300_000_000), window("gpu1", 0, 900, 200_000_001)];
    first.holdings = vec![holding("gpu0", "train", 1, 0, None)];
    first.jobs = vec![job("train", "vision", None)];
    fixture.apply(&first);
    fixture.close(at(FAR));
    fixture
}

fn sums(fixture: &Fixture) -> Vec<LedgerSum> {
    fixture.store.read::<_, StoreError>(|tx| tx.ledger_sums().posted()).unwrap()
}

/// Project, or `idle`, and energy, where there is any.
fn energies(fixture: &Fixture) -> Vec<(String, i64)> {
    let project = |sum: &LedgerSum| sum.project.as_ref().map(ToString::to_string).unwrap_or_default();
    let name = |sum: &LedgerSum| if sum.is_idle { "idle".to_owned() } else { project(sum) };
    let own = sums(fixture).into_iter().map(|sum| (name(&sum), sum.energy.millijoules()));
    own.filter(|(_, energy)| *energy != 0).collect()
}

#[test]
fn sums_follow_reversals_and_jobs_that_change_their_project() {
    let fixture = posted();
    assert_eq!(energies(&fixture), [("idle".to_owned(), 200_000_001), ("vision".to_owned(), 300_000_000)]);
    // The second device turns out to have been held as well: what was idle is taken back.
    let mut late = batch(2, 1_000);
    late.holdings = vec![holding("gpu1", "other", 1, 0, Some(900))];
    fixture.apply(&late);
    fixture.close(at(FAR));
    assert_eq!(energies(&fixture), [(String::new(), 200_000_001), ("vision".to_owned(), 300_000_000)]);
    let mut moved = batch(3, 1_001);
    moved.jobs = vec![job("train", "speech", None), job("other", "speech", None)];
    fixture.apply(&moved);
    assert_eq!(energies(&fixture), [("speech".to_owned(), 500_000_001)]);
    fixture.assert_sound();
    let report = fixture.report(&GroupBy::Project);
    let grams: i64 = sums(&fixture).iter().map(|sum| sum.co2e.micrograms()).sum();
    let overhead: i64 = sums(&fixture).iter().map(|sum| sum.overhead_co2e.micrograms()).sum();
    assert!(grams > 0 && overhead > 0);
    assert_eq!((grams, overhead), (report.total.co2e_ug_location, report.overhead.co2e_ug_location));
}

#[test]
fn what_is_open_is_apart_from_what_is_posted() {
    let fixture = posted();
    let mut next = batch(2, 1_800);
    next.windows = vec![window("gpu0", 900, 1_800, 77_000)];
    fixture.apply(&next);
    let open = fixture.store.read::<_, StoreError>(|tx| tx.ledger_sums().open()).unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(
        (open[0].site.as_str(), open[0].project.clone(), open[0].energy.millijoules()),
        ("fra", Some("vision".into()), 77_000)
    );
}

#[test]
fn a_sum_that_was_changed_is_named() {
    let expected = Some(Fault::Site { site: "fra".into() });
    assert_eq!(after(posted(), "UPDATE ledger_sums SET co2e_ug = co2e_ug + 1 WHERE is_idle = 1"), expected);
    assert_eq!(after(posted(), "DELETE FROM ledger_sums WHERE is_idle = 0"), expected);
}
