//! Machines of AWS: instances, groups, fleets, queues, SageMaker.

use super::attributes::{Attributes, Counted, Machines, UnknownReason, items, machine, one, strings};
use super::group::{Candidate, CapacityUnit, WantedCapacity, fill, vcpus};
use crate::hardware::instance_types;
use serde_json::Value;

/// What Amazon EKS starts where nothing is stated (Amazon EKS user guide, `instanceTypes` of a managed node group).
const EKS_DEFAULT: &str = "t3.medium";
/// Types that AWS Batch chooses by itself.
const BATCH_CHOICES: [&str; 3] = ["optimal", "default_x86_64", "default_arm64"];

pub(super) fn machines(of: Attributes<'_>) -> Counted {
    Some(match of.kind {
        "aws_instance" | "aws_spot_instance_request" => of.instance(),
        "aws_autoscaling_group" => of.autoscaling_group(),
        "aws_eks_cluster" => of.eks_cluster(),
        "aws_eks_node_group" => of.eks_node_group(),
        "aws_ecs_service" => of.ecs_service(),
        "aws_spot_fleet_request" | "aws_ec2_fleet" => of.fleet(),
        "aws_batch_compute_environment" => of.batch(),
        "aws_sagemaker_notebook_instance" => {
            of.text("instance_type").and_then(|name| one("aws", sagemaker(&name), 1, None))
        }
        "aws_sagemaker_app" => of.sagemaker_app(),
        "aws_sagemaker_endpoint_configuration" => of.endpoint(),
        _ => return None,
    })
}

impl Attributes<'_> {
    fn instance(self) -> Result<Vec<Machines>, UnknownReason> {
        if self.is_stopped() {
            return Ok(Vec::new());
        }
        let has_template = items(&self.values["launch_template"]).next().is_some();
        match self.text("instance_type") {
            Ok(name) => one("aws", &name, 1, None),
            Err(_) if has_template => {
                fill(WantedCapacity { units: 1, at_most: None, unit: CapacityUnit::Weights }, || {
                    self.templates("aws_launch_template")
                })
                .map(|machines| machines.into_iter().map(|one| Machines { count: 1, ..one }).collect())
            }
            Err(reason) => Err(reason),
        }
    }

    /// Whether another resource of the plan keeps this instance stopped at that time.
    fn is_stopped(self) -> bool {
        let id = self.values["id"].as_str();
        self.configuration.changes_of("aws_ec2_instance_state").any(|change| {
            let (address, sides) = (change["address"].as_str().unwrap_or_default(), &change["change"]);
            // An instance whose state is no longer managed stays as it was.
            let state =
                if sides[self.time].is_null() && self.time == "after" { &sides["before"] } else { &sides[self.time] };
            let is_own = match state["instance_id"].as_str() {
                Some(own) => id == Some(own),
                None => {
                    let asked = self.configuration.referred_addresses(address, "instance_id");
                    asked.iter().any(|asked| asked == self.address)
                }
            };
            is_own && state["state"] == "stopped"
        })
    }

    fn autoscaling_group(self) -> Result<Vec<Machines>, UnknownReason> {
        let unit = CapacityUnit::of(&self.values["desired_capacity_type"]);
        let least = self.number(self.values, "min_size")?.unwrap_or(0);
        let desired = self.stated_number(self.values, &["desired_capacity"])?.unwrap_or(least).max(least);
        let at_most = self.number(self.values, "max_size")?;
        // Machines of a warm pool run already, unless they are stopped.
        let pool = &self.values["warm_pool"][0];
        let warm = if pool["pool_state"] == "Running" {
            let prepared = pool["max_group_prepared_capacity"].as_u64().or(at_most).unwrap_or(desired);
            prepared.saturating_sub(desired).max(self.number(pool, "min_size")?.unwrap_or(0))
        } else {
            0
        };
        let units = desired.saturating_add(warm);
        let wanted = |unit| WantedCapacity { units, at_most, unit };
        match unit {
            Ok(unit) => fill(wanted(unit), || self.group_candidates()),
            Err(_) if units == 0 => Ok(Vec::new()),
            Err(reason) => Err(reason),
        }
    }

    fn group_candidates(self) -> Result<Vec<Candidate>, UnknownReason> {
        let overrides = &self.values["mixed_instances_policy"][0]["launch_template"][0]["override"];
        let named = self.candidates_of(&items(overrides).collect::<Vec<_>>())?;
        if !named.is_empty() {
            return Ok(named);
        }
        let is_configured = self.values["launch_configuration"].is_string()
            || self.configuration.states(self.address, "launch_configuration") == Some(true);
        self.templates(if is_configured { "aws_launch_configuration" } else { "aws_launch_template" })
    }

    /// A cluster runs machines of its own only where Amazon starts them for its pods.
    fn eks_cluster(self) -> Result<Vec<Machines>, UnknownReason> {
        match self.values["compute_config"][0]["enabled"] == true {
            true => {
                Err("it starts machines for its pods by itself (Auto Mode), which the plan does not state".to_owned())
            }
            false => Ok(Vec::new()),
        }
    }

    /// Tasks on Fargate run on machines that no other resource has: they are the vCPUs that their definition states.
    fn ecs_service(self) -> Result<Vec<Machines>, UnknownReason> {
        let is_none = self.values["desired_count"].as_u64() == Some(0);
        if is_none || self.runs_on_fargate() == Some(false) {
            return Ok(Vec::new());
        }
        if self.runs_on_fargate().is_none() {
            return Err("whether its tasks run on Fargate or on machines of the plan is not stated".to_owned());
        }
        let tasks = self.number(self.values, "desired_count")?.ok_or("desired_count is not stated")?;
        let named: Vec<&str> = self.values["task_definition"].as_str().into_iter().collect();
        let found = self.configuration.all_referred(self.time, self.address, "aws_ecs_task_definition", &named);
        let [definition] = found.as_slice() else {
            return Err("the aws_ecs_task_definition of its tasks is not in the plan".to_owned());
        };
        let units = fargate_units(&definition["cpu"]).ok_or("the cpu of its aws_ecs_task_definition is not stated")?;
        let vcpus = units.saturating_mul(tasks).div_ceil(UNITS_PER_VCPU);
        Ok(vec![Machines { vcpus: Some(vcpus), ..machine("aws", "fargate", 1, None) }])
    }

    /// Whether the tasks of a service run on Fargate; `None` where that depends on the cluster, or on both.
    fn runs_on_fargate(self) -> Option<bool> {
        match self.values["launch_type"].as_str() {
            Some("FARGATE") => return Some(true),
            Some("EC2" | "EXTERNAL") => return Some(false),
            _ => {}
        }
        let strategy = &self.values["capacity_provider_strategy"];
        let mut on_fargate =
            items(strategy).map(|one| matches!(one["capacity_provider"].as_str(), Some("FARGATE" | "FARGATE_SPOT")));
        let first = on_fargate.next()?;
        on_fargate.all(|other| other == first).then_some(first)
    }

    fn eks_node_group(self) -> Result<Vec<Machines>, UnknownReason> {
        let scaling = &self.values["scaling_config"][0];
        let units = self.number(scaling, "desired_size")?.ok_or("scaling_config.desired_size is not stated")?;
        let wanted = WantedCapacity { units, at_most: self.number(scaling, "max_size")?, unit: CapacityUnit::Weights };
        fill(wanted, || {
            let names = strings(&self.values["instance_types"]);
            if !names.is_empty() {
                return Ok(names.into_iter().map(Candidate::of).collect());
            }
            let has_template = items(&self.values["launch_template"]).next().is_some();
            match (has_template, self.configuration.states(self.address, "instance_types")) {
                (true, _) => self.templates("aws_launch_template"),
                (false, Some(true)) => Err(format!("instance_types {}", super::attributes::APPLY)),
                (false, _) => Ok(vec![Candidate::of(EKS_DEFAULT)]),
            }
        })
    }

    fn fleet(self) -> Result<Vec<Machines>, UnknownReason> {
        let target = &self.values["target_capacity_specification"][0];
        let units = match self.number(target, "total_target_capacity")? {
            Some(units) => units,
            None => self.number(self.values, "target_capacity")?.ok_or("target_capacity is not stated")?,
        };
        let own = &self.values["target_capacity_unit_type"];
        let unit = CapacityUnit::of(if own.is_null() { &target["target_capacity_unit_type"] } else { own });
        let unit = match unit {
            Err(_) if units == 0 => return Ok(Vec::new()),
            unit => unit?,
        };
        fill(WantedCapacity { units, at_most: None, unit }, || {
            let mut specifications: Vec<&Value> = items(&self.values["launch_specification"]).collect();
            for config in items(&self.values["launch_template_config"]) {
                specifications.extend(items(&config["overrides"]).chain(items(&config["override"])));
            }
            let named = self.candidates_of(&specifications)?;
            if named.is_empty() { self.templates("aws_launch_template") } else { Ok(named) }
        })
    }

    /// A queue's machines: those that stand ready without a job. What jobs start beside them is the jobs'.
    fn batch(self) -> Result<Vec<Machines>, UnknownReason> {
        let resources = &self.values["compute_resources"][0];
        if resources.is_null() || resources["type"].as_str().is_some_and(|kind| kind.starts_with("FARGATE")) {
            return Ok(Vec::new());
        }
        let stated = |field: &str| self.stated_number(resources, &[field]).map(Option::unwrap_or_default);
        let ready = stated("desired_vcpus")?.max(stated("min_vcpus")?);
        let names = strings(&resources["instance_type"]);
        // Of machines without accelerators it does not matter which of them have the vCPUs.
        let by_vcpus = names.iter().all(|name| BATCH_CHOICES.contains(name) || is_cpu_family(name));
        if by_vcpus && !names.is_empty() && ready > 0 {
            let name = names.first().copied().unwrap_or_default();
            return Ok(vec![Machines { vcpus: Some(ready), ..machine("aws", name, 1, None) }]);
        }
        let at_most = self.stated_number(resources, &["max_vcpus"])?;
        fill(WantedCapacity { units: ready, at_most, unit: CapacityUnit::Vcpus }, || batch_candidates(&names))
    }

    fn sagemaker_app(self) -> Result<Vec<Machines>, UnknownReason> {
        match self.values["resource_spec"][0]["instance_type"].as_str() {
            None | Some("" | "system") => Ok(Vec::new()),
            Some(name) => one("aws", sagemaker(name), 1, None),
        }
    }

    /// Variants that answer and variants that are only compared run alike.
    fn endpoint(self) -> Result<Vec<Machines>, UnknownReason> {
        let variants =
            items(&self.values["production_variants"]).chain(items(&self.values["shadow_production_variants"]));
        let machines = variants.filter(|variant| variant["serverless_config"][0].is_null()).map(|variant| {
            let scaling = &variant["managed_instance_scaling"][0];
            let least = self.number(scaling, "min_instance_count")?;
            let count = self.number(variant, "initial_instance_count")?.or(least).unwrap_or(1);
            let name = variant["instance_type"].as_str().ok_or("instance_type of a variant is not stated")?;
            Ok(machine("aws", sagemaker(name), count, self.number(scaling, "max_instance_count")?))
        });
        machines.collect()
    }
}

/// Units of a vCPU in which a task definition of Amazon ECS states its `cpu`.
const UNITS_PER_VCPU: u64 = 1_024;

/// The `cpu` of a task definition: `1024`, `1 vCPU`, `.5 vCPU`.
fn fargate_units(cpu: &Value) -> Option<u64> {
    let text = match cpu {
        Value::Number(units) => return units.as_u64().filter(|units| *units > 0),
        other => other.as_str()?.trim().to_lowercase(),
    };
    let units = match text.strip_suffix("vcpu") {
        Some(vcpus) => vcpus.trim().parse::<f64>().ok()? * UNITS_PER_VCPU as f64,
        None => text.parse().ok()?,
    };
    // The largest task has 16 vCPUs.
    (1.0..=1_048_576.0).contains(&units).then_some(units as u64)
}

/// The types that a queue may start: those that it names, and those of the families that it names.
fn batch_candidates(names: &[&str]) -> Result<Vec<Candidate>, UnknownReason> {
    if names.is_empty() {
        return Err("compute_resources.instance_type is not stated".to_owned());
    }
    let table = instance_types().map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for name in names {
        let of_family =
            table.iter().filter(|row| row.provider == "aws" && row.instance_type.split('.').next() == Some(name));
        let family: Vec<Candidate> = of_family.map(|row| Candidate::of(&row.instance_type)).collect();
        if family.is_empty() { found.push(Candidate::of(name)) } else { found.extend(family) }
    }
    Ok(found)
}

fn is_cpu_family(name: &str) -> bool {
    !name.contains('.') && vcpus(&format!("{name}.large")).is_some()
}

/// `ml.p4d.24xlarge` is a `p4d.24xlarge` that SageMaker runs.
fn sagemaker(name: &str) -> &str {
    name.strip_prefix("ml.").unwrap_or(name)
}
