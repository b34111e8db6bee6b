//! What a sum is the sum of: final, provisional and open, its factors, and where its entries are.

use super::LedgerError;
use super::factor::FactorRecord;
use super::link::{command, link};
use super::report::{OpenAccount, Sum, open_accounts, posted};
use crate::grid::Library;
use crate::store::{CorrectionSum, FactorSum, GroupBy, Selection, Store, Tx};
use api::{Breakdown, Correction, FactorShare, IntensityShare, OpenSlice, PostedSlice, Slice};
use std::collections::BTreeMap;
use units::{CarbonMass, Energy, Overflow};

/// Where one step ends and the next begins, g/kWh.
const STEPS_G_PER_KWH: [u32; 7] = [50, 100, 200, 300, 400, 500, 650];

/// Splits a sum into its parts.
///
/// # Errors
///
/// A zone without factor, a sum that leaves its range, the store.
pub fn breakdown(store: &Store, library: &Library, selection: &Selection) -> Result<Breakdown, LedgerError> {
    store.read(|tx| {
        let of = |provisional| Selection { provisional: Some(provisional), ..selection.clone() };
        let (settled, provisional) = (posted_part(tx, &of(false))?, posted_part(tx, &of(true))?);
        let accounts = open_accounts(tx, library, selection, &GroupBy::Project)?;
        let mut open = Sum::default();
        for account in &accounts {
            open.join(&account.sum)?;
        }
        let mut total = open.clone();
        for (sum, _) in [&settled, &provisional] {
            total.join(sum)?;
        }
        let sums = tx.entry_sums().by_factor(selection)?;
        Ok(Breakdown {
            intensities: intensities(&sums, &accounts)?,
            total: part(&total),
            settled: settled.1,
            provisional: provisional.1,
            open: OpenSlice { part: part(&open), accounts: accounts.len() },
            factors: factors(sums, &accounts)?,
            corrections: tx.entry_sums().corrections(selection)?.into_iter().map(correction).collect(),
            command: command(selection),
        })
    })
}

fn correction(sum: CorrectionSum) -> Correction {
    let (co2e_ug, overhead_co2e_ug) = (sum.co2e.micrograms(), sum.overhead_co2e.micrograms());
    Correction { day: sum.day, reason: sum.reason, entries: sum.replaced, co2e_ug, overhead_co2e_ug }
}

fn part(sum: &Sum) -> Slice {
    Slice { amount: sum.it(), overhead: sum.overhead(), quality: sum.quality() }
}

fn posted_part(tx: &Tx<'_>, selection: &Selection) -> Result<(Sum, PostedSlice), LedgerError> {
    let mut sum = Sum::default();
    for group in posted(tx, selection, &GroupBy::Project)?.values() {
        sum.join(group)?;
    }
    let (entries, link) = (tx.entry_sums().count(selection)?, link("/ledger/entries", selection));
    let part = PostedSlice { part: part(&sum), entries, link };
    Ok((sum, part))
}

/// Energies by the step of the intensity that they were posted at, or would be.
fn intensities(sums: &[FactorSum], open: &[OpenAccount]) -> Result<Vec<IntensityShare>, Overflow> {
    let mut steps: BTreeMap<usize, (Energy, CarbonMass)> = BTreeMap::new();
    // A factor is one value for one time, so its lowest is its only one.
    let posted = sums.iter().map(|sum| (sum.lowest_mg_per_kwh, sum.energy, sum.co2e));
    let open = open
        .iter()
        .map(|account| (account.rates.intensity.milligrams_per_kwh(), account.sum.row.energy, account.sum.row.co2e));
    for (mg_per_kwh, energy, co2e) in posted.chain(open) {
        let step = STEPS_G_PER_KWH.partition_point(|bound| bound * 1_000 <= mg_per_kwh);
        let sum = steps.entry(step).or_default();
        let wrong = |_| Overflow { quantity: "total of a step" };
        *sum = (sum.0.checked_add(energy).map_err(wrong)?, sum.1.checked_add(co2e).map_err(wrong)?);
    }
    let share = |(step, (energy, co2e)): (usize, (Energy, CarbonMass))| IntensityShare {
        from_g_per_kwh: step.checked_sub(1).map_or(0, |before| STEPS_G_PER_KWH[before]),
        below_g_per_kwh: STEPS_G_PER_KWH.get(step).copied(),
        energy_mj: energy.millijoules(),
        co2e_ug: co2e.micrograms(),
    };
    Ok(steps.into_iter().map(share).filter(|share| (share.energy_mj, share.co2e_ug) != (0, 0)).collect())
}

/// Factors that differ in their time alone, joined.
fn factors(sums: Vec<FactorSum>, open: &[OpenAccount]) -> Result<Vec<FactorShare>, LedgerError> {
    let mut shares: BTreeMap<String, FactorShare> = BTreeMap::new();
    let open = open.iter().map(|account| FactorSum {
        factor: account.rates.factor.clone(),
        lowest_mg_per_kwh: account.rates.intensity.milligrams_per_kwh(),
        highest_mg_per_kwh: account.rates.intensity.milligrams_per_kwh(),
        energy: account.sum.row.energy,
        co2e: account.sum.row.co2e,
        overhead_co2e: account.sum.row.overhead_co2e,
        entries: 0,
    });
    for sum in sums.into_iter().chain(open) {
        let factor = FactorRecord::stored(&sum.factor)?;
        let timeless =
            FactorRecord { period: String::new(), notes: Vec::new(), block: None, ..factor.clone() }.to_json();
        let share = FactorShare {
            factor: factor.into(),
            intensity_min_mg_per_kwh: sum.lowest_mg_per_kwh,
            intensity_max_mg_per_kwh: sum.highest_mg_per_kwh,
            energy_mj: sum.energy.millijoules(),
            co2e_ug: sum.co2e.micrograms(),
            overhead_co2e_ug: sum.overhead_co2e.micrograms(),
            entries: sum.entries,
        };
        match shares.entry(timeless) {
            std::collections::btree_map::Entry::Vacant(place) => drop(place.insert(share)),
            std::collections::btree_map::Entry::Occupied(mut known) => join(known.get_mut(), &share)?,
        }
    }
    let mut shares: Vec<_> = shares.into_values().collect();
    shares.sort_by_key(|share| std::cmp::Reverse(share.energy_mj));
    Ok(shares)
}

fn join(known: &mut FactorShare, other: &FactorShare) -> Result<(), Overflow> {
    let wrong = || Overflow { quantity: "total of a factor" };
    known.factor.period = spanning(&known.factor.period, &other.factor.period);
    for note in &other.factor.notes {
        if !known.factor.notes.contains(note) {
            known.factor.notes.push(note.clone());
        }
    }
    known.intensity_min_mg_per_kwh = known.intensity_min_mg_per_kwh.min(other.intensity_min_mg_per_kwh);
    known.intensity_max_mg_per_kwh = known.intensity_max_mg_per_kwh.max(other.intensity_max_mg_per_kwh);
    known.energy_mj = known.energy_mj.checked_add(other.energy_mj).ok_or_else(wrong)?;
    known.co2e_ug = known.co2e_ug.checked_add(other.co2e_ug).ok_or_else(wrong)?;
    known.overhead_co2e_ug = known.overhead_co2e_ug.checked_add(other.overhead_co2e_ug).ok_or_else(wrong)?;
    known.entries += other.entries;
    Ok(())
}

/// From the earlier start to the later end of two ISO 8601 intervals; their text orders as their times do.
fn spanning(a: &str, b: &str) -> String {
    match (a.split_once('/'), b.split_once('/')) {
        (Some((a_start, a_end)), Some((b_start, b_end))) => format!("{}/{}", a_start.min(b_start), a_end.max(b_end)),
        _ if a == b => a.to_owned(),
        _ => format!("{}, {}", a.min(b), a.max(b)),
    }
}
