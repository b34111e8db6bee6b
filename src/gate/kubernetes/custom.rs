//! Kinds of operators whose `spec` has a form of its own: LeaderWorkerSet, TrainJob, SparkApplication, Workflow, Volcano's Job, InferenceService.

use super::layout::PodLayout;
use super::pod::{Container, PodSpec, Template};
use super::tally::Tally;
use super::text::{AskError, DeviceQuantity, or_default, replicas};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Why the object of an operator cannot be read.
pub(super) enum CustomError {
    /// It has another form.
    Shape(serde_json::Error),
    /// A value in it cannot be used.
    Ask(AskError),
}

impl From<AskError> for CustomError {
    fn from(error: AskError) -> Self {
        Self::Ask(error)
    }
}

/// Adds what an object takes or, where its replicas can be scaled alone, what one of them takes; returns how many of these there are.
pub(super) fn tally(layout: PodLayout, tally: &mut Tally<'_>, object: &str) -> Result<Option<u64>, CustomError> {
    match layout {
        PodLayout::LeaderWorkerSet => return spec::<LeaderWorkerSet>(object)?.tally(tally),
        PodLayout::TrainJob => spec::<TrainJob>(object)?.tally(tally)?,
        PodLayout::SparkApplication => spec::<SparkApplication>(object)?.tally(tally)?,
        PodLayout::Workflow => spec::<Workflow>(object)?.tally(tally)?,
        PodLayout::VolcanoJob => {
            for task in &spec::<VolcanoJob>(object)?.tasks {
                tally.add(&task.template, replicas("tasks.replicas", task.replicas, 1)?)?;
            }
        }
        PodLayout::InferenceService => {
            let InferenceService { predictor, transformer, explainer } = spec(object)?;
            [predictor, transformer, explainer].iter().flatten().try_for_each(|part| part.tally(tally))?;
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
#[serde(default)]
struct TrainJob {
    #[serde(deserialize_with = "or_default")]
    suspend: bool,
    #[serde(deserialize_with = "or_default")]
    trainer: Trainer,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Trainer {
    num_nodes: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    resources_per_node: super::pod::Resources,
}

impl TrainJob {
    /// What its runtime says is not to be seen here: then the JobSet that is made of it counts.
    fn tally(self, tally: &mut Tally<'_>) -> Result<(), CustomError> {
        let nodes = replicas("trainer.numNodes", self.trainer.num_nodes, 1)?;
        if !self.suspend {
            tally
                .add(&Template::of_container(Container::of(self.trainer.resources_per_node), BTreeMap::new()), nodes)?;
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SparkApplication {
    #[serde(deserialize_with = "or_default")]
    suspend: bool,
    #[serde(deserialize_with = "or_default")]
    node_selector: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    driver: SparkRole,
    #[serde(deserialize_with = "or_default")]
    executor: SparkRole,
    #[serde(deserialize_with = "or_default")]
    dynamic_allocation: DynamicAllocation,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SparkRole {
    instances: Option<i64>,
    gpu: Option<SparkGpu>,
    #[serde(deserialize_with = "or_default")]
    node_selector: BTreeMap<String, String>,
    template: Option<Template>,
}

#[derive(Deserialize)]
struct SparkGpu {
    name: String,
    quantity: DeviceQuantity,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DynamicAllocation {
    #[serde(deserialize_with = "or_default")]
    enabled: bool,
    max_executors: Option<i64>,
}

impl SparkApplication {
    fn tally(self, tally: &mut Tally<'_>) -> Result<(), CustomError> {
        if self.suspend {
            return Ok(());
        }
        let mut executors = replicas("executor.instances", self.executor.instances, 1)?;
        if self.dynamic_allocation.enabled {
            // It grows to this by itself.
            executors =
                executors.max(replicas("dynamicAllocation.maxExecutors", self.dynamic_allocation.max_executors, 0)?);
        }
        for (role, pods) in [(self.driver, 1), (self.executor, executors)] {
            let mut selector = self.node_selector.clone();
            selector.extend(role.node_selector);
            match (role.gpu, role.template) {
                (Some(SparkGpu { name, quantity }), _) => {
                    tally.add(&Template::of_container(Container::of_devices(name, quantity), selector), pods)?;
                }
                (None, Some(template)) => tally.add(&template, pods)?,
                (None, None) => {}
            }
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Workflow {
    #[serde(deserialize_with = "or_default")]
    suspend: bool,
    active_deadline_seconds: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    node_selector: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    templates: Vec<WorkflowTemplate>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WorkflowTemplate {
    container: Option<Container>,
    script: Option<Container>,
    #[serde(deserialize_with = "or_default")]
    container_set: ContainerSet,
    #[serde(deserialize_with = "or_default")]
    node_selector: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ContainerSet {
    #[serde(deserialize_with = "or_default")]
    containers: Vec<Container>,
}

impl Workflow {
    /// How many steps run side by side is decided while it runs: the largest step is asked for in advance, and the rest as its pods are made.
    fn tally(self, tally: &mut Tally<'_>) -> Result<(), CustomError> {
        if let Some(seconds) = self.active_deadline_seconds {
            tally.limit(Some(seconds))?;
        }
        let mut largest: Option<(u64, Template)> = None;
        for template in self.templates.into_iter().filter(|_| !self.suspend) {
            let mut selector = self.node_selector.clone();
            selector.extend(template.node_selector);
            let mut containers = template.container_set.containers;
            containers.extend(template.container.into_iter().chain(template.script));
            let pod = Template { spec: PodSpec::of(containers, selector), ..Template::default() };
            let devices = pod.spec.number_of_devices()?;
            if devices > 0 && largest.as_ref().is_none_or(|(most, _)| devices > *most) {
                largest = Some((devices, pod));
            }
        }
        largest.map_or(Ok(()), |(_, pod)| tally.add(&pod, 1)).map_err(CustomError::from)
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
    fn tally(&self, tally: &mut Tally<'_>) -> Result<(), CustomError> {
        let least = replicas("minReplicas", self.min_replicas, 1)?;
        let pods = least.max(replicas("maxReplicas", self.max_replicas, 0)?);
        let mut pod = self.pod.clone();
        for server in SERVERS.iter().filter_map(|name| self.servers.get(*name)) {
            pod.add(serde_json::from_value(server.clone()).map_err(CustomError::Shape)?);
        }
        tally.add(&Template { spec: pod, ..Template::default() }, pods)?;
        if let Some(workers) = &self.worker_spec {
            let size = replicas("workerSpec.pipelineParallelSize", workers.pipeline_parallel_size, 2)?;
            let template = Template { spec: workers.pod.clone(), ..Template::default() };
            tally.add(&template, pods.saturating_mul(size.saturating_sub(1)))?;
        }
        Ok(())
    }
}
