//! What the copy for charts costs: disk per GPU and year, time to take windows, time to read a long job. `cargo bench --bench series`.
//!
//! Figures, dated and with their machine, stand in docs/PERFORMANCE.md. Nothing here asserts a time.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement prints, asks the clock, and stops where it cannot go on"
)]

use model::{BatchId, DeviceId, Revision};
use std::time::Instant;
use units::{Energy, Power, Span, Timestamp};
use wattledger::ingest;
use wattledger::series::{
    self, Embedded, Grid, PowerGroup, SeriesChange, SeriesDevice, SeriesError, SeriesStore, SeriesWindow, Watermark,
};
use wattledger::store::Store;
use wire::{Batch, Boot, ClockEvidence, Device, DeviceKind, Holding, Job, Node, Quality, SensorClass};

const START_S: i64 = 1_772_323_200;
const DAYS: i64 = 30;
const NODES: i64 = 8;
const GPUS: i64 = 8;

fn main() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    (0..NODES).for_each(|node| drop(ingest::apply(&store, declared(node).to_json().unwrap(), at(0)).unwrap()));
    let copy = Embedded::open(directory.path()).unwrap();
    let began = Instant::now();
    for day in 0..DAYS {
        (0..24).for_each(|hour| take(&copy, day * 24 + hour));
        // The embedded store asks for no evidence.
        while copy.settle(at((day + 1) * 86_400), &|_| Ok(Vec::new())).unwrap() {}
    }
    let windows = NODES * GPUS * DAYS * 8_640;
    println!(
        "{windows} windows taken and compressed: {:.0} per second",
        windows as f64 / began.elapsed().as_secs_f64()
    );
    drop(copy);
    let copy = Embedded::open(directory.path()).unwrap();
    let bytes = std::fs::metadata(directory.path().join("series.db")).unwrap().len();
    let per_year = bytes as f64 / (NODES * GPUS * DAYS) as f64 * 365.0;
    println!("{:.2} bytes a window, {:.1} MB per GPU and year", bytes as f64 / windows as f64, per_year / 1e6);
    read(&store, &copy);
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(START_S + seconds).unwrap()
}

/// A node's devices, all held by one job.
fn declared(node: i64) -> Batch {
    let name = format!("n{node}");
    let device = |index: i64| Device {
        uuid: format!("gpu{index}").into(),
        name: "H100".to_owned(),
        index: u32::try_from(index).unwrap(),
        kind: DeviceKind::Accelerator,
        sensor: SensorClass::Counter,
        limit: Power::from_milliwatts(700_000),
        systematic_ppm: 50_000,
        counted_in: None,
        driver_epoch: 1,
    };
    let holding = |index: i64| Holding {
        device: format!("gpu{index}").into(),
        job: "long".into(),
        weight: 1,
        start: at(600),
        end: Some(at(DAYS * 86_400 - 600)),
    };
    Batch {
        version: wire::VERSION,
        agent: name.clone().into(),
        boot: Boot::from_bits(1),
        sequence: 1,
        node: Node {
            name: name.into(),
            software: "bench".to_owned(),
            machine_id: None,
            host_boot: None,
            unclear: Vec::new(),
        },
        clock: ClockEvidence { wall: at(0), monotonic: Span::ZERO },
        devices: (0..GPUS).map(device).collect(),
        windows: Vec::new(),
        holdings: (0..GPUS).map(holding).collect(),
        jobs: vec![Job { id: "long".into(), project: Some("p".into()), ..Job::default() }],
        gaps: Vec::new(),
    }
}

/// One hour of every GPU, as sixty batches would bring it.
fn take(copy: &Embedded, hour: i64) {
    let mut changes = Vec::new();
    for minute in 0..60 {
        for device in 1..=NODES * GPUS {
            let start = hour * 3_600 + minute * 60;
            let windows = (0..6).map(|place| window(device, start + place * 10)).collect();
            changes.push(SeriesChange {
                batch: BatchId::new(hour * 60 + minute + 100),
                device: SeriesDevice::numbered(DeviceId::new(device)),
                replaces: None,
                shares: Vec::new(),
                windows,
            });
        }
    }
    copy.take(&changes, &Watermark { revision: Revision::new(hour * 60 + 159), sha256: vec![0; 32] }).unwrap();
}

/// Ten seconds of training at 1 Hz: 640 W, noise of 12 W between readings, a checkpoint of 40 s at 180 W every 30 minutes, an evaluation of 5 minutes at
/// 450 W every six hours.
fn window(device: i64, start: i64) -> SeriesWindow {
    let reading = |second: i64| {
        let phase = second + device % 3;
        let level = match (phase % 21_600, phase % 1_800) {
            (_, 0..40) => 180_000,
            (10_000..10_300, _) => 450_000,
            _ => 640_000,
        };
        // Four uniform draws are near enough to a bell.
        let noise = (0..4).map(|draw| random(device, second * 4 + draw) % 20_785).sum::<i64>() - 41_570;
        level + noise
    };
    let readings: Vec<i64> = (start..start + 10).map(reading).collect();
    SeriesWindow {
        start: at(start),
        end: at(start + 10),
        energy: Energy::from_millijoules(readings.iter().sum()),
        min: Power::from_milliwatts(readings.iter().min().unwrap().cast_unsigned()),
        max: Power::from_milliwatts(readings.iter().max().unwrap().cast_unsigned()),
        covered: Span::from_seconds(10),
        quality: Quality::Counter,
        is_contained: false,
        is_low: false,
    }
}

fn random(device: i64, draw: i64) -> i64 {
    let mut x = device.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64.cast_signed()).wrapping_add(draw).cast_unsigned();
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 1).cast_signed()
}

fn read(store: &Store, copy: &Embedded) {
    let now = at(DAYS * 86_400);
    let number = store.read::<_, SeriesError>(|tx| Ok(tx.jobs().find(&"long".into())?.unwrap().job)).unwrap();
    let timed = |what: &str, look: &dyn Fn()| {
        let mut times: Vec<f64> = (0..5)
            .map(|_| {
                let began = Instant::now();
                look();
                began.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!("{what}: {:.0} ms (median of 5)", times[2]);
    };
    let job = |from: i64, to: i64, points: i64| {
        let grid = Grid::of(at(from)..at(to), points).unwrap();
        store.read(|tx| series::job(copy, tx, number, grid, now)).unwrap();
    };
    timed("job of 64 GPUs, 30 days, 500 points", &|| job(0, DAYS * 86_400, 500));
    timed("job of 64 GPUs, 30 days, 5000 points", &|| job(0, DAYS * 86_400, 5_000));
    timed("job of 64 GPUs, 1 day, 500 points", &|| job(0, 86_400, 500));
    timed("held-idle of the job", &|| {
        store.read(|tx| series::job_use(copy, tx, number, now)).unwrap();
    });
    let device = |from: i64, to: i64| {
        let grid = Grid::of(at(from)..at(to), 500).unwrap();
        series::device(copy, DeviceId::new(1), grid, now).unwrap();
    };
    timed("a device, 30 days, 500 points", &|| device(0, DAYS * 86_400));
    timed("a device, 1 day, 500 points", &|| device(0, 86_400));
    let fleet = |from: i64, to: i64| {
        let grid = Grid::of(at(from)..at(to), 500).unwrap();
        drop(store.read(|tx| series::fleet(copy, tx, PowerGroup::Project, grid, None)).unwrap());
    };
    timed("power of 64 GPUs by project, 1 day, 500 points", &|| fleet(0, 86_400));
}
