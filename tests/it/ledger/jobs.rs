//! Lists of jobs: their sums are those of the report, and paging shows each once in order.

use super::*;
use wattledger::store::{JobFilter, JobSort, JobState};

/// Twelve jobs of two projects, one after the other on one GPU; the last four are not posted yet, the last two not ended.
fn history() -> Fixture {
    let fixture = Fixture::in_germany(15);
    for number in 0..12_i64 {
        let (start, sequence) = (number * 900, u64::try_from(number).unwrap() + 1);
        let mut next = batch(sequence, start + 900);
        // A factor other than proportional: energies repeat, so that ties have to be kept apart.
        next.windows = vec![window("gpu0", start, start + 900, 50_000_000 + (number * 7 % 5) * 11_111_111)];
        let end = (number < 10).then_some(start + 800);
        next.holdings = vec![holding("gpu0", &format!("job-{number:02}"), 1, start, end)];
        let mut facts = job(&format!("job-{number:02}"), if number % 3 == 0 { "alpha" } else { "beta" }, end);
        facts.started = Some(at(start));
        facts.labels = [("team".to_owned(), format!("t{}", number % 2))].into();
        next.jobs = vec![facts];
        fixture.apply(&next);
    }
    // Jobs that have ended by then are posted at once, the others when their period is over.
    fixture.close(at(8 * 900));
    fixture
}

fn pages(fixture: &Fixture, filter: &JobFilter) -> Vec<(String, i64, i64)> {
    let mut filter = filter.clone();
    let mut found = Vec::new();
    loop {
        let page = ledger::jobs(&fixture.store, &fixture.library, &filter).unwrap();
        let Some(last) = page.last() else { return found };
        assert!(page.len() <= filter.limit as usize);
        filter.after = Some((last.rank(filter.sort), last.row.job));
        found.extend(page.into_iter().map(|job| (job.row.facts.id, job.energy_mj, job.co2e_ug)));
    }
}

#[test]
fn every_order_pages_through_every_job_once_with_the_sums_of_the_report() {
    let fixture = history();
    let report = fixture.report(&GroupBy::Job);
    let mut expected: Vec<(String, i64, i64)> = report
        .rows
        .iter()
        .map(|row| (row.group.clone().unwrap(), row.amount.energy_mj, row.amount.co2e_ug_location))
        .collect();
    assert_eq!(expected.len(), 12);
    assert!(report.open.energy_mj > 0 && report.open.energy_mj < report.total.energy_mj);
    expected.sort_by(|a, b| b.0.cmp(&a.0));
    for limit in [1, 2, 5, 12, 100] {
        let of = |sort| pages(&fixture, &JobFilter { sort, limit, ..JobFilter::default() });
        assert_eq!(of(JobSort::Newest), expected);
        for (sort, by) in [(JobSort::Energy, 1), (JobSort::Co2e, 2)] {
            let mut sorted = expected.clone();
            sorted.sort_by_key(|job| std::cmp::Reverse(if by == 1 { job.1 } else { job.2 }));
            assert_eq!(of(sort), sorted, "{sort:?} {limit}");
        }
    }
    fixture.close(at(FAR));
    fixture.assert_sound();
    let after = pages(&fixture, &JobFilter { limit: 5, ..JobFilter::default() });
    let energies = |jobs: &[(String, i64, i64)]| jobs.iter().map(|job| (job.0.clone(), job.1)).collect::<Vec<_>>();
    assert_eq!(energies(&after), energies(&expected));
}

#[test]
fn filters_leave_what_they_say() {
    let fixture = history();
    let numbers = |filter: JobFilter| {
        let found = pages(&fixture, &JobFilter { limit: 2, ..filter });
        let mut numbers: Vec<i64> = found.iter().map(|job| job.0.trim_start_matches("job-").parse().unwrap()).collect();
        numbers.sort();
        numbers
    };
    let now = at(9 * 900 + 100);
    for sort in [JobSort::Newest, JobSort::Energy, JobSort::Co2e] {
        let filter = || JobFilter { sort, ..JobFilter::default() };
        let label = Some(("team".to_owned(), "t1".to_owned()));
        assert_eq!(numbers(JobFilter { project: Some("alpha".to_owned()), ..filter() }), [0, 3, 6, 9]);
        assert_eq!(numbers(JobFilter { label: label.clone(), ..filter() }), [1, 3, 5, 7, 9, 11]);
        assert_eq!(numbers(JobFilter { label, project: Some("alpha".to_owned()), ..filter() }), [3, 9]);
        assert_eq!(numbers(JobFilter { state: Some((JobState::Running, now)), ..filter() }), [9, 10, 11]);
        assert_eq!(numbers(JobFilter { state: Some((JobState::Ended, now)), ..filter() }), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(numbers(JobFilter { text: Some("B-0".to_owned()), ..filter() }).len(), 10);
        assert!(numbers(JobFilter { text: Some("nothing".to_owned()), ..filter() }).is_empty());
        let (from, to) = (Some(at(1_800)), Some(at(3_600)));
        assert_eq!(numbers(JobFilter { from, to, ..filter() }), [2, 3]);
        assert_eq!(numbers(JobFilter { from: Some(at(9 * 900)), ..filter() }), [9, 10, 11]);
    }
}
