//! From readings to energy windows.
//!
//! A [`Meter`] takes the readings of one device in the order of time and yields [`Window`]s. Energy is the difference of the
//! device's energy counter. Power is integrated where there is no counter, where the counter cannot be trusted, and where
//! the counter started again. Sums are exact and rounded down only where windows meet, so that any split of a series adds up
//! to the whole with `==`. `docs/METHOD.md` has the rules and their reasons.

mod counter;
mod cut;
mod integral;
mod renewal;
mod sensor;
mod uncertainty;
mod window;

pub use counter::{CounterReading, Step, step};
pub use sensor::{CounterSensor, CounterUnit, PowerSensor, Reading, Sensor};
pub use window::{Flag, Method, Quality, Window};

use cut::{CurvePiece, Cutter};
use integral::{Before, Knot, RecentPower};
use model::DeviceUuid;
use renewal::Renewal;
use units::{ExactEnergy, Overflow, Power, Span, Timestamp};

/// How long a counter is compared with integrated power before it is trusted.
const PROBATION: Span = Span::from_seconds(5);
/// A counter that stands still this long while power is drawn is frozen.
const FROZEN: Span = Span::from_seconds(30);
/// After this long without a value of the counter, energy comes from power and the counter starts anew.
const COUNTER_LOST: Span = Span::from_seconds(60);
/// Counter and integrated power are compared over at least this long.
const RECONCILE: Span = Span::from_seconds(60);

/// What a meter did with a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadingOutcome {
    /// Ignored it: it holds no value, or is not later than the one before, as when a log repeats itself.
    Ignored,
    /// Took its power; the energy comes from power here.
    Power,
    /// Took its counter value, which made this step.
    Counter(Step),
}

/// Turns the readings of one device into windows.
#[derive(Debug, Clone)]
pub struct Meter {
    device: DeviceUuid,
    sensor: Sensor,
    length: Option<Span>,
    cutter: Option<Cutter>,
    /// Time of the last reading that was taken.
    front: Timestamp,
    last_power: Option<Power>,
    recent: RecentPower,
    anchor: Option<CounterReading>,
    latest: Option<CounterReading>,
    /// A value that cannot be right after `latest`, set aside until the next one shows whether it was a glitch or a jump.
    suspect: Option<CounterReading>,
    pending: Vec<Knot>,
    trust: Trust,
    renewal: Renewal,
    reconciled: Reconciliation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    Probation,
    Trusted,
    Distrusted,
}

#[derive(Debug, Clone, Copy, Default)]
struct Reconciliation {
    span: Span,
    counter: ExactEnergy,
    power: ExactEnergy,
}

impl Meter {
    /// A meter for the device with identity `device`. `length` cuts windows aligned to UTC; `None` makes one window of
    /// everything.
    #[must_use]
    pub fn new(device: impl Into<DeviceUuid>, sensor: Sensor, length: Option<Span>) -> Self {
        Self {
            device: device.into(),
            sensor,
            length,
            cutter: None,
            front: Timestamp::default(),
            last_power: None,
            recent: RecentPower::default(),
            anchor: None,
            latest: None,
            suspect: None,
            pending: Vec::new(),
            trust: Trust::Probation,
            renewal: Renewal::default(),
            reconciled: Reconciliation::default(),
        }
    }

    /// Takes the next reading. One that is not later than the last is ignored, so that repeating readings changes nothing.
    ///
    /// # Errors
    ///
    /// [`Overflow`] of a sum.
    pub fn push(&mut self, reading: &Reading) -> Result<ReadingOutcome, Overflow> {
        let counter = self.counter_of(reading);
        if reading.power.is_none() && counter.is_none() {
            return Ok(ReadingOutcome::Ignored);
        }
        let Some(cursor) = self.cutter.as_ref().map(Cutter::cursor) else {
            self.cutter = Some(Cutter::open(self.device.clone(), self.length, reading)?);
            self.front = reading.at;
            self.last_power = reading.power;
            self.recent.update(reading.power, Span::ZERO);
            self.learn_update_period(counter);
            self.restart_counter(counter);
            return Ok(counter.map_or(ReadingOutcome::Power, |_| ReadingOutcome::Counter(Step::First)));
        };
        if reading.at <= self.front {
            return Ok(ReadingOutcome::Ignored);
        }
        self.learn_update_period(counter);
        if self.anchor.is_some() {
            return self.push_pending(reading, counter);
        }
        let knot = self.before(cursor).knot(&self.sensor, ExactEnergy::ZERO, reading);
        self.commit_power(&knot, knot.integral)?;
        self.advance(reading);
        self.restart_counter(counter);
        Ok(counter.map_or(ReadingOutcome::Power, |_| ReadingOutcome::Counter(Step::First)))
    }

    /// Ends a window at `at` as well, such as when somebody begins to hold the device. Where the energy up to a later moment is settled already, the window
    /// ends there; one that has ended stays as it is.
    pub fn cut_at(&mut self, at: Timestamp) {
        if let Some(cutter) = &mut self.cutter {
            cutter.cut_at(at);
        }
    }

    /// Takes out the windows that are complete, in the order of time.
    pub fn drain(&mut self) -> impl Iterator<Item = Window> {
        self.cutter.iter_mut().flat_map(|cutter| cutter.ready().drain(..))
    }

    /// Settles what is pending, closes the last window, and returns the windows that were not drained, in the order of time.
    /// There are none if there were fewer than two readings.
    ///
    /// # Errors
    ///
    /// [`Overflow`] of a sum.
    pub fn finish(mut self) -> Result<Vec<Window>, Overflow> {
        if let Some(suspect) = self.suspect {
            self.settle_gap_up_to(suspect)?;
        }
        // The energy after the last counter value comes from power.
        if let Some(latest) = self.latest.filter(|latest| latest.at < self.front) {
            self.settle_up_to(latest)?;
        }
        self.settle_at_end()?;
        let Some(mut cutter) = self.cutter else {
            return Ok(Vec::new());
        };
        cutter.finish(&self.sensor)?;
        Ok(cutter.ready().drain(..).collect())
    }

    fn before(&self, at: Timestamp) -> Before {
        Before { at, power: self.last_power, recent: self.recent }
    }

    fn counter_of(&self, reading: &Reading) -> Option<CounterReading> {
        if self.sensor.counter.is_none() || self.trust == Trust::Distrusted {
            return None;
        }
        reading.counter.map(|count| CounterReading { at: reading.at, count, epoch: reading.epoch })
    }

    fn learn_update_period(&mut self, counter: Option<CounterReading>) {
        let period = counter.and_then(|counter| self.renewal.observe(counter));
        if let (Some(period), Some(sensor)) = (period, &mut self.sensor.counter) {
            sensor.update = period;
        }
    }

    fn restart_counter(&mut self, counter: Option<CounterReading>) {
        self.anchor = counter;
        self.latest = counter;
        self.suspect = None;
        self.pending.clear();
    }

    fn advance(&mut self, reading: &Reading) {
        self.recent.update(reading.power, reading.at.since(self.front).unwrap_or(Span::ZERO));
        self.front = reading.at;
        self.last_power = reading.power.or(self.last_power);
    }

    /// Takes a reading while the counter is being followed: remembers the integral of power, and settles it once the counter
    /// has moved far enough.
    fn push_pending(&mut self, reading: &Reading, counter: Option<CounterReading>) -> Result<ReadingOutcome, Overflow> {
        let so_far = self.pending.last().map_or(ExactEnergy::ZERO, |knot| knot.integral);
        self.pending.push(self.before(self.front).knot(&self.sensor, so_far, reading));
        self.advance(reading);
        if let (Some(suspect), Some(counter)) = (self.suspect.take(), counter) {
            self.resolve(suspect, counter)?;
        }
        let (Some(counter), Some(sensor), Some(anchor)) = (counter, self.sensor.counter, self.anchor) else {
            if self.since_anchor() >= COUNTER_LOST {
                self.settle_by_power(None)?;
                self.restart_counter(None);
            }
            return Ok(ReadingOutcome::Power);
        };
        let mut outcome = step(&sensor, self.sensor.limit, Some(anchor), counter);
        let is_break = matches!(outcome, Step::Reset { .. } | Step::Implausible { .. });
        if let (true, Some(latest)) = (is_break, self.latest.filter(|latest| latest.at > anchor.at)) {
            self.settle_up_to(latest)?;
            outcome = step(&sensor, self.sensor.limit, Some(latest), counter);
        }
        match outcome {
            Step::First => {}
            Step::Advanced(delta) | Step::Wrapped(delta) => {
                self.latest = Some(counter);
                self.settle_when_ready(delta, counter)?;
            }
            Step::Reset { counted, .. } => {
                self.flag(Flag::Reset);
                self.settle_reset(counted)?;
                self.restart_counter(Some(counter));
            }
            Step::Implausible { .. } => {
                self.flag(Flag::Quarantined);
                self.suspect = Some(counter);
            }
        }
        Ok(ReadingOutcome::Counter(outcome))
    }

    /// Decides on a suspect value. If the counter goes on from the value before it, it was a glitch and counts for nothing;
    /// else the counter jumped, and nothing is charged up to the jump.
    fn resolve(&mut self, suspect: CounterReading, next: CounterReading) -> Result<(), Overflow> {
        let Some(sensor) = self.sensor.counter else { return Ok(()) };
        match step(&sensor, self.sensor.limit, self.latest, next) {
            Step::Advanced(_) | Step::Wrapped(_) => Ok(()),
            _ => self.settle_gap_up_to(suspect),
        }
    }

    /// Charges nothing up to `suspect` and goes on from there.
    fn settle_gap_up_to(&mut self, suspect: CounterReading) -> Result<(), Overflow> {
        let behind = self.split_pending(suspect.at);
        self.settle_gap(suspect.at, ExactEnergy::ZERO)?;
        self.restart_counter(Some(suspect));
        self.pending = behind;
        Ok(())
    }

    /// Takes the knots after `at` out of what is pending, and makes their integral count from `at`.
    fn split_pending(&mut self, at: Timestamp) -> Vec<Knot> {
        let mut behind = self.pending.split_off(self.pending.partition_point(|knot| knot.at <= at));
        let settled = self.integral();
        behind.iter_mut().for_each(|knot| knot.integral = knot.integral - settled);
        behind
    }

    /// Settles what was counted up to `latest`, before a break of the counter, and goes on from there.
    fn settle_up_to(&mut self, latest: CounterReading) -> Result<(), Overflow> {
        let behind = self.split_pending(latest.at);
        self.settle_at_end()?;
        self.restart_counter(Some(latest));
        self.pending = behind;
        Ok(())
    }

    /// Settles a step of the counter, unless it is too early to judge it: after less than two update periods, on probation, or
    /// while the counter stands still and power is drawn.
    fn settle_when_ready(&mut self, delta: ExactEnergy, counter: CounterReading) -> Result<(), Overflow> {
        let update = self.sensor.counter.map_or(Span::ZERO, |counter| counter.update);
        let elapsed = self.since_anchor();
        let stands_still = delta == ExactEnergy::ZERO && self.integral() > ExactEnergy::ZERO;
        if stands_still && elapsed >= FROZEN {
            return self.distrust();
        }
        let wait = if self.trust == Trust::Probation { PROBATION } else { update.times(2) };
        if stands_still || elapsed < wait {
            return Ok(());
        }
        if self.trust == Trust::Probation {
            if contradicts(delta, self.integral()) {
                return self.distrust();
            }
            self.trust = Trust::Trusted;
        }
        self.settle_by_counter(delta)?;
        self.restart_counter(Some(counter));
        Ok(())
    }

    /// Settles a step inside which the series ends: by the counter if that can be trusted, else by power.
    fn settle_at_end(&mut self) -> Result<(), Overflow> {
        let (Some(sensor), Some(anchor), Some(latest)) = (self.sensor.counter, self.anchor, self.latest) else {
            return self.settle_by_power(None);
        };
        let delta = match step(&sensor, self.sensor.limit, Some(anchor), latest) {
            Step::Advanced(delta) | Step::Wrapped(delta) => delta,
            _ => ExactEnergy::ZERO,
        };
        let elapsed = latest.at.since(anchor.at).unwrap_or(Span::ZERO);
        let power = self.integral();
        if power == ExactEnergy::ZERO {
            return self.settle_by_counter(delta);
        }
        let first_stretch = self.trust == Trust::Probation;
        let too_short = first_stretch && elapsed < sensor.update.times(2);
        let wrong = first_stretch && elapsed >= sensor.update.times(10) && contradicts(delta, power);
        if wrong || (delta == ExactEnergy::ZERO && elapsed >= sensor.update.times(10)) {
            self.flag(Flag::CounterDistrusted);
            return self.settle_by_power(None);
        }
        if too_short || delta == ExactEnergy::ZERO {
            self.flag(Flag::Boundary);
            return self.settle_by_power(None);
        }
        self.settle_by_counter(delta)
    }

    fn distrust(&mut self) -> Result<(), Overflow> {
        self.trust = Trust::Distrusted;
        self.settle_by_power(None)?;
        self.flag(Flag::CounterDistrusted);
        self.restart_counter(None);
        Ok(())
    }

    /// Charges the difference of the counter, spread like the power that was read meanwhile, or evenly if none was.
    fn settle_by_counter(&mut self, delta: ExactEnergy) -> Result<(), Overflow> {
        self.reconcile(delta);
        let shape = Spread::of(&self.pending, self.cutter.as_ref().map(Cutter::cursor))?;
        let mut charged = ExactEnergy::ZERO;
        for knot in std::mem::take(&mut self.pending) {
            let upto = shape.share(delta, &knot)?;
            let piece = CurvePiece {
                to: knot.at,
                energy: upto - charged,
                method: Method::Counter,
                quality: Quality::Counter,
                power: knot.power,
                gap: knot.gap,
            };
            self.commit(&piece)?;
            charged = upto;
        }
        Ok(())
    }

    /// Charges the integral of power, or `at_least` where a counter proves that it was more.
    fn settle_by_power(&mut self, at_least: Option<ExactEnergy>) -> Result<(), Overflow> {
        let missing = at_least.map_or(ExactEnergy::ZERO, |least| {
            let missing = least - self.integral();
            if missing.is_negative() { ExactEnergy::ZERO } else { missing }
        });
        let mut charged = ExactEnergy::ZERO;
        let knots = std::mem::take(&mut self.pending);
        let last = knots.len().saturating_sub(1);
        for (position, knot) in knots.iter().enumerate() {
            let extra = if position == last { missing } else { ExactEnergy::ZERO };
            let energy = knot.integral - charged + extra;
            self.commit_power(knot, energy)?;
            charged = knot.integral;
        }
        if self.trust == Trust::Distrusted {
            self.flag(Flag::CounterDistrusted);
        }
        Ok(())
    }

    /// Settles a reset: charges what the counter counted since, or the integral of power over the whole interval, whichever is
    /// more, since the counter lost the part before the reset. Without power the rest of the interval is a gap.
    fn settle_reset(&mut self, counted: Option<ExactEnergy>) -> Result<(), Overflow> {
        if self.pending.iter().any(|knot| knot.power.is_some()) {
            return self.settle_by_power(counted);
        }
        self.settle_gap(self.front, counted.unwrap_or(ExactEnergy::ZERO))
    }

    fn settle_gap(&mut self, to: Timestamp, energy: ExactEnergy) -> Result<(), Overflow> {
        self.pending.clear();
        let piece =
            CurvePiece { to, energy, method: Method::Counter, quality: Quality::Counter, power: None, gap: true };
        self.commit(&piece)
    }

    fn commit_power(&mut self, knot: &Knot, energy: ExactEnergy) -> Result<(), Overflow> {
        let (method, quality) = match self.sensor.power {
            Some(PowerSensor::Average { .. }) => (Method::BackwardRectangle, Quality::Integrated),
            Some(PowerSensor::Modelled) => (Method::Modelled, Quality::Modelled),
            Some(PowerSensor::Instant { .. } | PowerSensor::Unknown) | None => (Method::Trapezoid, Quality::Integrated),
        };
        let quality = if knot.gap { quality.max(Quality::GapFilled) } else { quality };
        self.commit(&CurvePiece { to: knot.at, energy, method, quality, power: knot.power, gap: knot.gap })
    }

    fn commit(&mut self, piece: &CurvePiece) -> Result<(), Overflow> {
        match &mut self.cutter {
            Some(cutter) => cutter.commit(&self.sensor, piece),
            None => Ok(()),
        }
    }

    fn flag(&mut self, flag: Flag) {
        if let Some(cutter) = &mut self.cutter {
            cutter.flag(flag);
        }
    }

    fn since_anchor(&self) -> Span {
        let newest = self.pending.last().map_or(self.front, |knot| knot.at);
        self.anchor.and_then(|anchor| newest.since(anchor.at)).unwrap_or(Span::ZERO)
    }

    fn integral(&self) -> ExactEnergy {
        self.pending.last().map_or(ExactEnergy::ZERO, |knot| knot.integral)
    }

    /// Flags a minute in which the counter and the integral of power differ by more than a tenth.
    fn reconcile(&mut self, delta: ExactEnergy) {
        if self.integral() == ExactEnergy::ZERO {
            return;
        }
        self.reconciled.span = self.reconciled.span.plus(self.since_anchor());
        self.reconciled.counter += delta;
        self.reconciled.power += self.integral();
        if self.reconciled.span < RECONCILE {
            return;
        }
        let sums = std::mem::take(&mut self.reconciled);
        if (sums.power - sums.counter).magnitude() > sums.counter.scaled(1, 10) {
            self.flag(Flag::PowerDisagrees);
        }
    }
}

/// How the difference of a counter is spread over the readings between its two values.
enum Spread {
    /// In proportion to the integral of power, which is `whole` mJ.
    Power { whole: u64 },
    /// Evenly over the time from `start`.
    Even { start: Timestamp, whole: Span },
}

impl Spread {
    fn of(pending: &[Knot], start: Option<Timestamp>) -> Result<Self, Overflow> {
        let last = pending.last();
        let whole = last.map_or(Ok(0), |knot| millijoules(knot.integral))?;
        if whole > 0 {
            return Ok(Self::Power { whole });
        }
        let start = start.unwrap_or_default();
        Ok(Self::Even { start, whole: last.and_then(|knot| knot.at.since(start)).unwrap_or(Span::ZERO) })
    }

    /// Part of `delta` up to `knot`.
    fn share(&self, delta: ExactEnergy, knot: &Knot) -> Result<ExactEnergy, Overflow> {
        match self {
            Self::Power { whole } => Ok(delta.fraction(millijoules(knot.integral)?, *whole)),
            Self::Even { start, whole } => {
                let upto = knot.at.since(*start).unwrap_or(Span::ZERO);
                Ok(delta.fraction(upto.nanoseconds(), whole.nanoseconds()))
            }
        }
    }
}

fn millijoules(energy: ExactEnergy) -> Result<u64, Overflow> {
    u64::try_from(energy.floor()?.millijoules()).map_err(|_| Overflow { quantity: "energy in mJ" })
}

/// Whether the counter differs so much from the integral of power, by a factor of more than two, that it is not believed.
fn contradicts(counter: ExactEnergy, power: ExactEnergy) -> bool {
    power > ExactEnergy::ZERO && (counter.scaled(2, 1) < power || counter > power.scaled(2, 1))
}
