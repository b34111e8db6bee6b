//! What operators ask: is the service alive, is it ready, what does it serve.

use super::cookie::SignIn;
use super::problem::Problem;
use super::state::{ApiService, State};
use crate::store::StoreError;
use api::{Health, ProblemDocument};
use axum::body::Bytes;
use axum::extract::{Request, State as Extract};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::atomic::Ordering;

fn well() -> axum::Json<Health> {
    axum::Json(Health { status: "ok".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() })
}

/// Check whether the process answers
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, description = "The process is up and answers", body = Health)))]
pub(crate) async fn healthz() -> axum::Json<Health> {
    well()
}

/// Check whether the service is ready for requests
///
/// It is ready if the store can be read and written by this version, and no shutdown has begun. Not to be the service on duty is no fault.
#[utoipa::path(
    get, path = "/readyz", tag = "operations",
    responses(
        (status = 200, description = "The service is ready", body = Health),
        (status = 500, description = "The store cannot be read", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The service is not ready; Retry-After says when to try again", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn readyz(Extract(state): Extract<State>) -> Result<axum::Json<Health>, Problem> {
    if state.is_stopping.load(Ordering::Relaxed) {
        return Err(Problem::unavailable("the service is shutting down", 5));
    }
    if let Some(reason) = state.store.trouble() {
        let detail = format!("the ledger takes no changes: {reason}; the log says more");
        return Err(Problem::unavailable(detail, super::problem::DISK_RETRY_S));
    }
    let look = |service: &ApiService| {
        service.store.check_tables()?;
        Ok(service.store.read::<_, StoreError>(|tx| tx.tokens().any())?)
    };
    state.work(look).await?;
    Ok(well())
}

/// The OpenAPI document, ready to send.
pub(crate) fn openapi(document: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document).into_response()
}

/// Refuses a request that does not name its host once (RFC 9112, 3.2), also of HTTP/1.0: what stands in front of a service may have read another
/// one. Every answer gets headers by which nothing is guessed, framed, shared with another site or kept by caches, and over TLS nothing is asked
/// without it again.
pub(crate) async fn harden(Extract(sign_in): Extract<SignIn>, request: Request, next: Next) -> Response {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    let mut response = match hosts {
        1 => next.run(request).await,
        _ => Problem::body(format!("the request has {hosts} headers Host: send one")).into_response(),
    };
    let headers = response.headers_mut();
    if sign_in == SignIn::Tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
