//! Who holds the devices of this node, as its batch system notes it here, and where none does, as the processes on the devices show it.
//!
//! ```text
//! slurmd → prolog.sh, epilog.sh → /run/wattledger-slurm → notice thread → main thread: holdings, jobs, a note of both → spool
//!            driver's lists of processes → samplers → /proc/PID/cgroup ↗         ↘ samplers: a window ends, a reading at once
//! ```
//!
//! A hook writes a file and is done. The times of its files are the times of the holding; everything else is done here: devices are found by
//! their numbers, the job gets its id, and what is stated goes the way of the windows, so that an outage of the service or of the agent changes
//! nothing but the delay. What was stated is noted in the spool in the same transaction, so that after a kill every holding is
//! found again and none is stated otherwise. ([Decision 90](../../../docs/decisions/0090-slurms-hooks-write-files.md).)

mod cluster;
mod folder;
mod given;
mod hook;
mod hooked;
mod learnt;
mod life;
mod notice;
mod numbers;
mod occupants;
mod pods;
mod settings;
mod stated;
mod whose;

pub(crate) use learnt::Learnt;
pub(crate) use notice::NoticeThread;
pub(crate) use numbers::DeviceNumbers;
pub use settings::{HOOK_FOLDER, HolderKind, KubernetesOnNode, NodeHolders, SlurmOnNode};

use crate::clock::{Clock, DateChange, Timeline};
use crate::kubelet::PodDevices;
use crate::process_lists::DeviceProcesses;
use crate::spool::Contents;
use folder::{HookFolder, HookFolderError};
use given::Given;
use hooked::HookedJobs;
use model::{DeviceUuid, NodeName};
use occupants::Occupants;
use pods::Pods;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use units::Timestamp;
use whose::WhoseProcesses;

/// What is found of Slurm's hooks on this node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HooksFound {
    /// There is no folder: no job of Slurm was here since the machine started, or the hooks are not set up.
    Nothing,
    /// There is a folder, and nothing in it is believed.
    Refused(String),
    /// Jobs that hold something here at this moment, as the hooks say.
    Jobs(usize),
}

/// Looks for what Slurm's hooks wrote in `folder`.
#[must_use]
pub fn hooks_found(folder: &Path) -> HooksFound {
    match HookFolder::open(folder).and_then(|folder| folder.noted()) {
        Ok(noted) => HooksFound::Jobs(noted.values().filter(|times| times.ended.is_none()).count()),
        Err(HookFolderError::Missing(_)) => HooksFound::Nothing,
        Err(error) => HooksFound::Refused(error.to_string()),
    }
}

/// Who holds the devices of this node, and what of that was stated.
pub(crate) struct Holdings {
    hooked: HookedJobs,
    pods: Pods,
    occupants: Occupants,
    whose: WhoseProcesses,
}

impl Holdings {
    /// Goes on with what an earlier process noted in the spool, and has not looked yet. Dates are those of windows on `timeline`; `metered_until`
    /// says up to when the earlier process metered a device.
    pub(crate) fn new(
        settings: NodeHolders,
        node: &NodeName,
        numbers: DeviceNumbers,
        notes: &BTreeMap<String, String>,
        clock: (Arc<dyn Clock>, Timeline),
        metered_until: impl Fn(&DeviceUuid) -> Option<Timestamp>,
    ) -> Self {
        let NodeHolders { slurm, kubernetes, kinds, proc } = settings;
        let whose = WhoseProcesses::new(proc.clone(), kinds);
        Self {
            hooked: HookedJobs::new(slurm, proc, numbers, notes, clock),
            pods: Pods::new(node.clone(), kubernetes.projects, notes, &metered_until),
            occupants: Occupants::new(node.clone(), notes, metered_until),
            whose,
        }
    }

    /// Looks into the folder of the hooks. `metered_until` says up to when a device was metered, for what ended while nobody looked.
    pub(crate) fn look(&mut self, metered_until: impl Fn(&DeviceUuid) -> Option<Timestamp>) -> Learnt {
        self.hooked.look(metered_until)
    }

    /// Takes in which processes are on the devices of a source.
    pub(crate) fn note_processes(&mut self, seen: &DeviceProcesses) -> Learnt {
        let given = Given { hooked: &self.hooked, pods: &self.pods };
        let learnt = self.occupants.look(seen, given, &mut self.whose);
        self.described(learnt)
    }

    /// Takes in what the kubelet gave to pods.
    pub(crate) fn note_pods(&mut self, pods: &[PodDevices]) -> Learnt {
        let at = self.hooked.now();
        let learnt = self.pods.look(pods, at, (self.hooked.numbers(), &mut self.whose));
        self.described(learnt)
    }

    /// With the devices that the spool has no description of yet.
    fn described(&mut self, mut learnt: Learnt) -> Learnt {
        let devices: Vec<DeviceUuid> = learnt.contents.holdings.iter().map(|held| held.device.clone()).collect();
        learnt.contents.devices = self.hooked.undescribed(&devices);
        learnt
    }

    /// What cannot be told of the holders of devices, each with what to do about it.
    pub(crate) fn unclear(&self) -> Vec<String> {
        self.pods.unclear().chain(self.occupants.unclear()).cloned().collect()
    }

    /// Takes in that the date of `devices` was set: their windows end at the old date and begin at the new one, and so do their holdings.
    pub(crate) fn note_date_change(&mut self, devices: &[wire::Device], change: &DateChange) -> Contents {
        let mut contents = self.hooked.note_date_change(devices, change);
        for more in [self.pods.note_date_change(devices, change), self.occupants.note_date_change(devices, change)] {
            contents.holdings.extend(more.holdings);
            contents.notes.extend(more.notes);
        }
        contents
    }

    /// Takes in that a sampler described these devices itself.
    pub(crate) fn note_described(&mut self, devices: &[wire::Device]) {
        self.hooked.note_described(devices);
    }
}
