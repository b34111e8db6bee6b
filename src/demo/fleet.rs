//! The simulated machines: three sites with twelve nodes of eight GPUs each.

use super::noise;
use units::Power;
use wire::{Device, DeviceKind, SensorClass};

/// Number of GPUs in a node.
pub(super) const GPUS: usize = 8;
/// Number of devices in a node: its GPUs, then CPU package and memory.
pub(super) const DEVICES: usize = GPUS + 2;
/// Program and version that batches are sent by.
pub(super) const SOFTWARE: &str = concat!("wattledger demo ", env!("CARGO_PKG_VERSION"), " (synthetic)");

/// A site and the grid that feeds it.
pub(super) struct Site {
    pub(super) name: &'static str,
    pub(super) zone: &'static str,
    /// Length of a posting period, minutes.
    pub(super) period_minutes: u64,
    pub(super) pue_ppm: u32,
    /// Currency and invented price of a MWh.
    pub(super) price: (&'static str, i64),
    /// Who is responsible for idle energy there.
    pub(super) idle_owner: &'static str,
}

/// The three sites of the fleet.
pub(super) const SITES: [Site; 3] = [
    Site {
        name: "frankfurt",
        zone: "DE",
        period_minutes: 60,
        pue_ppm: 1_280_000,
        price: ("EUR", 182),
        idle_owner: "platform-de",
    },
    Site {
        name: "paris",
        zone: "FR",
        period_minutes: 60,
        pue_ppm: 1_150_000,
        price: ("EUR", 118),
        idle_owner: "platform-fr",
    },
    Site {
        name: "london",
        zone: "GB",
        period_minutes: 30,
        pue_ppm: 1_200_000,
        price: ("GBP", 196),
        idle_owner: "platform-uk",
    },
];

/// A GPU model with its power.
pub(super) struct Model {
    pub(super) name: &'static str,
    pub(super) limit_mw: i64,
    /// Power of an idle one, mW.
    pub(super) idle_mw: i64,
    /// Whether it has an energy counter, as data centre boards do.
    pub(super) has_counter: bool,
}

const H100: Model = Model { name: "NVIDIA H100 80GB HBM3", limit_mw: 700_000, idle_mw: 68_000, has_counter: true };
const A100: Model = Model { name: "NVIDIA A100-SXM4-80GB", limit_mw: 400_000, idle_mw: 57_000, has_counter: true };
/// Its energy is integrated from power readings, so that both ways of metering are shown.
const L40S: Model = Model { name: "NVIDIA L40S", limit_mw: 350_000, idle_mw: 36_000, has_counter: false };

/// A machine of the fleet.
pub(super) struct FleetNode {
    pub(super) name: &'static str,
    pub(super) site: &'static str,
    pub(super) model: &'static Model,
}

/// The nodes; schedules name them by their place here.
pub(super) const NODES: [FleetNode; 12] = [
    FleetNode { name: "fra-01", site: "frankfurt", model: &H100 },
    FleetNode { name: "fra-02", site: "frankfurt", model: &H100 },
    FleetNode { name: "fra-03", site: "frankfurt", model: &H100 },
    FleetNode { name: "fra-04", site: "frankfurt", model: &H100 },
    FleetNode { name: "fra-05", site: "frankfurt", model: &H100 },
    FleetNode { name: "par-01", site: "paris", model: &A100 },
    FleetNode { name: "par-02", site: "paris", model: &A100 },
    FleetNode { name: "par-03", site: "paris", model: &A100 },
    FleetNode { name: "par-04", site: "paris", model: &A100 },
    FleetNode { name: "lon-01", site: "london", model: &H100 },
    FleetNode { name: "lon-02", site: "london", model: &H100 },
    FleetNode { name: "lon-03", site: "london", model: &L40S },
];

/// The node whose agent reaches the service only now and then, so that its data are up to an hour late.
pub(super) const LATE: usize = 8;
/// The node whose agent falls silent when the fleet goes live; its readings arrive at the next start.
pub(super) const SILENT: usize = 10;
/// The GPU whose sensor often does not answer: node and place.
pub(super) const TROUBLED: (usize, usize) = (6, 5);

/// Power limits of CPU package and memory, mW.
pub(super) const HOST_LIMITS_MW: [i64; 2] = [700_000, 120_000];

/// The devices of a node, the GPUs first.
pub(super) fn devices(node: usize) -> Vec<Device> {
    let model = NODES[node].model;
    let sensor = if model.has_counter { SensorClass::Counter } else { SensorClass::Average };
    let gpus = (0_u32..).take(GPUS).map(|index| Device {
        uuid: uuid(node, index).into(),
        name: model.name.to_owned(),
        index,
        kind: DeviceKind::Accelerator,
        sensor,
        limit: power(model.limit_mw),
        systematic_ppm: 50_000,
        counted_in: None,
        driver_epoch: 1,
    });
    let hosts = [("rapl:package-0", "CPU package"), ("rapl:dram", "DRAM")];
    let hosts = (0_u32..).zip(hosts).zip(HOST_LIMITS_MW).map(|((index, (uuid, name)), limit)| Device {
        uuid: uuid.into(),
        name: name.to_owned(),
        index,
        kind: DeviceKind::Host,
        sensor: SensorClass::Counter,
        limit: power(limit),
        systematic_ppm: 30_000,
        counted_in: None,
        driver_epoch: 1,
    });
    gpus.chain(hosts).collect()
}

/// A UUID in the form of the NVIDIA driver.
fn uuid(node: usize, index: u32) -> String {
    let draw = |part| noise::hash(&[place(node), i64::from(index), part]);
    let (high, low) = (draw(1), draw(2));
    let part = |value: u64, shift: u32, digits: u32| (value >> shift) & ((1 << (4 * digits)) - 1);
    format!(
        "GPU-{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(high, 32, 8),
        part(high, 16, 4),
        part(high, 0, 4),
        part(low, 48, 4),
        part(low, 0, 12)
    )
}

/// Power of `milliwatts`, or none if that is negative.
pub(super) fn power(milliwatts: i64) -> Power {
    Power::from_milliwatts(milliwatts.max(0).cast_unsigned())
}

/// A position in a list as a number for [`super::noise`].
pub(super) fn place(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}
