//! Parses decimal text into exact integers: numbers, units, and the many spellings of "no value".

/// A number as it is written: ±`digits` × 10^`exponent`. Digits after the nineteenth are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) negative: bool,
    digits: u64,
    exponent: i32,
}

impl Decimal {
    /// Parses the number at the start of `text`, and returns what follows too; `None` if there is no number.
    pub(super) fn parse(text: &[u8]) -> Option<(Self, &[u8])> {
        let (negative, unsigned) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let mut digits = 0_u64;
        let mut exponent = 0_i32;
        let mut seen_point = false;
        let mut seen_digit = false;
        let mut length = 0;
        for &byte in unsigned {
            match byte {
                b'0'..=b'9' => {
                    seen_digit = true;
                    if digits < 1_000_000_000_000_000_000 {
                        digits = digits * 10 + u64::from(byte - b'0');
                        exponent -= i32::from(seen_point);
                    } else {
                        // Numbers of twenty digits fit u64 up to 1.8e19, as the drivers' numbers for "no value" do.
                        match digits.checked_mul(10).and_then(|d| d.checked_add(u64::from(byte - b'0'))) {
                            Some(more) if !seen_point => digits = more,
                            _ => exponent = exponent.saturating_add(i32::from(!seen_point)),
                        }
                    }
                }
                b'.' if !seen_point => seen_point = true,
                _ => break,
            }
            length += 1;
        }
        if !seen_digit {
            return None;
        }
        let rest = &unsigned[length..];
        let (power_of_ten, rest) = scientific(rest);
        Some((Self { negative, digits, exponent: exponent.saturating_add(power_of_ten) }, rest))
    }

    /// Parses all of `text` as one number.
    pub(super) fn parse_all(text: &[u8]) -> Option<Self> {
        Self::parse(text).and_then(|(decimal, rest)| rest.is_empty().then_some(decimal))
    }

    /// The absolute value × 10^`shift`, rounded half up; `None` if that is too large for u64.
    pub(super) fn scaled(self, shift: i32) -> Option<u64> {
        let exponent = self.exponent.saturating_add(shift);
        let power = |exponent: i32| u32::try_from(exponent).ok().and_then(|e| 10_u64.checked_pow(e));
        if exponent >= 0 {
            return if self.digits == 0 { Some(0) } else { self.digits.checked_mul(power(exponent)?) };
        }
        let Some(divisor) = power(exponent.saturating_neg()) else { return Some(0) };
        let (quotient, remainder) = (self.digits / divisor, self.digits % divisor);
        Some(quotient + u64::from(remainder >= divisor - remainder))
    }

    /// The absolute value, if it is a whole number.
    pub(super) fn whole(self) -> Option<u64> {
        let whole = self.scaled(0)?;
        let back = if self.exponent >= 0 { 0 } else { self.exponent.saturating_neg() };
        let factor = 10_u64.checked_pow(u32::try_from(back).ok()?)?;
        (self.exponent >= 0 || whole.checked_mul(factor) == Some(self.digits)).then_some(whole)
    }
}

/// Parses the exponent after a number, such as `e-05`; returns what follows too.
fn scientific(text: &[u8]) -> (i32, &[u8]) {
    let [b'e' | b'E', tail @ ..] = text else { return (0, text) };
    let (negative, tail) = match tail {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, tail),
    };
    let length = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 {
        return (0, text);
    }
    let magnitude =
        tail[..length].iter().fold(0_i32, |sum, b| sum.saturating_mul(10).saturating_add(i32::from(b - b'0')));
    (if negative { -magnitude } else { magnitude }, &tail[length..])
}

/// A unit of power or energy: `times` × 10^`shift` mW or µJ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LogUnit {
    pub(super) quantity: LogQuantity,
    times: u64,
    shift: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LogQuantity {
    /// Power, kept in mW.
    Power,
    /// Energy, kept in µJ.
    Energy,
}

impl LogUnit {
    pub(super) const WATT: Self = Self { quantity: LogQuantity::Power, times: 1, shift: 3 };
    pub(super) const MILLIWATT: Self = Self { quantity: LogQuantity::Power, times: 1, shift: 0 };
    pub(super) const JOULE: Self = Self { quantity: LogQuantity::Energy, times: 1, shift: 6 };
    pub(super) const MILLIJOULE: Self = Self { quantity: LogQuantity::Energy, times: 1, shift: 3 };

    /// Parses the name or symbol of a unit. Case matters only for `MW`, which is a megawatt.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let power = |shift| Self { quantity: LogQuantity::Power, times: 1, shift };
        let energy = |shift| Self { quantity: LogQuantity::Energy, times: 1, shift };
        let watt_hours = |shift| Self { quantity: LogQuantity::Energy, times: 3_600, shift };
        if text == "MW" {
            return Some(power(9));
        }
        Some(match text.to_lowercase().as_str() {
            "w" | "watt" | "watts" => Self::WATT,
            "mw" | "mwatt" | "mwatts" | "milliwatt" | "milliwatts" => power(0),
            "kw" | "kwatt" | "kwatts" | "kilowatt" | "kilowatts" => power(6),
            "uw" | "µw" | "μw" | "uwatt" | "uwatts" | "microwatt" | "microwatts" => power(-3),
            "j" | "joule" | "joules" | "ws" => Self::JOULE,
            "mj" | "millijoule" | "millijoules" => Self::MILLIJOULE,
            "uj" | "µj" | "μj" | "microjoule" | "microjoules" => energy(0),
            "nj" | "nanojoule" | "nanojoules" => energy(-3),
            "kj" | "kilojoule" | "kilojoules" => energy(9),
            "wh" => watt_hours(6),
            "mwh" => watt_hours(3),
            "kwh" => watt_hours(9),
            _ => return None,
        })
    }

    /// Symbol of the unit, for messages.
    pub(super) fn symbol(self) -> &'static str {
        const SYMBOLS: [&str; 13] = ["W", "mW", "kW", "uW", "J", "mJ", "uJ", "nJ", "kJ", "Wh", "mWh", "kWh", "MW"];
        SYMBOLS.into_iter().find(|symbol| Self::parse(symbol) == Some(self)).unwrap_or("W")
    }

    /// Whether the unit is a multiple of watt-hours, in which logs repeat, with fewer digits, what they also have in joules.
    pub(super) const fn is_watt_hours(self) -> bool {
        self.times != 1
    }

    const fn is_watt(self) -> bool {
        matches!(self.quantity, LogQuantity::Power) && self.shift == 3
    }
}

/// What an energy value counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EnergyKind {
    /// From some start.
    Counter,
    /// From the row before.
    Interval,
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// A reading, in mW or µJ.
    Number(u64),
    /// No value: empty, `-`, `N/A`, `[Not Supported]`, `NaN`, or a driver's number for "no value".
    Blank,
    /// A number below zero, which is not a reading, since no device draws that.
    Negative,
    /// Anything else, which is not a reading either.
    Unreadable,
}

/// Reads a cell in `unit`, or in the unit that the cell itself names.
pub(super) fn parse_value(cell: &[u8], unit: LogUnit) -> Value {
    let Some((decimal, rest)) = Decimal::parse(cell) else {
        return if is_blank(cell) { Value::Blank } else { Value::Unreadable };
    };
    let rest = rest.trim_ascii();
    let unit = match rest {
        b"" => unit,
        b"W" if unit.quantity == LogQuantity::Power => LogUnit::WATT,
        _ => match std::str::from_utf8(rest).ok().and_then(LogUnit::parse) {
            Some(named) if named.quantity == unit.quantity => named,
            _ => return if is_blank(cell) { Value::Blank } else { Value::Unreadable },
        },
    };
    if is_sentinel(decimal, unit) {
        return Value::Blank;
    }
    let Some(number) = decimal.scaled(unit.shift).and_then(|scaled| scaled.checked_mul(unit.times)) else {
        return Value::Unreadable;
    };
    if decimal.negative && decimal.digits != 0 { Value::Negative } else { Value::Number(number) }
}

/// Whether the text means "no value" in the tools that print it.
fn is_blank(cell: &[u8]) -> bool {
    let inner = cell.strip_prefix(b"[").and_then(|c| c.strip_suffix(b"]")).unwrap_or(cell);
    const SPELLINGS: [&str; 21] = [
        "",
        "-",
        "--",
        "n/a",
        "na",
        "nan",
        "+nan",
        "-nan",
        "inf",
        "+inf",
        "-inf",
        "none",
        "null",
        "not supported",
        "unknown error",
        "not active",
        "not available",
        "not found",
        "insufficient permissions",
        "<<<null>>>",
        "gpu is lost",
    ];
    let Ok(text) = std::str::from_utf8(inner.trim_ascii()) else { return false };
    let text = text.to_ascii_lowercase();
    SPELLINGS.contains(&text.as_str())
        || text.starts_with("0x7ffffff")
        || text == "0xffff"
        || text == "0xffffffff"
        || (inner.len() < cell.len() && text.chars().all(|c| c.is_ascii_alphabetic() || " /".contains(c)))
}

/// Whether drivers or exporters print the number for "no value": DCGM's blank numbers and all ones, also after conversion to
/// `f64`.
fn is_sentinel(decimal: Decimal, unit: LogUnit) -> bool {
    const DCGM_32: u64 = 0x7fff_fff0;
    const DCGM_64: u64 = 0x7fff_ffff_ffff_fff0;
    const DCGM_FLOAT: u64 = 1 << 47;
    if decimal.digits < 0xffff && decimal.exponent <= 0 {
        return false;
    }
    // 2^64 as `%f` prints it leaves u64.
    let Some(whole) = decimal.whole() else { return decimal.scaled(0).is_none() };
    (DCGM_32..=DCGM_32 + 3).contains(&whole)
        || (DCGM_FLOAT..=DCGM_FLOAT + 3).contains(&whole)
        || whole >= DCGM_64
        || whole == u64::from(u32::MAX)
        || (whole == 0xffff && unit.is_watt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_is_exact_from_decimal_text() {
        let milliwatt = LogUnit::parse("mW").unwrap();
        for (cell, unit, expected) in [
            ("46.19", LogUnit::WATT, 46_190),
            ("213.42 W", LogUnit::WATT, 213_420),
            ("213.42 W", milliwatt, 213_420),
            ("45000 mW", LogUnit::WATT, 45_000),
            ("1.2 kW", LogUnit::WATT, 1_200_000),
            ("1e2", LogUnit::WATT, 100_000),
            ("4.3378e+02", LogUnit::WATT, 433_780),
            ("1.4280000000000002", LogUnit::WATT, 1_428),
            ("0.7659999999999999", LogUnit::WATT, 766),
            ("0.0005", LogUnit::WATT, 1),
            ("0.00049", LogUnit::WATT, 0),
            ("23.528000", LogUnit::WATT, 23_528),
            ("65535", milliwatt, 65_535),
            ("-0.0", LogUnit::WATT, 0),
            ("31035686671", LogUnit::MILLIJOULE, 31_035_686_671_000),
            ("0.145", LogUnit::JOULE, 145_000),
            ("0.5", LogUnit::parse("kWh").unwrap(), 1_800_000_000_000),
            ("0.023", LogUnit::parse("mWh").unwrap(), 82_800),
        ] {
            assert_eq!(parse_value(cell.as_bytes(), unit), Value::Number(expected), "{cell}");
        }
    }

    #[test]
    fn blanks_and_sentinels_are_not_readings() {
        for cell in [
            "",
            "-",
            "N/A",
            "[N/A]",
            "[Not Supported]",
            "[Unknown Error]",
            "NaN",
            "not active",
            "<<<NULL>>>",
            "[GPU requires reset]",
            "2147483632",
            "2147483635 W",
            "9223372036854775794",
            "9223372036854775807",
            "140737488355328.000000",
            "140737488355331",
            "1.40737488355328e+14",
            "18446744073709551615",
            "18446744073709551616.000000",
            "65535",
            "65535.0 W",
            "4294967295",
            "0x7ffffff0",
            "0xFFFF",
        ] {
            assert_eq!(parse_value(cell.as_bytes(), LogUnit::WATT), Value::Blank, "{cell}");
        }
        assert_eq!(parse_value(b"-13123.45", LogUnit::WATT), Value::Negative);
        for cell in ["abc", "12 C", "30,3", "12 J", "1.2.3"] {
            assert_eq!(parse_value(cell.as_bytes(), LogUnit::WATT), Value::Unreadable, "{cell}");
        }
    }
}
