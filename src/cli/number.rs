//! Option values: text to exact quantities, each refused with its range when outside.

use crate::decimal;
pub(crate) use crate::moment::parse as moment;
use units::{CarbonIntensity, Pue};

/// `--pue`: 1.0 to 3.0, rounded to a millionth.
pub(crate) fn pue(text: &str) -> Result<Pue, String> {
    let ppm = parse(text, 6)?;
    u32::try_from(ppm)
        .ok()
        .filter(|ppm| *ppm <= 3_000_000)
        .and_then(Pue::from_parts_per_million)
        .ok_or_else(|| "PUE is facility energy / IT energy: it lies between 1.0 and 3.0".to_owned())
}

/// `--intensity`: 0 to 1500 g/kWh, rounded to a milligram.
pub(crate) fn intensity(text: &str) -> Result<CarbonIntensity, String> {
    match u32::try_from(parse(text, 3)?) {
        Ok(milligrams @ 0..=1_500_000) => Ok(CarbonIntensity::from_milligrams_per_kwh(milligrams)),
        _ => Err("carbon intensity is in g/kWh: it lies between 0 and 1500 (0.4 kg/kWh is 400)".to_owned()),
    }
}

/// `--count`: a whole number above 0.
pub(crate) fn count(text: &str) -> Result<u64, String> {
    match parse(text, 0)? {
        _ if text.contains('.') => Err("a count is a whole number".to_owned()),
        count => positive(count, "a count is a whole number above 0"),
    }
}

/// `--hours`: above 0, in 10⁻⁹ h.
pub(crate) fn nanohours(text: &str) -> Result<u64, String> {
    positive(parse(text, 9)?, "hours are above 0")
}

/// `--power-w`: above 0, in nW.
pub(crate) fn nanowatts(text: &str) -> Result<u64, String> {
    positive(parse(text, 9)?, "the mean power of one accelerator is above 0 W")
}

/// `--utilisation`: above 0 to 1, in parts per million.
pub(crate) fn utilisation_ppm(text: &str) -> Result<u32, String> {
    match u32::try_from(parse(text, 6)?) {
        Ok(ppm @ 1..=1_000_000) => Ok(ppm),
        _ => Err(
            "utilisation is the mean share of the TDP: it lies above 0 (idle hardware draws power too) and at most 1"
                .to_owned(),
        ),
    }
}

fn positive(value: i128, range: &str) -> Result<u64, String> {
    u64::try_from(value).ok().filter(|value| *value > 0).ok_or_else(|| range.to_owned())
}

/// An exact count of 10^-`decimals`.
pub(crate) fn parse(text: &str, decimals: usize) -> Result<i128, String> {
    decimal::parse(text, decimals).map_err(|error| error.to_string())
}
