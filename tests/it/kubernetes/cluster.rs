//! A stand-in for an API server with its controllers, as the recorded reviews show them: final uids and names at every review, validation anew with
//! another request uid when a patch meets other writers, quota and other webhooks after this one, two reviews of a pod's deletion, owners taken off by
//! the garbage collector, pods released and adopted by their labels.

use super::bench::Gate;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use wattledger::gate::kubernetes::{KubernetesObject, Listing, look};

/// Service account of a controller.
pub(super) fn controller(name: &str) -> Value {
    user(&format!("system:serviceaccount:kube-system:{name}"))
}

/// A user with a uid, as every one that authenticates has.
pub(super) fn user(name: &str) -> Value {
    json!({ "username": name, "uid": format!("uid of {name}"), "groups": ["system:authenticated"] })
}

/// Somebody who may change everything in the namespace.
pub(super) fn alice() -> Value {
    user("alice")
}

/// The cluster: what is stored, and the gate before it.
pub(super) struct Cluster {
    pub(super) gate: Gate,
    /// Objects by uid.
    pub(super) objects: BTreeMap<String, Value>,
    /// GPUs that the quota of each namespace has.
    pub(super) quota: u64,
    /// Whether another webhook refuses everything.
    pub(super) is_refused: bool,
    /// A namespace in which neither refuses anything.
    pub(super) spared: &'static str,
    /// Namespaces of pods that were denied to their controllers.
    pub(super) denied_pods: Vec<String>,
    /// How often a pod was released, orphaned and adopted.
    pub(super) moves: BTreeMap<&'static str, u64>,
    /// Whether the webhook cannot be reached, and everything is let through.
    pub(super) is_away: bool,
    /// How often each change is validated.
    pub(super) attempts: u32,
    number: u64,
}

/// The resources of the kinds that are served, with their API versions.
const KINDS: [(&str, &str, &str); 4] = [
    ("Pod", "v1", "pods"),
    ("Job", "batch/v1", "jobs"),
    ("Deployment", "apps/v1", "deployments"),
    ("ReplicaSet", "apps/v1", "replicasets"),
];

/// What a change came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stored {
    /// It is stored; the uid of the object.
    Yes(String),
    /// The gate denied it.
    Denied(String),
    /// Something after the gate refused it.
    Refused,
}

impl Stored {
    pub(super) fn uid(self) -> String {
        match self {
            Self::Yes(uid) => uid,
            other => panic!("{other:?}"),
        }
    }

    pub(super) const fn is_stored(&self) -> bool {
        matches!(self, Self::Yes(_))
    }
}

impl Cluster {
    pub(super) fn new(limit_mj: i64) -> Self {
        Self {
            gate: Gate::new(limit_mj),
            objects: BTreeMap::new(),
            quota: u64::MAX,
            is_refused: false,
            spared: "",
            denied_pods: Vec::new(),
            moves: BTreeMap::new(),
            is_away: false,
            attempts: 1,
            number: 0,
        }
    }

    pub(super) fn get(&self, uid: &str) -> Option<&Value> {
        self.objects.get(uid)
    }

    /// Uids of the objects of a kind.
    pub(super) fn of_kind(&self, kind: &str) -> Vec<String> {
        self.objects.iter().filter(|(_, object)| object["kind"] == kind).map(|(uid, _)| uid.clone()).collect()
    }

    /// Pods that are there and have not ended, of one controller or of all.
    pub(super) fn running(&self, owner: Option<&str>) -> Vec<String> {
        let is_running = |object: &Value| {
            object["kind"] == "Pod" && !is_over(object) && owner.is_none_or(|owner| owner_of(object) == Some(owner))
        };
        self.objects.iter().filter(|(_, object)| is_running(object)).map(|(uid, _)| uid.clone()).collect()
    }

    /// GPUs of all pods that are there and have not ended.
    pub(super) fn living(&self) -> u64 {
        self.running(None).iter().map(|uid| gpus(&self.objects[uid]["spec"])).sum()
    }

    fn is_spared(&self, object: &Value) -> bool {
        object["metadata"]["namespace"] == self.spared
    }

    /// Whether another webhook refuses this. It is not asked by nodes, which try until they are heard.
    fn refuses(&self, user: &Value, object: &Value) -> bool {
        let is_node = user["username"].as_str().is_some_and(|name| name.starts_with("system:node:"));
        self.is_refused && !is_node && !self.is_spared(object)
    }

    fn note_move(&mut self, user: &Value, old: &Value, new: &Value) {
        let what = match (owner_of(old), owner_of(new)) {
            (Some(_), None) if *user == controller("generic-garbage-collector") => "orphan",
            (Some(_), None) => "release",
            (None, Some(_)) if *user != alice() => "adopt",
            _ => return,
        };
        *self.moves.entry(what).or_default() += 1;
    }

    /// The gate's answer to one validation; a denial in words.
    fn review(&mut self, request: Value) -> Option<String> {
        if self.is_away {
            return None;
        }
        self.number += 1;
        let mut review = json!({ "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request });
        review["request"]["uid"] = json!(format!("request {}", self.number));
        let response = self.gate.answer(&review);
        (!response.allowed).then(|| response.status["message"].to_string())
    }

    fn request(&self, operation: &str, user: &Value, of: &Value, sub: &str) -> Value {
        let kind = of["kind"].as_str().unwrap();
        let (_, api, resource) = KINDS.iter().find(|(known, ..)| *known == kind).unwrap();
        let (group, version) = api.split_once('/').unwrap_or(("", api));
        json!({ "kind": { "group": group, "version": version, "kind": kind }, "subResource": sub,
            "resource": { "group": group, "version": version, "resource": resource }, "name": of["metadata"]["name"],
            "namespace": of["metadata"]["namespace"], "operation": operation, "userInfo": user, "dryRun": false,
            "object": null, "oldObject": null })
    }

    /// Creates an object, whose name may be generated.
    pub(super) fn create(&mut self, user: &Value, object: Value) -> Stored {
        self.number += 1;
        let (mut object, uid) = (object, format!("00000000-0000-0000-0000-{:012}", self.number));
        object["metadata"]["uid"] = json!(uid);
        if let Some(prefix) = object["metadata"]["generateName"].as_str() {
            object["metadata"]["name"] = json!(format!("{prefix}{:05}", self.number));
        }
        if object["kind"] == "Pod" {
            object["status"] = json!({ "phase": "Pending" });
        }
        let mut request = self.request("CREATE", user, &object, "");
        request["object"] = object.clone();
        if let Some(message) = self.review(request) {
            if object["kind"] == "Pod" && owner_of(&object).is_some() {
                self.denied_pods.push(object["metadata"]["namespace"].to_string());
            }
            return Stored::Denied(message);
        }
        let name = |object: &Value| {
            (object["kind"].clone(), object["metadata"]["namespace"].clone(), object["metadata"]["name"].clone())
        };
        let is_taken = self.objects.values().any(|other| name(other) == name(&object));
        let is_over_quota = object["kind"] == "Pod" && !self.is_spared(&object) && {
            let namespace = &object["metadata"]["namespace"];
            let used: u64 = self
                .running(None)
                .iter()
                .map(|uid| &self.objects[uid])
                .filter(|pod| pod["metadata"]["namespace"] == *namespace)
                .map(|pod| gpus(&pod["spec"]))
                .sum();
            used + gpus(&object["spec"]) > self.quota
        };
        if self.refuses(user, &object) || is_taken || is_over_quota {
            return Stored::Refused;
        }
        self.objects.insert(uid.clone(), object);
        Stored::Yes(uid)
    }

    /// Changes an object, or a subresource of it.
    pub(super) fn update(&mut self, user: &Value, uid: &str, sub: &str, change: impl FnOnce(&mut Value)) -> Stored {
        let Some(old) = self.objects.get(uid).cloned() else { return Stored::Refused };
        let mut new = old.clone();
        change(&mut new);
        let mut request = self.request("UPDATE", user, &old, sub);
        (request["object"], request["oldObject"]) = match sub {
            "scale" => (scale_of(&new), scale_of(&old)),
            _ => (new.clone(), old),
        };
        if sub == "scale" {
            request["kind"] = json!({ "group": "autoscaling", "version": "v1", "kind": "Scale" });
        }
        for _ in 0..self.attempts {
            if let Some(message) = self.review(request.clone()) {
                return Stored::Denied(message);
            }
        }
        if self.refuses(user, &new) {
            return Stored::Refused;
        }
        self.note_move(user, &self.objects[uid].clone(), &new);
        let is_gone = new["metadata"]["deletionTimestamp"].is_string()
            && new["metadata"]["finalizers"].as_array().is_none_or(Vec::is_empty)
            && new["kind"] != "Pod";
        if is_gone {
            self.objects.remove(uid);
        } else {
            self.objects.insert(uid.to_owned(), new);
        }
        Stored::Yes(uid.to_owned())
    }

    fn ask_deletion(&mut self, user: &Value, uid: &str, options: &Value) -> Stored {
        let Some(object) = self.objects.get(uid).cloned() else { return Stored::Refused };
        let mut request = self.request("DELETE", user, &object, "");
        (request["oldObject"], request["options"]) = (object.clone(), options.clone());
        match self.review(request) {
            Some(message) => Stored::Denied(message),
            None if self.refuses(user, &object) => Stored::Refused,
            None => Stored::Yes(uid.to_owned()),
        }
    }

    /// Asks for a deletion: of a pod that runs it begins its grace, of another object it leaves its pods to the garbage collector or orphans them.
    pub(super) fn delete(&mut self, user: &Value, uid: &str, policy: &str) -> Stored {
        let is_pod = self.objects.get(uid).is_some_and(|object| object["kind"] == "Pod");
        let grace = if is_pod { json!(30) } else { json!(null) };
        let asked = self.ask_deletion(user, uid, &json!({ "propagationPolicy": policy, "gracePeriodSeconds": grace }));
        if !asked.is_stored() {
            return asked;
        }
        let object = self.objects.get_mut(uid).unwrap();
        let runs = is_pod && object["spec"]["nodeName"].is_string() && !is_over(object);
        if is_pod || policy == "Orphan" {
            object["metadata"]["deletionTimestamp"] = json!("2026-11-30T09:11:13Z");
        }
        if is_pod && !runs {
            self.remove(user, uid);
        } else if policy == "Orphan" {
            object["metadata"]["finalizers"] = json!(["orphan"]);
        } else if !is_pod {
            self.objects.remove(uid);
        }
        asked
    }

    /// The last review of a pod, after its grace; then it is gone.
    pub(super) fn remove(&mut self, user: &Value, uid: &str) {
        if self.ask_deletion(user, uid, &json!({ "gracePeriodSeconds": 0 })).is_stored() {
            self.objects.remove(uid);
        }
    }

    /// Evicts a pod: without a node it is gone, and no deletion is reviewed.
    pub(super) fn evict(&mut self, user: &Value, uid: &str) {
        let Some(pod) = self.objects.get(uid).cloned() else { return };
        let mut request = self.request("CREATE", user, &pod, "eviction");
        request["kind"] = json!({ "group": "policy", "version": "v1", "kind": "Eviction" });
        request["object"] = json!({ "kind": "Eviction", "metadata": { "name": pod["metadata"]["name"] } });
        assert_eq!(self.review(request), None, "an eviction was denied");
        if self.refuses(user, &pod) {
            return;
        }
        if pod["spec"]["nodeName"].is_string() {
            self.objects.get_mut(uid).unwrap()["metadata"]["deletionTimestamp"] = json!("2026-11-30T09:11:13Z");
        } else {
            self.objects.remove(uid);
        }
    }

    /// The reader looks at everything.
    pub(super) fn look(&self) {
        let read = |object: &Value| {
            let kind = object["kind"].as_str().unwrap();
            let (_, api, _) = KINDS.iter().find(|(known, ..)| *known == kind).unwrap();
            let group = api.split_once('/').map_or("", |(group, _)| group);
            let namespace = object["metadata"]["namespace"].as_str().unwrap();
            KubernetesObject::read(group, kind, namespace, &object.to_string(), &self.gate.settings).unwrap().unwrap()
        };
        let kinds = KINDS
            .iter()
            .map(|(kind, api, _)| (api.split_once('/').map_or("", |(group, _)| group).to_owned(), (*kind).to_owned()));
        let listing = Listing {
            kinds: kinds.collect(),
            objects: self.objects.values().map(read).collect(),
            ..Listing::default()
        };
        look(self.gate.office(), &self.gate.settings, Arc::new(listing)).unwrap();
    }
}

/// Whether a pod has ended.
pub(super) fn is_over(pod: &Value) -> bool {
    matches!(pod["status"]["phase"].as_str(), Some("Succeeded" | "Failed"))
}

/// GPUs of a pod's `spec`.
pub(super) fn gpus(spec: &Value) -> u64 {
    spec["containers"][0]["resources"]["limits"]["nvidia.com/gpu"].as_str().unwrap().parse().unwrap()
}

/// Uid of the controller of an object.
pub(super) fn owner_of(object: &Value) -> Option<&str> {
    let owners = object["metadata"]["ownerReferences"].as_array()?;
    owners.iter().find(|owner| owner["controller"] == true)?["uid"].as_str()
}

fn scale_of(object: &Value) -> Value {
    let metadata = &object["metadata"];
    json!({ "kind": "Scale", "apiVersion": "autoscaling/v1", "spec": { "replicas": object["spec"]["replicas"] },
        "metadata": { "name": metadata["name"], "namespace": metadata["namespace"], "uid": metadata["uid"] } })
}

/// The `spec` of pods with GPUs.
fn pod_spec(gpus: u64) -> Value {
    json!({ "containers": [{ "name": "c", "image": "x", "resources": { "limits": { "nvidia.com/gpu": gpus.to_string() } } }] })
}

/// A pod by itself.
pub(super) fn pod(namespace: &str, name: &str, label: &str, gpus: u64) -> Value {
    json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name, "namespace": namespace, "labels": { "app": label } }, "spec": pod_spec(gpus) })
}

/// A Job of `pods` with `gpus` each.
pub(super) fn job(namespace: &str, name: &str, pods: u64, gpus: u64) -> Value {
    json!({ "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": name, "namespace": namespace },
        "spec": { "parallelism": pods, "completions": pods, "template": { "metadata": { "labels": { "app": name } }, "spec": pod_spec(gpus) } } })
}

/// A Deployment of `replicas` with `gpus` each.
pub(super) fn deployment(namespace: &str, name: &str, replicas: u64, gpus: u64) -> Value {
    json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": name, "namespace": namespace },
        "spec": { "replicas": replicas, "template": { "metadata": { "labels": { "app": name } }, "spec": pod_spec(gpus) } } })
}
