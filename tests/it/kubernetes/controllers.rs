//! The controllers of the stand-in: each step is one change that one of them would make next.

use super::cluster::{Cluster, Stored, controller, gpus, is_over, owner_of, user};
use serde_json::{Value, json};

/// Steps after which a cluster that does not come to rest is at fault.
const STEPS_MAX: usize = 10_000;

impl Cluster {
    /// Lets all controllers and nodes work until nothing is left to do.
    pub(super) fn settle(&mut self) {
        for _ in 0..STEPS_MAX {
            let uids: Vec<String> = self.objects.keys().cloned().collect();
            let mut is_moved = false;
            for uid in uids {
                is_moved |= self.step(&uid);
            }
            if !is_moved {
                return;
            }
        }
        panic!("the cluster does not come to rest");
    }

    /// Within seconds the scheduler says of every pod, and its controller of everything else, that it was seen.
    pub(super) fn show_signs(&mut self) {
        for uid in self.objects.keys().cloned().collect::<Vec<_>>() {
            let Some(object) = self.get(&uid).filter(|object| object["status"]["seen"].is_null()) else { continue };
            let by = match object["kind"].as_str().unwrap() {
                "Pod" => user("system:kube-scheduler"),
                "Deployment" => controller("deployment-controller"),
                "ReplicaSet" => controller("replicaset-controller"),
                _ => controller("job-controller"),
            };
            self.update(&by, &uid, "status", |object| object["status"]["seen"] = json!(true));
        }
    }

    /// One step for one object; whether anything changed.
    pub(super) fn step(&mut self, uid: &str) -> bool {
        let Some(object) = self.get(uid).cloned() else { return false };
        if self.collect(uid, &object) {
            return true;
        }
        match object["kind"].as_str().unwrap() {
            "Deployment" => self.deploy(uid, &object),
            "ReplicaSet" => self.replicate(uid, &object, "replicaset-controller"),
            "Job" => self.run_job(uid, &object),
            _ => self.keep_pod(uid, &object),
        }
    }

    /// The garbage collector: takes owners off what is orphaned, and deletes what has lost its owner.
    fn collect(&mut self, uid: &str, object: &Value) -> bool {
        let collector = controller("generic-garbage-collector");
        if object["metadata"]["finalizers"] == json!(["orphan"]) {
            let mut owned = self.objects.clone().into_iter().filter(|(_, other)| owner_of(other) == Some(uid));
            let stored = match owned.next() {
                Some((owned, _)) => self.update(&collector, &owned, "", |owned| {
                    owned["metadata"].as_object_mut().unwrap().remove("ownerReferences");
                }),
                None => self.update(&collector, uid, "", |object| object["metadata"]["finalizers"] = json!([])),
            };
            return stored.is_stored();
        }
        let Some(owner) = object["metadata"]["ownerReferences"][0]["uid"].as_str() else { return false };
        let is_left = !self.objects.contains_key(owner) && object["metadata"]["deletionTimestamp"].is_null();
        is_left && self.delete(&collector, uid, "Background").is_stored()
    }

    /// The kubelet: a pod gets a node, runs, and goes after its grace.
    fn keep_pod(&mut self, uid: &str, pod: &Value) -> bool {
        let node = user("system:node:node1");
        if pod["metadata"]["deletionTimestamp"].is_string() {
            self.remove(&node, uid);
            return self.get(uid).is_none();
        }
        if pod["status"]["phase"] != "Pending" || pod["spec"]["nodeName"].is_string() {
            return false;
        }
        let run = |pod: &mut Value| {
            pod["spec"]["nodeName"] = json!("node1");
            pod["status"] = json!({ "phase": "Running", "startTime": "2026-11-30T09:00:00Z", "seen": true });
        };
        self.update(&node, uid, "status", run).is_stored()
    }

    /// A new template makes a new ReplicaSet, which grows by one pod more than there are to be, and the old one shrinks.
    fn deploy(&mut self, uid: &str, deployment: &Value) -> bool {
        if deployment["metadata"]["deletionTimestamp"].is_string() {
            return false;
        }
        let by = controller("deployment-controller");
        let spec = &deployment["spec"];
        let wanted = spec["replicas"].as_u64().unwrap();
        let each = gpus(&spec["template"]["spec"]);
        let own = self.objects.clone().into_iter();
        let own = own.filter(|(_, object)| object["kind"] == "ReplicaSet" && owner_of(object) == Some(uid));
        let (current, old): (Vec<_>, Vec<_>) = own.partition(|(_, set)| gpus(&set["spec"]["template"]["spec"]) == each);
        let replicas = |set: &Value| set["spec"]["replicas"].as_u64().unwrap();
        let Some((set, object)) = current.into_iter().next() else {
            let name = &deployment["metadata"]["name"];
            let mut set = json!({ "apiVersion": "apps/v1", "kind": "ReplicaSet",
                "metadata": { "name": format!("{}-{each}", name.as_str().unwrap()), "namespace": deployment["metadata"]["namespace"],
                    "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "Deployment", "name": name, "uid": uid, "controller": true }] },
                "spec": { "replicas": 0, "template": spec["template"] } });
            set["spec"]["selector"] = json!({ "app": name });
            return self.create(&by, set).is_stored();
        };
        let others: u64 = old.iter().map(|(_, set)| replicas(set)).sum();
        let room = (wanted + u64::from(others > 0)).saturating_sub(others).min(wanted);
        let next = replicas(&object).max(room).min(wanted);
        if replicas(&object) != next {
            return self.update(&by, &set, "", |set| set["spec"]["replicas"] = json!(next)).is_stored();
        }
        let is_up = self.running(Some(&set)).len() as u64 >= room;
        match old.iter().find(|(_, set)| replicas(set) > 0).filter(|_| is_up) {
            Some((old, object)) => {
                let fewer = replicas(object) - 1;
                self.update(&by, old, "", |set| set["spec"]["replicas"] = json!(fewer)).is_stored()
            }
            None => false,
        }
    }

    fn run_job(&mut self, uid: &str, job: &Value) -> bool {
        let by = controller("job-controller");
        let ended = job["status"]["conditions"][0]["type"] == "Complete";
        if ended || job["metadata"]["deletionTimestamp"].is_string() {
            return false;
        }
        let pods = self.objects.iter().filter(|(_, pod)| pod["kind"] == "Pod" && owner_of(pod) == Some(uid));
        let (over, active): (Vec<_>, Vec<_>) = pods.partition(|(_, pod)| is_over(pod));
        // A pod that has ended counts once and for good, as its finalizer sees to.
        let counted = job["status"]["counted"].as_array().cloned().unwrap_or_default();
        let new: Vec<Value> = over.iter().map(|(pod, _)| json!(pod)).filter(|pod| !counted.contains(pod)).collect();
        let completions = job["spec"]["completions"].as_u64().unwrap();
        let succeeded = (counted.len() + new.len()) as u64;
        let is_idle = active.is_empty();
        if !new.is_empty() {
            let counted = [counted, new].concat();
            let count = |job: &mut Value| {
                job["status"]["succeeded"] = json!(succeeded.min(completions));
                job["status"]["counted"] = json!(counted);
            };
            return self.update(&by, uid, "status", count).is_stored();
        }
        if succeeded >= completions && is_idle {
            let complete = json!([{ "type": "Complete", "status": "True" }]);
            return self.update(&by, uid, "status", |job| job["status"]["conditions"] = complete).is_stored();
        }
        let wanted = job["spec"]["parallelism"].as_u64().unwrap().min(completions.saturating_sub(succeeded));
        let mut job = job.clone();
        job["spec"]["replicas"] = json!(wanted);
        self.replicate(uid, &job, "job-controller")
    }

    /// Releases what no longer has the labels, adopts what has them, makes what is missing and deletes what is too many.
    fn replicate(&mut self, uid: &str, set: &Value, by: &str) -> bool {
        if set["metadata"]["deletionTimestamp"].is_string() {
            return false;
        }
        let by = controller(by);
        let wanted = set["spec"]["replicas"].as_u64().unwrap();
        let (label, namespace) = (&set["spec"]["template"]["metadata"]["labels"]["app"], &set["metadata"]["namespace"]);
        let owner = json!([{ "apiVersion": set["apiVersion"], "kind": set["kind"], "name": set["metadata"]["name"], "uid": uid,
            "controller": true, "blockOwnerDeletion": true }]);
        let is_active =
            |pod: &Value| pod["kind"] == "Pod" && !is_over(pod) && pod["metadata"]["deletionTimestamp"].is_null();
        let pods: Vec<(String, Value)> = self.objects.clone().into_iter().filter(|(_, pod)| is_active(pod)).collect();
        let is_labelled =
            |pod: &Value| pod["metadata"]["labels"]["app"] == *label && pod["metadata"]["namespace"] == *namespace;
        for (pod, object) in &pods {
            let (is_own, fits) = (owner_of(object) == Some(uid), is_labelled(object));
            let stored = if is_own && !fits {
                self.update(&by, pod, "", |pod| {
                    pod["metadata"].as_object_mut().unwrap().remove("ownerReferences");
                })
            } else if fits && object["metadata"]["ownerReferences"].is_null() {
                self.update(&by, pod, "", |pod| pod["metadata"]["ownerReferences"] = owner.clone())
            } else {
                continue;
            };
            if stored.is_stored() {
                return true;
            }
        }
        let own: Vec<String> =
            pods.into_iter().filter(|(_, pod)| owner_of(pod) == Some(uid)).map(|(pod, _)| pod).collect();
        if (own.len() as u64) < wanted {
            let prefix = format!("{}-", set["metadata"]["name"].as_str().unwrap());
            let metadata = json!({ "generateName": prefix, "namespace": namespace, "labels": { "app": label }, "ownerReferences": owner });
            let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": set["spec"]["template"]["spec"] });
            return matches!(self.create(&by, pod), Stored::Yes(_));
        }
        match own.last().filter(|_| own.len() as u64 > wanted) {
            Some(pod) => self.delete(&by, pod, "Background").is_stored(),
            None => false,
        }
    }
}
