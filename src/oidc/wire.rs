//! Calls to the provider, each with a deadline. They run on threads of their own, and only so many at a time.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::byte_serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use ureq::http::{Response, Uri, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body, Error};
use zeroize::Zeroizing;

use super::ProviderFault;
use crate::tls;

/// The longest answer that is read.
const LONGEST: u64 = 256 * 1024;
/// The calls at a time.
const CALLS: usize = 8;

/// The way to the provider.
pub(super) struct Wire {
    agent: Agent,
    permits: Arc<Semaphore>,
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Zeroizing<Vec<u8>>,
}

impl Wire {
    /// With this deadline for a call. To a provider on this computer, no proxy leads.
    pub(super) fn new(timeout: Duration, is_here: bool) -> Self {
        let roots = rustls_native_certs::load_native_certs().certs;
        let roots: Vec<_> = roots
            .iter()
            .map(|it| Certificate::from_der(it).to_owned())
            .collect();
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(tls::provider())
            .root_certs(RootCerts::new_with_certs(&roots))
            .build();
        let config = Agent::config_builder()
            .timeout_global(Some(timeout))
            // Secrets go to the address that the provider names, and to no other.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent("aftercare")
            .tls_config(tls);
        let config = match is_here {
            true => config.proxy(None),
            false => config,
        };
        Self {
            agent: config.build().into(),
            permits: Arc::new(Semaphore::new(CALLS)),
        }
    }

    /// What is at an address.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        address: String,
        credentials: Option<Zeroizing<String>>,
        what: &'static str,
    ) -> Result<T, ProviderFault> {
        let call = move |agent: &Agent| {
            let mut request = agent.get(&address);
            request = request.header(header::ACCEPT, "application/json");
            if let Some(credentials) = &credentials {
                request = request.header(header::AUTHORIZATION, credentials.as_str());
            }
            request.call()
        };
        let Reply { status, body } = self.call(call).await?;
        match status {
            200 => serde_json::from_slice(&body).map_err(|_| ProviderFault::Malformed(what)),
            _ => Err(ProviderFault::Status(what, status)),
        }
    }

    /// The answer to a form.
    pub(super) async fn post(
        &self,
        address: String,
        form: Vec<(&'static str, Zeroizing<String>)>,
        basic: Option<Zeroizing<String>>,
    ) -> Result<Reply, ProviderFault> {
        let call = move |agent: &Agent| {
            let mut request = agent.post(&address);
            request = request.header(header::ACCEPT, "application/json");
            if let Some(basic) = &basic {
                request = request.header(header::AUTHORIZATION, basic.as_str());
            }
            request.send_form(form.iter().map(|(name, value)| (*name, value.as_str())))
        };
        self.call(call).await
    }

    async fn call(
        &self,
        call: impl FnOnce(&Agent) -> Result<Response<Body>, Error> + Send + 'static,
    ) -> Result<Reply, ProviderFault> {
        let permit = Arc::clone(&self.permits).try_acquire_owned();
        let permit = permit.map_err(|_| ProviderFault::Busy)?;
        let agent = self.agent.clone();
        let called = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut response = call(&agent)?;
            let status = response.status().as_u16();
            let body = response.body_mut().with_config().limit(LONGEST);
            let body = Zeroizing::new(body.read_to_vec()?);
            Ok(Reply { status, body })
        });
        match called.await {
            Ok(result) => result.map_err(|error: Error| ProviderFault::Unreachable(kind(&error))),
            Err(_) => Err(ProviderFault::Unreachable("the call broke off")),
        }
    }
}

/// What kind of failure it was. The messages of others could say more than logs may.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::Timeout(_) => "it did not answer in time",
        Error::HostNotFound => "its host is not known",
        Error::ConnectionFailed => "no connection",
        Error::Io(_) => "the connection failed",
        Error::Tls(_) | Error::Rustls(_) => "TLS failed",
        Error::BodyExceedsLimit(_) => "its answer is too long",
        Error::BadUri(_) | Error::Http(_) => "its address cannot be read",
        _ => "the call failed",
    }
}

/// The header by which a client proves who it is (RFC 6749, section 2.3.1).
pub(super) fn basic(client_id: &str, secret: &str) -> Zeroizing<String> {
    let coded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let both = Zeroizing::new(format!("{}:{}", coded(client_id), coded(secret)));
    Zeroizing::new(format!("Basic {}", STANDARD.encode(both.as_bytes())))
}

/// Whether what goes to this address is protected by TLS.
pub(super) fn is_protected(address: &str) -> bool {
    host(address).is_some_and(|(scheme, _)| scheme == "https")
}

/// Whether what goes to this address does not leave the computer.
pub(super) fn is_here(address: &str) -> bool {
    let here = ["localhost", "127.0.0.1", "[::1]"];
    host(address).is_some_and(|(scheme, host)| scheme == "http" && here.contains(&&*host))
}

fn host(address: &str) -> Option<(String, String)> {
    let address: Uri = address.parse().ok()?;
    let authority = address.authority()?;
    // A name before the host would be somebody's credentials.
    let named = !authority.as_str().contains('@') && !authority.host().is_empty();
    let scheme = address.scheme_str()?.to_owned();
    named.then(|| (scheme, authority.host().to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_and_this_computer_protect_what_is_sent() {
        for (address, protected, here) in [
            ("https://id.example/realms/clinic", true, false),
            ("http://id.example", false, false),
            ("http://localhost:8080/realms", false, true),
            ("http://127.0.0.1:1", false, true),
            ("http://[::1]:1/", false, true),
            ("http://localhost.example", false, false),
            ("http://localhost@id.example", false, false),
            ("https://ann@id.example", false, false),
            ("ftp://id.example", false, false),
            ("id.example", false, false),
            ("", false, false),
        ] {
            assert_eq!(
                (is_protected(address), is_here(address)),
                (protected, here),
                "{address}"
            );
        }
    }

    #[test]
    fn names_and_secrets_are_coded_before_they_are_joined() {
        let header = basic("a:b", "c d%");
        let sent = STANDARD.decode(header.strip_prefix("Basic ").unwrap());
        assert_eq!(sent.unwrap(), b"a%3Ab:c+d%25");
    }
}
