//! Machines of Oracle Cloud Infrastructure and of Alibaba Cloud.

use super::attributes::{Attributes, Counted, Machines, UnknownReason, machine, one, strings};
use crate::gate::terraform::draw;
use serde_json::Value;

pub(super) fn machines(of: Attributes<'_>) -> Counted {
    Some(match of.kind {
        "oci_core_instance" => of.oracle(&of.values["shape"], &of.values["shape_config"][0], 1),
        "oci_core_instance_pool" => of.instance_pool(),
        "oci_containerengine_node_pool" => of.oracle_nodes(),
        "alicloud_instance" => match of.values["status"].as_str() {
            Some("Stopped") => Ok(Vec::new()),
            _ => of.text("instance_type").and_then(|name| one("alibaba", &name, 1, None)),
        },
        "alicloud_cs_kubernetes_node_pool" => of.alibaba_nodes(),
        _ => return None,
    })
}

impl Attributes<'_> {
    /// A shape of Oracle; of a flexible one the plan states the cores, each of two vCPUs.
    fn oracle(self, shape: &Value, config: &Value, count: u64) -> Result<Vec<Machines>, UnknownReason> {
        if self.values["state"] == "STOPPED" || count == 0 {
            return Ok(Vec::new());
        }
        let name = shape.as_str().filter(|name| !name.is_empty()).ok_or("its shape is not stated")?;
        let is_flexible = name.ends_with(".Flex");
        let ocpus = config["ocpus"].as_f64().filter(|ocpus| *ocpus > 0.0 && *ocpus < 2_048.0);
        let each = if name.contains(".A1.") { 1.0 } else { 2.0 };
        let vcpus = match (is_flexible, ocpus) {
            (true, Some(ocpus)) => Some((ocpus * each).ceil() as u64),
            (true, None) => return Err(format!("how many cores (shape_config.ocpus) its {name} has is not stated")),
            (false, _) => None,
        };
        Ok(vec![Machines { vcpus, ..machine("oci", name, count, None) }])
    }

    fn instance_pool(self) -> Result<Vec<Machines>, UnknownReason> {
        let count = self.number(self.values, "size")?.ok_or("size is not stated")?;
        let names: Vec<&str> = self.values["instance_configuration_id"].as_str().into_iter().collect();
        let found = self.configuration.all_referred(self.time, self.address, "oci_core_instance_configuration", &names);
        if count == 0 {
            return Ok(Vec::new());
        }
        let [configuration] = found.as_slice() else {
            return Err("the oci_core_instance_configuration that it is made by is not in the plan".to_owned());
        };
        let launch = &configuration["instance_details"][0]["launch_details"][0];
        self.oracle(&launch["shape"], &launch["shape_config"][0], count)
    }

    fn oracle_nodes(self) -> Result<Vec<Machines>, UnknownReason> {
        let count = self
            .number(&self.values["node_config_details"][0], "size")?
            .ok_or("node_config_details.size is not stated")?;
        self.oracle(&self.values["node_shape"], &self.values["node_shape_config"][0], count)
    }

    /// A pool may start any of its types: those count that draw most.
    fn alibaba_nodes(self) -> Result<Vec<Machines>, UnknownReason> {
        let scaling = &self.values["scaling_config"][0];
        let least = self.stated_number(scaling, &["min_size"])?.unwrap_or(0);
        let stated = self.stated_number(self.values, &["desired_size", "node_count"])?;
        let count = stated.map_or(least, |count| count.max(least));
        if stated.is_none() && scaling.is_null() {
            return Err("desired_size is not stated".to_owned());
        }
        let at_most = self.stated_number(scaling, &["max_size"])?;
        let names = strings(&self.values["instance_types"]);
        let made = names.into_iter().map(|name| machine("alibaba", name, count, at_most));
        match made.max_by_key(draw::highest_watts) {
            Some(machines) => Ok(vec![machines]),
            None if count == 0 => Ok(Vec::new()),
            None => Err("instance_types are not stated".to_owned()),
        }
    }
}
