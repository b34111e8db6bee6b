//! The greener hour: when to start, within a while, so that a job meets the lowest mean intensity.

use units::{CarbonIntensity, Interval, Span, Timestamp};

/// The best start of a job, and what it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GreenerStart {
    /// When to start; of equally good moments the first.
    pub start: Timestamp,
    /// Mean intensity over the job when it starts then.
    pub mean: CarbonIntensity,
    /// The same when it starts at once.
    pub mean_now: CarbonIntensity,
    /// The mean of that over all starts that were compared.
    pub mean_of_starts: CarbonIntensity,
}

/// The best start of a job of `length` in the time that `intensities` cover without a gap: its beginning, or a multiple of `every` from which the
/// whole job is inside. `None` if the job does not fit at all.
#[must_use]
pub fn greener_start(intensities: &[(Interval, CarbonIntensity)], length: Span, every: Span) -> Option<GreenerStart> {
    let (first, last) = (intensities.first()?.0.start(), intensities.last()?.0.end().before(length));
    let sums = RunningSum::of(intensities);
    let mean_now = sums.mean(first, length).filter(|_| first <= last)?;
    let (mut best, mut sum, mut starts) = ((mean_now, first), u128::from(mean_now), 1_u128);
    let mut start = first.next_multiple(every).ok()?;
    while start <= last && start > first {
        let mean = sums.mean(start, length)?;
        if mean < best.0 {
            best = (mean, start);
        }
        (sum, starts) = (sum + u128::from(mean), starts + 1);
        let Ok(next) = start.after(every) else { break };
        if next == start {
            break;
        }
        start = next;
    }
    let intensity = |mean: u32| CarbonIntensity::from_milligrams_per_kwh(mean);
    let mean_of_starts = u32::try_from((sum + starts / 2) / starts).ok()?;
    Some(GreenerStart {
        start: best.1,
        mean: intensity(best.0),
        mean_now: intensity(mean_now),
        mean_of_starts: intensity(mean_of_starts),
    })
}

/// Intensities with their running sum, so that the mean of any stretch takes two look-ups.
struct RunningSum {
    /// Start of each step, its mg/kWh, and the sum of mg/kWh × ns before it.
    steps: Vec<(Timestamp, u32, u128)>,
}

impl RunningSum {
    fn of(intensities: &[(Interval, CarbonIntensity)]) -> Self {
        let mut sum = 0;
        let steps = intensities.iter().map(|(interval, intensity)| {
            let milligrams = intensity.milligrams_per_kwh();
            let step = (interval.start(), milligrams, sum);
            sum += u128::from(milligrams) * u128::from(interval.span().nanoseconds());
            step
        });
        Self { steps: steps.collect() }
    }

    /// mg/kWh × ns from the beginning to `at`.
    fn sum_to(&self, at: Timestamp) -> Option<u128> {
        let place = self.steps.partition_point(|(start, ..)| *start <= at).checked_sub(1)?;
        let (start, milligrams, before) = self.steps[place];
        Some(before + u128::from(milligrams) * u128::from(at.since(start)?.nanoseconds()))
    }

    /// Mean mg/kWh over `length` from `start`, rounded half up.
    fn mean(&self, start: Timestamp, length: Span) -> Option<u32> {
        let time = u128::from(length.nanoseconds());
        let sum = self.sum_to(start.after(length).ok()?)?.checked_sub(self.sum_to(start)?)?;
        u32::try_from((sum + time / 2).checked_div(time)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_S: i64 = 3_600;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds).unwrap()
    }

    /// Hours from `first_s` on, the first of them up to the full hour.
    fn hours(first_s: i64, values: &[u32]) -> Vec<(Interval, CarbonIntensity)> {
        let full = first_s.div_euclid(HOUR_S) * HOUR_S;
        let interval =
            |number: i64| Interval::new(at((full + number * HOUR_S).max(first_s)), at(full + (number + 1) * HOUR_S));
        (0..)
            .zip(values)
            .map(|(number, value)| (interval(number).unwrap(), CarbonIntensity::from_milligrams_per_kwh(*value)))
            .collect()
    }

    fn found(first_s: i64, values: &[u32], length_s: u64) -> Option<(i64, u32, u32, u32)> {
        let best = greener_start(&hours(first_s, values), Span::from_seconds(length_s), Span::from_seconds(3_600))?;
        let start = best.start.nanoseconds() / 1_000_000_000;
        let [mean, now, all] = [best.mean, best.mean_now, best.mean_of_starts].map(CarbonIntensity::milligrams_per_kwh);
        Some((start, mean, now, all))
    }

    #[test]
    fn the_lowest_mean_over_the_whole_job_decides() {
        // The lowest hour is the second; of two hours the best are the last.
        assert_eq!(found(0, &[400, 100, 500, 200, 200], 3_600), Some((3_600, 100, 400, 280)));
        assert_eq!(found(0, &[400, 100, 500, 200, 200], 7_200), Some((10_800, 200, 250, 275)));
        assert_eq!(found(0, &[300, 300, 300], 3_600), Some((0, 300, 300, 300)), "of equal starts the first");
    }

    #[test]
    fn parts_of_hours_count_as_much_as_they_last() {
        // From half past, an hour is half of each of two.
        assert_eq!(found(1_800, &[400, 200, 100], 3_600), Some((7_200, 100, 300, 200)));
        assert_eq!(found(0, &[400, 200, 100, 300], 5_400), Some((3_600, 167, 333, 222)));
    }

    #[test]
    fn a_job_that_does_not_fit_has_no_start() {
        assert_eq!(found(0, &[400], 3_601), None);
        assert_eq!(found(0, &[], 3_600), None);
        assert_eq!(found(0, &[400], 3_600), Some((0, 400, 400, 400)));
    }
}
