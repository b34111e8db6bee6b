//! What the windows of an hour sum up to.

use super::window::SeriesWindow;
use crate::store::Sums;
use units::{Energy, Overflow, Span};

/// The sums of windows; `None` if there are none.
pub(super) fn sums(windows: &[SeriesWindow]) -> Result<Option<Sums>, Overflow> {
    let (Some(first), Some(last)) = (windows.first(), windows.iter().map(|window| window.end).max()) else {
        return Ok(None);
    };
    let mut sums = Sums {
        first: first.start,
        last,
        energy: Energy::ZERO,
        modelled: Energy::ZERO,
        min: first.min,
        max: first.max,
        covered: Span::ZERO,
        span: Span::ZERO,
        low: Span::ZERO,
    };
    for window in windows {
        sums.energy = sums.energy.checked_add(window.energy)?;
        sums.modelled = sums.modelled.checked_add(window.modelled())?;
        sums.min = sums.min.min(window.min);
        sums.max = sums.max.max(window.max);
        sums.covered = sums.covered.plus(window.covered);
        sums.span = sums.span.plus(window.span());
        sums.low = sums.low.plus(window.low());
    }
    Ok(Some(sums))
}
