//! Liveness and readiness, for monitoring.

use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::health;
use crate::http::problem::{Code, Problem};
use crate::http::state::State;

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_liveness).service(get_readiness);
}

/// The state of the server.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthView {
    /// `live` or `ready`.
    #[schema(example = "ready")]
    pub status: &'static str,
}

/// Tell that the server runs
///
/// The database is not queried: a server without its database should not be restarted for it.
#[utoipa::path(
    tag = "health",
    responses((status = 200, description = "It runs.", body = HealthView, example = json!({"status": "live"}))),
    extensions(("x-database" = json!(false))),
)]
#[get("/health/live")]
async fn get_liveness() -> HttpResponse {
    HttpResponse::Ok().json(HealthView { status: "live" })
}

/// Tell whether the server can work
///
/// The server is ready when the database responds, its migrations fit this program, and the last response that came could
/// be stored.
#[utoipa::path(
    tag = "health",
    responses((status = 200, description = "It can work.", body = HealthView, example = json!({"status": "ready"}))),
    extensions(("x-problems" = json!(["not_ready"]))),
)]
#[get("/health/ready")]
async fn get_readiness(state: State) -> Result<HttpResponse, Problem> {
    if !health::migrations(&state.app).await?.is_current() {
        let detail =
            "The database and this program are of different versions; run `aftercare migrate`.";
        return Err(Problem::new(Code::NotReady).detail(detail));
    }
    if let Some(reason) = state.app.writes.refused() {
        let detail = format!("The database takes no responses: {reason}.");
        return Err(Problem::new(Code::NotReady).detail(detail).retry_after(5));
    }
    Ok(HttpResponse::Ok().json(HealthView { status: "ready" }))
}
