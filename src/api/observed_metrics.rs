//! The fleet and the ledger as metrics. `docs/OPERATING.md` lists them.
//!
//! Labels are bounded: sites, zones and budgets are made by administrators, and of projects and nodes, which agents can add, there are
//! series of at most [`PROJECTS_MAX`] and [`NODES_MAX`].

use super::observed::{Observed, ObservedNode};
use crate::budget::{BudgetAmount, BudgetState, Projection, Standing};
use crate::store::LedgerSum;
use api::Unit as BudgetUnit;
use model::{ProjectName, ProviderState};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::atomic::AtomicU64;
use units::Timestamp;

/// Projects that have series of their own, those with the most energy; the others are summed under [`OTHERS`].
const PROJECTS_MAX: usize = 1_000;
/// No project can have this name.
const OTHERS: &str = "(others)";
/// Nodes that have series of their own, the first by name. Sums over a site count all.
const NODES_MAX: usize = 2_000;

type Value = Gauge<f64, AtomicU64>;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OwnerLabels {
    site: String,
    project: String,
    /// `job`, or `idle` where nobody held the devices.
    holder: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PostedLabels {
    site: String,
    project: String,
    holder: &'static str,
    /// `it`, or `overhead` of the facility.
    part: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct NodeLabels {
    node: String,
    site: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SiteLabels {
    site: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ZoneLabels {
    zone: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProviderLabels {
    provider: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProviderZoneLabels {
    provider: &'static str,
    zone: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BudgetLabels {
    budget: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

/// Registers a gauge with the values of each set of labels; those of the same labels add up.
fn gauges<L>(
    registry: &mut Registry,
    name: &str,
    help: &str,
    unit: Option<Unit>,
    values: impl Iterator<Item = (L, f64)>,
) where
    L: EncodeLabelSet + Clone + Debug + Eq + Hash + Send + Sync + 'static,
{
    let family = Family::<L, Value>::default();
    for (labels, value) in values {
        family.get_or_create(&labels).inc_by(value);
    }
    match unit {
        Some(unit) => registry.register_with_unit(name, help, unit, family),
        None => registry.register(name, help, family),
    }
}

fn watts() -> Unit {
    Unit::Other("watts".to_owned())
}

/// Seconds from `then` to `now`, negative if `then` is later.
fn age_s(now: Timestamp, then: Timestamp) -> f64 {
    (i128::from(now.nanoseconds()) - i128::from(then.nanoseconds())) as f64 / 1e9
}

impl Observed {
    /// Everything that was observed, as gauges.
    pub(super) fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix("wattledger");
        self.add_ledger(&mut registry);
        self.add_nodes(&mut registry);
        let zones =
            self.zones.iter().map(|(zone, end)| (ZoneLabels { zone: zone.clone() }, age_s(self.now, *end).max(0.0)));
        let help = "Time since the imported factors of a zone of a site end; 0 while they reach the present";
        gauges(&mut registry, "zone_factors_age", help, Some(Unit::Seconds), zones);
        self.add_providers(&mut registry);
        self.add_budgets(&mut registry);
        let (held, breaking) = self.holds;
        for (name, help, count) in [
            ("holds", "Admissions that hold a part of a budget", held),
            ("holds_breaking", "Holds that are expected not to suffice for their job", breaking),
        ] {
            let gauge = Value::default();
            gauge.set(f64::from(count));
            registry.register(name, help, gauge);
        }
        let items = self.attention.iter().map(|(kind, count)| (KindLabels { kind }, *count as f64));
        gauges(&mut registry, "attention_items", "Things that need attention by kind", None, items);
        registry
    }

    fn add_providers(&self, registry: &mut Registry) {
        let of_each = || self.providers.iter().map(|(name, note)| (ProviderLabels { provider: name.name() }, note));
        let failing = of_each().map(|(labels, note)| {
            (labels, note.failing().map_or(0.0, |trouble| age_s(self.now, trouble.since).max(0.0)))
        });
        let help = "Time since a provider of grid factors fails, 0 while it answers";
        gauges(registry, "provider_failing", help, Some(Unit::Seconds), failing);
        let stale = of_each()
            .map(|(labels, note)| (labels, if note.state(self.now) == ProviderState::Stale { 1.0 } else { 0.0 }));
        let help = "Whether a provider of grid factors answers and has had no new value for long";
        gauges(registry, "provider_stale", help, None, stale);
        let ages = self.providers.iter().flat_map(|(name, note)| {
            note.zones.iter().map(|(zone, newest)| {
                let labels = ProviderZoneLabels { provider: name.name(), zone: zone.to_string() };
                (labels, age_s(self.now, newest.end).max(0.0))
            })
        });
        let help = "Time since the end of the newest value of a zone that a provider brought, without forecasts";
        gauges(registry, "provider_newest_value_age", help, Some(Unit::Seconds), ages);
    }

    fn add_ledger(&self, registry: &mut Registry) {
        let large = largest_projects(self.posted.iter().chain(&self.open));
        let owner = |sum: &LedgerSum| {
            let own = sum.project.as_ref();
            let project = if large.contains(&own) { own.map_or("", ProjectName::as_str) } else { OTHERS };
            let holder = if sum.is_idle { "idle" } else { "job" };
            OwnerLabels { site: sum.site.to_string(), project: project.to_owned(), holder }
        };
        let posted = |sum: &LedgerSum, part| {
            let OwnerLabels { site, project, holder } = owner(sum);
            PostedLabels { site, project, holder, part }
        };
        let joules = self.posted.iter().flat_map(|sum| {
            [("it", sum.energy), ("overhead", sum.overhead)]
                .map(|(part, energy)| (posted(sum, part), energy.millijoules() as f64 / 1e3))
        });
        let help = "Energy that is posted in the ledger; a reversal, or a job that changes its project, lowers it";
        gauges(registry, "ledger_energy", help, Some(Unit::Joules), joules);
        let grams = self.posted.iter().flat_map(|sum| {
            [("it", sum.co2e), ("overhead", sum.overhead_co2e)]
                .map(|(part, co2e)| (posted(sum, part), co2e.micrograms() as f64 / 1e6))
        });
        let help = "Location-based CO2e that is posted in the ledger; a reversal, or a job that changes its project, lowers it";
        gauges(registry, "ledger_co2e", help, Some(Unit::Grams), grams);
        let open = self.open.iter().map(|sum| (owner(sum), sum.energy.millijoules() as f64 / 1e3));
        let help = "IT energy that is metered and not posted yet";
        gauges(registry, "open_energy", help, Some(Unit::Joules), open);
    }

    fn add_nodes(&self, registry: &mut Registry) {
        let all = self.nodes.len();
        let labels =
            |node: &ObservedNode| NodeLabels { node: node.row.name.to_string(), site: node.row.site.to_string() };
        let watts_of = |node: &ObservedNode| node.power.map(|power| power.milliwatts() as f64 / 1e3);
        let shown = || self.nodes.iter().take(NODES_MAX);
        let power = shown().filter_map(|node| Some((labels(node), watts_of(node)?)));
        let help = "Power of the node's devices in their newest windows, absent if these are older than 5 min";
        gauges(registry, "node_power", help, Some(watts()), power);
        let age = shown().map(|node| (labels(node), age_s(self.now, node.row.reached)));
        let help = "Time since the end of the node's newest window; negative if its clock is ahead";
        gauges(registry, "node_last_window_age", help, Some(Unit::Seconds), age);
        let coverage = shown().filter_map(|node| Some((labels(node), node.coverage?)));
        let help = "Share of the device time of the last day that was observed";
        gauges(registry, "node_coverage_ratio", help, None, coverage);
        let site = |node: &ObservedNode| SiteLabels { site: node.row.site.to_string() };
        let mut milliwatts = BTreeMap::<_, u64>::new();
        for node in &self.nodes {
            if let Some(power) = node.power {
                *milliwatts.entry(node.row.site.to_string()).or_default() += power.milliwatts();
            }
        }
        let power = milliwatts.into_iter().map(|(site, drawn)| (SiteLabels { site }, drawn as f64 / 1e3));
        let help = "Power of the site's devices in their newest windows, without those that are older than 5 min";
        gauges(registry, "site_power", help, Some(watts()), power);
        let nodes = self.nodes.iter().map(|node| (site(node), 1.0));
        gauges(registry, "nodes", "Nodes seen in the last 30 days", None, nodes);
        let left_out = Value::default();
        left_out.set(all.saturating_sub(NODES_MAX) as f64);
        registry.register("nodes_left_out", "Nodes that have no series of their own, as there are too many", left_out);
    }

    fn add_budgets(&self, registry: &mut Registry) {
        type Part = fn(&Standing) -> BudgetAmount;
        let parts: [(&str, &str, Part); 4] = [
            ("budget_limit", "Limit of a budget in its present period, with what was carried over", |own| own.limit),
            ("budget_spent", "Spent of a budget in its present period", |own| own.spent),
            ("budget_held", "Held of a budget for admitted jobs", |own| own.held),
            ("budget_free", "Free of a budget; negative after an overrun", |own| own.free),
        ];
        let standing = || self.budgets.iter().filter_map(|state| Some((labels(state), state.standing.as_ref()?)));
        for (name, help, part) in parts {
            for (counted, unit, divisor) in
                [(BudgetUnit::Energy, Unit::Joules, 1e3), (BudgetUnit::Co2e, Unit::Grams, 1e6)]
            {
                let own = standing().filter(|(_, standing)| standing.limit.unit() == counted);
                let values = own.map(|(labels, standing)| (labels, part(standing).value() as f64 / divisor));
                gauges(registry, name, help, Some(unit), values);
            }
        }
        let used = standing()
            .map(|(labels, own)| (labels, share(own.spent.value() as f64 + own.held.value() as f64, own.limit)));
        let help = "Share of a budget that is spent or held; 1 of a limit of 0";
        gauges(registry, "budget_used_ratio", help, None, used);
        let projected = self.budgets.iter().filter_map(|state| {
            let Projection { p95, .. } = state.projection?;
            Some((labels(state), share(p95.value() as f64, state.standing?.limit)))
        });
        let help = "Share of a budget that one period in twenty like this one exceeds at its end; 1 of a limit of 0";
        gauges(registry, "budget_projected_ratio", help, None, projected);
        let unreadable =
            self.budgets.iter().map(|state| (labels(state), if state.policy.is_err() { 1.0 } else { 0.0 }));
        let help = "Whether the policy of a budget cannot be read, so that it denies every job";
        gauges(registry, "budget_unreadable", help, None, unreadable);
    }
}

fn labels(state: &BudgetState) -> BudgetLabels {
    BudgetLabels { budget: state.row.name.clone() }
}

fn share(part: f64, limit: BudgetAmount) -> f64 {
    if limit.value() > 0 { part / limit.value() as f64 } else { 1.0 }
}

/// The projects with the most energy, and no project.
fn largest_projects<'a>(sums: impl Iterator<Item = &'a LedgerSum>) -> BTreeSet<Option<&'a ProjectName>> {
    let mut energies = BTreeMap::<_, i64>::new();
    for sum in sums {
        let energy = energies.entry(sum.project.as_ref()).or_default();
        *energy = energy.saturating_add(sum.energy.millijoules());
    }
    let mut largest: Vec<_> = energies.into_iter().collect();
    largest.sort_by_key(|(project, energy)| (project.is_some(), std::cmp::Reverse(*energy)));
    largest.into_iter().take(PROJECTS_MAX).map(|(project, _)| project).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::NodeRow;
    use collectors::exposition::Exposition;
    use model::NodeNumber;
    use units::{CarbonMass, Energy, Power};

    fn node(number: usize) -> ObservedNode {
        let row = NodeRow {
            node: NodeNumber::new(number as i64),
            name: format!("n{number:05}").into(),
            software: String::new(),
            seen: Timestamp::default(),
            site: "fra".into(),
            reached: Timestamp::default(),
            token: None,
        };
        ObservedNode { row, power: Some(Power::from_milliwatts(500)), coverage: None }
    }

    fn sum(number: usize) -> LedgerSum {
        LedgerSum {
            site: "fra".into(),
            project: Some(format!("p{number:05}").into()),
            is_idle: false,
            energy: Energy::from_millijoules(1_000 * number as i64),
            overhead: Energy::ZERO,
            co2e: CarbonMass::default(),
            overhead_co2e: CarbonMass::default(),
        }
    }

    #[test]
    fn series_of_nodes_and_projects_are_bounded_and_their_sums_are_whole() {
        let observed = Observed {
            now: Timestamp::default(),
            posted: (1..=PROJECTS_MAX + 2).map(sum).collect(),
            open: Vec::new(),
            nodes: (0..NODES_MAX + 3).map(node).collect(),
            zones: Vec::new(),
            providers: BTreeMap::new(),
            budgets: Vec::new(),
            holds: (0, 0),
            attention: BTreeMap::new(),
        };
        let text = Exposition::of(&[&observed.registry()], "").unwrap().text;
        let count = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!(count("wattledger_node_power_watts{"), NODES_MAX);
        assert!(text.contains("\nwattledger_nodes_left_out 3.0\n"), "{text}");
        assert!(text.contains("\nwattledger_site_power_watts{site=\"fra\"} 1001.5\n"), "{text}");
        // The two with the least energy are summed: 1 J and 2 J.
        let it = "holder=\"job\",part=\"it\"}";
        assert_eq!(count("wattledger_ledger_energy_joules{"), 2 * (PROJECTS_MAX + 1));
        assert!(text.contains(&format!("site=\"fra\",project=\"{OTHERS}\",{it} 3.0\n")), "{text}");
        assert!(!text.contains("p00002\"") && text.contains("p00003\""));
    }
}
