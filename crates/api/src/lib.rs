//! What the HTTP API says: every request and answer as a type that the service, the command line, the gates and the tests share.
//!
//! - A quantity is an integer with its unit in the name (`energy_mj`, `co2e_ug`). Floats beside it, such as `energy_mwh`, are derived from it.
//! - A moment is text in RFC 3339, UTC.
//! - A request refuses a field that it does not know. An answer may carry more than its reader knows, so that an older client reads a newer service.
//! - What is stored has types of its own: a new field in an answer never makes a stored document unreadable.
#![forbid(unsafe_code)]

mod actions;
mod admissions;
mod attention;
mod batches;
mod budgets;
mod decisions;
mod editions;
mod enrolment;
mod estimates;
mod events;
mod fleet;
mod greener;
mod grid;
mod health;
mod jobs;
mod kubernetes;
mod ledger;
mod page;
mod periods;
mod problem;
mod projects;
mod providers;
mod reports;
mod series;
mod session;
mod sites;
mod steps;
mod tokens;

pub use actions::ActionDocument;
pub use admissions::{
    AdmissionDocument, AdmissionJobRequest, AdmissionQuery, AdmissionRequest, BudgetShare, CommitRequest, Decision,
    FitKind, FitOption, HoldDocument,
};
pub use attention::{AttentionItem, Severity, Subject};
pub use batches::AcknowledgementDocument;
pub use budgets::{
    BudgetDocument, BudgetOverride, DayDocument, Mode, Outage, OverrideRequest, PeriodKind, PolicyDocument,
    RevisionRequest, RollOver, ScopeKind, StandingDocument, Unit, WordsRequest,
};
pub use decisions::DecisionDocument;
pub use editions::{EditionDifference, EditionDocument, EditionsDocument, EditionsQuery, FactorGapDocument};
pub use enrolment::{EnrolmentCodeDocument, EnrolmentCodeRequest, EnrolmentRequest, NewEnrolmentCode};
pub use estimates::{
    AccuracyDocument, Assumption, EstimateBasis, EstimateDocument, EstimateRequest, ImpactRequest, UsedDocument, Weight,
};
pub use events::ChangeEvent;
pub use fleet::{AssignmentRequest, DeviceDocument, GapDocument, GapQuery, NodeDocument};
pub use greener::{GreenerDocument, GreenerQuery};
pub use grid::{
    ChoiceDocument, FactorDocument, ImportDocument, ImportQuery, ImportedSeries, IntensityFactor, IntensityQuery,
    RefusalDocument,
};
pub use health::Health;
pub use jobs::{
    CompareDocument, ComparedJob, DeviceRequest, FinishRequest, JobDocument, JobFootprint, JobItem, JobProgress,
    JobQuery, JobRequest, JobSortQuery, JobTotalsDocument, JobTotalsPart, MarginalDocument,
};
pub use kubernetes::{KubernetesKind, KubernetesListed, KubernetesListing, KubernetesLook};
pub use ledger::{
    BatchDocument, EntryDocument, ExplanationDocument, FactorEvidenceDocument, PostingDocument, SelectionQuery,
    WindowDocument,
};
pub use page::{Page, PageQuery};
pub use periods::{
    DifferenceReason, Figures, Period, PeriodItem, PeriodRequest, PeriodVersionDocument, ReasonRequest,
    RestateDocument, RestateRequest, Restatement,
};
pub use problem::{PROBLEM_MEDIA_TYPE, ProblemDocument};
pub use projects::Project;
pub use providers::{ProviderDocument, ProviderZoneDocument, SyncDocument};
pub use reports::{
    Aggregate, Amount, Breakdown, Correction, Cost, EmissionsDocument, FactorShare, FactorUsed, IntensityShare,
    OpenSlice, PostedSlice, Report, ReportQuality, ReportQuery, ReportRow, ReportedPeriod, Slice,
};
pub use series::{
    DevicesDocument, IntensityDocument, JobDevice, PlaceQuery, PowerDocument, PowerGroupDocument, PowerQuery,
    RangeQuery, SeriesDocument, SeriesQuality,
};
pub use session::{SessionDocument, SignInRequest};
pub use sites::{
    FactorPreferenceDocument, FactorPreferenceRequest, IdleOwnerRequest, PriceDocument, PriceRequest, PueDocument,
    PueRequest, SiteDocument, SiteRequest, ZoneDocument, ZoneRequest,
};
pub use steps::{StepsDocument, StepsRequest};
pub use tokens::{NewToken, NodeTokenRequest, TokenDocument, TokenRequest};
