//! What the service counts about itself, for Prometheus.

use super::problem::Problem;
use crate::access::Identity;
use crate::series;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Counts a request and its time.
pub(crate) async fn count(State(state): State<super::state::State>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = known(request.method());
    let begin = state.clock.monotonic();
    let response = next.run(request).await;
    let took = state.clock.monotonic().minus(begin);
    state.metrics.request(method, route, response.status().as_u16(), took);
    response
}

/// Takes what is not counted as it happens.
async fn observe(state: &super::state::State) -> Result<(), Problem> {
    let now = state.clock.wall();
    let behind = state.work(move |service| Ok(series::behind(&service.store, service.series.as_ref(), now)?)).await?;
    state.metrics.charts_behind(behind);
    Ok(())
}

fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}

/// Show the metrics of the service
#[utoipa::path(
    get, path = "/metrics", operation_id = "show_metrics", tag = "operations",
    responses((status = 200, description = "ServiceMetrics as OpenMetrics text", body = String, content_type = "application/openmetrics-text"))
)]
pub(crate) async fn show(State(state): State<super::state::State>, who: Identity) -> Response {
    if let Err(problem) = super::auth::unbound(&who) {
        return problem.into_response();
    }
    if let Err(problem) = observe(&state).await {
        return problem.into_response();
    }
    let Ok(text) = state.metrics.text() else { return Problem::internal().into_response() };
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
}
