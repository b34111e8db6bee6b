//! Who makes what: which user is the controller that makes the objects of an owner. Anyone can write an owner into an object; only what comes from that
//! owner's controller is counted with it.

use super::object::ObjectOwner;
use crate::config::Kubernetes;

/// Service accounts of the system, each with a controller.
const SYSTEM: &str = "system:serviceaccount:kube-system:";
/// All controllers, where the controller manager has no service account for each.
const MANAGER: &str = "system:kube-controller-manager";
/// The prefix of every service account.
const SERVICE_ACCOUNT: &str = "system:serviceaccount:";

/// The controllers of Kubernetes itself, by group and kind of the owner (source: service accounts of kube-controller-manager, as recorded).
const CONTROLLERS: [(&str, &str, &str); 7] = [
    ("batch", "Job", "job-controller"),
    ("batch", "CronJob", "cronjob-controller"),
    ("apps", "Deployment", "deployment-controller"),
    ("apps", "ReplicaSet", "replicaset-controller"),
    ("apps", "StatefulSet", "statefulset-controller"),
    ("apps", "DaemonSet", "daemon-set-controller"),
    ("", "ReplicationController", "replication-controller"),
];

/// The user who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReviewUser {
    /// Name of the user or service account; empty where the review names none.
    pub name: String,
    /// Whether the review has a uid of the user. Whoever impersonates a service account has none.
    pub has_uid: bool,
}

impl ReviewUser {
    /// Whether this is the controller that makes objects for `owner`.
    pub(super) fn makes_for(&self, owner: &ObjectOwner, settings: &Kubernetes) -> bool {
        let is_builtin = |(group, kind, account): &(&str, &str, &str)| {
            (*group, *kind) == (owner.group.as_str(), owner.kind.as_str()) && self.is_system(account)
        };
        CONTROLLERS.iter().any(is_builtin) || self.is_operator_of(&owner.group, settings)
    }

    /// Whether this is an operator that is known to make objects for the custom resources of `group`.
    pub(super) fn is_operator_of(&self, group: &str, settings: &Kubernetes) -> bool {
        let is_own = settings.operators.get(group).is_some_and(|users| users.contains(&self.name));
        is_own && (self.has_uid || !self.name.starts_with(SERVICE_ACCOUNT))
    }

    /// Whether this is the garbage collector, which takes owners off and deletes what they leave.
    pub(super) fn is_garbage_collector(&self) -> bool {
        self.is_system("generic-garbage-collector")
    }

    fn is_system(&self, account: &str) -> bool {
        self.name == MANAGER || (self.has_uid && self.name.strip_prefix(SYSTEM) == Some(account))
    }
}
