//! Windows of devices that do not exist, and a store that takes batches exactly once and judges them.

use client::Answer;
use collectors::push::Recipient;
use collectors::spool::{BatchKey, BatchSender, Contents, Opened, Sealed, Spool};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::time::Duration;
use units::{Energy, Power, Span, Timestamp};
use wire::{
    Acknowledgement, Batch, Boot, ClockEvidence, Device, DeviceKind, Gap, Holding, Job, Method, Node, Outcome, Quality,
    SensorClass, Window,
};

pub(crate) const START: i64 = 1_767_603_600_000_000_000;
pub(crate) const SECOND: i64 = 1_000_000_000;
pub(crate) const CLOCK: ClockEvidence = ClockEvidence { wall: at(0), monotonic: Span::ZERO };

/// `seconds` after the start of the samples.
pub(crate) const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_nanoseconds(START + seconds * SECOND)
}

pub(crate) fn sender(boot: u128) -> BatchSender {
    let node = Node {
        name: "node".into(),
        software: "test".to_owned(),
        machine_id: None,
        host_boot: None,
        unclear: Vec::new(),
    };
    BatchSender { agent: "node".into(), boot: Boot::from_bits(boot), node }
}

pub(crate) fn open(path: &Path, mebibytes: u32, boot: u128) -> Opened {
    Spool::open(path, mebibytes, sender(boot), at(0)).unwrap()
}

pub(crate) fn device(number: u32) -> Device {
    Device {
        uuid: format!("GPU-{number:08x}-5e7f-4000-8000-000000000000").into(),
        name: "Synthetic GPU".to_owned(),
        index: number,
        kind: DeviceKind::Accelerator,
        sensor: SensorClass::Counter,
        limit: Power::from_milliwatts(700_000),
        systematic_ppm: 50_000,
        counted_in: None,
        driver_epoch: 0,
    }
}

/// Ten seconds of device `number` from `seconds` on; the energy tells windows apart.
pub(crate) fn window(number: u32, seconds: i64) -> Window {
    Window {
        device: device(number).uuid,
        start: at(seconds),
        end: at(seconds + 10),
        energy: Energy::from_millijoules(3_000_000 + i64::from(number) * 7 + seconds % 9_973),
        covered: Span::from_seconds(10),
        method: Method::Counter,
        quality: Quality::Counter,
        flags: Vec::new(),
        power_min: Power::from_milliwatts(281_350),
        power_peak: Power::from_milliwatts(388_912),
        readings: 10,
        integration_uncertainty: Energy::from_millijoules(1_240),
        sensor_systematic: Energy::from_millijoules(306_624),
    }
}

/// Ten seconds of `devices` devices.
pub(crate) fn round(devices: u32, seconds: i64) -> Contents {
    Contents {
        devices: (0..devices).map(device).collect(),
        windows: (0..devices).map(|number| window(number, seconds)).collect(),
        ..Contents::default()
    }
}

pub(crate) fn unpack(body: &[u8]) -> Batch {
    let mut json = Vec::new();
    flate2::read::GzDecoder::new(body).read_to_end(&mut json).unwrap();
    Batch::parse(&json).unwrap()
}

/// What a service answers to the batch in `body`.
pub(crate) fn acknowledgement(body: &[u8]) -> Vec<u8> {
    serde_json::to_vec(&Acknowledgement::of(&unpack(body), Outcome::Accepted, at(0))).unwrap()
}

/// What a service stores: each (boot, sequence) once, and never other bytes under a number.
#[derive(Debug, Default)]
pub(crate) struct Store {
    pub(crate) batches: BTreeMap<(Boot, u64), Vec<u8>>,
    /// Up to when any window reaches.
    pub(crate) newest: Option<Timestamp>,
}

impl Store {
    /// Stores a batch; whether it was new.
    pub(crate) fn take(&mut self, body: &[u8]) -> bool {
        let batch = unpack(body);
        self.newest = self.newest.max(batch.windows.iter().map(|window| window.end).max());
        match self.batches.insert((batch.boot, batch.sequence), body.to_vec()) {
            Some(before) => {
                assert_eq!(before, body, "other bytes under sequence {} of {}", batch.sequence, batch.boot);
                false
            }
            None => true,
        }
    }

    /// All windows, by device and time.
    pub(crate) fn windows(&self) -> Vec<Window> {
        let mut windows: Vec<Window> = self.batches.values().flat_map(|body| unpack(body).windows).collect();
        windows.sort_by(|one, other| (&one.device, one.start).cmp(&(&other.device, other.start)));
        windows
    }

    pub(crate) fn gaps(&self) -> Vec<Gap> {
        self.batches.values().flat_map(|body| unpack(body).gaps).collect()
    }

    /// All statements about jobs, in the order of their batches.
    pub(crate) fn jobs(&self) -> Vec<Job> {
        self.batches.values().flat_map(|body| unpack(body).jobs).collect()
    }

    /// Every holding, with its end where any statement has one: whatever the order of batches, an end beats none.
    pub(crate) fn holdings(&self) -> Vec<Holding> {
        let mut holdings: Vec<Holding> = self.batches.values().flat_map(|body| unpack(body).holdings).collect();
        fn identity(held: &Holding) -> (&str, Timestamp, &str) {
            (held.device.as_str(), held.start, held.job.as_str())
        }
        holdings.sort_by(|one, other| (identity(one), other.end).cmp(&(identity(other), one.end)));
        holdings.dedup_by(|other, one| identity(one) == identity(other));
        holdings
    }

    pub(crate) fn energy(&self) -> i64 {
        energy(&self.windows())
    }

    /// Sequences of each boot are 1, 2, 3, … once everything is delivered.
    pub(crate) fn assert_no_gap_in_sequences(&self) {
        let mut last: BTreeMap<Boot, u64> = BTreeMap::new();
        for (boot, sequence) in self.batches.keys() {
            let before = last.insert(*boot, *sequence).unwrap_or(0);
            assert_eq!(*sequence, before + 1, "boot {boot}");
        }
    }
}

pub(crate) fn energy(windows: &[Window]) -> i64 {
    windows.iter().map(|window| window.energy.millijoules()).sum()
}

/// A service that answers at once, or not at all.
#[derive(Debug, Default)]
pub(crate) struct Reached {
    pub(crate) store: Store,
    pub(crate) away: bool,
}

impl Recipient for Reached {
    fn send(&mut self, sealed: &Sealed, _limit: Duration) -> Result<Answer, String> {
        if self.away {
            return Err("unreachable".to_owned());
        }
        self.store.take(&sealed.body);
        Ok(Answer { status: 200, body: acknowledgement(&sealed.body), ..Answer::default() })
    }
}

/// Everything that is in `spool`, delivered to `store`.
pub(crate) fn drain(spool: &mut Spool, store: &mut Store) {
    let mut keys: Vec<BatchKey> = spool.sealed().unwrap();
    while let Some(sealed) = spool.seal(collectors::spool::Order::Oldest, 1_000, CLOCK).unwrap() {
        keys.push(sealed.key);
    }
    for key in keys {
        store.take(&spool.batch(key).unwrap().unwrap().body);
        spool.acknowledge(key, at(0)).unwrap();
    }
}
