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

/// API group and kind.
type KindName<'a> = (&'a str, &'a str);

const POD: KindName<'_> = ("", "Pod");

/// The controllers of Kubernetes itself: the owner's kind, their service account, the kind that they make (source: service accounts of
/// kube-controller-manager, as recorded).
const CONTROLLERS: [(KindName<'_>, &str, KindName<'_>); 7] = [
    (("batch", "Job"), "job-controller", POD),
    (("batch", "CronJob"), "cronjob-controller", ("batch", "Job")),
    (("apps", "Deployment"), "deployment-controller", ("apps", "ReplicaSet")),
    (("apps", "ReplicaSet"), "replicaset-controller", POD),
    (("apps", "StatefulSet"), "statefulset-controller", POD),
    (("apps", "DaemonSet"), "daemon-set-controller", POD),
    (("", "ReplicationController"), "replication-controller", POD),
];

/// Whether the controller of an owner makes objects of another kind: an owner that anybody wrote otherwise stands for nothing. A
/// run of a CronJob is weighed by itself.
pub(super) fn makes(owner: KindName<'_>, made: KindName<'_>) -> bool {
    let is_builtin = matches!(owner.0, "" | "apps" | "batch");
    let is_made = CONTROLLERS.iter().any(|(of, _, kind)| *of == owner && *kind == made);
    !is_builtin || (is_made && owner != ("batch", "CronJob"))
}

/// The user who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReviewUser {
    /// Name of the user or service account; empty where the review names none.
    pub name: String,
    /// Whether the review has a uid of the user. Whoever impersonates a service account has none.
    pub has_uid: bool,
}

impl ReviewUser {
    /// Whether this is the controller that makes objects of the kind `made` for `owner`.
    pub(super) fn makes_for(&self, owner: &ObjectOwner, made: KindName<'_>, settings: &Kubernetes) -> bool {
        let is_builtin = |(of, account, kind): &(KindName<'_>, &str, KindName<'_>)| {
            *of == (owner.group.as_str(), owner.kind.as_str()) && *kind == made && self.is_system(account)
        };
        CONTROLLERS.iter().any(is_builtin) || self.is_operator_of(&owner.group, settings)
    }

    /// Whether this is an operator that is known to make objects for the custom resources of `group`.
    pub(super) fn is_operator_of(&self, group: &str, settings: &Kubernetes) -> bool {
        let is_own = settings.operators.get(group).is_some_and(|users| users.contains(&self.name));
        is_own && (self.has_uid || !self.name.starts_with(SERVICE_ACCOUNT))
    }

    /// Whether this is a service account of `namespace`.
    pub(super) fn is_service_account_in(&self, namespace: &str) -> bool {
        let account = self.name.strip_prefix(SERVICE_ACCOUNT).and_then(|account| account.split_once(':'));
        self.has_uid && account.is_some_and(|(of, _)| of == namespace)
    }

    /// Whether this is the garbage collector, which takes owners off and deletes what they leave.
    pub(super) fn is_garbage_collector(&self) -> bool {
        self.is_system("generic-garbage-collector")
    }

    fn is_system(&self, account: &str) -> bool {
        self.name == MANAGER || (self.has_uid && self.name.strip_prefix(SYSTEM) == Some(account))
    }
}
