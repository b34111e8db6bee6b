//! The rules for a batch that its types do not enforce.

use crate::batch::{Batch, Device, Gap, Holding, Job};
use crate::error::{FieldProblem, WireError};
use crate::{
    DEVICES_MAX, GAPS_MAX, HOLDINGS_MAX, JOBS_MAX, LABELS_MAX, NAME_BYTES_MAX, TEXT_BYTES_MAX, UNCLEAR_MAX, VERSION,
    WEIGHT_MAX, WINDOW_NS_MAX, WINDOWS_MAX,
};
use account::meter::Window;
use std::collections::{HashMap, HashSet};
use units::{Energy, Timestamp};

/// A problem and the key of the checked entry that has it.
type Found = (&'static str, FieldProblem);

/// The devices of the batch, by identity.
type Declared<'a> = HashMap<&'a str, &'a Device>;

impl Batch {
    /// Checks the rules of the crate's documentation.
    pub(crate) fn check(&self) -> Result<(), WireError> {
        if self.version != VERSION {
            return Err(WireError::Version { found: u64::from(self.version) });
        }
        self.check_head().map_err(|(key, problem)| WireError::Invalid { field: key.to_owned(), problem })?;
        once("devices", "uuid", &self.devices, |device| device.uuid.as_str())?;
        let declared: Declared<'_> = self.devices.iter().map(|device| (device.uuid.as_str(), device)).collect();
        each("devices", &self.devices, |device: &Device| device.check(&declared))?;
        each("windows", &self.windows, |window: &Window| check_window(window, &declared))?;
        once("windows", "start_ns", &self.windows, |window| (window.device.as_str(), window.start.nanoseconds()))?;
        each("holdings", &self.holdings, |holding: &Holding| holding.check(&declared))?;
        once("holdings", "start_ns", &self.holdings, |holding| {
            (holding.device.as_str(), holding.job.as_str(), holding.start.nanoseconds())
        })?;
        each("jobs", &self.jobs, Job::check)?;
        once("jobs", "id", &self.jobs, |job| job.id.as_str())?;
        each("gaps", &self.gaps, |gap: &Gap| gap.check(&declared))
    }

    fn check_head(&self) -> Result<(), Found> {
        name("agent", self.agent.as_str())?;
        if self.sequence == 0 {
            return Err(("sequence", FieldProblem::Sequence));
        }
        name("node.name", self.node.name.as_str())?;
        text("node.software", &self.node.software)?;
        optional("node.machine_id", self.node.machine_id.as_ref(), text)?;
        optional("node.host_boot", self.node.host_boot.as_ref(), text)?;
        count("node.unclear", self.node.unclear.len(), UNCLEAR_MAX)?;
        self.node.unclear.iter().try_for_each(|says| text("node.unclear", says))?;
        moment("clock.wall_ns", self.clock.wall)?;
        count("devices", self.devices.len(), DEVICES_MAX)?;
        count("windows", self.windows.len(), WINDOWS_MAX)?;
        count("holdings", self.holdings.len(), HOLDINGS_MAX)?;
        count("jobs", self.jobs.len(), JOBS_MAX)?;
        count("gaps", self.gaps.len(), GAPS_MAX)
    }
}

impl Device {
    fn check(&self, declared: &Declared<'_>) -> Result<(), Found> {
        text("uuid", self.uuid.as_str())?;
        text("name", &self.name)?;
        if self.systematic_ppm > 1_000_000 {
            return Err(("systematic_ppm", FieldProblem::PartsPerMillion(self.systematic_ppm)));
        }
        let mut container = self.counted_in.as_ref();
        // A chain longer than the list of devices goes round in a ring.
        for _ in 0..=declared.len() {
            let Some(uuid) = container else { return Ok(()) };
            let outer = declared
                .get(uuid.as_str())
                .ok_or_else(|| ("counted_in", FieldProblem::UndeclaredDevice(uuid.to_string())))?;
            container = outer.counted_in.as_ref();
        }
        Err(("counted_in", FieldProblem::CountedInItself(self.uuid.to_string())))
    }
}

fn check_window(window: &Window, declared: &Declared<'_>) -> Result<(), Found> {
    device(window.device.as_str(), declared)?;
    let span = interval(window.start, window.end)?;
    if span > WINDOW_NS_MAX {
        return Err(("end_ns", FieldProblem::LongWindow(span)));
    }
    if window.covered.nanoseconds() > span {
        return Err(("covered_ns", FieldProblem::Covered { covered: window.covered.nanoseconds(), span }));
    }
    energy("energy_mj", window.energy)?;
    energy("integration_uncertainty_mj", window.integration_uncertainty)?;
    energy("sensor_systematic_mj", window.sensor_systematic)?;
    if window.power_min > window.power_peak {
        let (min, peak) = (window.power_min.milliwatts(), window.power_peak.milliwatts());
        return Err(("power_min_mw", FieldProblem::MinAbovePeak { min, peak }));
    }
    let repeated = (1..window.flags.len()).find(|&position| window.flags[..position].contains(&window.flags[position]));
    match repeated {
        Some(position) => Err(("flags", FieldProblem::Repeated(window.flags[position].name().to_owned()))),
        None => Ok(()),
    }
}

impl Holding {
    fn check(&self, declared: &Declared<'_>) -> Result<(), Found> {
        device(self.device.as_str(), declared)?;
        name("job", self.job.as_str())?;
        if !(1..=WEIGHT_MAX).contains(&self.weight) {
            return Err(("weight", FieldProblem::Weight(self.weight)));
        }
        match self.end {
            Some(end) => interval(self.start, end).map(drop),
            None => moment("start_ns", self.start),
        }
    }
}

impl Job {
    fn check(&self) -> Result<(), Found> {
        name("id", self.id.as_str())?;
        optional("project", self.project.as_ref(), name)?;
        optional("name", self.name.as_ref(), text)?;
        count("labels", self.labels.len(), LABELS_MAX)?;
        for (label, value) in &self.labels {
            name("labels", label)?;
            text("labels", value)?;
        }
        if self.attempt == Some(0) {
            return Err(("attempt", FieldProblem::Attempt));
        }
        if let Some(started) = self.started {
            moment("started_ns", started)?;
        }
        if let Some(ended) = self.ended {
            moment("ended_ns", ended)?;
        }
        if let (Some(started), Some(ended)) = (self.started, self.ended)
            && ended < started
        {
            let (start, end) = (started.nanoseconds(), ended.nanoseconds());
            return Err(("ended_ns", FieldProblem::EmptyInterval { start, end }));
        }
        match self.exit_status {
            Some(status) if !(-255..=255).contains(&status) => Err(("exit_status", FieldProblem::ExitStatus(status))),
            _ => Ok(()),
        }
    }
}

impl Gap {
    fn check(&self, declared: &Declared<'_>) -> Result<(), Found> {
        device(self.device.as_str(), declared)?;
        interval(self.start, self.end).map(drop)
    }
}

fn each<T>(list: &str, entries: &[T], check: impl Fn(&T) -> Result<(), Found>) -> Result<(), WireError> {
    for (position, entry) in entries.iter().enumerate() {
        check(entry)
            .map_err(|(key, problem)| WireError::Invalid { field: format!("{list}[{position}].{key}"), problem })?;
    }
    Ok(())
}

/// No two entries have the same `identity`.
fn once<'a, T, K: std::hash::Hash + Eq + std::fmt::Debug>(
    list: &str,
    key: &str,
    entries: &'a [T],
    identity: impl Fn(&'a T) -> K,
) -> Result<(), WireError> {
    let mut seen = HashSet::with_capacity(entries.len());
    match entries.iter().position(|entry| !seen.insert(identity(entry))) {
        Some(position) => Err(WireError::Invalid {
            field: format!("{list}[{position}].{key}"),
            problem: FieldProblem::Repeated(format!("{:?}", identity(&entries[position]))),
        }),
        None => Ok(()),
    }
}

fn device(uuid: &str, declared: &Declared<'_>) -> Result<(), Found> {
    if declared.contains_key(uuid) {
        return Ok(());
    }
    Err(("device", FieldProblem::UndeclaredDevice(shortened(uuid))))
}

/// Length of the interval in nanoseconds.
fn interval(start: Timestamp, end: Timestamp) -> Result<u64, Found> {
    moment("start_ns", start)?;
    match end.since(start).map(units::Span::nanoseconds) {
        Some(span @ 1..) => Ok(span),
        _ => Err(("end_ns", FieldProblem::EmptyInterval { start: start.nanoseconds(), end: end.nanoseconds() })),
    }
}

fn moment(key: &'static str, at: Timestamp) -> Result<(), Found> {
    if at.nanoseconds() < 0 {
        return Err((key, FieldProblem::BeforeEpoch(at.nanoseconds())));
    }
    Ok(())
}

fn energy(key: &'static str, energy: Energy) -> Result<(), Found> {
    if energy < Energy::ZERO {
        return Err((key, FieldProblem::NegativeEnergy(energy.millijoules())));
    }
    Ok(())
}

fn count(key: &'static str, found: usize, most: usize) -> Result<(), Found> {
    if found > most {
        return Err((key, FieldProblem::Count { found, most }));
    }
    Ok(())
}

/// Whether `text` is a *name*: 1 to [`NAME_BYTES_MAX`] of `A-Z a-z 0-9 . _ : @ + -`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@+-".contains(&byte);
    (1..=NAME_BYTES_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

fn name(key: &'static str, value: &str) -> Result<(), Found> {
    if is_name(value) {
        return Ok(());
    }
    Err((key, FieldProblem::Name(shortened(value))))
}

fn text(key: &'static str, value: &str) -> Result<(), Found> {
    if (1..=TEXT_BYTES_MAX).contains(&value.len()) && !value.chars().any(char::is_control) {
        return Ok(());
    }
    Err((key, FieldProblem::Text(shortened(value))))
}

fn optional(
    key: &'static str,
    value: Option<&impl AsRef<str>>,
    check: impl Fn(&'static str, &str) -> Result<(), Found>,
) -> Result<(), Found> {
    value.map_or(Ok(()), |value| check(key, value.as_ref()))
}

/// The beginning of a refused value, enough to find it by, with control characters escaped.
fn shortened(value: &str) -> String {
    value.chars().take(40).flat_map(char::escape_debug).collect()
}
