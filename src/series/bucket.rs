//! Buckets of time: how long they are, and what is summed in each.

use super::window::HOUR_NS;
use account::attribute::split;
use model::{JobNumber, SiteNumber};
use std::collections::BTreeMap;
use std::ops::Range;
use units::{Energy, Overflow, Timestamp};

const SECOND_NS: i64 = 1_000_000_000;
const DAY_S: i64 = 86_400;
/// Lengths that a bucket can have, s. Each divides the next one or is a multiple of whole hours; the last one covers all of time.
const LADDER_S: [i64; 19] = [
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
    i64::MAX / SECOND_NS,
];
/// Maximum number of buckets in one answer.
pub const POINTS_MAX: i64 = 5_000;
/// Longest range of one answer: ten years.
const RANGE_NS_MAX: i64 = 3_653 * DAY_S * SECOND_NS;

/// A range of time, divided into buckets that start at multiples of their length since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// First moment of the range.
    pub from: Timestamp,
    /// First moment after the range.
    pub to: Timestamp,
    /// Length of a bucket, ns.
    pub bucket_ns: i64,
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
        let Range { start: from, end: to } = range;
        if !(1..=POINTS_MAX).contains(&points) {
            return Err(GridError::Points(points));
        }
        if from.nanoseconds() < 0 {
            return Err(GridError::Early);
        }
        if to <= from {
            return Err(GridError::Reversed);
        }
        if to.nanoseconds() - from.nanoseconds() > RANGE_NS_MAX {
            return Err(GridError::Long);
        }
        let grids = LADDER_S.map(|seconds| Self { from, to, bucket_ns: seconds * SECOND_NS });
        grids.into_iter().find(|grid| grid.count() <= points).ok_or(GridError::Points(points))
    }

    /// Number of buckets that the range touches.
    #[must_use]
    pub fn count(&self) -> i64 {
        let last = (self.to.nanoseconds() - 1).div_euclid(self.bucket_ns);
        last - self.from.nanoseconds().div_euclid(self.bucket_ns) + 1
    }

    /// Length of a bucket, s.
    #[must_use]
    pub fn bucket_s(&self) -> i64 {
        self.bucket_ns / SECOND_NS
    }

    /// Start of bucket `number`, ms since 1970.
    #[must_use]
    pub fn start_ms(&self, number: i64) -> i64 {
        self.start(number).nanoseconds() / 1_000_000
    }

    /// The number of the bucket that holds `at`, counted from 1970.
    pub(crate) fn number(&self, at: Timestamp) -> i64 {
        at.nanoseconds().div_euclid(self.bucket_ns)
    }

    /// First moment of bucket `number`.
    pub(crate) fn start(&self, number: i64) -> Timestamp {
        Timestamp::from_nanoseconds(number.saturating_mul(self.bucket_ns))
    }

    /// First moment after bucket `number`.
    pub(crate) fn end(&self, number: i64) -> Timestamp {
        self.start(number.saturating_add(1))
    }

    /// Whether buckets are made of whole hours.
    pub(crate) fn is_coarse(&self) -> bool {
        self.bucket_ns >= HOUR_NS
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
    pub(crate) energy_mj: i64,
    pub(crate) modelled_mj: i64,
    /// Metered time from start to end, shared or not, ns.
    pub(crate) length_ns: i64,
    /// The holder's share of the observed time, ns.
    pub(crate) covered_ns: i64,
    /// The holder's share of the time, ns.
    pub(crate) span_ns: i64,
    /// Time in windows of little power, as shared, ns.
    pub(crate) low_ns: i64,
    /// The holder's share of the lowest power, mW.
    pub(crate) min_mw: i64,
    /// The holder's share of the highest power, mW.
    pub(crate) max_mw: i64,
}

/// What is summed in one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// Energy in the bucket, mJ.
    pub energy_mj: i64,
    /// The part of it that was modelled instead of measured, mJ.
    pub modelled_mj: i64,
    /// Lowest power, mW; of several devices, the sum of their lowest powers.
    pub min_mw: i64,
    /// Highest power, mW; of several devices, the sum of their highest powers.
    pub max_mw: i64,
    /// First moment that was metered.
    pub first: Timestamp,
    /// First moment after the last one that was metered.
    pub last: Timestamp,
    /// Metered device time, shared or not, ns.
    pub length_ns: i128,
    /// The part of it that was observed, ns.
    pub observed_ns: i128,
    /// Device time that should have been metered, ns.
    pub expected_ns: i128,
}

impl Bucket {
    /// Mean power, mW: energy over the time from the first to the last metered moment, or over the metered device time where that is shorter.
    #[must_use]
    pub fn mean_mw(&self) -> i64 {
        power_mw(self.energy_mj, i128::from(self.last.nanoseconds() - self.first.nanoseconds()).min(self.length_ns))
    }

    /// [`Self::min_mw`], at most the mean.
    #[must_use]
    pub fn lowest_mw(&self) -> i64 {
        self.min_mw.min(self.mean_mw())
    }

    /// [`Self::max_mw`], at least the mean.
    #[must_use]
    pub fn highest_mw(&self) -> i64 {
        self.max_mw.max(self.mean_mw())
    }

    /// Adds what another device has in the same bucket.
    pub(crate) fn add(&mut self, other: &Self) -> Result<(), Overflow> {
        self.energy_mj = summed(self.energy_mj, other.energy_mj)?;
        self.modelled_mj = summed(self.modelled_mj, other.modelled_mj)?;
        self.min_mw = self.min_mw.saturating_add(other.min_mw);
        self.max_mw = self.max_mw.saturating_add(other.max_mw);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.length_ns += other.length_ns;
        self.observed_ns += other.observed_ns;
        self.expected_ns += other.expected_ns;
        Ok(())
    }

    /// Adds another stretch of the same device.
    fn join(&mut self, piece: &HeldPiece) -> Result<(), Overflow> {
        self.energy_mj = summed(self.energy_mj, piece.energy_mj)?;
        self.modelled_mj = summed(self.modelled_mj, piece.modelled_mj)?;
        self.min_mw = self.min_mw.min(piece.min_mw);
        self.max_mw = self.max_mw.max(piece.max_mw);
        self.first = self.first.min(piece.start);
        self.last = self.last.max(piece.end);
        self.length_ns += i128::from(piece.length_ns);
        self.observed_ns += i128::from(piece.observed_ns());
        Ok(())
    }
}

impl HeldPiece {
    /// Observed time of the device, not divided among those who share it.
    fn observed_ns(&self) -> i64 {
        if self.span_ns == self.length_ns {
            return self.covered_ns;
        }
        let whole = i128::from(self.covered_ns) * i128::from(self.length_ns) / i128::from(self.span_ns.max(1));
        i64::try_from(whole).unwrap_or(i64::MAX)
    }
}

/// Power of an energy over a time, mW, rounded half up.
pub(crate) fn power_mw(energy_mj: i64, span_ns: i128) -> i64 {
    let span = span_ns.max(1);
    let power = (i128::from(energy_mj) * i128::from(SECOND_NS) + span / 2).div_euclid(span);
    i64::try_from(power).unwrap_or(i64::MAX)
}

/// Buckets of one device, by number.
pub(crate) type Buckets = BTreeMap<i64, Bucket>;

/// Adds a stretch of one device to its buckets; energy and time are split at their edges by length, so that the parts sum to the whole. What lies outside
/// of the grid is left out.
pub(crate) fn pour(grid: &Grid, buckets: &mut Buckets, piece: &HeldPiece) -> Result<(), Overflow> {
    if piece.end <= grid.from || grid.to <= piece.start {
        return Ok(());
    }
    let number = grid.number(piece.start);
    if piece.end <= grid.end(number) && grid.from <= piece.start && piece.end <= grid.to {
        return put(buckets, number, piece);
    }
    for part in parts(grid, piece)? {
        if grid.from <= part.start && part.end <= grid.to {
            put(buckets, grid.number(part.start), &part)?;
        }
    }
    Ok(())
}

fn put(buckets: &mut Buckets, number: i64, piece: &HeldPiece) -> Result<(), Overflow> {
    let bucket = buckets.entry(number).or_insert(Bucket {
        energy_mj: 0,
        modelled_mj: 0,
        min_mw: i64::MAX,
        max_mw: 0,
        first: piece.start,
        last: piece.end,
        length_ns: 0,
        observed_ns: 0,
        expected_ns: 0,
    });
    bucket.join(piece)
}

/// `piece` cut at the edges of the grid and of its buckets.
fn parts(grid: &Grid, piece: &HeldPiece) -> Result<Vec<HeldPiece>, Overflow> {
    let (inner_start, inner_end) = (piece.start.max(grid.from), piece.end.min(grid.to));
    let mut edges = vec![piece.start];
    let inside = (grid.number(inner_start)..=grid.number(inner_end)).map(|number| grid.start(number));
    edges.extend(std::iter::once(inner_start).chain(inside).chain([inner_end, piece.end]));
    edges.retain(|edge| (piece.start..=piece.end).contains(edge));
    edges.sort();
    edges.dedup();
    let ends = edges.iter().copied().skip(1);
    let spans: Vec<(Timestamp, Timestamp)> = edges.iter().copied().zip(ends).collect();
    let lengths: Vec<u64> =
        spans.iter().map(|(start, end)| (end.nanoseconds() - start.nanoseconds()).unsigned_abs()).collect();
    let shares = |whole: i64| split(Energy::from_millijoules(whole), &lengths);
    let (energy, modelled) = (shares(piece.energy_mj)?, shares(piece.modelled_mj)?);
    let (length, covered) = (shares(piece.length_ns)?, shares(piece.covered_ns)?);
    let (span, low) = (shares(piece.span_ns)?, shares(piece.low_ns)?);
    let part = |(place, (start, end)): (usize, (Timestamp, Timestamp))| HeldPiece {
        start,
        end,
        energy_mj: energy[place].millijoules(),
        modelled_mj: modelled[place].millijoules(),
        length_ns: length[place].millijoules(),
        covered_ns: covered[place].millijoules(),
        span_ns: span[place].millijoules(),
        low_ns: low[place].millijoules(),
        ..*piece
    };
    Ok(spans.into_iter().enumerate().map(part).collect())
}

pub(crate) fn summed(a: i64, b: i64) -> Result<i64, Overflow> {
    a.checked_add(b).ok_or(Overflow { quantity: "sum of a series in mJ" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_range_needs_at_most_the_points_and_no_longer_bucket_than_it_must(
            from in 0..8_000_000_000_000_000_000_i64, span in 1..=RANGE_NS_MAX, points in 1..=POINTS_MAX,
        ) {
            let range = Timestamp::from_nanoseconds(from)..Timestamp::from_nanoseconds(from + span);
            let grid = Grid::of(range, points).unwrap();
            prop_assert!(grid.count() <= points);
            let shorter = LADDER_S.iter().map(|s| s * SECOND_NS).rfind(|shorter| *shorter < grid.bucket_ns);
            let is_shortest = shorter.is_none_or(|bucket_ns| Grid { bucket_ns, ..grid }.count() > points);
            prop_assert!(is_shortest);
        }

        #[test]
        fn a_piece_poured_into_buckets_loses_nothing(start in 0..4_000_i64, length in 1..9_000_000_i64, energy in 0..i64::MAX) {
            let start = Timestamp::from_nanoseconds(start * 1_000_000_007);
            let end = Timestamp::from_nanoseconds(start.nanoseconds() + length * 1_000_003);
            let piece = HeldPiece {
                job: JobNumber::new(1), site: SiteNumber::new(1), start, end, energy_mj: energy, modelled_mj: energy / 2,
                length_ns: end.nanoseconds() - start.nanoseconds(), covered_ns: length, span_ns: length,
                low_ns: 0, min_mw: 0, max_mw: 1,
            };
            let grid = Grid::of(Timestamp::from_nanoseconds(0)..Timestamp::from_nanoseconds(end.nanoseconds() + 1), 300).unwrap();
            let mut buckets = Buckets::new();
            pour(&grid, &mut buckets, &piece).unwrap();
            prop_assert_eq!(buckets.values().map(|bucket| i128::from(bucket.energy_mj)).sum::<i128>(), i128::from(energy));
            prop_assert_eq!(buckets.values().map(|bucket| bucket.length_ns).sum::<i128>(), i128::from(piece.length_ns));
        }
    }
}
