//! Lists of jobs: their sums are those of the report, and paging shows each once in order.

use super::*;
use crate::stores;
use model::{JobId, JobOrder, JobState};
use wattledger::store::JobFilter;

/// Twelve jobs of two projects, one after the other on one GPU; the last four are not posted yet, the last two not ended.
fn history() -> Fixture {
    let fixture = Fixture::in_germany(15);
    for number in 0..12_i64 {
        let (start, sequence) = (number * 900, u64::try_from(number).unwrap() + 1);
        let mut next = batch(sequence, start + 900);
        // A factor other than proportional: energies repeat, so that ties have to be kept apart.
        next.windows = vec![window("gpu0", start, start + 900, 100_000_000 + (number * 7 % 5) * 40_000_001)];
        let end = (number < 10).then_some(start + 800);
        next.holdings = vec![holding("gpu0", &format!("job-{number:02}"), 1, start, end)];
        let mut facts = job(&format!("job-{number:02}"), if number % 3 == 0 { "alpha" } else { "beta" }, end);
        facts.started = Some(at(start));
        facts.labels =
            [("team".to_owned(), format!("t{}", number % 2)), ("user".to_owned(), format!("u{}", number % 4))].into();
        facts.exit_status = (number % 5 == 0 && end.is_some()).then_some(1);
        next.jobs = vec![facts];
        fixture.apply(&next);
    }
    // Jobs that have ended by then are posted at once, the others when their period is over.
    fixture.close(at(8 * 900));
    fixture
}

fn pages(fixture: &Fixture, filter: &JobFilter) -> Vec<(JobId, i64, i64)> {
    let mut filter = filter.clone();
    let mut found = Vec::new();
    loop {
        let page = ledger::jobs(&fixture.store, &fixture.library, &filter).unwrap();
        let Some(last) = page.last() else { return found };
        assert!(page.len() <= filter.limit as usize);
        filter.after = Some((last.rank(filter.sort), last.row.job));
        found.extend(page.into_iter().map(|job| (job.row.facts.id, job.energy.millijoules(), job.co2e.micrograms())));
    }
}

#[test]
fn every_order_pages_through_every_job_once_with_the_sums_of_the_report() {
    let fixture = history();
    let report = fixture.report(&GroupBy::Job);
    let mut expected: Vec<(JobId, i64, i64)> = report
        .rows
        .iter()
        .map(|row| (row.group.clone().unwrap().into(), row.amount.energy_mj, row.amount.co2e_ug_location))
        .collect();
    assert_eq!(expected.len(), 12);
    assert!(report.open.energy_mj > 0 && report.open.energy_mj < report.total.energy_mj);
    expected.sort_by(|a, b| b.0.cmp(&a.0));
    for limit in [1, 2, 5, 12, 100] {
        let of = |sort| pages(&fixture, &JobFilter { sort, limit, ..JobFilter::default() });
        assert_eq!(of(JobOrder::Newest), expected);
        for (sort, by) in [(JobOrder::Energy, 1), (JobOrder::Co2e, 2)] {
            let mut sorted = expected.clone();
            sorted.sort_by_key(|job| std::cmp::Reverse(if by == 1 { job.1 } else { job.2 }));
            assert_eq!(of(sort), sorted, "{sort:?} {limit}");
        }
    }
    fixture.close(at(FAR));
    fixture.assert_sound();
    let after = pages(&fixture, &JobFilter { limit: 5, ..JobFilter::default() });
    let energies = |jobs: &[(JobId, i64, i64)]| jobs.iter().map(|job| (job.0.clone(), job.1)).collect::<Vec<_>>();
    assert_eq!(energies(&after), energies(&expected));
}

/// Of every GPU of the fixtures.
const LIMIT_MW: i64 = 700_000;
/// µs.
const SECOND: i64 = 1_000_000;

const ALL: [JobOrder; 7] = [
    JobOrder::Newest,
    JobOrder::Started,
    JobOrder::Energy,
    JobOrder::Co2e,
    JobOrder::Intensity,
    JobOrder::HeldIdle,
    JobOrder::EnergyPerStep,
];

#[test]
fn ratios_order_every_job_once_and_held_idle_is_what_the_windows_say() {
    let fixture = history();
    fixture
        .store
        .write::<_, wattledger::store::StoreError>(|tx| {
            for (id, steps) in [("job-02", 1_000), ("job-05", 10), ("job-11", 100)] {
                let job = tx.jobs().find(&id.into())?.unwrap().job;
                tx.steps().add(job, &wattledger::store::StepReport { at: at(1), steps: 1, samples: None })?;
                tx.steps().add(job, &wattledger::store::StepReport { at: at(2), steps, samples: None })?;
            }
            Ok(())
        })
        .unwrap();
    for (sort, limit) in ALL.into_iter().flat_map(|sort| [1, 5, 100].map(|limit| (sort, limit))) {
        let filter = JobFilter { sort, limit, ..JobFilter::default() };
        let mut ids: Vec<JobId> = pages(&fixture, &filter).into_iter().map(|job| job.0).collect();
        if sort == JobOrder::EnergyPerStep {
            assert_eq!(ids[..3], ["job-05", "job-11", "job-02"], "{limit}");
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 12, "{sort:?} {limit}");
    }
    let filter = JobFilter { sort: JobOrder::Started, limit: 100, ..JobFilter::default() };
    let begun = ledger::jobs(&fixture.store, &fixture.library, &filter).unwrap();
    assert!(
        begun.is_sorted_by(|earlier, later| earlier.row.facts.started >= later.row.facts.started),
        "what has not begun is last"
    );
    let filter = JobFilter { sort: JobOrder::HeldIdle, limit: 100, ..JobFilter::default() };
    let listed = ledger::jobs(&fixture.store, &fixture.library, &filter).unwrap();
    for pair in listed.windows(2) {
        assert!(pair[0].held.unwrap().idle_share() >= pair[1].held.unwrap().idle_share());
    }
    // A window below a quarter of the GPU's limit is held-idle, for as long of it as the job held the GPU.
    let is_idle = |number: i64| 100_000_000 + (number * 7 % 5) * 40_000_001 < LIMIT_MW / 4 * 900;
    for job in &listed {
        let number: i64 = job.row.facts.id.as_str().trim_start_matches("job-").parse().unwrap();
        // The tenth goes on and shares the last window with the eleventh.
        let parts = match number {
            10 => vec![(10, 900), (11, 450)],
            11 => vec![(11, 450)],
            _ => vec![(number, 800)],
        };
        let held = parts.iter().map(|(_, seconds)| seconds * SECOND).sum::<i64>();
        let idle =
            parts.iter().filter(|(window, _)| is_idle(*window)).map(|(_, seconds)| seconds * SECOND).sum::<i64>();
        assert_eq!(
            (job.held.unwrap().device.microseconds(), job.held.unwrap().idle.microseconds()),
            (held, idle),
            "{number}"
        );
    }
    assert!(listed.iter().any(|job| job.held.unwrap().idle.microseconds() > 0));
    assert!(listed.iter().any(|job| job.held.unwrap().idle.microseconds() == 0));
    fixture.close(at(FAR));
    fixture.assert_sound();
}

/// 16,000 accelerators for a week are 307 device-years, more than an integer of nanoseconds holds.
#[test]
fn a_job_of_centuries_of_device_time_goes_on() {
    let hour = |sequence: u64| {
        let mut batch = batch(sequence, 3_600);
        let start = 3_600 * sequence.cast_signed();
        batch.windows = vec![window("gpu0", start, start + 3_600, 1_000_000_000)];
        batch.holdings = vec![holding("gpu0", "large", 1, 0, None)];
        batch.jobs = vec![job("large", "p", None)];
        batch
    };
    let fixture = Fixture::in_germany(60);
    fixture.apply(&hour(1));
    let Fixture { directory, store, library } = fixture;
    drop(store);
    let centuries = 16_000 * 7 * 86_400 * SECOND;
    let connection = rusqlite::Connection::open(directory.path().join("wattledger.db")).unwrap();
    for sql in ["UPDATE held_time SET device_us = ?1", "UPDATE jobs SET held_us = ?1 WHERE id = 'large'"] {
        assert_eq!(connection.execute(sql, [centuries]).unwrap(), 1);
    }
    drop(connection);
    let fixture = Fixture { store: stores::open(directory.path()), directory, library };
    fixture.apply(&hour(2));
    let filter = JobFilter { limit: 1, ..JobFilter::default() };
    let held = ledger::jobs(&fixture.store, &fixture.library, &filter).unwrap()[0].held.unwrap();
    assert_eq!(held.device.microseconds(), centuries + 3_600 * SECOND);
}

#[test]
fn held_time_follows_what_is_believed_of_the_holdings_whatever_comes_late() {
    let fixture = history();
    let held = |id: &str| {
        let filter = JobFilter { text: Some(id.to_owned()), limit: 1, ..JobFilter::default() };
        ledger::jobs(&fixture.store, &fixture.library, &filter).unwrap()[0].held.unwrap().device.microseconds() / SECOND
    };
    assert_eq!(held("job-03"), 800);
    // A late statement: another job held the GPU with it for half of that time.
    let mut late = batch(100, 12 * 900);
    late.windows.clear();
    late.holdings = vec![holding("gpu0", "guest", 1, 3 * 900, Some(3 * 900 + 400))];
    late.jobs = vec![job("guest", "beta", Some(3 * 900 + 400))];
    fixture.apply(&late);
    assert_eq!((held("job-03"), held("guest")), (600, 200));
    fixture.close(at(FAR));
    fixture.assert_sound();
}

#[test]
fn totals_are_the_sums_of_the_list() {
    let fixture = history();
    let now = at(9 * 900 + 100);
    for project in [None, Some("alpha".into())] {
        let filter = |state| JobFilter { project: project.clone(), state, limit: 100, ..JobFilter::default() };
        let found = ledger::job_totals(&fixture.store, &fixture.library, &filter(None), now).unwrap();
        let sums = [JobState::Running, JobState::Ended, JobState::Failed].map(|state| {
            let listed = pages(&fixture, &filter(Some((state, now))));
            let sum = |of: fn(&(JobId, i64, i64)) -> i64| listed.iter().map(of).sum::<i64>();
            (i64::try_from(listed.len()).unwrap(), sum(|job| job.1), sum(|job| job.2))
        });
        let [running, succeeded, failed] =
            found.map(|part| (part.jobs, part.energy.millijoules(), part.co2e.micrograms()));
        assert_eq!((running, failed), (sums[0], sums[2]));
        assert_eq!((succeeded.0 + failed.0, succeeded.1 + failed.1, succeeded.2 + failed.2), sums[1]);
    }
}

#[test]
fn filters_leave_what_they_say() {
    let fixture = history();
    let numbers = |filter: JobFilter| {
        let found = pages(&fixture, &JobFilter { limit: 2, ..filter });
        let mut numbers: Vec<i64> =
            found.iter().map(|job| job.0.as_str().trim_start_matches("job-").parse().unwrap()).collect();
        numbers.sort();
        numbers
    };
    let now = at(9 * 900 + 100);
    for sort in ALL {
        let filter = || JobFilter { sort, ..JobFilter::default() };
        let label = Some(("team".to_owned(), "t1".to_owned()));
        assert_eq!(numbers(JobFilter { project: Some("alpha".into()), ..filter() }), [0, 3, 6, 9]);
        assert_eq!(numbers(JobFilter { label: label.clone(), ..filter() }), [1, 3, 5, 7, 9, 11]);
        assert_eq!(numbers(JobFilter { label, project: Some("alpha".into()), ..filter() }), [3, 9]);
        assert_eq!(numbers(JobFilter { state: Some((JobState::Running, now)), ..filter() }), [9, 10, 11]);
        assert_eq!(numbers(JobFilter { state: Some((JobState::Ended, now)), ..filter() }), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(numbers(JobFilter { state: Some((JobState::Failed, now)), ..filter() }), [0, 5]);
        assert_eq!(numbers(JobFilter { user: Some("u1".to_owned()), ..filter() }), [1, 5, 9]);
        let both =
            JobFilter { user: Some("u1".to_owned()), label: Some(("team".to_owned(), "t1".to_owned())), ..filter() };
        assert_eq!(numbers(both), [1, 5, 9]);
        assert_eq!(numbers(JobFilter { text: Some("B-0".to_owned()), ..filter() }).len(), 10);
        assert!(numbers(JobFilter { text: Some("nothing".to_owned()), ..filter() }).is_empty());
        let (from, to) = (Some(at(1_800)), Some(at(3_600)));
        assert_eq!(numbers(JobFilter { from, to, ..filter() }), [2, 3]);
        assert_eq!(numbers(JobFilter { from: Some(at(9 * 900)), ..filter() }), [9, 10, 11]);
    }
}
