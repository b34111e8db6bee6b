//! Power over time in one line of text.

use super::table::significant;
use api::SeriesDocument;

/// Most bars of a line, so that it fits 80 columns with its label and figures.
pub(super) const POINTS: usize = 32;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A bar for the mean power of each bucket of a series document, scaled from zero, or a blank where nothing was metered, and then what the bars
/// mean; `None` for an empty series.
pub(super) fn of(series: &SeriesDocument) -> Option<String> {
    let (starts, means) = (&series.start_ms, &series.power_mean_mw);
    let seconds = Some(series.bucket_s).filter(|seconds| *seconds > 0)?;
    let (first, last, highest) = (*starts.first()?, *starts.last()?, *means.iter().max()?);
    let place = |start: i64| usize::try_from((start - first) / (seconds * 1_000)).ok();
    // A service that answers more than was asked for is cut off, not drawn.
    let mut line = vec![' '; (place(last)? + 1).min(POINTS)];
    for (start, mean) in starts.iter().zip(means) {
        if let Some(bar) = place(*start).and_then(|place| line.get_mut(place)) {
            *bar = bar_of(*mean, highest);
        }
    }
    let line: String = line.into_iter().collect();
    let each = length(seconds);
    Some(format!("{line}  each bar is the mean of {each}; highest {} W", significant(highest as f64 / 1e3, 4)))
}

/// The length of a bucket in the largest unit that divides it: `10 s`, `15 min`, `3 h`.
fn length(seconds: i64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let unit = units.into_iter().find(|(unit, _)| seconds % unit == 0);
    let (unit, name) = unit.unwrap_or((1, "s"));
    format!("{} {name}", seconds / unit)
}

/// The bar for `mean`, in eighths of `highest`.
fn bar_of(mean: i64, highest: i64) -> char {
    let eighth = (i128::from(mean.max(0)) * 8 / i128::from(highest.max(1))).min(7);
    BARS[usize::try_from(eighth).unwrap_or_default().min(BARS.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::SeriesQuality;

    #[test]
    fn bars_stand_at_their_time_and_height() {
        let series = |starts: &[i64], means: &[i64]| SeriesDocument {
            from: String::new(),
            to: String::new(),
            bucket_s: 10,
            energy_mj: 0,
            energy_kwh: 0.0,
            start_ms: starts.to_vec(),
            energy_mj_per_bucket: Vec::new(),
            power_min_mw: Vec::new(),
            power_mean_mw: means.to_vec(),
            power_max_mw: Vec::new(),
            coverage: Vec::new(),
            quality: SeriesQuality { measured_share: 1.0, modelled_share: 0.0, coverage: 1.0 },
            is_complete: true,
        };
        for (starts, means, expected) in [
            (&[][..], &[][..], None),
            (&[10_000], &[0], Some("▁  each bar is the mean of 10 s; highest 0 W")),
            (
                &[0, 10_000, 40_000],
                &[100_000, 399_000, 800_000],
                Some("▂▄  █  each bar is the mean of 10 s; highest 800.0 W"),
            ),
            (&[0, 10_000], &[-5, 8_000_000], Some("▁█  each bar is the mean of 10 s; highest 8000 W")),
        ] {
            assert_eq!(of(&series(starts, means)).as_deref(), expected, "{starts:?}");
        }
        let many: Vec<i64> = (0..99).map(|bucket| bucket * 10_000).collect();
        assert_eq!(of(&series(&many, &vec![1; 99])).unwrap().chars().take_while(|bar| *bar == '█').count(), POINTS);
        assert_eq!(of(&SeriesDocument { bucket_s: 0, ..series(&[0], &[1]) }), None);
    }
}
