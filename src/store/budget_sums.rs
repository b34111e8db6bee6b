//! What is spent of each budget: sums of the ledger that are kept with what they sum.

use super::engine::{self, DataRow};
use super::row::moment;
use super::{BudgetSumStore, StoreError};
use model::{BudgetId, EntryId, JobNumber, PostingId, SiteNumber};
use std::collections::BTreeMap;
use units::{CarbonMass, Energy, Interval, Timestamp};

/// Posted facility energy and CO2e by budget and first moment of the day.
type PostedDays = BTreeMap<(BudgetId, Timestamp), (Energy, CarbonMass)>;

/// Energy of one job, site and posting period that came since the sums were last taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The job; [`JobNumber::IDLE`] of idle energy.
    pub job: JobNumber,
    /// The site.
    pub site: SiteNumber,
    /// First moment of the posting period.
    pub period_start: Timestamp,
    /// IT energy.
    pub energy: Energy,
    /// Of entries: facility energy.
    pub facility_energy: Energy,
    /// Of entries: CO2e of the facility energy.
    pub facility_co2e: CarbonMass,
    /// Of postings: where the energy begins.
    pub start: Timestamp,
    /// Of postings: where it ends.
    pub end: Timestamp,
}

/// Up to where the sums of the budgets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetProgress {
    /// The last posting that they hold.
    pub posting: PostingId,
    /// The last ledger entry that they hold.
    pub entry: EntryId,
    /// Whether they have to be summed again.
    pub stale: bool,
}

impl BudgetSumStore<'_> {
    /// Up to where the sums of the budgets go.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn progress(&self) -> Result<BudgetProgress, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT posting, entry, stale FROM budget_progress")?;
        let progress = |row: &DataRow<'_>| {
            let (posting, entry) = (PostingId::new(row.get(0)?), EntryId::new(row.get(1)?));
            Ok(BudgetProgress { posting, entry, stale: row.get(2)? })
        };
        Ok(statement.query_row((), progress)?)
    }

    /// Notes up to where the sums go.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_progress(&self, progress: BudgetProgress) -> Result<(), StoreError> {
        let sql = "UPDATE budget_progress SET posting = ?1, entry = ?2, stale = ?3";
        self.0.prepare_cached(sql)?.execute((progress.posting.number(), progress.entry.number(), progress.stale))?;
        Ok(())
    }

    /// Numbers of the last posting and the last entry.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn last_posting_and_entry(&self) -> Result<(PostingId, EntryId), StoreError> {
        let sql = "SELECT (SELECT coalesce(max(posting), 0) FROM postings), (SELECT coalesce(max(id), 0) FROM ledger_entries)";
        let last = |row: &DataRow<'_>| Ok((PostingId::new(row.get(0)?), EntryId::new(row.get(1)?)));
        Ok(self.0.prepare_cached(sql)?.query_row((), last)?)
    }

    /// Postings after number `after`, summed.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn posted_after(&self, after: PostingId) -> Result<Vec<Moved>, StoreError> {
        let sql = "SELECT job, site, period_start_ns, sum(energy_mj), 0, 0, min(start_ns), max(end_ns) FROM postings
            WHERE posting > ?1 GROUP BY job, site, period_start_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map([after.number()], moved)?.collect::<Result<_, _>>()?)
    }

    /// Entries after number `after`, summed.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn entered_after(&self, after: EntryId) -> Result<Vec<Moved>, StoreError> {
        let sql = "SELECT job, site, period_start_ns, sum(energy_mj), sum(energy_mj + overhead_mj),
                sum(co2e_ug + overhead_co2e_ug), min(start_ns), max(end_ns)
            FROM ledger_entries WHERE id > ?1 GROUP BY job, site, period_start_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map([after.number()], moved)?.collect::<Result<_, _>>()?)
    }

    /// Hands over every entry, oldest first.
    ///
    /// # Errors
    ///
    /// What `each` returns; the database cannot be read.
    pub fn each_entry<E: From<StoreError>>(&self, mut each: impl FnMut(Moved) -> Result<(), E>) -> Result<(), E> {
        let sql = "SELECT job, site, period_start_ns, energy_mj, energy_mj + overhead_mj, co2e_ug + overhead_co2e_ug, start_ns, end_ns
            FROM ledger_entries ORDER BY id";
        let mut statement = self.0.prepare_cached(sql).map_err(StoreError::from)?;
        for row in statement.query_map((), moved).map_err(StoreError::from)? {
            each(row.map_err(StoreError::from)?)?;
        }
        Ok(())
    }

    /// What is kept of every day of every budget: posted facility energy and CO2e.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn days(&self) -> Result<PostedDays, StoreError> {
        let mut statement = self.0.prepare("SELECT budget, day_ns, posted_mj, posted_ug FROM budget_days")?;
        let rows = statement.query_map((), |row| {
            let sums = (row.get(2).map(Energy::from_millijoules)?, row.get(3).map(CarbonMass::from_micrograms)?);
            Ok(((BudgetId::new(row.get(0)?), moment(row, 1)?), sums))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What is kept of the open IT energy of every budget, by site and first moment of the posting period.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn open(&self) -> Result<BTreeMap<(BudgetId, SiteNumber, Timestamp), Energy>, StoreError> {
        let mut statement = self.0.prepare("SELECT budget, site, period_start_ns, energy_mj FROM budget_open")?;
        let rows = statement.query_map((), |row| {
            let key = (BudgetId::new(row.get(0)?), SiteNumber::new(row.get(1)?), moment(row, 2)?);
            Ok((key, row.get(3).map(Energy::from_millijoules)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every open account, summed.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn open_energy(&self) -> Result<Vec<Moved>, StoreError> {
        let sql =
            "SELECT job, site, period_start_ns, sum(energy_mj), 0, 0, min(start_ns), max(end_ns) FROM open_accounts
            GROUP BY job, site, period_start_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map((), moved)?.collect::<Result<_, _>>()?)
    }

    /// Forgets the sums of every budget.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn clear(&self) -> Result<(), StoreError> {
        self.0.execute_batch("DELETE FROM budget_days; DELETE FROM budget_open;")?;
        Ok(())
    }

    /// Adds posted facility energy and CO2e to a day of a budget.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn add_spent(
        &self,
        budget: BudgetId,
        day: Timestamp,
        energy: Energy,
        co2e: CarbonMass,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO budget_days VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (budget, day_ns) DO UPDATE SET posted_mj = budget_days.posted_mj + ?3, posted_ug = budget_days.posted_ug + ?4";
        self.0.prepare_cached(sql)?.execute((
            budget.number(),
            day.nanoseconds(),
            energy.millijoules(),
            co2e.micrograms(),
        ))?;
        Ok(())
    }

    /// Adds open IT energy, which may be negative, to a site's posting period of a budget.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn add_open(
        &self,
        budget: BudgetId,
        site: SiteNumber,
        period_start: Timestamp,
        energy: Energy,
    ) -> Result<(), StoreError> {
        let (budget, site, start) = (budget.number(), site.number(), period_start.nanoseconds());
        let sql = "INSERT INTO budget_open VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (budget, site, period_start_ns) DO UPDATE SET energy_mj = budget_open.energy_mj + ?4";
        self.0.prepare_cached(sql)?.execute((budget, site, start, energy.millijoules()))?;
        let sql = "DELETE FROM budget_open WHERE budget = ?1 AND site = ?2 AND period_start_ns = ?3 AND energy_mj = 0";
        self.0.prepare_cached(sql)?.execute((budget, site, start))?;
        Ok(())
    }

    /// Posted facility energy and CO2e of a budget by day of a period.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn spent_days(
        &self,
        budget: BudgetId,
        period: Interval,
    ) -> Result<Vec<(Timestamp, Energy, CarbonMass)>, StoreError> {
        let sql = "SELECT day_ns, posted_mj, posted_ug FROM budget_days WHERE budget = ?1 AND day_ns >= ?2 AND day_ns < ?3 ORDER BY day_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        let (from, to) = (period.start().nanoseconds(), period.end().nanoseconds());
        let rows = statement.query_map((budget.number(), from, to), |row| {
            let energy = row.get(1).map(Energy::from_millijoules)?;
            Ok((moment(row, 0)?, energy, row.get(2).map(CarbonMass::from_micrograms)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Open IT energy of a budget in a period, by site and first moment of the posting period.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn open_of(
        &self,
        budget: BudgetId,
        period: Interval,
    ) -> Result<Vec<(SiteNumber, Timestamp, Energy)>, StoreError> {
        let sql = "SELECT site, period_start_ns, energy_mj FROM budget_open
            WHERE budget = ?1 AND period_start_ns >= ?2 AND period_start_ns < ?3";
        let mut statement = self.0.prepare_cached(sql)?;
        let (from, to) = (period.start().nanoseconds(), period.end().nanoseconds());
        let rows = statement.query_map((budget.number(), from, to), |row| {
            Ok((SiteNumber::new(row.get(0)?), moment(row, 1)?, row.get(2).map(Energy::from_millijoules)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn moved(row: &DataRow<'_>) -> engine::Result<Moved> {
    Ok(Moved {
        job: JobNumber::new(row.get(0)?),
        site: SiteNumber::new(row.get(1)?),
        period_start: moment(row, 2)?,
        energy: row.get(3).map(Energy::from_millijoules)?,
        facility_energy: row.get(4).map(Energy::from_millijoules)?,
        facility_co2e: row.get(5).map(CarbonMass::from_micrograms)?,
        start: moment(row, 6)?,
        end: moment(row, 7)?,
    })
}
