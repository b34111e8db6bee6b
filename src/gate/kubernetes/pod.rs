//! What a pod takes: the devices of its containers, and the accelerator that its node selection asks for.

use super::accelerator::{
    self, AcceleratorSlice, Resource, ResourceDevice, larger, of_labels, of_product, of_resource,
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
    #[serde(deserialize_with = "or_default")]
    resource_claims: Vec<serde_json::Value>,
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
    /// A pod of one container on nodes with these labels.
    pub(super) fn of_container(container: Container, node_selector: BTreeMap<String, String>) -> Self {
        Self { metadata: Meta::default(), spec: PodSpec::of(vec![container], node_selector) }
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
            (Some(selected), Some(named)) => Some(larger(selected, named)),
            (selected, named) => selected.or(named),
        };
        for (device, count) in devices {
            let default = if device.default.is_empty() { &settings.accelerator } else { &device.default };
            let mut slice = chosen.clone().unwrap_or_else(|| of_product(default));
            // A part by its resource, or by what the node calls its devices.
            if !device.is_whole() {
                (slice.slices, slice.of) = (device.slices, device.of);
            }
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

    /// A container with devices of one resource.
    pub(super) fn of_devices(resource: String, quantity: DeviceQuantity) -> Self {
        Self::of(Resources { limits: BTreeMap::from([(resource, quantity)]), ..Resources::default() })
    }
}

impl PodSpec {
    /// A pod of these containers on nodes with these labels.
    pub(super) fn of(containers: Vec<Container>, node_selector: BTreeMap<String, String>) -> Self {
        Self { containers, node_selector, ..Self::default() }
    }

    /// The same with a container more.
    pub(super) fn add(&mut self, container: Container) {
        self.containers.push(container);
    }

    /// Extended resources that it takes, all together.
    pub(super) fn number_of_devices(&self) -> Result<u64, AskError> {
        Ok(self.devices()?.values().fold(0, |sum, devices| sum.saturating_add(*devices)))
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
    /// Extended resources: for devices a limit is the request too.
    fn devices(&self) -> Result<BTreeMap<String, u64>, AskError> {
        let mut devices = BTreeMap::new();
        let Resources { limits, requests } = &self.resources;
        for (resource, quantity) in requests.iter().chain(limits).filter(|(resource, _)| resource.contains('/')) {
            let most: &mut u64 = devices.entry(resource.clone()).or_default();
            *most = quantity.devices(resource)?.max(*most);
        }
        Ok(devices)
    }
}
