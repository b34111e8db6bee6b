//! Which accelerator a resource is, and that nothing which an object states makes it less than what it asks for.

use super::bench::Gate;
use super::objects::{held, nanohours};
use super::{A100, answer, create, service, template};
use crate::service::Data;
use ::model::AdmissionState;
use serde_json::{Value, json};

/// A pod that takes these resources, on nodes with these labels, and states this.
fn pod(resources: &Value, labels: &Value, annotations: &Value) -> Value {
    json!({ "kind": "Pod", "metadata": { "name": "p", "uid": "o1", "annotations": annotations },
        "spec": { "nodeSelector": labels, "containers": [{ "name": "c", "resources": { "limits": resources } }] } })
}

/// What a pod is known to take.
#[test]
fn a_resource_is_known() {
    let none = || json!({});
    let product = |name: &str| json!({ "nvidia.com/gpu.product": name });
    let instance = |name: &str| json!({ "node.kubernetes.io/instance-type": name });
    let tpu = |name: &str| json!({ "cloud.google.com/gke-tpu-accelerator": name, "cloud.google.com/gke-tpu-topology": "2x2" });
    let power = |watts: &str| json!({ "wattledger.io/power-w": watts });
    let is = |name: &str| json!({ "wattledger.io/accelerator": name });
    let described = |name: &str| json!({ "wattledger.io/accelerator": name, "wattledger.io/power-w": "310" });
    let shared = json!({ "nvidia.com/gpu.product": "NVIDIA-L4-SHARED", "nvidia.com/gpu.replicas": "4" });
    for (resources, labels, annotations, name, count) in [
        (json!({ "nvidia.com/gpu": 2 }), none(), none(), "h100-sxm5", 2),
        (json!({ "nvidia.com/gpu.shared": 2 }), shared.clone(), none(), "l4 1/4", 2),
        (json!({ "nvidia.com/gpu": 1 }), shared, none(), "l4 1/4", 1),
        (json!({ "nvidia.com/gpu.shared": 1 }), none(), none(), "h100-sxm5", 1),
        (json!({ "nvidia.com/mig-1g.10gb": 3 }), product(A100), none(), "a100-sxm4-80 1/7", 3),
        (json!({ "nvidia.com/mig-1g.10gb.me": 1 }), product(A100), none(), "a100-sxm4-80 1/7", 1),
        (json!({ "nvidia.com/mig-7g.80gb": 1 }), product(A100), none(), "a100-sxm4-80", 1),
        (json!({ "nvidia.com/gpu": 2 }), product("NVIDIA-A100-SXM4-80GB-MIG-3g.40gb"), none(), "a100-sxm4-80 3/7", 2),
        (json!({ "amd.com/gpu": 8 }), none(), none(), "mi300x", 8),
        (json!({ "amd.com/gpu": 8 }), none(), is("MI325X"), "mi325x", 8),
        (json!({ "amd.com/gpu": 1 }), json!({ "amd.com/gpu.product-name": "AMD_Instinct_MI210" }), none(), "mi210", 1),
        (json!({ "amd.com/cpx_nps4": 8 }), none(), none(), "mi300x 1/8", 8),
        (json!({ "amd.com/dpx_nps2": 1 }), none(), none(), "mi300x 1/2", 1),
        (json!({ "amd.com/spx_nps1": 1 }), none(), none(), "mi300x", 1),
        (json!({ "habana.ai/gaudi": 8 }), none(), none(), "gaudi2", 8),
        (json!({ "habana.ai/gaudi": 8 }), none(), is("Gaudi 3"), "gaudi3", 8),
        (json!({ "google.com/tpu": 4 }), tpu("tpu-v4-podslice"), none(), "tpu-v4", 4),
        (json!({ "google.com/tpu": 4 }), tpu("tpu-v5-lite-podslice"), power("200"), "tpu-v5e", 4),
        (json!({ "google.com/tpu": 8 }), tpu("tpu-v5-lite-device"), power("200"), "tpu-v5e", 8),
        (json!({ "google.com/tpu": 4 }), tpu("tpu-v5p-slice"), power("450"), "tpu-v5p", 4),
        (json!({ "google.com/tpu": 8 }), tpu("tpu-v6e-slice"), power("300"), "tpu-v6e", 8),
        (json!({ "google.com/tpu": 4 }), tpu("tpu7x"), power("900"), "tpu-v7", 4),
        (json!({ "aws.amazon.com/neuron": 16 }), none(), power("385"), "trn1", 16),
        (json!({ "aws.amazon.com/neurondevice": 1 }), instance("inf2.xlarge"), power("150"), "inf2", 1),
        (json!({ "aws.amazon.com/neuroncore": 2 }), instance("inf2.xlarge"), power("75"), "inf2 1/2", 2),
        (json!({ "aws.amazon.com/neuroncore": 64 }), instance("trn2.48xlarge"), power("125"), "trn2 1/4", 64),
        (json!({ "gpu.intel.com/i915": 1 }), none(), is("max-1100"), "max-1100", 1),
        (
            json!({ "gpu.intel.com/xe": 2, "gpu.intel.com/xe_monitoring": 1 }),
            none(),
            is("Arc Pro B60"),
            "arc-pro-b60",
            2,
        ),
        (json!({ "intel.com/gpu": 1 }), none(), is("flex-170"), "flex-170", 1),
        (json!({ "huawei.com/Ascend910": 8 }), none(), power("400"), "Ascend910", 8),
        (
            json!({ "huawei.com/Ascend910B": 1, "huawei.com/Ascend910B-memory": 32_768 }),
            none(),
            power("400"),
            "Ascend910B",
            1,
        ),
        (
            json!({ "nvidia.com/gpu": 1, "nvidia.com/gpumem": 8_000, "nvidia.com/gpucores": 50 }),
            product("Tesla-T4"),
            none(),
            "t4",
            1,
        ),
        (json!({ "volcano.sh/vgpu-number": 2, "volcano.sh/vgpu-memory": 8_000 }), product("Tesla-T4"), none(), "t4", 2),
        (json!({ "hygon.com/dcunum": 1, "hygon.com/dcumem": 16_000 }), none(), described("K100"), "K100", 1),
        (json!({ "example.com/npu": 2 }), none(), described("NPU 7"), "NPU 7", 2),
        (
            json!({ "nvidia.com/gpu": 8, "rdma/hca": 8, "vpc.amazonaws.com/efa": 32 }),
            instance("p5.48xlarge"),
            none(),
            "h100-sxm5",
            8,
        ),
    ] {
        let gate = Gate::new(i64::MAX / 4);
        let response = gate.answer(&create("r1", "v1", pod(&resources, &labels, &annotations)));
        assert!(response.allowed, "{resources}: {}", response.status);
        assert_eq!(held(&gate), [(name.to_owned(), count)].into(), "{resources} on {labels}, {annotations}");
    }
}

/// What a pod must say more of, and what it is told to say.
#[test]
fn a_resource_that_is_not_known_is_refused_with_what_the_object_can_state() {
    let refused = |resource: &str, labels: Value, annotations: Value, expected: &str| {
        let asked = pod(&json!({ resource: 1 }), &labels, &annotations);
        let gate = Gate::new(i64::MAX / 4);
        let response = gate.answer(&create("r1", "v1", asked.clone()));
        let message = response.status["message"].as_str().unwrap_or_default();
        assert!(!response.allowed && message.contains(expected), "{asked}: {}", response.status);
        assert!(!message.contains("--"), "an option of a command is nothing that an object can state: {message}");
        let watched = Gate::configured(i64::MAX / 4, "warn", "").answer(&create("r1", "v1", asked.clone()));
        assert!(watched.allowed && watched.warnings.join(" ").contains("cannot be estimated"), "{asked}: {watched:?}");
    };
    let annotation = "wattledger.io/accelerator";
    for resource in [
        "example.com/npu",
        "nvidia.com/mig-9g.5gb",
        "amd.com/xyz_nps1",
        "hygon.com/dcunum",
        "cambricon.com/vmlu",
        "iluvatar.ai/vgpu",
        "metax-tech.com/gpu",
        "mthreads.com/vgpu",
        "aliyun.com/gpu-mem",
        "intel.com/gpu",
        "gpu.intel.com/i915",
        "gpu.intel.com/xe",
        "huawei.com/Ascend310P",
    ] {
        refused(resource, json!({}), json!({}), annotation);
        refused(resource, json!({}), json!({}), "wattledger.io/power-w");
    }
    for (resource, label, value) in [
        ("google.com/tpu", "cloud.google.com/gke-tpu-accelerator", "tpu-v5p-slice"),
        ("aws.amazon.com/neuron", "node.kubernetes.io/instance-type", "trn1.32xlarge"),
        ("aws.amazon.com/neuroncore", "node.kubernetes.io/instance-type", "trn2.48xlarge"),
    ] {
        refused(resource, json!({ label: value }), json!({}), "wattledger.io/power-w");
        // A name does not take the place of what is asked for.
        refused(resource, json!({ label: value }), json!({ annotation: "T4" }), "wattledger.io/power-w");
    }
    let instance = json!({ "node.kubernetes.io/instance-type": "zz9.plural" });
    refused("nvidia.com/gpu", instance, json!({}), "\"zz9.plural\" is not in the table of instance types");
    refused("nvidia.com/gpu", json!({}), json!({ annotation: "Q9000" }), "\"Q9000\" is not in the accelerator table");
    refused("nvidia.com/gpu", json!({}), json!({ "wattledger.io/power-w": "lots" }), "is not a power in watts");
    refused("nvidia.com/gpu", json!({}), json!({ "wattledger.io/hours": "-1" }), "is not a number of hours");
}

#[test]
fn a_statement_makes_it_no_less() {
    let gpu = || json!({ "nvidia.com/gpu": 1 });
    let on = |product: &str| json!({ "nvidia.com/gpu.product": product });
    let is = |name: &str| json!({ "wattledger.io/accelerator": name });
    let either = |one: Value, other: Value| {
        let mut pod = pod(&gpu(), &json!({}), &json!({}));
        let terms = json!([{ "matchExpressions": [one] }, { "matchExpressions": [other] }]);
        pod["spec"]["affinity"] = json!({ "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": terms } } });
        pod
    };
    let a_t4 = json!({ "key": "nvidia.com/gpu.product", "operator": "In", "values": ["Tesla-T4"] });
    let an_l4 = json!({ "key": "cloud.google.com/gke-accelerator", "operator": "In", "values": ["nvidia-l4"] });
    let a_zone = json!({ "key": "topology.kubernetes.io/zone", "operator": "In", "values": ["a"] });
    for (object, name) in [
        (pod(&gpu(), &on(A100), &is("T4")), "a100-sxm4-80"),
        (pod(&gpu(), &on("Tesla-T4"), &is("A100-SXM4-80GB")), "a100-sxm4-80"),
        (pod(&gpu(), &on(A100), &is("NVIDIA-A100-SXM4-80GB-MIG-1g.10gb")), "a100-sxm4-80"),
        (pod(&gpu(), &on("NVIDIA-A100-SXM4-80GB-MIG-1g.10gb"), &is("T4")), "t4"),
        (pod(&json!({ "amd.com/gpu": 1 }), &json!({}), &is("T4")), "mi300x"),
        (pod(&json!({ "habana.ai/gaudi": 1 }), &json!({}), &is("L4")), "gaudi2"),
        (either(a_t4.clone(), an_l4), "l4"),
        // Where one of two terms asks for no hardware, the pod may come to any.
        (either(a_t4, a_zone), "h100-sxm5"),
    ] {
        let gate = Gate::new(i64::MAX / 4);
        gate.allow(&create("r1", "v1", object.clone()));
        assert_eq!(held(&gate), [(name.to_owned(), 1)].into(), "{object}");
    }
}

#[test]
fn a_stated_power_counts_where_it_is_more_than_the_table_has() {
    let held_mj = |annotations: Value| {
        let gate = Gate::new(i64::MAX / 4);
        let labels = json!({ "nvidia.com/gpu.product": A100 });
        gate.allow(&create("r1", "v1", pod(&json!({ "nvidia.com/gpu": 1 }), &labels, &annotations)));
        gate.bench.figures("1", crate::budget::at(0))[1]
    };
    let silent = held_mj(json!({}));
    assert_eq!(held_mj(json!({ "wattledger.io/power-w": "1" })), silent);
    assert!(held_mj(json!({ "wattledger.io/power-w": "5000" })) > 2 * silent);
}

#[test]
fn a_stated_time_is_no_less_than_what_is_enforced() {
    let with_hours = |hours: &str| json!({ "wattledger.io/hours": hours });
    let job = |deadline: Value, pod_deadline: Value, hours: Value, hours_of_pods: Value| {
        let mut template = template(1, A100);
        template["spec"]["activeDeadlineSeconds"] = pod_deadline;
        template["metadata"]["annotations"] = hours_of_pods;
        let spec =
            json!({ "completions": 4, "parallelism": 2, "activeDeadlineSeconds": deadline, "template": template });
        create(
            "r1",
            "batch/v1",
            json!({ "kind": "Job", "metadata": { "name": "j", "uid": "o1", "annotations": hours }, "spec": spec }),
        )
    };
    for (review, hours) in [
        (job(json!(7_200), json!(null), with_hours("0.1"), json!({})), 2),
        (job(json!(null), json!(3_600), with_hours("0.1"), json!({})), 2),
        (job(json!(null), json!(null), with_hours("1"), with_hours("5")), 5),
        (job(json!(null), json!(null), with_hours("5"), with_hours("1")), 5),
    ] {
        let gate = Gate::new(i64::MAX / 4);
        gate.allow(&review);
        assert_eq!(nanohours(&gate), [hours * 1_000_000_000], "{review}");
    }
}

#[test]
fn what_one_role_states_is_not_said_of_another() {
    let mut short = template(1, "Tesla-T4");
    short["metadata"]["annotations"] = json!({ "wattledger.io/accelerator": "T4", "wattledger.io/power-w": "80" });
    short["spec"]["activeDeadlineSeconds"] = json!(60);
    let mut long = template(4, A100);
    long["spec"]["nodeSelector"] = json!({});
    let roles = json!({ "PS": { "replicas": 1, "template": short }, "Worker": { "replicas": 2, "template": long } });
    let training =
        json!({ "kind": "TFJob", "metadata": { "name": "t", "uid": "o1" }, "spec": { "tfReplicaSpecs": roles } });
    let jobs = json!([
        { "name": "short", "template": { "metadata": { "annotations": short["metadata"]["annotations"] }, "spec": { "activeDeadlineSeconds": 60, "template": short } } },
        { "name": "long", "replicas": 2, "template": { "spec": { "template": long } } }]);
    let set = json!({ "kind": "JobSet", "metadata": { "name": "s", "uid": "o1" }, "spec": { "replicatedJobs": jobs } });
    for (api_version, object) in [("kubeflow.org/v1", training), ("jobset.x-k8s.io/v1alpha2", set)] {
        let gate = Gate::new(i64::MAX / 4);
        gate.allow(&create("r1", api_version, object.clone()));
        assert_eq!(held(&gate), [("h100-sxm5".to_owned(), 8), ("t4".to_owned(), 1)].into(), "{object}");
        // A minute of one is no deadline of the other: that has the default of the budgets, an hour.
        let least = nanohours(&gate).into_iter().filter(|hours| *hours > 0).min().unwrap_or(1_000_000_000);
        assert_eq!(least, 1_000_000_000, "{object}");
    }
}

#[test]
fn a_slice_is_called_one_and_spreads_as_its_accelerator_does() {
    let asked = |resource: &str| pod(&json!({ resource: 1 }), &json!({ "nvidia.com/gpu.product": A100 }), &json!({}));
    let spread = |resource: &str| {
        let data = Data::new();
        let service = service(&data, i64::MAX / 2, "");
        assert!(answer(&service, &create("r1", "v1", asked(resource))).allowed);
        let held = service.get("/api/v1/admissions", &service.admin).json()["items"][0].clone();
        let of = |quantile: &str| held[quantile]["energy_mj"].as_f64().unwrap();
        of("p95") / of("p50")
    };
    let (slice, whole) = (spread("nvidia.com/mig-2g.20gb"), spread("nvidia.com/gpu"));
    assert!(whole > 1.0 && (slice - whole).abs() < 1e-6, "{slice}, a whole one {whole}");
    let gate = Gate::new(1);
    let response = gate.answer(&create("r1", "v1", asked("nvidia.com/mig-2g.20gb")));
    assert!(response.status.to_string().contains("1 x 2/7 slices of "), "{}", response.status);
    assert!(gate.demands(Some(AdmissionState::Held)).is_empty());
}
