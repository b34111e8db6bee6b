//! Keeps track of the devices of a log, and checks every reading before it is believed.

mod notes;

use super::part::MachinePlace;
use super::time::{self, Times};
use super::value::Value;
use super::{ContainsStatement, LogError, LogNote, LoggedDevice, NameClash};
use account::meter::Reading;
use std::collections::HashMap;
use units::{Power, Span, Timestamp};

/// A sensor may be stuck if its reading stays the same for this long,
const STUCK_AFTER: Span = MINUTE;
/// and this many times in a row.
const STUCK_COUNT: u64 = 30;
/// How many devices a log has at most; with more, their names must be something else.
const MOST_DEVICES: usize = 4_096;
/// Length of the longest name of a device; a longer one must be something else.
const LONGEST_KEY: usize = 2_048;
const HOUR: Span = Span::from_seconds(3_600);
const MINUTE: Span = Span::from_seconds(60);

/// What a row of a log holds of one device.
#[derive(Debug, Clone, Copy)]
pub(super) struct LoggedValues {
    /// Position of the device.
    pub(super) device: usize,
    /// Time of the row; one that is relative counts from [`time::LOG_START`].
    pub(super) at: Timestamp,
    /// Power; `None` if the log has no column of it.
    pub(super) power: Option<Value>,
    /// Value of the energy counter; `None` if the log has no column of it.
    pub(super) counter: Option<Value>,
    /// Whether that value is the energy since the row before, rather than since some start.
    pub(super) is_interval: bool,
    /// Whether the device is under load although its power is 0 W, as far as the log says.
    pub(super) is_busy_at_zero: bool,
    /// Number of the line, from 1.
    pub(super) line: u64,
}

/// What to do with two different values of one device at one moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Conflict {
    /// Refuse the log, as two devices share a name.
    Refuse,
    /// Keep the first, as exporters repeat the value of a board for each of its parts.
    KeepFirst,
}

/// The devices of a log, in the order in which they are found.
pub(super) struct Tracker {
    pub(super) devices: Vec<LoggedDevice>,
    pub(super) notes: Vec<LogNote>,
    pub(super) times: Times,
    /// Usual time between readings, for a device that is not in the head of the log.
    pub(super) cadence: Span,
    /// Values above this are not believed as the power of one device.
    pub(super) ceiling_milliwatts: u64,
    pub(super) conflict: Conflict,
    /// Whether values are passed on as they come, since a meter judges them with the time that really passed.
    pub(super) is_live: bool,
    /// Whether every power value is the mean since the value before.
    pub(super) is_mean_since_previous: bool,
    states: Vec<DeviceState>,
    by_key: HashMap<Box<[u8]>, usize>,
    has_noted_hour: bool,
    /// Where each device belongs.
    places: Vec<MachinePlace>,
    /// Which devices contain which, if the caller says it.
    contains: Vec<ContainsStatement>,
    expected: usize,
    dropped: [Dropped; 4],
}

#[derive(Default)]
struct DeviceState {
    key: Box<[u8]>,
    first_at: Timestamp,
    last: Option<Last>,
    run: ConstantRun,
    longest: ConstantRun,
    readings: u64,
    /// The last value of the counter, or energy of all intervals so far, in µJ.
    counted: u64,
    /// Energy of the last interval, in µJ.
    interval: Option<u64>,
    /// Rows with 0 W under load.
    busy_at_zero: u64,
    highest_milliwatts: u64,
    /// Why the counter is not used although the log has one.
    distrust: Option<String>,
}

#[derive(Clone, Copy)]
struct Last {
    at: Timestamp,
    line: u64,
    power: Option<u64>,
    counter: Option<u64>,
    /// The last counter value that is believed.
    counted: Option<CounterValue>,
    /// A later value that rose by more than the device can draw. It is a glitch, unless the next value goes on from it.
    doubted: Option<CounterValue>,
}

/// A counter value in µJ, with its time and line.
#[derive(Clone, Copy)]
struct CounterValue {
    value: u64,
    at: Timestamp,
    line: u64,
}

/// Equal power readings in a row.
#[derive(Clone, Copy, Default)]
struct ConstantRun {
    since: Timestamp,
    until: Timestamp,
    count: u64,
    milliwatts: u64,
}

#[derive(Clone, Copy, Default)]
struct Dropped {
    count: u64,
    first_line: u64,
}

/// Why a value was skipped.
#[derive(Clone, Copy)]
enum DropReason {
    Blank,
    Negative,
    Implausible,
    Unreadable,
}

impl DropReason {
    const ALL: [(Self, &str); 4] = [
        (Self::Blank, "not a reading (N/A, not supported, or a driver's number for \"no value\")"),
        (Self::Negative, "negative"),
        (Self::Implausible, "above what any device draws"),
        (Self::Unreadable, "not a number"),
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
            is_live: false,
            is_mean_since_previous: false,
            states: Vec::new(),
            by_key: HashMap::new(),
            has_noted_hour: false,
            places: Vec::new(),
            contains: Vec::new(),
            expected: 0,
            dropped: [Dropped::default(); 4],
        }
    }

    /// Where each device belongs, in the order of the devices.
    pub(super) fn places(&self) -> &[MachinePlace] {
        &self.places
    }

    /// Position of the device with this key. Logs list their devices in turn, so the one after the last is tried first.
    pub(super) fn find(&mut self, key: &[u8]) -> Option<usize> {
        let found = match self.states.get(self.expected) {
            Some(state) if *state.key == *key => self.expected,
            _ => *self.by_key.get(key)?,
        };
        self.expected = if found + 1 == self.states.len() { 0 } else { found + 1 };
        Some(found)
    }

    /// Adds a device, and links it to those that contain it or that it contains.
    pub(super) fn register(
        &mut self,
        key: &[u8],
        device: LoggedDevice,
        place: MachinePlace,
    ) -> Result<usize, LogError> {
        let position = self.devices.len();
        if position == MOST_DEVICES || key.len() > LONGEST_KEY {
            let device = device.id.chars().take(80).collect();
            return Err(LogError::TooManyDevices { most: MOST_DEVICES, device });
        }
        self.by_key.insert(key.into(), position);
        self.states.push(DeviceState { key: key.into(), ..DeviceState::default() });
        self.devices.push(device);
        self.places.push(place);
        join_newest(&mut self.devices, &self.places);
        self.join_as_stated();
        Ok(position)
    }

    /// Links the devices anew, without those that have no reading: what they contain would be counted nowhere. `counts` has the number
    /// of readings of each.
    pub(super) fn link_without_silent(&mut self, counts: &[usize]) {
        let is_silent = |device: usize| counts.get(device).is_none_or(|count| *count == 0);
        if !self.devices.iter().filter_map(|device| device.counted_in).any(is_silent) {
            return;
        }
        for at in 0..self.devices.len() {
            let around = (0..self.places.len())
                .filter(|outer| *outer != at && !is_silent(*outer) && self.places[*outer].contains(&self.places[at]));
            self.devices[at].counted_in = around.min_by_key(|outer| self.places[*outer].width());
        }
        self.join_as_stated();
        for at in 0..self.devices.len() {
            self.devices[at].counted_in = self.devices[at].counted_in.filter(|outer| !is_silent(*outer));
        }
    }

    /// Takes over which devices contain which, as the caller says it.
    pub(super) fn state_containment(&mut self, contains: &[ContainsStatement]) {
        self.contains = contains.to_vec();
    }

    fn join_as_stated(&mut self) {
        let is_named = |device: &LoggedDevice, name: &str| {
            device.id.eq_ignore_ascii_case(name) || device.column.eq_ignore_ascii_case(name)
        };
        for statement in &self.contains {
            let Some(outer) = self.devices.iter().position(|device| is_named(device, &statement.outer)) else {
                continue;
            };
            for (at, device) in self.devices.iter_mut().enumerate() {
                if at == outer {
                    device.counted_in = None;
                } else if statement.inner.iter().any(|name| is_named(device, name)) {
                    device.counted_in = Some(outer);
                }
            }
        }
    }

    /// Refuses devices of which it is not certain whether one is inside another.
    ///
    /// # Errors
    ///
    /// There are such devices.
    pub(super) fn check_containment(&self) -> Result<(), LogError> {
        for (at, place) in self.places.iter().enumerate() {
            let later = self.places.iter().enumerate().skip(at + 1);
            let uncertain = later.into_iter().find(|(_, other)| !place.is_certain_with(other));
            if let Some((other, _)) = uncertain {
                let ids: Vec<&str> = self.devices.iter().map(|device| device.id.as_str()).collect();
                return Err(super::ask::containment(&ids, ids[at], ids[other]));
            }
        }
        Ok(())
    }

    /// Reads the device by its power from now on, as its counter is not believed.
    pub(super) fn distrust_counter(&mut self, device: usize, why: String) {
        self.devices[device].sensor.counter = None;
        self.states[device].distrust = Some(why);
    }

    /// Forgets the readings and keeps the devices, to read the log from its start after its head was surveyed.
    pub(super) fn restart(&mut self) {
        self.notes.clear();
        self.has_noted_hour = false;
        self.dropped = [Dropped::default(); 4];
        self.expected = 0;
        for state in &mut self.states {
            let (key, distrust) = (std::mem::take(&mut state.key), state.distrust.take());
            *state = DeviceState { key, distrust, ..DeviceState::default() };
        }
    }

    /// Checks the values of one row; returns `None` if none of them is usable.
    ///
    /// # Errors
    ///
    /// The log cannot be believed.
    pub(super) fn accept(&mut self, values: LoggedValues) -> Result<Option<Reading>, LogError> {
        let LoggedValues { device, at, power, counter, line, is_interval, is_busy_at_zero } = values;
        let power = power.and_then(|value| self.keep(value, self.ceiling_milliwatts, line));
        let counter = counter.filter(|_| self.states[device].distrust.is_none());
        let energy = counter.and_then(|value| self.keep(value, u64::MAX, line));
        let counter = if is_interval { self.summed(device, at, energy) } else { energy };
        if power.is_none() && counter.is_none() {
            return Ok(None);
        }
        if self.is_live {
            return Ok(Some(Reading { at, power: power.map(Power::from_milliwatts), counter, epoch: 0 }));
        }
        let (counted, doubted) = match self.states[device].last {
            Some(last) => {
                if at < last.at {
                    return Err(self.backwards(device, last, at, line));
                }
                if at == last.at {
                    return self.same_moment(device, last, Last { line, power, counter, ..last }).map(|()| None);
                }
                let believed = self.believe(device, last, counter.map(|value| CounterValue { value, at, line }))?;
                self.note_hour(last, at, line);
                believed
            }
            None => {
                self.states[device].first_at = at;
                (counter.map(|value| CounterValue { value, at, line }), None)
            }
        };
        let state = &mut self.states[device];
        state.last = Some(Last { at, line, power, counter, counted, doubted });
        state.readings += 1;
        state.counted = counter.unwrap_or(state.counted);
        state.interval = energy;
        if let Some(milliwatts) = power {
            state.highest_milliwatts = state.highest_milliwatts.max(milliwatts);
            state.busy_at_zero += u64::from(is_busy_at_zero);
        }
        if let Some(milliwatts) = power {
            state.run_on(at, milliwatts);
        }
        Ok(Some(Reading { at, power: power.map(Power::from_milliwatts), counter, epoch: 0 }))
    }

    /// The energy of all intervals up to this one, as a counter has it. The first value describes the interval before it, whose start
    /// is not in the log.
    fn summed(&self, device: usize, at: Timestamp, energy: Option<u64>) -> Option<u64> {
        let (state, energy) = (&self.states[device], energy?);
        match state.last {
            None => Some(0),
            Some(last) if at == last.at && state.interval == Some(energy) => last.counter,
            // Another interval that ends at the same moment is that of another device.
            Some(last) if at == last.at => Some(state.counted.saturating_add(energy.max(1))),
            Some(_) => Some(state.counted.saturating_add(energy)),
        }
    }

    fn keep(&mut self, value: Value, ceiling: u64, line: u64) -> Option<u64> {
        let reason = match value {
            Value::Number(number) if number <= ceiling => return Some(number),
            Value::Number(_) => DropReason::Implausible,
            Value::Blank => DropReason::Blank,
            Value::Negative => DropReason::Negative,
            Value::Unreadable => DropReason::Unreadable,
        };
        let dropped = &mut self.dropped[reason.index()];
        if dropped.count == 0 {
            dropped.first_line = line;
        }
        dropped.count += 1;
        None
    }

    fn backwards(&self, device: usize, last: Last, at: Timestamp, line: u64) -> LogError {
        let (before, at_text) = (time::show(last.at, self.times), time::show(at, self.times));
        let back = last.at.since(at).unwrap_or(Span::ZERO);
        let is_hour = (HOUR.minus(MINUTE.times(10))..=HOUR.plus(MINUTE)).contains(&back);
        if self.times == Times::LocalWithoutZone && is_hour {
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

    /// Checks two rows of one device at the same moment, `last` and `now`.
    fn same_moment(&self, device: usize, last: Last, now: Last) -> Result<(), LogError> {
        let Last { power, counter, line, .. } = now;
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
            remedy:
                "log a column that identifies the GPU (uuid or index), or, if it is one GPU, times with milliseconds"
                    .to_owned(),
        })))
    }

    /// The counter value to go on from, and one that is in doubt. A counter that started again is near zero, and has counted no
    /// more than the device can draw since. Any other decrease is refused, except that back from a glitch.
    fn believe(
        &self,
        device: usize,
        last: Last,
        now: Option<CounterValue>,
    ) -> Result<(Option<CounterValue>, Option<CounterValue>), LogError> {
        let (Some(now), Some(before)) = (now, last.counted) else {
            return Ok((now.or(last.counted), last.doubted));
        };
        let limit = i128::from(self.devices[device].sensor.limit.milliwatts());
        // 1.2 mW x 1 ns = 1.2e-6 µJ
        let span = now.at.since(before.at).unwrap_or(Span::ZERO);
        let most = limit * i128::from(span.nanoseconds()) * 12 / 10_000_000;
        let is_restart = i128::from(now.value) <= most && now.value <= before.value / 10;
        match now.value.checked_sub(before.value) {
            Some(rise) if i128::from(rise) <= most => Ok((Some(now), None)),
            Some(_) if last.doubted.is_some_and(|doubted| doubted.value <= now.value) => Ok((Some(now), None)),
            Some(_) => Ok((Some(before), Some(now))),
            None if is_restart => Ok((Some(now), None)),
            None => Err(LogError::CounterBackwards {
                line: now.line,
                device: self.devices[device].id.clone(),
                before: joules(before.value),
                before_line: before.line,
                now: joules(now.value),
            }),
        }
    }

    /// Notes a pause of an hour, which a local clock that is put forward looks like.
    fn note_hour(&mut self, last: Last, at: Timestamp, line: u64) {
        let step = at.since(last.at).unwrap_or(Span::ZERO);
        let is_hour = (HOUR.minus(MINUTE)..=HOUR.plus(MINUTE.times(10))).contains(&step);
        if is_hour && !self.has_noted_hour && self.times == Times::LocalWithoutZone && self.cadence <= MINUTE {
            self.has_noted_hour = true;
            self.notes.push(LogNote::warning(format!(
                "line {line}: the local time jumps forward by an hour, from {} to {}: this is a pause, or the start of daylight \
                 saving time, whose hour is then counted although it did not exist; give the time zone of the log with --timezone",
                time::show(last.at, self.times),
                time::show(at, self.times)
            )));
        }
    }
}

impl DeviceState {
    fn run_on(&mut self, at: Timestamp, milliwatts: u64) {
        if self.run.count > 0 && self.run.milliwatts == milliwatts {
            self.run.until = at;
            self.run.count += 1;
        } else {
            self.end_run();
            self.run = ConstantRun { since: at, until: at, count: 1, milliwatts };
        }
    }

    fn end_run(&mut self) {
        // An idle or absent half of a package reads 0 for hours, and is not stuck.
        if self.run.milliwatts > 0 && self.run.count > self.longest.count {
            self.longest = self.run;
        }
    }
}

/// An energy in µJ as a number of J.
pub(super) fn joules(microjoules: u64) -> String {
    let (whole, fraction) = (microjoules / 1_000_000, microjoules % 1_000_000);
    let text = format!("{whole}.{fraction:06}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Links the newest device to the closest device that contains it, and links to it the devices whose closest container it is.
fn join_newest(devices: &mut [LoggedDevice], places: &[MachinePlace]) {
    let Some(newest) = devices.len().checked_sub(1) else { return };
    let around = (0..newest).filter(|outer| places[*outer].contains(&places[newest]));
    devices[newest].counted_in = around.min_by_key(|outer| places[*outer].width());
    for inner in 0..newest {
        let is_closer = |other: usize| places[newest].width() < places[other].width();
        if places[newest].contains(&places[inner]) && devices[inner].counted_in.is_none_or(is_closer) {
            devices[inner].counted_in = Some(newest);
        }
    }
}
