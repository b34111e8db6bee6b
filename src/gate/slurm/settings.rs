//! `sync.toml`: what a site calls its GPUs and projects, and how long the sidecar waits for what.

use super::hold::HoldLimits;
use api::Outage;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The sidecar's settings as they are written in `sync.toml`; every key has a default.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SlurmSettings {
    /// Name of the cluster in the job ids of the ledger; without it, what `scontrol show config` says.
    pub cluster: Option<String>,
    /// Seconds between two rounds.
    pub every_s: u64,
    /// Age in seconds from which the plugin no longer trusts the table.
    pub stale_after_s: u64,
    /// Whether the plugin lets jobs in while it cannot trust the table.
    pub outage: Outage,
    /// Seconds after which a submission that never appeared in the queue counts as refused by Slurm.
    pub never_created_after_s: i64,
    /// Seconds between the end of a job and its settlement, for the last readings of its nodes to arrive.
    pub settle_after_s: i64,
    /// Slurm account to project, where the names differ.
    pub accounts: BTreeMap<String, String>,
    /// Slurm's GPU type to accelerator, where the names differ.
    pub gres: BTreeMap<String, String>,
}

impl Default for SlurmSettings {
    fn default() -> Self {
        Self {
            cluster: None,
            every_s: 2,
            stale_after_s: 60,
            outage: Outage::Open,
            never_created_after_s: 120,
            settle_after_s: 60,
            accounts: BTreeMap::new(),
            gres: BTreeMap::new(),
        }
    }
}

impl SlurmSettings {
    /// Reads the text of a `sync.toml`.
    ///
    /// # Errors
    ///
    /// Malformed TOML, an unknown key or a value of another type, with its line.
    pub fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The accelerator that Slurm's GPU type `kind` stands for.
    #[must_use]
    pub fn accelerator<'a>(&'a self, kind: &'a str) -> &'a str {
        self.gres.get(kind).map_or(kind, String::as_str)
    }

    /// How long the holds wait for the queue and for the last readings.
    #[must_use]
    pub const fn limits(&self) -> HoldLimits {
        HoldLimits { never_created_s: self.never_created_after_s, settle_s: self.settle_after_s }
    }
}
