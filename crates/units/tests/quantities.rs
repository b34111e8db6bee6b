//! Conversions and roundings at the edges of their ranges.

use units::{CarbonIntensity, Energy, ExactEnergy, Interval, Power, Pue, Span, Timestamp};

fn carbon(millijoules: i64, milligrams_per_kwh: u32) -> Option<i64> {
    let intensity = CarbonIntensity::from_milligrams_per_kwh(milligrams_per_kwh);
    Energy::from_millijoules(millijoules).carbon(intensity).ok().map(|mass| mass.micrograms())
}

#[test]
fn carbon_rounds_half_up_once() {
    assert_eq!(carbon(42_000_000, 475_300), Some(5_545_167));
    assert_eq!(carbon(1, 1_799_999), Some(0));
    assert_eq!(carbon(1, 1_800_000), Some(1));
    assert_eq!(carbon(-1, 1_800_000), Some(0), "half up is not symmetric: reversals negate, they do not recompute");
    assert_eq!(carbon(i64::MAX, u32::MAX), None, "out of range is an error, not a wrap");
}

#[test]
fn overhead_is_what_the_facility_adds() {
    let overhead = |energy, ppm| {
        let pue = Pue::from_parts_per_million(ppm)?;
        Energy::from_millijoules(energy).overhead(pue).ok().map(Energy::millijoules)
    };
    assert_eq!(overhead(100_000, 1_200_000), Some(20_000));
    assert_eq!(overhead(100_000, 1_000_000), Some(0));
    assert_eq!(overhead(100_000, 999_999), None, "no facility is below 1.0");
}

#[test]
fn sums_of_powers_are_exact_below_a_millijoule() {
    let step = Power::from_milliwatts(333).times(Span::from_nanoseconds(333_333_333));
    let sum: ExactEnergy = std::iter::repeat_n(step, 3_000).sum();
    assert_eq!(sum, Power::from_milliwatts(333).times(Span::from_nanoseconds(999_999_999_000)));
}

#[test]
fn millijoules_are_rounded_down_also_below_zero() {
    let floor = |microjoules| ExactEnergy::from_microjoules(microjoules).floor().map(Energy::millijoules);
    assert_eq!([1_999, 1, -1, -1_000, -1_001].map(floor), [Ok(1), Ok(0), Ok(-1), Ok(-1), Ok(-2)]);
}

#[test]
fn parts_of_an_energy_grow_to_the_whole() {
    let whole = ExactEnergy::from_millijoules(i128::from(i64::MAX));
    let century = Span::from_seconds(100 * 366 * 86_400).nanoseconds();
    assert_eq!(whole.fraction(century, century), whole);
    assert_eq!(whole.fraction(0, century), ExactEnergy::ZERO);
    assert!(whole.fraction(century / 3, century) < whole.fraction(century / 2, century));
}

#[test]
fn windows_align_to_utc_also_before_1970() {
    let ten = Span::from_nanoseconds(10);
    let next = |ns| Timestamp::from_nanoseconds(ns).next_multiple(ten).map(Timestamp::nanoseconds);
    assert_eq!([next(0), next(9), next(10), next(-1), next(-10)], [Ok(10), Ok(10), Ok(20), Ok(0), Ok(0)]);
    assert!(next(i64::MAX).is_err());
}

#[test]
fn an_interval_is_never_empty_or_reversed() {
    let at = Timestamp::from_nanoseconds;
    assert!(Interval::new(at(5), at(5)).is_none());
    assert!(Interval::new(at(6), at(5)).is_none());
    assert_eq!(Interval::new(at(i64::MIN), at(i64::MAX)).map(|i| i.span().nanoseconds()), Some(u64::MAX));
}
