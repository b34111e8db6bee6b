//! The demonstration: the real service with a fleet that is simulated.
//!
//! What the fleet does depends on time alone. It sends wire batches as agents do: those of the past go through [`crate::ingest`] in windows of
//! minutes, those of the present over HTTP in windows of a second. The ledger says up to when each node has reported, so that a later start
//! continues where the last one ended and fills in what the fleet did in between.

mod agent;
mod budgets;
mod error;
mod fleet;
mod grid;
mod history;
mod live;
mod noise;
mod power;
mod progress;
mod schedule;

pub use error::DemoError;
pub use live::LiveFleet;

use crate::budget::Office;
use crate::grid::Library;
use crate::ledger;
use crate::store::{By, Store, StoreError, Tx};
use crate::workload::{self, WorkloadError};
use model::{NodeName, SiteName, TokenId};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use units::{Pue, Span, Timestamp};

/// Sites and nodes exist since before the longest history that can be asked for, a year.
const FOUNDED_BEFORE_NS: i64 = 367 * 86_400_000_000_000;

/// A data directory that holds the demonstration, before the fleet goes live.
pub struct Demo {
    store: Arc<Store>,
    library: Arc<Library>,
    series: Arc<grid::ShiftedSeries>,
}

/// The outcome of [`Demo::load`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    /// First moment that was filled in, the earliest over all nodes.
    pub from: Timestamp,
    /// Whether the directory already had some history.
    pub continues: bool,
    /// Number of ledger entries that were posted.
    pub entries: i64,
}

impl Demo {
    /// Opens the demonstration in `directory`, or starts one there if it is empty.
    ///
    /// # Errors
    ///
    /// The directory holds something else or cannot be used.
    pub fn open(directory: &Path, now: Timestamp) -> Result<Self, DemoError> {
        refuse_foreign(directory)?;
        let store = Arc::new(Store::open(directory)?);
        let is_own = store.read::<_, StoreError>(is_own)?;
        if !is_own {
            return Err(foreign(directory));
        }
        let demo =
            Self { store, library: Arc::new(Library::bundled()?), series: Arc::new(grid::ShiftedSeries::bundled()?) };
        // Nobody has seen these nodes yet; their batches say when.
        demo.found(Timestamp::from_nanoseconds(now.nanoseconds() - FOUNDED_BEFORE_NS))?;
        Ok(demo)
    }

    /// The store of the directory, which the service uses too.
    #[must_use]
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Adds the sites, and the nodes at them, unless they exist.
    fn found(&self, now: Timestamp) -> Result<(), DemoError> {
        for site in &fleet::SITES {
            let pue = Pue::from_parts_per_million(site.pue_ppm).unwrap_or(Pue::ONE);
            match workload::add_site(
                &self.store,
                &self.library,
                site.name.into(),
                site.zone,
                site.period_minutes,
                pue,
                By::service(now),
            ) {
                Ok(()) => self.equip(site, now)?,
                Err(WorkloadError::Taken { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        for node in &fleet::NODES {
            if self.store.read::<_, StoreError>(|tx| tx.nodes().find(&node.name.into()))?.is_none() {
                let since = Timestamp::from_nanoseconds(0);
                workload::assign_node(&self.store, node.name.into(), node.site.into(), since, By::service(now))?;
            }
        }
        Ok(())
    }

    /// Sets the price of energy at a new site, and who is responsible for idle energy there.
    fn equip(&self, site: &fleet::Site, now: Timestamp) -> Result<(), DemoError> {
        let ((currency, per_mwh), name) = (site.price, SiteName::from(site.name));
        let since = Timestamp::from_nanoseconds(0);
        workload::set_price(
            &self.store,
            name.clone(),
            since,
            currency.to_owned(),
            per_mwh * 1_000_000,
            By::service(now),
        )?;
        Ok(workload::set_idle_owner(&self.store, name, Some(site.idle_owner.to_owned()), By::service(now))?)
    }

    /// Fills in what the fleet did in the last `days` days, or since the last time, up to `now`, and posts every period that ended `grace` before.
    /// `progress` is called with the number of batches sent and of batches in all, from several threads.
    ///
    /// # Errors
    ///
    /// The store cannot be read or written, or the demonstration has a defect.
    pub fn load(
        &self,
        days: u32,
        now: Timestamp,
        grace: Span,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Loaded, DemoError> {
        let mut told = history::resume(&self.store, i64::from(days), now)?;
        let continues = told.iter().any(|agent| agent.continues);
        let from = told.iter().map(|agent| agent.from).min().unwrap_or(0);
        // Factors become final hours after the time that they describe, so what was posted last is looked at again.
        self.series.publish(&self.store, &self.library, from - 6 * schedule::HOUR, now)?;
        history::load(&self.store, &mut told, now, progress)?;
        let second = now.nanoseconds().div_euclid(1_000_000_000);
        progress::report(&self.store, from.max(second - i64::from(days) * schedule::DAY)..second)?;
        let closed = ledger::close(&self.store, &self.library, now, grace)?;
        let by = TokenId::from("demo");
        budgets::found(&Office { store: &self.store, library: &self.library, now, by: &by }, from)?;
        Ok(Loaded { from: agent::moment(from), continues, entries: closed.entries })
    }
}

/// A directory that is not empty and has no ledger belongs to somebody else; nothing is created in it.
fn refuse_foreign(directory: &Path) -> Result<(), DemoError> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(DemoError::Directory { path: directory.display().to_string(), cause }),
    };
    let mut is_empty = true;
    for entry in entries.filter_map(Result::ok) {
        if entry.file_name() == "wattledger.db" {
            return Ok(());
        }
        is_empty = false;
    }
    if is_empty { Ok(()) } else { Err(foreign(directory)) }
}

fn foreign(directory: &Path) -> DemoError {
    DemoError::Foreign { path: directory.display().to_string() }
}

/// Whether the ledger has the whole fleet, or only a part of it, as after a first start that was interrupted.
fn is_own(tx: &Tx<'_>) -> Result<bool, StoreError> {
    let known: BTreeSet<NodeName> = tx.nodes().list("", 10_000)?.into_iter().map(|node| node.name).collect();
    let fleet: BTreeSet<NodeName> = fleet::NODES.iter().map(|node| node.name.into()).collect();
    Ok(fleet.is_subset(&known) || known.is_subset(&fleet) && !tx.tokens().any()?)
}
