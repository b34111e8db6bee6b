//! Reads `/proc/PID/cgroup`, and puts together what its lines tell.
//!
//! Version 2 has one line, `0::/PATH`. Version 1 has one for each hierarchy, `9:devices:/PATH`, and they need not agree: a batch system may use
//! only some of them.

use super::ProcessHolder;
use super::path;
use super::place::{CgroupTold, canonical};

/// A line that tells something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CgroupEvidence {
    /// The controllers of the hierarchy, `devices` or `name=systemd`; empty for version 2. Lines of one path are put together.
    pub controllers: String,
    /// The path, as the kernel writes it.
    pub path: String,
    /// Whom it names.
    pub holder: ProcessHolder,
}

/// Whose process it is, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundHolder {
    /// The holder; [`ProcessHolder::Unknown`] if the lines tell of none, or of two.
    pub holder: ProcessHolder,
    /// What tells so, in the order of the file.
    pub evidence: Vec<CgroupEvidence>,
    /// Why the holder is unknown; `None` if it is known.
    pub reason: Option<String>,
    /// Whether it is unknown because two controllers tell of two holders.
    pub is_conflict: bool,
}

impl FoundHolder {
    fn unknown(evidence: Vec<CgroupEvidence>, reason: impl Into<String>) -> Self {
        Self { holder: ProcessHolder::Unknown, evidence, reason: Some(reason.into()), is_conflict: false }
    }

    /// Reads the text of `/proc/PID/cgroup`.
    pub(super) fn of_cgroups(text: &str) -> Self {
        let mut evidence: Vec<CgroupEvidence> = Vec::new();
        let mut unreadable = None;
        for line in text.lines() {
            let Some(CgroupLine { controllers, path }) = CgroupLine::parse(line) else {
                let shown: String = line.chars().take(80).collect();
                return Self::unknown(
                    Vec::new(),
                    format!("`{shown}` is no line of a cgroup file: N:CONTROLLERS:/PATH"),
                );
            };
            let holder = match path::read(path) {
                CgroupTold::Nothing => continue,
                CgroupTold::Holder(holder) => holder,
                CgroupTold::Unreadable(why) => {
                    unreadable.get_or_insert(why);
                    ProcessHolder::Unknown
                }
            };
            match evidence.iter_mut().find(|known| known.path == path) {
                Some(known) => known.controllers = format!("{},{controllers}", known.controllers),
                None => {
                    evidence.push(CgroupEvidence { controllers: controllers.to_owned(), path: path.to_owned(), holder })
                }
            }
        }
        if let Some(why) = unreadable {
            return Self::unknown(evidence, why);
        }
        Self::agreed(evidence)
    }

    /// The holder that all evidence is compatible with.
    fn agreed(evidence: Vec<CgroupEvidence>) -> Self {
        let mut found: Option<&CgroupEvidence> = None;
        let mut holder = ProcessHolder::Service;
        for line in &evidence {
            let Some(both) = join(&holder, &line.holder) else {
                let first = found.map_or("", |line| line.controllers.as_str());
                let reason = format!(
                    "two controllers tell of two holders: {first} of {holder}, {} of {}",
                    line.controllers, line.holder
                );
                return Self { is_conflict: true, ..Self::unknown(evidence, reason) };
            };
            if both != holder || found.is_none() {
                found = Some(line);
            }
            holder = both;
        }
        if evidence.is_empty() {
            return Self::unknown(evidence, "its cgroup is the root, or of no known maker");
        }
        Self { holder, evidence, reason: None, is_conflict: false }
    }
}

/// A line of the file.
struct CgroupLine<'a> {
    controllers: &'a str,
    path: &'a str,
}

impl<'a> CgroupLine<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let mut parts = line.splitn(3, ':');
        let (number, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
        canonical(number)?;
        path.starts_with('/').then_some(Self { controllers, path })
    }
}

/// What two lines tell together; `None` if they contradict each other.
fn join(one: &ProcessHolder, other: &ProcessHolder) -> Option<ProcessHolder> {
    use ProcessHolder::{Container, Htcondor, Kubernetes, Pbs, Service, Slurm, SlurmSluid, User};
    let either = |one: &Option<String>, other: &Option<String>| one.clone().or_else(|| other.clone());
    match (one, other) {
        (Service, known) | (known, Service) => Some(known.clone()),
        (one, other) if one == other => Some(one.clone()),
        (Slurm { job, step, user }, Slurm { job: same, step: other, user: again }) if job == same => {
            // Controllers that Slurm does not use for steps say only the job.
            let step = if step.is_some() && other.is_some() && step != other { None } else { either(step, other) };
            let users_agree = user.is_none() || again.is_none() || user == again;
            users_agree.then(|| Slurm { job: *job, step, user: user.or(*again) })
        }
        (Kubernetes { pod_uid, container: one }, Kubernetes { pod_uid: same, container: other })
            if pod_uid == same && (one.is_none() || other.is_none()) =>
        {
            Some(Kubernetes { pod_uid: pod_uid.clone(), container: either(one, other) })
        }
        (User { user, container: one }, User { user: same, container: other })
            if user == same && (one.is_none() || other.is_none()) =>
        {
            Some(User { user: *user, container: either(one, other) })
        }
        // A login that a batch system took in stays the user's in systemd's hierarchy.
        (job @ Slurm { user: owner, .. }, User { user, .. }) | (User { user, .. }, job @ Slurm { user: owner, .. }) => {
            owner.is_none_or(|owner| owner == *user).then(|| job.clone())
        }
        (job @ (SlurmSluid { .. } | Pbs { .. } | Htcondor { .. }), User { .. })
        | (User { .. }, job @ (SlurmSluid { .. } | Pbs { .. } | Htcondor { .. })) => Some(job.clone()),
        (pod @ Kubernetes { container: Some(one), .. }, Container { id })
        | (Container { id }, pod @ Kubernetes { container: Some(one), .. }) => (one == id).then(|| pod.clone()),
        _ => None,
    }
}
