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

/// What never changes a bill, done to every recorded case.
#[test]
fn every_case_is_weighed_alike_in_other_spellings() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/terraform/cases");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let original: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let right = weighed(&original);
        for (how, variant) in spellings(&original) {
            assert_eq!(weighed(&variant), right, "{}, {how}", path.display());
        }
        count += 1;
    }
    assert!(count >= 15, "{count} cases");
}

/// Exit code, energy, CO2e, and each resource that is weighed, by address.
fn weighed(plan: &Value) -> (i32, Value, Value, Vec<(String, Value, Value)>) {
    let (code, document) = json_of(plan, &[]);
    let of = |row: &Value| (row["address"].to_string(), row["energy_mwh"].clone(), row["region"].clone());
    let mut rows: Vec<_> = document["resources"].as_array().into_iter().flatten().map(of).collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    (code, document["energy_mwh"].clone(), document["co2e_t"].clone(), rows)
}

/// The plan with its changes in another order, beside resources that run nothing, and as other versions of Terraform write it.
fn spellings(plan: &Value) -> Vec<(&'static str, Value)> {
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut plan = plan.clone();
        change(&mut plan);
        plan
    };
    let bucket = |action: &str, name: &str| {
        json!({ "address": format!("aws_s3_bucket.{name}"), "mode": "managed", "type": "aws_s3_bucket", "name": name,
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": { "actions": [action], "before": null, "after": { "bucket": name }, "after_unknown": {} } })
    };
    let push = |plan: &mut Value, resource: Value| {
        plan["resource_changes"].as_array_mut().into_iter().for_each(|changes| changes.push(resource.clone()));
    };
    let reverse =
        |plan: &mut Value| plan["resource_changes"].as_array_mut().into_iter().for_each(|changes| changes.reverse());
    vec![
        ("backwards", changed(&reverse)),
        ("with a bucket", changed(&|plan| push(plan, bucket("create", "logs_of_p4d")))),
        (
            "with a bucket that stays, before the rest",
            changed(&|plan| {
                push(plan, bucket("no-op", "g5.xlarge"));
                reverse(plan);
            }),
        ),
        (
            "of a later version",
            changed(&|plan| {
                plan["format_version"] = json!("1.3");
                plan["terraform_version"] = json!("1.14.0");
                plan["applyable"] = json!(true);
            }),
        ),
        (
            "with outputs and checks",
            changed(&|plan| {
                plan["output_changes"] = json!({ "size": { "actions": ["create"], "before": null, "after": "p5.48xlarge", "after_unknown": false } });
                plan["checks"] =
                    json!([{ "address": { "kind": "resource", "to_display": "aws_instance.x" }, "status": "pass" }]);
            }),
        ),
    ]
}
