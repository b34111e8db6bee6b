//! How long jobs held accelerators, and how long these did next to nothing: kept by batch, summed by job.

use super::{HeldTimeStore, StoreError};
use model::{BatchId, JobNumber};
use std::collections::BTreeMap;

/// Device time of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeldTime {
    /// Its share of the time of its accelerators, µs: nanoseconds would leave the range after 292 device-years, a week of 16,000 devices.
    pub device_us: i64,
    /// Time in windows in which they did next to nothing, µs.
    pub idle_us: i64,
}

impl HeldTime {
    /// Adds a stretch of `span_ns`, in whole µs.
    pub fn add(&mut self, span_ns: i64, is_idle: bool) {
        let span_us = span_ns / 1_000;
        self.device_us += span_us;
        self.idle_us += if is_idle { span_us } else { 0 };
    }

    /// Held-idle share, 0 to 1; `None` of a job that held no accelerator.
    #[must_use]
    pub fn idle_share(&self) -> Option<f64> {
        (self.device_us > 0).then(|| self.idle_us as f64 / self.device_us as f64)
    }

    /// What lists are sorted by, as the column `held_idle_ppm` has it; -1 is unknown.
    pub(super) fn rank(held: Option<Self>) -> i64 {
        let idle_ppm = |held: Self| (held.idle_us as f64 * 1e6 / held.device_us as f64) as i64;
        held.filter(|held| held.device_us > 0).map_or(-1, idle_ppm)
    }
}

impl HeldTimeStore<'_> {
    /// Notes by job what the windows of `batch` are, in place of what was noted of it.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn note(&self, batch: BatchId, held: &BTreeMap<JobNumber, HeldTime>) -> Result<(), StoreError> {
        let known = self.of_batch(batch)?;
        let gone = known.iter().filter(|(job, time)| held.get(*job) != Some(*time));
        for (job, time) in gone {
            self.0
                .prepare_cached("DELETE FROM held_time WHERE batch = ?1 AND job = ?2")?
                .execute((batch.number(), job.number()))?;
            self.add(*job, (-time.device_us, -time.idle_us))?;
        }
        let new = held.iter().filter(|(job, time)| known.get(*job) != Some(*time));
        for (job, time) in new {
            let sql = "INSERT INTO held_time (batch, job, device_us, idle_us) VALUES (?1, ?2, ?3, ?4)";
            self.0.prepare_cached(sql)?.execute((batch.number(), job.number(), time.device_us, time.idle_us))?;
            self.add(*job, (time.device_us, time.idle_us))?;
        }
        Ok(())
    }

    fn add(&self, job: JobNumber, (device_us, idle_us): (i64, i64)) -> Result<(), StoreError> {
        let sql = "UPDATE jobs SET held_us = held_us + ?2, held_idle_us = held_idle_us + ?3 WHERE job = ?1";
        self.0.prepare_cached(sql)?.execute((job.number(), device_us, idle_us))?;
        Ok(())
    }

    /// What is noted of a batch, by job.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn of_batch(&self, batch: BatchId) -> Result<BTreeMap<JobNumber, HeldTime>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT job, device_us, idle_us FROM held_time WHERE batch = ?1")?;
        let rows = statement.query_map([batch.number()], |row| {
            Ok((JobNumber::new(row.get(0)?), HeldTime { device_us: row.get(1)?, idle_us: row.get(2)? }))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
