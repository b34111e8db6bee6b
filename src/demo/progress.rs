//! Training steps that the scripts of training jobs would report.

use super::agent::moment;
use super::error::DemoError;
use super::schedule::{LoadPattern, MINUTE, ScheduledJob, jobs};
use crate::store::{StepReport, Store};
use crate::workload::{self, WorkloadError};
use std::ops::Range;

/// Training steps per hour, by name of the job: eight-bit arithmetic is faster, and mixing images is slower.
const STEPS_PER_HOUR: [(&str, i64); 6] = [
    ("atlas-7b pretrain", 940),
    ("weather-fm train 0.25deg", 2_150),
    ("detector baseline", 7_200),
    ("detector mixup", 6_700),
    ("detector fp8", 10_400),
    ("segmentation xl", 3_050),
];

/// Reports the steps of every job that trained in these seconds, as of their end or of the end of the job.
pub(super) fn report(store: &Store, seconds: Range<i64>) -> Result<(), DemoError> {
    for job in jobs(seconds.start, seconds.end) {
        let at = job.end.min(seconds.end);
        let Some(steps) = steps(&job, at) else { continue };
        let report = StepReport { at: moment(at), steps, samples: None };
        match workload::report_steps(store, job.id, report) {
            // Its agent has not reported the job yet, or a later count of steps is known already.
            Ok(_) | Err(WorkloadError::Unknown { .. } | WorkloadError::Backwards { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Steps that a job has done at `second`; `None` if it reports none.
fn steps(job: &ScheduledJob, second: i64) -> Option<i64> {
    let per_hour = STEPS_PER_HOUR.iter().find(|(name, _)| *name == job.name)?.1;
    // The first minutes load data; what goes on after a fault goes on from a checkpoint, which the steps of an attempt leave out.
    let trained = second - job.start - 4 * MINUTE;
    (matches!(job.load, LoadPattern::Training { .. }) && trained > 0)
        .then(|| trained * per_hour / 3_600)
        .filter(|steps| *steps > 0)
}

#[cfg(test)]
mod tests {
    use super::super::schedule::DAY;
    use super::*;

    #[test]
    fn steps_grow_with_time_and_every_name_is_one_of_the_schedule() {
        const MONDAY: i64 = 1_793_577_600;
        let found = jobs(MONDAY, MONDAY + 30 * DAY);
        for (name, _) in STEPS_PER_HOUR {
            assert!(found.iter().any(|job| job.name == name), "{name}");
        }
        let job = found.iter().find(|job| steps(job, job.end).is_some()).unwrap();
        assert!(steps(job, job.start + 60).is_none());
        assert!(steps(job, job.start + 7_200) < steps(job, job.start + 10_800));
    }
}
