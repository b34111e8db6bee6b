//! Reads what a Prometheus exporter serves at this moment, by the rules for a recording of it.
//!
//! Which metrics are read, in which unit, and what is the same board or inside another device is decided as for a recording. What differs: all
//! samples of a scrape are of its moment; meters of a whole machine are no devices, since they contain what is metered beside them; and what is
//! inside a device is left out instead of shown.

use super::part::{MachinePart, MachinePlace};
use super::prometheus::Prometheus;
use super::recognise;
use super::text::{excerpt, lines_of, trim};
use super::track::{Conflict, Tracker};
use super::{DeviceReading, LogError, LoggedDevice};
use account::meter::{PowerSensor, Sensor};
use std::collections::BTreeSet;
use units::{Power, Span, Timestamp};

/// What scrapes are of: an hour of which none is real, to find the devices.
const FIRST: Timestamp = Timestamp::from_nanoseconds(1_000_000_000);

/// Why what is served cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ScrapeError {
    /// It is not what exporters serve.
    #[error(
        "it serves no metrics: its answer begins with `{0}`; give the address of the exporter's metrics, which often ends in /metrics"
    )]
    NoMetrics(String),
    /// No metric is of power or energy.
    #[error("none of its metrics is power or energy: {0}")]
    NoPower(String),
    /// Which metric to read is not certain.
    #[error("{0}")]
    Uncertain(String),
    /// A metric is energy since the value before.
    #[error(
        "{0} is the energy of an interval, of which a scrape sees some twice and others never; have the exporter serve a counter or a power"
    )]
    Intervals(String),
    /// No metric of power or energy has a value.
    #[error("its metrics of power and energy hold no value: {0}")]
    Blank(String),
    /// The devices are those of several machines.
    #[error(
        "it serves the devices of several machines ({0}), and an agent or run speaks for its own alone; name an exporter on this machine"
    )]
    SeveralMachines(String),
    /// Only the machine as a whole is metered.
    #[error(
        "it meters only the machine as a whole, which is no device: that would count again what is metered inside it"
    )]
    OnlyMachine,
    /// It cannot be read for another reason.
    #[error(transparent)]
    Unreadable(LogError),
}

impl From<LogError> for ScrapeError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::NoPower { columns } => Self::NoPower(columns),
            LogError::Uncertain(question) => Self::Uncertain(question.reason),
            other => Self::Unreadable(other),
        }
    }
}

/// A device of an exporter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScrapedDevice {
    /// UUID, `HOST/INDEX` where the exporter tells none, or `package-0` of a processor with its memory.
    pub id: String,
    /// Product name.
    pub name: Option<String>,
    /// What the readings mean. Counters are in µJ.
    pub sensor: Sensor,
    /// Whether it is a processor with its memory, or a whole platform, and no accelerator.
    pub is_of_machine: bool,
    /// The metrics that are read.
    pub metrics: String,
    /// What identifies an NVIDIA board to CUDA besides; `None` if it is none or its labels do not say.
    pub board: Option<ScrapedBoard>,
}

/// What CUDA knows a board by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScrapedBoard {
    /// Index in the driver's list.
    pub index: u32,
    /// PCI address; empty if the exporter does not tell it.
    pub pci: String,
}

/// What one scrape says of a device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScrapedValues {
    /// Power; `None` if it is not served, or not for all parts of the device.
    pub power: Option<Power>,
    /// Energy counter, µJ; `None` likewise.
    pub counter: Option<u64>,
}

/// An exporter whose metrics are chosen and whose devices are known.
pub struct ScrapedExporter {
    reader: Prometheus,
    tracker: Tracker,
    devices: Vec<ScrapedDevice>,
    /// For each device, the positions in the tracker of the parts that it is the sum of.
    parts: Vec<Vec<usize>>,
    note: String,
}

impl ScrapedExporter {
    /// Chooses the metrics and finds the devices in one scrape.
    ///
    /// # Errors
    ///
    /// See [`ScrapeError`].
    pub fn open(text: &[u8]) -> Result<Self, ScrapeError> {
        let first = recognise::first_line(text)?;
        let (mut reader, note) = Prometheus::of_scrape(text).map_err(|error| match error {
            LogError::NoSamples { .. } => ScrapeError::NoMetrics(excerpt(trim(first.bytes))),
            other => other.into(),
        })?;
        if let Some(metric) = reader.metric_of_intervals() {
            return Err(ScrapeError::Intervals(metric.to_owned()));
        }
        let mut tracker = Tracker::new(recognise::ceiling(reader.is_of_boards()), Conflict::KeepFirst);
        (tracker.is_live, tracker.cadence) = (true, Span::from_seconds(1));
        let mut scrape = Self::scrape(&mut reader, &mut tracker, FIRST, text)?;
        let counted = |place: &MachinePlace| !matches!(place.part, Some(MachinePart::Node | MachinePart::Supply));
        let places = tracker.places().to_vec();
        scrape.resize(places.len(), None);
        let is_counted = |at: usize| scrape[at].is_some() && counted(&places[at]);
        let counts: Vec<usize> = (0..places.len()).map(|at| usize::from(is_counted(at))).collect();
        tracker.link_without_silent(&counts);
        let roots: Vec<usize> =
            (0..places.len()).filter(|at| is_counted(*at) && tracker.devices[*at].counted_in.is_none()).collect();
        if roots.is_empty() {
            let is_blank = scrape.iter().all(Option::is_none);
            return Err(if is_blank { ScrapeError::Blank(note.text) } else { ScrapeError::OnlyMachine });
        }
        refuse_several_machines(&roots, &places)?;
        let parts = grouped(&roots, &places);
        let boards = boards(&reader, text, places.len());
        let device = |parts: &Vec<usize>| described(parts, &tracker.devices, &places, &boards);
        let devices = parts.iter().map(device).collect();
        Ok(Self { devices, parts, note: note.text, reader, tracker })
    }

    /// The devices that no other contains.
    #[must_use]
    pub fn devices(&self) -> &[ScrapedDevice] {
        &self.devices
    }

    /// Which metrics are read and which are not, one sentence.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Keeps the devices at `positions`, in their order.
    pub fn keep(&mut self, positions: &[usize]) {
        let kept = |at: &usize| positions.contains(at);
        self.devices =
            (0..).zip(std::mem::take(&mut self.devices)).filter(|(at, _)| kept(at)).map(|(_, d)| d).collect();
        self.parts = (0..).zip(std::mem::take(&mut self.parts)).filter(|(at, _)| kept(at)).map(|(_, p)| p).collect();
    }

    /// Reads a scrape of the moment `at`: what it says of each device, in the order of [`Self::devices`].
    ///
    /// # Errors
    ///
    /// See [`ScrapeError`].
    pub fn read(&mut self, at: Timestamp, text: &[u8]) -> Result<Vec<ScrapedValues>, ScrapeError> {
        let values = Self::scrape(&mut self.reader, &mut self.tracker, at, text)?;
        if values.is_empty() {
            let first = lines_of(text).map(|line| excerpt(trim(line.bytes))).find(|line| !line.is_empty());
            return Err(ScrapeError::NoMetrics(first.unwrap_or_default()));
        }
        let of_part = |at: &usize| values.get(*at).copied().flatten().unwrap_or_default();
        let values_of = |parts: &Vec<usize>| {
            let power = sum(parts.iter().map(|part| Some(of_part(part).power?.milliwatts())));
            let counter = sum(parts.iter().map(|part| of_part(part).counter));
            ScrapedValues { power: power.map(Power::from_milliwatts), counter }
        };
        Ok(self.parts.iter().map(values_of).collect())
    }

    /// The values of each device of the tracker; those at the end may be missing.
    fn scrape(
        reader: &mut Prometheus,
        tracker: &mut Tracker,
        at: Timestamp,
        text: &[u8],
    ) -> Result<Vec<Option<ScrapedValues>>, ScrapeError> {
        reader.set_moment(at);
        let mut queue = Vec::new();
        for line in lines_of(text) {
            reader.line(line, tracker, &mut queue)?;
        }
        reader.end(tracker, &mut queue)?;
        let mut values = Vec::new();
        for DeviceReading { device, reading } in queue {
            values.resize(values.len().max(device + 1), None);
            values[device] = Some(ScrapedValues { power: reading.power, counter: reading.counter });
        }
        Ok(values)
    }
}

/// The sum of all values, if there is one of each part.
fn sum(mut values: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    values.try_fold(0_u64, |sum, value| sum.checked_add(value?))
}

/// Whether a device is a processor, or the memory that is metered beside it.
const fn is_of_socket(place: &MachinePlace) -> bool {
    matches!(place.part, Some(MachinePart::Package | MachinePart::Memory))
}

/// What a Prometheus server serves of a whole fleet is not of this machine.
fn refuse_several_machines(roots: &[usize], places: &[MachinePlace]) -> Result<(), ScrapeError> {
    /// How many machines a message lists at most.
    const LISTED: usize = 5;
    let hosts: BTreeSet<&str> =
        roots.iter().map(|root| places[*root].host.as_str()).filter(|host| !host.is_empty()).collect();
    if hosts.len() < 2 {
        return Ok(());
    }
    Err(ScrapeError::SeveralMachines(hosts.into_iter().take(LISTED).collect::<Vec<_>>().join(", ")))
}

/// Puts together the parts of each socket: package and memory, and what Kepler divides by mode. All else is a device of its own.
fn grouped(roots: &[usize], places: &[MachinePlace]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for &root in roots {
        let place = &places[root];
        let is_same = |group: &&mut Vec<usize>| {
            let other = &places[group[0]];
            is_of_socket(other) && other.host == place.host && other.number == place.number
        };
        match groups.iter_mut().find(is_same).filter(|_| is_of_socket(place)) {
            Some(group) => group.push(root),
            None => groups.push(vec![root]),
        }
    }
    groups
}

/// What CUDA knows each device of the tracker by.
fn boards(reader: &Prometheus, text: &[u8], count: usize) -> Vec<Option<ScrapedBoard>> {
    let mut boards = vec![None; count];
    for (device, sample) in lines_of(text).filter_map(|line| reader.known(line.bytes)) {
        let text = |names: &[&[u8]]| sample.label(names).map(|value| String::from_utf8_lossy(value).into_owned());
        let index = text(&[b"gpu", &b"index"[..], b"minor_number"]).and_then(|index| index.parse().ok());
        if let (Some(slot), Some(index)) = (boards.get_mut(device), index) {
            *slot = Some(ScrapedBoard { index, pci: text(&[b"pci_bus_id"]).unwrap_or_default() });
        }
    }
    boards
}

fn described(
    parts: &[usize],
    logged: &[LoggedDevice],
    places: &[MachinePlace],
    boards: &[Option<ScrapedBoard>],
) -> ScrapedDevice {
    let (first, place) = (&logged[parts[0]], &places[parts[0]]);
    let is_of_machine = is_of_socket(place) || place.part == Some(MachinePart::Platform);
    let counter = parts.iter().map(|part| logged[*part].sensor.counter).collect::<Option<Vec<_>>>();
    let power = parts.iter().map(|part| logged[*part].sensor.power).collect::<Option<Vec<_>>>();
    let sensor = Sensor {
        counter: counter.and_then(|all| all.first().copied()),
        power: power.and_then(|all| if parts.len() == 1 { all.first().copied() } else { Some(PowerSensor::Unknown) }),
        ..first.sensor
    };
    let mut metrics: Vec<&str> = parts.iter().map(|part| logged[*part].column.as_str()).collect();
    metrics.dedup();
    let id = match (is_of_machine, first.column.starts_with("nvidia_smi_") && !first.id.starts_with("GPU-")) {
        (true, _) => socket(place),
        // nvidia_gpu_exporter leaves out how the driver's UUIDs begin.
        (false, true) => format!("GPU-{}", first.id),
        (false, false) => first.id.clone(),
    };
    ScrapedDevice {
        board: boards[parts[0]].clone().filter(|_| id.starts_with("GPU-")),
        id,
        name: first.name.clone(),
        sensor,
        is_of_machine,
        metrics: metrics.join(", "),
    }
}

/// `package-0`, `package` without a number, `psys`; with the host in front where the exporter tells one.
fn socket(place: &MachinePlace) -> String {
    let part = match (place.part, place.number) {
        (Some(MachinePart::Platform), _) => "psys".to_owned(),
        (_, Some(number)) => format!("package-{number}"),
        (_, None) => "package".to_owned(),
    };
    if place.host.is_empty() { part } else { format!("{}/{part}", place.host) }
}
