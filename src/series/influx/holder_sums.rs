//! What windows of one device sum up to for each of their holders.

use super::super::store::{Holder, SeriesChange, WindowShare};
use super::super::window::SeriesWindow;
use crate::store::Sums;
use std::sync::Arc;
use units::{Energy, Overflow, Span};

/// Sums of windows by holder, in the order in which holders came.
#[derive(Debug, Default)]
pub(super) struct HolderSums(Vec<(Arc<Holder>, Sums)>);

impl HolderSums {
    /// The sums of all windows of a change.
    pub(super) fn of(change: &SeriesChange) -> Result<Self, Overflow> {
        let mut sums = Self::default();
        for share in &change.shares {
            if let Some(window) = change.windows.get(share.window) {
                sums.add(window, share)?;
            }
        }
        Ok(sums)
    }

    /// Adds a holder's share of a window.
    pub(super) fn add(&mut self, window: &SeriesWindow, share: &WindowShare) -> Result<(), Overflow> {
        let modelled = if window.modelled() == Energy::ZERO { Energy::ZERO } else { share.energy };
        let own = Sums {
            first: window.start,
            last: window.end,
            energy: share.energy,
            modelled,
            min: window.min,
            max: window.max,
            covered: share.covered,
            span: share.held,
            low: if window.is_low { share.held } else { Span::ZERO },
        };
        // Mostly the holder of the window before.
        match self.0.iter_mut().rev().find(|(holder, _)| *holder == share.holder) {
            Some((_, known)) => *known = joined(known, &own)?,
            None => {
                // Mostly the only one.
                if self.0.is_empty() {
                    self.0.reserve_exact(1);
                }
                self.0.push((Arc::clone(&share.holder), own));
            }
        }
        Ok(())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Arc<Holder>, Sums)> {
        self.0.iter()
    }
}

/// The sums of two sets of windows of one device.
pub(super) fn joined(a: &Sums, b: &Sums) -> Result<Sums, Overflow> {
    Ok(Sums {
        first: a.first.min(b.first),
        last: a.last.max(b.last),
        energy: a.energy.checked_add(b.energy)?,
        modelled: a.modelled.checked_add(b.modelled)?,
        min: a.min.min(b.min),
        max: a.max.max(b.max),
        covered: a.covered.plus(b.covered),
        span: a.span.plus(b.span),
        low: a.low.plus(b.low),
    })
}
