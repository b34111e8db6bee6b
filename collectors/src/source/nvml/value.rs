//! Decodes the driver's numbers, and recognises those that stand for "no value".

use nvml_wrapper::error::NvmlError;

/// Why the driver gave no value.
#[derive(Debug)]
pub(super) enum FieldFailure {
    /// The driver returned an error.
    Driver(NvmlError),
    /// The driver returned a number that stands for "no value".
    Blank(String),
}

impl From<NvmlError> for FieldFailure {
    fn from(error: NvmlError) -> Self {
        Self::Driver(error)
    }
}

/// Converts the eight bytes of an `nvmlValue_t` of type `kind` (`nvmlValueType_t`) to a whole number.
pub(super) fn decode(kind: u32, bytes: [u8; 8]) -> Result<u64, FieldFailure> {
    let [a, b, c, d, ..] = bytes;
    let value = match kind {
        0 => whole(f64::from_ne_bytes(bytes)),
        1 => Some(u64::from(u32::from_ne_bytes([a, b, c, d]))),
        2 | 3 => Some(u64::from_ne_bytes(bytes)),
        4 => u64::try_from(i64::from_ne_bytes(bytes)).ok(),
        5 => u64::try_from(i32::from_ne_bytes([a, b, c, d])).ok(),
        6 => Some(u64::from(u16::from_ne_bytes([a, b]))),
        other => return Err(NvmlError::UnexpectedVariant(other).into()),
    };
    value.ok_or_else(|| FieldFailure::Blank(format!("a value of type {kind} that is negative or not a number")))
}

/// Rounds a floating-point number of the driver; `None` if it cannot be a power or energy.
fn whole(value: f64) -> Option<u64> {
    let sensible = value.is_finite() && (0.0..=9e15).contains(&value);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // in range, just checked
    sensible.then_some(value.round() as u64)
}

/// Checks a power in mW. The driver's blank numbers are `0x7ffffff0` and the numbers after it (blank, not found, not supported,
/// no permission), all ones, and these as doubles.
pub(super) fn power_milliwatts(value: u64) -> Result<u64, FieldFailure> {
    const BLANK: u64 = 0x7fff_fff0;
    const BLANK_END: u64 = 0x7fff_ffff;
    match value {
        BLANK..=BLANK_END => Err(FieldFailure::Blank(format!("power 0x{value:x}"))),
        _ if value >= u64::from(u32::MAX) => Err(FieldFailure::Blank(format!("power 0x{value:x}"))),
        _ => Ok(value),
    }
}

/// Checks the value of an energy counter in mJ, for which the driver's blanks are 64-bit numbers.
pub(super) fn counter_millijoules(value: u64) -> Result<u64, FieldFailure> {
    const BLANK: u64 = 0x7fff_ffff_ffff_fff0;
    /// 2⁴⁷, the blank number of doubles.
    const BLANK_DOUBLE: u64 = 1 << 47;
    const BLANK_DOUBLE_END: u64 = BLANK_DOUBLE + 3;
    match value {
        BLANK_DOUBLE..=BLANK_DOUBLE_END | BLANK.. => Err(FieldFailure::Blank(format!("energy 0x{value:x}"))),
        _ => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blank<T>(result: Result<T, FieldFailure>) -> bool {
        matches!(result, Err(FieldFailure::Blank(_)))
    }

    #[test]
    fn blanks_are_not_readings() {
        for value in [0x7fff_fff0, 0x7fff_fff1, 0x7fff_fff2, 0x7fff_fff3, 0xffff_ffff, 0x7fff_ffff_ffff_fff0, 1 << 47] {
            assert!(blank(power_milliwatts(value)), "{value:x}");
        }
        for value in [u64::MAX, 0x7fff_ffff_ffff_fff0, 0x7fff_ffff_ffff_fff3, 1 << 47, (1 << 47) + 3] {
            assert!(blank(counter_millijoules(value)), "{value:x}");
        }
        for value in [0, 700_000, 1_000_000] {
            assert_eq!(power_milliwatts(value).ok(), Some(value));
        }
        // 24.8 days at 1 kW passes the 32-bit blanks, which are honest values of a 64-bit counter.
        for value in [0, 0x7fff_fff0, 0xffff_ffff, (1 << 47) - 1] {
            assert_eq!(counter_millijoules(value).ok(), Some(value));
        }
    }

    #[test]
    fn every_type_of_field_value() {
        for (kind, bytes, expected) in [
            (0, 250_000.4_f64.to_ne_bytes(), Some(250_000)),
            (1, 250_000_u64.to_le_bytes(), Some(250_000)),
            (2, 5_000_000_000_u64.to_ne_bytes(), Some(5_000_000_000)),
            (3, 5_000_000_000_u64.to_ne_bytes(), Some(5_000_000_000)),
            (4, 7_i64.to_ne_bytes(), Some(7)),
            (5, 7_u64.to_le_bytes(), Some(7)),
            (6, 7_u64.to_le_bytes(), Some(7)),
            (0, f64::NAN.to_ne_bytes(), None),
            (0, (-1.0_f64).to_ne_bytes(), None),
            (0, f64::INFINITY.to_ne_bytes(), None),
            (4, (-1_i64).to_ne_bytes(), None),
            (7, [0; 8], None),
        ] {
            assert_eq!(decode(kind, bytes).ok(), expected, "type {kind} {bytes:?}");
        }
    }
}
