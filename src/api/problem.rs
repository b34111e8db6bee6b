//! Problem documents (RFC 9457): every refusal names what is wrong and what to do.

use crate::budget::BudgetError;
use crate::enrolment::EnrolmentError;
use crate::grid::{FactorChoiceError, ZoneError};
use crate::hardware::HardwareError;
use crate::ingest::{IngestError, SpeakerRefusal};
use crate::ledger::LedgerError;
use crate::session::SessionError;
use crate::store::StoreError;
use crate::workload::WorkloadError;
use api::{PROBLEM_MEDIA_TYPE, ProblemDocument};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use wire::WireError;

/// When to come back after the disk took no changes, seconds.
pub(crate) const DISK_RETRY_S: u64 = 30;

/// When to come back after the server of the ledger was away, seconds.
const SERVER_RETRY_S: u64 = 5;

/// A refusal.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: String,
    field: Option<String>,
    retry_after_s: Option<u64>,
    blocks: Option<bool>,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, kind, title, detail: detail.into(), field: None, retry_after_s: None, blocks: None }
    }

    /// 400: `field` holds something that cannot be used.
    pub(crate) fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let mut problem =
            Self::new(StatusCode::BAD_REQUEST, "invalid-field", "A field has a value that cannot be used", detail);
        problem.field = Some(field.into());
        problem
    }

    /// The same, with whether a budget that blocks could count the job.
    pub(crate) const fn of_job(mut self, blocks: bool) -> Self {
        self.blocks = Some(blocks);
        self
    }

    /// 400: the body as a whole cannot be read.
    pub(crate) fn body(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unreadable-body", "The body cannot be read", detail)
    }

    /// 401: no token, or none that is valid; the answer is the same for every reason.
    pub(crate) fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "A valid token is needed",
            "send the header `Authorization: Bearer wl_…` with a token that is neither revoked nor expired, or sign in",
        )
    }

    /// 403: the token may not do this.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "The token may not do this", detail)
    }

    /// 403: a request that came with a session's cookie does not prove that it comes from the app.
    pub(crate) fn cross_site(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "cross-site", "The request cannot be shown to come from the app", detail)
    }

    /// 404: nothing that this token can see.
    pub(crate) fn not_found(what: &str, id: impl std::fmt::Debug) -> Self {
        Self::missing(format!("no {what} {id:?}"))
    }

    /// 404: for the reason that `detail` tells.
    pub(crate) fn missing(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
    }

    /// 404: no such route.
    pub(crate) fn no_route(path: &str) -> Self {
        let detail = format!("there is nothing at {path}: /openapi.json lists every path");
        Self::new(StatusCode::NOT_FOUND, "no-route", "There is no such path", detail)
    }

    /// 405.
    pub(crate) fn method_not_allowed(method: &str) -> Self {
        let detail = format!("{method} is not supported here: /openapi.json lists the methods of every path");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "The path does not support this method", detail)
    }

    /// 408: the body did not arrive in time.
    pub(crate) fn body_too_slow(reason: impl std::fmt::Display) -> Self {
        let detail = format!("the body arrived too slowly, {reason}: send it without pauses, or send less at once");
        Self::new(StatusCode::REQUEST_TIMEOUT, "body-too-slow", "The body took too long", detail)
    }

    /// 408: the connection ended inside the body. Not 400: the same body, sent again, may well be taken.
    pub(crate) fn body_incomplete(reason: impl std::fmt::Display) -> Self {
        let detail = format!("the connection ended before the body was complete ({reason}): send it again");
        Self::new(StatusCode::REQUEST_TIMEOUT, "body-incomplete", "The body was incomplete", detail)
    }

    /// Whether it is a 408: what is left of the body is not worth waiting for.
    pub(crate) fn is_timeout(&self) -> bool {
        self.status == StatusCode::REQUEST_TIMEOUT
    }

    /// Whether the service could not answer, whatever was asked.
    pub(crate) fn is_of_the_service(&self) -> bool {
        self.status.is_server_error()
    }

    /// 409: what is there already contradicts what was sent.
    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "Conflict with what is stored", detail)
    }

    /// 413.
    pub(crate) fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large", detail)
    }

    /// 415.
    pub(crate) fn unsupported(header: &str, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "The media type or encoding is not supported",
            detail,
        );
        problem.field = Some(header.to_owned());
        problem
    }

    /// 422: the question is clear, but nothing known answers it.
    pub(crate) fn cannot_estimate(field: &'static str, detail: impl Into<String>) -> Self {
        let mut problem =
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, "cannot-estimate", "This cannot be estimated", detail);
        problem.field = Some(field.to_owned());
        problem
    }

    /// 429.
    pub(crate) fn too_many(detail: impl Into<String>, retry_after_s: u64) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests", detail);
        problem.retry_after_s = Some(retry_after_s);
        problem
    }

    /// 500: a defect of the service; the log has the cause, the client does not.
    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "The service failed",
            "this is a defect of the service: its log says what happened",
        )
    }

    /// 503: for now.
    pub(crate) fn unavailable(detail: impl Into<String>, retry_after_s: u64) -> Self {
        let mut problem =
            Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The service cannot do this now", detail);
        problem.retry_after_s = Some(retry_after_s);
        problem
    }
}

/// A defect: the cause goes to the log.
fn defect(error: &dyn std::error::Error) -> Problem {
    tracing::error!(%error, "a request failed because of a defect and was answered with 500");
    Problem::internal()
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        // What is wrong with the ledger's server is mended there, or by the upgrade of this service.
        if let StoreError::Away { .. } | StoreError::Unanswered { .. } | StoreError::Newer { .. } = error {
            tracing::error!(%error, "the ledger cannot be used");
            return Self::unavailable(error.to_string(), SERVER_RETRY_S);
        }
        if error.is_of_the_disk() {
            tracing::error!(%error, "nothing was stored");
            return Self::unavailable(
                "nothing was stored: the disk of the service cannot be written now",
                DISK_RETRY_S,
            );
        }
        defect(&error)
    }
}

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Wire(WireError::Json { path, reason }) => Self::field(path, reason),
            IngestError::Wire(WireError::Invalid { field, problem }) => Self::field(field, problem.to_string()),
            IngestError::Wire(WireError::TooLarge { .. }) => Self::too_large(error.to_string()),
            IngestError::Wire(WireError::Version { .. }) => Self::field("version", error.to_string()),
            IngestError::Conflict { .. } => Self::conflict(error.to_string()),
            IngestError::Weight { position, .. } => {
                Self::field(format!("holdings[{position}].weight"), error.to_string())
            }
            IngestError::ForeignJob { position, .. } => {
                Self::field(format!("jobs[{position}].project"), error.to_string())
            }
            IngestError::Refused(SpeakerRefusal::Backdated { field }) => Self::field(field, error.to_string()),
            IngestError::Refused(_) => Self::forbidden(error.to_string()),
            IngestError::Full | IngestError::Overflow(_) => Self::field("windows", error.to_string()),
            IngestError::Store(error) => error.into(),
        }
    }
}

impl From<WorkloadError> for Problem {
    fn from(error: WorkloadError) -> Self {
        match error {
            WorkloadError::Taken { .. } | WorkloadError::Currency { .. } => Self::conflict(error.to_string()),
            WorkloadError::Unknown { .. } => Self::missing(error.to_string()),
            WorkloadError::Ambiguous { .. } => Self::field("devices", error.to_string()),
            WorkloadError::EmptyInterval { .. } => Self::field("to", error.to_string()),
            WorkloadError::Backwards { .. } => Self::conflict(error.to_string()),
            WorkloadError::Period { .. } => Self::field("posting_period_minutes", error.to_string()),
            WorkloadError::Zone(ZoneError::Data(error)) => defect(&error),
            WorkloadError::Zone(_) => Self::field("zone", error.to_string()),
            WorkloadError::Ingest(error) => error.into(),
            WorkloadError::Store(error) => error.into(),
        }
    }
}

impl From<EnrolmentError> for Problem {
    fn from(error: EnrolmentError) -> Self {
        match error {
            EnrolmentError::Taken { .. } => Self::conflict(error.to_string()),
            EnrolmentError::UnknownNode { .. } => Self::missing(error.to_string()),
            EnrolmentError::UnknownToken { .. } | EnrolmentError::Unfit { .. } => {
                Self::field("token", error.to_string())
            }
            EnrolmentError::Randomness(error) => defect(&error),
            EnrolmentError::Store(error) => error.into(),
        }
    }
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Secret(error) => defect(&error),
            SessionError::Store(error) => error.into(),
        }
    }
}

impl From<BudgetError> for Problem {
    fn from(error: BudgetError) -> Self {
        let missing = |field: &str| {
            let mut problem = Self::missing(error.to_string());
            problem.field = Some(field.to_owned());
            problem
        };
        match error {
            BudgetError::UnknownProject { .. } => missing("project"),
            BudgetError::UnknownSite { .. } => missing("site"),
            BudgetError::UnknownBudget { .. }
            | BudgetError::UnknownAdmission { .. }
            | BudgetError::UnknownRequest { .. }
            | BudgetError::ClosedRequest { .. } => Self::missing(error.to_string()),
            BudgetError::Taken { .. } | BudgetError::KeyReused { .. } | BudgetError::State { .. } => {
                Self::conflict(error.to_string())
            }
            BudgetError::Demand { field, problem } => Self::field(field, problem),
            BudgetError::Policy(error) => Self::field(error.field, error.problem),
            BudgetError::Hardware(HardwareError::Data(error)) | BudgetError::Zone(ZoneError::Data(error)) => {
                defect(&error)
            }
            BudgetError::Hardware(error) => Self::cannot_estimate("accelerator", error.to_string()),
            BudgetError::Zone(error) => Self::cannot_estimate("zone", error.to_string()),
            BudgetError::Overflow(error) => Self::field("count", error.to_string()),
            BudgetError::Ledger(error) => (*error).into(),
            BudgetError::Store(error) => error.into(),
        }
    }
}

impl From<ZoneError> for Problem {
    fn from(error: ZoneError) -> Self {
        match error {
            ZoneError::Data(error) => defect(&error),
            unknown => Self::missing(unknown.to_string()),
        }
    }
}

impl From<FactorChoiceError> for Problem {
    fn from(error: FactorChoiceError) -> Self {
        match error {
            FactorChoiceError::Zone(error) => error.into(),
            FactorChoiceError::Store(error) => error.into(),
        }
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::UnknownEntry { .. } | LedgerError::UnknownPeriod { .. } => Self::missing(error.to_string()),
            LedgerError::NotEnded { .. }
            | LedgerError::StillOpen { .. }
            | LedgerError::PeriodTaken { .. }
            | LedgerError::Unchanged { .. } => Self::conflict(error.to_string()),
            LedgerError::Store(error) => error.into(),
            other => defect(&other),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = ProblemDocument {
            r#type: format!("urn:wattledger:problem:{}", self.kind),
            title: self.title.to_owned(),
            status: self.status.as_u16(),
            // Some of it may be what was sent.
            detail: model::plain(&self.detail).into_owned(),
            field: self.field,
            blocks: self.blocks,
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_MEDIA_TYPE));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
