//! Which jobs the fleet runs at any time; this depends on time alone.
//!
//! Groups of GPUs repeat cycles, each of its own length, and what happens in a cycle depends on its number. So the jobs of any interval can be
//! computed at any later time without looking at earlier ones.

use super::fleet::GPUS;
use super::noise::between;
use model::JobId;
use std::ops::Range;

pub(super) const MINUTE: i64 = 60;
pub(super) const HOUR: i64 = 3_600;
pub(super) const DAY: i64 = 86_400;

/// Time from one pretraining of the language model to the next, so that three end in a month, s.
const CAMPAIGN: i64 = 9 * DAY;
/// All GPUs of a node.
const ALL: u8 = 0xff;
const USERS: [&str; 6] = ["ana", "ben", "chen", "dara", "eli", "fay"];

/// How a job uses its GPUs. Levels are thousandths of the power limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoadPattern {
    /// Training at `level`, with a checkpoint and an evaluation every so many seconds, and some waiting for data.
    Training { level: i64, checkpoint_s: i64, evaluation_s: i64 },
    /// Evaluation in bursts of about a minute.
    Evaluation,
    /// Training of a small model at an unsteady `level`.
    Sweep { level: i64 },
    /// Serving of requests, which follow the hour of the day.
    Serving,
    /// The GPUs are held and idle.
    Nothing,
}

/// One attempt of a job.
#[derive(Clone, Debug)]
pub(super) struct ScheduledJob {
    pub(super) id: JobId,
    pub(super) project: &'static str,
    pub(super) name: String,
    pub(super) user: &'static str,
    pub(super) container: &'static str,
    pub(super) attempt: u32,
    /// First second of the attempt, since 1970.
    pub(super) start: i64,
    /// First second after the attempt.
    pub(super) end: i64,
    pub(super) exit_status: i32,
    pub(super) load: LoadPattern,
    pub(super) seats: Vec<Seat>,
}

/// What a job holds of one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) node: usize,
    /// The GPUs that it holds, a bit each.
    pub(super) gpus: u8,
    /// Its weight on devices that it shares.
    pub(super) weight: u32,
}

impl Seat {
    /// Whether it holds GPU number `gpu`.
    pub(super) fn holds(self, gpu: usize) -> bool {
        gpu < GPUS && (self.gpus >> gpu) & 1 == 1
    }
}

/// An outage of a node: its agent is silent from `start` to `end`, seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NodeOutage {
    pub(super) node: usize,
    pub(super) start: i64,
    pub(super) end: i64,
}

/// All jobs that run at some time in `[from, to)`, seconds since 1970.
pub(super) fn jobs(from: i64, to: i64) -> Vec<ScheduledJob> {
    type Lane = (i64, fn(i64, i64) -> Vec<ScheduledJob>);
    let lanes: [Lane; 8] = [
        (CAMPAIGN, language_model),
        (6 * DAY, weather),
        (DAY, vision),
        (DAY, sweeps),
        (DAY, downscaling),
        (DAY, fine_tuning),
        (3 * DAY, segmentation),
        (8 * DAY, small),
    ];
    let mut found: Vec<ScheduledJob> = Vec::new();
    for (length, lane) in lanes {
        for cycle in from.div_euclid(length)..=(to - 1).div_euclid(length) {
            found.extend(lane(cycle, cycle * length).into_iter().filter(|job| job.start < to && job.end > from));
        }
    }
    found
}

/// All outages that overlap `[from, to)` or end at `from`, seconds since 1970.
pub(super) fn outages(from: i64, to: i64) -> Vec<NodeOutage> {
    let cycles = |length: i64| from.div_euclid(length)..=(to - 1).div_euclid(length);
    let faults = cycles(CAMPAIGN).map(|cycle| outage(cycle, cycle * CAMPAIGN));
    let outages = faults.chain(cycles(DAY).map(restart));
    outages.filter(|outage| outage.start < to && outage.end >= from).collect()
}

/// The first London node is restarted every night, while nobody holds it.
fn restart(day: i64) -> NodeOutage {
    let start = day * DAY + HOUR + between(0, 3 * HOUR, &[12, day]);
    NodeOutage { node: 9, start, end: start + 45 * MINUTE }
}

/// The node fault of a cycle of the large training run.
fn outage(cycle: i64, at: i64) -> NodeOutage {
    let start = at + 5 * HOUR + between(0, 18 * HOUR, &[10, cycle]);
    let node = [1, 2, 3][usize::try_from(between(0, 3, &[11, cycle])).unwrap_or(0)];
    NodeOutage { node, start, end: start + 5 * HOUR }
}

fn seats(nodes: &[usize]) -> Vec<Seat> {
    nodes.iter().map(|node| Seat { node: *node, gpus: ALL, weight: 1 }).collect()
}

fn user(parts: &[i64]) -> &'static str {
    let count = i64::try_from(USERS.len()).unwrap_or(1);
    USERS[usize::try_from(between(0, count, parts)).unwrap_or(0)]
}

/// A first attempt that succeeds.
fn job(
    project: &'static str,
    id: String,
    name: &str,
    seconds: Range<i64>,
    load: LoadPattern,
    seats: Vec<Seat>,
) -> ScheduledJob {
    let container = match project {
        "atlas-llm" => "registry.example/atlas:2.4",
        "weather-fm" => "registry.example/weather-fm:0.9",
        "vision-lab" => "registry.example/vision:5.1",
        _ => "registry.example/sweeps:1.0",
    };
    let Range { start, end } = seconds;
    let user = user(&[id.bytes().map(i64::from).sum(), start]);
    ScheduledJob {
        id: id.into(),
        project,
        name: name.to_owned(),
        user,
        container,
        attempt: 1,
        start,
        end,
        exit_status: 0,
        load,
        seats,
    }
}

/// Nine days of four Frankfurt nodes and a spare: pretraining that loses a node and goes on elsewhere, then tuning; evaluations beside it.
fn language_model(cycle: i64, at: i64) -> Vec<ScheduledJob> {
    let fault = outage(cycle, at);
    let end = at + 6 * DAY + between(0, 20 * HOUR, &[20, cycle]);
    let load = LoadPattern::Training { level: 880, checkpoint_s: 45 * MINUTE, evaluation_s: 6 * HOUR };
    let name = "atlas-7b pretrain";
    let id = |attempt| format!("atlas-7b-r{cycle}-a{attempt}");
    let first = job("atlas-llm", id(1), name, at + HOUR..fault.start, load, seats(&[0, 1, 2, 3]));
    let left: Vec<usize> = [0, 1, 2, 3, 4].into_iter().filter(|node| *node != fault.node).collect();
    let second = job("atlas-llm", id(2), name, fault.start + 22 * MINUTE..end, load, seats(&left));
    let mut jobs = vec![ScheduledJob { exit_status: -9, ..first }, ScheduledJob { attempt: 2, ..second }];
    let tuning = LoadPattern::Training { level: 810, checkpoint_s: 30 * MINUTE, evaluation_s: 3 * HOUR };
    for (place, (name, nodes, hours)) in
        (0..).zip([("atlas-7b instruct sft", [0, 1], 44), ("atlas-7b preference", [2, 3], 36)])
    {
        let start = end + 2 * HOUR + between(0, 2 * HOUR, &[21, cycle, place]);
        let id = format!("atlas-7b-tune{place}-r{cycle}");
        jobs.push(job("atlas-llm", id, name, start..start + hours * HOUR, tuning, seats(&nodes)));
    }
    jobs.extend((0..36).filter_map(|slot| evaluation(cycle, at + slot * 6 * HOUR, &fault, end)));
    jobs
}

/// An evaluation of the newest checkpoint, on the node that the run does not use.
fn evaluation(cycle: i64, slot: i64, fault: &NodeOutage, run_end: i64) -> Option<ScheduledJob> {
    let start = slot + 10 * MINUTE + between(0, HOUR, &[22, slot]);
    let end = start + between(50 * MINUTE, 110 * MINUTE, &[23, slot]);
    let node = if end < fault.start || start > run_end {
        4
    } else if start > fault.end + HOUR && end < run_end {
        fault.node
    } else {
        return None;
    };
    let hour = (start - cycle * CAMPAIGN) / HOUR;
    let name = format!("atlas-7b eval after {hour} h");
    let seat = Seat { node, gpus: 0x0f, weight: 1 };
    Some(job(
        "atlas-llm",
        format!("atlas-eval-r{cycle}-h{hour}"),
        &name,
        start..end,
        LoadPattern::Evaluation,
        vec![seat],
    ))
}

/// Six days of two Paris nodes: a forecast model, which every other time is preempted once.
fn weather(cycle: i64, at: i64) -> Vec<ScheduledJob> {
    let load = LoadPattern::Training { level: 860, checkpoint_s: 30 * MINUTE, evaluation_s: 4 * HOUR };
    let (start, end) = (at + 3 * HOUR, at + 4 * DAY + between(0, 10 * HOUR, &[30, cycle]));
    let train = |attempt: u32, start, end, exit_status| {
        let id = format!("weather-fm-r{cycle}-a{attempt}");
        let made = job("weather-fm", id, "weather-fm train 0.25deg", start..end, load, seats(&[5, 6]));
        ScheduledJob { attempt, exit_status, ..made }
    };
    let mut jobs = if cycle % 2 == 0 {
        let preempted = start + between(12 * HOUR, 50 * HOUR, &[31, cycle]);
        vec![train(1, start, preempted, -15), train(2, preempted + 35 * MINUTE, end, 0)]
    } else {
        vec![train(1, start, end, 0)]
    };
    let tune = end + HOUR..end + HOUR + between(20 * HOUR, 26 * HOUR, &[32, cycle]);
    jobs.push(job("weather-fm", format!("weather-europe-r{cycle}"), "fine-tune europe", tune, load, seats(&[5])));
    let hindcast = end + 2 * HOUR..end + 2 * HOUR + between(6 * HOUR, 12 * HOUR, &[33, cycle]);
    let id = format!("weather-hindcast-r{cycle}");
    jobs.push(job("weather-fm", id, "hindcast 1979-2018", hindcast, LoadPattern::Evaluation, seats(&[6])));
    jobs
}

/// Whether people work then. They never do on the weekend of every third week, and on half of the other weekend days.
fn is_worked(start: i64, end: i64, lane: i64) -> bool {
    // 1970-01-01 was a Thursday.
    let mut days = start.div_euclid(DAY)..=end.div_euclid(DAY);
    let rests = |day: i64| {
        let (week, weekday) = ((day + 3).div_euclid(7), (day + 3).rem_euclid(7));
        weekday >= 5 && (week % 3 == 0 || between(0, 2, &[40, day, lane]) == 0)
    };
    !days.any(rests)
}

fn worked(jobs: Vec<ScheduledJob>, lane: i64) -> Vec<ScheduledJob> {
    jobs.into_iter().filter(|job| is_worked(job.start, job.end, lane)).collect()
}

/// A working day of one Paris node.
fn vision(cycle: i64, at: i64) -> Vec<ScheduledJob> {
    let start = at + 8 * HOUR + between(0, 2 * HOUR, &[50, cycle]);
    let end = start + between(6 * HOUR, 13 * HOUR, &[51, cycle]);
    let load = LoadPattern::Training { level: 820, checkpoint_s: 20 * MINUTE, evaluation_s: 90 * MINUTE };
    let name = ["detector baseline", "detector mixup", "detector fp8", "depth head"];
    let name = name[usize::try_from(cycle.rem_euclid(4)).unwrap_or(0)];
    worked(vec![job("vision-lab", format!("vision-d{cycle}"), name, start..end, load, seats(&[7]))], 1)
}

/// Short jobs of one GPU each, one after the other, on half of a Paris node.
fn sweeps(cycle: i64, at: i64) -> Vec<ScheduledJob> {
    let mut jobs = Vec::new();
    for gpu in 0..4_i64 {
        let mut start = at + 7 * HOUR + between(0, 90 * MINUTE, &[60, cycle, gpu]);
        for trial in 0_i64.. {
            let draw = |what| [61, cycle, gpu, trial, what];
            let fails = between(0, 14, &draw(0)) == 0;
            let planned = between(55 * MINUTE, 190 * MINUTE, &draw(1));
            let end = start + if fails { planned / 5 } else { planned };
            if end > at + DAY - 30 * MINUTE {
                break;
            }
            let (rate, seed) = (between(1, 10, &draw(2)), between(0, 5, &draw(3)));
            let name = format!("sweep lr={rate}e-4 seed={seed}");
            let load = LoadPattern::Sweep { level: between(480, 760, &draw(4)) };
            let seat = Seat { node: 8, gpus: 1_u8 << gpu, weight: 1 };
            let made = job("sweeps", format!("sweep-d{cycle}-g{gpu}-t{trial}"), &name, start..end, load, vec![seat]);
            jobs.push(ScheduledJob { exit_status: i32::from(fails), ..made });
            start = end + between(MINUTE, 12 * MINUTE, &draw(5));
        }
    }
    worked(jobs, 2)
}

/// The other half of that node, by day.
fn downscaling(cycle: i64, at: i64) -> Vec<ScheduledJob> {
    let start = at + 9 * HOUR + between(0, 3 * HOUR, &[70, cycle]);
    let end = start + between(5 * HOUR, 11 * HOUR, &[71, cycle]);
    let load = LoadPattern::Training { level: 840, checkpoint_s: 25 * MINUTE, evaluation_s: 2 * HOUR };
    let seat = Seat { node: 8, gpus: 0xf0, weight: 1 };
    worked(vec![job("weather-fm", format!("downscale-d{cycle}"), "downscaling 1 km", start..end, load, vec![seat])], 3)
}

/// Two halves of a London node, each for the fine-tuning of a day.
fn fine_tuning(cycle: i64, at: i64) -> Vec<ScheduledJob> {
    let load = LoadPattern::Training { level: 800, checkpoint_s: 15 * MINUTE, evaluation_s: HOUR };
    let names = [("atlas-llm", "atlas-7b adapter legal", 0x0f), ("vision-lab", "caption adapter", 0xf0)];
    let made = (0..).zip(names).map(|(half, (project, name, gpus))| {
        let start = at + 6 * HOUR + between(0, 4 * HOUR, &[80, cycle, half]);
        let end = start + between(5 * HOUR, 13 * HOUR, &[81, cycle, half]);
        let seat = Seat { node: 9, gpus, weight: 1 };
        job(project, format!("adapter{half}-d{cycle}"), name, start..end, load, vec![seat])
    });
    worked(made.collect(), 4)
}

/// A London node that trains nearly all the time.
fn segmentation(cycle: i64, at: i64) -> Vec<ScheduledJob> {
    let load = LoadPattern::Training { level: 850, checkpoint_s: HOUR, evaluation_s: 5 * HOUR };
    let end = at + 2 * DAY + between(20 * HOUR, 23 * HOUR, &[90, cycle]);
    let name = "segmentation xl";
    vec![job("vision-lab", format!("segment-r{cycle}"), name, at + 20 * MINUTE..end, load, seats(&[10]))]
}

/// The L40S node: a notebook that holds two GPUs and does nothing, two services that share two, and short tests.
fn small(cycle: i64, at: i64) -> Vec<ScheduledJob> {
    let at_node = |gpus, weight| vec![Seat { node: 11, gpus, weight }];
    let most = || at + 30 * MINUTE..at + 8 * DAY - 4 * HOUR;
    let mut jobs = vec![
        job("vision-lab", format!("notebook-r{cycle}"), "notebook", most(), LoadPattern::Nothing, at_node(0b0011, 1)),
        job(
            "atlas-llm",
            format!("chat-r{cycle}"),
            "atlas-chat preview",
            most(),
            LoadPattern::Serving,
            at_node(0b1100, 3),
        ),
        job(
            "vision-lab",
            format!("caption-r{cycle}"),
            "caption service",
            most(),
            LoadPattern::Serving,
            at_node(0b1100, 1),
        ),
    ];
    let tests = (0..24).map(|slot| {
        let start = at + slot * 8 * HOUR + between(0, 7 * HOUR, &[95, cycle, slot]);
        let load = LoadPattern::Sweep { level: 400 };
        job("sweeps", format!("smoke-r{cycle}-{slot}"), "smoke test", start..start + 15 * MINUTE, load, at_node(16, 1))
    });
    jobs.extend(worked(tests.collect(), 5));
    jobs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday in autumn 2026, 00:00 UTC.
    const MONDAY: i64 = 1_793_577_600;

    #[test]
    fn whatever_part_of_time_is_asked_for_the_jobs_are_the_same() {
        let whole = jobs(MONDAY, MONDAY + 12 * DAY);
        for day in 0..12 {
            let (from, to) = (MONDAY + day * DAY, MONDAY + (day + 1) * DAY);
            let of_day: Vec<&ScheduledJob> = whole.iter().filter(|job| job.start < to && job.end > from).collect();
            let asked = jobs(from, to);
            assert_eq!(format!("{:?}", asked.iter().collect::<Vec<_>>()), format!("{of_day:?}"));
        }
    }

    #[test]
    fn a_gpu_is_held_by_one_job_except_where_services_share_and_never_while_its_node_is_down() {
        let jobs = jobs(MONDAY, MONDAY + 60 * DAY);
        let outages = outages(MONDAY, MONDAY + 60 * DAY);
        assert!(outages.len() >= 60);
        let held: Vec<(&ScheduledJob, Seat)> =
            jobs.iter().flat_map(|job| job.seats.iter().map(move |seat| (job, *seat))).collect();
        let meets = |a: &ScheduledJob, start: i64, end: i64| a.start < end && start < a.end;
        for (place, (job, seat)) in held.iter().enumerate() {
            assert!(job.start < job.end, "{job:?}");
            let down = |outage: &&NodeOutage| outage.node == seat.node && meets(job, outage.start, outage.end);
            assert_eq!(outages.iter().find(down), None, "{job:?}");
            for (other, others) in &held[place + 1..] {
                let both = seat.node == others.node && seat.gpus & others.gpus != 0;
                let shared = job.load == LoadPattern::Serving && other.load == LoadPattern::Serving;
                assert!(!both || shared || !meets(job, other.start, other.end), "{job:?} and {other:?}");
            }
        }
    }

    #[test]
    fn a_month_shows_what_it_should() {
        for start in [MONDAY, MONDAY + 5 * DAY, MONDAY + 17 * DAY] {
            let (from, to) = (start, start + 30 * DAY);
            let jobs = jobs(from, to);
            assert!((300..1500).contains(&jobs.len()), "{}", jobs.len());
            let projects: std::collections::BTreeSet<_> = jobs.iter().map(|job| job.project).collect();
            assert_eq!(projects.len(), 4);
            assert!(outages(from, to).iter().any(|outage| outage.node < 4) && !outages(to - DAY, to).is_empty());
            assert!(jobs.iter().any(|job| job.attempt == 2));
            // Three runs that have ended well are what the end of a running one is told from.
            let pretrained =
                jobs.iter().filter(|job| job.id.as_str().starts_with("atlas-7b-r") && job.exit_status == 0);
            assert!(pretrained.filter(|job| job.start > from && job.end < to).count() >= 2, "{start}");
            let mut ids: Vec<&str> = jobs.iter().map(|job| job.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), jobs.len(), "an id is used twice");
            let is_quiet =
                |day: i64| !jobs.iter().any(|job| job.project == "sweeps" && meets_day(job, from + day * DAY));
            assert!((0..30).any(is_quiet), "no weekend is idle");
        }
    }

    fn meets_day(job: &ScheduledJob, day: i64) -> bool {
        job.start < day + DAY && day < job.end
    }
}
