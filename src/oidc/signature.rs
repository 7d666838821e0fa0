//! The signature of an ID token. The key says by which algorithm it is checked, and what the token says has to agree.

use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

/// The longest token that is read. Groups of a large house take some kilobytes.
const LONGEST: usize = 64 * 1024;

/// Signatures by a private key that only the provider has. `none` is no algorithm, and those with a shared secret are not
/// for what is published.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// No key of the provider fits the token.
pub(super) struct KeyUnknown;

/// Why a token is not believed.
pub(super) enum SignatureFault {
    /// By its key.
    Key(KeyUnknown),
    /// By itself.
    Token,
}

/// The claims of a token that one of these keys signed.
pub(super) fn claims(token: &str, keys: &[Jwk]) -> Result<Value, SignatureFault> {
    if token.len() > LONGEST {
        return Err(SignatureFault::Token);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| SignatureFault::Token)?;
    if !ALGORITHMS.contains(&header.alg) || header.crit.is_some() {
        return Err(SignatureFault::Token);
    }
    let fits = |key: &&Jwk| {
        let common = &key.common;
        let signs = matches!(common.public_key_use, None | Some(PublicKeyUse::Signature));
        let named = header.kid.is_none() || common.key_id == header.kid;
        let agrees = common
            .key_algorithm
            .is_none_or(|it| it.to_string().parse() == Ok(header.alg));
        signs && named && agrees
    };
    let fitting: Vec<&Jwk> = keys.iter().filter(fits).collect();
    if fitting.is_empty() {
        return Err(SignatureFault::Key(KeyUnknown));
    }
    let mut rules = Validation::new(header.alg);
    // The claims are checked by the domain, by our clock.
    rules.required_spec_claims.clear();
    rules.validate_exp = false;
    rules.validate_aud = false;
    let read = |key: &Jwk| {
        let key = DecodingKey::from_jwk(key).ok()?;
        jsonwebtoken::decode::<Value>(token, &key, &rules).ok()
    };
    let read = fitting.into_iter().find_map(read);
    match (read, header.kid) {
        (Some(data), _) => Ok(data.claims),
        // Without a name, the right key may be one that is new.
        (None, None) => Err(SignatureFault::Key(KeyUnknown)),
        (None, Some(_)) => Err(SignatureFault::Token),
    }
}
