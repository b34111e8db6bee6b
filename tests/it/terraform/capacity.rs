//! What resources of every cloud keep running: each plan draws as much as `estimate` says of the machines that it has.

use super::check::json_of;
use super::plan;
use serde_json::{Value, json};
use std::process::Command;

const CREATE: &[&str] = &["create"];

/// MWh of a month of one machine of a type.
fn month_of(instance: &str) -> f64 {
    let estimate = ["estimate", "--instance", instance, "--count", "1", "--hours", "730", "--json"];
    let answer = Command::new(env!("CARGO_BIN_EXE_wattledger")).args(estimate).output().unwrap();
    let document: Value = serde_json::from_slice(&answer.stdout).unwrap_or_else(|_| panic!("{answer:?}"));
    document["energy_mwh"].as_f64().unwrap()
}

fn expect(what: &str, plan: &Value, machines: &[(&str, f64)]) {
    let (code, document) = json_of(plan, &["--intensity", "300"]);
    let right: f64 = machines.iter().map(|(instance, count)| month_of(instance) * count).sum();
    let found = document["energy_mwh"].as_f64().unwrap();
    assert!(code == 0 && (found - right).abs() < 1e-6, "{what}: {found}, right is {right}: {document}");
}

#[test]
fn machines_of_every_cloud() {
    for (kind, after, machines) in [
        (
            "aws_instance",
            json!({ "instance_type": "p5.48xlarge", "availability_zone": "eu-north-1a" }),
            &[("aws/p5.48xlarge", 1.0)][..],
        ),
        ("aws_spot_instance_request", json!({ "instance_type": "g5.12xlarge" }), &[("aws/g5.12xlarge", 1.0)]),
        (
            "aws_sagemaker_endpoint_configuration",
            json!({ "production_variants": [{ "instance_type": "ml.g5.12xlarge", "initial_instance_count": 2 }] }),
            &[("aws/g5.12xlarge", 2.0)],
        ),
        ("aws_db_instance", json!({ "instance_class": "db.r6g.xlarge", "multi_az": true }), &[("aws/r6g.xlarge", 2.0)]),
        (
            "aws_eks_node_group",
            json!({ "scaling_config": [{ "desired_size": 4, "min_size": 0, "max_size": 9 }], "instance_types": ["g5.12xlarge"] }),
            &[("aws/g5.12xlarge", 4.0)],
        ),
        (
            "google_compute_instance",
            json!({ "machine_type": "a3-highgpu-8g", "zone": "us-central1-a" }),
            &[("gcp/a3-highgpu-8g", 1.0)],
        ),
        // Its accelerators are named beside its type, and are there once.
        (
            "google_compute_instance",
            json!({ "machine_type": "g2-standard-48", "zone": "us-central1-a", "guest_accelerator": [{ "type": "nvidia-l4", "count": 4 }] }),
            &[("gcp/g2-standard-48", 1.0)],
        ),
        (
            "google_container_node_pool",
            json!({ "location": "europe-west4", "node_locations": ["europe-west4-a", "europe-west4-b", "europe-west4-c"], "initial_node_count": 2, "node_config": [{ "machine_type": "g2-standard-48" }] }),
            &[("gcp/g2-standard-48", 6.0)],
        ),
        (
            "azurerm_linux_virtual_machine_scale_set",
            json!({ "sku": "Standard_ND96isr_H100_v5", "instances": 4, "location": "West Europe" }),
            &[("azure/Standard_ND96isr_H100_v5", 4.0)],
        ),
        (
            "azurerm_kubernetes_cluster",
            json!({ "location": "westeurope", "default_node_pool": [{ "vm_size": "Standard_NC24ads_A100_v4", "node_count": 3 }] }),
            &[("azure/Standard_NC24ads_A100_v4", 3.0)],
        ),
        (
            "azurerm_machine_learning_compute_cluster",
            json!({ "vm_size": "Standard_NC24ads_A100_v4", "scale_settings": [{ "min_node_count": 0, "max_node_count": 4 }] }),
            &[],
        ),
        ("oci_core_instance", json!({ "shape": "BM.GPU.H100.8" }), &[("oci/BM.GPU.H100.8", 1.0)]),
        (
            "alicloud_instance",
            json!({ "instance_type": "ecs.gn7i-c32g1.8xlarge" }),
            &[("alibaba/ecs.gn7i-c32g1.8xlarge", 1.0)],
        ),
        ("aws_autoscaling_group", json!({ "min_size": 0, "max_size": 8, "desired_capacity": 0 }), &[]),
    ] {
        expect(kind, &plan(&[("x.y", kind, CREATE, Value::Null, after)]), machines);
    }
}

#[test]
fn changes_of_every_kind() {
    let p4d = || json!({ "instance_type": "p4d.24xlarge" });
    let p5 = || json!({ "instance_type": "p5.48xlarge" });
    let p4d_to_p5 = &[("aws/p5.48xlarge", 1.0), ("aws/p4d.24xlarge", -1.0)][..];
    for (what, changes, machines) in [
        ("update", vec![("a.b", "aws_instance", &["update"][..], p4d(), p5())], p4d_to_p5),
        ("destroy first", vec![("a.b", "aws_instance", &["delete", "create"], p4d(), p5())], p4d_to_p5),
        ("create first", vec![("a.b", "aws_instance", &["create", "delete"], p4d(), p5())], p4d_to_p5),
        ("delete", vec![("a.b", "aws_instance", &["delete"], p5(), Value::Null)], &[("aws/p5.48xlarge", -1.0)]),
        ("read", vec![("a.b", "aws_instance", &["no-op"], p5(), p5())], &[]),
        (
            "two resources",
            vec![
                ("a.b", "aws_instance", &["delete"], p4d(), Value::Null),
                ("a.c", "aws_instance", &["create"], Value::Null, p5()),
            ],
            p4d_to_p5,
        ),
        (
            "fewer of a group",
            vec![(
                "a.b",
                "aws_eks_node_group",
                &["update"],
                json!({ "scaling_config": [{ "desired_size": 5 }], "instance_types": ["p4d.24xlarge"] }),
                json!({ "scaling_config": [{ "desired_size": 2 }], "instance_types": ["p4d.24xlarge"] }),
            )],
            &[("aws/p4d.24xlarge", -3.0)],
        ),
        (
            "a tag",
            vec![(
                "a.b",
                "aws_instance",
                &["update"],
                json!({ "instance_type": "p5.48xlarge", "tags": { "a": "1" } }),
                json!({ "instance_type": "p5.48xlarge", "tags": { "a": "2" } }),
            )],
            &[],
        ),
    ] {
        expect(what, &plan(&changes), machines);
    }
}
