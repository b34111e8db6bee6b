//! Real recordings, against the energies that were computed beside them by rational arithmetic.
//!
//! Their licences keep them out of this repository: they are read from the folder that `WATTLEDGER_RECORDINGS` names. What they show is
//! tested without them on invented logs of the same forms (`tests/it/recordings.rs`).

use super::{Log, backward, read, skip, trapezoid};
use crate::powerlog::{LogError, Options, Times};
use account::meter::PowerSensor;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use units::{ExactEnergy, Span};

/// The recording; without a folder of them, `None` and a line that says so.
fn sample(name: &str) -> Option<Box<dyn Read>> {
    let Some(folder) = std::env::var_os("WATTLEDGER_RECORDINGS") else {
        skip::skip(
            "WATTLEDGER_RECORDINGS names no folder of real recordings; logs of their forms are tested elsewhere",
        );
        return None;
    };
    let path = Path::new(&folder).join(name);
    let file = File::open(&path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
    if name.ends_with(".gz") { Some(Box::new(flate2::read::GzDecoder::new(file))) } else { Some(Box::new(file)) }
}

fn log(name: &str, options: &Options) -> Option<Log> {
    sample(name).map(|source| read(source, options).unwrap())
}

fn column(name: &str) -> Options {
    Options { column: Some(name.to_owned()), ..Options::default() }
}

/// Per device: identifier, number of readings, trapezoid in µJ.
fn check(log: &Log, expected: &[(&str, usize, i128)]) {
    let found: Vec<(&str, usize, ExactEnergy)> =
        log.devices.iter().zip(&log.readings).map(|(d, r)| (d.id.as_str(), r.len(), trapezoid(r))).collect();
    let expected: Vec<_> =
        expected.iter().map(|(id, count, uj)| (*id, *count, ExactEnergy::from_microjoules(*uj))).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_stuck_sensor_is_metered_and_warned_of() {
    let Some(log) = log("nvsmi_units_stuck_unknown-error.csv.gz", &Options::default()) else { return };
    check(&log, &[("power.draw", 12_792, 32_315_909_700)]);
    assert_eq!(log.times, Times::LocalWithoutZone);
    assert_eq!(
        log.note_texts(),
        [
            "read as nvidia-smi: energy from power.draw [W]",
            "the times have no time zone and are read as UTC; name the zone with --timezone",
            "device \"power.draw\": 12792 readings in a row, over 699.63 s, are exactly 46.190 W: the sensor may be stuck",
            "it is not known whether power.draw [W] is an instant or an average value (the log names no model; name it with \
             --accelerator); it is integrated by the trapezoid rule",
        ]
    );
}

#[test]
fn three_power_columns_are_three_sensors() {
    const NAME: &str = "nvsmi_nounits_rtx3090_three-power-columns.csv";
    let Some(default) = log(NAME, &Options::default()) else { return };
    check(&default, &[("power.draw", 1_690, 2_872_009_725)]);
    assert_eq!(backward(&default.readings[0]), ExactEnergy::from_microjoules(2_872_689_340));
    assert_eq!(default.devices[0].sensor.power, Some(PowerSensor::Unknown));
    assert_eq!(default.devices[0].sensor.cadence, Span::from_milliseconds(7));
    assert_eq!(
        default.note_texts()[0],
        "read as nvidia-smi: energy from power.draw [W]; not used: power.draw.average [W], power.draw.instant [W] \
         (choose with --column)"
    );
    let average = log(NAME, &column("power.draw.average")).unwrap();
    check(&average, &[("power.draw.average", 1_690, 2_872_009_375)]);
    assert_eq!(average.devices[0].sensor.power, Some(PowerSensor::ONE_SECOND_AVERAGE));
    let instant = log(NAME, &column("power.draw.instant [W]")).unwrap();
    check(&instant, &[("power.draw.instant", 1_690, 2_852_986_995)]);
    let named = Options { accelerator: Some("NVIDIA GeForce RTX 3090".to_owned()), ..Options::default() };
    let named = log(NAME, &named).unwrap();
    assert_eq!(named.devices[0].sensor.power, Some(PowerSensor::ONE_SECOND_AVERAGE));
}

#[test]
fn eight_interleaved_gpus_are_grouped_by_index() {
    let Some(log) = log("nvsmi_loop_8gpu_iso-z.csv", &Options::default()) else { return };
    check(
        &log,
        &[
            ("0", 639, 61_672_214_410),
            ("1", 639, 65_530_818_165),
            ("2", 639, 61_055_177_930),
            ("3", 639, 59_174_009_280),
            ("4", 639, 61_228_204_255),
            ("5", 639, 58_646_090_955),
            ("6", 639, 60_613_244_740),
            ("7", 639, 58_947_339_055),
        ],
    );
    assert_eq!(log.times, Times::Utc);
    assert!(log.notes.iter().all(|note| !note.is_warning), "{:?}", log.notes);
}

#[test]
fn a_misleading_index_column_gives_way_to_the_one_that_varies() {
    let Some(log) = log("nvsmi_loop_8gpu_utc-offset_index-trap.csv", &Options::default()) else { return };
    check(
        &log,
        &[
            ("0", 6, 592_265_000),
            ("1", 6, 585_880_000),
            ("2", 6, 583_795_000),
            ("3", 5, 443_580_000),
            ("4", 5, 435_830_000),
            ("5", 5, 436_890_000),
            ("6", 5, 445_540_000),
            ("7", 5, 440_595_000),
        ],
    );
    assert_eq!(
        log.note_texts().last(),
        Some(
            &"the devices do not cover the same time: \"3\" ends at 2025-09-08T09:26:56Z, \"2\" at 2025-09-08T09:26:58Z; \
              their sum is not the energy of one interval"
        )
    );
}

#[test]
fn quoted_lists_and_a_cut_cycle_of_amd_smi() {
    let Some(log) = log("amd-smi_metric_8xmi355x_excerpt.csv", &Options::default()) else { return };
    check(
        &log,
        &[
            ("0", 4, 715_500_000),
            ("1", 4, 726_000_000),
            ("2", 4, 738_000_000),
            ("3", 4, 726_000_000),
            ("4", 4, 723_000_000),
            ("5", 4, 717_000_000),
            ("6", 3, 478_000_000),
            ("7", 3, 482_000_000),
        ],
    );
    assert_eq!(log.note_texts()[0], "read as amd-smi: energy from socket_power");
}

#[test]
fn cpu_domains_are_nested_and_their_counters_used() {
    let Some(log) = log("intel_power_gadget_cpu.csv", &Options::default()) else { return };
    assert_eq!(log.ids(), ["processor_0", "ia_0", "dram_0"]);
    assert_eq!(log.devices.iter().map(|d| d.counted_in).collect::<Vec<_>>(), [None, Some(0), None]);
    let reference = [(2_996_000, 2_997_477), (1_140_000, 1_140_703), (1_342_000, 1_342_028)];
    for (readings, (counted, integrated)) in log.readings.iter().zip(reference) {
        let (first, last) = (readings.first().unwrap(), readings.last().unwrap());
        assert_eq!(last.counter.unwrap() - first.counter.unwrap(), counted);
        let reference = ExactEnergy::from_microjoules(integrated);
        // The watts have more than three decimals: rounding them to mW moves the sum by 0.01 %.
        assert!((backward(readings) - reference).magnitude() < reference.scaled(1, 1_000));
        assert_eq!(last.at.since(first.at), Some(Span::from_milliseconds(1_150)));
    }
    let cadence = Span::from_milliseconds(105);
    assert_eq!(log.devices[0].sensor.power, Some(PowerSensor::Average { window: cadence, update: cadence }));
}

#[test]
fn results_and_single_scrapes_are_refused() {
    let Some(source) = sample("codecarbon_emissions.csv") else { return };
    assert!(matches!(read(source, &Options::default()), Err(LogError::KnownAndRefused { .. })));
    let Some(source) = sample("nvidia_gpu_exporter_h100-mig.prom") else { return };
    assert!(matches!(read(source, &Options::default()), Err(LogError::OneScrape)));
}
