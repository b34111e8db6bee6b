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
    /// Whether it is the negative of an earlier one.
    pub takes_back: bool,
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

/// Whether a posting stands: it takes nothing back, and nothing later of its batch takes it back.
const STANDS: &str = "NOT takes_back AND NOT EXISTS (SELECT 1 FROM postings AS later WHERE later.batch = own.batch
    AND later.posting > own.posting AND later.takes_back AND later.job = own.job AND later.component = own.component
    AND later.period_start_ns = own.period_start_ns AND later.site = own.site)";

/// The columns that [`part`] reads, summed over the postings `own`. Only what stands has an extent; where nothing does, what stood.
fn sums() -> String {
    format!(
        "coalesce(min(start_ns) FILTER (WHERE {STANDS}), min(start_ns)),
        coalesce(max(end_ns) FILTER (WHERE {STANDS}), max(end_ns)),
        sum(energy_mj), sum(modelled_mj), sum(covered_ns), sum(span_ns)"
    )
}

const KEY: &str = "node, period_start_ns, period_end_ns, job, component, site";

impl Tx<'_> {
    /// Writes a posting of `batch` under `revision`, or takes one back by its negative.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn post(&self, batch: i64, revision: i64, key: &Key, part: &Part, takes_back: bool) -> Result<(), StoreError> {
        let sql = "INSERT INTO postings (revision, batch, job, node, site, component, period_start_ns, period_end_ns,
            start_ns, end_ns, energy_mj, modelled_mj, covered_ns, span_ns, takes_back)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
        let (from, to) = (key.period_start.nanoseconds(), key.period_end.nanoseconds());
        let (start, end) = (part.start.nanoseconds(), part.end.nanoseconds());
        let energy = part.energy.millijoules();
        self.0.prepare_cached(sql)?.execute(rusqlite::params![
            revision,
            batch,
            key.job,
            key.node,
            key.site,
            key.component,
            from,
            to,
            start,
            end,
            energy,
            part.modelled_mj,
            part.covered_ns,
            part.span_ns,
            takes_back,
        ])?;
        Ok(())
    }

    /// What a batch has posted and not taken back, per account.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn posted_by(&self, batch: i64) -> Result<Vec<(Key, Part)>, StoreError> {
        let sql = format!(
            "SELECT {KEY}, start_ns, end_ns, energy_mj, modelled_mj, covered_ns, span_ns FROM postings AS own
            WHERE batch = ?1 AND {STANDS}"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([batch], |row| Ok((key(row)?, part(row, 6)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The sum of an account's postings between two numbers, both inside.
    ///
    /// # Errors
    ///
    /// The database; an account without such postings.
    pub fn sum_of(&self, of: &Key, first: i64, last: i64) -> Result<Part, StoreError> {
        let sql = format!(
            "SELECT {} FROM postings AS own WHERE node = ?1 AND period_start_ns = ?2 AND job = ?3 AND component = ?4
            AND site = ?5 AND posting BETWEEN ?6 AND ?7",
            sums()
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let values = (of.node, of.period_start.nanoseconds(), of.job, &of.component, of.site, first, last);
        Ok(statement.query_row(values, |row| part(row, 0))?)
    }

    /// Sums of the open postings whose period has ended by `ended_by` or whose job has by `now`; all of them without.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn open_keys(&self, closing: Option<(Timestamp, Timestamp)>) -> Result<Vec<OpenKey>, StoreError> {
        let sql = format!(
            "SELECT {KEY}, {}, min(posting), max(posting), max(takes_back)
            FROM postings AS own INDEXED BY postings_open
            WHERE entry IS NULL AND (?1 IS NULL OR period_end_ns <= ?1
                OR (SELECT ended_ns FROM jobs WHERE jobs.job = own.job) <= ?2)
            GROUP BY {KEY} ORDER BY period_start_ns, node, job, component, site",
            sums()
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
        let sql =
            "SELECT posting, revision, batch, start_ns, end_ns, energy_mj, modelled_mj, covered_ns, span_ns, takes_back
            FROM postings
            WHERE node = ?1 AND period_start_ns = ?2 AND job = ?3 AND component = ?4 AND site = ?5
            AND posting BETWEEN ?6 AND ?7 ORDER BY posting";
        let mut statement = self.0.prepare_cached(sql)?;
        let values = (of.node, of.period_start.nanoseconds(), of.job, &of.component, of.site, first, last);
        let rows = statement.query_map(values, |row| {
            let (posting, revision, batch) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Posting { posting, revision, batch, part: part(row, 3)?, takes_back: row.get(9)? })
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
