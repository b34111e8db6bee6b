//! Nodes, their clocks and readings, the factors of their grid, and what the service noticed by itself.

use super::item::Since;
use crate::feed;
use crate::grid::Library;
use crate::ledger::{self, LedgerError};
use crate::moment;
use crate::store::{NoticeRow, RefusedSpeaker, Selection, Store, StoreError, Tx};
use api::{AttentionItem, Severity, Subject};
use model::{AttentionKind, NodeName, ProviderState, SetAsideReason, SubjectKind};
use std::collections::BTreeMap;
use units::{Span, Timestamp};

const MINUTE_S: u64 = 60;
const HOUR_S: u64 = 60 * MINUTE_S;
const DAY_S: u64 = 24 * HOUR_S;
/// An agent delivers every 10 s by default; after thirty missed deliveries it is late.
pub const LATE: Span = Span::from_seconds(5 * MINUTE_S);
/// Clocks under NTP are off by less than a second; ten minutes can move energy into another posting period.
const AHEAD: Span = Span::from_seconds(10 * MINUTE_S);
/// An agent that has been silent for an hour is not just being restarted.
const LOST: Span = Span::from_seconds(HOUR_S);
/// A node that has been silent for a month is taken to be gone and is not reported.
pub const GONE: Span = Span::from_seconds(30 * DAY_S);
/// Coverage is taken over one day, so that a reboot does not show and a failing sensor does.
const COVERAGE_TIME: Span = Span::from_seconds(DAY_S);
/// Below this share more than an hour of a day is missing.
const COVERAGE_LOW: f64 = 0.95;
/// Below this share the missing part is no longer small beside the measured one.
const COVERAGE_BAD: f64 = 0.80;
/// Providers that revise their values do so within a month.
const PROVISIONAL_OLD: Span = Span::from_seconds(30 * DAY_S);
/// Hourly values arrive hours to a day late; after two days the import has stopped.
const STALE: Span = Span::from_seconds(2 * DAY_S);
/// A provider that has failed for an hour does not mend by being asked again.
const PROVIDER_FAILING: Span = Span::from_seconds(HOUR_S);
/// What the service noticed by itself is reported for a day.
const NOTICE_TIME: Span = Span::from_seconds(DAY_S);
/// Windows set aside are reported for a week.
const ASIDE_TIME: Span = Span::from_seconds(7 * DAY_S);
/// Whoever still speaks for another's node does so within a day.
const REFUSED_TIME: Span = Span::from_seconds(DAY_S);
/// Gaps are reported for a day.
const GAP_TIME: Span = Span::from_seconds(DAY_S);

/// Appends what concerns nodes, grids and the service itself.
pub(super) fn find(
    store: &Store,
    library: &Library,
    now: Timestamp,
    found: &mut Vec<AttentionItem>,
) -> Result<(), LedgerError> {
    store.read::<_, StoreError>(|tx| {
        nodes(tx, now, found)?;
        set_aside(tx, now, found)?;
        gaps(tx, now, found)?;
        refused(tx, now, found)?;
        factors(tx, now, found)?;
        notices(tx, now, found)?;
        providers(tx, now, found)
    })?;
    low_coverage(store, library, now, found)
}

fn nodes(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    for node in tx.nodes().list("", u32::MAX)?.into_iter().filter(|node| node.seen >= now.before(GONE)) {
        if node.seen < now.before(LATE) {
            let severity = if node.seen < now.before(LOST) { Severity::Bad } else { Severity::Warn };
            let message = format!(
                "the agent of {} was last seen at {}: look at its log; its readings are kept in its spool until it can deliver them",
                node.name,
                moment::show(node.seen)
            );
            found.push(
                AttentionItem::new(
                    AttentionKind::AgentLate,
                    severity,
                    Subject::of(SubjectKind::Node, node.name.clone()),
                    message,
                )
                .since(node.seen),
            );
        }
        if node.reached > now.after(AHEAD).unwrap_or(node.reached) {
            let message = format!(
                "{} sent windows that end in the future, at {}: set its clock (NTP); its energy is counted at the times that its clock said until it is set back",
                node.name,
                moment::show(node.reached)
            );
            found.push(AttentionItem::new(
                AttentionKind::ClockAhead,
                Severity::Bad,
                Subject::of(SubjectKind::Node, node.name.clone()),
                message,
            ));
        }
        if node.site == "unassigned" {
            let message = format!(
                "{} is not assigned to a site, so its carbon is computed with a world average: `wattledger node assign {} --site SITE` places it",
                node.name, node.name
            );
            found.push(AttentionItem::new(
                AttentionKind::NodeWithoutSite,
                Severity::Warn,
                Subject::of(SubjectKind::Node, node.name),
                message,
            ));
        }
    }
    Ok(())
}

/// What the service noticed by itself.
fn notices(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    for NoticeRow { kind, subject, first, times, detail, .. } in tx.notices().since(now.before(NOTICE_TIME))? {
        let often = if times > 1 { format!(", {times} times") } else { String::new() };
        let is_of_node = matches!(kind, AttentionKind::NodeNameShared | AttentionKind::HolderUnclear);
        let about = if is_of_node { SubjectKind::Node } else { SubjectKind::Service };
        let (severity, message) = match kind {
            AttentionKind::NodeNameShared => (Severity::Bad, detail),
            // Every batch says it again.
            AttentionKind::HolderUnclear => (Severity::Warn, detail),
            AttentionKind::ChartsRebuilt => {
                let message = format!(
                    "{subject}, the copy for charts, was damaged{often} and is built anew from the evidence, which is sound or `wattledger verify` says otherwise ({detail}); look for failing disks"
                );
                (Severity::Warn, message)
            }
            _ => (Severity::Warn, format!("{detail}{often}")),
        };
        found.push(AttentionItem::new(kind, severity, Subject::of(about, subject), message).since(first));
    }
    Ok(())
}

/// Share of the device time of each node that was observed in the last day, 0 to 1; nodes without device time are absent.
///
/// # Errors
///
/// The ledger cannot be read.
pub fn coverage(store: &Store, library: &Library, now: Timestamp) -> Result<BTreeMap<NodeName, f64>, LedgerError> {
    let selection = Selection::between(now.before(COVERAGE_TIME), now);
    let nodes = ledger::quality_by_node(store, library, &selection)?;
    Ok(nodes.into_iter().map(|(node, quality)| (node, quality.coverage)).collect())
}

fn low_coverage(
    store: &Store,
    library: &Library,
    now: Timestamp,
    found: &mut Vec<AttentionItem>,
) -> Result<(), LedgerError> {
    let since = now.before(COVERAGE_TIME);
    for (node, coverage) in coverage(store, library, now)? {
        if coverage < COVERAGE_LOW {
            let severity = if coverage < COVERAGE_BAD { Severity::Bad } else { Severity::Warn };
            let percent = coverage * 100.0;
            let message = format!(
                "the devices of {node} were measured for only {percent:.1} % of the last day: run `wattledger doctor` on the node to see what is missing"
            );
            found.push(
                AttentionItem::new(AttentionKind::CoverageLow, severity, Subject::of(SubjectKind::Node, node), message)
                    .since(since),
            );
        }
    }
    Ok(())
}

fn set_aside(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    for aside in tx.attention().set_aside_since(now.before(ASIDE_TIME))? {
        let why = match aside.reason {
            SetAsideReason::Implausible => {
                "claim more power than the device can draw; check its sensor or its declared limit"
            }
            SetAsideReason::Overlap => {
                "overlap other windows of the device, because two agents meter it or a clock was set back"
            }
        };
        let message = format!(
            "{} windows of {} on {} are kept but not counted, as they {why}",
            aside.windows, aside.uuid, aside.node
        );
        let subject = Subject::of(SubjectKind::Device, format!("{}/{}", aside.node, aside.uuid));
        found.push(
            AttentionItem::new(AttentionKind::WindowsSetAside, Severity::Warn, subject, message).since(aside.since),
        );
    }
    Ok(())
}

fn gaps(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    for (node, gaps, first) in tx.gaps().by_node(now.before(GAP_TIME))? {
        let message = format!(
            "the agent of {node} reported {gaps} gaps in its readings in the last day: `wattledger node gaps {node}` lists them"
        );
        found.push(
            AttentionItem::new(
                AttentionKind::GapsReported,
                Severity::Info,
                Subject::of(SubjectKind::Node, node),
                message,
            )
            .since(first),
        );
    }
    Ok(())
}

/// Tokens that speak for nodes of others.
fn refused(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    for refused in tx.speakers().refused_since(now.before(REFUSED_TIME))? {
        let RefusedSpeaker { node, token, token_name, first } = refused;
        let message = format!(
            "token {token} ({token_name}) delivers for {node} and is refused, as another token speaks for it: if the node has a new token, `wattledger token bind {token} {node}`; else find out who uses it, and revoke it"
        );
        let subject = Subject::of(SubjectKind::Node, node);
        found.push(AttentionItem::new(AttentionKind::SpeakerRefused, Severity::Warn, subject, message).since(first));
    }
    Ok(())
}

fn factors(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    for zone in tx.attention().provisional_zones(now.before(PROVISIONAL_OLD))? {
        let (factors, verb) = if zone.factors == 1 { ("factor", "is") } else { ("factors", "are") };
        let message = format!(
            "{} {factors} of {} {verb} still provisional or forecast after a month: import the final values, then restate",
            zone.factors, zone.zone
        );
        found.push(
            AttentionItem::new(
                AttentionKind::FactorsProvisional,
                Severity::Info,
                Subject::of(SubjectKind::Zone, zone.zone),
                message,
            )
            .since(zone.at),
        );
    }
    for zone in tx.attention().stale_zones(now.before(STALE))? {
        let message = format!(
            "the imported factors of {} end at {}, and a yearly value is used since then: import newer ones",
            zone.zone,
            moment::show(zone.at)
        );
        found.push(
            AttentionItem::new(
                AttentionKind::FactorsStale,
                Severity::Warn,
                Subject::of(SubjectKind::Zone, zone.zone),
                message,
            )
            .since(zone.at),
        );
    }
    Ok(())
}

fn providers(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    for (name, note) in feed::notes(tx)? {
        let newest = note.newest().map(|(zone, newest)| (zone, newest.end));
        let (kind, since, message) = match (note.state(now), note.failing(), newest) {
            (ProviderState::Failing, Some(trouble), _) if trouble.since < now.before(PROVIDER_FAILING) => {
                let message = format!("{name} brings no grid factors: {}", trouble.reason);
                (AttentionKind::ProviderFailing, Some(trouble.since), message)
            }
            (ProviderState::Stale, _, Some((zone, end))) => {
                let end_shown = moment::show(end);
                let message = format!(
                    "{name} answers, and its newest value of {zone} ends at {end_shown}: look whether the provider still publishes it"
                );
                (AttentionKind::ProviderStale, Some(end), message)
            }
            (ProviderState::Stale, _, None) => {
                let message = format!(
                    "{name} answers, and has no value of any zone: `wattledger grid sync {name}` says what is refused"
                );
                (AttentionKind::ProviderStale, None, message)
            }
            _ => continue,
        };
        found.push(
            AttentionItem::new(kind, Severity::Warn, Subject::of(SubjectKind::Provider, name), message).since(since),
        );
    }
    Ok(())
}
