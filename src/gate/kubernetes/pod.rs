//! What a pod takes: the devices of its containers, and the accelerator that its node selection asks for.

use super::accelerator::{self, AcceleratorSlice, SLICES, of_labels, of_resource};
use super::text::{AskError, DeviceQuantity, or_default};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The part of `metadata` that is looked at.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Meta {
    #[serde(deserialize_with = "or_default")]
    pub(super) name: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) generate_name: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) uid: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) annotations: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) owner_references: Vec<OwnerReference>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct OwnerReference {
    #[serde(deserialize_with = "or_default")]
    pub(super) api_version: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) kind: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) name: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) uid: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) controller: bool,
}

/// A pod, or what a controller makes pods of.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Template {
    #[serde(deserialize_with = "or_default")]
    pub(super) metadata: Meta,
    #[serde(deserialize_with = "or_default")]
    pub(super) spec: PodSpec,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PodSpec {
    #[serde(deserialize_with = "or_default")]
    containers: Vec<Container>,
    #[serde(deserialize_with = "or_default")]
    init_containers: Vec<Container>,
    #[serde(deserialize_with = "or_default")]
    node_selector: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    affinity: Affinity,
    pub(super) active_deadline_seconds: Option<i64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Container {
    #[serde(deserialize_with = "or_default")]
    resources: Resources,
    #[serde(deserialize_with = "or_default")]
    restart_policy: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Resources {
    #[serde(deserialize_with = "or_default")]
    limits: BTreeMap<String, DeviceQuantity>,
    #[serde(deserialize_with = "or_default")]
    requests: BTreeMap<String, DeviceQuantity>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Affinity {
    #[serde(deserialize_with = "or_default")]
    node_affinity: NodeAffinity,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NodeAffinity {
    #[serde(deserialize_with = "or_default")]
    required_during_scheduling_ignored_during_execution: NodeSelector,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NodeSelector {
    #[serde(deserialize_with = "or_default")]
    node_selector_terms: Vec<NodeSelectorTerm>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NodeSelectorTerm {
    #[serde(deserialize_with = "or_default")]
    match_expressions: Vec<Expression>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Expression {
    #[serde(deserialize_with = "or_default")]
    key: String,
    #[serde(deserialize_with = "or_default")]
    operator: String,
    #[serde(deserialize_with = "or_default")]
    values: Vec<String>,
}

impl Template {
    /// The accelerators of one pod. `named` is the accelerator that the whole object names, `default` the one of a GPU about which nothing is said.
    pub(super) fn accelerators(
        &self,
        named: Option<&str>,
        default: &str,
    ) -> Result<BTreeMap<AcceleratorSlice, u64>, AskError> {
        let mut found = BTreeMap::new();
        let own = self.metadata.annotations.get(accelerator::ANNOTATION).map(String::as_str);
        let selected = own.or(named).map(accelerator::of_product).or_else(|| of_labels(&self.spec.node_labels()));
        for (resource, devices) in self.spec.devices()? {
            let Some(device) = of_resource(&resource).filter(|_| devices > 0) else { continue };
            let name = if device.default.is_empty() { default } else { device.default };
            let chosen = selected.clone().unwrap_or_else(|| accelerator::of_product(name));
            // A slice by its resource, or by what the node calls its devices.
            let slices = if device.slices < SLICES { device.slices } else { chosen.slices };
            let sum: &mut u64 = found.entry(AcceleratorSlice { slices, ..chosen }).or_default();
            *sum = sum.saturating_add(devices);
        }
        Ok(found)
    }
}

impl PodSpec {
    /// Devices by resource: those of all containers together, or of the init container that takes the most, as the scheduler counts; an init
    /// container that is always restarted stays beside the containers.
    fn devices(&self) -> Result<BTreeMap<String, u64>, AskError> {
        let mut running = BTreeMap::new();
        for container in &self.containers {
            for (resource, devices) in container.devices()? {
                add(&mut running, resource, devices);
            }
        }
        let (mut beside, mut highest) = (BTreeMap::new(), BTreeMap::new());
        for container in &self.init_containers {
            let stays = container.restart_policy == "Always";
            for (resource, devices) in container.devices()? {
                let now = beside.get(&resource).copied().unwrap_or(0) + devices;
                let peak: &mut u64 = highest.entry(resource.clone()).or_default();
                *peak = now.max(*peak);
                if stays {
                    add(&mut beside, resource, devices);
                }
            }
        }
        for (resource, devices) in beside {
            add(&mut running, resource, devices);
        }
        for (resource, peak) in highest {
            let sum = running.entry(resource).or_default();
            *sum = peak.max(*sum);
        }
        Ok(running)
    }

    /// Labels that a node must have, each with the values that will do.
    fn node_labels(&self) -> BTreeMap<String, Vec<String>> {
        let mut labels: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, value) in &self.node_selector {
            labels.entry(key.clone()).or_default().push(value.clone());
        }
        let terms = &self.affinity.node_affinity.required_during_scheduling_ignored_during_execution;
        let expressions = terms.node_selector_terms.iter().flat_map(|term| &term.match_expressions);
        for expression in expressions.filter(|expression| expression.operator == "In") {
            labels.entry(expression.key.clone()).or_default().extend(expression.values.iter().cloned());
        }
        labels
    }
}

fn add(sums: &mut BTreeMap<String, u64>, resource: String, devices: u64) {
    let sum = sums.entry(resource).or_default();
    *sum = sum.saturating_add(devices);
}

impl Container {
    /// Accelerators by resource: for devices a limit is the request too.
    fn devices(&self) -> Result<BTreeMap<String, u64>, AskError> {
        let mut devices = BTreeMap::new();
        for (resource, quantity) in self.resources.requests.iter().chain(&self.resources.limits) {
            if of_resource(resource).is_some() {
                let most: &mut u64 = devices.entry(resource.clone()).or_default();
                *most = quantity.devices(resource)?.max(*most);
            }
        }
        Ok(devices)
    }
}
