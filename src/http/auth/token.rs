//! Access tokens: short-lived JWTs that name a session. Roles are not in the token. They are looked up for each
//! request, so that a revoked session or role takes effect at once.

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::ids::{SessionId, StaffId};
use crate::domain::staff::session_policy::ACCESS_LIFETIME;
use crate::http::problem::{Code, Problem, challenge};
use crate::keys::{Keys, TokenKey};

const ISSUER: &str = "aftercare";
const AUDIENCE: &str = "aftercare-api";
/// The type of RFC 9068, so that other kinds of JWT are not accepted as access tokens.
const KIND: &str = "at+jwt";
/// The maximum length of a token. Ours are about 400 bytes; the limit keeps clients from having megabytes decoded.
const LONGEST: usize = 2048;

/// The claims of an access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    /// The account.
    pub sub: Uuid,
    /// The session.
    pub sid: Uuid,
    iat: i64,
    exp: i64,
}

/// Issues a token for a session.
pub fn issue(
    key: &TokenKey,
    staff_id: StaffId,
    session_id: SessionId,
    now: DateTime<Utc>,
) -> Result<String, Problem> {
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: staff_id.0,
        sid: session_id.0,
        iat: now.timestamp(),
        exp: (now + ACCESS_LIFETIME).timestamp(),
    };
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(KIND.to_owned());
    header.kid = Some(key.id.clone());
    jsonwebtoken::encode(&header, &claims, &key.encoding)
        .map_err(|_| Problem::internal("an access token cannot be signed"))
}

/// Verifies a token. Its header says which of our keys signed it. The algorithm comes from our key, never from the token.
pub fn check(keys: &Keys, token: &str, now: DateTime<Utc>) -> Result<Claims, Problem> {
    let refused = challenge::token_refused;
    if token.len() > LONGEST {
        return Err(refused());
    }
    let named = jsonwebtoken::decode_header(token)
        .ok()
        .and_then(|it| it.kid);
    let key = keys
        .token_keys()
        .find(|key| named.as_ref() == Some(&key.id));
    let key = key.ok_or_else(refused)?;
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[AUDIENCE]);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    // The library would read the system clock; the time is checked against ours instead.
    rules.validate_exp = false;
    let data =
        jsonwebtoken::decode::<Claims>(token, &key.decoding, &rules).map_err(|_| refused())?;
    let header = &data.header;
    if header.kid.as_deref() != Some(&*key.id)
        || header.typ.as_deref() != Some(KIND)
        || header.crit.is_some()
    {
        return Err(refused());
    }
    if data.claims.exp <= now.timestamp() {
        return Err(Code::TokenExpired.into());
    }
    Ok(data.claims)
}
