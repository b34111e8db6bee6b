//! Managed services of AWS that run on machines of a stated type: databases, caches, brokers.

use super::attributes::{Attributes, Counted, Machines, UnknownReason, one};
use serde_json::Value;

pub(super) fn machines(of: Attributes<'_>) -> Counted {
    Some(match of.kind {
        "aws_db_instance" => of.class(of.values, "instance_class", "db.", of.doubled("multi_az")),
        "aws_rds_cluster" => of.multi_zone_cluster(),
        "aws_rds_cluster_instance" | "aws_docdb_cluster_instance" | "aws_neptune_cluster_instance" => {
            of.class(of.values, "instance_class", "db.", Ok(1))
        }
        "aws_dms_replication_instance" => {
            of.class(of.values, "replication_instance_class", "dms.", of.doubled("multi_az"))
        }
        "aws_elasticache_cluster" => of.cache(),
        "aws_elasticache_replication_group" => of.class(of.values, "node_type", "cache.", of.cache_nodes()),
        "aws_opensearch_domain" | "aws_elasticsearch_domain" => of.search(),
        "aws_mq_broker" => of.class(of.values, "host_instance_type", "mq.", Ok(of.brokers())),
        "aws_msk_cluster" => {
            let group = &of.values["broker_node_group_info"][0];
            of.class(group, "instance_type", "kafka.", of.required(of.values, "number_of_broker_nodes"))
        }
        _ => return None,
    })
}

impl Attributes<'_> {
    /// Machines of the type that `field` of `values` names after `prefix`.
    fn class(
        self,
        values: &Value,
        field: &str,
        prefix: &str,
        count: Result<u64, UnknownReason>,
    ) -> Result<Vec<Machines>, UnknownReason> {
        let count = count?;
        if count == 0 {
            return Ok(Vec::new());
        }
        let class = self.text_of(values, self.unknown, field)?;
        let name = class.strip_prefix(prefix).unwrap_or(&class);
        one("aws", name.split(".tpc").next().unwrap_or(name), count, None)
    }

    fn required(self, values: &Value, field: &str) -> Result<u64, UnknownReason> {
        self.number(values, field)?.ok_or_else(|| format!("{field} is not stated"))
    }

    /// One machine, and another that stands by where `field` says so.
    fn doubled(self, field: &str) -> Result<u64, UnknownReason> {
        match &self.values[field] {
            Value::Bool(true) => Ok(2),
            Value::Bool(false) => Ok(1),
            _ if self.configuration.states(self.address, field) == Some(true) => {
                Err(format!("{field} {}", super::attributes::APPLY))
            }
            _ => Ok(1),
        }
    }

    /// The cluster itself runs three machines if it states their class, else its instances are resources of their own.
    fn multi_zone_cluster(self) -> Result<Vec<Machines>, UnknownReason> {
        match self.values["db_cluster_instance_class"].as_str() {
            None | Some("") => Ok(Vec::new()),
            Some(_) => self.class(self.values, "db_cluster_instance_class", "db.", Ok(3)),
        }
    }

    /// A cluster that belongs to a replication group is counted there.
    fn cache(self) -> Result<Vec<Machines>, UnknownReason> {
        if self.values["replication_group_id"].as_str().is_some_and(|group| !group.is_empty())
            || self.configuration.states(self.address, "replication_group_id") == Some(true)
        {
            return Ok(Vec::new());
        }
        self.class(
            self.values,
            "node_type",
            "cache.",
            self.number(self.values, "num_cache_nodes").map(|nodes| nodes.unwrap_or(1)),
        )
    }

    fn cache_nodes(self) -> Result<u64, UnknownReason> {
        if let Some(clusters) = self.stated_number(self.values, &["num_cache_clusters", "number_cache_clusters"])? {
            return Ok(clusters);
        }
        let groups = self.stated_number(self.values, &["num_node_groups"])?.unwrap_or(1);
        let replicas = self.stated_number(self.values, &["replicas_per_node_group"])?.unwrap_or(0);
        Ok(groups.saturating_mul(replicas.saturating_add(1)))
    }

    fn search(self) -> Result<Vec<Machines>, UnknownReason> {
        let cluster = &self.values["cluster_config"][0];
        if cluster["warm_enabled"] == true {
            return Err("its warm nodes are of types whose power is not known".to_owned());
        }
        let named = |field: &str, count: u64| {
            // The service's own default (Amazon OpenSearch Service, `InstanceType`).
            let name = cluster[field].as_str().unwrap_or("m4.large.search");
            let name = name.trim_end_matches(".search").trim_end_matches(".elasticsearch");
            one("aws", name, count, None)
        };
        let mut machines = named("instance_type", self.number(cluster, "instance_count")?.unwrap_or(1))?;
        if cluster["dedicated_master_enabled"] == true {
            machines.extend(named("dedicated_master_type", self.required(cluster, "dedicated_master_count")?)?);
        }
        Ok(machines)
    }

    fn brokers(self) -> u64 {
        match self.values["deployment_mode"].as_str() {
            Some("ACTIVE_STANDBY_MULTI_AZ") => 2,
            Some("CLUSTER_MULTI_AZ") => 3,
            _ => 1,
        }
    }
}
