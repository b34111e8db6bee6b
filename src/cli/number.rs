//! Option values as exact quantities; a value outside its range is refused with the range.

use crate::decimal;
pub(crate) use crate::moment::parse as moment;
use std::ops::RangeInclusive;
use units::{CarbonIntensity, Pue};

/// `--pue`: 1.0 to 3.0, rounded to a millionth.
pub(crate) fn pue(text: &str) -> Result<Pue, String> {
    let ppm = within(text, 1..=3, 6)?.and_then(Pue::from_parts_per_million);
    ppm.ok_or_else(|| "PUE is facility energy / IT energy and lies between 1.0 and 3.0".to_owned())
}

/// `--intensity`: 0 to 1500 g/kWh, rounded to a milligram.
pub(crate) fn intensity(text: &str) -> Result<CarbonIntensity, String> {
    let milligrams = within(text, 0..=1_500, 3)?.map(CarbonIntensity::from_milligrams_per_kwh);
    milligrams.ok_or_else(|| "carbon intensity is in g/kWh and lies between 0 and 1500 (0.4 kg/kWh is 400)".to_owned())
}

/// `--count`: a whole number above 0.
pub(crate) fn count(text: &str) -> Result<u64, String> {
    match parse(text, 0)? {
        _ if text.contains('.') => Err("a count must be a whole number".to_owned()),
        count => positive(count, "a count must be a whole number above 0"),
    }
}

/// `--hours`: above 0, in 10⁻⁹ h.
pub(crate) fn nanohours(text: &str) -> Result<u64, String> {
    positive(parse(text, 9)?, "hours must be above 0")
}

/// `--years`: above 0 and at most 100, in 10⁻⁹ years.
pub(crate) fn nanoyears(text: &str) -> Result<u64, String> {
    let nanoyears = positive(parse(text, 9)?, "years must be above 0")?;
    Some(nanoyears).filter(|years| *years <= 100_000_000_000).ok_or_else(|| "years are at most 100".to_owned())
}

/// `--price` and `--hourly-rate`: 0 to 10 million units of the currency, in millionths.
pub(crate) fn price(text: &str) -> Result<i128, String> {
    let micro = parse(text, 6)?;
    Some(micro)
        .filter(|micro| (0..=10_000_000_000_000).contains(micro))
        .ok_or_else(|| "a price is 0 or more, in units of the currency: 0.18 for 18 cents".to_owned())
}

/// `--power-w`: above 0, in nW.
pub(crate) fn nanowatts(text: &str) -> Result<u64, String> {
    positive(parse(text, 9)?, "the mean power of one accelerator must be above 0 W")
}

/// `--utilisation`: above 0 to 1, in parts per million.
pub(crate) fn utilisation_ppm(text: &str) -> Result<u32, String> {
    within(text, 0..=1, 6)?.filter(|ppm| *ppm > 0).ok_or_else(|| {
        "utilisation is mean power as a fraction of the TDP: above 0 (idle hardware draws power too) and at most 1"
            .to_owned()
    })
}

/// A count of 10^-`decimals`, if the number as typed, before it is rounded, lies in `range`.
fn within(text: &str, range: RangeInclusive<i128>, decimals: usize) -> Result<Option<u32>, String> {
    const FINEST: usize = 18;
    const ONE: i128 = 1_000_000_000_000_000_000;
    let exact = parse(text, FINEST)?;
    let inside = (range.start() * ONE..=range.end() * ONE).contains(&exact);
    Ok(if inside { u32::try_from(parse(text, decimals)?).ok() } else { None })
}

fn positive(value: i128, range: &str) -> Result<u64, String> {
    u64::try_from(value).ok().filter(|value| *value > 0).ok_or_else(|| range.to_owned())
}

/// An exact count of 10^-`decimals`.
pub(crate) fn parse(text: &str, decimals: usize) -> Result<i128, String> {
    decimal::parse(text, decimals).map_err(|error| error.to_string())
}
