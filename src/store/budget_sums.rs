//! What is spent of each budget: sums of the ledger that are kept with what they sum.

use super::row::moment;
use super::{BudgetSumStore, StoreError};
use rusqlite::Row;
use units::Timestamp;

/// Energy of one job, site and posting period that came since the sums were last taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Number of the job; 0 is idle.
    pub job: i64,
    /// Number of the site.
    pub site: i64,
    /// First moment of the posting period.
    pub period_start: Timestamp,
    /// IT energy, mJ.
    pub energy_mj: i64,
    /// Of entries: facility energy, mJ.
    pub facility_mj: i64,
    /// Of entries: CO2e of the facility energy, µg.
    pub facility_ug: i64,
    /// Of postings: where the energy begins.
    pub start: Timestamp,
    /// Of postings: where it ends.
    pub end: Timestamp,
}

/// Up to where the sums of the budgets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The last posting that they hold.
    pub posting: i64,
    /// The last ledger entry that they hold.
    pub entry: i64,
    /// Whether they have to be summed anew.
    pub stale: bool,
}

impl BudgetSumStore<'_> {
    /// Up to where the sums of the budgets go.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn progress(&self) -> Result<Progress, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT posting, entry, stale FROM budget_progress")?;
        Ok(statement
            .query_row((), |row| Ok(Progress { posting: row.get(0)?, entry: row.get(1)?, stale: row.get(2)? }))?)
    }

    /// Notes up to where the sums go.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn set_progress(&self, progress: Progress) -> Result<(), StoreError> {
        let sql = "UPDATE budget_progress SET posting = ?1, entry = ?2, stale = ?3";
        self.0.prepare_cached(sql)?.execute((progress.posting, progress.entry, progress.stale))?;
        Ok(())
    }

    /// Numbers of the last posting and the last entry.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn last_posting_and_entry(&self) -> Result<(i64, i64), StoreError> {
        let sql = "SELECT (SELECT coalesce(max(posting), 0) FROM postings), (SELECT coalesce(max(id), 0) FROM ledger_entries)";
        Ok(self.0.prepare_cached(sql)?.query_row((), |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Postings after number `after`, summed.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn posted_after(&self, after: i64) -> Result<Vec<Moved>, StoreError> {
        let sql = "SELECT job, site, period_start_ns, sum(energy_mj), 0, 0, min(start_ns), max(end_ns) FROM postings
            WHERE posting > ?1 GROUP BY job, site, period_start_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map([after], moved)?.collect::<Result<_, _>>()?)
    }

    /// Entries after number `after`, summed.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn entered_after(&self, after: i64) -> Result<Vec<Moved>, StoreError> {
        let sql = "SELECT job, site, period_start_ns, sum(energy_mj), sum(energy_mj + overhead_mj),
                sum(co2e_ug + overhead_co2e_ug), min(start_ns), max(end_ns)
            FROM ledger_entries WHERE id > ?1 GROUP BY job, site, period_start_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map([after], moved)?.collect::<Result<_, _>>()?)
    }

    /// Every open account, summed.
    ///
    /// # Errors
    ///
    /// The database.
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
    /// The database.
    pub fn clear(&self) -> Result<(), StoreError> {
        self.0.execute_batch("DELETE FROM budget_days; DELETE FROM budget_open;")?;
        Ok(())
    }

    /// Adds posted facility energy and CO2e to a day of a budget.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn add_spent(&self, budget: i64, day: Timestamp, (mj, ug): (i64, i64)) -> Result<(), StoreError> {
        let sql = "INSERT INTO budget_days VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET posted_mj = posted_mj + ?3, posted_ug = posted_ug + ?4";
        self.0.prepare_cached(sql)?.execute((budget, day.nanoseconds(), mj, ug))?;
        Ok(())
    }

    /// Adds open IT energy, which may be negative, to a site's posting period of a budget.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn add_open(&self, budget: i64, site: i64, period_start: Timestamp, mj: i64) -> Result<(), StoreError> {
        let start = period_start.nanoseconds();
        let sql =
            "INSERT INTO budget_open VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET energy_mj = energy_mj + ?4";
        self.0.prepare_cached(sql)?.execute((budget, site, start, mj))?;
        let sql = "DELETE FROM budget_open WHERE budget = ?1 AND site = ?2 AND period_start_ns = ?3 AND energy_mj = 0";
        self.0.prepare_cached(sql)?.execute((budget, site, start))?;
        Ok(())
    }

    /// Posted facility energy (mJ) and CO2e (µg) of a budget by day in `[from, to)`.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn spent_days(
        &self,
        budget: i64,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<(Timestamp, i64, i64)>, StoreError> {
        let sql = "SELECT day_ns, posted_mj, posted_ug FROM budget_days WHERE budget = ?1 AND day_ns >= ?2 AND day_ns < ?3 ORDER BY day_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((budget, from.nanoseconds(), to.nanoseconds()), |row| {
            Ok((moment(row, 0)?, row.get(1)?, row.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Open IT energy of a budget in `[from, to)`: site, first moment of the posting period, mJ.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn open_of(
        &self,
        budget: i64,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<(i64, Timestamp, i64)>, StoreError> {
        let sql = "SELECT site, period_start_ns, energy_mj FROM budget_open
            WHERE budget = ?1 AND period_start_ns >= ?2 AND period_start_ns < ?3";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((budget, from.nanoseconds(), to.nanoseconds()), |row| {
            Ok((row.get(0)?, moment(row, 1)?, row.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn moved(row: &Row<'_>) -> rusqlite::Result<Moved> {
    Ok(Moved {
        job: row.get(0)?,
        site: row.get(1)?,
        period_start: moment(row, 2)?,
        energy_mj: row.get(3)?,
        facility_mj: row.get(4)?,
        facility_ug: row.get(5)?,
        start: moment(row, 6)?,
        end: moment(row, 7)?,
    })
}
