//! What the agent of a node would have sent: wire batches of an interval.

use super::fleet::{DEVICES, GPUS, NODES, SOFTWARE, TROUBLED, devices, place, power};
use super::noise::hash;
use super::power::NodePower;
use super::schedule::{NodeOutage, ScheduledJob, Seat};
use std::collections::BTreeMap;
use std::ops::Range;
use units::{Energy, Span, Timestamp};
use wire::{Batch, Boot, ClockEvidence, Device, Gap, GapReason, Holding, Method, Node, Quality, Window};

/// Maximum time between two readings, s.
const READING_S: i64 = 5;
/// How long the troubled sensor is silent each time, s.
const UNREAD_S: i64 = 30;

/// The agent of one node, since its start.
pub(super) struct SimulatedAgent {
    pub(super) node: usize,
    boot: Boot,
    sequence: u64,
    /// Up to when it has reported, seconds since 1970.
    pub(super) until: i64,
    /// Whether the service knows which jobs run at `until`.
    is_known: bool,
}

/// A batch, and up to when it reports, seconds since 1970.
pub(super) struct TimedBatch {
    pub(super) batch: Batch,
    pub(super) until: i64,
}

impl SimulatedAgent {
    /// An agent that starts at `start` and reports from `until` on, jobs that run at that moment included unless `is_known`.
    pub(super) fn new(node: usize, start: Timestamp, until: i64, is_known: bool) -> Self {
        let draw = |part| u128::from(hash(&[place(node), start.nanoseconds(), part]));
        Self { node, boot: Boot::from_bits((draw(1) << 64) | draw(2)), sequence: 0, until, is_known }
    }

    /// The batch for the time up to `to`, or up to an outage of the node before that, in windows of `step` seconds. `None` while the node is down.
    pub(super) fn tell(
        &mut self,
        jobs: &[ScheduledJob],
        outages: &[NodeOutage],
        to: i64,
        step: i64,
    ) -> Option<TimedBatch> {
        // An outage that has just ended must still be reported as a gap.
        let met = |outage: &&NodeOutage| outage.node == self.node && outage.start < to && outage.end >= self.until;
        let outage = outages.iter().find(met).copied();
        let (from, to, gap) = match outage {
            Some(outage) if outage.start > self.until => (self.until, outage.start, None),
            Some(outage) if outage.end >= to => return None,
            Some(outage) => (outage.end, to, Some(outage)),
            None => (self.until, to, None),
        };
        if from >= to {
            return None;
        }
        self.sequence += 1;
        let own: Vec<&ScheduledJob> =
            jobs.iter().filter(|job| self.seat(job).is_some() && job.start < to && job.end >= from).collect();
        let devices = devices(self.node);
        let batch = Batch {
            version: wire::VERSION,
            agent: NODES[self.node].name.into(),
            boot: self.boot,
            sequence: self.sequence,
            node: Node {
                name: NODES[self.node].name.into(),
                software: SOFTWARE.to_owned(),
                machine_id: None,
                host_boot: None,
                unclear: Vec::new(),
            },
            clock: ClockEvidence { wall: moment(to), monotonic: Span::from_seconds(to.cast_unsigned()) },
            windows: windows(self.node, &own, &devices, from..to, step),
            holdings: self.holdings(&own, &devices, &(from..to)),
            jobs: self.facts(&own, &(from..to)),
            gaps: gap.map(|outage| gaps(&devices, outage)).unwrap_or_default(),
            devices,
        };
        self.is_known = true;
        Some(TimedBatch { batch, until: to })
    }

    fn seat(&self, job: &ScheduledJob) -> Option<Seat> {
        job.seats.iter().find(|seat| seat.node == self.node).copied()
    }

    /// Whether a batch of these seconds has to report the start of the job, and whether its end.
    fn edges(&self, job: &ScheduledJob, seconds: &Range<i64>) -> (bool, bool) {
        let is_running = job.start < seconds.start && job.end > seconds.start;
        let begins = seconds.contains(&job.start) || !self.is_known && is_running;
        (begins, job.end > seconds.start && job.end <= seconds.end)
    }

    fn holdings(&self, jobs: &[&ScheduledJob], devices: &[Device], seconds: &Range<i64>) -> Vec<Holding> {
        let mut found = Vec::new();
        for job in jobs {
            let ((begins, ends), Some(seat)) = (self.edges(job, seconds), self.seat(job)) else { continue };
            if !begins && !ends {
                continue;
            }
            for (place, device) in devices.iter().enumerate() {
                // Jobs share the host by the GPUs that they hold.
                let is_host = place >= GPUS;
                if is_host || seat.holds(place) {
                    let weight = if is_host { seat.weight * seat.gpus.count_ones() } else { seat.weight };
                    let (start, end) = (moment(job.start), ends.then(|| moment(job.end)));
                    found.push(Holding { device: device.uuid.clone(), job: job.id.clone(), weight, start, end });
                }
            }
        }
        found
    }

    /// The first node of a job reports the job's facts and how it ended.
    fn facts(&self, jobs: &[&ScheduledJob], seconds: &Range<i64>) -> Vec<wire::Job> {
        let leads = |job: &&&ScheduledJob| job.seats.first().is_some_and(|seat| seat.node == self.node);
        let told = jobs.iter().filter(leads).filter_map(|job| {
            let (begins, ends) = self.edges(job, seconds);
            (begins || ends).then(|| facts(job, ends))
        });
        told.collect()
    }
}

fn facts(job: &ScheduledJob, has_ended: bool) -> wire::Job {
    let mut labels = BTreeMap::new();
    for (name, value) in [("user", job.user), ("container", job.container)] {
        labels.insert(name.to_owned(), value.to_owned());
    }
    wire::Job {
        id: job.id.clone(),
        project: Some(job.project.into()),
        name: Some(job.name.clone()),
        labels,
        attempt: Some(job.attempt),
        started: Some(moment(job.start)),
        ended: has_ended.then(|| moment(job.end)),
        exit_status: has_ended.then_some(job.exit_status),
    }
}

fn gaps(devices: &[Device], outage: NodeOutage) -> Vec<Gap> {
    let gap = |device: &Device| Gap {
        device: device.uuid.clone(),
        start: moment(outage.start),
        end: moment(outage.end),
        reason: GapReason::AgentStopped,
    };
    devices.iter().map(gap).collect()
}

/// The sums of the readings between two moments.
#[derive(Clone, Copy)]
struct ReadingSum {
    energy_mj: i64,
    min_mw: i64,
    peak_mw: i64,
    readings: u64,
    unread_s: i64,
}

const NOTHING: ReadingSum = ReadingSum { energy_mj: 0, min_mw: i64::MAX, peak_mw: 0, readings: 0, unread_s: 0 };

/// Windows over these seconds that end at multiples of `step`.
fn windows(node: usize, jobs: &[&ScheduledJob], devices: &[Device], seconds: Range<i64>, step: i64) -> Vec<Window> {
    let draws = NodePower::new(node, jobs);
    let mut found = Vec::new();
    let mut start = seconds.start;
    while start < seconds.end {
        let end = ((start.div_euclid(step) + 1) * step).min(seconds.end);
        let sums = sums(&draws, node, start..end);
        found.extend(sums.iter().zip(devices).map(|(sum, device)| window(device, start..end, sum)));
        start = end;
    }
    found
}

fn sums(draws: &NodePower<'_>, node: usize, seconds: Range<i64>) -> [ReadingSum; DEVICES] {
    let mut sums = [NOTHING; DEVICES];
    let mut at = seconds.start;
    while at < seconds.end {
        let length = READING_S.min(seconds.end - at);
        for (place, (sum, power_mw)) in sums.iter_mut().zip(draws.at(at)).enumerate() {
            // mW × s = mJ
            sum.energy_mj += power_mw * length;
            if (node, place) == TROUBLED && is_unread(at) {
                sum.unread_s += length;
            } else {
                (sum.min_mw, sum.peak_mw) = (sum.min_mw.min(power_mw), sum.peak_mw.max(power_mw));
                sum.readings += 1;
            }
        }
        at += length;
    }
    sums
}

/// Whether the troubled sensor is silent, which it is in one of seven half minutes.
fn is_unread(second: i64) -> bool {
    hash(&[second.div_euclid(UNREAD_S), 17]).is_multiple_of(7)
}

fn window(device: &Device, seconds: Range<i64>, sum: &ReadingSum) -> Window {
    let Range { start, end } = seconds;
    let has_counter = device.sensor == wire::SensorClass::Counter;
    let (method, quality) = match (has_counter, sum.unread_s) {
        (_, 1..) => (Method::Trapezoid, Quality::GapFilled),
        (true, _) => (Method::Counter, Quality::Counter),
        (false, _) => (Method::Trapezoid, Quality::Integrated),
    };
    let ppm = |ppm: i64| Energy::from_millijoules(sum.energy_mj / 1_000 * ppm / 1_000);
    let uncertain = if sum.unread_s > 0 {
        70_000
    } else if has_counter {
        500
    } else {
        1_500
    };
    Window {
        device: device.uuid.clone(),
        start: moment(start),
        end: moment(end),
        energy: Energy::from_millijoules(sum.energy_mj),
        covered: Span::from_seconds((end - start - sum.unread_s).max(0).cast_unsigned()),
        method,
        quality,
        flags: Vec::new(),
        power_min: power(sum.min_mw.min(sum.peak_mw)),
        power_peak: power(sum.peak_mw),
        readings: sum.readings,
        integration_uncertainty: ppm(uncertain),
        sensor_systematic: ppm(i64::from(device.systematic_ppm)),
    }
}

/// The moment `second` seconds after 1970.
pub(super) fn moment(second: i64) -> Timestamp {
    Timestamp::from_nanoseconds(second.saturating_mul(1_000_000_000))
}

#[cfg(test)]
mod tests {
    use super::super::schedule::{DAY, HOUR, jobs, outages};
    use super::*;

    const MONDAY: i64 = 1_793_577_600;

    /// All batches of the agent of `node` over these seconds, one for each `chunk` seconds.
    fn told(node: usize, seconds: Range<i64>, chunk: i64) -> Vec<Batch> {
        let Range { start: from, end: to } = seconds;
        let (jobs, outages) = (jobs(from, to), outages(from, to));
        let mut agent = SimulatedAgent::new(node, moment(from), from, false);
        let mut batches = Vec::new();
        while agent.until < to {
            let end = (agent.until + chunk).min(to);
            let Some(told) = agent.tell(&jobs, &outages, end, 300) else {
                agent.until = end;
                continue;
            };
            agent.until = told.until;
            batches.push(told.batch);
        }
        batches
    }

    #[test]
    fn every_batch_is_one_that_a_service_takes() {
        for node in 0..NODES.len() {
            for batch in told(node, MONDAY..MONDAY + DAY, HOUR) {
                let parsed = Batch::parse(&batch.to_json().unwrap()).unwrap();
                for window in &parsed.windows {
                    let device = parsed.devices.iter().find(|device| device.uuid == window.device).unwrap();
                    assert!(window.power_peak <= device.limit, "{window:?}");
                    assert!(window.power_min.milliwatts() > 20_000, "{window:?}");
                }
            }
        }
    }

    #[test]
    fn a_fault_is_a_gap_with_its_reason_and_no_window_lies_in_it() {
        let outage = outages(MONDAY, MONDAY + 30 * DAY)[0];
        let batches = told(outage.node, outage.start - 2 * HOUR..outage.end + 2 * HOUR, HOUR);
        let gaps: Vec<&Gap> = batches.iter().flat_map(|batch| &batch.gaps).collect();
        assert_eq!(gaps.len(), DEVICES);
        assert_eq!((gaps[0].start, gaps[0].end), (moment(outage.start), moment(outage.end)));
        let is_inside = |window: &&Window| window.start < moment(outage.end) && window.end > moment(outage.start);
        assert_eq!(batches.iter().flat_map(|batch| &batch.windows).find(is_inside), None);
    }

    #[test]
    fn every_beginning_and_every_end_is_told_however_time_is_cut() {
        for chunk in [1_700, HOUR, 7 * HOUR] {
            let batches = told(8, MONDAY..MONDAY + 2 * DAY, chunk);
            let ended: Vec<_> =
                batches.iter().flat_map(|batch| &batch.jobs).filter(|job| job.ended.is_some()).collect();
            let expected = jobs(MONDAY, MONDAY + 2 * DAY);
            let own = |job: &&ScheduledJob| job.seats[0].node == 8 && job.end > MONDAY && job.end <= MONDAY + 2 * DAY;
            assert_eq!(ended.len(), expected.iter().filter(own).count());
            assert!(ended.len() > 8);
        }
    }
}
