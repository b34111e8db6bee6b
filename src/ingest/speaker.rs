//! Who may deliver what: a node, and the agents that speak for it, are bound to the line of tokens that told of them first.
//!
//! What a token of a project names (agents, nodes, jobs) is the project's own: stored as `NAME~PROJECT`, so that no project can use, see or take
//! what another names. Nodes that the operator's tokens told of are the operator's for every project.

use super::error::{HELD_WEIGHT_MAX, IngestError, SpeakerRefusal};
use crate::store::{By, JobRow, NodeSpeaker, StoreError, Tx, Voice};
use model::{BatchId, JobId, NodeName, NodeNumber, ProjectName, TokenId};
use std::collections::BTreeSet;
use units::Timestamp;
use wire::{Batch, Job};

/// End of the name of an agent that sends for runs.
const RUN: &str = "-run";

/// Who delivers a batch, or says who holds devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSpeaker {
    /// The token that is shown.
    pub token: TokenId,
    /// The only project of the token; `None` for the operator's.
    pub project: Option<ProjectName>,
    /// What the token may speak for.
    pub voice: Voice,
    /// Whether the token may administer everything.
    pub is_admin: bool,
}

impl TokenSpeaker {
    /// The first token of its line.
    #[must_use]
    pub fn line(&self) -> &TokenId {
        self.voice.line.as_ref().unwrap_or(&self.token)
    }

    fn is_named(&self, node: &NodeName) -> bool {
        self.voice.nodes.as_ref().is_none_or(|nodes| nodes.contains(node))
    }

    /// Whether it speaks for what `bound` is bound to: one line speaks, or the tokens of one project where none was made for named nodes.
    fn speaks_for(&self, bound: &NodeSpeaker) -> bool {
        let is_of_project = self.project.is_some() && self.project == bound.project;
        *self.line() == bound.line || is_of_project && !bound.is_enrolled && self.voice.nodes.is_none()
    }

    /// Whether it may say who holds the devices of a node.
    ///
    /// # Errors
    ///
    /// The store.
    pub(crate) fn may_hold(&self, tx: &Tx<'_>, node: NodeNumber, name: &NodeName) -> Result<bool, StoreError> {
        if self.voice.holders_only {
            return Ok(self.is_named(name));
        }
        let bound = tx.speakers().of_node(node)?;
        Ok(self.is_admin || bound.map_or(self.is_named(name), |bound| self.speaks_for(&bound)))
    }

    /// Refuses a node of whose devices it may not say who holds them.
    ///
    /// # Errors
    ///
    /// [`IngestError::Refused`]; the store.
    pub(crate) fn expect_may_hold(&self, tx: &Tx<'_>, node: NodeNumber, name: &NodeName) -> Result<(), IngestError> {
        if self.may_hold(tx, node, name)? {
            return Ok(());
        }
        let is_unnamed = self.voice.holders_only;
        let refusal = if is_unnamed {
            SpeakerRefusal::Unnamed { what: format!("node {name:?}") }
        } else {
            SpeakerRefusal::Node { node: name.clone() }
        };
        Err(refusal.into())
    }

    /// Whether it may name the node at all: a project's token its own, the operator's those of no project unless they are named in full.
    pub(crate) fn reaches(&self, tx: &Tx<'_>, node: NodeNumber, is_in_full: bool) -> Result<bool, StoreError> {
        let owner = tx.speakers().of_node(node)?.and_then(|bound| bound.project);
        Ok(owner == self.project || self.project.is_none() && is_in_full)
    }
}

/// The job that a token of `project` sees under `id`: its own, else one of the project that the operator told of.
pub(crate) fn seen(tx: &Tx<'_>, id: &JobId, project: &ProjectName) -> Result<Option<JobRow>, StoreError> {
    let is_of_project = |row: &JobRow| row.facts.project.as_ref() == Some(project);
    let own = tx.jobs().find(&id.within(project))?.filter(is_of_project);
    own.map_or_else(|| Ok(tx.jobs().find(id)?.filter(is_of_project)), |own| Ok(Some(own)))
}

/// The job that a token of `project` speaks of by `id`: one of its own, which may be new. What the operator told of is the operator's to speak of:
/// it may turn out to be another project's, and must not take along what this one said.
pub(crate) fn spoken_of(tx: &Tx<'_>, id: &JobId, project: &ProjectName) -> Result<JobId, StoreError> {
    let known = seen(tx, id, project)?.filter(|row| row.facts.id == *id);
    match known {
        Some(row) if !tx.speakers().is_told_by_operator(row.job)? => Ok(row.facts.id),
        _ => Ok(id.within(project)),
    }
}

/// Names what `batch` names as `speaker` means it, and refuses what is another's.
pub(super) fn hear(tx: &Tx<'_>, speaker: &TokenSpeaker, batch: &mut Batch) -> Result<(), IngestError> {
    if speaker.voice.holders_only {
        return Err(SpeakerRefusal::HoldersOnly.into());
    }
    expect_named(speaker, batch)?;
    expect_weights(batch)?;
    let sent_by = batch.agent.clone();
    if let Some(project) = &speaker.project {
        name_within(tx, project, batch)?;
    }
    let node = tx.nodes().find(&batch.node.name)?;
    if let Some(node) = node {
        if tx.speakers().of_node(node)?.is_some_and(|bound| !speaker.speaks_for(&bound)) {
            return Err(SpeakerRefusal::Node { node: batch.node.name.clone() }.into());
        }
        if tx.speakers().is_agent_of(&batch.agent, node)? {
            return Ok(());
        }
    }
    // Within a project, names are shared.
    let is_shared = batch.agent != sent_by;
    if !is_shared && tx.speakers().is_agent_of_another(&batch.agent, speaker.line())? {
        return Err(SpeakerRefusal::Agent { agent: sent_by }.into());
    }
    Ok(())
}

/// Has `speaker` speak for the node of a batch that is taken, if nobody did, and notes the agent. Returns from when on it may say who held the
/// devices of the node.
pub(super) fn bind(
    tx: &Tx<'_>,
    speaker: Option<&TokenSpeaker>,
    batch: &Batch,
    node: NodeNumber,
    at: Timestamp,
) -> Result<Timestamp, StoreError> {
    tx.speakers().note_agent(&batch.agent, node)?;
    let Some(speaker) = speaker else { return Ok(Timestamp::default()) };
    match tx.speakers().of_node(node)? {
        Some(_) if speaker.is_admin => Ok(Timestamp::default()),
        Some(bound) => Ok(bound.since),
        None => {
            let by = By { token: speaker.token.clone(), at };
            tx.speakers().bind((node, &batch.node.name), speaker.line(), Timestamp::default(), &by)?;
            Ok(Timestamp::default())
        }
    }
}

/// A batch of the evidence under the names that it has in the store.
pub(crate) fn as_stored(tx: &Tx<'_>, number: BatchId, mut batch: Batch) -> Result<Batch, StoreError> {
    let stored = tx.evidence().names_of(number)?;
    let Some(project) = stored.project else { return Ok(batch) };
    if stored.agent == batch.agent.within(&project) {
        batch.agent = stored.agent;
    }
    let is_within = stored.node == batch.node.name.within(&project);
    if is_within {
        batch.node.name = stored.node;
    }
    name_jobs(tx, &project, is_within, &mut batch)?;
    Ok(batch)
}

/// A token that was made for nodes speaks for them by their own agents alone.
fn expect_named(speaker: &TokenSpeaker, batch: &Batch) -> Result<(), IngestError> {
    let (agent, node) = (batch.agent.as_str(), batch.node.name.as_str());
    let of_node = agent.strip_suffix(RUN).unwrap_or(agent);
    let is_cut = agent.len() == wire::NAME_BYTES_MAX && node.starts_with(of_node);
    let what = if !speaker.is_named(&batch.node.name) {
        format!("node {node:?}")
    } else if speaker.voice.nodes.is_some() && agent != node && of_node != node && !is_cut {
        format!("agent {agent:?}")
    } else {
        return Ok(());
    };
    Err(SpeakerRefusal::Unnamed { what }.into())
}

fn expect_weights(batch: &Batch) -> Result<(), IngestError> {
    let heavy = batch.holdings.iter().enumerate().find(|(_, holding)| holding.weight > HELD_WEIGHT_MAX);
    heavy.map_or(Ok(()), |(position, holding)| Err(IngestError::Weight { position, weight: holding.weight }))
}

fn name_within(tx: &Tx<'_>, project: &ProjectName, batch: &mut Batch) -> Result<(), IngestError> {
    let is_foreign = |job: &Job| job.project.as_ref().is_some_and(|claimed| claimed != project);
    if let Some(position) = batch.jobs.iter().position(is_foreign) {
        return Err(IngestError::ForeignJob { position, project: project.clone() });
    }
    let is_within = !keeps_name(tx, project, &batch.node.name)?;
    if is_within {
        batch.node.name = batch.node.name.within(project);
        batch.agent = batch.agent.within(project);
    }
    Ok(name_jobs(tx, project, is_within, batch)?)
}

/// Whether a project's token means the node that is stored under this very name: one from before names were kept apart, which tokens of the project
/// told of. The operator's node is refused, since its own agent delivers it.
fn keeps_name(tx: &Tx<'_>, project: &ProjectName, name: &NodeName) -> Result<bool, IngestError> {
    let Some(node) = tx.nodes().find(name)? else { return Ok(false) };
    match tx.speakers().of_node(node)? {
        Some(bound) if bound.project.is_none() => Err(SpeakerRefusal::Node { node: name.clone() }.into()),
        Some(bound) => Ok(bound.project.as_ref() == Some(project)),
        None if !tx.speakers().has_spoken(node)? => Ok(false),
        None if tx.speakers().is_held_within(node, project)? => Ok(true),
        None => Err(SpeakerRefusal::Node { node: name.clone() }.into()),
    }
}

/// Every job that a project's batch speaks of is of the project. What its own nodes tell of has its own names; a node from before names were kept
/// apart may go on with a job from then.
fn name_jobs(tx: &Tx<'_>, project: &ProjectName, is_within: bool, batch: &mut Batch) -> Result<(), StoreError> {
    let named = |id: &JobId| -> Result<JobId, StoreError> {
        if is_within { Ok(id.within(project)) } else { spoken_of(tx, id, project) }
    };
    for job in &mut batch.jobs {
        job.id = named(&job.id)?;
        job.project.get_or_insert_with(|| project.clone());
    }
    let mut known: BTreeSet<JobId> = batch.jobs.iter().map(|job| job.id.clone()).collect();
    for holding in &mut batch.holdings {
        holding.job = named(&holding.job)?;
        if known.insert(holding.job.clone()) {
            let (id, project) = (holding.job.clone(), Some(project.clone()));
            batch.jobs.push(Job { id, project, ..Job::default() });
        }
    }
    Ok(())
}
