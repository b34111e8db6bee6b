//! Kinds of operators whose `spec` has a form of its own: LeaderWorkerSet, TrainJob, Volcano's Job and InferenceService here, others beside this file.

use super::accelerator::{Resource, of_resource};
use super::layout::PodLayout;
use super::pod::{Affinity, Container, PodSpec, Template};
use super::spark::SparkApplication;
use super::tally::Tally;
use super::text::{CustomError, DeviceQuantity, or_default, replicas};
use super::workflow::Workflow;
use crate::config::Kubernetes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Adds what an object takes or, where its replicas can be scaled alone, what one of them takes; returns how many of these there are.
pub(super) fn tally(
    layout: PodLayout,
    tally: &mut Tally<'_>,
    object: &str,
    settings: &Kubernetes,
) -> Result<Option<u64>, CustomError> {
    match layout {
        PodLayout::LeaderWorkerSet => return spec::<LeaderWorkerSet>(object)?.tally(tally),
        PodLayout::TrainJob => spec::<TrainJob>(object)?.tally(tally)?,
        PodLayout::SparkApplication => spec::<SparkApplication>(object)?.tally(tally)?,
        PodLayout::Workflow => spec::<Workflow>(object)?.tally(tally, settings)?,
        PodLayout::VolcanoJob => {
            for task in &spec::<VolcanoJob>(object)?.tasks {
                tally.pod_limit(&task.template, 1)?;
                tally.add(&task.template, replicas("tasks.replicas", task.replicas, 1)?)?;
            }
        }
        PodLayout::InferenceService => {
            let InferenceService { predictor, transformer, explainer } = spec(object)?;
            [predictor, transformer, explainer].iter().flatten().try_for_each(|part| part.tally(tally, settings))?;
        }
        _ => {}
    }
    Ok(None)
}

fn spec<T: DeserializeOwned + Default>(object: &str) -> Result<T, CustomError> {
    #[derive(Deserialize)]
    struct SpecDocument<T> {
        spec: Option<T>,
    }
    let document: SpecDocument<T> = serde_json::from_str(object).map_err(CustomError::Shape)?;
    Ok(document.spec.unwrap_or_default())
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct LeaderWorkerSet {
    replicas: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    leader_worker_template: LeaderWorkerTemplate,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct LeaderWorkerTemplate {
    size: Option<i64>,
    leader_template: Option<Template>,
    #[serde(deserialize_with = "or_default")]
    worker_template: Template,
}

impl LeaderWorkerSet {
    /// A group is a leader and workers, `size` of them together; without a template of its own, the leader is as a worker.
    fn tally(&self, tally: &mut Tally<'_>) -> Result<Option<u64>, CustomError> {
        let LeaderWorkerTemplate { size, leader_template, worker_template } = &self.leader_worker_template;
        let size = replicas("leaderWorkerTemplate.size", *size, 1)?;
        if size > 0 {
            tally.add(leader_template.as_ref().unwrap_or(worker_template), 1)?;
        }
        tally.add(worker_template, size.saturating_sub(1))?;
        Ok(Some(replicas("spec.replicas", self.replicas, 1)?))
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TrainJob {
    #[serde(deserialize_with = "or_default")]
    suspend: bool,
    #[serde(deserialize_with = "or_default")]
    trainer: Trainer,
    #[serde(deserialize_with = "or_default")]
    pod_spec_overrides: Vec<PodOverride>,
    #[serde(deserialize_with = "or_default")]
    pod_template_overrides: Vec<PodOverride>,
    #[serde(deserialize_with = "or_default")]
    runtime_patches: Vec<serde_json::Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Trainer {
    num_nodes: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    resources_per_node: super::pod::Resources,
}

/// What a TrainJob changes in the pods of its runtime: beside the names of these jobs, or in a `spec`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PodOverride {
    #[serde(deserialize_with = "or_default")]
    target_jobs: Vec<TargetJob>,
    #[serde(deserialize_with = "or_default")]
    node_selector: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    affinity: Affinity,
    #[serde(deserialize_with = "or_default")]
    spec: PodSpec,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TargetJob {
    #[serde(deserialize_with = "or_default")]
    name: String,
}

impl TrainJob {
    /// What its runtime says is not to be seen here: then the JobSet that is made of it counts.
    fn tally(self, tally: &mut Tally<'_>) -> Result<(), CustomError> {
        let nodes = replicas("trainer.numNodes", self.trainer.num_nodes, 1)?;
        if self.suspend {
            return Ok(());
        }
        let mut node = self.node()?;
        node.containers.push(Container::of(self.trainer.resources_per_node));
        Ok(tally.add(&Template::of(node), nodes)?)
    }

    /// A pod where its nodes are to run, by all that says so; later words take precedence.
    fn node(&self) -> Result<PodSpec, CustomError> {
        let is_of_nodes = |name: &str| !name.ends_with("-initializer");
        let mut node = PodSpec::default();
        for PodOverride { target_jobs, node_selector, affinity, spec } in
            self.pod_spec_overrides.iter().chain(&self.pod_template_overrides)
        {
            if target_jobs.is_empty() || target_jobs.iter().any(|job| is_of_nodes(&job.name)) {
                place(&mut node, node_selector, affinity);
                place(&mut node, &spec.node_selector, &spec.affinity);
            }
        }
        for patch in &self.runtime_patches {
            let jobs = patch["trainingRuntimeSpec"]["template"]["spec"]["replicatedJobs"].as_array();
            for job in jobs.into_iter().flatten().filter(|job| job["name"].as_str().is_none_or(is_of_nodes)) {
                let spec = &job["template"]["spec"]["template"]["spec"];
                let spec = Option::<PodSpec>::deserialize(spec).map_err(CustomError::Shape)?.unwrap_or_default();
                place(&mut node, &spec.node_selector, &spec.affinity);
            }
        }
        Ok(node)
    }
}

fn place(pod: &mut PodSpec, node_selector: &BTreeMap<String, String>, affinity: &Affinity) {
    for (label, value) in node_selector {
        pod.node_selector.insert(label.clone(), value.clone());
    }
    if !affinity.is_open() {
        pod.affinity = affinity.clone();
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct VolcanoJob {
    #[serde(deserialize_with = "or_default")]
    tasks: Vec<VolcanoTask>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct VolcanoTask {
    replicas: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    template: Template,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct InferenceService {
    predictor: Option<InferencePart>,
    transformer: Option<InferencePart>,
    explainer: Option<InferencePart>,
}

/// A pod template with a model server beside its containers, which has the name of its framework.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct InferencePart {
    min_replicas: Option<i64>,
    max_replicas: Option<i64>,
    worker_spec: Option<WorkerSpec>,
    #[serde(flatten)]
    pod: PodSpec,
    #[serde(flatten)]
    servers: BTreeMap<String, serde_json::Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WorkerSpec {
    pipeline_parallel_size: Option<i64>,
    tensor_parallel_size: Option<i64>,
    #[serde(flatten)]
    pod: PodSpec,
}

/// Model servers of InferenceService v1beta1.
const SERVERS: [&str; 12] = [
    "model",
    "sklearn",
    "xgboost",
    "tensorflow",
    "pytorch",
    "triton",
    "onnx",
    "huggingface",
    "pmml",
    "lightgbm",
    "paddle",
    "art",
];

impl InferencePart {
    /// Its autoscaler adds replicas up to `maxReplicas`; without that, as many as it has at least are asked for.
    fn tally(&self, tally: &mut Tally<'_>, settings: &Kubernetes) -> Result<(), CustomError> {
        let least = replicas("minReplicas", self.min_replicas, 1)?;
        let pods = least.max(replicas("maxReplicas", self.max_replicas, 0)?);
        let mut head = self.pod.clone();
        for server in SERVERS.iter().filter_map(|name| self.servers.get(*name)) {
            head.containers.push(Container::deserialize(server).map_err(CustomError::Shape)?);
        }
        if let Some(workers) = &self.worker_spec {
            let size = replicas("workerSpec.pipelineParallelSize", workers.pipeline_parallel_size, 2)?;
            let mut worker = workers.pod.clone();
            if let Some(gpus) = workers.tensor_parallel_size {
                split_over(&mut head, gpus, settings)?;
                split_over(&mut worker, gpus, settings)?;
            }
            tally.add(&Template::of(worker), pods.saturating_mul(size.saturating_sub(1)))?;
        }
        Ok(tally.add(&Template::of(head), pods)?)
    }
}

/// Gives a node of a model that is split over several the GPUs that it is split over there: of the resource that its container asks for, or of
/// `nvidia.com/gpu` (KServe's documentation of multi-node inference).
fn split_over(pod: &mut PodSpec, gpus: i64, settings: &Kubernetes) -> Result<(), CustomError> {
    let server = pod.main();
    let is_accelerator = |resource: &&String| of_resource(resource, settings) != Resource::Nothing;
    let resource = server.devices()?.keys().find(is_accelerator).cloned();
    let resource = resource.unwrap_or_else(|| "nvidia.com/gpu".to_owned());
    Ok(server.at_least(&resource, &DeviceQuantity::Number(gpus.into()))?)
}
