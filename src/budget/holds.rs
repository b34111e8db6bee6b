//! What an admission holds of its budgets: it shrinks with what is metered of the job, and ends with it or with time.
//!
//! Energy that was used is posted in full. What the ledger has of the job counts there; what is stated beyond that counts as *settled* beside it.

use super::{BudgetAmount, BudgetError, Policy, stored};
use crate::store::{AdmissionRow, DecisionRow, HoldRow, MeteredJob, Moved, Tx};
use api::Unit;
use model::{AdmissionId, AdmissionState, DecisionId, HoldNotice, JobNumber, ProjectName, TokenId};
use std::collections::BTreeMap;
use units::{CarbonMass, Energy, Interval, Span, Timestamp};

/// How long a hold waits for its job to start, and how long it outlives the last reading of it.
pub(super) const PATIENCE: Span = Span::from_seconds(24 * 3_600);

/// Something that became of an admission, for those who watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmissionChange {
    /// Number of the admission.
    pub admission: AdmissionId,
    /// Its project.
    pub project: ProjectName,
    /// What became of it.
    pub event: AdmissionEvent,
}

/// What became of an admission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdmissionEvent {
    /// Its job ended and was settled with what the ledger has of it.
    Settled,
    /// Its hold ended because nothing was metered of its job in time.
    Expired,
    /// Its running job will use more than it holds.
    Breaking,
    /// Its running job is about to use more than it holds, and a budget asks it to stop.
    Stop,
}

impl AdmissionEvent {
    /// Its word in logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Expired => "expired",
            Self::Breaking => "breaking",
            Self::Stop => "stop",
        }
    }
}

/// Stores an admission with what it holds of each budget now.
pub(super) fn keep(tx: &Tx<'_>, row: &AdmissionRow) -> Result<(), BudgetError> {
    tx.admissions().put(row)?;
    let actual = row.actual_energy.unwrap_or(Energy::ZERO).millijoules();
    // What the ledger has of the job is counted there.
    let beyond = match row.state {
        AdmissionState::Committed => actual.saturating_sub(facility(row)?.millijoules()).max(0),
        _ => 0,
    };
    let ended = end_of_job(tx, row)?;
    if row.state == AdmissionState::Held {
        tx.holds().set_end(row.admission, ended)?;
    }
    for hold in tx.holds().of_admission(row.admission)? {
        let held = held_now(row, &hold, ended)?;
        let settled = match unit_of(tx, &hold, row)? {
            Unit::Energy => beyond,
            Unit::Co2e => share(row.actual_co2e.unwrap_or(CarbonMass::ZERO).micrograms(), beyond, actual),
        };
        if (held, settled) != (hold.held, hold.settled) {
            tx.holds().put(&HoldRow { held, settled, ..hold })?;
        }
    }
    Ok(())
}

/// What an admission holds of a budget, where its job is known to have `ended`.
pub(super) fn held_now(row: &AdmissionRow, hold: &HoldRow, ended: Option<Timestamp>) -> Result<i64, BudgetError> {
    if row.state == AdmissionState::Held { left_of(row, hold.reserved, ended) } else { Ok(0) }
}

/// Makes an admission hold `amount` of a budget, in the period that begins at `from`.
pub(super) fn hold(
    tx: &Tx<'_>,
    admission: AdmissionId,
    budget: model::BudgetId,
    from: Timestamp,
    amount: BudgetAmount,
) -> Result<(), BudgetError> {
    let reserved = amount.value();
    Ok(tx.holds().put(&HoldRow { admission, budget, from, reserved, held: reserved, settled: 0 })?)
}

/// When the job that settles an admission ended.
pub(super) fn end_of_job(tx: &Tx<'_>, row: &AdmissionRow) -> Result<Option<Timestamp>, BudgetError> {
    Ok(row.job.as_ref().map(|job| tx.jobs().end_of(job, &row.project)).transpose()?.flatten())
}

/// The unit that a hold is in: its budget's. Where the policy cannot be read, the unit whose p95 was reserved.
fn unit_of(tx: &Tx<'_>, hold: &HoldRow, row: &AdmissionRow) -> Result<Unit, BudgetError> {
    if let Some(policy) = policy_of(tx, hold)? {
        return Ok(policy.unit());
    }
    let is_energy = hold.reserved == row.p95_energy.millijoules();
    Ok(if is_energy { Unit::Energy } else { Unit::Co2e })
}

fn policy_of(tx: &Tx<'_>, hold: &HoldRow) -> Result<Option<Policy>, BudgetError> {
    Ok(tx.budgets().get(hold.budget)?.and_then(|row| Policy::stored(&row.policy).ok()))
}

/// Moves what is stated as used into the period in which it was used: at the latest that of the planned end.
pub(super) fn place_settled(tx: &Tx<'_>, row: &AdmissionRow, now: Timestamp) -> Result<(), BudgetError> {
    let at = now.min(row.start.after(row.span).unwrap_or(now));
    for hold in tx.holds().of_admission(row.admission)? {
        if let Some(period) = policy_of(tx, &hold)?.and_then(|policy| policy.period(at)) {
            tx.holds().put(&HoldRow { from: period.start(), ..hold })?;
        }
    }
    Ok(())
}

/// What of `reserved` the rest of the job can still cost: neither more than what its p95 leaves after what was metered, nor more than what the wall
/// time leaves after the last reading. Rounded up.
pub(super) fn left_of(row: &AdmissionRow, reserved: i64, ended: Option<Timestamp>) -> Result<i64, BudgetError> {
    let (p95, used) = (i128::from(row.p95_energy.millijoules()), i128::from(facility(row)?.millijoules()));
    let part = |left: i128, whole: i128| match whole {
        whole if whole > 0 => (i128::from(reserved) * left.clamp(0, whole) + whole - 1) / whole,
        _ => i128::from(reserved),
    };
    let by_energy = part(p95 - used, p95);
    let Some(metered) = row.metered_time else { return Ok(reserved) };
    let span = i128::from(row.span.nanoseconds());
    let planned = i128::from(metered.start().nanoseconds()) + span;
    let end = ended.map_or(planned, |ended| planned.min(ended.nanoseconds().into()));
    let by_time = part(end - i128::from(metered.end().nanoseconds()), span);
    Ok(i64::try_from(by_energy.min(by_time)).unwrap_or(reserved))
}

/// What the ledger has of the job, with the facility's overhead by the estimate's PUE.
pub(super) fn facility(row: &AdmissionRow) -> Result<Energy, BudgetError> {
    Ok(row.metered.checked_add(row.metered.overhead(row.pue)?)?)
}

/// The CO2e of `used` at the estimate's intensity.
pub(super) fn co2e_at_estimate(row: &AdmissionRow, used: Energy) -> CarbonMass {
    let (p95_co2e, p95) = (row.p95_co2e.micrograms(), row.p95_energy.millijoules());
    CarbonMass::from_micrograms(share(p95_co2e, used.millijoules(), p95))
}

/// `amount × part / whole`, rounded half up; 0 where there is no whole.
fn share(amount: i64, part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    let product = i128::from(amount) * i128::from(part) + i128::from(whole) / 2;
    i64::try_from(product.div_euclid(i128::from(whole))).unwrap_or(i64::MAX)
}

/// Takes in energy that was metered of admitted jobs, and shrinks what they hold.
pub(super) fn note_metered(tx: &Tx<'_>, postings: &[Moved]) -> Result<(), BudgetError> {
    struct MeteredSum {
        energy: Energy,
        start: Timestamp,
        end: Timestamp,
    }
    let mut jobs: BTreeMap<JobNumber, MeteredSum> = BTreeMap::new();
    for moved in postings.iter().filter(|moved| !moved.job.is_idle()) {
        let nothing = MeteredSum { energy: Energy::ZERO, start: moved.start, end: moved.end };
        let sum = jobs.entry(moved.job).or_insert(nothing);
        sum.energy = sum.energy.saturating_add(moved.energy);
        (sum.start, sum.end) = (sum.start.min(moved.start), sum.end.max(moved.end));
    }
    for (job, MeteredSum { energy, start, end }) in jobs {
        for mut row in tx.admissions().of_job(job)?.into_iter().filter(|row| was_allowed(row.state)) {
            row.metered = row.metered.saturating_add(energy).max(Energy::ZERO);
            row.metered_time = match row.metered_time {
                Some(time) => Interval::new(time.start().min(start), time.end().max(end)),
                None => Interval::new(start, end),
            };
            keep(tx, &row)?;
        }
    }
    Ok(())
}

const fn was_allowed(state: AdmissionState) -> bool {
    !matches!(state, AdmissionState::Denied | AdmissionState::Checked)
}

/// Takes in what the ledger has of all admitted jobs, whatever was known of them, and reckons again what is held.
pub(super) fn reckon_again(tx: &Tx<'_>) -> Result<(), BudgetError> {
    for MeteredJob { admission, energy, time } in tx.admissions().metered_otherwise()? {
        let Some(mut row) = tx.admissions().get(admission)? else { continue };
        (row.metered, row.metered_time) = (energy, time);
        keep(tx, &row)?;
    }
    tx.admissions().held()?.iter().try_for_each(|row| keep(tx, row))
}

/// Takes in what the ledger has of a job that ran before it was admitted, as where a gate let it pass while the service was away.
pub(super) fn note_metered_before(tx: &Tx<'_>, row: &mut AdmissionRow) -> Result<(), BudgetError> {
    let Some(job) = &row.job else { return Ok(()) };
    let Some((energy, start, end)) = tx.jobs().metered(job, &row.project)? else { return Ok(()) };
    row.metered = energy.max(Energy::ZERO);
    row.metered_time = Interval::new(start, end);
    keep(tx, row)
}

/// Ends the holds whose time is over, and renews those whose job is still being metered.
pub(super) fn expire_due(tx: &Tx<'_>, now: Timestamp) -> Result<Vec<AdmissionChange>, BudgetError> {
    let mut changes = Vec::new();
    for mut row in tx.admissions().expiring(now)? {
        let lives_until = row.metered_time.map(|time| time.end().after(PATIENCE)).transpose()?;
        if let Some(until) = lives_until.filter(|until| *until > now) {
            row.expires = until;
            tx.admissions().put(&row)?;
            continue;
        }
        row.state = AdmissionState::Expired;
        keep(tx, &row)?;
        record(tx, &row, now, &DecisionRow::service())?;
        let event = AdmissionEvent::Expired;
        changes.push(AdmissionChange { admission: row.admission, project: row.project, event });
    }
    Ok(changes)
}

/// Records what became of an admission.
pub(super) fn record(tx: &Tx<'_>, row: &AdmissionRow, at: Timestamp, by: &TokenId) -> Result<(), BudgetError> {
    let action = match (row.state, row.notice) {
        (AdmissionState::Held, HoldNotice::Nothing) => "renew",
        (AdmissionState::Held, notice) => notice.name(),
        (state, _) => state.name(),
    };
    record_as(action, tx, row, at, by)
}

/// Records that `action` was taken on an admission.
pub(super) fn record_as(
    action: &str,
    tx: &Tx<'_>,
    row: &AdmissionRow,
    at: Timestamp,
    by: &TokenId,
) -> Result<(), BudgetError> {
    Ok(tx.decisions().record(&DecisionRow {
        decision: DecisionId::new(0),
        at,
        by: by.clone(),
        action: action.to_owned(),
        budget: None,
        admission: Some(row.admission),
        document: stored::resolved(row)?,
    })?)
}
