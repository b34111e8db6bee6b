//! What would fit: the ways out of a denial, each with what it needs and a command that asks for it.

use super::standing::{Applying, Reckoning};
use super::{Assessment, BudgetError, Demand, amount};
use crate::moment;
use api::{FitKind, FitOption, Mode, Unit, Weight};
use model::{Outlook, SiteNumber};
use units::{Span, Timestamp};

/// A tenth of an hour, to which shorter limits are rounded down.
const TENTH: u64 = 100_000_000;
/// How far ahead a greener start is looked for.
const AHEAD_HOURS: u64 = 48;
const HOUR: Span = Span::from_seconds(3_600);

/// A way out as a demand.
struct FitCandidate {
    kind: FitKind,
    title: String,
    demand: Demand,
}

/// The ways out for `demand`, which the budgets `applying` do not let pass; each of them was held against those budgets.
pub(super) fn options(
    reckoning: &Reckoning<'_>,
    demand: &Demand,
    assessed: &Assessment,
    applying: &[Applying],
) -> Result<Vec<FitOption>, BudgetError> {
    let binding: Vec<&Applying> = applying.iter().filter(|budget| budget.policy.document.mode == Mode::Block).collect();
    if binding.is_empty() || !is_a_job(demand) {
        return Ok(Vec::new());
    }
    let denied = Denied { reckoning, demand, assessed, binding };
    let mut candidates: Vec<FitCandidate> = [denied.fewer(), denied.shorter()].into_iter().flatten().collect();
    let counts_co2e = denied.binding.iter().any(|budget| budget.policy.unit() == Unit::Co2e);
    if counts_co2e && demand.intensity.is_none() {
        candidates.extend(denied.greener()?);
        candidates.extend(denied.elsewhere()?);
    }
    candidates.extend(denied.next());
    let mut found = Vec::new();
    for candidate in candidates {
        found.extend(denied.tried(candidate)?);
    }
    Ok(found)
}

/// Whether a command can ask for less of the demand: what is stated and partly goes, or whose mean intensity no grid has, is no job of
/// so many accelerators.
fn is_a_job(demand: &Demand) -> bool {
    demand.stated.is_none() || (demand.nanowatts.is_some_and(|power| power > 0) && demand.intensity.is_some())
}

/// A denied demand, with the budgets that are in its way.
struct Denied<'a> {
    reckoning: &'a Reckoning<'a>,
    demand: &'a Demand,
    assessed: &'a Assessment,
    /// Budgets that block. The first one is the one that people read.
    binding: Vec<&'a Applying>,
}

/// The part of what is needed that is free: `free` of `needed`, in one unit.
#[derive(Clone, Copy)]
struct Room {
    free: i128,
    needed: i128,
}

impl Room {
    fn of(self, whole: u64) -> Option<u64> {
        u64::try_from(i128::from(whole) * self.free / self.needed).ok()
    }
}

impl Denied<'_> {
    /// The option that a candidate is, if it fits.
    fn tried(&self, candidate: FitCandidate) -> Result<Option<FitOption>, BudgetError> {
        let FitCandidate { kind, title, demand } = candidate;
        let Reckoning { tx, library, now } = *self.reckoning;
        let tried = match kind {
            FitKind::FewerAccelerators | FitKind::ShorterLimit => {
                self.assessed.resized(demand.count, demand.nanohours)?
            }
            FitKind::GreenerStart | FitKind::OtherSite | FitKind::NextPeriod => demand.assess(tx, library, now)?,
        };
        let at = demand.start.unwrap_or(now).max(now);
        for Applying { row, policy, standing } in &self.binding {
            let then = match standing.period.contains(at) {
                true => Some(*standing),
                false => self.reckoning.standing(row, policy, at)?,
            };
            if then.is_some_and(|then| tried.p95.in_unit(policy.unit()) > then.free) {
                return Ok(None);
            }
        }
        let unit = self.binding.first().map_or(Unit::Energy, |budget| budget.policy.unit());
        let title = format!("{title}: {} (p95)", tried.p95.in_unit(unit));
        let (count, hours) = (demand.count, demand.nanohours as f64 / 1e9);
        let (start, site) = (demand.start.map(moment::show), demand.site.clone());
        let p95 = Weight::new(tried.p95.energy, tried.p95.co2e);
        Ok(Some(FitOption { kind, title, count, hours, start, site, p95, command: command(&demand) }))
    }

    /// The smallest share of what is needed that a budget has free.
    fn room(&self) -> Room {
        let rooms = self.binding.iter().map(|budget| Room {
            free: budget.standing.free.value().max(0).into(),
            needed: self.assessed.p95.in_unit(budget.policy.unit()).value().max(1).into(),
        });
        let smallest = rooms.min_by(|left, right| (left.free * right.needed).cmp(&(right.free * left.needed)));
        smallest.unwrap_or(Room { free: 0, needed: 1 })
    }

    fn fewer(&self) -> Option<FitCandidate> {
        let asked = self.demand.count;
        let count = self.room().of(asked)?;
        // Whole servers of eight are what a cluster gives where more than one is asked for.
        let count = if asked > 8 && asked.is_multiple_of(8) && count >= 8 { count / 8 * 8 } else { count };
        let is_way_out = (1..asked).contains(&count);
        is_way_out.then(|| FitCandidate {
            kind: FitKind::FewerAccelerators,
            title: format!("{count} {} instead of {asked}", if count == 1 { "accelerator" } else { "accelerators" }),
            demand: Demand { count, ..self.demand.clone() },
        })
    }

    fn shorter(&self) -> Option<FitCandidate> {
        let asked = self.demand.nanohours;
        let nanohours = self.room().of(asked)? / TENTH * TENTH;
        let is_way_out = (TENTH..asked).contains(&nanohours);
        is_way_out.then(|| FitCandidate {
            kind: FitKind::ShorterLimit,
            title: format!("a limit of {} h instead of {} h", amount::hours(nanohours), amount::hours(asked)),
            demand: Demand { nanohours, ..self.demand.clone() },
        })
    }

    /// The start within two days with the lowest mean intensity, where there are hourly factors.
    fn greener(&self) -> Result<Option<FitCandidate>, BudgetError> {
        let Reckoning { tx, library, now } = *self.reckoning;
        let mut best: Option<(u32, Timestamp, Outlook)> = None;
        let hour = now.next_multiple(HOUR)?;
        for ahead in 0..AHEAD_HOURS {
            let start = hour.after(HOUR.times(ahead))?;
            let then = Demand { start: Some(start), ..self.demand.clone() };
            let assessed = then.assess(tx, library, now)?;
            // Nothing tells the hours apart from here on.
            if assessed.outlook == Outlook::Unknown {
                break;
            }
            let mean = assessed.intensity.milligrams_per_kwh();
            if best.is_none_or(|(lowest, ..)| mean < lowest) {
                best = Some((mean, start, assessed.outlook));
            }
        }
        Ok(best.map(|(_, start, outlook)| FitCandidate {
            kind: FitKind::GreenerStart,
            title: format!("a start at {}, when the grid is {}", moment::show(start), cleaner(outlook)),
            demand: Demand { start: Some(start), ..self.demand.clone() },
        }))
    }

    /// The other sites of the fleet.
    fn elsewhere(&self) -> Result<Vec<FitCandidate>, BudgetError> {
        let sites = self.reckoning.tx.sites().list()?.into_iter();
        let others =
            sites.filter(|site| site.site != SiteNumber::UNASSIGNED && Some(&site.name) != self.assessed.site.as_ref());
        Ok(others
            .map(|site| FitCandidate {
                kind: FitKind::OtherSite,
                title: format!("at site {}", site.name),
                demand: Demand { site: Some(site.name), zone: None, region: None, ..self.demand.clone() },
            })
            .collect())
    }

    /// After the last of the periods ends in which there is no room.
    fn next(&self) -> Option<FitCandidate> {
        let is_short = |budget: &&&Applying| self.assessed.p95.in_unit(budget.policy.unit()) > budget.standing.free;
        let last = self.binding.iter().filter(is_short).max_by_key(|budget| budget.standing.period.end())?;
        let start = last.standing.period.end();
        Some(FitCandidate {
            kind: FitKind::NextPeriod,
            title: format!("from {} on, in the next period", last.policy.date_of(start)),
            demand: Demand { start: Some(start), ..self.demand.clone() },
        })
    }
}

/// In which way the grid is cleaner at another start.
const fn cleaner(outlook: Outlook) -> &'static str {
    match outlook {
        Outlook::Forecast => "forecast to be cleaner",
        Outlook::Typical | Outlook::Unknown => "usually cleaner",
    }
}

/// `wattledger check` of a demand.
fn command(demand: &Demand) -> String {
    let mut words = vec![
        "wattledger check".to_owned(),
        format!("--project {}", quoted(demand.project.as_str())),
        format!("--accelerator {}", quoted(&demand.accelerator)),
        format!("--count {}", demand.count),
        format!("--hours {}", amount::hours(demand.nanohours)),
    ];
    let decimal = |value: u64, decimals| crate::decimal::format(value.into(), decimals);
    words.extend(demand.nanowatts.map(|power| format!("--power-w {}", decimal(power, 9))));
    words.extend(demand.utilisation_ppm.map(|share| format!("--utilisation {}", decimal(share.into(), 6))));
    words.extend(demand.pue_ppm.map(|pue| format!("--pue {}", decimal(pue.into(), 6))));
    let intensity = demand.intensity.map(|intensity| u64::from(intensity.milligrams_per_kwh()));
    words.extend(intensity.map(|milligrams| format!("--intensity {}", decimal(milligrams, 3))));
    words.extend(demand.zone.as_ref().map(|zone| format!("--zone {}", quoted(zone.as_str()))));
    words.extend(demand.region.as_ref().map(|region| format!("--region {}", quoted(region))));
    words.extend(demand.site.as_ref().map(|site| format!("--site {}", quoted(site.as_str()))));
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
