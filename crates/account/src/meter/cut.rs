//! Cuts a growing energy curve into windows so that their sums equal the curve with `==`.

use super::uncertainty::{self, Facts};
use super::window::Flags;
use super::{Flag, Method, Quality, Reading, Sensor, Window};
use model::DeviceUuid;
use std::collections::{BTreeSet, VecDeque};
use units::{ExactEnergy, Overflow, Power, Span, Timestamp};

/// The next stretch of the energy curve, which begins where the one before ended.
pub(super) struct CurvePiece {
    pub to: Timestamp,
    pub energy: ExactEnergy,
    pub method: Method,
    pub quality: Quality,
    /// Power read at the end of the stretch.
    pub power: Option<Power>,
    /// Whether no reading was taken in it.
    pub gap: bool,
}

/// Cuts windows of a fixed length, aligned to UTC, or one window of everything; and wherever else it is asked to.
#[derive(Debug, Clone)]
pub(super) struct Cutter {
    /// Identity of the device, for its windows.
    device: DeviceUuid,
    length: Option<Span>,
    /// Further moments at which a window ends, all of them ahead.
    cuts: BTreeSet<Timestamp>,
    cursor: Timestamp,
    /// Energy since the start, exactly. Windows are differences of its rounded-down values.
    total: ExactEnergy,
    open: Open,
    ready: VecDeque<Window>,
}

#[derive(Debug, Clone)]
struct Open {
    start: Timestamp,
    end: Option<Timestamp>,
    total_at_start: ExactEnergy,
    gap_energy: ExactEnergy,
    covered: Span,
    power: Option<(Power, Power)>,
    readings: u64,
    flags: Flags,
    quality: Quality,
    method: Method,
}

impl Open {
    fn note_power(&mut self, power: Power) {
        self.power = Some(self.power.map_or((power, power), |(min, max)| (min.min(power), max.max(power))));
    }
}

impl Cutter {
    /// Begins at the first reading, `first`.
    pub(super) fn open(device: DeviceUuid, length: Option<Span>, first: &Reading) -> Result<Self, Overflow> {
        let start = first.at;
        let mut open = Open::starting(start, length, ExactEnergy::ZERO)?;
        if let Some(power) = first.power {
            open.note_power(power);
        }
        let (cuts, ready) = (BTreeSet::new(), VecDeque::new());
        Ok(Self { device, length, cuts, cursor: start, total: ExactEnergy::ZERO, open, ready })
    }

    pub(super) fn cursor(&self) -> Timestamp {
        self.cursor
    }

    /// Ends a window at `at` as well, or where the curve is known to already; a window that begins at `at` or later stays whole.
    pub(super) fn cut_at(&mut self, at: Timestamp) {
        if at > self.open.start {
            self.cuts.insert(at.max(self.cursor));
        }
    }

    /// Where the open window ends.
    fn edge(&self) -> Option<Timestamp> {
        self.open.end.into_iter().chain(self.cuts.first().copied()).min()
    }

    pub(super) fn flag(&mut self, flag: Flag) {
        self.open.flags.insert(flag);
    }

    pub(super) fn ready(&mut self) -> &mut VecDeque<Window> {
        &mut self.ready
    }

    /// Adds a stretch and closes the windows that it completes. A stretch that does not move forward is ignored.
    pub(super) fn commit(&mut self, sensor: &Sensor, piece: &CurvePiece) -> Result<(), Overflow> {
        let Some(span) = piece.to.since(self.cursor).filter(|span| *span > Span::ZERO) else {
            return Ok(());
        };
        let start = self.cursor;
        let mut charged = ExactEnergy::ZERO;
        while let Some(edge) = self.edge().filter(|edge| *edge <= piece.to) {
            let upto = edge.since(start).unwrap_or(Span::ZERO);
            let share = piece.energy.fraction(upto.nanoseconds(), span.nanoseconds());
            self.extend(edge, share - charged, piece);
            charged = share;
            self.close(sensor)?;
        }
        self.extend(piece.to, piece.energy - charged, piece);
        self.open.readings += 1;
        Ok(())
    }

    /// Closes the open window, if there is anything in it.
    pub(super) fn finish(&mut self, sensor: &Sensor) -> Result<(), Overflow> {
        if self.cursor > self.open.start { self.close(sensor) } else { Ok(()) }
    }

    fn extend(&mut self, to: Timestamp, energy: ExactEnergy, piece: &CurvePiece) {
        let Some(span) = to.since(self.cursor).filter(|span| *span > Span::ZERO) else {
            return;
        };
        let power = piece.power.or_else(|| energy.mean_power(span));
        if let Some(power) = power {
            self.open.note_power(power);
        }
        self.total += energy;
        self.cursor = to;
        self.open.method = piece.method;
        self.open.quality = self.open.quality.max(piece.quality);
        if piece.gap {
            self.open.gap_energy += energy;
        } else {
            self.open.covered = self.open.covered.plus(span);
        }
    }

    fn close(&mut self, sensor: &Sensor) -> Result<(), Overflow> {
        let cursor = self.cursor;
        self.cuts.retain(|cut| *cut > cursor);
        let next = Open::starting(self.cursor, self.length, self.total)?;
        let open = std::mem::replace(&mut self.open, next);
        if self.cursor > open.start {
            self.ready.push_back(open.into_window(self.device.clone(), sensor, self.cursor, self.total)?);
        }
        Ok(())
    }
}

impl Open {
    fn starting(start: Timestamp, length: Option<Span>, total: ExactEnergy) -> Result<Self, Overflow> {
        Ok(Self {
            start,
            end: length.map(|length| start.next_multiple(length)).transpose()?,
            total_at_start: total,
            gap_energy: ExactEnergy::ZERO,
            covered: Span::ZERO,
            power: None,
            readings: 0,
            flags: Flags::default(),
            quality: Quality::Counter,
            method: Method::Counter,
        })
    }

    fn into_window(
        self,
        device: DeviceUuid,
        sensor: &Sensor,
        end: Timestamp,
        total: ExactEnergy,
    ) -> Result<Window, Overflow> {
        let span = end.since(self.start).unwrap_or(Span::ZERO);
        let (power_min, power_peak) = self.power.unwrap_or_default();
        let exact = total - self.total_at_start;
        let (uncertainty, warned) = uncertainty::integration(
            sensor,
            &Facts {
                method: self.method,
                span,
                energy: exact,
                gap_energy: if self.quality == Quality::Counter { ExactEnergy::ZERO } else { self.gap_energy },
                power_min,
                power_peak,
                readings: self.readings,
            },
        );
        Ok(Window {
            device,
            start: self.start,
            end,
            energy: total.floor()?.checked_sub(self.total_at_start.floor()?)?,
            covered: self.covered.min(span),
            method: self.method,
            quality: self.quality,
            flags: self.flags.union(warned).to_vec(),
            power_min,
            power_peak,
            readings: self.readings,
            integration_uncertainty: uncertainty.floor()?,
            sensor_systematic: exact.scaled(sensor.systematic_ppm, 1_000_000).floor()?,
        })
    }
}
