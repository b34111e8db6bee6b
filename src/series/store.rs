//! What a store of windows must do, whatever it keeps them in.
//!
//! Every store keeps three promises. What is taken twice is there once, so that a store may be told again what it may have heard: after a kill
//! the changes since the watermark come once more. The watermark is written last, and says for every later reader how far the store is
//! complete. Windows that begin in an interval are replaced as a whole, so that a later decision leaves nothing of an earlier one.

use super::window::SeriesWindow;
use crate::grid::FactorChoiceError;
use crate::ingest::{IngestError, Piece};
use crate::store::{PostedAccount, StoreError, Sums, Track};
use model::{BatchId, DeviceId, DeviceUuid, EntryId, JobId, NodeName, ProjectName, Revision, SiteName, TraceContext};
use std::ops::Range;
use std::sync::Arc;
use units::{Energy, Interval, Overflow, Span, Timestamp};

/// How far a store is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watermark {
    /// The last revision of the ledger that was taken; 0 before the first.
    pub revision: Revision,
    /// SHA-256 of the newest batch up to there, so that a ledger with another history is noticed; empty before the first.
    pub sha256: Vec<u8>,
}

/// A device as people and other databases know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesDevice {
    /// Its number in the ledger.
    pub number: DeviceId,
    /// Name of its node.
    pub node: NodeName,
    /// Its identity on that node.
    pub uuid: DeviceUuid,
    /// Product name as its driver gives it.
    pub name: String,
    /// What it is: `accelerator`, `host` or `platform`.
    pub component: &'static str,
    /// Whether the change is about its windows whose energy another device contains, for stores that divide.
    pub is_contained: bool,
}

/// Whose energy it is, where, and for what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Holder {
    /// Site of the node; `None` if it was assigned to none.
    pub site: Option<SiteName>,
    /// Project of the job, if it has one.
    pub project: Option<ProjectName>,
    /// The job; `None` if nobody held the device.
    pub job: Option<JobId>,
    /// The trace that the job belongs to, if it states one.
    pub trace: Option<TraceContext>,
}

/// One holder's share of one window. The shares of a window sum to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowShare {
    /// Place of the window among those of its change.
    pub window: usize,
    /// Whose share it is.
    pub holder: Arc<Holder>,
    /// The holder's energy.
    pub energy: Energy,
    /// The holder's part of the window's length.
    pub held: Span,
    /// The holder's part of the time that was observed.
    pub covered: Span,
}

impl SeriesDevice {
    /// A device of which only the number is known, for stores that do not divide.
    #[must_use]
    pub fn numbered(number: DeviceId) -> Self {
        let (node, uuid, name) = (NodeName::new(""), DeviceUuid::new(""), String::new());
        Self { number, node, uuid, name, component: "", is_contained: false }
    }
}

impl WindowShare {
    /// The share that `piece` is, of the window with this place.
    pub(super) fn of(window: usize, holder: Arc<Holder>, piece: &Piece) -> Result<Self, Overflow> {
        let (held, covered) = (piece.held.try_into()?, piece.covered.try_into()?);
        Ok(Self { window, holder, energy: piece.energy, held, covered })
    }

    /// Adds another piece of the same window and holder.
    pub(super) fn add(&mut self, piece: &Piece) -> Result<(), Overflow> {
        self.energy = self.energy.checked_add(piece.energy)?;
        self.held = self.held.plus(piece.held.try_into()?);
        self.covered = self.covered.plus(piece.covered.try_into()?);
        Ok(())
    }
}

/// What changes about the windows of one device.
#[derive(Debug)]
pub struct SeriesChange {
    /// The batch of the ledger that it comes from.
    pub batch: BatchId,
    /// The device.
    pub device: SeriesDevice,
    /// Windows that begin in here are removed first; `windows` has all that are there now.
    pub replaces: Option<Interval>,
    /// Windows that are added.
    pub windows: Vec<SeriesWindow>,
    /// Their shares, ascending by window, for stores that divide; a window that another device contains has none.
    pub shares: Vec<WindowShare>,
}

/// Asks the evidence for the windows of devices that begin in intervals, as changes that replace what is known there; an interval that no
/// batch reaches gives none.
pub type Recount<'a> = dyn Fn(&[(DeviceId, Interval)]) -> Result<Vec<SeriesChange>, SeriesError> + 'a;

/// A place where windows are kept for charts.
pub trait SeriesStore: Send + Sync + std::fmt::Debug {
    /// How far the store is complete.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    fn watermark(&self) -> Result<Watermark, SeriesError>;

    /// Whether windows are kept divided among their holders. Changes then carry shares, and are made also when only the holders change.
    fn divides(&self) -> bool;

    /// What was found damaged, of a store that is to be begun anew; nothing is read from it until then.
    fn damage(&self) -> Option<String> {
        None
    }

    /// How often something was found damaged since the store was opened.
    fn damages(&self) -> u64 {
        0
    }

    /// Throws away all that there is, damaged or not.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    fn begin_anew(&self) -> Result<(), SeriesError> {
        self.clear()
    }

    /// Applies `changes` in their order and then notes `watermark`.
    ///
    /// # Errors
    ///
    /// The store cannot be written. What was applied stays or not; the same changes must be taken again.
    fn take(&self, changes: &[SeriesChange], watermark: &Watermark) -> Result<(), SeriesError>;

    /// The last ledger entry that was taken; `None` of a store that keeps windows alone.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    fn posted(&self) -> Result<Option<EntryId>, SeriesError> {
        Ok(None)
    }

    /// Puts what accounts sum up to in place of what they did, and then notes `until`, the last entry.
    ///
    /// # Errors
    ///
    /// The store cannot be written; the same must be taken again.
    fn take_posted(&self, _accounts: &[PostedAccount], _until: EntryId) -> Result<(), SeriesError> {
        Ok(())
    }

    /// Removes everything.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    fn clear(&self) -> Result<(), SeriesError>;

    /// Makes what long charts read from some of the windows that begin before `before`, whose hours are over. Returns whether there may be more to do.
    ///
    /// # Errors
    ///
    /// The store cannot be written; the evidence cannot be read.
    fn settle(&self, before: Timestamp, recount: &Recount<'_>) -> Result<bool, SeriesError>;

    /// Gives up waiting for another machine, now and from now on: the service ends.
    fn interrupt(&self) {}

    /// For each track and range the windows that overlap the range, ascending. Many are asked for at once, so that another machine answers a chart with
    /// few questions.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    fn windows(&self, asked: &[(Track, Range<Timestamp>)]) -> Result<Vec<Vec<SeriesWindow>>, SeriesError>;

    /// For each track and range of hours, counted from 1970, the sums of the windows that begin in each of these hours, and in earlier hours from which
    /// a window may reach into them.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    fn hours(&self, asked: &[(Track, Range<i64>)]) -> Result<Vec<Vec<(i64, Sums)>>, SeriesError>;

    /// First moment after the newest window of a track.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    fn latest(&self, track: Track) -> Result<Option<Timestamp>, SeriesError>;
}

/// Why the copy for charts cannot be read or brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum SeriesError {
    /// The evidence cannot be read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// A sum does not fit its type.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// Stored windows cannot be read.
    #[error("the copy for charts holds what cannot be read ({reason}); the service builds it anew by itself")]
    Unreadable {
        /// What is wrong with them.
        reason: String,
    },
    /// The other database does not answer, or not as it should.
    #[error("the series at {url} cannot be used: {reason}")]
    Unavailable {
        /// Address of the server.
        url: String,
        /// What it answered, or why there is no answer.
        reason: String,
    },
    /// A zone has no emission factor.
    #[error(transparent)]
    Zone(#[from] crate::grid::ZoneError),
    /// The ledger's file or the copy's file cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<FactorChoiceError> for SeriesError {
    fn from(error: FactorChoiceError) -> Self {
        match error {
            FactorChoiceError::Zone(error) => error.into(),
            FactorChoiceError::Store(error) => error.into(),
        }
    }
}
