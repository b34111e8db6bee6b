//! Logs in the forms that people's tools leave them in, traps included. The values are invented, so that the energy of each is known exactly.
//!
//! With `WATTLEDGER_RECORDINGS` naming a folder of real recordings, whose licences keep them out of this repository, those are metered too.

use crate::command::{json, wattledger};
use crate::meter::Log;
use std::fmt::Write;
use std::path::Path;

/// A reading: ms since the recording began, and mW, whole hundredths of a watt.
#[derive(Clone, Copy)]
struct Sample {
    at_ms: i64,
    mw: i64,
}

impl Sample {
    fn watts(self) -> String {
        format!("{}.{:02}", self.mw / 1_000, self.mw % 1_000 / 10)
    }

    /// Time of day after ten o'clock, with milliseconds behind `point`.
    fn time(self, point: char) -> String {
        let seconds = self.at_ms / 1_000;
        format!("10:{:02}:{:02}{point}{:03}", seconds / 60, seconds % 60, self.at_ms % 1_000)
    }
}

/// `count` readings of a device, the step from one to the next being one of `steps_ms` in turn.
fn samples(device: i64, count: i64, steps_ms: &[i64]) -> Vec<Sample> {
    let mut at_ms = 0;
    (0..count)
        .zip(steps_ms.iter().cycle())
        .map(|(number, step)| {
            let sample = Sample { at_ms, mw: 180_000 + 37_110 * device + 10 * (number * 7_919 % 9_001) };
            at_ms += step;
            sample
        })
        .collect()
}

/// Straight lines between readings, J.
fn trapezoid(samples: &[Sample]) -> f64 {
    let doubled = samples.windows(2).map(|pair| (pair[1].at_ms - pair[0].at_ms) * (pair[0].mw + pair[1].mw));
    doubled.sum::<i64>() as f64 / 2e6
}

/// Each reading for the step before it, J.
fn backward(samples: &[Sample]) -> f64 {
    samples.windows(2).map(|pair| (pair[1].at_ms - pair[0].at_ms) * pair[1].mw).sum::<i64>() as f64 / 1e6
}

fn expect(log: &str, options: &[&str], joules: f64) {
    let answer = Log::new(log.as_bytes()).meter(options);
    let found = answer["energy_mj"].as_f64().unwrap() / 1_000.0;
    // A millijoule of rounding for each device.
    assert!(
        (found - joules).abs() < 0.01,
        "{options:?}: {found} J, known {joules} J of\n{}",
        &log[..log.len().min(400)]
    );
}

/// `nvidia-smi --format=csv,nounits` at 7 ms: units in the header alone, local time, and three columns of power.
#[test]
fn of_three_power_columns_each_is_integrated_by_what_it_means() {
    let average = samples(0, 600, &[7, 7, 7, 49]);
    let instant: Vec<Sample> = average.iter().map(|sample| Sample { mw: sample.mw + 12_340, ..*sample }).collect();
    let mut log = "timestamp, utilization.gpu [%], pstate, temperature.gpu, clocks.current.sm [MHz], power.draw [W], \
                   power.draw.average [W], power.draw.instant [W]\n"
        .to_owned();
    for (mean, now) in average.iter().zip(&instant) {
        let (time, mean, now) = (mean.time('.'), mean.watts(), now.watts());
        writeln!(log, "2026/03/10 {time}, 0, P0, 54, 1800, {mean}, {mean}, {now}").unwrap();
    }
    expect(&log, &[], trapezoid(&average));
    expect(&log, &["--column", "power.draw.average"], backward(&average));
    expect(&log, &["--column", "power.draw.instant"], trapezoid(&instant));
}

/// A loop around nvidia-smi with a header of its own: eight GPUs interleaved, ISO times with `Z`, spaces behind the commas.
#[test]
fn eight_interleaved_gpus_are_metered_apart() {
    let mut log = "timestamp,gpu_index,temperature_C,utilization_gpu_percent,power_W\n".to_owned();
    let devices: Vec<Vec<Sample>> = (0..8).map(|device| samples(device, 120, &[1_000, 1_013, 2_020])).collect();
    for row in 0..120 {
        for (device, samples) in devices.iter().enumerate() {
            let sample = samples[row];
            writeln!(log, "2026-03-10T{}Z,{device}, 38, 100, {}", sample.time('.'), sample.watts()).unwrap();
        }
    }
    expect(&log, &[], devices.iter().map(|samples| trapezoid(samples)).sum());
}

/// Times with an offset, the device in `gpu` beside a column `index` that is always 0, and GPUs that were not recorded equally long.
#[test]
fn a_column_named_index_that_never_changes_is_no_device() {
    let mut log = "timestamp,gpu,index,memory.used,memory.total,power.draw,temperature.gpu\n".to_owned();
    let devices: Vec<Vec<Sample>> =
        (0..8).map(|device| samples(device, if device < 3 { 6 } else { 5 }, &[2_000, 1_000])).collect();
    for row in 0..6 {
        for (device, samples) in devices.iter().enumerate() {
            let Some(sample) = samples.get(row) else { continue };
            let time = &sample.time('.')[..8];
            writeln!(log, "2026-03-10T{time}+08:00,{device}, 0, 4, 81559, {}, 34", sample.watts()).unwrap();
        }
    }
    expect(&log, &[], devices.iter().map(|samples| trapezoid(samples)).sum());
}

/// `amd-smi metric --csv -w 1`: quoted lists with commas inside, `N/A`, whole watts and seconds, a bare line feed after each cycle, cut short.
#[test]
fn lists_inside_cells_do_not_shift_the_power_column() {
    let whole_watts = |device| {
        let round = |sample: Sample| Sample { mw: sample.mw / 1_000 * 1_000, ..sample };
        samples(device, if device < 6 { 4 } else { 3 }, &[1_000]).into_iter().map(round).collect::<Vec<_>>()
    };
    let devices: Vec<Vec<Sample>> = (0..8).map(whole_watts).collect();
    let mut log = "timestamp,gpu,gfx_activity,mm_activity,vcn_activity,jpeg_activity,socket_power,gfx_voltage,power_management\r\n"
        .to_owned();
    for row in 0..4 {
        for (device, samples) in devices.iter().enumerate() {
            let Some(sample) = samples.get(row) else { continue };
            let (second, watts) = (1_773_136_800 + sample.at_ms / 1_000, sample.mw / 1_000);
            write!(log, "{second},{device},0,N/A,\"['N/A', 'N/A']\",\"[0, 0, 0]\",{watts},N/A,ENABLED\r\n").unwrap();
        }
        log.push('\n');
    }
    expect(&log, &[], devices.iter().map(|samples| trapezoid(samples)).sum());
}

/// Intel Power Gadget by way of pandas: a column without a name, time of day with a colon before the milliseconds, power that contains other
/// power, and cumulative counters, which know best. The cores are in the processor; memory is not.
#[test]
fn counters_beside_power_rule_and_cores_are_not_added_to_their_processor() {
    let mut log = ",System Time,RDTSC,Elapsed Time (sec),CPU Utilization(%),Processor Power_0(Watt),Cumulative Processor Energy_0(Joules),\
                   Cumulative Processor Energy_0(mWh),IA Power_0(Watt),Cumulative IA Energy_0(Joules),Cumulative IA Energy_0(mWh),\
                   DRAM Power_0(Watt),Cumulative DRAM Energy_0(Joules),Cumulative DRAM Energy_0(mWh)\n"
        .to_owned();
    // Processor 2.6 W, cores 1.1 W, memory 0.9 W, every 100 ms.
    for row in 0..12_u32 {
        let joules = |milliwatts: u32| f64::from(milliwatts * row) / 10_000.0;
        let (time, elapsed) = (726 + 100 * row, f64::from(row) / 10.0);
        let time = format!("14:55:{:02}:{:03}", 35 + time / 1_000, time % 1_000);
        let counter = |milliwatts| format!("{},{}", joules(milliwatts), joules(milliwatts) / 3.6);
        writeln!(
            log,
            "{row},{time},27292645984428.0,{elapsed},6.597,2.6,{},1.1,{},0.9,{}",
            counter(2_600),
            counter(1_100),
            counter(900)
        )
        .unwrap();
    }
    expect(&log, &[], (2.6 + 0.9) * 1.1);
}

#[test]
fn what_holds_no_series_of_power_is_refused_with_its_reason() {
    let emissions = "timestamp,project_name,run_id,duration,emissions,emissions_rate,cpu_power,gpu_power,ram_power,cpu_energy,gpu_energy,\
                     ram_energy,energy_consumed,country_name\n\
                     2026-03-10T10:00:00,train,409f7ac2,355.5,3.4e-05,9.6e-08,4.1,0.02,3.0,1.3e-04,8.2e-05,1.9e-04,4.0e-04,France\n\
                     2026-03-10T10:06:00,train,409f7ac2,711.0,6.8e-05,9.6e-08,4.1,0.02,3.0,2.6e-04,1.6e-04,3.8e-04,8.0e-04,France\n";
    let scrape = "# HELP nvidia_smi_power_draw_watts power.draw [W]\n# TYPE nvidia_smi_power_draw_watts gauge\n\
                  nvidia_smi_power_draw_watts{uuid=\"00000000-0000-0000-0000-000000000000\"} 433.78\n\
                  nvidia_smi_power_draw_instant_watts{uuid=\"00000000-0000-0000-0000-000000000000\"} 447.35\n";
    for (log, reason) in [
        (emissions.as_bytes(), "results of finished runs"),
        (scrape.as_bytes(), "one scrape without timestamps is not a time series"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "gzip -dc FILE | wattledger meter -"),
    ] {
        let refusal = Log::new(log).refusal(&[]);
        assert!(refusal.starts_with("exit 2") && refusal.contains(reason), "{refusal}");
    }
}

/// Energies of real recordings in J, by the rule that fits their sensor, computed beside them by exact arithmetic.
const REAL: &[(&str, &[&str], f64)] = &[
    ("nvsmi_nounits_rtx3090_three-power-columns.csv", &[], 2_872.009_725),
    ("nvsmi_nounits_rtx3090_three-power-columns.csv", &["--column", "power.draw.average"], 2_872.688_990),
    ("nvsmi_nounits_rtx3090_three-power-columns.csv", &["--column", "power.draw.instant"], 2_852.986_995),
    ("nvsmi_loop_8gpu_iso-z.csv", &[], 486_867.098_790),
    ("nvsmi_loop_8gpu_utc-offset_index-trap.csv", &[], 3_964.375),
    ("amd-smi_metric_8xmi355x_excerpt.csv", &[], 5_305.5),
    // Processor and DRAM by their counters; the cores are in the processor.
    ("intel_power_gadget_cpu.csv", &[], 2.996 + 1.342),
];

#[test]
fn real_recordings_meter_to_their_known_energy() {
    let Some(folder) = std::env::var_os("WATTLEDGER_RECORDINGS") else {
        return crate::skip::skip(
            "WATTLEDGER_RECORDINGS names no folder of real recordings; invented ones of each form were metered",
        );
    };
    let path = |name: &str| Path::new(&folder).join(name).to_str().unwrap().to_owned();
    for (name, options, joules) in REAL {
        let answer = json(&[&["meter", &path(name), "--json"], *options].concat());
        let found = answer["energy_mj"].as_f64().unwrap() / 1_000.0;
        assert!((found / joules - 1.0).abs() < 0.001, "{name} {options:?}: {found} J, known {joules} J");
    }
    for (name, reason) in [
        ("codecarbon_emissions.csv", "results of finished runs"),
        ("nvidia_gpu_exporter_h100-mig.prom", "one scrape without timestamps is not a time series"),
        ("nvsmi_units_stuck_unknown-error.csv.gz", "gzip -dc FILE | wattledger meter -"),
    ] {
        let answer = wattledger(&["meter", &path(name)]);
        assert_eq!((answer.code, answer.stdout.as_str()), (2, ""), "{name}");
        assert!(answer.stderr.contains(reason), "{name}: {}", answer.stderr);
    }
}
