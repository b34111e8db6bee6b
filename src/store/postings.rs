//! What batches moved: energy per job, node, component and posting period, never changed, only taken back by its negative.

use super::engine::{self, DataRow, OptionalExtension};
use super::row::{device_time, energy, moment, value};
use super::{PostingStore, StoreError};
use model::{BatchId, JobNumber, NodeNumber, PostingId, Revision, SiteNumber};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use units::{DeviceTime, Energy, Timestamp};

/// The account that energy is posted to: one job (0: idle), node, site, component and posting period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The node that was metered.
    pub node: NodeNumber,
    /// First moment of the posting period.
    pub period_start: Timestamp,
    /// First moment after the posting period.
    pub period_end: Timestamp,
    /// The job; [`JobNumber::IDLE`] where nobody held the device.
    pub job: JobNumber,
    /// What was metered: `accelerator`, `host` or `platform`.
    pub component: String,
    /// The site that the node stood at.
    pub site: SiteNumber,
}

/// Energy and how good it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// First moment of the energy.
    pub start: Timestamp,
    /// First moment after the energy.
    pub end: Timestamp,
    /// Energy; negative where it takes an earlier one back.
    pub energy: Energy,
    /// The part of the energy that no sensor measured.
    pub modelled: Energy,
    /// Device time that was observed.
    pub covered: DeviceTime,
    /// Device time in all, observed or not.
    pub span: DeviceTime,
}

impl Part {
    /// What takes this part back: all but its extent negated. Nothing is computed again, which might round the other way.
    #[must_use]
    pub fn negative(self) -> Self {
        Self {
            energy: Energy::from_millijoules(-self.energy.millijoules()),
            modelled: Energy::from_millijoules(-self.modelled.millijoules()),
            covered: -self.covered,
            span: -self.span,
            ..self
        }
    }
}

/// A posting that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Number, ascending in time of writing.
    pub posting: PostingId,
    /// The revision that made it.
    pub revision: Revision,
    /// The batch whose windows it is.
    pub batch: BatchId,
    /// The energy that was posted.
    pub part: Part,
    /// Whether it is the negative of an earlier one.
    pub takes_back: bool,
}

/// The open postings of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenKey {
    /// The account that is open.
    pub key: Key,
    /// What its open postings sum to.
    pub sum: Part,
    /// The first of its open postings.
    pub first: PostingId,
    /// The last of its open postings.
    pub last: PostingId,
    /// Whether one of them takes an earlier one back.
    pub takes_back: bool,
}

/// Whether a posting stands: it takes nothing back, and nothing later of its batch takes it back.
const STANDS: &str = "takes_back = 0 AND NOT EXISTS (SELECT 1 FROM postings AS later WHERE later.batch = own.batch
    AND later.posting > own.posting AND later.takes_back = 1 AND later.job = own.job AND later.component = own.component
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

impl PostingStore<'_> {
    /// Writes a posting of `batch` under `revision`, or takes one back by its negative.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn add(
        &self,
        batch: BatchId,
        revision: Revision,
        key: &Key,
        part: &Part,
        takes_back: bool,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO postings (revision, batch, job, node, site, component, period_start_ns, period_end_ns,
            start_ns, end_ns, energy_mj, modelled_mj, covered_ns, span_ns, takes_back)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
        let (from, to) = (key.period_start.nanoseconds(), key.period_end.nanoseconds());
        let (start, end) = (part.start.nanoseconds(), part.end.nanoseconds());
        let energy = part.energy.millijoules();
        let posting = self.0.prepare_cached(sql)?.insert(engine::params![
            revision.number(),
            batch.number(),
            key.job.number(),
            key.node.number(),
            key.site.number(),
            key.component,
            from,
            to,
            start,
            end,
            energy,
            part.modelled.millijoules(),
            part.covered.saturating_nanoseconds(),
            part.span.saturating_nanoseconds(),
            takes_back,
        ])?;
        let sql = "INSERT INTO open_accounts AS kept (node, period_start_ns, job, component, site, period_end_ns, start_ns, end_ns,
            energy_mj, modelled_mj, covered_ns, span_ns, first_posting, last_posting, takes_back)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13, ?14)
            ON CONFLICT (node, period_start_ns, job, component, site) DO UPDATE SET period_end_ns = min(kept.period_end_ns, excluded.period_end_ns),
            start_ns = min(kept.start_ns, excluded.start_ns), end_ns = max(kept.end_ns, excluded.end_ns),
            energy_mj = kept.energy_mj + excluded.energy_mj, modelled_mj = kept.modelled_mj + excluded.modelled_mj,
            covered_ns = kept.covered_ns + excluded.covered_ns, span_ns = kept.span_ns + excluded.span_ns,
            last_posting = excluded.last_posting, takes_back = max(kept.takes_back, excluded.takes_back)";
        self.0.prepare_cached(sql)?.execute(engine::params![
            key.node.number(),
            from,
            key.job.number(),
            key.component,
            key.site.number(),
            to,
            start,
            end,
            energy,
            part.modelled.millijoules(),
            part.covered.saturating_nanoseconds(),
            part.span.saturating_nanoseconds(),
            posting,
            takes_back,
        ])?;
        Ok(())
    }

    /// What a batch has posted and not taken back, per account.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn of_batch(&self, batch: BatchId) -> Result<Vec<(Key, Part)>, StoreError> {
        let sql = format!(
            "SELECT {KEY}, start_ns, end_ns, energy_mj, modelled_mj, covered_ns, span_ns FROM postings AS own
            WHERE batch = ?1 AND {STANDS}"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([batch.number()], |row| Ok((key(row)?, part(row, 6)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What a batch has posted and not taken back, by following its postings one by one; `None` where one takes back what was not posted, or posts
    /// what stands already.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn followed(&self, batch: BatchId) -> Result<Option<BTreeMap<Key, Part>>, StoreError> {
        let sql = format!(
            "SELECT {KEY}, start_ns, end_ns, energy_mj, modelled_mj, covered_ns, span_ns, takes_back FROM postings
            WHERE batch = ?1 ORDER BY posting"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let (mut rows, mut stands) = (statement.query([batch.number()])?, BTreeMap::new());
        while let Some(row) = &rows.next()? {
            let (key, part, takes_back) = (key(row)?, part(row, 6)?, row.get(12)?);
            let before = if takes_back { stands.remove(&key) } else { stands.insert(key, part) };
            if before != takes_back.then(|| part.negative()) {
                return Ok(None);
            }
        }
        Ok(Some(stands))
    }

    /// The sum of an account's postings between two numbers, both inside; `None` without such postings.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn sum(&self, of: &Key, first: PostingId, last: PostingId) -> Result<Option<Part>, StoreError> {
        let sql = format!(
            "SELECT {} FROM postings AS own WHERE node = ?1 AND period_start_ns = ?2 AND job = ?3 AND component = ?4
            AND site = ?5 AND posting BETWEEN ?6 AND ?7 HAVING count(*) > 0",
            sums()
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let start = of.period_start.nanoseconds();
        let (node, job, site) = (of.node.number(), of.job.number(), of.site.number());
        let values = (node, start, job, &of.component, site, first.number(), last.number());
        Ok(statement.query_row(values, |row| part(row, 0)).optional()?)
    }

    /// Every open account, by posting period, node, job, component and site.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn open(&self) -> Result<Vec<OpenKey>, StoreError> {
        self.open_where("?1 IS NULL AND ?2 IS NULL", (None, None), u32::MAX)
    }

    /// Up to `limit` open accounts whose period has ended by `ended_by` or whose job has by `now`, the oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn closing(&self, ended_by: Timestamp, now: Timestamp, limit: u32) -> Result<Vec<OpenKey>, StoreError> {
        let closing = "period_end_ns <= ?1 OR job IN (SELECT job FROM jobs WHERE ended_ns <= ?2
            AND job IN (SELECT DISTINCT job FROM open_accounts))";
        self.open_where(closing, (Some(ended_by.nanoseconds()), Some(now.nanoseconds())), limit)
    }

    /// The open accounts of a job.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn open_of_job(&self, job: JobNumber) -> Result<Vec<OpenKey>, StoreError> {
        self.open_where("job = ?1 AND ?2 IS NULL", (Some(job.number()), None), u32::MAX)
    }

    /// Whether open postings of an account take back what was posted.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn is_taken_back(&self, of: &Key) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM open_accounts WHERE node = ?1 AND period_start_ns = ?2 AND job = ?3
            AND component = ?4 AND site = ?5 AND takes_back = 1)";
        let (node, start, job) = (of.node.number(), of.period_start.nanoseconds(), of.job.number());
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_row((node, start, job, &of.component, of.site.number()), |row| row.get(0))?)
    }

    /// The open accounts that start in a range.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn open_between(&self, range: Range<Timestamp>) -> Result<Vec<OpenKey>, StoreError> {
        // A period holds what it starts with; what was taken back may have started earlier than what stands.
        let near = "period_end_ns > ?1 AND period_start_ns < ?2";
        let mut found =
            self.open_where(near, (Some(range.start.nanoseconds()), Some(range.end.nanoseconds())), u32::MAX)?;
        found.retain(|open| range.contains(&open.sum.start));
        Ok(found)
    }

    fn open_where(
        &self,
        which: &str,
        values: (Option<i64>, Option<i64>),
        limit: u32,
    ) -> Result<Vec<OpenKey>, StoreError> {
        let sql = format!(
            "SELECT {KEY}, start_ns, end_ns, energy_mj, modelled_mj, covered_ns, span_ns, first_posting, last_posting,
            takes_back FROM open_accounts WHERE {which} ORDER BY period_start_ns, node, job, component, site LIMIT ?3"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map((values.0, values.1, limit), |row| {
            let (key, sum) = (key(row)?, part(row, 6)?);
            let (first, last) = (PostingId::new(row.get(12)?), PostingId::new(row.get(13)?));
            Ok(OpenKey { key, sum, first, last, takes_back: row.get(14)? })
        })?;
        let mut found: Vec<OpenKey> = rows.collect::<Result<_, _>>()?;
        for open in found.iter_mut().filter(|open| open.takes_back) {
            // Only what stands has an extent.
            let sum = self.sum(&open.key, open.first, open.last)?;
            open.sum = sum.ok_or_else(|| value("postings of an open account", &open.key.component))?;
        }
        Ok(found)
    }

    /// The postings of an account between two numbers, both inside.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(&self, of: &Key, first: PostingId, last: PostingId) -> Result<Vec<Posting>, StoreError> {
        let sql =
            "SELECT posting, revision, batch, start_ns, end_ns, energy_mj, modelled_mj, covered_ns, span_ns, takes_back
            FROM postings
            WHERE node = ?1 AND period_start_ns = ?2 AND job = ?3 AND component = ?4 AND site = ?5
            AND posting BETWEEN ?6 AND ?7 ORDER BY posting";
        let mut statement = self.0.prepare_cached(sql)?;
        let start = of.period_start.nanoseconds();
        let (node, job, site) = (of.node.number(), of.job.number(), of.site.number());
        let values = (node, start, job, &of.component, site, first.number(), last.number());
        let rows = statement.query_map(values, |row| {
            let posting = PostingId::new(row.get(0)?);
            let (revision, batch) = (Revision::new(row.get(1)?), BatchId::new(row.get(2)?));
            Ok(Posting { posting, revision, batch, part: part(row, 3)?, takes_back: row.get(9)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Ends an open account: an entry holds what it held.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn close(&self, of: &Key) -> Result<(), StoreError> {
        let sql = "DELETE FROM open_accounts WHERE node = ?1 AND period_start_ns = ?2 AND job = ?3 AND component = ?4
            AND site = ?5";
        let start = of.period_start.nanoseconds();
        self.0.prepare_cached(sql)?.execute((
            of.node.number(),
            start,
            of.job.number(),
            &of.component,
            of.site.number(),
        ))?;
        Ok(())
    }

    /// Batches of which something was posted anew by a revision after `after`, up to and with `until`, that was not their own.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn moved_batches(&self, after: Revision, until: Revision) -> Result<BTreeSet<BatchId>, StoreError> {
        let sql = "SELECT DISTINCT batch FROM postings WHERE posting >= ?1 AND revision <= ?2 AND revision <> batch";
        let mut statement = self.0.prepare_cached(sql)?;
        let values = (self.first_after(after)?, until.number());
        Ok(statement.query_map(values, |row| row.get(0).map(BatchId::new))?.collect::<Result<_, _>>()?)
    }

    /// The first number that a posting of a later revision than `after` can have. Numbers ascend with revisions, so that halving finds it.
    fn first_after(&self, after: Revision) -> Result<i64, StoreError> {
        let sql = "SELECT revision FROM postings WHERE posting >= ?1 ORDER BY posting LIMIT 1";
        let mut later = self.0.prepare_cached(sql)?;
        let newest: i64 = self.0.query_row("SELECT coalesce(max(posting), 0) FROM postings", (), |row| row.get(0))?;
        let (mut low, mut high) = (0, newest + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let revision: Option<i64> = later.query_row([middle], |row| row.get(0)).optional()?;
            if revision.is_none_or(|revision| revision > after.number()) { high = middle } else { low = middle + 1 }
        }
        Ok(low)
    }

    /// What all postings sum to as it is kept with them.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn metered(&self) -> Result<Energy, StoreError> {
        Ok(self.0.prepare_cached("SELECT energy_mj FROM metered")?.query_row((), |row| energy(row, 0))?)
    }

    /// Keeps what all postings sum to.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_metered(&self, sum: Energy) -> Result<(), StoreError> {
        self.0.prepare_cached("UPDATE metered SET energy_mj = ?1")?.execute([sum.millijoules()])?;
        Ok(())
    }

    /// Energy of every posting there is: what entries and open accounts must sum to.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn total(&self) -> Result<Energy, StoreError> {
        Ok(self.0.query_row("SELECT coalesce(sum(energy_mj), 0) FROM postings", (), |row| energy(row, 0))?)
    }
}

pub(super) fn key(row: &DataRow<'_>) -> engine::Result<Key> {
    Ok(Key {
        node: NodeNumber::new(row.get(0)?),
        period_start: moment(row, 1)?,
        period_end: moment(row, 2)?,
        job: JobNumber::new(row.get(3)?),
        component: row.get(4)?,
        site: SiteNumber::new(row.get(5)?),
    })
}

/// A part from six columns, the first of them `at`.
pub(super) fn part(row: &DataRow<'_>, at: usize) -> engine::Result<Part> {
    Ok(Part {
        start: moment(row, at)?,
        end: moment(row, at + 1)?,
        energy: energy(row, at + 2)?,
        modelled: energy(row, at + 3)?,
        covered: device_time(row, at + 4)?,
        span: device_time(row, at + 5)?,
    })
}
