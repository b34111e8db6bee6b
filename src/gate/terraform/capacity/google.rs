//! Machines of Google Cloud: instances, groups, node pools and clusters, notebooks, databases, TPUs.

use super::attributes::{APPLY, Attached, Attributes, Counted, Machines, UnknownReason, items, machine, one, strings};
use crate::gate::terraform::draw;
use crate::hardware::find_instance;
use serde_json::Value;

/// Machine type of a node for which none is stated (GKE, `machine_type`).
const NODE_DEFAULT: &str = "e2-medium";
/// Zones of a regional cluster that states none (GKE, regional clusters).
const REGIONAL_ZONES: u64 = 3;

pub(super) fn machines(of: Attributes<'_>) -> Counted {
    Some(match of.kind {
        "google_compute_instance" => of.google_instance(of.values),
        "google_compute_instance_from_template" => of.instance_from_template(),
        "google_compute_instance_group_manager" | "google_compute_region_instance_group_manager" => of.manager(),
        "google_container_node_pool" => of.node_pool(of.values, of.zones()),
        "google_container_cluster" => of.cluster(),
        "google_notebooks_instance" => of.notebook(of.values, "accelerator_config"),
        "google_workbench_instance" => of.notebook(&of.values["gce_setup"][0], "accelerator_configs"),
        "google_sql_database_instance" => of.sql(),
        "google_tpu_v2_vm" => of.tpu(),
        _ => return None,
    })
}

impl<'p> Attributes<'p> {
    fn google_instance(self, values: &Value) -> Result<Vec<Machines>, UnknownReason> {
        match values["desired_status"].as_str() {
            Some("TERMINATED" | "SUSPENDED") => Ok(Vec::new()),
            _ => self.google(values, 1, None),
        }
    }

    fn instance_from_template(self) -> Result<Vec<Machines>, UnknownReason> {
        if self.values["machine_type"].is_string() {
            return self.google_instance(self.values);
        }
        self.made_by_template(&strings(&Value::Array(vec![self.values["source_instance_template"].clone()])), 1, None)
    }

    /// A Google machine, with accelerators that are attached to it.
    fn google(self, values: &Value, count: u64, at_most: Option<u64>) -> Result<Vec<Machines>, UnknownReason> {
        if count == 0 && at_most.is_none() {
            return Ok(Vec::new());
        }
        let name = self.text_of(values, self.unknown, "machine_type")?;
        self.google_named(&name, &values["guest_accelerator"], count, at_most)
    }

    /// Machines of a type, which may be written with its whole address, and of the accelerators of `guests`.
    fn google_named(
        self,
        name: &str,
        guests: &Value,
        count: u64,
        at_most: Option<u64>,
    ) -> Result<Vec<Machines>, UnknownReason> {
        let name = name.rsplit('/').next().unwrap_or_default();
        let whole = machine("gcp", name, count, at_most);
        let guest = items(guests).find(|guest| guest["count"].as_u64() != Some(0));
        let Some(guest) = guest.filter(|_| find_instance(&whole.instance).is_err()) else { return Ok(vec![whole]) };
        let kind = guest["type"].as_str().ok_or("guest_accelerator.type is not stated")?;
        let kind = kind.rsplit('/').next().unwrap_or_default();
        let each = self.number(guest, "count")?.or(guest["core_count"].as_u64()).unwrap_or(1);
        Ok(vec![Machines { attached: Some(Attached { accelerator: kind.to_owned(), each }), ..whole }])
    }

    /// Machines as the templates make them that are named or referred to; of several those that draw most.
    fn made_by_template(
        self,
        names: &[&str],
        count: u64,
        at_most: Option<u64>,
    ) -> Result<Vec<Machines>, UnknownReason> {
        let names: Vec<&str> = names.iter().map(|name| name.split("?uniqueId").next().unwrap_or(name)).collect();
        let of_kind = |kind| self.configuration.all_referred(self.time, self.address, kind, &names);
        let mut found = of_kind("google_compute_instance_template");
        found.extend(of_kind("google_compute_region_instance_template"));
        if count == 0 && at_most.is_none() {
            return Ok(Vec::new());
        }
        let made =
            found.into_iter().map(|template| self.google(template, count, at_most)).collect::<Result<Vec<_>, _>>()?;
        let highest = made.into_iter().max_by_key(|machines| machines.iter().map(draw::highest_watts).max());
        match highest {
            None if count == 0 => Ok(Vec::new()),
            None => Err("the google_compute_instance_template that it is made by is not in the plan".to_owned()),
            Some(machines) => Ok(machines),
        }
    }

    fn manager(self) -> Result<Vec<Machines>, UnknownReason> {
        let scaled = self.autoscaler();
        let stated = self.stated_number(self.values, &["target_size"])?;
        let (count, at_most) = match (stated, scaled) {
            (Some(count), scaled) => (count.max(scaled.map_or(0, |(least, _)| least)), scaled.map(|(_, most)| most)),
            (None, Some((least, most))) => (least, Some(most)),
            (None, None) if self.unknown["target_size"] == true => return Err(format!("target_size {APPLY}")),
            (None, None) => (0, None),
        };
        let names: Vec<&str> =
            items(&self.values["version"]).filter_map(|version| version["instance_template"].as_str()).collect();
        self.made_by_template(&names, count, at_most)
    }

    /// Least and most machines of the autoscaler of this group, if the plan has one.
    fn autoscaler(self) -> Option<(u64, u64)> {
        let own = ["id", "self_link"].map(|field| self.values[field].as_str());
        ["google_compute_autoscaler", "google_compute_region_autoscaler"].into_iter().find_map(|kind| {
            let mut scalers = self.configuration.changes_of(kind).filter(|change| !change["change"]["after"].is_null());
            let scaler = scalers.find(|change| {
                let address = change["address"].as_str().unwrap_or_default();
                let target = change["change"]["after"]["target"].as_str();
                target.is_some_and(|target| own.contains(&Some(target)))
                    || self
                        .configuration
                        .referred_addresses(address, "target")
                        .iter()
                        .any(|asked| asked == self.address)
            })?;
            let policy = &scaler["change"]["after"]["autoscaling_policy"][0];
            Some((policy["min_replicas"].as_u64()?, policy["max_replicas"].as_u64()?))
        })
    }

    /// A node pool, of which every zone has as many nodes as it states, unless it states a total.
    fn node_pool(self, pool: &Value, zones: Result<u64, UnknownReason>) -> Result<Vec<Machines>, UnknownReason> {
        let scaling = &pool["autoscaling"][0];
        let total = |field: &str| scaling[field].as_u64().filter(|total| *total > 0);
        let stated = self.stated_number(pool, &["node_count", "initial_node_count"])?;
        let least = self.stated_number(scaling, &["min_node_count"])?;
        let most = self.stated_number(scaling, &["max_node_count"])?.filter(|most| *most > 0);
        let is_total = total("total_min_node_count").is_some() || total("total_max_node_count").is_some();
        if stated.unwrap_or(0) == 0 && least.unwrap_or(0) == 0 && !is_total && (stated.is_some() || least.is_some()) {
            let at_most = most.and_then(|most| zones.ok()?.checked_mul(most));
            return self.nodes(pool, 0, at_most);
        }
        let in_zones = |nodes: u64| zones.clone().map(|zones| nodes.saturating_mul(zones));
        let (least, most) = match is_total {
            true => (total("total_min_node_count").unwrap_or(0), total("total_max_node_count")),
            false => (least.map_or(Ok(0), in_zones)?, most.map(in_zones).transpose()?),
        };
        let count = match stated {
            Some(nodes) => in_zones(nodes)?.max(least),
            None if items(&pool["autoscaling"]).next().is_some() => least,
            None if self.unknown["node_count"] == true => return Err(format!("node_count {APPLY}")),
            None => return Err("node_count is not stated".to_owned()),
        };
        self.nodes(pool, count, most)
    }

    fn nodes(self, pool: &Value, count: u64, at_most: Option<u64>) -> Result<Vec<Machines>, UnknownReason> {
        let config = &pool["node_config"][0];
        match config["machine_type"].as_str().filter(|name| !name.is_empty()) {
            Some(name) => Ok(self.google_named(name, &config["guest_accelerator"], count, at_most)?),
            None if count == 0 => Ok(Vec::new()),
            None if self.unknown["node_config"][0]["machine_type"] == true && self.names_machine_type() => {
                Err(format!("node_config.machine_type {APPLY}"))
            }
            None => self.google_named(NODE_DEFAULT, &config["guest_accelerator"], count, at_most),
        }
    }

    /// Whether an expression of the configuration stands behind the machine type.
    fn names_machine_type(self) -> bool {
        self.configuration
            .expression(self.address, "node_config")
            .is_some_and(|config| !config[0]["machine_type"].is_null())
    }

    /// The zones of this resource, each with as many nodes.
    fn zones(self) -> Result<u64, UnknownReason> {
        if let Some(zones) = pool_zones(self.values) {
            return Ok(zones);
        }
        let names: Vec<&str> = self.values["cluster"].as_str().into_iter().collect();
        let clusters = self.configuration.all_referred(self.time, self.address, "google_container_cluster", &names);
        if let Some(zones) = clusters.iter().find_map(|cluster| cluster_zones(cluster)) {
            return Ok(zones);
        }
        let location = self.values["location"]
            .as_str()
            .or_else(|| clusters.iter().find_map(|cluster| cluster["location"].as_str()));
        match (location, clusters.is_empty()) {
            (Some(location), _) if is_zone(location) => Ok(1),
            (Some(_), false) => Ok(REGIONAL_ZONES),
            (Some(region), true) => Err(format!(
                "in how many zones of {region} its nodes are is not stated, and its cluster is not in the plan"
            )),
            (None, _) => Err("in how many zones its nodes are is not stated".to_owned()),
        }
    }

    /// The nodes that a cluster starts itself: pools that it names, or its default pool where that is kept.
    fn cluster(self) -> Result<Vec<Machines>, UnknownReason> {
        if self.values["enable_autopilot"] == true {
            return Err("an Autopilot cluster runs machines for its pods, which the plan does not state".to_owned());
        }
        let zones = match (cluster_zones(self.values), self.values["location"].as_str()) {
            (Some(zones), _) => Ok(zones),
            (None, Some(location)) if is_zone(location) => Ok(1),
            (None, Some(_)) => Ok(REGIONAL_ZONES),
            (None, None) => Err("location is not stated, so in how many zones its nodes are is not known".to_owned()),
        };
        // What the provider has read of pools that are resources of their own is counted there.
        let has_own = self.configuration.states(self.address, "node_pool") != Some(false);
        let elsewhere: Vec<&str> = self
            .configuration
            .changes_of("google_container_node_pool")
            .flat_map(|change| ["before", "after"].map(|time| change["change"][time]["name"].as_str()))
            .flatten()
            .collect();
        let is_own = |pool: &&Value| !pool["name"].as_str().is_some_and(|name| elsewhere.contains(&name));
        let pools: Vec<&Value> = items(&self.values["node_pool"]).filter(is_own).filter(|_| has_own).collect();
        if !pools.is_empty() {
            let counted =
                pools.into_iter().map(|pool| self.node_pool(pool, pool_zones(pool).map_or(zones.clone(), Ok)));
            return Ok(counted.collect::<Result<Vec<_>, _>>()?.concat());
        }
        if self.values["remove_default_node_pool"] == true {
            return Ok(Vec::new());
        }
        let each = self.stated_number(self.values, &["initial_node_count"])?.unwrap_or(0);
        match each {
            0 if self.unknown["initial_node_count"] == true => Err(format!("initial_node_count {APPLY}")),
            0 => Ok(Vec::new()),
            each => self.nodes(self.values, each.saturating_mul(zones?), None),
        }
    }

    fn notebook(self, values: &Value, accelerators: &str) -> Result<Vec<Machines>, UnknownReason> {
        if values["desired_state"] == "STOPPED" || self.values["desired_state"] == "STOPPED" {
            return Ok(Vec::new());
        }
        let name = self.text_of(values, self.unknown, "machine_type")?;
        self.google_named(&name, &values[accelerators], 1, None)
    }

    /// A database: its tier names a machine type or its vCPUs.
    fn sql(self) -> Result<Vec<Machines>, UnknownReason> {
        let settings = &self.values["settings"][0];
        if settings["activation_policy"] == "NEVER" {
            return Ok(Vec::new());
        }
        let tier = self.text_of(settings, self.unknown, "tier")?;
        let count = if settings["availability_type"] == "REGIONAL" { 2 } else { 1 };
        let name = tier.strip_prefix("db-").unwrap_or(&tier);
        let stated = name.strip_prefix("perf-optimized-N-").and_then(|vcpus| vcpus.parse().ok());
        one("gcp", name, count, None)
            .map(|machines| machines.into_iter().map(|one| Machines { vcpus: stated, ..one }).collect())
    }

    /// A slice of TPUs by its accelerator type: `v5litepod-8` has 8 chips, `v4-8` 4 chips of two cores.
    fn tpu(self) -> Result<Vec<Machines>, UnknownReason> {
        let kind = self.text("accelerator_type")?;
        let (version, number) = kind.rsplit_once('-').ok_or_else(|| format!("accelerator_type {kind} is not known"))?;
        let number: u64 = number.parse().map_err(|_| format!("accelerator_type {kind} is not known"))?;
        let (chip, each) = match version {
            "v2" => ("tpu-v2", number.div_ceil(2)),
            "v3" => ("tpu-v3", number.div_ceil(2)),
            "v4" => ("tpu-v4", number.div_ceil(2)),
            "v5p" => ("tpu-v5p", number.div_ceil(2)),
            "v5litepod" => ("tpu-v5e", number),
            "v6e" => ("tpu-v6e", number),
            _ => return Err(format!("accelerator_type {kind} is not known")),
        };
        let attached = Some(Attached { accelerator: chip.to_owned(), each });
        Ok(vec![Machines { attached, ..machine("gcp", &kind, 1, None) }])
    }
}

/// The zones that a node pool states.
fn pool_zones(values: &Value) -> Option<u64> {
    let zones = strings(&values["node_locations"]).len() as u64;
    (zones > 0).then_some(zones)
}

/// The zones that a cluster states: one in a single zone names its further ones.
fn cluster_zones(values: &Value) -> Option<u64> {
    let further = pool_zones(values)?;
    Some(if values["location"].as_str().is_some_and(is_zone) { further + 1 } else { further })
}

fn is_zone(location: &str) -> bool {
    location.split('-').count() == 3
}
