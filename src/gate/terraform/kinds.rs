//! The three lists of resource types: those whose machines are counted, those that run none, and those of which neither is known.

use crate::bundled::{BundledTable, DataError};
use serde::Deserialize;
use std::sync::OnceLock;

const TYPES: BundledTable = BundledTable {
    file: "resource_types.csv",
    text: include_str!("../../../config/terraform/resource_types.csv"),
    publisher: "",
    edition: "2026-12",
    licence: "facts",
};

/// What is known of the machines of a type of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ResourceList {
    /// Its machines are counted.
    Counted,
    /// It runs no machines of its own.
    None,
    /// It runs machines, or may, and they cannot be counted.
    Unknown,
    /// It is in no list, and its name says nothing of machines.
    #[serde(skip)]
    Unlisted,
}

/// A row: a type, or the beginning of types before a `*`.
#[derive(Debug, Deserialize)]
struct TypePattern {
    pattern: String,
    list: ResourceList,
}

/// Words in the name of a type that speak of machines, or of services that run on machines of the customer's choice.
const MACHINE_WORDS: [&str; 74] = [
    "accelerator",
    "airflow",
    "analytics",
    "app",
    "baremetal",
    "broker",
    "cache",
    "cassandra",
    "clickhouse",
    "cluster",
    "clusters",
    "composer",
    "compute",
    "container",
    "containers",
    "database",
    "databases",
    "databricks",
    "dataflow",
    "datafusion",
    "dataproc",
    "db",
    "dbsystem",
    "deployment",
    "desktop",
    "droplet",
    "elastic",
    "elasticsearch",
    "emr",
    "endpoint",
    "engine",
    "environment",
    "fleet",
    "flink",
    "gpu",
    "gpus",
    "grafana",
    "hadoop",
    "host",
    "inference",
    "instance",
    "instances",
    "job",
    "kafka",
    "kubernetes",
    "lab",
    "linode",
    "machine",
    "machines",
    "mariadb",
    "ml",
    "mongo",
    "mongodb",
    "mysql",
    "node",
    "nodes",
    "notebook",
    "opensearch",
    "pod",
    "pool",
    "postgres",
    "postgresql",
    "redis",
    "runtime",
    "server",
    "servers",
    "service",
    "spark",
    "sql",
    "tpu",
    "vm",
    "vms",
    "warehouse",
    "workbench",
];

/// The list that a type is in.
///
/// # Errors
///
/// The bundled table is broken.
pub(super) fn list_of(kind: &str) -> Result<ResourceList, DataError> {
    let fits = |row: &&TypePattern| match row.pattern.strip_suffix('*') {
        Some(beginning) => kind.starts_with(beginning),
        None => kind == row.pattern,
    };
    // Of several that fit, the one that says most of the name counts; a whole name before all.
    let rank = |row: &&TypePattern| (!row.pattern.ends_with('*'), row.pattern.len());
    if let Some(row) = patterns()?.iter().filter(fits).max_by_key(rank) {
        return Ok(row.list);
    }
    let speaks_of_machines = kind.split('_').skip(1).any(|word| MACHINE_WORDS.contains(&word));
    Ok(if speaks_of_machines { ResourceList::Unknown } else { ResourceList::Unlisted })
}

fn patterns() -> Result<&'static [TypePattern], DataError> {
    static READ: OnceLock<Vec<TypePattern>> = OnceLock::new();
    if let Some(table) = READ.get() {
        return Ok(table);
    }
    let table = TYPES.rows()?;
    Ok(READ.get_or_init(|| table))
}

#[cfg(test)]
mod tests {
    use super::super::capacity::is_counted;
    use super::*;

    #[test]
    fn the_lists_name_each_type_once_and_count_what_the_code_counts() {
        let rows = patterns().unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for TypePattern { pattern, list } in rows {
            assert!(seen.insert(pattern), "{pattern} stands twice");
            let is_one = !pattern.ends_with('*');
            assert_eq!(*list == ResourceList::Counted, is_one && is_counted(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_type_that_may_run_machines_is_unknown_and_never_taken_for_none() {
        for (kind, list) in [
            ("aws_instance", ResourceList::Counted),
            ("aws_s3_bucket", ResourceList::None),
            ("aws_vpc_endpoint", ResourceList::None),
            ("aws_db_instance", ResourceList::Counted),
            ("aws_db_subnet_group", ResourceList::None),
            ("aws_emr_cluster", ResourceList::Counted),
            ("aws_ecs_service", ResourceList::Counted),
            ("google_dataproc_cluster", ResourceList::Counted),
            ("azurerm_databricks_workspace", ResourceList::None),
            ("databricks_cluster", ResourceList::Unknown),
            ("lambdalabs_instance", ResourceList::Unknown),
            ("runpod_pod", ResourceList::Unknown),
            ("hcloud_server", ResourceList::Unknown),
            ("digitalocean_droplet", ResourceList::Unknown),
            ("random_pet", ResourceList::None),
            ("terraform_data", ResourceList::None),
            ("datadog_monitor", ResourceList::None),
            ("acme_certificate", ResourceList::Unlisted),
        ] {
            assert_eq!(list_of(kind).unwrap(), list, "{kind}");
        }
    }
}
