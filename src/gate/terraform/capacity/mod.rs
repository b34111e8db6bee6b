//! How many machines of which type a resource keeps running.

use super::configuration::Configuration;
use crate::hardware::{InstanceType, find_instance, instance_types};
use serde_json::Value;

/// Machines of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machines {
    /// `provider/type` as [`find_instance`] takes it.
    pub instance: String,
    /// Accelerators that are attached to each beside those of its type.
    pub attached: Option<Attached>,
    /// Number that is kept running.
    pub count: u64,
    /// Number that it may grow to by itself, where that is larger.
    pub at_most: Option<u64>,
}

/// Accelerators that are attached to a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Name of the accelerator, as the cloud writes it.
    pub accelerator: String,
    /// Number of them on each machine.
    pub each: u64,
}

/// What a resource keeps running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Capacity {
    /// It runs no machines, or does not exist.
    Nothing,
    /// The machines that it keeps running, by type.
    Machines(Vec<Machines>),
    /// It runs machines, and the plan does not say which or how many, for this reason.
    Unknown(String),
}

/// Resources that run machines in a way that is not weighed here.
const NOT_WEIGHED: [&str; 17] = [
    "aws_emr_cluster",
    "aws_emr_instance_fleet",
    "aws_emr_instance_group",
    "aws_gamelift_fleet",
    "google_dataproc_cluster",
    "google_notebooks_instance",
    "google_workbench_instance",
    "google_tpu_node",
    "google_tpu_v2_vm",
    "google_tpu_v2_queued_resource",
    "google_vertex_ai_endpoint_deployed_model",
    "azurerm_batch_pool",
    "azurerm_hdinsight_spark_cluster",
    "azurerm_machine_learning_compute_cluster",
    "azurerm_machine_learning_compute_instance",
    "azurerm_orchestrated_virtual_machine_scale_set",
    "azurerm_windows_virtual_machine_scale_set",
];

const APPLY: &str = "is known only after apply";

/// A resource's attributes at one time, with what is still open of them.
#[derive(Clone, Copy)]
pub(super) struct Attributes<'p> {
    pub(super) address: &'p str,
    pub(super) kind: &'p str,
    pub(super) values: &'p Value,
    pub(super) unknown: &'p Value,
    pub(super) configuration: &'p Configuration<'p>,
}

/// Why the plan does not say what a resource runs.
type UnknownReason = String;

impl<'p> Attributes<'p> {
    /// What the resource keeps running.
    pub(super) fn capacity(self) -> Capacity {
        if self.values.is_null() {
            return Capacity::Nothing;
        }
        if NOT_WEIGHED.contains(&self.kind) {
            return Capacity::Unknown(format!(
                "{} runs machines, and Wattledger cannot weigh this type yet",
                self.kind
            ));
        }
        match self.machines() {
            Ok(machines) if machines.is_empty() => Capacity::Nothing,
            Ok(machines) => Capacity::Machines(machines),
            Err(reason) => Capacity::Unknown(reason),
        }
    }

    fn machines(self) -> Result<Vec<Machines>, UnknownReason> {
        let of = |provider: &str, name: String, count: u64| machine(provider, &name, count, None).map(|one| vec![one]);
        match self.kind {
            "aws_instance" | "aws_spot_instance_request" => {
                of("aws", self.type_or_template("instance_type", "aws_launch_template")?, 1)
            }
            "aws_autoscaling_group" => self.autoscaling_group(),
            "aws_eks_node_group" => self.eks_node_group(),
            "aws_spot_fleet_request" | "aws_ec2_fleet" => self.fleet(),
            "aws_batch_compute_environment" => self.batch(),
            "aws_sagemaker_notebook_instance" => of("aws", sagemaker(&self.text("instance_type")?), 1),
            "aws_sagemaker_endpoint_configuration" => self.endpoint(),
            "google_compute_instance" => self.google(self.values, 1),
            "google_container_node_pool" => self.node_pool(),
            "google_compute_instance_group_manager" | "google_compute_region_instance_group_manager" => {
                let count = self.number(self.values, "target_size")?.unwrap_or(0);
                let template = self.template("google_compute_instance_template")?;
                self.google(template, count)
            }
            "azurerm_linux_virtual_machine" | "azurerm_windows_virtual_machine" => of("azure", self.text("size")?, 1),
            "azurerm_virtual_machine" => of("azure", self.text("vm_size")?, 1),
            "azurerm_linux_virtual_machine_scale_set" => {
                of("azure", self.text("sku")?, self.number(self.values, "instances")?.unwrap_or(1))
            }
            "azurerm_kubernetes_cluster_node_pool" => self.azure_pool(self.values),
            "azurerm_kubernetes_cluster" => self.azure_pool(&self.values["default_node_pool"][0]),
            _ => Ok(Vec::new()),
        }
    }

    /// A text attribute that must be there.
    fn text(self, field: &str) -> Result<String, UnknownReason> {
        match self.values[field].as_str() {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ if self.unknown[field] == true => Err(format!("{field} {APPLY}")),
            _ => Err(format!("{field} is not stated")),
        }
    }

    /// A number of machines of `values`.
    fn number(self, values: &Value, field: &str) -> Result<Option<u64>, UnknownReason> {
        let value = &values[field];
        if value.is_null() {
            return if self.unknown[field] == true { Err(format!("{field} {APPLY}")) } else { Ok(None) };
        }
        let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        let number = number.filter(|number| *number <= u64::from(u32::MAX));
        number.map(Some).ok_or_else(|| format!("{field} = {value} is not a number of machines"))
    }

    /// The type as it is stated, or that of the launch template.
    fn type_or_template(self, field: &str, kind: &str) -> Result<String, UnknownReason> {
        let has_template = self.values["launch_template"].as_array().is_some_and(|templates| !templates.is_empty());
        match self.text(field) {
            Err(_) if has_template => self.instance_of(self.template(kind)?),
            stated => stated,
        }
    }

    fn instance_of(self, template: &Value) -> Result<String, UnknownReason> {
        let stated = template["instance_type"].as_str().filter(|name| !name.is_empty());
        stated.map(str::to_owned).ok_or_else(|| "its launch template states no instance type".to_owned())
    }

    /// The template of this kind that the resource is made by.
    fn template(self, kind: &str) -> Result<&'p Value, UnknownReason> {
        let launch = &self.values["launch_template"][0];
        let version = &self.values["version"][0]["instance_template"];
        let mixed = &self.values["mixed_instances_policy"][0]["launch_template"][0]["launch_template_specification"][0];
        let names: Vec<&str> = [
            &launch["id"],
            &launch["name"],
            &mixed["launch_template_id"],
            &mixed["launch_template_name"],
            &self.values["launch_configuration"],
            version,
        ]
        .into_iter()
        .filter_map(Value::as_str)
        .filter(|name| !name.is_empty())
        .collect();
        let found = self.configuration.referred(self.address, kind, &names);
        found.ok_or_else(|| format!("the {kind} that it is made by is not in the plan"))
    }

    fn autoscaling_group(self) -> Result<Vec<Machines>, UnknownReason> {
        let least = self.number(self.values, "min_size")?;
        let count = self.number(self.values, "desired_capacity").unwrap_or(least).or(least).unwrap_or(0);
        let at_most = self.number(self.values, "max_size")?;
        let overrides = &self.values["mixed_instances_policy"][0]["launch_template"][0]["override"];
        let names = texts(overrides, "instance_type");
        let name = if let Some(name) = highest("aws", &names) {
            name
        } else if self.values["launch_configuration"].is_string() || self.unknown["launch_configuration"] == true {
            self.instance_of(self.template("aws_launch_configuration")?)?
        } else {
            self.instance_of(self.template("aws_launch_template")?)?
        };
        Ok(vec![machine("aws", &name, count, at_most)?])
    }

    fn eks_node_group(self) -> Result<Vec<Machines>, UnknownReason> {
        let scaling = &self.values["scaling_config"][0];
        let count = self.number(scaling, "desired_size")?.ok_or("scaling_config.desired_size is not stated")?;
        let at_most = self.number(scaling, "max_size")?;
        if self.unknown["instance_types"] == true {
            return Err(format!("instance_types {APPLY}"));
        }
        let names: Vec<String> = strings(&self.values["instance_types"]);
        let name = match highest("aws", &names) {
            Some(name) => name,
            None => self.instance_of(self.template("aws_launch_template")?)?,
        };
        Ok(vec![machine("aws", &name, count, at_most)?])
    }

    fn fleet(self) -> Result<Vec<Machines>, UnknownReason> {
        let target = &self.values["target_capacity_specification"][0];
        let count = match self.number(target, "total_target_capacity")? {
            Some(count) => count,
            None => self.number(self.values, "target_capacity")?.ok_or("target_capacity is not stated")?,
        };
        let mut specifications: Vec<&Value> =
            self.values["launch_specification"].as_array().into_iter().flatten().collect();
        for config in self.values["launch_template_config"].as_array().into_iter().flatten() {
            for field in ["overrides", "override"] {
                specifications.extend(config[field].as_array().into_iter().flatten());
            }
        }
        let names: Vec<String> =
            specifications.iter().filter_map(|one| one["instance_type"].as_str().map(str::to_owned)).collect();
        let name = match highest("aws", &names) {
            Some(name) => name,
            None => self.instance_of(self.template("aws_launch_template")?)?,
        };
        // A capacity may count in other units than machines: of the chosen type, so many of them.
        let weight = specifications.iter().find(|one| one["instance_type"] == name).and_then(|one| {
            let weight = &one["weighted_capacity"];
            weight.as_u64().or_else(|| weight.as_str().and_then(|text| text.parse().ok()))
        });
        Ok(vec![machine("aws", &name, count.div_ceil(weight.unwrap_or(1).max(1)), None)?])
    }

    /// A queue's machines: those that stand ready without a job. What jobs start beside them is the jobs'.
    fn batch(self) -> Result<Vec<Machines>, UnknownReason> {
        let resources = &self.values["compute_resources"][0];
        if resources.is_null() || resources["type"].as_str().is_some_and(|kind| kind.starts_with("FARGATE")) {
            return Ok(Vec::new());
        }
        let names = strings(&resources["instance_type"]);
        let Some(name) = highest("aws", &names) else {
            return Err("compute_resources.instance_type is not stated".to_owned());
        };
        let vcpus = |field: &str| Ok::<_, UnknownReason>(self.number(resources, field)?.unwrap_or(0));
        let ready = vcpus("desired_vcpus")?.max(vcpus("min_vcpus")?);
        let of_one = find_instance(&format!("aws/{name}")).ok().and_then(|instance| instance.vcpus());
        let of_one = of_one.ok_or_else(|| format!("how many vCPUs a {name} has is not known"))?;
        Ok(vec![machine("aws", &name, ready.div_ceil(of_one), Some(vcpus("max_vcpus")?.div_ceil(of_one)))?])
    }

    fn endpoint(self) -> Result<Vec<Machines>, UnknownReason> {
        let variants = self.values["production_variants"].as_array().into_iter().flatten();
        let machines = variants.filter(|variant| variant["serverless_config"][0].is_null()).map(|variant| {
            let name = variant["instance_type"].as_str().ok_or("production_variants.instance_type is not stated")?;
            let count = self.number(variant, "initial_instance_count")?.unwrap_or(1);
            let at_most = self.number(&variant["managed_instance_scaling"][0], "max_instance_count")?;
            machine("aws", &sagemaker(name), count, at_most)
        });
        machines.collect()
    }

    /// A Google machine, with accelerators that are attached to it.
    fn google(self, values: &Value, count: u64) -> Result<Vec<Machines>, UnknownReason> {
        let name = values["machine_type"].as_str().filter(|name| !name.is_empty());
        let name = match name {
            Some(name) => name.to_owned(),
            None => self.text("machine_type")?,
        };
        // A type may be written with its whole address.
        let name = name.rsplit('/').next().unwrap_or_default().to_owned();
        let guests: Vec<&Value> = values["guest_accelerator"].as_array().into_iter().flatten().collect();
        let is_whole = find_instance(&format!("gcp/{name}")).is_ok();
        let Some(guest) = guests.first().filter(|_| !is_whole) else {
            return Ok(vec![machine("gcp", &name, count, None)?]);
        };
        let kind = guest["type"].as_str().ok_or("guest_accelerator.type is not stated")?;
        let kind = kind.rsplit('/').next().unwrap_or_default();
        let each = self.number(guest, "count")?.unwrap_or(1);
        Ok(vec![Machines {
            instance: format!("gcp/{name}"),
            attached: Some(Attached { accelerator: kind.to_owned(), each }),
            count,
            at_most: None,
        }])
    }

    fn node_pool(self) -> Result<Vec<Machines>, UnknownReason> {
        let scaling = &self.values["autoscaling"][0];
        let stated = [
            (self.values, "node_count"),
            (self.values, "initial_node_count"),
            (scaling, "min_node_count"),
            (scaling, "total_min_node_count"),
        ];
        let mut count = None;
        for (values, field) in stated {
            // What is computed stands in for nothing that is stated.
            count = count.or(self.number(values, field).unwrap_or(None));
        }
        let zones = self.values["node_locations"].as_array().map_or(1, |zones| zones.len().max(1)) as u64;
        self.google(&self.values["node_config"][0], count.unwrap_or(1).saturating_mul(zones))
    }

    fn azure_pool(self, pool: &Value) -> Result<Vec<Machines>, UnknownReason> {
        if pool.is_null() {
            return Ok(Vec::new());
        }
        let name = pool["vm_size"].as_str().ok_or_else(|| {
            if self.unknown["vm_size"] == true {
                format!("vm_size {APPLY}")
            } else {
                "vm_size is not stated".to_owned()
            }
        })?;
        let least = self.number(pool, "min_count").unwrap_or(None);
        let count = self.number(pool, "node_count").unwrap_or(least).or(least).unwrap_or(1);
        Ok(vec![machine("azure", name, count, self.number(pool, "max_count").unwrap_or(None))?])
    }
}

fn machine(provider: &str, name: &str, count: u64, at_most: Option<u64>) -> Result<Machines, UnknownReason> {
    let instance = format!("{provider}/{name}");
    Ok(Machines { instance, attached: None, count, at_most: at_most.filter(|most| *most > count) })
}

/// `ml.p4d.24xlarge` is a `p4d.24xlarge` that SageMaker runs.
fn sagemaker(name: &str) -> String {
    name.strip_prefix("ml.").unwrap_or(name).to_owned()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn texts(list: &Value, field: &str) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|one| one[field].as_str().map(str::to_owned)).collect()
}

/// Of several types that may be started, the one that draws most; one that is not known first, since nothing can be said then.
fn highest(provider: &str, names: &[String]) -> Option<String> {
    let table = instance_types().unwrap_or_default();
    let watts = |name: &String| {
        let found = table.iter().find(|row| row.provider == provider && row.instance_type.eq_ignore_ascii_case(name));
        found.map_or(u64::MAX, InstanceType::accelerators_tdp_w)
    };
    names.iter().max_by_key(|name| watts(name)).cloned()
}
