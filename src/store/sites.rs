//! Sites, the nodes assigned to them, and the devices of nodes.

use super::engine::OptionalExtension;
use super::row::{integer, moment, span};
use super::{SiteStore, StoreError};
use model::{Revision, SiteName, SiteNumber, ZoneId};
use units::{Pue, Span, Timestamp};

/// A place that draws from one grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteRow {
    /// How the store refers to the site; 0 is where the energy of nodes without a site is counted.
    pub site: SiteNumber,
    /// Name of the site, unique in the ledger.
    pub name: SiteName,
    /// Zone of the electricity grid that the site was created in.
    pub zone: ZoneId,
    /// Length of a posting period; divides the hour.
    pub period: Span,
}

/// A site's PUE from a moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PueStep {
    /// From when on the PUE applies.
    pub since: Timestamp,
    /// Facility energy over IT energy.
    pub pue: Pue,
}

/// A site's zone from a moment on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneStep {
    /// The site that is in the zone.
    pub site: SiteNumber,
    /// From when on the site is in the zone.
    pub since: Timestamp,
    /// Zone of the electricity grid from then on.
    pub zone: ZoneId,
}

/// What a site wants of its factors from a moment on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreferenceStep {
    /// The site that wants it.
    pub site: SiteNumber,
    /// From when on it does.
    pub since: Timestamp,
    /// What it wants, a JSON document.
    pub preference: String,
}

impl SiteStore<'_> {
    /// Makes a site; `false` when the name is taken.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn add(&self, name: &SiteName, zone: &ZoneId, period: Span, pue: Pue) -> Result<bool, StoreError> {
        let sql = "INSERT INTO sites (name, zone, period_ns) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING RETURNING site";
        let values = (name, zone, integer(period.nanoseconds()));
        let Some(site) = self.0.query_row(sql, values, |row| row.get(0)).optional()? else { return Ok(false) };
        self.set_pue(SiteNumber::new(site), Timestamp::from_nanoseconds(0), pue)?;
        Ok(true)
    }

    /// States the PUE of a site from `since` on.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_pue(&self, site: SiteNumber, since: Timestamp, pue: Pue) -> Result<(), StoreError> {
        let sql = "INSERT INTO site_pue (site, since_ns, ppm) VALUES (?1, ?2, ?3)
            ON CONFLICT (site, since_ns) DO UPDATE SET ppm = ?3";
        self.0.execute(sql, (site.number(), since.nanoseconds(), pue.parts_per_million()))?;
        Ok(())
    }

    /// PUE of a site at `at`: the newest statement up to then; 1.0 where nothing is stated.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn pue(&self, site: SiteNumber, at: Timestamp) -> Result<Pue, StoreError> {
        let sql = "SELECT ppm FROM site_pue WHERE site = ?1 AND since_ns <= ?2 ORDER BY since_ns DESC LIMIT 1";
        let mut statement = self.0.prepare_cached(sql)?;
        let ppm: Option<u32> = statement.query_row((site.number(), at.nanoseconds()), |row| row.get(0)).optional()?;
        Ok(ppm.and_then(Pue::from_parts_per_million).unwrap_or(Pue::ONE))
    }

    /// Every statement of a site's PUE, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn pue_history(&self, site: SiteNumber) -> Result<Vec<PueStep>, StoreError> {
        let mut statement =
            self.0.prepare_cached("SELECT since_ns, ppm FROM site_pue WHERE site = ?1 ORDER BY since_ns")?;
        let steps = statement.query_map([site.number()], |row| {
            let pue = Pue::from_parts_per_million(row.get(1)?).unwrap_or(Pue::ONE);
            Ok(PueStep { since: moment(row, 0)?, pue })
        })?;
        Ok(steps.collect::<Result<_, _>>()?)
    }

    /// States the zone of a site from `since` on.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_zone(&self, site: SiteNumber, since: Timestamp, zone: &ZoneId) -> Result<(), StoreError> {
        let sql = "INSERT INTO site_zones (site, since_ns, zone) VALUES (?1, ?2, ?3)
            ON CONFLICT (site, since_ns) DO UPDATE SET zone = ?3";
        self.0.execute(sql, (site.number(), since.nanoseconds(), zone))?;
        Ok(())
    }

    /// The zones of every site, each from the one that it was made with, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn zone_history(&self) -> Result<Vec<ZoneStep>, StoreError> {
        let sql = "SELECT site, since_ns, zone FROM site_zones
            UNION ALL SELECT site, 0, zone FROM sites AS made WHERE NOT EXISTS
                (SELECT 1 FROM site_zones WHERE site = made.site AND since_ns <= 0)
            ORDER BY site, since_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((), |row| {
            Ok(ZoneStep { site: SiteNumber::new(row.get(0)?), since: moment(row, 1)?, zone: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// States which factors a site wants from `since` on, a JSON document.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_preference(&self, site: SiteNumber, since: Timestamp, preference: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO site_preferences (site, since_ns, preference) VALUES (?1, ?2, ?3)
            ON CONFLICT (site, since_ns) DO UPDATE SET preference = ?3";
        self.0.execute(sql, (site.number(), since.nanoseconds(), preference))?;
        Ok(())
    }

    /// What every site wants of its factors, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn preferences(&self) -> Result<Vec<PreferenceStep>, StoreError> {
        let sql = "SELECT site, since_ns, preference FROM site_preferences ORDER BY site, since_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((), |row| {
            Ok(PreferenceStep { site: SiteNumber::new(row.get(0)?), since: moment(row, 1)?, preference: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Shortens the posting periods of a site from `since` on, as believed from `revision` on.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn shorten(
        &self,
        site: SiteNumber,
        since: Timestamp,
        period: Span,
        revision: Revision,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO site_periods (site, since_ns, period_ns, made) VALUES (?1, ?2, ?3, ?4)";
        self.0.execute(sql, (site.number(), since.nanoseconds(), integer(period.nanoseconds()), revision.number()))?;
        Ok(())
    }

    /// From when on the posting periods of a site are shorter than it was made with, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn shortened(&self, site: SiteNumber) -> Result<Vec<(Timestamp, Span)>, StoreError> {
        let sql = "SELECT since_ns, period_ns FROM site_periods WHERE site = ?1 ORDER BY since_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([site.number()], |row| Ok((moment(row, 0)?, span(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every site, by name.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(&self) -> Result<Vec<SiteRow>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT site, name, zone, period_ns FROM sites ORDER BY name")?;
        let rows = statement.query_map((), |row| {
            let period = Span::from_nanoseconds(row.get::<i64>(3)?.unsigned_abs());
            Ok(SiteRow { site: SiteNumber::new(row.get(0)?), name: row.get(1)?, zone: row.get(2)?, period })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// States who acts on the idle energy of a site; nobody without.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_idle_owner(&self, site: SiteNumber, owner: Option<&str>) -> Result<(), StoreError> {
        let sql = "INSERT INTO site_idle_owners (site, owner) VALUES (?1, ?2)
            ON CONFLICT (site) DO UPDATE SET owner = ?2";
        match owner {
            Some(owner) => self.0.execute(sql, (site.number(), owner))?,
            None => self.0.execute("DELETE FROM site_idle_owners WHERE site = ?1", [site.number()])?,
        };
        Ok(())
    }

    /// Who acts on the idle energy of a site.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn idle_owner(&self, site: SiteNumber) -> Result<Option<String>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT owner FROM site_idle_owners WHERE site = ?1")?;
        Ok(statement.query_row([site.number()], |row| row.get(0)).optional()?)
    }
}
