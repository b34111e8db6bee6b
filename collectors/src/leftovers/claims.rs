//! What a spool of another user may state: that user's run, on this node, on devices that its agent meters, while the run
//! lived. The agent sends it with its own token, and so vouches for it.

use crate::identity;
use crate::spool::SpoolStatement;
use model::{AgentId, DeviceUuid, JobId, NodeName};
use std::collections::BTreeMap;
use units::{Interval, Span, Timestamp};
use wire::{Device, Holding, Job, Node};

/// By how much the times in a spool may be off those of its file: the first window may begin before the file was made.
const SLACK: Span = Span::from_seconds(60);

/// What an agent knows of its node.
#[derive(Debug, Clone)]
pub(crate) struct NodeFacts {
    /// The node as its runs name it: as the agent does, or by the host name where they do not see the agent.
    names: Vec<NodeName>,
    machine_id: Option<String>,
    devices: BTreeMap<DeviceUuid, Device>,
}

impl NodeFacts {
    /// Those of the node that the agent calls `name` and whose `devices` it meters.
    pub(crate) fn new(name: &NodeName, devices: impl Iterator<Item = Device>) -> Self {
        let names = [Some(name.clone()), identity::host_name()].into_iter().flatten().collect();
        let devices = devices.map(|device| (device.uuid.clone(), device)).collect();
        Self { names, machine_id: identity::node(name).machine_id, devices }
    }
}

/// What one spool may state.
pub(super) struct Claim<'a> {
    facts: &'a NodeFacts,
    owner: u32,
    job: JobId,
    lived: Interval,
}

impl<'a> Claim<'a> {
    /// That of the user `owner`, whose file is named after the job `job` and existed during `lived`.
    pub(super) fn new(facts: &'a NodeFacts, owner: u32, job: &str, lived: Interval) -> Result<Self, String> {
        let digits = job.strip_prefix("run-").unwrap_or_default();
        if digits.len() != 16 || !digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err("it is not named after a run (run- and 16 hexadecimal digits)".to_owned());
        }
        Ok(Self { facts, owner, job: job.into(), lived: lived.widened(SLACK) })
    }

    /// Checks one statement; the error says which it is.
    pub(super) fn check(&self, stated: &SpoolStatement) -> Result<(), String> {
        if let Some((agent, node)) = &stated.sender {
            self.check_sender(agent, node)?;
        }
        let contents = &stated.contents;
        contents.devices.iter().try_for_each(|device| self.check_device(device))?;
        for window in &contents.windows {
            self.metered(&window.device)?;
            self.during("a window", window.start, window.end)?;
        }
        for gap in &contents.gaps {
            self.metered(&gap.device)?;
            self.during("a gap", gap.start, gap.end)?;
        }
        contents.holdings.iter().try_for_each(|holding| self.check_holding(holding))?;
        contents.jobs.iter().try_for_each(|job| self.check_job(job))
    }

    fn check_sender(&self, agent: &AgentId, node: &Node) -> Result<(), String> {
        if !self.facts.names.contains(&node.name) {
            return Err(format!("it names the node {:?}, which is not this one", node.name));
        }
        if node.machine_id.is_some() && self.facts.machine_id.is_some() && node.machine_id != self.facts.machine_id {
            return Err("it comes from another machine".to_owned());
        }
        let own = identity::run_agent(&node.name, self.owner);
        if *agent != own {
            return Err(format!("it names the agent {agent:?}; runs of its owner are sent as {own:?}"));
        }
        Ok(())
    }

    fn metered(&self, device: &DeviceUuid) -> Result<&Device, String> {
        let found = self.facts.devices.get(device);
        found.ok_or_else(|| format!("it names the device {device:?}, which this agent does not meter"))
    }

    /// A description becomes that of the device at the service, so that it has to be the agent's own.
    fn check_device(&self, device: &Device) -> Result<(), String> {
        let own = self.metered(&device.uuid)?;
        // Some variables of the environment number the devices anew.
        let same = Device { index: own.index, driver_epoch: own.driver_epoch, ..device.clone() };
        if same != *own {
            return Err(format!("it describes the device {:?} otherwise than this agent does", device.uuid));
        }
        Ok(())
    }

    fn check_holding(&self, holding: &Holding) -> Result<(), String> {
        self.metered(&holding.device)?;
        self.own_job(&holding.job)?;
        if holding.weight != 1 {
            return Err(format!("it gives a holding the weight {}; a run has the weight 1", holding.weight));
        }
        self.during("a holding", holding.start, holding.end.unwrap_or(holding.start))
    }

    fn check_job(&self, job: &Job) -> Result<(), String> {
        self.own_job(&job.id)?;
        let mut times = [job.started, job.ended].into_iter().flatten();
        times.try_for_each(|time| self.during("the job", time, time))
    }

    fn own_job(&self, job: &JobId) -> Result<(), String> {
        if *job == self.job {
            return Ok(());
        }
        Err(format!("it names the job {job:?}, not that of its file"))
    }

    fn during(&self, what: &str, start: Timestamp, end: Timestamp) -> Result<(), String> {
        if start >= self.lived.start() && end <= self.lived.end() {
            return Ok(());
        }
        Err(format!("{what} is from a time at which its file did not exist"))
    }
}
