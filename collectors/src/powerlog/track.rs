//! The devices of a log, and the checks that every reading passes before it is believed.

use super::time::{self, Times};
use super::value::Value;
use super::{LogError, LoggedDevice, NameClash, Note};
use account::meter::{PowerSensor, Reading};
use std::collections::HashMap;
use units::{Power, Span, Timestamp};

/// A constant reading is suspicious after this time and this many repetitions.
const STUCK_AFTER: i64 = 60_000_000_000;
const STUCK_COUNT: u64 = 30;
/// More names than this are no devices of one log.
const MOST_DEVICES: usize = 4_096;
const HOUR: i64 = 3_600_000_000_000;
const MINUTE: i64 = 60_000_000_000;

/// What to do with two different values of one device at one moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Conflict {
    /// Two devices share a name: refuse.
    Refuse,
    /// Exporters repeat a board for each of its parts: the first counts.
    KeepFirst,
}

/// Devices as they are met, in order.
pub(super) struct Tracker {
    pub(super) devices: Vec<LoggedDevice>,
    pub(super) notes: Vec<Note>,
    pub(super) times: Times,
    /// Usual step of a device that the head of the log did not show.
    pub(super) cadence: Span,
    /// More than this is no power reading of one device.
    pub(super) ceiling_milliwatts: u64,
    pub(super) conflict: Conflict,
    /// Every power value is the mean since the value before.
    pub(super) is_mean_since_previous: bool,
    states: Vec<State>,
    by_key: HashMap<Box<[u8]>, usize>,
    has_noted_hour: bool,
    /// Positions of the devices that may contain others.
    containers: Vec<usize>,
    expected: usize,
    dropped: [Dropped; 4],
}

#[derive(Default)]
struct State {
    key: Box<[u8]>,
    first_at: i64,
    last: Option<Last>,
    run: Run,
    longest: Run,
    readings: u64,
}

#[derive(Clone, Copy)]
struct Last {
    at: i64,
    line: u64,
    power: Option<u64>,
    counter: Option<u64>,
    /// Last counter value known, where this reading had none.
    counted: Option<(u64, i64, u64)>,
}

/// A run of equal power readings.
#[derive(Clone, Copy, Default)]
struct Run {
    since: i64,
    until: i64,
    count: u64,
    milliwatts: u64,
}

#[derive(Clone, Copy, Default)]
struct Dropped {
    count: u64,
    first_line: u64,
}

/// Why a value is no reading; indexes `Tracker::dropped`.
#[derive(Clone, Copy)]
enum Reason {
    Blank,
    Negative,
    Implausible,
    Unreadable,
}

impl Reason {
    const ALL: [(Self, &str); 4] = [
        (Self::Blank, "blank (N/A, not supported, a driver's blank number)"),
        (Self::Negative, "negative"),
        (Self::Implausible, "higher than any device draws"),
        (Self::Unreadable, "not numbers"),
    ];

    const fn index(self) -> usize {
        match self {
            Self::Blank => 0,
            Self::Negative => 1,
            Self::Implausible => 2,
            Self::Unreadable => 3,
        }
    }
}

impl Tracker {
    pub(super) fn new(ceiling_milliwatts: u64, conflict: Conflict) -> Self {
        Self {
            devices: Vec::new(),
            notes: Vec::new(),
            times: Times::Utc,
            cadence: Span::from_seconds(1),
            ceiling_milliwatts,
            conflict,
            is_mean_since_previous: false,
            states: Vec::new(),
            by_key: HashMap::new(),
            has_noted_hour: false,
            containers: Vec::new(),
            expected: 0,
            dropped: [Dropped::default(); 4],
        }
    }

    /// Position of the device with this key. Logs go round their devices, so the one after the last is tried first.
    pub(super) fn find(&mut self, key: &[u8]) -> Option<usize> {
        let found = match self.states.get(self.expected) {
            Some(state) if *state.key == *key => self.expected,
            _ => *self.by_key.get(key)?,
        };
        self.expected = if found + 1 == self.states.len() { 0 } else { found + 1 };
        Some(found)
    }

    /// Adds a device and joins it to those that contain it or that it contains.
    pub(super) fn register(&mut self, key: &[u8], device: LoggedDevice) -> Result<usize, LogError> {
        let position = self.devices.len();
        if position == MOST_DEVICES {
            return Err(LogError::TooManyDevices { most: MOST_DEVICES, device: device.id });
        }
        self.by_key.insert(key.into(), position);
        self.states.push(State { key: key.into(), ..State::default() });
        self.devices.push(device);
        super::containment::join_newest(&mut self.devices, &mut self.containers);
        Ok(position)
    }

    /// Forgets the readings, keeps the devices: after a look at the head, the log is read from its start.
    pub(super) fn restart(&mut self) {
        self.notes.clear();
        self.has_noted_hour = false;
        self.dropped = [Dropped::default(); 4];
        self.expected = 0;
        for state in &mut self.states {
            *state = State { key: std::mem::take(&mut state.key), ..State::default() };
        }
    }

    /// Checks one reading; `None` when nothing is left of it. `power` and `counter` are `None` where the log has no such
    /// column.
    pub(super) fn accept(
        &mut self,
        device: usize,
        at: i64,
        power: Option<Value>,
        counter: Option<Value>,
        line: u64,
    ) -> Result<Option<Reading>, LogError> {
        let power = power.and_then(|value| self.keep(value, self.ceiling_milliwatts, line));
        let counter = counter.and_then(|value| self.keep(value, u64::MAX, line));
        if power.is_none() && counter.is_none() {
            return Ok(None);
        }
        let counted_before = match self.states[device].last {
            Some(last) => {
                if at < last.at {
                    return Err(self.backwards(device, last, at, line));
                }
                if at == last.at {
                    return self.same_moment(device, last, power, counter, line).map(|()| None);
                }
                self.check_counter(device, last, counter, at, line)?;
                self.note_hour(last, at, line);
                last.counted
            }
            None => {
                self.states[device].first_at = at;
                None
            }
        };
        let state = &mut self.states[device];
        let counted = counter.map_or(counted_before, |value| Some((value, at, line)));
        state.last = Some(Last { at, line, power, counter, counted });
        state.readings += 1;
        if let Some(milliwatts) = power {
            state.run_on(at, milliwatts);
        }
        Ok(Some(Reading {
            at: Timestamp::from_nanoseconds(at),
            power: power.map(Power::from_milliwatts),
            counter,
            epoch: 0,
        }))
    }

    fn keep(&mut self, value: Value, ceiling: u64, line: u64) -> Option<u64> {
        let reason = match value {
            Value::Number(number) if number <= ceiling => return Some(number),
            Value::Number(_) => Reason::Implausible,
            Value::Blank => Reason::Blank,
            Value::Negative => Reason::Negative,
            Value::Unreadable => Reason::Unreadable,
        };
        let dropped = &mut self.dropped[reason.index()];
        if dropped.count == 0 {
            dropped.first_line = line;
        }
        dropped.count += 1;
        None
    }

    fn backwards(&self, device: usize, last: Last, at: i64, line: u64) -> LogError {
        let (before, at_text) = (time::show(last.at, self.times), time::show(at, self.times));
        let back = last.at.saturating_sub(at);
        if self.times == Times::LocalWithoutZone && (HOUR - 10 * MINUTE..=HOUR + MINUTE).contains(&back) {
            return LogError::ClockChange { line, before, before_line: last.line, at: at_text };
        }
        LogError::ClockBackwards {
            line,
            device: self.devices[device].id.clone(),
            before,
            before_line: last.line,
            at: at_text,
        }
    }

    fn same_moment(
        &self,
        device: usize,
        last: Last,
        power: Option<u64>,
        counter: Option<u64>,
        line: u64,
    ) -> Result<(), LogError> {
        if self.conflict == Conflict::KeepFirst || (power == last.power && counter == last.counter) {
            return Ok(());
        }
        let show = |power: Option<u64>, counter: Option<u64>| match (power, counter) {
            (Some(milliwatts), _) if last.power != power || counter.is_none() => {
                Power::from_milliwatts(milliwatts).to_string()
            }
            (_, Some(microjoules)) => format!("{} J", joules(microjoules)),
            _ => "no power".to_owned(),
        };
        Err(LogError::TwoDevices(Box::new(NameClash {
            before_line: last.line,
            line,
            device: self.devices[device].id.clone(),
            before: show(last.power, last.counter),
            now: show(power, counter),
            at: time::show(last.at, self.times),
            remedy: "log a column that tells them apart (uuid or index), or times with milliseconds if it is one GPU"
                .to_owned(),
        })))
    }

    /// A counter that restarts begins near zero, and cannot have counted more than the device draws since.
    fn check_counter(
        &self,
        device: usize,
        last: Last,
        counter: Option<u64>,
        at: i64,
        line: u64,
    ) -> Result<(), LogError> {
        let (Some(now), Some((before, before_at, before_line))) = (counter, last.counted) else { return Ok(()) };
        if now >= before {
            return Ok(());
        }
        let limit = i128::from(self.devices[device].sensor.limit.milliwatts());
        // 1.2 mW x 1 ns = 1.2e-6 µJ
        let most = limit * (i128::from(at) - i128::from(before_at)) * 12 / 10_000_000;
        if i128::from(now) <= most && now <= before / 10 {
            return Ok(());
        }
        Err(LogError::CounterBackwards {
            line,
            device: self.devices[device].id.clone(),
            before: joules(before),
            before_line,
            now: joules(now),
        })
    }

    /// A local clock that was put forward looks like a pause of an hour.
    fn note_hour(&mut self, last: Last, at: i64, line: u64) {
        let step = at.saturating_sub(last.at);
        let is_hour = (HOUR - MINUTE..=HOUR + 10 * MINUTE).contains(&step);
        if is_hour && !self.has_noted_hour && self.times == Times::LocalWithoutZone && self.is_short(MINUTE) {
            self.has_noted_hour = true;
            self.notes.push(Note::warning(format!(
                "line {line}: the local time jumps forward by an hour, from {} to {}: a pause, or a clock change, whose hour \
                 is counted although it never was; name the zone of the log with --timezone",
                time::show(last.at, self.times),
                time::show(at, self.times)
            )));
        }
    }

    /// Whether readings usually follow each other within `nanoseconds`.
    fn is_short(&self, nanoseconds: i64) -> bool {
        i64::try_from(self.cadence.nanoseconds()).is_ok_and(|cadence| cadence <= nanoseconds)
    }

    /// What is worth knowing once the log is read to its end.
    pub(super) fn finish(&mut self) {
        for (reason, what) in Reason::ALL {
            let Dropped { count, first_line } = self.dropped[reason.index()];
            if count > 0 {
                let values = if count == 1 { "value is" } else { "values are" };
                let text = format!("{count} {values} no reading: {what}; the first in line {first_line}");
                self.notes.push(match reason {
                    Reason::Blank => Note::info(text),
                    _ => Note::warning(text),
                });
            }
        }
        for (state, device) in self.states.iter_mut().zip(&self.devices) {
            state.end_run();
            let run = state.longest;
            if state.readings == 0 {
                self.notes.push(Note::warning(format!("device {:?} gives no reading at all", device.id)));
            } else if run.milliwatts > 0
                && run.count >= STUCK_COUNT
                && run.until.saturating_sub(run.since) >= STUCK_AFTER
            {
                self.notes.push(Note::warning(format!(
                    "device {:?}: {} readings in a row over {} are all exactly {}: the sensor may be stuck",
                    device.id,
                    run.count,
                    time::show(run.until.saturating_sub(run.since), Times::Relative),
                    Power::from_milliwatts(run.milliwatts),
                )));
            }
        }
        self.note_unknown_sensors();
        self.note_different_spans();
    }

    /// Says where nothing tells what the power readings mean.
    fn note_unknown_sensors(&mut self) {
        let metered = self.states.iter().zip(&self.devices).filter(|(state, _)| state.readings > 1);
        let is_unknown = |device: &LoggedDevice| {
            device.sensor.counter.is_none() && device.sensor.power == Some(PowerSensor::Unknown)
        };
        let Some((_, device)) = metered.into_iter().find(|(_, device)| is_unknown(device)) else { return };
        let why = match &device.name {
            Some(name) => format!("nothing is known of {name:?}"),
            None => "the log names no model, --accelerator does".to_owned(),
        };
        self.notes.push(Note::info(format!(
            "whether {} is an instant or an average value is not known ({why}): integrated by the trapezoid",
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
        let tolerance = i64::try_from(self.cadence.nanoseconds() / 2).unwrap_or(i64::MAX);
        let text = if latest_end.saturating_sub(end) > tolerance {
            format!(
                "the devices do not cover the same span: {:?} ends at {}, {:?} at {}",
                short.id,
                time::show(end, self.times),
                long.id,
                time::show(latest_end, self.times)
            )
        } else if latest_start.saturating_sub(start) > tolerance {
            format!(
                "the devices do not cover the same span: {:?} begins only at {}, the log at {}",
                late.id,
                time::show(latest_start, self.times),
                time::show(start, self.times)
            )
        } else {
            return;
        };
        self.notes.push(Note::warning(format!("{text}; their sum is not the energy of one window")));
    }
}

impl State {
    fn run_on(&mut self, at: i64, milliwatts: u64) {
        if self.run.count > 0 && self.run.milliwatts == milliwatts {
            self.run.until = at;
            self.run.count += 1;
        } else {
            self.end_run();
            self.run = Run { since: at, until: at, count: 1, milliwatts };
        }
    }

    fn end_run(&mut self) {
        // An idle or absent half of a package reads 0 for hours; that is no stuck sensor.
        if self.run.milliwatts > 0 && self.run.count > self.longest.count {
            self.longest = self.run;
        }
    }
}

fn joules(microjoules: u64) -> String {
    let (whole, fraction) = (microjoules / 1_000_000, microjoules % 1_000_000);
    let text = format!("{whole}.{fraction:06}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
