//! The typical intensity of an hour of the week in a month of the year: what stands in for an hour without a value, and for one that is still to come.

use crate::store::{FactorMonth, FactorValue};
use model::FactorStatus;
use units::{CarbonIntensity, Interval, Span, Timestamp};

const HOUR_NS: i64 = 3_600_000_000_000;
const WEEK_HOURS: usize = 168;
/// Hours that a mean is of at least.
const HOURS_MIN: u64 = 3;
/// How far the months lie apart at most that are put together.
const MONTHS_APART_MAX: i32 = 36;

/// Mean intensities by hour of the week (UTC), of one series and month of the year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Climatology {
    /// Σ intensity × time in mg/kWh × s, and that time.
    slots: Vec<(u64, u64)>,
}

impl Climatology {
    /// The means of `values`, weighted by time. Forecasts are left out.
    #[must_use]
    pub fn of<'a>(values: impl IntoIterator<Item = &'a FactorValue>) -> Self {
        let mut slots = vec![(0, 0); WEEK_HOURS];
        for value in values.into_iter().filter(|value| value.status != FactorStatus::Forecast) {
            let seconds = value.interval.span().nanoseconds() / 1_000_000_000;
            let Some((sum, time)) = slots.get_mut(hour_of_week(value.interval.start())) else { continue };
            *sum += u64::from(value.intensity.milligrams_per_kwh()) * seconds;
            *time += seconds;
        }
        Self { slots }
    }

    /// The mean for the hour that `at` lies in, rounded half up; `None` if it is of less than 3 hours.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> Option<CarbonIntensity> {
        let (sum, time) = *self.slots.get(hour_of_week(at))?;
        let mean = (time >= HOURS_MIN * 3_600).then(|| (sum + time / 2) / time)?;
        u32::try_from(mean).ok().map(CarbonIntensity::from_milligrams_per_kwh)
    }

    /// Whether values of `month` are typical of `asked`: the same month of the year, at most 3 years apart.
    #[must_use]
    pub const fn takes(month: FactorMonth, asked: FactorMonth) -> bool {
        month.of_year() == asked.of_year() && (month.number() - asked.number()).abs() <= MONTHS_APART_MAX
    }
}

/// The hour, UTC, that `at` lies in.
#[must_use]
pub(super) fn hour_around(at: Timestamp) -> Option<Interval> {
    let start = Timestamp::from_nanoseconds(at.nanoseconds() - at.nanoseconds().rem_euclid(HOUR_NS));
    Interval::new(start, start.after(Span::from_seconds(3_600)).ok()?)
}

/// Counted from Thursday, 00:00 UTC, as 1970 began.
fn hour_of_week(at: Timestamp) -> usize {
    let hour = at.nanoseconds().div_euclid(HOUR_NS).rem_euclid(WEEK_HOURS.cast_signed() as i64);
    usize::try_from(hour).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(hour: i64, minutes: i64, milligrams: u32, status: FactorStatus) -> FactorValue {
        let at = |seconds| Timestamp::from_seconds(seconds).unwrap();
        let start = hour * 3_600;
        FactorValue {
            interval: Interval::new(at(start), at(start + minutes * 60)).unwrap(),
            intensity: CarbonIntensity::from_milligrams_per_kwh(milligrams),
            status,
            method: None,
        }
    }

    #[test]
    fn three_hours_of_a_slot_make_a_mean_and_two_do_not() {
        use FactorStatus::{Estimated, Forecast, Measured};
        let values = [
            value(5, 60, 100, Measured),
            value(5 + 168, 60, 200, Estimated),
            value(5 + 336, 60, 301, Measured),
            value(5 + 504, 60, 9_000, Forecast),
            value(6, 60, 1, Measured),
            value(6 + 168, 60, 1, Measured),
        ];
        let climatology = Climatology::of(&values);
        let at = |hour: i64| climatology.at(Timestamp::from_seconds(hour * 3_600 + 1_800).unwrap());
        assert_eq!(at(5 + 1_680), Some(CarbonIntensity::from_milligrams_per_kwh(200)));
        assert_eq!((at(6), at(7)), (None, None));
    }

    #[test]
    fn only_the_same_month_of_nearby_years_is_typical() {
        let month = FactorMonth::from_number;
        assert!(Climatology::takes(month(12), month(12)) && Climatology::takes(month(0), month(36)));
        assert!(!Climatology::takes(month(0), month(48)) && !Climatology::takes(month(1), month(12)));
    }
}
