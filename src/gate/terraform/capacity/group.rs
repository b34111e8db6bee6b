//! Groups that may start machines of several types, and count in machines, weights or vCPUs.

use super::attributes::{APPLY, Attributes, Machines, UnknownReason, items, machine, strings};
use crate::gate::terraform::draw;
use crate::hardware::{find_cpu_machine, find_instance};
use serde_json::Value;

/// A type of machine that a group may start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The provider's name of the type.
    pub(super) name: String,
    /// Units of capacity that one machine is; one where none is stated.
    pub(super) weight: Option<u64>,
}

/// What the capacity of a group is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CapacityUnit {
    /// Machines, or the weights that are stated for their types.
    Weights,
    /// vCPUs.
    Vcpus,
}

/// What a group is asked for, in units of its capacity.
#[derive(Debug, Clone, Copy)]
pub(super) struct WantedCapacity {
    pub(super) units: u64,
    pub(super) at_most: Option<u64>,
    pub(super) unit: CapacityUnit,
}

impl CapacityUnit {
    /// The unit that a group states.
    pub(super) fn of(value: &Value) -> Result<Self, UnknownReason> {
        match value.as_str() {
            None | Some("" | "units") => Ok(Self::Weights),
            Some("vcpu") => Ok(Self::Vcpus),
            Some(other) => {
                Err(format!("its capacity is counted in {other}, which does not tell how many machines it is"))
            }
        }
    }
}

/// The machines of AWS that a group starts for what it is asked for. It may start any of its types: those count that draw most. A group
/// that keeps none running keeps none whatever its types are.
pub(super) fn fill(
    wanted: WantedCapacity,
    candidates: impl FnOnce() -> Result<Vec<Candidate>, UnknownReason>,
) -> Result<Vec<Machines>, UnknownReason> {
    let chosen = candidates().and_then(|candidates| {
        let mut filled = candidates.iter().map(|candidate| candidate.fill(wanted)).collect::<Result<Vec<_>, _>>()?;
        let highest = filled.iter().enumerate().max_by_key(|(_, machines)| draw::highest_watts(machines));
        let at = highest.map(|(at, _)| at).ok_or("the types of its machines are not stated")?;
        Ok(filled.swap_remove(at))
    });
    match chosen {
        Ok(machines) => {
            // Nothing is said of what a group that stands at none may grow to, unless the table has it.
            let is_known = draw::highest_watts(&machines) < u128::MAX;
            Ok(if wanted.units == 0 && !is_known { Vec::new() } else { vec![machines] })
        }
        Err(_) if wanted.units == 0 => Ok(Vec::new()),
        Err(reason) => Err(reason),
    }
}

impl Candidate {
    pub(super) fn of(name: &str) -> Self {
        Self { name: name.to_owned(), weight: None }
    }

    fn fill(&self, wanted: WantedCapacity) -> Result<Machines, UnknownReason> {
        let each = match wanted.unit {
            CapacityUnit::Weights => self.weight.unwrap_or(1).max(1),
            CapacityUnit::Vcpus => {
                vcpus(&self.name).ok_or_else(|| format!("how many vCPUs a {} has is not known", self.name))?
            }
        };
        let machines = |units: u64| units.div_ceil(each);
        Ok(machine("aws", &self.name, machines(wanted.units), wanted.at_most.map(machines)))
    }
}

/// vCPUs of a type of AWS.
pub(super) fn vcpus(name: &str) -> Option<u64> {
    let code = format!("aws/{name}");
    let of_cpu = || find_cpu_machine(&code).ok().flatten().map(|machine| machine.vcpus);
    find_instance(&code).ok().and_then(|instance| instance.vcpus()).or_else(of_cpu)
}

impl<'p> Attributes<'p> {
    /// The types that overrides of a group name, each with its weight; types that requirements allow, where those are named whole.
    pub(super) fn candidates_of(self, overrides: &[&Value]) -> Result<Vec<Candidate>, UnknownReason> {
        let mut found = Vec::new();
        for one in overrides {
            let weight = match &one["weighted_capacity"] {
                Value::Null => None,
                Value::String(text) if text.is_empty() => None,
                value => {
                    let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
                    Some(
                        number
                            .filter(|weight| *weight > 0)
                            .ok_or_else(|| format!("weighted_capacity = {value} is not a weight"))?,
                    )
                }
            };
            if let Some(name) = one["instance_type"].as_str().filter(|name| !name.is_empty()) {
                found.push(Candidate { name: name.to_owned(), weight });
                continue;
            }
            let allowed = allowed(&one["instance_requirements"][0])?;
            found.extend(allowed.into_iter().map(|name| Candidate { name: name.to_owned(), weight }));
        }
        Ok(found)
    }

    /// The types of the launch templates or configurations that the resource is made by.
    pub(super) fn templates(self, kind: &str) -> Result<Vec<Candidate>, UnknownReason> {
        let found = self.configuration.all_referred(self.time, self.address, kind, &self.template_names());
        if found.is_empty() {
            return Err(format!("the {kind} that it is made by is not in the plan"));
        }
        let mut candidates = Vec::new();
        for template in found {
            match template["instance_type"].as_str().filter(|name| !name.is_empty()) {
                Some(name) => candidates.push(Candidate::of(name)),
                None => {
                    candidates.extend(allowed(&template["instance_requirements"][0])?.into_iter().map(Candidate::of))
                }
            }
        }
        Ok(candidates)
    }

    /// Names and ids of the templates that the resource states.
    fn template_names(self) -> Vec<&'p str> {
        let launch = &self.values["launch_template"][0];
        let mixed = &self.values["mixed_instances_policy"][0]["launch_template"][0]["launch_template_specification"][0];
        let fleet = items(&self.values["launch_template_config"]).flat_map(|config| {
            let specification = &config["launch_template_specification"][0];
            [
                &specification["launch_template_id"],
                &specification["launch_template_name"],
                &specification["id"],
                &specification["name"],
            ]
        });
        let own = [
            &launch["id"],
            &launch["name"],
            &mixed["launch_template_id"],
            &mixed["launch_template_name"],
            &self.values["launch_configuration"],
        ];
        own.into_iter().chain(fleet).filter_map(Value::as_str).filter(|name| !name.is_empty()).collect()
    }
}

/// The types that requirements allow by name.
fn allowed(requirements: &Value) -> Result<Vec<&str>, UnknownReason> {
    let names = strings(&requirements["allowed_instance_types"]);
    if requirements.is_null() {
        return Err(format!("its instance type {APPLY}, or its launch template states none"));
    }
    if names.is_empty() || names.iter().any(|name| name.contains('*')) {
        return Err("its machines are chosen by requirements, and not by the names of their types".to_owned());
    }
    Ok(names)
}
