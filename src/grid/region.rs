use super::{Factor, FactorChoice, FactorChoiceError, FactorPreference, FactorRule, Library, ZoneError};
use crate::bundled::{BundledTable, DataError};
use crate::nearest::{NamedCandidate, nearest};
use model::ZoneId;
use serde::Deserialize;
use units::Timestamp;

const REGIONS: BundledTable = BundledTable {
    file: "cloud_regions.csv",
    text: include_str!("../../config/cloud/cloud_regions.csv"),
    publisher: "",
    edition: "",
    licence: "MIT; facts",
};

/// Where a cloud provider says one of its regions stands.
#[derive(Debug, Clone, Deserialize)]
pub struct CloudRegion {
    /// `aws`, `gcp`, `azure`, ...
    pub provider: String,
    /// The provider's own name of the region.
    pub region: String,
    /// The place, for people.
    pub location: String,
    /// Country, as an ISO 3166 alpha-2 code.
    pub country: String,
    grid_zone: String,
    factor_subzone: String,
}

impl CloudRegion {
    /// `provider/region`, as people type it.
    #[must_use]
    pub fn code(&self) -> String {
        format!("{}/{}", self.provider, self.region)
    }

    /// Zones to look for, the finest first.
    fn zones(&self) -> impl Iterator<Item = &str> {
        [self.factor_subzone.as_str(), &self.grid_zone, &self.country].into_iter().filter(|zone| !zone.is_empty())
    }
}

/// Every bundled cloud region.
pub fn cloud_regions() -> Result<Vec<CloudRegion>, DataError> {
    REGIONS.rows()
}

impl Library {
    /// The factor for the cloud region `provider/region` (any case) at `at`: its eGRID or province zone, else its grid
    /// zone, else its country. Unknown regions are an error with the nearest names.
    pub fn choose_region(&self, region: &str, at: Option<Timestamp>) -> Result<FactorChoice, ZoneError> {
        let regions = cloud_regions()?;
        let Some(found) = regions.iter().find(|known| known.code().eq_ignore_ascii_case(region.trim())) else {
            return Err(unknown_region(region.trim(), &regions));
        };
        let own = found.zones().find(|zone| self.has(zone)).unwrap_or(&found.country);
        let mut choice = self.choose(own, at)?;
        choice.asked = found.code();
        choice.notes.insert(0, format!("{} ({}) is in zone {own}", found.code(), found.location));
        if let Some(finer) = found.zones().next().filter(|finer| *finer != own) {
            choice.notes.insert(1, format!("its zone {finer} has no factor in this set: {own} stands in"));
        }
        Ok(choice)
    }
}

impl FactorRule<'_> {
    /// The factor for a cloud region, written `provider/region`, at `at`: that of its finest zone with kept series, else that of the library.
    ///
    /// # Errors
    ///
    /// There is no such region, or it has no factor; the store cannot be read.
    pub fn choose_region(
        &self,
        region: &str,
        preference: &FactorPreference,
        at: Timestamp,
    ) -> Result<FactorChoice, FactorChoiceError> {
        match self.zone_of_region(region)? {
            Some(zone) => {
                Ok(FactorChoice { asked: region.trim().to_lowercase(), ..self.choose(&zone, preference, at)? })
            }
            None => Ok(self.library().choose_region(region, Some(at))?),
        }
    }

    /// The finest zone of a cloud region that has kept series; `None` if none has, or there is no such region.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn zone_of_region(&self, region: &str) -> Result<Option<ZoneId>, FactorChoiceError> {
        let asked = region.trim().to_lowercase();
        for known in cloud_regions().map_err(ZoneError::from)?.into_iter().filter(|known| known.code() == asked) {
            for zone in known.zones().map(ZoneId::from) {
                if self.has_series(&zone)? {
                    return Ok(Some(zone));
                }
            }
        }
        Ok(None)
    }
}

/// A cloud region and the factor of its zone.
#[derive(Debug, Clone)]
pub struct RegionFactor {
    /// The region, written `provider/region`.
    pub region: String,
    /// The emission factor of its zone.
    pub factor: Factor,
}

impl Library {
    /// Up to `count` cloud regions in cleaner zones than `than`, the cleanest first, one per zone, of `provider` or of all.
    ///
    /// Only factors of the same basis, gas and accounting compare, and none whose value has a caveat.
    pub fn cleaner_regions(
        &self,
        than: &Factor,
        provider: Option<&str>,
        count: usize,
    ) -> Result<Vec<RegionFactor>, DataError> {
        let comparable = |factor: &&Factor| {
            let kind = |factor: &Factor| (factor.basis, factor.gas, factor.accounting);
            kind(factor) == kind(than) && factor.note.is_empty() && factor.intensity < than.intensity
        };
        let mut cleaner: Vec<RegionFactor> = Vec::new();
        for region in cloud_regions()?.into_iter().filter(|region| provider.is_none_or(|name| name == region.provider))
        {
            let own = region.zones().find_map(|zone| self.best(zone, Some(than.period.start())));
            if let Some(factor) = own.filter(comparable) {
                cleaner.push(RegionFactor { region: region.code(), factor: factor.clone() });
            }
        }
        cleaner.sort_by(|a, b| (a.factor.intensity, &a.factor.zone).cmp(&(b.factor.intensity, &b.factor.zone)));
        cleaner.dedup_by(|next, kept| next.factor.zone == kept.factor.zone);
        cleaner.truncate(count);
        Ok(cleaner)
    }
}

fn unknown_region(asked: &str, regions: &[CloudRegion]) -> ZoneError {
    let codes: Vec<String> = regions.iter().map(CloudRegion::code).collect();
    let candidates = regions.iter().zip(&codes).map(|(region, code)| NamedCandidate {
        code,
        names: vec![&region.region, &region.location],
        shown: &region.location,
    });
    ZoneError::UnknownRegion { asked: asked.to_owned(), nearest: nearest(asked, candidates) }
}
