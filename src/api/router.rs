//! The whole API at a glance: each route under the scope that it needs.

use super::problem::Problem;
use super::state::State;
use super::{
    actions, admissions, answers, app, attention, auth, batches, budgets, client_address, compare, editions, enrolment,
    estimates, events, factors, fleet, gaps, greener, grid, job_list, jobs, kubernetes, ledger, metrics, operations,
    periods, providers, series, session, sites, steps, terraform, tokens,
};
use api::{PROBLEM_MEDIA_TYPE, ProblemDocument};
use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use model::Scope;
use std::any::Any;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa::openapi::RefOr;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{AnyOf, OneOf, Schema};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Everything that is served.
pub(crate) fn router(state: &State) -> Router {
    let (routes, mut document) = routes(state).split_for_parts();
    describe_budgets(&mut document);
    // Answers share it.
    let document = Bytes::from(document.to_pretty_json().unwrap_or_default());
    let sign_in = state.sign_in;
    let panicked = {
        let state = Arc::clone(state);
        move |panic| answer_panic(&state, panic)
    };
    routes
        .route("/openapi.json", get(move || std::future::ready(operations::openapi(document.clone()))))
        .fallback(move |request: Request| std::future::ready(app::answer(&request, sign_in)))
        .method_not_allowed_fallback(|method: Method| std::future::ready(Problem::method_not_allowed(method.as_str())))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(state), client_address::name_client))
        .layer(from_fn_with_state(sign_in, operations::harden))
        .layer(from_fn_with_state(Arc::clone(state), metrics::count))
        .layer(map_response(|response| std::future::ready(answers::in_pieces(response))))
        .with_state(Arc::clone(state))
}

fn routes(state: &State) -> OpenApiRouter<State> {
    let mut open = OpenApiRouter::new()
        .routes(routes!(operations::healthz))
        .routes(routes!(operations::readyz))
        .routes(routes!(session::sign_in))
        .routes(routes!(session::follow_link))
        // A code stands in place of a token.
        .routes(routes!(enrolment::enrol))
        // Signed by who asks: it needs no token.
        .routes(routes!(terraform::task))
        .route("/api/v1/admission/terraform", post(terraform::task));
    open.get_openapi_mut().paths.paths.values_mut().filter_map(|item| item.post.as_mut()).for_each(describe_refusals);
    let anyone = OpenApiRouter::new().routes(routes!(session::show, session::sign_out));
    let ingest = OpenApiRouter::new()
        .routes(routes!(batches::post))
        .routes(routes!(jobs::create))
        .routes(routes!(jobs::finish))
        .routes(routes!(steps::report));
    let admit = OpenApiRouter::new()
        .routes(routes!(estimates::estimate))
        .routes(routes!(admissions::admit))
        .routes(routes!(admissions::commit))
        .routes(routes!(admissions::renew))
        .routes(routes!(admissions::name_job))
        .routes(routes!(admissions::release))
        .routes(routes!(budgets::request))
        .routes(routes!(kubernetes::review, kubernetes::heartbeat))
        .routes(routes!(kubernetes::objects));
    let guarded = under(None, anyone, state)
        .merge(under(Some(Scope::Ingest), ingest, state))
        .merge(under(Some(Scope::Read), reading(state), state))
        .merge(under(Some(Scope::Read), large_reading(state), state))
        .merge(under(Some(Scope::Admit), admit, state))
        .merge(under(Some(Scope::Admin), administration(), state));
    // As the API under a version, and where webhooks are usually found.
    let gates =
        OpenApiRouter::new().route("/admission/kubernetes", post(kubernetes::review).get(kubernetes::heartbeat));
    let watch = OpenApiRouter::new().routes(routes!(metrics::show));
    OpenApiRouter::with_openapi(ApiDocument::openapi())
        .nest("/api/v1", guarded)
        .merge(under(Some(Scope::Read), watch, state))
        .merge(under(Some(Scope::Admit), gates, state))
        .merge(open)
}

/// What the scope read opens.
fn reading(state: &State) -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(fleet::nodes))
        .routes(routes!(fleet::devices))
        .routes(routes!(fleet::sites))
        .routes(routes!(fleet::projects))
        .routes(routes!(job_list::list))
        .routes(routes!(job_list::totals))
        .routes(routes!(jobs::show))
        .routes(routes!(grid::zones))
        .routes(routes!(grid::intensity))
        .routes(routes!(providers::list))
        .routes(routes!(greener::best))
        .routes(routes!(attention::list))
        .routes(routes!(gaps::list))
        .routes(routes!(periods::list))
        .routes(routes!(periods::show))
        .routes(routes!(budgets::list))
        .routes(routes!(budgets::show))
        .routes(routes!(budgets::requests))
        .routes(routes!(admissions::list))
        .routes(routes!(admissions::show))
        .routes(routes!(estimates::accuracy))
        .routes(routes!(events::listen))
        .route_layer(from_fn_with_state(Arc::clone(state), answers::bound_small))
}

/// The same, where an answer may take much memory.
fn large_reading(state: &State) -> OpenApiRouter<State> {
    let charts = OpenApiRouter::new()
        .routes(routes!(compare::compare))
        .routes(routes!(series::devices))
        .routes(routes!(series::device))
        .routes(routes!(series::node))
        .routes(routes!(series::job))
        .routes(routes!(series::job_devices))
        .routes(routes!(series::power))
        .routes(routes!(series::intensity))
        .routes(routes!(editions::list))
        .route_layer(from_fn_with_state(Arc::clone(state), answers::bound_chart));
    OpenApiRouter::new()
        .routes(routes!(ledger::entries))
        .routes(routes!(ledger::explain))
        .routes(routes!(ledger::breakdown))
        .routes(routes!(ledger::emissions))
        .route_layer(from_fn_with_state(Arc::clone(state), answers::bound_report))
        .merge(charts)
}

/// What the scope admin opens.
fn administration() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(fleet::add_site))
        .routes(routes!(sites::set_pue))
        .routes(routes!(sites::set_price))
        .routes(routes!(sites::set_zone))
        .routes(routes!(sites::set_factors))
        .routes(routes!(sites::set_idle_owner))
        .routes(routes!(fleet::assign))
        .routes(routes!(fleet::add_project))
        .routes(routes!(factors::import))
        .routes(routes!(providers::sync))
        .routes(routes!(budgets::create))
        .routes(routes!(budgets::revise))
        .routes(routes!(budgets::retire))
        .routes(routes!(budgets::override_budget))
        .routes(routes!(budgets::approve))
        .routes(routes!(budgets::refuse))
        .routes(routes!(periods::close))
        .routes(routes!(periods::restate))
        .routes(routes!(periods::restate_entries))
        .routes(routes!(actions::list))
        .routes(routes!(tokens::create, tokens::list))
        .routes(routes!(tokens::revoke))
        .routes(routes!(tokens::bind_node))
        .routes(routes!(enrolment::create, enrolment::list))
        .routes(routes!(enrolment::revoke))
}

/// `routes` for tokens and sessions that hold `scope`, any where there is none; documented so, with the answers that every such route may give.
fn under(scope: Option<Scope>, routes: OpenApiRouter<State>, state: &State) -> OpenApiRouter<State> {
    let mut routes = routes.route_layer(from_fn_with_state((Arc::clone(state), scope), auth::require));
    for item in routes.get_openapi_mut().paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            let scopes = || scope.map(Scope::name);
            let either = ["token", "session"].map(|scheme| SecurityRequirement::new(scheme, scopes()));
            operation.security = Some(either.into());
            describe_refusals(operation);
        }
    }
    routes
}

/// A budget is shown as its policy with other keys beside: there the policy's schema may refuse no key, as requests do, and of the ways to stand
/// the one without figures holds for every object.
fn describe_budgets(document: &mut utoipa::openapi::OpenApi) {
    let Some(components) = &mut document.components else { return };
    if let Some(RefOr::T(Schema::Object(policy))) = components.schemas.get_mut("PolicyDocument") {
        policy.additional_properties = None;
    }
    if let Some(RefOr::T(standing)) = components.schemas.get_mut("StandingDocument")
        && let Schema::OneOf(ways) = standing
    {
        let OneOf { items, description, .. } = std::mem::take(ways);
        let mut any = AnyOf::new();
        (any.items, any.description) = (items, description);
        *standing = Schema::AnyOf(any);
    }
}

fn describe_refusals(operation: &mut utoipa::openapi::path::Operation) {
    let mut refusals = vec![
        ("400", "A field, parameter or header has a value that cannot be used"),
        ("401", "The request carries no valid token"),
        ("403", "The token lacks the scope that is needed"),
        ("429", "Too many requests; Retry-After says when to try again"),
        ("500", "The service failed; its log says why"),
        ("503", "The service cannot do this now; Retry-After says when to try again"),
    ];
    if operation.request_body.is_some() {
        refusals.extend([
            ("408", "The body took too long or was incomplete"),
            ("413", "The body is too large"),
            ("415", "The media type or encoding of the body is not supported"),
        ]);
    }
    for (status, description) in refusals {
        let content =
            ContentBuilder::new().schema(Some(utoipa::openapi::Ref::from_schema_name("ProblemDocument"))).build();
        let response = ResponseBuilder::new().description(description).content(PROBLEM_MEDIA_TYPE, content).build();
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| response.into());
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Wattledger",
        description = "The energy and carbon ledger for AI compute. Quantities are integers with the unit in the name (`energy_mj`, `co2e_ug`). Times are RFC 3339 in UTC. Intervals are half-open: the start is included, the end is not."
    ),
    components(schemas(ProblemDocument)),
    modifiers(&Access)
)]
struct ApiDocument;

struct Access;

impl utoipa::Modify for Access {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("wl_…").build();
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
        let cookie = "Session cookie set by `POST /api/v1/session`. Over plain HTTP to this machine it is called `wattledger`. A change also needs the header X-CSRF-Token.";
        let cookie = ApiKeyValue::with_description("__Host-wattledger", cookie);
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

fn answer_panic(state: &State, panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<String>().map(String::as_str);
    let message = message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    state.metrics.panic();
    tracing::error!(message, "a request failed because of a defect and was answered with 500");
    Problem::internal().into_response()
}
