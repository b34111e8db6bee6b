//! The kinds that run pods, and what they take together: replicas times devices, summed over roles.

use super::accelerator::{self, AcceleratorSlice};
use super::identity::known_as;
use super::pod::{Meta, Template};
use super::text::{AskError, deadline, hours, or_default, replicas};
use model::JobId;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The annotation that states the wall time, hours.
const HOURS: &str = "wattledger.io/hours";

/// How pods hang in an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PodLayout {
    /// It is one.
    Pod,
    /// `spec.template` for `parallelism` pods at once.
    Job,
    /// `spec.jobTemplate`, one Job at a time.
    CronJob,
    /// `spec.template` for `replicas` pods.
    Replicated,
    /// `spec.…ReplicaSpecs`: a template and replicas for each role.
    ReplicaSpecs,
    /// `spec.headGroupSpec` and `spec.workerGroupSpecs`.
    RayCluster,
    /// A Ray cluster in `spec.rayClusterSpec` or `spec.rayClusterConfig`.
    Ray,
    /// `spec.replicatedJobs`.
    JobSet,
}

/// How pods hang in a kind; `None` of a kind that runs no pods or is not known.
pub(super) fn shape(group: &str, kind: &str) -> Option<PodLayout> {
    Some(match (group, kind) {
        ("", "Pod") => PodLayout::Pod,
        ("", "ReplicationController") | ("apps", "Deployment" | "StatefulSet" | "ReplicaSet") => PodLayout::Replicated,
        ("batch", "Job") => PodLayout::Job,
        ("batch", "CronJob") => PodLayout::CronJob,
        ("kubeflow.org", "TFJob" | "PyTorchJob" | "MPIJob" | "XGBoostJob" | "PaddleJob" | "JAXJob" | "MXJob") => {
            PodLayout::ReplicaSpecs
        }
        ("ray.io", "RayCluster") => PodLayout::RayCluster,
        ("ray.io", "RayJob" | "RayService") => PodLayout::Ray,
        ("jobset.x-k8s.io", "JobSet") => PodLayout::JobSet,
        _ => return None,
    })
}

/// Accelerators of one kind for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceleratorUse {
    /// The accelerator, or the slice of one.
    pub accelerator: AcceleratorSlice,
    /// The number of accelerators or slices.
    pub count: u64,
    /// Wall time in 10⁻⁹ h; 0 where the object states none.
    pub nanohours: u64,
    /// The number that one replica takes, of a kind whose replicas can be scaled alone; else 0.
    pub per_replica: u64,
}

/// The controller that an object belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectOwner {
    /// Kind of the object.
    pub kind: String,
    /// The identities that the ledger may know it by: see [`super::known_as`].
    pub known_as: Vec<JobId>,
}

/// An object that runs pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubernetesObject {
    /// Kind of the object.
    pub kind: String,
    /// Its name without a generated suffix; objects of one name are taken to be alike.
    pub name: String,
    /// The identities that the ledger may know it by, the best first.
    pub known_as: Vec<JobId>,
    /// Labels of the object.
    pub labels: BTreeMap<String, String>,
    /// Its controller, if that is of a kind that is counted itself.
    pub owner: Option<ObjectOwner>,
    /// The accelerators that it takes, or that one replica will take where it has none yet; empty where it takes none.
    pub parts: Vec<AcceleratorUse>,
    /// Whether it has no replica, so that it takes nothing until it is scaled up.
    pub is_at_rest: bool,
    /// Whether any part of it has run.
    pub has_started: bool,
    /// Whether all of it has ended.
    pub has_ended: bool,
}

/// Every field of every kind that is looked at; fields that a kind does not have stay empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ObjectDocument {
    #[serde(deserialize_with = "or_default")]
    metadata: Meta,
    #[serde(deserialize_with = "or_default")]
    spec: WorkloadSpec,
    #[serde(deserialize_with = "or_default")]
    status: ObjectStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WorkloadSpec {
    active_deadline_seconds: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    run_policy: RunPolicy,
    replicas: Option<i64>,
    parallelism: Option<i64>,
    completions: Option<i64>,
    template: Option<Template>,
    job_template: Option<Box<ObjectDocument>>,
    tf_replica_specs: Option<BTreeMap<String, Role>>,
    pytorch_replica_specs: Option<BTreeMap<String, Role>>,
    mpi_replica_specs: Option<BTreeMap<String, Role>>,
    xgb_replica_specs: Option<BTreeMap<String, Role>>,
    paddle_replica_specs: Option<BTreeMap<String, Role>>,
    jax_replica_specs: Option<BTreeMap<String, Role>>,
    mx_replica_specs: Option<BTreeMap<String, Role>>,
    #[serde(deserialize_with = "or_default")]
    elastic_policy: ElasticPolicy,
    head_group_spec: Option<Role>,
    #[serde(deserialize_with = "or_default")]
    worker_group_specs: Vec<Role>,
    #[serde(deserialize_with = "or_default")]
    enable_in_tree_autoscaling: bool,
    ray_cluster_spec: Option<Box<WorkloadSpec>>,
    ray_cluster_config: Option<Box<WorkloadSpec>>,
    #[serde(deserialize_with = "or_default")]
    replicated_jobs: Vec<ReplicatedJob>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RunPolicy {
    active_deadline_seconds: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ElasticPolicy {
    max_replicas: Option<i64>,
}

/// A role of a training job, or a group of a Ray cluster.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Role {
    replicas: Option<i64>,
    min_replicas: Option<i64>,
    max_replicas: Option<i64>,
    num_of_hosts: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    template: Template,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ReplicatedJob {
    replicas: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    template: Box<ObjectDocument>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ObjectStatus {
    #[serde(deserialize_with = "or_default")]
    phase: String,
    #[serde(deserialize_with = "or_default")]
    start_time: String,
    #[serde(deserialize_with = "or_default")]
    job_deployment_status: String,
    #[serde(deserialize_with = "or_default")]
    conditions: Vec<Condition>,
    ready_replicas: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Condition {
    #[serde(rename = "type", deserialize_with = "or_default")]
    kind: String,
    #[serde(deserialize_with = "or_default")]
    status: String,
}

impl KubernetesObject {
    /// Reads an object of `group` and `kind` in `namespace`; `None` of a kind that runs no pods. `default` is the accelerator
    /// of a GPU about which nothing is said.
    pub(super) fn read(
        group: &str,
        kind: &str,
        namespace: &str,
        object: &str,
        default: &str,
    ) -> Result<Option<Self>, AskError> {
        let Some(shape) = shape(group, kind) else { return Ok(None) };
        let shapeless =
            |error: serde_json::Error| AskError::new("object", format!("not a {kind} that can be read: {error}"));
        let document: ObjectDocument = serde_json::from_str(object).map_err(shapeless)?;
        let mut tally = Tally::new(&document.metadata, default);
        match shape {
            PodLayout::Pod => {
                let pod: Template = serde_json::from_str(object).map_err(shapeless)?;
                tally.limit(pod.spec.active_deadline_seconds)?;
                tally.add(&pod, 1)?;
            }
            PodLayout::CronJob => {
                if let Some(job) = &document.spec.job_template {
                    tally.annotated(&job.metadata);
                    tally.job(&job.spec, 1)?;
                }
            }
            _ => tally.controller(shape, &document.spec)?,
        }
        let pods = match shape {
            PodLayout::Replicated => Some(replicas("spec.replicas", document.spec.replicas, 1)?),
            _ => None,
        };
        let parts = tally.parts(pods)?;
        Ok(Some(Self { is_at_rest: pods == Some(0), ..document.workload(namespace, kind, parts) }))
    }
}

impl std::fmt::Display for KubernetesObject {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.kind, self.name)
    }
}

impl ObjectDocument {
    fn workload(self, namespace: &str, kind: &str, parts: Vec<AcceleratorUse>) -> KubernetesObject {
        let Self { metadata, status, .. } = self;
        let owner = metadata.owner_references.iter().find(|owner| owner.controller).and_then(|owner| {
            let (group, _) = owner.api_version.split_once('/').unwrap_or_default();
            shape(group, &owner.kind)?;
            let known_as = known_as(&owner.uid, namespace, &owner.kind, &owner.name);
            Some(ObjectOwner { kind: owner.kind.clone(), known_as })
        });
        let generated = metadata.generate_name.trim_end_matches('-');
        KubernetesObject {
            kind: kind.to_owned(),
            name: if generated.is_empty() { metadata.name.clone() } else { generated.to_owned() },
            known_as: known_as(&metadata.uid, namespace, kind, &metadata.name),
            labels: metadata.labels,
            owner,
            parts,
            is_at_rest: false,
            has_started: status.has_started(),
            has_ended: status.has_ended(),
        }
    }
}

impl ObjectStatus {
    fn has_ended(&self) -> bool {
        let is_final = |text: &str| {
            matches!(text.to_ascii_lowercase().as_str(), "complete" | "completed" | "succeeded" | "failed")
        };
        let is_true = |condition: &&Condition| condition.status == "True";
        is_final(&self.phase)
            || is_final(&self.job_deployment_status)
            || self.conditions.iter().filter(is_true).any(|condition| is_final(&condition.kind))
    }

    fn has_started(&self) -> bool {
        self.phase == "Running"
            || !self.start_time.is_empty()
            || self.ready_replicas.is_some_and(|pods| pods > 0)
            || self.has_ended()
    }
}

/// Adds up the accelerators of an object, with the wall time that is stated for them.
struct Tally<'a> {
    default: &'a str,
    named: Option<String>,
    annotated_hours: Option<String>,
    /// What the cluster enforces on the whole object, 10⁻⁹ h.
    limit: Option<u64>,
    /// The longest that its pods state, 10⁻⁹ h.
    pods: u64,
    counts: BTreeMap<AcceleratorSlice, u64>,
}

impl<'a> Tally<'a> {
    fn new(metadata: &Meta, default: &'a str) -> Self {
        let mut tally =
            Self { default, named: None, annotated_hours: None, limit: None, pods: 0, counts: BTreeMap::new() };
        tally.annotated(metadata);
        tally
    }

    /// Takes what the annotations state and no enclosing object has stated.
    fn annotated(&mut self, metadata: &Meta) {
        let said = |name: &str| metadata.annotations.get(name).cloned();
        self.named = self.named.take().or_else(|| said(accelerator::ANNOTATION));
        self.annotated_hours = self.annotated_hours.take().or_else(|| said(HOURS));
    }

    fn limit(&mut self, seconds: Option<i64>) -> Result<(), AskError> {
        let Some(seconds) = seconds else { return Ok(()) };
        self.limit = self.limit.max(Some(deadline(seconds)?));
        Ok(())
    }

    fn add(&mut self, template: &Template, pods: u64) -> Result<(), AskError> {
        self.annotated(&template.metadata);
        for (accelerator, devices) in template.accelerators(self.named.as_deref(), self.default)? {
            let sum = self.counts.entry(accelerator).or_default();
            let more = devices.checked_mul(pods).and_then(|devices| sum.checked_add(devices));
            *sum = more.ok_or_else(|| AskError::new("replicas", "more accelerators than can be counted"))?;
        }
        Ok(())
    }

    /// One pod after the other takes its own deadline; `rounds` of them follow each other.
    fn pod_limit(&mut self, template: &Template, rounds: u64) -> Result<(), AskError> {
        if let Some(seconds) = template.spec.active_deadline_seconds {
            self.pods = self.pods.max(deadline(seconds)?.saturating_mul(rounds));
        }
        Ok(())
    }

    fn controller(&mut self, shape: PodLayout, spec: &WorkloadSpec) -> Result<(), AskError> {
        self.limit(spec.active_deadline_seconds)?;
        self.limit(spec.run_policy.active_deadline_seconds)?;
        match shape {
            PodLayout::Job => self.job(spec, 1),
            PodLayout::Replicated => {
                let Some(template) = &spec.template else { return Ok(()) };
                // One that has none yet says what each will take.
                self.add(template, replicas("spec.replicas", spec.replicas, 1)?.max(1))
            }
            PodLayout::ReplicaSpecs => self.roles(spec),
            PodLayout::RayCluster => self.ray(spec),
            PodLayout::Ray => {
                let cluster = spec.ray_cluster_spec.as_ref().or(spec.ray_cluster_config.as_ref());
                cluster.map_or(Ok(()), |cluster| self.ray(cluster))
            }
            PodLayout::JobSet => spec.replicated_jobs.iter().try_for_each(|job| {
                self.annotated(&job.template.metadata);
                self.job(&job.template.spec, replicas("replicatedJobs.replicas", job.replicas, 1)?)
            }),
            PodLayout::Pod | PodLayout::CronJob => Ok(()),
        }
    }

    /// `jobs` Jobs: as many pods at once as may run side by side, and no more than are to complete.
    fn job(&mut self, spec: &WorkloadSpec, jobs: u64) -> Result<(), AskError> {
        self.limit(spec.active_deadline_seconds)?;
        let Some(template) = &spec.template else { return Ok(()) };
        let side_by_side = replicas("spec.parallelism", spec.parallelism, 1)?;
        let completions = replicas("spec.completions", spec.completions, side_by_side)?;
        let at_once = side_by_side.min(completions);
        self.pod_limit(template, completions.div_ceil(at_once.max(1)))?;
        self.add(template, at_once.saturating_mul(jobs))
    }

    fn roles(&mut self, spec: &WorkloadSpec) -> Result<(), AskError> {
        let specs = [
            &spec.tf_replica_specs,
            &spec.pytorch_replica_specs,
            &spec.mpi_replica_specs,
            &spec.xgb_replica_specs,
            &spec.paddle_replica_specs,
            &spec.jax_replica_specs,
            &spec.mx_replica_specs,
        ];
        for (name, role) in specs.into_iter().flatten().flatten() {
            let mut pods = replicas(&format!("{name}.replicas"), role.replicas, 1)?;
            if name.eq_ignore_ascii_case("worker") {
                // An elastic job grows to this by itself.
                pods = pods.max(replicas("elasticPolicy.maxReplicas", spec.elastic_policy.max_replicas, 0)?);
            }
            self.pod_limit(&role.template, 1)?;
            self.add(&role.template, pods)?;
        }
        Ok(())
    }

    fn ray(&mut self, spec: &WorkloadSpec) -> Result<(), AskError> {
        if let Some(head) = &spec.head_group_spec {
            self.add(&head.template, 1)?;
        }
        for group in &spec.worker_group_specs {
            let least = replicas("workerGroupSpecs.minReplicas", group.min_replicas, 0)?;
            let mut pods = replicas("workerGroupSpecs.replicas", group.replicas, least)?.max(least);
            if spec.enable_in_tree_autoscaling {
                pods = pods.max(replicas("workerGroupSpecs.maxReplicas", group.max_replicas, 0)?);
            }
            let hosts = replicas("workerGroupSpecs.numOfHosts", group.num_of_hosts, 1)?;
            self.add(&group.template, pods.saturating_mul(hosts))?;
        }
        Ok(())
    }

    /// What the cluster enforces counts before what is announced, and that before what each pod may take.
    fn parts(self, replicas: Option<u64>) -> Result<Vec<AcceleratorUse>, AskError> {
        let announced = self.annotated_hours.as_deref().map(|text| hours(HOURS, text)).transpose()?;
        let nanohours = self.limit.or(announced).unwrap_or(self.pods);
        let per_replica = |count: u64| replicas.map_or(0, |replicas| count / replicas.max(1));
        let counts = self.counts.into_iter().filter(|(_, count)| *count > 0);
        Ok(counts
            .map(|(accelerator, count)| AcceleratorUse {
                accelerator,
                count,
                nanohours,
                per_replica: per_replica(count),
            })
            .collect())
    }
}
