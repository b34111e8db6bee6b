//! Pods that the kubelet gave devices to, and what of them was stated.
//! ([Decision 99](../../../docs/decisions/0099-the-kubelet-says-what-pods-hold.md).)

use super::learnt::Learnt;
use super::numbers::DeviceNumbers;
use super::stated::{after, moved, written};
use super::whose::WhoseProcesses;
use crate::clock::DateChange;
use crate::holder::ProcessHolder;
use crate::identity::text_of;
use crate::kubelet::{BoardName, PodDevices};
use crate::spool::Contents;
use model::{DeviceUuid, JobId, NodeName, ProjectName};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use units::{Span, Timestamp};
use wire::{Holding, Job};

/// What the notes about pods are under.
const NOTE: &str = "pod:";
/// How long a pod may be without logs, which tell its uid.
const LOGS_WITHIN: Span = Span::from_seconds(10);
/// A kubelet that was restarted lists its pods again by then.
const LISTED_WITHIN: Span = Span::from_seconds(30);

/// A pod that was stated, as it is noted in the spool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StatedPod {
    key: PodKey,
    pub(super) job: JobId,
    /// Whether processes of it were seen: a pod that had some and has none is over, listed or not.
    was_living: bool,
    /// The last statement about each device.
    holdings: Vec<Holding>,
    /// When it was last known to hold, which is not noted.
    #[serde(skip)]
    seen: Option<Timestamp>,
}

/// What tells one pod from another; a name is given again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct PodKey {
    namespace: String,
    name: String,
    uid: Option<String>,
}

impl StatedPod {
    /// Whether the cgroups of `holder` are those of this pod. Where its uid is not known, those of any pod may be.
    pub(super) fn is_same(&self, holder: &ProcessHolder) -> bool {
        match holder {
            ProcessHolder::Kubernetes { pod_uid, .. } => self.key.uid.as_ref().is_none_or(|uid| uid == pod_uid),
            _ => false,
        }
    }

    fn holder(&self) -> Option<ProcessHolder> {
        Some(ProcessHolder::Kubernetes { pod_uid: self.key.uid.clone()?, container: None })
    }
}

/// The pods of this node that hold devices.
pub(super) struct Pods {
    node: NodeName,
    projects: BTreeMap<String, String>,
    stated: BTreeMap<PodKey, StatedPod>,
    /// Pods whose uid is waited for, since when.
    awaited: BTreeMap<PodKey, Timestamp>,
    /// Pods that had processes and have none any more, though the kubelet lists them.
    over: BTreeSet<PodKey>,
    unclear: Vec<String>,
}

impl Pods {
    /// Goes on with what an earlier process noted; `metered_until` says up to when it metered a device.
    pub(super) fn new(
        node: NodeName,
        projects: BTreeMap<String, String>,
        notes: &BTreeMap<String, String>,
        metered_until: impl Fn(&DeviceUuid) -> Option<Timestamp>,
    ) -> Self {
        let noted = notes.iter().filter(|(about, _)| about.starts_with(NOTE));
        let read = noted.filter_map(|(_, body)| serde_json::from_str::<StatedPod>(body).ok());
        let stated = read.map(|mut pod| {
            pod.seen = pod.holdings.iter().filter_map(|held| metered_until(&held.device)).max();
            (pod.key.clone(), pod)
        });
        let stated = stated.collect();
        Self { node, projects, stated, awaited: BTreeMap::new(), over: BTreeSet::new(), unclear: Vec::new() }
    }

    /// Takes in an answer of the kubelet.
    pub(super) fn look(
        &mut self,
        pods: &[PodDevices],
        at: Timestamp,
        (numbers, whose): (&DeviceNumbers, &mut WhoseProcesses),
    ) -> Learnt {
        let mut learnt = Learnt::default();
        self.unclear.clear();
        let mut listed = BTreeSet::new();
        for pod in pods {
            let key = PodKey { namespace: pod.namespace.clone(), name: pod.name.clone(), uid: pod.uid.clone() };
            listed.insert(key.clone());
            if self.over.contains(&key) {
                continue;
            }
            if let Some(since) = self.since(&key, at) {
                let given = self.given(pod, numbers);
                self.hold(&mut learnt, pod, key, &given, (since, at));
            }
        }
        self.end_the_gone(&mut learnt, &listed, at, whose);
        self.over.retain(|key| listed.contains(key));
        self.awaited.retain(|key, _| pods.iter().any(|pod| (&pod.namespace, &pod.name) == (&key.namespace, &key.name)));
        learnt
    }

    /// The pods that hold `device`, each with the moment since when.
    pub(super) fn holding(&self, device: &DeviceUuid) -> Vec<(&StatedPod, Timestamp)> {
        let since = |pod: &StatedPod| {
            let open = pod.holdings.iter().filter(|held| held.device == *device && held.end.is_none());
            open.map(|held| held.start).max()
        };
        self.stated.values().filter_map(|pod| Some((pod, since(pod)?))).collect()
    }

    /// What cannot be told of devices that pods were given, and what to do about it.
    pub(super) fn unclear(&self) -> impl Iterator<Item = &String> {
        self.unclear.iter()
    }

    /// Takes in that the date of `devices` was set, as [`super::hooked::HookedJobs::note_date_change`] does.
    pub(super) fn note_date_change(&mut self, devices: &[wire::Device], change: &DateChange) -> Contents {
        let mut contents = Contents::default();
        for pod in self.stated.values_mut() {
            let begun = moved(&mut pod.holdings, devices, change);
            if !begun.is_empty() {
                pod.seen = Some(change.after);
                contents.notes.insert(about(&pod.job), written(pod));
                contents.holdings.extend(begun);
            }
        }
        contents
    }

    /// Since when a listed pod holds; `None` while its uid is waited for.
    fn since(&mut self, key: &PodKey, at: Timestamp) -> Option<Timestamp> {
        let nameless = PodKey { uid: None, ..key.clone() };
        if self.stated.contains_key(key) {
            return Some(at);
        }
        let first = *self.awaited.entry(nameless).or_insert(at);
        let is_late = at.since(first).is_some_and(|since| since >= LOGS_WITHIN);
        (key.uid.is_some() || is_late).then_some(first)
    }

    /// The boards that a pod was given, each with how many shares of it.
    fn given(&mut self, pod: &PodDevices, numbers: &DeviceNumbers) -> BTreeMap<DeviceUuid, u32> {
        let mut given: BTreeMap<DeviceUuid, u32> = BTreeMap::new();
        for device in &pod.devices {
            let board = match &device.board {
                BoardName::Uuid(uuid) => numbers.metered(uuid),
                BoardName::FileNumber(number) => {
                    numbers.devices(&[*number]).ok().and_then(|found| found.into_iter().next())
                }
                BoardName::Instance(instance) => {
                    let (namespace, name) = (&pod.namespace, &pod.name);
                    self.unclear.push(format!(
                        "pod {namespace}/{name} was given {instance}, a MIG instance: the energy of a board with MIG is not divided, and is idle"
                    ));
                    continue;
                }
            };
            match board {
                Some(board) => *given.entry(board).or_default() += 1,
                None => {
                    let (namespace, name, board) = (&pod.namespace, &pod.name, &device.board);
                    self.unclear.push(format!(
                        "pod {namespace}/{name} was given {board}, which the agent does not meter (`sources` in agent.toml)"
                    ));
                }
            }
        }
        given
    }

    /// A pod holds what it was given, and no longer what it was given before.
    fn hold(
        &mut self,
        learnt: &mut Learnt,
        pod: &PodDevices,
        key: PodKey,
        given: &BTreeMap<DeviceUuid, u32>,
        (since, at): (Timestamp, Timestamp),
    ) {
        if given.is_empty() && !self.stated.contains_key(&key) {
            return;
        }
        let Some(job) = self.stated.get(&key).map(|known| known.job.clone()).or_else(|| self.id_of(&key, since)) else {
            return self.unclear.push(format!("pod {}/{} has no id that a service takes", key.namespace, key.name));
        };
        if !self.stated.contains_key(&key) {
            learnt.contents.jobs.push(self.facts(pod, &job, since));
            let known = StatedPod { key: key.clone(), job, was_living: false, holdings: Vec::new(), seen: None };
            self.stated.insert(key.clone(), known);
        }
        let Some(known) = self.stated.get_mut(&key) else { return };
        let before = known.holdings.clone();
        let last = known.seen.unwrap_or(since);
        for held in known.holdings.iter_mut().filter(|held| held.end.is_none()) {
            if given.get(&held.device) != Some(&held.weight) {
                held.end = Some(after(held.start, last));
                learnt.edges.push((last, vec![held.device.clone()]));
                learnt.contents.holdings.push(held.clone());
            }
        }
        for (device, weight) in given {
            if known.holdings.iter().any(|held| held.device == *device && held.end.is_none()) {
                continue;
            }
            let start = if before.is_empty() { since } else { at };
            let holding = Holding { device: device.clone(), job: known.job.clone(), weight: *weight, start, end: None };
            known.holdings.retain(|held| held.device != *device);
            known.holdings.push(holding.clone());
            learnt.edges.push((start, vec![device.clone()]));
            learnt.contents.holdings.push(holding);
        }
        known.seen = Some(at);
        if known.holdings != before {
            learnt.contents.notes.insert(about(&known.job), written(known));
        }
    }

    /// Ends pods that the kubelet lists no longer, or that have ended and are listed still.
    fn end_the_gone(
        &mut self,
        learnt: &mut Learnt,
        listed: &BTreeSet<PodKey>,
        at: Timestamp,
        whose: &mut WhoseProcesses,
    ) {
        let mut gone = Vec::new();
        for (key, pod) in &mut self.stated {
            let is_living = pod.holder().is_some_and(|holder| whose.is_living(&holder, at).0);
            if is_living && !pod.was_living {
                pod.was_living = true;
                learnt.contents.notes.insert(about(&pod.job), written(pod));
            }
            let has_ended = pod.was_living && !is_living;
            let is_missing = !listed.contains(key);
            let last = pod.seen.unwrap_or(at);
            // After its start a kubelet lists nothing for a while.
            let is_given_up = !is_living && at.since(last).is_none_or(|since| since >= LISTED_WITHIN);
            if has_ended || is_missing && is_given_up {
                gone.push((key.clone(), last, !is_missing));
            }
        }
        for (key, last, is_listed) in gone {
            let Some(mut pod) = self.stated.remove(&key) else { continue };
            for held in pod.holdings.iter_mut().filter(|held| held.end.is_none()) {
                held.end = Some(after(held.start, last));
                learnt.edges.push((last, vec![held.device.clone()]));
                learnt.contents.holdings.push(held.clone());
            }
            let ended = pod.holdings.iter().filter_map(|held| held.end).max().or(Some(last));
            learnt.contents.jobs.push(Job { id: pod.job.clone(), ended, ..Job::default() });
            learnt.contents.notes.insert(about(&pod.job), None);
            if is_listed {
                self.over.insert(key);
            }
        }
    }

    /// The uid, under which the gate knows a pod that nothing owns; else the names and the moment, since names are given again.
    fn id_of(&self, key: &PodKey, since: Timestamp) -> Option<JobId> {
        let PodKey { namespace, name, uid } = key;
        let begun = since.nanoseconds() / 1_000_000_000;
        let id = uid.clone().unwrap_or_else(|| format!("{namespace}:{name}@{}-{begun}", self.node));
        wire::is_name(&id).then(|| id.into())
    }

    fn facts(&self, pod: &PodDevices, job: &JobId, started: Timestamp) -> Job {
        let labels = [
            ("evidence", Some("kubelet".to_owned())),
            ("holder", Some("kubernetes".to_owned())),
            ("namespace", Some(pod.namespace.clone())),
            ("pod", Some(pod.name.clone())),
            ("containers", Some(pod.containers.join(","))),
            ("pod_uid", pod.uid.clone()),
        ];
        let labels = labels.into_iter().filter_map(|(label, value)| Some((label.to_owned(), text_of(&value?))));
        let project = self.projects.get(&pod.namespace).unwrap_or(&pod.namespace);
        Job {
            id: job.clone(),
            project: wire::is_name(project).then(|| ProjectName::from(project.as_str())),
            name: Some(text_of(&pod.name)),
            labels: labels.collect(),
            started: Some(started),
            ..Job::default()
        }
    }
}

/// What the note about a pod is under.
fn about(job: &JobId) -> String {
    format!("{NOTE}{job}")
}
