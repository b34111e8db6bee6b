//! Plans of public reports, each with its right answer: a p4d.24xlarge uses 2.044 MWh a month, and the bundled factors of Sweden, India
//! and the south-east of the United States are 35.89, 708.96 and 270.48 g/kWh.

use super::check::{check_file, json_of};
use super::plan;
use serde_json::{Value, json};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/terraform/cases");
const P4D: f64 = 2.044;
/// TDP x r x 1.25 of one accelerator for a month of 730 h, MWh.
const fn month(tdp_w: f64, r: f64) -> f64 {
    tdp_w * r * 1.25 * 730.0 / 1e6
}
const H100: f64 = month(700.0, 0.86);

fn case(name: &str) -> (i32, Value) {
    let (code, out, error) = check_file(&format!("{CASES}/{name}.plan.json"), &["--json"]);
    (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{name}: {out}{error}")))
}

fn number(document: &Value, key: &str) -> f64 {
    document[key].as_f64().unwrap_or_else(|| panic!("{key} of {document}"))
}

fn expect(name: &str, mwh: f64, tonnes: f64) {
    let (code, document) = case(name);
    assert_eq!(code, 0, "{name}: {document}");
    let (found, found_t) = (number(&document, "energy_mwh"), number(&document, "co2e_t"));
    assert!((found - mwh).abs() < 1e-9, "{name}: {found} MWh, not {mwh}: {document}");
    assert!((found_t - tonnes).abs() < 1e-9, "{name}: {found_t} t, not {tonnes}: {document}");
}

fn row<'d>(document: &'d Value, address: &str) -> &'d Value {
    let rows = document["resources"].as_array().unwrap();
    rows.iter().find(|row| row["address"] == address).unwrap_or_else(|| panic!("no {address} in {document}"))
}

#[test]
fn what_is_forgotten_goes_on_running() {
    expect("forget", P4D, P4D * 0.70896);
    expect("forget-and-create", P4D, P4D * 0.70896);
}

#[test]
fn a_move_to_a_dirtier_grid_is_an_addition_of_co2e() {
    let moved = P4D * (0.70896 - 0.03589);
    expect("two-resources-move", 0.0, moved);
    expect("migrate-10-to-10", 0.0, 10.0 * moved);
    expect("migrate-10-to-11", P4D, 10.0 * moved + P4D * 0.70896);
}

#[test]
fn nodes_of_clusters_and_pools_are_counted_by_their_zones_and_totals() {
    let europe_west4 = number(&case("gke-cluster-node-pool-block").1, "co2e_t") / (24.0 * H100);
    expect("gke-cluster-node-pool-block", 24.0 * H100, 24.0 * H100 * europe_west4);
    expect("gke-cluster-inline-regional", 24.0 * H100, 24.0 * H100 * europe_west4);
    expect("gke-autoscaling-total", 16.0 * H100, 16.0 * H100 * europe_west4);
    expect("gke-total-null", 16.0 * H100, 16.0 * H100 * europe_west4);
}

#[test]
fn groups_count_by_their_weights_and_variants_by_all() {
    let a10g = month(300.0, 0.86);
    expect("asg-weights-mixed", 16.0 * a10g, 16.0 * a10g * 0.27048);
    expect("sm-shadow-only-grow", 4.0 * P4D, 4.0 * P4D * 0.27048);
}

#[test]
fn none_for_certain_is_none() {
    expect("batch-min0-cpu", 0.0, 0.0);
    expect("asg-min0-cpu", 0.0, 0.0);
}

#[test]
fn a_real_plan_of_groups_queues_and_aliases_is_weighed_as_far_as_it_says() {
    let (code, document) = case("real-mixed");
    assert_eq!(code, 0, "{document}");
    for (address, machines, region) in [
        ("aws_autoscaling_group.weighted", 2.0, "aws/eu-north-1"),
        ("aws_autoscaling_group.vcpu", 2.0, "aws/eu-north-1"),
        // One, and a pool of three that runs already.
        ("aws_autoscaling_group.warm", 4.0, "aws/eu-north-1"),
        ("aws_ec2_fleet.fleet", 2.0, "aws/eu-north-1"),
        ("aws_sagemaker_endpoint_configuration.shadow", 2.0, "aws/eu-north-1"),
        ("aws_sagemaker_app.ide", 1.0, "aws/eu-north-1"),
        ("aws_instance.train[\"a\"]", 1.0, "aws/eu-north-1"),
        ("module.near.aws_instance.w[0]", 1.0, "aws/eu-north-1"),
        ("module.far.aws_instance.w[1]", 1.0, "aws/ap-south-1"),
    ] {
        let row = row(&document, address);
        assert!((number(row, "energy_mwh") - machines * P4D).abs() < 1e-9, "{row}");
        assert_eq!(row["region"], region, "{row}");
    }
    assert_eq!(number(row(&document, "aws_batch_compute_environment.queue"), "energy_mwh"), 0.0);
    assert!(!document.to_string().contains("train[\\\"b\\\"]"), "it is stopped: {document}");
}

#[test]
fn sizes_of_the_vendors_are_known_with_what_is_in_them() {
    let aws = [
        ("v0", Some(8.0 * month(400.0, 0.7))),
        ("v1", Some(8.0 * H100)),
        ("v2", Some(8.0 * H100)),
        ("v3", Some(8.0 * H100)),
        ("v4", Some(H100)),
        ("v5", Some(8.0 * month(1000.0, 0.86))),
        ("v6", Some(8.0 * month(1400.0, 0.86))),
        ("v7", Some(4.0 * month(1200.0, 0.86))),
        ("v8", Some(month(72.0, 0.86))),
        ("v9", Some(8.0 * month(350.0, 0.86))),
        ("v10", Some(month(72.0, 0.86) / 8.0)),
        ("v11", Some(month(72.0, 0.86))),
        ("v12", Some(month(70.0, 0.86))),
        ("v13", None),
        ("v14", None),
        ("v15", None),
        ("v16", Some(8.0 * month(350.0, 0.86))),
        ("v17", Some(8.0 * month(75.0, 0.86))),
        ("v18", Some(8.0 * month(600.0, 0.86))),
        // The mean of whole systems with V100.
        ("v19", Some(8.0 * 300.0 * 1.09 * 730.0 / 1e6)),
    ];
    expect_sizes("aws-sizes", "aws_instance", &aws);
    let gcp = [
        ("v0", Some(8.0 * month(400.0, 0.7))),
        ("v1", Some(8.0 * H100)),
        ("v2", Some(8.0 * H100)),
        ("v3", Some(8.0 * H100)),
        ("v4", Some(8.0 * month(1000.0, 0.86))),
        ("v5", Some(4.0 * month(1200.0, 0.86))),
        ("v6", Some(8.0 * month(72.0, 0.86))),
        ("v7", Some(8.0 * month(600.0, 0.86))),
        ("v8", None),
        ("v9", None),
        ("v10", Some(16.0 * month(400.0, 0.7))),
    ];
    expect_sizes("gcp-sizes", "google_compute_instance", &gcp);
    let azure = [
        ("v0", Some(8.0 * month(400.0, 0.7))),
        ("v1", Some(8.0 * month(400.0, 0.7))),
        ("v2", Some(month(300.0, 0.7))),
        ("v3", Some(month(400.0, 0.86))),
        ("v4", Some(8.0 * H100)),
        ("v5", Some(8.0 * month(750.0, 0.86))),
        ("v6", Some(month(150.0, 0.86))),
        ("v7", Some(250.0 * 1.09 * 730.0 / 1e6)),
        ("v8", Some(4.0 * month(1200.0, 0.86))),
        ("v9", Some(month(70.0, 0.86))),
    ];
    expect_sizes("azure-sizes", "azurerm_linux_virtual_machine", &azure);
}

/// The power of each size; `None` where its vendor publishes none, which the reason says.
fn expect_sizes(name: &str, kind: &str, sizes: &[(&str, Option<f64>)]) {
    let (code, document) = case(name);
    assert_eq!(code, if sizes.iter().any(|(_, mwh)| mwh.is_none()) { 4 } else { 0 }, "{document}");
    assert_eq!(document["resources"].as_array().unwrap().len(), sizes.len());
    for (size, mwh) in sizes {
        let row = row(&document, &format!("{kind}.{size}"));
        match mwh {
            Some(mwh) => {
                assert!((number(row, "energy_mwh") - mwh).abs() < 1e-9 && row["unknown"].is_null(), "not {mwh}: {row}")
            }
            None => assert!(row["unknown"].as_str().unwrap().contains("no TDP is published"), "{row}"),
        }
    }
}

/// The provider block of a plan with two regions, one of which is read from somewhere else.
fn with_aliases(changes: &[(&str, &str, &[&str], Value, Value)], keys: &[(&str, &str)]) -> Value {
    let mut plan = plan(changes);
    plan["configuration"]["provider_config"]["aws.far"] = json!({ "name": "aws", "alias": "far",
        "expressions": { "region": { "references": ["data.aws_region.far.name", "data.aws_region.far"] } } });
    let resources: Vec<Value> = keys
        .iter()
        .map(|(address, key)| json!({ "address": address, "mode": "managed", "provider_config_key": key, "expressions": {} }))
        .collect();
    plan["configuration"]["root_module"]["resources"] = json!(resources);
    plan
}

#[test]
fn a_region_that_is_not_constant_is_unknown_until_it_is_stated_and_never_borrowed() {
    let p4d = || json!({ "instance_type": "p4d.24xlarge" });
    let create = &["create"][..];
    let changes = [
        ("aws_instance.near", "aws_instance", create, Value::Null, p4d()),
        ("aws_instance.far", "aws_instance", create, Value::Null, p4d()),
    ];
    let asked = with_aliases(&changes, &[("aws_instance.near", "aws"), ("aws_instance.far", "aws.far")]);
    let (code, document) = json_of(&asked, &[]);
    assert_eq!((code, &document["co2e_t"]), (0, &Value::Null), "{document}");
    assert!(document["co2e_reason"].as_str().unwrap().contains("--region"), "{document}");
    assert_eq!(row(&document, "aws_instance.far")["region"], Value::Null);
    for stated in ["far=ap-south-1", "aws.far=ap-south-1", "far=aws/ap-south-1", "aws/ap-south-1"] {
        let (code, document) = json_of(&asked, &["--region", stated]);
        assert_eq!((code, &row(&document, "aws_instance.far")["region"]), (0, &json!("aws/ap-south-1")), "{stated}");
        assert_eq!(row(&document, "aws_instance.near")["region"], "aws/us-east-1", "the plan says where this one is");
        assert!((number(&document, "co2e_t") - P4D * (0.27048 + 0.70896)).abs() < 1e-9, "{document}");
    }
    for (stated, reason) in
        [("near=ap-south-1", "open are: aws.far"), ("ap-south-1", "CLOUD/REGION"), ("far=mars-1", "mars-1")]
    {
        let (code, _, error) = super::check::check(&asked, &["--region", stated]);
        assert!(code == 2 && error.contains(reason), "{stated}: {code} {error}");
    }
}

#[test]
fn what_only_goes_or_stays_needs_no_region() {
    let p4d = |count: usize| json!({ "desired_capacity": count, "mixed_instances_policy": [{ "launch_template": [{ "override": [{ "instance_type": "p4d.24xlarge" }] }] }] });
    let of = |actions: &[&str], before: Value, after: Value| {
        let changes = [("aws_autoscaling_group.far", "aws_autoscaling_group", actions, before, after)];
        let asked = with_aliases(&changes, &[("aws_autoscaling_group.far", "aws.far")]);
        super::check::check(&asked, &["--project", "atlas", "--server", "http://127.0.0.1:9"])
    };
    for (actions, before, after) in [
        (&["delete"][..], p4d(1), Value::Null),
        (&["update"][..], p4d(2), p4d(1)),
        (&["forget"][..], p4d(2), Value::Null),
        (&["no-op"][..], p4d(2), p4d(2)),
    ] {
        let (code, out, error) = of(actions, before, after);
        assert!(code == 0 && out.contains("adds neither energy nor CO2e"), "{actions:?}: {code} {out}{error}");
    }
    let (code, _, error) = of(&["create"], Value::Null, p4d(1));
    assert!(code == 4 && error.contains("aws_autoscaling_group.far") && error.contains("--region"), "{code} {error}");
}
