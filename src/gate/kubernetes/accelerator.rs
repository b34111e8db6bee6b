//! Which accelerator the devices of a pod are, by resource name and by the labels of the nodes that it selects.

use super::text::AskError;
use crate::config::{Kubernetes, ResourceMeaning};
use crate::hardware::{find_accelerator, instance_types, name_of_product};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Compute slices of a whole GPU with MIG (NVIDIA MIG User Guide).
pub const SLICES: u64 = 7;

/// The annotation that names the accelerator.
pub(super) const ANNOTATION: &str = "wattledger.io/accelerator";

/// Labels of nodes that name an accelerator as its vendor or cloud writes it.
const PRODUCT_LABELS: [&str; 6] = [
    "nvidia.com/gpu.product",
    "amd.com/gpu.product-name",
    "cloud.google.com/gke-accelerator",
    "cloud.google.com/gke-tpu-accelerator",
    "karpenter.k8s.aws/instance-gpu-name",
    "gpu.nvidia.com/class",
];

/// Labels of nodes that name the cloud's instance type.
const INSTANCE_LABELS: [&str; 2] = ["node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"];

/// Labels of nodes that say in how many shares each accelerator is handed out.
const REPLICA_LABELS: [&str; 1] = ["nvidia.com/gpu.replicas"];

/// An accelerator, or a slice of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AcceleratorSlice {
    /// Name, as [`find_accelerator`] takes it.
    pub name: String,
    /// Slices of it, out of `of`; a whole accelerator has them all.
    pub slices: u64,
    /// Slices of a whole one: [`SLICES`] with MIG, or the parts that it is shared in.
    #[serde(default = "all", skip_serializing_if = "is_all")]
    pub of: u64,
    /// Mean power of one of them with its share of the host that the object states, nW.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nanowatts: Option<u64>,
}

impl AcceleratorSlice {
    /// A whole accelerator of this name, whose power is estimated.
    #[must_use]
    pub fn whole(name: impl Into<String>) -> Self {
        Self { name: name.into(), slices: SLICES, of: SLICES, nanowatts: None }
    }

    /// Whether it is all of an accelerator.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.slices >= self.of
    }
}

const fn all() -> u64 {
    SLICES
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_all(of: &u64) -> bool {
    *of == SLICES
}

/// What a resource of a container is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resource {
    /// No accelerator.
    Nothing,
    /// Accelerators, or parts of them.
    Devices(ResourceDevice),
    /// An extended resource of which nobody said what it is.
    Unknown,
}

/// What one device of a resource is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResourceDevice {
    pub(super) slices: u64,
    pub(super) of: u64,
    /// Where no node label says more; empty for the configured accelerator.
    pub(super) default: String,
    /// Whether it is a core of AWS Neuron, of which some chips have more than others.
    is_neuron_core: bool,
}

impl ResourceDevice {
    /// A whole accelerator, of this name where no node label says more.
    pub(super) fn whole(default: &str) -> Self {
        Self { slices: SLICES, of: SLICES, default: default.to_owned(), is_neuron_core: false }
    }

    fn part(default: &str, slices: u64, of: u64) -> Resource {
        Resource::Devices(Self { slices, of, ..Self::whole(default) })
    }

    fn neuron_core() -> Resource {
        Resource::Devices(Self { slices: 1, of: 2, is_neuron_core: true, ..Self::whole("trn1") })
    }

    /// The accelerator that it is, where `chosen` is what node labels and statements say of the whole pod. A resource of one vendor is no accelerator of
    /// another.
    pub(super) fn accelerator(&self, chosen: Option<&AcceleratorSlice>, settings: &Kubernetes) -> AcceleratorSlice {
        let default = if self.default.is_empty() { &settings.accelerator } else { &self.default };
        let mut accelerator = match chosen {
            None => of_product(default),
            Some(chosen) if self.default.is_empty() || is_of_one_vendor(default, &chosen.name) => chosen.clone(),
            Some(chosen) => beside_statement(of_product(default), chosen.clone()),
        };
        // A part by its resource, or by what the node calls its devices.
        if self.slices < self.of {
            (accelerator.slices, accelerator.of) = self.part_of(&accelerator.name);
        }
        accelerator
    }

    /// The part of an accelerator of this name that it is.
    fn part_of(&self, accelerator: &str) -> (u64, u64) {
        match accelerator {
            // Four cores, on Trainium2 and later as they are handed out by default, two physical ones each (AWS Neuron documentation).
            "inf1" | "trn2" | "trn3" if self.is_neuron_core => (1, 4),
            _ => (self.slices, self.of),
        }
    }
}

/// Resources beside accelerators that device plugins announce: by their names no power of an accelerator is asked for.
const NO_ACCELERATORS: [&str; 33] = [
    "rdma/",
    "vpc.amazonaws.com/",
    "devices.kubevirt.io/",
    "bridge.network.kubevirt.io/",
    "openshift.io/",
    "mellanox.com/",
    "intel.com/",
    "qat.intel.com/",
    "sgx.intel.com/",
    "dsa.intel.com/",
    "iaa.intel.com/",
    "dlb.intel.com/",
    "gpu.intel.com/i915_monitoring",
    "gpu.intel.com/xe_monitoring",
    "gpu.intel.com/memory.max",
    "gpu.intel.com/millicores",
    "networking.gke.io.networks/",
    "smarter-devices/",
    "github.com/fuse",
    "nvidia.com/hostdev",
    "nvidia.com/gpumem",
    "nvidia.com/gpucores",
    "nvidia.com/priority",
    "volcano.sh/vgpu-memory",
    "volcano.sh/vgpu-cores",
    // What HAMi hands out of a device beside its number.
    "cambricon.com/mlu.smlu.",
    "hygon.com/dcumem",
    "hygon.com/dcucores",
    "iluvatar.ai/vcuda-",
    "metax-tech.com/vcore",
    "metax-tech.com/vmemory",
    "mthreads.com/sgpu-core",
    "mthreads.com/sgpu-memory",
];

/// What a resource is, by configuration and by the names that vendors' device plugins give.
pub(super) fn of_resource(resource: &str, settings: &Kubernetes) -> Resource {
    if let Some(meaning) = settings.resources.get(resource) {
        return match meaning {
            ResourceMeaning::Nothing => Resource::Nothing,
            ResourceMeaning::Part { accelerator, of } if *of > 1 => ResourceDevice::part(accelerator, 1, *of),
            ResourceMeaning::Part { accelerator, .. } => ResourceDevice::part(accelerator, SLICES, SLICES),
        };
    }
    let Some((domain, name)) = resource.split_once('/') else { return Resource::Nothing };
    if resource == "intel.com/gpu" {
        return Resource::Unknown;
    }
    if domain == "kubernetes.io"
        || domain.ends_with(".kubernetes.io")
        || NO_ACCELERATORS.iter().any(|prefix| resource.starts_with(prefix))
    {
        return Resource::Nothing;
    }
    let whole = |default| ResourceDevice::part(default, SLICES, SLICES);
    match (domain, name) {
        // Its default is the configured one.
        ("nvidia.com", "gpu" | "gpu.shared" | "pgpu") | ("volcano.sh", "vgpu-number") => whole(""),
        ("nvidia.com", _) => match name.strip_prefix("mig-").and_then(slices) {
            Some(slices) => ResourceDevice::part("", slices, SLICES),
            None => Resource::Unknown,
        },
        ("amd.com", _) => match partition(name) {
            Some(of) => {
                ResourceDevice::part("mi300x", if of > 1 { 1 } else { SLICES }, if of > 1 { of } else { SLICES })
            }
            None => Resource::Unknown,
        },
        ("habana.ai", "gaudi") => whole("gaudi2"),
        ("google.com", "tpu") => whole("tpu-v5e"),
        ("aws.amazon.com", "neuron" | "neurondevice") => whole("trn1"),
        // Trainium and Inferentia2 have two cores (AWS Neuron documentation).
        ("aws.amazon.com", "neuroncore") => ResourceDevice::neuron_core(),
        ("gpu.intel.com", "i915" | "xe") => whole("Intel GPU"),
        ("huawei.com", name) if name.starts_with("Ascend") && name.ends_with("-memory") => Resource::Nothing,
        ("huawei.com", name) if name.starts_with("Ascend") => whole(name),
        _ => Resource::Unknown,
    }
}

/// Parts that an AMD accelerator is in, by the resource of its compute partition, such as `cpx_nps4` (AMD GPU device plugin; an MI300X has eight
/// dies).
fn partition(name: &str) -> Option<u64> {
    if name == "gpu" {
        return Some(1);
    }
    let (mode, _) = name.split_once("_nps")?;
    [("spx", 1), ("dpx", 2), ("tpx", 3), ("qpx", 4), ("cpx", 8)]
        .into_iter()
        .find(|(known, _)| *known == mode)
        .map(|(_, of)| of)
}

/// Compute slices of a MIG profile such as `1g.5gb` or `3g.20gb.me`; 0 to 7 digits before `g`.
fn slices(profile: &str) -> Option<u64> {
    let (slices, _) = profile.split_once('g')?;
    slices.parse().ok().filter(|slices| (1..=SLICES).contains(slices))
}

/// The accelerator that these node labels ask for, each label with the values that it may have. Of several possible ones the one with the
/// highest TDP counts, as for a family.
pub(super) fn of_labels(labels: &BTreeMap<String, Vec<String>>) -> Result<Option<AcceleratorSlice>, AskError> {
    let values = |keys: &'static [&str]| {
        keys.iter().flat_map(|key| labels.get(*key).into_iter().flatten().map(move |value| (*key, value)))
    };
    let mut found: Vec<AcceleratorSlice> = values(&PRODUCT_LABELS).map(|(_, product)| of_product(product)).collect();
    if found.is_empty() {
        for (label, instance) in values(&INSTANCE_LABELS) {
            found.push(of_instance(instance).ok_or_else(|| {
                let problem = format!(
                    "{instance:?} is not in the table of instance types with accelerators: name its accelerator with the annotation {ANNOTATION}"
                );
                AskError::new(label, problem)
            })?);
        }
    }
    let mut found = found.into_iter().reduce(larger);
    let shares = values(&REPLICA_LABELS).filter_map(|(_, shares)| shares.parse::<u64>().ok()).min();
    if let (Some(accelerator), Some(of)) = (&mut found, shares.filter(|of| *of > 1)) {
        (accelerator.slices, accelerator.of) = (1, of);
    }
    Ok(found)
}

/// Whether a label of nodes says what hardware they have.
pub(super) fn is_hardware_label(label: &str) -> bool {
    PRODUCT_LABELS.contains(&label) || INSTANCE_LABELS.contains(&label)
}

/// The one of two accelerators, or parts of them, with the higher TDP.
pub(super) fn larger(one: AcceleratorSlice, other: AcceleratorSlice) -> AcceleratorSlice {
    let tdp = |accelerator: &AcceleratorSlice| {
        find_accelerator(&accelerator.name).ok().and_then(|found| found.accelerator.tdp_w).unwrap_or(0)
    };
    // Each share is brought to the parts of both.
    let of_both = |this: &AcceleratorSlice, that: &AcceleratorSlice| {
        u128::from(tdp(this)) * u128::from(this.slices) * u128::from(that.of)
    };
    if of_both(&other, &one) >= of_both(&one, &other) { other } else { one }
}

/// A product as a node label writes it: no blanks, `-MIG-1g.5gb` where each device is a slice, `-SHARED` where devices are shared in time.
pub(super) fn of_product(product: &str) -> AcceleratorSlice {
    let product = product.trim();
    let product = product.strip_suffix("-SHARED").unwrap_or(product);
    let (product, slices) = match product.split_once("-MIG-") {
        Some((product, profile)) => (product, slices(profile).unwrap_or(SLICES)),
        None => (product, SLICES),
    };
    AcceleratorSlice { slices, ..AcceleratorSlice::whole(name_of_product(product)) }
}

/// What counts of an accelerator that follows from the object itself and one that somebody states: the larger. Nobody knows that of one without a published
/// TDP, so that what is stated does not take its place.
pub(super) fn beside_statement(own: AcceleratorSlice, stated: AcceleratorSlice) -> AcceleratorSlice {
    match find_accelerator(&own.name) {
        Ok(found) if found.accelerator.tdp_w.is_none() => own,
        _ => larger(own, stated),
    }
}

/// Whether two names are of accelerators of one vendor.
fn is_of_one_vendor(one: &str, other: &str) -> bool {
    let vendor = |name: &str| find_accelerator(name).ok().map(|found| found.accelerator.vendor);
    vendor(one).is_some_and(|known| Some(known) == vendor(other))
}

fn of_instance(instance: &str) -> Option<AcceleratorSlice> {
    let table = instance_types().ok()?;
    let found = table.iter().find(|row| row.instance_type.eq_ignore_ascii_case(instance.trim()))?;
    let name = found.find_accelerator().map_or_else(|_| found.accelerator.clone(), |part| part.accelerator.key);
    Some(AcceleratorSlice::whole(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_name_the_accelerators_of_the_table() {
        for (product, key, slices) in [
            ("NVIDIA-A100-SXM4-40GB", "a100-sxm4-40", 7),
            ("NVIDIA-A100-SXM4-80GB", "a100-sxm4-80", 7),
            ("NVIDIA-A100-80GB-PCIe", "a100-pcie-80", 7),
            ("NVIDIA-H100-80GB-HBM3", "h100-sxm5", 7),
            ("NVIDIA-H100-PCIe", "h100-pcie", 7),
            ("NVIDIA-H100-NVL", "h100-nvl", 7),
            ("NVIDIA-H200", "h200-sxm", 7),
            ("NVIDIA-B200", "b200", 7),
            ("NVIDIA-L4", "l4", 7),
            ("NVIDIA-L40S", "l40s", 7),
            ("NVIDIA-A10G", "a10g", 7),
            ("Tesla-T4", "t4", 7),
            ("Tesla-V100-SXM2-16GB", "v100-sxm2-16", 7),
            ("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", "a100-sxm4-40", 1),
            ("NVIDIA-A100-SXM4-80GB-MIG-3g.40gb", "a100-sxm4-80", 3),
            ("Tesla-T4-SHARED", "t4", 7),
            ("nvidia-tesla-a100", "a100-sxm4-40", 7),
            ("nvidia-a100-80gb", "a100-sxm4-80", 7),
            ("nvidia-h100-80gb", "h100-sxm5", 7),
            ("nvidia-h100-mega-80gb", "h100-sxm5", 7),
            ("nvidia-h200-141gb", "h200-sxm", 7),
            ("nvidia-tesla-v100", "v100-sxm2-16", 7),
            ("nvidia-l4", "l4", 7),
            ("tpu-v4-podslice", "tpu-v4", 7),
            ("tpu-v5p-slice", "tpu-v5p", 7),
            ("AMD_Instinct_MI300X_OAM", "mi300x", 7),
            ("a100", "a100-sxm4-40", 7),
        ] {
            let found = of_product(product);
            let part = find_accelerator(&found.name).map(|found| found.accelerator.key);
            assert_eq!((part.as_deref().ok(), found.slices), (Some(key), slices), "{product}");
        }
    }

    #[test]
    fn an_instance_type_names_what_is_in_it() {
        for (instance, key) in [("p4d.24xlarge", "a100-sxm4-40"), ("p5.48xlarge", "h100-sxm5"), ("g5.12xlarge", "a10g")]
        {
            assert_eq!(of_instance(instance).unwrap().name, key, "{instance}");
        }
        assert_eq!(of_instance("m5.large"), None);
    }

    #[test]
    fn resources_are_devices_or_parts_of_them_or_nothing_or_not_known() {
        let config = "[kubernetes.resources]\n\"example.com/fpga\" = \"none\"\n\"example.com/slot\" = \"a100/4\"\n\"example.com/card\" = \"l4\"\n";
        let overrides = crate::config::ServiceOverrides::default();
        let settings = crate::config::ServiceConfig::parse(config, "test", overrides).unwrap().kubernetes;
        for (resource, part) in [
            ("nvidia.com/gpu", Some(Some((7, 7)))),
            ("nvidia.com/gpu.shared", Some(Some((7, 7)))),
            ("nvidia.com/mig-1g.5gb", Some(Some((1, 7)))),
            ("nvidia.com/mig-3g.20gb.me", Some(Some((3, 7)))),
            ("nvidia.com/mig-7g.80gb", Some(Some((7, 7)))),
            ("nvidia.com/mig-9g.5gb", None),
            ("nvidia.com/gpumem-percentage", Some(None)),
            ("amd.com/gpu", Some(Some((7, 7)))),
            ("amd.com/cpx_nps4", Some(Some((1, 8)))),
            ("amd.com/spx_nps1", Some(Some((7, 7)))),
            ("aws.amazon.com/neuroncore", Some(Some((1, 2)))),
            ("gpu.intel.com/xe", Some(Some((7, 7)))),
            ("huawei.com/Ascend910", Some(Some((7, 7)))),
            ("cpu", Some(None)),
            ("hugepages-2Mi", Some(None)),
            ("requests.kubernetes.io/x", Some(None)),
            ("rdma/hca", Some(None)),
            ("example.com/fpga", Some(None)),
            ("example.com/slot", Some(Some((1, 4)))),
            ("example.com/card", Some(Some((7, 7)))),
            ("example.com/other", None),
        ] {
            let found = match of_resource(resource, &settings) {
                Resource::Nothing => Some(None),
                Resource::Devices(device) => Some(Some((device.slices, device.of))),
                Resource::Unknown => None,
            };
            assert_eq!(found, part, "{resource}");
        }
    }
}
