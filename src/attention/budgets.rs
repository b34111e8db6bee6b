//! Jobs and budgets.

use super::item::{Since, is_visible};
use crate::budget::{BudgetError, Office, stored_answer};
use crate::moment;
use crate::series::HELD_IDLE_PERCENT;
use crate::store::{AdmissionFilter, AdmissionRow, Draw, OpenKey, PostedDraw, StoreError, Tx};
use api::{AttentionItem, Severity, Subject};
use model::{
    AdmissionState, AttentionKind, HoldNotice, JobId, JobNumber, NodeNumber, OverrideState, ProjectName, SubjectKind,
};
use std::collections::BTreeMap;
use units::{DeviceTime, Energy, Interval, Span, Timestamp};

const MINUTE_S: u64 = 60;
const HOUR_S: u64 = 60 * MINUTE_S;
/// Power of idle holdings is averaged over two posting periods of the longest kind, so that the last full hour is always inside.
const DRAW_TIME: Span = Span::from_seconds(2 * HOUR_S);
/// After this much device time, low power no longer means that a job is starting up.
const DRAW_MIN: Span = Span::from_seconds(30 * MINUTE_S);
/// When all nodes of a job have been silent for this long, the cause is not a slow link.
const SILENT: Span = Span::from_seconds(15 * MINUTE_S);
/// Whoever was denied an hour ago has seen it.
const DENIED_TIME: Span = Span::from_seconds(HOUR_S);
/// Number of denials that are reported, the newest: a script that asks again and again fills no list.
const DENIED_MAX: usize = 20;
/// Admissions that are looked at in one go.
const ADMISSIONS_PER_LOOK: u32 = 200;

/// Appends what concerns jobs and budgets; with `project`, only those of the project.
pub(super) fn find(
    office: &Office<'_>,
    project: Option<&ProjectName>,
    found: &mut Vec<AttentionItem>,
) -> Result<(), BudgetError> {
    let now = office.now;
    office.store.read::<_, StoreError>(|tx| {
        held_idle(tx, now, project, found)?;
        silent_jobs(tx, now, project, found)?;
        denials(tx, now, project, found)?;
        exceptions(tx, project, found)?;
        holds(tx, project, found)
    })?;
    budgets(office, project, found)
}

fn held_idle(
    tx: &Tx<'_>,
    now: Timestamp,
    project: Option<&ProjectName>,
    found: &mut Vec<AttentionItem>,
) -> Result<(), StoreError> {
    let since = now.before(DRAW_TIME);
    for draw in draws(tx, since)?.into_iter().filter(|draw| is_visible(project, draw.project.as_ref())) {
        // mJ over ns is 10^9 mW.
        let drawn = i128::from(draw.energy.millijoules()) * 1_000_000_000 * 100;
        let bound = i128::from(draw.limit.milliwatts()) * draw.covered.nanoseconds() * i128::from(HELD_IDLE_PERCENT);
        let is_long = draw.covered >= DRAW_MIN.into();
        if is_long && drawn < bound {
            let watts = draw.energy.millijoules() as f64 * 1e6 / draw.covered.nanoseconds() as f64;
            let limit = draw.limit.milliwatts() as f64 / 1e3;
            let message = format!(
                "{} holds accelerators of {} that draw only {watts:.0} W of {limit:.0} W each: release them, or find out what the job is waiting for",
                draw.job, draw.node
            );
            found.push(
                AttentionItem::new(
                    AttentionKind::HeldIdle,
                    Severity::Warn,
                    Subject::of(SubjectKind::Job, draw.job),
                    message,
                )
                .since(since),
            );
        }
    }
    Ok(())
}

/// Energy of accelerators held by jobs that have not ended, per job and node since `since`, posted and not yet posted.
fn draws(tx: &Tx<'_>, since: Timestamp) -> Result<Vec<Draw>, StoreError> {
    let mut sums: BTreeMap<(JobNumber, NodeNumber), (Energy, DeviceTime)> = BTreeMap::new();
    let open = tx
        .postings()
        .open()?
        .into_iter()
        .filter(|open| !open.key.job.is_idle() && open.key.component == "accelerator" && open.sum.start >= since);
    let open = open.map(|OpenKey { key, sum, .. }| PostedDraw {
        job: key.job,
        node: key.node,
        energy: sum.energy,
        covered: sum.covered,
    });
    for PostedDraw { job, node, energy, covered } in tx.attention().posted_draws(since)?.into_iter().chain(open) {
        let sum = sums.entry((job, node)).or_default();
        *sum = (sum.0.saturating_add(energy), sum.1 + covered);
    }
    let drawn = sums.into_iter().map(|((job, node), (energy, covered))| PostedDraw { job, node, energy, covered });
    let found = drawn.map(|posted| tx.attention().draw(posted));
    Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn silent_jobs(
    tx: &Tx<'_>,
    now: Timestamp,
    project: Option<&ProjectName>,
    found: &mut Vec<AttentionItem>,
) -> Result<(), StoreError> {
    let silent = tx.attention().silent_jobs(now.before(SILENT))?;
    for job in silent.into_iter().filter(|job| is_visible(project, job.project.as_ref())) {
        let message = format!(
            "{} has not ended, but its node {} was last seen at {}: if the job has ended, `wattledger job end {}` says so",
            job.job,
            job.node,
            moment::show(job.seen),
            job.job
        );
        found.push(
            AttentionItem::new(
                AttentionKind::JobSilent,
                Severity::Warn,
                Subject::of(SubjectKind::Job, job.job),
                message,
            )
            .since(job.seen),
        );
    }
    Ok(())
}

/// Budgets that have crossed a threshold, or are expected to by the end of their period.
fn budgets(
    office: &Office<'_>,
    project: Option<&ProjectName>,
    found: &mut Vec<AttentionItem>,
) -> Result<(), BudgetError> {
    for state in office.states()? {
        let own = state.policy.as_ref().ok().and_then(|policy| policy.document.project.clone());
        let Some(warning) = state.warning().filter(|_| is_visible(project, own.as_ref())) else { continue };
        let severity = if warning.is_bad { Severity::Bad } else { Severity::Warn };
        let since = state.standing.map(|standing| standing.period.start());
        let subject = Subject::of(SubjectKind::Budget, state.row.name);
        found.push(AttentionItem::new(AttentionKind::BudgetBreaking, severity, subject, warning.words).since(since));
    }
    Ok(())
}

/// Requests for exceptions that nobody has answered.
fn exceptions(tx: &Tx<'_>, project: Option<&ProjectName>, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    let open =
        tx.overrides().list(project, None, u32::MAX)?.into_iter().filter(|row| row.state == OverrideState::Requested);
    for row in open {
        let (name, reason) = (row.asked_by.unwrap_or_default(), row.asked_reason.unwrap_or_default());
        let admission = row.admission.map(|admission| admission.to_string()).unwrap_or_default();
        let number = row.number.to_string();
        let message = format!(
            "{name} asks for an exception for admission {admission}: {reason}; `wattledger budget approve {number}` or `wattledger budget refuse {number}`"
        );
        found.push(
            AttentionItem::new(
                AttentionKind::ExceptionRequested,
                Severity::Warn,
                Subject::of(SubjectKind::Request, number),
                message,
            )
            .since(row.asked),
        );
    }
    Ok(())
}

/// Jobs that were denied a short time ago.
fn denials(
    tx: &Tx<'_>,
    now: Timestamp,
    project: Option<&ProjectName>,
    found: &mut Vec<AttentionItem>,
) -> Result<(), StoreError> {
    let (since, mut before, mut count) = (now.before(DENIED_TIME), None, 0);
    loop {
        // Of all states, so that the search ends at the first that is too old.
        let filter = AdmissionFilter { before, limit: ADMISSIONS_PER_LOOK, ..AdmissionFilter::default() };
        let page = tx.admissions().list(&filter)?;
        before = page.last().map(|row| row.admission);
        let recent = page.iter().take_while(|row| row.decided >= since);
        let denied = recent.clone().filter(|row| row.state == AdmissionState::Denied);
        for row in denied.filter(|row| is_visible(project, Some(&row.project))).take(DENIED_MAX - count) {
            found.push(denial(row)?);
            count += 1;
        }
        if before.is_none() || recent.count() < page.len() || count == DENIED_MAX {
            return Ok(());
        }
    }
}

fn denial(row: &AdmissionRow) -> Result<AttentionItem, StoreError> {
    let who = match &row.job {
        Some(job) => format!("the job {job}"),
        None if row.project.is_empty() => "a job without a project".to_owned(),
        None => format!("a job of {}", row.project),
    };
    let message = format!("{who} was denied: {}", stored_answer(&row.answer)?.reason);
    let subject = Subject::of(SubjectKind::Admission, row.admission);
    Ok(AttentionItem::new(AttentionKind::AdmissionDenied, Severity::Warn, subject, message).since(row.decided))
}

/// Running jobs that are expected to use more than their hold.
fn holds(tx: &Tx<'_>, project: Option<&ProjectName>, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    let breaking = tx.admissions().held()?.into_iter().filter(|row| row.notice != HoldNotice::Nothing);
    for row in breaking.filter(|row| is_visible(project, Some(&row.project))) {
        let job = row.job.map(JobId::into_string).unwrap_or_default();
        let what = if row.notice == HoldNotice::Stop { "it is being stopped" } else { "it keeps running" };
        let message =
            format!("{job} is expected to use more than its hold; {what}. Admission {} has the figures", row.admission);
        let until = row.metered_time.map(Interval::end);
        found.push(
            AttentionItem::new(
                AttentionKind::HoldBreaking,
                Severity::Warn,
                Subject::of(SubjectKind::Job, job),
                message,
            )
            .since(until),
        );
    }
    Ok(())
}
