//! Decimal text to exact integers: `"0.429"` at three decimals is 429. No float comes between what was typed and what
//! is computed.

/// Why a text is not a decimal number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Nothing but digits, one point and a leading minus is read; this also covers NaN and infinity.
    #[error("{0:?} is not a number: write it like 12.5, without unit")]
    NotANumber(String),
    /// `12,5` may be 12.5 or 125.
    #[error("{0:?} has a comma: write the decimal point as 12.5 and no thousands separator")]
    Comma(String),
    /// More digits before the point than any quantity here can have.
    #[error("{0:?} is too large")]
    TooLarge(String),
}

const DIGITS_BEFORE_POINT_MAX: usize = 18;

/// Parses `text` into an integer count of 10^-`decimals`, rounded half away from zero beyond that; `decimals` up to 18.
///
/// Plain decimal notation only, with an optional minus and at most 18 digits before the point.
pub fn parse(text: &str, decimals: usize) -> Result<i128, DecimalError> {
    let text = text.trim();
    let not_a_number = || DecimalError::NotANumber(text.to_owned());
    if text.contains(',') {
        return Err(DecimalError::Comma(text.to_owned()));
    }
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return Err(not_a_number());
    }
    let whole = whole.trim_start_matches('0');
    if whole.len() > DIGITS_BEFORE_POINT_MAX {
        return Err(DecimalError::TooLarge(text.to_owned()));
    }
    let kept = &fraction[..fraction.len().min(decimals)];
    let mut value: i128 = format!("0{whole}{kept:0<decimals$}").parse().map_err(|_| not_a_number())?;
    if fraction.as_bytes().get(decimals).is_some_and(|&next| next >= b'5') {
        value += 1;
    }
    Ok(if text.starts_with('-') { -value } else { value })
}

/// Writes an integer count of 10^-`decimals` back as text, without trailing zeros: `(429_000, 6)` is `"0.429"`.
#[must_use]
pub fn format(value: i128, decimals: usize) -> String {
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let sign = if value < 0 { "-" } else { "" };
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_exactly_and_written_back() {
        for (text, decimals, value, written) in [
            ("354.5619", 9, 354_561_900_000, "354.5619"),
            ("0.429", 3, 429, "0.429"),
            ("1.10", 6, 1_100_000, "1.1"),
            ("10000", 0, 10_000, "10000"),
            (".5", 1, 5, "0.5"),
            ("-5", 2, -500, "-5"),
            ("0", 3, 0, "0"),
            ("0.0004", 3, 0, "0"),
            ("379.1235", 3, 379_124, "379.124"),
        ] {
            assert_eq!(parse(text, decimals), Ok(value), "{text}");
            assert_eq!(format(value, decimals), written);
        }
    }

    #[test]
    fn what_is_not_a_plain_decimal_is_refused() {
        for text in ["", ".", "-", "NaN", "inf", "1e4", "1_000", "330W", "+5", "1.2.3", "0x10", "٣"] {
            assert_eq!(parse(text, 3), Err(DecimalError::NotANumber(text.to_owned())), "{text}");
        }
        assert_eq!(parse("12,5", 3), Err(DecimalError::Comma("12,5".to_owned())));
        assert!(matches!(parse("1234567890123456789", 0), Err(DecimalError::TooLarge(_))));
    }
}
