//! What factors cost: a year of 350 zones hour by hour in and on disk, one choice, and a month of 1,000 jobs posted again. `cargo bench --bench factors`.
//!
//! Figures, dated and with their machine, stand in docs/PERFORMANCE.md. Nothing here asserts a time.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement prints, asks the clock, and stops where it cannot go on"
)]

use model::{Accounting, Basis, FactorSource, FactorStatus, Gas};
use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use units::{CarbonIntensity, Energy, Interval, Power, Pue, Span, Timestamp};
use wattledger::grid::{FactorPreference, FactorRule, FactorSeries, FactorValue, ImportTerms, Library, read_factors};
use wattledger::store::{By, FactorEvidence, Store, StoreError};
use wattledger::{ingest, ledger, workload};
use wire::{Batch, Boot, ClockEvidence, Device, DeviceKind, Holding, Job, Method, Node, Quality, SensorClass, Window};

/// 2024-01-01, a leap year.
const START_S: i64 = 1_704_067_200;
const YEAR_H: i64 = 8_784;
const ZONES: usize = 350;
const JOBS: i64 = 1_000;
const JOB_H: i64 = 8;
const MONTH_H: i64 = 744;

fn main() {
    let library = Arc::new(Library::bundled().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    import(&store, &library);
    choose(&store, &library);
    drop(store);
    println!("on disk: {:.1} MB", bytes_of(directory.path()) as f64 / 1e6);
    post_again(&library);
}

fn hour(hour: i64) -> Timestamp {
    Timestamp::from_seconds(START_S + hour * 3_600).unwrap()
}

/// As the grid of a country might be: two waves and noise, g/kWh with two decimals.
fn intensity(zone: usize, hour: i64) -> f64 {
    let (day, noise) = ((hour % 24) as f64 / 24.0, ((hour * 7_919 + zone as i64 * 104_729) % 2_003) as f64 / 2_003.0);
    let wave = (day * std::f64::consts::TAU).sin() * 60.0 + (hour as f64 / 168.0 * std::f64::consts::TAU).cos() * 30.0;
    200.0 + zone as f64 + wave + 40.0 * noise
}

fn import(store: &Store, library: &Arc<Library>) {
    let files: Vec<String> = (0..ZONES).map(file).collect();
    let codes = zones(library);
    let began = Instant::now();
    let mut values = 0;
    for (zone, text) in codes.iter().zip(&files) {
        let terms = ImportTerms { zone: Some(zone.as_str().into()), ..ImportTerms::default() };
        let read = read_factors(text.as_bytes(), &terms).unwrap();
        let by = By::service(hour(YEAR_H));
        let bytes = text.as_bytes().to_vec();
        let evidence =
            FactorEvidence { source: FactorSource::File, name: format!("{zone}.csv"), obtained: by.at, bytes };
        let taken = ledger::take_factors(store, library, read.reading.series, evidence, by).unwrap();
        values += taken.kept.new;
    }
    println!("{values} values of {ZONES} files read and kept in {:.2} s", began.elapsed().as_secs_f64());
}

/// Codes of 350 zones.
fn zones(library: &Library) -> Vec<String> {
    let mut zones: Vec<String> = library.factors().iter().map(|factor| factor.zone.to_string()).collect();
    zones.sort();
    zones.dedup();
    zones.truncate(ZONES);
    assert_eq!(zones.len(), ZONES);
    zones
}

fn file(zone: usize) -> String {
    let mut text = "datetime_utc,g_per_kwh\n".to_owned();
    for at in 0..YEAR_H {
        let moment = chrono::DateTime::from_timestamp(START_S + at * 3_600, 0).unwrap();
        let _ = writeln!(text, "{},{:.2}", moment.format("%Y-%m-%dT%H:%MZ"), intensity(zone, at));
    }
    text
}

fn choose(store: &Store, library: &Library) {
    let codes = zones(library);
    store
        .read::<_, StoreError>(|tx| {
            let (rule, preference) = (FactorRule::new(tx, library), FactorPreference::default());
            for round in ["reading from disk", "from memory"] {
                let (began, mut count) = (Instant::now(), 0_u32);
                for zone in codes.iter().take(20) {
                    let zone = zone.as_str().into();
                    for at in (0..YEAR_H).step_by(7) {
                        black_box(rule.choose(&zone, &preference, hour(at)).unwrap());
                        count += 1;
                    }
                }
                println!(
                    "{count} choices, {round}: {:.2} µs each",
                    began.elapsed().as_secs_f64() * 1e6 / f64::from(count)
                );
            }
            Ok(())
        })
        .unwrap();
}

/// Each of 1,000 jobs of a month ran for 8 hours, on a yearly factor; then the month's hours come.
fn post_again(library: &Arc<Library>) {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let by = || By::service(hour(0));
    workload::add_site(&store, library, "fra".into(), "DE", 60, Pue::ONE, by()).unwrap();
    for node in 0..JOBS * JOB_H / MONTH_H + 1 {
        let batch = worked(node);
        workload::assign_node(&store, batch.node.name.clone(), "fra".into(), hour(0), by()).unwrap();
        ingest::apply(&store, batch.to_json().unwrap(), hour(0)).unwrap();
    }
    let later = hour(2 * MONTH_H);
    let posted = ledger::close(&store, library, later, Span::from_seconds(600)).unwrap().entries;
    let values = (0..MONTH_H).map(|at| FactorValue {
        interval: Interval::new(hour(at), hour(at + 1)).unwrap(),
        intensity: CarbonIntensity::from_milligrams_per_kwh((intensity(0, at) * 1e3) as u32),
        status: FactorStatus::Measured,
        method: None,
    });
    let series = FactorSeries {
        zone: "DE".into(),
        basis: Basis::Lifecycle,
        gas: Gas::Co2e,
        accounting: Accounting::Production,
        publisher: "bench".to_owned(),
        edition: "1".to_owned(),
        licence: "none".to_owned(),
        values: values.collect(),
    };
    let evidence =
        FactorEvidence { source: FactorSource::File, name: "bench".to_owned(), obtained: later, bytes: Vec::new() };
    let began = Instant::now();
    let taken = ledger::take_factors(&store, library, vec![series], evidence, By::service(later)).unwrap();
    println!(
        "{JOBS} jobs, {posted} entries of a month: posted again as {} entries in {:.2} s",
        taken.entries,
        began.elapsed().as_secs_f64()
    );
}

/// The windows of a node over the month, an hour each, held by one job after another for 8 hours.
fn worked(node: i64) -> Batch {
    let name = format!("n{node}");
    let window = |at: i64| Window {
        device: "gpu0".into(),
        start: hour(at),
        end: hour(at + 1),
        energy: Energy::from_millijoules(2_000_000_000 + at),
        covered: Span::from_seconds(3_600),
        method: Method::Counter,
        quality: Quality::Counter,
        flags: Vec::new(),
        power_min: Power::ZERO,
        power_peak: Power::from_milliwatts(700_000),
        readings: 10,
        integration_uncertainty: Energy::ZERO,
        sensor_systematic: Energy::ZERO,
    };
    let jobs = MONTH_H / JOB_H;
    let job = |number: i64| format!("job-{node}-{number}");
    let holding = |number: i64| Holding {
        device: "gpu0".into(),
        job: job(number).into(),
        weight: 1,
        start: hour(number * JOB_H),
        end: Some(hour((number + 1) * JOB_H)),
    };
    Batch {
        version: wire::VERSION,
        agent: name.as_str().into(),
        boot: Boot::from_bits(1),
        sequence: 1,
        node: Node {
            name: name.into(),
            software: "bench".to_owned(),
            machine_id: None,
            host_boot: None,
            unclear: Vec::new(),
        },
        clock: ClockEvidence { wall: hour(MONTH_H), monotonic: Span::ZERO },
        devices: vec![Device {
            uuid: "gpu0".into(),
            name: "H100".to_owned(),
            index: 0,
            kind: DeviceKind::Accelerator,
            sensor: SensorClass::Counter,
            limit: Power::from_milliwatts(700_000),
            systematic_ppm: 50_000,
            counted_in: None,
            driver_epoch: 1,
        }],
        windows: (0..MONTH_H).map(window).collect(),
        holdings: (0..jobs).map(holding).collect(),
        jobs: (0..jobs).map(|number| Job { id: job(number).into(), ..Job::default() }).collect(),
        gaps: Vec::new(),
    }
}

fn bytes_of(directory: &Path) -> u64 {
    let files = std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().metadata().unwrap().len());
    files.sum()
}
