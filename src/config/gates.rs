//! What foreign systems ask of the service: `[kubernetes]` and `[terraform]`.

use super::error::ServiceConfigError;
use super::range::out_of_range;
use crate::grid::cloud_regions;
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
    /// After how long a hold goes without any sign of its object: 1 s to a day.
    pub unconfirmed_hold: Duration,
    /// What extended resources are of which the gate does not know it, or not rightly.
    pub resources: BTreeMap<String, ResourceMeaning>,
    /// Users that make objects for the custom resources of an API group: the well-known ones and those that are configured.
    pub operators: BTreeMap<String, Vec<String>>,
}

/// What one unit of an extended resource is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceMeaning {
    /// No accelerator.
    Nothing,
    /// An accelerator, or an equal part of one.
    Part {
        /// Name of the accelerator.
        accelerator: String,
        /// Parts of a whole one; 1 where it is whole.
        of: u64,
    },
}

impl ResourceMeaning {
    /// `none`, the name of an accelerator, or that and a number of parts, as in `a100/4`.
    fn read(resource: &str, text: &str) -> Result<Self, ServiceConfigError> {
        if text == "none" {
            return Ok(Self::Nothing);
        }
        let (accelerator, of) = text.split_once('/').map_or((text, Some(1)), |(name, of)| (name, of.parse().ok()));
        match of.filter(|of| (1..=1_000).contains(of) && find_accelerator(accelerator).is_ok()) {
            Some(of) => Ok(Self::Part { accelerator: accelerator.to_owned(), of }),
            None => Err(ServiceConfigError::OutOfRange {
                key: "kubernetes.resources",
                value: format!("{resource} = {text:?}"),
                expected: "none, an accelerator that `wattledger estimate --accelerator` takes, or that and a number of parts, such as a100/4",
            }),
        }
    }
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
    /// Regions for what the plans of a workspace leave open, keyed likewise: `CLOUD/REGION`, or `ALIAS=CLOUD/REGION` for one provider.
    pub regions: BTreeMap<String, Vec<String>>,
}

impl Terraform {
    /// What `of_workspaces` has of a workspace: under its whole name, else under its own.
    pub fn of_workspace<'a, T>(
        of_workspaces: &'a BTreeMap<String, T>,
        organization: &str,
        workspace: &str,
    ) -> Option<&'a T> {
        of_workspaces.get(&format!("{organization}/{workspace}")).or_else(|| of_workspaces.get(workspace))
    }
}

/// Service accounts under which the manifests or charts of each project run its operator, by API group of the custom resources.
const OPERATORS: [(&str, &str); 16] = [
    ("jobset.x-k8s.io", "system:serviceaccount:jobset-system:jobset-controller-manager"),
    ("leaderworkerset.x-k8s.io", "system:serviceaccount:lws-system:lws-controller-manager"),
    ("kubeflow.org", "system:serviceaccount:kubeflow:training-operator"),
    ("kubeflow.org", "system:serviceaccount:kubeflow:mpi-operator"),
    ("kubeflow.org", "system:serviceaccount:mpi-operator:mpi-operator"),
    ("trainer.kubeflow.org", "system:serviceaccount:kubeflow-system:kubeflow-trainer-controller-manager"),
    ("trainer.kubeflow.org", "system:serviceaccount:kubeflow:kubeflow-trainer-controller-manager"),
    ("ray.io", "system:serviceaccount:kuberay-system:kuberay-operator"),
    ("ray.io", "system:serviceaccount:kuberay-operator:kuberay-operator"),
    ("ray.io", "system:serviceaccount:ray-system:kuberay-operator"),
    ("sparkoperator.k8s.io", "system:serviceaccount:spark-operator:spark-operator-controller"),
    ("sparkoperator.k8s.io", "system:serviceaccount:spark-operator:spark-operator"),
    ("argoproj.io", "system:serviceaccount:argo:argo"),
    ("batch.volcano.sh", "system:serviceaccount:volcano-system:volcano-controllers"),
    ("serving.kserve.io", "system:serviceaccount:kserve:kserve-controller-manager"),
    ("serving.knative.dev", "system:serviceaccount:knative-serving:controller"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct KubernetesDocument {
    accelerator: String,
    site: Option<SiteName>,
    outage: Outage,
    answer_within_ms: u64,
    projects: BTreeMap<String, ProjectName>,
    unconfirmed_hold_s: u64,
    operators: BTreeMap<String, Vec<String>>,
    resources: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TerraformDocument {
    hmac_key_file: Option<PathBuf>,
    hosts: Vec<String>,
    projects: BTreeMap<String, ProjectName>,
    regions: BTreeMap<String, Vec<String>>,
}

impl Default for KubernetesDocument {
    fn default() -> Self {
        Self {
            accelerator: "H100".to_owned(),
            site: None,
            outage: Outage::Open,
            answer_within_ms: 1500,
            projects: BTreeMap::new(),
            unconfirmed_hold_s: 600,
            operators: BTreeMap::new(),
            resources: BTreeMap::new(),
        }
    }
}

impl Default for TerraformDocument {
    fn default() -> Self {
        let hosts = ["app.terraform.io", "archivist.terraform.io"].map(str::to_owned);
        Self { hmac_key_file: None, hosts: hosts.into(), projects: BTreeMap::new(), regions: BTreeMap::new() }
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
        let unconfirmed_hold = match self.unconfirmed_hold_s {
            seconds @ 1..=86_400 => Duration::from_secs(seconds),
            other => return Err(out_of_range("kubernetes.unconfirmed_hold_s", other, "1 to 86400 seconds")),
        };
        let Self { accelerator, site, outage, projects, operators: configured, resources, .. } = self;
        let mut operators: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (group, user) in OPERATORS {
            operators.entry(group.to_owned()).or_default().push(user.to_owned());
        }
        for (group, users) in configured {
            operators.entry(group).or_default().extend(users);
        }
        let mut meanings = BTreeMap::new();
        for (resource, text) in resources {
            let meaning = ResourceMeaning::read(&resource, &text)?;
            meanings.insert(resource, meaning);
        }
        let resources = meanings;
        Ok(Kubernetes { accelerator, site, outage, answer_within, projects, unconfirmed_hold, resources, operators })
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
        // Without the table no region is known, and a test reads it.
        let known = cloud_regions().unwrap_or_default();
        let is_region = |text: &&String| {
            let region = text.split_once('=').map_or(text.as_str(), |(_, region)| region);
            known.iter().any(|known| known.code().eq_ignore_ascii_case(region.trim()))
        };
        if let Some(text) = self.regions.values().flatten().find(|text| !is_region(text)) {
            return Err(ServiceConfigError::OutOfRange {
                key: "terraform.regions",
                value: format!("{text:?}"),
                expected: "CLOUD/REGION, such as aws/eu-north-1, or ALIAS=CLOUD/REGION for one provider",
            });
        }
        let Self { hmac_key_file, hosts, projects, regions } = self;
        Ok(Terraform { hmac_key_file, hosts, projects, regions })
    }
}
