//! Ledger entries, and the way from an entry back to its evidence.

use crate::FactorUsed;
use model::{AgentId, BatchId, EntryId, EntryKind, FactorSource, JobId, NodeName, PostingId, ProjectName, SiteName};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A ledger entry. It is never changed; a reversal takes it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EntryDocument {
    /// Number of the entry in the chain, from 1.
    pub id: EntryId,
    /// Why the entry exists.
    pub kind: EntryKind,
    /// Number of the entry that this one takes back; `null` unless it is a reversal.
    pub reverses: Option<EntryId>,
    /// Why the entry was made, in words; empty for a first posting.
    pub reason: String,
    /// Job that held the devices; `null` for unallocated idle energy.
    pub job: Option<JobId>,
    /// Project of the job; `null` if there is none.
    pub project: Option<ProjectName>,
    /// Node on which the energy was used.
    pub node: NodeName,
    /// Site of the node; `unassigned` if none was stated.
    pub site: SiteName,
    /// Kind of device that used the energy: `accelerator`, `host` or `platform`.
    pub component: String,
    /// First moment of the posting period, RFC 3339.
    pub period_start: String,
    /// First moment after the posting period, RFC 3339.
    pub period_end: String,
    /// First moment of the energy in this entry, RFC 3339.
    pub start: String,
    /// First moment after the energy in this entry, RFC 3339.
    pub end: String,
    /// IT energy, mJ; negative in a reversal.
    pub energy_mj: i64,
    /// IT energy in kWh, derived from `energy_mj`.
    pub energy_kwh: f64,
    /// Carbon intensity that was applied, mg CO2e/kWh.
    pub intensity_mg_per_kwh: u32,
    /// Location-based CO2e of the IT energy, µg.
    pub co2e_ug: i64,
    /// CO2e in grams, derived from `co2e_ug`.
    pub co2e_g: f64,
    /// Power usage effectiveness that was applied, parts per million: 1,000,000 is 1.0.
    pub pue_ppm: u32,
    /// Facility overhead of the IT energy, mJ.
    pub overhead_mj: i64,
    /// Location-based CO2e of the overhead, µg.
    pub overhead_co2e_ug: i64,
    /// Whether the factor may still be revised, or replaces a finer one that is not available.
    pub provisional: bool,
    /// Part of the IT energy that was modelled or bridged, not measured, mJ.
    pub modelled_mj: i64,
    /// Device time that was observed, ns.
    pub covered_ns: i64,
    /// Device time that the entry covers, observed or not, ns.
    pub span_ns: i64,
    /// When the entry was posted, RFC 3339.
    pub posted: String,
    /// SHA-256 over the hash of the entry before and this entry, in hexadecimal.
    pub hash: String,
}

/// Which part of the ledger to read. Every condition that is given has to hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SelectionQuery {
    /// Only energy that starts at or after this moment, a date or RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Only energy that starts before this moment, a date or RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// A closed reporting period as it was closed, in place of `from` and `to`: ID, or ID.VERSION for an earlier version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Only jobs of this project.
    #[param(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectName>,
    /// Only energy of this job, by its id.
    #[param(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
    /// Only energy of this node, by its name.
    #[param(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeName>,
    /// Only energy of this site, by its name.
    #[param(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteName>,
    /// Only energy that starts in this month, such as 2026-03.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<String>,
    /// Only energy that starts on this day, such as 2026-03-29.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// Only energy that starts in this hour, as a report by hour names it, such as 2026-03-29T01:00+01:00.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hour: Option<String>,
    /// IANA time zone of the dates, months, days and hours above, such as Europe/Berlin; UTC if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Only jobs with this label, as `KEY=VALUE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Only jobs that have no project (`project`) or no such label (`label:KEY`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without: Option<String>,
    /// `true` for unallocated idle energy only, `false` for jobs only; both if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle: Option<bool>,
    /// `true` for entries with a provisional factor only, `false` for entries with a final one only; both if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisional: Option<bool>,
}

/// An entry with everything that it was computed from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExplanationDocument {
    /// The entry that is explained.
    pub entry: EntryDocument,
    /// The factor that turned its energy into CO2e.
    pub factor: FactorUsed,
    /// The file or the provider's reply that the factor was read from; `null` of a bundled factor.
    #[serde(default)]
    pub factor_evidence: Option<FactorEvidenceDocument>,
    /// What each batch contributed; their `energy_mj` sum to the entry's.
    pub postings: Vec<PostingDocument>,
    /// Windows as they were attributed to the entry; their `energy_mj` sum to the entry's.
    pub windows: Vec<WindowDocument>,
}

/// Where a factor was read from. The bytes are kept, and `wattledger verify` compares them with their hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FactorEvidenceDocument {
    /// Whether a file was imported or a provider answered.
    pub source: FactorSource,
    /// Name of the file or the provider.
    pub name: String,
    /// When the bytes were obtained, RFC 3339.
    pub obtained: String,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
}

/// What one batch contributed to an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostingDocument {
    /// Number of the posting.
    pub posting: PostingId,
    /// Number of the batch.
    pub batch: BatchId,
    /// IT energy, mJ; negative if it takes back an earlier posting.
    pub energy_mj: i64,
    /// Whether it takes back an earlier posting.
    pub takes_back: bool,
}

/// The part of a metered window that was attributed to an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WindowDocument {
    /// IT energy of this part, mJ.
    pub energy_mj: i64,
    /// First moment of this part, RFC 3339.
    pub start: String,
    /// First moment after this part, RFC 3339.
    pub end: String,
    /// The whole window, as the agent sent it.
    #[schema(value_type = Object)]
    pub window: wire::Window,
    /// The device, as the batch declares it.
    #[schema(value_type = Object)]
    pub device: wire::Device,
    /// The batch that contains the window.
    pub batch: BatchDocument,
}

/// A batch as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchDocument {
    /// Number of the batch in this service.
    pub batch: BatchId,
    /// Agent that sent the batch.
    pub agent: AgentId,
    /// Id that the agent chose when it started.
    pub boot: String,
    /// Number of the batch since the agent started.
    pub sequence: u64,
    /// SHA-256 of the batch as the agent sent it, in hexadecimal.
    pub sha256: String,
    /// When the batch was received, RFC 3339.
    pub received: String,
}
