use std::fmt;

/// A result left the range of its type. The only way in which pure accounting can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow {
    /// What was being computed, for the message.
    pub quantity: &'static str,
}

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} leaves the range of its integer type; check the units of the input", self.quantity)
    }
}

impl std::error::Error for Overflow {}

/// Divides with round half up (towards positive infinity), for `divisor > 0`.
pub(crate) fn div_half_up(dividend: i128, divisor: i128) -> i128 {
    (dividend + divisor / 2).div_euclid(divisor)
}
