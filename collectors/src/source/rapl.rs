//! CPU, memory and platform energy from Linux powercap (Intel RAPL, also on AMD Zen).
//!
//! A zone is a directory `intel-rapl:<n>` (or `intel-rapl-mmio:<n>`, children `intel-rapl:<n>:<k>`) with `name`,
//! `energy_uj` and `max_energy_range_uj`. Zones contain each other: psys holds packages and memory, a package holds its
//! core and uncore. Memory (`dram`) counts beside its package, although its directory is inside. A zone that is visible
//! through two interfaces is one device.

use super::{ReadError, Source, SourceDevice, SourceKind};
use account::meter::{CounterSensor, CounterUnit, Reading, Sensor};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use units::{Power, Span, Timestamp};

/// The directory in which Linux shows powercap zones.
pub const POWERCAP: &str = "/sys/class/powercap";

/// What to try if there is no zone.
const LOAD: &str = "\
# on the machine itself, not inside a guest or container:
sudo modprobe intel_rapl_common && sudo modprobe intel_rapl_msr
# in a Docker container, which hides the counters and other system files (this shows all of them):
docker run --security-opt systempaths=unconfined …";

/// How to let every user read the counters, now and after the next boot. Fine-grained power can reveal secrets of other
/// processes (CVE-2020-8694), which the operator has to know.
const ALLOW: &str = "\
# if you trust every user of this machine (power can reveal what other processes compute):
sudo chmod a+r /sys/class/powercap/*/energy_uj
# to keep it that way after a reboot:
echo 'SUBSYSTEM==\"powercap\", ACTION==\"add\", RUN+=\"/bin/chmod a+r /sys%p/energy_uj\"' | sudo tee /etc/udev/rules.d/60-powercap.rules";

/// The error of RAPL is not published; that which NVIDIA states for its boards is assumed.
const SYSTEMATIC_PPM: u32 = 50_000;
/// The register is updated about every millisecond.
const UPDATE: Span = Span::from_milliseconds(1);
/// Far below the shortest time in which a counter can pass its range twice (66 s at 1 kW).
const CADENCE: Span = Span::from_seconds(1);

/// Why RAPL cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RaplOpenError {
    /// There is no zone: on another kind of machine, in a guest, in a container that hides `/sys`, or without the kernel module.
    #[error("no energy counter under {}: the machine is virtual, a container hides it, or the kernel module is not loaded", .0.display())]
    NoZone(PathBuf),
    /// There are zones, but this user may not read them.
    #[error("{} is readable by root only (since Linux 5.10, against CVE-2020-8694)", .0.display())]
    NotAllowed(PathBuf),
    /// There are zones, which cannot be read for another reason.
    #[error("{} cannot be read: {cause}", path.display())]
    Unreadable {
        /// The counter that was tried.
        path: PathBuf,
        /// Error of the system.
        cause: io::Error,
    },
}

impl RaplOpenError {
    /// Commands that would add the sensor, with comments after `#`.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        match self {
            Self::NoZone(_) => Some(LOAD.to_owned()),
            Self::NotAllowed(_) => Some(ALLOW.to_owned()),
            Self::Unreadable { .. } => None,
        }
    }
}

/// The readable energy zones of this machine.
#[derive(Debug)]
pub struct RaplSource {
    devices: Vec<SourceDevice>,
    zones: Vec<RaplZone>,
}

/// A zone whose counter can be read.
#[derive(Debug)]
struct RaplZone {
    directory: PathBuf,
    /// Name of the zone, after that of its parent: `psys`, `package-0`, `package-0/core`.
    identity: String,
    number: u32,
}

impl RaplZone {
    fn counter(&self) -> PathBuf {
        self.directory.join("energy_uj")
    }

    fn is_platform(&self) -> bool {
        self.identity.starts_with("psys")
    }
}

impl RaplSource {
    /// Finds the zones under `root`, normally [`POWERCAP`]. Zones that cannot be read are left out.
    ///
    /// # Errors
    ///
    /// There is no zone that can be read: [`RaplOpenError::remedy`] says what to do.
    pub fn open(root: &Path) -> Result<Self, RaplOpenError> {
        let mut zones = Vec::new();
        let mut refused = None;
        for zone in discover(root) {
            let counter = zone.counter();
            match read_number(&counter) {
                Ok(_) => zones.push(zone),
                Err(cause) => refused = refused.or(Some((counter, cause))),
            }
        }
        match (zones.is_empty(), refused) {
            (false, _) => Ok(Self::of(zones)),
            (true, None) => Err(RaplOpenError::NoZone(root.to_owned())),
            (true, Some((path, cause))) if cause.kind() == ErrorKind::PermissionDenied => {
                Err(RaplOpenError::NotAllowed(path))
            }
            (true, Some((path, cause))) => Err(RaplOpenError::Unreadable { path, cause }),
        }
    }

    /// Leaves out the zones of the whole platform, which on laptops contain the GPU.
    #[must_use]
    pub fn without_platform(self) -> Self {
        Self::of(self.zones.into_iter().filter(|zone| !zone.is_platform()).collect())
    }

    fn of(zones: Vec<RaplZone>) -> Self {
        let position = |identity: &str| zones.iter().position(|zone| zone.identity == identity);
        let devices = zones
            .iter()
            .map(|zone| SourceDevice {
                uuid: format!("rapl:{}", zone.identity),
                index: zone.number,
                name: describe(&zone.identity),
                sensor: sensor(&zone.directory),
                counted_in: containers(&zone.identity).iter().find_map(|name| position(name)),
            })
            .collect();
        Self { devices, zones }
    }
}

impl Source for RaplSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Rapl
    }

    fn devices(&self) -> &[SourceDevice] {
        &self.devices
    }

    fn poll(&mut self, now: Timestamp, sink: &mut dyn FnMut(usize, Result<Reading, ReadError>)) {
        for (position, zone) in self.zones.iter().enumerate() {
            let counter = zone.counter();
            let reading =
                read_number(&counter).map(|count| Reading { at: now, power: None, counter: Some(count), epoch: 0 });
            sink(position, reading.map_err(|cause| read_error(&counter, &cause)));
        }
    }
}

fn read_error(path: &Path, cause: &io::Error) -> ReadError {
    let said = format!("{}: {cause}", path.display());
    match cause.kind() {
        ErrorKind::NotFound => ReadError::Lost(said),
        ErrorKind::InvalidData => ReadError::Blank(said),
        _ => ReadError::Unreadable(said),
    }
}

/// Finds all zones, each once, and each after those that contain it. The register interface is preferred to the memory-mapped
/// one.
fn discover(root: &Path) -> Vec<RaplZone> {
    let Ok(entries) = std::fs::read_dir(root) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with("intel-rapl") && name.contains(':'))
        .collect();
    names.sort_by_key(|name| (name.contains("mmio"), name.clone()));
    let mut zones = BTreeMap::new();
    for name in names {
        if let Some(zone) = zone(root, &name) {
            zones.entry((rank(&zone.identity), zone.identity.clone())).or_insert(zone);
        }
    }
    zones.into_values().collect()
}

fn zone(root: &Path, directory: &str) -> Option<RaplZone> {
    let (_, place) = directory.split_once(':')?;
    let own = read_text(&root.join(directory).join("name")).ok()?;
    let identity = match directory.rsplit_once(':') {
        // The name of a child does not say which package it belongs to; that of its parent does.
        Some((parent, _)) if place.contains(':') => {
            let parent = read_text(&root.join(parent).join("name")).ok()?;
            format!("{parent}/{own}")
        }
        _ => own,
    };
    Some(RaplZone { directory: root.join(directory), identity, number: place.split(':').next()?.parse().ok()? })
}

fn rank(identity: &str) -> u8 {
    match identity {
        name if name.starts_with("psys") => 0,
        name if !name.contains('/') => 1,
        _ => 2,
    }
}

/// Identities of the zones that may contain a zone, the nearest first.
fn containers(identity: &str) -> Vec<String> {
    if identity.starts_with("psys") {
        return Vec::new();
    }
    let (package, part) = match identity.split_once('/') {
        Some((package, part)) => (package, Some(part)),
        None => (identity, None),
    };
    let mut containers = Vec::new();
    if part.is_some_and(|part| part != "dram") {
        containers.push(package.to_owned());
    }
    // Linux numbers the platform zones from the second socket on; that of the first has no number.
    if let Some(number) = package.strip_prefix("package-") {
        containers.push(format!("psys-{number}"));
    }
    containers.push("psys".to_owned());
    containers
}

fn describe(identity: &str) -> String {
    if identity.starts_with("psys") {
        return "platform".to_owned();
    }
    match identity.split_once('/') {
        Some((package, part)) => format!("{part} of CPU {package}"),
        None => format!("CPU {identity}"),
    }
}

fn sensor(zone: &Path) -> Sensor {
    Sensor {
        counter: Some(CounterSensor {
            unit: CounterUnit::Microjoule,
            range: read_number(&zone.join("max_energy_range_uj")).ok(),
            update: UPDATE,
        }),
        power: None,
        limit: limit(zone),
        cadence: CADENCE,
        systematic_ppm: SYSTEMATIC_PPM,
    }
}

/// The highest power limit that the zone has (long term, short term, peak), or [`Sensor::UNKNOWN_LIMIT`] if it has none, as
/// cores, memory and many servers, or if its limits are switched off.
fn limit(zone: &Path) -> Power {
    let switched_off = read_number(&zone.join("enabled")).is_ok_and(|enabled| enabled == 0);
    let names = ["power_limit_uw", "max_power_uw"];
    let stated = (0..3).flat_map(|constraint| names.map(|name| format!("constraint_{constraint}_{name}")));
    let highest = stated.filter_map(|file| read_number(&zone.join(file)).ok()).max();
    match highest {
        Some(microwatts) if microwatts > 0 && !switched_off => {
            Power::from_milliwatts(microwatts / 1_000).min(Sensor::UNKNOWN_LIMIT)
        }
        _ => Sensor::UNKNOWN_LIMIT,
    }
}

fn read_text(path: &Path) -> io::Result<String> {
    std::fs::read_to_string(path).map(|text| text.trim().to_owned())
}

fn read_number(path: &Path) -> io::Result<u64> {
    let text = read_text(path)?;
    text.parse().map_err(|_| io::Error::new(ErrorKind::InvalidData, format!("`{text}` is not a whole number")))
}
