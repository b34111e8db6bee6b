//! Exports of Weights & Biases, MLflow and Alumet.

use super::{START, is, rows};

#[test]
fn exports_of_weights_and_biases_mlflow_and_alumet() {
    for (header, row, right) in [
        (
            "_timestamp,system.gpu.0.powerWatts,system.gpu.0.powerPercent,system.gpu.0.gpu",
            "{s}.5,350.0,50.0,99",
            21_000.0,
        ),
        (
            "Relative Time (Process),run-a - system/gpu.0.powerWatts,run-a - system/gpu.0.powerWatts__MIN,run-a - system/gpu.0.powerWatts__MAX",
            "{r},350,349,351",
            21_000.0,
        ),
        (
            "_runtime,_timestamp,system.gpu.0.powerWatts,system.gpu.1.powerWatts,system.gpu.0.enforcedPowerLimitWatts",
            "{r},{s},350,420,700",
            46_200.0,
        ),
        ("Step,_timestamp,system.gpu.process.0.powerWatts,system.gpu.0.powerWatts", "1,{s},350,350", 21_000.0),
        ("timestamp,system.cpu.powerWatts,system.gpu.0.powerWatts", "{s},80,350", 25_800.0),
        (
            "timestamp,system/gpu_0_power_usage_watts,system/gpu_0_power_usage_percentage,system/gpu_1_power_usage_watts",
            "{s}000,350,50,420",
            46_200.0,
        ),
        ("system/gpu_0_utilization_percentage,timestamp,system/gpu_0_power_usage_watts", "99,{s}000,350", 21_000.0),
        (
            "key,value,timestamp,step",
            "system/gpu_0_power_usage_watts,350,{s}000,1\nsystem/gpu_0_power_usage_percentage,50,{s}000,1\nsystem/gpu_1_power_usage_watts,420,{s}000,1",
            46_200.0,
        ),
        ("run_id,key,value,timestamp", "a1,system/gpu_0_power_usage_watts,350,{s}000", 21_000.0),
        (
            "metric;timestamp;value;resource_kind;resource_id;consumer_kind;consumer_id;domain;__late_attributes",
            "rapl_consumed_energy_J;{i};100;cpu_package;0;local_machine;;package;\nrapl_consumed_energy_J;{i};20;dram;0;local_machine;;dram;\nrapl_consumed_energy_J;{i};70;cpu_package;0;local_machine;;pp0;",
            7_200.0,
        ),
        (
            "metric;timestamp;value;resource_kind;resource_id;consumer_kind;consumer_id;domain;__late_attributes",
            "rapl_consumed_energy_J;{i};100;cpu_package;0;local_machine;;package;\nrapl_consumed_energy_J;{i};90;cpu_package;1;local_machine;;package;\nrapl_consumed_energy_J;{i};190;local_machine;;local_machine;;package_total;\nattributed_energy_J;{i};33;cpu_package;0;process;77;package;",
            11_400.0,
        ),
        (
            "metric;timestamp;value;resource_kind;resource_id;consumer_kind;consumer_id;__late_attributes",
            "rapl_consumed_energy_J;{i};100;cpu_package;0;local_machine;;domain=package\nrapl_consumed_energy_J;{i};60;cpu_package;0;local_machine;;domain=pp0\nrapl_consumed_energy_J;{i};20;dram;0;local_machine;;domain=dram",
            7_200.0,
        ),
        (
            "metric;timestamp;value;resource_kind;resource_id;consumer_kind;consumer_id;__late_attributes",
            "nvml_energy_consumption_mJ;{i};300000;gpu;0;local_machine;;\nnvml_instant_power_mW;{i};300000;gpu;0;local_machine;;\nmem_total_kB;{i};1;local_machine;;local_machine;;",
            18_000.0,
        ),
    ] {
        let log = rows(header, |s| {
            row.replace("{s}", &(START + s).to_string())
                .replace("{r}", &format!("{s}.25"))
                .replace("{i}", &format!("2026-10-05T09:{:02}:{:02}.5Z", s / 60, s % 60))
        });
        is(&log, right);
    }
}
