//! Plans whose machines stand in another resource or in a service's own words: tasks of Fargate, launch templates, clusters of Spark.

use super::check::json_of;
use super::plan;
use serde_json::{Value, json};

/// MWh that a p4d.24xlarge takes in a month.
const P4D: f64 = 2.044;
const CREATE: &[&str] = &["create"];
/// W of a vCPU at half load, and hours of a month.
const AWS_VCPU: f64 = 2.12;
const GCP_VCPU: f64 = 2.485;
const HOURS: f64 = 730.0;

fn mwh_of_plan(changes: &[(&str, &str, &[&str], Value, Value)]) -> (i32, f64, String) {
    let (code, document) = json_of(&plan(changes), &["--region", "gcp/europe-west4"]);
    (code, document["energy_mwh"].as_f64().unwrap(), document["unknown"].to_string())
}

#[test]
fn tasks_on_fargate_are_the_vcpus_of_their_definition() {
    let arn = "arn:aws:ecs:us-east-1:111122223333:task-definition/web:7";
    let service = |more: Value| {
        let mut service = json!({ "name": "web", "desired_count": 4, "task_definition": arn });
        service.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        service
    };
    let strategy = |names: &[&str]| {
        let each: Vec<Value> = names.iter().map(|name| json!({ "capacity_provider": name, "weight": 1 })).collect();
        json!({ "capacity_provider_strategy": each })
    };
    let fargate = json!({ "launch_type": "FARGATE" });
    for (of_service, cpu, vcpus) in [
        (service(fargate.clone()), json!("1024"), Some(4.0)),
        (service(fargate.clone()), json!("256"), Some(1.0)),
        (service(fargate.clone()), json!("1 vCPU"), Some(4.0)),
        (service(fargate.clone()), json!(".5 vCPU"), Some(2.0)),
        (service(fargate.clone()), json!(4096), Some(16.0)),
        (service(strategy(&["FARGATE", "FARGATE_SPOT"])), json!("2048"), Some(8.0)),
        (service(strategy(&["my-machines"])), json!("1024"), Some(0.0)),
        (service(json!({ "launch_type": "EC2" })), json!("1024"), Some(0.0)),
        (service(json!({ "launch_type": "FARGATE", "desired_count": 0 })), json!("1024"), Some(0.0)),
        (service(strategy(&["FARGATE", "my-machines"])), json!("1024"), None),
        (service(json!({})), json!("1024"), None),
        (service(fargate.clone()), Value::Null, None),
        (service(fargate.clone()), json!("lots"), None),
        (service(json!({ "launch_type": "FARGATE", "desired_count": null })), json!("1024"), None),
    ] {
        let definition = json!({ "arn": arn, "family": "web", "cpu": cpu });
        let (code, mwh, unknown) = mwh_of_plan(&[
            ("aws_ecs_service.web", "aws_ecs_service", CREATE, Value::Null, of_service.clone()),
            ("aws_ecs_task_definition.web", "aws_ecs_task_definition", CREATE, Value::Null, definition),
        ]);
        match vcpus {
            Some(vcpus) => {
                let right = vcpus * AWS_VCPU * HOURS / 1e6;
                assert!(code == 0 && (mwh - right).abs() < 1e-9, "{of_service} {cpu}: {code} {mwh} {unknown}");
            }
            None => assert_eq!(code, 4, "{of_service} {cpu}: {mwh}"),
        }
    }
    // A definition that is replaced by a larger one adds, although the service keeps its number of tasks.
    let definition = |arn: &str, cpu: &str| json!({ "arn": arn, "family": "web", "cpu": cpu });
    let new = "arn:aws:ecs:us-east-1:111122223333:task-definition/web:8";
    let mut after = service(fargate.clone());
    after["task_definition"] = json!(new);
    let (code, mwh, unknown) = mwh_of_plan(&[
        ("aws_ecs_service.web", "aws_ecs_service", &["update"], service(fargate), after),
        (
            "aws_ecs_task_definition.web",
            "aws_ecs_task_definition",
            &["delete", "create"],
            definition(arn, "1024"),
            definition(new, "4096"),
        ),
    ]);
    assert!(code == 0 && (mwh - 12.0 * AWS_VCPU * HOURS / 1e6).abs() < 1e-9, "{code} {mwh} {unknown}");
}

#[test]
fn a_group_whose_template_changes_adds_the_difference() {
    let group = json!({ "desired_capacity": 2, "launch_template": [{ "id": "lt-1", "version": "$Latest" }] });
    let template = |name: &str| json!({ "id": "lt-1", "name": "train", "instance_type": name });
    let (code, mwh, unknown) = mwh_of_plan(&[
        ("aws_autoscaling_group.g", "aws_autoscaling_group", &["no-op"], group.clone(), group),
        ("aws_launch_template.t", "aws_launch_template", &["update"], template("m5.xlarge"), template("p4d.24xlarge")),
    ]);
    let right = 2.0 * (P4D - 4.0 * AWS_VCPU * HOURS / 1e6);
    assert!(code == 0 && (mwh - right).abs() < 1e-9, "{code} {mwh} {right} {unknown}");
}

#[test]
fn clusters_of_spark_are_their_machines() {
    let group = |name: &str, count: u64| json!([{ "instance_type": name, "instance_count": count }]);
    let node = |name: &str, count: u64| json!([{ "machine_type": name, "num_instances": count }]);
    let dataproc = |more: Value| json!({ "name": "x", "region": "europe-west4", "cluster_config": [more] });
    for (kind, after, watts) in [
        (
            "aws_emr_cluster",
            json!({ "master_instance_group": [{ "instance_type": "m5.xlarge" }], "core_instance_group": group("r5.4xlarge", 3) }),
            (4.0 + 3.0 * 16.0) * AWS_VCPU,
        ),
        (
            "aws_emr_cluster",
            json!({ "master_instance_fleet": [{ "target_on_demand_capacity": 1, "instance_type_configs": [{ "instance_type": "m5.xlarge" }] }],
                "core_instance_fleet": [{ "target_on_demand_capacity": 2, "target_spot_capacity": 6, "instance_type_configs": [{ "instance_type": "m5.xlarge", "weighted_capacity": 1 }, { "instance_type": "m5.2xlarge", "weighted_capacity": 2 }] }] }),
            // Either type fills the core fleet with 32 vCPUs.
            36.0 * AWS_VCPU,
        ),
        ("aws_emr_instance_group", json!({ "instance_type": "c5.2xlarge", "instance_count": 5 }), 40.0 * AWS_VCPU),
        ("aws_emr_instance_group", json!({ "instance_type": "c5.2xlarge", "instance_count": 0 }), 0.0),
        (
            "google_dataproc_cluster",
            dataproc(json!({ "master_config": node("n2-standard-4", 1), "worker_config": node("n2-highmem-8", 10) })),
            84.0 * GCP_VCPU,
        ),
        (
            "google_dataproc_cluster",
            dataproc(
                json!({ "master_config": node("n2-standard-4", 3), "worker_config": node("n2-standard-4", 2), "preemptible_worker_config": [{ "num_instances": 5 }] }),
            ),
            40.0 * GCP_VCPU,
        ),
        // A master and two workers of n1-standard-4, as the provider documents it.
        ("google_dataproc_cluster", dataproc(json!({ "master_config": [], "worker_config": [] })), 12.0 * GCP_VCPU),
        (
            "google_dataproc_cluster",
            dataproc(
                json!({ "master_config": node("e2-standard-8", 1), "software_config": [{ "override_properties": { "dataproc:dataproc.allow.zero.workers": "true" } }] }),
            ),
            8.0 * GCP_VCPU,
        ),
    ] {
        let (code, mwh, unknown) = mwh_of_plan(&[("x.y", kind, CREATE, Value::Null, after.clone())]);
        let right = watts * HOURS / 1e6;
        assert!(code == 0 && (mwh - right).abs() < 1e-9, "{after}: {code} {mwh} {right} {unknown}");
    }
    let with_gpu = json!([{ "machine_type": "n1-standard-8", "num_instances": 2, "accelerators": [{ "accelerator_type": "nvidia-tesla-t4", "accelerator_count": 2 }] }]);
    let (code, document) = json_of(
        &plan(&[(
            "x.y",
            "google_dataproc_cluster",
            CREATE,
            Value::Null,
            dataproc(json!({ "worker_config": with_gpu })),
        )]),
        &[],
    );
    assert_eq!((code, &document["accelerators"]), (0, &json!({ "nvidia-tesla-t4": 4 })), "{document}");
    for (kind, after) in [
        ("aws_emr_cluster", json!({ "master_instance_group": [{ "instance_type": "m9.huge" }] })),
        ("aws_emr_instance_group", json!({ "instance_type": "m5.xlarge" })),
        ("google_dataproc_cluster", json!({ "virtual_cluster_config": [{}] })),
        ("google_dataproc_cluster", dataproc(json!({ "auxiliary_node_groups": [{}] }))),
    ] {
        let (code, _, unknown) = mwh_of_plan(&[("x.y", kind, CREATE, Value::Null, after.clone())]);
        assert_eq!(code, 4, "{after}: {unknown}");
    }
}
