//! Nodes as agents describe them: 8 accelerators and 2 host devices, windows of 10 s, a job that holds the accelerators.

use model::DeviceUuid;
use std::io::Write;
use units::{Energy, Power, Span, Timestamp};
use wire::{Batch, Boot, ClockEvidence, Device, DeviceKind, Holding, Job, Method, Quality, SensorClass, Window};

pub(crate) const WINDOWS_PER_MINUTE: u64 = 60;
/// A job ends and the next begins after so many batches.
const JOB_BATCHES: u64 = 120;

/// Midnight, UTC, of the day before today.
pub(crate) fn yesterday() -> Timestamp {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    Timestamp::from_seconds((now / 86_400 - 1) as i64 * 86_400).unwrap()
}

pub(crate) fn after(start: Timestamp, seconds: u64) -> Timestamp {
    Timestamp::from_nanoseconds(start.nanoseconds() + seconds as i64 * 1_000_000_000)
}

/// A node whose batches are made one after the other.
pub(crate) struct Node {
    number: u64,
    start: Timestamp,
    sequence: u64,
    random: u64,
}

impl Node {
    pub(crate) fn new(number: u64, start: Timestamp) -> Self {
        Self { number, start, sequence: 0, random: number * 2_654_435_761 + 88_172_645_463_325_252 }
    }

    /// The next 60 s as JSON.
    pub(crate) fn next_minute(&mut self) -> Vec<u8> {
        let begin = self.sequence * 60;
        let mut batch = self.batch(begin + 60);
        let devices: Vec<(DeviceUuid, DeviceKind)> =
            batch.devices.iter().map(|device| (device.uuid.clone(), device.kind)).collect();
        for step in 0..6 {
            for (uuid, kind) in &devices {
                let watts =
                    if *kind == DeviceKind::Accelerator { 350 + self.random() % 300 } else { 90 + self.random() % 60 };
                batch.windows.push(self.window(uuid, begin + step * 10, 10, watts));
            }
        }
        let job = (self.sequence - 1) / JOB_BATCHES;
        if (self.sequence - 1).is_multiple_of(JOB_BATCHES) {
            if job > 0 {
                self.hold(&mut batch, job - 1, Some(begin));
            }
            self.hold(&mut batch, job, None);
        }
        batch.to_json().unwrap()
    }

    /// The next batch, made `at` seconds after the start, without windows.
    pub(crate) fn batch(&mut self, at: u64) -> Batch {
        self.sequence += 1;
        let name = format!("node-{:04}.cluster.example", self.number);
        Batch {
            version: wire::VERSION,
            agent: name.clone().into(),
            boot: Boot::from_bits(u128::from(self.number) << 64 | 0x5bd1_e995_1234),
            sequence: self.sequence,
            node: wire::Node {
                name: name.into(),
                software: "wattledger-agent 0.1.0".to_owned(),
                machine_id: Some(format!("{:032x}", self.number * 982_451_653)),
                host_boot: Some("6f1c3a52-8d0e-4b7a-9c51-2e7d90b4f6aa".to_owned()),
                unclear: Vec::new(),
            },
            clock: ClockEvidence { wall: after(self.start, at), monotonic: Span::from_seconds(at + 1_000) },
            devices: self.devices(),
            windows: Vec::new(),
            holdings: Vec::new(),
            jobs: Vec::new(),
            gaps: Vec::new(),
        }
    }

    fn devices(&self) -> Vec<Device> {
        let device = |uuid: DeviceUuid, name: &str, index, kind, sensor, watts: u64| Device {
            uuid,
            name: name.to_owned(),
            index,
            kind,
            sensor,
            limit: Power::from_milliwatts(watts * 1_000),
            systematic_ppm: 50_000,
            counted_in: None,
            driver_epoch: 1_767_000_000,
        };
        let gpu = |index: u32| {
            let uuid =
                format!("GPU-{:08x}-8d0e-4b7a-9c51-2e7d90b4{index:04x}", self.number * 2_246_822_519 % (1 << 32));
            device(uuid.into(), "NVIDIA H100 80GB HBM3", index, DeviceKind::Accelerator, SensorClass::Counter, 700)
        };
        let host = |index| {
            device(
                format!("rapl:package-{index}").into(),
                "CPU package",
                index,
                DeviceKind::Host,
                SensorClass::Counter,
                350,
            )
        };
        (0..8).map(gpu).chain((0..2).map(host)).collect()
    }

    pub(crate) fn window(&mut self, uuid: &DeviceUuid, start: u64, seconds: u64, watts: u64) -> Window {
        let energy = watts * seconds * 1_000 + self.random() % 10_000;
        let span = Span::from_seconds(seconds);
        Window {
            device: uuid.clone(),
            start: after(self.start, start),
            end: after(self.start, start + seconds),
            energy: Energy::from_millijoules(energy as i64),
            covered: span,
            method: Method::Counter,
            quality: Quality::Counter,
            flags: Vec::new(),
            power_min: Power::from_milliwatts(watts * 900 + self.random() % 1_000),
            power_peak: Power::from_milliwatts(watts * 1_100 + self.random() % 1_000),
            readings: seconds,
            integration_uncertainty: Energy::from_millijoules((self.random() % 2_000) as i64),
            sensor_systematic: Energy::from_millijoules(energy as i64 / 20),
        }
    }

    /// States that job `number` of this node holds its accelerators from the batch's beginning, or until `end`.
    fn hold(&self, batch: &mut Batch, number: u64, end: Option<u64>) {
        let start = after(self.start, number * JOB_BATCHES * 60);
        let job = format!("train-{:04}-{number}", self.number);
        batch.jobs.push(Job {
            id: job.clone().into(),
            project: Some(format!("project-{}", self.number % 4).into()),
            started: Some(start),
            ended: end.map(|end| after(self.start, end)),
            ..Job::default()
        });
        let uuids = batch
            .devices
            .iter()
            .filter(|device| device.kind == DeviceKind::Accelerator)
            .map(|device| device.uuid.clone());
        let end = end.map(|end| after(self.start, end));
        batch.holdings.extend(uuids.map(|device| Holding { device, job: job.clone().into(), weight: 1, start, end }));
    }

    pub(crate) fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }
}

/// As the agent compresses.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
