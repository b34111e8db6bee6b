//! The kinds that are read, and how pods hang in each.

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
    /// `spec.template` for a pod on each node that fits.
    DaemonSet,
    /// `spec.leaderWorkerTemplate` for `replicas` groups.
    LeaderWorkerSet,
    /// `spec.trainer`, on so many nodes.
    TrainJob,
    /// `spec.driver` and `spec.executor`.
    SparkApplication,
    /// `spec.templates`, one step at a time.
    Workflow,
    /// `spec.tasks`: a template and replicas for each.
    VolcanoJob,
    /// `spec.predictor`, `spec.transformer` and `spec.explainer`.
    InferenceService,
    /// It has no pods of its own: it stands between an InferenceService and the Deployments that are made for it.
    Knative,
}

impl PodLayout {
    /// Whether its `spec` has a form of its own.
    pub(super) const fn is_custom(self) -> bool {
        use PodLayout::{InferenceService, LeaderWorkerSet, SparkApplication, TrainJob, VolcanoJob, Workflow};
        matches!(self, LeaderWorkerSet | TrainJob | SparkApplication | Workflow | VolcanoJob | InferenceService)
    }

    /// Whether a Scale can change the number of its replicas.
    pub(super) const fn is_scalable(self) -> bool {
        matches!(self, Self::Replicated | Self::LeaderWorkerSet | Self::ReplicaSpecs)
    }
}

/// The kinds that are read: API group, kind, resource, and how pods hang in it.
const KINDS: [(&str, &str, &str, PodLayout); 28] = [
    ("", "Pod", "pods", PodLayout::Pod),
    ("", "ReplicationController", "replicationcontrollers", PodLayout::Replicated),
    ("apps", "Deployment", "deployments", PodLayout::Replicated),
    ("apps", "StatefulSet", "statefulsets", PodLayout::Replicated),
    ("apps", "ReplicaSet", "replicasets", PodLayout::Replicated),
    ("apps", "DaemonSet", "daemonsets", PodLayout::DaemonSet),
    ("batch", "Job", "jobs", PodLayout::Job),
    ("batch", "CronJob", "cronjobs", PodLayout::CronJob),
    ("kubeflow.org", "TFJob", "tfjobs", PodLayout::ReplicaSpecs),
    ("kubeflow.org", "PyTorchJob", "pytorchjobs", PodLayout::ReplicaSpecs),
    ("kubeflow.org", "MPIJob", "mpijobs", PodLayout::ReplicaSpecs),
    ("kubeflow.org", "XGBoostJob", "xgboostjobs", PodLayout::ReplicaSpecs),
    ("kubeflow.org", "PaddleJob", "paddlejobs", PodLayout::ReplicaSpecs),
    ("kubeflow.org", "JAXJob", "jaxjobs", PodLayout::ReplicaSpecs),
    ("kubeflow.org", "MXJob", "mxjobs", PodLayout::ReplicaSpecs),
    ("trainer.kubeflow.org", "TrainJob", "trainjobs", PodLayout::TrainJob),
    ("ray.io", "RayCluster", "rayclusters", PodLayout::RayCluster),
    ("ray.io", "RayJob", "rayjobs", PodLayout::Ray),
    ("ray.io", "RayService", "rayservices", PodLayout::Ray),
    ("jobset.x-k8s.io", "JobSet", "jobsets", PodLayout::JobSet),
    ("leaderworkerset.x-k8s.io", "LeaderWorkerSet", "leaderworkersets", PodLayout::LeaderWorkerSet),
    ("sparkoperator.k8s.io", "SparkApplication", "sparkapplications", PodLayout::SparkApplication),
    ("argoproj.io", "Workflow", "workflows", PodLayout::Workflow),
    ("batch.volcano.sh", "Job", "jobs", PodLayout::VolcanoJob),
    ("serving.kserve.io", "InferenceService", "inferenceservices", PodLayout::InferenceService),
    ("serving.knative.dev", "Service", "services", PodLayout::Knative),
    ("serving.knative.dev", "Configuration", "configurations", PodLayout::Knative),
    ("serving.knative.dev", "Revision", "revisions", PodLayout::Knative),
];

/// Labels of pods below which others are made: Spark's driver, and the leader of a group of a LeaderWorkerSet (source: "Label" in Running Spark on
/// Kubernetes; `WorkerIndexLabelKey` of LeaderWorkerSet v1).
pub(super) const LEADING: [(&str, &str); 2] =
    [("spark-role", "driver"), ("leaderworkerset.sigs.k8s.io/worker-index", "0")];

/// How pods hang in a kind; `None` of a kind that runs no pods or is not known.
pub(super) fn shape(group: &str, kind: &str) -> Option<PodLayout> {
    KINDS.iter().find(|(of, known, ..)| (*of, *known) == (group, kind)).map(|(.., layout)| *layout)
}

/// API group, kind and resource of everything that is read.
pub(super) fn kinds() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    KINDS.iter().map(|(group, kind, resource, _)| (*group, *kind, *resource))
}
