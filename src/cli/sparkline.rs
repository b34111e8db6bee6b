//! Power over time in one line of text.

use super::table::significant;
use serde_json::Value;

/// Bars of a line, at most; it fits 80 columns beside its label and figures.
pub(super) const POINTS: usize = 32;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The mean power of each bucket of a series document from zero up, a blank where nothing was metered, and what the bars mean; `None` for an
/// empty series.
pub(super) fn of(series: &Value) -> Option<String> {
    let column = |key: &str| series[key].as_array()?.iter().map(Value::as_i64).collect::<Option<Vec<_>>>();
    let (starts, means) = (column("start_ms")?, column("power_mean_mw")?);
    let seconds = series["bucket_s"].as_i64().filter(|seconds| *seconds > 0)?;
    let (first, last, highest) = (*starts.first()?, *starts.last()?, *means.iter().max()?);
    let place = |start: i64| usize::try_from((start - first) / (seconds * 1_000)).ok();
    // A service that answers more than was asked for is cut off, not drawn.
    let mut line = vec![' '; (place(last)? + 1).min(POINTS)];
    for (start, mean) in starts.iter().zip(&means) {
        if let Some(bar) = place(*start).and_then(|place| line.get_mut(place)) {
            *bar = bar_of(*mean, highest);
        }
    }
    let line: String = line.into_iter().collect();
    let each = length(seconds);
    Some(format!("{line}  mean of {each} a bar, highest {} W", significant(highest as f64 / 1e3, 4)))
}

/// `10 s`, `15 min`, `3 h`: buckets are whole ones of these.
fn length(seconds: i64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let unit = units.into_iter().find(|(unit, _)| seconds % unit == 0);
    let (unit, name) = unit.unwrap_or((1, "s"));
    format!("{} {name}", seconds / unit)
}

/// The bar whose eighth of `highest` the power lies in.
fn bar_of(mean: i64, highest: i64) -> char {
    let eighth = (i128::from(mean.max(0)) * 8 / i128::from(highest.max(1))).min(7);
    BARS[usize::try_from(eighth).unwrap_or_default().min(BARS.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bars_stand_at_their_time_and_height() {
        let series =
            |starts: &[i64], means: &[i64]| json!({ "bucket_s": 10, "start_ms": starts, "power_mean_mw": means });
        for (starts, means, expected) in [
            (&[][..], &[][..], None),
            (&[10_000], &[0], Some("▁  mean of 10 s a bar, highest 0 W")),
            (&[0, 10_000, 40_000], &[100_000, 399_000, 800_000], Some("▂▄  █  mean of 10 s a bar, highest 800.0 W")),
            (&[0, 10_000], &[-5, 8_000_000], Some("▁█  mean of 10 s a bar, highest 8000 W")),
        ] {
            assert_eq!(of(&series(starts, means)).as_deref(), expected, "{starts:?}");
        }
        let many: Vec<i64> = (0..99).map(|bucket| bucket * 10_000).collect();
        assert_eq!(of(&series(&many, &vec![1; 99])).unwrap().chars().take_while(|bar| *bar == '█').count(), POINTS);
        assert_eq!(of(&json!({})), None);
    }
}
