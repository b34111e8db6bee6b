//! Holders that are known by their processes alone, without any integration: drivers list the processes on a device, and the kernel tells whose
//! they are. ([Decision 98](../../../docs/decisions/0098-processes-hold-where-no-hook-says.md).)
//!
//! What the hooks say of a device comes first. A holder holds a device from the look that finds a process of it there. A job, a pod or a container
//! was given the device by somebody, and holds it until its last process on the node is gone or another holder comes; a user and a slot of
//! HTCondor hold it while a process is on it. What lies between the last look that saw a holder and its end is idle.

use super::given::{Given, GivenHolder};
use super::learnt::Learnt;
use super::stated::{after, moved, written};
use super::whose::{Whose, WhoseProcesses};
use crate::clock::DateChange;
use crate::holder::ProcessHolder;
use crate::process_lists::DeviceProcesses;
use crate::spool::Contents;
use model::{DeviceUuid, JobId, NodeName};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use units::{Span, Timestamp};
use wire::{Holding, Job};

/// What the notes about holders are under.
const NOTE: &str = "process:";
/// How long a job that ended is remembered, so that it goes on in its next attempt when it comes back.
const REMEMBERED: Span = Span::from_seconds(14 * 86_400);

/// The holders that are known by their processes, and what of them was stated.
pub(super) struct Occupants {
    node: NodeName,
    known: BTreeMap<ProcessHolder, Occupant>,
    /// The processes that were listed last, by device.
    listed: BTreeMap<DeviceUuid, Vec<u32>>,
    /// By device, what cannot be told of its holders.
    unclear: BTreeMap<DeviceUuid, String>,
}

/// A holder, as it is noted in the spool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Occupant {
    holder: ProcessHolder,
    job: JobId,
    attempt: u32,
    /// Whether beginning and end of the job are stated here, and not by hooks.
    is_own: bool,
    /// The last statement about each device.
    holdings: Vec<Holding>,
    /// When it was last seen on a device, which is not noted while it stays.
    #[serde(skip)]
    seen: BTreeMap<DeviceUuid, Timestamp>,
}

impl Occupant {
    fn is_on(&self, device: &DeviceUuid) -> bool {
        self.holdings.iter().any(|holding| holding.device == *device && holding.end.is_none())
    }

    fn holds_nothing(&self) -> bool {
        self.holdings.iter().all(|holding| holding.end.is_some())
    }

    fn ended(&self) -> Option<Timestamp> {
        self.holdings.iter().filter_map(|holding| holding.end).max()
    }

    /// Whether somebody gave it its devices, so that it holds them as long as it lives.
    const fn is_given(&self) -> bool {
        matches!(
            self.holder,
            ProcessHolder::Slurm { .. }
                | ProcessHolder::SlurmSluid { .. }
                | ProcessHolder::Kubernetes { .. }
                | ProcessHolder::Pbs { .. }
                | ProcessHolder::Container { .. }
        )
    }
}

/// Who is on a device.
#[derive(Default)]
struct Present {
    holders: BTreeSet<ProcessHolder>,
    unknown: Option<String>,
}

impl Occupants {
    /// Goes on with what an earlier process noted. `metered_until` says up to when a device was metered: what is gone meanwhile held it no longer.
    pub(super) fn new(
        node: NodeName,
        notes: &BTreeMap<String, String>,
        metered_until: impl Fn(&DeviceUuid) -> Option<Timestamp>,
    ) -> Self {
        let noted = notes.iter().filter(|(about, _)| about.starts_with(NOTE));
        let read = noted.filter_map(|(_, body)| serde_json::from_str::<Occupant>(body).ok());
        let known = read.map(|mut occupant| {
            let open = occupant.holdings.iter().filter(|holding| holding.end.is_none());
            let seen = |held: &Holding| (held.device.clone(), metered_until(&held.device).unwrap_or(held.start));
            occupant.seen = open.map(seen).collect();
            (occupant.holder.clone(), occupant)
        });
        Self { node, known: known.collect(), listed: BTreeMap::new(), unclear: BTreeMap::new() }
    }

    /// Takes in who is on the devices of a source.
    pub(super) fn look(&mut self, seen: &DeviceProcesses, given: Given<'_>, whose: &mut WhoseProcesses) -> Learnt {
        let mut learnt = Learnt::default();
        for (device, pids) in &seen.devices {
            let Some(pids) = pids else { continue };
            let present = present(whose, pids, seen.at);
            self.listed.insert(device.clone(), pids.clone());
            match given.holding(device) {
                held if held.is_empty() => {
                    self.end_the_absent(&mut learnt, device, &present, (seen.at, whose));
                    self.hold(&mut learnt, device, &present, (seen.at, given));
                }
                held => self.yield_to(&mut learnt, device, &present, &held),
            }
        }
        let listed = self.listed.values().flatten().copied().collect();
        whose.retain(&listed);
        self.forget(&mut learnt, seen.at);
        learnt
    }

    /// What cannot be told of the holders of devices, and what to do about it.
    pub(super) fn unclear(&self) -> impl Iterator<Item = &String> {
        self.unclear.values()
    }

    /// Takes in that the date of `devices` was set, as [`HookedJobs::note_date_change`] does.
    pub(super) fn note_date_change(&mut self, devices: &[wire::Device], change: &DateChange) -> Contents {
        let mut contents = Contents::default();
        for occupant in self.known.values_mut() {
            let begun = moved(&mut occupant.holdings, devices, change);
            if begun.is_empty() {
                continue;
            }
            for device in devices {
                occupant.seen.entry(device.uuid.clone()).and_modify(|seen| *seen = change.after);
            }
            contents.notes.insert(about(&occupant.job), written(occupant));
            contents.holdings.extend(begun);
        }
        contents
    }

    /// No hook says who holds `device`: those who are on it do.
    fn hold(
        &mut self,
        learnt: &mut Learnt,
        device: &DeviceUuid,
        present: &Present,
        (at, given): (Timestamp, Given<'_>),
    ) {
        let mut unclear = present.unknown.clone();
        for holder in &present.holders {
            let known = self.known.get(holder).filter(|known| known.is_given() || !known.holds_nothing());
            if !known.is_some_and(|known| known.is_on(device))
                && let Err(why) = self.begin(learnt, device, holder, (at, given))
            {
                unclear = Some(why);
                continue;
            }
            if let Some(known) = self.known.get_mut(holder) {
                known.seen.insert(device.clone(), at);
            }
        }
        self.note_unclear(device, unclear.map(|why| format!("{device}: {why}; what nobody else holds of it is idle")));
    }

    /// The hooks say who holds `device`. Whoever else is on it gets nothing of it, and that is said.
    fn yield_to(&mut self, learnt: &mut Learnt, device: &DeviceUuid, present: &Present, held: &[GivenHolder<'_>]) {
        let since = held.iter().map(|given| given.since).max().unwrap_or_default();
        let is_named = |holder: &ProcessHolder| held.iter().any(|given| given.is_same(holder));
        let on = |known: &Occupant| known.is_on(device);
        let over: Vec<ProcessHolder> =
            self.known.values().filter(|known| on(known)).map(|known| known.holder.clone()).collect();
        for holder in over {
            // Beginning and end of the job are stated by the word of who gave it the device from now on.
            if let Some(known) = self.known.get_mut(&holder).filter(|_| is_named(&holder)) {
                known.is_own = false;
            }
            self.end(learnt, &holder, device, since);
        }
        let others: Vec<String> =
            present.holders.iter().filter(|holder| !is_named(holder)).map(ToString::to_string).collect();
        let jobs: Vec<&str> = held.iter().map(|given| given.job().as_str()).collect();
        let by = held.first().map_or("", GivenHolder::by);
        let conflict = (!others.is_empty()).then(|| {
            format!(
                "{device} is held by {} by the word of {by}, and used by {} as well, which is charged nothing: look at its processes (`wattledger doctor`)",
                jobs.join(", "),
                others.join(", ")
            )
        });
        self.note_unclear(device, conflict);
    }

    fn note_unclear(&mut self, device: &DeviceUuid, says: Option<String>) {
        match says {
            Some(says) => {
                if self.unclear.insert(device.clone(), says.clone()).as_ref() != Some(&says) {
                    tracing::warn!("{says}");
                }
            }
            None => drop(self.unclear.remove(device)),
        }
    }

    /// Ends what those held who are on `device` no longer.
    fn end_the_absent(
        &mut self,
        learnt: &mut Learnt,
        device: &DeviceUuid,
        present: &Present,
        (at, whose): (Timestamp, &mut WhoseProcesses),
    ) {
        let is_absent = |known: &Occupant| known.is_on(device) && !present.holders.contains(&known.holder);
        let absent: Vec<(ProcessHolder, bool)> = self
            .known
            .values()
            .filter(|known| is_absent(known))
            .map(|known| (known.holder.clone(), known.is_given()))
            .collect();
        for (holder, is_given) in absent {
            if is_given && present.holders.is_empty() {
                let (is_living, looked) = whose.is_living(&holder, at);
                if is_living {
                    if let Some(seen) = self.known.get_mut(&holder).and_then(|known| known.seen.get_mut(device)) {
                        *seen = looked.max(*seen);
                    }
                    continue;
                }
            }
            let last = self.known.get(&holder).and_then(|known| known.seen.get(device)).copied().unwrap_or(at);
            self.end(learnt, &holder, device, last);
        }
    }

    /// `holder` begins to hold `device`.
    fn begin(
        &mut self,
        learnt: &mut Learnt,
        device: &DeviceUuid,
        holder: &ProcessHolder,
        (at, given): (Timestamp, Given<'_>),
    ) -> Result<(), String> {
        let mut occupant = match self.known.get(holder) {
            Some(known) if !known.holds_nothing() => known.clone(),
            known => {
                let occupant = self.comes(holder, known, (at, given))?;
                if occupant.is_own {
                    let (id, attempt) = (occupant.job.clone(), Some(occupant.attempt));
                    let started = Some(at);
                    learnt.contents.jobs.push(Job { id, labels: labels(holder), attempt, started, ..Job::default() });
                }
                occupant
            }
        };
        let holding = Holding { device: device.clone(), job: occupant.job.clone(), weight: 1, start: at, end: None };
        occupant.holdings.retain(|held| held.device != *device);
        occupant.holdings.push(holding.clone());
        learnt.contents.holdings.push(holding);
        learnt.contents.notes.insert(about(&occupant.job), written(&occupant));
        learnt.edges.push((at, vec![device.clone()]));
        self.known.insert(holder.clone(), occupant);
        Ok(())
    }

    /// A holder that held nothing so far: new, or come back.
    fn comes(
        &self,
        holder: &ProcessHolder,
        known: Option<&Occupant>,
        (at, given): (Timestamp, Given<'_>),
    ) -> Result<Occupant, String> {
        let (holdings, seen) = (Vec::new(), BTreeMap::new());
        if let Some(known) = known.filter(|known| known.is_given()) {
            let attempt = if known.is_own { known.attempt.saturating_add(1) } else { known.attempt };
            return Ok(Occupant { attempt, holdings, seen, ..known.clone() });
        }
        if let Some(job) = given.hooked.job_of(holder) {
            // Its epilog ran, or its hook says nothing of this device. Beginning and end stay the hooks'.
            let (id, attempt) = (job.job.clone(), job.attempt);
            return Ok(Occupant { holder: holder.clone(), job: id, attempt, is_own: false, holdings, seen });
        }
        let job = self.id_of(holder, at, given)?;
        Ok(Occupant { holder: holder.clone(), job, attempt: 1, is_own: true, holdings, seen })
    }

    /// The id under which `holder` is known, where no hook gives it one.
    fn id_of(&self, holder: &ProcessHolder, at: Timestamp, given: Given<'_>) -> Result<JobId, String> {
        let (node, begun) = (&self.node, at.nanoseconds() / 1_000_000_000);
        let of_cluster = |job: &dyn std::fmt::Display| {
            let cluster = given.hooked.cluster_of_node();
            let cluster = cluster.ok_or_else(|| {
                format!("it is used by {holder}, and which cluster this node is of is not known: set `slurm.cluster` in agent.toml")
            })?;
            Ok::<_, String>(format!("{cluster}-{job}"))
        };
        let id = match holder {
            ProcessHolder::Slurm { job, .. } => of_cluster(job)?,
            ProcessHolder::SlurmSluid { sluid, .. } => of_cluster(sluid)?,
            ProcessHolder::Kubernetes { pod_uid, .. } => pod_uid.clone(),
            ProcessHolder::Pbs { job } => job.clone(),
            // Slots and users come again and again: each time is a job.
            ProcessHolder::Htcondor { slot } => format!("{slot}-{begun}"),
            ProcessHolder::User { user, .. } => format!("user-{user}@{node}-{begun}"),
            ProcessHolder::Container { id } => match id.get(..12).filter(|_| id.len() == 64) {
                Some(short) => format!("container-{short}"),
                None => format!("container-{id}@{node}"),
            },
            ProcessHolder::Service | ProcessHolder::Unknown => return Err(format!("{holder} is no job")),
        };
        if wire::is_name(&id) {
            Ok(id.into())
        } else {
            Err(format!("it is used by {holder}, whose id is not one that a service takes"))
        }
    }

    fn end(&mut self, learnt: &mut Learnt, holder: &ProcessHolder, device: &DeviceUuid, at: Timestamp) {
        let Some(occupant) = self.known.get_mut(holder) else { return };
        let open = |held: &&mut Holding| held.device == *device && held.end.is_none();
        let Some(holding) = occupant.holdings.iter_mut().find(open) else { return };
        let ended = after(holding.start, at);
        holding.end = Some(ended);
        learnt.contents.holdings.push(holding.clone());
        learnt.edges.push((ended, vec![device.clone()]));
        occupant.seen.remove(device);
        let is_over = occupant.holds_nothing();
        if is_over && occupant.is_own {
            let (id, attempt, ended) = (occupant.job.clone(), Some(occupant.attempt), occupant.ended());
            learnt.contents.jobs.push(Job { id, attempt, ended, ..Job::default() });
        }
        let is_forgotten = is_over && !occupant.is_given();
        learnt.contents.notes.insert(about(&occupant.job), written(occupant).filter(|_| !is_forgotten));
        if is_forgotten {
            self.known.remove(holder);
        }
    }

    fn forget(&mut self, learnt: &mut Learnt, now: Timestamp) {
        let is_old = |ended: Timestamp| now.since(ended).is_some_and(|since| since > REMEMBERED);
        self.known.retain(|_, known| {
            let is_forgotten = known.holds_nothing() && known.ended().is_some_and(is_old);
            if is_forgotten {
                learnt.contents.notes.insert(about(&known.job), None);
            }
            !is_forgotten
        });
    }
}

/// Who the processes `pids` are.
fn present(whose: &mut WhoseProcesses, pids: &[u32], at: Timestamp) -> Present {
    let mut present = Present::default();
    for pid in pids {
        match whose.of(*pid, at) {
            Some(Whose::Holder(holder)) => drop(present.holders.insert(holder)),
            Some(Whose::Unknown(why)) => present.unknown = Some(format!("whose process {pid} is, is not known: {why}")),
            Some(Whose::Nobody) | None => {}
        }
    }
    present
}

/// What the note about a job is under.
fn about(job: &JobId) -> String {
    format!("{NOTE}{job}")
}

/// What is known of a holder besides its id. `wattledger doctor` uses the same words.
fn labels(holder: &ProcessHolder) -> BTreeMap<String, String> {
    let own = match holder {
        ProcessHolder::Slurm { job, .. } => Some(("slurm_job", job.to_string())),
        ProcessHolder::SlurmSluid { sluid, .. } => Some(("slurm_sluid", sluid.clone())),
        ProcessHolder::Kubernetes { pod_uid, .. } => Some(("pod_uid", pod_uid.clone())),
        ProcessHolder::Pbs { job } => Some(("pbs_job", job.clone())),
        ProcessHolder::Htcondor { slot } => Some(("htcondor_slot", slot.clone())),
        ProcessHolder::Container { id } => Some(("container_id", id.clone())),
        ProcessHolder::User { user, .. } => Some(("user_id", user.to_string())),
        ProcessHolder::Service | ProcessHolder::Unknown => None,
    };
    let kind = [("evidence", "cgroup".to_owned()), ("holder", holder.kind().to_owned())];
    kind.into_iter().chain(own).map(|(label, value)| (label.to_owned(), value)).collect()
}
