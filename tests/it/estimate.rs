//! `wattledger estimate`: published training runs, priors, and what cannot be estimated.

use crate::command::{json, refusal, wattledger};
use crate::service::{Data, Service};
use std::collections::HashMap;

fn estimate(arguments: &str) -> serde_json::Value {
    json(&[&["estimate", "--json"], &words(arguments)[..]].concat())
}

fn words(arguments: &str) -> Vec<&str> {
    arguments.split_whitespace().collect()
}

fn refused(arguments: &str) -> String {
    format!("$ wattledger estimate {arguments}\n{}\n", refusal(&[&["estimate"], &words(arguments)[..]].concat()))
}

fn number(answer: &serde_json::Value, pointer: &str) -> f64 {
    answer.pointer(pointer).and_then(serde_json::Value::as_f64).unwrap_or_else(|| panic!("{pointer} in {answer}"))
}

fn assumption(answer: &serde_json::Value, name: &str) -> String {
    let all = answer["assumptions"].as_array().unwrap();
    let found =
        all.iter().find(|assumption| assumption["name"] == name).unwrap_or_else(|| panic!("{name} in {answer}"));
    format!("{} | {}", found["value"].as_str().unwrap(), found["source"].as_str().unwrap())
}

/// Patterson et al. 2021 (arXiv 2104.10350v3), Table 4, intensities in g/kWh; GPT-3 with the printed and with the exact days.
const TRAINING: &str = "\
id,accel,n_accel,hours,power_w,pue,ci_gross,ci_net,exp_mwh,exp_gross_t,exp_net_t,tol_mwh,tol_gross,tol_net
ET-NAS,TPUv2,200,163.2,208,1.10,431,431,7.5,3.2,3.2,0.010,0.010,0.010
T5,TPUv3,512,480,310,1.12,545,545,85.7,46.7,46.7,0.010,0.010,0.010
Meena,TPUv3,1024,720,289,1.09,415,415,232,96.4,96.4,0.010,0.010,0.010
GShard-600B,TPUv3,1024,74.4,288,1.09,201,177,24.1,4.8,4.3,0.010,0.010,0.020
Switch,TPUv3,1024,648,245,1.10,403,330,179,72.2,59.1,0.010,0.010,0.010
GPT-3,V100,10000,355.2,330,1.10,429,429,1287,552.1,552.1,0.010,0.010,0.010
GPT-3-exact,V100,10000,354.5619,330,1.10,429,429,1287,552.1,552.1,0.0005,0.0005,0.0005
";

#[test]
fn published_training_runs_are_reproduced() {
    let mut table = csv::Reader::from_reader(TRAINING.as_bytes());
    let rows = table.deserialize::<HashMap<String, String>>().map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(rows.len(), 7);
    for row in rows {
        let cell = |column: &str| row[column].as_str();
        let run = |intensity: &str| {
            let [accelerator, count, hours] = ["accel", "n_accel", "hours"].map(cell);
            let [watts, pue, intensity] = ["power_w", "pue", intensity].map(cell);
            let hardware = format!("--accelerator {accelerator} --count {count} --hours {hours} --power-w {watts}");
            estimate(&format!("{hardware} --pue {pue} --intensity {intensity}"))
        };
        let (gross, net) = (run("ci_gross"), run("ci_net"));
        for (computed, expected, tolerance) in [
            (number(&gross, "/energy_mwh"), "exp_mwh", "tol_mwh"),
            (number(&gross, "/co2e_t"), "exp_gross_t", "tol_gross"),
            (number(&net, "/co2e_t"), "exp_net_t", "tol_net"),
        ] {
            let [expected, tolerance] = [expected, tolerance].map(|column| cell(column).parse::<f64>().unwrap());
            assert!((computed / expected - 1.0).abs() <= tolerance, "{}: {computed}, not {expected}", cell("id"));
        }
    }
}

#[test]
fn with_power_and_intensity_the_result_is_the_exact_product() {
    let answer = estimate("--accelerator anything --count 3 --hours 354.5619 --power-w 330.25 --intensity 475.3");
    // 3 x 354.5619 h x 330.25 W = 351.282202425 kWh; x 475.3 g/kWh, rounded once to 1 µg
    assert_eq!(answer["energy_mj"], 1_264_615_928_730_i64);
    assert_eq!(answer["co2e_ug"], 166_964_430_813_i64);
    assert_eq!(number(&answer, "/energy_mwh"), 0.351_282_202_425);
    assert_eq!(assumption(&answer, "host factor k_host"), "none | --power-w includes the host");
    assert!(assumption(&answer, "PUE").starts_with("1.0 | not given"));
    assert_eq!(answer["factor"]["g_per_kwh"], 475.3);
}

#[test]
fn more_pue_hours_or_devices_scale_exactly() {
    let energy_mj =
        |arguments: &str| estimate(&format!("--accelerator A100 --power-w 300 {arguments}"))["energy_mj"].as_i64();
    let one = energy_mj("--count 1 --hours 1").unwrap();
    assert_eq!(one, 300 * 3_600_000);
    assert_eq!(energy_mj("--count 1 --hours 1 --pue 3.0"), Some(3 * one));
    assert_eq!(energy_mj("--count 17 --hours 1"), Some(17 * one));
    assert_eq!(energy_mj("--count 1 --hours 8760"), Some(8760 * one));
}

#[test]
fn without_a_measured_power_prior_and_host_factor_are_applied_and_said() {
    let answer = estimate("--accelerator H100 --count 8 --hours 24 --intensity 0");
    // 8 x 24 h x 700 W x 0.86 x 1.25
    assert_eq!(number(&answer, "/energy_mwh"), 0.14448);
    assert_eq!(number(&answer, "/co2e_t"), 0.0);
    assert!(assumption(&answer, "prior r").starts_with("0.86 | "));
    assert!(assumption(&answer, "host factor k_host").starts_with("1.25 | "));
    assert!(assumption(&answer, "accelerator").contains("h100-sxm5"));
    assert!(assumption(&answer, "accelerator").contains("highest TDP"));
    let stated = estimate("--accelerator H100 --count 8 --hours 24 --utilisation 0.5");
    assert_eq!(number(&stated, "/energy_mwh"), 8.0 * 24.0 * 700.0 * 0.5 * 1.25 / 1e6);
}

#[test]
fn p95_stays_within_its_target_and_narrows_with_a_measurement() {
    for name in ["V100", "A100", "H100", "P100", "MI250X", "TPUv2", "TPUv3", "L40S", "t4", "gaudi2", "gb200"] {
        let ratio = |more: &str| {
            let answer = estimate(&format!("--accelerator {name} --count 8 --hours 10 --zone FR {more}"));
            let energy = number(&answer, "/p95/energy_mwh") / number(&answer, "/energy_mwh");
            let carbon = number(&answer, "/p95/co2e_t") / number(&answer, "/co2e_t");
            assert!((energy / carbon - 1.0).abs() < 1e-6, "{name}");
            energy
        };
        let (prior, measured) = (ratio(""), ratio("--power-w 300"));
        assert!((1.4 - 1e-9..=2.0).contains(&prior), "{name}: {prior}");
        assert!(measured > 1.0 && measured < prior, "{name}: {measured}");
    }
}

#[test]
fn accelerators_are_found_by_key_driver_name_and_family_in_any_case() {
    for (name, key) in [
        ("a100-sxm4-80", "a100-sxm4-80"),
        ("nvidia a100-sxm4-80gb", "a100-sxm4-80"),
        ("NVIDIA L40S", "l40s"),
        ("NVIDIA L40", "l40"),
        ("NVIDIA A10", "a10"),
        ("NVIDIA A10G", "a10g"),
        ("NVIDIA H200 NVL", "h200-nvl"),
        ("NVIDIA GH200 480GB", "gh200"),
        ("NVIDIA H100 80GB HBM3", "h100-sxm5"),
        ("H100 PCIe", "h100-pcie"),
        ("V100-32GB", "v100-sxm2-32"),
        ("v100", "v100-sxm2-16"),
        ("P100", "p100-pcie-16"),
        ("mi250x", "mi250x"),
        ("TPUv2", "tpu-v2"),
        ("TPU v3", "tpu-v3"),
        ("tpu_v3", "tpu-v3"),
        ("tpuv4", "tpu-v4"),
        ("NVIDIA T4 Tensor Core", "t4"),
        ("Intel Gaudi2", "gaudi2"),
        ("Gaudi 2", "gaudi2"),
        ("HL-225B", "gaudi2"),
        ("Gaudi 3", "gaudi3"),
        ("Gaudi3", "gaudi3"),
        ("HL-325L", "gaudi3"),
        ("Intel Gaudi 3 HL-325L", "gaudi3"),
        ("Intel Gaudi", "gaudi1"),
        ("NVIDIA GB200", "gb200"),
        ("GB300 NVL72", "gb300"),
        ("B300", "b300"),
        ("NVIDIA H20", "h20"),
        ("NVIDIA GeForce RTX 5090", "rtx-5090"),
        ("RTX5090", "rtx-5090"),
        ("RTX PRO 6000", "rtx-pro-6000"),
        ("RTXPRO6000", "rtx-pro-6000"),
        ("NVIDIA RTX PRO 6000 Blackwell Server Edition", "rtx-pro-6000-server"),
        ("NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition", "rtx-pro-6000-maxq"),
        ("AMD Instinct MI355X OAM", "mi355x"),
        ("MI350X", "mi350x"),
        ("MI325X", "mi325x"),
        ("Jetson AGX Orin", "jetson-agx-orin-64"),
        ("Orin (nvgpu)", "jetson-agx-orin-64"),
        ("Jetson Thor", "jetson-agx-thor"),
        ("Intel(R) Data Center GPU Max 1550", "max-1550"),
        ("Intel(R) Arc(TM) A770 Graphics", "arc-a770"),
        ("Qualcomm Cloud AI 100", "ai100"),
    ] {
        let answer = json(&["estimate", "--json", "--accelerator", name, "--count", "1", "--hours", "1"]);
        let found = assumption(&answer, "accelerator");
        assert!(found.starts_with(&format!("{key} (")), "{name}: {found}");
    }
}

#[test]
fn instances_multiply_their_accelerators() {
    for (instance, each, key) in [
        ("aws/p4d.24xlarge", 8, "a100-sxm4-40"),
        ("AWS/P4DE.24XLARGE", 8, "a100-sxm4-80"),
        ("aws/p5.48xlarge", 8, "h100-sxm5"),
        ("aws/g4dn.xlarge", 1, "t4"),
        ("aws/p3dn.24xlarge", 8, "v100-sxm2-32"),
        ("gcp/a2-megagpu-16g", 16, "a100-sxm4-40"),
        ("azure/Standard_ND40rs_v2", 8, "v100-sxm2-16"),
        ("alibaba/ecs.gn7e-c16g1.32xlarge", 8, "a100-sxm4-80"),
        ("alibaba/gn7e-c16g1.32xlarge", 8, "a100-sxm4-80"),
        ("gn6v-c10g1.20xlarge", 8, "v100-sxm2-16"),
        ("p5e.48xlarge", 8, "h200-sxm"),
        ("azure/Standard_NC80adis_H100_v5", 2, "h100-nvl"),
        ("azure/Standard_NC24ads_A100_v4", 1, "a100-pcie-80"),
        ("azure/Standard_NC6s_v3", 1, "v100-pcie-16"),
        ("oci/BM.GPU.MI300X.8", 8, "mi300x"),
        ("BM.GPU.GB200.4", 4, "gb200"),
        ("gcp/g4-standard-384", 8, "rtx-pro-6000-server"),
        ("aws/dl1.24xlarge", 8, "gaudi1"),
    ] {
        let answer = estimate(&format!("--instance {instance} --count 2 --hours 1"));
        assert_eq!(answer["workload"]["accelerators"], 2 * each, "{instance}");
        assert!(assumption(&answer, "accelerator").starts_with(key), "{instance}");
        assert!(assumption(&answer, "instance").contains(&format!("with {each} x")), "{instance}");
    }
    let unlisted_part = estimate("--instance aws/p2.xlarge --count 1 --hours 1 --power-w 150");
    assert_eq!(unlisted_part["energy_mj"], 150 * 3_600_000);
}

#[test]
fn an_instance_without_a_count_is_one_and_a_part_of_an_accelerator_has_its_part_of_the_power() {
    let one = estimate("--instance aws/p5.48xlarge --hours 10");
    assert_eq!(one["energy_mj"], estimate("--instance aws/p5.48xlarge --count 1 --hours 10")["energy_mj"]);
    let energy = |arguments: &str| number(&estimate(arguments), "/energy_mwh");
    let whole = energy("--accelerator L4 --count 1 --hours 8");
    for (instance, parts) in [("aws/g6f.large", 8.0), ("aws/g6f.2xlarge", 4.0), ("aws/g6.xlarge", 1.0)] {
        let part = energy(&format!("--instance {instance} --hours 8"));
        assert!((part * parts / whole - 1.0).abs() < 1e-6, "{instance}: {part} of {whole}");
    }
    let cpu = estimate("--instance aws/m5.xlarge --hours 100");
    assert!(
        (number(&cpu, "/energy_mwh") - 4.0 * 2.12 * 100.0 / 1e6).abs() < 1e-12,
        "half between 0.74 and 3.5 W per vCPU"
    );
    assert!(assumption(&cpu, "instance").contains("Cloud Carbon Footprint"));
}

#[test]
fn a_newer_part_never_looks_greener_than_an_h100_because_less_is_published_of_it() {
    let power =
        |name: &str| number(&estimate(&format!("--accelerator {name} --count 1 --hours 1")), "/workload/power_w");
    let tdp = |name: &str| {
        let answer = estimate(&format!("--accelerator {name} --count 1 --hours 1"));
        let found = assumption(&answer, "accelerator");
        found.split("TDP ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap().parse::<f64>().unwrap()
    };
    let h100 = power("h100-sxm5") / tdp("h100-sxm5");
    for name in [
        "h200-sxm", "h20", "b200", "b300", "gb200", "gb300", "mi300x", "mi325x", "mi350x", "mi355x", "gaudi3", "l40s",
        "rtx-5090",
    ] {
        assert!((power(name) / tdp(name) - h100).abs() < 1e-9, "{name} has another load than an H100");
    }
}

#[test]
fn a_price_puts_the_cost_of_the_energy_beside_it_and_a_rate_the_rent() {
    let hardware = "--accelerator A100 --count 8 --power-w 350";
    let answer = estimate(&format!("{hardware} --hours 1000 --price 0.18 --currency eur --hourly-rate 1.5"));
    // 8 x 350 W x 1,000 h are 2,800 kWh.
    assert!((number(&answer, "/cost/energy") - 504.0).abs() < 1e-9, "{answer}");
    assert!((number(&answer, "/cost/rent") - 12_000.0).abs() < 1e-9, "{answer}");
    assert_eq!(answer["cost"]["currency"], "EUR");
    let years = estimate(&format!("{hardware} --years 2 --price 0.18 --currency EUR"));
    assert!((number(&years, "/cost/energy") - 2.0 * 8.76 * 504.0).abs() < 1e-6, "{years}");
    assert!(years["cost"]["rent"].is_null() && estimate(&format!("{hardware} --hours 1"))["cost"].is_null());
    let text = wattledger(&words(&format!("estimate {hardware} --hours 1000 --price 0.18 --currency EUR"))).stdout;
    assert!(text.contains("cost of energy") && text.contains("504.00 EUR"), "{text}");
    for (wrong, reason) in [
        ("--hours 1 --price 0.18", "--currency"),
        ("--hours 1 --price -1 --currency EUR", "a price is 0 or more"),
        ("--hours 1 --price 1 --currency EURO", "three letters"),
        ("--hours 1 --years 1", "cannot be used with"),
    ] {
        let refused = refused(&format!("{hardware} {wrong}"));
        assert!(refused.contains("exit 2") && refused.contains(reason), "{refused}");
    }
}

#[test]
fn the_price_of_a_site_is_the_one_that_was_stated_last() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    service.post("/api/v1/sites", &service.admin, &serde_json::json!({ "name": "fra", "zone": "DE" }));
    let ask = |site: &str| {
        let hardware = "estimate --json --accelerator A100 --count 8 --power-w 350 --hours 1000 --price-of-site";
        service.command(&service.admin, &[&words(hardware)[..], &[site]].concat())
    };
    assert!(ask("fra").stderr.contains("has no price") && ask("ber").stderr.contains("no site"));
    for (price, since) in [(90, "2026-01-01"), (180, "2026-02-01")] {
        let stated = serde_json::json!({ "per_mwh": price, "currency": "EUR", "since": since });
        service.post("/api/v1/sites/fra/price", &service.admin, &stated);
    }
    let answer: serde_json::Value = serde_json::from_str(&ask("fra").stdout).unwrap();
    // 2.8 MWh at 180 EUR.
    assert!((number(&answer, "/cost/energy") - 504.0).abs() < 1e-9 && answer["cost"]["currency"] == "EUR", "{answer}");
}

#[test]
fn without_a_grid_energy_is_reported_and_carbon_is_null_with_the_reason() {
    let answer = estimate("--accelerator A100 --count 8 --hours 24");
    assert!(number(&answer, "/energy_mwh") > 0.0);
    for pointer in ["/co2e_t", "/co2e_ug", "/p95/co2e_t", "/factor"] {
        assert!(answer.pointer(pointer).unwrap().is_null(), "{pointer}");
    }
    assert_eq!(answer["co2e_reason"], "no grid given: add --zone, --region or --intensity");
}

#[test]
fn zone_and_region_bring_their_factor_with_its_type() {
    let zone = estimate("--accelerator A100 --count 8 --hours 24 --zone na");
    assert_eq!((&zone["factor"]["zone"], &zone["factor"]["g_per_kwh"]), (&"NA".into(), &47.62.into()));
    let expected = number(&zone, "/energy_mwh") * 47.62 / 1e3;
    assert!((number(&zone, "/co2e_t") / expected - 1.0).abs() < 1e-9);
    let region = estimate("--accelerator A100 --count 8 --hours 24 --region aws/us-east-1 --start 2026-03-01T12:00Z");
    assert_eq!(region["factor"]["zone"], "US-EGRID-SRVC");
    assert!(assumption(&region, "grid").contains("the factor describes 2023"));
    assert!(assumption(&region, "start").starts_with("2026-03-01T12:00:00Z"));
}

#[test]
fn cleaner_regions_are_offered_by_factors_of_the_same_type_only() {
    let answer = estimate("--accelerator A100 --count 8 --hours 24 --region gcp/europe-west3");
    let offers: Vec<&str> =
        answer["would_change"].as_array().unwrap().iter().map(|change| change.as_str().unwrap()).collect();
    let regions: Vec<&&str> = offers.iter().filter(|offer| offer.starts_with("--region")).collect();
    assert_eq!(regions.len(), 3, "{offers:?}");
    // US and Chinese zones are direct, Frankfurt's factor is lifecycle.
    assert!(regions.iter().all(|offer| offer.starts_with("--region gcp/") && !offer.contains("gcp/us-")), "{offers:?}");
}

#[test]
fn an_intensity_that_looks_like_kilograms_is_questioned() {
    let answer = estimate("--accelerator A100 --count 1 --hours 1 --power-w 400 --intensity 0.429");
    assert!(assumption(&answer, "grid").contains("not kg/kWh"));
    let node_power = estimate("--accelerator A100 --count 8 --hours 1 --power-w 5000");
    assert!(assumption(&node_power, "power").contains("not of a node"));
}

#[test]
fn the_text_shows_result_assumptions_and_what_would_change_it() {
    let arguments = "--accelerator V100 --count 10000 --hours 355.2 --power-w 330 --pue 1.10 --intensity 429";
    insta::assert_snapshot!("gpt3", wattledger(&[&["estimate"], &words(arguments)[..]].concat()).stdout);
    let arguments = "--instance aws/p4d.24xlarge --count 2 --hours 24 --zone SE-SE3";
    insta::assert_snapshot!("instance", wattledger(&[&["estimate"], &words(arguments)[..]].concat()).stdout);
    let arguments = "--accelerator L40S --count 1 --hours 0.5";
    insta::assert_snapshot!("no_grid", wattledger(&[&["estimate"], &words(arguments)[..]].concat()).stdout);
}

#[test]
fn values_out_of_range_exit_2_with_the_range() {
    let job = "--accelerator A100 --count 8 --hours 5";
    let shown: String = [
        &format!("{job} --pue 0.9"),
        &format!("{job} --pue 0.9999999"),
        &format!("{job} --pue 3.1"),
        &format!("{job} --intensity 1500.0001"),
        &format!("{job} --intensity 50000"),
        &format!("{job} --intensity -1"),
        &format!("{job} --utilisation 1.5"),
        &format!("{job} --power-w 0"),
        &format!("{job} --power-w 300 --utilisation 0.5"),
        &format!("{job} --zone USA"),
        &format!("{job} --region us-east-1"),
        &format!("{job} --zone DE --intensity 300"),
        &format!("{job} --start noon"),
        "--accelerator A100 --count 8 --hours -5",
        "--accelerator A100 --count 8 --hours 0",
        "--accelerator A100 --count 8 --hours NaN",
        "--accelerator A100 --count 8 --hours inf",
        "--accelerator A100 --count 8 --hours 12,5",
        "--accelerator A100 --count -8 --hours 5",
        "--accelerator A100 --count 0 --hours 5",
        "--accelerator A100 --count 1.5 --hours 5",
        "--accelerator A100 --count 100000000 --hours 100000000",
        "--accelerator A100 --hours 5",
        "--count 8 --hours 5",
    ]
    .map(refused)
    .concat();
    assert_eq!(shown.matches("exit 2\n").count(), 24, "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn what_cannot_be_estimated_exits_4_with_the_reason() {
    let shown: String = [
        "--accelerator B100 --count 8 --hours 5",
        "--accelerator RTX4090 --count 8 --hours 5",
        "--accelerator Trainium --count 8 --hours 5",
        "--accelerator TPUv5e --count 8 --hours 5",
        "--accelerator A100-SXM4-40GB-MIG-1g.5gb --count 8 --hours 5",
        "--instance aws/p9.24xlarge --count 1 --hours 5",
        "--instance aws/p2.xlarge --count 1 --hours 5",
        "--instance aws/trn1.32xlarge --count 1 --hours 5",
        "--instance aws/g7.2xlarge --hours 5",
        "--instance gcp/ct6e-standard-8t --hours 5",
        "--instance gn6i-c10g1.20xlarge --hours 5",
    ]
    .map(refused)
    .concat();
    assert_eq!(shown.matches("exit 4\n").count(), 11, "{shown}");
    insta::assert_snapshot!(shown);
}
