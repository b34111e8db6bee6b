//! Who this agent is and what its devices are, in the words of `crates/wire`.

use crate::source::{Device, Source};
use crate::spool::Contents;
use account::meter::{self, PowerSensor, Sensor};
use std::fs;
use wire::{Flag, Kind, Method, Node, Quality, SensorClass, TEXT_BYTES_MAX, Window};

/// The host's name as the kernel tells it; `None` where that is no *name* of `crates/wire`.
pub(crate) fn host_name() -> Option<String> {
    first_line("/proc/sys/kernel/hostname").filter(|name| wire::is_name(name))
}

/// The machine this process runs on, under `name`.
pub(crate) fn node(name: &str) -> Node {
    Node {
        name: name.to_owned(),
        software: concat!("wattledger-agent ", env!("CARGO_PKG_VERSION")).to_owned(),
        machine_id: first_line("/etc/machine-id"),
        host_boot: first_line("/proc/sys/kernel/random/boot_id"),
    }
}

fn first_line(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then(|| text_of(line))
}

/// The devices of `source`, each with the epoch of its counter as `epoch` has it by position.
pub(crate) fn devices(source: &dyn Source, epoch: impl Fn(usize) -> u64) -> Vec<wire::Device> {
    let found = source.devices();
    let described = |(position, device): (usize, &Device)| wire::Device {
        uuid: text_of(&device.uuid),
        name: text_of(&device.name),
        index: device.index,
        kind: kind(source.name(), &device.uuid),
        sensor: sensor_class(&device.sensor),
        limit: device.sensor.limit,
        systematic_ppm: device.sensor.systematic_ppm.min(1_000_000),
        counted_in: device.counted_in.and_then(|outer| found.get(outer)).map(|outer| text_of(&outer.uuid)),
        driver_epoch: epoch(position),
    };
    found.iter().enumerate().map(described).collect()
}

/// `windows`, each with the position of its device, and the devices.
pub(crate) fn contents(devices: Vec<wire::Device>, windows: &[(usize, meter::Window)]) -> Contents {
    let of = |(position, metered): &(usize, meter::Window)| {
        devices.get(*position).map(|device| window(&device.uuid, metered))
    };
    Contents { windows: windows.iter().filter_map(of).collect(), devices, ..Contents::default() }
}

fn kind(source: &str, uuid: &str) -> Kind {
    match source {
        "rapl" if uuid.contains("psys") => Kind::Platform,
        "rapl" | "modelled" => Kind::Host,
        _ => Kind::Accelerator,
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

/// A metered window of the device `uuid`, as it is sent.
fn window(uuid: &str, window: &meter::Window) -> Window {
    Window {
        device: uuid.to_owned(),
        start: window.interval.start(),
        end: window.interval.end(),
        energy: window.energy,
        covered: window.covered.min(window.interval.span()),
        method: match window.method {
            meter::Method::Counter => Method::Counter,
            meter::Method::BackwardRectangle => Method::BackwardRectangle,
            meter::Method::Trapezoid => Method::Trapezoid,
            meter::Method::Modelled => Method::Modelled,
        },
        quality: match window.quality {
            meter::Quality::Counter => Quality::Counter,
            meter::Quality::Integrated => Quality::Integrated,
            meter::Quality::GapFilled => Quality::GapFilled,
            meter::Quality::Modelled => Quality::Modelled,
        },
        flags: window.flags.iter().map(flag).collect(),
        power_min: window.power_min,
        power_peak: window.power_peak,
        readings: window.readings,
        integration_uncertainty: window.integration_uncertainty,
        sensor_systematic: window.sensor_systematic,
    }
}

fn flag(flag: meter::Flag) -> Flag {
    match flag {
        meter::Flag::Boundary => Flag::Boundary,
        meter::Flag::Reset => Flag::Reset,
        meter::Flag::Aliased => Flag::Aliased,
        meter::Flag::Quarantined => Flag::Quarantined,
        meter::Flag::ClassUnknown => Flag::ClassUnknown,
        meter::Flag::CounterDistrusted => Flag::CounterDistrusted,
        meter::Flag::PowerDisagrees => Flag::PowerDisagrees,
    }
}

/// `text` without control characters and cut to what a *text* may hold; logs and drivers name devices as they like.
fn text_of(text: &str) -> String {
    let mut clean: String = text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    while clean.len() > TEXT_BYTES_MAX {
        clean.pop();
    }
    if clean.is_empty() { "unnamed".to_owned() } else { clean }
}
