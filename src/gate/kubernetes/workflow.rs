//! Argo's Workflow: what its steps take side by side, as far as the workflow itself says it.
//!
//! Steps of one group run together, and so do tasks of a DAG at the same distance from its beginning. What only shows while it runs, such as the number
//! of items that a step before makes, is counted as its pods are made.

use super::pod::{Affinity, Container, Meta, PodSpec, Template};
use super::tally::Tally;
use super::text::{CustomError, or_default};
use crate::config::Kubernetes;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Templates that call each other, one below the other. What lies deeper is counted as its pods are made.
const LEVELS_MAX: usize = 32;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Workflow {
    #[serde(deserialize_with = "or_default")]
    suspend: bool,
    active_deadline_seconds: Option<i64>,
    parallelism: Value,
    #[serde(deserialize_with = "or_default")]
    entrypoint: String,
    #[serde(deserialize_with = "or_default")]
    on_exit: String,
    #[serde(deserialize_with = "or_default")]
    pod_metadata: Meta,
    #[serde(deserialize_with = "or_default")]
    node_selector: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    affinity: Affinity,
    #[serde(deserialize_with = "or_default")]
    template_defaults: Box<WorkflowTemplate>,
    #[serde(deserialize_with = "or_default")]
    templates: Vec<WorkflowTemplate>,
}

/// A pod, or steps or tasks that call other templates.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WorkflowTemplate {
    #[serde(deserialize_with = "or_default")]
    name: String,
    #[serde(deserialize_with = "or_default")]
    metadata: Meta,
    container: Option<Container>,
    script: Option<Container>,
    #[serde(deserialize_with = "or_default")]
    container_set: ContainerSet,
    #[serde(deserialize_with = "or_default")]
    init_containers: Vec<Container>,
    #[serde(deserialize_with = "or_default")]
    sidecars: Vec<Container>,
    #[serde(deserialize_with = "or_default")]
    node_selector: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    affinity: Affinity,
    parallelism: Value,
    #[serde(deserialize_with = "or_default")]
    steps: Vec<Vec<WorkflowCall>>,
    #[serde(deserialize_with = "or_default")]
    dag: WorkflowDag,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ContainerSet {
    #[serde(deserialize_with = "or_default")]
    containers: Vec<Container>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WorkflowDag {
    #[serde(deserialize_with = "or_default")]
    tasks: Vec<WorkflowCall>,
}

/// A step or a task.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WorkflowCall {
    #[serde(deserialize_with = "or_default")]
    name: String,
    #[serde(deserialize_with = "or_default")]
    template: String,
    inline: Option<Box<WorkflowTemplate>>,
    #[serde(deserialize_with = "or_default")]
    when: String,
    with_items: Value,
    with_param: Value,
    with_sequence: Value,
    #[serde(deserialize_with = "or_default")]
    dependencies: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    depends: String,
}

impl WorkflowCall {
    /// How many of it run side by side, as far as that is written down.
    fn items(&self) -> u64 {
        let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
        let count = |value: &Value| value.as_array().map(|items| items.len() as u64);
        let listed = || self.with_param.as_str().and_then(|text| count(&serde_json::from_str(text).ok()?));
        let sequence = || {
            let between = || {
                Some(
                    number(&self.with_sequence["start"]).unwrap_or(0).abs_diff(number(&self.with_sequence["end"])?) + 1,
                )
            };
            number(&self.with_sequence["count"]).or_else(between)
        };
        count(&self.with_items).or_else(listed).or_else(sequence).unwrap_or(1)
    }

    /// The tasks that it waits for: as a list, or named in an expression such as `a && b.Succeeded`.
    fn waits_for(&self) -> impl Iterator<Item = &str> {
        let is_of_name = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        self.dependencies.iter().map(String::as_str).chain(self.depends.split(move |character| !is_of_name(character)))
    }
}

/// Pods that run at the same time.
#[derive(Clone, Default)]
struct PodsAtOnce<'a> {
    /// What all of them take, in millionths of an accelerator.
    weight: u64,
    pods: Vec<(&'a WorkflowTemplate, u64)>,
}

impl<'a> PodsAtOnce<'a> {
    fn add(&mut self, other: &Self, times: u64) {
        self.weight = other.weight.saturating_mul(times).saturating_add(self.weight);
        for (template, count) in &other.pods {
            let more = count.saturating_mul(times);
            match self.pods.iter_mut().find(|(known, _)| std::ptr::eq(*known, *template)) {
                Some((_, count)) => *count = count.saturating_add(more),
                None => self.pods.push((template, more)),
            }
        }
    }

    fn or_heavier(self, other: Self) -> Self {
        if other.weight > self.weight { other } else { self }
    }
}

/// A workflow whose templates are looked at.
struct WorkflowReading<'a> {
    workflow: &'a Workflow,
    settings: &'a Kubernetes,
    /// What is known of templates by name. One that is being looked at is in it with nothing: a template that calls itself does so afterwards.
    known: BTreeMap<&'a str, PodsAtOnce<'a>>,
}

impl Workflow {
    /// Adds the pods that run side by side at most.
    pub(super) fn tally(&self, tally: &mut Tally<'_>, settings: &Kubernetes) -> Result<(), CustomError> {
        if let Some(seconds) = self.active_deadline_seconds {
            tally.limit(Some(seconds))?;
        }
        if self.suspend {
            return Ok(());
        }
        tally.annotated(&self.pod_metadata);
        let mut reading = WorkflowReading { workflow: self, settings, known: BTreeMap::new() };
        let most = reading.of_name(&self.entrypoint, 0)?.or_heavier(reading.of_name(&self.on_exit, 0)?);
        for (template, pods) in most.pods {
            tally.add(&self.pod(template), pods)?;
        }
        Ok(())
    }

    /// The pod that is made of a template: where that says nothing of its nodes, the workflow does.
    fn pod(&self, template: &WorkflowTemplate) -> Template {
        let mut containers = template.container_set.containers.clone();
        containers.extend(template.container.iter().chain(&template.script).chain(&template.sidecars).cloned());
        let (defaults, workflow) = (&self.template_defaults, self);
        let selectors = [&template.node_selector, &defaults.node_selector, &workflow.node_selector];
        let affinities = [&template.affinity, &defaults.affinity, &workflow.affinity];
        let spec = PodSpec {
            containers,
            init_containers: template.init_containers.clone(),
            node_selector: selectors.into_iter().find(|selector| !selector.is_empty()).cloned().unwrap_or_default(),
            affinity: affinities.into_iter().find(|affinity| !affinity.is_open()).cloned().unwrap_or_default(),
            ..PodSpec::default()
        };
        Template { metadata: template.metadata.clone(), spec }
    }
}

impl<'a> WorkflowReading<'a> {
    fn of_name(&mut self, name: &'a str, level: usize) -> Result<PodsAtOnce<'a>, CustomError> {
        if let Some(known) = self.known.get(name) {
            return Ok(known.clone());
        }
        let Some(template) = self.workflow.templates.iter().find(|template| template.name == name) else {
            return Ok(PodsAtOnce::default());
        };
        self.known.insert(name, PodsAtOnce::default());
        let found = self.of_template(template, level)?;
        self.known.insert(name, found.clone());
        Ok(found)
    }

    fn of_template(&mut self, template: &'a WorkflowTemplate, level: usize) -> Result<PodsAtOnce<'a>, CustomError> {
        if level >= LEVELS_MAX {
            return Ok(PodsAtOnce::default());
        }
        let groups: Vec<Vec<&'a WorkflowCall>> = match template.dag.tasks.is_empty() {
            true => template.steps.iter().map(|group| group.iter().collect()).collect(),
            false => by_distance(&template.dag.tasks),
        };
        if groups.is_empty() {
            let weight = self.workflow.pod(template).spec.weight(self.settings)?;
            let pods = if weight > 0 { vec![(template, 1)] } else { Vec::new() };
            return Ok(PodsAtOnce { weight, pods });
        }
        let limits = [&self.workflow.parallelism, &template.parallelism];
        let limit = limits.into_iter().filter_map(Value::as_u64).filter(|limit| *limit > 0).min().unwrap_or(u64::MAX);
        let mut most = PodsAtOnce::default();
        for group in groups {
            most = most.or_heavier(self.together(&group, limit, level)?);
        }
        Ok(most)
    }

    /// What these take together where no more than `limit` of them run at once. Of those with a condition the heaviest counts.
    fn together(
        &mut self,
        calls: &[&'a WorkflowCall],
        limit: u64,
        level: usize,
    ) -> Result<PodsAtOnce<'a>, CustomError> {
        let (mut all, mut conditional) = (Vec::new(), None::<(PodsAtOnce<'a>, u64)>);
        for call in calls {
            let each = match &call.inline {
                Some(inline) => self.of_template(inline, level + 1)?,
                None => self.of_name(&call.template, level + 1)?,
            };
            let one = (each, call.items());
            if call.when.is_empty() {
                all.push(one);
            } else if conditional.as_ref().is_none_or(|other| total(other) < total(&one)) {
                conditional = Some(one);
            }
        }
        all.extend(conditional);
        all.sort_by_key(|(each, _)| std::cmp::Reverse(each.weight));
        let (mut together, mut left) = (PodsAtOnce::default(), limit);
        for (each, items) in &all {
            together.add(each, (*items).min(left));
            left = left.saturating_sub(*items);
        }
        Ok(together)
    }
}

fn total((each, items): &(PodsAtOnce<'_>, u64)) -> u64 {
    each.weight.saturating_mul(*items)
}

/// Tasks in groups of the same distance from the beginning. None of a group waits for another one of it.
fn by_distance(tasks: &[WorkflowCall]) -> Vec<Vec<&WorkflowCall>> {
    let (mut left, mut groups): (Vec<&WorkflowCall>, _) = (tasks.iter().collect(), Vec::new());
    while !left.is_empty() {
        let waiting: BTreeSet<&str> = left.iter().map(|task| task.name.as_str()).collect();
        let is_ready = |task: &&WorkflowCall| !task.waits_for().any(|name| waiting.contains(name));
        let (ready, others): (Vec<_>, Vec<_>) = left.into_iter().partition(is_ready);
        if ready.is_empty() {
            // They wait for each other, which Argo refuses.
            groups.push(others);
            break;
        }
        groups.push(ready);
        left = others;
    }
    groups
}
