//! Logging in, refreshing tokens and logging out; and the public key that verifies access tokens.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::app::sessions::{self, OpenSession};
use crate::domain::staff::session_policy::ACCESS_LIFETIME;
use crate::http::auth::client_address::client_address;
use crate::http::auth::token;
use crate::http::auth::{AnyRole, Staff};
use crate::http::extract::Body;
use crate::http::problem::Problem;
use crate::http::rate_limit;
use crate::http::state::State;
use crate::keys::TokenKey;

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(create_session)
        .service(refresh_session)
        .service(delete_session)
        .service(get_jwks);
}

/// The credentials of a log-in.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ann@clinic.example", "password": "correct horse battery staple"}))]
pub struct CreateSessionBody {
    /// E-mail address of the account; upper and lower case are equivalent.
    #[validate(length(min = 1, max = 254))]
    #[schema(min_length = 1, max_length = 254)]
    email: String,
    /// Password.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, format = Password)]
    password: String,
}

/// The token to exchange.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "8Wq0mBq3v1n0cJq1hY2uT0m3mZcS2m4y1u0oXk9aQpE"}))]
pub struct RefreshSessionBody {
    /// The refresh token of the previous reply, valid for one use.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    refresh_token: String,
}

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9…",
    "token_type": "Bearer",
    "expires_in": 900,
    "refresh_token": "8Wq0mBq3v1n0cJq1hY2uT0m3mZcS2m4y1u0oXk9aQpE",
    "refresh_expires_in": 2592000,
}))]
pub struct TokensView {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    pub expires_in: i64,
    /// Exchange it for new tokens before it expires. It is valid for one use.
    pub refresh_token: String,
    /// Seconds until the refresh token expires: 30 days, or less towards the end of the session, 90 days after the log-in, or
    /// 12 hours where the OpenID Connect provider opened it.
    pub refresh_expires_in: i64,
}

/// Log in
///
/// Attempts are limited by account and by network, whether or not the account exists. An unknown account, a disabled
/// one and a wrong password get the same reply after the same work.
#[utoipa::path(
    tag = "sessions",
    request_body = CreateSessionBody,
    responses((status = 201, description = "You are logged in.", body = TokensView, headers(
        ("RateLimit-Policy" = String, description = "The limits on attempts: of the network, and of the account from this network."),
        ("RateLimit" = String, description = "The attempts that are left to this network now."),
    ))),
    extensions(("x-problems" = json!(["login_failed", "passwords_off", "too_many_requests"]))),
)]
#[post("/v1/sessions")]
async fn create_session(
    state: State,
    request: HttpRequest,
    body: Body<CreateSessionBody>,
) -> Result<HttpResponse, Problem> {
    let (session, mut response) = log_in(&state, &request, body).await?;
    Ok(response.json(tokens(&state, session)?))
}

/// Opens a session, and begins the reply with what is left of the limits.
pub(in crate::http) async fn log_in(
    state: &State,
    request: &HttpRequest,
    body: Body<CreateSessionBody>,
) -> Result<(OpenSession, HttpResponseBuilder), Problem> {
    let CreateSessionBody { email, password } = body.read().await?;
    let client = client_address(state, request);
    let attempt = sessions::count_attempt(&state.app, email, client)?;
    let limits = rate_limit::after_attempt(attempt.left_in_network);
    match sessions::log_in(&state.app, attempt, password).await {
        Ok(session) => {
            let mut response = HttpResponse::Created();
            limits.into_iter().for_each(|limit| {
                response.insert_header(limit);
            });
            Ok((session, response))
        }
        Err(error) => Err(Problem::from(error).headers(limits)),
    }
}

/// Exchange a refresh token for new tokens
///
/// Each refresh token is valid for one use. A token that is used again more than ten seconds after its first use ends
/// the whole session, since two clients then hold it. Of two concurrent requests one succeeds, the other is refused,
/// and the session continues. It ends 90 days after the log-in, however often it is refreshed.
#[utoipa::path(
    tag = "sessions",
    request_body = RefreshSessionBody,
    responses((status = 200, description = "New tokens; the old refresh token is spent.", body = TokensView)),
    extensions(("x-problems" = json!(["refresh_failed"]))),
)]
#[post("/v1/sessions/refresh")]
async fn refresh_session(
    state: State,
    body: Body<RefreshSessionBody>,
) -> Result<HttpResponse, Problem> {
    let token = body.read().await?.refresh_token;
    let session = sessions::refresh(&state.app, &token).await?;
    Ok(HttpResponse::Ok().json(tokens(&state, session)?))
}

/// Log out
///
/// The session ends at once, with its access token and all its refresh tokens.
#[utoipa::path(
    tag = "sessions",
    security(("staff" = [])),
    responses((status = 204, description = "You are logged out.")),
)]
#[delete("/v1/sessions")]
async fn delete_session(staff: Staff<AnyRole>, state: State) -> Result<HttpResponse, Problem> {
    sessions::log_out(&state.app, staff.session_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The public keys of access tokens (RFC 7517).
#[derive(Serialize, ToSchema)]
pub struct JwksView {
    /// The keys.
    pub keys: Vec<JwkView>,
}

/// A public key.
#[derive(Serialize, ToSchema)]
pub struct JwkView {
    /// The key type.
    #[schema(example = "OKP")]
    pub kty: &'static str,
    /// The curve.
    #[schema(example = "Ed25519")]
    pub crv: &'static str,
    /// The key in base64url.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    pub x: String,
    /// The key id: the RFC 7638 thumbprint.
    #[schema(example = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")]
    pub kid: String,
    /// The use of the key.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    pub usage: &'static str,
    /// The algorithm.
    #[schema(example = "EdDSA")]
    pub alg: &'static str,
}

/// Get the public keys of access tokens
///
/// With them, other services can check an access token (RFC 7517). There are two
/// while the key that signs is being replaced: look for the one whose `kid` the token names.
#[utoipa::path(
    tag = "sessions",
    responses((status = 200, description = "The keys.", body = JwksView, example = json!({"keys": [{
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "use": "sig", "alg": "EdDSA",
    }]}))),
    extensions(("x-database" = json!(false))),
)]
#[get("/.well-known/jwks.json")]
async fn get_jwks(state: State) -> HttpResponse {
    let view = |key: &TokenKey| JwkView {
        kty: "OKP",
        crv: "Ed25519",
        x: key.public.clone(),
        kid: key.id.clone(),
        usage: "sig",
        alg: "EdDSA",
    };
    let keys = state.app.keys.token_keys().map(view).collect();
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .json(JwksView { keys })
}

pub(in crate::http) fn tokens(state: &State, session: OpenSession) -> Result<TokensView, Problem> {
    let OpenSession {
        session_id,
        staff_id,
        refresh_token,
        refresh_lifetime,
    } = session;
    let (key, now) = (&state.app.keys.signing, state.app.now());
    Ok(TokensView {
        access_token: token::issue(key, staff_id, session_id, now)?,
        token_type: "Bearer",
        expires_in: ACCESS_LIFETIME.num_seconds(),
        refresh_token,
        refresh_expires_in: refresh_lifetime.num_seconds(),
    })
}
