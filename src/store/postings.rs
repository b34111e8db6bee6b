//! What batches moved: energy per job, node, component and posting period, never changed, only taken back by its negative.

use super::sites::moment;
use super::{StoreError, Tx};
use rusqlite::Row;
use units::{Energy, Timestamp};

/// The account that energy is posted to: one job (0: idle), node, site, component and posting period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Number of the node.
    pub node: i64,
    /// First moment of the period.
    pub period_start: Timestamp,
    /// First moment after it.
    pub period_end: Timestamp,
    /// Number of the job; 0 is idle.
    pub job: i64,
    /// `accelerator`, `host` or `platform`.
    pub component: String,
    /// Number of the site.
    pub site: i64,
}

/// Energy and how good it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// First moment.
    pub start: Timestamp,
    /// First moment after it.
    pub end: Timestamp,
    /// Energy; negative where it takes an earlier one back.
    pub energy: Energy,
    /// What of it no sensor measured.
    pub modelled_mj: i64,
    /// Device time that was observed, ns.
    pub covered_ns: i64,
    /// Device time, ns.
    pub span_ns: i64,
}

/// A posting that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Number, ascending in time of writing.
    pub posting: i64,
    /// The revision that made it.
    pub revision: i64,
    /// The batch whose windows it is.
    pub batch: i64,
    /// The energy.
    pub part: Part,
}

/// The open postings of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenKey {
    /// The account.
    pub key: Key,
    /// Their sum.
    pub sum: Part,
    /// Lowest number.
    pub first: i64,
    /// Highest number.
    pub last: i64,
    /// Whether one of them takes an earlier one back.
    pub takes_back: bool,
}

/// The columns that [`part`] reads, summed.
const SUMS: &str = "min(start_ns), max(end_ns), sum(energy_mj), sum(modelled_mj), sum(covered_ns), sum(span_ns)";
const KEY: &str = "node, period_start_ns, period_end_ns, job, component, site";

impl Tx<'_> {
    /// Writes a posting of `batch` under `revision`.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn post(&self, batch: i64, revision: i64, key: &Key, part: &Part) -> Result<(), StoreError> {
        let sql = "INSERT INTO postings (revision, batch, job, node, site, component, period_start_ns, period_end_ns,
            start_ns, end_ns, energy_mj, modelled_mj, covered_ns, span_ns)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
        let (from, to) = (key.period_start.nanoseconds(), key.period_end.nanoseconds());
        let (start, end) = (part.start.nanoseconds(), part.end.nanoseconds());
        let energy = part.energy.millijoules();
        self.0.prepare_cached(sql)?.execute((
            revision,
            batch,
            key.job,
            key.node,
            key.site,
            &key.component,
            from,
            to,
            start,
            end,
            energy,
            part.modelled_mj,
            part.covered_ns,
            part.span_ns,
        ))?;
        Ok(())
    }

    /// What a batch has posted, net, per account.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn posted_by(&self, batch: i64) -> Result<Vec<(Key, Part)>, StoreError> {
        let sql = format!(
            "SELECT {KEY}, {SUMS} FROM postings WHERE batch = ?1 GROUP BY {KEY} HAVING sum(energy_mj) <> 0 OR sum(span_ns) <> 0"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([batch], |row| Ok((key(row)?, part(row, 6)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sums of the open postings whose period has ended by `ended_by` or whose job has by `now`; all of them without.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn open_keys(&self, closing: Option<(Timestamp, Timestamp)>) -> Result<Vec<OpenKey>, StoreError> {
        let sql = format!(
            "SELECT {KEY}, {SUMS}, min(posting), max(posting), min(span_ns) < 0 FROM postings
            WHERE entry IS NULL AND (?1 IS NULL OR period_end_ns <= ?1 OR (job > 0 AND job IN
                (SELECT job FROM jobs WHERE ended_ns <= ?2)))
            GROUP BY {KEY} ORDER BY period_start_ns, node, job, component, site"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let ended_by = closing.map(|(ended_by, _)| ended_by.nanoseconds());
        let now = closing.map(|(_, now)| now.nanoseconds());
        let rows = statement.query_map((ended_by, now), |row| {
            let (key, sum) = (key(row)?, part(row, 6)?);
            Ok(OpenKey { key, sum, first: row.get(12)?, last: row.get(13)?, takes_back: row.get(14)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The postings of an account between two numbers, both inside.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn postings_of(&self, of: &Key, first: i64, last: i64) -> Result<Vec<Posting>, StoreError> {
        let sql = "SELECT posting, revision, batch, start_ns, end_ns, energy_mj, modelled_mj, covered_ns, span_ns FROM postings
            WHERE node = ?1 AND period_start_ns = ?2 AND job = ?3 AND component = ?4 AND site = ?5
            AND posting BETWEEN ?6 AND ?7 ORDER BY posting";
        let mut statement = self.0.prepare_cached(sql)?;
        let values = (of.node, of.period_start.nanoseconds(), of.job, &of.component, of.site, first, last);
        let rows = statement.query_map(values, |row| {
            Ok(Posting { posting: row.get(0)?, revision: row.get(1)?, batch: row.get(2)?, part: part(row, 3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Marks the open postings of an account as posted by `entry`.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn close_postings(&self, of: &Key, last: i64, entry: i64) -> Result<(), StoreError> {
        let sql =
            "UPDATE postings SET entry = ?7 WHERE node = ?1 AND period_start_ns = ?2 AND job = ?3 AND component = ?4
            AND site = ?5 AND posting <= ?6 AND entry IS NULL";
        let start = of.period_start.nanoseconds();
        self.0.prepare_cached(sql)?.execute((of.node, start, of.job, &of.component, of.site, last, entry))?;
        Ok(())
    }
}

pub(super) fn key(row: &Row<'_>) -> rusqlite::Result<Key> {
    Ok(Key {
        node: row.get(0)?,
        period_start: moment(row, 1)?,
        period_end: moment(row, 2)?,
        job: row.get(3)?,
        component: row.get(4)?,
        site: row.get(5)?,
    })
}

/// A part from six columns, the first of them `at`.
pub(super) fn part(row: &Row<'_>, at: usize) -> rusqlite::Result<Part> {
    Ok(Part {
        start: moment(row, at)?,
        end: moment(row, at + 1)?,
        energy: Energy::from_millijoules(row.get(at + 2)?),
        modelled_mj: row.get(at + 3)?,
        covered_ns: row.get(at + 4)?,
        span_ns: row.get(at + 5)?,
    })
}
