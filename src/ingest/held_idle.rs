//! When a held accelerator does next to nothing.

use wire::{Device, DeviceKind, Window};

/// A held accelerator whose mean power over a window is below this share of its limit is *held-idle* in it, percent. Why: docs/METHOD.md.
pub const HELD_IDLE_PERCENT: u64 = 25;

/// Whether `device` is an accelerator that drew less than [`HELD_IDLE_PERCENT`] of its limit in `window`.
pub(crate) fn is_low(window: &Window, device: &Device) -> bool {
    let span = window.end.since(window.start).map_or(0, units::Span::nanoseconds);
    // mJ × 100 × 10⁹ < mW × percent × ns is the mean power below the share of the limit, without a division.
    let drawn = i128::from(window.energy.millijoules()) * 100_000_000_000;
    let bound = i128::from(device.limit.milliwatts()) * i128::from(HELD_IDLE_PERCENT);
    device.kind == DeviceKind::Accelerator && drawn < bound.saturating_mul(i128::from(span))
}
