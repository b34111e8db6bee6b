//! How an admission ends: settled by its caller or by the ledger, released, or renewed until then.

use super::holds::{
    AdmissionChange, AdmissionEvent, co2e_at_estimate, end_of_job, facility, keep, note_metered_before, place_settled,
    record, record_as,
};
use super::known::KnownBudget;
use super::office::Books;
use super::{BudgetError, Office};
use crate::store::{AdmissionRow, DecisionRow, Tx};
use api::Mode;
use model::{AdmissionId, AdmissionState, HoldNotice, JobId};
use units::{CarbonMass, Energy, Span};

/// A job that ended so long ago has delivered what it will deliver.
const LATE: Span = Span::from_seconds(3_600);
/// A stop is asked for when the hold lasts no longer than this.
const LAST_MINUTES_NS: i128 = 120_000_000_000;
/// Before this share of its wall time a job's power says little.
const WARM_UP_PERCENT: i128 = 5;

/// What a job used, as its caller states it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Actual {
    /// Facility energy; without it, what the ledger has of the job.
    pub energy: Option<Energy>,
    /// Its CO2e; without it, that of the energy at the estimate's intensity.
    pub co2e: Option<CarbonMass>,
}

impl Office<'_> {
    /// Settles an admission: what was used is posted in full, the rest of the hold is free. It changes nothing about an admission that is settled,
    /// released or committed; of an expired one everything used is an overrun.
    ///
    /// # Errors
    ///
    /// There is no such admission, or it was never allowed; the store.
    pub fn commit(&self, id: AdmissionId, actual: Actual) -> Result<AdmissionRow, BudgetError> {
        self.resolve(id, move |books, row| {
            let is_open = matches!(row.state, AdmissionState::Held | AdmissionState::Expired);
            if is_open {
                commit(books, row, actual)?;
            }
            Ok(is_open)
        })
    }

    /// Releases a hold. It changes nothing about an admission that holds nothing.
    ///
    /// # Errors
    ///
    /// There is no such admission, or it was never allowed; the store.
    pub fn release(&self, id: AdmissionId) -> Result<AdmissionRow, BudgetError> {
        self.resolve(id, |books, row| {
            if row.state != AdmissionState::Held {
                return Ok(false);
            }
            release(books, row);
            Ok(true)
        })
    }

    /// Keeps a hold for as long again as its job may take. It changes nothing about an admission that holds nothing.
    ///
    /// # Errors
    ///
    /// There is no such admission, or it was never allowed; the store.
    pub fn renew(&self, id: AdmissionId) -> Result<AdmissionRow, BudgetError> {
        self.resolve(id, |books, row| {
            if row.state != AdmissionState::Held {
                return Ok(false);
            }
            row.expires = row.expires.max(books.now.after(super::holds::PATIENCE)?);
            Ok(true)
        })
    }

    /// Notes which job an admission let in, where that was not known when it was decided: what the ledger has of the job is spent, and no longer held.
    /// It changes nothing about an admission of that job.
    ///
    /// # Errors
    ///
    /// There is no such admission, it was never allowed, or it is another job's; the store.
    pub fn name_job(&self, id: AdmissionId, job: JobId) -> Result<AdmissionRow, BudgetError> {
        self.write(move |books| {
            let mut row = books.admission(id)?;
            let is_over =
                matches!(row.state, AdmissionState::Denied | AdmissionState::Checked | AdmissionState::Released);
            // Without an id, a job is named by its key.
            let is_unnamed = row.job.as_ref().is_none_or(|named| row.key.as_deref() == Some(named.as_str()));
            match &row.job {
                Some(named) if *named == job => return Ok(row),
                _ if is_unnamed && !is_over => {}
                _ => {
                    let next = "only an admission that was allowed with a hold and has no job yet can be given one";
                    return Err(BudgetError::State { id, state: row.state, next });
                }
            }
            row.job = Some(job);
            keep(books.tx, &row)?;
            note_metered_before(books.tx, &mut row)?;
            record_as("job", books.tx, &row, books.now, &books.by)?;
            Ok(row)
        })
    }

    fn resolve(
        &self,
        id: AdmissionId,
        change: impl FnOnce(&Books<'_>, &mut AdmissionRow) -> Result<bool, BudgetError> + Send + 'static,
    ) -> Result<AdmissionRow, BudgetError> {
        self.write(move |books| {
            let mut row = books.admission(id)?;
            if row.state == AdmissionState::Denied || row.state == AdmissionState::Checked {
                let next = "only an admission that was allowed with a hold can be settled";
                return Err(BudgetError::State { id, state: row.state, next });
            }
            if change(books, &mut row)? {
                keep(books.tx, &row)?;
                record(books.tx, &row, books.now, &books.by)?;
            }
            Ok(row)
        })
    }

    /// Brings every hold up to the ledger: settles jobs that have ended, ends holds whose time is over, and notes jobs that will use more than they
    /// hold.
    ///
    /// # Errors
    ///
    /// The ledger or the store.
    pub fn settle(&self) -> Result<Vec<AdmissionChange>, BudgetError> {
        let has_work =
            |tx: &Tx<'_>| Ok::<_, BudgetError>(!tx.budgets().list()?.is_empty() || !tx.admissions().held()?.is_empty());
        if !self.store.read(has_work)? {
            return Ok(Vec::new());
        }
        self.write(|books| {
            let mut changes = books.expired.clone();
            for row in books.tx.admissions().held()? {
                changes.extend(settle_one(books, row)?);
            }
            Ok(changes)
        })
    }
}

/// Makes `row` one that was settled with what was used.
pub(super) fn commit(books: &Books<'_>, row: &mut AdmissionRow, actual: Actual) -> Result<(), BudgetError> {
    let metered = facility(row)?;
    let used = actual.energy.map_or(metered, |stated| stated.max(metered));
    let covered = if row.state == AdmissionState::Expired { Energy::ZERO } else { row.p95_energy };
    row.actual_energy = Some(used);
    row.actual_co2e = Some(actual.co2e.unwrap_or_else(|| co2e_at_estimate(row, used)));
    row.overrun = Some(beyond(used, covered));
    row.resolved = Some(books.now);
    row.state = AdmissionState::Committed;
    place_settled(books.tx, row, books.now)
}

/// Makes `row` one that was released.
pub(super) const fn release(books: &Books<'_>, row: &mut AdmissionRow) {
    row.resolved = Some(books.now);
    row.state = AdmissionState::Released;
}

fn beyond(used: Energy, covered: Energy) -> Energy {
    Energy::from_millijoules(used.millijoules().saturating_sub(covered.millijoules()).max(0))
}

fn settle_one(books: &Books<'_>, mut row: AdmissionRow) -> Result<Option<AdmissionChange>, BudgetError> {
    let Books { tx, now, .. } = books;
    let event = if let Some(ended) = end_of_job(tx, &row)?.filter(|ended| ended <= now) {
        if row.metered_time.is_none_or(|time| time.end() < ended) && ended.after(LATE)? > *now {
            return Ok(None);
        }
        let used = facility(&row)?;
        row.actual_energy = Some(used);
        row.actual_co2e = Some(co2e_at_estimate(&row, used));
        row.overrun = Some(beyond(used, row.p95_energy));
        row.resolved = Some(*now);
        row.state = AdmissionState::Settled;
        AdmissionEvent::Settled
    } else {
        let notice = notice(books, &row)?;
        if notice == HoldNotice::Nothing || notice == row.notice || row.notice == HoldNotice::Stop {
            return Ok(None);
        }
        row.notice = notice;
        if notice == HoldNotice::Stop { AdmissionEvent::Stop } else { AdmissionEvent::Breaking }
    };
    keep(tx, &row)?;
    record(tx, &row, *now, &DecisionRow::service())?;
    Ok(Some(AdmissionChange { admission: row.admission, project: row.project, event }))
}

/// `Breaking` when a running job will use more than it holds at the power that it has drawn so far, `Stop` when it is about to and a budget asks for
/// that.
fn notice(books: &Books<'_>, row: &AdmissionRow) -> Result<HoldNotice, BudgetError> {
    let Some(metered) = row.metered_time else { return Ok(HoldNotice::Nothing) };
    let (used, p95) = (i128::from(facility(row)?.millijoules()), i128::from(row.p95_energy.millijoules()));
    let (elapsed, span) = (i128::from(metered.span().nanoseconds()), i128::from(row.span.nanoseconds()));
    if used <= p95 && elapsed * 100 < span * WARM_UP_PERCENT {
        return Ok(HoldNotice::Nothing);
    }
    let total = used * span.max(elapsed) / elapsed;
    if total <= p95 {
        return Ok(HoldNotice::Nothing);
    }
    let in_two_minutes = used + used * LAST_MINUTES_NS / elapsed;
    let holds = books.tx.holds().of_admission(row.admission)?;
    let stops = |KnownBudget { row, policy }: &KnownBudget| {
        let document = policy.as_ref().ok().map(|policy| &policy.document);
        document.is_some_and(|document| document.mode == Mode::Block && document.stop_after_s.is_some())
            && holds.iter().any(|hold| hold.budget == row.budget)
    };
    let is_stopped = in_two_minutes > p95 && books.budgets.iter().any(stops);
    Ok(if is_stopped { HoldNotice::Stop } else { HoldNotice::Breaking })
}
