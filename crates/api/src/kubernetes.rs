//! Objects of a cluster, as its reader saw them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All objects of some kinds in all namespaces of a cluster, as its reader saw them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KubernetesListing {
    /// How long ago the reader began to look, ms.
    pub age_ms: u64,
    /// Kinds that were listed in full: what is known of these and is not among `objects` has gone.
    pub kinds: Vec<KubernetesKind>,
    /// The objects. Pods that take no extended resource may be left out.
    pub objects: Vec<KubernetesListed>,
    /// Why some kinds could not be listed; shown in the list of what needs attention.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A kind of object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KubernetesKind {
    /// API group without the version; empty for the core group.
    pub group: String,
    /// Kind, such as `Job`.
    pub kind: String,
}

/// An object of a cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KubernetesListed {
    /// API group without the version; empty for the core group.
    pub group: String,
    /// Kind, such as `Job`.
    pub kind: String,
    /// Namespace.
    pub namespace: String,
    /// The object as the API server shows it; what says nothing of accelerators may be left out.
    pub object: serde_json::Value,
}

/// What a listing changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct KubernetesLook {
    /// Number of admissions that were made, resized or ended.
    pub changed: u64,
    /// Number of objects that cannot be read, which are not counted.
    pub unreadable: u64,
}
