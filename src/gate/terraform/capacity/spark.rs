//! Clusters of Hadoop and Spark: Amazon EMR and Dataproc, whose nodes are machines of stated types.

use super::attributes::{APPLY, Attached, Attributes, Counted, Machines, UnknownReason, items, machine, one};
use super::group::{CapacityUnit, WantedCapacity, fill};
use serde_json::Value;

/// Machine type of a node of Dataproc for which none is stated, and the usual numbers (Terraform, `google_dataproc_cluster`).
const DATAPROC_DEFAULT: &str = "n1-standard-4";
const DATAPROC_MASTERS: u64 = 1;
const DATAPROC_WORKERS: u64 = 2;

pub(super) fn machines(of: Attributes<'_>) -> Counted {
    Some(match of.kind {
        "aws_emr_cluster" => of.emr_cluster(),
        "aws_emr_instance_fleet" => of.emr_fleet(of.values),
        "aws_emr_instance_group" => of.emr_group(of.values, None),
        "google_dataproc_cluster" => of.dataproc(),
        _ => return None,
    })
}

impl Attributes<'_> {
    /// The nodes that the cluster itself states; task nodes are resources of their own.
    fn emr_cluster(self) -> Result<Vec<Machines>, UnknownReason> {
        let of = |field: &str| items(&self.values[field]).collect::<Vec<_>>();
        let groups = [of("master_instance_group"), of("core_instance_group")].concat();
        let fleets = [of("master_instance_fleet"), of("core_instance_fleet")].concat();
        if groups.is_empty() && fleets.is_empty() {
            return Err("its instance groups or fleets are not stated".to_owned());
        }
        // One machine unless more are stated (Terraform, `instance_count`).
        let groups = groups.into_iter().map(|group| self.emr_group(group, Some(1)));
        let fleets = fleets.into_iter().map(|fleet| self.emr_fleet(fleet));
        Ok(groups.chain(fleets).collect::<Result<Vec<_>, _>>()?.concat())
    }

    fn emr_group(self, group: &Value, usual: Option<u64>) -> Result<Vec<Machines>, UnknownReason> {
        let count = self.number(group, "instance_count")?.or(usual).ok_or("instance_count is not stated")?;
        if count == 0 {
            return Ok(Vec::new());
        }
        one("aws", &self.text_of(group, self.unknown, "instance_type")?, count, None)
    }

    fn emr_fleet(self, fleet: &Value) -> Result<Vec<Machines>, UnknownReason> {
        let on_demand = self.number(fleet, "target_on_demand_capacity")?;
        let spot = self.number(fleet, "target_spot_capacity")?;
        if on_demand.or(spot).is_none() {
            return Err("the target capacity of its fleet is not stated".to_owned());
        }
        let units = on_demand.unwrap_or(0).saturating_add(spot.unwrap_or(0));
        let wanted = WantedCapacity { units, at_most: None, unit: CapacityUnit::Weights };
        fill(wanted, || self.candidates_of(&items(&fleet["instance_type_configs"]).collect::<Vec<_>>()))
    }

    fn dataproc(self) -> Result<Vec<Machines>, UnknownReason> {
        if items(&self.values["virtual_cluster_config"]).next().is_some() {
            return Err("it runs on Kubernetes, in node pools that it may make".to_owned());
        }
        let cluster = &self.values["cluster_config"][0];
        if cluster.is_null() {
            let is_open = self.unknown["cluster_config"] == true;
            return Err(if is_open {
                format!("cluster_config {APPLY}")
            } else {
                "cluster_config is not stated".to_owned()
            });
        }
        if items(&cluster["auxiliary_node_groups"]).next().is_some() {
            return Err("its auxiliary node groups are not counted".to_owned());
        }
        let may_be_alone =
            cluster["software_config"][0]["override_properties"]["dataproc:dataproc.allow.zero.workers"] == "true";
        let worker = &cluster["worker_config"][0];
        let workers = if may_be_alone { 0 } else { DATAPROC_WORKERS };
        let mut machines = self.dataproc_nodes(&cluster["master_config"][0], DATAPROC_MASTERS)?;
        machines.extend(self.dataproc_nodes(worker, workers)?);
        let secondary = self.number(&cluster["preemptible_worker_config"][0], "num_instances")?.unwrap_or(0);
        if secondary > 0 {
            // Secondary workers are of the type of the others.
            let like_workers = self.dataproc_nodes(worker, workers.max(1))?;
            machines.extend(like_workers.into_iter().map(|one| Machines { count: secondary, ..one }));
        }
        Ok(machines)
    }

    fn dataproc_nodes(self, config: &Value, usual: u64) -> Result<Vec<Machines>, UnknownReason> {
        let count = self.number(config, "num_instances")?.unwrap_or(usual);
        if count == 0 {
            return Ok(Vec::new());
        }
        let name = config["machine_type"].as_str().filter(|name| !name.is_empty()).unwrap_or(DATAPROC_DEFAULT);
        let name = name.rsplit('/').next().unwrap_or_default();
        let accelerator = items(&config["accelerators"]).find(|one| one["accelerator_count"] != 0);
        let attached = accelerator.map(|one| {
            let kind = one["accelerator_type"].as_str().ok_or("accelerators.accelerator_type is not stated")?;
            let each = self.number(one, "accelerator_count")?.unwrap_or(1);
            Ok::<_, UnknownReason>(Attached {
                accelerator: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                each,
            })
        });
        Ok(vec![Machines { attached: attached.transpose()?, ..machine("gcp", name, count, None) }])
    }
}
