//! Pseudo-random numbers that depend on their arguments alone, so that any second can be simulated again later.

/// The seed of all random numbers of the demonstration.
const SEED: u64 = 0x5741_5454_4c45_4447;

/// A pseudo-random number that depends on `parts` alone (splitmix64 over each part).
pub(super) fn hash(parts: &[i64]) -> u64 {
    parts.iter().fold(SEED, |state, part| mix(state ^ part.cast_unsigned()))
}

fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A pseudo-random number from `low` to below `high`; `high` is above `low`.
pub(super) fn between(low: i64, high: i64, parts: &[i64]) -> i64 {
    let width = high.saturating_sub(low).max(1).cast_unsigned();
    low + (hash(parts) % width).cast_signed()
}

/// White noise from -`width` to `width`.
pub(super) fn white(width: i64, parts: &[i64]) -> i64 {
    between(-width, width + 1, parts)
}

/// Noise from -`width` to `width`: a new value every `period` seconds, and straight lines in between.
pub(super) fn slow(width: i64, key: i64, second: i64, period: i64) -> i64 {
    let (slot, inside) = (second.div_euclid(period), second.rem_euclid(period));
    let (from, to) = (white(width, &[key, slot]), white(width, &[key, slot + 1]));
    from + (to - from) * inside / period
}
