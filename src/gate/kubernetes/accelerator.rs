//! Which accelerator the devices of a pod are, by resource name and by the labels of the nodes that it selects.

use crate::hardware::{find_accelerator, instance_types, name_of_product};
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

/// An accelerator, or a slice of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AcceleratorSlice {
    /// Name, as [`find_accelerator`] takes it.
    pub name: String,
    /// Compute slices, out of [`SLICES`]; a whole accelerator has them all.
    pub slices: u64,
}

/// The device that a resource of a container counts; `None` of a resource that is not an accelerator.
pub(super) fn of_resource(resource: &str) -> Option<ResourceDevice> {
    let whole = |default| Some(ResourceDevice { slices: SLICES, default });
    match resource {
        // Its default is the configured one.
        "nvidia.com/gpu" | "nvidia.com/gpu.shared" => whole(""),
        "amd.com/gpu" => whole("mi300x"),
        "habana.ai/gaudi" => whole("gaudi2"),
        "google.com/tpu" => whole("tpu-v5e"),
        "aws.amazon.com/neuron" | "aws.amazon.com/neurondevice" => whole("trn1"),
        _ => {
            let profile = resource.strip_prefix("nvidia.com/mig-")?;
            Some(ResourceDevice { slices: slices(profile)?, default: "" })
        }
    }
}

/// What one device of a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ResourceDevice {
    pub(super) slices: u64,
    /// Where no node label says more; empty for the configured accelerator.
    pub(super) default: &'static str,
}

/// Compute slices of a MIG profile such as `1g.5gb` or `3g.20gb.me`; 0 to 7 digits before `g`.
fn slices(profile: &str) -> Option<u64> {
    let (slices, _) = profile.split_once('g')?;
    slices.parse().ok().filter(|slices| (1..=SLICES).contains(slices))
}

/// The accelerator that these node labels ask for, each label with the values that it may have. Of several possible ones the one with the
/// highest TDP counts, as for a family.
pub(super) fn of_labels(labels: &BTreeMap<String, Vec<String>>) -> Option<AcceleratorSlice> {
    let values = |keys: &'static [&str]| keys.iter().filter_map(|key| labels.get(*key)).flatten();
    let products = values(&PRODUCT_LABELS).map(|product| of_product(product));
    let instances = values(&INSTANCE_LABELS).filter_map(|instance| of_instance(instance));
    let found: Vec<AcceleratorSlice> = products.collect();
    let found = if found.is_empty() { instances.collect() } else { found };
    found.into_iter().max_by_key(|accelerator| {
        find_accelerator(&accelerator.name).ok().and_then(|found| found.accelerator.tdp_w).unwrap_or(0)
    })
}

/// A product as a node label writes it: no blanks, `-MIG-1g.5gb` where each device is a slice, `-SHARED` where devices are shared in time.
pub(super) fn of_product(product: &str) -> AcceleratorSlice {
    let product = product.trim();
    let product = product.strip_suffix("-SHARED").unwrap_or(product);
    let (product, slices) = match product.split_once("-MIG-") {
        Some((product, profile)) => (product, slices(profile).unwrap_or(SLICES)),
        None => (product, SLICES),
    };
    AcceleratorSlice { name: name_of_product(product), slices }
}

fn of_instance(instance: &str) -> Option<AcceleratorSlice> {
    let table = instance_types().ok()?;
    let found = table.iter().find(|row| row.instance_type.eq_ignore_ascii_case(instance.trim()))?;
    let name = found.find_accelerator().map_or_else(|_| found.accelerator.clone(), |part| part.accelerator.key);
    Some(AcceleratorSlice { name, slices: SLICES })
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
    fn resources_are_devices_or_slices_or_nothing() {
        for (resource, slices) in [
            ("nvidia.com/gpu", Some(7)),
            ("nvidia.com/mig-1g.5gb", Some(1)),
            ("nvidia.com/mig-3g.20gb.me", Some(3)),
            ("nvidia.com/mig-7g.80gb", Some(7)),
            ("amd.com/gpu", Some(7)),
            ("cpu", None),
            ("nvidia.com/mig-9g.5gb", None),
            ("rdma/hca", None),
        ] {
            assert_eq!(of_resource(resource).map(|device| device.slices), slices, "{resource}");
        }
    }
}
