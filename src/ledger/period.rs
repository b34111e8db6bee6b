//! Reporting periods: closing them, their numbers as closed and as they are now, and restating them.
//!
//! A version is the ledger up to an entry, with the projects and labels of its jobs and the prices of then; from these its report is computed
//! again, bit for bit. What comes later is a difference with a reason, and becomes part of the numbers only as a new version.

use super::report::report_in;
use super::restatement::{difference, figures};
use super::{LedgerError, chain};
use crate::grid::Library;
use crate::moment;
use crate::store::{By, GroupBy, KeptJob, PeriodRow, PeriodVersion, ReasonSum, Selection, Snapshot, Store, Tx};
use api::{DifferenceReason, Figures, Period, PeriodVersionDocument, Restatement};
use model::{ActionKind, EntryId, PeriodId, ProjectName};
use sha2::{Digest, Sha256};
use units::{CarbonMass, Energy, Interval, Timestamp};

/// Reason of a difference that no entry makes.
const STATED_ANEW: &str = "the project of a job was stated anew";
/// Reason of what open accounts add.
const OPEN: &str = "not posted yet";

/// Closes `range`: returns the number of the new period.
///
/// # Errors
///
/// It has not ended, something in it is open, or its name or time is taken.
pub fn close_period(store: &Store, name: Option<String>, range: Interval, by: By) -> Result<PeriodId, LedgerError> {
    let (from, to) = (range.start(), range.end());
    if to > by.at {
        return Err(LedgerError::NotEnded { to: moment::show(to) });
    }
    let name = name.unwrap_or_else(|| format!("{}/{}", moment::show_short(from), moment::show_short(to)));
    store.write(move |tx| {
        refuse_open(tx, from, to)?;
        let taken = || LedgerError::PeriodTaken { name: name.clone() };
        let period = tx.periods().add(&name, from, to)?.ok_or_else(taken)?;
        add_version(tx, &PeriodRow { period, name, from, to }, 1, None, &by)?;
        Ok(period)
    })
}

/// Takes the current figures of a period as its next version.
///
/// # Errors
///
/// There is no such period, something in it is open, or nothing has changed.
pub fn restate_period(store: &Store, number: PeriodId, reason: String, by: By) -> Result<(), LedgerError> {
    store.write(move |tx| {
        let (period, last) = find(tx, None, number)?;
        refuse_open(tx, period.from, period.to)?;
        let next = add_version(tx, &period, last.version + 1, Some(reason), &by)?;
        let range = Selection::between(period.from, period.to);
        let is_same = tx.entry_sums().by_reason(&range, last.head)?.is_empty()
            && tx.prices().list(last.prices)? == tx.prices().list(next.prices)?
            && tx.periods().kept_jobs(number, last.version)? == tx.periods().kept_jobs(number, next.version)?;
        if is_same { Err(LedgerError::Unchanged { period: number, version: last.version }) } else { Ok(()) }
    })
}

fn add_version(
    tx: &Tx<'_>,
    period: &PeriodRow,
    version: i64,
    reason: Option<String>,
    by: &By,
) -> Result<PeriodVersion, LedgerError> {
    let head = tx.entries().head()?;
    let jobs = tx.periods().jobs_now(period, EntryId::new(head.entries))?;
    let mut made = PeriodVersion {
        version,
        head: EntryId::new(head.entries),
        head_hash: head.hash,
        prices: tx.prices().last()?,
        closed: by.at,
        closed_by: by.token.clone(),
        reason,
        seal: Vec::new(),
    };
    made.seal = seal(period, &made, &jobs);
    tx.periods().add_version(period.period, &made, &jobs)?;
    tx.actions().record_stated(by, ActionKind::Period, &format!("{}.{version}", period.period))?;
    Ok(made)
}

/// SHA-256 over the period, the head of the chain, and the jobs, each text preceded by its length (`u64`, little endian).
fn seal(period: &PeriodRow, version: &PeriodVersion, jobs: &[KeptJob]) -> Vec<u8> {
    let numbers = [
        period.period.number(),
        period.from.nanoseconds(),
        period.to.nanoseconds(),
        version.version,
        version.head.number(),
        version.prices.number(),
        version.closed.nanoseconds(),
    ];
    let mut sha256 = Sha256::new();
    let mut add = |text: &str| {
        sha256.update(text.len().to_le_bytes());
        sha256.update(text);
    };
    numbers.iter().for_each(|number| add(&number.to_string()));
    add(&hexadecimal(&version.head_hash));
    for text in [Some(period.name.as_str()), Some(version.closed_by.as_str()), version.reason.as_deref()] {
        add(text.unwrap_or_default());
    }
    for kept in jobs {
        [kept.job.as_str(), kept.project.as_ref().map_or("", ProjectName::as_str), &kept.labels]
            .into_iter()
            .for_each(&mut add);
    }
    sha256.finalize().to_vec()
}

/// What of a version does not agree with the chain or with its seal.
pub(super) fn fault_of(
    tx: &Tx<'_>,
    period: &PeriodRow,
    version: &PeriodVersion,
) -> Result<Option<&'static str>, LedgerError> {
    let hash = match version.head.number() {
        0 => Some(chain::GENESIS.to_vec()),
        _ => tx.entries().get(version.head)?.map(|entry| entry.hash),
    };
    if hash.as_ref() != Some(&version.head_hash) {
        return Ok(Some("the chain does not have the entry that it ends with"));
    }
    let jobs = tx.periods().kept_jobs(period.period, version.version)?;
    Ok((seal(period, version, &jobs) != version.seal)
        .then_some("its time, jobs or reason are not those that were sealed"))
}

fn refuse_open(tx: &Tx<'_>, from: Timestamp, to: Timestamp) -> Result<(), LedgerError> {
    let open = tx.postings().open()?.into_iter().filter(|open| (from..to).contains(&open.sum.start));
    let ends: Vec<_> = open.map(|open| open.key.period_end).collect();
    let Some(last) = ends.iter().max() else { return Ok(()) };
    Err(LedgerError::StillOpen { accounts: ends.len(), last: moment::show(*last) })
}

fn find(
    tx: &Tx<'_>,
    project: Option<&ProjectName>,
    number: PeriodId,
) -> Result<(PeriodRow, PeriodVersion), LedgerError> {
    let unknown = || LedgerError::UnknownPeriod { id: number.to_string() };
    let period = tx.periods().get(project, number)?.ok_or_else(unknown)?;
    let last = tx.periods().versions(number)?.pop().ok_or_else(unknown)?;
    Ok((period, last))
}

fn selection_of(period: &PeriodRow, version: &PeriodVersion, project: Option<&ProjectName>) -> Selection {
    let snapshot =
        Snapshot { period: period.period, version: version.version, head: version.head, prices: version.prices };
    let project = project.cloned();
    Selection { project, snapshot: Some(snapshot), ..Selection::between(period.from, period.to) }
}

/// The numbers of a closed period, named `ID` (the latest version) or `ID.VERSION`, for whom is bound to `own` project or to none.
///
/// # Errors
///
/// There is no such period or version, or none with jobs of the project.
pub fn closed(store: &Store, named: &str, own: Option<&ProjectName>) -> Result<Selection, LedgerError> {
    let unknown = || LedgerError::UnknownPeriod { id: named.to_owned() };
    let (id, version) = named.split_once('.').map_or((named, None), |(id, version)| (id, Some(version)));
    let id: PeriodId = id.parse().map_err(|_| unknown())?;
    let version: Option<i64> = version.map(str::parse).transpose().map_err(|_| unknown())?;
    store.read(|tx| {
        let period = tx.periods().get(own, id)?.ok_or_else(unknown)?;
        let mut versions = tx.periods().versions(id)?.into_iter().rev();
        let found = versions.find(|found| version.is_none_or(|version| version == found.version));
        Ok(selection_of(&period, &found.ok_or_else(unknown)?, None))
    })
}

/// A period with its figures, of one project's jobs or of all.
///
/// # Errors
///
/// There is no such period, or none with jobs of the project; as [`super::report()`].
pub fn period(
    store: &Store,
    library: &Library,
    number: PeriodId,
    project: Option<&ProjectName>,
) -> Result<Period, LedgerError> {
    store.read(|tx| {
        let (row, last) = find(tx, project, number)?;
        let mut versions: Vec<PeriodVersionDocument> = Vec::new();
        let mut before: Option<(EntryId, Figures)> = None;
        for version in tx.periods().versions(number)? {
            let selection = selection_of(&row, &version, project);
            let figures = figures(&report_in(tx, library, &selection, &GroupBy::Project)?);
            let change = match &before {
                None => None,
                Some((head, old)) => Some(explained(old, &figures, tx.entry_sums().by_reason(&selection, *head)?)?),
            };
            before = Some((version.head, figures.clone()));
            versions.push(described(number, project.is_some(), version, figures, change));
        }
        let live = Selection { project: project.cloned(), ..Selection::between(row.from, row.to) };
        let now = report_in(tx, library, &live, &GroupBy::Project)?;
        let current = figures(&now);
        let closed = versions.last().map(|version| version.figures.clone()).unwrap_or_default();
        let mut reasons = tx.entry_sums().by_reason(&live, last.head)?;
        if now.open.energy_mj != 0 || now.open.co2e_ug_location != 0 {
            reasons.push(ReasonSum {
                reason: OPEN.to_owned(),
                entries: 0,
                energy: Energy::from_millijoules(now.open.energy_mj),
                co2e: CarbonMass::from_micrograms(now.open.co2e_ug_location),
                overhead_co2e: CarbonMass::ZERO,
            });
        }
        let change = explained(&closed, &current, reasons)?;
        Ok(Period {
            id: number,
            name: row.name,
            from: moment::show(row.from),
            to: moment::show(row.to),
            version: last.version,
            closed,
            current,
            change,
            versions,
        })
    })
}

/// The change with its reasons; what they leave is that jobs were stated anew.
fn explained(old: &Figures, new: &Figures, sums: Vec<ReasonSum>) -> Result<Restatement, LedgerError> {
    let mut change = difference(old, new)?;
    change.reasons = sums.into_iter().map(DifferenceReason::from).collect();
    let energy_mj = change.delta.metered.energy_mj - change.reasons.iter().map(|reason| reason.energy_mj).sum::<i64>();
    let grams = change.reasons.iter().map(|reason| reason.co2e_ug_location).sum::<i64>();
    let co2e_ug_location = change.delta.metered.co2e_ug_location - grams;
    if (energy_mj, co2e_ug_location) != (0, 0) {
        change.reasons.push(DifferenceReason {
            reason: STATED_ANEW.to_owned(),
            entries: 0,
            energy_mj,
            co2e_ug_location,
        });
    }
    Ok(change)
}

fn described(
    period: PeriodId,
    is_of_project: bool,
    version: PeriodVersion,
    figures: Figures,
    change: Option<Restatement>,
) -> PeriodVersionDocument {
    PeriodVersionDocument {
        report: format!("/api/v1/reports/emissions?period={period}.{}", version.version),
        version: version.version,
        closed: moment::show(version.closed),
        closed_by: Some(version.closed_by).filter(|_| !is_of_project),
        reason: version.reason,
        entries: version.head.number(),
        head: hexadecimal(&version.head_hash),
        seal: hexadecimal(&version.seal),
        figures,
        change,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
