//! The only room that knows SQL: one SQLite file, `wattledger.db`, in the data directory (WAL, `synchronous=FULL`, STRICT tables).
//!
//! Operations, not tables: each file holds the operations on one thing, as methods of a narrow view that [`Tx`] hands out
//! (`tx.jobs()`, `tx.budgets()`, …). A change is a closure that runs inside
//! [`Store::write`]: all of it or nothing is kept, and what has returned is on disk. Readers see committed state on connections of their own.

mod actions;
mod admissions;
mod attention;
mod bound;
mod budget_sums;
mod budgets;
mod copy_file;
mod decisions;
mod deferred;
mod devices;
mod enrolment_codes;
mod entries;
mod error;
mod evidence;
mod factor_adoption;
mod factor_origin;
mod factor_series;
mod factors;
mod gaps;
mod grouping;
mod held_time;
mod holdings;
mod holds;
mod job_list;
mod jobs;
mod kubernetes;
mod ledger_sums;
mod listing;
mod mirror;
mod mover;
mod nodes;
mod notices;
mod overrides;
mod past;
mod periods;
mod place;
mod posted;
mod postings;
mod prices;
mod projects;
mod readers;
mod report;
mod revisions;
mod row;
mod seals;
mod selection;
mod series;
mod series_rows;
mod series_seals;
mod sessions;
mod sites;
mod soundness;
mod speakers;
mod steps;
mod tokens;
mod view;
mod writer;

pub use actions::{Action, By};
pub use admissions::{AdmissionFilter, AdmissionRow, MeteredJob};
pub use attention::{AsideSum, Draw, PostedDraw, SilentJob, ZoneFactors};
pub use budget_sums::{BudgetProgress, Moved};
pub use budgets::BudgetRow;
pub use decisions::DecisionRow;
pub use devices::{DeviceRow, MeteredDevice};
pub use enrolment_codes::EnrolmentCode;
pub use entries::{Entry, Head};
pub use error::{DatabaseError, StoreError};
pub use evidence::{BatchNames, Evidence, SetAside, StoredBatch};
pub use factor_origin::SeriesOrigin;
pub use factor_series::{
    FactorMonth, FactorSeries, FactorValue, HOUR, KeptSeries, KeptValue, factor_grain, factor_step, value_at,
};
pub use factors::{FactorEvidence, KeepRefusal, KeptEvidence, KeptFactors};
pub use gaps::{ClockSetting, GapFilter, GapRow};
pub use grouping::{CalendarUnit, GroupBy};
pub use held_time::HeldTime;
pub use holdings::{Held, HoldingStatement, Rank};
pub use holds::{HeldSum, HoldRow};
pub use job_list::{JobFilter, JobTotals, PostedJob};
pub use jobs::{Facts, JobRow, statement_body};
pub use kubernetes::ObjectRow;
pub use ledger_sums::LedgerSum;
pub use listing::{EntryFilter, NamedEntry};
pub use mirror::{MirrorFile, MirrorMark, MirrorTx, MirroredTrack, UnsettledHour};
pub use nodes::{Assigned, NodeRow};
pub use notices::NoticeRow;
pub use overrides::OverrideRow;
pub use past::PastJob;
pub use periods::{KeptJob, PeriodRow, PeriodVersion};
pub use posted::PostedAccount;
pub use postings::{Key, OpenKey, Part, Posting};
pub use prices::PriceStep;
pub use report::{CorrectionSum, FactorSum, ReasonSum, SiteSum, SumRow};
pub use seals::RowFault;
pub use selection::{Selection, Snapshot};
pub(crate) use series::SERIES_FILE;
pub use series::SeriesFile;
pub use series_rows::{SeriesPlace, SeriesTx, Sums, Taken, Track};
pub use sessions::{SessionRow, SignInLink};
pub use sites::{PreferenceStep, PueStep, SiteRow, ZoneStep};
pub use speakers::{NodeSpeaker, RefusedSpeaker};
pub use steps::StepReport;
pub use tokens::{StoredToken, TokenDigest, TokenRecord, Voice};
pub use view::{
    ActionStore, AdmissionStore, AttentionStore, BudgetStore, BudgetSumStore, DecisionStore, DeviceStore,
    EnrolmentCodeStore, EntryStore, EntrySumStore, EvidenceStore, FactorStore, GapStore, HeldTimeStore, HoldStore,
    HoldingStore, JobStore, KubernetesStore, LedgerSumStore, NodeStore, NoticeStore, OverrideStore, PeriodStore,
    PostingStore, PriceStore, ProjectStore, RevisionStore, SealStore, SessionStore, SiteStore, SoundnessStore,
    SpeakerStore, StepStore, TokenStore, Tx,
};

pub(crate) use place::FILE;
use place::{Lock, OpenedFiles};
use readers::Readers;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::fs::DirBuilder;
use std::path::{Path, PathBuf};
use writer::Writer;

/// The tables, as they grew. A step, once released, never changes; its number is SQLite's `user_version`.
const MIGRATIONS: [&str; 21] = [
    include_str!("tables.sql"),
    include_str!("tables-2-sums.sql"),
    include_str!("tables-3-sign-in.sql"),
    include_str!("tables-4-reporting.sql"),
    include_str!("tables-5-actions.sql"),
    include_str!("tables-6-sorting.sql"),
    include_str!("tables-7-budgets.sql"),
    include_str!("tables-8-held-time.sql"),
    include_str!("tables-9-started.sql"),
    include_str!("tables-10-decisions.sql"),
    include_str!("tables-11-fixed-dates.sql"),
    include_str!("tables-12-ledger-sums.sql"),
    include_str!("tables-13-factor-series.sql"),
    include_str!("tables-14-site-factors.sql"),
    include_str!("tables-15-deferred.sql"),
    include_str!("tables-16-seals.sql"),
    include_str!("tables-17-notices.sql"),
    include_str!("tables-18-speakers.sql"),
    include_str!("tables-19-enrolment.sql"),
    include_str!("tables-20-clocks.sql"),
    include_str!("tables-21-kubernetes.sql"),
];
/// The step from which on actions are recorded.
const ACTIONS: &str = MIGRATIONS[4];
/// The step from which on budgets are among them, and decisions are chained.
const DECISIONS: &str = MIGRATIONS[9];
/// The step from which on factors are series.
const SERIES: &str = MIGRATIONS[12];
/// The step from which on revisions are chained, and rows that nothing else accounts for are sealed.
const SEALS: &str = MIGRATIONS[15];
/// Version of the tables that this program writes.
const VERSION: i64 = MIGRATIONS.len() as i64;

/// The open store. Only one process has a data directory open at a time.
#[derive(Debug)]
pub struct Store {
    /// Closed before the writer, which moves the log into the database as the last.
    readers: Readers,
    writer: Writer,
    directory: PathBuf,
    place: OpenedFiles,
    /// Held as long as the store is open, so that a second service on the same directory is refused.
    _lock: Lock,
}

impl Store {
    /// Opens the store in `directory`, and makes both where they are missing.
    ///
    /// # Errors
    ///
    /// The directory cannot be used or is in use; the database is damaged, or of a newer version.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let unusable = |cause| StoreError::Directory { path: directory.display().to_string(), cause };
        make(directory).map_err(unusable)?;
        let lock = Lock::take(directory)?;
        let path = directory.join(FILE);
        let connection = connect(&path).and_then(|connection| {
            check_whole(&connection, &path)?;
            migrate(&connection, &path)?;
            Ok(connection)
        });
        let connection = connection.map_err(|error| named(error, &path))?;
        let moving = connect(&path).map_err(|error| named(error, &path))?;
        let place = OpenedFiles::of(directory).map_err(unusable)?;
        let writer = Writer::start(connection, moving, place.clone()).map_err(unusable)?;
        Ok(Self { writer, readers: Readers::default(), directory: directory.to_owned(), place, _lock: lock })
    }

    /// Path of the data directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Applies `change`, all of it or nothing; returns when it is on disk. Changes that wait together share one fsync.
    ///
    /// # Errors
    ///
    /// What `change` returns, and why it could not be stored.
    pub fn write<T, E>(&self, change: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writer.write(change)
    }

    /// As [`Store::write`], for callers that must not block.
    ///
    /// # Errors
    ///
    /// What `change` returns, and why it could not be stored.
    pub async fn write_later<T, E>(&self, change: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writer.write_later(change).await
    }

    /// Why changes do not reach the disk; `None` while all is well.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let displaced = self.place.displaced().map(|what| StoreError::Displaced { what });
        displaced.map(|error| error.to_string()).or_else(|| self.writer.trouble())
    }

    /// Writes something that changes nothing, to learn whether the disk takes changes again.
    ///
    /// # Errors
    ///
    /// The disk still takes no changes.
    pub fn probe(&self) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.0.execute("UPDATE chain_head SET entries = entries", ())?;
            Ok(())
        })
    }

    /// Runs `work` as a change and takes it back, whatever it did: what would come out is learned, and nothing is kept.
    ///
    /// # Errors
    ///
    /// What `work` returns, and why the database could not be written.
    pub fn rehearse<T, E>(&self, work: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let rehearsed = self.writer.write(move |tx| Err::<(), _>(Rehearsed::Done(work(tx))));
        match rehearsed {
            Err(Rehearsed::Done(outcome)) => outcome,
            Err(Rehearsed::Refused(error)) => Err(error.into()),
            Ok(()) => Err(StoreError::Stopped { reason: "a rehearsal was kept".to_owned() }.into()),
        }
    }

    /// Runs `look` on one committed state.
    ///
    /// # Errors
    ///
    /// What `look` returns, and why the database could not be read.
    pub fn read<T, E: From<StoreError>>(&self, look: impl FnOnce(&Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let reader = || {
            let connection = connect_known(&self.directory.join(FILE), &self.place)?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            Ok(connection)
        };
        self.readers.read(reader, |connection| look(&Tx(connection)))
    }
}

/// What ends the change of a rehearsal, so that it is taken back.
enum Rehearsed<T> {
    Done(T),
    Refused(StoreError),
}

impl<T> From<StoreError> for Rehearsed<T> {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

/// Writes one committed state of the database in `from`, which a service may be writing, into the directory `to`, where there is none.
pub(crate) fn copy_database(from: &Path, to: &Path) -> Result<(), StoreError> {
    let path = from.join(FILE);
    let copied = connect(&path).and_then(|connection| {
        let target = to.join(FILE).display().to_string();
        Ok(connection.execute("VACUUM INTO ?1", [target])?)
    });
    copied.map(drop).map_err(|error| named(error, &path))
}

fn make(directory: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// As [`connect`], to the database of `place` alone; none is made.
fn connect_known(path: &Path, place: &OpenedFiles) -> Result<Connection, StoreError> {
    let flags = OpenFlags::default() - OpenFlags::SQLITE_OPEN_CREATE;
    let connection = Connection::open_with_flags(path, flags).map_err(StoreError::from).and_then(prepared);
    // That files are gone is why they cannot be opened.
    place.displaced().map_or(connection, |what| Err(StoreError::Displaced { what }))
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    prepared(Connection::open(path)?)
}

fn prepared(connection: Connection) -> Result<Connection, StoreError> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Without this, SQLite plans a statement anew whenever it is bound to other values: half the time of an ingest.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // What a savepoint may have to take back is kept in memory, not in a temporary file.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    grouping::add_functions(&connection)?;
    actions::add_functions(&connection)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// A file that lost its tail is refused at once, not when the missing pages are needed.
fn check_whole(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    // Brings what the log holds into the file, so that the file alone must be complete.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()))?;
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let page_bytes: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let found =
        std::fs::metadata(path).map_err(|cause| StoreError::Directory { path: path.display().to_string(), cause })?;
    let expected = u64::try_from(pages.saturating_mul(page_bytes)).unwrap_or(0);
    if found.len() < expected {
        let reason = format!("{} bytes of {expected} are there", found.len());
        return Err(StoreError::Damaged { path: path.display().to_string(), reason });
    }
    Ok(())
}

fn migrate(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > VERSION {
        return Err(StoreError::Newer { path: path.display().to_string(), found, known: VERSION });
    }
    for (number, step) in (1_i64..).zip(MIGRATIONS) {
        if number > found {
            let change = connection.unchecked_transaction()?;
            change.execute_batch(step)?;
            if step == ACTIONS {
                ActionStore(&change).adopt()?;
            }
            if step == DECISIONS {
                ActionStore(&change).adopt_budgets()?;
            }
            if step == SERIES {
                FactorStore(&change).adopt()?;
            }
            if step == SEALS {
                RevisionStore(&change).adopt()?;
                SealStore(&change).adopt()?;
            }
            change.pragma_update(None, "user_version", number)?;
            change.commit()?;
        }
    }
    Ok(())
}

/// Tells a damaged file and a disk that fails from any other refusal.
fn named(error: StoreError, path: &Path) -> StoreError {
    use rusqlite::ErrorCode::{CannotOpen, DatabaseCorrupt, DiskFull, NotADatabase, ReadOnly, SystemIoFailure};
    let StoreError::Database(DatabaseError(error)) = error else { return error };
    let (path, reason) = (path.display().to_string(), error.to_string());
    match error.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => StoreError::Damaged { path, reason },
        Some(CannotOpen | DiskFull | ReadOnly | SystemIoFailure) => StoreError::Disk { path, reason },
        _ => error.into(),
    }
}
