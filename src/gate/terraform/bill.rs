//! What a plan adds in a month, resource by resource.

use super::HOURS_PER_MONTH;
use super::capacity::{Attached, Capacity, Machines};
use super::plan::{PlanAction, PlannedResource, TerraformPlan};
use super::usage::{Usage, Use};
use crate::budget::{AcceleratorPower, Estimate, Hardware, PowerError, Workload};
use crate::grid::{FactorChoice, Library, ZoneError};
use crate::hardware::{find_instance, name_of_product};
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
    /// Its cloud region as `provider/region`; `None` where the plan does not say.
    pub region: Option<String>,
    /// Carbon intensity of the region; `None` where the region is not known.
    pub intensity: Option<CarbonIntensity>,
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

    /// CO2e of that; `None` where the region is not known.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn added_co2e(&self) -> Result<Option<Co2eEstimate>, Overflow> {
        let Some(intensity) = self.intensity else { return Ok(None) };
        let Estimate { p50, p95 } = self.added()?;
        Ok(Some(Co2eEstimate { p50: p50.carbon(intensity)?, p95: p95.carbon(intensity)? }))
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
        Ok(Self { items, others: plan.others, assumptions: scale.assumptions })
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
            if item.added()? == NO_ENERGY {
                continue;
            }
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
        let mut item = BillItem {
            address: resource.address.clone(),
            kind: resource.kind.clone(),
            action: resource.action,
            before: MonthlyUse::nothing(),
            after: MonthlyUse::nothing(),
            at_most: None,
            region: resource.region.clone(),
            intensity: self.intensity(resource.region.as_deref())?,
            unknown: None,
        };
        if resource.is_unchanged() {
            return Ok(item);
        }
        let of = self.usage.of(&resource.address);
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

    /// The machines, with what the usage file knows of them.
    fn after(&self, capacity: &Capacity, of: &Use) -> Result<Vec<Machines>, String> {
        let count = of.count.map(u64::from);
        match (capacity, &of.instance_type) {
            (Capacity::Nothing, _) => Ok(Vec::new()),
            (Capacity::Unknown(_), Some(instance)) => Ok(vec![Machines {
                instance: instance.clone(),
                attached: None,
                count: count.unwrap_or(1),
                at_most: None,
            }]),
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
            let (name, power) = match power(machine, of) {
                Ok(power) => power,
                Err(PowerError::Overflow(error)) => return Err(error.into()),
                Err(PowerError::Hardware(error)) if of.power_w.is_none() => return Ok(Err(error.to_string())),
                // What is not in the table draws what the usage file says, a machine counting as one.
                Err(PowerError::Hardware(_)) => (None, stated(machine.count, of)),
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
            weighed.machines.push(format!("{} x {}", machine.count, machine.instance));
            if let Some(name) = name.filter(|_| power.accelerators > 0) {
                *weighed.accelerators.entry(name).or_default() += power.accelerators;
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

/// The accelerators of some machines, by the name of one, and what they draw.
fn power(machine: &Machines, of: &Use) -> Result<(Option<String>, AcceleratorPower), PowerError> {
    let nanowatts = of.power_w.map(|watts| (watts * 1e9).round() as u64);
    let utilisation_ppm = of.utilisation.map(|share| (share * 1e6).round() as u32);
    if let Some(Attached { accelerator, each }) = &machine.attached {
        let name = name_of_product(accelerator);
        let count = each.saturating_mul(machine.count);
        let hardware = Hardware { accelerator: &name, instance: None, count, nanowatts, utilisation_ppm };
        let power = hardware.power()?;
        return Ok((Some(name), power));
    }
    let name = find_instance(&machine.instance)?.accelerator;
    let hardware = Hardware {
        accelerator: "",
        instance: Some(&machine.instance),
        count: machine.count,
        nanowatts,
        utilisation_ppm,
    };
    let power = hardware.power()?;
    Ok((Some(name), power))
}

fn stated(count: u64, of: &Use) -> AcceleratorPower {
    let nanowatts = of.power_w.map_or(0, |watts| (watts * 1e9).round() as u64);
    let source = "power_w of the usage file, of a whole machine that is not in the instance table";
    let assumptions = vec![Assumption::new("power", format!("{} W", of.power_w.unwrap_or_default()), source)];
    AcceleratorPower {
        accelerators: count,
        nanowatts,
        spread_ppm: crate::budget::measured_spread_ppm(None),
        assumptions,
    }
}
