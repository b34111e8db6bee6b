//! What charts ask the ledger store: which batches are new, what a job held, what is metered where.

use super::sites::moment;
use super::{FactorOrigin, IntervalFactor, StoreError, Tx};
use rusqlite::{OptionalExtension, Row};
use units::{CarbonIntensity, Interval, Timestamp};

/// A device with its node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeteredDevice {
    /// Number of the device.
    pub device: i64,
    /// Number of its node.
    pub node: i64,
    /// Name of its node.
    pub node_name: String,
    /// Its identity within the node.
    pub uuid: String,
    /// Product name.
    pub name: String,
    /// Number for people.
    pub index: u32,
    /// `accelerator`, `host` or `platform`.
    pub kind: String,
}

const DEVICE: &str = "device, node, nodes.name, uuid, devices.name, number, kind FROM devices JOIN nodes USING (node)";

impl Tx<'_> {
    /// The highest number of a batch; 0 before the first.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn newest_batch(&self) -> Result<i64, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT coalesce(max(batch), 0) FROM batches")?;
        Ok(statement.query_row((), |row| row.get(0))?)
    }

    /// When the first batch after number `after` was received; `None` when there is none.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn received_after(&self, after: i64) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT received_ns FROM batches WHERE batch > ?1 ORDER BY batch LIMIT 1";
        Ok(self.0.prepare_cached(sql)?.query_row([after], |row| moment(row, 0)).optional()?)
    }

    /// Numbers and nodes of up to `limit` batches after number `after`, and their SHA-256.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn batches_after(&self, after: i64, limit: u32) -> Result<Vec<(i64, i64, Vec<u8>)>, StoreError> {
        let sql = "SELECT batch, node, sha256 FROM batches WHERE batch > ?1 ORDER BY batch LIMIT ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((after, limit), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The device with this number.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn metered_device(&self, device: i64) -> Result<Option<MeteredDevice>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!("SELECT {DEVICE} WHERE device = ?1"))?;
        Ok(statement.query_row([device], metered).optional()?)
    }

    /// Every device, of one node or of all, by number.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn metered_devices(&self, node: Option<i64>) -> Result<Vec<MeteredDevice>, StoreError> {
        let mut statement =
            self.0.prepare_cached(&format!("SELECT {DEVICE} WHERE ?1 IS NULL OR node = ?1 ORDER BY device"))?;
        Ok(statement.query_map([node], metered)?.collect::<Result<_, _>>()?)
    }

    /// What a job holds or held, by device and start: until when is missing while it lasts.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn held_by(&self, job: i64) -> Result<Vec<(i64, Timestamp, Option<Timestamp>)>, StoreError> {
        let sql =
            "SELECT device, start_ns, end_ns FROM holdings WHERE job = ?1 AND void IS NULL ORDER BY device, start_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([job], |row| {
            Ok((row.get(0)?, moment(row, 1)?, row.get::<_, Option<i64>>(2)?.map(Timestamp::from_nanoseconds)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Project of every job that has one, by number, of the jobs that held something in `[from, to)`.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn projects_of_holders(
        &self,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<(i64, Option<String>)>, StoreError> {
        let sql = "SELECT job, project FROM jobs WHERE job IN (SELECT job FROM holdings
            WHERE void IS NULL AND start_ns < ?2 AND (end_ns IS NULL OR end_ns > ?1))";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((from.nanoseconds(), to.nanoseconds()), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Imported factors of `zone` that describe a part of `[from, to)`; the one that is preferred where they overlap comes first.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn imported_factors(
        &self,
        zone: &str,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<IntervalFactor>, StoreError> {
        // None is longer than an hour, which bounds the search on the left.
        let sql = "SELECT start_ns, end_ns, intensity_mg_per_kwh, origin FROM factors
            WHERE zone = ?1 AND start_ns < ?3 AND start_ns > ?2 - 3600000000000 AND end_ns > ?2
            ORDER BY imported_ns DESC, end_ns - start_ns, edition DESC";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((zone, from.nanoseconds(), to.nanoseconds()), |row| {
            Ok((moment(row, 0)?, moment(row, 1)?, row.get::<_, u32>(2)?, row.get::<_, String>(3)?))
        })?;
        let mut found = Vec::new();
        for row in rows {
            let (start, end, value, origin) = row?;
            let wrong = || super::jobs::value("imported factor", &origin);
            let origin: FactorOrigin = serde_json::from_str(&origin).map_err(|_| wrong())?;
            let interval = Interval::new(start, end).ok_or_else(|| super::jobs::value("imported factor", zone))?;
            let intensity = CarbonIntensity::from_milligrams_per_kwh(value);
            found.push(IntervalFactor { zone: zone.to_owned(), interval, intensity, origin });
        }
        Ok(found)
    }
}

fn metered(row: &Row<'_>) -> rusqlite::Result<MeteredDevice> {
    Ok(MeteredDevice {
        device: row.get(0)?,
        node: row.get(1)?,
        node_name: row.get(2)?,
        uuid: row.get(3)?,
        name: row.get(4)?,
        index: row.get(5)?,
        kind: row.get(6)?,
    })
}
