//! What a pod takes: the devices of its containers, and the accelerator that its node selection asks for.

use super::accelerator::{
    self, AcceleratorSlice, Resource, ResourceDevice, beside_statement, is_hardware_label, of_labels, of_product,
    of_resource,
};
use super::text::{AskError, DeviceQuantity, or_default, replicas};
use crate::config::Kubernetes;
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
    #[serde(deserialize_with = "or_default")]
    pub(super) finalizers: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) deletion_timestamp: String,
    pub(super) deletion_grace_period_seconds: Option<i64>,
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
    pub(super) containers: Vec<Container>,
    #[serde(deserialize_with = "or_default")]
    pub(super) init_containers: Vec<Container>,
    #[serde(deserialize_with = "or_default")]
    pub(super) node_selector: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) affinity: Affinity,
    pub(super) active_deadline_seconds: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    pub(super) resource_claims: Vec<serde_json::Value>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Container {
    #[serde(deserialize_with = "or_default")]
    resources: Resources,
    #[serde(deserialize_with = "or_default")]
    restart_policy: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Resources {
    #[serde(deserialize_with = "or_default")]
    limits: BTreeMap<String, DeviceQuantity>,
    #[serde(deserialize_with = "or_default")]
    requests: BTreeMap<String, DeviceQuantity>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Affinity {
    #[serde(deserialize_with = "or_default")]
    node_affinity: NodeAffinity,
}

impl Affinity {
    /// Whether it asks for no node.
    pub(super) fn is_open(&self) -> bool {
        self.node_affinity.required_during_scheduling_ignored_during_execution.node_selector_terms.is_empty()
    }
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

/// The annotation that says how many accelerators the resource claims of one pod allot.
const CLAIMED: &str = "wattledger.io/claimed-accelerators";

/// What an object states of its accelerators.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StatedHardware<'a> {
    /// Name of the accelerator.
    pub(super) accelerator: Option<&'a str>,
    /// Mean power of one of them, nW.
    pub(super) nanowatts: Option<u64>,
}

impl Template {
    /// A pod without metadata.
    pub(super) fn of(spec: PodSpec) -> Self {
        Self { metadata: Meta::default(), spec }
    }

    /// The accelerators of one pod. What its nodes must have counts where the object states less.
    pub(super) fn accelerators(
        &self,
        stated: StatedHardware<'_>,
        settings: &Kubernetes,
    ) -> Result<BTreeMap<AcceleratorSlice, u64>, AskError> {
        let mut found = BTreeMap::new();
        let devices = self.devices(stated, settings)?;
        if devices.is_empty() {
            return Ok(found);
        }
        let own = self.metadata.annotations.get(accelerator::ANNOTATION).map(String::as_str);
        let named = own.or(stated.accelerator).map(of_product);
        let selected = match of_labels(&self.spec.node_labels()) {
            Err(_) if named.is_some() => None,
            selected => selected?,
        };
        let chosen = match (selected, named) {
            (Some(selected), Some(named)) => Some(beside_statement(selected, named)),
            (selected, named) => selected.or(named),
        };
        for (device, count) in devices {
            let mut slice = device.accelerator(chosen.as_ref(), settings);
            slice.nanowatts = stated.nanowatts;
            let sum: &mut u64 = found.entry(slice).or_default();
            *sum = sum.saturating_add(count);
        }
        Ok(found)
    }

    /// The devices of one pod. An extended resource that is not known counts where the object says what it is, and is refused elsewhere.
    fn devices(
        &self,
        stated: StatedHardware<'_>,
        settings: &Kubernetes,
    ) -> Result<Vec<(ResourceDevice, u64)>, AskError> {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for (resource, devices) in self.spec.devices()?.into_iter().filter(|(_, devices)| *devices > 0) {
            match of_resource(&resource, settings) {
                Resource::Devices(device) => known.push((device, devices)),
                Resource::Unknown => unknown.push((resource, devices)),
                Resource::Nothing => {}
            }
        }
        known.extend(self.claimed()?);
        let own = self.metadata.annotations.get(accelerator::ANNOTATION).map(String::as_str).or(stated.accelerator);
        let is_described = known.is_empty() && (own.is_some() || stated.nanowatts.is_some());
        for (resource, devices) in unknown {
            if !is_described {
                let problem = "what this resource is is not known: name its accelerator with the annotation wattledger.io/accelerator and state its power with wattledger.io/power-w, or have an administrator map it in [kubernetes.resources], to none where it is no accelerator";
                return Err(AskError::new(resource, problem));
            }
            known.push((ResourceDevice::whole(&resource), devices));
        }
        Ok(known)
    }

    /// The devices that resource claims allot: what these claim is not in the pod, so that it has to say.
    fn claimed(&self) -> Result<Option<(ResourceDevice, u64)>, AskError> {
        if self.spec.resource_claims.is_empty() {
            return Ok(None);
        }
        let Some(text) = self.metadata.annotations.get(CLAIMED) else {
            let problem = format!(
                "how many accelerators these claims allot is not said in a pod: annotate the pod, or the template of its controller, with {CLAIMED}, 0 where they are of no accelerator"
            );
            return Err(AskError::new("spec.resourceClaims", problem));
        };
        let number = text.trim().parse().map_err(|_| {
            AskError::new(CLAIMED, format!("{text:?} is not a number of accelerators: write a whole number from 0"))
        })?;
        let devices = replicas(CLAIMED, Some(number), 0)?;
        Ok((devices > 0).then(|| (ResourceDevice::whole(""), devices)))
    }
}

impl Container {
    /// A container with these resources.
    pub(super) fn of(resources: Resources) -> Self {
        Self { resources, ..Self::default() }
    }

    /// Gives it so many devices of a resource, where it has no more of them.
    pub(super) fn at_least(&mut self, resource: &str, quantity: &DeviceQuantity) -> Result<(), AskError> {
        if quantity.devices(resource)? > self.devices()?.get(resource).copied().unwrap_or(0) {
            self.resources.limits.insert(resource.to_owned(), quantity.clone());
        }
        Ok(())
    }
}

impl PodSpec {
    /// Its first container.
    pub(super) fn main(&mut self) -> &mut Container {
        if self.containers.is_empty() {
            self.containers.push(Container::default());
        }
        &mut self.containers[0]
    }

    /// Accelerators that it takes, all together, in millionths of a whole one. What is not known may be one.
    pub(super) fn weight(&self, settings: &Kubernetes) -> Result<u64, AskError> {
        const WHOLE: u64 = 1_000_000;
        let mut weight = if self.resource_claims.is_empty() { 0 } else { WHOLE };
        for (resource, devices) in self.devices()? {
            let each = match of_resource(&resource, settings) {
                Resource::Devices(device) => WHOLE * device.slices / device.of.max(1),
                Resource::Unknown => WHOLE,
                Resource::Nothing => 0,
            };
            weight = devices.saturating_mul(each).saturating_add(weight);
        }
        Ok(weight)
    }

    /// Extended resources: those of all containers together, or of the init container that takes the most, as the scheduler counts; an init
    /// container that is always restarted stays beside all that start after it.
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
                let before = beside.get(&resource).copied().unwrap_or(0);
                let peak: &mut u64 = highest.entry(resource.clone()).or_default();
                *peak = devices.saturating_add(before).max(*peak);
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

    /// Labels that a node must have, each with the values that will do. Any term of an affinity will do: where one of them asks for no hardware, the pod
    /// may come to any.
    fn node_labels(&self) -> BTreeMap<String, Vec<String>> {
        let mut labels: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, value) in &self.node_selector {
            labels.entry(key.clone()).or_default().push(value.clone());
        }
        let terms =
            &self.affinity.node_affinity.required_during_scheduling_ignored_during_execution.node_selector_terms;
        let is_asked = |term: &NodeSelectorTerm| term.asked().any(|expression| is_hardware_label(&expression.key));
        if terms.iter().all(is_asked) {
            for expression in terms.iter().flat_map(NodeSelectorTerm::asked) {
                let is_everywhere = || terms.iter().all(|term| term.asked().any(|other| other.key == expression.key));
                if is_hardware_label(&expression.key) || is_everywhere() {
                    labels.entry(expression.key.clone()).or_default().extend(expression.values.iter().cloned());
                }
            }
        }
        labels
    }
}

impl NodeSelectorTerm {
    /// The labels that it asks for with their values.
    fn asked(&self) -> impl Iterator<Item = &Expression> {
        self.match_expressions.iter().filter(|expression| expression.operator == "In")
    }
}

fn add(sums: &mut BTreeMap<String, u64>, resource: String, devices: u64) {
    let sum = sums.entry(resource).or_default();
    *sum = sum.saturating_add(devices);
}

impl Container {
    /// Extended resources: for devices a limit is the request too.
    pub(super) fn devices(&self) -> Result<BTreeMap<String, u64>, AskError> {
        let mut devices = BTreeMap::new();
        let Resources { limits, requests } = &self.resources;
        for (resource, quantity) in requests.iter().chain(limits).filter(|(resource, _)| resource.contains('/')) {
            let most: &mut u64 = devices.entry(resource.clone()).or_default();
            *most = quantity.devices(resource)?.max(*most);
        }
        Ok(devices)
    }
}
