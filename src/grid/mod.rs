//! The factor library and its choosing rule.
//!
//! One set of bundled factors at a time: the yearly set unless another is named, so that licences and types never mix.
//! The rule for a zone and an hour has six steps: measured, estimated, own computation from the mix, climatology,
//! sub-national month or year (5), national year (6). The bundled sets hold years: they answer at steps 5 and 6; what was
//! imported or fetched is kept in the store and answers at any step.

mod choice;
mod climatology;
mod document;
mod factor;
mod greener;
mod import;
pub mod provider;
mod region;
mod series;
mod site;
mod table;

pub use crate::bundled::DataError;
pub use choice::{FROM_MIX, FactorChoiceError, FactorPreference, FactorRule, resolution};
pub use climatology::Climatology;
pub use factor::Factor;
pub use greener::{GreenerStart, greener_start};
pub use import::{FileReading, ImportError, ImportTerms, read_factors, refuse_wrong_scale};
pub use model::{Accounting, Basis, FactorStatus, Gas, Resolution};
pub use region::{CloudRegion, RegionFactor, cloud_regions};
pub use series::{FactorReading, FactorSeries, FactorValue, RefusedValue};
pub use site::{GridPart, SiteGrids};

use crate::decimal;
use crate::nearest::{NamedCandidate, nearest};
use model::{BlockNumber, ZoneId};
use std::collections::HashMap;
use std::sync::OnceLock;
use units::{Interval, Timestamp};

/// A set of emission factors that may be used together. Sets are never mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Set {
    /// Ember countries and aggregates, refined by eGRID, Chinese, Australian, Canadian and Nordic zones.
    #[default]
    Bundled,
    /// Electricity Maps yearly (ODbL), consumption-based, 2023 to 2025.
    ElectricityMaps,
    /// IFI operating margins 2021 (CC BY-SA): marginal, never in one sum with averages.
    IfiMarginal,
}

/// The emission factors of one set, and the rule by which one is chosen.
#[derive(Debug)]
pub struct Library {
    factors: Vec<Factor>,
    /// Places in `factors` by zone.
    places: HashMap<ZoneId, Vec<usize>>,
    /// Names of all zones that are known, read when first needed.
    names: OnceLock<HashMap<ZoneId, String>>,
}

/// A factor and how it came to be chosen.
#[derive(Debug, Clone)]
pub struct FactorChoice {
    /// The factor that applies.
    pub factor: Factor,
    /// What was asked for: a zone or `provider/region`.
    pub asked: String,
    /// Step of the fallback order, 1 to 6.
    pub fallback_step: u8,
    /// Whether basis, gas or accounting are others than those wanted.
    pub basis_changed: bool,
    /// How the source made the value, in its own word; absent if it says nothing.
    pub method: Option<String>,
    /// The block of kept factors that the value is in, or, of a climatology, the newest that was taken into account; `None` of the library's own.
    pub block: Option<BlockNumber>,
    /// What a reader must know, one sentence each: which factor stands in for which, how old it is, what the value leaves out.
    pub notes: Vec<String>,
}

impl FactorChoice {
    /// The step of the fallback order in words.
    #[must_use]
    pub fn step_in_words(&self) -> &'static str {
        match (self.fallback_step, self.factor.status) {
            (1, _) => "measured for that time",
            (2, FactorStatus::Estimated) => "estimated for that time",
            (2, FactorStatus::Forecast) => "forecast for that time",
            (2, _) => "provisional for that time",
            (3, _) => "computed from the generation mix of that time",
            (4, _) => "mean of this hour of the week in this month of the year",
            (5, _) if self.factor.resolution == Resolution::Month => "monthly value of the sub-national zone",
            (5, _) => "yearly value of the sub-national zone",
            _ if self.factor.resolution == Resolution::Month => "monthly national value",
            _ if self.factor.zone.as_str().starts_with("X-") => "yearly value of the regional aggregate, as asked for",
            _ => "yearly national value",
        }
    }

    /// Whether another choice is the same value of the same source, whatever time it describes.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let type_of = |factor: &Factor| (factor.basis, factor.gas, factor.accounting, factor.status, factor.resolution);
        let source_of = |choice: &Self| (choice.fallback_step, choice.basis_changed, choice.factor.intensity);
        let [one, two] = [&self.factor, &other.factor];
        source_of(self) == source_of(other)
            && type_of(one) == type_of(two)
            && (&one.zone, &one.publisher, &one.edition) == (&two.zone, &two.publisher, &two.edition)
    }

    /// The factor on one line: `342.12 g CO2e/kWh, lifecycle, average production (DE 2024, Ember)`.
    #[must_use]
    pub fn label(&self) -> String {
        let factor = &self.factor;
        let value = decimal::format(i128::from(factor.intensity.milligrams_per_kwh()), 3);
        let kind = factor.type_in_words();
        format!("{value} {kind} ({} {}, {})", factor.zone, factor.period_in_words(), factor.publisher)
    }
}

/// Why no factor was chosen. Nothing is ever guessed from the machine's address or language.
#[derive(Debug, thiserror::Error)]
pub enum ZoneError {
    /// No zone has this code.
    #[error("unknown grid zone {asked:?}: {nearest}`wattledger grid zones` lists all")]
    UnknownZone {
        /// The code as typed.
        asked: String,
        /// Hint with the nearest names, ending in a space, or empty.
        nearest: String,
    },
    /// The zone exists, but this set has nothing for it or its country.
    #[error("zone {zone} ({name}) has no factor in this set: give --intensity, or another set with --factors")]
    NoFactor {
        /// Code of the zone.
        zone: ZoneId,
        /// Name of the zone.
        name: String,
    },
    /// No cloud region has this name.
    #[error(
        "unknown cloud region {asked:?}: {nearest}regions are written provider/region; --zone names the grid directly"
    )]
    UnknownRegion {
        /// The code as typed.
        asked: String,
        /// Hint with the nearest names, ending in a space, or empty.
        nearest: String,
    },
    /// A bundled table cannot be read, which is a defect of the build.
    #[error(transparent)]
    Data(#[from] DataError),
}

impl Library {
    /// Opens the default set.
    pub fn bundled() -> Result<Self, DataError> {
        Self::open(Set::Bundled)
    }

    /// Opens the factors of `set`.
    pub fn open(set: Set) -> Result<Self, DataError> {
        let factors = match set {
            Set::Bundled => [table::yearly()?, table::us_states()?, table::canada()?, table::nordic()?]
                .into_iter()
                .flatten()
                .collect(),
            Set::ElectricityMaps => table::electricity_maps()?,
            Set::IfiMarginal => table::ifi_marginal()?,
        };
        let mut places: HashMap<ZoneId, Vec<usize>> = HashMap::new();
        for (place, factor) in factors.iter().enumerate() {
            places.entry(factor.zone.clone()).or_default().push(place);
        }
        Ok(Self { factors, places, names: OnceLock::new() })
    }

    /// The name of a zone for people; its code where no name is known.
    #[must_use]
    pub fn zone_name(&self, zone: &str) -> String {
        let own = self.own(zone).next().map(|factor| factor.name.clone());
        own.or_else(|| self.known_zone_name(zone).ok().flatten()).unwrap_or_else(|| zone.to_owned())
    }

    fn own(&self, zone: &str) -> impl Iterator<Item = &Factor> {
        let places = self.places.get(zone).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|place| self.factors.get(*place))
    }

    /// The name of a zone that exists, whether or not this set has a factor for it.
    fn known_zone_name(&self, zone: &str) -> Result<Option<String>, DataError> {
        let names = match self.names.get() {
            Some(names) => names,
            None => {
                let names = zone_names()?;
                self.names.get_or_init(|| names)
            }
        };
        Ok(names.get(zone).cloned())
    }

    /// Every factor of the set.
    #[must_use]
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// The factor for `zone` (any case) at `at`; without `at` the newest.
    ///
    /// A known sub-zone without a factor of its own takes its country's, and the choice says so. An aggregate (`X-WORLD`)
    /// is taken only when it is what was asked for.
    pub fn choose(&self, zone: &str, at: Option<Timestamp>) -> Result<FactorChoice, ZoneError> {
        let asked = zone.trim().to_uppercase();
        if let Some(factor) = self.best(&asked, at) {
            return Ok(chosen(factor.clone(), asked, at));
        }
        let Some(name) = self.known_zone_name(&asked)? else {
            return Err(match self.bidding_area(&asked)? {
                Some(nearest) => ZoneError::UnknownZone { asked: zone.trim().to_owned(), nearest },
                None => self.unknown(zone.trim())?,
            });
        };
        let country = asked.split('-').next().unwrap_or(&asked);
        let Some(factor) = self.best(country, at) else {
            return Err(ZoneError::NoFactor { zone: asked.into(), name });
        };
        let stand_in =
            format!("{asked} ({name}) has no factor in this set: {} ({}) stands in", factor.zone, factor.name);
        let mut choice = chosen(factor.clone(), asked, at);
        choice.notes.insert(0, stand_in);
        Ok(choice)
    }

    fn has(&self, zone: &str) -> bool {
        self.places.contains_key(zone)
    }

    /// The hint for a bidding area as markets write it, `NO1` or `SE3`: here its country comes before it.
    fn bidding_area(&self, asked: &str) -> Result<Option<String>, DataError> {
        let Some((country, _)) = asked.split_at_checked(2).filter(|(_, number)| number.parse::<u8>().is_ok()) else {
            return Ok(None);
        };
        let code = format!("{country}-{asked}");
        Ok(self.known_zone_name(&code)?.map(|name| format!("did you mean {code} ({name})? ")))
    }

    /// Of the zone's factors the one whose period is nearest to `at`, or the newest.
    fn best(&self, zone: &str, at: Option<Timestamp>) -> Option<&Factor> {
        let own = self.own(zone);
        match at {
            None => own.max_by_key(|factor| factor.period.start()),
            Some(at) => own.min_by_key(|factor| (nanoseconds_off(factor, at), factor.period.start())),
        }
    }

    fn unknown(&self, asked: &str) -> Result<ZoneError, DataError> {
        let codes = table::iso_3166()?;
        let candidates = self.factors.iter().map(|factor| {
            let mut names = vec![factor.name.as_str()];
            names
                .extend(codes.iter().find(|code| factor.zone == code.alpha2.as_str()).map(|code| code.alpha3.as_str()));
            names.extend(CUSTOMARY_CODES.iter().find(|(_, zone)| factor.zone == **zone).map(|(custom, _)| *custom));
            NamedCandidate { code: factor.zone.as_str(), names, shown: &factor.name }
        });
        Ok(ZoneError::UnknownZone { asked: asked.to_owned(), nearest: nearest(asked, candidates) })
    }
}

/// Codes in customary use that ISO 3166 assigns otherwise.
const CUSTOMARY_CODES: [(&str, &str); 3] = [("UK", "GB"), ("EL", "GR"), ("EU", "X-EU")];

/// The names of all zones that exist, whether or not a set has factors for them.
///
/// Electricity Maps' zone names (no value is taken) tell `US-CAL-CISO` from a typing error. Tibet is missing from both that list and the
/// official Chinese table, which refers it to the national value.
fn zone_names() -> Result<HashMap<ZoneId, String>, DataError> {
    let mut names = HashMap::from([("CN-XZ".into(), "Tibet".to_owned())]);
    for list in [Library::bundled()?, Library::open(Set::ElectricityMaps)?] {
        names.extend(list.factors.into_iter().map(|factor| (factor.zone, factor.name)));
    }
    Ok(names)
}

fn chosen(factor: Factor, asked: String, at: Option<Timestamp>) -> FactorChoice {
    let mut notes = Vec::new();
    if !factor.note.is_empty() {
        notes.push(factor.note.clone());
    }
    notes.extend(at.and_then(|at| age_note(&factor, at)));
    let fallback_step = fallback_step(factor.zone.as_str());
    FactorChoice { fallback_step, factor, asked, basis_changed: false, method: None, block: None, notes }
}

/// Yearly factors answer at step 5 for a part of a country, at step 6 for a country or an aggregate.
fn fallback_step(zone: &str) -> u8 {
    let national = !zone.contains('-') || zone.starts_with("X-") || zone == "US-EGRID";
    if national { 6 } else { 5 }
}

/// Says when the factor describes another time than the one asked for.
fn age_note(factor: &Factor, at: Timestamp) -> Option<String> {
    let off = nanoseconds_off(factor, at);
    (off > 0).then(|| {
        let side = if at < factor.period.start() { "before" } else { "after" };
        let months = off / (30 * 86_400 * 1_000_000_000);
        let distance = match months {
            0 => "less than a month".to_owned(),
            1 => "1 month".to_owned(),
            2..24 => format!("{months} months"),
            _ => format!("{} years", months / 12),
        };
        format!("the factor describes {}; the time asked for is {distance} {side} that", factor.period_in_words())
    })
}

/// Distance of `at` from the factor's period, 0 inside it.
fn nanoseconds_off(factor: &Factor, at: Timestamp) -> u64 {
    nanoseconds_from(factor.period, at)
}

/// Distance of `at` from an interval, 0 inside it.
fn nanoseconds_from(interval: Interval, at: Timestamp) -> u64 {
    let before = interval.start().since(at);
    // The end is the first moment outside.
    let after = at.since(interval.end()).map(|span| span.nanoseconds().saturating_add(1));
    before.map(units::Span::nanoseconds).or(after).unwrap_or(0)
}
