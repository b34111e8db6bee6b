//! Holds and the ledger: what is metered is spent, shrinks the hold, and is never counted twice.

use super::demand;
use crate::ledger::actions::hourly;
use crate::ledger::{FAR, Fixture, at, batch, holding, job, window};
use ::api::{Decision, EstimateBasis, FitKind};
use model::{AdmissionId, AdmissionState, BudgetId, HoldNotice};
use serde_json::json;
use units::{Energy, Pue, Timestamp};
use wattledger::budget::{Actual, AdmissionEvent, Ask, BudgetAmount, DaySpent, Demand, Office, Override};
use wattledger::grid::FactorStatus;
use wattledger::store::{AdmissionRow, By};
use wattledger::workload;

/// A thousand joules, mJ.
const KJ: i64 = 1_000_000;

const fn mj(millijoules: i64) -> Energy {
    Energy::from_millijoules(millijoules)
}

fn office(fixture: &Fixture, now: i64) -> Office<'_> {
    Office { store: &fixture.store, library: &fixture.library, now: at(now), by: &super::BY }
}

fn budget(fixture: &Fixture, limit_mj: i64, change: serde_json::Value) -> String {
    office(fixture, 0).create(super::policy("llm", limit_mj, change)).unwrap().to_string()
}

/// One hour of `job` at `watts`.
fn admit(fixture: &Fixture, key: &str, watts: u64) -> Decision {
    office(fixture, 0).admit(Some(key), demand("llm", watts * 1_000), Ask::Reserve).unwrap()
}

fn figures(fixture: &Fixture, number: &str, now: i64) -> [i64; 3] {
    let standing = office(fixture, now).state_of(number).unwrap().standing.unwrap();
    [standing.spent, standing.held, standing.free].map(BudgetAmount::value)
}

fn row(fixture: &Fixture, id: AdmissionId) -> AdmissionRow {
    fixture.store.read(|tx| tx.admissions().get(id)).unwrap().unwrap()
}

/// `n1`'s batch `sequence`, in which `train` uses `energy_mj` from `start` to `end`.
fn used(fixture: &Fixture, sequence: u64, (start, end): (i64, i64), energy_mj: i64, ended: Option<i64>) {
    let mut batch = batch(sequence, end);
    batch.windows = vec![window("gpu0", start, end, energy_mj)];
    batch.holdings = vec![holding("gpu0", "train", 1, 0, ended)];
    batch.jobs = vec![job("train", "llm", ended)];
    fixture.apply(&batch);
}

#[test]
fn metered_energy_is_spent_at_once_and_the_hold_shrinks_to_what_the_rest_can_cost() {
    let fixture = Fixture::new();
    let limit = 10_000 * KJ;
    let number = budget(&fixture, limit, json!({}));
    let id = admit(&fixture, "train", 500).id.unwrap();
    let p95 = super::p95(500_000);
    assert_eq!(figures(&fixture, &number, 1), [0, p95, limit - p95]);
    // Half an hour at 400 W: the time that is left bounds the hold.
    used(&fixture, 1, (0, 1_800), 720 * KJ, None);
    let half = (p95 + 1) / 2;
    assert_eq!(figures(&fixture, &number, 1_801), [720 * KJ, half, limit - 720 * KJ - half]);
    // Open or posted is the same.
    fixture.close(at(FAR));
    assert_eq!(figures(&fixture, &number, 1_802), [720 * KJ, half, limit - 720 * KJ - half]);
    used(&fixture, 2, (1_800, 2_700), 360 * KJ, Some(2_700));
    assert_eq!(figures(&fixture, &number, 2_701), [1_080 * KJ, 0, limit - 1_080 * KJ]);
    let changes = office(&fixture, 2_701).settle().unwrap();
    assert_eq!(changes.iter().map(|change| change.event).collect::<Vec<_>>(), [AdmissionEvent::Settled]);
    let row = row(&fixture, id);
    assert_eq!(
        (row.state, row.actual_energy, row.overrun),
        (AdmissionState::Settled, Some(mj(1_080 * KJ)), Some(mj(0)))
    );
    fixture.assert_sound();
}

#[test]
fn fixed_dates_that_begin_and_end_inside_a_day_count_nothing_before_and_after() {
    let fixture = Fixture::new();
    let limit = 10_000 * KJ;
    let moment = |seconds| chrono::DateTime::from_timestamp_nanos(at(seconds).nanoseconds()).to_rfc3339();
    let number = budget(&fixture, limit, json!({ "period": "fixed", "from": moment(3_600), "to": moment(10_800) }));
    // An hour each: before, two inside, after.
    for (sequence, hour) in (1..).zip(0..4) {
        used(&fixture, sequence, (hour * 3_600, (hour + 1) * 3_600), 10_i64.pow(hour as u32) * KJ, None);
    }
    assert_eq!(figures(&fixture, &number, 10_799), [110 * KJ, 0, limit - 110 * KJ]);
    fixture.close(at(FAR));
    assert_eq!(figures(&fixture, &number, 10_799), [110 * KJ, 0, limit - 110 * KJ]);
    let days = office(&fixture, 10_799).state_of(&number).unwrap().days;
    assert_eq!(days, [DaySpent { day: at(3_600), spent: BudgetAmount::Energy(mj(110 * KJ)) }]);
    fixture.assert_sound();
}

/// Otherwise whoever may ask for project `llm` learns what another project's job uses, and frees its own hold with it.
#[test]
fn a_job_of_another_project_settles_nothing() {
    let fixture = Fixture::new();
    let limit = 10_000 * KJ;
    let number = budget(&fixture, limit, json!({}));
    let asked = Demand { job: Some("foreign".into()), ..demand("llm", 500_000) };
    let id = office(&fixture, 0).admit(Some("k"), asked, Ask::Reserve).unwrap().id.unwrap();
    let before = row(&fixture, id);
    let mut batch = batch(1, 1_800);
    batch.windows = vec![window("gpu0", 0, 1_800, 720 * KJ)];
    batch.holdings = vec![holding("gpu0", "foreign", 1, 0, Some(1_800))];
    batch.jobs = vec![job("foreign", "other", Some(1_800))];
    fixture.apply(&batch);
    fixture.close(at(FAR));
    let p95 = super::p95(500_000);
    assert_eq!(figures(&fixture, &number, 1_801), [0, p95, limit - p95]);
    assert!(office(&fixture, 1_801).settle().unwrap().is_empty());
    assert_eq!(row(&fixture, id), before);
    assert_eq!(
        office(&fixture, FAR).settle().unwrap()[0].event,
        AdmissionEvent::Expired,
        "as a hold whose job never came"
    );
}

#[test]
fn what_is_committed_and_what_the_ledger_has_count_once() {
    let fixture = Fixture::new();
    let number = budget(&fixture, 10_000 * KJ, json!({}));
    let id = admit(&fixture, "train", 500).id.unwrap();
    used(&fixture, 1, (0, 600), 200 * KJ, Some(1_200));
    let actual = Actual { energy: Some(mj(500 * KJ)), co2e: None };
    office(&fixture, 1_201).commit(id, actual).unwrap();
    assert_eq!(figures(&fixture, &number, 1_202), [500 * KJ, 0, 9_500 * KJ]);
    // The rest comes late: it was counted already.
    used(&fixture, 2, (600, 1_200), 300 * KJ, Some(1_200));
    assert_eq!(figures(&fixture, &number, 1_203), [500 * KJ, 0, 9_500 * KJ]);
    // And more than was said is spent too.
    used(&fixture, 3, (1_200, 1_300), 60 * KJ, Some(1_300));
    assert_eq!(figures(&fixture, &number, 1_304), [560 * KJ, 0, 9_440 * KJ]);
}

#[test]
fn an_overrun_is_posted_in_full_and_the_next_admission_sees_it() {
    let fixture = Fixture::new();
    let limit = 2 * super::p95(500_000);
    let number = budget(&fixture, limit, json!({ "stop_after_s": 5 }));
    let id = admit(&fixture, "train", 500).id.unwrap();
    used(&fixture, 1, (0, 600), 400 * KJ, None);
    let said = |now| office(&fixture, now).settle().unwrap().iter().map(|change| change.event).collect::<Vec<_>>();
    // 667 W in place of the 590 W that are held: it will break its hold.
    assert_eq!(said(601), [AdmissionEvent::Breaking]);
    assert_eq!(said(602), []);
    used(&fixture, 2, (600, 3_600), 2_400 * KJ, None);
    assert_eq!(said(3_601), [AdmissionEvent::Stop]);
    assert_eq!(row(&fixture, id).notice, HoldNotice::Stop);
    assert_eq!(figures(&fixture, &number, 3_602), [2_800 * KJ, 0, limit - 2_800 * KJ]);
    let next = office(&fixture, 3_603).admit(Some("next"), demand("llm", 500_000), Ask::Reserve).unwrap();
    assert!(!next.allowed, "{}", next.reason);
    used(&fixture, 3, (3_600, 3_700), KJ, Some(3_700));
    office(&fixture, 3_701).settle().unwrap();
    assert_eq!(row(&fixture, id).overrun, Some(mj(2_801 * KJ - super::p95(500_000))));
}

#[test]
fn what_never_starts_expires_and_what_is_requeued_is_another_attempt() {
    let fixture = Fixture::new();
    let number = budget(&fixture, 10_000 * KJ, json!({}));
    let p95 = super::p95(500_000);
    admit(&fixture, "never", 500);
    let first = admit(&fixture, "train", 500).id.unwrap();
    used(&fixture, 1, (0, 600), 100 * KJ, Some(600));
    office(&fixture, 601).settle().unwrap();
    // The attempt after it has a key of its own and settles by another job.
    let again = Demand { job: Some("train.2".into()), ..demand("llm", 500_000) };
    office(&fixture, 700).admit(Some("train/2"), again, Ask::Reserve).unwrap();
    assert_eq!(figures(&fixture, &number, 701), [100 * KJ, 2 * p95, 9_900 * KJ - 2 * p95]);
    assert_eq!(row(&fixture, first).state, AdmissionState::Settled);
    let over = 3_600 + 86_400;
    let expired = office(&fixture, over).settle().unwrap();
    assert_eq!(expired.iter().map(|change| change.event).collect::<Vec<_>>(), [AdmissionEvent::Expired]);
    assert_eq!(figures(&fixture, &number, over)[1], p95);
}

#[test]
fn an_array_of_a_thousand_holds_a_thousand_times_and_is_given_back_one_by_one() {
    let fixture = Fixture::new();
    let p95 = super::p95(500_000);
    let number = budget(&fixture, 1_000 * p95, json!({}));
    let ids: Vec<AdmissionId> =
        (0..1_000).map(|task| admit(&fixture, &format!("array_{task}"), 500).id.unwrap()).collect();
    assert_eq!(figures(&fixture, &number, 1), [0, 1_000 * p95, 0]);
    assert!(!admit(&fixture, "one more", 500).allowed);
    for id in ids {
        office(&fixture, 2).release(id).unwrap();
    }
    assert_eq!(figures(&fixture, &number, 3), [0, 0, 1_000 * p95]);
}

#[test]
fn energy_follows_its_job_into_another_project_and_idle_counts_for_all_of_it() {
    let fixture = Fixture::in_germany(60);
    let llm = budget(&fixture, 10_000 * KJ, json!({}));
    let all = json!({ "name": "all", "scope": "all", "project": null });
    let all = budget(&fixture, 10_000 * KJ, all);
    let mut first = batch(1, 100);
    first.windows = vec![window("gpu0", 0, 100, 1_000), window("gpu1", 0, 100, 500)];
    first.holdings = vec![holding("gpu0", "train", 1, 0, None)];
    first.jobs = vec![job("train", "llm", None)];
    fixture.apply(&first);
    // Facility energy, by the site's PUE of 1.2.
    assert_eq!([figures(&fixture, &llm, 1)[0], figures(&fixture, &all, 1)[0]], [1_200, 1_800]);
    fixture.close(at(FAR));
    assert_eq!([figures(&fixture, &llm, 2)[0], figures(&fixture, &all, 2)[0]], [1_200, 1_800]);
    let mut second = batch(2, 200);
    second.jobs = vec![job("train", "vision", None)];
    fixture.apply(&second);
    assert_eq!([figures(&fixture, &llm, 3)[0], figures(&fixture, &all, 3)[0]], [0, 1_800]);
}

#[test]
fn a_budget_of_co2e_sums_to_the_report() {
    let fixture = Fixture::in_germany(60);
    let change = json!({ "unit": "co2e", "limit_mj": null, "limit_ug": 1_000_000_000 });
    let number = budget(&fixture, 0, change);
    used(&fixture, 1, (0, 5_000), 700 * KJ, None);
    fixture.close(at(3_600 + 600));
    let report = fixture.report(&wattledger::store::GroupBy::Project);
    let expected = report.total.co2e_ug_location + report.overhead.co2e_ug_location;
    let spent = figures(&fixture, &number, 5_000)[0];
    assert!(spent > 0 && (spent - expected).abs() <= 1, "{spent} {expected}");
}

#[test]
fn three_jobs_of_a_name_tell_what_the_fourth_draws() {
    let fixture = Fixture::new();
    let named = |id: &str| {
        let mut named = job(id, "llm", Some(1_000));
        named.name = Some("pretrain".to_owned());
        named
    };
    for (number, energy) in [(1, 300 * KJ), (2, 310 * KJ), (3, 330 * KJ)] {
        let id = format!("j{number}");
        let start = i64::try_from(number).unwrap() * 2_000;
        let mut batch = batch(number, start + 1_000);
        batch.windows = vec![window("gpu0", start, start + 1_000, energy)];
        batch.holdings = vec![holding("gpu0", &id, 1, start, Some(start + 1_000))];
        let mut facts = named(&id);
        (facts.started, facts.ended) = (Some(at(start)), Some(at(start + 1_000)));
        batch.jobs = vec![facts];
        fixture.apply(&batch);
    }
    fixture.close(at(FAR));
    let asked = Demand {
        project: "llm".into(),
        accelerator: "H100".to_owned(),
        count: 2,
        nanohours: 1_000_000_000,
        job_name: Some("pretrain".to_owned()),
        ..Demand::default()
    };
    let estimate = office(&fixture, 9_000).estimate(&asked).unwrap();
    assert_eq!((estimate.basis, estimate.power_w), (EstimateBasis::Alike, 310.0));
    // Expected as long as they took, held as long as is asked for; with three of them the spread of systems.
    assert!((estimate.expected_hours - 1_000.0 / 3_600.0).abs() < 1e-8);
    assert_eq!(estimate.p95.energy_mj, 2 * super::p95(310_000));
    let other = Demand { job_name: Some("another".to_owned()), ..asked };
    assert_eq!(office(&fixture, 9_000).estimate(&other).unwrap().basis, EstimateBasis::Prior);
}

/// As where a gate let it pass while the service was away: what it used before counts as used, not as still to come.
#[test]
fn a_job_that_ran_before_it_was_admitted_holds_for_its_rest_alone() {
    let fixture = Fixture::new();
    let number = budget(&fixture, 10_000 * KJ, json!({}));
    used(&fixture, 1, (0, 900), 300 * KJ, None);
    fixture.close(at(FAR));
    used(&fixture, 2, (900, 1_800), 300 * KJ, None);
    let id = admit(&fixture, "train", 500).id.unwrap();
    let half = (super::p95(500_000) + 1) / 2;
    assert_eq!(figures(&fixture, &number, 1_801), [600 * KJ, half, 9_400 * KJ - half]);
    // A budget that is made meanwhile holds the same rest.
    let all = json!({ "name": "all", "scope": "all", "project": null });
    assert_eq!(figures(&fixture, &budget(&fixture, 10_000 * KJ, all), 1_801), [600 * KJ, half, 9_400 * KJ - half]);
    used(&fixture, 3, (1_800, 2_700), 300 * KJ, Some(2_700));
    office(&fixture, 2_701).settle().unwrap();
    assert_eq!(row(&fixture, id).actual_energy, Some(mj(900 * KJ)), "all of the job, not only what came after");
    fixture.assert_sound();
}

#[test]
fn how_much_of_its_p95_each_job_used_is_counted_in_steps_of_five_percent() {
    let fixture = Fixture::new();
    budget(&fixture, 100_000 * KJ, json!({}));
    let p95 = super::p95(500_000);
    // Percent of p95 in thousandths, and the step it belongs to.
    for (place, thousandths) in [749, 751, 999, 1_001, 1_999, 5_000].into_iter().enumerate() {
        let id = admit(&fixture, &format!("job {place}"), 500).id.unwrap();
        let energy = Some(mj((i128::from(p95) * thousandths / 1_000).try_into().unwrap()));
        office(&fixture, 1).commit(id, Actual { energy, co2e: None }).unwrap();
    }
    let (hits, used) = fixture
        .store
        .read(|tx| {
            Ok::<_, wattledger::store::StoreError>((tx.decisions().p95_hits(None)?, tx.decisions().used_of_p95(None)?))
        })
        .unwrap();
    assert_eq!(hits, (6, 3));
    assert_eq!(used, [(70, 1), (75, 1), (95, 1), (100, 1), (195, 1), (200, 1)]);
}

/// A wide budget with room does not put off what a narrow one refuses.
#[test]
fn the_next_period_is_that_of_the_budget_that_is_in_the_way() {
    let fixture = Fixture::new();
    budget(&fixture, 100 * KJ, json!({}));
    budget(&fixture, 100_000 * KJ, json!({ "name": "all", "scope": "all", "project": null, "period": "year" }));
    used(&fixture, 1, (0, 900), 50 * KJ, None);
    let refused = office(&fixture, 1_801).admit(None, demand("llm", 100_000), Ask::DryRun).unwrap();
    assert!(!refused.allowed);
    // 360 kJ never fit into 100 kJ a month; half an hour of 100 W less does not either: there is no way out in time.
    assert!(refused.options.iter().all(|option| option.kind != FitKind::NextPeriod), "{:?}", refused.options);
    office(&fixture, 1_802).revise("1", super::policy("llm", 440 * KJ, json!({})), "room for one").unwrap();
    let refused = office(&fixture, 1_803).admit(None, demand("llm", 100_000), Ask::DryRun).unwrap();
    let next = refused.options.iter().find(|option| option.kind == FitKind::NextPeriod).unwrap();
    let own = refused.budgets.iter().find(|share| share.budget == BudgetId::new(1)).unwrap();
    assert_eq!(next.start.as_ref(), Some(&own.until));
}

#[test]
fn an_override_lets_pass_until_it_expires_and_is_named_afterwards() {
    let fixture = Fixture::new();
    let number = budget(&fixture, 100 * KJ, json!({}));
    let granted = Override { name: "grace".to_owned(), reason: "the paper".to_owned(), expires: at(9_000) };
    office(&fixture, 1).override_budget(&number, granted).unwrap();
    let asked = |now| office(&fixture, now).admit(None, demand("llm", 500_000), Ask::DryRun).unwrap();
    let before = asked(8_999);
    assert!(before.allowed);
    let after = asked(9_000);
    assert!(!after.allowed && after.warnings.is_empty(), "{after:?}");
    insta::assert_snapshot!("expired_override", format!("{}\n\n{}", before.warnings.join("\n"), after.reason));
}

/// Each way out is cheaper by what it says, and is admitted when it is asked for.
#[test]
fn a_cleaner_hour_and_a_cleaner_site_are_offered_and_fit() {
    let fixture = Fixture::new();
    let by = |now| By { token: "test".into(), at: at(now) };
    for (site, zone) in [("dirty", "PL"), ("clean", "SE")] {
        workload::add_site(&fixture.store, &fixture.library, site.to_owned().into(), zone, 60, Pue::ONE, by(0))
            .unwrap();
    }
    // From the fourth hour on the grid of the dirty site is cleaner than in the first three, which are alike.
    let factors: Vec<_> = (0..60).map(|hour| hourly("PL", hour, if hour < 3 { 900_000 } else { 100_000 })).collect();
    crate::ledger::keep(&fixture.store, model::FactorSource::File, factors, by(0));
    let limit_ug = 200_000_000;
    let policy = super::policy("llm", 0, json!({ "unit": "co2e", "limit_ug": limit_ug, "limit_mj": null }));
    office(&fixture, 1).create(policy).unwrap();
    let job = Demand { intensity: None, site: Some("dirty".into()), ..demand("llm", 500_000) };
    let refused = office(&fixture, 2).admit(None, job.clone(), Ask::DryRun).unwrap();
    assert!(!refused.allowed, "{}", refused.reason);
    for kind in [FitKind::GreenerStart, FitKind::OtherSite] {
        let option = refused.options.iter().find(|option| option.kind == kind);
        let option = option.unwrap_or_else(|| panic!("no {kind:?}: {:?}", refused.options));
        assert!(option.p95.co2e_ug < refused.estimate.p95.co2e_ug / 2 && option.p95.co2e_ug <= limit_ug, "{option:?}");
        let start = option.start.as_deref().map(|start| {
            let start = chrono::DateTime::parse_from_rfc3339(start).unwrap();
            Timestamp::from_seconds(start.timestamp()).unwrap()
        });
        let asked = Demand { site: option.site.clone(), start, ..job.clone() };
        let answer = office(&fixture, 3).admit(None, asked, Ask::DryRun).unwrap();
        assert!(answer.allowed && answer.estimate.p95 == option.p95, "{kind:?}: {}", answer.reason);
    }
}

/// A start that is still to come rests on a forecast or on what is usual: the estimate, the answer to `check` and the way out say so.
#[test]
fn what_a_future_start_rests_on_is_named() {
    // From 1 March 2025, 00:00, on, when ten o'clock is on 10 March 2026; and from ten o'clock on.
    let (usual, ahead) = (-(374 * 24 + 10)..-(374 * 24 + 10) + 31 * 24, 0..60);
    let is_low = |hour: i64| (hour + 10).rem_euclid(24) >= 15;
    for (status, hours, source, title) in [
        (FactorStatus::Measured, usual, "; usual at that hour of the week in this month", "usually cleaner: "),
        (FactorStatus::Forecast, ahead, "; forecast", "forecast to be cleaner: "),
    ] {
        let fixture = Fixture::in_germany(60);
        let mut factors: Vec<_> =
            hours.map(|hour| hourly("DE", hour, if is_low(hour) { 100_000 } else { 900_000 })).collect();
        factors.iter_mut().for_each(|series| series.values[0].status = status);
        crate::ledger::keep(
            &fixture.store,
            model::FactorSource::Provider,
            factors,
            By { token: "test".into(), at: at(0) },
        );
        let policy = super::policy("llm", 0, json!({ "unit": "co2e", "limit_ug": 200_000_000, "limit_mj": null }));
        office(&fixture, 1).create(policy).unwrap();
        let grid_of = |assumptions: &[::api::Assumption]| {
            assumptions.iter().find(|assumption| assumption.name == "grid").unwrap().clone()
        };
        let job = Demand { intensity: None, site: Some("fra".into()), ..demand("llm", 500_000) };
        for (start, value) in [(3_600, "900 g/kWh"), (6 * 3_600, "100 g/kWh")] {
            let later = Demand { start: Some(at(start)), ..job.clone() };
            let estimate = fixture.store.read(|tx| later.assess(tx, &fixture.library, at(1))).unwrap();
            let grid = grid_of(&estimate.assumptions);
            assert!(grid.value == value && grid.source.ends_with(source), "{grid:?}");
            let answer = office(&fixture, 2).admit(None, later, Ask::DryRun).unwrap();
            assert_eq!((grid_of(&answer.estimate.assumptions), answer.allowed), (grid, value.starts_with('1')));
        }
        let refused = office(&fixture, 2).admit(None, job, Ask::DryRun).unwrap();
        let option = refused.options.iter().find(|option| option.kind == FitKind::GreenerStart);
        let option = option.unwrap_or_else(|| panic!("{status:?}: {:?}", refused.options));
        assert!(option.title.contains(title) && option.start.as_deref() == Some("2026-03-10T15:00:00Z"), "{option:?}");
    }
}
