//! The power of a node's devices in each second, mW, modelled on real devices under such loads.

use super::fleet::{DEVICES, GPUS, HOST_LIMITS_MW, NODES, place};
use super::noise::{hash, slow, white};
use super::schedule::{HOUR, LoadPattern, ScheduledJob, Seat};

/// Age at which a job has finished loading its model, s.
const LOADED_S: i64 = 40;
/// Age at which a job has reached full power, s.
const RAMPED_S: i64 = 240;

impl ScheduledJob {
    /// Load that the job puts on each of its GPUs at `second`, thousandths of the power limit.
    fn permille(&self, second: i64) -> i64 {
        let (age, left) = (second - self.start, self.end - second);
        if age < 0 || left <= 0 {
            return 0;
        }
        let key = self.start ^ (i64::from(self.attempt) << 40);
        match self.load {
            LoadPattern::Nothing => 0,
            _ if age < LOADED_S => 140,
            LoadPattern::Training { level, checkpoint_s, evaluation_s } => {
                let steps = Training { level, checkpoint_s, evaluation_s };
                let level = steps.permille(age, second, key);
                if left < 20 { 180 } else { level }
            }
            LoadPattern::Evaluation if age % 75 < 58 => 700 + slow(40, key, second, 30),
            LoadPattern::Evaluation => 290,
            LoadPattern::Sweep { level } => level + slow(90, key, second, 40),
            LoadPattern::Serving => {
                170 + 22 * (12 - (second.rem_euclid(24 * HOUR) / HOUR - 14).abs()).max(0) / 2
                    + slow(60, key, second, 45)
            }
        }
    }
}

/// A training run: its level, and the seconds between two checkpoints and two evaluations.
struct Training {
    level: i64,
    checkpoint_s: i64,
    evaluation_s: i64,
}

impl Training {
    /// Load on each GPU at `second`, when the job is `age` seconds old, thousandths of the power limit; `key` tells jobs apart.
    fn permille(&self, age: i64, second: i64, key: i64) -> i64 {
        let Self { level, checkpoint_s, evaluation_s } = *self;
        if age < RAMPED_S {
            return 140 + (level - 140) * (age - LOADED_S) / (RAMPED_S - LOADED_S);
        }
        let is_evaluating = age > evaluation_s && age % evaluation_s < 420;
        let slot = second.div_euclid(300);
        let chance = hash(&[key, slot, 7]);
        // Four of a hundred slots of five minutes begin with waiting for data.
        let is_starved = chance % 100 < 4 && second.rem_euclid(300) < 20 + (chance >> 32).cast_signed().rem_euclid(60);
        if age % checkpoint_s < 35 {
            260
        } else if is_evaluating {
            560 + slow(30, key, second, 20)
        } else if is_starved {
            330
        } else {
            level + slow(25, key, second, 600)
        }
    }
}

/// The power of one node over time.
pub(super) struct NodePower<'a> {
    node: usize,
    jobs: Vec<(&'a ScheduledJob, Seat)>,
}

impl<'a> NodePower<'a> {
    /// The power of `node` while it runs `jobs`.
    pub(super) fn new(node: usize, jobs: &[&'a ScheduledJob]) -> Self {
        let seat = |job: &'a ScheduledJob| Some((job, *job.seats.iter().find(|seat| seat.node == node)?));
        Self { node, jobs: jobs.iter().copied().filter_map(seat).collect() }
    }

    /// Power of each device at `second`, mW, in the order of `fleet::devices`.
    pub(super) fn at(&self, second: i64) -> [i64; DEVICES] {
        let mut asked = [0_i64; GPUS];
        for (job, seat) in &self.jobs {
            let permille = job.permille(second);
            (0..GPUS).filter(|gpu| seat.holds(*gpu)).for_each(|gpu| asked[gpu] += permille);
        }
        let mut power = [0; DEVICES];
        for (gpu, permille) in asked.into_iter().enumerate() {
            power[gpu] = self.gpu(gpu, permille, second);
        }
        let busy: i64 = asked.iter().sum();
        let key = 1_000 + place(self.node);
        power[GPUS] = (118_000 + 21 * busy + slow(6_000, key, second, 20)).min(HOST_LIMITS_MW[0]);
        power[GPUS + 1] = (29_000 + 5 * busy + slow(1_500, key, second, 60)).min(HOST_LIMITS_MW[1]);
        power
    }

    /// Power of one GPU. Boards of one model differ by a few percent, idle and under load.
    fn gpu(&self, gpu: usize, permille: i64, second: i64) -> i64 {
        let model = NODES[self.node].model;
        let key = place(self.node * GPUS + gpu);
        let own = white(60, &[key, 1]);
        let idle = model.idle_mw * (1_000 + own) / 1_000;
        if permille == 0 {
            return idle + slow(900, key, second, 30);
        }
        let load = model.limit_mw * permille.min(940) / 1_000 * (1_000 + own / 2) / 1_000;
        let step = white(model.limit_mw / 40, &[key, second]);
        (load + step).clamp(idle, model.limit_mw)
    }
}
