//! What foreign systems ask of the service: `[kubernetes]` and `[terraform]`.

use super::error::ServiceConfigError;
use super::range::out_of_range;
use crate::hardware::find_accelerator;
use api::Outage;
use model::{ProjectName, SiteName};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Settings of the validating webhook for Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kubernetes {
    /// The accelerator that is assumed for a GPU when neither the object nor its node selector names one.
    pub accelerator: String,
    /// The site of the cluster; without one, the only site of the service.
    pub site: Option<SiteName>,
    /// The answer when there is no decision within `answer_within`.
    pub outage: Outage,
    /// Time limit for the answer, 50 ms to 30 s.
    pub answer_within: Duration,
    /// Project of each namespace; a namespace that is not listed is charged to the project of the same name.
    pub projects: BTreeMap<String, ProjectName>,
}

/// Settings of the run task for HCP Terraform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terraform {
    /// File with the HMAC key that requests are signed with; without one, the run task is off and its route answers 404.
    pub hmac_key_file: Option<PathBuf>,
    /// Hosts that plans may be fetched from and results sent to, each with its port unless that is 443.
    pub hosts: Vec<String>,
    /// Project of each workspace, keyed by `ORGANIZATION/WORKSPACE` or `WORKSPACE`; a workspace that is not listed is charged to the project of the same name.
    pub projects: BTreeMap<String, ProjectName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct KubernetesDocument {
    accelerator: String,
    site: Option<SiteName>,
    outage: Outage,
    answer_within_ms: u64,
    projects: BTreeMap<String, ProjectName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TerraformDocument {
    hmac_key_file: Option<PathBuf>,
    hosts: Vec<String>,
    projects: BTreeMap<String, ProjectName>,
}

impl Default for KubernetesDocument {
    fn default() -> Self {
        Self {
            accelerator: "H100".to_owned(),
            site: None,
            outage: Outage::Open,
            answer_within_ms: 1500,
            projects: BTreeMap::new(),
        }
    }
}

impl Default for TerraformDocument {
    fn default() -> Self {
        let hosts = ["app.terraform.io", "archivist.terraform.io"].map(str::to_owned);
        Self { hmac_key_file: None, hosts: hosts.into(), projects: BTreeMap::new() }
    }
}

impl KubernetesDocument {
    pub(super) fn validate(self) -> Result<Kubernetes, ServiceConfigError> {
        if find_accelerator(&self.accelerator).is_err() {
            return Err(ServiceConfigError::OutOfRange {
                key: "kubernetes.accelerator",
                value: format!("{:?}", self.accelerator),
                expected: "an accelerator that `wattledger estimate --accelerator` takes",
            });
        }
        let answer_within = match self.answer_within_ms {
            milliseconds @ 50..=30_000 => Duration::from_millis(milliseconds),
            other => return Err(out_of_range("kubernetes.answer_within_ms", other, "50 to 30000 milliseconds")),
        };
        let Self { accelerator, site, outage, projects, .. } = self;
        Ok(Kubernetes { accelerator, site, outage, answer_within, projects })
    }
}

impl TerraformDocument {
    pub(super) fn validate(self) -> Result<Terraform, ServiceConfigError> {
        let is_host = |host: &&String| !host.is_empty() && !host.contains(['/', '@', '*', ' ']);
        if let Some(host) = self.hosts.iter().find(|host| !is_host(host)) {
            return Err(ServiceConfigError::OutOfRange {
                key: "terraform.hosts",
                value: format!("{host:?}"),
                expected: "host names, with a port unless it is 443, without scheme and path",
            });
        }
        Ok(Terraform { hmac_key_file: self.hmac_key_file, hosts: self.hosts, projects: self.projects })
    }
}
