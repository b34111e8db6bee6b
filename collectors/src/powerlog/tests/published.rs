//! Logs in further forms that tools document or users show: each has the energy that its rows say, or is refused with the reason.

use super::variants::{is, is_with, refused, table};
use crate::powerlog::Options;

#[test]
fn queries_of_nvidia_smi_as_its_documents_and_users_write_them() {
    for (header, row, right) in [
        (
            "timestamp, name, pci.bus_id, driver_version, pstate, pcie.link.gen.max, pcie.link.gen.current, temperature.gpu, utilization.gpu [%], utilization.memory [%], memory.total [MiB], memory.free [MiB], memory.used [MiB], power.draw [W]",
            "{t}, NVIDIA A100-SXM4-80GB, 00000000:07:00.0, 550.54.15, P0, 4, 4, 41, 100 %, 40 %, 81920 MiB, 5000 MiB, 76920 MiB, <<100+2>>.00 W",
            // The mean of 100 to 220 W over a minute.
            9_600.0,
        ),
        (
            "index, timestamp, power.draw [W], clocks.current.sm [MHz], clocks.current.memory [MHz], clocks.current.graphics [MHz]",
            "0, {t}, 250.00 W, 1410 MHz, 1215 MHz, 1410 MHz\n1, {t}, 260.00 W, 1410 MHz, 1215 MHz, 1410 MHz",
            30_600.0,
        ),
        (
            "timestamp, gpu_name, gpu_bus_id, power.draw.average [W], power.draw.instant [W], power.limit [W], power.max_limit [W], power.default_limit [W]",
            "{t}, NVIDIA L40S, 00000000:01:00.0, 300.00 W, 311.00 W, 350.00 W, 350.00 W, 350.00 W",
            18_000.0,
        ),
        (
            "timestamp, count, serial, power.draw [W], clocks_event_reasons.sw_power_cap, enforced.power.limit [W]",
            "{t}, 2, 1320001, 100.00 W, Not Active, 700.00 W\n{t}, 2, 1320002, 150.00 W, Active, 700.00 W",
            15_000.0,
        ),
        (
            "timestamp, index, power.draw [W], fan.speed [%], mig.mode.current, compute_mode",
            "{t}, 0, 95.50 W, [N/A], Enabled, Default",
            5_730.0,
        ),
        ("timestamp;index;power.draw [W]", "{t};0;250,00 W\n{t};1;250,00 W", f64::NAN),
        ("timestamp, index, power.draw [W], gpu_power_readings.power_draw", "{t}, 0, 250.00 W, N/A", 15_000.0),
    ] {
        if right.is_nan() { refused(&table(header, row), &["decimal comma"]) } else { is(&table(header, row), right) }
    }
}

#[test]
fn monitors_of_boards_with_other_columns() {
    for (header, row, right) in [
        (
            "#Date       Time        gpu   pwr  gtemp  mtemp     sm    mem    enc    dec    jpg    ofa   mclk   pclk  pviol  tviol     fb   bar1   ccpm\n#YYYYMMDD   HH:MM:SS    Idx     W      C      C      %      %      %      %      %      %    MHz    MHz      %   bool     MB     MB     MB",
            " 20261005   {clock}      0   310     61     70     99     40      0      0      0      0   2619   1980      0      0  70000      9      0\n 20261005   {clock}      1   290     61     70     99     40      0      0      0      0   2619   1980      0      0  70000      9      0",
            36_000.0,
        ),
        (
            "#Date, Time, gpu, pwr, gtemp, mtemp, sm, mem\n#YYYYMMDD, HH:MM:SS, Idx, W, C, C, %, %",
            "20261005, {clock}, 0, 310, 61, -, 99, 40",
            18_600.0,
        ),
        (
            "timestamp, name, bus_id, driver_version, temperature.aip [C], utilization.aip [%], power.draw [W]",
            "Mon Oct  5 {clock} UTC 2026, HL-325L, 0000:33:00.0, 1.22.1, 41, 99, 700 W\nMon Oct  5 {clock} UTC 2026, HL-325L, 0000:34:00.0, 1.22.1, 41, 99, 650 W",
            81_000.0,
        ),
        (
            "Timestamp, DeviceId, GPU Utilization (%), GPU Power (W), GPU Frequency (MHz)",
            "{clock}.123, 0, 99.10, 280.00, 1550\n{clock}.123, 1, 99.10, 270.00, 1550",
            33_000.0,
        ),
        (
            "Timestamp, DeviceId, GPU Energy Consumed (J)",
            "{clock}.046, 0, <<5000+300>>.00\n{clock}.046, 1, <<9000+200>>.00",
            30_000.0,
        ),
        (
            "timestamp,gpu,socket_power,gfx_voltage,soc_voltage,mem_voltage,throttle_status,power_management,gfx_activity,umc_activity,mm_activity",
            "{e},0,700,N/A,N/A,N/A,UNTHROTTLED,ENABLED,99,40,N/A\n{e},1,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A",
            42_000.0,
        ),
        (
            "timestamp,gpu,power_usage,hotspot_temperature,memory_temperature,gfx_clk,gfx,mem,encoder,decoder,vram_used,vram_total",
            "{e},0,600 W,58 °C,52 °C,2100 MHz,99 %,40 %,N/A,0 %,64 GB,256 GB",
            36_000.0,
        ),
    ] {
        is(&table(header, row), right);
    }
}

#[test]
fn desktops_and_machines_as_their_tools_write_them() {
    for (header, row, right) in [
        (
            "System Time,RDTSC,Elapsed Time (sec),CPU Utilization(%),CPU Frequency_0(MHz),Processor Power_0(Watt),Cumulative Processor Energy_0(Joule),Cumulative Processor Energy_0(mWh),IA Power_0(Watt),Cumulative IA Energy_0(Joule),Cumulative IA Energy_0(mWh),Package Temperature_0(C),DRAM Power_0(Watt),Cumulative DRAM Energy_0(Joule),Cumulative DRAM Energy_0(mWh)",
            "{clock}:100,1,{s}.000,9,3100,28.0,<<0+28>>.0,7,20.0,<<0+20>>.0,5,61,4.0,<<0+4>>.0,1",
            1_920.0,
        ),
        (
            "Date,Time,\"Core VIDs (avg) [V]\",\"CPU Package Power [W]\",\"Core 0 Power (SMU) [W]\",\"CPU PPT [W]\",\"GPU ASIC Power [W]\",\"GPU Utilization [%]\",\"Total System Power [W]\"",
            "5.10.2026,{clock}.250,1.1,120,8,118,300,99,520",
            31_200.0,
        ),
        (
            "fps,frametime,cpu_load,cpu_power,gpu_load,cpu_temp,gpu_temp,gpu_core_clock,gpu_mem_clock,gpu_vram_used,gpu_power,ram_used,swap_used,process_rss,cpu_mhz,elapsed",
            "120,8.3,31,80,99,61,66,2600,10000,9.1,320,12,0,3,4800,<<0+1>>000000000",
            24_000.0,
        ),
        ("Time_Of_Day_Seconds,Avg_MHz,Busy%,PkgWatt,RAMWatt", "{e}.25,3100,97.1,100.0,20.0", 7_200.0),
        (
            "usec\tTime_Of_Day_Seconds\tCore\tCPU\tAvg_MHz\tBusy%\tPkgWatt\tCorWatt\tGFXWatt\tRAMWatt",
            "900\t{e}.1\t-\t-\t3100\t97\t65.0\t50.0\t2.0\t8.0\n800\t{e}.1\t0\t0\t3100\t97\t65.0\t50.0\t2.0\t8.0\n30\t{e}.1\t0\t4\t3100\t97\t\t\t\t\n800\t{e}.1\t1\t1\t3100\t97\t\t\t\t",
            4_380.0,
        ),
        (
            "Delta,Time,PACKAGE_ENERGY (J),DRAM_ENERGY (J),GPU0_ENERGY (mJ)",
            "1000,{ms},<<9000+65>>,<<500+5>>,<<0+250000>>",
            19_200.0,
        ),
        (
            "timestamp,node,chassis power (W),cpu0 power (W),cpu1 power (W)",
            "{iso},n1,800,200,190\n{iso},n2,700,150,140",
            90_000.0,
        ),
        ("Time,psu1_input_power_w,psu2_input_power_w", "{iso},410,395", 48_300.0),
        ("time_iso,wall_power_kw", "{iso},1.25", 75_000.0),
        ("datetime,energy_wh", "{iso},<<1000+1>>", 216_000.0),
    ] {
        is(&table(header, row), right);
    }
}

#[test]
fn what_speaks_of_power_and_is_no_log_of_it_is_refused() {
    for (header, row, words) in [
        ("epoch,value", "{e}.123,250", &[][..]),
        ("\"Time\",\"GPU 0\",\"GPU 1\"", "\"{date}\",\"250 W\",\"240 W\"", &["no power column"]),
        (
            "Timestamp,MetricId,MetricValue,MetricProperty",
            "{iso},SystemInputPower,420,#PowerControl/0/PowerConsumedWatts",
            &[],
        ),
        ("", "nvidia_smi,host=n1,index=0,uuid=GPU-1 power_draw=250.0,temperature_gpu=61i {e}000000000", &[]),
        ("ID,Name,Type,Reading,Units,Event", "57,Pwr Consumption,Current,252.00,W,'OK'", &[]),
        ("timestamp,gpu,power.draw.percent", "{t},0,88", &[]),
        ("timestamp,gpu,power.limit [W],power.max_limit [W]", "{t},0,700.00 W,700.00 W", &[]),
        ("timestamp,gpu,max_power_w,min_power_w", "{iso},0,700,100", &[]),
        ("timestamp,gpu,power_w", "{iso},0,250\n{iso},0,150", &["two GPUs with the same name"]),
        ("timestamp,power_va", "{iso},250", &[]),
        ("timestamp,power_dbm", "{iso},25", &[]),
    ] {
        refused(&table(header, row), words);
    }
    let five_seconds = Options { interval: Some(units::Span::from_seconds(5)), ..Options::default() };
    is_with(&table("Avg_MHz\tBusy%\tPkgWatt\tRAMWatt", "3100\t97\t100.0\t20.0"), &five_seconds, 36_000.0);
}

#[test]
fn gpu_z_powerjoular_nv_monitor_and_blank_columns_of_xpu_smi() {
    let blank = "Timestamp, DeviceId, GPU Utilization (%), GPU Power (W), GPU Frequency (MHz)";
    for (header, row, right) in [
        (
            "Date , GPU Clock [MHz] , GPU Load [%] , Board Power Draw [W] , PCIe Slot Power [W] ,",
            "{date} , 2700.0 , 99 , 350.0 , 50.0 ,",
            21_000.0,
        ),
        (
            "Date , GPU Clock [MHz] , Board Power Draw [W] , GPU Chip Power Draw [W] , GPU Voltage [V] ,",
            "{date} , 2700.0 , 350.0 , 200.0 , 1.05 ,",
            21_000.0,
        ),
        (
            "Date , GPU Clock [MHz] , GPU Load [%] , 12VHPWR Power [W] , Board Power Draw [W] ,",
            "{date} , 2700.0 , 99 , 340.0 , 350.0 ,",
            21_000.0,
        ),
        ("Date,CPU Utilization,Total Power,CPU Power,GPU Power", "{date},0.05,100.00,60.00,40.00", 6_000.0),
        ("Date,CPU Utilization,CPU Power,Total Power", "{date},0.41,80.00,80.00", 4_800.0),
        ("Date,CPU Utilization,CPU Power,GPU Power,Total Power", "{date},0.41,80.00,220.00,300.00", 18_000.0),
        ("timestamp,gpu0_util_pct,gpu0_power_mw", "{date},98,900000", 54_000.0),
        ("timestamp,gpu0_util_pct,gpu0_temp_c,gpu0_power_w,gpu0_clock_mhz", "{date},98,61,900,1965", 54_000.0),
        ("timestamp,gpu0_power_mw,gpu0_util_pct,gpu1_power_mw,gpu1_util_pct", "{date},900000,98,450000,50", 81_000.0),
        (
            "timestamp,cpu_avg_pct,mem_used_mb,gpu0_util_pct,gpu0_power_mw,gpu0_fan_pct",
            "{date},12.5,512000,98,700000,40",
            42_000.0,
        ),
        (blank, "{iso},    0,     , 44.60,     ", 2_676.0),
        (blank, "{iso},    0,     , 44.60,     \n{iso},    1,     , 45.40,     ", 5_400.0),
        (blank, "{iso},    0, N/A, 44.60, N/A", 2_676.0),
        (blank, "{iso}, 0, , 44.60, 1550", 2_676.0),
    ] {
        is(&table(header, row), right);
    }
}

#[test]
fn a_total_larger_than_its_parts_rules() {
    for (header, row) in [
        ("timestamp,GPU power (mW),CPU power (mW),total power (mW)", "{e},2500,1500,6000"),
        ("timestamp,total_power_w,gpu0_power_w,gpu1_power_w", "{e},6,2.5,1.5"),
        ("timestamp,gpu0_power_w,gpu1_power_w,total_power_w", "{e},2.5,1.5,6"),
        ("timestamp,gpu power [W],cpu power [W],total power [W]", "{e},2.5,1.5,6.0"),
        ("timestamp,sensor,power_w", "{e},GPU power,2.5\n{e},CPU power,1.5\n{e},total power,6"),
    ] {
        is(&table(header, row), 360.0);
    }
}

#[test]
fn no_load_is_metered_as_0_w_unsaid() {
    for (header, row) in [
        ("timestamp, index, name, power.draw [W], utilization.gpu [%]", "{t}, 0, NVIDIA H20, 0.00 W, 100 %"),
        ("timestamp, index, power.draw [W], utilization.gpu [%]", "{t}, 0, 0.00 W, 55 %\n{t}, 1, 250.00 W, 55 %"),
        ("timestamp, uuid, utilization.gpu [%], power.draw.instant [W]", "{t}, GPU-1, 99 %, 0.00 W"),
        ("timestamp,gpu,gfx_activity,socket_power,power_management", "{e},0,99,0,ENABLED"),
        ("fps,frametime,gpu_load,gpu_power,elapsed", "120,8,97,0,<<0+1000000000>>"),
        ("timestamp,gpu0_util_pct,gpu0_power_mw", "{date},98,0"),
    ] {
        let (_, notes) = super::cases::joules(table(header, row).as_bytes(), &Options::default()).unwrap();
        assert!(notes.iter().any(|note| note.is_warning && note.text.contains("0 W")), "{header}: {notes:#?}");
    }
}

#[test]
fn results_reports_and_second_recordings_of_every_kind_are_refused() {
    for text in [
        "JobID|Elapsed|State|ConsumedEnergy\n7|00:02:00|COMPLETED|96.00K\n",
        "JobIDRaw|JobName|ConsumedEnergyRaw\n7|train|96000\n",
        "       JobID    Elapsed      State ConsumedEnergy\n------------ ---------- ---------- --------------\n           7   00:02:00  COMPLETED         96.00K\n",
        "JobID,Elapsed,State,ConsumedEnergyRaw,AveCPU\n7,00:02:00,COMPLETED,96000,00:01:00\n",
        "JobID|TRESUsageInTot|TRESUsageOutTot\n7|energy=96000|energy=800\n",
        "<?xml version=\"1.0\" ?>\n<nvidia_smi_log>\n<gpu id=\"0\"><power_draw>250.00 W</power_draw></gpu></nvidia_smi_log>\n",
        "<nvidia_smi_log>\n\t<timestamp>Mon Oct  5 09:00:00 2026</timestamp>\n",
        "<!DOCTYPE nvidia_smi_log SYSTEM \"nvsmi_device_v12.dtd\">\n<nvidia_smi_log>\n",
        "\n<?xml version=\"1.0\" ?>\n<!DOCTYPE nvidia_smi_log>\n<nvidia_smi_log>\n",
        "==============NVSMI LOG==============\n\nTimestamp : Mon Oct  5 09:00:00 2026\n    Power Draw : 250.00 W\n",
        "{\"timestamp\": 1791190800, \"power_w\": 250}\n",
    ] {
        assert!(super::cases::joules(text.as_bytes(), &Options::default()).is_err(), "{text}");
    }
    for (header, row) in [
        ("timestamp, index, power.draw [W]", "{t}, 0, 400.00 W\n{t}, 1, 410.00 W"),
        ("timestamp, uuid, power.draw [W]", "{t}, GPU-1, 400.00 W"),
        ("timestamp,gpu,power_w", "{e},0,400"),
        ("Date,CPU Utilization,Total Power,CPU Power", "{date},0.41,80.00,80.00"),
        ("timestamp,gpu0_power_w,gpu1_power_w", "{iso},400,410"),
    ] {
        let one = table(header, row);
        assert!(super::cases::joules((one.clone() + &one).as_bytes(), &Options::default()).is_err(), "{header}");
    }
}
