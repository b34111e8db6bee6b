//! Describes this node and its devices in the terms of `crates/wire`.

use crate::source::exporter::is_of_host;
use crate::source::{Source, SourceDevice, SourceKind};
use account::meter::{PowerSensor, Sensor};
use model::{AgentId, DeviceUuid, NodeName};
use std::fs;
use wire::{DeviceKind, Node, SensorClass, TEXT_BYTES_MAX};

/// The host name; `None` if it is not a *name* as `crates/wire` defines it.
pub(crate) fn host_name() -> Option<NodeName> {
    first_line("/proc/sys/kernel/hostname").filter(|name| wire::is_name(name)).map(NodeName::from)
}

/// Name of the agent in the batches of runs of the user with the number `user`: the node's name, the number and `run`, the first
/// shortened so that the whole is a *name*.
pub(crate) fn run_agent(node: &NodeName, user: u32) -> AgentId {
    let suffix = format!("-{user}-run");
    let kept = node.as_str().len().min(wire::NAME_BYTES_MAX - suffix.len());
    format!("{}{suffix}", node.as_str().get(..kept).unwrap_or_default()).into()
}

/// The machine that this process runs on, called `name`.
pub(crate) fn node(name: &NodeName) -> Node {
    Node {
        name: name.clone(),
        software: concat!("wattledger-agent ", env!("CARGO_PKG_VERSION")).to_owned(),
        machine_id: first_line("/etc/machine-id"),
        host_boot: first_line("/proc/sys/kernel/random/boot_id"),
        unclear: Vec::new(),
    }
}

fn first_line(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then(|| text_of(line))
}

/// Describes the devices of `source`. `epoch` gives the epoch of the counter of the device at a position.
pub(crate) fn devices(source: &dyn Source, epoch: impl Fn(usize) -> u64) -> Vec<wire::Device> {
    let found = source.devices();
    let described = |(position, device): (usize, &SourceDevice)| wire::Device {
        uuid: device_id(device),
        name: text_of(&device.name),
        index: device.index,
        kind: kind(source.kind(), &device.uuid),
        sensor: sensor_class(&device.sensor),
        limit: device.sensor.limit,
        systematic_ppm: device.sensor.systematic_ppm.min(1_000_000),
        counted_in: device.counted_in.and_then(|outer| found.get(outer)).map(device_id),
        driver_epoch: epoch(position),
    };
    found.iter().enumerate().map(described).collect()
}

fn kind(source: SourceKind, uuid: &str) -> DeviceKind {
    let is_host = source == SourceKind::Rapl || is_of_host(uuid);
    match source {
        SourceKind::Rapl | SourceKind::Exporter if is_host && uuid.contains("psys") => DeviceKind::Platform,
        SourceKind::Rapl | SourceKind::Modelled => DeviceKind::Host,
        SourceKind::Exporter if is_host => DeviceKind::Host,
        SourceKind::Nvml | SourceKind::Exporter | SourceKind::Replay | SourceKind::Synthetic => DeviceKind::Accelerator,
    }
}

fn sensor_class(sensor: &Sensor) -> SensorClass {
    match (sensor.counter, sensor.power) {
        (Some(_), _) => SensorClass::Counter,
        (None, Some(PowerSensor::Average { .. })) => SensorClass::Average,
        (None, Some(PowerSensor::Instant { .. })) => SensorClass::Instant,
        (None, Some(PowerSensor::Modelled)) => SensorClass::Modelled,
        (None, Some(PowerSensor::Unknown) | None) => SensorClass::Unknown,
    }
}

/// Identity of a device in batches.
pub(crate) fn device_id(device: &SourceDevice) -> DeviceUuid {
    text_of(&device.uuid).into()
}

/// `text` as a *text* of `crates/wire`: without control characters and shortened, since logs and drivers use any names.
pub(crate) fn text_of(text: &str) -> String {
    let mut clean: String = text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    while clean.len() > TEXT_BYTES_MAX {
        clean.pop();
    }
    if clean.is_empty() { "unnamed".to_owned() } else { clean }
}
