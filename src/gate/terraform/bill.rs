//! What a plan's difference burns in a month, resource by resource.

use super::HOURS_PER_MONTH;
use super::capacity::{Capacity, Machines};
use super::plan::{Plan, Resource};
use super::usage::{Usage, Use};
use crate::budget::{Hardware, Power, PowerError, Workload};
use crate::grid::{Choice, Library, ZoneError};
use crate::hardware::{find_instance, name_of_product};
use api::Assumption;
use std::collections::BTreeMap;
use units::{CarbonIntensity, CarbonMass, Energy, Overflow, Pue};

/// Why a bill cannot be made at all.
#[derive(Debug, thiserror::Error)]
pub enum BillError {
    /// A sum left its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// A bundled table is broken.
    #[error(transparent)]
    Data(#[from] crate::grid::DataError),
}

/// Accelerators by name.
pub type Accelerators = BTreeMap<String, u64>;

/// What machines take in a month; facility energy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighed {
    /// Expected.
    pub p50: Energy,
    /// Exceeded by one in twenty.
    pub p95: Energy,
    /// Accelerators.
    pub accelerators: Accelerators,
    /// Machines in words: `2 x aws/p4d.24xlarge`.
    pub machines: Vec<String>,
}

/// One resource on the bill.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its address.
    pub address: String,
    /// Its type.
    pub kind: String,
    /// What the plan does with it.
    pub action: &'static str,
    /// Before; nothing where it could not be weighed, as what goes away can only make it less.
    pub before: Weighed,
    /// After.
    pub after: Weighed,
    /// What it may grow to by itself, facility energy a month.
    pub at_most: Option<Energy>,
    /// `provider/region`.
    pub region: Option<String>,
    /// The intensity there; `None` where the region is not known.
    pub intensity: Option<CarbonIntensity>,
    /// Why it could not be weighed.
    pub unknown: Option<String>,
}

/// The whole difference of a month.
#[derive(Debug, Clone, PartialEq)]
pub struct Bill {
    /// Resources that run machines.
    pub items: Vec<Item>,
    /// Resources that do not.
    pub others: usize,
    /// What was taken for granted, each once.
    pub assumptions: Vec<Assumption>,
}

/// A bill as budgets weigh it: accelerators at a mean power for a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// Name of the accelerator; with several kinds, what adds them.
    pub accelerator: String,
    /// How many are added, where they are of one kind; else 1.
    pub count: u64,
    /// Mean power of each, without the facility's part, nW.
    pub nanowatts: u64,
    /// p95 / p50, parts per million.
    pub spread_ppm: u32,
    /// Mean intensity; `None` where a region is not known.
    pub intensity: Option<CarbonIntensity>,
}

/// Where the electricity of every resource is from, when its own region is not what counts.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The factors.
    pub library: &'a Library,
    /// For every resource, in place of its region's.
    pub intensity: Option<CarbonIntensity>,
    /// Facility energy / IT energy.
    pub pue: Pue,
}

impl Weighed {
    fn nothing() -> Self {
        Self { p50: Energy::ZERO, p95: Energy::ZERO, accelerators: Accelerators::new(), machines: Vec::new() }
    }
}

impl Item {
    /// Added energy of a month, expected and p95; negative where the plan takes away.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn added(&self) -> Result<(Energy, Energy), Overflow> {
        let less = |after: Energy, before: Energy| {
            let difference = after.millijoules().checked_sub(before.millijoules());
            difference.map(Energy::from_millijoules).ok_or(Overflow { quantity: "energy of a plan in mJ" })
        };
        Ok((less(self.after.p50, self.before.p50)?, less(self.after.p95, self.before.p95)?))
    }

    /// CO2e of that; `None` where the region is not known.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn added_co2e(&self) -> Result<Option<(CarbonMass, CarbonMass)>, Overflow> {
        let Some(intensity) = self.intensity else { return Ok(None) };
        let (p50, p95) = self.added()?;
        Ok(Some((p50.carbon(intensity)?, p95.carbon(intensity)?)))
    }
}

impl Bill {
    /// Weighs a plan.
    ///
    /// # Errors
    ///
    /// A sum left its range; a bundled table is broken.
    pub fn of(plan: &Plan, usage: &Usage, place: Place<'_>) -> Result<Self, BillError> {
        let mut scale = Scale { usage, place, assumptions: Vec::new(), regions: BTreeMap::new() };
        let items = plan.resources.iter().map(|resource| scale.item(resource)).collect::<Result<_, _>>()?;
        Ok(Self { items, others: plan.others, assumptions: scale.assumptions })
    }

    /// Sum of what is added, expected and p95.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn added(&self) -> Result<(Energy, Energy), Overflow> {
        let mut sums = (Energy::ZERO, Energy::ZERO);
        for item in &self.items {
            let (p50, p95) = item.added()?;
            sums = (sums.0.checked_add(p50)?, sums.1.checked_add(p95)?);
        }
        Ok(sums)
    }

    /// CO2e of that; `None` where the region of something that changes is not known.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn added_co2e(&self) -> Result<Option<(CarbonMass, CarbonMass)>, Overflow> {
        let mut sums = (0_i64, 0_i64);
        let add = |sum: i64, more: CarbonMass| {
            sum.checked_add(more.micrograms()).ok_or(Overflow { quantity: "CO2e of a plan in µg" })
        };
        for item in &self.items {
            if item.added()? == (Energy::ZERO, Energy::ZERO) {
                continue;
            }
            let Some((p50, p95)) = item.added_co2e()? else { return Ok(None) };
            sums = (add(sums.0, p50)?, add(sums.1, p95)?);
        }
        Ok(Some((CarbonMass::from_micrograms(sums.0), CarbonMass::from_micrograms(sums.1))))
    }

    /// What budgets weigh; `None` of a plan that adds nothing. `pue` is the one of the bill.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn load(&self, pue: Pue) -> Result<Option<Load>, Overflow> {
        let (p50, p95) = self.added()?;
        let millijoules = i128::from(p50.millijoules());
        if millijoules <= 0 {
            return Ok(None);
        }
        let added = self.added_accelerators();
        let (accelerator, count) = match added.iter().next() {
            Some((name, count)) if added.len() == 1 && *count > 0 => (name.clone(), count.unsigned_abs()),
            _ => ("Terraform plan".to_owned(), 1),
        };
        // mJ over s is mW, and 1 mW is 10⁶ nW; the PUE is in parts per million.
        let seconds = i128::from(HOURS_PER_MONTH) * 3_600 * i128::from(count);
        let nanowatts = millijoules * 1_000_000 * 1_000_000 / (seconds * i128::from(pue.parts_per_million()));
        let ratio =
            |part: i64, times: i128, most: i128| u32::try_from((i128::from(part) * times / millijoules).clamp(0, most));
        let spread_ppm = ratio(p95.millijoules(), 1_000_000, 10_000_000).unwrap_or(1_000_000).max(1_000_000);
        // µg over mJ is g/MJ: times 3,600 x 1,000 it is mg/kWh.
        let milligrams = self.added_co2e()?.map(|(p50, _)| ratio(p50.micrograms(), 3_600_000, 1_500_000).unwrap_or(0));
        Ok(Some(Load {
            accelerator,
            count,
            nanowatts: u64::try_from(nanowatts).map_err(|_| Overflow { quantity: "mean power of a plan in nW" })?,
            spread_ppm,
            intensity: milligrams.map(CarbonIntensity::from_milligrams_per_kwh),
        }))
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

struct Scale<'a> {
    usage: &'a Usage,
    place: Place<'a>,
    assumptions: Vec<Assumption>,
    /// Intensities by region; `None` of a region that is not known.
    regions: BTreeMap<String, Option<CarbonIntensity>>,
}

impl Scale<'_> {
    fn item(&mut self, resource: &Resource) -> Result<Item, BillError> {
        let mut item = Item {
            address: resource.address.clone(),
            kind: resource.kind.clone(),
            action: resource.action,
            before: Weighed::nothing(),
            after: Weighed::nothing(),
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
            Capacity::Machines(machines) => self.weigh(machines, &of)?.unwrap_or_else(|_| Weighed::nothing()),
            Capacity::Nothing | Capacity::Unknown(_) => Weighed::nothing(),
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
    fn weigh(&mut self, machines: &[Machines], of: &Use) -> Result<Result<Weighed, String>, BillError> {
        let mut weighed = Weighed::nothing();
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

    fn note(&mut self, choice: &Choice) -> CarbonIntensity {
        self.assumptions.push(Assumption::new("grid", choice.label(), choice.notes.join("; ")));
        choice.factor.intensity
    }
}

/// The accelerators of some machines, by the name of one, and what they draw.
fn power(machine: &Machines, of: &Use) -> Result<(Option<String>, Power), PowerError> {
    let nanowatts = of.power_w.map(|watts| (watts * 1e9).round() as u64);
    let utilisation_ppm = of.utilisation.map(|share| (share * 1e6).round() as u32);
    if let Some((name, each)) = &machine.attached {
        let name = name_of_product(name);
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

fn stated(count: u64, of: &Use) -> Power {
    let nanowatts = of.power_w.map_or(0, |watts| (watts * 1e9).round() as u64);
    let source = "power_w of the usage file, of a whole machine that is not in the instance table";
    let assumptions = vec![Assumption::new("power", format!("{} W", of.power_w.unwrap_or_default()), source)];
    Power { accelerators: count, nanowatts, spread_ppm: crate::budget::measured_spread_ppm(None), assumptions }
}
