//! The cgroups of the kubelet, by its systemd driver and by its cgroupfs driver, with whatever root it was given.

use super::ProcessHolder;
use super::container;
use super::place::{CgroupPlace, CgroupTold};

/// Services that start containers themselves. Where their driver and the kubelet's differ, pods end up below them.
const RUNTIMES: [&str; 7] = [
    "containerd.service",
    "crio.service",
    "docker.service",
    "k3s.service",
    "k3s-agent.service",
    "rke2-server.service",
    "rke2-agent.service",
];

pub(super) fn read(place: &CgroupPlace<'_, '_>) -> Option<CgroupTold> {
    let pod = by_slices(place).or_else(|| by_folders(place)).or_else(|| by_colons(place))?;
    Some(CgroupTold::Holder(pod))
}

/// `kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podUID.slice/RUNTIME-ID.scope`, where a root of the kubelet's own stands in front
/// of every name.
fn by_slices(place: &CgroupPlace<'_, '_>) -> Option<ProcessHolder> {
    let pod_uid = uid_of_slice(place.slices.last()?)?;
    let container = place.below.first().and_then(|folder| container::id(folder)).map(str::to_owned);
    Some(ProcessHolder::Kubernetes { pod_uid, container })
}

/// `kubepods/burstable/podUID/ID`, below at most one folder that the kubelet was given as its root.
fn by_folders(place: &CgroupPlace<'_, '_>) -> Option<ProcessHolder> {
    if !place.slices.is_empty() {
        return None;
    }
    let is_plain = |folder: &str| ![".slice", ".scope", ".service"].iter().any(|kind| folder.ends_with(kind));
    let below = match place.below {
        ["kubepods", below @ ..] => below,
        [root, "kubepods", below @ ..] if is_plain(root) => below,
        below if place.is_relative => below,
        _ => return None,
    };
    let (pod, below) = match below {
        ["burstable" | "besteffort", pod, below @ ..] | [pod, below @ ..] => (pod, below),
        [] => return None,
    };
    let pod_uid = uid(pod.strip_prefix("pod")?)?;
    let id = |folder: &&str| container::bare_id(folder).or_else(|| container::id(folder)).map(str::to_owned);
    Some(ProcessHolder::Kubernetes { pod_uid, container: below.first().and_then(id) })
}

/// `kubepods-burstable-podUID.slice:RUNTIME:ID` as one folder: the kubelet names slices, and the runtime makes folders.
fn by_colons(place: &CgroupPlace<'_, '_>) -> Option<ProcessHolder> {
    let folder = match (place.slices, place.below) {
        ([], [folder, ..]) => folder,
        (["system.slice"], [service, folder, ..]) if RUNTIMES.contains(service) => folder,
        _ => return None,
    };
    let mut parts = folder.split(':');
    let (slice, _runtime, id) = (parts.next()?, parts.next()?, parts.next()?);
    let container = Some(container::bare_id(id)?.to_owned());
    Some(ProcessHolder::Kubernetes { pod_uid: uid_of_slice(slice)?, container })
}

/// The uid in `kubepods-burstable-podUID.slice`.
fn uid_of_slice(slice: &str) -> Option<String> {
    let (class, pod) = slice.strip_suffix(".slice")?.rsplit_once("-pod")?;
    let class = class.strip_suffix("-burstable").or_else(|| class.strip_suffix("-besteffort")).unwrap_or(class);
    let is_kubelets = class == "kubepods" || class.ends_with("-kubepods");
    uid(&pod.replace('_', "-")).filter(|_| is_kubelets)
}

/// A UUID in lower case, or the 32 digits that the kubelet gives a static pod.
fn uid(text: &str) -> Option<String> {
    let is_hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    let is_uid = matches!(lengths[..], [8, 4, 4, 4, 12] | [32]) && text.split('-').all(is_hex);
    is_uid.then(|| text.to_owned())
}
