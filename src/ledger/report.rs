//! Totals of a time by group: posted entries and what is still open.

use super::LedgerError;
use super::cost::{Bill, Prices};
use super::factor::{Chooser, Rates, Weighed};
use super::link::link;
use crate::grid::Library;
use crate::store::{GroupBy, OpenKey, Selection, SiteSum, Store, SumRow, Tx};
use api::{Aggregate, Amount, Report, ReportQuality, ReportRow, ReportedPeriod};
use model::{JobNumber, NodeName};
use std::collections::BTreeMap;
use units::{CarbonMass, DeviceTime, Energy, Overflow, Timestamp};

/// What a figure is made of.
#[derive(Debug, Clone, Default)]
pub(super) struct Sum {
    pub(super) row: SumRow,
    bill: Bill,
    overhead_bill: Bill,
}

impl Sum {
    pub(super) fn join(&mut self, other: &Self) -> Result<(), Overflow> {
        self.bill.join(&other.bill);
        self.overhead_bill.join(&other.overhead_bill);
        let (sum, row) = (&mut self.row, &other.row);
        let energies = [
            (&mut sum.energy, row.energy),
            (&mut sum.overhead, row.overhead),
            (&mut sum.modelled, row.modelled),
            (&mut sum.provisional, row.provisional),
        ];
        let masses = [(&mut sum.co2e, row.co2e), (&mut sum.overhead_co2e, row.overhead_co2e)];
        let wrong = |_| Overflow { quantity: "total of a report" };
        sum.covered += row.covered;
        sum.span += row.span;
        for (sum, energy) in energies {
            *sum = sum.checked_add(energy).map_err(wrong)?;
        }
        for (sum, mass) in masses {
            *sum = sum.checked_add(mass).map_err(wrong)?;
        }
        Ok(())
    }

    pub(super) fn it(&self) -> Amount {
        Amount { energy_cost: self.bill.costs(), ..Amount::new(self.row.energy, self.row.co2e) }
    }

    pub(super) fn overhead(&self) -> Amount {
        Amount { energy_cost: self.overhead_bill.costs(), ..Amount::new(self.row.overhead, self.row.overhead_co2e) }
    }

    pub(super) fn quality(&self) -> ReportQuality {
        let row = &self.row;
        let energies = [row.energy, row.modelled, row.provisional].map(Energy::millijoules);
        let [energy, modelled, provisional] = energies;
        let share = |part: i64, whole: i64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        ReportQuality {
            measured_share: share(energy - modelled, energy),
            modelled_share: share(modelled, energy),
            coverage: match row.span.nanoseconds() {
                0 => 0.0,
                span => row.covered.nanoseconds() as f64 / span as f64,
            },
            provisional_share: share(provisional, energy),
        }
    }

    fn aggregate(&self, amount: Amount, of: &Selection) -> Aggregate {
        Aggregate {
            energy_mj: amount.energy_mj,
            energy_mwh: amount.energy_mwh,
            co2e_ug_location: amount.co2e_ug_location,
            co2e_t_location: amount.co2e_t_location,
            energy_cost: amount.energy_cost,
            quality: self.quality(),
            explain: link("/ledger/explain", of),
        }
    }

    /// Where energy went to another group, its CO2e may leave a microgram, as each amount is rounded by itself: that is something, or the parts would not
    /// sum to the whole.
    fn is_nothing(&self) -> bool {
        let SumRow { energy, co2e, overhead, overhead_co2e, span, .. } = self.row;
        span == DeviceTime::ZERO
            && [energy, overhead] == [Energy::ZERO; 2]
            && [co2e, overhead_co2e] == [CarbonMass::ZERO; 2]
    }
}

/// Sums by idleness and group.
pub(super) type Groups = BTreeMap<(bool, Option<String>), Sum>;

/// Totals of a selection: entries and open accounts belong to the range in which their first attributed moment lies, so that neighbouring
/// ranges add up. With a project there is no idle.
///
/// # Errors
///
/// A zone without factor, a sum that leaves its range, the store.
pub fn report(store: &Store, library: &Library, selection: &Selection, by: &GroupBy) -> Result<Report, LedgerError> {
    store.read(|tx| report_in(tx, library, selection, by))
}

pub(super) fn report_in(
    tx: &Tx<'_>,
    library: &Library,
    selection: &Selection,
    by: &GroupBy,
) -> Result<Report, LedgerError> {
    let mut groups = posted(tx, selection, by)?;
    let mut open = Sum::default();
    for account in open_accounts(tx, library, selection, by)? {
        open.join(&account.sum)?;
        join(&mut groups, account.sum)?;
    }
    groups.retain(|_, sum| !sum.is_nothing());
    Ok(document(&groups, &open, selection, by)?)
}

/// Totals of one job by its number, over all time, posted and open.
///
/// # Errors
///
/// As [`report`].
pub fn job_report(store: &Store, library: &Library, job: JobNumber) -> Result<Report, LedgerError> {
    store.read(|tx| {
        let selection = Selection { job: Some(tx.jobs().id_of(job)?), ..Selection::default() };
        report_in(tx, library, &selection, &GroupBy::Job)
    })
}

/// Sums of the entries of a selection.
pub(super) fn posted(tx: &Tx<'_>, selection: &Selection, by: &GroupBy) -> Result<Groups, LedgerError> {
    let mut groups = Groups::new();
    for row in tx.entry_sums().by_group(selection, by)? {
        join(&mut groups, Sum { row, ..Sum::default() })?;
    }
    let prices = Prices::of(tx, selection)?;
    for (start, sums) in prices.stretches(tx, selection, by)? {
        for sum in sums {
            let group = groups.entry((sum.is_idle, sum.group.clone())).or_default();
            prices.charge(&mut group.bill, &mut group.overhead_bill, &sum, start);
        }
    }
    Ok(groups)
}

fn join(groups: &mut Groups, sum: Sum) -> Result<(), Overflow> {
    let known = groups.entry((sum.row.is_idle, sum.row.group.clone())).or_insert_with(|| Sum {
        row: SumRow { group: sum.row.group.clone(), is_idle: sum.row.is_idle, ..SumRow::default() },
        ..Sum::default()
    });
    known.join(&sum)
}

/// An open account at the best factor known.
pub(super) struct OpenAccount {
    pub(super) sum: Sum,
    pub(super) rates: Rates,
}

/// The open accounts of a selection; a snapshot has none, nor has what is selected by whether its factor is provisional.
pub(super) fn open_accounts(
    tx: &Tx<'_>,
    library: &Library,
    selection: &Selection,
    by: &GroupBy,
) -> Result<Vec<OpenAccount>, LedgerError> {
    if selection.snapshot.is_some() || selection.provisional.is_some() {
        return Ok(Vec::new());
    }
    let (mut chooser, prices) = (Chooser::new(tx, library)?, Prices::of(tx, selection)?);
    let mut found = Vec::new();
    for open in candidates(tx, selection)? {
        let (key, start) = (&open.key, open.sum.start);
        if !is_within(selection, start) {
            continue;
        }
        if let Some(group) = tx.entry_sums().group_of(selection, by, key, start)? {
            let rates = chooser.rates(key)?;
            found.push(OpenAccount { sum: weighed(&open, group, &rates, &prices)?, rates });
        }
    }
    Ok(found)
}

/// Open accounts, all of the selection among them, found by index.
fn candidates(tx: &Tx<'_>, selection: &Selection) -> Result<Vec<OpenKey>, LedgerError> {
    match (&selection.job, selection.from, selection.to) {
        (Some(id), ..) => Ok(tx.jobs().find(id)?.map_or(Ok(Vec::new()), |row| tx.postings().open_of_job(row.job))?),
        (None, Some(from), Some(to)) => Ok(tx.postings().open_between(from..to)?),
        _ => Ok(tx.postings().open()?),
    }
}

fn is_within(selection: &Selection, start: Timestamp) -> bool {
    selection.from.is_none_or(|from| from <= start) && selection.to.is_none_or(|to| start < to)
}

fn weighed(open: &OpenKey, group: Option<String>, rates: &Rates, prices: &Prices) -> Result<Sum, Overflow> {
    let (key, part) = (&open.key, open.sum);
    let weighed = Weighed::of(part.energy, rates)?;
    let mut sum = Sum {
        row: SumRow {
            group,
            is_idle: key.job.is_idle(),
            energy: part.energy,
            co2e: weighed.co2e,
            overhead: weighed.overhead,
            overhead_co2e: weighed.overhead_co2e,
            modelled: part.modelled,
            provisional: if rates.provisional { part.energy } else { Energy::ZERO },
            covered: part.covered,
            span: part.span,
        },
        ..Sum::default()
    };
    let priced = SiteSum {
        group: None,
        is_idle: key.job.is_idle(),
        site: key.site,
        energy: part.energy,
        overhead: weighed.overhead,
    };
    prices.charge(&mut sum.bill, &mut sum.overhead_bill, &priced, part.start);
    Ok(sum)
}

fn document(groups: &Groups, open: &Sum, selection: &Selection, by: &GroupBy) -> Result<Report, Overflow> {
    let (mut total, mut idle, mut rows) = (Sum::default(), Sum::default(), Vec::new());
    for ((is_idle, group), sum) in groups {
        if *is_idle {
            idle.join(sum)?;
            continue;
        }
        total.join(sum)?;
        let amount = sum.aggregate(sum.it(), &selection.of_group(by, group.as_deref()));
        rows.push(ReportRow { group: group.clone(), amount, overhead: sum.overhead() });
    }
    let mut metered = total.clone();
    metered.join(&idle)?;
    let snapshot = selection.snapshot;
    Ok(Report {
        period: snapshot.map(|snapshot| ReportedPeriod { id: snapshot.period, version: snapshot.version }),
        rows,
        total: total.aggregate(total.it(), &selection.with_idle(false)),
        idle: idle.aggregate(idle.it(), &selection.with_idle(true)),
        overhead: metered.aggregate(metered.overhead(), selection),
        metered: metered.aggregate(metered.it(), selection),
        open: open.it(),
        quality: metered.quality(),
        timezone: by.zone().name().to_owned(),
        tzdb: chrono_tz::IANA_TZDB_VERSION.to_owned(),
    })
}

/// How good the energy of each node is, jobs' and idle.
///
/// # Errors
///
/// As [`report`].
pub fn quality_by_node(
    store: &Store,
    library: &Library,
    selection: &Selection,
) -> Result<BTreeMap<NodeName, ReportQuality>, LedgerError> {
    store.read(|tx| {
        let mut groups = posted(tx, selection, &GroupBy::Node)?;
        for account in open_accounts(tx, library, selection, &GroupBy::Node)? {
            join(&mut groups, account.sum)?;
        }
        let mut nodes: BTreeMap<NodeName, Sum> = BTreeMap::new();
        for ((_, node), sum) in groups {
            nodes.entry(node.unwrap_or_default().into()).or_default().join(&sum)?;
        }
        let known = nodes.into_iter().filter(|(_, sum)| sum.row.span > DeviceTime::ZERO);
        Ok(known.map(|(node, sum)| (node, sum.quality())).collect())
    })
}
