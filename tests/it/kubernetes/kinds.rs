//! How many accelerators each kind takes.

use super::{A100, answer, create, held, job, p95, service, template};
use crate::service::Data;
use serde_json::{Value, json};

/// Holds `review` on a fresh service, and expects the hold of `gpus` of `accelerator` for `hours`.
fn check(what: &str, api_version: &str, object: Value, (accelerator, gpus, hours): (&str, u64, f64)) {
    let data = Data::new();
    let service = service(&data, i64::MAX / 2, "");
    let response = answer(&service, &create("r1", api_version, object));
    assert!(response.allowed, "{what}: {response:?}");
    let expected = if gpus == 0 { 0 } else { p95(&service, accelerator, gpus, hours) };
    assert_eq!(held(&service), expected, "{what}: {}", service.get("/api/v1/admissions", &service.admin).body);
}

fn meta() -> Value {
    json!({ "name": "train", "namespace": "ml", "uid": "o1" })
}

#[test]
fn every_kind_holds_what_all_its_pods_take() {
    let kubeflow = |kind: &str, specs: &str, roles: Value| json!({ "kind": kind, "metadata": meta(), "spec": { "runPolicy": { "activeDeadlineSeconds": 7200 }, specs: roles } });
    let role = |replicas: u64, gpus: u64| json!({ "replicas": replicas, "restartPolicy": "Never", "template": template(gpus, A100) });
    let job_spec = json!({ "parallelism": 2, "activeDeadlineSeconds": 1800, "template": template(4, A100) });
    let ray = json!({
        "headGroupSpec": { "rayStartParams": {}, "template": template(1, A100) },
        "workerGroupSpecs": [{ "groupName": "a", "replicas": 3, "minReplicas": 1, "maxReplicas": 9, "template": template(4, A100) },
            { "groupName": "b", "minReplicas": 2, "numOfHosts": 2, "template": template(1, A100) }],
    });
    let mut pod = template(2, A100);
    (pod["kind"], pod["metadata"]) = (json!("Pod"), meta());
    pod["spec"]["activeDeadlineSeconds"] = json!(5400);
    for (api_version, object, gpus, hours) in [
        ("v1", pod, 2, 1.5),
        ("batch/v1", json!({ "kind": "Job", "metadata": meta(), "spec": job_spec }), 8, 0.5),
        (
            "batch/v1",
            json!({ "kind": "CronJob", "metadata": meta(), "spec": { "schedule": "0 3 * * *", "jobTemplate": { "spec": job_spec } } }),
            8,
            0.5,
        ),
        (
            "apps/v1",
            json!({ "kind": "Deployment", "metadata": meta(), "spec": { "replicas": 3, "template": template(2, A100) } }),
            6,
            1.0,
        ),
        (
            "apps/v1",
            json!({ "kind": "StatefulSet", "metadata": meta(), "spec": { "template": template(2, A100) } }),
            2,
            1.0,
        ),
        (
            "apps/v1",
            json!({ "kind": "ReplicaSet", "metadata": meta(), "spec": { "replicas": 0, "template": template(2, A100) } }),
            0,
            1.0,
        ),
        (
            "kubeflow.org/v1",
            kubeflow("TFJob", "tfReplicaSpecs", json!({ "PS": role(2, 1), "Worker": role(4, 4) })),
            18,
            2.0,
        ),
        (
            "kubeflow.org/v1",
            kubeflow("PyTorchJob", "pytorchReplicaSpecs", json!({ "Master": role(1, 8), "Worker": role(3, 8) })),
            32,
            2.0,
        ),
        (
            "kubeflow.org/v1",
            kubeflow("MPIJob", "mpiReplicaSpecs", json!({ "Launcher": role(1, 0), "Worker": role(2, 8) })),
            16,
            2.0,
        ),
        ("kubeflow.org/v2beta1", kubeflow("MPIJob", "mpiReplicaSpecs", json!({ "Worker": role(2, 4) })), 8, 2.0),
        ("ray.io/v1", json!({ "kind": "RayCluster", "metadata": meta(), "spec": ray }), 17, 1.0),
        (
            "ray.io/v1",
            json!({ "kind": "RayJob", "metadata": meta(), "spec": { "activeDeadlineSeconds": 3600, "rayClusterSpec": ray } }),
            17,
            1.0,
        ),
        (
            "jobset.x-k8s.io/v1alpha2",
            json!({ "kind": "JobSet", "metadata": meta(), "spec": { "replicatedJobs": [
            { "name": "driver", "template": { "spec": { "template": template(0, A100) } } },
            { "name": "workers", "replicas": 2, "template": { "spec": job_spec } }] } }),
            16,
            0.5,
        ),
        (
            "example.org/v1",
            json!({ "kind": "Telescope", "metadata": meta(), "spec": { "template": template(8, A100) } }),
            0,
            1.0,
        ),
    ] {
        check(&format!("{api_version} {}", object["kind"]), api_version, object, ("a100-sxm4-80", gpus, hours));
    }
}

#[test]
fn a_pod_takes_what_its_containers_take_together_or_an_init_container_alone() {
    let container = |gpus: u64| json!({ "name": "c", "resources": { "limits": { "nvidia.com/gpu": gpus } } });
    let mut sidecar = container(1);
    sidecar["restartPolicy"] = json!("Always");
    for (containers, init, gpus) in [
        (json!([container(1), container(2)]), json!(null), 3),
        (json!([container(1)]), json!([container(4), container(2)]), 4),
        (json!([container(3)]), json!([sidecar, container(2)]), 4),
        (json!([{ "name": "c", "resources": { "requests": { "nvidia.com/gpu": 2 } } }]), json!([]), 2),
        (json!([{ "name": "c", "resources": null }]), json!([]), 0),
    ] {
        let pod = json!({ "kind": "Pod", "metadata": { "name": "p" }, "spec": {
            "nodeSelector": { "nvidia.com/gpu.product": A100 }, "containers": containers, "initContainers": init } });
        check(&pod.to_string(), "v1", pod.clone(), ("a100-sxm4-80", gpus, 1.0));
    }
}

#[test]
fn the_accelerator_comes_from_annotation_node_selection_resource_or_configuration() {
    let pod = |resource: &str, labels: Value, annotations: Value| {
        json!({ "kind": "Pod", "metadata": { "name": "p", "annotations": annotations }, "spec": { "nodeSelector": labels,
            "containers": [{ "name": "c", "resources": { "limits": { resource: "2" } } }] } })
    };
    let affinity = json!({ "kind": "Pod", "metadata": { "name": "p" }, "spec": {
        "affinity": { "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [
            { "matchExpressions": [{ "key": "nvidia.com/gpu.product", "operator": "In", "values": ["Tesla-T4", "NVIDIA-L4"] }] }] } } },
        "containers": [{ "name": "c", "resources": { "limits": { "nvidia.com/gpu": 2 } } }] } });
    for (object, accelerator) in [
        (pod("nvidia.com/gpu", json!({}), json!({})), "H100"),
        (pod("amd.com/gpu", json!(null), json!(null)), "mi300x"),
        (pod("nvidia.com/gpu", json!({ "nvidia.com/gpu.product": "NVIDIA-L4" }), json!({})), "l4"),
        (
            pod("nvidia.com/gpu", json!({ "node.kubernetes.io/instance-type": "p4d.24xlarge" }), json!({})),
            "a100-sxm4-40",
        ),
        (
            pod(
                "nvidia.com/gpu",
                json!({ "nvidia.com/gpu.product": "NVIDIA-L4" }),
                json!({ "wattledger.io/accelerator": "A30" }),
            ),
            "a30",
        ),
        (
            pod("google.com/tpu", json!({ "cloud.google.com/gke-tpu-accelerator": "tpu-v4-podslice" }), json!({})),
            "tpu-v4",
        ),
        // Of what may come, the one that draws more.
        (affinity, "l4"),
    ] {
        check(&object.to_string(), "v1", object.clone(), (accelerator, 2, 1.0));
    }
}

#[test]
fn a_slice_holds_its_part_of_an_accelerator() {
    let pod = |resource: &str, count: u64, product: &str| {
        json!({ "kind": "Pod", "metadata": { "name": "p" }, "spec": { "nodeSelector": { "nvidia.com/gpu.product": product },
            "containers": [{ "name": "c", "resources": { "limits": { resource: count } } }] } })
    };
    let p50 = |object: Value| {
        let data = Data::new();
        let service = service(&data, i64::MAX / 2, "");
        assert!(answer(&service, &create("r1", "v1", object)).allowed);
        let admissions = service.get("/api/v1/admissions", &service.admin).json();
        admissions["items"][0]["p50"]["energy_mj"].as_i64().unwrap()
    };
    let whole = p50(pod("nvidia.com/gpu", 1, "NVIDIA-A100-SXM4-40GB"));
    for (resource, count, product) in [
        ("nvidia.com/mig-1g.5gb", 7, "NVIDIA-A100-SXM4-40GB"),
        ("nvidia.com/mig-7g.40gb", 1, "NVIDIA-A100-SXM4-40GB"),
        ("nvidia.com/gpu", 7, "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb"),
    ] {
        let slices = p50(pod(resource, count, product));
        assert!((slices - whole).abs() <= 1, "{count} x {resource} on {product}: {slices}, a whole one {whole}");
    }
    let three = p50(pod("nvidia.com/mig-3g.20gb", 1, "NVIDIA-A100-SXM4-40GB"));
    assert!((three * 7 - whole * 3).abs() <= 7, "{three} of {whole}");
}

#[test]
fn the_wall_time_is_what_is_enforced_then_what_is_announced_then_the_budgets_default() {
    let job = |deadline: Value, pod_deadline: Value, annotations: Value| {
        let mut template = template(1, A100);
        template["spec"]["activeDeadlineSeconds"] = pod_deadline;
        json!({ "kind": "Job", "metadata": { "name": "j", "annotations": annotations },
            "spec": { "parallelism": 2, "completions": 5, "activeDeadlineSeconds": deadline, "template": template } })
    };
    let hours = |hours: &str| json!({ "wattledger.io/hours": hours });
    for (object, expected) in [
        (job(json!(3600), json!(60), hours("9")), 1.0),
        (job(json!(null), json!(60), hours("2.5")), 2.5),
        // Five pods, two at once: three rounds.
        (job(json!(null), json!(7200), json!({})), 6.0),
        (job(json!(null), json!(null), json!({})), 1.0),
    ] {
        check(&object.to_string(), "batch/v1", object.clone(), ("a100-sxm4-80", 2, expected));
    }
    let mut in_template = job(json!(null), json!(null), json!({}));
    in_template["spec"]["template"]["metadata"]["annotations"] = hours("4");
    check("an annotation of the template", "batch/v1", in_template, ("a100-sxm4-80", 2, 4.0));
}

#[test]
fn what_does_not_fit_is_denied_with_what_is_needed_what_is_left_and_what_would_fit() {
    let data = Data::new();
    let service = service(&data, 5 * super::KWH, "");
    let response = answer(&service, &job("r1", "big", 4, 4));
    assert!(!response.allowed);
    let message = &response.result.message;
    for part in ["Job big", "16 x ", "everything has 5.00 kWh free", "What would fit", "admission 1"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert_eq!(response.audit_annotations["admission"], "1");
    assert_eq!(held(&service), 0);
    assert!(answer(&service, &job("r2", "small", 1, 1)).allowed);
}
