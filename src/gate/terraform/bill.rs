//! What a plan adds in a month, resource by resource.

use super::HOURS_PER_MONTH;
use super::capacity::attributes::{Capacity, Machines};
use super::draw;
use super::place::{ResourcePlace, StatedRegions};
use super::plan::{PlanAction, PlannedResource, TerraformPlan};
use super::usage::{Usage, Use};
use crate::budget::{Estimate, PowerError, Workload};
use crate::grid::{FactorChoice, Library, ZoneError};
use api::Assumption;
use std::collections::BTreeMap;
use units::{CarbonIntensity, CarbonMass, Energy, Overflow, Pue};

/// Why a plan cannot be weighed at all.
#[derive(Debug, thiserror::Error)]
pub enum BillError {
    /// A sum left its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// A bundled table is broken.
    #[error(transparent)]
    Data(#[from] crate::grid::DataError),
}

/// Number of accelerators by name.
pub type Accelerators = BTreeMap<String, u64>;

/// What a machine is called of which only the power is stated.
const STATED_MACHINE: &str = "machine of stated power";

const NO_ENERGY: Estimate = Estimate { p50: Energy::ZERO, p95: Energy::ZERO };

/// CO2e of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Co2eEstimate {
    /// Expected value.
    pub p50: CarbonMass,
    /// The value that one case in twenty exceeds.
    pub p95: CarbonMass,
}

/// What machines use in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthlyUse {
    /// Expected facility energy.
    pub p50: Energy,
    /// Facility energy that one case in twenty exceeds.
    pub p95: Energy,
    /// Number of accelerators by name.
    pub accelerators: Accelerators,
    /// The machines in words, such as `2 x aws/p4d.24xlarge`.
    pub machines: Vec<String>,
}

/// One resource on the bill.
#[derive(Debug, Clone, PartialEq)]
pub struct BillItem {
    /// Address of the resource.
    pub address: String,
    /// Type of the resource.
    pub kind: String,
    /// What the plan does with it.
    pub action: PlanAction,
    /// What it uses before; nothing where that cannot be weighed, as what goes away can only make the sum smaller.
    pub before: MonthlyUse,
    /// What it uses after.
    pub after: MonthlyUse,
    /// Facility energy a month of what it may grow to by itself.
    pub at_most: Option<Energy>,
    /// Its cloud region before, as `provider/region`; `None` where neither plan nor user say.
    pub region_before: Option<String>,
    /// Its cloud region after.
    pub region: Option<String>,
    /// Carbon intensity of the region before; `None` where the region is not known.
    pub intensity_before: Option<CarbonIntensity>,
    /// Carbon intensity of the region after.
    pub intensity: Option<CarbonIntensity>,
    /// Whether it runs at the same place before and after, wherever that is.
    pub is_same_place: bool,
    /// Why it cannot be weighed.
    pub unknown: Option<String>,
}

/// What a whole plan adds in a month.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanBill {
    /// Resources that run machines.
    pub items: Vec<BillItem>,
    /// Number of resources that do not.
    pub others: usize,
    /// Types that are in no list and whose names say nothing of machines, each with the number of its resources.
    pub unlisted: BTreeMap<String, usize>,
    /// Every input of the estimate with its source, each once.
    pub assumptions: Vec<Assumption>,
}

/// Where the electricity of every resource is from, when its own region is not what counts.
#[derive(Debug, Clone, Copy)]
pub struct BillContext<'a> {
    /// The factors.
    pub library: &'a Library,
    /// Carbon intensity for every resource, in place of its region's.
    pub intensity: Option<CarbonIntensity>,
    /// Regions that are stated for what the plan leaves open.
    pub regions: &'a StatedRegions,
    /// Facility energy / IT energy.
    pub pue: Pue,
}

impl MonthlyUse {
    fn nothing() -> Self {
        Self { p50: Energy::ZERO, p95: Energy::ZERO, accelerators: Accelerators::new(), machines: Vec::new() }
    }
}

impl BillItem {
    /// Added energy of a month; negative where the plan takes away.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn added(&self) -> Result<Estimate, Overflow> {
        let less = |after: Energy, before: Energy| {
            let difference = after.millijoules().checked_sub(before.millijoules());
            difference.map(Energy::from_millijoules).ok_or(Overflow { quantity: "energy of a plan in mJ" })
        };
        Ok(Estimate { p50: less(self.after.p50, self.before.p50)?, p95: less(self.after.p95, self.before.p95)? })
    }

    /// Added CO2e of a month: what it emits after, less what it emits before; `None` where a region of either is not known.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn added_co2e(&self) -> Result<Option<Co2eEstimate>, Overflow> {
        let before = co2e(&self.before, self.intensity_before)?;
        let after = co2e(&self.after, self.intensity)?;
        let Some((before, after)) = before.zip(after) else { return Ok(None) };
        let less = |after: CarbonMass, before: CarbonMass| {
            let difference = after.micrograms().checked_sub(before.micrograms());
            difference.map(CarbonMass::from_micrograms).ok_or(Overflow { quantity: "CO2e of a plan in µg" })
        };
        Ok(Some(Co2eEstimate { p50: less(after.p50, before.p50)?, p95: less(after.p95, before.p95)? }))
    }

    /// Whether it certainly adds no CO2e although a region is not known: it only takes away, or uses no more at the same place.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn surely_adds_no_co2e(&self) -> Result<bool, Overflow> {
        let uses_no_more = self.added()?.p50.millijoules() <= 0;
        Ok(self.after.p50 == Energy::ZERO || (self.is_same_place && uses_no_more))
    }
}

/// CO2e of what is used; nothing of nothing, wherever that is.
fn co2e(of: &MonthlyUse, intensity: Option<CarbonIntensity>) -> Result<Option<Co2eEstimate>, Overflow> {
    match intensity {
        _ if of.p50 == Energy::ZERO && of.p95 == Energy::ZERO => {
            Ok(Some(Co2eEstimate { p50: CarbonMass::ZERO, p95: CarbonMass::ZERO }))
        }
        Some(intensity) => Ok(Some(Co2eEstimate { p50: of.p50.carbon(intensity)?, p95: of.p95.carbon(intensity)? })),
        None => Ok(None),
    }
}

impl PlanBill {
    /// Weighs a plan.
    ///
    /// # Errors
    ///
    /// A sum left its range; a bundled table is broken.
    pub fn of(plan: &TerraformPlan, usage: &Usage, place: BillContext<'_>) -> Result<Self, BillError> {
        let mut scale = Weighing { usage, place, assumptions: Vec::new(), regions: BTreeMap::new() };
        let items = plan.resources.iter().map(|resource| scale.item(resource)).collect::<Result<_, _>>()?;
        Ok(Self { items, others: plan.others, unlisted: plan.unlisted.clone(), assumptions: scale.assumptions })
    }

    /// Energy that the plan adds in a month; negative where it takes away.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn added(&self) -> Result<Estimate, Overflow> {
        let mut sum = NO_ENERGY;
        for item in &self.items {
            let Estimate { p50, p95 } = item.added()?;
            sum = Estimate { p50: sum.p50.checked_add(p50)?, p95: sum.p95.checked_add(p95)? };
        }
        Ok(sum)
    }

    /// CO2e of that; `None` where the region of something that changes is not known.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn added_co2e(&self) -> Result<Option<Co2eEstimate>, Overflow> {
        let mut sum = Co2eEstimate { p50: CarbonMass::ZERO, p95: CarbonMass::ZERO };
        for item in &self.items {
            let Some(Co2eEstimate { p50, p95 }) = item.added_co2e()? else { return Ok(None) };
            sum = Co2eEstimate { p50: sum.p50.checked_add(p50)?, p95: sum.p95.checked_add(p95)? };
        }
        Ok(Some(sum))
    }

    /// Accelerators that are added less those that go, by name; none that stay the same.
    #[must_use]
    pub fn added_accelerators(&self) -> BTreeMap<String, i64> {
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        for item in &self.items {
            for (sign, of) in [(1, &item.after), (-1, &item.before)] {
                for (name, count) in &of.accelerators {
                    let sum = sums.entry(name.clone()).or_default();
                    *sum = sum.saturating_add(i64::try_from(*count).unwrap_or(i64::MAX).saturating_mul(sign));
                }
            }
        }
        sums.retain(|_, count| *count != 0);
        sums
    }

    /// Resources that could not be weighed, each with the reason.
    pub fn unknown(&self) -> impl Iterator<Item = (&str, &str)> {
        self.items.iter().filter_map(|item| Some((item.address.as_str(), item.unknown.as_deref()?)))
    }
}

struct Weighing<'a> {
    usage: &'a Usage,
    place: BillContext<'a>,
    assumptions: Vec<Assumption>,
    /// Intensities by region; `None` of a region that is not known.
    regions: BTreeMap<String, Option<CarbonIntensity>>,
}

impl Weighing<'_> {
    fn item(&mut self, resource: &PlannedResource) -> Result<BillItem, BillError> {
        let of = self.usage.of(&resource.address);
        let (region_before, region) = (self.region(&resource.place_before, &of), self.region(&resource.place, &of));
        let mut item = BillItem {
            address: resource.address.clone(),
            kind: resource.kind.clone(),
            action: resource.action,
            before: MonthlyUse::nothing(),
            after: MonthlyUse::nothing(),
            at_most: None,
            intensity_before: self.intensity(region_before.as_deref())?,
            intensity: self.intensity(region.as_deref())?,
            is_same_place: self.place.intensity.is_some() || resource.place_before == resource.place,
            region_before,
            region,
            unknown: None,
        };
        if resource.is_unchanged() {
            return Ok(item);
        }
        item.before = match &resource.before {
            Capacity::Machines(machines) => self.weigh(machines, &of)?.unwrap_or_else(|_| MonthlyUse::nothing()),
            Capacity::Nothing | Capacity::Unknown(_) => MonthlyUse::nothing(),
        };
        match self.after(&resource.after, &of) {
            Ok(machines) => match self.weigh(&machines, &of)? {
                Ok(weighed) => {
                    item.after = weighed;
                    item.at_most = self.at_most(&machines, &of)?;
                }
                Err(reason) => item.unknown = Some(reason),
            },
            Err(reason) => item.unknown = Some(reason),
        }
        Ok(item)
    }

    /// Where a place is: as the plan says, else as the usage file says of the resource, else as is stated for its provider.
    fn region(&self, place: &ResourcePlace, of: &Use) -> Option<String> {
        match place {
            ResourcePlace::Region(region) => Some(region.clone()),
            ResourcePlace::Open { .. } => of.region.clone().or_else(|| self.place.regions.region_of(place)),
        }
    }

    /// The machines, with what the usage file knows of them.
    fn after(&self, capacity: &Capacity, of: &Use) -> Result<Vec<Machines>, String> {
        let count = of.count.map(u64::from);
        let named = |instance: &str| {
            let count = count.unwrap_or(1);
            vec![Machines { instance: instance.to_owned(), vcpus: None, attached: None, count, at_most: None }]
        };
        match (capacity, &of.instance_type) {
            (Capacity::Nothing, _) => Ok(Vec::new()),
            (Capacity::Unknown(_), _) if count == Some(0) => Ok(Vec::new()),
            (Capacity::Unknown(_), Some(instance)) => Ok(named(instance)),
            (Capacity::Unknown(_), None) if of.power_w.is_some() => Ok(named(STATED_MACHINE)),
            (Capacity::Unknown(reason), None) => Err(reason.clone()),
            (Capacity::Machines(machines), _) => {
                let with = |machine: &Machines| Machines { count: count.unwrap_or(machine.count), ..machine.clone() };
                Ok(machines.iter().map(with).collect())
            }
        }
    }

    /// The inner error says why nothing is known of a machine.
    fn weigh(&mut self, machines: &[Machines], of: &Use) -> Result<Result<MonthlyUse, String>, BillError> {
        let mut weighed = MonthlyUse::nothing();
        for machine in machines {
            let (name, power) = match draw::power(machine, of) {
                Ok(power) => power,
                Err(PowerError::Overflow(error)) => return Err(error.into()),
                Err(PowerError::Hardware(_)) if machine.count == 0 => continue,
                Err(PowerError::Hardware(error)) if of.power_w.is_none() => return Ok(Err(error.to_string())),
                // What is not in the table draws what the usage file says, a machine counting as one.
                Err(PowerError::Hardware(_)) => (None, draw::stated(machine.count, of)),
            };
            let nanohours = (of.hours.unwrap_or(HOURS_PER_MONTH as f64) * 1e9).round() as u64;
            let workload = Workload {
                accelerators: power.accelerators,
                nanohours,
                nanowatts: power.nanowatts,
                pue: self.place.pue,
            };
            let energy = workload.estimate(power.spread_ppm)?;
            weighed.p50 = weighed.p50.checked_add(energy.p50)?;
            weighed.p95 = weighed.p95.checked_add(energy.p95)?;
            weighed.machines.push(machine.in_words());
            if let Some(name) = name.filter(|_| power.accelerators > 0) {
                let sum = weighed.accelerators.entry(name).or_default();
                *sum = sum.saturating_add(power.accelerators);
            }
            for assumption in power.assumptions {
                if !self.assumptions.contains(&assumption) && assumption.name != "instance" {
                    self.assumptions.push(assumption);
                }
            }
        }
        Ok(Ok(weighed))
    }

    fn at_most(&mut self, machines: &[Machines], of: &Use) -> Result<Option<Energy>, BillError> {
        if machines.iter().all(|machine| machine.at_most.is_none()) {
            return Ok(None);
        }
        let grown: Vec<Machines> = machines
            .iter()
            .map(|machine| Machines { count: machine.at_most.unwrap_or(machine.count), ..machine.clone() })
            .collect();
        Ok(self.weigh(&grown, of)?.ok().map(|weighed| weighed.p50))
    }

    fn intensity(&mut self, region: Option<&str>) -> Result<Option<CarbonIntensity>, BillError> {
        if self.place.intensity.is_some() {
            return Ok(self.place.intensity);
        }
        let Some(region) = region else { return Ok(None) };
        if let Some(known) = self.regions.get(region) {
            return Ok(*known);
        }
        let found = match self.place.library.choose_region(region, None) {
            Ok(choice) => Some(self.note(&choice)),
            Err(ZoneError::Data(error)) => return Err(error.into()),
            Err(error) => {
                self.assumptions.push(Assumption::new("grid", format!("{region}: none"), error.to_string()));
                None
            }
        };
        self.regions.insert(region.to_owned(), found);
        Ok(found)
    }

    fn note(&mut self, choice: &FactorChoice) -> CarbonIntensity {
        self.assumptions.push(Assumption::new("grid", choice.label(), choice.notes.join("; ")));
        choice.factor.intensity
    }
}
