//! Passes: an invitation is exchanged for a blind signature (RFC 9578), of which the client makes a pass.

use actix_web::http::header;
use actix_web::web::{Bytes, Path, block};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::admission::pass::request::TokenRequest;
use crate::domain::admission::pass::{TOKEN_TYPE, to_base64url};
use crate::domain::campaign::access::Access;
use crate::http::app::AppState;
use crate::http::extract::credential::invitation;
use crate::http::extract::{Document, Format, State};
use crate::http::problem::{Code, Problem};
use crate::random;
use crate::store::campaigns::{CampaignRow, Window, find_campaign};
use crate::store::passes::{
    Exchange, exchange_invitation, find_campaign_by_key_byte, find_pass_key, list_pass_keys,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(issue_pass)
        .service(issue_pass_by_key)
        .service(get_issuer_directory);
}

/// What the answer with a signature is.
const RESPONSE: &str = "application/private-token-response";
/// What the directory is.
const DIRECTORY: &str = "application/private-token-issuer-directory";

/// Bytes as they are.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
struct TokenBytes(#[allow(dead_code, reason = "only its schema is used")] Vec<u8>);

/// Get a pass for an invitation
///
/// The body is a `TokenRequest` of type 0x0002 (RFC 9578, 6.1), the answer a `TokenResponse`. The server signs without
/// seeing what, so it cannot tell later which invitation a pass was got for. The invitation is used up. The very same
/// request with the same invitation gives the same answer again, so that a lost answer is no loss.
#[utoipa::path(
    tag = "passes",
    params(
        ("campaign" = String, Path, description = "The campaign's key.", example = "world-cancer-day-2027"),
        ("Invitation" = String, Header, description = "The invitation, 16 letters and digits. Case, spaces and dashes do not matter, nor O for 0, I and L for 1.", example = "ABCD-EFGH-JKMN-PQE4"),
    ),
    request_body(content = inline(TokenBytes), content_type = "application/private-token-request", description = "A `TokenRequest`, 259 bytes."),
    responses((status = 200, description = "A `TokenResponse`, 256 bytes.", content_type = "application/private-token-response", body = inline(TokenBytes))),
    extensions(("x-problems" = json!([
        "campaign_unknown", "campaign_not_open_yet", "campaign_closed", "access_without_passes", "pass_request_malformed",
        "invitation_missing", "invitation_malformed", "invitation_unknown", "invitation_used",
    ]))),
)]
#[post("/v1/campaigns/{campaign}/passes")]
async fn issue_pass(
    req: HttpRequest,
    state: State,
    campaign: Path<String>,
    body: Document,
) -> Result<HttpResponse, Problem> {
    let (_, bytes) = body.read(&[Format::TokenRequest]).await?;
    let found = find_campaign(&mut *state.connection().await?, &campaign).await?;
    let (campaign, _) = found.ok_or(Code::CampaignUnknown)?;
    issue(&req, &state, &campaign, &bytes).await
}

/// Get a pass for an invitation from the issuer
///
/// The same for client libraries that know the issuer only: the campaign is the one whose key the request names.
#[utoipa::path(
    tag = "passes",
    params(
        ("Invitation" = String, Header, description = "The invitation, 16 letters and digits. Case, spaces and dashes do not matter, nor O for 0, I and L for 1.", example = "ABCD-EFGH-JKMN-PQE4"),
    ),
    request_body(content = inline(TokenBytes), content_type = "application/private-token-request", description = "A `TokenRequest`, 259 bytes."),
    responses((status = 200, description = "A `TokenResponse`, 256 bytes.", content_type = "application/private-token-response", body = inline(TokenBytes))),
    extensions(("x-problems" = json!([
        "campaign_not_open_yet", "campaign_closed", "access_without_passes", "pass_request_malformed",
        "invitation_missing", "invitation_malformed", "invitation_unknown", "invitation_used",
    ]))),
)]
#[post("/v1/passes")]
async fn issue_pass_by_key(
    req: HttpRequest,
    state: State,
    body: Document,
) -> Result<HttpResponse, Problem> {
    let (_, bytes) = body.read(&[Format::TokenRequest]).await?;
    let byte = read_request(&bytes)?.truncated_key_id;
    let found = find_campaign_by_key_byte(&mut *state.connection().await?, byte).await?;
    let campaign = found.ok_or_else(|| malformed(KEY_UNKNOWN))?;
    issue(&req, &state, &campaign, &bytes).await
}

async fn issue(
    req: &HttpRequest,
    state: &AppState,
    campaign: &CampaignRow,
    bytes: &Bytes,
) -> Result<HttpResponse, Problem> {
    check_open(campaign, state.now())?;
    let mut conn = state.connection().await?;
    let key = state.pass_keys.get(&mut conn, campaign.id).await?;
    let request = read_request(bytes)?;
    let id = key.public.id();
    if id.last() != Some(&request.truncated_key_id) {
        return Err(malformed(KEY_UNKNOWN));
    }
    if !key.public.can_sign(&request.blinded) {
        return Err(malformed(
            "The blinded message is no number below the modulus.",
        ));
    }
    let invitation = invitation(req)?;
    let server = &state.keys.server;
    let used_for = server.hash(&[b"pass request", campaign.id.as_bytes(), bytes]);
    let invitation = server.invitation_hash(campaign.id, &invitation);
    match exchange_invitation(&mut conn, &invitation, &used_for).await? {
        Exchange::Now | Exchange::Again => {}
        Exchange::Used => return Err(Code::InvitationUsed.into()),
        Exchange::Unknown => return Err(Code::InvitationUnknown.into()),
    }
    // After the invitation: an answer that is lost on the way is given again, an invitation is not.
    let row = find_pass_key(&mut conn, campaign.id).await?;
    drop(conn);
    let sealed = row.and_then(|row| row.private_key);
    let sealed = sealed.ok_or(Code::CampaignClosed)?;
    let signature = sign(state, campaign, id, sealed, request).await?;
    Ok(HttpResponse::Ok()
        .content_type(RESPONSE)
        .body(signature.to_vec()))
}

fn check_open(campaign: &CampaignRow, now: DateTime<Utc>) -> Result<(), Problem> {
    if campaign.access() != Access::Pass {
        return Err(Code::AccessWithoutPasses.into());
    }
    match campaign.window(now) {
        Window::Upcoming => Err(Code::CampaignNotOpenYet.into()),
        Window::Closed => Err(Code::CampaignClosed.into()),
        Window::Open => Ok(()),
    }
}

/// Opens the private key, signs, and forgets it again, on a thread where that keeps nobody waiting.
async fn sign(
    state: &AppState,
    campaign: &CampaignRow,
    key_id: [u8; 32],
    sealed: Vec<u8>,
    request: TokenRequest,
) -> Result<[u8; 256], Problem> {
    let (server, campaign) = (state.keys.server.clone(), campaign.id);
    let mut random = random::generator()?;
    let sign = move || {
        let private = server.open_pass_key((campaign, &key_id), &sealed)?;
        private.sign(&request.blinded, &mut random)
    };
    let signed = block(sign).await;
    signed
        .map_err(|_| Problem::internal("the signing of a pass was cancelled"))?
        .map_err(|_| Problem::internal("a pass could not be signed"))
}

fn read_request(bytes: &[u8]) -> Result<TokenRequest, Problem> {
    TokenRequest::parse(bytes)
        .map_err(|fault| malformed(&format!("It is no TokenRequest: {fault}.")))
}

const KEY_UNKNOWN: &str = "The byte after the type does not name the key of an open campaign.";

fn malformed(detail: &str) -> Problem {
    Problem::new(Code::PassRequestMalformed).detail(detail)
}

/// The issuer's directory of RFC 9578, 4.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IssuerDirectoryView {
    /// Where requests go, relative to the directory.
    issuer_request_uri: &'static str,
    /// The public keys of all campaigns that give passes, or will.
    token_keys: Vec<TokenKeyView>,
}

/// A public key in the directory.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TokenKeyView {
    /// 2: Blind RSA with 2048 bits.
    token_type: u16,
    /// DER of a SubjectPublicKeyInfo in base64url.
    token_key: String,
    /// From when its campaign gives passes, in seconds of Unix time.
    not_before: i64,
}

/// List the keys that sign passes
///
/// The issuer directory of RFC 9578. Which key belongs to which campaign, the campaign itself says.
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
    let mut conn = state.connection().await?;
    let keys = list_pass_keys(&mut conn, state.now()).await?;
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
