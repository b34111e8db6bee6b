//! Metering around a command: sensors are read from just before it starts until just after it ends.

pub mod command;
pub mod counting;
pub mod notes;

use crate::footprint::{Footprint, FootprintDevice, FootprintFactor};
use collectors::clock::{Clock, Timeline};
use collectors::delivery::Delivery;
use collectors::sampler::{DeviceTotal, Sampler, SamplerError, SamplerThread};
use collectors::source::{Source, SourceChoice};
use command::{CommandError, CommandHandle, Ended, Relay};
use std::ffi::OsString;
use std::sync::Arc;
use units::{Interval, Overflow, Span, Timestamp};

/// The outcome of a command that was metered.
#[derive(Debug)]
pub struct WrappedRun {
    /// How the command ended.
    pub ended: Ended,
    /// Just before the command started.
    pub start: Timestamp,
    /// Just after it ended.
    pub end: Timestamp,
    /// What each device used while the command ran.
    pub metered: Vec<DeviceTotal>,
    /// Notes for the user: sources that were read or left out, and sensors that failed.
    pub notes: Vec<String>,
    /// What may make the figures wrong.
    pub warnings: Vec<String>,
}

/// Length of the windows that are delivered to a service.
const WINDOW: Span = Span::from_seconds(1);

/// Runs `command` while reading the sources of `choice`, and reports to `delivery` as it goes. Whoever may stop the command does so through `handle`.
/// A sensor that fails becomes a note; the command runs regardless.
///
/// # Errors
///
/// Only when the command cannot be started or watched.
pub fn run(
    command: &[OsString],
    choice: SourceChoice,
    clock: Arc<dyn Clock>,
    delivery: Option<&Delivery>,
    handle: &CommandHandle,
) -> Result<WrappedRun, CommandError> {
    let relay = Relay::listen()?;
    let timeline = Timeline::open(&*clock);
    let mut notes = notes(&choice);
    let warnings = choice.warnings.clone();
    let start = timeline.now(&*clock);
    if let Some(delivery) = delivery {
        delivery.started(start, choice.sources.iter().map(|source| &**source));
    }
    let mut samplers = Vec::new();
    for source in choice.sources {
        let sampler = Sampler::new(source, Arc::clone(&clock), timeline).with_total();
        match start_sampler(sampler, delivery) {
            Ok(sampler) => samplers.push(sampler),
            Err(error) => notes.push(error.to_string()),
        }
    }
    let ended = relay.supervise(command, &[(counting::MARKER, counting::marker())], handle)?;
    let mut metered = Vec::new();
    for sampler in samplers {
        match sampler.stop() {
            Ok(devices) => append(&mut metered, devices),
            Err(error) => notes.push(error.to_string()),
        }
    }
    let end = timeline.now(&*clock);
    notes.extend(metered.iter().filter_map(failure));
    Ok(WrappedRun { ended, start, end, metered, notes, warnings })
}

/// With windows for the service, where there is one.
fn start_sampler(sampler: Sampler, delivery: Option<&Delivery>) -> Result<SamplerThread, SamplerError> {
    match delivery {
        Some(delivery) => SamplerThread::start(sampler.with_windows(WINDOW), delivery.sink()),
        None => SamplerThread::start(sampler, drop),
    }
}

/// Positions inside a source become positions among all devices.
fn append(all: &mut Vec<DeviceTotal>, devices: Vec<DeviceTotal>) {
    let offset = all.len();
    all.extend(devices.into_iter().map(|mut metered| {
        metered.device.counted_in = metered.device.counted_in.map(|position| position + offset);
        metered
    }));
}

fn notes(choice: &SourceChoice) -> Vec<String> {
    let taken = choice.sources.iter().map(|source| taken(&**source));
    let left = choice.left.iter().map(|left| format!("{} not read: {}", left.source, left.reason));
    taken.chain(choice.notes.iter().cloned()).chain(left).collect()
}

fn taken(source: &dyn Source) -> String {
    let count = source.devices().len();
    let devices = if count == 1 { "1 device".to_owned() } else { format!("{count} devices") };
    let kind = source.kind();
    if kind.is_of_whole_machine() {
        return format!("{kind} read: {devices} of the whole machine, whoever uses it");
    }
    format!("{kind} read: {devices}")
}

fn failure(metered: &DeviceTotal) -> Option<String> {
    let failure = metered.failure.as_ref()?;
    Some(format!("{} {failure}", metered.device.uuid))
}

impl WrappedRun {
    /// The run's footprint. Coverage is the observed share of the whole run, so that a device lost on the way shows.
    ///
    /// # Errors
    ///
    /// [`Overflow`] of a sum.
    pub fn footprint(&self, factor: Result<FootprintFactor, String>) -> Result<Footprint, Overflow> {
        let devices: Vec<_> = self.metered.iter().map(device).collect();
        let mut footprint = Footprint::of(&devices, factor, self.notes.clone())?;
        footprint.warnings = self.warnings.clone();
        let first = devices.iter().filter_map(|device| Some(device.window.as_ref()?.start)).min();
        let last = devices.iter().filter_map(|device| Some(device.window.as_ref()?.end)).max();
        // Without readings, the run itself is what took the time.
        let whole = Interval::new(first.unwrap_or(self.start), last.unwrap_or(self.end));
        if let Some(whole) = whole {
            footprint.set_interval(whole);
        }
        for (shown, device) in footprint.devices.iter_mut().zip(&devices) {
            if let (Some(window), Some(whole)) = (&device.window, whole) {
                let observed = window.covered.nanoseconds() as f64 / whole.span().nanoseconds() as f64;
                shown.coverage = observed.min(1.0);
            }
        }
        Ok(footprint)
    }
}

fn device(metered: &DeviceTotal) -> FootprintDevice {
    FootprintDevice {
        uuid: metered.device.uuid.clone(),
        name: Some(metered.device.name.clone()),
        reading: Some(metered.device.sensor_in_words()),
        window: metered.window.clone(),
        counted_in: metered.device.counted_in,
    }
}
