//! CPU, memory and platform energy from Linux powercap (Intel RAPL, also on AMD Zen).
//!
//! A zone is a directory `intel-rapl:<n>` (or `intel-rapl-mmio:<n>`, children `intel-rapl:<n>:<k>`) with `name`,
//! `energy_uj` and `max_energy_range_uj`. Zones contain each other: psys holds packages and memory, a package holds its
//! core and uncore; memory (`dram`) stands beside its package although its directory lies inside. The same zone seen
//! through two interfaces is one device.

use super::{Device, ReadError, Source};
use account::meter::{CounterSensor, CounterUnit, Reading, Sensor};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use units::{Power, Span, Timestamp};

/// Where Linux shows powercap zones.
pub const POWERCAP: &str = "/sys/class/powercap";

/// What to try where there is no zone.
const LOAD: &str = "\
# on the machine itself, not inside a guest or container:
sudo modprobe intel_rapl_common && sudo modprobe intel_rapl_msr
# in a Docker container, which hides the counters (and more, all of which this shows):
docker run --security-opt systempaths=unconfined …";

/// How to let everyone read the counters, now and after the next boot. Fine-grained power reveals secrets of other
/// processes (CVE-2020-8694), so the reader has to know what is given away.
const ALLOW: &str = "\
# where you trust every user of this machine (power reveals what other processes compute):
sudo chmod a+r /sys/class/powercap/*/energy_uj
# and to keep it so after a reboot:
echo 'SUBSYSTEM==\"powercap\", ACTION==\"add\", RUN+=\"/bin/chmod a+r /sys%p/energy_uj\"' | sudo tee /etc/udev/rules.d/60-powercap.rules";

/// RAPL's error is not published; the band that NVIDIA states for boards is taken for it too (D6).
const SYSTEMATIC_PPM: u32 = 50_000;
/// The register is renewed about every millisecond.
const UPDATE: Span = Span::from_milliseconds(1);
/// Far below the shortest time in which a counter can pass its range twice (66 s at 1 kW).
const CADENCE: Span = Span::from_seconds(1);

/// Why there is no RAPL here.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No zone: another kind of machine, a guest, a container with masked `/sys`, or a module that is not loaded.
    #[error("no energy counter under {}: the machine is virtual, a container hides it, or its module is not loaded", .0.display())]
    NoZone(PathBuf),
    /// Zones are there, but not for this user.
    #[error("{} is readable by root only (since Linux 5.10, against CVE-2020-8694)", .0.display())]
    NotAllowed(PathBuf),
    /// Zones are there and cannot be read for another reason.
    #[error("{} cannot be read: {cause}", path.display())]
    Unreadable {
        /// The counter that was tried.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl OpenError {
    /// What would add the sensor, as commands with a word of explanation each.
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
    devices: Vec<Device>,
    zones: Vec<Zone>,
}

/// A zone directory, by its place and name.
#[derive(Debug)]
struct Zone {
    directory: PathBuf,
    /// `psys`, `package-0`, `package-0/core`.
    identity: String,
    number: u32,
}

impl Zone {
    fn counter(&self) -> PathBuf {
        self.directory.join("energy_uj")
    }

    fn is_platform(&self) -> bool {
        self.identity.starts_with("psys")
    }
}

impl RaplSource {
    /// Finds the zones under `root`, normally [`POWERCAP`]. A zone that cannot be read is no device; none at all is an
    /// error that says what to do.
    pub fn open(root: &Path) -> Result<Self, OpenError> {
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
            (true, None) => Err(OpenError::NoZone(root.to_owned())),
            (true, Some((path, cause))) if cause.kind() == ErrorKind::PermissionDenied => {
                Err(OpenError::NotAllowed(path))
            }
            (true, Some((path, cause))) => Err(OpenError::Unreadable { path, cause }),
        }
    }

    /// The processors and their memory, without the zone of the whole platform, which on laptops contains the GPU.
    #[must_use]
    pub fn without_platform(self) -> Self {
        Self::of(self.zones.into_iter().filter(|zone| !zone.is_platform()).collect())
    }

    fn of(zones: Vec<Zone>) -> Self {
        let position = |identity: &str| zones.iter().position(|zone| zone.identity == identity);
        let devices = zones
            .iter()
            .map(|zone| Device {
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
    fn name(&self) -> &'static str {
        "rapl"
    }

    fn devices(&self) -> &[Device] {
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

/// All zones, one per identity, containers before what they contain; the register interface before its copy in memory.
fn discover(root: &Path) -> Vec<Zone> {
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

fn zone(root: &Path, directory: &str) -> Option<Zone> {
    let (_, place) = directory.split_once(':')?;
    let own = read_text(&root.join(directory).join("name")).ok()?;
    let identity = match directory.rsplit_once(':') {
        // A child's name says only what it is; its parent says of which package.
        Some((parent, _)) if place.contains(':') => {
            let parent = read_text(&root.join(parent).join("name")).ok()?;
            format!("{parent}/{own}")
        }
        _ => own,
    };
    Some(Zone { directory: root.join(directory), identity, number: place.split(':').next()?.parse().ok()? })
}

fn rank(identity: &str) -> u8 {
    match identity {
        name if name.starts_with("psys") => 0,
        name if !name.contains('/') => 1,
        _ => 2,
    }
}

/// What may contain a zone, nearest first.
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
    // Linux numbers the platform zones of a second socket; the first has no number.
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

/// The highest power that the zone states (long term, short term, peak). A zone without such a figure (core, memory,
/// many servers) and one whose limits are switched off is believed up to [`Sensor::UNKNOWN_LIMIT`].
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
