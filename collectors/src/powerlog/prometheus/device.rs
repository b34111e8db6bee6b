//! Finds out from the labels of a sample which device it is of, on which machine.

use super::super::part::{MachinePart, MachinePlace};
use super::metrics::Metric;
use super::sample::{Sample, labels};

/// Labels that say on which machine something is; they make no device.
const HOST: [&[u8]; 13] = [
    b"Hostname",
    b"hostname",
    b"host",
    b"host_name",
    b"node",
    b"node_name",
    b"nodename",
    b"server",
    b"server_name",
    b"machine",
    b"kubernetes_node",
    b"exported_instance",
    b"instance",
];
/// Labels with the UUID of a board.
const UUID: [&[u8]; 4] = [b"UUID", b"uuid", b"gpu_uuid", b"GPU_UUID"];
/// Labels with the index of a board.
const INDEX: [&[u8]; 9] =
    [b"gpu", b"gpu_id", b"gpu_index", b"index", b"device", b"card", b"minor_number", b"pci_bus_id", b"gpu_num"];
/// Labels with a part of a board that has a reading of its own.
const TILE: [&[u8]; 4] = [b"tile", b"tile_id", b"sub_dev", b"die"];
/// Labels that say how, for whom or by whom a sample was taken; the device is the same.
const ABOUT_THE_SAMPLE: [&[u8]; 10] = [
    b"job",
    b"endpoint",
    b"service",
    b"namespace",
    b"pod",
    b"container",
    b"prometheus",
    b"cluster",
    b"source",
    b"cpu_model",
];
/// Labels that name a part of a machine.
const PARTS: [&[u8]; 9] =
    [b"zone", b"domain", b"domain_name", b"sensor", b"rail", b"component", b"name", b"type", b"kind"];
/// Labels with the number of a processor.
const NUMBER: [&[u8]; 6] = [b"package", b"socket", b"socket_id", b"package_id", b"index", b"cpu"];

/// The key of a device, and where it belongs; `None` for what is the same sensor again.
pub(super) fn of_sample(metric: &Metric, sample: &Sample<'_>, stated: &[String]) -> Option<(Vec<u8>, MachinePlace)> {
    let host = host_of(sample);
    if !stated.is_empty() {
        return Some(by_statement(metric, sample, stated));
    }
    // The package is also shown as intel-rapl-mmio.
    let path = sample.label(&[b"path"]).unwrap_or_default();
    if memchr::memmem::find(path, b"-mmio").is_some() {
        return None;
    }
    // AMD's exporter shows each compute partition of a socket, of which the first has the figures of all.
    if sample.label(&[b"gpu_partition_id"]).is_some_and(|partition| partition != b"0") {
        return None;
    }
    let uuid = sample.label(&UUID);
    let is_board = matches!(metric.part, Some(MachinePart::Board | MachinePart::BoardPart))
        || (metric.part.is_none() && uuid.is_some());
    if let Some(key) = board(uuid, host, sample).filter(|_| is_board) {
        let number = MachinePlace::of_name(&text(&key)).number;
        let mut place =
            MachinePlace { host: text(host), part: metric.part.or(Some(MachinePart::Board)), is_total: false, number };
        let mut key = key;
        // What was drawn idle and under load are two parts of the whole.
        if let Some(mode) = sample.label(&[b"mode"]) {
            key.extend([b"/", mode].concat());
        }
        if let Some(tile) = sample.label(&TILE) {
            key.extend([b"/", tile].concat());
        }
        if metric.part == Some(MachinePart::BoardPart) {
            key.extend([b"/", metric.stem.as_bytes()].concat());
            place.part = Some(MachinePart::BoardPart);
        }
        return Some((key, place));
    }
    Some((by_all_labels(metric, sample, host), place(metric, sample, host, path)))
}

/// The machine of a sample: the value of a known label, else of one whose name has a word for a machine.
fn host_of<'a>(sample: &Sample<'a>) -> &'a [u8] {
    sample
        .label(&HOST)
        .or_else(|| labels(sample.labels).find(|(label, _)| is_host(label)).map(|(_, value)| value))
        .unwrap_or_default()
}

fn is_host(label: &[u8]) -> bool {
    let name = label.to_ascii_lowercase();
    [&b"host"[..], b"node", b"server", b"machine", b"instance"]
        .iter()
        .any(|word| memchr::memmem::find(&name, word).is_some())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn by_statement(metric: &Metric, sample: &Sample<'_>, stated: &[String]) -> (Vec<u8>, MachinePlace) {
    let values: Vec<&[u8]> = stated.iter().map(|name| sample.label(&[name.as_bytes()]).unwrap_or_default()).collect();
    let key = values.join(&b'/');
    let place = MachinePlace { part: metric.part, ..MachinePlace::of_name(&text(&key)) };
    (key, place)
}

/// A board by its UUID, else by host and index.
fn board(uuid: Option<&[u8]>, host: &[u8], sample: &Sample<'_>) -> Option<Vec<u8>> {
    if let Some(uuid) = uuid {
        // A whole UUID is that of one board in the world; `GPU-0` is one on each machine.
        let is_whole = uuid.iter().filter(|byte| **byte == b'-').count() >= 4 || host.is_empty();
        return Some(if is_whole { uuid.to_vec() } else { [host, b"/", uuid].concat() });
    }
    let index = sample.label(&INDEX)?;
    Some(if host.is_empty() { index.to_vec() } else { [host, b"/", index].concat() })
}

/// Identifies a device by host, what is measured, and all labels that may tell devices apart.
fn by_all_labels(metric: &Metric, sample: &Sample<'_>, host: &[u8]) -> Vec<u8> {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    if !host.is_empty() {
        parts.push(host.to_vec());
    }
    if !metric.stem.is_empty() {
        parts.push(metric.stem.clone().into_bytes());
    }
    let mut rest: Vec<(&[u8], &[u8])> = labels(sample.labels).filter(|(label, _)| tells_apart(label)).collect();
    rest.sort_unstable();
    parts.extend(rest.into_iter().map(|(label, value)| [label, b"=", value].concat()));
    if parts.is_empty() { sample.name.to_vec() } else { parts.join(&b'/') }
}

/// Names the device with this key for people: `n1/package-0`, `n1/core-0/idle`, and what other labels say.
pub(super) fn readable(metric: &Metric, sample: &Sample<'_>, key: &[u8], place: &MachinePlace) -> String {
    if key != by_all_labels(metric, sample, place.host.as_bytes()) {
        return text(key);
    }
    let is_named = |label: &&[u8]| PARTS.contains(label);
    let shown = || labels(sample.labels).filter(|(label, _)| tells_apart(label) && *label != b"path");
    let named = shown().find(|(label, _)| is_named(label)).map(|(_, value)| text(value));
    // Of `kepler_node_package`, the exporter and the machine are known otherwise.
    let of_metric = || match place.part {
        Some(_) => metric.stem.rsplit('_').next().unwrap_or_default().to_owned(),
        None => metric.stem.clone(),
    };
    let part = named.unwrap_or_else(of_metric);
    let is_numbered = part.ends_with(|last: char| last.is_ascii_digit());
    let of_several = !matches!(place.part, Some(MachinePart::Node | MachinePart::Platform));
    let part = match place.number.filter(|_| of_several && !is_numbered) {
        Some(number) if part.is_empty() => number.to_string(),
        Some(number) => format!("{part}-{number}"),
        None => part,
    };
    let rest = shown().filter(|(label, _)| !is_named(label) && !NUMBER.contains(label));
    let rest = rest.map(|(label, value)| match label {
        b"mode" => text(value),
        _ => format!("{}={}", text(label), text(value)),
    });
    let names: Vec<String> =
        [place.host.clone(), part].into_iter().filter(|name| !name.is_empty()).chain(rest).collect();
    if names.is_empty() { text(key) } else { names.join("/") }
}

fn tells_apart(label: &[u8]) -> bool {
    !is_host(label) && !ABOUT_THE_SAMPLE.contains(&label)
}

/// Where a reading belongs: by its metric, else by the label that names a part.
fn place(metric: &Metric, sample: &Sample<'_>, host: &[u8], path: &[u8]) -> MachinePlace {
    let named =
        PARTS.iter().filter_map(|label| sample.label(&[*label])).map(|value| MachinePlace::of_name(&text(value)));
    let named = named.into_iter().find(MachinePlace::is_known).unwrap_or_default();
    let part = if metric.is_part_stated { metric.part } else { named.part.or(metric.part) };
    let number = sample.label(&NUMBER).and_then(|value| std::str::from_utf8(value).ok()?.parse().ok());
    let number = zone_of(path).or(number).or(named.number);
    MachinePlace { host: text(host), part, is_total: named.is_total, number }
}

/// The package of a powercap zone: 1 in `/sys/class/powercap/intel-rapl:1:0`.
fn zone_of(path: &[u8]) -> Option<u32> {
    let name = path.rsplit(|byte| *byte == b'/').next()?;
    let (_, zones) = std::str::from_utf8(name).ok()?.split_once("rapl:")?;
    zones.split(':').next()?.parse().ok()
}
