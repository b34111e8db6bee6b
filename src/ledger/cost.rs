//! What energy costs: the site's price at the time of use. Products are kept exact and rounded once, where a figure is shown.

use crate::store::{GroupBy, PriceStep, Selection, SiteSum, StoreError, Tx};
use api::Cost;
use model::{PriceNumber, SiteNumber};
use std::collections::{BTreeMap, BTreeSet};
use units::{Energy, Timestamp};

/// mJ in a MWh.
const MJ_PER_MWH: i128 = 3_600_000_000_000;

/// What several energies cost, by currency.
#[derive(Debug, Clone, Default)]
pub(super) struct Bill(BTreeMap<String, (i128, Energy)>);

impl Bill {
    /// Adds energy at a price.
    fn add(&mut self, energy: Energy, price: &PriceStep) {
        let line = self.0.entry(price.currency.clone()).or_default();
        line.0 = line.0.saturating_add(i128::from(energy.millijoules()) * i128::from(price.micro_per_mwh));
        line.1 = line.1.saturating_add(energy);
    }

    /// Adds what `other` holds.
    pub(super) fn join(&mut self, other: &Self) {
        for (currency, (product, energy)) in &other.0 {
            let line = self.0.entry(currency.clone()).or_default();
            (line.0, line.1) = (line.0.saturating_add(*product), line.1.saturating_add(*energy));
        }
    }

    /// As shown: one line per currency, never a sum over currencies.
    pub(super) fn costs(&self) -> Vec<Cost> {
        let cost = |(currency, &(product, energy)): (&String, &(i128, Energy))| {
            let micro = (product + MJ_PER_MWH / 2).div_euclid(MJ_PER_MWH);
            let amount_micro = i64::try_from(micro).unwrap_or(if micro < 0 { i64::MIN } else { i64::MAX });
            let (amount, energy_mj) = (amount_micro as f64 / 1e6, energy.millijoules());
            Cost { currency: currency.clone(), amount_micro, amount, energy_mj }
        };
        self.0.iter().map(cost).collect()
    }
}

/// The prices of every site.
pub(super) struct Prices(BTreeMap<SiteNumber, Vec<PriceStep>>);

impl Prices {
    /// As they stand, or stood when the snapshot of `selection` was made.
    pub(super) fn of(tx: &Tx<'_>, selection: &Selection) -> Result<Self, StoreError> {
        let newest = selection.snapshot.map_or(PriceNumber::new(i64::MAX), |snapshot| snapshot.prices);
        let mut sites: BTreeMap<SiteNumber, Vec<PriceStep>> = BTreeMap::new();
        for step in tx.prices().list(newest)? {
            sites.entry(step.site).or_default().push(step);
        }
        Ok(Self(sites))
    }

    /// The price at a site at `at`.
    fn at(&self, site: SiteNumber, at: Timestamp) -> Option<&PriceStep> {
        self.0.get(&site)?.iter().rev().find(|step| step.since <= at)
    }

    /// Adds energy of a site, IT and overhead, that starts at `at`.
    pub(super) fn charge(&self, bill: &mut Bill, overhead: &mut Bill, sum: &SiteSum, at: Timestamp) {
        if let Some(price) = self.at(sum.site, at) {
            bill.add(sum.energy, price);
            overhead.add(sum.overhead, price);
        }
    }

    /// The posted energy of `selection` by group and site, in stretches of time over which no price changes: start of the stretch and sums.
    pub(super) fn stretches(
        &self,
        tx: &Tx<'_>,
        selection: &Selection,
        by: &GroupBy,
    ) -> Result<Vec<(Timestamp, Vec<SiteSum>)>, StoreError> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let first = selection.from.unwrap_or(Timestamp::from_nanoseconds(i64::MIN));
        let last = selection.to.unwrap_or(Timestamp::from_nanoseconds(i64::MAX));
        let changes = self.0.values().flatten().map(|step| step.since);
        let starts: BTreeSet<_> = changes.filter(|since| (first..last).contains(since)).chain([first]).collect();
        let ends = starts.iter().copied().skip(1).chain([last]);
        let parts = starts.iter().copied().zip(ends).map(|(start, end)| {
            let part = Selection { from: Some(start), to: Some(end), ..selection.clone() };
            Ok((start, tx.entry_sums().by_site(&part, by)?))
        });
        parts.collect()
    }
}
