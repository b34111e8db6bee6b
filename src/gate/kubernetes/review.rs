//! The review that Kubernetes asks before an object is stored, and the answer.

use super::identity::known_as;
use super::object::{AcceleratorUse, KubernetesObject, shape};
use super::text::AskError;
use model::JobId;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Longer than any UID that an API server makes.
const UID_CHARACTERS_MAX: usize = 128;
/// Kubernetes shows warnings of up to so many characters whole.
const WARNING_CHARACTERS_MAX: usize = 250;
/// Warnings of one answer; the rest is in the admission.
const WARNINGS_MAX: usize = 8;

/// Why a body is not a review that can be answered.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// It is not JSON, or has another shape.
    #[error("this is not an AdmissionReview: {0}")]
    PodLayout(#[from] serde_json::Error),
    /// It is of another version, or another document.
    #[error(
        "apiVersion {api_version:?}, kind {kind:?} is not answered here: send an AdmissionReview of admission.k8s.io/v1 or v1beta1 (admissionReviewVersions of the webhook)"
    )]
    Version {
        /// `apiVersion` as it was sent.
        api_version: String,
        /// `kind` as it was sent.
        kind: String,
    },
    /// It holds no request.
    #[error("the AdmissionReview has no request")]
    NoRequest,
    /// Its uid is missing or unusable, so an answer could not be matched to it.
    #[error(
        "request.uid {0:?} cannot be echoed: it must have 1 to {UID_CHARACTERS_MAX} characters and no control characters"
    )]
    Uid(String),
}

/// A review: what Kubernetes asks before an object is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// `admission.k8s.io/v1` or `admission.k8s.io/v1beta1`; the answer uses the same version.
    pub api_version: String,
    /// Identity of the request. Kubernetes repeats a request under the same uid.
    pub uid: String,
    /// Namespace of the object.
    pub namespace: String,
    /// The user or service account that asks.
    pub user: Option<String>,
    /// Whether this is a dry run, for which nothing may be held.
    pub dry_run: bool,
    /// What is about to happen to the object, or why that cannot be read.
    pub change: Result<ObjectChange, AskError>,
}

/// What is about to happen to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectChange {
    /// Nothing that changes what it takes.
    Nothing,
    /// It is created.
    Create(KubernetesObject),
    /// It grows: holds what it takes beyond what it took before.
    Grow(KubernetesObject),
    /// Its number of replicas grows, in a review that does not show its pods.
    Scale {
        /// The identities that the ledger may know the object by.
        known_as: Vec<JobId>,
        /// Kind of the object.
        kind: String,
        /// Replicas before.
        from: u64,
        /// Replicas after.
        to: u64,
    },
    /// It ends or is deleted.
    End(KubernetesObject),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReviewDocument<'a> {
    #[serde(default)]
    api_version: String,
    #[serde(default)]
    kind: String,
    #[serde(borrow, default)]
    request: Option<ReviewRequest<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReviewRequest<'a> {
    #[serde(default)]
    uid: String,
    #[serde(default)]
    kind: GroupKind,
    #[serde(default)]
    resource: GroupResource,
    #[serde(default)]
    sub_resource: Option<String>,
    #[serde(default)]
    namespace: Option<String>,
    #[serde(default)]
    operation: String,
    #[serde(default)]
    user_info: UserInfo,
    #[serde(borrow, default)]
    object: Option<&'a RawValue>,
    #[serde(borrow, default)]
    old_object: Option<&'a RawValue>,
    #[serde(default)]
    dry_run: Option<bool>,
}

#[derive(Default, Deserialize)]
struct GroupKind {
    #[serde(default)]
    group: String,
    #[serde(default)]
    kind: String,
}

#[derive(Default, Deserialize)]
struct GroupResource {
    #[serde(default)]
    resource: String,
}

#[derive(Default, Deserialize)]
struct UserInfo {
    #[serde(default)]
    username: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ScaleObject {
    metadata: super::pod::Meta,
    spec: ScaleSpec,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ScaleSpec {
    replicas: Option<i64>,
}

impl Review {
    /// Reads a body. `default` is the accelerator of a GPU about which neither object nor node selection says more.
    ///
    /// # Errors
    ///
    /// Not an AdmissionReview that can be answered. An object that cannot be read is not an error here: [`Review::change`] says so.
    pub fn read(body: &[u8], default: &str) -> Result<Self, ReviewError> {
        let document: ReviewDocument<'_> = serde_json::from_slice(body)?;
        let ReviewDocument { api_version, kind, request } = document;
        let is_known = matches!(api_version.as_str(), "admission.k8s.io/v1" | "admission.k8s.io/v1beta1");
        if !is_known || kind != "AdmissionReview" {
            return Err(ReviewError::Version { api_version, kind });
        }
        let request = request.ok_or(ReviewError::NoRequest)?;
        let characters = request.uid.chars().count();
        if !(1..=UID_CHARACTERS_MAX).contains(&characters) || request.uid.chars().any(char::is_control) {
            return Err(ReviewError::Uid(request.uid.chars().take(UID_CHARACTERS_MAX).collect()));
        }
        Ok(Self {
            api_version,
            namespace: request.namespace.clone().unwrap_or_default(),
            user: request.user_info.username.clone().filter(|name| !name.is_empty()),
            dry_run: request.dry_run.unwrap_or(false),
            change: request.change(default),
            uid: request.uid,
        })
    }

    /// Whether a controller of the cluster asks: a component of the system, or a service account of another namespace than the object's. A
    /// service account of the same namespace is the users' own.
    #[must_use]
    pub fn is_of_a_controller(&self) -> bool {
        let user = self.user.as_deref().unwrap_or_default();
        match user.strip_prefix("system:serviceaccount:") {
            Some(account) => account.split_once(':').is_some_and(|(namespace, _)| namespace != self.namespace),
            None => user.starts_with("system:"),
        }
    }
}

impl ReviewRequest<'_> {
    fn change(&self, default: &str) -> Result<ObjectChange, AskError> {
        let read = |object: Option<&RawValue>| match object {
            Some(object) if object.get() != "null" => {
                let namespace = self.namespace.as_deref().unwrap_or_default();
                KubernetesObject::read(&self.kind.group, &self.kind.kind, namespace, object.get(), default)
            }
            _ if shape(&self.kind.group, &self.kind.kind).is_some() => Err(AskError::new(
                "object",
                format!("a {} of a {} must carry the object", self.operation, self.kind.kind),
            )),
            _ => Ok(None),
        };
        let nothing = Ok(ObjectChange::Nothing);
        match (self.operation.as_str(), self.sub_resource.as_deref().unwrap_or_default()) {
            ("CREATE", "") => Ok(read(self.object)?.map_or(ObjectChange::Nothing, ObjectChange::Create)),
            ("UPDATE", "") => {
                let (Some(new), Some(old)) = (read(self.object)?, read(self.old_object)?) else { return nothing };
                Ok(if new.has_ended { ObjectChange::End(new) } else { grown(new, &old) })
            }
            ("UPDATE", "status") => {
                Ok(read(self.object)?.filter(|new| new.has_ended).map_or(ObjectChange::Nothing, ObjectChange::End))
            }
            ("UPDATE", "scale") => self.scale(),
            ("DELETE", "") => Ok(read(self.old_object)?.map_or(ObjectChange::Nothing, ObjectChange::End)),
            _ => nothing,
        }
    }

    fn scale(&self) -> Result<ObjectChange, AskError> {
        let read = |object: Option<&RawValue>| -> Result<Option<ScaleObject>, AskError> {
            let wrong =
                |error: serde_json::Error| AskError::new("object", format!("not a Scale that can be read: {error}"));
            object.map(|object| serde_json::from_str(object.get()).map_err(wrong)).transpose()
        };
        let (Some(new), Some(old)) = (read(self.object)?, read(self.old_object)?) else {
            return Ok(ObjectChange::Nothing);
        };
        let kind = match self.resource.resource.as_str() {
            "deployments" => "Deployment",
            "statefulsets" => "StatefulSet",
            "replicasets" => "ReplicaSet",
            "replicationcontrollers" => "ReplicationController",
            _ => return Ok(ObjectChange::Nothing),
        };
        let count = |scale: &ScaleObject| super::text::replicas("spec.replicas", scale.spec.replicas, 0);
        let (from, to) = (count(&old)?, count(&new)?);
        if to <= from {
            return Ok(ObjectChange::Nothing);
        }
        let namespace = self.namespace.as_deref().unwrap_or_default();
        let known_as = known_as(&new.metadata.uid, namespace, kind, &new.metadata.name);
        Ok(ObjectChange::Scale { known_as, kind: kind.to_owned(), from, to })
    }
}

/// What `new` takes beyond `old`: more accelerators for its time, and a longer time for those that it has.
fn grown(new: KubernetesObject, old: &KubernetesObject) -> ObjectChange {
    if new.is_at_rest {
        return if new.parts == old.parts { ObjectChange::Nothing } else { ObjectChange::Grow(new) };
    }
    let before = if old.is_at_rest { &[][..] } else { &old.parts };
    let mut more = Vec::new();
    for part in &new.parts {
        let before = before.iter().find(|before| before.accelerator == part.accelerator);
        let (count, nanohours) = before.map_or((0, 0), |before| (before.count, before.nanohours));
        let added = [
            (part.count.saturating_sub(count), part.nanohours),
            // Without a stated time before, the time that was held is not known here.
            (count.min(part.count), if nanohours == 0 { 0 } else { part.nanohours.saturating_sub(nanohours) }),
        ];
        let is_more = |(index, (count, nanohours)): &(usize, (u64, u64))| *count > 0 && (*index == 0 || *nanohours > 0);
        let parts = added.into_iter().enumerate().filter(is_more);
        more.extend(parts.map(|(_, (count, nanohours))| AcceleratorUse { count, nanohours, ..part.clone() }));
    }
    if more.is_empty() { ObjectChange::Nothing } else { ObjectChange::Grow(KubernetesObject { parts: more, ..new }) }
}

/// The answer to an AdmissionReview, in the version of the request.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewAnswer {
    /// `apiVersion` of the request.
    pub api_version: String,
    /// The kind of the document that Kubernetes expects back: always `AdmissionReview`.
    pub kind: String,
    /// The decision, as Kubernetes reads it.
    pub response: ReviewResponse,
}

/// A decision as Kubernetes reads it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewResponse {
    /// The uid of the request that is answered.
    pub uid: String,
    /// Whether the object may be stored.
    pub allowed: bool,
    /// A status with `code` 200, or 403 for a denial, with `reason` `Forbidden` and the `message` that the user reads.
    #[schema(value_type = Object)]
    pub status: serde_json::Value,
    /// Warnings that are shown to the user.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Annotations for the API server's audit log: the numbers of the admissions.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub audit_annotations: BTreeMap<String, String>,
}

impl ReviewAnswer {
    /// Allows what `review` asks.
    #[must_use]
    pub fn allow(review: &Review) -> Self {
        let response = ReviewResponse {
            uid: review.uid.clone(),
            allowed: true,
            status: serde_json::json!({ "status": "Success", "code": 200 }),
            warnings: Vec::new(),
            audit_annotations: BTreeMap::new(),
        };
        Self { api_version: review.api_version.clone(), kind: "AdmissionReview".to_owned(), response }
    }

    /// Denies what `review` asks, for the reason in `message`, which its user reads.
    #[must_use]
    pub fn deny(review: &Review, message: &str) -> Self {
        let mut answer = Self::allow(review);
        answer.response.allowed = false;
        answer.response.status =
            serde_json::json!({ "status": "Failure", "code": 403, "reason": "Forbidden", "message": message });
        answer
    }

    /// The same with warnings for the user. What Kubernetes would cut off is cut off here, between characters.
    #[must_use]
    pub fn warned(mut self, warnings: &[String]) -> Self {
        let shown = warnings.iter().take(WARNINGS_MAX);
        self.response.warnings = shown.map(|warning| warning.chars().take(WARNING_CHARACTERS_MAX).collect()).collect();
        self
    }

    /// The same with an annotation for the audit log.
    #[must_use]
    pub fn audited(mut self, key: &str, value: String) -> Self {
        self.response.audit_annotations.insert(key.to_owned(), value);
        self
    }
}
