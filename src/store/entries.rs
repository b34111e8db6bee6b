//! Ledger entries and the head of their chain. Nothing here updates or deletes an entry.

use super::engine::{self, DataRow, OptionalExtension};
use super::postings::{Key, Part, key, part};
use super::row::{moment, word};
use super::{EntryStore, StoreError};
use model::{EntryId, EntryKind, JobNumber, PostingId, ZoneId};
use units::{CarbonIntensity, CarbonMass, Energy, Interval, Pue, Timestamp};

/// An entry of the ledger: energy and its CO2e, posted to one account under one factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Number of the entry; from 1, without a gap.
    pub id: EntryId,
    /// Why the entry exists.
    pub kind: EntryKind,
    /// The entry whose negative this is, of a reversal.
    pub reverses: Option<EntryId>,
    /// Why it was posted, in words.
    pub reason: String,
    /// The account that it is posted to.
    pub key: Key,
    /// IT energy, its extent in time and how much of it was measured.
    pub part: Part,
    /// Facility overhead, a line of its own.
    pub overhead: Energy,
    /// PUE that the overhead was computed with.
    pub pue: Pue,
    /// Carbon intensity that the energy was multiplied by.
    pub intensity: CarbonIntensity,
    /// CO2e of the IT energy.
    pub co2e: CarbonMass,
    /// CO2e of the facility overhead.
    pub overhead_co2e: CarbonMass,
    /// The factor with its type and edition, a JSON document.
    pub factor: String,
    /// Whether the factor may still be revised or stands in for a finer one.
    pub provisional: bool,
    /// The first of the postings that it sums.
    pub first_posting: PostingId,
    /// The last of the postings that it sums.
    pub last_posting: PostingId,
    /// When it was written.
    pub posted: Timestamp,
    /// SHA-256 over the previous entry's hash and this one's canonical bytes.
    pub hash: Vec<u8>,
}

/// The head of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How many links the chain has.
    pub entries: i64,
    /// Hash of the last; 32 zero bytes before the first.
    pub hash: Vec<u8>,
}

const COLUMNS: &str = "node, period_start_ns, period_end_ns, job, component, site, start_ns, end_ns, energy_mj, modelled_mj,
    covered_ns, span_ns, id, kind, reverses, reason, overhead_mj, pue_ppm, intensity_mg_per_kwh, co2e_ug, overhead_co2e_ug,
    factor, provisional, first_posting, last_posting, posted_ns, hash";

impl EntryStore<'_> {
    /// Appends an entry and moves the head to it.
    ///
    /// # Errors
    ///
    /// The database; a number that is taken.
    pub fn append(&self, entry: &Entry) -> Result<(), StoreError> {
        let sql = "INSERT INTO ledger_entries (id, kind, reverses, reason, job, node, site, component, period_start_ns,
            period_end_ns, start_ns, end_ns, energy_mj, overhead_mj, pue_ppm, intensity_mg_per_kwh, co2e_ug, overhead_co2e_ug,
            factor, provisional, modelled_mj, covered_ns, span_ns, first_posting, last_posting, posted_ns, hash)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
            ?24, ?25, ?26, ?27)";
        let (key, part) = (&entry.key, &entry.part);
        self.0.prepare_cached(sql)?.execute(engine::params![
            entry.id.number(),
            entry.kind.name(),
            entry.reverses.map(EntryId::number),
            entry.reason,
            key.job.number(),
            key.node.number(),
            key.site.number(),
            key.component,
            key.period_start.nanoseconds(),
            key.period_end.nanoseconds(),
            part.start.nanoseconds(),
            part.end.nanoseconds(),
            part.energy.millijoules(),
            entry.overhead.millijoules(),
            entry.pue.parts_per_million(),
            entry.intensity.milligrams_per_kwh(),
            entry.co2e.micrograms(),
            entry.overhead_co2e.micrograms(),
            entry.factor,
            entry.provisional,
            part.modelled.millijoules(),
            part.covered.saturating_nanoseconds(),
            part.span.saturating_nanoseconds(),
            entry.first_posting.number(),
            entry.last_posting.number(),
            entry.posted.nanoseconds(),
            entry.hash,
        ])?;
        let sql = "UPDATE jobs SET posted_mj = posted_mj + ?2, posted_ug = posted_ug + ?3 WHERE job = ?1";
        let posted = (key.job.number(), part.energy.millijoules(), entry.co2e.micrograms());
        self.0.prepare_cached(sql)?.execute(posted)?;
        self.0
            .prepare_cached("UPDATE chain_head SET entries = ?1, hash = ?2")?
            .execute((entry.id.number(), &entry.hash))?;
        Ok(())
    }

    /// The head of the chain, as kept apart from it.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn head(&self) -> Result<Head, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT entries, hash FROM chain_head")?;
        Ok(statement.query_row((), |row| Ok(Head { entries: row.get(0)?, hash: row.get(1)? }))?)
    }

    /// The entry with this number.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn get(&self, id: EntryId) -> Result<Option<Entry>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!("SELECT {COLUMNS} FROM ledger_entries WHERE id = ?1"))?;
        Ok(statement.query_row([id.number()], columns).optional()?)
    }

    /// Up to `limit` entries with numbers above `after`, of `job` or of all.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(&self, job: Option<JobNumber>, after: EntryId, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let which = if job.is_some() { "job = ?1" } else { "?1 IS NULL" };
        let sql = format!("SELECT {COLUMNS} FROM ledger_entries WHERE {which} AND id > ?2 ORDER BY id LIMIT ?3");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map((job.map(JobNumber::number), after.number(), limit), columns)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The entries of an account that still count: neither reversed nor reversals, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn live(&self, of: &Key) -> Result<Vec<Entry>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM ledger_entries AS own WHERE node = ?1 AND period_start_ns = ?2 AND job = ?3
            AND component = ?4 AND site = ?5 AND reverses IS NULL
            AND NOT EXISTS (SELECT 1 FROM ledger_entries AS other WHERE other.reverses = own.id) ORDER BY id"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let start = of.period_start.nanoseconds();
        let rows = statement
            .query_map((of.node.number(), start, of.job.number(), &of.component, of.site.number()), columns)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The entries that start in an interval and still count, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn live_between(&self, range: Interval) -> Result<Vec<Entry>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM ledger_entries AS own WHERE start_ns >= ?1 AND start_ns < ?2 AND reverses IS NULL
            AND NOT EXISTS (SELECT 1 FROM ledger_entries AS other WHERE other.reverses = own.id) ORDER BY id"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map((range.start().nanoseconds(), range.end().nanoseconds()), columns)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The accounts with entries that still count and start in an interval, at sites that were ever in `zone` or a part of it; with
    /// `is_provisional`, of provisional entries alone.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn accounts_in(&self, zone: &ZoneId, range: Interval, is_provisional: bool) -> Result<Vec<Key>, StoreError> {
        let sql = "SELECT DISTINCT node, period_start_ns, period_end_ns, job, component, site FROM ledger_entries AS own
            WHERE start_ns >= ?1 AND start_ns < ?2 AND provisional >= ?3 AND site IN (SELECT site FROM
                (SELECT site, zone FROM sites UNION SELECT site, zone FROM site_zones) AS placed WHERE zone = ?4 OR zone LIKE ?4 || '-%')
            AND reverses IS NULL AND NOT EXISTS (SELECT 1 FROM ledger_entries AS other WHERE other.reverses = own.id)";
        let mut statement = self.0.prepare_cached(sql)?;
        let values = (range.start().nanoseconds(), range.end().nanoseconds(), is_provisional, zone);
        Ok(statement.query_map(values, key)?.collect::<Result<_, _>>()?)
    }

    /// The entries of an account that counted when entry `before` was posted, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn live_before(&self, of: &Key, before: EntryId) -> Result<Vec<Entry>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM ledger_entries AS own WHERE node = ?1 AND period_start_ns = ?2 AND job = ?3
            AND component = ?4 AND site = ?5 AND id < ?6 AND reverses IS NULL
            AND NOT EXISTS (SELECT 1 FROM ledger_entries AS other WHERE other.reverses = own.id AND other.id < ?6) ORDER BY id"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let (start, before) = (of.period_start.nanoseconds(), before.number());
        let values = (of.node.number(), start, of.job.number(), &of.component, of.site.number(), before);
        Ok(statement.query_map(values, columns)?.collect::<Result<_, _>>()?)
    }

    /// The highest number of an entry; 0 before the first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn last(&self) -> Result<EntryId, StoreError> {
        let last = "SELECT coalesce(max(id), 0) FROM ledger_entries";
        Ok(EntryId::new(self.0.query_row(last, (), |row| row.get(0))?))
    }

    /// An entry whose number no chain has: they begin at 1.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn first_outside_chain(&self) -> Result<Option<EntryId>, StoreError> {
        let outside = "SELECT id FROM ledger_entries WHERE id < 1 LIMIT 1";
        Ok(self.0.query_row(outside, (), |row| row.get(0)).optional()?.map(EntryId::new))
    }

    /// Whether an account was ever posted.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn is_posted(&self, of: &Key) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM ledger_entries WHERE node = ?1 AND period_start_ns = ?2 AND job = ?3
            AND component = ?4 AND site = ?5)";
        let start = of.period_start.nanoseconds();
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement
            .query_row((of.node.number(), start, of.job.number(), &of.component, of.site.number()), |row| row.get(0))?)
    }
}

fn columns(row: &DataRow<'_>) -> engine::Result<Entry> {
    Ok(Entry {
        key: key(row)?,
        part: part(row, 6)?,
        id: EntryId::new(row.get(12)?),
        kind: word(row, 13)?,
        reverses: row.get::<Option<i64>>(14)?.map(EntryId::new),
        reason: row.get(15)?,
        overhead: Energy::from_millijoules(row.get(16)?),
        pue: Pue::from_parts_per_million(row.get(17)?).unwrap_or(Pue::ONE),
        intensity: CarbonIntensity::from_milligrams_per_kwh(row.get(18)?),
        co2e: CarbonMass::from_micrograms(row.get(19)?),
        overhead_co2e: CarbonMass::from_micrograms(row.get(20)?),
        factor: row.get(21)?,
        provisional: row.get(22)?,
        first_posting: PostingId::new(row.get(23)?),
        last_posting: PostingId::new(row.get(24)?),
        posted: moment(row, 25)?,
        hash: row.get(26)?,
    })
}
