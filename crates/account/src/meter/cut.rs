//! Cuts a growing energy curve into windows so that their sums equal the curve with `==`.

use super::uncertainty::{self, Facts};
use super::{Flag, Flags, Method, Quality, Sensor, Window};
use std::collections::VecDeque;
use units::{Energy, ExactEnergy, Interval, Overflow, Power, Span, Timestamp};

/// The next stretch of the curve, from where the last one ended.
pub(super) struct Piece {
    pub to: Timestamp,
    pub energy: ExactEnergy,
    pub method: Method,
    pub quality: Quality,
    /// Power read at its end.
    pub power: Option<Power>,
    /// Nothing observed it.
    pub gap: bool,
}

/// Windows of a fixed length aligned to UTC, or one window for everything.
#[derive(Debug, Clone)]
pub(super) struct Cutter {
    length: Option<Span>,
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
    pub(super) fn open(start: Timestamp, length: Option<Span>, power: Option<Power>) -> Result<Self, Overflow> {
        let mut open = Open::starting(start, length, ExactEnergy::ZERO)?;
        if let Some(power) = power {
            open.note_power(power);
        }
        Ok(Self { length, cursor: start, total: ExactEnergy::ZERO, open, ready: VecDeque::new() })
    }

    pub(super) fn cursor(&self) -> Timestamp {
        self.cursor
    }

    pub(super) fn flag(&mut self, flag: Flag) {
        self.open.flags.insert(flag);
    }

    pub(super) fn ready(&mut self) -> &mut VecDeque<Window> {
        &mut self.ready
    }

    /// Adds a piece and closes the windows that it completes. A piece that does not move forward is ignored.
    pub(super) fn commit(&mut self, sensor: &Sensor, piece: &Piece) -> Result<(), Overflow> {
        let Some(span) = piece.to.since(self.cursor).filter(|span| *span > Span::ZERO) else {
            return Ok(());
        };
        let start = self.cursor;
        let mut charged = ExactEnergy::ZERO;
        while let Some(edge) = self.open.end.filter(|edge| *edge <= piece.to) {
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

    /// Closes the window that is open, if anything is in it.
    pub(super) fn finish(&mut self, sensor: &Sensor) -> Result<(), Overflow> {
        if self.cursor > self.open.start { self.close(sensor) } else { Ok(()) }
    }

    fn extend(&mut self, to: Timestamp, energy: ExactEnergy, piece: &Piece) {
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
        let next = Open::starting(self.cursor, self.length, self.total)?;
        let open = std::mem::replace(&mut self.open, next);
        if let Some(window) = open.into_window(sensor, self.cursor, self.total)? {
            self.ready.push_back(window);
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

    fn into_window(self, sensor: &Sensor, end: Timestamp, total: ExactEnergy) -> Result<Option<Window>, Overflow> {
        let Some(interval) = Interval::new(self.start, end) else {
            return Ok(None);
        };
        let (power_min, power_peak) = self.power.unwrap_or_default();
        let exact = total - self.total_at_start;
        let (uncertainty, warned) = uncertainty::integration(
            sensor,
            &Facts {
                method: self.method,
                span: interval.span(),
                energy: exact,
                gap_energy: if self.quality == Quality::Counter { ExactEnergy::ZERO } else { self.gap_energy },
                power_min,
                power_peak,
                readings: self.readings,
            },
        );
        let energy: Energy = total.floor()?.checked_sub(self.total_at_start.floor()?)?;
        Ok(Some(Window {
            interval,
            energy,
            covered: self.covered,
            method: self.method,
            quality: self.quality,
            flags: self.flags.union(warned),
            power_min,
            power_peak,
            readings: self.readings,
            integration_uncertainty: uncertainty.floor()?,
            sensor_systematic: exact.scaled(sensor.systematic_ppm, 1_000_000).floor()?,
        }))
    }
}
