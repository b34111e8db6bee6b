use crate::{Overflow, Span};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg};

/// Time summed over devices, `i128` nanoseconds; negative where it takes back what was counted before.
///
/// It is no [`Span`]: two devices have two hours of it in one hour. 16,000 devices fill an `i64` of nanoseconds in a week, whereas
/// this holds 5e21 device-years, so that sums are not checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DeviceTime(i128);

impl DeviceTime {
    /// No time of any device.
    pub const ZERO: Self = Self(0);

    /// Device time of `microseconds`, the unit of sums that an `i64` must hold.
    #[must_use]
    pub fn from_microseconds(microseconds: i64) -> Self {
        Self(i128::from(microseconds) * 1_000)
    }

    /// Device time of `nanoseconds`.
    #[must_use]
    pub const fn from_nanoseconds(nanoseconds: i128) -> Self {
        Self(nanoseconds)
    }

    /// The value in nanoseconds.
    #[must_use]
    pub const fn nanoseconds(self) -> i128 {
        self.0
    }

    /// The value in nanoseconds as rows and answers hold it, at most ±292 device-years.
    #[must_use]
    pub fn saturating_nanoseconds(self) -> i64 {
        saturated(self.0)
    }

    /// The value in whole microseconds, rounded down, at most ±292,000 device-years.
    #[must_use]
    pub fn microseconds(self) -> i64 {
        saturated(self.0.div_euclid(1_000))
    }
}

fn saturated(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

impl TryFrom<DeviceTime> for Span {
    type Error = Overflow;

    /// The device time as that of one device; it must not be negative.
    fn try_from(time: DeviceTime) -> Result<Self, Overflow> {
        u64::try_from(time.0).map(Self::from_nanoseconds).map_err(|_| Overflow { quantity: "time in ns" })
    }
}

impl From<Span> for DeviceTime {
    /// The time of one device over `span`.
    fn from(span: Span) -> Self {
        Self(span.nanoseconds().into())
    }
}

impl Add for DeviceTime {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for DeviceTime {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Neg for DeviceTime {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for DeviceTime {
    fn sum<I: Iterator<Item = Self>>(times: I) -> Self {
        times.fold(Self::ZERO, |a, b| a + b)
    }
}
