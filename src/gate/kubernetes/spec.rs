//! The fields of all kinds that say how many pods there are and what each takes; what a kind does not have stays empty.

use super::pod::{Meta, Template};
use super::text::or_default;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Every field of every kind that is looked at; fields that a kind does not have stay empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ObjectDocument {
    #[serde(deserialize_with = "or_default")]
    pub(super) metadata: Meta,
    #[serde(deserialize_with = "or_default")]
    pub(super) spec: WorkloadSpec,
    #[serde(deserialize_with = "or_default")]
    pub(super) status: SucceededPods,
}

/// How far a Job is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SucceededPods {
    /// A number; other kinds have something else in its place.
    pub(super) succeeded: serde_json::Value,
}

impl ObjectDocument {
    /// The same, with as many completions to go as have not succeeded yet.
    pub(super) fn without_what_is_done(mut self) -> Self {
        let done = self.status.succeeded.as_i64().unwrap_or(0).max(0);
        self.spec.completions = self.spec.completions.map(|all| all.saturating_sub(done).max(0));
        self
    }

    /// Only the metadata of an object whose `spec` has another form.
    pub(super) fn of_metadata(object: &str) -> serde_json::Result<Self> {
        #[derive(Deserialize)]
        struct MetadataDocument {
            #[serde(default)]
            metadata: Meta,
        }
        let MetadataDocument { metadata } = serde_json::from_str(object)?;
        Ok(Self { metadata, ..Self::default() })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct WorkloadSpec {
    pub(super) active_deadline_seconds: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    pub(super) run_policy: RunPolicy,
    #[serde(deserialize_with = "or_default")]
    pub(super) suspend: bool,
    pub(super) replicas: Option<i64>,
    pub(super) parallelism: Option<i64>,
    pub(super) completions: Option<i64>,
    pub(super) template: Option<Template>,
    pub(super) job_template: Option<Box<ObjectDocument>>,
    pub(super) tf_replica_specs: Option<BTreeMap<String, Role>>,
    pub(super) pytorch_replica_specs: Option<BTreeMap<String, Role>>,
    pub(super) mpi_replica_specs: Option<BTreeMap<String, Role>>,
    pub(super) xgb_replica_specs: Option<BTreeMap<String, Role>>,
    pub(super) paddle_replica_specs: Option<BTreeMap<String, Role>>,
    pub(super) jax_replica_specs: Option<BTreeMap<String, Role>>,
    pub(super) mx_replica_specs: Option<BTreeMap<String, Role>>,
    #[serde(deserialize_with = "or_default")]
    pub(super) elastic_policy: ElasticPolicy,
    pub(super) head_group_spec: Option<Role>,
    #[serde(deserialize_with = "or_default")]
    pub(super) worker_group_specs: Vec<Role>,
    #[serde(deserialize_with = "or_default")]
    pub(super) enable_in_tree_autoscaling: bool,
    pub(super) ray_cluster_spec: Option<Box<WorkloadSpec>>,
    pub(super) ray_cluster_config: Option<Box<WorkloadSpec>>,
    #[serde(deserialize_with = "or_default")]
    pub(super) replicated_jobs: Vec<ReplicatedJob>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct RunPolicy {
    #[serde(deserialize_with = "or_default")]
    pub(super) suspend: bool,
    pub(super) active_deadline_seconds: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ElasticPolicy {
    pub(super) max_replicas: Option<i64>,
}

/// A role of a training job, or a group of a Ray cluster.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Role {
    pub(super) replicas: Option<i64>,
    pub(super) min_replicas: Option<i64>,
    pub(super) max_replicas: Option<i64>,
    pub(super) num_of_hosts: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    pub(super) template: Template,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReplicatedJob {
    pub(super) replicas: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    pub(super) template: Box<ObjectDocument>,
}
