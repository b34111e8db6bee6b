//! How the holders of a node's devices are known.

use crate::holder::ProcessHolder;
use crate::kubelet::{KUBELET_SOCKET, POD_LOGS};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Where the hooks write unless another folder is named.
pub const HOOK_FOLDER: &str = "/run/wattledger-slurm";

/// How jobs of Slurm on this node are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlurmOnNode {
    /// The folder in which `prolog.sh` and `epilog.sh` write.
    pub jobs: PathBuf,
    /// Name of the cluster, where the hooks do not say it; `None` for what Slurm's configuration says.
    pub cluster: Option<String>,
    /// Slurm's name of this node; `None` where only one slurmd runs here.
    pub node: Option<String>,
    /// Slurm account to project, where the names differ.
    pub accounts: BTreeMap<String, String>,
}

impl Default for SlurmOnNode {
    fn default() -> Self {
        Self { jobs: HOOK_FOLDER.into(), cluster: None, node: None, accounts: BTreeMap::new() }
    }
}

/// A kind of holder that is known by its processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HolderKind {
    /// Jobs of Slurm.
    Slurm,
    /// Pods of Kubernetes.
    Kubernetes,
    /// Jobs of PBS.
    Pbs,
    /// Slots of HTCondor.
    Htcondor,
    /// Containers that none of these started.
    Container,
    /// Users, at a login or by a service of their own.
    User,
}

impl HolderKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Slurm, Self::Kubernetes, Self::Pbs, Self::Htcondor, Self::Container, Self::User];

    /// The kind in one word, as settings have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Slurm => "slurm",
            Self::Kubernetes => "kubernetes",
            Self::Pbs => "pbs",
            Self::Htcondor => "htcondor",
            Self::Container => "container",
            Self::User => "user",
        }
    }

    /// The kind of `holder`; `None` for what nobody holds.
    pub(super) const fn of(holder: &ProcessHolder) -> Option<Self> {
        match holder {
            ProcessHolder::Slurm { .. } | ProcessHolder::SlurmSluid { .. } => Some(Self::Slurm),
            ProcessHolder::Kubernetes { .. } => Some(Self::Kubernetes),
            ProcessHolder::Pbs { .. } => Some(Self::Pbs),
            ProcessHolder::Htcondor { .. } => Some(Self::Htcondor),
            ProcessHolder::Container { .. } => Some(Self::Container),
            ProcessHolder::User { .. } => Some(Self::User),
            ProcessHolder::Service | ProcessHolder::Unknown => None,
        }
    }
}

/// How pods on this node are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubernetesOnNode {
    /// The kubelet's pod-resources socket.
    pub socket: PathBuf,
    /// The folder of the logs of pods, whose names tell their uids.
    pub pod_logs: PathBuf,
    /// Namespace to project, where the names differ.
    pub projects: BTreeMap<String, String>,
}

impl Default for KubernetesOnNode {
    fn default() -> Self {
        Self { socket: KUBELET_SOCKET.into(), pod_logs: POD_LOGS.into(), projects: BTreeMap::new() }
    }
}

/// How the holders of this node's devices are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeHolders {
    /// By the hooks of Slurm.
    pub slurm: SlurmOnNode,
    /// By what the kubelet gave to pods.
    pub kubernetes: KubernetesOnNode,
    /// Which kinds of holders count by their processes alone.
    pub kinds: BTreeSet<HolderKind>,
    /// The process file system of the node, which an agent in a container may see at another place than `/proc`.
    pub proc: PathBuf,
}

impl Default for NodeHolders {
    fn default() -> Self {
        Self {
            slurm: SlurmOnNode::default(),
            kubernetes: KubernetesOnNode::default(),
            kinds: HolderKind::ALL.into(),
            proc: "/proc".into(),
        }
    }
}
