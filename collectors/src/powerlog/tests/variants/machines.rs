//! Logs of processors and whole machines: turbostat, perf, Grace, EnergiBridge, PowerJoular, GPU-Z, HWiNFO, PTDaemon, MangoHud.

use super::{START, is, refused, rows};

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
