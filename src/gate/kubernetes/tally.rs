//! Adds up what an object takes: replicas times devices, summed over roles.

use super::accelerator::{self, AcceleratorSlice};
use super::layout::PodLayout;
use super::pod::{Meta, StatedHardware, Template};
use super::spec::{ReplicatedJob, WorkloadSpec};
use super::takes::{AcceleratorUse, Takes};
use super::text::{AskError, deadline, hours, power, replicas};
use crate::config::Kubernetes;
use std::collections::BTreeMap;

/// The annotation that states the wall time, hours.
const HOURS: &str = "wattledger.io/hours";
/// The annotation that states the mean power of one accelerator with its share of the host, W.
const POWER: &str = "wattledger.io/power-w";

/// Adds up the accelerators of an object, with the wall time that is stated for them.
pub(super) struct Tally<'a> {
    settings: &'a Kubernetes,
    named: Option<String>,
    stated_power: Option<String>,
    /// The wall times that it and its templates state, hours.
    stated_hours: Vec<String>,
    /// What the cluster enforces on the whole object, 10⁻⁹ h.
    limit: Option<u64>,
    /// The longest that its pods state, 10⁻⁹ h.
    pods: u64,
    /// Whether some of its pods with accelerators may run for as long as they like.
    has_endless_pods: bool,
    /// What it takes or, where its replicas can be scaled alone, what one of them takes.
    counts: BTreeMap<AcceleratorSlice, u64>,
    /// What it takes beside replicas that can be scaled alone.
    beside: BTreeMap<AcceleratorSlice, u64>,
}

impl<'a> Tally<'a> {
    pub(super) fn new(metadata: &Meta, settings: &'a Kubernetes) -> Self {
        let mut tally = Self {
            settings,
            named: None,
            stated_power: None,
            stated_hours: Vec::new(),
            limit: None,
            pods: 0,
            has_endless_pods: false,
            counts: BTreeMap::new(),
            beside: BTreeMap::new(),
        };
        tally.annotated(metadata);
        tally
    }

    /// Takes what the annotations of the object, or of one inside it, state of all its pods.
    pub(super) fn annotated(&mut self, metadata: &Meta) {
        let said = |name: &str| metadata.annotations.get(name).cloned();
        self.named = self.named.take().or_else(|| said(accelerator::ANNOTATION));
        self.stated_power = self.stated_power.take().or_else(|| said(POWER));
        self.stated_hours.extend(said(HOURS));
    }

    pub(super) fn limit(&mut self, seconds: Option<i64>) -> Result<(), AskError> {
        let Some(seconds) = seconds else { return Ok(()) };
        self.limit = self.limit.max(Some(deadline(seconds)?));
        Ok(())
    }

    pub(super) fn add(&mut self, template: &Template, pods: u64) -> Result<(), AskError> {
        for (accelerator, devices) in self.devices(template, pods)? {
            let sum = self.counts.entry(accelerator).or_default();
            *sum = sum.checked_add(devices).ok_or_else(too_many)?;
        }
        Ok(())
    }

    fn add_beside(&mut self, template: &Template, pods: u64) -> Result<(), AskError> {
        for (accelerator, devices) in self.devices(template, pods)? {
            let sum = self.beside.entry(accelerator).or_default();
            *sum = sum.checked_add(devices).ok_or_else(too_many)?;
        }
        Ok(())
    }

    fn devices(&mut self, template: &Template, pods: u64) -> Result<Vec<(AcceleratorSlice, u64)>, AskError> {
        // What one template states is not said of others.
        let said = |name: &str| template.metadata.annotations.get(name).cloned();
        self.stated_hours.extend(said(HOURS));
        let powers = self.stated_power.clone().into_iter().chain(said(POWER));
        let powers = powers.map(|text| power(POWER, &text)).collect::<Result<Vec<_>, _>>()?;
        let stated = StatedHardware { accelerator: self.named.as_deref(), nanowatts: powers.into_iter().max() };
        let of_all = |(accelerator, devices): (AcceleratorSlice, u64)| {
            Ok((accelerator, devices.checked_mul(pods).ok_or_else(too_many)?))
        };
        template.accelerators(stated, self.settings)?.into_iter().map(of_all).collect()
    }

    /// One pod after the other takes its own deadline; `rounds` of them follow each other.
    pub(super) fn pod_limit(&mut self, template: &Template, rounds: u64) -> Result<(), AskError> {
        match template.spec.active_deadline_seconds {
            Some(seconds) => self.pods = self.pods.max(deadline(seconds)?.saturating_mul(rounds)),
            None => self.has_endless_pods |= template.spec.weight(self.settings)? > 0,
        }
        Ok(())
    }

    /// Adds what a controller takes or, where its replicas can be scaled alone, what one of them takes; returns how many of these there are.
    pub(super) fn controller(&mut self, layout: PodLayout, spec: &WorkloadSpec) -> Result<Option<u64>, AskError> {
        self.limit(spec.active_deadline_seconds)?;
        self.limit(spec.run_policy.active_deadline_seconds)?;
        match layout {
            PodLayout::Replicated => {
                if let Some(template) = &spec.template {
                    self.add(template, 1)?;
                }
                return replicas("spec.replicas", spec.replicas, 1).map(Some);
            }
            // How many nodes it finds is not for the object to say: its pods count as they are made.
            PodLayout::DaemonSet => {
                if let Some(template) = &spec.template {
                    self.add(template, 1)?;
                }
                return Ok(Some(0));
            }
            // What is suspended takes nothing until it is resumed.
            _ if spec.suspend || spec.run_policy.suspend => {}
            PodLayout::Job => self.job(spec, 1)?,
            PodLayout::ReplicaSpecs => return self.roles(spec),
            PodLayout::RayCluster => self.ray(spec)?,
            PodLayout::Ray => {
                let cluster = spec.ray_cluster_spec.as_ref().or(spec.ray_cluster_config.as_ref());
                cluster.map_or(Ok(()), |cluster| self.ray(cluster))?;
            }
            PodLayout::JobSet => self.replicated_jobs(&spec.replicated_jobs)?,
            _ => {}
        }
        Ok(None)
    }

    /// `jobs` Jobs: as many pods at once as may run side by side, and no more than are to complete.
    pub(super) fn job(&mut self, spec: &WorkloadSpec, jobs: u64) -> Result<(), AskError> {
        self.limit(spec.active_deadline_seconds)?;
        let Some(template) = spec.template.as_ref().filter(|_| !spec.suspend) else { return Ok(()) };
        let side_by_side = replicas("spec.parallelism", spec.parallelism, 1)?;
        let completions = replicas("spec.completions", spec.completions, side_by_side)?;
        let at_once = side_by_side.min(completions);
        self.pod_limit(template, completions.div_ceil(at_once.max(1)))?;
        self.add(template, at_once.saturating_mul(jobs))
    }

    /// Jobs of a JobSet, of which each states its own. The deadline of some of them is none of the whole.
    fn replicated_jobs(&mut self, jobs: &[ReplicatedJob]) -> Result<(), AskError> {
        let around = (self.named.clone(), self.stated_power.clone());
        let mut is_endless = false;
        for ReplicatedJob { replicas: jobs, template } in jobs {
            self.annotated(&template.metadata);
            self.job(&template.spec, replicas("replicatedJobs.replicas", *jobs, 1)?)?;
            (self.named, self.stated_power) = around.clone();
            if let (None, Some(pod)) = (template.spec.active_deadline_seconds, &template.spec.template) {
                is_endless |= pod.spec.weight(self.settings)? > 0;
            }
        }
        if is_endless {
            self.limit = None;
        }
        Ok(())
    }

    /// Roles of a training job. A Scale sets the number of its workers.
    fn roles(&mut self, spec: &WorkloadSpec) -> Result<Option<u64>, AskError> {
        let specs = [
            &spec.tf_replica_specs,
            &spec.pytorch_replica_specs,
            &spec.mpi_replica_specs,
            &spec.xgb_replica_specs,
            &spec.paddle_replica_specs,
            &spec.jax_replica_specs,
            &spec.mx_replica_specs,
        ];
        let mut workers = None;
        for (name, role) in specs.into_iter().flatten().flatten() {
            let pods = replicas(&format!("{name}.replicas"), role.replicas, 1)?;
            self.pod_limit(&role.template, 1)?;
            if name.eq_ignore_ascii_case("worker") {
                // An elastic job grows to this by itself.
                workers = Some(pods.max(replicas("elasticPolicy.maxReplicas", spec.elastic_policy.max_replicas, 0)?));
                self.add(&role.template, 1)?;
            } else {
                self.add_beside(&role.template, pods)?;
            }
        }
        Ok(Some(workers.unwrap_or(0)))
    }

    fn ray(&mut self, spec: &WorkloadSpec) -> Result<(), AskError> {
        if let Some(head) = &spec.head_group_spec {
            self.add(&head.template, 1)?;
        }
        for group in &spec.worker_group_specs {
            let least = replicas("workerGroupSpecs.minReplicas", group.min_replicas, 0)?;
            let mut pods = replicas("workerGroupSpecs.replicas", group.replicas, least)?.max(least);
            if spec.enable_in_tree_autoscaling {
                pods = pods.max(replicas("workerGroupSpecs.maxReplicas", group.max_replicas, 0)?);
            }
            let hosts = replicas("workerGroupSpecs.numOfHosts", group.num_of_hosts, 1)?;
            self.add(&group.template, pods.saturating_mul(hosts))?;
        }
        Ok(())
    }

    /// What the cluster enforces on the whole counts before what is announced. What is announced makes it no shorter than what each pod may take.
    pub(super) fn takes(self, replicas: Option<u64>) -> Result<Takes, AskError> {
        let announced = self.stated_hours.iter().map(|text| hours(HOURS, text)).collect::<Result<Vec<_>, _>>()?;
        let announced = announced.into_iter().max();
        // A deadline of some pods is none of the others.
        let of_pods = if announced.is_none() && self.has_endless_pods { 0 } else { self.pods };
        let nanohours = self.limit.unwrap_or(of_pods.max(announced.unwrap_or(0)));
        let mut slices: Vec<&AcceleratorSlice> = self.counts.keys().chain(self.beside.keys()).collect();
        slices.sort();
        slices.dedup();
        let mut takes = Takes::default();
        for slice in slices {
            let of = |counts: &BTreeMap<AcceleratorSlice, u64>| counts.get(slice).copied().unwrap_or(0);
            let (each, beside) = (of(&self.counts), of(&self.beside));
            let all = each.checked_mul(replicas.unwrap_or(1)).and_then(|all| all.checked_add(beside));
            let (accelerator, count) = (slice.clone(), all.ok_or_else(too_many)?);
            let per_replica = replicas.map_or(0, |_| each);
            if count > 0 || per_replica > 0 {
                takes.0.push(AcceleratorUse { accelerator, count, nanohours, per_replica, beside });
            }
        }
        Ok(takes)
    }
}

fn too_many() -> AskError {
    AskError::new("replicas", "more accelerators than can be counted")
}
