//! Lists of jobs with what they used, posted and open.

use super::LedgerError;
use super::factor::{Chooser, Weighed};
use crate::grid::Library;
use crate::store::{JobFilter, JobTotals, PostedJob, Store, Tx};
use model::{JobNumber, JobOrder};
use units::{CarbonMass, Energy, Overflow, Timestamp};

/// The jobs that `filter` asks for, each with what is posted and what is open, the latter at the best factors known. The cost is that of the page
/// and of the accounts that are open, not of all jobs.
///
/// # Errors
///
/// A zone without factor, a sum that leaves its range, the store.
pub fn jobs(store: &Store, library: &Library, filter: &JobFilter) -> Result<Vec<PostedJob>, LedgerError> {
    store.read(|tx| {
        let mut chooser = Chooser::new(tx, library)?;
        let mut listed = |found: Vec<PostedJob>| -> Result<Vec<PostedJob>, LedgerError> {
            found.into_iter().map(|posted| with_open(tx, &mut chooser, posted)).collect()
        };
        // What is open does not move a job in these orders.
        if matches!(filter.sort, JobOrder::Newest | JobOrder::Started | JobOrder::HeldIdle) {
            return listed(tx.jobs().list(filter, None)?);
        }
        // What is posted alone is sorted in the store; what is also open has to be weighed first.
        let mut found = listed(tx.jobs().list(filter, Some(true))?)?;
        let place = |job: &PostedJob| (job.rank(filter.sort), job.row.job);
        found.retain(|job| filter.after.is_none_or(|after| place(job) < after));
        found.extend(tx.jobs().list(filter, Some(false))?);
        found.sort_by_key(|job| std::cmp::Reverse(place(job)));
        found.truncate(usize::try_from(filter.limit).unwrap_or(usize::MAX));
        Ok(found)
    })
}

/// How many of the jobs that `filter` asks for run at `now`, have ended well and have failed, and what they used, posted and open.
///
/// # Errors
///
/// See [`jobs`].
pub fn job_totals(
    store: &Store,
    library: &Library,
    filter: &JobFilter,
    now: Timestamp,
) -> Result<[JobTotals; 3], LedgerError> {
    store.read(|tx| {
        let mut found = tx.jobs().totals(filter, now)?;
        let mut chooser = Chooser::new(tx, library)?;
        for posted in tx.jobs().list(filter, Some(true))? {
            let facts = &posted.row.facts;
            let kind = match facts.exit_status {
                _ if facts.ended.is_none_or(|end| end > now) => 0,
                None | Some(0) => 1,
                Some(_) => 2,
            };
            let open = open_of(tx, &mut chooser, posted.row.job)?;
            let Some(totals) = found.get_mut(kind) else { continue };
            (totals.energy, totals.co2e) = sum((totals.energy, totals.co2e), open)?;
        }
        Ok(found)
    })
}

fn with_open(tx: &Tx<'_>, chooser: &mut Chooser<'_>, posted: PostedJob) -> Result<PostedJob, LedgerError> {
    let open = open_of(tx, chooser, posted.row.job)?;
    let (energy, co2e) = sum((posted.energy, posted.co2e), open)?;
    Ok(PostedJob { energy, co2e, ..posted })
}

/// Energy of jobs, and its location-based CO2e.
type Used = (Energy, CarbonMass);

/// What a job's open accounts sum to.
fn open_of(tx: &Tx<'_>, chooser: &mut Chooser<'_>, job: JobNumber) -> Result<Used, LedgerError> {
    let mut used = Used::default();
    for open in tx.postings().open_of_job(job)? {
        let energy = open.sum.energy;
        let co2e = Weighed::of(energy, &chooser.rates(&open.key)?)?.co2e;
        used = sum(used, (energy, co2e))?;
    }
    Ok(used)
}

fn sum(one: Used, other: Used) -> Result<Used, Overflow> {
    let sum = one.0.checked_add(other.0).and_then(|energy| Ok((energy, one.1.checked_add(other.1)?)));
    sum.map_err(|_| Overflow { quantity: "sum of a job" })
}
