//! The client of the OpenID Connect provider by which staff log in: authorization code flow with PKCE, any provider by
//! discovery.
//!
//! The provider is outside of this program, so everything that it says is checked: its metadata name the issuer that is
//! configured, its addresses are as well protected as the issuer's, and a token is believed only when one of its published
//! keys signed it. What the claims of a token have to say is in [`id_token`].
//!
//! Neither errors nor logs hold what a provider or a browser sent.

mod cached;
mod signature;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use form_urlencoded::Serializer;
use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::domain::staff::id_token::{self, Expected, IdTokenFault, Identity};
use crate::domain::staff::log_in_attempt::Attempt;
use crate::domain::staff::role::Role;
use crate::domain::staff::role_mapping::RoleMapping;

use cached::Cached;
use signature::{KeyUnknown, SignatureFault};
use wire::{Reply, Wire};

/// How long metadata and keys are good.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// How soon the keys may be asked for again because one is missing.
const SOON: TimeDelta = TimeDelta::seconds(10);

/// What is configured.
pub struct Settings {
    /// The issuer, as the provider writes it.
    pub issuer: String,
    /// What people call the provider.
    pub name: String,
    /// Who this server is for the provider.
    pub client_id: String,
    /// By what it proves that; none for a public client.
    pub client_secret: Option<Zeroizing<String>>,
    /// Where the provider sends people back to.
    pub redirect_address: String,
    /// What is asked for, separated by spaces.
    pub scopes: String,
    /// Which roles people get.
    pub roles: RoleMapping,
    /// The deadline of each call.
    pub timeout: Duration,
}

/// An issuer that no log-in can be trusted to.
#[derive(Debug, thiserror::Error)]
#[error("it is not an https:// address without query; http:// is for this computer only")]
pub struct IssuerUnsound;

/// Why the provider could not tell who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProviderFault {
    /// It cannot be reached, or not in time.
    #[error("it cannot be reached: {0}")]
    Unreachable(&'static str),
    /// Too many calls are waiting for it.
    #[error("too many calls are waiting for it")]
    Busy,
    /// It answered with a failure.
    #[error("{0} answered with status {1}")]
    Status(&'static str, u16),
    /// An answer cannot be read.
    #[error("{0} cannot be read")]
    Malformed(&'static str),
    /// Its metadata are those of another issuer.
    #[error("its metadata name another issuer than AFTERCARE_OIDC_ISSUER")]
    OtherIssuer,
    /// An address in its metadata is less protected than the issuer.
    #[error("an address in its metadata is not https://")]
    Unprotected,
    /// It does not know this client, or its secret.
    #[error("it refuses AFTERCARE_OIDC_CLIENT_ID with its secret")]
    ClientRefused,
    /// The code was used before, has expired, or is for another attempt.
    #[error("it does not accept the code")]
    CodeRefused,
    /// The ID token is not signed by it.
    #[error("the ID token is not signed as it has to be")]
    Signature,
    /// The ID token says something else than it has to.
    #[error("a claim of the ID token is wrong: {}", <&str>::from(.0))]
    IdToken(IdTokenFault),
}

/// The provider, as it describes itself (OpenID Connect Discovery 1.0).
#[derive(Debug, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// What the provider gives for a code.
#[derive(Deserialize)]
struct Tokens {
    #[serde(rename = "id_token")]
    id: Zeroizing<String>,
    #[serde(rename = "access_token")]
    access: Option<Zeroizing<String>>,
}

/// Who logged in, and what they may do.
pub struct Person {
    /// Who it is.
    pub identity: Identity,
    /// The roles that the provider gives.
    pub roles: Vec<Role>,
}

/// What the provider sent back with somebody.
pub struct Answer<'a> {
    /// The code to exchange.
    pub code: &'a str,
    /// Who says so (RFC 9207).
    pub issuer: Option<&'a str>,
}

/// The provider.
pub struct Provider {
    settings: Settings,
    wire: Wire,
    metadata: Cached<Metadata>,
    keys: Cached<Vec<Jwk>>,
}

impl Provider {
    /// The provider of these settings. Nothing is asked of it yet.
    ///
    /// # Errors
    ///
    /// When the issuer is not protected by TLS.
    pub fn new(settings: Settings) -> Result<Self, IssuerUnsound> {
        let sound = wire::is_protected(&settings.issuer) || wire::is_here(&settings.issuer);
        if !sound || settings.issuer.contains(['?', '#']) {
            return Err(IssuerUnsound);
        }
        Ok(Self {
            wire: Wire::new(settings.timeout, wire::is_here(&settings.issuer)),
            settings,
            metadata: Cached::default(),
            keys: Cached::default(),
        })
    }

    /// The issuer.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// The address at which somebody logs in for this attempt.
    ///
    /// # Errors
    ///
    /// When the provider does not describe itself.
    pub async fn address(
        &self,
        attempt: &Attempt,
        now: DateTime<Utc>,
    ) -> Result<String, ProviderFault> {
        let metadata = self.metadata(now).await?;
        let endpoint = &metadata.authorization_endpoint;
        let joint = if endpoint.contains('?') { '&' } else { '?' };
        let query = Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.settings.redirect_address)
            .append_pair("scope", &self.settings.scopes)
            .append_pair("state", &attempt.state())
            .append_pair("nonce", &attempt.nonce())
            .append_pair("code_challenge", &attempt.challenge())
            .append_pair("code_challenge_method", "S256")
            .finish();
        Ok(format!("{endpoint}{joint}{query}"))
    }

    /// Who logged in at this attempt.
    ///
    /// # Errors
    ///
    /// When the provider does not say so, or cannot be believed.
    pub async fn person(
        &self,
        attempt: &Attempt,
        answer: &Answer<'_>,
        now: DateTime<Utc>,
    ) -> Result<Person, ProviderFault> {
        let metadata = self.metadata(now).await?;
        let said = answer.issuer.map(|it| it == self.settings.issuer);
        if !said.unwrap_or(!metadata.authorization_response_iss_parameter_supported) {
            return Err(ProviderFault::IdToken(IdTokenFault::Issuer));
        }
        let tokens = self.exchange(&metadata, attempt, answer.code).await?;
        let claims = self.signed_claims(&metadata, &tokens.id, now).await?;
        let expected = Expected {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce: &attempt.nonce(),
        };
        let identity = id_token::check(&claims, &expected, now);
        let identity = identity.map_err(ProviderFault::IdToken)?;
        let roles = self.roles(&metadata, &tokens, &identity, &claims).await?;
        Ok(Person { identity, roles })
    }

    /// The roles by the ID token; where it says nothing of them, by what the provider tells besides (section 5.3).
    async fn roles(
        &self,
        metadata: &Metadata,
        tokens: &Tokens,
        identity: &Identity,
        claims: &Value,
    ) -> Result<Vec<Role>, ProviderFault> {
        const WHAT: &str = "its userinfo endpoint";
        let mapping = &self.settings.roles;
        if mapping.is_told_by(claims) {
            return Ok(mapping.roles(claims));
        }
        if let (Some(address), Some(access)) = (&metadata.userinfo_endpoint, &tokens.access) {
            let bearer = Zeroizing::new(format!("Bearer {}", access.as_str()));
            let more: Value = self.wire.get(address.clone(), Some(bearer), WHAT).await?;
            // It has to be about the same person.
            if more.get("sub").and_then(Value::as_str) != Some(&identity.subject) {
                return Err(ProviderFault::Malformed(WHAT));
            }
            if mapping.is_told_by(&more) {
                return Ok(mapping.roles(&more));
            }
        }
        tracing::warn!(
            "the OpenID Connect provider does not send the claim that AFTERCARE_OIDC_ROLES names"
        );
        Ok(Vec::new())
    }

    /// The tokens for a code.
    async fn exchange(
        &self,
        metadata: &Metadata,
        attempt: &Attempt,
        code: &str,
    ) -> Result<Tokens, ProviderFault> {
        const WHAT: &str = "its token endpoint";
        let client_id = &self.settings.client_id;
        let mut form = vec![
            (
                "grant_type",
                Zeroizing::new("authorization_code".to_owned()),
            ),
            ("code", Zeroizing::new(code.to_owned())),
            (
                "redirect_uri",
                Zeroizing::new(self.settings.redirect_address.clone()),
            ),
            ("code_verifier", attempt.verifier()),
        ];
        // The default of a provider that does not say (RFC 8414).
        let methods = metadata.token_endpoint_auth_methods_supported.as_deref();
        let is_basic = methods.is_none_or(|all| all.iter().any(|it| it == "client_secret_basic"));
        let basic = match &self.settings.client_secret {
            Some(secret) if is_basic => Some(wire::basic(client_id, secret)),
            secret => {
                form.push(("client_id", Zeroizing::new(client_id.clone())));
                form.extend(secret.iter().map(|it| ("client_secret", it.clone())));
                None
            }
        };
        let address = metadata.token_endpoint.clone();
        let Reply { status, body } = self.wire.post(address, form, basic).await?;
        match status {
            200 => serde_json::from_slice(&body).map_err(|_| ProviderFault::Malformed(WHAT)),
            400 | 401 => {
                let error: Option<Value> = serde_json::from_slice(&body).ok();
                let word = error.as_ref().and_then(|it| it.get("error")?.as_str());
                Err(match word {
                    Some("invalid_grant") => ProviderFault::CodeRefused,
                    Some("invalid_client" | "unauthorized_client") => ProviderFault::ClientRefused,
                    _ => ProviderFault::Status(WHAT, status),
                })
            }
            _ => Err(ProviderFault::Status(WHAT, status)),
        }
    }

    /// The claims of a token that one of the provider's keys signed. Where none of those that are known did, they are asked
    /// for again: the provider may have changed them a moment ago.
    async fn signed_claims(
        &self,
        metadata: &Metadata,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Value, ProviderFault> {
        let keys = self.keys(metadata, FRESH, now).await?;
        match signature::claims(token, &keys) {
            Ok(claims) => Ok(claims),
            Err(SignatureFault::Key(KeyUnknown)) => {
                let keys = self.keys(metadata, SOON, now).await?;
                signature::claims(token, &keys).map_err(|_| ProviderFault::Signature)
            }
            Err(SignatureFault::Token) => Err(ProviderFault::Signature),
        }
    }

    async fn metadata(&self, now: DateTime<Utc>) -> Result<Arc<Metadata>, ProviderFault> {
        const WHAT: &str = "its metadata";
        let ask = async || {
            let issuer = &self.settings.issuer;
            let address = format!(
                "{}/.well-known/openid-configuration",
                issuer.trim_end_matches('/')
            );
            let metadata: Metadata = self.wire.get(address, None, WHAT).await?;
            if metadata.issuer != *issuer {
                return Err(ProviderFault::OtherIssuer);
            }
            let addresses = [
                &metadata.authorization_endpoint,
                &metadata.token_endpoint,
                &metadata.jwks_uri,
            ];
            let is_here = wire::is_here(issuer);
            let sound = |it: &String| wire::is_protected(it) || (is_here && wire::is_here(it));
            let more = metadata.userinfo_endpoint.as_ref();
            if !addresses.into_iter().chain(more).all(sound) {
                return Err(ProviderFault::Unprotected);
            }
            Ok(metadata)
        };
        self.metadata.get(FRESH, now, ask).await
    }

    async fn keys(
        &self,
        metadata: &Metadata,
        age: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Arc<Vec<Jwk>>, ProviderFault> {
        const WHAT: &str = "its key set";
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let ask = async || {
            let set: Set = self.wire.get(metadata.jwks_uri.clone(), None, WHAT).await?;
            // A key of a kind that is not known here is not for us (RFC 7517, section 5).
            let known = set.keys.into_iter();
            Ok(known
                .filter_map(|key| serde_json::from_value(key).ok())
                .collect())
        };
        self.keys.get(age, now, ask).await
    }
}
