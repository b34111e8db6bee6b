//! What a demand is expected to cost.

use super::likeness::learn;
use super::{AcceleratorPower, BudgetError, Demand, Estimate, Hardware, Impact, StatedImpact, Workload};
use crate::decimal;
use crate::grid::{FactorRule, FactorStatus, Library, SiteGrids};
use crate::ledger::{self, LedgerError};
use crate::store::{SiteRow, Tx};
use api::{Assumption, EstimateBasis};
use model::{Outlook, SiteName, SiteNumber};
use units::{CarbonIntensity, CarbonMass, Energy, Overflow, Pue, Timestamp};

/// Hours over which carbon intensities are averaged: as far as forecasts reach.
const FORECAST_HOURS: u64 = 72;
const NANOHOUR: u64 = 1_000_000_000;
/// What stands in where neither grid nor site is named, as in the ledger.
const NO_SITE_ZONE: &str = "X-WORLD";

/// What a demand is expected to cost, with the inputs that this rests on.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// Number of accelerators, requested hours, expected power, PUE.
    pub workload: Workload,
    /// Expected wall time, 10⁻⁹ h; at most what is requested.
    pub expected_nanohours: u64,
    /// p95 / p50 of the power, parts per million.
    pub spread_ppm: u32,
    /// Carbon intensity of the time and place.
    pub intensity: CarbonIntensity,
    /// Expected facility energy and CO2e, of the expected wall time.
    pub p50: Impact,
    /// The amount that one job in twenty exceeds, of the requested wall time. An admission holds this much.
    pub p95: Impact,
    /// Every input with its source.
    pub assumptions: Vec<Assumption>,
    /// What the mean power is based on.
    pub basis: EstimateBasis,
    /// Name of the site, where one is known.
    pub site: Option<SiteName>,
    /// What the intensity is based on: values or forecasts of these hours, what is usual, or neither.
    pub outlook: Outlook,
    /// What is stated in place of an estimate, with the accelerators and hours that it is of.
    stated: Option<(StatedImpact, u64, u64)>,
}

/// Where a demand runs: site, PUE and carbon intensity, with their sources.
struct RunPlace {
    site: Option<SiteName>,
    pue: Pue,
    intensity: CarbonIntensity,
    outlook: Outlook,
    assumptions: Vec<Assumption>,
}

impl Demand {
    /// What it is expected to cost if it starts at its own start, or at `now` where it states none.
    ///
    /// # Errors
    ///
    /// Unknown hardware, zone, region or site; a value outside its range.
    pub fn assess(&self, tx: &Tx<'_>, library: &Library, now: Timestamp) -> Result<Assessment, BudgetError> {
        self.expect_positive()?;
        if let Some(stated) = self.stated {
            return self.as_stated(tx, stated);
        }
        let hardware = Hardware {
            accelerator: &self.accelerator,
            instance: None,
            count: self.count,
            nanowatts: self.nanowatts,
            utilisation_ppm: self.utilisation_ppm,
        };
        let is_stated = self.nanowatts.is_some() || self.utilisation_ppm.is_some();
        let learned = if is_stated { None } else { learn(tx, self)? };
        let (mut power, basis, expected) = match learned {
            Some(learned) => (learned.power(self)?, learned.basis(), learned.expected_nanohours),
            None => (hardware.power()?, if is_stated { EstimateBasis::Stated } else { EstimateBasis::Prior }, None),
        };
        if let Some(ppm) = self.spread_ppm {
            power.spread_ppm = ppm;
            power.assumptions.retain(|assumption| assumption.name != "p95 / p50");
            power.assumptions.push(Assumption::new("p95 / p50", decimal::format(ppm.into(), 6), "as stated"));
        }
        let place = self.place(tx, library, self.start.unwrap_or(now))?;
        let expected_nanohours = expected.unwrap_or(self.nanohours).min(self.nanohours);
        Assessment::of(power, place, (self.nanohours, expected_nanohours), basis)
    }

    fn expect_positive(&self) -> Result<(), BudgetError> {
        let wrong = |field, problem: &str| Err(BudgetError::Demand { field, problem: problem.to_owned() });
        match self {
            Self { count: 0, .. } => wrong("count", "a count is a whole number above 0"),
            Self { nanohours: 0, .. } => wrong("hours", "hours are above 0"),
            Self { nanowatts: Some(0), stated: None, .. } => {
                wrong("power_w", "the mean power of one accelerator is above 0 W")
            }
            _ => Ok(()),
        }
    }

    /// The assessment of a demand that states what it costs.
    fn as_stated(&self, tx: &Tx<'_>, stated: StatedImpact) -> Result<Assessment, BudgetError> {
        let StatedImpact { p50, p95 } = stated;
        let (energy, co2e) = (i128::from(p50.energy.millijoules()), i128::from(p50.co2e.micrograms()));
        // µg over mJ is g/MJ: times 3,600 x 1,000 it is mg/kWh. There is no mean of what partly goes and partly comes.
        let mean = if energy > 0 { u32::try_from(co2e * 3_600_000 / energy).ok() } else { None };
        let spread = if energy > 0 { i128::from(p95.energy.millijoules()) * 1_000_000 / energy } else { 1_000_000 };
        let source = "as stated: each part at the power and the intensity of its place";
        let power = AcceleratorPower {
            accelerators: self.count,
            nanowatts: self.nanowatts.unwrap_or(0),
            spread_ppm: u32::try_from(spread).unwrap_or(u32::MAX),
            assumptions: vec![Assumption::new("energy and CO2e", "as stated", source)],
        };
        let place = RunPlace {
            site: self.chosen_site(&tx.sites().list()?)?.map(|site| site.name.clone()),
            pue: self.pue_ppm.and_then(Pue::from_parts_per_million).unwrap_or(Pue::ONE),
            intensity: CarbonIntensity::from_milligrams_per_kwh(mean.unwrap_or(0)),
            outlook: Outlook::Unknown,
            assumptions: Vec::new(),
        };
        let whole = (stated, self.count, self.nanohours);
        let mut assessed = Assessment::of(power, place, (self.nanohours, self.nanohours), EstimateBasis::Stated)?;
        assessed.stated = Some(whole);
        assessed.weigh()?;
        Ok(assessed)
    }

    fn place(&self, tx: &Tx<'_>, library: &Library, at: Timestamp) -> Result<RunPlace, BudgetError> {
        let sites = tx.sites().list()?;
        let site = self.chosen_site(&sites)?;
        let mut assumptions = Vec::new();
        let pue = self.pue(tx, site, at, &mut assumptions)?;
        let (intensity, outlook) = self.grid(tx, library, site, at, &mut assumptions)?;
        Ok(RunPlace { site: site.map(|site| site.name.clone()), pue, intensity, outlook, assumptions })
    }

    /// The site that is named, or the only one there is.
    fn chosen_site<'s>(&self, sites: &'s [SiteRow]) -> Result<Option<&'s SiteRow>, BudgetError> {
        if let Some(name) = &self.site {
            let found = sites.iter().find(|site| site.name == *name);
            return found.map(Some).ok_or_else(|| BudgetError::UnknownSite { name: name.clone() });
        }
        let mut own = sites.iter().filter(|site| site.site != SiteNumber::UNASSIGNED);
        Ok(own.next().filter(|_| own.next().is_none()))
    }

    fn pue(
        &self,
        tx: &Tx<'_>,
        site: Option<&SiteRow>,
        at: Timestamp,
        assumptions: &mut Vec<Assumption>,
    ) -> Result<Pue, BudgetError> {
        let (pue, source) = match (self.pue_ppm, site) {
            (Some(ppm), _) => (Pue::from_parts_per_million(ppm).unwrap_or(Pue::ONE), "as stated".to_owned()),
            // What is measured elsewhere is stated with its intensity; then the site says nothing of it.
            (None, Some(site)) if self.intensity.is_none() && self.zone.is_none() && self.region.is_none() => {
                (tx.sites().pue(site.site, at)?, format!("of site {}", site.name))
            }
            _ => (Pue::ONE, "not given: cooling and power distribution of the facility are left out".to_owned()),
        };
        assumptions.push(Assumption::new("PUE", decimal::format(pue.parts_per_million().into(), 6), source));
        Ok(pue)
    }

    fn grid(
        &self,
        tx: &Tx<'_>,
        library: &Library,
        site: Option<&SiteRow>,
        at: Timestamp,
        assumptions: &mut Vec<Assumption>,
    ) -> Result<(CarbonIntensity, Outlook), BudgetError> {
        let shown =
            |intensity: CarbonIntensity| format!("{} g/kWh", decimal::format(intensity.milligrams_per_kwh().into(), 3));
        if let Some(intensity) = self.intensity {
            assumptions.push(Assumption::new("grid", shown(intensity), "as stated"));
            return Ok((intensity, Outlook::Unknown));
        }
        let grids = SiteGrids::read(tx)?;
        let preference = site.map(|site| grids.preference(site.site, at)).unwrap_or_default();
        let (zone, from) = match (&self.region, &self.zone, site) {
            (Some(region), ..) => {
                match FactorRule::new(tx, library).zone_of_region(region).map_err(LedgerError::from)? {
                    Some(zone) => (zone, format!("of region {region}")),
                    None => {
                        let choice = library.choose_region(region, Some(at))?;
                        assumptions.push(Assumption::new("grid", choice.label(), choice.notes.join("; ")));
                        return Ok((choice.factor.intensity, Outlook::Unknown));
                    }
                }
            }
            (None, Some(zone), _) => (zone.as_str().trim().to_uppercase().into(), "as asked for".to_owned()),
            (None, None, Some(site)) => (grids.zone(site.site, at), format!("of site {}", site.name)),
            (None, None, None) => (NO_SITE_ZONE.into(), format!("no site or grid named: {NO_SITE_ZONE} stands in")),
        };
        let hours = u32::try_from(self.nanohours.div_ceil(NANOHOUR).clamp(1, FORECAST_HOURS)).unwrap_or(1);
        let (intensity, used) = ledger::mean_intensity(tx, library, (&zone, &preference), at, hours)?;
        let (outlook, kind) = match (used.fallback_step, used.status) {
            (..=3, FactorStatus::Forecast) => (Outlook::Forecast, "; forecast"),
            (..=3, _) => (Outlook::Forecast, ""),
            (4, _) => (Outlook::Typical, "; usual at that hour of the week in this month"),
            _ => (Outlook::Unknown, ""),
        };
        let source = format!("{from}; {} {}, {} {}{kind}", used.zone, used.period, used.publisher, used.edition);
        assumptions.push(Assumption::new("grid", shown(intensity), source));
        Ok((intensity, outlook))
    }
}

impl Assessment {
    fn of(
        power: AcceleratorPower,
        place: RunPlace,
        hours: (u64, u64),
        basis: EstimateBasis,
    ) -> Result<Self, BudgetError> {
        let workload = Workload {
            accelerators: power.accelerators,
            nanohours: hours.0,
            nanowatts: power.nanowatts,
            pue: place.pue,
        };
        let mut assumptions = power.assumptions;
        assumptions.extend(place.assumptions);
        let mut assessed = Self {
            workload,
            expected_nanohours: hours.1,
            spread_ppm: power.spread_ppm,
            intensity: place.intensity,
            p50: Impact::NOTHING,
            p95: Impact::NOTHING,
            assumptions,
            basis,
            site: place.site,
            outlook: place.outlook,
            stated: None,
        };
        assessed.weigh()?;
        Ok(assessed)
    }

    /// The same with other numbers of accelerators and hours.
    ///
    /// # Errors
    ///
    /// [`Overflow`] of a product.
    pub fn resized(&self, accelerators: u64, nanohours: u64) -> Result<Self, Overflow> {
        let mut other = self.clone();
        (other.workload.accelerators, other.workload.nanohours) = (accelerators, nanohours);
        other.expected_nanohours = self.expected_nanohours.min(nanohours);
        other.weigh()?;
        Ok(other)
    }

    /// p50 is of the expected wall time, p95 of the one that is asked for.
    fn weigh(&mut self) -> Result<(), Overflow> {
        if let Some((StatedImpact { p50, p95 }, accelerators, nanohours)) = self.stated {
            let part = (self.workload.accelerators, self.workload.nanohours);
            let scaled = |impact: Impact| scaled(impact, part, (accelerators, nanohours));
            (self.p50, self.p95) = (scaled(p50)?, scaled(p95)?);
            return Ok(());
        }
        let expected = Workload { nanohours: self.expected_nanohours, ..self.workload };
        let Estimate { p50, .. } = expected.estimate(1_000_000)?;
        let Estimate { p95, .. } = self.workload.estimate(self.spread_ppm)?;
        let impact = |energy: Energy| Ok(Impact { energy, co2e: energy.carbon(self.intensity)? });
        (self.p50, self.p95) = (impact(p50)?, impact(p95)?);
        Ok(())
    }
}

/// What `part` accelerators and hours cost of what `whole` ones do.
fn scaled(impact: Impact, part: (u64, u64), whole: (u64, u64)) -> Result<Impact, Overflow> {
    let product = |(accelerators, nanohours): (u64, u64)| i128::from(accelerators) * i128::from(nanohours);
    let of = |amount: i64| {
        let share = i128::from(amount).checked_mul(product(part)).and_then(|sum| sum.checked_div(product(whole)));
        let share = share.and_then(|share| i64::try_from(share).ok());
        share.ok_or(Overflow { quantity: "part of a stated amount" })
    };
    if part == whole {
        return Ok(impact);
    }
    Ok(Impact {
        energy: Energy::from_millijoules(of(impact.energy.millijoules())?),
        co2e: CarbonMass::from_micrograms(of(impact.co2e.micrograms())?),
    })
}
