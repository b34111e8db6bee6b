//! Posting periods as long as the factors' intervals: where the factors of a site's zone are finer than its periods, these become as short, and what
//! was attributed to longer ones is left to be attributed anew. An account has one factor.

use super::IngestError;
use crate::store::{By, SiteRow, StoreError, Tx};
use model::{ActionKind, PeriodId, ZoneId};
use std::collections::{BTreeMap, BTreeSet};
use units::{Span, Timestamp};

/// Shortens the posting periods of the sites that were ever in one of `zones`. Nothing in a closed period is touched.
pub(crate) fn fit_periods<'a>(
    tx: &Tx<'_>,
    zones: impl IntoIterator<Item = &'a ZoneId>,
    by: &By,
) -> Result<(), IngestError> {
    let zones: BTreeSet<&ZoneId> = zones.into_iter().collect();
    let history = tx.sites().zone_history()?;
    for site in tx.sites().list()? {
        let own = history.iter().filter(|step| step.site == site.site);
        if own.clone().any(|step| zones.contains(&step.zone)) {
            let steps: Vec<_> = own.map(|step| (step.since, &step.zone)).collect();
            fit_site(tx, &site, &steps, by)?;
        }
    }
    Ok(())
}

/// `zones` are those of the site, oldest first.
fn fit_site(tx: &Tx<'_>, site: &SiteRow, zones: &[(Timestamp, &ZoneId)], by: &By) -> Result<(), IngestError> {
    let needed = needed(tx, site, zones)?;
    let mut known = tx.sites().shortened(site.site)?;
    let mut added = Vec::new();
    for (since, period) in needed {
        let before = known.iter().filter(|(from, _)| *from <= since).map(|(_, period)| *period);
        if period < before.fold(site.period, Span::min) {
            known.push((since, period));
            added.push((since, period));
        }
    }
    let Some(first) = added.iter().map(|(since, _)| *since).min() else { return Ok(()) };
    let believed = tx.revisions().current()?;
    let revision = tx.revisions().begin(by.at, "posting period of a site")?;
    for (since, period) in added {
        tx.sites().shorten(site.site, since, period, revision)?;
        let subject = format!("{} {} {revision}", site.name, since.nanoseconds());
        tx.actions().record_stated(by, ActionKind::PostingPeriod, &subject)?;
    }
    for node in tx.nodes().of_site(site.site)? {
        tx.evidence().defer(node, first, believed)?;
    }
    Ok(())
}

/// From when on which period is needed, oldest first.
fn needed(
    tx: &Tx<'_>,
    site: &SiteRow,
    zones: &[(Timestamp, &ZoneId)],
) -> Result<BTreeMap<Timestamp, Span>, StoreError> {
    let closed = tx.periods().list(None, PeriodId::new(0), u32::MAX)?.into_iter().map(|period| period.to).max();
    let mut needed = BTreeMap::new();
    for (place, (since, zone)) in zones.iter().enumerate() {
        let until = zones.get(place + 1).map(|(next, _)| *next);
        for (grain, first) in tx.factors().grains(zone)? {
            let from = first.max(*since).max(closed.unwrap_or(*since));
            if grain < site.period && until.is_none_or(|until| from < until) {
                let period = needed.entry(from).or_insert(grain);
                *period = grain.min(*period);
            }
        }
    }
    Ok(needed)
}
