use super::*;
use api::Period;
use ledger::LedgerError;
use model::PeriodId;
use proptest::prelude::*;
use wattledger::store::GroupBy::{Calendar, Job as ByJob, Label, Node as ByNode, Project, Site};
use wattledger::store::{By, CalendarUnit};

/// 2026-03-10 as the period.
fn day() -> Interval {
    Interval::new(at(-36_000), at(50_400)).unwrap()
}

fn close_day(fixture: &Fixture) -> Result<PeriodId, LedgerError> {
    ledger::close_period(&fixture.store, None, day(), By { token: "token".into(), at: at(FAR) })
}

fn shown(fixture: &Fixture, period: PeriodId) -> Period {
    ledger::period(&fixture.store, &fixture.library, period, None).unwrap()
}

/// Every report of the closed period, in every grouping, as the bytes of its document.
fn reports(fixture: &Fixture, named: &str) -> Vec<String> {
    let selection = ledger::closed(&fixture.store, named, None).unwrap();
    let groups =
        [Project, ByJob, ByNode, Site, Calendar(CalendarUnit::Month, chrono_tz::UTC), Label("team".to_owned())];
    let report = |by: &GroupBy| ledger::report(&fixture.store, &fixture.library, &selection, by).unwrap();
    groups.iter().map(|by| serde_json::to_string(&report(by)).unwrap()).collect()
}

fn first() -> Batch {
    let mut first = batch(1, 900);
    first.windows = vec![window("gpu0", 0, 800, 300_000_001), window("gpu1", 0, 900, 77_777)];
    first.holdings = vec![holding("gpu0", "train", 1, 100, None)];
    first.jobs = vec![job("train", "language", None)];
    first
}

#[test]
fn a_closed_period_keeps_its_figures_whatever_comes_later() {
    let fixture = Fixture::in_germany(60);
    fixture.apply(&first());
    let refused = close_day(&fixture).unwrap_err().to_string();
    assert!(refused.starts_with("2 accounts in this time are not posted yet"), "{refused}");
    assert!(refused.contains("2026-03-10T11:00:00Z"), "{refused}");
    fixture.close(at(FAR));
    let period = close_day(&fixture).unwrap();
    let (closed, before) = (shown(&fixture, period), reports(&fixture, "1"));
    assert_eq!((closed.closed.clone(), closed.change.delta.metered.energy_mj), (closed.current, 0));
    assert_eq!(closed.closed.metered.energy_mj, 300_000_001 + 77_777);
    // Late windows, another holder, another project and label, another PUE and price.
    let mut late = batch(2, 5_000);
    late.windows = vec![window("gpu1", 900, 950, 5_000), window("gpu0", 4_000, 4_100, 30_000_000)];
    late.holdings = vec![holding("gpu1", "sweep", 1, 0, Some(400))];
    late.jobs = vec![Job { labels: [("team".to_owned(), "x".to_owned())].into(), ..job("train", "vision", None) }];
    fixture.apply(&late);
    let pue = Pue::from_parts_per_million(1_300_000).unwrap();
    workload::set_pue(&fixture.store, "fra".into(), at(-FAR + 1), pue, By::service(at(FAR))).unwrap();
    let open = shown(&fixture, period);
    assert_eq!(open.change.reasons.last().unwrap().reason, "not posted yet");
    assert_eq!(open.change.delta.metered.energy_mj, 30_005_000);
    fixture.close(at(FAR));
    ledger::restate(
        &fixture.store,
        &fixture.library,
        day(),
        "the meter room was measured".to_owned(),
        By::service(at(FAR)),
    )
    .unwrap();
    assert_eq!(reports(&fixture, "1"), before, "bit for bit");
    let now = shown(&fixture, period);
    assert_eq!(now.closed, closed.closed);
    assert_eq!(now.change.delta.metered.energy_mj, 30_005_000);
    assert_eq!(now.change.reasons.iter().map(|reason| reason.energy_mj).sum::<i64>(), 30_005_000);
    assert!(now.change.recalculation && now.change.change_share.unwrap() > 0.1, "{:?}", now.change);
    let words: Vec<_> = now.change.reasons.iter().map(|reason| reason.reason.as_str()).collect();
    assert!(
        words.contains(&"attribution changed after posting") && words.contains(&"the meter room was measured"),
        "{words:?}"
    );
    fixture.assert_sound();

    ledger::restate_period(&fixture.store, period, "late data".to_owned(), By { token: "token".into(), at: at(FAR) })
        .unwrap();
    let restated = shown(&fixture, period);
    assert_eq!((restated.version, &restated.closed), (2, &now.current));
    assert_eq!((&restated.versions[0].figures, restated.versions[0].change.is_none()), (&closed.closed, true));
    assert_eq!(restated.versions[1].change.as_ref().unwrap().delta, now.change.delta);
    assert_eq!(reports(&fixture, "1.1").iter().zip(&before).filter(|(a, b)| a == b).count(), before.len());
    assert_ne!(reports(&fixture, "1"), before);
    let again =
        ledger::restate_period(&fixture.store, period, "again".to_owned(), By { token: "token".into(), at: at(FAR) });
    assert!(matches!(again, Err(LedgerError::Unchanged { period, version: 2 }) if period.number() == 1), "{again:?}");
}

#[test]
fn a_period_is_closed_once_and_after_it_has_ended() {
    let fixture = Fixture::in_germany(60);
    let early = ledger::close_period(&fixture.store, None, day(), By { token: "token".into(), at: at(0) });
    assert!(matches!(early, Err(LedgerError::NotEnded { .. })), "{early:?}");
    assert_eq!(close_day(&fixture).unwrap(), PeriodId::new(1));
    assert_eq!(shown(&fixture, PeriodId::new(1)).name, "2026-03-10/2026-03-11");
    let again = close_day(&fixture);
    assert!(matches!(again, Err(LedgerError::PeriodTaken { .. })), "{again:?}");
    for named in ["2", "1.2", "x", "1.", ""] {
        let unknown = ledger::closed(&fixture.store, named, None);
        assert!(matches!(unknown, Err(LedgerError::UnknownPeriod { .. })), "{named}: {unknown:?}");
    }
}

#[test]
fn a_changed_period_is_named_by_verify() {
    for sql in [
        "UPDATE period_versions SET head = head - 1",
        "UPDATE period_jobs SET project = 'mine' WHERE job > 0",
        "DELETE FROM period_jobs WHERE job > 0",
        "UPDATE periods SET to_ns = to_ns - 1",
    ] {
        let fixture = Fixture::in_germany(60);
        fixture.apply(&first());
        fixture.close(at(FAR));
        close_day(&fixture).unwrap();
        let Fixture { directory, store, .. } = fixture;
        drop(store);
        let connection = rusqlite::Connection::open(directory.path().join("wattledger.db")).unwrap();
        connection.execute_batch(sql).unwrap();
        drop(connection);
        let fault = ledger::verify(&Store::open(directory.path()).unwrap()).unwrap().fault;
        assert!(
            matches!(fault, Some(ledger::Fault::Period { period, version: 1, .. }) if period.number() == 1),
            "{sql}: {fault:?}"
        );
    }
}

/// What happens to a ledger with a closed period.
#[derive(Debug, Clone)]
enum Step {
    Arrive(Box<Batch>),
    Post,
    Pue(u32),
    RestateEntries,
    RestatePeriod,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => permutation::one_batch().prop_map(|batch| Step::Arrive(Box::new(batch))),
        2 => Just(Step::Post),
        1 => (1_000_000..2_000_000_u32).prop_map(Step::Pue),
        1 => Just(Step::RestateEntries),
        2 => Just(Step::RestatePeriod),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: permutation::cases() / 2, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn closed_figures_stay_and_differences_add_up(before in permutation::one_batch(), steps in proptest::collection::vec(step(), 1..12)) {
        let fixture = Fixture::in_germany(60);
        fixture.apply(&Batch { sequence: 100, ..before });
        fixture.close(at(FAR));
        let period = close_day(&fixture).unwrap();
        let mut kept = vec![reports(&fixture, "1.1")];
        for (sequence, step) in (101..).zip(steps) {
            match step {
                Step::Arrive(batch) => drop(fixture.apply(&Batch { sequence, ..*batch })),
                Step::Post => {
                    fixture.close(at(FAR));
                }
                Step::Pue(ppm) => {
                    let pue = Pue::from_parts_per_million(ppm).unwrap();
                    workload::set_pue(&fixture.store, "fra".into(), at(-FAR + 1), pue, By::service(at(FAR))).unwrap();
                }
                Step::RestateEntries => {
                    ledger::restate(&fixture.store, &fixture.library, day(), "PUE".to_owned(), By::service(at(FAR))).unwrap();
                }
                Step::RestatePeriod => {
                    let made = ledger::restate_period(&fixture.store, period, "later".to_owned(), By::service(at(FAR)));
                    match made {
                        Ok(()) => kept.push(reports(&fixture, &format!("1.{}", kept.len() + 1))),
                        Err(LedgerError::StillOpen { .. } | LedgerError::Unchanged { .. }) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            }
            fixture.assert_sound();
            for (version, reports_then) in (1..).zip(&kept) {
                prop_assert_eq!(&reports(&fixture, &format!("1.{version}")), reports_then);
            }
            let found = shown(&fixture, period);
            let live = ledger::report(&fixture.store, &fixture.library, &Selection::between(day().start(), day().end()), &Project).unwrap();
            prop_assert_eq!(found.current.metered.energy_mj, live.metered.energy_mj);
            let delta = &found.change.delta.metered;
            prop_assert_eq!(found.closed.metered.energy_mj + delta.energy_mj, found.current.metered.energy_mj);
            let reasons = |of: fn(&api::DifferenceReason) -> i64| found.change.reasons.iter().map(of).sum::<i64>();
            prop_assert_eq!(reasons(|reason| reason.energy_mj), delta.energy_mj);
            prop_assert_eq!(reasons(|reason| reason.co2e_ug_location), delta.co2e_ug_location);
            prop_assert!(found.change.reasons.iter().all(|reason| reason.reason != "the project of a job was stated anew"));
            let closed = &found.closed;
            prop_assert_eq!(closed.total.energy_mj + closed.idle.energy_mj, closed.metered.energy_mj);
        }
    }
}

/// Each amount is rounded by itself, half up: what moves from nobody to a job takes a microgram less with it than it was posted with.
#[test]
fn a_microgram_of_rounding_is_open_and_no_job_stated_anew() {
    let fixture = Fixture::in_germany(60);
    let empty =
        |sequence| Batch { windows: Vec::new(), holdings: Vec::new(), jobs: Vec::new(), ..batch(sequence, 3_600) };
    fixture.apply(&empty(1));
    fixture.close(at(FAR));
    let period = close_day(&fixture).unwrap();
    let mut idle = empty(2);
    idle.windows = vec![window("gpu0", 2_404, 3_154, 92_610_000)];
    fixture.apply(&idle);
    fixture.close(at(FAR));
    let mut held = empty(3);
    held.holdings = vec![holding("gpu0", "a", 1, 0, None)];
    fixture.apply(&held);
    for is_posted in [false, true] {
        if is_posted {
            fixture.close(at(FAR));
        }
        let found = shown(&fixture, period);
        let reasons = &found.change.reasons;
        assert!(reasons.iter().all(|reason| reason.reason != "the project of a job was stated anew"), "{reasons:?}");
        let told = reasons.iter().map(|reason| reason.co2e_ug_location).sum::<i64>();
        assert_eq!(told, found.change.delta.metered.co2e_ug_location);
        let live =
            ledger::report(&fixture.store, &fixture.library, &Selection::between(day().start(), day().end()), &Project)
                .unwrap();
        let left = i64::from(!is_posted);
        assert_eq!(
            (live.idle.energy_mj, live.idle.co2e_ug_location),
            (0, left),
            "what is posted takes back to the microgram"
        );
        assert_eq!(live.total.co2e_ug_location + live.idle.co2e_ug_location, live.metered.co2e_ug_location);
        fixture.assert_sound();
    }
}
