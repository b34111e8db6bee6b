//! The review that Kubernetes asks before an object is stored, and the answer.

use super::controller::ReviewUser;
use super::layout::shape;
use super::object::KubernetesObject;
use super::text::AskError;
use crate::config::Kubernetes;
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
    /// Identity of the request. Another attempt at the same change has another one.
    pub uid: String,
    /// Namespace of the object.
    pub namespace: String,
    /// The user or service account that asks.
    pub user: ReviewUser,
    /// Whether this is a dry run, for which nothing may be held.
    pub dry_run: bool,
    /// What is about to happen to the object.
    pub change: ObjectChange,
}

/// What is about to happen to an object.
#[expect(clippy::large_enum_variant, reason = "there is one for each review, behind an `Arc`")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectChange {
    /// Nothing that the gate weighs.
    Nothing,
    /// It is created.
    Create(KubernetesObject),
    /// It is changed, by a user or in its status.
    Update {
        /// The object as it will be.
        new: KubernetesObject,
        /// The object as it is stored, where the review shows it.
        old: Option<KubernetesObject>,
        /// Whether only its status changes.
        is_status: bool,
    },
    /// Its number of replicas is set, in a review that does not show its pods.
    Scale(Rescale),
    /// Its deletion is asked for.
    Delete(Deletion),
    /// A pod is to be evicted: which one is said by its place alone.
    Evict {
        /// Namespace of the pod.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// It cannot be read.
    Unreadable {
        /// Why.
        error: AskError,
        /// Whether it may take more after this.
        may_grow: bool,
    },
}

/// A number of replicas that is set through the scale subresource of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescale {
    /// Uid of what is scaled.
    pub uid: String,
    /// Its resource, such as `deployments`.
    pub resource: String,
    /// Its name.
    pub name: String,
    /// Replicas before, where the review shows them.
    pub from: Option<u64>,
    /// Replicas after.
    pub to: u64,
}

/// A deletion that is asked for. Most objects have two: the first when it is asked for, the last when the object goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// The object as it is stored.
    pub object: KubernetesObject,
    /// Whether the object goes at once: no time of grace is left.
    pub has_no_grace: bool,
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
    name: Option<String>,
    #[serde(default)]
    operation: String,
    #[serde(default)]
    user_info: UserInfo,
    #[serde(borrow, default)]
    object: Option<&'a RawValue>,
    #[serde(borrow, default)]
    old_object: Option<&'a RawValue>,
    #[serde(default)]
    options: Option<RequestOptions>,
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
    #[serde(default)]
    uid: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RequestOptions {
    grace_period_seconds: Option<i64>,
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
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// Not an AdmissionReview that can be answered. An object that cannot be read is not an error here: [`ObjectChange`] says so.
    pub fn read(body: &[u8], settings: &Kubernetes) -> Result<Self, ReviewError> {
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
            user: ReviewUser {
                name: request.user_info.username.clone().unwrap_or_default(),
                has_uid: request.user_info.uid.as_ref().is_some_and(|uid| !uid.is_empty()),
            },
            dry_run: request.dry_run.unwrap_or(false),
            change: request.change(settings),
            uid: request.uid,
        })
    }
}

impl ReviewRequest<'_> {
    fn change(&self, settings: &Kubernetes) -> ObjectChange {
        let is_growth = matches!(self.operation.as_str(), "CREATE" | "UPDATE")
            && matches!(self.sub_resource.as_deref().unwrap_or_default(), "" | "scale" | "resize");
        let unreadable = |error| ObjectChange::Unreadable { error, may_grow: is_growth };
        self.read(settings).unwrap_or_else(unreadable)
    }

    fn read(&self, settings: &Kubernetes) -> Result<ObjectChange, AskError> {
        let missing = || {
            let problem = format!("a {} of a {} must carry the object", self.operation, self.kind.kind);
            AskError::new("object", problem)
        };
        let nothing = Ok(ObjectChange::Nothing);
        if self.sub_resource.as_deref() == Some("scale") {
            return self.scale();
        }
        if (self.resource.resource.as_str(), self.sub_resource.as_deref()) == ("pods", Some("eviction")) {
            let (namespace, name) = (self.namespace.clone().unwrap_or_default(), self.name.clone().unwrap_or_default());
            return Ok(ObjectChange::Evict { namespace, name });
        }
        if shape(&self.kind.group, &self.kind.kind).is_none() {
            return nothing;
        }
        let (new, old) = (self.object_of(self.object, settings)?, self.object_of(self.old_object, settings));
        match (self.operation.as_str(), self.sub_resource.as_deref().unwrap_or_default()) {
            ("CREATE", "") => new.map(ObjectChange::Create).ok_or_else(missing),
            ("UPDATE", "" | "status" | "resize" | "ephemeralcontainers") => {
                let is_status = self.sub_resource.as_deref() == Some("status");
                // What is stored now says only how much more is asked for.
                Ok(ObjectChange::Update { new: new.ok_or_else(missing)?, old: old.unwrap_or(None), is_status })
            }
            ("DELETE", "") => {
                let object = old?.ok_or_else(missing)?;
                Ok(ObjectChange::Delete(Deletion { object, has_no_grace: self.has_no_grace() }))
            }
            _ => nothing,
        }
    }

    fn has_no_grace(&self) -> bool {
        self.options.as_ref().is_some_and(|options| options.grace_period_seconds == Some(0))
    }

    fn object_of(
        &self,
        object: Option<&RawValue>,
        settings: &Kubernetes,
    ) -> Result<Option<KubernetesObject>, AskError> {
        let Some(object) = object.filter(|object| object.get() != "null") else { return Ok(None) };
        let namespace = self.namespace.as_deref().unwrap_or_default();
        KubernetesObject::read(&self.kind.group, &self.kind.kind, namespace, object.get(), settings)
    }

    fn scale(&self) -> Result<ObjectChange, AskError> {
        let read = |object: Option<&RawValue>| -> Result<Option<ScaleObject>, AskError> {
            let wrong =
                |error: serde_json::Error| AskError::new("object", format!("not a Scale that can be read: {error}"));
            let object = object.filter(|object| object.get() != "null");
            object.map(|object| serde_json::from_str(object.get()).map_err(wrong)).transpose()
        };
        let Some(new) = read(self.object)? else { return Ok(ObjectChange::Nothing) };
        let count = |scale: &ScaleObject| super::text::replicas("spec.replicas", scale.spec.replicas, 0);
        let from = read(self.old_object)?.as_ref().map(count).transpose()?;
        Ok(ObjectChange::Scale(Rescale {
            uid: new.metadata.uid.clone(),
            resource: self.resource.resource.clone(),
            name: new.metadata.name.clone(),
            from,
            to: count(&new)?,
        }))
    }
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
