//! Variants of what exporters serve: other hosts, other names of labels, other units, other metrics beside.

use super::variants::{self, START, filled, is, rows};
use crate::powerlog::Options;

/// A recording of a scrape each second, of these lines with a time behind each.
fn scrapes(comments: &str, lines: &[&str]) -> String {
    rows(comments.trim_end(), |second| {
        let line = |line: &&str| filled(&format!("{line} {{ms}}"), second);
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

#[track_caller]
fn watts(comments: &str, lines: &[&str], right: f64) {
    is(&scrapes(comments, lines), right * 60.0);
}

#[track_caller]
fn refused(comments: &str, lines: &[&str], words: &[&str]) {
    variants::refused(&scrapes(comments, lines), words);
}

#[test]
fn a_label_that_says_where_makes_no_machine() {
    for host in ["node", "node_name", "nodename", "server", "hostname", "Hostname", "host", "instance", "machine"] {
        let line = |domain: &str, rate: u32, at: &str| {
            format!("cpu_energy_joules_total{{domain=\"{domain}\",{host}=\"{at}\"}} <<5000+{rate}>>")
        };
        let one = [line("package", 100, "n1"), line("dram", 20, "n1")];
        watts("", &one.each_ref().map(String::as_str), 120.0);
        let two =
            [line("package", 100, "n1"), line("dram", 20, "n1"), line("package", 90, "n2"), line("psys", 150, "n2")];
        watts("", &two.each_ref().map(String::as_str), 270.0);
    }
}

#[test]
fn kepler_old_and_new() {
    let zone = |metric: &str, host: &str, path: &str, zone: &str, rate: u32| {
        format!(
            "{metric}{{node_name=\"{host}\",path=\"/sys/class/powercap/intel-rapl:{path}\",zone=\"{zone}\"}} <<5000+{rate}>>"
        )
    };
    let total = "kepler_node_cpu_joules_total";
    let of = |lines: &[String], right: f64| watts("", &lines.iter().map(String::as_str).collect::<Vec<_>>(), right);
    of(&[zone(total, "n1", "0", "package", 100), zone(total, "n1", "0:0", "dram", 20)], 120.0);
    of(
        &[
            zone(total, "n1", "0", "package", 100),
            zone(total, "n1", "1", "package", 90),
            zone(total, "n1", "0:0", "core", 60),
        ],
        190.0,
    );
    of(
        &[
            zone(total, "n1", "0", "package", 100),
            zone(total, "n2", "0", "psys", 150),
            zone(total, "n2", "0", "package", 90),
        ],
        250.0,
    );
    of(
        &[
            zone(total, "n1", "0", "package", 100),
            zone("kepler_node_cpu_active_joules_total", "n1", "0", "package", 60),
            zone("kepler_node_cpu_idle_joules_total", "n1", "0", "package", 40),
            "kepler_container_cpu_joules_total{container_name=\"a\",node_name=\"n1\",zone=\"package\"} <<10+30>>"
                .to_owned(),
        ],
        100.0,
    );
    of(
        &[
            zone("kepler_node_cpu_active_joules_total", "n1", "0", "package", 60),
            zone("kepler_node_cpu_idle_joules_total", "n1", "0", "package", 40),
        ],
        100.0,
    );
    let old = |part: &str, mode: &str, package: u32, rate: u32| {
        format!(
            "kepler_node_{part}_joules_total{{instance=\"n1\",mode=\"{mode}\",package=\"{package}\",source=\"rapl\"}} <<100+{rate}>>"
        )
    };
    of(
        &[
            old("package", "dynamic", 0, 60),
            old("package", "idle", 0, 40),
            old("core", "dynamic", 0, 50),
            old("core", "idle", 0, 20),
            old("dram", "dynamic", 0, 12),
            old("dram", "idle", 0, 8),
        ],
        120.0,
    );
    of(
        &[
            old("package", "dynamic", 0, 60),
            old("package", "dynamic", 1, 50),
            old("package", "idle", 0, 40),
            old("package", "idle", 1, 40),
        ],
        190.0,
    );
}

#[test]
fn node_exporter_and_scaphandre() {
    let rapl = |part: &str, label: &str, path: &str, rate: u32| {
        format!("node_rapl_{part}_joules_total{{{label},path=\"/sys/class/powercap/{path}\"}} <<100+{rate}>>")
    };
    let of = |lines: &[String], right: f64| watts("", &lines.iter().map(String::as_str).collect::<Vec<_>>(), right);
    of(
        &[
            rapl("package", "package=\"0\"", "intel-rapl:0", 110),
            rapl("package", "package=\"1\"", "intel-rapl:1", 90),
            rapl("core", "core=\"0\"", "intel-rapl:0:0", 70),
            rapl("dram", "dram=\"0\"", "intel-rapl:0:1", 12),
            rapl("dram", "dram=\"1\"", "intel-rapl:1:1", 8),
        ],
        220.0,
    );
    of(
        &[
            rapl("package", "index=\"0\"", "intel-rapl:0", 110),
            rapl("package", "index=\"0\"", "intel-rapl-mmio:0", 110),
            rapl("psys", "index=\"0\"", "intel-rapl:1", 160),
        ],
        160.0,
    );
    of(
        &[
            rapl("package", "instance=\"a:9100\",package=\"0\"", "intel-rapl:0", 110),
            rapl("package", "instance=\"b:9100\",package=\"0\"", "intel-rapl:0", 90),
            "node_hwmon_power_average_watt{chip=\"x\",sensor=\"power1\"} 300".to_owned(),
        ],
        200.0,
    );
    watts(
        "",
        &[
            "scaph_host_power_microwatts 150000000",
            "scaph_socket_power_microwatts{socket_id=\"0\"} 100000000",
            "scaph_domain_power_microwatts{domain_name=\"dram\",domain_id=\"1\",socket_id=\"0\"} 20000000",
            "scaph_process_power_consumption_microwatts{exe=\"python\",pid=\"7\"} 60000000",
        ],
        150.0,
    );
    watts(
        "",
        &[
            "scaph_socket_power_microwatts{socket_id=\"0\"} 100000000",
            "scaph_socket_power_microwatts{socket_id=\"1\"} 90000000",
            "scaph_domain_power_microwatts{domain_name=\"dram\",socket_id=\"0\"} 20000000",
        ],
        210.0,
    );
}

#[test]
fn units_are_read_where_they_are_stated() {
    for (comments, line, right) in [
        (
            "# HELP slurm_job_power_gpu Power used by a job on a GPU in mW\n# TYPE slurm_job_power_gpu gauge\n",
            "slurm_job_power_gpu{gpu=\"0\",slurmjobid=\"7\"} 412000",
            412.0,
        ),
        ("", "slurm_job_power_gpu{gpu=\"0\",slurmjobid=\"7\"} 16600", 16.6),
        ("# HELP site_gpu_power Power draw in milliwatts\n", "site_gpu_power{gpu=\"0\"} 412000", 412.0),
        ("# HELP site_gpu_power Power draw (W)\n", "site_gpu_power{gpu=\"0\"} 412", 412.0),
        ("# UNIT site_gpu_power kilowatts\n", "site_gpu_power{gpu=\"0\"} 0.412", 412.0),
        (
            "# HELP site_gpu_energy_total Energy in microjoules\n# TYPE site_gpu_energy_total counter\n",
            "site_gpu_energy_total{gpu=\"0\"} <<7+412000000>>",
            412.0,
        ),
        ("", "rack_power_kilowatts{rack=\"r1\"} 12.5", 12_500.0),
        ("# TYPE x gauge\n", "habanalabs_power_mW{UUID=\"01P0-A\",device=\"hl0\"} 342000", 342.0),
    ] {
        watts(comments, &[line], right);
    }
    refused("", &["site_gpu_power{gpu=\"0\"} 412000"], &["unit", "--power site_gpu_power:W"]);
    refused(
        "# HELP site_power_watts Power in milliwatts\n",
        &["site_power_watts{gpu=\"0\"} 412"],
        &["milliwatts", "unit"].map(|w| if w == "milliwatts" { "mW" } else { w }),
    );
}

#[test]
fn boards_are_counted_once_and_never_under_one_name() {
    watts(
        "",
        &[
            "DCGM_FI_DEV_POWER_USAGE{gpu=\"0\",UUID=\"GPU-a\",GPU_I_ID=\"1\"} 300.13",
            "DCGM_FI_DEV_POWER_USAGE{gpu=\"0\",UUID=\"GPU-a\",GPU_I_ID=\"2\"} 300.15",
            "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu=\"0\",UUID=\"GPU-a\",GPU_I_ID=\"1\"} <<9000+300000>>",
            "DCGM_FI_DEV_POWER_MGMT_LIMIT{gpu=\"0\",UUID=\"GPU-a\"} 700",
        ],
        300.0,
    );
    watts(
        "",
        &[
            "DCGM_FI_DEV_POWER_USAGE{gpu=\"0\",Hostname=\"n1\"} 300",
            "DCGM_FI_DEV_POWER_USAGE{gpu=\"0\",Hostname=\"n2\"} 200",
        ],
        500.0,
    );
    watts(
        "",
        &[
            "nvidia_smi_power_draw_watts{uuid=\"a\"} 300",
            "nvidia_smi_power_draw_instant_watts{uuid=\"a\"} 310",
            "nvidia_smi_power_default_limit_watts{uuid=\"a\"} 700",
        ],
        300.0,
    );
    watts(
        "",
        &[
            "gpu_package_power{gpu_id=\"0\",gpu_partition_id=\"0\",hostname=\"n2\"} 680",
            "gpu_package_power{gpu_id=\"1\",gpu_partition_id=\"1\",hostname=\"n2\"} 0",
            "gpu_energy_consumed{gpu_id=\"0\",gpu_partition_id=\"0\",hostname=\"n2\"} <<5+680000000>>",
        ],
        680.0,
    );
    // A counter that stands still, or counts in another unit, is not believed beside a power.
    watts(
        "",
        &[
            "habanalabs_power_mW{UUID=\"a\"} 342000",
            "habanalabs_energy{UUID=\"a\"} 0",
            "habanalabs_power_default_limit_mW{UUID=\"a\"} 850000",
        ],
        342.0,
    );
    watts("", &["habanalabs_power_mW{UUID=\"a\"} 342000", "habanalabs_energy{UUID=\"a\"} <<9+342>>"], 342.0);
    refused(
        "",
        &["gpu_power_watts{gpu=\"0\",rack_slot=\"1\"} 300", "gpu_power_watts{gpu=\"0\",rack_slot=\"2\"} 200"],
        &["two GPUs with the same name", "--device"],
    );
    refused("", &["alice_power_watts 300", "bob_power_watts 200"], &["unknown", "--power alice_power_watts:W"]);
}

#[test]
fn what_differs_in_a_place_or_a_mode_is_counted() {
    let mode = |mode: &str, rate: u32| {
        format!("kepler_node_gpu_joules_total{{index=\"0\",instance=\"n1\",mode=\"{mode}\"}} <<100+{rate}>>")
    };
    watts("", &[mode("dynamic", 500), mode("idle", 100)].each_ref().map(String::as_str), 600.0);
    for host in ["Hostname", "instance", "node", "server", "hostname"] {
        let line = |at: &str| format!("DCGM_FI_DEV_POWER_USAGE{{gpu=\"0\",UUID=\"GPU-0\",{host}=\"{at}\"}} 250");
        watts("", &[line("n1"), line("n2")].each_ref().map(String::as_str), 500.0);
    }
    refused(
        "",
        &[
            "gpu_energy_joules_total{gpu=\"0\",slot=\"a\"} <<100+300>>",
            "gpu_energy_joules_total{gpu=\"0\",slot=\"b\"} <<9+200>>",
        ],
        &["two GPUs with the same name"],
    );
    for (help, value) in [
        ("in mW", "250000"),
        ("in microwatts", "250000000"),
        ("(kW)", "0.25"),
        ("in Watt", "250"),
        ("[uW]", "250000000"),
    ] {
        let help = format!("# HELP node_gpu_power GPU board power {help}\n# TYPE node_gpu_power gauge\n");
        let line = |gpu: u32| format!("node_gpu_power{{gpu=\"{gpu}\",node=\"n1\"}} {value}");
        watts(&help, &[line(0), line(1)].each_ref().map(String::as_str), 500.0);
    }
}

#[test]
fn devices_of_exporters_have_names_that_people_read() {
    for (series, names) in [
        (
            [
                "kepler_node_cpu_joules_total{node_name=\"n1\",path=\"/sys/class/powercap/intel-rapl:0\",zone=\"package\"}",
                "kepler_node_cpu_joules_total{node_name=\"n1\",path=\"/sys/class/powercap/intel-rapl:1:0\",zone=\"dram\"}",
            ],
            ["n1/package-0", "n1/dram-1"],
        ),
        (
            [
                "kepler_node_package_joules_total{instance=\"n1\",mode=\"idle\",package=\"0\",source=\"rapl\"}",
                "kepler_node_package_joules_total{instance=\"n1\",mode=\"dynamic\",package=\"0\",source=\"rapl\"}",
            ],
            ["n1/package-0/idle", "n1/package-0/dynamic"],
        ),
        (
            [
                "node_rapl_package_joules_total{index=\"0\",instance=\"n1:9100\",path=\"/sys/class/powercap/intel-rapl:0\"}",
                "node_rapl_psys_joules_total{index=\"0\",instance=\"n2:9100\",path=\"/sys/class/powercap/intel-rapl:1\"}",
            ],
            ["n1:9100/package-0", "n2:9100/psys"],
        ),
        (
            ["scaph_host_power_microwatts{instance=\"n1\"}", "scaph_host_power_microwatts{instance=\"n2\"}"],
            ["n1/host", "n2/host"],
        ),
    ] {
        let log = (0..4)
            .flat_map(|s| series.map(|series| format!("{series} {} {}\n", 1_000_000 + 100 * s, (START + s) * 1_000)));
        let log = super::read(log.collect::<String>().as_bytes(), &Options::default()).unwrap();
        assert_eq!(log.ids(), names);
    }
}
