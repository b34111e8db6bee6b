//! Finds out which devices contain others, from the names that logs give them.

use super::LoggedDevice;

/// How much of a machine a name stands for; `None` for accelerators and names that do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// A part of a processor: `core`, `IA`, `GT`, `uncore`.
    PartOfPackage,
    /// A processor: `package`, `Processor`, `CPU`.
    Package,
    /// Processors and memory: `psys`, `platform`.
    Platform,
    /// Everything else in the log: `node`, `total`.
    Node,
}

/// Whether the name is that of the sum of all others: `total`, `gpu_sum`; not the `gpu0_total` of one device.
pub(super) fn is_total(name: &str) -> bool {
    let is_numbered = name.bytes().any(|byte| byte.is_ascii_digit());
    !is_numbered && words(name).any(|word| matches!(word.as_str(), "total" | "sum" | "all" | "overall" | "aggregate"))
}

/// Links the newest device to the smallest device that contains it, and links to it the devices whose smallest container it
/// is. `containers` has the positions of earlier devices that may contain others; in most logs there are none.
pub(super) fn join_newest(devices: &mut [LoggedDevice], containers: &mut Vec<usize>) {
    let Some((newest, earlier)) = devices.split_last_mut() else { return };
    let position = earlier.len();
    let around = containers.iter().copied().filter(|outer| contains(&earlier[*outer].id, &newest.id));
    newest.counted_in = around.min_by_key(|outer| level(&earlier[*outer].id));
    let Some(own_level) = level(&newest.id) else { return };
    containers.push(position);
    for inner in 0..position {
        let is_closer = |other: usize| Some(own_level) < level(&devices[other].id);
        if contains(&devices[position].id, &devices[inner].id) && devices[inner].counted_in.is_none_or(is_closer) {
            devices[inner].counted_in = Some(position);
        }
    }
}

fn contains(outer: &str, inner: &str) -> bool {
    let (outer_host, outer) = split_host(outer);
    let (inner_host, inner) = split_host(inner);
    if outer_host != inner_host {
        return false;
    }
    match (level(outer), level(inner)) {
        (Some(Level::Node), inner) => inner != Some(Level::Node),
        (Some(Level::Platform), inner_level) => {
            matches!(inner_level, Some(Level::PartOfPackage | Level::Package)) || is_memory(inner)
        }
        (Some(Level::Package), Some(Level::PartOfPackage)) => same_socket(outer, inner),
        _ => false,
    }
}

/// Splits the host from the name: `n1/package-0` → (`n1`, `package-0`).
fn split_host(id: &str) -> (&str, &str) {
    id.split_once('/').unwrap_or(("", id))
}

fn level(id: &str) -> Option<Level> {
    if is_total(id) {
        return Some(Level::Node);
    }
    let is_accelerator = |word: String| matches!(word.as_str(), "gpu" | "cuda" | "accelerator");
    let name = split_host(id).1;
    if words(name).any(is_accelerator) {
        return None;
    }
    // `cpu_cores` is a part of `cpu`.
    let levels = words(name).filter_map(|word| match word.as_str() {
        "node" | "system" | "chassis" | "wall" | "server" => Some(Level::Node),
        "psys" | "platform" => Some(Level::Platform),
        "package" | "pkg" | "processor" | "cpu" => Some(Level::Package),
        "core" | "cores" | "ia" | "gt" | "uncore" | "pp0" | "pp1" => Some(Level::PartOfPackage),
        _ => None,
    });
    levels.min()
}

fn is_memory(id: &str) -> bool {
    words(id).any(|word| matches!(word.as_str(), "dram" | "memory" | "ram"))
}

/// Whether two names have the same socket number, as far as they have one.
fn same_socket(outer: &str, inner: &str) -> bool {
    let number = |id: &str| id.bytes().rfind(u8::is_ascii_digit);
    match (number(outer), number(inner)) {
        (Some(outer), Some(inner)) => outer == inner,
        _ => true,
    }
}

/// Lower-case words without digits at their ends: `Package-0` → package, `gpu3` → gpu.
fn words(name: &str) -> impl Iterator<Item = String> {
    name.split(|c: char| !c.is_alphanumeric())
        .map(|word| match word.trim_end_matches(|c: char| c.is_ascii_digit()) {
            "pp" => word.to_lowercase(),
            trimmed => trimmed.to_lowercase(),
        })
        .filter(|word| !word.is_empty())
}
