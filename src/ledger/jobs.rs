//! Lists of jobs with what they used, posted and open.

use super::LedgerError;
use super::factor::Chooser;
use super::posting::Weighed;
use crate::grid::Library;
use crate::store::{JobFilter, JobRow, JobSort, PostedJob, Store, Tx};
use units::Overflow;

/// A job and its IT energy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedJob {
    /// The job.
    pub row: JobRow,
    /// Posted and open, mJ.
    pub energy_mj: i64,
    /// Location-based CO2e of that, what is open at the best factors known, µg.
    pub co2e_ug: i64,
}

impl ListedJob {
    /// What a list in this order is sorted by.
    #[must_use]
    pub const fn rank(&self, sort: JobSort) -> i64 {
        match sort {
            JobSort::Newest => self.row.job,
            JobSort::Energy => self.energy_mj,
            JobSort::Co2e => self.co2e_ug,
        }
    }
}

/// The jobs that `filter` asks for. The cost is that of the page and of the accounts that are open, not of all jobs.
///
/// # Errors
///
/// A zone without factor, a sum that leaves its range, the store.
pub fn jobs(store: &Store, library: &Library, filter: &JobFilter) -> Result<Vec<ListedJob>, LedgerError> {
    store.read(|tx| {
        let mut chooser = Chooser::new(tx, library)?;
        let mut listed = |found: Vec<PostedJob>| -> Result<Vec<ListedJob>, LedgerError> {
            found.into_iter().map(|posted| with_open(tx, &mut chooser, posted)).collect()
        };
        if filter.sort == JobSort::Newest {
            return listed(tx.jobs(filter, None)?);
        }
        // What is posted alone is sorted in the store; what is also open has to be weighed first.
        let mut found = listed(tx.jobs(filter, Some(true))?)?;
        let place = |job: &ListedJob| (job.rank(filter.sort), job.row.job);
        found.retain(|job| filter.after.is_none_or(|after| place(job) < after));
        let posted = tx.jobs(filter, Some(false))?;
        found.extend(posted.into_iter().map(|PostedJob { row, energy_mj, co2e_ug }| ListedJob {
            row,
            energy_mj,
            co2e_ug,
        }));
        found.sort_by_key(|job| std::cmp::Reverse(place(job)));
        found.truncate(usize::try_from(filter.limit).unwrap_or(usize::MAX));
        Ok(found)
    })
}

fn with_open(tx: &Tx<'_>, chooser: &mut Chooser<'_>, posted: PostedJob) -> Result<ListedJob, LedgerError> {
    let PostedJob { row, mut energy_mj, mut co2e_ug } = posted;
    for open in tx.open_keys_of(row.job)? {
        let energy = open.sum.energy;
        let co2e = Weighed::of(energy, &chooser.rates(&open.key)?)?.co2e;
        let add = |sum: i64, part: i64| sum.checked_add(part).ok_or(Overflow { quantity: "sum of a job" });
        (energy_mj, co2e_ug) = (add(energy_mj, energy.millijoules())?, add(co2e_ug, co2e.micrograms())?);
    }
    Ok(ListedJob { row, energy_mj, co2e_ug })
}
