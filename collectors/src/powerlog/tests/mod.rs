//! What is read of logs: real recordings, each format, each refusal, and laws over arbitrary bytes.

mod cases;
mod certainty;
mod exporters;
mod formats;
mod laws;
mod mutations;
mod properties;
mod published;
mod refusals;
mod samples;
mod scrapes;
#[path = "../../../../tests/it/skip.rs"]
#[allow(dead_code, reason = "this test asks for no program")]
mod skip;
mod statements;
mod variants;

use super::{LogError, LogNote, LoggedDevice, Options, PowerLog, Times};
use account::meter::Reading;
use std::io::Read;
use std::ops::ControlFlow;
use units::ExactEnergy;

/// A log read to its end.
#[derive(Debug)]
struct Log {
    devices: Vec<LoggedDevice>,
    readings: Vec<Vec<Reading>>,
    notes: Vec<LogNote>,
    times: Times,
}

fn read(source: impl Read, options: &Options) -> Result<Log, LogError> {
    let mut log = PowerLog::open(source, options)?;
    let mut readings = Vec::new();
    log.read(&mut |_, device, reading| {
        readings.resize_with(readings.len().max(device + 1), Vec::new);
        readings[device].push(reading);
        ControlFlow::Continue(())
    })?;
    readings.resize_with(log.devices().len(), Vec::new);
    let (devices, notes, times) = (log.devices().to_vec(), log.notes().to_vec(), log.times());
    Ok(Log { devices, readings, notes, times })
}

impl Log {
    fn ids(&self) -> Vec<&str> {
        self.devices.iter().map(|device| device.id.as_str()).collect()
    }

    fn note_texts(&self) -> Vec<&str> {
        self.notes.iter().map(|note| note.text.as_str()).collect()
    }
}

/// Energy by the trapezoid, in nJ.
fn trapezoid(readings: &[Reading]) -> ExactEnergy {
    let steps = readings
        .windows(2)
        .map(|pair| pair[0].power.unwrap().line_to(pair[1].power.unwrap(), pair[1].at.since(pair[0].at).unwrap()));
    steps.fold(ExactEnergy::default(), |sum, step| sum + step)
}

/// Energy by the backward rectangle.
fn backward(readings: &[Reading]) -> ExactEnergy {
    let steps = readings.windows(2).map(|pair| pair[1].power.unwrap().times(pair[1].at.since(pair[0].at).unwrap()));
    steps.fold(ExactEnergy::default(), |sum, step| sum + step)
}
