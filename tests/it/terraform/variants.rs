//! Variants of each kind of plan, and laws that hold for all of them.

use super::check::json_of;
use super::plan;
use proptest::prelude::*;
use serde_json::{Value, json};
use units::Pue;
use wattledger::gate::terraform::{BillContext, PlanBill, StatedRegions, TerraformPlan, Usage};
use wattledger::grid::Library;

const P4D: f64 = 2.044;
const CREATE: &[&str] = &["create"];

fn mwh_of(kind: &str, after: Value) -> (i32, f64, String) {
    let (code, document) = json_of(&plan(&[("x.y", kind, CREATE, Value::Null, after)]), &[]);
    (code, document["energy_mwh"].as_f64().unwrap(), document["unknown"].to_string())
}

fn overrides(list: Value) -> Value {
    json!([{ "launch_template": [{ "override": list }] }])
}

#[test]
fn groups_count_in_weights_vcpus_or_machines() {
    let p4d = json!([{ "instance_type": "p4d.24xlarge" }]);
    for (kind, after, machines) in [
        (
            "aws_autoscaling_group",
            json!({ "desired_capacity": 9, "mixed_instances_policy": overrides(json!([{ "instance_type": "p4d.24xlarge", "weighted_capacity": "8" }])) }),
            2.0,
        ),
        ("aws_autoscaling_group", json!({ "min_size": 1, "mixed_instances_policy": overrides(p4d.clone()) }), 1.0),
        (
            "aws_autoscaling_group",
            json!({ "desired_capacity": 97, "desired_capacity_type": "vcpu", "mixed_instances_policy": overrides(p4d.clone()) }),
            2.0,
        ),
        (
            "aws_autoscaling_group",
            json!({ "desired_capacity": 0, "desired_capacity_type": "memory-mib", "mixed_instances_policy": overrides(p4d.clone()) }),
            0.0,
        ),
        (
            "aws_autoscaling_group",
            json!({ "desired_capacity": 1, "max_size": 3, "warm_pool": [{ "pool_state": "Stopped", "min_size": 2 }], "mixed_instances_policy": overrides(p4d.clone()) }),
            1.0,
        ),
        (
            "aws_spot_fleet_request",
            json!({ "target_capacity": 192, "target_capacity_unit_type": "vcpu", "launch_specification": p4d.clone() }),
            2.0,
        ),
        (
            "aws_ec2_fleet",
            json!({ "target_capacity_specification": [{ "total_target_capacity": 3 }], "launch_template_config": [{ "override": p4d.clone() }] }),
            3.0,
        ),
        (
            "aws_eks_node_group",
            json!({ "scaling_config": [{ "desired_size": 2, "max_size": 5 }], "instance_types": ["g5.xlarge", "p4d.24xlarge"] }),
            2.0,
        ),
        (
            "aws_batch_compute_environment",
            json!({ "compute_resources": [{ "type": "EC2", "instance_type": ["p4d"], "min_vcpus": 97 }] }),
            2.0,
        ),
        (
            "aws_batch_compute_environment",
            json!({ "compute_resources": [{ "type": "EC2", "instance_type": ["p4d.24xlarge"], "min_vcpus": 0 }] }),
            0.0,
        ),
        ("aws_sagemaker_app", json!({ "resource_spec": [{ "instance_type": "system" }] }), 0.0),
    ] {
        let (code, mwh, unknown) = mwh_of(kind, after.clone());
        assert!(code == 0 && (mwh - machines * P4D).abs() < 1e-9, "{after}: {code} {mwh} {unknown}");
    }
    for (kind, after, reason) in [
        (
            "aws_autoscaling_group",
            json!({ "desired_capacity": 8, "desired_capacity_type": "memory-mib", "mixed_instances_policy": overrides(p4d) }),
            "memory-mib",
        ),
        (
            "aws_autoscaling_group",
            json!({ "desired_capacity": 8, "mixed_instances_policy": overrides(json!([{ "instance_requirements": [{ "accelerator_count": [{ "min": 8 }] }] }])) }),
            "requirements",
        ),
        (
            "aws_autoscaling_group",
            json!({ "desired_capacity": 1, "mixed_instances_policy": overrides(json!([{ "instance_type": "p4d.24xlarge" }, { "instance_type": "x9.unheard" }])) }),
            "x9.unheard",
        ),
        (
            "aws_batch_compute_environment",
            json!({ "compute_resources": [{ "type": "EC2", "instance_type": ["x9"], "min_vcpus": 8 }] }),
            "x9",
        ),
    ] {
        let (code, _, unknown) = mwh_of(kind, after);
        assert!(code == 4 && unknown.contains(reason), "{code} {unknown}");
    }
}

#[test]
fn pools_are_multiplied_by_the_zones_that_are_known() {
    let a3 = |more: Value| {
        let mut pool = json!({ "name": "p", "node_config": [{ "machine_type": "a2-highgpu-8g" }] });
        pool.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        pool
    };
    let each = 8.0 * 350.0 * 730.0 / 1e6;
    for (more, nodes) in [
        (json!({ "location": "us-central1-a", "node_count": 2 }), 2.0),
        (
            json!({ "location": "us-central1", "node_count": 2, "node_locations": ["us-central1-a", "us-central1-b"] }),
            4.0,
        ),
        (json!({ "location": "us-central1", "node_count": 0 }), 0.0),
        (json!({ "location": "us-central1", "autoscaling": [{ "min_node_count": 0, "max_node_count": 4 }] }), 0.0),
        (
            json!({ "location": "us-central1-a", "initial_node_count": 1, "autoscaling": [{ "min_node_count": 2, "max_node_count": 4 }] }),
            2.0,
        ),
        (
            json!({ "location": "us-central1", "autoscaling": [{ "total_min_node_count": 3, "total_max_node_count": 9 }] }),
            3.0,
        ),
    ] {
        let (code, mwh, unknown) = mwh_of("google_container_node_pool", a3(more.clone()));
        assert!(code == 0 && (mwh - nodes * each).abs() < 1e-9, "{more}: {code} {mwh} {unknown}");
    }
    let (code, _, unknown) =
        mwh_of("google_container_node_pool", a3(json!({ "location": "us-central1", "node_count": 1 })));
    assert!(code == 4 && unknown.contains("zones"), "its cluster is not in the plan: {code} {unknown}");
    let cluster = |zones: Value| {
        (
            "google_container_cluster.c",
            "google_container_cluster",
            CREATE,
            Value::Null,
            json!({ "name": "c", "location": "us-central1", "node_locations": zones, "remove_default_node_pool": true, "initial_node_count": 1 }),
        )
    };
    for (zones, expected) in [(Value::Null, 3.0), (json!(["us-central1-a", "us-central1-b"]), 2.0)] {
        let pool = (
            "google_container_node_pool.p",
            "google_container_node_pool",
            CREATE,
            Value::Null,
            a3(json!({ "cluster": "c", "node_count": 1 })),
        );
        let (code, document) = json_of(&plan(&[cluster(zones), pool]), &[]);
        assert!(code == 0 && (document["energy_mwh"].as_f64().unwrap() - expected * each).abs() < 1e-9, "{document}");
        assert_eq!(document["resources"][0]["region"], "gcp/us-central1", "it is where its cluster is: {document}");
    }
    let (code, _, unknown) =
        mwh_of("google_container_cluster", json!({ "location": "us-central1", "enable_autopilot": true }));
    assert!(code == 4 && unknown.contains("Autopilot"), "{unknown}");
}

#[test]
fn a_bastion_host_never_breaks_a_pipeline_and_an_unknown_service_does() {
    for (kind, after, vcpus, watts) in [
        ("aws_instance", json!({ "instance_type": "t3.micro" }), 2.0, 2.12),
        ("aws_db_instance", json!({ "instance_class": "db.r6g.xlarge", "multi_az": true }), 8.0, 2.12),
        ("aws_elasticache_cluster", json!({ "node_type": "cache.t3.micro", "num_cache_nodes": 2 }), 4.0, 2.12),
        ("google_compute_instance", json!({ "machine_type": "e2-medium", "zone": "us-central1-a" }), 2.0, 2.485),
        (
            "google_sql_database_instance",
            json!({ "settings": [{ "tier": "db-custom-4-8192" }], "region": "us-central1" }),
            4.0,
            2.485,
        ),
        ("azurerm_linux_virtual_machine", json!({ "size": "Standard_DS2_v2", "location": "West Europe" }), 2.0, 2.27),
        (
            "azurerm_postgresql_flexible_server",
            json!({ "sku_name": "GP_Standard_D4s_v3", "location": "westeurope" }),
            4.0,
            2.27,
        ),
        ("oci_core_instance", json!({ "shape": "VM.Standard.E4.Flex", "shape_config": [{ "ocpus": 2 }] }), 4.0, 2.2915),
        (
            "alicloud_instance",
            json!({ "instance_type": "ecs.g7.xlarge", "availability_zone": "cn-beijing-g" }),
            4.0,
            2.2915,
        ),
    ] {
        let (code, mwh, unknown) = mwh_of(kind, after.clone());
        assert!(
            code == 0 && (mwh - vcpus * watts * 730.0 / 1e6).abs() < 1e-9,
            "{kind} {after}: {code} {mwh} {unknown}"
        );
    }
    for kind in [
        "aws_emr_cluster",
        "aws_redshift_cluster",
        "google_dataproc_cluster",
        "azurerm_synapse_spark_pool",
        "databricks_cluster",
        "lambdalabs_instance",
        "hcloud_server",
        "oci_database_db_system",
        "aws_ecs_service",
        "aws_emr_instance_fleet",
    ] {
        let asked = plan(&[("x.y", kind, CREATE, Value::Null, json!({ "name": "x" }))]);
        let (code, document) = json_of(&asked, &[]);
        assert_eq!((code, &document["unknown"][0]["address"]), (4, &json!("x.y")), "{kind}: {document}");
        let folder = tempfile::tempdir().unwrap();
        let usage = folder.path().join("usage.toml");
        for (text, mwh) in
            [("power_w = 100\ncount = 2", 0.146), ("count = 0", 0.0), ("instance_type = 'aws/p4d.24xlarge'", P4D)]
        {
            std::fs::write(&usage, format!("['x.y']\n{text}\nregion = 'aws/us-east-1'")).unwrap();
            let (code, document) = json_of(&asked, &["--usage", usage.to_str().unwrap()]);
            assert!(
                code == 0 && (document["energy_mwh"].as_f64().unwrap() - mwh).abs() < 1e-9,
                "{kind} {text}: {document}"
            );
        }
    }
    let (code, document) = json_of(
        &plan(&[
            ("x.y", "acme_certificate", CREATE, Value::Null, json!({})),
            ("x.z", "aws_s3_bucket", CREATE, Value::Null, json!({})),
        ]),
        &[],
    );
    assert_eq!(
        (code, &document["unlisted_types"], &document["other_resources"]),
        (0, &json!({ "acme_certificate": 1 }), &json!(1)),
        "{document}"
    );
}

#[test]
fn imports_moves_and_replacements_count_what_differs() {
    let p4d = |region: &str| json!({ "instance_type": "p4d.24xlarge", "region": region });
    let mut import = plan(&[("aws_instance.a", "aws_instance", &["no-op"], p4d("us-east-1"), p4d("us-east-1"))]);
    import["resource_changes"][0]["change"]["importing"] = json!({ "id": "i-1" });
    let mut moved = plan(&[("aws_instance.b", "aws_instance", &["no-op"], p4d("us-east-1"), p4d("us-east-1"))]);
    moved["resource_changes"][0]["previous_address"] = json!("aws_instance.a");
    for (asked, mwh, tonnes) in [
        (import, 0.0, 0.0),
        (moved, 0.0, 0.0),
        (
            plan(&[("aws_instance.a", "aws_instance", &["create", "delete"], p4d("eu-north-1"), p4d("ap-south-1"))]),
            0.0,
            P4D * 0.67307,
        ),
        (
            plan(&[("aws_instance.a", "aws_instance", &["delete", "create"], p4d("ap-south-1"), p4d("eu-north-1"))]),
            0.0,
            P4D * -0.67307,
        ),
        (
            plan(&[("aws_instance.a", "aws_instance", &["update"], p4d("eu-north-1"), p4d("ap-south-1"))]),
            0.0,
            P4D * 0.67307,
        ),
        (
            plan(&[("aws_instance.a", "aws_instance", &["create", "forget"], p4d("eu-north-1"), p4d("ap-south-1"))]),
            P4D,
            P4D * 0.70896,
        ),
    ] {
        let (code, document) = json_of(&asked, &[]);
        let found = (document["energy_mwh"].as_f64().unwrap(), document["co2e_t"].as_f64().unwrap());
        assert!(
            code == 0 && (found.0 - mwh).abs() < 1e-9 && (found.1 - tonnes).abs() < 1e-9,
            "{found:?}, not {mwh} {tonnes}: {document}"
        );
    }
    // Another resource of the plan starts and stops what is itself kept.
    for (before, after, mwh) in [("stopped", "running", P4D), ("running", "stopped", -P4D), ("stopped", "stopped", 0.0)]
    {
        let instance = json!({ "id": "i-1", "instance_type": "p4d.24xlarge", "region": "us-east-1" });
        let state = |state: &str| json!({ "instance_id": "i-1", "state": state });
        let asked = plan(&[
            ("aws_instance.a", "aws_instance", &["no-op"], instance.clone(), instance),
            ("aws_ec2_instance_state.a", "aws_ec2_instance_state", &["update"], state(before), state(after)),
        ]);
        let (_, document) = json_of(&asked, &[]);
        assert!((document["energy_mwh"].as_f64().unwrap() - mwh).abs() < 1e-9, "{before} to {after}: {document}");
    }
    let mut deferred = plan(&[]);
    deferred["deferred_changes"] = json!([{ "reason": "instance_count_unknown", "resource_change": { "address": "aws_instance.c[*]", "mode": "managed", "type": "aws_instance", "change": { "actions": ["create"], "before": null, "after": p4d("us-east-1") } } }]);
    let (code, document) = json_of(&deferred, &[]);
    assert!(code == 4 && document["unknown"][0]["reason"].as_str().unwrap().contains("defers"), "{document}");
}

/// mJ and µg that a plan adds, expected.
fn added(plan: &Value, library: &Library) -> (i64, Option<i64>, usize) {
    let plan = TerraformPlan::read(plan.to_string().as_bytes()).unwrap();
    let regions = StatedRegions::default();
    let context = BillContext { library, intensity: None, regions: &regions, pue: Pue::ONE };
    let bill = PlanBill::of(&plan, &Usage::default(), context).unwrap();
    let co2e = bill.added_co2e().unwrap().map(|co2e| co2e.p50.micrograms());
    (bill.added().unwrap().p50.millijoules(), co2e, bill.unknown().count())
}

fn resources() -> impl Strategy<Value = Vec<(Value, Value)>> {
    let types = prop::sample::select(vec!["p4d.24xlarge", "p5.48xlarge", "g5.xlarge", "g6f.large", "t3.micro"]);
    let regions = prop::sample::select(vec!["eu-north-1", "ap-south-1", "us-east-1"]);
    let one = (types, regions, 1_u64..9, any::<bool>()).prop_map(|(name, region, count, exists)| {
        let list = json!([{ "launch_template": [{ "override": [{ "instance_type": name }] }] }]);
        if exists {
            json!({ "desired_capacity": count, "region": region, "mixed_instances_policy": list })
        } else {
            Value::Null
        }
    });
    prop::collection::vec((one.clone(), one), 0..12)
}

fn of(resources: &[(Value, Value)]) -> Value {
    let addresses: Vec<String> = (0..resources.len()).map(|at| format!("aws_autoscaling_group.g[{at}]")).collect();
    let changes: Vec<_> = addresses
        .iter()
        .zip(resources)
        .map(|(address, (before, after))| {
            let actions: &[&str] = match (before.is_null(), after.is_null()) {
                (true, true) => &["no-op"],
                (true, false) => CREATE,
                (false, true) => &["delete"],
                (false, false) => &["delete", "create"],
            };
            (address.as_str(), "aws_autoscaling_group", actions, before.clone(), after.clone())
        })
        .collect();
    plan(&changes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_plan_and_its_inverse_are_opposite_and_order_never_matters(resources in resources()) {
        let library = Library::bundled().unwrap();
        let (energy, co2e, unknown) = added(&of(&resources), &library);
        let inverse: Vec<_> = resources.iter().map(|(before, after)| (after.clone(), before.clone())).collect();
        prop_assert_eq!(added(&of(&inverse), &library), (-energy, co2e.map(|co2e| -co2e), unknown));
        let reversed: Vec<_> = resources.iter().rev().cloned().collect();
        prop_assert_eq!(added(&of(&reversed), &library), (energy, co2e, unknown));
    }

    #[test]
    fn a_resource_divided_in_two_is_the_same(count in 2_u64..40, at in 1_u64..39, region in prop::sample::select(vec!["eu-north-1", "ap-south-1"])) {
        let library = Library::bundled().unwrap();
        let group = |count: u64| json!({ "desired_capacity": count, "region": region, "mixed_instances_policy": overrides(json!([{ "instance_type": "p4d.24xlarge" }])) });
        let first = at.min(count - 1);
        let whole = added(&of(&[(Value::Null, group(count))]), &library);
        let parts = added(&of(&[(Value::Null, group(first)), (Value::Null, group(count - first))]), &library);
        prop_assert_eq!(whole.0, parts.0);
        prop_assert!((whole.1.unwrap() - parts.1.unwrap()).abs() <= 1, "each part is rounded to a microgram");
    }
}

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
