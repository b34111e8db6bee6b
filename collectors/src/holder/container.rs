//! The cgroups of container engines.

use super::ProcessHolder;
use super::place::{CgroupPlace, CgroupTold};

/// Engines, as they begin the names of their containers' scopes and folders.
const ENGINES: [&str; 7] = ["docker", "cri-containerd", "crio", "libpod", "libpod-payload", "nerdctl", "containerd"];
/// Folders in which engines without systemd keep their containers' folders.
const FOLDERS: [&str; 7] = ["docker", "default", "moby", "k8s.io", "nerdctl", "libpod_parent", "actions_job"];

/// A container of an engine that root runs.
pub(super) struct EngineContainer<'a, 'p> {
    /// Id of the container.
    pub(super) id: &'p str,
    /// The folders inside.
    pub(super) inside: &'a [&'p str],
}

/// Reads the cgroup of a container of an engine that root runs.
pub(super) fn read<'a, 'p>(place: &CgroupPlace<'a, 'p>) -> Option<EngineContainer<'a, 'p>> {
    let (id, inside) = match (place.slices, place.below) {
        (_, [scope, inside @ ..]) if scope.ends_with(".scope") => (id(scope)?, inside),
        (["system.slice"], [service, payload, inside @ ..])
            if service.ends_with(".service") && payload.starts_with("libpod-payload-") =>
        {
            (id(payload)?, inside)
        }
        ([], [folder, container, inside @ ..]) if FOLDERS.contains(folder) => (either_id(container)?, inside),
        ([], ["ecs", _, container, inside @ ..]) => (bare_id(container)?, inside),
        ([], [container, inside @ ..]) if place.is_relative => (either_id(container)?, inside),
        _ => return None,
    };
    // crun puts a container's processes one level down.
    Some(EngineContainer { id, inside: inside.strip_prefix(&["container"]).unwrap_or(inside) })
}

/// Reads the cgroup of a system container of LXC or systemd-nspawn, whose whole tree is given away.
pub(super) fn system(place: &CgroupPlace<'_, '_>) -> Option<CgroupTold> {
    let name = match (place.slices, place.below) {
        ([], ["lxc" | "lxc.payload", name, ..]) => name,
        ([], [folder, ..]) => folder.strip_prefix("lxc.payload.")?,
        (["machine.slice"], [unit, ..]) => unit.strip_prefix("systemd-nspawn@")?.strip_suffix(".service")?,
        _ => return None,
    };
    (!name.is_empty()).then(|| CgroupTold::Holder(ProcessHolder::Container { id: name.to_owned() }))
}

/// The id in `ENGINE-ID.scope` or `ENGINE-ID`.
pub(super) fn id(folder: &str) -> Option<&str> {
    let (engine, id) = folder.strip_suffix(".scope").unwrap_or(folder).rsplit_once('-')?;
    bare_id(id).filter(|_| ENGINES.contains(&engine))
}

/// `text`, if it is an id: 64 hexadecimal digits in lower case.
pub(super) fn bare_id(text: &str) -> Option<&str> {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (text.len() == 64 && text.bytes().all(is_hex)).then_some(text)
}

fn either_id(folder: &str) -> Option<&str> {
    bare_id(folder).or_else(|| id(folder))
}
