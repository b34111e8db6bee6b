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
mod duty;
mod engine;
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
mod postgres;
mod postings;
mod prices;
mod projects;
mod queue;
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
mod sqlite;
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
    ActionStore, AdmissionStore, AttentionStore, BudgetStore, BudgetSumStore, DecisionStore, DeviceStore, DutyStore,
    EnrolmentCodeStore, EntryStore, EntrySumStore, EvidenceStore, FactorStore, GapStore, HeldTimeStore, HoldStore,
    HoldingStore, JobStore, KubernetesStore, LedgerSumStore, NodeStore, NoticeStore, OverrideStore, PeriodStore,
    PostingStore, PriceStore, ProjectStore, RevisionStore, SealStore, SessionStore, SiteStore, SoundnessStore,
    SpeakerStore, StepStore, TokenStore, Tx,
};

pub(crate) use place::FILE;
use place::{Lock, OpenedFiles};
pub use postgres::{HeardSignals, Lease, LedgerPassword, LedgerServer, Signals};
use postgres::{Pool, ServerMedium};
use readers::Readers;
use sqlite::FileMedium;
pub(crate) use sqlite::copy_database;
use std::fs::DirBuilder;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use writer::Writer;

/// The open store. Only one process has a data directory open at a time.
#[derive(Debug)]
pub struct Store {
    open: Arc<OpenStore>,
    /// The term of duty in which this one writes; `None` for what every service does.
    term: Option<i64>,
}

#[derive(Debug)]
struct OpenStore {
    /// Closed before the writer, which moves the log into the database as the last.
    reading: ReadSide,
    writer: Writer,
    directory: PathBuf,
    /// Where the ledger is on a server, that server.
    server: Option<LedgerServer>,
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
        let connection = sqlite::open(directory)?;
        let place = OpenedFiles::of(directory).map_err(unusable)?;
        let medium = FileMedium::new(connection, directory, place.clone())?;
        let writer = Writer::start(medium).map_err(unusable)?;
        let reading = ReadSide::File { readers: Readers::default(), place };
        Ok(Self::of(OpenStore { writer, reading, directory: directory.to_owned(), server: None, _lock: lock }))
    }

    /// Opens the ledger in `server`, and makes its tables where there are none. `directory`, which is made where it is missing, is for what belongs to
    /// this machine alone, such as the copy for charts.
    ///
    /// # Errors
    ///
    /// The directory cannot be used or is in use; the server cannot be reached or refuses; the tables are of a newer program.
    pub fn open_on(server: &LedgerServer, directory: &Path) -> Result<Self, StoreError> {
        let unusable = |cause| StoreError::Directory { path: directory.display().to_string(), cause };
        make(directory).map_err(unusable)?;
        let lock = Lock::take(directory)?;
        postgres::prepare(server)?;
        let writer = Writer::start(ServerMedium::new(server.clone())).map_err(unusable)?;
        let reading = ReadSide::Server(Box::new(Pool::new(server.clone())));
        let server = Some(server.clone());
        Ok(Self::of(OpenStore { writer, reading, directory: directory.to_owned(), server, _lock: lock }))
    }

    fn of(open: OpenStore) -> Self {
        Self { open: Arc::new(open), term: None }
    }

    /// What the services on this ledger share one of: who holds it is on duty. `None` where no other service can have the ledger open.
    #[must_use]
    pub fn lease(&self) -> Option<Lease> {
        self.open.server.clone().map(Lease::new)
    }

    /// What the services on this ledger say to each other, as the one that calls itself `own`, a word. `None` where there can be no other.
    #[must_use]
    pub fn signals(&self, own: &str) -> Option<Signals> {
        self.open.server.clone().map(|server| Signals::new(server, own.to_owned()))
    }

    /// The same store, whose changes are kept only as long as `term` is the newest term of duty: whoever slept through the loss of the lease
    /// changes nothing.
    #[must_use]
    pub fn in_term(&self, term: i64) -> Self {
        Self { open: Arc::clone(&self.open), term: Some(term) }
    }

    /// Path of the data directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.open.directory
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
        self.open.writer.write(self.in_its_term(change))
    }

    /// As [`Store::write`], for what agents deliver and keep until it is acknowledged: it waits behind other changes, and the caller does not block.
    ///
    /// # Errors
    ///
    /// What `change` returns, and why it could not be stored.
    pub async fn deliver<T, E>(&self, change: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.open.writer.deliver(self.in_its_term(change)).await
    }

    /// `change`, refused where the term in which this store writes is over. Groups of changes are in one order, so that no term begins in between.
    fn in_its_term<T, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static {
        let term = self.term;
        move |tx| {
            if let Some(own) = term {
                tx.duty().check(own)?;
            }
            change(tx)
        }
    }

    /// Why changes do not reach the disk; `None` while all is well.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let displaced = match &self.open.reading {
            ReadSide::File { place, .. } => place.displaced().map(|what| StoreError::Displaced { what }),
            ReadSide::Server(_) => None,
        };
        displaced.map(|error| error.to_string()).or_else(|| self.open.writer.trouble())
    }

    /// Refuses a ledger on a server whose tables were changed by a program that is too new for this one, while this one runs.
    ///
    /// # Errors
    ///
    /// They were; the server cannot be asked.
    pub fn check_tables(&self) -> Result<(), StoreError> {
        let Some(server) = &self.open.server else { return Ok(()) };
        self.read(|tx| postgres::check_tables(server, tx.0))
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
        let rehearsed = self.open.writer.write(move |tx| Err::<(), _>(Rehearsed::Done(work(tx))));
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
        match &self.open.reading {
            ReadSide::File { readers, place } => {
                let reader = || sqlite::open_reader(&self.open.directory, place);
                readers.read(reader, |connection| look(&Tx(connection.into())))
            }
            ReadSide::Server(pool) => pool.read(look),
        }
    }
}

/// Where committed states are read.
#[derive(Debug)]
enum ReadSide {
    /// In the file that the writer has open.
    File { readers: Readers, place: OpenedFiles },
    /// On the server that the writer writes to.
    Server(Box<Pool>),
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

fn make(directory: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}
