//! The oracle that all reliability tests share: who drew how much is known in closed form, so that the ledger can be judged to the millijoule.
//!
//! A [`Fleet`] says what each agent has to say, as a pure function of (agent, number). A [`Record`] keeps what was issued and what was
//! acknowledged. [`judge`] looks at a stopped data directory and checks that
//!
//! - nothing that was acknowledged is lost, nothing is stored that nobody sent, and nothing is applied twice;
//! - the energy of each job is the exact integral of its power, and jobs and idle energy sum to what was metered;
//! - the hash chain verifies, and contains every head that was published earlier;
//! - the coverage that is reported is the share of time that was observed.
//!
//! That the service starts by itself, and soon, is checked where a service is started.

use collectors::spool::Contents;
use model::DeviceUuid;
use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::TAU;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use units::{Energy, Power, Span, Timestamp};
use wattledger::grid::Library;
use wattledger::ledger;
use wattledger::store::{GroupBy, Selection, Store};
use wire::{Batch, Boot, ClockEvidence, Device, DeviceKind, Holding, Job, Method, Node, Quality, SensorClass, Window};

/// 2026-01-05T00:00:00Z.
const START_S: i64 = 1_767_571_200;
const WINDOW_S: i64 = 60;
/// Windows of each device in a batch.
const WINDOWS: i64 = 6;
pub(crate) const BATCH_S: i64 = WINDOW_S * WINDOWS;
/// Batches that a job lasts.
const JOB_BATCHES: u64 = 5;
/// Of every seventh window, this much was not seen.
const UNSEEN_S: u64 = 20;

/// `seconds` after the start of all curves.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(START_S + seconds).unwrap()
}

/// Power over time, integer milliwatts at every whole second but for the sine.
#[derive(Debug, Clone, Copy)]
enum Curve {
    Constant {
        mw: i64,
    },
    /// From `from_mw` on, up by `mw_per_s`, for ever.
    Ramp {
        from_mw: i64,
        mw_per_s: i64,
    },
    Square {
        low_mw: i64,
        high_mw: i64,
        half_s: i64,
    },
    Sine {
        mean_mw: i64,
        swing_mw: i64,
        period_s: i64,
    },
}

impl Curve {
    fn of(device: u32) -> Self {
        let own = i64::from(device);
        match device % 4 {
            0 => Self::Constant { mw: 40_000 + own },
            1 => Self::Ramp { from_mw: 20_000 + own, mw_per_s: 2 },
            2 => Self::Square { low_mw: 10_000, high_mw: 90_000 + own, half_s: 47 },
            _ => Self::Sine { mean_mw: 50_000, swing_mw: 30_000, period_s: 613 },
        }
    }

    /// Its integral from 0 to `t`, mJ, a multiple of 3 so that thirds of it are exact.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "floored to a whole millijoule, once, here"
    )]
    fn energy_mj(self, t: i64) -> i64 {
        3 * match self {
            Self::Constant { mw } => mw * t,
            Self::Ramp { from_mw, mw_per_s } => from_mw * t + mw_per_s * t * t / 2,
            Self::Square { low_mw, high_mw, half_s } => {
                let (whole, rest) = (t / (2 * half_s), t % (2 * half_s));
                let high_s = whole * half_s + rest.min(half_s);
                high_mw * high_s + low_mw * (t - high_s)
            }
            Self::Sine { mean_mw, swing_mw, period_s } => {
                let (t, period) = (t as f64, period_s as f64);
                (mean_mw as f64 * t + swing_mw as f64 * period / TAU * (1.0 - (TAU * t / period).cos())) as i64
            }
        }
    }
}

/// What the agents have to say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fleet {
    pub(crate) agents: u32,
    pub(crate) devices: u32,
}

/// A batch: whose, and its number from 1.
pub(crate) type Name = (u32, u64);

impl Fleet {
    fn device(self, agent: u32, device: u32) -> Device {
        Device {
            uuid: format!("GPU-{agent}-{device}").into(),
            name: "Synthetic".to_owned(),
            index: device,
            kind: DeviceKind::Accelerator,
            sensor: SensorClass::Counter,
            limit: Power::from_milliwatts(10_000_000),
            systematic_ppm: 50_000,
            counted_in: None,
            driver_epoch: 1,
        }
    }

    /// Window `position` of the batch, of one device.
    fn window(self, (agent, number): Name, device: u32, position: i64) -> Window {
        let index = (number.cast_signed() - 1) * WINDOWS + position;
        let (start, end) = (index * WINDOW_S, (index + 1) * WINDOW_S);
        let curve = Curve::of(agent * self.devices + device);
        let unseen = if index % 7 == 3 { UNSEEN_S } else { 0 };
        Window {
            device: self.device(agent, device).uuid,
            start: at(start),
            end: at(end),
            energy: Energy::from_millijoules(curve.energy_mj(end) - curve.energy_mj(start)),
            covered: Span::from_seconds(WINDOW_S.unsigned_abs() - unseen),
            method: Method::Counter,
            quality: Quality::Counter,
            flags: Vec::new(),
            power_min: Power::ZERO,
            power_peak: Power::from_milliwatts(1_000_000),
            readings: 60,
            integration_uncertainty: Energy::ZERO,
            sensor_systematic: Energy::ZERO,
        }
    }

    /// Who holds a device during a batch, by weight; the weights are 1, or 1 and 2, or there are none.
    fn holders(self, (agent, number): Name, device: u32) -> Vec<(String, u32)> {
        let job = (number - 1) / JOB_BATCHES;
        match device % 3 {
            0 => vec![(format!("a{agent}.j{job}"), 1)],
            1 => vec![(format!("a{agent}.j{job}"), 1), (format!("shared.{}", job % 3), 2)],
            _ => Vec::new(),
        }
    }

    /// What is said in the batch: windows of all devices; who held them is told only with the last batch of a job, so that what was
    /// attributed before must move.
    pub(crate) fn contents(self, name: Name) -> Contents {
        let (agent, number) = name;
        let mut said = Contents {
            devices: (0..self.devices).map(|device| self.device(agent, device)).collect(),
            ..Contents::default()
        };
        for device in 0..self.devices {
            said.windows.extend((0..WINDOWS).map(|position| self.window(name, device, position)));
        }
        if number.is_multiple_of(JOB_BATCHES) {
            let start = (number.cast_signed() - JOB_BATCHES.cast_signed()) * BATCH_S;
            for device in 0..self.devices {
                for (job, weight) in self.holders(name, device) {
                    let uuid = self.device(agent, device).uuid;
                    let end = Some(at(start + JOB_BATCHES.cast_signed() * BATCH_S));
                    said.holdings.push(Holding {
                        device: uuid,
                        job: job.clone().into(),
                        weight,
                        start: at(start),
                        end,
                    });
                    if !said.jobs.iter().any(|known| known.id == job.as_str()) {
                        said.jobs.push(Job { id: job.into(), project: Some("oracle".into()), ..Job::default() });
                    }
                }
            }
        }
        said
    }

    /// The same as the bytes of a batch.
    pub(crate) fn batch(self, name: Name) -> Vec<u8> {
        let Contents { devices, windows, holdings, jobs, gaps, .. } = self.contents(name);
        let (agent, number) = name;
        let node = node(agent);
        let wall = at(number.cast_signed() * BATCH_S);
        Batch {
            version: wire::VERSION,
            agent: node.name.as_str().into(),
            boot: Boot::from_bits(u128::from(agent) + 1),
            sequence: number,
            node,
            clock: ClockEvidence { wall, monotonic: Span::ZERO },
            devices,
            windows,
            holdings,
            jobs,
            gaps,
        }
        .to_json()
        .unwrap()
    }

    /// What the ledger must say when exactly the first `counts[agent]` batches of every agent are in it.
    fn expected(self, counts: &BTreeMap<u32, u64>) -> Expected {
        let mut found = Expected::default();
        for (&agent, &count) in counts {
            for number in 1..=count {
                // Who held is told with the job's last batch.
                let told = number.div_ceil(JOB_BATCHES) * JOB_BATCHES <= count;
                for device in 0..self.devices {
                    let windows = (0..WINDOWS).map(|position| self.window((agent, number), device, position));
                    let (mut energy, mut unseen) = (0, 0);
                    for window in windows {
                        energy += window.energy.millijoules();
                        unseen += WINDOW_S * 1_000_000_000 - window.covered.nanoseconds().cast_signed();
                    }
                    found.metered_mj += energy;
                    found.unseen_ns += unseen;
                    found.span_ns += BATCH_S * 1_000_000_000;
                    let holders = if told { self.holders((agent, number), device) } else { Vec::new() };
                    let whole: i64 = holders.iter().map(|(_, weight)| i64::from(*weight)).sum();
                    for (job, weight) in &holders {
                        *found.jobs.entry(job.clone()).or_default() += energy / whole * i64::from(*weight);
                    }
                    found.idle_mj += if holders.is_empty() { energy } else { 0 };
                }
            }
        }
        found
    }
}

pub(crate) fn node(agent: u32) -> Node {
    Node {
        name: format!("oracle-{agent}").into(),
        software: "oracle 1".to_owned(),
        machine_id: None,
        host_boot: None,
        unclear: Vec::new(),
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Expected {
    jobs: BTreeMap<String, i64>,
    idle_mj: i64,
    metered_mj: i64,
    unseen_ns: i64,
    span_ns: i64,
}

/// What was issued, acknowledged and published while a test ran.
#[derive(Debug, Default)]
pub(crate) struct Record(Mutex<Kept>);

#[derive(Debug, Default, Clone)]
struct Kept {
    issued: BTreeMap<u32, u64>,
    acknowledged: BTreeSet<Name>,
    heads: BTreeSet<String>,
}

impl Record {
    fn change(&self, change: impl FnOnce(&mut Kept)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Before it is sent for the first time.
    pub(crate) fn issued(&self, (agent, number): Name) {
        self.change(|kept| _ = kept.issued.entry(agent).and_modify(|last| *last = number.max(*last)).or_insert(number));
    }

    /// An obligation.
    pub(crate) fn acknowledged(&self, name: Name) {
        self.change(|kept| _ = kept.acknowledged.insert(name));
    }

    /// The chain's head as it is noted beside the database now.
    pub(crate) fn published(&self, directory: &Path) {
        if let Ok(head) = std::fs::read_to_string(directory.join("chain-head")) {
            self.change(|kept| _ = kept.heads.insert(head.trim().to_owned()));
        }
    }

    /// Batches that were acknowledged.
    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).acknowledged.len()
    }
}

/// What a judged ledger holds.
pub(crate) struct Judged {
    pub(crate) batches: usize,
    pub(crate) entries: i64,
    pub(crate) metered_mj: i64,
}

impl std::fmt::Display for Judged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { batches, entries, metered_mj } = self;
        write!(f, "{batches} batches, {entries} entries, {metered_mj} mJ, none lost, none doubled, none invented")
    }
}

/// Judges the ledger in `directory`, of which no service is running. Everything that was issued must have been delivered by now, unless
/// `partly`: then only what was acknowledged must be there, and sums are those of what is there.
pub(crate) fn judge(directory: &Path, fleet: Fleet, record: &Record, partly: bool) -> Judged {
    judge_store(&Store::open(directory).unwrap(), fleet, record, partly)
}

/// The same of a ledger that is open.
pub(crate) fn judge_store(store: &Store, fleet: Fleet, record: &Record, partly: bool) -> Judged {
    let kept = record.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let stored = stored(store, fleet);
    for name in &kept.acknowledged {
        assert!(stored.contains(name), "batch {name:?} was acknowledged and is lost");
    }
    for (agent, number) in &stored {
        assert!(kept.issued.get(agent).is_some_and(|last| number <= last), "nobody sent {:?}", (agent, number));
    }
    let verified = ledger::verify(store).unwrap();
    assert_eq!(verified.fault, None);
    check_heads(store, &kept.heads);
    let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
    for (agent, number) in &stored {
        *counts.entry(*agent).or_default() += 1;
        assert!(partly || counts[agent] == *number, "batch {number} of {agent}: one before it is missing");
    }
    if !partly {
        assert_eq!(counts, kept.issued, "everything that was issued was delivered");
    }
    if counts
        .iter()
        .all(|(agent, count)| stored.range((*agent, 0)..=(*agent, u64::MAX)).next_back() == Some(&(*agent, *count)))
    {
        check_sums(store, &fleet.expected(&counts));
    }
    assert_eq!(
        verified.jobs.millijoules() + verified.idle.millijoules(),
        verified.metered.millijoules(),
        "jobs and idle energy sum to what was metered"
    );
    Judged { batches: stored.len(), entries: verified.entries, metered_mj: verified.metered.millijoules() }
}

/// The batches in the store by what their windows are; each is there once, and as the fleet sent it.
fn stored(store: &Store, fleet: Fleet) -> BTreeSet<Name> {
    let mut windows: BTreeMap<(DeviceUuid, Timestamp), Window> = BTreeMap::new();
    store
        .read(|tx| {
            for number in tx.evidence().list()? {
                for window in Batch::parse(&tx.evidence().get(number)?.body).unwrap().windows {
                    let twice = windows.insert((window.device.clone(), window.start), window);
                    assert_eq!(twice, None, "applied twice");
                }
            }
            Ok::<_, wattledger::store::StoreError>(())
        })
        .unwrap();
    let mut names = BTreeMap::new();
    for window in windows.values() {
        let mut parts = window.device.as_str().split('-').skip(1).map(|part| part.parse::<u32>().unwrap());
        let (agent, device) = (parts.next().unwrap(), parts.next().unwrap());
        let index = (window.start.nanoseconds() / 1_000_000_000 - START_S) / WINDOW_S;
        let name = (agent, (index / WINDOWS).unsigned_abs() + 1);
        assert_eq!(*window, fleet.window(name, device, index % WINDOWS), "nobody metered this");
        *names.entry(name).or_insert(0) += 1;
    }
    let whole = i64::from(fleet.devices) * WINDOWS;
    names
        .into_iter()
        .map(|(name, count)| if count == whole { name } else { panic!("{name:?}: {count} windows") })
        .collect()
}

/// Every head that was published earlier is still in the chain.
fn check_heads(store: &Store, heads: &BTreeSet<String>) {
    for head in heads {
        let (number, hash) = head.split_once(' ').unwrap();
        let number: i64 = number.parse().unwrap();
        let entry = store.read(|tx| tx.entries().get(model::EntryId::new(number))).unwrap();
        let found: Option<String> = entry.map(|entry| entry.hash.iter().map(|byte| format!("{byte:02x}")).collect());
        assert!(number == 0 || found.as_deref() == Some(hash), "{head} was published and the chain has {found:?}");
    }
}

/// The report over all time has the energy of each job, the idle energy and the coverage that the fleet implies.
fn check_sums(store: &Store, expected: &Expected) {
    let library = Library::bundled().unwrap();
    let all = Selection::between(at(-86_400), at(4_000 * 86_400));
    let report = ledger::report(store, &library, &all, &GroupBy::Job).unwrap();
    let rows = report.rows.iter().map(|row| (row.group.clone().unwrap(), row.amount.energy_mj));
    assert_eq!(rows.filter(|row| row.1 != 0).collect::<BTreeMap<_, _>>(), expected.jobs);
    assert_eq!(report.idle.energy_mj, expected.idle_mj);
    assert_eq!(report.metered.energy_mj, expected.metered_mj);
    assert_eq!(report.total.energy_mj + report.idle.energy_mj, report.metered.energy_mj);
    let exact_mwh = expected.metered_mj as f64 / 3.6e12;
    assert!((report.metered.energy_mwh - exact_mwh).abs() <= exact_mwh * 1e-9, "the energy as it is published in MWh");
    let covered = 1.0 - expected.unseen_ns as f64 / (expected.span_ns as f64).max(1.0);
    assert!(expected.span_ns == 0 || (report.quality.coverage - covered).abs() < 1e-12, "observed {covered}");
}
