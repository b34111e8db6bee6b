use crate::Overflow;

/// A moment, `i64` nanoseconds since 1970-01-01T00:00:00 UTC; 1677 to 2262.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `nanoseconds` after 1970, UTC.
    #[must_use]
    pub const fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self(nanoseconds)
    }

    /// The moment `seconds` after 1970, UTC; `None` outside 1677 to 2262.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Option<Self> {
        match seconds.checked_mul(1_000_000_000) {
            Some(nanoseconds) => Some(Self(nanoseconds)),
            None => None,
        }
    }

    /// Nanoseconds since 1970, UTC.
    #[must_use]
    pub const fn nanoseconds(self) -> i64 {
        self.0
    }

    /// Time from `earlier` to `self`; `None` when `self` is before `earlier`.
    #[must_use]
    pub fn since(self, earlier: Self) -> Option<Span> {
        let nanoseconds = i128::from(self.0) - i128::from(earlier.0);
        u64::try_from(nanoseconds).ok().map(Span)
    }

    /// The moment `span` later.
    ///
    /// # Errors
    ///
    /// [`Overflow`] after the year 2262.
    pub fn after(self, span: Span) -> Result<Self, Overflow> {
        let nanoseconds = i128::from(self.0) + i128::from(span.0);
        i64::try_from(nanoseconds).map(Self).map_err(|_| Overflow { quantity: "time in ns" })
    }

    /// The moment `span` earlier, at the earliest in 1677.
    #[must_use]
    pub fn before(self, span: Span) -> Self {
        let nanoseconds = i128::from(self.0) - i128::from(span.0);
        Self(i64::try_from(nanoseconds).unwrap_or(i64::MIN))
    }

    /// The first multiple of `step`, counted from 1970, after `self`; `self` if `step` is zero.
    ///
    /// # Errors
    ///
    /// [`Overflow`] after the year 2262.
    pub fn next_multiple(self, step: Span) -> Result<Self, Overflow> {
        if step.0 == 0 {
            return Ok(self);
        }
        let step = i128::from(step.0);
        let next = (i128::from(self.0).div_euclid(step) + 1) * step;
        i64::try_from(next).map(Self).map_err(|_| Overflow { quantity: "time in ns" })
    }
}

/// A length of time, `u64` nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Span(u64);

impl Span {
    /// A span of zero nanoseconds.
    pub const ZERO: Self = Self(0);

    /// A span of `nanoseconds`.
    #[must_use]
    pub const fn from_nanoseconds(nanoseconds: u64) -> Self {
        Self(nanoseconds)
    }

    /// A span of `milliseconds`, at most 584 years.
    #[must_use]
    pub const fn from_milliseconds(milliseconds: u64) -> Self {
        Self(milliseconds.saturating_mul(1_000_000))
    }

    /// A span of `seconds`, at most 584 years.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000_000_000))
    }

    /// The value in nanoseconds.
    #[must_use]
    pub const fn nanoseconds(self) -> u64 {
        self.0
    }

    /// The sum of both spans, at most 584 years.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// This span less `other`, at least zero.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// `self` repeated `factor` times, at most 584 years.
    #[must_use]
    pub const fn times(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor))
    }
}

/// A half-open interval `[start, end)` that is never empty. Neighbouring intervals share no moment. Ordered by start, then by end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    start: Timestamp,
    end: Timestamp,
}

impl Interval {
    /// `[start, end)`; `None` unless `start < end`.
    #[must_use]
    pub fn new(start: Timestamp, end: Timestamp) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// First moment inside the interval.
    #[must_use]
    pub const fn start(self) -> Timestamp {
        self.start
    }

    /// First moment after the interval.
    #[must_use]
    pub const fn end(self) -> Timestamp {
        self.end
    }

    /// Last moment inside the interval.
    #[must_use]
    pub const fn last(self) -> Timestamp {
        Timestamp(self.end.0 - 1)
    }

    /// Whether `at` lies inside the interval.
    #[must_use]
    pub fn contains(self, at: Timestamp) -> bool {
        (self.start..self.end).contains(&at)
    }

    /// Length of the interval, above zero.
    #[must_use]
    pub fn span(self) -> Span {
        self.end.since(self.start).unwrap_or(Span::ZERO)
    }

    /// The time that both intervals hold; `None` if they share no moment.
    #[must_use]
    pub fn overlap(self, other: Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }

    /// From the earlier start to the later end, with what lies between the two.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The interval with `by` more on either side, within 1677 to 2262.
    #[must_use]
    pub fn widened(self, by: Span) -> Self {
        let end = self.end.after(by).unwrap_or(Timestamp(i64::MAX));
        Self { start: self.start.before(by), end }
    }
}
