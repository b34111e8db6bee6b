//! Imported factors of an hour or less.

use super::row::moment;
use super::{ActionStore, By, FactorStore, StoreError};
use model::{ActionKind, ZoneId};
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use units::{CarbonIntensity, Interval, Timestamp};

/// The carbon intensity of a zone over an hour or less, as imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntervalFactor {
    /// Zone of the electricity grid, upper case.
    pub zone: ZoneId,
    /// The hour or less that it describes.
    pub interval: Interval,
    /// Carbon intensity over that time.
    pub intensity: CarbonIntensity,
    /// What the value counts, and where it is from.
    pub origin: FactorOrigin,
}

/// Type and origin of imported factors, one for a whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorOrigin {
    /// Whether combustion alone is counted or the whole life cycle.
    pub basis: crate::grid::Basis,
    /// Whether CO2 alone is counted or all greenhouse gases.
    pub gas: crate::grid::Gas,
    /// Whose electricity it describes.
    pub accounting: crate::grid::Accounting,
    /// How far it can be relied on.
    pub status: crate::grid::FactorStatus,
    /// The organisation that published it.
    pub publisher: String,
    /// The release that it is from; of several for one time the latest import is used.
    pub edition: String,
    /// Licence under which the values were published.
    pub licence: String,
}

impl FactorStore<'_> {
    /// Where the imported factors of each site's zone end, for zones that have any.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn ends(&self) -> Result<Vec<(String, Timestamp)>, StoreError> {
        let sql = "SELECT zone, (SELECT end_ns FROM factors WHERE factors.zone = own.zone ORDER BY start_ns DESC LIMIT 1) AS last
            FROM (SELECT zone FROM sites UNION SELECT zone FROM site_zones) AS own WHERE last IS NOT NULL ORDER BY zone";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map((), |row| Ok((row.get(0)?, moment(row, 1)?)))?.collect::<Result<_, _>>()?)
    }

    /// Adds the factors of one zone or of several; those of a zone, start and edition that are there are kept as they are. Returns how many are new.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn import(&self, factors: &[IntervalFactor], by: &By) -> Result<usize, StoreError> {
        let sql =
            "INSERT OR IGNORE INTO factors (zone, start_ns, end_ns, intensity_mg_per_kwh, edition, origin, imported_ns)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut new = 0;
        for factor in factors {
            let (start, end) = (factor.interval.start().nanoseconds(), factor.interval.end().nanoseconds());
            let origin = serde_json::to_string(&factor.origin)
                .map_err(|_| super::row::value("factor", &factor.origin.edition))?;
            let (value, edition) = (factor.intensity.milligrams_per_kwh(), &factor.origin.edition);
            new += statement.execute((&factor.zone, start, end, value, edition, origin, by.at.nanoseconds()))?;
        }
        let zones: BTreeSet<&ZoneId> = factors.iter().map(|factor| &factor.zone).collect();
        for zone in zones.into_iter().filter(|_| new > 0) {
            ActionStore(self.0).record_stated(by, ActionKind::Factors, &format!("{zone} {}", by.at.nanoseconds()))?;
        }
        Ok(new)
    }

    /// The imported factor of `zone` that describes `at`: of the latest import, the finest.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn at(&self, zone: &ZoneId, at: Timestamp) -> Result<Option<IntervalFactor>, StoreError> {
        let sql = "SELECT start_ns, end_ns, intensity_mg_per_kwh, origin FROM factors
            WHERE zone = ?1 AND start_ns <= ?2 AND start_ns > ?2 - 3600000000000 AND end_ns > ?2
            ORDER BY imported_ns DESC, end_ns - start_ns, edition DESC LIMIT 1";
        let mut statement = self.0.prepare_cached(sql)?;
        let found = statement
            .query_row((zone, at.nanoseconds()), |row| {
                Ok((moment(row, 0)?, moment(row, 1)?, row.get::<_, u32>(2)?, row.get::<_, String>(3)?))
            })
            .optional()?;
        let Some((start, end, value, origin)) = found else { return Ok(None) };
        let wrong = || super::row::value("imported factor", &origin);
        Ok(Some(IntervalFactor {
            zone: zone.clone(),
            interval: Interval::new(start, end).ok_or_else(wrong)?,
            intensity: CarbonIntensity::from_milligrams_per_kwh(value),
            origin: serde_json::from_str(&origin).map_err(|_| wrong())?,
        }))
    }

    /// Imported factors of `zone` that describe a part of an interval; the one that is preferred where they overlap comes first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn between(&self, zone: &ZoneId, during: Interval) -> Result<Vec<IntervalFactor>, StoreError> {
        // None is longer than an hour, which bounds the search on the left.
        let sql = "SELECT start_ns, end_ns, intensity_mg_per_kwh, origin FROM factors
            WHERE zone = ?1 AND start_ns < ?3 AND start_ns > ?2 - 3600000000000 AND end_ns > ?2
            ORDER BY imported_ns DESC, end_ns - start_ns, edition DESC";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((zone, during.start().nanoseconds(), during.end().nanoseconds()), |row| {
            Ok((moment(row, 0)?, moment(row, 1)?, row.get::<_, u32>(2)?, row.get::<_, String>(3)?))
        })?;
        let mut found = Vec::new();
        for row in rows {
            let (start, end, value, origin) = row?;
            let wrong = || super::row::value("imported factor", &origin);
            let origin: FactorOrigin = serde_json::from_str(&origin).map_err(|_| wrong())?;
            let interval =
                Interval::new(start, end).ok_or_else(|| super::row::value("imported factor", zone.as_str()))?;
            let intensity = CarbonIntensity::from_milligrams_per_kwh(value);
            found.push(IntervalFactor { zone: zone.clone(), interval, intensity, origin });
        }
        Ok(found)
    }
}
