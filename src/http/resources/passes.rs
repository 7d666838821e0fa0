//! Passes: an invitation is exchanged for a blind signature (RFC 9578), from which the client makes a pass.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::passes::{self, BlindSignature};
use crate::domain::admission::pass::{TOKEN_TYPE, to_base64url};
use crate::http::auth::client_address::client_address;
use crate::http::extract::credential::invitation;
use crate::http::extract::path::CampaignPath;
use crate::http::extract::{Document, Format};
use crate::http::problem::Problem;
use crate::http::state::State;

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(issue_pass)
        .service(issue_pass_by_key)
        .service(get_issuer_directory);
}

/// The media type of the reply with a signature.
const RESPONSE: &str = "application/private-token-response";
/// The media type of the directory.
const DIRECTORY: &str = "application/private-token-issuer-directory";

/// Bytes without further structure.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
struct TokenBytes(#[allow(dead_code, reason = "only its schema is used")] Vec<u8>);

/// Get a pass for an invitation
///
/// The body is a `TokenRequest` of type 0x0002 (RFC 9578, 6.1), the reply a `TokenResponse`. The server signs a blinded
/// value, so it cannot tell later which invitation a pass belongs to. The invitation is used up. An identical request
/// with the same invitation gets an identical reply, so a lost reply does no harm.
#[utoipa::path(
    tag = "passes",
    params(
        CampaignPath,
        ("Invitation" = String, Header, description = "The invitation, 16 letters and digits. Case, spaces and dashes do not matter, nor O for 0, I and L for 1.", example = "ABCD-EFGH-JKMN-PQE4"),
    ),
    request_body(content = inline(TokenBytes), content_type = "application/private-token-request", description = "A `TokenRequest`, 259 bytes."),
    responses((status = 200, description = "A `TokenResponse`, 256 bytes.", content_type = "application/private-token-response", body = inline(TokenBytes))),
    extensions(("x-problems" = json!([
        "campaign_unknown", "campaign_not_open_yet", "campaign_closed", "access_without_passes", "pass_request_malformed",
        "invitation_missing", "invitation_malformed", "invitation_unknown", "invitation_used", "too_many_requests",
    ]))),
)]
#[post("/v1/campaigns/{campaign}/passes")]
async fn issue_pass(
    req: HttpRequest,
    state: State,
    campaign: CampaignPath,
    body: Document,
) -> Result<HttpResponse, Problem> {
    let client = client_address(&state, &req);
    let (_, bytes) = body.read(&[Format::TokenRequest]).await?;
    let (key, invitation) = (campaign.key()?, invitation(&req));
    let signature = passes::issue(&state.app, &key, &bytes, invitation, client).await?;
    Ok(reply(signature))
}

/// Get a pass for an invitation from the issuer
///
/// The same operation for client libraries that know only the issuer: the key that the request names determines the
/// campaign.
#[utoipa::path(
    tag = "passes",
    params(
        ("Invitation" = String, Header, description = "The invitation, 16 letters and digits. Case, spaces and dashes do not matter, nor O for 0, I and L for 1.", example = "ABCD-EFGH-JKMN-PQE4"),
    ),
    request_body(content = inline(TokenBytes), content_type = "application/private-token-request", description = "A `TokenRequest`, 259 bytes."),
    responses((status = 200, description = "A `TokenResponse`, 256 bytes.", content_type = "application/private-token-response", body = inline(TokenBytes))),
    extensions(("x-problems" = json!([
        "campaign_not_open_yet", "campaign_closed", "access_without_passes", "pass_request_malformed",
        "invitation_missing", "invitation_malformed", "invitation_unknown", "invitation_used", "too_many_requests",
    ]))),
)]
#[post("/v1/passes")]
async fn issue_pass_by_key(
    req: HttpRequest,
    state: State,
    body: Document,
) -> Result<HttpResponse, Problem> {
    let (_, bytes) = body.read(&[Format::TokenRequest]).await?;
    let (invitation, client) = (invitation(&req), client_address(&state, &req));
    let signature = passes::issue_by_key(&state.app, &bytes, invitation, client).await?;
    Ok(reply(signature))
}

fn reply(signature: BlindSignature) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(RESPONSE)
        .body(signature.to_vec())
}

/// The issuer directory of RFC 9578, 4.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IssuerDirectoryView {
    /// The URL for token requests, relative to the directory.
    issuer_request_uri: &'static str,
    /// The public keys of all campaigns that issue passes now or later.
    token_keys: Vec<TokenKeyView>,
}

/// A public key in the directory.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TokenKeyView {
    /// The token type. 2 is Blind RSA with 2048 bits.
    token_type: u16,
    /// DER of a SubjectPublicKeyInfo in base64url.
    token_key: String,
    /// From when the campaign issues passes, in seconds of Unix time.
    not_before: i64,
}

/// List the keys that sign passes
///
/// The issuer directory of RFC 9578. The reply for a campaign says which key belongs to it.
#[utoipa::path(
    tag = "passes",
    responses((
        status = 200,
        description = "The directory.",
        content_type = "application/private-token-issuer-directory",
        body = IssuerDirectoryView,
        example = json!({
            "issuer-request-uri": "/v1/passes",
            "token-keys": [{"token-type": 2, "token-key": "MIIBUjA9BgkqhkiG9w0BAQowMKANMAsGCWCGSAFlAwQCAqEaMBgG…", "not-before": 1801699200}],
        }),
    )),
)]
#[get("/.well-known/private-token-issuer-directory")]
async fn get_issuer_directory(state: State) -> Result<HttpResponse, Problem> {
    let keys = passes::keys(&state.app).await?;
    let view = |(spki, opens_at): (Vec<u8>, DateTime<Utc>)| TokenKeyView {
        token_type: TOKEN_TYPE,
        token_key: to_base64url(&spki),
        not_before: opens_at.timestamp(),
    };
    let directory = IssuerDirectoryView {
        issuer_request_uri: "/v1/passes",
        token_keys: keys.into_iter().map(view).collect(),
    };
    let json = serde_json::to_string(&directory)
        .map_err(|_| Problem::internal("the directory cannot be written"))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .content_type(DIRECTORY)
        .body(json))
}
