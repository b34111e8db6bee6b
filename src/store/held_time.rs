//! How long jobs held accelerators, and how long these did next to nothing: kept by batch, summed by job.

use super::{HeldTimeStore, StoreError};
use model::{BatchId, JobNumber};
use std::collections::BTreeMap;
use units::DeviceTime;

/// Device time of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeldTime {
    /// Its share of the time of its accelerators, in whole µs: stored nanoseconds would end after 292 device-years, a week of 16,000 devices.
    pub device: DeviceTime,
    /// Time in windows in which they did next to nothing, in whole µs.
    pub idle: DeviceTime,
}

impl HeldTime {
    /// What the two columns of a row say, in µs.
    pub(super) fn of_columns(device_us: i64, idle_us: i64) -> Self {
        Self { device: DeviceTime::from_microseconds(device_us), idle: DeviceTime::from_microseconds(idle_us) }
    }

    /// Adds a stretch of time, in whole µs.
    pub fn add(&mut self, span: DeviceTime, is_idle: bool) {
        let whole = DeviceTime::from_microseconds(span.microseconds());
        self.device += whole;
        self.idle += if is_idle { whole } else { DeviceTime::ZERO };
    }

    /// Held-idle share, 0 to 1; `None` of a job that held no accelerator.
    #[must_use]
    pub fn idle_share(&self) -> Option<f64> {
        (self.device > DeviceTime::ZERO).then(|| self.idle.microseconds() as f64 / self.device.microseconds() as f64)
    }

    /// What lists are sorted by, as the column `held_idle_ppm` has it; -1 is unknown.
    pub(super) fn rank(held: Option<Self>) -> i64 {
        let idle_ppm = |held: Self| (held.idle.microseconds() as f64 * 1e6 / held.device.microseconds() as f64) as i64;
        held.filter(|held| held.device > DeviceTime::ZERO).map_or(-1, idle_ppm)
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
            self.add(*job, HeldTime { device: -time.device, idle: -time.idle })?;
        }
        let new = held.iter().filter(|(job, time)| known.get(*job) != Some(*time));
        for (job, time) in new {
            let sql = "INSERT INTO held_time (batch, job, device_us, idle_us) VALUES (?1, ?2, ?3, ?4)";
            let (device_us, idle_us) = (time.device.microseconds(), time.idle.microseconds());
            self.0.prepare_cached(sql)?.execute((batch.number(), job.number(), device_us, idle_us))?;
            self.add(*job, *time)?;
        }
        Ok(())
    }

    fn add(&self, job: JobNumber, time: HeldTime) -> Result<(), StoreError> {
        let sql = "UPDATE jobs SET held_us = held_us + ?2, held_idle_us = held_idle_us + ?3 WHERE job = ?1";
        self.0.prepare_cached(sql)?.execute((job.number(), time.device.microseconds(), time.idle.microseconds()))?;
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
            Ok((JobNumber::new(row.get(0)?), HeldTime::of_columns(row.get(1)?, row.get(2)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
