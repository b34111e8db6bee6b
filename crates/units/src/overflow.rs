use std::fmt;

/// A result is outside the range of its type, which is the only way in which accounting can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow {
    /// The quantity that was computed, for the message.
    pub quantity: &'static str,
}

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is outside the range of its integer type; check the units of the input", self.quantity)
    }
}

impl std::error::Error for Overflow {}

/// Divides and rounds half up, towards positive infinity; `divisor` is above 0.
pub(crate) fn div_half_up(dividend: i128, divisor: i128) -> i128 {
    (dividend + divisor / 2).div_euclid(divisor)
}
