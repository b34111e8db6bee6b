//! Problems and opportunities that an operator should look at, in one list. `docs/OPERATING.md` explains the thresholds.

use crate::budget::{BudgetError, Office, stored_answer};
use crate::feed;
use crate::grid::Library;
use crate::ledger::{self, LedgerError};
use crate::moment;
use crate::series::HELD_IDLE_PERCENT;
use crate::store::{
    AdmissionFilter, AdmissionRow, DecisionRow, Draw, NoticeRow, OpenKey, PostedDraw, RefusedSpeaker, Selection, Store,
    StoreError, Tx,
};
use api::{AttentionItem, Severity, Subject};
use model::{
    AdmissionState, AttentionKind, HoldNotice, JobId, JobNumber, NodeName, NodeNumber, OverrideState, ProjectName,
    ProviderState, SetAsideReason, SubjectKind,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use units::{DeviceTime, Energy, Interval, Span, Timestamp};

const MINUTE_S: u64 = 60;
const HOUR_S: u64 = 60 * MINUTE_S;
const DAY_S: u64 = 24 * HOUR_S;
/// An agent delivers every 10 s by default; after thirty missed deliveries it is late.
pub const LATE: Span = Span::from_seconds(5 * MINUTE_S);
/// Clocks under NTP are off by less than a second; ten minutes can move energy into another posting period.
const AHEAD: Span = Span::from_seconds(10 * MINUTE_S);
/// An agent that has been silent for an hour is not just being restarted.
const LOST: Span = Span::from_seconds(HOUR_S);
/// A node that has been silent for a month is taken to be gone and is not reported.
pub const GONE: Span = Span::from_seconds(30 * DAY_S);
/// Coverage is taken over one day, so that a reboot does not show and a failing sensor does.
const COVERAGE_TIME: Span = Span::from_seconds(DAY_S);
/// Below this share more than an hour of a day is missing.
const COVERAGE_LOW: f64 = 0.95;
/// Below this share the missing part is no longer small beside the measured one.
const COVERAGE_BAD: f64 = 0.80;
/// Power of idle holdings is averaged over two posting periods of the longest kind, so that the last full hour is always inside.
const DRAW_TIME: Span = Span::from_seconds(2 * HOUR_S);
/// After this much device time, low power no longer means that a job is starting up.
const DRAW_MIN: Span = Span::from_seconds(30 * MINUTE_S);
/// When all nodes of a job have been silent for this long, the cause is not a slow link.
const SILENT: Span = Span::from_seconds(15 * MINUTE_S);
/// Providers that revise their values do so within a month.
const PROVISIONAL_OLD: Span = Span::from_seconds(30 * DAY_S);
/// Hourly values arrive hours to a day late; after two days the import has stopped.
const STALE: Span = Span::from_seconds(2 * DAY_S);
/// A provider that has failed for an hour does not mend by being asked again.
const PROVIDER_FAILING: Span = Span::from_seconds(HOUR_S);
/// What the service noticed by itself is reported for a day.
const NOTICE_TIME: Span = Span::from_seconds(DAY_S);
/// Windows set aside are reported for a week.
const ASIDE_TIME: Span = Span::from_seconds(7 * DAY_S);
/// Whoever was denied an hour ago has seen it.
const DENIED_TIME: Span = Span::from_seconds(HOUR_S);
/// Number of denials that are reported, the newest: a script that asks again and again fills no list.
const DENIED_MAX: usize = 20;
/// Admissions that are looked at in one go.
const ADMISSIONS_PER_LOOK: u32 = 200;
/// Whoever still speaks for another's node does so within a day.
const REFUSED_TIME: Span = Span::from_seconds(DAY_S);
/// Gaps are reported for a day.
const GAP_TIME: Span = Span::from_seconds(DAY_S);

/// Says since when an item has been so.
trait Since {
    /// The same with the moment since when it has been so, if that is known. Fractions of a second are dropped: most of these moments are
    /// the present less a round time.
    fn since(self, at: impl Into<Option<Timestamp>>) -> Self;
}

impl Since for AttentionItem {
    fn since(self, at: impl Into<Option<Timestamp>>) -> Self {
        let whole = |at: Timestamp| at.nanoseconds() - at.nanoseconds().rem_euclid(1_000_000_000);
        let since = at.into().map(|at| moment::show(Timestamp::from_nanoseconds(whole(at))));
        Self { since, ..self }
    }
}

/// Everything that needs attention at `now`, in the order of [`AttentionItem::place`]; with `project`, only what concerns its jobs.
///
/// # Errors
///
/// The store cannot be read, or a zone has no factor.
pub fn attention(
    store: &Store,
    library: &Arc<Library>,
    now: Timestamp,
    project: Option<&ProjectName>,
) -> Result<Vec<AttentionItem>, BudgetError> {
    let mut found = Vec::new();
    if project.is_none() {
        store.read::<_, StoreError>(|tx| {
            nodes(tx, now, &mut found)?;
            set_aside(tx, now, &mut found)?;
            gaps(tx, now, &mut found)?;
            refused(tx, now, &mut found)?;
            factors(tx, now, &mut found)?;
            notices(tx, now, &mut found)
        })?;
        low_coverage(store, library, now, &mut found)?;
        providers(store, now, &mut found);
    }
    store.read::<_, StoreError>(|tx| {
        held_idle(tx, now, project, &mut found)?;
        silent_jobs(tx, now, project, &mut found)?;
        denials(tx, now, project, &mut found)?;
        exceptions(tx, project, &mut found)?;
        holds(tx, project, &mut found)
    })?;
    let by = DecisionRow::service();
    budgets(&Office { store, library, now, by: &by }, project, &mut found)?;
    found.sort_by_key(AttentionItem::place);
    Ok(found)
}

fn nodes(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    for node in tx.nodes().list("", u32::MAX)?.into_iter().filter(|node| node.seen >= now.before(GONE)) {
        if node.seen < now.before(LATE) {
            let severity = if node.seen < now.before(LOST) { Severity::Bad } else { Severity::Warn };
            let message = format!(
                "the agent of {} was last seen at {}: look at its log; its readings are kept in its spool until it can deliver them",
                node.name,
                moment::show(node.seen)
            );
            found.push(
                AttentionItem::new(
                    AttentionKind::AgentLate,
                    severity,
                    Subject::of(SubjectKind::Node, node.name.clone()),
                    message,
                )
                .since(node.seen),
            );
        }
        if node.reached > now.after(AHEAD).unwrap_or(node.reached) {
            let message = format!(
                "{} sent windows that end in the future, at {}: set its clock (NTP); its energy is counted at the times that its clock said",
                node.name,
                moment::show(node.reached)
            );
            found.push(AttentionItem::new(
                AttentionKind::ClockAhead,
                Severity::Bad,
                Subject::of(SubjectKind::Node, node.name.clone()),
                message,
            ));
        }
        if node.site == "unassigned" {
            let message = format!(
                "{} is not assigned to a site, so its carbon is computed with a world average: `wattledger node assign {} --site SITE` places it",
                node.name, node.name
            );
            found.push(AttentionItem::new(
                AttentionKind::NodeWithoutSite,
                Severity::Warn,
                Subject::of(SubjectKind::Node, node.name),
                message,
            ));
        }
    }
    Ok(())
}

/// What the service noticed by itself.
fn notices(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    for NoticeRow { kind, subject, first, times, detail, .. } in tx.notices().since(now.before(NOTICE_TIME))? {
        let often = if times > 1 { format!(", {times} times") } else { String::new() };
        let (severity, message) = match kind {
            AttentionKind::ChartsRebuilt => {
                let message = format!(
                    "{subject}, the copy for charts, was damaged{often} and is built anew from the evidence, which is sound or `wattledger verify` says otherwise ({detail}); look for failing disks"
                );
                (Severity::Warn, message)
            }
            _ => (Severity::Warn, format!("{detail}{often}")),
        };
        found
            .push(AttentionItem::new(kind, severity, Subject::of(SubjectKind::Service, subject), message).since(first));
    }
    Ok(())
}

/// Share of the device time of each node that was observed in the last day, 0 to 1; nodes without device time are absent.
///
/// # Errors
///
/// The ledger cannot be read.
pub fn coverage(store: &Store, library: &Library, now: Timestamp) -> Result<BTreeMap<NodeName, f64>, LedgerError> {
    let selection = Selection::between(now.before(COVERAGE_TIME), now);
    let nodes = ledger::quality_by_node(store, library, &selection)?;
    Ok(nodes.into_iter().map(|(node, quality)| (node, quality.coverage)).collect())
}

fn low_coverage(
    store: &Store,
    library: &Library,
    now: Timestamp,
    found: &mut Vec<AttentionItem>,
) -> Result<(), LedgerError> {
    let since = now.before(COVERAGE_TIME);
    for (node, coverage) in coverage(store, library, now)? {
        if coverage < COVERAGE_LOW {
            let severity = if coverage < COVERAGE_BAD { Severity::Bad } else { Severity::Warn };
            let percent = coverage * 100.0;
            let message = format!(
                "the devices of {node} were measured for only {percent:.1} % of the last day: run `wattledger doctor` on the node to see what is missing"
            );
            found.push(
                AttentionItem::new(AttentionKind::CoverageLow, severity, Subject::of(SubjectKind::Node, node), message)
                    .since(since),
            );
        }
    }
    Ok(())
}

fn set_aside(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    for aside in tx.attention().set_aside_since(now.before(ASIDE_TIME))? {
        let why = match aside.reason {
            SetAsideReason::Implausible => {
                "claim more power than the device can draw; check its sensor or its declared limit"
            }
            SetAsideReason::Overlap => {
                "overlap other windows of the device, because two agents meter it or a clock was set back"
            }
        };
        let message = format!(
            "{} windows of {} on {} are kept but not counted, as they {why}",
            aside.windows, aside.uuid, aside.node
        );
        let subject = Subject::of(SubjectKind::Device, format!("{}/{}", aside.node, aside.uuid));
        found.push(
            AttentionItem::new(AttentionKind::WindowsSetAside, Severity::Warn, subject, message).since(aside.since),
        );
    }
    Ok(())
}

fn gaps(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    for (node, gaps, first) in tx.gaps().by_node(now.before(GAP_TIME))? {
        let message = format!(
            "the agent of {node} reported {gaps} gaps in its readings in the last day: `wattledger node gaps {node}` lists them"
        );
        found.push(
            AttentionItem::new(
                AttentionKind::GapsReported,
                Severity::Info,
                Subject::of(SubjectKind::Node, node),
                message,
            )
            .since(first),
        );
    }
    Ok(())
}

/// Tokens that speak for nodes of others.
fn refused(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    for refused in tx.speakers().refused_since(now.before(REFUSED_TIME))? {
        let RefusedSpeaker { node, token, token_name, first } = refused;
        let message = format!(
            "token {token} ({token_name}) delivers for {node} and is refused, as another token speaks for it: if the node has a new token, `wattledger token bind {token} {node}`; else find out who uses it, and revoke it"
        );
        let subject = Subject::of(SubjectKind::Node, node);
        found.push(AttentionItem::new(AttentionKind::SpeakerRefused, Severity::Warn, subject, message).since(first));
    }
    Ok(())
}

fn factors(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    for zone in tx.attention().provisional_zones(now.before(PROVISIONAL_OLD))? {
        let (factors, verb) = if zone.factors == 1 { ("factor", "is") } else { ("factors", "are") };
        let message = format!(
            "{} {factors} of {} {verb} still provisional or forecast after a month: import the final values, then restate",
            zone.factors, zone.zone
        );
        found.push(
            AttentionItem::new(
                AttentionKind::FactorsProvisional,
                Severity::Info,
                Subject::of(SubjectKind::Zone, zone.zone),
                message,
            )
            .since(zone.at),
        );
    }
    for zone in tx.attention().stale_zones(now.before(STALE))? {
        let message = format!(
            "the imported factors of {} end at {}, and a yearly value is used since then: import newer ones",
            zone.zone,
            moment::show(zone.at)
        );
        found.push(
            AttentionItem::new(
                AttentionKind::FactorsStale,
                Severity::Warn,
                Subject::of(SubjectKind::Zone, zone.zone),
                message,
            )
            .since(zone.at),
        );
    }
    Ok(())
}

fn providers(store: &Store, now: Timestamp, found: &mut Vec<AttentionItem>) {
    for (name, note) in feed::notes(store.directory()) {
        let newest = note.newest().map(|(zone, newest)| (zone, newest.end));
        let (kind, since, message) = match (note.state(now), note.failing(), newest) {
            (ProviderState::Failing, Some(trouble), _) if trouble.since < now.before(PROVIDER_FAILING) => {
                let message = format!("{name} brings no grid factors: {}", trouble.reason);
                (AttentionKind::ProviderFailing, Some(trouble.since), message)
            }
            (ProviderState::Stale, _, Some((zone, end))) => {
                let end_shown = moment::show(end);
                let message = format!(
                    "{name} answers, and its newest value of {zone} ends at {end_shown}: look whether the provider still publishes it"
                );
                (AttentionKind::ProviderStale, Some(end), message)
            }
            (ProviderState::Stale, _, None) => {
                let message = format!(
                    "{name} answers, and has no value of any zone: `wattledger grid sync {name}` says what is refused"
                );
                (AttentionKind::ProviderStale, None, message)
            }
            _ => continue,
        };
        found.push(
            AttentionItem::new(kind, Severity::Warn, Subject::of(SubjectKind::Provider, name), message).since(since),
        );
    }
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

fn is_visible(bound: Option<&ProjectName>, project: Option<&ProjectName>) -> bool {
    bound.is_none_or(|bound| project == Some(bound))
}
