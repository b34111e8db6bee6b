//! Variants of every known kind of log: other numbers of devices, orders of columns, neighbours, units and names. All are
//! generated, and each has one right energy.

use super::cases::joules;
use crate::powerlog::Options;
use std::fmt::Write as _;

/// How long each log is, in s; it has one row a second.
const SECONDS: u64 = 60;
pub(super) const START: u64 = 1_791_190_800;

#[track_caller]
pub(super) fn is(log: &str, right: f64) {
    is_with(log, &Options::default(), right);
}

#[track_caller]
pub(super) fn is_with(log: &str, options: &Options, right: f64) {
    match joules(log.as_bytes(), options) {
        Ok((found, notes)) => {
            assert!(
                (found - right).abs() <= right / 1_000.0,
                "right is {right} J, found {found} J\n{notes:#?}\n{}",
                head(log)
            );
        }
        Err(error) => panic!("{error}\n{}", head(log)),
    }
}

/// Refused, with a message that has all these words.
#[track_caller]
pub(super) fn refused(log: &str, words: &[&str]) {
    match joules(log.as_bytes(), &Options::default()) {
        Ok((found, notes)) => panic!("found {found} J\n{notes:#?}\n{}", head(log)),
        Err(error) => {
            let message = error.to_string();
            assert!(words.iter().all(|word| message.contains(word)), "{message}");
        }
    }
}

fn head(log: &str) -> String {
    log.lines().take(6).collect::<Vec<_>>().join("\n")
}

/// A table with one row of cells per moment; the cells are those of `row` for the time in s since the start.
pub(super) fn rows(header: &str, row: impl Fn(u64) -> String) -> String {
    let mut log = format!("{header}\n");
    for second in 0..=SECONDS {
        writeln!(log, "{}", row(second)).unwrap();
    }
    log
}

/// A table of named columns, in every rotation of their order.
fn rotations(columns: &[(&str, &dyn Fn(u64) -> String)], separator: &str) -> Vec<String> {
    (0..columns.len())
        .map(|turn| {
            let turned: Vec<_> = columns.iter().cycle().skip(turn).take(columns.len()).collect();
            let header: Vec<&str> = turned.iter().map(|(name, _)| *name).collect();
            rows(&header.join(separator), |s| {
                turned.iter().map(|(_, cell)| cell(s)).collect::<Vec<_>>().join(separator)
            })
        })
        .collect()
}

/// `2026/10/05 09:00:00.101`
fn stamp(second: u64) -> String {
    format!("2026/10/05 09:{:02}:{:02}.101", second / 60, second % 60)
}

fn constant(text: &str) -> impl Fn(u64) -> String {
    let text = text.to_owned();
    move |_| text.clone()
}

#[test]
fn nvidia_smi_queries_with_one_to_sixteen_boards() {
    for boards in [1, 2, 3, 8, 16_u64] {
        let log = rows(
            "timestamp, index, uuid, name, power.draw [W], power.limit [W], utilization.gpu [%], temperature.gpu",
            |s| {
                let of = |gpu: u64| {
                    format!(
                        "{}, {gpu}, GPU-{gpu:08}-a, NVIDIA H100 80GB HBM3, {}.00 W, 700.00 W, 98 %, 60",
                        stamp(s),
                        100 + gpu
                    )
                };
                (0..boards).map(of).collect::<Vec<_>>().join("\n")
            },
        );
        is(&log, (0..boards).map(|gpu| f64::from(u32::try_from(100 + gpu).unwrap()) * 60.0).sum());
    }
    for log in rotations(
        &[
            ("timestamp", &stamp),
            ("power.draw.instant [W]", &constant("260.00 W")),
            ("power.draw [W]", &constant("250.00 W")),
            ("enforced.power.limit [W]", &constant("700.00 W")),
            ("utilization.memory [%]", &constant("12 %")),
        ],
        ", ",
    ) {
        is(&log, 15_000.0);
    }
}

#[test]
fn loops_of_dmon_dcgmi_and_the_picture_of_nvidia_smi() {
    for boards in 1..=5_u64 {
        let right = f64::from(u32::try_from(boards).unwrap()) * 18_000.0;
        let dmon =
            rows("#Date       Time        gpu   pwr gtemp    sm\n#YYYYMMDD   HH:MM:SS    Idx     W     C     %", |s| {
                let of = |gpu: u64| format!(" 20261005   09:{:02}:{:02}      {gpu}   300    61    99", s / 60, s % 60);
                (0..boards).map(of).collect::<Vec<_>>().join("\n")
            });
        is(&dmon, right);
        let options = Options { interval: Some(units::Span::from_seconds(1)), ..Options::default() };
        let dcgmi = rows("#Entity   POWER       TOTEC\nID        W           mJ", |s| {
            let of = |gpu: u64| format!("GPU {gpu}     300.000     {}", 5_000_000 + s * 300_000);
            (0..boards).map(of).collect::<Vec<_>>().join("\n")
        });
        is_with(&dcgmi, &options, right);
        let picture = rows("", |s| {
            let mut text = format!(
                "Mon Oct  5 09:{:02}:{:02} 2026\n| NVIDIA-SMI 580.95.05    Driver Version: 580.95.05 |\n",
                s / 60,
                s % 60
            );
            for gpu in 0..boards {
                writeln!(text, "|   {gpu}  NVIDIA H100 80GB HBM3          On  |   00000000:0{gpu}:00.0 Off |                    0 |").unwrap();
                writeln!(
                    text,
                    "| N/A   61C    P0             300W /  700W |   70000MiB /  81559MiB |     99%      Default |"
                )
                .unwrap();
            }
            text + "|    0   N/A  N/A      1234      C   python                              70000MiB |"
        });
        is(&picture, right);
    }
    refused(
        &rows("# gpu         pid   type     sm    mem    enc    dec    command", |_| {
            "    0       1234     C     99     40      -      -    python".to_owned()
        }),
        &["pmon", "nvidia-smi --query-gpu"],
    );
}

#[test]
fn amd_smi_monitors_and_metrics() {
    for cards in [1, 2, 4, 8, 16_u64] {
        let right = f64::from(u32::try_from(cards).unwrap()) * 36_000.0;
        for (header, row) in [
            (" TIMESTAMP  GPU  POWER  GPU_TEMP  MEM_TEMP  GFX_UTIL", "{t}    {g}  600 W     58 °C     52 °C      99 %"),
            (
                " TIMESTAMP  GPU  XCP  POWER  PWR_CAP   GPU_T   MEM_T   GFX_CLK   GFX%",
                "{t}    {g}    0  600 W    750 W   69 °C   50 °C  1278 MHz  100 %",
            ),
            ("TIMESTAMP GPU GFX% POWER", "{t} {g} N/A 600 W"),
            ("timestamp,gpu,gfx_activity,socket_power,power_management", "{t},{g},99,600,ENABLED"),
            ("timestamp,gpu,power_usage,hotspot_temperature,gfx_clock", "{t},{g},600,58,2100"),
            ("timestamp,gpu,power_limit,socket_power,total_energy_consumption", "{t},{g},750,600,{e}"),
        ] {
            let log = rows(header, |s| {
                let cell = |gpu: u64| {
                    row.replace("{t}", &(START + s).to_string())
                        .replace("{g}", &gpu.to_string())
                        .replace("{e}", &(900 + s * 600).to_string())
                };
                (0..cards).map(cell).collect::<Vec<_>>().join("\n")
            });
            is(&log, right);
        }
    }
}

#[test]
fn tiles_of_xpu_smi() {
    for (devices, tiles) in [(1, 1), (1, 2), (2, 2), (4, 2), (6, 2_u64)] {
        let log = rows("Timestamp, DeviceId, TileId, GPU Utilization (%), GPU Power (W), GPU Frequency (MHz)", |s| {
            let cell = |at: u64| {
                format!("2026-10-05T09:{:02}:{:02}.046Z,{},{},99,100.00,1500", s / 60, s % 60, at / tiles, at % tiles)
            };
            (0..devices * tiles).map(cell).collect::<Vec<_>>().join("\n")
        });
        is(&log, f64::from(u32::try_from(devices * tiles).unwrap()) * 6_000.0);
    }
}

#[test]
fn mangohud_and_other_times_since_the_start() {
    for (header, row) in [
        ("fps,frametime,cpu_power,gpu_load,gpu_power,elapsed", "120.5,8.3,80,97,450,{ns}"),
        ("elapsed,fps,frametime,gpu_power,cpu_power", "{ns},120.5,8.3,450,80"),
        ("fps,frametime,cpu_load,cpu_power,gpu_temp,gpu_power,process_rss,elapsed", "1,2,31,80,66,450,3.1,{ns}"),
    ] {
        let log = rows(&format!("os,cpu,gpu,ram\nx,y,z,1\n{header}"), |s| {
            row.replace("{ns}", &(s * 1_000_000_000 + 12_345).to_string())
        });
        is(&log, 31_800.0);
    }
    for (name, scale) in [
        ("elapsed_ms", 1_000),
        ("elapsed_s", 1),
        ("time_us", 1_000_000),
        ("elapsed (ns)", 1_000_000_000),
        ("timestamp_ms", 1_000),
    ] {
        let log = rows(&format!("{name},gpu_power_w"), |s| format!("{},450", s * scale));
        is(&log, 27_000.0);
    }
    for name in ["elapsed", "t", "time", "uptime_counter,elapsed", "runtime"] {
        let log = rows(&format!("{name},gpu_power_w"), |s| {
            format!("{}{},450", "7,".repeat(name.matches(',').count()), s * 1_000 + 1)
        });
        refused(&log, &["without a unit", "--time", "wattledger meter FILE"]);
    }
}

#[test]
fn jetsons() {
    for (rails, right) in [
        ("VDD_IN 9000mW/8800mW VDD_CPU_GPU_CV 4000mW/3900mW VDD_SOC 2000mW/1990mW", 540.0),
        ("VDD_CPU_GPU_CV 4000mW/3900mW VDD_IN 9000mW/8800mW VDD_SOC 2000mW/1990mW", 540.0),
        ("POM_5V_IN 6000/5900 POM_5V_GPU 2500/2400 POM_5V_CPU 1500/1400", 360.0),
        (
            "VDD_GPU_SOC 4000mW/4000mW VDD_CPU_CV 1000mW/1000mW VIN_SYS_5V0 3000mW/3000mW VDDQ_VDD2_1V8AO 700mW/700mW",
            480.0,
        ),
        ("GPU 1000/1000 CPU 500/500 SOC 900/900 CV 0/0 VDDRQ 200/200 SYS5V 1400/1400", 240.0),
        (
            "VDD_GPU 30000mW/29000mW VDD_CPU_SOC_MSS 12000mW/12000mW VIN_SYS_5V0 6000mW/6000mW VIN 60000mW/59000mW",
            3_600.0,
        ),
    ] {
        let log = rows("", |s| {
            format!(
                "10-05-2026 09:{:02}:{:02} RAM 3310/7620MB (lfb 2x4MB) SWAP 0/3810MB (cached 0MB) CPU [12%@1510] EMC_FREQ 0%@2133 GR3D_FREQ 88% {rails} cpu@52.1C",
                s / 60,
                s % 60
            )
        });
        is(&log, right);
    }
    for (header, row, right) in [
        (
            "time,uptime,jetson_clocks,nvp model,CPU1,GPU,RAM,Power VDD_CPU_GPU_CV,Power VDD_SOC,Power TOT",
            "{t},22:47:00,OFF,MODE_15W,5,88,0.42,2500,1500,6000",
            360.0,
        ),
        (
            "time,uptime,jetson_clocks,nvp model,GPU,Power TOT,Temp GPU,Power VDD_SOC,Power VDD_CPU_GPU_CV",
            "{t},22:47:00,OFF,MAXN,88,6000,44,1500,2500",
            360.0,
        ),
        (
            "time,nvp model,jetson_clocks,GPU1,GPU2,Power VDD_GPU,Power VDD_CPU,Power TOT",
            "{t},MAXN,ON,88,87,2500,1500,6000",
            360.0,
        ),
        ("timestamp,POM_5V_IN (mW),POM_5V_GPU (mW),POM_5V_CPU (mW)", "{t},6000,2500,1500", 360.0),
        ("timestamp,VDD_IN (W),VDD_SOC (W),VDD_CPU_GPU_CV (W)", "{t},6,2.5,1.5", 360.0),
        ("timestamp,CPU power (mW),total power (mW),GPU power (mW)", "{t},1500,6000,2500", 360.0),
        ("timestamp,gpu_power_w,cpu_power_w,total_power_w", "{t},2.5,1.5,6", 360.0),
    ] {
        let log = rows(header, |s| row.replace("{t}", &format!("2026-10-05 09:{:02}:{:02}", s / 60, s % 60)));
        is(&log, right);
    }
}

#[test]
fn turbostat_and_perf_stat() {
    for (header, row, right) in [
        (
            "Time_Of_Day_Seconds\tAvg_MHz\tBusy%\tCorWatt\tGFXWatt\tPkgWatt\tRAMWatt",
            "{t}\t3100\t97.1\t70.0\t1.0\t100.0\t20.0",
            7_200.0,
        ),
        ("Time_Of_Day_Seconds\tBusy%\tPkgWatt\tCorWatt", "{t}\t97.1\t100.0\t70.0", 6_000.0),
        ("Time_Of_Day_Seconds Avg_MHz PkgWatt RAMWatt", "{t} 3100 100.0 20.0", 7_200.0),
        (
            "usec\tTime_Of_Day_Seconds\tPackage\tCore\tCPU\tAvg_MHz\tPkgWatt\tRAMWatt",
            "1200\t{t}\t-\t-\t-\t3100\t200.0\t20.0\n1100\t{t}\t0\t0\t0\t3100\t100.0\t10.0\n1100\t{t}\t1\t0\t8\t3100\t100.0\t10.0",
            13_200.0,
        ),
        ("Time_Of_Day_Seconds\tBusy%\tPkg_J\tRAM_J\tCor_J", "{t}\t97.1\t100.0\t20.0\t70.0", 7_200.0),
        ("Time_Of_Day_Seconds\tBusy%\tSysWatt\tPkgWatt\tRAMWatt", "{t}\t97.1\t180.0\t100.0\t20.0", 10_800.0),
    ] {
        is(&rows(header, |s| row.replace("{t}", &format!("{}.123456", START + s))), right);
    }
    for (row, right) in [
        ("{t},65.00,Joules,power/energy-pkg/,1000000000,100.00,,", 3_965.0),
        (
            "{t};65.00;Joules;power/energy-pkg/;1000000000;100.00;;\n{t};5.00;Joules;power/energy-ram/;1000000000;100.00;;",
            4_270.0,
        ),
        ("{t},65.00,Joules,power/energy-pkg/,1,100.00,,\n{t},40.00,Joules,power/energy-cores/,1,100.00,,", 3_965.0),
        (
            "{t},S0,1,65.00,Joules,power/energy-pkg/,1,100.00,,\n{t},S1,1,60.00,Joules,power/energy-pkg/,1,100.00,,",
            7_625.0,
        ),
        (
            "     {t}              65.00 Joules power/energy-pkg/\n     {t}               9.00 Joules power/energy-psys/",
            549.0,
        ),
    ] {
        // The first interval begins at 0 s, so that there are 61.
        let log =
            rows("# started on Mon Oct  5 09:00:00 2026", |s| row.replace("{t}", &format!("{}.000123456", s + 1)));
        is(&log, right);
    }
}

#[test]
fn energibridge_powerjoular_gpu_z_hwinfo_and_ptdaemon() {
    for (header, row, right) in [
        (
            "Delta,Time,CPU_USAGE_0,DRAM_ENERGY (J),GPU0_POWER (mWatts),GPU0_USAGE,PACKAGE_ENERGY (J),PP0_ENERGY (J)",
            "1000,{ms},44,{e5},250000,97,{e65},{e40}",
            19_200.0,
        ),
        (
            "Delta,Time,GPU0_POWER (mWatts),GPU1_POWER (mWatts),PACKAGE_ENERGY (J)",
            "1000,{ms},250000,150000,{e65}",
            27_900.0,
        ),
        ("Delta,Time,CPU_ENERGY (J),CORE0_ENERGY (J),CORE1_ENERGY (J)", "1000,{ms},{e65},{e5},{e5}", 3_900.0),
        ("Delta,Time,SYSTEM_POWER (Watts),CPU_USAGE_0", "1000,{ms},120,5", 7_200.0),
        ("Time,Delta,PACKAGE_ENERGY (J),USED_MEMORY", "{ms},1000,{e65},9", 3_900.0),
        ("Date,CPU Utilization,Total Power,CPU Power,GPU Power", "{d},0.41,300.00,80.00,220.00", 18_000.0),
        ("Date,CPU Utilization,Total Power,CPU Power", "{d},0.41,80.00,80.00", 4_800.0),
        (
            "        Date        , GPU Clock [MHz] , GPU Load [%] , Board Power Draw [W] , GPU Chip Power Draw [W] , 8-Pin #1 Power [W] , Power Consumption (%) [% TDP] ,",
            "{d} , 2700.0 , 99 , 350.0 , 200.0 , 150.0 , 97.2 ,",
            21_000.0,
        ),
        (
            "Date , GPU Clock [MHz] , 16-Pin Power [W] , PWR_SRC Power Draw [W] , MVDDC Power Draw [W] , Board Power Draw [W] ,",
            "{d} , 2700.0 , 340 , 330 , 60 , 350.0 ,",
            21_000.0,
        ),
        (
            "Date,Time,\"CPU Package Power [W]\",\"IA Cores Power [W]\",\"Total DRAM Power [W]\",\"GPU Power [W]\",\"GPU Core Power [W]\"",
            "5.10.2026,{c},100,70,20,350,200",
            28_200.0,
        ),
        (
            "Date,Time,\"GPU Power [W]\",\"GPU Power [W]\",\"PL1 Power Limit (Static) [W]\"",
            "5.10.2026,{c},350,250,125",
            36_000.0,
        ),
    ] {
        let log = rows(header, |s| {
            let clock = format!("09:{:02}:{:02}", s / 60, s % 60);
            row.replace("{ms}", &((START + s) * 1_000).to_string())
                .replace("{e5}", &format!("{}.0", 500 + 5 * s))
                .replace("{e65}", &format!("{}.0", 9_000 + 65 * s))
                .replace("{e40}", &format!("{}.0", 7_000 + 40 * s))
                .replace("{d}", &format!("2026-10-05 {clock}"))
                .replace("{c}", &format!("{clock}.250"))
        });
        is(&log, right);
    }
    for tail in
        [",Volts,120.1,Amps,0.2,PF,0.9,Mark,run_1", ",Volts,230.0,Amps,0.9,PF,0.99,Mark,x", "", ",PF,0.9", ",Amps,1"]
    {
        let log = rows("", |s| format!("Time,10-05-2026 09:{:02}:{:02}.123,Watts,203.400000{tail}", s / 60, s % 60));
        is(&log, 12_204.0);
    }
}

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

#[test]
fn rails_of_grace_long_and_wide() {
    for (header, row, right) in [
        (
            "timestamp,Module Power Socket 0,Grace Power Socket 0,CPU Power Socket 0,SysIO Power Socket 0",
            "{t},700,104,52,6.4",
            42_000.0,
        ),
        (
            "timestamp,SysIO Power Socket 0,Module Power Socket 0,Module Power Socket 1,Grace Power Socket 1",
            "{t},6,700,650,104",
            81_000.0,
        ),
        (
            "timestamp,Grace Power Socket 0,Grace Power Socket 1,CPU Power Socket 0,CPU Power Socket 1",
            "{t},100,104,52,52",
            12_240.0,
        ),
        ("timestamp,Module Power Socket 0 (mW),Grace Power Socket 0 (mW)", "{t},700000,104000", 42_000.0),
        (
            "timestamp,hostname,sensor,power_w",
            "{t},n1,Grace Power Socket 0,100\n{t},n1,CPU Power Socket 0,52\n{t},n2,Grace Power Socket 0,104",
            12_240.0,
        ),
        (
            "timestamp,sensor,socket_id,power_w,total_power_w",
            "{t},Module Power Socket 0,0,700,700\n{t},Grace Power Socket 0,0,104,700",
            42_000.0,
        ),
        ("timestamp,node,rail,power_mw", "{t},n1,VDD_IN,9000\n{t},n1,VDD_SOC,2000\n{t},n2,VDD_IN,6000", 900.0),
    ] {
        is(&rows(header, |s| row.replace("{t}", &format!("{}.125", START + s))), right);
    }
}

#[test]
fn lines_of_rocm_smi_amd_smi_and_ipmitool() {
    let clock = |s: u64| format!("Mon Oct  5 09:{:02}:{:02} UTC 2026", s / 60, s % 60);
    for (block, right) in [
        (
            "{t}\nGPU[0]\t\t: Average Graphics Package Power (W): 300.0\nGPU[1]\t\t: Average Graphics Package Power (W): 200.0",
            30_000.0,
        ),
        (
            "{t}\nGPU[0]\t\t: Current Socket Graphics Package Power (W): 300.0\nGPU[0]\t\t: Max Graphics Package Power (W): 750.0",
            18_000.0,
        ),
        (
            "{t}\nGPU: 0\n    POWER:\n        SOCKET_POWER: 300 W\n        GFX_VOLTAGE: N/A mV\nGPU: 1\n    POWER:\n        SOCKET_POWER: 310 W",
            36_600.0,
        ),
        (
            "TIMESTAMP: {e}\nGPU: 0\n    POWER:\n        CURRENT_SOCKET_POWER: 300 W\n        POWER_LIMIT: 750 W",
            18_000.0,
        ),
        (
            "    Instantaneous power reading:                  1840 Watts\n    Minimum during sampling period:                 300 Watts\n    IPMI timestamp:                           {t}\n    Power reading state is:                   activated",
            110_400.0,
        ),
        (
            "{t}\nInstantaneous power reading: 25000 Watts\nAverage power reading over sample period: 100 Watts",
            1_500_000.0,
        ),
        (
            "{t}\nCurrent Power                        : 418 Watts\nPower Measurement                    : Active",
            25_080.0,
        ),
    ] {
        is(&rows("", |s| block.replace("{t}", &clock(s)).replace("{e}", &(START + s).to_string())), right);
    }
}
