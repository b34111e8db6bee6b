//! Buckets of time: how long they are, and what is summed in each.

use super::window::HOUR;
use account::attribute::{split, split_span};
use model::{JobNumber, SiteNumber};
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use units::{DeviceTime, Energy, Interval, Overflow, Power, Span, Timestamp};

/// Nanoseconds of a second.
const SECOND_NS: u64 = 1_000_000_000;
const DAY_S: u64 = 86_400;
/// Lengths that a bucket can have, s. Each divides the next one or is a multiple of whole hours; the last one covers all of time.
const LADDER_S: [u64; 19] = [
    1,
    2,
    5,
    10,
    30,
    60,
    300,
    900,
    1_800,
    3_600,
    3 * 3_600,
    6 * 3_600,
    DAY_S,
    7 * DAY_S,
    28 * DAY_S,
    91 * DAY_S,
    364 * DAY_S,
    3_640 * DAY_S,
    i64::MAX.unsigned_abs() / SECOND_NS,
];
/// Maximum number of buckets in one answer.
pub const POINTS_MAX: i64 = 5_000;
/// Longest range of one answer: ten years.
const RANGE_MAX: Span = Span::from_seconds(3_653 * DAY_S);

/// A range of time, divided into buckets that start at multiples of their length since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// The whole range; its ends need not be those of buckets.
    pub range: Interval,
    /// Length of a bucket, from a second to 292 years.
    pub bucket: Span,
}

/// Why a range of time cannot be divided into buckets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GridError {
    /// The number of points is out of range.
    #[error("{0} is not between 1 and {POINTS_MAX}")]
    Points(i64),
    /// The range ends at or before its start.
    #[error("`to` must be later than `from`")]
    Reversed,
    /// The range begins before 1970.
    #[error("nothing was metered before 1970")]
    Early,
    /// The range is longer than ten years.
    #[error("a range may span at most ten years: ask for each year on its own")]
    Long,
}

impl Grid {
    /// Divides `range` into the shortest buckets of which at most `points` are needed.
    ///
    /// # Errors
    ///
    /// The range or the number of points cannot be shown.
    pub fn of(range: Range<Timestamp>, points: i64) -> Result<Self, GridError> {
        if !(1..=POINTS_MAX).contains(&points) {
            return Err(GridError::Points(points));
        }
        if range.start.nanoseconds() < 0 {
            return Err(GridError::Early);
        }
        let range = Interval::new(range.start, range.end).ok_or(GridError::Reversed)?;
        if range.span() > RANGE_MAX {
            return Err(GridError::Long);
        }
        let grids = LADDER_S.map(|seconds| Self { range, bucket: Span::from_seconds(seconds) });
        grids.into_iter().find(|grid| grid.count() <= points).ok_or(GridError::Points(points))
    }

    /// Number of buckets that the range touches.
    #[must_use]
    pub fn count(&self) -> i64 {
        let numbers = self.numbers(self.range);
        numbers.end() - numbers.start() + 1
    }

    /// Length of a bucket, s.
    #[must_use]
    pub fn bucket_s(&self) -> i64 {
        (self.bucket.nanoseconds() / SECOND_NS).cast_signed()
    }

    /// Start of bucket `number`, ms since 1970.
    #[must_use]
    pub fn start_ms(&self, number: i64) -> i64 {
        self.start(number).nanoseconds() / 1_000_000
    }

    /// The number of the bucket that holds `at`, counted from 1970.
    pub(crate) fn number(&self, at: Timestamp) -> i64 {
        at.nanoseconds().div_euclid(self.bucket.nanoseconds().cast_signed())
    }

    /// The numbers of the buckets that `interval` touches.
    pub(crate) fn numbers(&self, interval: Interval) -> RangeInclusive<i64> {
        self.number(interval.start())..=self.number(interval.last())
    }

    /// First moment of bucket `number`.
    pub(crate) fn start(&self, number: i64) -> Timestamp {
        Timestamp::from_nanoseconds(number.saturating_mul(self.bucket.nanoseconds().cast_signed()))
    }

    /// First moment after bucket `number`.
    pub(crate) fn end(&self, number: i64) -> Timestamp {
        self.start(number.saturating_add(1))
    }

    /// Whether buckets are made of whole hours.
    pub(crate) fn is_coarse(&self) -> bool {
        self.bucket >= HOUR
    }
}

/// A stretch of time of one device that belongs to one holder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeldPiece {
    /// Number of the job that holds it; 0 for none.
    pub(crate) job: JobNumber,
    /// Number of the site.
    pub(crate) site: SiteNumber,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) energy: Energy,
    /// The part of the energy that was modelled instead of measured.
    pub(crate) modelled: Energy,
    /// Metered time from start to end, shared or not.
    pub(crate) length: Span,
    /// The holder's share of the observed time.
    pub(crate) covered: Span,
    /// The holder's share of the time.
    pub(crate) span: Span,
    /// Time in windows of little power, as shared.
    pub(crate) low: Span,
    /// The holder's share of the lowest power.
    pub(crate) min: Power,
    /// The holder's share of the highest power.
    pub(crate) max: Power,
}

/// What is summed in one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// Energy in the bucket.
    pub energy: Energy,
    /// The part of it that was modelled instead of measured.
    pub modelled: Energy,
    /// Lowest power; of several devices, the sum of their lowest powers.
    pub min: Power,
    /// Highest power; of several devices, the sum of their highest powers.
    pub max: Power,
    /// First moment that was metered.
    pub first: Timestamp,
    /// First moment after the last one that was metered.
    pub last: Timestamp,
    /// Metered device time, shared or not.
    pub length: DeviceTime,
    /// The part of it that was observed.
    pub observed: DeviceTime,
    /// Device time that should have been metered.
    pub expected: DeviceTime,
}

impl Bucket {
    /// Mean power: energy over the time from the first to the last metered moment, or over the metered device time where that is shorter.
    #[must_use]
    pub fn mean(&self) -> Power {
        let span = self.last.since(self.first).unwrap_or(Span::ZERO);
        mean_power(self.energy, DeviceTime::from(span).min(self.length))
    }

    /// [`Self::min`], at most the mean.
    #[must_use]
    pub fn lowest(&self) -> Power {
        self.min.min(self.mean())
    }

    /// [`Self::max`], at least the mean.
    #[must_use]
    pub fn highest(&self) -> Power {
        self.max.max(self.mean())
    }

    /// Adds what another device has in the same bucket.
    pub(crate) fn add(&mut self, other: &Self) -> Result<(), Overflow> {
        self.energy = self.energy.checked_add(other.energy)?;
        self.modelled = self.modelled.checked_add(other.modelled)?;
        self.min = self.min.saturating_add(other.min);
        self.max = self.max.saturating_add(other.max);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.length += other.length;
        self.observed += other.observed;
        self.expected += other.expected;
        Ok(())
    }

    /// Adds another stretch of the same device.
    fn join(&mut self, piece: &HeldPiece) -> Result<(), Overflow> {
        self.energy = self.energy.checked_add(piece.energy)?;
        self.modelled = self.modelled.checked_add(piece.modelled)?;
        self.min = self.min.min(piece.min);
        self.max = self.max.max(piece.max);
        self.first = self.first.min(piece.start);
        self.last = self.last.max(piece.end);
        self.length += piece.length.into();
        self.observed += piece.observed().into();
        Ok(())
    }
}

impl HeldPiece {
    /// Observed time of the device, not divided among those who share it.
    fn observed(&self) -> Span {
        if self.span == self.length {
            return self.covered;
        }
        let [covered, length, span] = [self.covered, self.length, self.span].map(|span| u128::from(span.nanoseconds()));
        Span::from_nanoseconds(u64::try_from(covered * length / span.max(1)).unwrap_or(u64::MAX))
    }
}

/// Mean power of an energy over a time, rounded half up.
pub(crate) fn mean_power(energy: Energy, time: DeviceTime) -> Power {
    let ns = time.nanoseconds().max(1);
    let mw = (i128::from(energy.millijoules().max(0)) * i128::from(SECOND_NS) + ns / 2) / ns;
    Power::from_milliwatts(u64::try_from(mw).unwrap_or(u64::MAX))
}

/// Buckets of one device, by number.
pub(crate) type Buckets = BTreeMap<i64, Bucket>;

/// Adds a stretch of one device to its buckets; energy and time are split at their edges by length, so that the parts sum to the whole. What lies outside
/// of the grid is left out.
pub(crate) fn pour(grid: &Grid, buckets: &mut Buckets, piece: &HeldPiece) -> Result<(), Overflow> {
    let (from, to) = (grid.range.start(), grid.range.end());
    if piece.end <= from || to <= piece.start {
        return Ok(());
    }
    let number = grid.number(piece.start);
    if piece.end <= grid.end(number) && from <= piece.start && piece.end <= to {
        return put(buckets, number, piece);
    }
    for part in parts(grid, piece)? {
        if from <= part.start && part.end <= to {
            put(buckets, grid.number(part.start), &part)?;
        }
    }
    Ok(())
}

fn put(buckets: &mut Buckets, number: i64, piece: &HeldPiece) -> Result<(), Overflow> {
    let bucket = buckets.entry(number).or_insert(Bucket {
        energy: Energy::ZERO,
        modelled: Energy::ZERO,
        min: piece.min,
        max: piece.max,
        first: piece.start,
        last: piece.end,
        length: DeviceTime::ZERO,
        observed: DeviceTime::ZERO,
        expected: DeviceTime::ZERO,
    });
    bucket.join(piece)
}

/// `piece` cut at the edges of the grid and of its buckets.
fn parts(grid: &Grid, piece: &HeldPiece) -> Result<Vec<HeldPiece>, Overflow> {
    let (inner_start, inner_end) = (piece.start.max(grid.range.start()), piece.end.min(grid.range.end()));
    let mut edges = vec![piece.start];
    let inside = (grid.number(inner_start)..=grid.number(inner_end)).map(|number| grid.start(number));
    edges.extend(std::iter::once(inner_start).chain(inside).chain([inner_end, piece.end]));
    edges.retain(|edge| (piece.start..=piece.end).contains(edge));
    edges.sort();
    edges.dedup();
    let intervals = edges.iter().zip(edges.iter().skip(1)).filter_map(|(start, end)| Interval::new(*start, *end));
    let intervals: Vec<Interval> = intervals.collect();
    let lengths: Vec<u64> = intervals.iter().map(|interval| interval.span().nanoseconds()).collect();
    let (energy, modelled) = (split(piece.energy, &lengths)?, split(piece.modelled, &lengths)?);
    let (length, covered) = (split_span(piece.length, &lengths)?, split_span(piece.covered, &lengths)?);
    let (span, low) = (split_span(piece.span, &lengths)?, split_span(piece.low, &lengths)?);
    let part = |(place, interval): (usize, Interval)| HeldPiece {
        start: interval.start(),
        end: interval.end(),
        energy: energy[place],
        modelled: modelled[place],
        length: length[place],
        covered: covered[place],
        span: span[place],
        low: low[place],
        ..*piece
    };
    Ok(intervals.into_iter().enumerate().map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_range_needs_at_most_the_points_and_no_longer_bucket_than_it_must(
            from in 0..8_000_000_000_000_000_000_i64, span in 1..=RANGE_MAX.nanoseconds().cast_signed(), points in 1..=POINTS_MAX,
        ) {
            let range = Timestamp::from_nanoseconds(from)..Timestamp::from_nanoseconds(from + span);
            let grid = Grid::of(range, points).unwrap();
            prop_assert!(grid.count() <= points);
            let shorter = LADDER_S.map(Span::from_seconds).into_iter().rfind(|shorter| *shorter < grid.bucket);
            let is_shortest = shorter.is_none_or(|bucket| Grid { bucket, ..grid }.count() > points);
            prop_assert!(is_shortest);
        }

        #[test]
        fn a_piece_poured_into_buckets_loses_nothing(start in 0..4_000_i64, length in 1..9_000_000_i64, energy in 0..i64::MAX) {
            let start = Timestamp::from_nanoseconds(start * 1_000_000_007);
            let end = Timestamp::from_nanoseconds(start.nanoseconds() + length * 1_000_003);
            let span = Span::from_nanoseconds(length.unsigned_abs());
            let energy = Energy::from_millijoules(energy);
            let piece = HeldPiece {
                job: JobNumber::new(1), site: SiteNumber::new(1), start, end, energy,
                modelled: Energy::from_millijoules(energy.millijoules() / 2),
                length: end.since(start).unwrap(), covered: span, span,
                low: Span::ZERO, min: Power::ZERO, max: Power::from_milliwatts(1),
            };
            let grid = Grid::of(Timestamp::from_nanoseconds(0)..Timestamp::from_nanoseconds(end.nanoseconds() + 1), 300).unwrap();
            let mut buckets = Buckets::new();
            pour(&grid, &mut buckets, &piece).unwrap();
            let sum = buckets.values().try_fold(Energy::ZERO, |sum, bucket| sum.checked_add(bucket.energy));
            prop_assert_eq!(sum.unwrap(), energy);
            prop_assert_eq!(buckets.values().map(|bucket| bucket.length).sum::<DeviceTime>(), piece.length.into());
        }
    }
}
