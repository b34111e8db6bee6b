//! SparkApplication: a driver, and executors whose number it may change by itself.

use super::pod::{Container, PodSpec, Template};
use super::tally::Tally;
use super::text::{CustomError, DeviceQuantity, or_default, replicas};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SparkApplication {
    #[serde(deserialize_with = "or_default")]
    suspend: bool,
    #[serde(deserialize_with = "or_default")]
    node_selector: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    spark_conf: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    driver: SparkRole,
    #[serde(deserialize_with = "or_default")]
    executor: SparkRole,
    #[serde(deserialize_with = "or_default")]
    dynamic_allocation: DynamicAllocation,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SparkRole {
    instances: Option<i64>,
    gpu: Option<SparkGpu>,
    #[serde(deserialize_with = "or_default")]
    sidecars: Vec<Container>,
    template: Option<Template>,
    #[serde(flatten)]
    pod: PodSpec,
}

#[derive(Deserialize)]
struct SparkGpu {
    name: String,
    quantity: DeviceQuantity,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DynamicAllocation {
    #[serde(deserialize_with = "or_default")]
    enabled: bool,
    initial_executors: Option<i64>,
    min_executors: Option<i64>,
    max_executors: Option<i64>,
}

impl SparkApplication {
    pub(super) fn tally(self, tally: &mut Tally<'_>) -> Result<(), CustomError> {
        if self.suspend {
            return Ok(());
        }
        let executors = self.executors()?;
        tally.add(&self.pod("driver", &self.driver)?, 1)?;
        tally.add(&self.pod("executor", &self.executor)?, executors)?;
        Ok(())
    }

    /// Executors that it has at most: those that are asked for, or those that it grows to by itself.
    fn executors(&self) -> Result<u64, CustomError> {
        let configured = |key: &str| self.spark_conf.get(key).and_then(|text| text.trim().parse().ok());
        let asked = self.executor.instances.or_else(|| configured("spark.executor.instances"));
        let mut most = replicas("executor.instances", asked, 1)?;
        let dynamic = &self.dynamic_allocation;
        let is_configured =
            self.spark_conf.get("spark.dynamicAllocation.enabled").is_some_and(|text| text.trim() == "true");
        if dynamic.enabled || is_configured {
            for (field, stated, key) in [
                (
                    "dynamicAllocation.initialExecutors",
                    dynamic.initial_executors,
                    "spark.dynamicAllocation.initialExecutors",
                ),
                ("dynamicAllocation.minExecutors", dynamic.min_executors, "spark.dynamicAllocation.minExecutors"),
                ("dynamicAllocation.maxExecutors", dynamic.max_executors, "spark.dynamicAllocation.maxExecutors"),
            ] {
                most = most.max(replicas(field, stated.or_else(|| configured(key)), 0)?);
            }
        }
        Ok(most)
    }

    /// The pod of a role: its template, with what the role says beside it.
    fn pod(&self, name: &str, role: &SparkRole) -> Result<Template, CustomError> {
        let mut pod = role.template.clone().unwrap_or_default();
        for SparkGpu { name, quantity } in role.gpu.iter().chain(&self.configured_gpu(name)) {
            pod.spec.main().at_least(name, quantity)?;
        }
        pod.spec.containers.extend(role.sidecars.iter().cloned());
        pod.spec.init_containers.extend(role.pod.init_containers.iter().cloned());
        for (label, value) in self.node_selector.iter().chain(&role.pod.node_selector) {
            pod.spec.node_selector.insert(label.clone(), value.clone());
        }
        if pod.spec.affinity.is_open() {
            pod.spec.affinity = role.pod.affinity.clone();
        }
        Ok(pod)
    }

    /// The GPUs of a role by `sparkConf`: `spark.executor.resource.gpu.amount` and its vendor make a resource of Kubernetes.
    fn configured_gpu(&self, role: &str) -> Option<SparkGpu> {
        let value = |what: &str| self.spark_conf.get(&format!("spark.{role}.resource.gpu.{what}"));
        let vendor = value("vendor").map_or("nvidia.com", |vendor| vendor.trim());
        Some(SparkGpu { name: format!("{vendor}/gpu"), quantity: DeviceQuantity::Text(value("amount")?.clone()) })
    }
}
