//! Identities and states that the store, the rooms, the API and the command line share, so that a budget is never taken for an admission.
//!
//! | kind | types | in JSON |
//! |---|---|---|
//! | numbers that the API shows as text | [`BudgetId`], [`AdmissionId`], [`OverrideId`] | `"17"` |
//! | numbers that the API shows as numbers | [`EntryId`], [`BatchId`], [`DeviceId`], [`PeriodId`], [`ActionId`], [`PostingId`], … | `17` |
//! | numbers that never leave the store | [`JobNumber`], [`NodeNumber`], [`SiteNumber`], [`Revision`] | |
//! | texts from outside | [`JobId`], [`TokenId`], [`SessionId`], [`ProjectName`], [`NodeName`], [`SiteName`], [`ZoneId`], [`DeviceUuid`], [`AgentId`] | `"llm-7b"` |
//! | states | [`AdmissionState`], [`OverrideState`], [`HoldNotice`], [`JobState`], [`EntryKind`], [`SetAsideReason`], [`Scope`] | one lower-case word |
//! | kinds | [`DeviceKind`], [`GapReason`], [`AttentionKind`], [`SubjectKind`], [`ChangeKind`], [`ActionKind`], [`EditionStanding`], [`JobOrder`], [`RemoteWriteVersion`] | one lower-case word |
//! | trace of a job | [`TraceContext`] | |
//! | type of a factor | [`Basis`], [`Gas`], [`Accounting`], [`Resolution`], [`FactorStatus`] | one word |
//!
//! An `…Id` or a `…Name` is what people and the API address a thing by; a `…Number` is how the store refers to it. Identities do not mix:
//!
//! ```compile_fail,E0308
//! use model::{AdmissionId, BudgetId};
//! let budget: BudgetId = AdmissionId::new(17);
//! ```
//!
//! Texts are not checked here: what a project may be called, say, is decided where it enters. What they all have in common there is [`is_plain`].
#![forbid(unsafe_code)]

mod error;
mod factor;
mod kind;
mod number;
mod plain;
mod state;
mod text;
mod trace;
mod words;

pub use error::{NotANumber, UnknownWord};
pub use factor::{Accounting, Basis, FactorStatus, Gas, Resolution};
pub use kind::{
    ActionKind, AttentionKind, ChangeKind, DeviceKind, EditionStanding, FactorSource, FactorUnit, GapReason, JobOrder,
    Outlook, ProviderName, ProviderState, RemoteWriteVersion, SubjectKind,
};
pub use number::{
    ActionId, AdmissionId, BatchId, BlockNumber, BudgetId, DecisionId, DeviceId, EntryId, GapId, JobNumber, NodeNumber,
    OverrideId, PeriodId, PostingId, PriceNumber, Revision, SeriesNumber, SiteNumber,
};
pub use plain::{PLAIN_RULE, is_plain, plain, plain_lines};
pub use state::{AdmissionState, EntryKind, HoldNotice, JobState, ObjectState, OverrideState, Scope, SetAsideReason};
pub use text::{AgentId, DeviceUuid, JobId, NodeName, ProjectName, SessionId, SiteName, TokenId, ZoneId};
pub use trace::{NotATrace, TraceContext};
