//! What the metrics say of the fleet and the ledger, looked up when somebody asks.
//!
//! Everything is read from sums that are kept, or from as many rows as there are nodes, budgets and open accounts; the ledger is not searched. What
//! takes a look at a whole day of it is looked up once in [`DAY_FIGURES_KEPT`].

use super::problem::Problem;
use crate::attention::{GONE, LATE, attention, coverage};
use crate::budget::{BudgetState, Office};
use crate::feed::{FeedNote, notes};
use crate::grid::Library;
use crate::series::NewestPower;
use crate::store::{DecisionRow, LedgerSum, NodeRow, Store, StoreError, Tx};
use model::{AttentionKind, NodeName, ProviderName};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use units::{Power, Span, Timestamp};

/// How old figures that take a look at a whole day may be.
const DAY_FIGURES_KEPT: Span = Span::from_seconds(60);

/// A node that was seen in the last 30 days.
#[derive(Debug, Clone)]
pub(super) struct ObservedNode {
    /// The node as last seen.
    pub(super) row: NodeRow,
    /// The sum of its devices in their newest windows; `None` if none of these is recent.
    pub(super) power: Option<Power>,
    /// Share of its device time that was observed in the last day.
    pub(super) coverage: Option<f64>,
}

/// What was found by looking at a whole day.
#[derive(Debug, Clone)]
pub(super) struct DayFigures {
    /// When it was found, in monotonic time.
    at: Span,
    coverage: BTreeMap<NodeName, f64>,
    /// How many items of each kind need attention.
    attention: BTreeMap<&'static str, u64>,
}

/// What the metrics say of one moment.
#[derive(Debug, Clone)]
pub(super) struct Observed {
    pub(super) now: Timestamp,
    pub(super) posted: Vec<LedgerSum>,
    pub(super) open: Vec<LedgerSum>,
    pub(super) nodes: Vec<ObservedNode>,
    /// Where the imported factors of each zone end.
    pub(super) zones: Vec<(String, Timestamp)>,
    /// What is known of the providers that are asked.
    pub(super) providers: BTreeMap<ProviderName, FeedNote>,
    pub(super) budgets: Vec<BudgetState>,
    /// Admissions that hold something, and those among them that are expected to use more.
    pub(super) holds: (u32, u32),
    pub(super) attention: BTreeMap<&'static str, u64>,
}

/// Looks up what the metrics say, and keeps what takes long to find.
pub(super) struct Observer {
    store: Arc<Store>,
    library: Arc<Library>,
    power: Arc<NewestPower>,
    day: Mutex<Option<DayFigures>>,
}

impl Observer {
    pub(super) fn new(store: Arc<Store>, library: Arc<Library>, power: Arc<NewestPower>) -> Self {
        Self { store, library, power, day: Mutex::default() }
    }

    /// Everything, as of `now`, which is `at` in monotonic time.
    pub(super) fn look(&self, now: Timestamp, at: Span) -> Result<Observed, Problem> {
        let DayFigures { coverage, attention, .. } = self.day_figures(now, at)?;
        let by = DecisionRow::service();
        let office = Office { store: &self.store, library: &self.library, now, by: &by };
        let budgets = office.states()?;
        Ok(self.store.read::<_, StoreError>(|tx| {
            Ok(Observed {
                now,
                posted: tx.ledger_sums().posted()?,
                open: tx.ledger_sums().open()?,
                nodes: self.nodes(tx, now, &coverage)?,
                zones: tx.factors().ends()?,
                providers: notes(tx)?,
                budgets,
                holds: tx.admissions().held_and_breaking()?,
                attention,
            })
        })?)
    }

    fn nodes(
        &self,
        tx: &Tx<'_>,
        now: Timestamp,
        coverage: &BTreeMap<NodeName, f64>,
    ) -> Result<Vec<ObservedNode>, StoreError> {
        let devices = tx.devices().metered(None)?;
        let node_of: BTreeMap<_, _> = devices.into_iter().map(|device| (device.device, device.node)).collect();
        let mut power = BTreeMap::<_, u64>::new();
        for (device, drawn) in self.power.after(now.before(LATE)) {
            if let Some(node) = node_of.get(&device) {
                *power.entry(*node).or_default() += drawn.milliwatts();
            }
        }
        let known = tx.nodes().list("", u32::MAX)?.into_iter().filter(|node| node.seen >= now.before(GONE));
        let observed = known.map(|row| ObservedNode {
            power: power.get(&row.node).copied().map(Power::from_milliwatts),
            coverage: coverage.get(&row.name).copied(),
            row,
        });
        Ok(observed.collect())
    }

    /// The figures of the last day, at most [`DAY_FIGURES_KEPT`] old. Who asks while they are looked up waits for them.
    fn day_figures(&self, now: Timestamp, at: Span) -> Result<DayFigures, Problem> {
        let mut kept = self.day.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(figures) = kept.as_ref().filter(|figures| at.minus(figures.at) < DAY_FIGURES_KEPT) {
            return Ok(figures.clone());
        }
        let mut items: BTreeMap<_, u64> = AttentionKind::ALL.iter().map(|kind| (kind.name(), 0)).collect();
        for item in attention(&self.store, &self.library, now, None)? {
            *items.entry(item.kind.name()).or_default() += 1;
        }
        let coverage = coverage(&self.store, &self.library, now)?;
        Ok(kept.insert(DayFigures { at, coverage, attention: items }).clone())
    }
}
