//! Windows as columns of integers: plain while few, compressed when their hour is over.

use super::store::SeriesError;
use super::window::{HOUR_NS, SeriesWindow};
use pco::ChunkConfig;
use pco::standalone::{simple_compress, simple_decompress};
use serde::{Deserialize, Serialize};
use units::{Energy, Power, Span, Timestamp};
use wire::Quality;

/// Gap to the window before, length, energy, mean power above the lowest, highest power above the mean, unobserved time, flags: each small or
/// constant where a device is metered without a break.
const COLUMNS: usize = 7;
/// Qualities, each with the number under which it is kept: its place.
pub(super) const QUALITIES: [Quality; 4] =
    [Quality::Counter, Quality::Integrated, Quality::GapFilled, Quality::Modelled];
const CONTAINED: i64 = 4;
const LOW: i64 = 8;

#[derive(Serialize, Deserialize)]
enum StoredColumn {
    /// The same value in every window.
    Same(i64),
    Plain(Vec<i64>),
    Packed(Vec<u8>),
}

#[derive(Serialize, Deserialize)]
struct Chunk {
    windows: u32,
    columns: [StoredColumn; COLUMNS],
}

/// The bytes of `windows`, which begin in `hour`, ascending.
pub(super) fn encode(hour: i64, windows: &[SeriesWindow], is_packed: bool) -> Result<Vec<u8>, SeriesError> {
    let mut columns: [Vec<i64>; COLUMNS] = Default::default();
    let mut before = hour.wrapping_mul(HOUR_NS);
    for window in windows {
        for (column, value) in columns.iter_mut().zip(values(window, before)) {
            column.push(value);
        }
        before = window.end.nanoseconds();
    }
    let [a, b, c, d, e, f, g] = columns.map(|column| pack(column, is_packed));
    let chunk =
        Chunk { windows: u32::try_from(windows.len()).unwrap_or(u32::MAX), columns: [a?, b?, c?, d?, e?, f?, g?] };
    postcard::to_allocvec(&chunk).map_err(unreadable)
}

fn values(window: &SeriesWindow, before: i64) -> [i64; COLUMNS] {
    let span = window.span().nanoseconds().cast_signed();
    let mean = mean(window.energy, span);
    let quality = QUALITIES.iter().position(|quality| *quality == window.quality).unwrap_or_default();
    let flags = i64::try_from(quality).unwrap_or_default()
        + if window.is_contained { CONTAINED } else { 0 }
        + if window.is_low { LOW } else { 0 };
    [
        window.start.nanoseconds().wrapping_sub(before),
        span,
        window.energy.millijoules(),
        mean.wrapping_sub(window.min.milliwatts().cast_signed()),
        window.max.milliwatts().cast_signed().wrapping_sub(mean),
        span.wrapping_sub(window.covered.nanoseconds().cast_signed()),
        flags,
    ]
}

fn pack(column: Vec<i64>, is_packed: bool) -> Result<StoredColumn, SeriesError> {
    match column.first() {
        Some(&first) if column.iter().all(|value| *value == first) => Ok(StoredColumn::Same(first)),
        _ if is_packed => {
            let packed = simple_compress(&column, &ChunkConfig::default());
            Ok(StoredColumn::Packed(packed.map_err(unreadable)?))
        }
        _ => Ok(StoredColumn::Plain(column)),
    }
}

/// Reads the windows of `hour` and adds them to `windows`.
pub(super) fn decode(hour: i64, bytes: &[u8], windows: &mut Vec<SeriesWindow>) -> Result<(), SeriesError> {
    let chunk: Chunk = postcard::from_bytes(bytes).map_err(unreadable)?;
    let count = usize::try_from(chunk.windows).unwrap_or(usize::MAX);
    let [a, b, c, d, e, f, g] = chunk.columns.map(|column| unpack(column, count));
    let columns = [a?, b?, c?, d?, e?, f?, g?];
    windows.reserve(count);
    let mut before = hour.wrapping_mul(HOUR_NS);
    for place in 0..count {
        let window = window(columns.each_ref().map(|column| column[place]), before);
        before = window.end.nanoseconds();
        windows.push(window);
    }
    Ok(())
}

fn unpack(column: StoredColumn, count: usize) -> Result<Vec<i64>, SeriesError> {
    let values = match column {
        StoredColumn::Same(value) => vec![value; count],
        StoredColumn::Plain(values) => values,
        StoredColumn::Packed(bytes) => simple_decompress(&bytes).map_err(unreadable)?,
    };
    if values.len() == count { Ok(values) } else { Err(unreadable("columns of different lengths")) }
}

fn window([gap, span, energy, below, above, missing, flags]: [i64; COLUMNS], before: i64) -> SeriesWindow {
    let start = before.wrapping_add(gap);
    let energy = Energy::from_millijoules(energy);
    let mean = mean(energy, span);
    let quality = usize::try_from(flags & 3).unwrap_or_default();
    SeriesWindow {
        start: Timestamp::from_nanoseconds(start),
        end: Timestamp::from_nanoseconds(start.wrapping_add(span)),
        energy,
        min: Power::from_milliwatts(mean.wrapping_sub(below).cast_unsigned()),
        max: Power::from_milliwatts(mean.wrapping_add(above).cast_unsigned()),
        covered: Span::from_nanoseconds(span.wrapping_sub(missing).cast_unsigned()),
        quality: QUALITIES[quality],
        is_contained: flags & CONTAINED != 0,
        is_low: flags & LOW != 0,
    }
}

/// Mean power, mW, rounded down: only where the two powers are counted from, so that they are small numbers.
fn mean(energy: Energy, span_ns: i64) -> i64 {
    let exact = i128::from(energy.millijoules()) * 1_000_000_000 / i128::from(span_ns.max(1));
    i64::try_from(exact).unwrap_or(0)
}

fn unreadable(error: impl std::fmt::Display) -> SeriesError {
    SeriesError::Unreadable { reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_window() -> impl Strategy<Value = (i64, i64, i64, [u64; 2], u64, usize, [bool; 2])> {
        let small = 0..3_600_000_000_000_i64;
        let lengths = prop_oneof![Just(10_000_000_000_i64), 1..86_400_000_000_000_i64];
        let energies = prop_oneof![0..7_000_000_i64, 0..i64::MAX];
        (
            prop_oneof![Just(0_i64), small],
            lengths,
            energies,
            any::<[u64; 2]>(),
            any::<u64>(),
            0..4_usize,
            any::<[bool; 2]>(),
        )
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(parts in proptest::collection::vec(any_window(), 0..40), is_packed: bool) {
            let mut before = 500_000 * HOUR_NS;
            let windows: Vec<SeriesWindow> = parts.into_iter().map(|(gap, span, energy, [min, max], covered, quality, flags)| {
                let start = before + gap;
                before = start + span;
                SeriesWindow {
                    start: Timestamp::from_nanoseconds(start),
                    end: Timestamp::from_nanoseconds(start + span),
                    energy: Energy::from_millijoules(energy),
                    min: Power::from_milliwatts(min),
                    max: Power::from_milliwatts(max),
                    covered: Span::from_nanoseconds(covered % span.unsigned_abs()),
                    quality: QUALITIES[quality],
                    is_contained: flags[0],
                    is_low: flags[1],
                }
            }).collect();
            let mut found = Vec::new();
            decode(500_000, &encode(500_000, &windows, is_packed).unwrap(), &mut found).unwrap();
            prop_assert_eq!(found, windows);
        }
    }
}
