//! The holds that follow from what the plugin let in and from what the queue shows.
//!
//! A hold is for one task, one attempt and one type of GPU: so the tasks of an array settle one by one, and a requeued job is a new attempt. The keys
//! of holds follow from the keys of decisions alone. Whatever is repeated after a crash is therefore repeated under the same keys, and the service
//! answers it as before.

use super::hold::{Hold, HoldAction, HoldLimits, HoldPhase, stem};
use super::journal::{DecisionKind, JournalLine};
use super::queue::{Comment, QueueRow, SlurmProgress};
use model::AdmissionId;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Whose hold: submission and task within its array.
type HoldOwner = (String, Option<u32>);

/// A job that the ledger has not heard of by then is looked for less often.
const RECENT_MINUTES: u64 = 3;

/// Every hold that is not resolved, by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holds {
    pub(super) by_key: BTreeMap<String, Hold>,
}

impl Holds {
    /// Takes a line of the journal. A line that was taken before changes nothing.
    pub fn take(&mut self, line: &JournalLine) {
        if line.kind == DecisionKind::Refused {
            return;
        }
        let (is_extra, submission) = (line.kind == DecisionKind::Changed, line.submission().to_owned());
        let tasks = match line.task() {
            Some(task) => vec![Some(task)],
            None if is_extra => self.tasks_of(&submission),
            None => line.tasks.each(),
        };
        let suffix = line.key.split_once('+').map_or_else(String::new, |(_, id)| format!(".x{id}"));
        for task in tasks {
            let attempt = self.attempt_of(&submission, task);
            for part in &line.parts {
                let key = format!("{}{suffix}.{}", stem(&submission, task, attempt), part.kind);
                let hold = Hold {
                    submission: submission.clone(),
                    task,
                    attempt,
                    is_extra,
                    at_s: line.at_s,
                    project: line.project.clone(),
                    user: line.user.clone(),
                    part: part.clone(),
                    minutes: line.minutes,
                    phase: HoldPhase::Wanted,
                    job: None,
                    used_minutes: 0,
                    ended_s: None,
                    is_held_back: false,
                    array_job: None,
                    is_named: false,
                };
                self.by_key.entry(key).or_insert(hold);
            }
        }
    }

    fn tasks_of(&self, submission: &str) -> Vec<Option<u32>> {
        let tasks: BTreeSet<Option<u32>> = self.of_submission(submission).map(|(_, hold)| hold.task).collect();
        if tasks.is_empty() { vec![None] } else { tasks.into_iter().collect() }
    }

    fn attempt_of(&self, submission: &str, task: Option<u32>) -> u32 {
        let attempts = self.of_submission(submission).filter(|(_, hold)| hold.task == task);
        attempts.map(|(_, hold)| hold.attempt).max().unwrap_or(1)
    }

    /// Keys of a submission begin alike, so they lie together.
    fn of_submission<'a>(&'a self, submission: &'a str) -> impl Iterator<Item = (&'a String, &'a Hold)> {
        let from = format!("slurm.{submission}.");
        let own = self.by_key.range(from.clone()..);
        own.take_while(move |(key, _)| key.starts_with(&from))
    }

    /// Takes in the queue and says what has to be done. `rows` must be every row, of every state, and no older than the lines taken.
    pub fn reconcile(&mut self, rows: &[QueueRow], now_s: i64, limits: HoldLimits) -> Vec<HoldAction> {
        self.adopt(rows, now_s);
        let of_row: HashMap<HoldOwner, &QueueRow> = rows.iter().map(|row| (owner(row), row)).collect();
        let mut actions = Vec::new();
        let mut over: BTreeMap<(HoldOwner, u32), (u64, Vec<String>)> = BTreeMap::new();
        for (key, hold) in &mut self.by_key {
            let row = row_of(&of_row, hold);
            hold.see(row, now_s);
            let is_due = hold.ended_s.is_some_and(|ended| hold.used_minutes == 0 || now_s - ended >= limits.settle_s);
            match hold.job {
                None if now_s - hold.at_s > limits.never_created_s => {
                    actions.push(HoldAction::Release { key: key.clone() })
                }
                Some(job) if is_due => {
                    let attempt = ((hold.submission.clone(), hold.task), hold.attempt);
                    over.entry(attempt).or_insert_with(|| (job, Vec::new())).1.push(key.clone());
                }
                Some(job)
                    if hold.phase == HoldPhase::Refused
                        && !hold.is_held_back
                        && row.is_some_and(|row| row.progress == SlurmProgress::Pending) =>
                {
                    actions.push(HoldAction::HoldBack { job, key: key.clone() });
                }
                _ => {}
            }
        }
        actions.extend(self.superfluous(&of_row, now_s, limits).into_iter().map(|key| HoldAction::Release { key }));
        actions.extend(over.into_values().map(|(job, keys)| HoldAction::Settle { job, keys }));
        actions
    }

    /// Adds holds for new attempts of requeued jobs, and for jobs that the plugin marked but whose line was lost with the machine.
    fn adopt(&mut self, rows: &[QueueRow], now_s: i64) {
        for row in rows.iter().filter(|row| row.progress != SlurmProgress::Ended) {
            let (submission, task) = owner(row);
            let attempt = row.restarts.saturating_add(1);
            let of_task = self.of_submission(&submission).filter(|(_, hold)| hold.task == task);
            let known: Vec<Hold> = of_task.map(|(_, hold)| hold.clone()).collect();
            let latest = known.iter().map(|hold| hold.attempt).max();
            match (latest, &row.comment) {
                (Some(latest), _) if latest < attempt => {
                    for hold in known.into_iter().filter(|hold| hold.attempt == latest) {
                        self.again(hold, attempt, now_s);
                    }
                }
                (None, Some(comment)) => self.restore(comment, row, now_s),
                _ => {}
            }
        }
    }

    fn again(&mut self, hold: Hold, attempt: u32, now_s: i64) {
        let extra = if hold.is_extra { format!(".x{}", hold.minutes) } else { String::new() };
        let key = format!("{}{extra}.{}", stem(&hold.submission, hold.task, attempt), hold.part.kind);
        let hold = Hold {
            attempt,
            at_s: now_s,
            phase: HoldPhase::Wanted,
            used_minutes: 0,
            ended_s: None,
            is_held_back: false,
            is_named: false,
            ..hold
        };
        self.by_key.entry(key).or_insert(hold);
    }

    fn restore(&mut self, comment: &Comment, row: &QueueRow, now_s: i64) {
        let attempt = row.restarts.saturating_add(1);
        for part in &comment.parts {
            // A key of its own: a hold under the usual one may have been given back as never created.
            let key = format!("{}.q.{}", stem(&comment.key, row.task, attempt), part.kind);
            let hold = Hold {
                submission: comment.key.clone(),
                task: row.task,
                attempt,
                is_extra: false,
                at_s: now_s,
                project: comment.project.clone(),
                user: comment.user.clone(),
                part: part.clone(),
                minutes: comment.minutes,
                phase: HoldPhase::Wanted,
                job: Some(row.job),
                used_minutes: 0,
                ended_s: None,
                is_held_back: false,
                array_job: None,
                is_named: false,
            };
            self.by_key.entry(key).or_insert(hold);
        }
    }

    /// Extra holds of changes that Slurm did not make after all: what is held without them covers the limit that the queue shows.
    fn superfluous(&self, rows: &HashMap<HoldOwner, &QueueRow>, now_s: i64, limits: HoldLimits) -> Vec<String> {
        let settled = |hold: &Hold| now_s - hold.at_s > limits.never_created_s && hold.ended_s.is_none();
        let extras = self.by_key.iter().filter(|(_, hold)| hold.is_extra && hold.job.is_some() && settled(hold));
        let mut found = Vec::new();
        for (key, extra) in extras {
            let Some(limit) = row_of(rows, extra).and_then(|row| row.limit_minutes) else { continue };
            let kin: Vec<(&String, &Hold)> = self
                .of_submission(&extra.submission)
                .filter(|(key, hold)| (hold.task, hold.attempt) == (extra.task, extra.attempt) && !found.contains(*key))
                .filter(|(_, hold)| hold.part.kind == extra.part.kind)
                .collect();
            let gpus = kin.iter().map(|(_, hold)| hold.part.gpus).max().unwrap_or(0);
            let rest: u64 = kin.iter().filter(|(other, _)| *other != key).map(|(_, hold)| hold.gpu_minutes()).sum();
            if rest >= limit.saturating_mul(gpus) {
                found.push(key.clone());
            }
        }
        found
    }

    /// Keys of the holds that the service has not been asked for yet.
    pub fn wanted(&self) -> Vec<String> {
        self.by_key.iter().filter(|(_, hold)| hold.phase == HoldPhase::Wanted).map(|(key, _)| key.clone()).collect()
    }

    /// The admissions that are held.
    pub fn held(&self) -> Vec<AdmissionId> {
        self.by_key.values().filter_map(Hold::admission).collect()
    }

    /// The hold under `key`.
    pub fn get(&self, key: &str) -> Option<&Hold> {
        self.by_key.get(key)
    }

    /// Number of holds that are not resolved.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether every hold is resolved.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Notes what the service answered for the hold under `key`.
    pub fn answered(&mut self, key: &str, phase: HoldPhase) {
        if let Some(hold) = self.by_key.get_mut(key) {
            hold.phase = phase;
        }
    }

    /// Keys of the holds whose job runs or ran and is not known to the service: one for each attempt, as what is metered is spent once. Unless `all`, only
    /// those that run since a few minutes.
    pub fn unnamed(&self, all: bool) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let held = self.by_key.iter().filter(|(_, hold)| hold.admission().is_some() && hold.used_minutes > 0);
        let first = held.filter(|(_, hold)| seen.insert((hold.submission.clone(), hold.task, hold.attempt)));
        let recent = |hold: &Hold| all || hold.used_minutes <= RECENT_MINUTES;
        first.filter(|(_, hold)| !hold.is_named && recent(hold)).map(|(key, _)| key.clone()).collect()
    }

    /// Notes that the service knows the job of the hold under `key`.
    pub fn named(&mut self, key: &str) {
        if let Some(hold) = self.by_key.get_mut(key) {
            hold.is_named = true;
        }
    }

    /// Notes that the job of the hold under `key` is kept from starting.
    pub fn held_back(&mut self, key: &str) {
        if let Some(hold) = self.by_key.get_mut(key) {
            hold.is_held_back = true;
        }
    }

    /// Removes the hold under `key`, which was settled or released.
    pub fn resolved(&mut self, key: &str) {
        self.by_key.remove(key);
    }

    /// GPU-minutes of a task that changes added, by job as the plugin names it and GPU type.
    pub fn covered(&self) -> BTreeMap<(String, String), u64> {
        let mut covered = BTreeMap::new();
        for hold in self.by_key.values().filter(|hold| hold.is_extra) {
            let job = hold.task.map_or_else(|| hold.submission.clone(), |task| format!("{}/{task}", hold.submission));
            *covered.entry((job, hold.part.kind.clone())).or_insert(0) += hold.gpu_minutes();
        }
        covered
    }
}

/// A job without a comment was submitted before the plugin was there; it is named by its number.
fn owner(row: &QueueRow) -> HoldOwner {
    let submission = row.comment.as_ref().map(|comment| comment.key.clone());
    (submission.unwrap_or_else(|| format!("job{}", row.job)), row.task)
}

fn row_of<'a>(rows: &HashMap<HoldOwner, &'a QueueRow>, hold: &Hold) -> Option<&'a QueueRow> {
    rows.get(&(hold.submission.clone(), hold.task)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: HoldLimits = HoldLimits { never_created_s: 120, settle_s: 60 };

    fn line(text: &str) -> JournalLine {
        JournalLine::parse(text).unwrap()
    }

    fn row(job: u64, task: Option<u32>, progress: SlurmProgress, restarts: u32, used_minutes: u64) -> QueueRow {
        let comment = Comment::parse("wattledger|1|k|climate|ana|a100=2|10|1|held");
        QueueRow { job, array_job: 1, task, progress, restarts, limit_minutes: Some(10), used_minutes, comment }
    }

    fn with(lines: &[&str]) -> Holds {
        let mut holds = Holds::default();
        for text in lines {
            holds.take(&line(text));
        }
        for key in holds.wanted() {
            holds.answered(&key, HoldPhase::Held(AdmissionId::new(7)));
        }
        holds
    }

    const SUBMITTED: &str = "s k 1000 climate ana a100=2 10 - held";

    #[test]
    fn a_line_is_taken_once_and_a_part_is_a_hold() {
        let two = "s k 1000 climate ana a100=2,h100=1 10 - held";
        let mut holds = with(&[two, two]);
        assert_eq!(holds.len(), 2);
        assert!(holds.wanted().is_empty());
        holds.take(&line("d z 1000 climate ana a100=2 10 - b1"));
        assert_eq!(holds.len(), 2);
        assert_eq!(holds.get("slurm.k.a1.a100").map(|hold| hold.part.gpus), Some(2));
    }

    #[test]
    fn what_was_never_created_is_given_back_after_the_grace() {
        let mut holds = with(&[SUBMITTED]);
        assert_eq!(holds.reconcile(&[], 1_120, LIMITS), []);
        assert_eq!(holds.reconcile(&[], 1_121, LIMITS), [HoldAction::Release { key: "slurm.k.a1.a100".to_owned() }]);
    }

    #[test]
    fn a_job_settles_some_time_after_its_end_also_when_slurm_has_forgotten_it() {
        for rows_after in [vec![row(1, None, SlurmProgress::Ended, 0, 9)], vec![]] {
            let mut holds = with(&[SUBMITTED]);
            assert_eq!(holds.reconcile(&[row(1, None, SlurmProgress::Running, 0, 8)], 2_000, LIMITS), []);
            assert_eq!(holds.reconcile(&rows_after, 2_010, LIMITS), []);
            let settle = HoldAction::Settle { job: 1, keys: vec!["slurm.k.a1.a100".to_owned()] };
            assert_eq!(holds.reconcile(&[], 2_070, LIMITS), [settle]);
            holds.resolved("slurm.k.a1.a100");
            assert!(holds.is_empty());
            // An ended job that the queue still shows is not taken for one whose line was lost.
            assert_eq!(holds.reconcile(&rows_after, 2_100, LIMITS), []);
        }
    }

    #[test]
    fn a_job_cancelled_before_it_ran_is_settled_at_once() {
        let mut holds = with(&[SUBMITTED]);
        holds.reconcile(&[row(1, None, SlurmProgress::Pending, 0, 0)], 1_010, LIMITS);
        let deeds = holds.reconcile(&[row(1, None, SlurmProgress::Ended, 0, 0)], 1_020, LIMITS);
        assert_eq!(deeds, [HoldAction::Settle { job: 1, keys: vec!["slurm.k.a1.a100".to_owned()] }]);
    }

    #[test]
    fn a_requeued_job_is_a_new_attempt_and_pays_for_each() {
        let mut holds = with(&[SUBMITTED]);
        holds.reconcile(&[row(1, None, SlurmProgress::Running, 0, 5)], 1_300, LIMITS);
        assert_eq!(holds.reconcile(&[row(1, None, SlurmProgress::Pending, 1, 0)], 1_310, LIMITS), []);
        assert_eq!(holds.wanted(), ["slurm.k.a2.a100"]);
        assert_eq!(holds.reconcile(&[row(1, None, SlurmProgress::Pending, 1, 0)], 1_311, LIMITS), []);
        let deeds = holds.reconcile(&[row(1, None, SlurmProgress::Running, 1, 1)], 1_370, LIMITS);
        assert_eq!(deeds, [HoldAction::Settle { job: 1, keys: vec!["slurm.k.a1.a100".to_owned()] }]);
        holds.resolved("slurm.k.a1.a100");
        assert_eq!(holds.get("slurm.k.a2.a100").unwrap().attempt, 2);
    }

    #[test]
    fn the_tasks_of_an_array_settle_one_by_one() {
        let mut holds = with(&["s k 1000 climate ana a100=2 10 1-1000%20 held"]);
        assert_eq!(holds.len(), 1_000);
        let rows: Vec<QueueRow> = (1..=1_000)
            .map(|task| {
                let progress = if task <= 3 { SlurmProgress::Ended } else { SlurmProgress::Pending };
                row(u64::from(task), Some(task), progress, 0, u64::from(task == 1))
            })
            .collect();
        let deeds = holds.reconcile(&rows, 1_100, LIMITS);
        let expected: Vec<HoldAction> = (2..=3)
            .map(|task| HoldAction::Settle { job: task, keys: vec![format!("slurm.k.t{task}.a1.a100")] })
            .collect();
        assert_eq!(deeds, expected, "task 1 has used something, so its last windows are waited for");
        // A pending task that the queue no longer shows is over too.
        assert_eq!(holds.reconcile(&rows[..999], 1_110, LIMITS).len(), 3);
    }

    #[test]
    fn a_change_holds_the_difference_and_gives_it_back_where_slurm_did_not_make_it() {
        let extra = "m k+9f 1500 climate ana a100=2 30 - held";
        let mut holds = with(&[SUBMITTED, extra]);
        assert_eq!(holds.covered(), BTreeMap::from([(("k".to_owned(), "a100".to_owned()), 60)]));
        let limited = |minutes| QueueRow { limit_minutes: Some(minutes), ..row(1, None, SlurmProgress::Running, 0, 1) };
        assert_eq!(holds.reconcile(&[limited(40)], 2_000, LIMITS), []);
        assert_eq!(holds.reconcile(&[limited(10)], 1_600, LIMITS), [], "the change may be on its way");
        let deeds = holds.reconcile(&[limited(10)], 2_000, LIMITS);
        assert_eq!(deeds, [HoldAction::Release { key: "slurm.k.a1.x9f.a100".to_owned() }]);
    }

    #[test]
    fn a_change_of_one_task_or_of_all_is_a_hold_for_each() {
        let array = "s k 1000 climate ana a100=1 10 1-3 held";
        assert_eq!(with(&[array, "m k/2+aa 1500 climate ana a100=1 30 - held"]).len(), 4);
        let holds = with(&[array, "m k+bb 1500 climate ana a100=1 30 1-3 held"]);
        assert_eq!(holds.len(), 6);
        assert!(holds.get("slurm.k.t3.a1.xbb.a100").is_some());
    }

    #[test]
    fn a_job_whose_line_was_lost_is_held_by_its_comment() {
        let mut holds = Holds::default();
        holds.reconcile(&[row(5, Some(2), SlurmProgress::Pending, 0, 0)], 1_000, LIMITS);
        assert_eq!(holds.wanted(), ["slurm.k.t2.a1.q.a100"]);
    }

    #[test]
    fn what_the_service_refuses_late_is_kept_from_starting_once() {
        let mut holds = with(&[]);
        holds.take(&line("s k 1000 climate ana a100=2 10 - unverified"));
        holds.answered("slurm.k.a1.a100", HoldPhase::Refused);
        let pending = [row(1, None, SlurmProgress::Pending, 0, 0)];
        let deed = HoldAction::HoldBack { job: 1, key: "slurm.k.a1.a100".to_owned() };
        assert_eq!(holds.reconcile(&pending, 1_010, LIMITS), [deed]);
        holds.held_back("slurm.k.a1.a100");
        assert_eq!(holds.reconcile(&pending, 1_020, LIMITS), []);
    }
}
