//! What becomes of a hold: it shrinks with what is metered, and ends by commit, by the end of its job, by release or by expiry.
//!
//! Energy that was used is posted in full. What the ledger has of the job counts there; what is stated beyond that counts as *settled* beside it.

use super::admit::{Office, PATIENCE};
use super::sums::{Known, catch_up, known};
use super::{BudgetError, Demand, Policy, json, of_json};
use crate::store::{AdmissionRow, AdmissionState, DecisionRow, HoldRow, Moved, Store, Tx};
use api::{Mode, Unit};
use std::collections::BTreeMap;
use units::{Energy, Pue, Span, Timestamp};

/// A job that ended so long ago has delivered what it will deliver.
const LATE: Span = Span::from_seconds(3_600);
/// A stop is asked for when the hold lasts no longer than this.
const LAST_MINUTES_NS: i128 = 120_000_000_000;
/// Before this share of its wall time a job's power says little.
const WARM_UP_PERCENT: i128 = 5;

/// What a job used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Actual {
    /// Energy, mJ; what the ledger has of the job without it.
    pub energy_mj: Option<i64>,
    /// CO2e of that, µg; at the estimate's intensity without it.
    pub co2e_ug: Option<i64>,
}

/// Something about an admission that others should hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Number of the admission.
    pub admission: i64,
    /// Its project.
    pub project: String,
    /// `settled`, `expired`, `breaking` or `stop`.
    pub what: &'static str,
}

/// Settles an admission: what was used is posted in full, the rest of the hold is free. Of an admission that is settled, released or committed it changes
/// nothing; of an expired one everything used is an overrun.
///
/// # Errors
///
/// There is no such admission, or it was never allowed; the store.
pub fn commit(office: &Office<'_>, id: &str, actual: Actual) -> Result<AdmissionRow, BudgetError> {
    resolve(office, id, move |tx, row, now| {
        if row.state != AdmissionState::Held && row.state != AdmissionState::Expired {
            return Ok(false);
        }
        let metered = facility_mj(row)?;
        let mj = actual.energy_mj.unwrap_or(metered).max(metered);
        let ug = actual.co2e_ug.unwrap_or_else(|| share(row.p95_ug, mj, row.p95_mj));
        let covered = if row.state == AdmissionState::Expired { 0 } else { row.p95_mj };
        (row.actual_mj, row.actual_ug) = (Some(mj), Some(ug));
        row.overrun_mj = Some(mj.saturating_sub(covered).max(0));
        row.resolved = Some(now);
        row.state = AdmissionState::Committed;
        place_settled(tx, row, now)?;
        Ok(true)
    })
}

/// Gives a hold back. Of an admission that holds nothing it changes nothing.
///
/// # Errors
///
/// There is no such admission, or it was never allowed; the store.
pub fn release(office: &Office<'_>, id: &str) -> Result<AdmissionRow, BudgetError> {
    resolve(office, id, |_, row, now| {
        if row.state != AdmissionState::Held {
            return Ok(false);
        }
        row.resolved = Some(now);
        row.state = AdmissionState::Released;
        Ok(true)
    })
}

/// Keeps a hold for as long again as its job may take. Of an admission that holds nothing it changes nothing.
///
/// # Errors
///
/// There is no such admission, or it was never allowed; the store.
pub fn renew(office: &Office<'_>, id: &str) -> Result<AdmissionRow, BudgetError> {
    resolve(office, id, |_, row, now| {
        if row.state != AdmissionState::Held {
            return Ok(false);
        }
        row.expires = row.expires.max(now.after(PATIENCE)?);
        Ok(true)
    })
}

fn resolve(
    office: &Office<'_>,
    id: &str,
    change: impl FnOnce(&Tx<'_>, &mut AdmissionRow, Timestamp) -> Result<bool, BudgetError> + Send + 'static,
) -> Result<AdmissionRow, BudgetError> {
    let (id, now, by) = (id.to_owned(), office.now, office.by.to_owned());
    office.store.write(move |tx| {
        catch_up(tx, &known(tx)?)?;
        expire_due(tx, now)?;
        let unknown = || BudgetError::UnknownAdmission { id: id.clone() };
        let mut row = tx.admissions().get(id.parse().map_err(|_| unknown())?)?.ok_or_else(unknown)?;
        if row.state == AdmissionState::Denied || row.state == AdmissionState::Checked {
            let next = "only what was admitted with a hold can be settled";
            return Err(BudgetError::State { id: row.admission, state: row.state, next });
        }
        if change(tx, &mut row, now)? {
            keep(tx, &row)?;
            record(tx, &row, (now, &by))?;
        }
        Ok(row)
    })
}

/// Stores an admission and what it holds now.
pub(super) fn keep(tx: &Tx<'_>, row: &AdmissionRow) -> Result<(), BudgetError> {
    tx.admissions().put(row)?;
    let actual_mj = row.actual_mj.unwrap_or(0);
    // What the ledger has of the job is counted there.
    let beyond =
        if row.state == AdmissionState::Committed { actual_mj.saturating_sub(facility_mj(row)?).max(0) } else { 0 };
    let ended = ended(tx, row)?;
    for hold in tx.holds().of_admission(row.admission)? {
        let held = if row.state == AdmissionState::Held { left_of(row, hold.reserved, ended)? } else { 0 };
        let settled =
            if is_energy(tx, hold.budget)? { beyond } else { share(row.actual_ug.unwrap_or(0), beyond, actual_mj) };
        if (held, settled) != (hold.held, hold.settled) {
            tx.holds().put(&HoldRow { held, settled, ..hold })?;
        }
    }
    Ok(())
}

/// When the job that settles it ended.
fn ended(tx: &Tx<'_>, row: &AdmissionRow) -> Result<Option<Timestamp>, BudgetError> {
    Ok(row.job.as_deref().map(|job| tx.jobs().end_of(job, &row.project)).transpose()?.flatten())
}

fn is_energy(tx: &Tx<'_>, budget: i64) -> Result<bool, BudgetError> {
    let row = tx.budgets().find(&budget.to_string())?;
    let policy = row.and_then(|row| Policy::stored(&row.policy).ok());
    Ok(policy.is_none_or(|policy| policy.unit() == Unit::Energy))
}

/// What is stated as used belongs to the period in which it was used: at most at the planned end.
fn place_settled(tx: &Tx<'_>, row: &AdmissionRow, now: Timestamp) -> Result<(), BudgetError> {
    let end = Timestamp::from_nanoseconds(row.start.nanoseconds().saturating_add(row.span_ns));
    let at = now.min(end);
    for hold in tx.holds().of_admission(row.admission)? {
        let stored = tx.budgets().find(&hold.budget.to_string())?;
        let policy = stored.and_then(|stored| Policy::stored(&stored.policy).ok());
        if let Some(period) = policy.and_then(|policy| policy.period(at)) {
            tx.holds().put(&HoldRow { from: period.0, ..hold })?;
        }
    }
    Ok(())
}

/// What of `reserved` the rest of the job can still cost: neither more than what its p95 leaves after what was metered, nor more than what the wall
/// time leaves after the last that was metered. Rounded up.
fn left_of(row: &AdmissionRow, reserved: i64, ended: Option<Timestamp>) -> Result<i64, BudgetError> {
    let (p95, used) = (i128::from(row.p95_mj), i128::from(facility_mj(row)?));
    let part = |left: i128, whole: i128| match whole {
        whole if whole > 0 => (i128::from(reserved) * left.clamp(0, whole) + whole - 1) / whole,
        _ => i128::from(reserved),
    };
    let by_energy = part(p95 - used, p95);
    let (Some(from), Some(to)) = (row.metered_from, row.metered_to) else { return Ok(reserved) };
    let span = i128::from(row.span_ns);
    let planned = i128::from(from.nanoseconds()) + span;
    let end = ended.map_or(planned, |ended| planned.min(ended.nanoseconds().into()));
    let by_time = part(end - i128::from(to.nanoseconds()), span);
    Ok(i64::try_from(by_energy.min(by_time)).unwrap_or(reserved))
}

/// What the ledger has of the job, with the facility's overhead by the estimate's PUE.
fn facility_mj(row: &AdmissionRow) -> Result<i64, BudgetError> {
    let energy = Energy::from_millijoules(row.metered_mj);
    let pue = Pue::from_parts_per_million(row.pue_ppm).unwrap_or(Pue::ONE);
    Ok(energy.checked_add(energy.overhead(pue)?)?.millijoules())
}

/// `amount × part / whole`, rounded half up; 0 where there is no whole.
fn share(amount: i64, part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    let product = i128::from(amount) * i128::from(part) + i128::from(whole) / 2;
    i64::try_from(product.div_euclid(i128::from(whole))).unwrap_or(i64::MAX)
}

/// Takes note of energy that came in for admitted jobs, and shrinks what they hold.
pub(super) fn note_metered(tx: &Tx<'_>, postings: &[Moved], _: &[Known]) -> Result<(), BudgetError> {
    let mut jobs: BTreeMap<i64, (i64, Timestamp, Timestamp)> = BTreeMap::new();
    for moved in postings.iter().filter(|moved| moved.job > 0) {
        let sum = jobs.entry(moved.job).or_insert((0, moved.start, moved.end));
        *sum = (sum.0.saturating_add(moved.energy_mj), sum.1.min(moved.start), sum.2.max(moved.end));
    }
    for (job, (energy_mj, start, end)) in jobs {
        for mut row in tx.admissions().of_job(job)? {
            row.metered_mj = row.metered_mj.saturating_add(energy_mj).max(0);
            row.metered_from = Some(row.metered_from.map_or(start, |from| from.min(start)));
            row.metered_to = Some(row.metered_to.map_or(end, |to| to.max(end)));
            keep(tx, &row)?;
        }
    }
    Ok(())
}

/// Takes note of what the ledger has of a job that ran before it was admitted, as where a gate let it pass while the service was away.
pub(super) fn note_metered_before(tx: &Tx<'_>, row: &mut AdmissionRow) -> Result<(), BudgetError> {
    let Some(job) = &row.job else { return Ok(()) };
    let Some((energy_mj, start, end)) = tx.jobs().metered(job, &row.project)? else { return Ok(()) };
    row.metered_mj = energy_mj.max(0);
    (row.metered_from, row.metered_to) = (Some(start), Some(end));
    keep(tx, row)
}

/// Ends the holds whose time is over, and renews those whose job is still being metered.
pub(super) fn expire_due(tx: &Tx<'_>, now: Timestamp) -> Result<Vec<Change>, BudgetError> {
    let mut changes = Vec::new();
    for mut row in tx.admissions().expiring(now)? {
        let lives_until = row.metered_to.map(|to| to.after(PATIENCE)).transpose()?.filter(|until| *until > now);
        match lives_until {
            Some(until) => {
                row.expires = until;
                tx.admissions().put(&row)?;
            }
            None => {
                row.state = AdmissionState::Expired;
                keep(tx, &row)?;
                record(tx, &row, (now, "service"))?;
                changes.push(Change { admission: row.admission, project: row.project, what: "expired" });
            }
        }
    }
    Ok(changes)
}

/// Brings every hold up to the ledger: settles jobs that have ended, ends holds whose time is over, and notes jobs that will break theirs.
///
/// # Errors
///
/// The ledger or the store.
pub fn settle(store: &Store, now: Timestamp) -> Result<Vec<Change>, BudgetError> {
    let has_work = store
        .read(|tx| Ok::<_, BudgetError>(!tx.budgets().list()?.is_empty() || !tx.admissions().held()?.is_empty()))?;
    if !has_work {
        return Ok(Vec::new());
    }
    store.write(move |tx| {
        let budgets = known(tx)?;
        catch_up(tx, &budgets)?;
        let mut changes = expire_due(tx, now)?;
        for row in tx.admissions().held()? {
            changes.extend(settle_one(tx, &budgets, row, now)?);
        }
        Ok(changes)
    })
}

fn settle_one(
    tx: &Tx<'_>,
    budgets: &[Known],
    mut row: AdmissionRow,
    now: Timestamp,
) -> Result<Option<Change>, BudgetError> {
    let what = if let Some(ended) = ended(tx, &row)?.filter(|ended| *ended <= now) {
        if row.metered_to.is_none_or(|to| to < ended) && ended.after(LATE)? > now {
            return Ok(None);
        }
        let used = facility_mj(&row)?;
        (row.actual_mj, row.actual_ug) = (Some(used), Some(share(row.p95_ug, used, row.p95_mj)));
        row.overrun_mj = Some(used.saturating_sub(row.p95_mj).max(0));
        row.resolved = Some(now);
        row.state = AdmissionState::Settled;
        "settled"
    } else {
        let said = will_break(tx, budgets, &row)?;
        if said.is_empty() || said == row.told || row.told == "stop" {
            return Ok(None);
        }
        said.clone_into(&mut row.told);
        said
    };
    keep(tx, &row)?;
    record(tx, &row, (now, "service"))?;
    Ok(Some(Change { admission: row.admission, project: row.project, what }))
}

/// `breaking` when a running job will use more than it holds at the power it has drawn so far, `stop` when it is about to and a budget says so.
fn will_break(tx: &Tx<'_>, budgets: &[Known], row: &AdmissionRow) -> Result<&'static str, BudgetError> {
    let (Some(from), Some(to)) = (row.metered_from, row.metered_to) else { return Ok("") };
    let (used, p95) = (i128::from(facility_mj(row)?), i128::from(row.p95_mj));
    let elapsed = i128::from(to.nanoseconds()) - i128::from(from.nanoseconds());
    let span = i128::from(row.span_ns);
    if elapsed <= 0 || (used <= p95 && elapsed * 100 < span * WARM_UP_PERCENT) {
        return Ok("");
    }
    let total = used * span.max(elapsed) / elapsed;
    if total <= p95 {
        return Ok("");
    }
    let in_two_minutes = used + used * LAST_MINUTES_NS / elapsed;
    let holds = tx.holds().of_admission(row.admission)?;
    let stops = |known: &&Known| {
        let policy = known.policy.as_ref().ok();
        policy.is_some_and(|policy| policy.document.mode == Mode::Block && policy.document.stop_after_s.is_some())
            && holds.iter().any(|hold| hold.budget == known.row.budget)
    };
    let is_stopped = in_two_minutes > p95 && budgets.iter().any(|known| stops(&known));
    Ok(if is_stopped { "stop" } else { "breaking" })
}

fn record(tx: &Tx<'_>, row: &AdmissionRow, (now, by): (Timestamp, &str)) -> Result<(), BudgetError> {
    let action = match row.state {
        AdmissionState::Held if row.told.is_empty() => "renew",
        AdmissionState::Held => row.told.as_str(),
        state => state.name(),
    };
    let demand: Demand = of_json(&row.demand)?;
    let document = serde_json::json!({
        "demand": demand, "p95_mj": row.p95_mj, "metered_mj": row.metered_mj, "actual_mj": row.actual_mj,
        "actual_ug": row.actual_ug, "overrun_mj": row.overrun_mj,
    });
    let (action, admission, document) = (action.to_owned(), Some(row.admission), json(&document)?);
    tx.decisions().record(&DecisionRow {
        decision: 0,
        at: now,
        by: by.to_owned(),
        action,
        budget: None,
        admission,
        document,
    })?;
    Ok(())
}
