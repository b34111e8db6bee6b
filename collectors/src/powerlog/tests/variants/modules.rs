//! Logs of Jetson modules: tegrastats and jtop.

use super::{is, rows};

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
