//! The kinds that run pods, and what they take together: replicas times devices, summed over roles.

use super::custom;
use super::layout::{LEADING, PodLayout, shape};
use super::pod::{Meta, Template};
use super::spec::ObjectDocument;
use super::takes::Takes;
use super::tally::Tally;
use super::text::{AskError, CustomError, or_default};
use crate::config::Kubernetes;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The controller that an object belongs to, as the object names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectOwner {
    /// API group, without the version.
    pub group: String,
    /// Kind of the controller.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
}

/// An object that runs pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubernetesObject {
    /// API group, without the version.
    pub group: String,
    /// Kind of the object.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its name without a generated suffix; objects of one such name are taken to be alike.
    pub base_name: String,
    /// Its uid; empty where it has none.
    pub uid: String,
    /// Labels of the object.
    pub labels: BTreeMap<String, String>,
    /// Its controller.
    pub owner: Option<ObjectOwner>,
    /// The accelerators that it takes in all, or why that cannot be read.
    pub takes: Result<Takes, AskError>,
    /// Whether its number of replicas can be changed by a review that does not show its pods.
    pub is_scalable: bool,
    /// Whether it stands between its owner and what that owner's accelerators are taken by, so that it is to be known even where it takes none itself.
    pub is_link: bool,
    /// Whether any part of it has run.
    pub has_started: bool,
    /// Whether all of it has ended.
    pub has_ended: bool,
    /// Whether it is being deleted.
    pub is_leaving: bool,
    /// Whether nothing keeps it from going once it is being deleted.
    pub has_no_finalizers: bool,
    /// Whether it is being deleted and no time of grace is left, in which its containers might still run.
    pub has_no_grace: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ObjectStatus {
    #[serde(deserialize_with = "or_default")]
    phase: String,
    #[serde(deserialize_with = "or_default")]
    state: StatusState,
    #[serde(deserialize_with = "or_default")]
    application_state: StatusState,
    #[serde(deserialize_with = "or_default")]
    start_time: String,
    #[serde(deserialize_with = "or_default")]
    job_deployment_status: String,
    #[serde(deserialize_with = "or_default")]
    conditions: Vec<Condition>,
    ready_replicas: Option<i64>,
}

/// The state of a Job of Volcano, or of a SparkApplication. Other kinds have a word in its place.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "serde_json::Value")]
struct StatusState(String);

impl From<serde_json::Value> for StatusState {
    fn from(value: serde_json::Value) -> Self {
        let word = ["phase", "state"].into_iter().find_map(|key| value.get(key)?.as_str());
        Self(word.unwrap_or_default().to_owned())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Condition {
    #[serde(rename = "type", deserialize_with = "or_default")]
    kind: String,
    #[serde(deserialize_with = "or_default")]
    status: String,
}

/// What is read of every object, whatever else is in it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ObjectHead {
    #[serde(deserialize_with = "or_default")]
    metadata: Meta,
    status: serde_json::Value,
}

impl KubernetesObject {
    /// Whether it goes with the change that shows it so: no finalizer keeps it, and a pod has no grace left. The API server asks about no deletion then.
    pub(super) fn is_going(&self) -> bool {
        self.is_leaving && self.has_no_finalizers && (self.kind != "Pod" || self.has_no_grace)
    }

    /// Reads an object of `group` and `kind` in `namespace`; `None` of a kind that runs no pods. That what it takes cannot be read is said in
    /// [`KubernetesObject::takes`].
    ///
    /// # Errors
    ///
    /// It is not JSON, or its metadata are of another form.
    pub fn read(
        group: &str,
        kind: &str,
        namespace: &str,
        object: &str,
        settings: &Kubernetes,
    ) -> Result<Option<Self>, AskError> {
        let Some(layout) = shape(group, kind) else { return Ok(None) };
        let shapeless =
            |error: serde_json::Error| AskError::new("object", format!("not a {kind} that can be read: {error}"));
        let ObjectHead { metadata, status } = serde_json::from_str(object).map_err(shapeless)?;
        let status: ObjectStatus = serde_json::from_value(status).unwrap_or_default();
        let takes = taken(layout, object, settings, &shapeless);
        let owner = metadata.owner_references.iter().find(|owner| owner.controller).map(|owner| ObjectOwner {
            group: owner.api_version.split_once('/').map_or(String::new(), |(group, _)| group.to_owned()),
            kind: owner.kind.clone(),
            name: owner.name.clone(),
            uid: owner.uid.clone(),
        });
        let is_labelled = |(name, value): &(&str, &str)| metadata.labels.get(*name).is_some_and(|found| found == value);
        let is_link = match layout {
            PodLayout::Knative => true,
            PodLayout::Pod => LEADING.iter().any(is_labelled),
            _ => false,
        };
        let generated = metadata.generate_name.trim_end_matches('-');
        Ok(Some(Self {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            base_name: if generated.is_empty() { metadata.name.clone() } else { generated.to_owned() },
            name: metadata.name,
            uid: metadata.uid,
            labels: metadata.labels,
            owner,
            takes,
            is_scalable: layout.is_scalable(),
            is_link,
            has_started: status.has_started(),
            has_ended: status.has_ended(),
            is_leaving: !metadata.deletion_timestamp.is_empty(),
            has_no_finalizers: metadata.finalizers.is_empty(),
            has_no_grace: metadata.deletion_grace_period_seconds == Some(0),
        }))
    }
}

/// What an object takes in all.
fn taken(
    layout: PodLayout,
    object: &str,
    settings: &Kubernetes,
    shapeless: &impl Fn(serde_json::Error) -> AskError,
) -> Result<Takes, AskError> {
    let document: ObjectDocument = match layout.is_custom() {
        true => ObjectDocument::of_metadata(object),
        false => serde_json::from_str(object),
    }
    .map_err(shapeless)?;
    let document = document.without_what_is_done();
    let mut tally = Tally::new(&document.metadata, settings);
    let replicas = match layout {
        PodLayout::Pod => {
            let pod: Template = serde_json::from_str(object).map_err(shapeless)?;
            tally.limit(pod.spec.active_deadline_seconds)?;
            tally.add(&pod, 1)?;
            None
        }
        PodLayout::CronJob => {
            if let Some(job) = document.spec.job_template.as_ref().filter(|_| !document.spec.suspend) {
                tally.annotated(&job.metadata);
                tally.job(&job.spec, 1)?;
            }
            None
        }
        PodLayout::Knative => None,
        _ if layout.is_custom() => {
            custom::tally(layout, &mut tally, object, settings).map_err(|error| match error {
                CustomError::Shape(error) => shapeless(error),
                CustomError::Ask(error) => error,
            })?
        }
        _ => tally.controller(layout, &document.spec)?,
    };
    tally.takes(replicas)
}

impl KubernetesObject {
    /// Whether nothing need be known of it, where `has_owner` says whether its owner is known.
    pub(super) fn is_nothing(&self, has_owner: bool) -> bool {
        let is_needed = self.is_scalable || (self.is_link && has_owner);
        !is_needed && self.takes.as_ref().is_ok_and(|takes| takes.0.is_empty())
    }
}

impl std::fmt::Display for KubernetesObject {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.kind, self.base_name)
    }
}

impl ObjectStatus {
    fn has_ended(&self) -> bool {
        let is_final = |text: &str| {
            let text = text.to_ascii_lowercase();
            matches!(text.as_str(), "complete" | "completed" | "succeeded" | "failed" | "error")
        };
        let is_over = |state: &StatusState| is_final(&state.0) || matches!(state.0.as_str(), "Terminated" | "Aborted");
        let is_true = |condition: &&Condition| condition.status == "True";
        is_final(&self.phase)
            || is_final(&self.job_deployment_status)
            || is_over(&self.state)
            || is_over(&self.application_state)
            || self.conditions.iter().filter(is_true).any(|condition| is_final(&condition.kind))
    }

    fn has_started(&self) -> bool {
        self.phase == "Running"
            || !self.start_time.is_empty()
            || self.ready_replicas.is_some_and(|pods| pods > 0)
            || self.has_ended()
    }
}
