//! What the parts of the list share.

use crate::moment;
use api::AttentionItem;
use model::ProjectName;
use units::Timestamp;

/// Says since when an item has been so.
pub(super) trait Since {
    /// The same with the moment since when it has been so, if that is known. Fractions of a second are dropped: most of these moments are
    /// the present less a round time.
    fn since(self, at: impl Into<Option<Timestamp>>) -> Self;
}

impl Since for AttentionItem {
    fn since(self, at: impl Into<Option<Timestamp>>) -> Self {
        let whole = |at: Timestamp| at.nanoseconds() - at.nanoseconds().rem_euclid(1_000_000_000);
        let since = at.into().map(|at| moment::show(Timestamp::from_nanoseconds(whole(at))));
        Self { since, ..self }
    }
}

/// Whether an item about something of `project` is shown to who sees only the project `bound`, or all.
pub(super) fn is_visible(bound: Option<&ProjectName>, project: Option<&ProjectName>) -> bool {
    bound.is_none_or(|bound| project == Some(bound))
}
