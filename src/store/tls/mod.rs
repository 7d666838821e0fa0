//! TLS to Postgres: what the address asks for, and the certificates for it, read once at the start.

mod advice;
mod parameters;
mod patient_tls;

use std::path::{Path, PathBuf};

use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::{Config, SslMode, SslNegotiation};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::tls::{AnyName, PemError, certificates, private_key, provider};
pub(super) use advice::advice;
pub(super) use parameters::Mode;
use parameters::Parameters;
pub(super) use patient_tls::PatientTls;

/// The value of `sslrootcert` that names the CAs of the machine, as in libpq.
const SYSTEM: &str = "system";

/// The word for Postgres in the list of protocols of TLS.
const PROTOCOL: &[u8] = b"postgresql";

/// Why there can be no TLS as the address asks for it.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// No such mode.
    #[error(
        "DATABASE_URL: sslmode={0} is none of disable, prefer, require, verify-ca and verify-full"
    )]
    Mode(String),
    /// The parameters stand in an address that is no URL.
    #[error(
        "DATABASE_URL: write the address as postgres://user:password@host:5432/name?sslmode=verify-full to use certificates"
    )]
    NotAUrl,
    /// A CA is given, and not looked at.
    #[error(
        "a CA of the database is named (sslrootcert or AFTERCARE_DATABASE_CA_FILE), but sslmode={0} would not look at it; \
         add sslmode=verify-full to DATABASE_URL"
    )]
    Unused(Mode),
    /// The mode is worth nothing with the CAs of the machine.
    #[error(
        "sslmode={0} would take any certificate that a public CA gave to anybody; use sslmode=verify-full, \
         or name the CA of the database with sslrootcert or AFTERCARE_DATABASE_CA_FILE"
    )]
    Weak(Mode),
    /// The server is not asked first whether it speaks TLS.
    #[error("sslnegotiation=direct needs sslmode=require, verify-ca or verify-full")]
    Direct,
    /// The machine trusts no CA.
    #[error(
        "this machine has no CA certificates to verify the database with; install its package ca-certificates, \
         or name the CA with sslrootcert or AFTERCARE_DATABASE_CA_FILE"
    )]
    NoRoots,
    /// A certificate without a key, or a key without a certificate.
    #[error("sslcert and sslkey belong together: name both, or none")]
    Half,
    /// A file cannot be used.
    #[error("for TLS to the database, {0}")]
    File(#[from] PemError),
    /// What the file holds cannot be used.
    #[error("for TLS to the database, {0} cannot be used: {1}")]
    Unfit(PathBuf, rustls::Error),
    /// TLS cannot be set up.
    #[error("TLS to the database cannot be set up: {0}")]
    Setup(rustls::Error),
}

/// How a connection is secured.
#[derive(Clone)]
pub(super) struct Tls {
    pub(super) mode: Mode,
    pub(super) connector: MakeRustlsConnect,
    /// The files behind it, for programs of Postgres that connect by themselves.
    pub(super) files: TlsFiles,
}

/// The files that an address names for TLS.
#[derive(Clone)]
pub(super) struct TlsFiles {
    /// The CA; none for that of the machine.
    pub(super) root: Option<PathBuf>,
    /// Certificate and key of the client.
    pub(super) identity: Option<(PathBuf, PathBuf)>,
}

impl Tls {
    /// Parts an address in what the driver reads and what is about TLS.
    pub(super) fn take_out(address: &str) -> Result<(String, Parameters), TlsError> {
        parameters::take_out(address)
    }

    /// Reads the files. `ca_file` counts where the address names no CA.
    pub(super) fn new(
        config: &Config,
        parameters: Parameters,
        ca_file: Option<&Path>,
    ) -> Result<Self, TlsError> {
        let mode = parameters.mode.unwrap_or(match config.get_ssl_mode() {
            SslMode::Disable => Mode::Disable,
            SslMode::Require => Mode::Require,
            _ => Mode::Prefer,
        });
        let named = parameters.root.as_deref().or(ca_file);
        let optional = matches!(mode, Mode::Disable | Mode::Prefer);
        if optional && named.is_some() {
            return Err(TlsError::Unused(mode));
        }
        if optional && config.get_ssl_negotiation() == SslNegotiation::Direct {
            return Err(TlsError::Direct);
        }
        let identity = match (&parameters.certificate, &parameters.key) {
            (Some(certificate), Some(key)) => Some((certificate.as_path(), key.as_path())),
            (None, None) => None,
            _ => return Err(TlsError::Half),
        };
        let client = client(Trust::new(mode, named)?, identity)?;
        let root = named.filter(|file| file.as_os_str() != SYSTEM);
        let files = TlsFiles {
            root: root.map(Path::to_owned),
            identity: parameters.certificate.clone().zip(parameters.key.clone()),
        };
        Ok(Self {
            mode,
            connector: MakeRustlsConnect::new(client),
            files,
        })
    }

    /// The certificates of the CAs that the machine trusts, in DER.
    pub(super) fn of_the_machine() -> Vec<Vec<u8>> {
        let roots = rustls_native_certs::load_native_certs().certs;
        roots.iter().map(|root| root.to_vec()).collect()
    }
}

/// Which certificates of the database are taken.
enum Trust {
    /// Any.
    Anybody,
    /// Those of these CAs, for whatever name.
    AnyName(RootCertStore),
    /// Those of these CAs for the name of the host.
    Name(RootCertStore),
}

impl Trust {
    fn new(mode: Mode, named: Option<&Path>) -> Result<Self, TlsError> {
        let of_the_machine = named.is_some_and(|file| file.as_os_str() == SYSTEM);
        match (mode, named) {
            (Mode::VerifyFull, Some(file)) if !of_the_machine => Ok(Self::Name(roots_in(file)?)),
            (Mode::VerifyFull, _) => Ok(Self::Name(system_roots()?)),
            (Mode::VerifyCa, None) => Err(TlsError::Weak(mode)),
            (_, Some(_)) if of_the_machine => Err(TlsError::Weak(mode)),
            // As in libpq: "require" looks at the CA if there is one.
            (_, Some(file)) => Ok(Self::AnyName(roots_in(file)?)),
            (_, None) => Ok(Self::Anybody),
        }
    }
}

fn roots_in(file: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        let added = roots.add(certificate);
        added.map_err(|error| TlsError::Unfit(file.to_owned(), error))?;
    }
    Ok(roots)
}

fn system_roots() -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    // Machines carry old certificates that cannot be read any more. The others are good.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    match roots.is_empty() {
        true => Err(TlsError::NoRoots),
        false => Ok(roots),
    }
}

fn client(trust: Trust, identity: Option<(&Path, &Path)>) -> Result<ClientConfig, TlsError> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Setup)?;
    let builder = match trust {
        Trust::Name(roots) => builder.with_root_certificates(roots),
        Trust::AnyName(roots) => builder
            .dangerous()
            .with_custom_certificate_verifier(AnyName::new(Some(roots))),
        Trust::Anybody => builder
            .dangerous()
            .with_custom_certificate_verifier(AnyName::new(None)),
    };
    let mut client = match identity {
        Some((certificate, key)) => builder
            .with_client_auth_cert(certificates(certificate)?, private_key(key)?)
            .map_err(|error| TlsError::Unfit(certificate.to_owned(), error))?,
        None => builder.with_no_client_auth(),
    };
    client.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(client)
}
