//! Values about a thousand times off what is known of their zone: g, kg and t per kWh or MWh confused.

use super::terms::{FileReading, line_place};
use crate::grid::{FactorChoiceError, FactorSeries, Library, RefusedValue};
use crate::moment::show;
use crate::store::{HOUR, StoreError, Tx};
use units::CarbonIntensity;

/// How far the median of a file may be off what is known of the zone, for the same basis.
const MEDIAN_OFF_MAX: u64 = 100;
/// The same against another basis, which may be close to zero where a grid is clean.
const OTHER_BASIS_OFF_MAX: u64 = 500;
/// How far below what is known a single value may be; zero is a value.
const BELOW_MAX: u64 = 500;

/// What is known of a zone.
struct KnownIntensity {
    milligrams: u64,
    is_same_basis: bool,
    from: String,
}

/// Moves what cannot be in the stated unit from what was taken to what was refused.
///
/// # Errors
///
/// The store cannot be read.
pub fn refuse_wrong_scale(tx: &Tx<'_>, library: &Library, read: &mut FileReading) -> Result<(), FactorChoiceError> {
    let FileReading { reading, lines, .. } = read;
    for series in &mut reading.series {
        let known = known(tx, library, series)?;
        let Some(median) = median(series) else { continue };
        let off = known.iter().find(|known| is_off(median, known));
        let below = known.iter().filter(|known| known.is_same_basis).map(|known| known.milligrams).min();
        let zone = series.zone.clone();
        let mut refuse = |at, reason: String| {
            let place = lines.get(&(zone.clone(), at)).map_or_else(|| show(at), |line| line_place(*line));
            reading.refused.push(RefusedValue { place, reason });
        };
        series.values.retain(|value| {
            let own = u64::from(value.intensity.milligrams_per_kwh());
            let reason = match (off, below) {
                (Some(known), _) => Some(format!("the file's values are about {}", distance(median, known))),
                (None, Some(below)) if own > 0 && own * BELOW_MAX < below.min(median) => Some(
                    "it is about a thousand times below the other values: write it in g/kWh, as they are".to_owned(),
                ),
                _ => None,
            };
            reason.map(|reason| refuse(value.interval.start(), reason)).is_none()
        });
    }
    reading.series.retain(|series| !series.values.is_empty());
    Ok(())
}

fn is_off(median: u64, known: &KnownIntensity) -> bool {
    let max = if known.is_same_basis { MEDIAN_OFF_MAX } else { OTHER_BASIS_OFF_MAX };
    known.milligrams > 0 && median > 0 && (median * max < known.milligrams || median > known.milligrams * max)
}

fn distance(median: u64, known: &KnownIntensity) -> String {
    let value = CarbonIntensity::from_milligrams_per_kwh(u32::try_from(known.milligrams).unwrap_or(u32::MAX));
    let (side, way_out) = if median < known.milligrams {
        ("a thousand times below", "give --unit kg/kWh or --unit t/MWh if they are in that unit")
    } else {
        ("a thousand times above", "divide them by 1000 if they are in mg/kWh")
    };
    format!("{side} what is known of this zone, {value} ({}): {way_out}", known.from)
}

fn known(tx: &Tx<'_>, library: &Library, series: &FactorSeries) -> Result<Vec<KnownIntensity>, StoreError> {
    let mut found = Vec::new();
    let at = series.values.first().map(|value| value.interval.start());
    if let Ok(choice) = library.choose(series.zone.as_str(), at) {
        let factor = choice.factor;
        found.push(KnownIntensity {
            milligrams: u64::from(factor.intensity.milligrams_per_kwh()),
            is_same_basis: (factor.basis, factor.accounting) == (series.basis, series.accounting)
                || factor.basis == series.basis,
            from: format!("{} {}", factor.publisher, factor.period_in_words()),
        });
    }
    let kind = |one: &crate::store::KeptSeries| (one.basis, one.accounting) == (series.basis, series.accounting);
    for kept in tx.factors().series_of(&series.zone)?.into_iter().filter(|kept| kept.step <= HOUR && kind(kept)) {
        let Some(month) = kept.months.last() else { continue };
        let values = tx.factors().values(kept.series, Some(*month))?;
        let milligrams = middle(values.iter().map(|kept| kept.value.intensity));
        found.extend(milligrams.map(|milligrams| KnownIntensity {
            milligrams,
            is_same_basis: true,
            from: format!("{} {}", kept.publisher, kept.edition),
        }));
    }
    Ok(found)
}

fn median(series: &FactorSeries) -> Option<u64> {
    middle(series.values.iter().map(|value| value.intensity))
}

fn middle(values: impl Iterator<Item = CarbonIntensity>) -> Option<u64> {
    let mut values: Vec<u32> = values.map(CarbonIntensity::milligrams_per_kwh).collect();
    values.sort_unstable();
    values.get(values.len() / 2).map(|milligrams| u64::from(*milligrams))
}
