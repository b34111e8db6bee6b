//! What the service counts about itself, and what it knows of the fleet and the ledger, for Prometheus.

use super::observed::Observed;
use super::problem::Problem;
use crate::access::Identity;
use crate::series;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use collectors::exposition::Exposition;
use prometheus_client::registry::Registry;

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

/// What is not counted as it happens.
async fn observe(state: &super::state::State) -> Result<Observed, Problem> {
    state.metrics.on_duty(state.duty.term().is_some());
    let now = state.clock.wall();
    let look = move |service: &super::state::ApiService| {
        let behind = series::behind(&service.store, service.series.as_ref(), now)?;
        if let Some(influx) = &service.influx {
            service.metrics.mirror(influx.counts(), series::behind(&service.store, influx.as_ref(), now)?);
        }
        service.exported.look(&service.store, now)?;
        Ok((behind, service.observer.look(now, service.clock.monotonic())?))
    };
    let (behind, observed) = state.work(look).await?;
    state.metrics.charts_behind(behind);
    Ok(observed)
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
///
/// OpenMetrics for a client that accepts it, as Prometheus does, else Prometheus text.
#[utoipa::path(
    get, path = "/metrics", operation_id = "show_metrics", tag = "operations",
    responses((status = 200, description = "Metrics as OpenMetrics or as Prometheus text", content(
        (String = "application/openmetrics-text"), (String = "text/plain")
    )))
)]
pub(crate) async fn show(
    State(state): State<super::state::State>,
    who: Identity,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    super::auth::unbound(&who)?;
    // Whoever repairs a disk that fails needs the counters of the requests that it made fail.
    let fleet = match observe(&state).await {
        Ok(observed) => observed.registry(),
        // Its cause is in the log.
        Err(_) => {
            tracing::error!("the metrics lack the fleet and the ledger, as the store cannot be read");
            state.metrics.scrape_incomplete();
            Registry::default()
        }
    };
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let found = Exposition::of(&[state.metrics.registry(), &fleet], accept).map_err(|_| Problem::internal())?;
    Ok(([(header::CONTENT_TYPE, found.media_type)], found.text).into_response())
}
