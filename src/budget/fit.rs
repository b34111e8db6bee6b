//! What would fit: the ways out of a denial, each with what it needs and a command that asks for it.

use super::admit::Applying;
use super::{Assessment, BudgetError, Demand, Standing, words};
use crate::grid::Library;
use crate::moment;
use crate::store::Tx;
use api::{FitKind, FitOption, Mode, Unit, Weight};
use units::{Span, Timestamp};

/// A tenth of an hour, to which shorter limits are rounded down.
const TENTH: u64 = 100_000_000;
/// How far ahead a greener start is looked for.
const AHEAD_HOURS: u64 = 48;
const HOUR: Span = Span::from_seconds(3_600);

/// A way out as a demand.
struct Candidate {
    kind: FitKind,
    title: String,
    demand: Demand,
}

/// The ways out for `demand`, which the budgets `applying` do not let pass; each of them was held against them.
pub(super) fn options(
    tx: &Tx<'_>,
    library: &Library,
    (demand, assessed): (&Demand, &Assessment),
    applying: &[Applying],
    now: Timestamp,
) -> Result<Vec<FitOption>, BudgetError> {
    let binding: Vec<&Applying> = applying.iter().filter(|budget| budget.policy.document.mode == Mode::Block).collect();
    if binding.is_empty() {
        return Ok(Vec::new());
    }
    let mut candidates: Vec<Candidate> =
        [fewer(demand, assessed, &binding), shorter(demand, assessed, &binding)].into_iter().flatten().collect();
    if binding.iter().any(|budget| budget.policy.unit() == Unit::Co2e) && demand.intensity.is_none() {
        candidates.extend(greener(tx, library, demand, now)?);
        candidates.extend(elsewhere(tx, demand, assessed)?);
    }
    candidates.extend(next(demand, assessed, &binding));
    let mut found = Vec::new();
    for candidate in candidates {
        if let Some(option) = tried(tx, library, candidate, (assessed, &binding), now)? {
            found.push(option);
        }
    }
    Ok(found)
}

/// The option that a candidate is, if it fits.
fn tried(
    tx: &Tx<'_>,
    library: &Library,
    candidate: Candidate,
    (assessed, binding): (&Assessment, &[&Applying]),
    now: Timestamp,
) -> Result<Option<FitOption>, BudgetError> {
    let Candidate { kind, title, demand } = candidate;
    let is_resized = matches!(kind, FitKind::FewerAccelerators | FitKind::ShorterLimit);
    let tried =
        if is_resized { assessed.resized(demand.count, demand.nanohours)? } else { demand.assess(tx, library, now)? };
    let p95 = Weight::new(tried.energy.p95, tried.p95_co2e);
    let at = demand.start.unwrap_or(now).max(now);
    for Applying { row, policy, standing } in binding {
        let is_same = (standing.period.0..standing.period.1).contains(&at);
        let then = if is_same { Some(*standing) } else { Standing::of(tx, library, (row, policy), (at, now))? };
        if then.is_some_and(|then| p95.in_unit(policy.unit()) > then.free) {
            return Ok(None);
        }
    }
    // The first binding budget is the one that people read.
    let unit = binding.first().map_or(Unit::Energy, |budget| budget.policy.unit());
    let title = format!("{title}: {} (p95)", words::amount(unit, p95.in_unit(unit)));
    let (count, hours) = (demand.count, demand.nanohours as f64 / 1e9);
    let (start, site) = (demand.start.map(moment::show), demand.site.clone());
    Ok(Some(FitOption { kind, title, count, hours, start, site, p95, command: command(&demand) }))
}

/// The smallest share of what is needed that is free, as (free, needed).
fn room(assessed: &Assessment, binding: &[&Applying]) -> (i128, i128) {
    let p95 = Weight::new(assessed.energy.p95, assessed.p95_co2e);
    let shares = binding
        .iter()
        .map(|budget| (i128::from(budget.standing.free.max(0)), i128::from(p95.in_unit(budget.policy.unit()).max(1))));
    shares.min_by(|left, right| (left.0 * right.1).cmp(&(right.0 * left.1))).unwrap_or((0, 1))
}

fn fewer(demand: &Demand, assessed: &Assessment, binding: &[&Applying]) -> Option<Candidate> {
    let (free, needed) = room(assessed, binding);
    let count = u64::try_from(i128::from(demand.count) * free / needed).ok()?;
    // Whole servers of eight are what a cluster gives where more than one is asked for.
    let count = if demand.count > 8 && demand.count.is_multiple_of(8) && count >= 8 { count / 8 * 8 } else { count };
    let is_way_out = (1..demand.count).contains(&count);
    is_way_out.then(|| Candidate {
        kind: FitKind::FewerAccelerators,
        title: format!("{count} accelerators instead of {}", demand.count),
        demand: Demand { count, ..demand.clone() },
    })
}

fn shorter(demand: &Demand, assessed: &Assessment, binding: &[&Applying]) -> Option<Candidate> {
    let (free, needed) = room(assessed, binding);
    let nanohours = u64::try_from(i128::from(demand.nanohours) * free / needed).ok()? / TENTH * TENTH;
    let is_way_out = (TENTH..demand.nanohours).contains(&nanohours);
    is_way_out.then(|| Candidate {
        kind: FitKind::ShorterLimit,
        title: format!("a limit of {} h instead of {} h", words::hours(nanohours), words::hours(demand.nanohours)),
        demand: Demand { nanohours, ..demand.clone() },
    })
}

/// The start within two days with the lowest mean intensity, where hourly factors tell.
fn greener(tx: &Tx<'_>, library: &Library, demand: &Demand, now: Timestamp) -> Result<Option<Candidate>, BudgetError> {
    let mut best: Option<(u32, Timestamp)> = None;
    let mut first = None;
    let hour = now.next_multiple(HOUR)?;
    for ahead in 0..AHEAD_HOURS {
        let start = hour.after(HOUR.times(ahead))?;
        let then = Demand { start: Some(start), ..demand.clone() };
        let mean = then.assess(tx, library, now)?.intensity.milligrams_per_kwh();
        // Without hourly factors every hour is like the first.
        if ahead == 1 && first == Some(mean) {
            return Ok(None);
        }
        first = first.or(Some(mean));
        if best.is_none_or(|(lowest, _)| mean < lowest) {
            best = Some((mean, start));
        }
    }
    Ok(best.map(|(_, start)| Candidate {
        kind: FitKind::GreenerStart,
        title: format!("a start at {}, when the grid is cleaner", moment::show(start)),
        demand: Demand { start: Some(start), ..demand.clone() },
    }))
}

/// The other sites of the fleet.
fn elsewhere(tx: &Tx<'_>, demand: &Demand, assessed: &Assessment) -> Result<Vec<Candidate>, BudgetError> {
    let other =
        tx.sites().list()?.into_iter().filter(|site| site.site != 0 && Some(&site.name) != assessed.site.as_ref());
    Ok(other
        .map(|site| Candidate {
            kind: FitKind::OtherSite,
            title: format!("at site {}", site.name),
            demand: Demand { site: Some(site.name), zone: None, region: None, ..demand.clone() },
        })
        .collect())
}

/// After the last of the periods ends in which there is no room.
fn next(demand: &Demand, assessed: &Assessment, binding: &[&Applying]) -> Option<Candidate> {
    let p95 = Weight::new(assessed.energy.p95, assessed.p95_co2e);
    let short = binding.iter().filter(|budget| p95.in_unit(budget.policy.unit()) > budget.standing.free);
    let last = short.max_by_key(|budget| budget.standing.period.1)?;
    let start = last.standing.period.1;
    Some(Candidate {
        kind: FitKind::NextPeriod,
        title: format!("from {} on, in the next period", last.policy.date_of(start)),
        demand: Demand { start: Some(start), ..demand.clone() },
    })
}

/// `wattledger check` of a demand.
fn command(demand: &Demand) -> String {
    let mut words = vec![
        "wattledger check".to_owned(),
        format!("--project {}", quoted(&demand.project)),
        format!("--accelerator {}", quoted(&demand.accelerator)),
        format!("--count {}", demand.count),
        format!("--hours {}", words::hours(demand.nanohours)),
    ];
    let decimal = |value: u64, decimals| crate::decimal::format(value.into(), decimals);
    words.extend(demand.nanowatts.map(|power| format!("--power-w {}", decimal(power, 9))));
    words.extend(demand.utilisation_ppm.map(|share| format!("--utilisation {}", decimal(share.into(), 6))));
    words.extend(demand.pue_ppm.map(|pue| format!("--pue {}", decimal(pue.into(), 6))));
    let intensity = demand.intensity.map(|intensity| u64::from(intensity.milligrams_per_kwh()));
    words.extend(intensity.map(|milligrams| format!("--intensity {}", decimal(milligrams, 3))));
    words.extend(demand.zone.as_ref().map(|zone| format!("--zone {}", quoted(zone))));
    words.extend(demand.region.as_ref().map(|region| format!("--region {}", quoted(region))));
    words.extend(demand.site.as_ref().map(|site| format!("--site {}", quoted(site))));
    words.extend(demand.job_name.as_ref().map(|name| format!("--name {}", quoted(name))));
    words.extend(demand.user.as_ref().map(|user| format!("--user {}", quoted(user))));
    words.extend(demand.labels.iter().map(|(key, value)| format!("--label {}", quoted(&format!("{key}={value}")))));
    words.extend(demand.start.map(|start| format!("--start {}", moment::show(start))));
    words.join(" ")
}

/// `text` as one word of a shell.
fn quoted(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@+-/=".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
