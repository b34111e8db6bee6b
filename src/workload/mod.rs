//! What work is done where: projects, sites with their grid zone and PUE, nodes assigned to sites, jobs and what they hold.
//!
//! Jobs and holdings come with batches, or by the calls here. Whatever changes who held a device, or where a node stood, attributes the affected
//! energy anew in the same transaction. Whoever does it is recorded as an action, in the same transaction too.

mod label;
mod steps;

pub use label::{LABEL_RULE, label};
pub use steps::report_steps;

use crate::grid::{FactorPreference, Library, ZoneError};
use crate::ingest::{self, IngestError, SpeakerRefusal, TokenSpeaker};
use crate::store::{By, HoldingStatement, Rank, Store, StoreError, Tx, statement_body};
use model::{
    ActionKind, AgentId, DeviceId, DeviceUuid, JobId, JobNumber, NodeName, PriceNumber, ProjectName, SiteName,
    SiteNumber, ZoneId,
};
use std::collections::BTreeSet;
use units::{Pue, Span, Timestamp};

/// Why something about jobs, sites or nodes was refused.
#[derive(Debug, thiserror::Error)]
pub enum WorkloadError {
    /// Something of this kind already has the name.
    #[error("{what} {name:?} is there already: choose another name")]
    Taken {
        /// Kind of the thing, such as `site`.
        what: &'static str,
        /// Name that was asked for.
        name: String,
    },
    /// Nothing of this kind has the name.
    #[error("no {what} {name:?}: {next}")]
    Unknown {
        /// Kind of the thing, such as `site`.
        what: &'static str,
        /// Name that was asked for.
        name: String,
        /// What the caller can do next.
        next: &'static str,
    },
    /// The identity of a device is on several nodes.
    #[error("device {uuid:?} is on several nodes: name its node too")]
    Ambiguous {
        /// Identity that was asked for.
        uuid: DeviceUuid,
    },
    /// The job would end at or before its start.
    #[error("job {id:?} would end at or before its start: give an end after it")]
    EmptyInterval {
        /// Identity of the job.
        id: JobId,
    },
    /// A counter of a job would go back.
    #[error(
        "job {id:?} had done {earlier} {what} by then and cannot have done {later} afterwards: count from the beginning of the job, over restarts too"
    )]
    Backwards {
        /// Identity of the job.
        id: JobId,
        /// Which counter: `steps` or `samples`.
        what: &'static str,
        /// The counter at the earlier moment.
        earlier: i64,
        /// The counter at the later moment.
        later: i64,
    },
    /// The length does not divide the hour as a posting period must.
    #[error("{minutes} minutes cannot be a posting period: use 5, 15, 30 or 60")]
    Period {
        /// Length that was asked for, minutes.
        minutes: u64,
    },
    /// The site already has prices in another currency.
    #[error("site {site:?} pays in {own}: state its price in that currency, or make a site of its own")]
    Currency {
        /// Name of the site.
        site: SiteName,
        /// Currency of its prices, ISO 4217.
        own: String,
    },
    /// The zone has no factor.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// Energy could not be attributed to its holders.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A device, as a caller of the API names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceName {
    /// Name of its node; needed only where several nodes have a device of this identity.
    pub node: Option<NodeName>,
    /// Identity of the device within its node.
    pub uuid: DeviceUuid,
}

/// Who says something about jobs.
#[derive(Debug, Clone)]
pub struct Teller {
    /// The token, and when it says so.
    pub by: By,
    /// What bounds what it may say; `None` for the service itself.
    pub speaker: Option<TokenSpeaker>,
}

impl From<By> for Teller {
    fn from(by: By) -> Self {
        Self { by, speaker: None }
    }
}

impl Teller {
    /// The speaker, unless it may say everything.
    fn bounded(&self) -> Option<&TokenSpeaker> {
        self.speaker.as_ref().filter(|speaker| !speaker.is_admin || speaker.project.is_some())
    }

    /// Who held devices before now is stated by administrators alone.
    fn expect_now(&self, field: &'static str, at: Option<Timestamp>) -> Result<(), WorkloadError> {
        let is_past = self.bounded().is_some() && at.is_some_and(|at| at < self.by.at);
        if is_past { Err(IngestError::from(SpeakerRefusal::Backdated { field }).into()) } else { Ok(()) }
    }

    /// The only project that it may speak of.
    fn project(&self) -> Option<&ProjectName> {
        self.speaker.as_ref().and_then(|speaker| speaker.project.as_ref())
    }

    /// The job that it speaks of by `id`.
    fn spoken_of(&self, tx: &Tx<'_>, id: &JobId) -> Result<JobId, StoreError> {
        self.project().map_or_else(|| Ok(id.clone()), |project| ingest::spoken_of(tx, id, project))
    }

    /// Why it cannot end a job: there is none, or the operator told of it.
    fn cannot_end(&self, tx: &Tx<'_>, id: JobId) -> Result<WorkloadError, StoreError> {
        let seen = self.project().map(|project| ingest::seen(tx, &id, project)).transpose()?.flatten();
        Ok(match seen {
            Some(_) => IngestError::from(SpeakerRefusal::OperatorsJob { job: id }).into(),
            None => {
                let next = "`wattledger jobs` lists all";
                WorkloadError::Unknown { what: "job", name: id.into_string(), next }
            }
        })
    }
}

/// Creates a project, for jobs, budgets and tokens to belong to.
///
/// # Errors
///
/// The name is taken, or it cannot be stored.
pub fn add_project(store: &Store, name: ProjectName, by: By) -> Result<(), WorkloadError> {
    store.write(move |tx| {
        if !tx.projects().add(&name)? {
            return Err(WorkloadError::Taken { what: "project", name: name.into_string() });
        }
        let body = serde_json::json!({ "name": name }).to_string();
        tx.actions().record(&by, ActionKind::Project, name.as_str(), Some(&body))?;
        Ok(())
    })
}

/// Makes a site in a grid zone that has a factor, with posting periods of 5, 15, 30 or 60 `minutes`. The period stays.
///
/// # Errors
///
/// The name is taken, the zone has no factor, the period does not fit.
pub fn add_site(
    store: &Store,
    library: &Library,
    name: SiteName,
    zone: &str,
    minutes: u64,
    pue: Pue,
    by: By,
) -> Result<(), WorkloadError> {
    if ![5, 15, 30, 60].contains(&minutes) {
        return Err(WorkloadError::Period { minutes });
    }
    let zone = ZoneId::from(library.choose(zone, None)?.asked);
    store.write(move |tx| {
        if !tx.sites().add(&name, &zone, Span::from_seconds(minutes * 60), pue)? {
            return Err(WorkloadError::Taken { what: "site", name: name.into_string() });
        }
        tx.actions().record_stated(&by, ActionKind::Site, &site_number(tx, &name)?.to_string())?;
        tx.actions().record_stated(&by, ActionKind::Pue, &step_of(&name, Timestamp::from_nanoseconds(0)))?;
        Ok(ingest::fit_periods(tx, [&zone], &by)?)
    })
}

/// States the PUE of a site from `since` on. What was posted keeps its value until it is restated.
///
/// # Errors
///
/// There is no such site.
pub fn set_pue(store: &Store, site: SiteName, since: Timestamp, pue: Pue, by: By) -> Result<(), WorkloadError> {
    store.write(move |tx| {
        tx.sites().set_pue(site_number(tx, &site)?, since, pue)?;
        Ok(tx.actions().record_stated(&by, ActionKind::Pue, &step_of(&site, since))?)
    })
}

/// States the price of a site's energy from `since` on, in millionths of the currency's unit per MWh.
///
/// # Errors
///
/// There is no such site, or it pays in another currency.
pub fn set_price(
    store: &Store,
    site: SiteName,
    since: Timestamp,
    currency: String,
    micro_per_mwh: i64,
    by: By,
) -> Result<(), WorkloadError> {
    store.write(move |tx| {
        let number = site_number(tx, &site)?;
        let own = tx
            .prices()
            .list(PriceNumber::new(i64::MAX))?
            .into_iter()
            .find(|step| step.site == number)
            .map(|step| step.currency);
        if let Some(own) = own.filter(|own| *own != currency) {
            return Err(WorkloadError::Currency { site, own });
        }
        tx.prices().set(number, since, &currency, micro_per_mwh)?;
        Ok(tx.actions().record_stated(&by, ActionKind::Price, &tx.prices().last()?.to_string())?)
    })
}

/// States the zone of a site from `since` on. What was posted keeps its factor until it is restated.
///
/// # Errors
///
/// There is no such site, the zone has no factor.
pub fn set_zone(
    store: &Store,
    library: &Library,
    site: SiteName,
    zone: &str,
    since: Timestamp,
    by: By,
) -> Result<(), WorkloadError> {
    let zone = ZoneId::from(library.choose(zone, None)?.asked);
    store.write(move |tx| {
        tx.sites().set_zone(site_number(tx, &site)?, since, &zone)?;
        tx.actions().record_stated(&by, ActionKind::Zone, &step_of(&site, since))?;
        Ok(ingest::fit_periods(tx, [&zone], &by)?)
    })
}

/// States which factors a site wants from `since` on. What was posted keeps its factor until it is restated.
///
/// # Errors
///
/// There is no such site.
pub fn set_factor_preference(
    store: &Store,
    site: SiteName,
    since: Timestamp,
    preference: FactorPreference,
    by: By,
) -> Result<(), WorkloadError> {
    store.write(move |tx| {
        // Words and texts always become JSON.
        let document = serde_json::to_string(&preference).unwrap_or_default();
        tx.sites().set_preference(site_number(tx, &site)?, since, &document)?;
        Ok(tx.actions().record_stated(&by, ActionKind::FactorPreference, &step_of(&site, since))?)
    })
}

/// States who acts on the idle energy of a site; nobody without.
///
/// # Errors
///
/// There is no such site.
pub fn set_idle_owner(store: &Store, site: SiteName, owner: Option<String>, by: By) -> Result<(), WorkloadError> {
    store.write(move |tx| {
        tx.sites().set_idle_owner(site_number(tx, &site)?, owner.as_deref())?;
        Ok(tx.actions().record_stated(&by, ActionKind::IdleOwner, site.as_str())?)
    })
}

/// Assigns a node to a site since `since`. Energy from then on moves there, also what was posted.
///
/// # Errors
///
/// There is no such site; a sum leaves its range.
pub fn assign_node(
    store: &Store,
    node: NodeName,
    site: SiteName,
    since: Timestamp,
    by: By,
) -> Result<(), WorkloadError> {
    store.write(move |tx| {
        let site = site_number(tx, &site)?;
        let node = match tx.nodes().find(&node)? {
            Some(known) => known,
            None => tx.nodes().note(&node, "", by.at)?.0,
        };
        let revision = tx.revisions().begin(by.at, "site of a node")?;
        let assigned = tx.nodes().assign(node, site, since, revision)?;
        tx.actions().record_stated(&by, ActionKind::NodeSite, &assigned.to_string())?;
        let affected = tx.evidence().of_node_since(node, since)?.into_iter().collect();
        Ok(ingest::reattribute(tx, affected, revision)?)
    })
}

/// States that a job holds `devices` from its start to its end, if that is known. A start and an end are in `job`; without a start it is now.
/// Returns the job's identity.
///
/// # Errors
///
/// A device is unknown, ambiguous or another's to speak for; the job would end before it starts; a past that only administrators state.
pub fn state_job(
    store: &Store,
    mut job: wire::Job,
    devices: Vec<DeviceName>,
    teller: impl Into<Teller>,
) -> Result<JobId, WorkloadError> {
    let teller: Teller = teller.into();
    if !devices.is_empty() {
        teller.expect_now("from", job.started)?;
        teller.expect_now("to", job.ended)?;
    }
    if let Some(own) = teller.project() {
        let foreign = job.project.replace(own.clone()).filter(|claimed| claimed != own);
        let next = "the token is bound to another: leave the project out";
        foreign.map_or(Ok(()), |name| Err(WorkloadError::Unknown { what: "project", name: name.to_string(), next }))?;
    }
    let start = *job.started.get_or_insert(teller.by.at);
    if job.ended.is_some_and(|end| end <= start) {
        return Err(WorkloadError::EmptyInterval { id: job.id });
    }
    store.write(move |tx| {
        let by = &teller.by;
        job.id = teller.spoken_of(tx, &job.id)?;
        let (number, rank) = state(tx, &job, by)?;
        let revision = tx.revisions().begin(by.at, "job")?;
        let mut affected = BTreeSet::new();
        for name in &devices {
            let device = device_number(tx, name, teller.speaker.as_ref())?;
            let (end, rank) = (job.ended, rank.clone());
            let statement = HoldingStatement { device, job: number, start, end, weight: 1, rank };
            affected.extend(ingest::hold(tx, &statement, revision)?);
        }
        ingest::reattribute(tx, affected, revision)?;
        Ok(job.id)
    })
}

/// Ends a job at `end`, and with it whatever it still holds of devices that the teller may speak for.
///
/// # Errors
///
/// There is no such job; it would end before it started; a past that only administrators state.
pub fn finish_job(
    store: &Store,
    id: JobId,
    end: Timestamp,
    exit_status: Option<i32>,
    teller: impl Into<Teller>,
) -> Result<(), WorkloadError> {
    let teller: Teller = teller.into();
    store.write(move |tx| {
        let by = &teller.by;
        let Some(known) = tx.jobs().find(&teller.spoken_of(tx, &id)?)? else {
            return Err(teller.cannot_end(tx, id)?);
        };
        let open = endable(tx, tx.holdings().open_of_job(known.job)?, teller.bounded())?;
        if !open.is_empty() {
            teller.expect_now("to", Some(end))?;
        }
        let id = known.facts.id;
        if known.facts.started.is_some_and(|start| end <= start) || open.iter().any(|(_, start, _)| end <= *start) {
            return Err(WorkloadError::EmptyInterval { id });
        }
        let facts = wire::Job { id, ended: Some(end), exit_status, ..wire::Job::default() };
        let (_, rank) = state(tx, &facts, by)?;
        let revision = tx.revisions().begin(by.at, "end of a job")?;
        let mut affected = BTreeSet::new();
        for (device, start, weight) in open {
            let (job, end, rank) = (known.job, Some(end), rank.clone());
            let statement = HoldingStatement { device, job, start, end, weight, rank };
            affected.extend(ingest::hold(tx, &statement, revision)?);
        }
        Ok(ingest::reattribute(tx, affected, revision)?)
    })
}

/// Records what a caller of the API says about a job; its number, and the rank of what is said: by the service's own clock, in the order of actions.
fn state(tx: &Tx<'_>, job: &wire::Job, by: &By) -> Result<(JobNumber, Rank), StoreError> {
    let sequence = tx.actions().record_job(by, &job.id, &statement_body(job)?)?;
    let rank = Rank { wall: by.at, sequence, agent: AgentId::new(""), boot: String::new() };
    Ok((tx.jobs().state(job, &rank)?, rank))
}

/// How actions name what holds of a site from a moment on.
fn step_of(site: &SiteName, since: Timestamp) -> String {
    format!("{site} {}", since.nanoseconds())
}

fn site_number(tx: &Tx<'_>, name: &SiteName) -> Result<SiteNumber, WorkloadError> {
    let found = tx.sites().list()?.into_iter().find(|site| site.name == *name).map(|site| site.site);
    let next = "`wattledger site list` lists the sites, and `wattledger site create` makes one";
    found.ok_or_else(|| WorkloadError::Unknown { what: "site", name: name.to_string(), next })
}

/// Holdings without a known end: device, since when, weight.
type OpenHoldings = Vec<(DeviceId, Timestamp, u32)>;

/// Those of `open` whose devices `speaker` may speak for.
fn endable(tx: &Tx<'_>, open: OpenHoldings, speaker: Option<&TokenSpeaker>) -> Result<OpenHoldings, WorkloadError> {
    let Some(speaker) = speaker else { return Ok(open) };
    let mut found = Vec::new();
    for (device, start, weight) in open {
        let Some(metered) = tx.devices().get(device)? else { continue };
        if speaker.reaches(tx, metered.node, false)? && speaker.may_hold(tx, metered.node, &metered.node_name)? {
            found.push((device, start, weight));
        }
    }
    Ok(found)
}

/// The device of that name among those that `speaker` may name, if it may say who holds it.
fn device_number(tx: &Tx<'_>, name: &DeviceName, speaker: Option<&TokenSpeaker>) -> Result<DeviceId, WorkloadError> {
    let mut found = tx.devices().named(name.node.as_ref(), &name.uuid)?;
    if let Some(speaker) = speaker {
        if let (Some(node), Some(project)) = (&name.node, &speaker.project) {
            found.extend(tx.devices().named(Some(&node.within(project)), &name.uuid)?);
        }
        let mut reached = Vec::new();
        for device in found {
            let Some(metered) = tx.devices().get(device)? else { continue };
            if speaker.reaches(tx, metered.node, name.node.is_some())? {
                speaker.expect_may_hold(tx, metered.node, &metered.node_name)?;
                reached.push(device);
            }
        }
        found = reached;
    }
    match found.as_slice() {
        [device] => Ok(*device),
        [] => {
            let next = "a device is known once an agent has metered it; `wattledger node devices` lists all";
            Err(WorkloadError::Unknown { what: "device", name: name.uuid.to_string(), next })
        }
        _ => Err(WorkloadError::Ambiguous { uuid: name.uuid.clone() }),
    }
}
