//! Settings of the HTTP interface.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::proxies::{ProxyConfig, ProxyConfigError};

/// The HTTP interface.
#[derive(Debug, Clone, Args)]
pub struct HttpConfig {
    /// Address to serve the API on; port 0 takes a free one
    #[arg(
        long,
        env = "AFTERCARE_LISTEN",
        default_value = "127.0.0.1:8080",
        value_parser = address,
        value_name = "HOST:PORT"
    )]
    pub listen: SocketAddr,
    /// Certificate of the server, with those of the CAs between, in PEM; with it the API is served over TLS
    #[arg(long, env = "AFTERCARE_TLS_CERT_FILE", value_name = "FILE")]
    tls_cert_file: Option<PathBuf>,
    /// Private key of that certificate, in PEM
    #[arg(long, env = "AFTERCARE_TLS_KEY_FILE", value_name = "FILE")]
    tls_key_file: Option<PathBuf>,
    /// Address to serve metrics on; empty turns them off
    #[arg(
        long,
        env = "AFTERCARE_METRICS_LISTEN",
        default_value = "127.0.0.1:9090",
        value_name = "HOST:PORT"
    )]
    metrics_listen: String,
    /// File with a token that whoever reads the metrics must send (`Authorization: Bearer …`). Needed where the metrics
    /// are served on another address than a loopback one
    #[arg(long, env = "AFTERCARE_METRICS_TOKEN_FILE", value_name = "FILE")]
    pub metrics_token_file: Option<PathBuf>,
    /// Origins whose web pages may call the API, separated by commas [default: none]
    #[arg(
        long,
        env = "AFTERCARE_CORS_ORIGINS",
        default_value = "",
        hide_default_value = true,
        value_name = "ORIGINS"
    )]
    cors_origins: String,
    /// Host name under which clients reach the API, with the port if that is not 443. It is the name of
    /// the issuer of passes
    #[arg(
        long,
        env = "AFTERCARE_PUBLIC_HOST",
        default_value = "localhost",
        value_name = "HOST"
    )]
    public_host: String,
    /// Largest request body, in bytes
    #[arg(
        long,
        env = "AFTERCARE_MAX_BODY",
        default_value_t = 256 * 1024,
        value_name = "BYTES"
    )]
    pub max_body: usize,
    /// Seconds a client has to send its request headers
    #[arg(
        long,
        env = "AFTERCARE_HEADER_TIMEOUT",
        default_value_t = 10,
        value_name = "SECONDS"
    )]
    header_timeout: u64,
    /// Seconds that accepted requests have to finish when the server is asked to stop
    #[arg(
        long,
        env = "AFTERCARE_SHUTDOWN_GRACE",
        default_value_t = 30,
        value_name = "SECONDS"
    )]
    pub shutdown_grace: u64,
    /// The proxies in front of the server.
    #[command(flatten)]
    pub proxies: ProxyConfig,
    /// Seconds a client may take nothing of a reply while it is sent
    #[arg(
        long,
        env = "AFTERCARE_READING_TIMEOUT",
        default_value_t = 30,
        value_name = "SECONDS"
    )]
    reading_timeout: u64,
    /// Most open connections of clients [default: what the limit on open files leaves, 10,000 at most]
    #[arg(long, env = "AFTERCARE_MAX_CONNECTIONS", value_name = "COUNT")]
    pub max_connections: Option<usize>,
    /// Threads that serve requests [default: one a core]
    #[arg(long, env = "AFTERCARE_WORKERS", value_name = "COUNT")]
    pub workers: Option<usize>,
}

/// The files of the server's certificate.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate, and those of the CAs between.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// A setting of the HTTP interface that is invalid.
#[derive(Debug, thiserror::Error)]
pub enum HttpConfigError {
    /// The value is not an address.
    #[error("AFTERCARE_METRICS_LISTEN: {0}")]
    Metrics(String),
    /// The value is not an origin.
    #[error(
        "AFTERCARE_CORS_ORIGINS: `{0}` is not an origin; write them as https://example.org, without a path"
    )]
    Origin(String),
    /// The value is not a host.
    #[error(
        "AFTERCARE_PUBLIC_HOST: `{0}` is not a host; write it as survey.example.org or survey.example.org:8443"
    )]
    Host(String),
    /// A certificate without a key, or a key without a certificate.
    #[error(
        "AFTERCARE_TLS_CERT_FILE and AFTERCARE_TLS_KEY_FILE belong together: set both, or none"
    )]
    HalfTls,
    /// The proxies are wrong.
    #[error(transparent)]
    Proxies(#[from] ProxyConfigError),
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            tls_cert_file: None,
            tls_key_file: None,
            metrics_listen: String::new(),
            metrics_token_file: None,
            cors_origins: String::new(),
            public_host: String::new(),
            max_body: 256 * 1024,
            header_timeout: 10,
            shutdown_grace: 30,
            proxies: ProxyConfig::default(),
            reading_timeout: 30,
            max_connections: None,
            workers: None,
        }
    }
}

impl HttpConfig {
    /// A copy of the settings with these allowed origins.
    pub fn with_cors_origins(mut self, origins: &str) -> Self {
        self.cors_origins = origins.to_owned();
        self
    }

    /// A copy of the settings with this time limit for the request headers, in seconds.
    pub fn with_header_timeout(self, seconds: u64) -> Self {
        Self {
            header_timeout: seconds,
            ..self
        }
    }

    /// A copy of the settings with this time limit for a client that does not read, in seconds.
    pub fn with_reading_timeout(self, seconds: u64) -> Self {
        Self {
            reading_timeout: seconds,
            ..self
        }
    }

    /// A copy of the settings with so many connections at most.
    pub fn with_max_connections(self, most: usize) -> Self {
        Self {
            max_connections: Some(most),
            ..self
        }
    }

    /// A copy of the settings that trusts these proxies to name the client in this header.
    pub fn with_trusted_proxies(mut self, proxies: &str, header: &str) -> Self {
        self.proxies = ProxyConfig::new(proxies, header);
        self
    }

    /// A copy of the settings with this public host name.
    pub fn with_public_host(mut self, host: &str) -> Self {
        self.public_host = host.to_owned();
        self
    }

    /// A copy of the settings that serves over TLS.
    pub fn with_tls_files(self, files: TlsFiles) -> Self {
        Self {
            tls_cert_file: Some(files.certificate),
            tls_key_file: Some(files.key),
            ..self
        }
    }

    /// The files of the server's certificate; none where a proxy speaks TLS.
    pub fn tls_files(&self) -> Result<Option<TlsFiles>, HttpConfigError> {
        let certificate = super::unless_empty(&self.tls_cert_file);
        match (certificate, super::unless_empty(&self.tls_key_file)) {
            (Some(certificate), Some(key)) => Ok(Some(TlsFiles { certificate, key })),
            (None, None) => Ok(None),
            _ => Err(HttpConfigError::HalfTls),
        }
    }

    /// The address of the metrics; none when metrics are off.
    pub fn metrics_listen(&self) -> Result<Option<SocketAddr>, HttpConfigError> {
        match self.metrics_listen.trim() {
            "" => Ok(None),
            text => address(text).map(Some).map_err(HttpConfigError::Metrics),
        }
    }

    /// The origins allowed by CORS.
    pub fn cors_origins(&self) -> Result<Vec<String>, HttpConfigError> {
        let listed = self.cors_origins.split(',').map(str::trim);
        listed
            .filter(|origin| !origin.is_empty())
            .map(|origin| {
                let host = origin
                    .strip_prefix("https://")
                    .or_else(|| origin.strip_prefix("http://"));
                match host {
                    Some(host) if !host.is_empty() && !host.contains(['/', '*', ' ']) => {
                        Ok(origin.to_owned())
                    }
                    _ => Err(HttpConfigError::Origin(origin.to_owned())),
                }
            })
            .collect()
    }

    /// The host name under which clients reach the API.
    pub fn public_host(&self) -> Result<String, HttpConfigError> {
        let host = match self.public_host.trim() {
            "" => "localhost".to_owned(),
            host => host.to_ascii_lowercase(),
        };
        let authority: Option<actix_web::http::uri::Authority> = host.parse().ok();
        let sound = |it: &actix_web::http::uri::Authority| {
            let named = it.host().len() <= 253 && !it.host().is_empty();
            named && !host.contains('@') && (it.port_u16().is_some() || it.host() == host)
        };
        match authority.filter(sound) {
            Some(_) => Ok(host),
            None => Err(HttpConfigError::Host(host)),
        }
    }

    /// The absolute address under which clients reach the API, without a path. It is empty while the public host is not
    /// set: a `Host` header is what the client says, and no address for others.
    pub fn public_url(&self) -> Result<String, HttpConfigError> {
        let host = self.public_host()?;
        match host.split(':').next() {
            Some("localhost") => Ok(String::new()),
            _ => Ok(format!("https://{host}")),
        }
    }

    /// The time limit for a client that takes nothing of a reply.
    pub fn reading_timeout(&self) -> Duration {
        Duration::from_secs(self.reading_timeout.max(1))
    }

    /// The time limit for the request headers.
    pub fn header_timeout(&self) -> Duration {
        Duration::from_secs(self.header_timeout.max(1))
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let hint = || format!("`{text}` is not an address; write it as 127.0.0.1:8080");
    let mut found = text.to_socket_addrs().map_err(|_| hint())?;
    found.next().ok_or_else(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_settings_count_as_unset() {
        let http = HttpConfig::default();
        assert!(http.metrics_listen().unwrap().is_none());
        assert!(http.cors_origins().unwrap().is_empty());
        let none = TlsFiles {
            certificate: PathBuf::new(),
            key: PathBuf::new(),
        };
        let http = http.with_tls_files(none);
        assert!(http.tls_files().unwrap().is_none());
    }

    #[test]
    fn the_public_host_is_the_authority_of_an_address() {
        let host = |text| HttpConfig::default().with_public_host(text).public_host();
        assert_eq!(host("").unwrap(), "localhost");
        assert_eq!(host(" Survey.Example.org ").unwrap(), "survey.example.org");
        for right in ["survey.example.org:8443", "192.0.2.1:80", "[::1]:8080"] {
            assert_eq!(host(right).unwrap(), right);
        }
        for wrong in [
            "https://a.example",
            "a.example/",
            "ann@a.example",
            "a.example:",
            "a.example:port",
            "a b",
            "\"a\"",
            "설문.example",
        ] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_public_url_is_known_once_the_host_is() {
        let url = |host| HttpConfig::default().with_public_host(host).public_url();
        assert_eq!(url("").unwrap(), "");
        assert_eq!(url("localhost:8443").unwrap(), "");
        assert_eq!(url("a.example:8443").unwrap(), "https://a.example:8443");
        assert!(url("https://a.example").is_err());
    }

    #[test]
    fn origins_are_checked() {
        let origins = |text| HttpConfig::default().with_cors_origins(text).cors_origins();
        assert_eq!(
            origins("https://a.example, http://localhost:3000")
                .unwrap()
                .len(),
            2
        );
        for wrong in ["*", "a.example", "https://a.example/", "https://"] {
            assert!(origins(wrong).is_err(), "{wrong}");
        }
    }
}
