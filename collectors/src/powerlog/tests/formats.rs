//! One log of each shape (values invented), and what is read of it.

use super::{Log, read};
use crate::powerlog::{Options, PowerLogFormat};
use account::meter::PowerSensor;
use units::{Power, Span};

fn log(text: &str) -> Log {
    log_with(text, &Options::default())
}

fn log_with(text: &str, options: &Options) -> Log {
    read(text.as_bytes(), options).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Per device: identifier, then (ms since the log's first reading, mW) of each power reading.
fn powers(log: &Log) -> Vec<(&str, Vec<(i64, u64)>)> {
    let start = log.readings.iter().flatten().map(|reading| reading.at.nanoseconds()).min().unwrap_or(0);
    let device = |readings: &Vec<account::meter::Reading>| {
        readings
            .iter()
            .map(|r| ((r.at.nanoseconds() - start) / 1_000_000, r.power.unwrap_or_default().milliwatts()))
            .collect()
    };
    log.ids().into_iter().zip(log.readings.iter().map(device)).collect()
}

/// Per device: identifier and counter readings in µJ.
fn counters(log: &Log) -> Vec<(&str, Vec<u64>)> {
    let of_device = |readings: &Vec<account::meter::Reading>| readings.iter().filter_map(|r| r.counter).collect();
    log.ids().into_iter().zip(log.readings.iter().map(of_device)).collect()
}

#[test]
fn nvidia_smi_in_any_order_with_units_anywhere() {
    let expected = vec![("GPU-a", vec![(0, 100_500), (1_000, 110_000)]), ("GPU-b", vec![(0, 90_000)])];
    for text in [
        "timestamp, uuid, power.draw [W]\n\
         2025/03/10 09:00:00.123, GPU-a, 100.50 W\n2025/03/10 09:00:00.123, GPU-b, 90.00 W\n\
         2025/03/10 09:00:01.123, GPU-a, 110.00 W\n2025/03/10 09:00:01.123, GPU-b, [N/A]\n",
        "power.draw [W], index, utilization.gpu [%], uuid, timestamp\n\
         100.50, 0, 7 %, GPU-a, 2025/03/10 09:00:00.123\n90.00, 1, 7 %, GPU-b, 2025/03/10 09:00:00.123\n\
         power.draw [W], index, utilization.gpu [%], uuid, timestamp\n\
         110.00, 0, 7 %, GPU-a, 2025/03/10 09:00:01.123\n[Unknown Error], 1, 7 %, GPU-b, 2025/03/10 09:00:01.123\n",
        "timestamp,gpu_uuid,power_mW\n1741597200123,GPU-a,100500\n1741597200123,GPU-b,90000\n\
         1741597201123,GPU-a,110000\n1741597201123,GPU-b,4294967295\n",
        "elapsed_s;uuid;power_kw\r\n0;GPU-a;0.1005\r\n0;GPU-b;0.09\n\n1;GPU-a;0.11\r\n1;GPU-b;-13.1\n",
        "elapsed_s\tuuid\tpower\n0\tGPU-a\t100500 mW\n0\tGPU-b\t90 W\n1\tGPU-a\t0.11 kW\n1\tGPU-b",
        "2025/03/10 09:00:00.123, 0, GPU-a, 100.50 W, 300.00 W\n2025/03/10 09:00:00.123, 1, GPU-b, 90.00 W, 300.00 W\n\
         2025/03/10 09:00:01.123, 0, GPU-a, 110.00 W, 300.00 W\n",
        "2025/03/10 09:00:00.123, GPU-a, 100.50\n2025/03/10 09:00:00.123, GPU-b, 90.00\n2025/03/10 09:00:01.123, GPU-a, 110.00\n",
    ] {
        assert_eq!(powers(&log(text)), expected, "{text}");
    }
}

#[test]
fn power_draw_is_preferred_and_its_class_follows_name_driver_and_column() {
    let text = "timestamp, name, driver_version, power.limit [W], power.draw.instant [W], power.draw.average [W], power.draw [W]\n\
                2025/03/10 09:00:00.123, NVIDIA H100 80GB HBM3, 550.54.15, 700.00 W, 300.00 W, 200.00 W, 100.00 W\n";
    let default = log(text);
    assert_eq!(powers(&default), [("NVIDIA H100 80GB HBM3", vec![(0, 100_000)])]);
    assert_eq!(default.devices[0].sensor.power, Some(PowerSensor::ONE_SECOND_AVERAGE));
    assert_eq!(default.devices[0].sensor.limit, Power::from_milliwatts(700_000));
    assert_eq!(
        default.note_texts()[0],
        "read as nvidia-smi: energy from power.draw [W]; \
         not used: power.draw.instant [W], power.draw.average [W] (choose with --column)"
    );
    let options = Options { column: Some("power.draw.instant".to_owned()), ..Options::default() };
    let instant = log_with(text, &options);
    assert_eq!(powers(&instant)[0].1, [(0, 300_000)]);
    assert_eq!(instant.devices[0].sensor.power, Some(PowerSensor::INSTANT_25_OF_100));
    assert_eq!(instant.devices[0].column, "power.draw.instant [W]");
}

#[test]
fn a_device_without_readings_stays_listed() {
    let log = log("elapsed_s,gpu,power.draw\n0,0,100\n0,1,[Not Supported]\n1,0,100\n1,1,[Not Supported]\n");
    assert_eq!(powers(&log), [("0", vec![(0, 100_000), (1_000, 100_000)]), ("1", vec![])]);
    assert!(log.note_texts().contains(&"device \"1\" has no reading"), "{:?}", log.notes);
}

#[test]
fn dmon_with_date_and_time_or_an_interval() {
    let expected = vec![("0", vec![(0, 37_000), (2_000, 39_000), (4_000, 41_000)]), ("1", vec![(0, 30_000)])];
    let dated = "#Date       Time        gpu   pwr gtemp mtemp\n#YYYYMMDD   HH:MM:SS    Idx     W     C     C\n \
                 20250310   19:12:31      0    37    19     -\n 20250310   19:12:31      1    30    19     -\n \
                 20250310   19:12:33      0    39    19     -\n 20250310   19:12:33      1     -    19     -\n\
                 #Date       Time        gpu   pwr gtemp mtemp\n#YYYYMMDD   HH:MM:SS    Idx     W     C     C\n \
                 20250310   19:12:35      0    41    19     -\n";
    assert_eq!(powers(&log(dated)), expected);
    let timed = "#Time        gpu   pwr\n#HH:MM:SS    Idx     W\n 23:59:58      0    37\n 23:59:58      1    30\n \
                 00:00:00      0    39\n 00:00:02      0    41\n";
    assert_eq!(powers(&log(timed)), expected);
    let untimed = "# gpu    pwr  gtemp\n# Idx      W      C\n    0     37     33\n    1     30     33\n    0     39     33\n    0     41     33\n";
    let options = Options { interval: Some(Span::from_seconds(2)), ..Options::default() };
    assert_eq!(powers(&log_with(untimed, &options)), expected);
    let commas =
        "#Time, gpu, pwr\n#HH:MM:SS, Idx, W\n23:59:58, 0, 37\n23:59:58, 1, 30\n00:00:00, 0, 39\n00:00:02, 0, 41\n";
    assert_eq!(powers(&log(commas)), expected);
}

#[test]
fn exporter_text_counts_each_board_once() {
    let mut text = "# TYPE DCGM_FI_DEV_POWER_USAGE gauge\n".to_owned();
    for (at, millijoules) in [(1_741_597_200_000_i64, 31_035_686_671_u64), (1_741_597_230_000, 31_041_686_671)] {
        for instance in 1..=3 {
            let labels =
                format!("gpu=\"0\",UUID=\"GPU-8c\",modelName=\"NVIDIA A100-SXM4-80GB\",GPU_I_ID=\"{instance}\"");
            text += &format!("DCGM_FI_DEV_POWER_USAGE{{{labels}}} 200.000000 {at}\n");
            text += &format!("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{{{labels}}} {millijoules} {at}\n");
        }
        text += &format!("DCGM_FI_DEV_POWER_MGMT_LIMIT{{gpu=\"0\",UUID=\"GPU-8c\"}} 400.0 {at}\n");
    }
    let scraped = log(&text);
    assert_eq!(powers(&scraped), [("GPU-8c", vec![(0, 200_000), (30_000, 200_000)])]);
    assert_eq!(counters(&scraped), [("GPU-8c", vec![31_035_686_671_000, 31_041_686_671_000])]);
    assert_eq!(scraped.devices[0].name.as_deref(), Some("NVIDIA A100-SXM4-80GB"));
    assert_eq!(scraped.devices[0].sensor.power, Some(PowerSensor::INSTANT_25_OF_100));
    assert_eq!(scraped.devices[0].sensor.cadence, Span::from_seconds(30));
    // The same samples, series after series as an export writes them.
    let mut lines: Vec<&str> = text.lines().skip(1).collect();
    lines.sort_unstable();
    let exported = log(&lines.join("\n"));
    assert_eq!((counters(&exported), powers(&exported)), (counters(&scraped), powers(&scraped)));
}

#[test]
fn a_timestamp_that_was_cut_is_no_time() {
    let sample = |second: u64| format!("DCGM_FI_DEV_POWER_USAGE{{UUID=\"GPU-a\"}} 100 {}000", 1_741_597_200 + second);
    let whole = format!("{}\n{}\n{}", sample(0), sample(1), sample(2));
    assert_eq!(log(&whole).readings[0].len(), 3);
    let cut = log(&whole[..whole.len() - 5]);
    assert_eq!(cut.readings[0].len(), 2);
    assert_eq!(cut.note_texts()[1], "1 sample was skipped: without a complete timestamp");
}

#[test]
fn other_exporters_and_openmetrics_seconds() {
    let log = log("nvidia_smi_power_draw_watts{uuid=\"GPU-1\"} 4.3378e+02 1741597200.000\n\
                   nvidia_smi_power_draw_instant_watts{uuid=\"GPU-1\"} 447.35 1741597200.000\n\
                   nvidia_smi_power_draw_watts{uuid=\"GPU-1\"} NaN 1741597201.000\n\
                   nvidia_smi_power_draw_watts{uuid=\"GPU-1\"} 433 1741597202.500\n# EOF\n");
    assert_eq!(powers(&log), [("GPU-1", vec![(0, 433_780), (2_500, 433_000)])]);
}

#[test]
fn amd_smi_with_lists_units_and_an_energy_counter() {
    let log = log("timestamp,gpu,vcn_activity,socket_power,power_management,total_energy_consumption\r\n\
                   1741597200,0,\"['N/A', 'N/A']\",238,ENABLED,812.336\r\n1741597200,1,\"['N/A', 'N/A']\",N/A,ENABLED,N/A\r\n\n\
                   1741597201,0,\"['N/A', 'N/A']\",240 W,ENABLED,1050.336 J\r\n");
    assert_eq!(powers(&log), [("0", vec![(0, 238_000), (1_000, 240_000)]), ("1", vec![])]);
    assert_eq!(counters(&log)[0].1, [812_336_000, 1_050_336_000]);
}

#[test]
fn rocm_smi_in_loops_with_time() {
    let expected = vec![("card0", vec![(0, 35_000), (5_000, 37_000)]), ("card1", vec![(0, 36_000)])];
    let beside = "time,device,Average Graphics Package Power (W),Max Graphics Package Power (W)\n\
                  1741597200,card0,35.0,300\n1741597200,card1,36.0,300\n1741597205,card0,37.0,300\n1741597205,card1,N/A,300\n";
    let above = "1741597200\ndevice,Current Socket Graphics Package Power (W)\ncard0,35.0\ncard1,36.0\n\n\
                 1741597205\ndevice,Current Socket Graphics Package Power (W)\ncard0,37.0\n";
    for text in [beside, above] {
        assert_eq!(powers(&log(text)), expected, "{text}");
    }
    let text = "2025-03-10T09:00:00+01:00\n===== ROCm System Management Interface =====\n\
                GPU[0]\t\t: Average Graphics Package Power (W): 35.0\nGPU[1]\t\t: Average Graphics Package Power (W): 36.0\n\
                2025-03-10T09:00:05+01:00\nGPU[0]\t\t: Average Graphics Package Power (W): 37.0\nGPU[1]\t\t: Max Graphics Package Power (W): 300.0\n";
    assert_eq!(powers(&log(text)), [("0", vec![(0, 35_000), (5_000, 37_000)]), ("1", vec![(0, 36_000)])]);
}

#[test]
fn hl_smi_with_and_without_header() {
    let row = |at: &str, watts: u32| {
        format!(
            "{at}0, 01P4-HL0000A0-18-AAAAAA-00-00-00, HL-325L, 1.22.1-abcdef0, 131072 MiB, 900 MiB, 130172 MiB, {watts} W, 850 W, 41 C, 37 %\n"
        )
    };
    let expected = vec![("01P4-HL0000A0-18-AAAAAA-00-00-00", vec![(0, 315_000), (5_000, 317_000)])];
    let options = Options { interval: Some(Span::from_seconds(5)), ..Options::default() };
    let without = log_with(&(row("", 315) + &row("", 317)), &options);
    assert_eq!(powers(&without), expected);
    assert_eq!(without.devices[0].name.as_deref(), Some("HL-325L"));
    let header = "timestamp, index, uuid, name, driver_version, memory.total [MiB], memory.used [MiB], memory.free [MiB], \
                  power.draw [W], power.max [W], temperature.aip [C], utilization.aip [%]\n";
    let with = header.to_owned() + &row("2025-03-10 09:00:00, ", 315) + &row("2025-03-10 09:00:05, ", 317);
    assert_eq!(powers(&log(&with)), expected);
}

#[test]
fn wide_tables_never_count_a_total_twice() {
    let text = "elapsed_s,gpu0_power_w,gpu1_power_w,total_power_w\n0,100,50,150\n1,110,50,160\n";
    let with_total = log(text);
    assert_eq!(
        powers(&with_total),
        [("gpu0", vec![(0, 100_000), (1_000, 110_000)]), ("gpu1", vec![(0, 50_000), (1_000, 50_000)])]
    );
    assert!(
        with_total.note_texts().contains(&"column \"total_power_w\" is left out: it is the sum of the others"),
        "{:?}",
        with_total.notes
    );
    let options = Options { column: Some("total_power_w".to_owned()), ..Options::default() };
    assert_eq!(powers(&log_with(text, &options)), [("total", vec![(0, 150_000), (1_000, 160_000)])]);
    // The total of one device is not the sum of the others, and its counter is over time.
    let of_each = log("elapsed_s,gpu0_total_w,gpu1_total_w\n0,100,50\n1,110,50\n");
    assert_eq!(of_each.ids(), ["gpu0_total", "gpu1_total"]);
    let counted = log("elapsed_s,gpu0_power_w,gpu0_total_energy_j\n0,100,50\n1,110,150\n");
    assert_eq!(counted.ids(), ["gpu0"]);
    // Nothing in the name says so, but it adds up.
    let unnamed = log("elapsed_s,gpu0 [W],gpu1 [W],gpus [W]\n0,100,50,150\n1,110,50,160\n");
    assert_eq!(unnamed.ids(), ["gpu0", "gpu1"]);
}

#[test]
fn bare_names_are_devices_in_a_table_that_is_said_to_be_wide() {
    let options = Options { format: Some(PowerLogFormat::WIDE), ..Options::default() };
    let log = log_with("elapsed_s,a,b\n0,100,50\n1,110,51\n", &options);
    assert_eq!(powers(&log), [("a", vec![(0, 100_000), (1_000, 110_000)]), ("b", vec![(0, 50_000), (1_000, 51_000)])]);
}

#[test]
fn an_hour_that_may_never_have_been_is_named() {
    let log = log("timestamp, power.draw [W]\n2025/03/30 01:59:58.000, 100.00 W\n2025/03/30 01:59:59.000, 100.00 W\n\
                   2025/03/30 03:00:00.000, 100.00 W\n2025/03/30 03:00:01.000, 100.00 W\n");
    let expected = "line 4: the local time jumps forward by an hour, from 2025-03-30 01:59:59 to 2025-03-30 03:00:00: this is a pause, or \
                    the start of daylight saving time, whose hour is then counted although it did not exist; give the time zone of the log with --timezone";
    assert!(log.note_texts().contains(&expected), "{:?}", log.notes);
}

#[test]
fn containers_are_joined_to_what_they_contain() {
    let contained = |text: &str| {
        let log = log(text);
        log.devices.iter().map(|device| (device.id.clone(), device.counted_in)).collect::<Vec<_>>()
    };
    let named =
        |pairs: &[(&str, Option<usize>)]| pairs.iter().map(|(id, at)| ((*id).to_owned(), *at)).collect::<Vec<_>>();
    assert_eq!(
        contained("elapsed_s,cpu_package_w,cpu_cores_w,gpu_core_w\n0,100,60,300\n"),
        named(&[("cpu_package", None), ("cpu_cores", Some(0)), ("gpu_core", None)])
    );
    assert_eq!(
        contained(
            "elapsed_s,psys_power_w,package-0_power_w,core_power_w,dram_power_w,gpu0_power_w\n0,160,100,60,20,300\n"
        ),
        named(&[("psys", None), ("package_0", Some(0)), ("core", Some(1)), ("dram", Some(0)), ("gpu0", None)])
    );
    assert_eq!(
        contained("elapsed_s,domain,energy_uj\n0,core,1\n0,package-0,2\n0,dram,1\n0,psys,9\n"),
        named(&[("core", Some(1)), ("package-0", Some(3)), ("dram", Some(3)), ("psys", None)])
    );
    assert_eq!(
        contained("elapsed_s,node_power_w,gpu0_power_w,gpu1_power_w\n0,900,300,300\n"),
        named(&[("node", None), ("gpu0", Some(0)), ("gpu1", Some(0))])
    );
}

#[test]
fn plain_tables_with_hosts_counters_and_repeated_rows() {
    let log_of_hosts = log("elapsed_s,host,gpu,power_w\n0,n1,0,100\n0,n2,0,50\n0,n2,0,50\n1,n1,0,100\n1,n2,0,50\n");
    let constant = |watts: u64| vec![(0, watts * 1_000), (1_000, watts * 1_000)];
    assert_eq!(powers(&log_of_hosts), [("n1/0", constant(100)), ("n2/0", constant(50))]);
    let counter = log("elapsed_s,device,energy_mj\n0,gpu0,5000000\n10,gpu0,7000000\n20,gpu0,9000\n");
    assert_eq!(counters(&counter), [("gpu0", vec![5_000_000_000, 7_000_000_000, 9_000_000])]);
    assert!(counter.devices[0].sensor.power.is_none());
}

#[test]
fn glitches_and_cut_lines_are_no_readings() {
    let log = log("timestamp, index, power.draw [W]\n2025/03/10 09:00:00.000, 0, 100.00 W\n\
                   2025/03/10 09:00:01.000, 0, -13123.45 W\n2025/03/10 09:00:02.000, 0, 999999.00 W\n\
                   Unable to determine the device handle for GPU 0000:07:00.0\n2025/03/10 09:00:03.000, 0, 102.00 W\n\
                   2025/03/10 09:00:04.000, 0, 10");
    assert_eq!(powers(&log), [("0", vec![(0, 100_000), (3_000, 102_000)])]);
    assert_eq!(
        log.note_texts()[2..],
        [
            "2 lines were skipped: not a complete row; the first is line 5",
            "the times have no time zone and are read as UTC; name the zone with --timezone",
            "1 value was skipped: negative; the first is in line 3",
            "1 value was skipped: above what any device draws; the first is in line 4",
            "it is not known whether power.draw [W] is an instant or an average value (the log names no model; name it with \
             --accelerator); it is integrated by the trapezoid rule",
        ]
    );
}

/// A recording that was stopped inside a cell: what is left of it may be a number or a time all the same.
#[test]
fn the_last_cell_of_a_line_without_end_is_read_only_if_it_is_whole() {
    for (rows, cut, whole) in [
        (
            "timestamp, power.draw [W]\n2025/03/10 09:00:00.000, 99.50\n2025/03/10 09:00:01.000, 100.00\n2025/03/10 09:00:02.000, ",
            "1",
            "98.25",
        ),
        ("time_ms,power_w\n0,100\n1000,110.5\n2000,", "9.", "98"),
        ("elapsed_s,index,power.draw\n0,0,315 W\n1,0,314 W\n2,0,", "31", "99 W"),
        (
            "power.draw [W], timestamp\n99.50 W, 2025/03/10 09:00:00.000\n99.50 W, 2025/03/10 09:00:01.000\n99.50 W, ",
            "2025/03/10 09:00",
            "2025/03/10 09:00:02.500",
        ),
        ("power_w,timestamp\n99,1700000000\n99,1700000001\n99,", "17000", "1700000002"),
    ] {
        for (end, count) in [(cut, 2), (whole, 3)] {
            assert_eq!(log(&format!("{rows}{end}")).readings[0].len(), count, "{rows}{end}");
        }
    }
}

#[test]
fn a_named_zone_carries_a_log_over_the_clock_change() {
    let text = "timestamp, power.draw [W]\n2025/10/26 02:59:59.000, 100.00 W\n2025/10/26 02:00:00.000, 100.00 W\n";
    let options = Options { timezone: Some(chrono_tz::Europe::Berlin), ..Options::default() };
    let log = log_with(text, &options);
    assert_eq!(powers(&log), [("power.draw", vec![(0, 100_000), (1_000, 100_000)])]);
    assert!(
        log.note_texts().contains(
            &"clock change in Europe/Berlin at line 3: local time 2025/10/26 02:00:00.000 is at UTC+01:00, the time before at UTC+02:00"
        ),
        "{:?}",
        log.notes
    );
}
