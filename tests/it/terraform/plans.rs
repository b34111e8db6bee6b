//! What `wattledger check --terraform` makes of plans.

use super::check::{check, check_file, json_of};
use super::{machines, plan};
use crate::service::{Data, Service};
use serde_json::{Value, json};

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/terraform/recorded");
/// Power of one accelerator with its share of the host by the priors, W: TDP x r x 1.25.
const A100: f64 = 350.0;
const H100: f64 = 752.5;
const A10G: f64 = 322.5;
const T4: f64 = 75.25;
/// Whole-system power: TDP x 1.09.
const V100: f64 = 327.0;

/// MWh of a month of these: number and power of one, W.
fn month(parts: &[(f64, f64)]) -> f64 {
    parts.iter().map(|(count, watts)| count * watts * 730.0 / 1e6).sum()
}

fn expect_mwh(document: &Value, expected: f64) {
    let found = document["energy_mwh"].as_f64().unwrap();
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}: {document}");
}

#[test]
fn real_plans_cost_what_their_machines_draw() {
    let of = |name: &str| {
        let (code, out, _) = check_file(&format!("{RECORDED}/{name}.plan.json"), &["--json"]);
        (code, serde_json::from_str::<Value>(&out).unwrap())
    };
    let (code, made) = of("real-aws-5.100.0-create-9-resources");
    expect_mwh(&made, month(&[(64.0, H100), (28.0, A10G), (32.0, A100)]));
    assert_eq!((code, &made["accelerators"]), (0, &json!({ "NVIDIA A100": 32, "NVIDIA A10G": 28, "NVIDIA H100": 64 })));
    assert_eq!(made["other_resources"], 1);
    let (code, unknown) = of("real-aws-5.100.0-modules-unknown-type");
    expect_mwh(&unknown, month(&[(32.0, A100), (24.0, T4), (8.0, V100)]));
    let names: Vec<&str> =
        unknown["unknown"].as_array().unwrap().iter().map(|one| one["address"].as_str().unwrap()).collect();
    assert_eq!(
        (code, names),
        (4, vec!["module.pool[0].aws_instance.w[\"b\"]", "module.pool[1].aws_instance.w[\"b\"]"])
    );
    let (code, changed) = of("real-aws-5.100.0-update-replace-delete");
    expect_mwh(&changed, month(&[(16.0, H100), (-32.0, A100)]));
    assert_eq!(code, 0);
    let (code, none) = of("real-builtin-terraform_data");
    assert_eq!((code, &none["energy_mj"], &none["resources"]), (0, &json!(0), &json!([])));
}

#[test]
fn two_p4d_are_sixteen_a100_and_it_says_so() {
    let (code, out, _) = check(&machines(2, "p4d.24xlarge"), &[]);
    assert_eq!(code, 0);
    assert!(out.contains("+16 x NVIDIA A100") && out.contains("aws_instance.train[1]"), "{out}");
    let (_, document) = json_of(&machines(2, "p4d.24xlarge"), &[]);
    assert_eq!(document["accelerators"]["NVIDIA A100"], 16);
    expect_mwh(&document, month(&[(16.0, A100)]));
    assert_eq!(document["hours_per_month"], 730);
    let tonnes = document["co2e_t"].as_f64().unwrap() / document["energy_mwh"].as_f64().unwrap();
    assert!((tonnes - 0.27048).abs() < 1e-6, "us-east-1 is in US-EGRID-SRVC: {document}");
    let (_, pue) = json_of(&machines(2, "p4d.24xlarge"), &["--pue", "1.5", "--intensity", "100"]);
    expect_mwh(&pue, 1.5 * month(&[(16.0, A100)]));
    assert!((pue["co2e_t"].as_f64().unwrap() - 0.15 * month(&[(16.0, A100)])).abs() < 1e-9);
}

#[test]
fn what_stays_adds_nothing_and_what_goes_is_less() {
    let p4d = |tag: &str| json!({ "instance_type": "p4d.24xlarge", "tags": { "team": tag } });
    let odd = |tag: &str| json!({ "instance_type": "x9.unheard", "tags": { "team": tag } });
    for (changes, expected) in [
        (vec![("aws_instance.a", "aws_instance", &["update"][..], p4d("a"), p4d("b"))], 0.0),
        (vec![("aws_instance.a", "aws_instance", &["no-op"][..], odd("a"), odd("a"))], 0.0),
        (vec![("aws_instance.a", "aws_instance", &["update"][..], odd("a"), odd("b"))], 0.0),
        (vec![("aws_instance.a", "aws_instance", &["delete"][..], p4d("a"), Value::Null)], -8.0),
        (vec![("aws_instance.a", "aws_instance", &["create", "delete"][..], p4d("a"), p4d("a"))], 0.0),
        (vec![("aws_instance.a", "aws_instance", &["delete"][..], odd("a"), Value::Null)], 0.0),
    ] {
        let (code, document) = json_of(&plan(&changes), &[]);
        assert_eq!(code, 0, "{document}");
        expect_mwh(&document, month(&[(expected, A100)]));
    }
}

#[test]
fn every_kind_of_resource_that_runs_machines_is_counted() {
    let create = &["create"][..];
    let one = |kind: &'static str, after: Value| vec![("x.y", kind, create, Value::Null, after)];
    let template = |instance: &str| {
        (
            "aws_launch_template.lt",
            "aws_launch_template",
            create,
            Value::Null,
            json!({ "name": "lt", "instance_type": instance }),
        )
    };
    let with_template =
        |kind: &'static str, after: Value| vec![template("p5.48xlarge"), ("x.y", kind, create, Value::Null, after)];
    for (changes, accelerators) in [
        (
            one("aws_spot_instance_request", json!({ "instance_type": "p3.16xlarge" })),
            json!({ "NVIDIA Tesla V100": 8 }),
        ),
        (with_template("aws_instance", json!({ "launch_template": [{ "name": "lt" }] })), json!({ "NVIDIA H100": 8 })),
        (
            with_template(
                "aws_autoscaling_group",
                json!({ "desired_capacity": 2, "max_size": 9, "launch_template": [{ "name": "lt" }] }),
            ),
            json!({ "NVIDIA H100": 16 }),
        ),
        (
            with_template(
                "aws_autoscaling_group",
                json!({ "min_size": 3, "mixed_instances_policy": [{ "launch_template": [{ "launch_template_specification": [{ "launch_template_name": "lt" }], "override": [{ "instance_type": "g5.48xlarge" }, { "instance_type": "p4d.24xlarge" }] }] }] }),
            ),
            json!({ "NVIDIA A100": 24 }),
        ),
        (
            one(
                "aws_eks_node_group",
                json!({ "scaling_config": [{ "desired_size": 3 }], "instance_types": ["g5.48xlarge"] }),
            ),
            json!({ "NVIDIA A10G": 24 }),
        ),
        (
            one(
                "aws_spot_fleet_request",
                json!({ "target_capacity": 12, "launch_specification": [{ "instance_type": "g4dn.12xlarge", "weighted_capacity": "4" }] }),
            ),
            json!({ "NVIDIA T4 Tensor Core": 12 }),
        ),
        (
            one(
                "aws_batch_compute_environment",
                json!({ "compute_resources": [{ "type": "EC2", "instance_type": ["p3.2xlarge"], "min_vcpus": 16, "max_vcpus": 256 }] }),
            ),
            json!({ "NVIDIA Tesla V100": 2 }),
        ),
        (
            one("aws_sagemaker_notebook_instance", json!({ "instance_type": "ml.g5.12xlarge" })),
            json!({ "NVIDIA A10G": 4 }),
        ),
        (
            one(
                "aws_sagemaker_endpoint_configuration",
                json!({ "production_variants": [{ "instance_type": "ml.p4d.24xlarge", "initial_instance_count": 2 }] }),
            ),
            json!({ "NVIDIA A100": 16 }),
        ),
        (
            one(
                "google_compute_instance",
                json!({ "machine_type": "n1-standard-8", "zone": "us-central1-a", "guest_accelerator": [{ "type": "nvidia-tesla-t4", "count": 2 }] }),
            ),
            json!({ "nvidia-tesla-t4": 2 }),
        ),
        (
            one("google_compute_instance", json!({ "machine_type": "a3-highgpu-8g", "zone": "us-central1-a" })),
            json!({ "NVIDIA H100 SXM 80GB": 8 }),
        ),
        (
            one(
                "google_container_node_pool",
                json!({ "node_count": 2, "node_locations": ["us-central1-a", "us-central1-b"], "node_config": [{ "machine_type": "a3-highgpu-8g" }] }),
            ),
            json!({ "NVIDIA H100 SXM 80GB": 32 }),
        ),
        (one("aws_s3_bucket", json!({ "bucket": "b" })), json!({})),
    ] {
        let (code, document) = json_of(&plan(&changes), &[]);
        assert_eq!((code, &document["accelerators"]), (0, &accelerators), "{document}");
        assert_eq!(document["energy_mwh"].as_f64().unwrap() > 0.0, accelerators != json!({}));
    }
}

#[test]
fn what_is_not_known_is_named_and_never_zero() {
    let create = &["create"][..];
    for (kind, after, reason) in [
        ("aws_instance", json!({ "instance_type": "x9.unheard" }), "x9.unheard"),
        ("aws_instance", json!({ "ami": "a" }), "instance_type is not stated"),
        (
            "aws_autoscaling_group",
            json!({ "desired_capacity": 2, "launch_template": [{ "name": "elsewhere" }] }),
            "is not in the plan",
        ),
        ("aws_redshift_cluster", json!({}), "cannot weigh this type yet"),
        (
            "aws_eks_node_group",
            json!({ "scaling_config": [{ "desired_size": -1 }], "instance_types": ["p4d.24xlarge"] }),
            "is not a number of machines",
        ),
    ] {
        let asked = plan(&[
            ("module.m.x.late", kind, create, Value::Null, after),
            ("aws_instance.b", "aws_instance", create, Value::Null, json!({ "instance_type": "p4d.24xlarge" })),
        ]);
        let (code, document) = json_of(&asked, &[]);
        assert_eq!((code, &document["unknown"][0]["address"]), (4, &json!("module.m.x.late")), "{document}");
        assert!(document["unknown"][0]["reason"].as_str().unwrap().contains(reason), "{document}");
        expect_mwh(&document, month(&[(8.0, A100)]));
        let (_, _, error) = check(&asked, &[]);
        assert!(error.contains("cannot estimate module.m.x.late") && error.contains("--usage"), "{error}");
    }
}

#[test]
fn a_usage_file_says_what_a_plan_cannot() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("usage.toml");
    let with = |plan: &Value, text: &str| {
        std::fs::write(&path, text).unwrap();
        check(plan, &["--json", "--usage", path.to_str().unwrap()])
    };
    let two = machines(2, "p4d.24xlarge");
    for (text, expected) in [
        ("['aws_instance.train*']\nhours = 73", 0.1 * month(&[(16.0, A100)])),
        ("['aws_instance.train*']\nhours = 73\n['aws_instance.train[1]']\nhours = 0", 0.05 * month(&[(16.0, A100)])),
        ("['*']\npower_w = 100", month(&[(16.0, 100.0)])),
        ("['*']\nutilisation = 0.35", month(&[(16.0, A100 / 2.0)])),
        ("['aws_instance.train[0]']\ncount = 3", month(&[(32.0, A100)])),
    ] {
        let (code, out, error) = with(&two, text);
        assert_eq!(code, 0, "{error}");
        expect_mwh(&serde_json::from_str(&out).unwrap(), expected);
    }
    let (code, out, _) = with(&machines(2, "m5.large"), "['*']\npower_w = 50");
    assert_eq!(code, 0);
    let document: Value = serde_json::from_str(&out).unwrap();
    expect_mwh(&document, month(&[(2.0, 50.0)]));
    assert_eq!(document["accelerators"], json!({}));
    for (text, expected) in [
        ("['aws_instance.trian']\nhours = 1", "fits no resource of the plan"),
        ("['*']\nhours = 9999", "0 to 744 hours a month"),
        ("['*']\nhuors = 1", "unknown field `huors`"),
        ("['*']\npower_w = 1\nutilisation = 1", "give one"),
        ("x", "TOML parse error"),
    ] {
        let (code, _, error) = with(&two, text);
        assert!(code == 2 && error.contains(expected), "{code} {error}");
    }
}

#[test]
fn what_is_no_plan_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for (text, expected) in [
        (&b"PK\x03\x04..."[..], "terraform show -json"),
        (b"{", "this is not JSON"),
        (b"{}", "format_version is missing"),
        (b"{\"format_version\":\"1.0\",\"values\":{}}", "JSON of a state"),
        (b"{\"format_version\":\"2.0\",\"resource_changes\":[]}", "plans of format 2.0 cannot be read"),
        (b"{\"format_version\":\"1.2\",\"errored\":true,\"resource_changes\":[]}", "the plan is incomplete"),
        (b"{\"format_version\":\"1.2\",\"resource_changes\":7}", "list resource_changes is missing"),
    ] {
        std::fs::write(&path, text).unwrap();
        let (code, _, error) = check_file(path.to_str().unwrap(), &[]);
        assert!(code == 2 && error.contains(expected), "{code} {error}");
    }
    let (code, _, error) = check_file("/nowhere/plan.json", &[]);
    assert!(code == 2 && error.contains("/nowhere/plan.json"), "{error}");
    for version in ["1.0", "1.1", "1.2"] {
        let mut whole = machines(1, "p4d.24xlarge");
        whole["format_version"] = json!(version);
        assert_eq!(check(&whole, &[]).0, 0);
    }
}

#[test]
fn a_project_s_budget_answers_for_the_month() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let policy = json!({ "name": "atlas month", "scope": "project", "project": "atlas", "unit": "energy", "limit_mj": 10 * 3_600_000_000_000_i64, "period": "month", "mode": "block" });
    assert_eq!(service.post("/api/v1/budgets", &service.admin, &policy).status, 201);
    let folder = tempfile::tempdir().unwrap();
    let ask = |count: usize, project: &str| {
        let path = folder.path().join("plan.json");
        std::fs::write(&path, machines(count, "p4d.24xlarge").to_string()).unwrap();
        let path = path.to_str().unwrap();
        service.command(&service.admin, &["check", "--terraform", path, "--project", project, "--json"])
    };
    let fits = ask(2, "atlas");
    assert_eq!(fits.code, 0, "{}", fits.stderr);
    let document: Value = serde_json::from_str(&fits.stdout).unwrap();
    let (own, asked) = (&document["p95"]["energy_mwh"], &document["decision"]["estimate"]["p95"]["energy_mwh"]);
    assert!((own.as_f64().unwrap() - asked.as_f64().unwrap()).abs() < 1e-5, "{own} {asked}");
    let denied = ask(8, "atlas");
    assert_eq!(denied.code, 3, "{}", denied.stderr);
    let document: Value = serde_json::from_str(&denied.stdout).unwrap();
    assert_eq!(document["decision"]["allowed"], false);
    assert_eq!(document["decision"]["options"][0]["kind"], "fewer_accelerators");
    assert_eq!(ask(2, "unheard").code, 4);
}

#[test]
fn a_budget_of_co2e_is_asked_for_a_move_to_a_dirtier_grid_and_one_of_energy_for_none() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let budget = |name: &str, project: &str, unit: &str, key: &str, limit: i64| {
        let mut policy = json!({ "name": name, "scope": "project", "project": project, "unit": unit, "period": "month", "mode": "block" });
        policy[key] = json!(limit);
        assert_eq!(service.post("/api/v1/budgets", &service.admin, &policy).status, 201);
    };
    budget("atlas carbon", "atlas", "co2e", "limit_ug", 20_000_000_000_000);
    budget("small carbon", "borealis", "co2e", "limit_ug", 1_000_000_000_000);
    budget("atlas energy", "atlas", "energy", "limit_mj", 3 * 3_600_000_000_000);
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/terraform/cases");
    let ask = |case: &str, project: &str| {
        let path = format!("{cases}/{case}.plan.json");
        let answer = service.command(&service.admin, &["check", "--terraform", &path, "--project", project, "--json"]);
        let document: Value = serde_json::from_str(&answer.stdout).unwrap_or_else(|_| panic!("{}", answer.stderr));
        (answer.code, document["decision"].clone())
    };
    let (code, decision) = ask("two-resources-move", "atlas");
    assert_eq!((code, &decision["estimate"]["energy_mj"]), (0, &json!(0)), "{decision}");
    assert!((decision["estimate"]["co2e_t"].as_f64().unwrap() - 1.375_755).abs() < 1e-5, "{decision}");
    let (code, decision) = ask("two-resources-move", "borealis");
    assert!(code == 3 && decision["options"] == json!([]), "1.926 t (p95) do not fit into 1 t: {decision}");
    // 15.21 t at p50 are 21.29 t at p95: nothing is clamped to what a grid may have.
    let (code, decision) = ask("migrate-10-to-11", "atlas");
    assert!((decision["estimate"]["co2e_t"].as_f64().unwrap() - 15.206_67).abs() < 1e-4, "{decision}");
    assert_eq!(code, 3, "{decision}");
}
