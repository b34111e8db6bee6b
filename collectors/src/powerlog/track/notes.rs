//! What is said of a log once it is read to its end.

use super::super::{LogNote, LoggedDevice, time};
use super::{DropReason, Dropped, STUCK_AFTER, STUCK_COUNT, Tracker};
use account::meter::PowerSensor;
use units::{Power, Span, Timestamp};

impl Tracker {
    /// Adds the notes that can be made once the log is read to its end.
    pub(in super::super) fn finish(&mut self) {
        let counts: Vec<usize> =
            self.states.iter().map(|state| usize::try_from(state.readings).unwrap_or(usize::MAX)).collect();
        self.link_without_silent(&counts);
        for (reason, what) in DropReason::ALL {
            let Dropped { count, first_line } = self.dropped[reason.index()];
            if count > 0 {
                let values = if count == 1 { "value was" } else { "values were" };
                let text = format!("{count} {values} skipped: {what}; the first is in line {first_line}");
                self.notes.push(match reason {
                    DropReason::Blank => LogNote::info(text),
                    _ => LogNote::warning(text),
                });
            }
        }
        for (state, device) in self.states.iter_mut().zip(&self.devices) {
            state.end_run();
            let run = state.longest;
            let stuck = run.until.since(run.since).unwrap_or(Span::ZERO);
            if state.readings == 0 {
                self.notes.push(LogNote::warning(format!("device {:?} has no reading", device.id)));
            } else if run.milliwatts > 0 && run.count >= STUCK_COUNT && stuck >= STUCK_AFTER {
                self.notes.push(LogNote::warning(format!(
                    "device {:?}: {} readings in a row, over {}, are exactly {}: the sensor may be stuck",
                    device.id,
                    run.count,
                    time::show_span(stuck),
                    Power::from_milliwatts(run.milliwatts),
                )));
            }
        }
        self.note_doubts();
        self.note_unknown_sensors();
        self.note_different_spans();
    }

    /// Doubts aloud what no device does: 0 W under load, 0 W all the time, and a recording over years.
    fn note_doubts(&mut self) {
        for (state, device) in self.states.iter_mut().zip(&self.devices) {
            if let Some(why) = &state.distrust {
                self.notes.push(LogNote::warning(format!("device {:?}: {why}", device.id)));
            }
            let (id, count, readings) = (&device.id, state.busy_at_zero, state.readings);
            if count * 100 > readings {
                self.notes.push(LogNote::warning(format!(
                    "device {id:?}: {count} of {readings} readings are 0 W under load, which no device draws: its sensor did not \
                     work, and its energy is not known"
                )));
            } else if device.sensor.power.is_some()
                && state.readings > 1
                && state.highest_milliwatts == 0
                && state.counted == 0
            {
                self.notes.push(LogNote::warning(format!(
                    "device {id:?}: all its readings are 0 W; its sensor may not work"
                )));
            }
            let last = state.last.map_or(state.first_at, |last| last.at);
            let days = last.since(state.first_at).unwrap_or(Span::ZERO).nanoseconds() / 86_400_000_000_000;
            if days > 366 {
                self.notes.push(LogNote::warning(format!(
                    "device {id:?}: its readings span {days} days; if the log is no recording of years, its times are in another unit: \
                     say it with --time COLUMN:ms"
                )));
            }
        }
    }

    /// Notes that it is not known what the power readings mean.
    fn note_unknown_sensors(&mut self) {
        let metered = self.states.iter().zip(&self.devices).filter(|(state, _)| state.readings > 1);
        let is_unknown = |device: &LoggedDevice| {
            device.sensor.counter.is_none() && device.sensor.power == Some(PowerSensor::Unknown)
        };
        let Some((_, device)) = metered.into_iter().find(|(_, device)| is_unknown(device)) else { return };
        let why = match &device.name {
            Some(name) => format!("{name:?} is not a known model"),
            None => "the log names no model; name it with --accelerator".to_owned(),
        };
        self.notes.push(LogNote::info(format!(
            "it is not known whether {} is an instant or an average value ({why}); it is integrated by the trapezoid rule",
            device.column
        )));
    }

    fn note_different_spans(&mut self) {
        let seen = || {
            self.states
                .iter()
                .zip(&self.devices)
                .filter_map(|(state, device)| Some((state.first_at, state.last?.at, device)))
        };
        let earliest_end = seen().min_by_key(|(_, last, _)| *last);
        let latest_end = seen().max_by_key(|(_, last, _)| *last);
        let earliest = seen().map(|(first, ..)| first).min();
        let latest_start = seen().max_by_key(|(first, ..)| *first);
        let (Some((_, end, short)), Some((_, latest_end, long)), Some(start), Some((latest_start, _, late))) =
            (earliest_end, latest_end, earliest, latest_start)
        else {
            return;
        };
        let tolerance = Span::from_nanoseconds(self.cadence.nanoseconds() / 2);
        let is_later = |a: Timestamp, b: Timestamp| a.since(b).is_some_and(|span| span > tolerance);
        let text = if is_later(latest_end, end) {
            format!(
                "the devices do not cover the same time: {:?} ends at {}, {:?} at {}",
                short.id,
                time::show(end, self.times),
                long.id,
                time::show(latest_end, self.times)
            )
        } else if is_later(latest_start, start) {
            format!(
                "the devices do not cover the same time: {:?} begins only at {}, the log at {}",
                late.id,
                time::show(latest_start, self.times),
                time::show(start, self.times)
            )
        } else {
            return;
        };
        self.notes.push(LogNote::warning(format!("{text}; their sum is not the energy of one interval")));
    }
}
