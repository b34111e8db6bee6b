//! What sites ask of the grid: their zone and which factors they want, each from a moment on.

use super::FactorPreference;
use crate::store::{StoreError, Tx, ZoneStep};
use model::{SiteNumber, ZoneId};
use units::{Interval, Timestamp};

/// A part of time in which one zone counts and the same factors are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridPart {
    /// The part of time.
    pub interval: Interval,
    /// The zone.
    pub zone: ZoneId,
    /// Which of its factors are wanted.
    pub preference: FactorPreference,
}

/// The zones of all sites and the factors that they want, as they were stated.
#[derive(Debug)]
pub struct SiteGrids {
    /// Oldest first.
    zones: Vec<ZoneStep>,
    /// Oldest first.
    preferences: Vec<(SiteNumber, Timestamp, FactorPreference)>,
}

impl SiteGrids {
    /// What `tx` has of all sites.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn read(tx: &Tx<'_>) -> Result<Self, StoreError> {
        let steps = tx.sites().preferences()?.into_iter().map(|step| {
            let preference = serde_json::from_str(&step.preference);
            let wrong = |_| StoreError::Value { what: "factor preference of a site", value: step.preference.clone() };
            Ok((step.site, step.since, preference.map_err(wrong)?))
        });
        Ok(Self { zones: tx.sites().zone_history()?, preferences: steps.collect::<Result<_, StoreError>>()? })
    }

    /// The zone of a site at a moment; empty of a site that is unknown.
    #[must_use]
    pub fn zone(&self, site: SiteNumber, at: Timestamp) -> ZoneId {
        let of_site = |step: &&ZoneStep| step.site == site && step.since <= at;
        self.zones.iter().rev().find(of_site).map(|step| step.zone.clone()).unwrap_or_default()
    }

    /// Which factors a site wants at a moment; what it does not state is that of the best series of its zone.
    #[must_use]
    pub fn preference(&self, site: SiteNumber, at: Timestamp) -> FactorPreference {
        let stated = self.preferences.iter().rev().find(|step| step.0 == site && step.1 <= at);
        stated.map(|(.., preference)| preference.clone()).unwrap_or_default()
    }

    /// `range` in order of time, divided where the zone of a site or what it wants changes.
    #[must_use]
    pub fn parts(&self, site: SiteNumber, range: Interval) -> Vec<GridPart> {
        let zones = self.zones.iter().filter(|step| step.site == site).map(|step| step.since);
        let wanted = self.preferences.iter().filter(|step| step.0 == site).map(|step| step.1);
        let mut starts: Vec<Timestamp> = zones.chain(wanted).filter(|since| range.contains(*since)).collect();
        starts.push(range.start());
        starts.sort_unstable();
        starts.dedup();
        let ends = starts.iter().skip(1).copied().chain([range.end()]);
        let part = |(start, end)| {
            let interval = Interval::new(start, end)?;
            Some(GridPart { interval, zone: self.zone(site, start), preference: self.preference(site, start) })
        };
        starts.iter().copied().zip(ends).filter_map(part).collect()
    }
}
