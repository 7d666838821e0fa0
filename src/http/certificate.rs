//! The certificate of the server. It is read anew when its files change, so that whoever renews it need not stop the
//! server.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::config::TlsFiles;
use crate::tls::{PemError, certificates, private_key, provider};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be used.
    #[error(
        "{0}; AFTERCARE_TLS_CERT_FILE is the certificate with its chain, AFTERCARE_TLS_KEY_FILE its key"
    )]
    File(#[from] PemError),
    /// The two do not belong together.
    #[error(
        "the key in {key} does not fit the certificate in {certificate}: {cause}; \
         the certificate of the server comes first in its file, before those of the CAs"
    )]
    Unfit {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// What is wrong.
        cause: rustls::Error,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Setup(rustls::Error),
}

/// What tells whether a file is still the same: device, inode, length, and when it was written.
type Mark = (u64, u64, u64, i64, i64);

/// A certificate that is kept up to date.
#[derive(Debug)]
struct LiveCertificate {
    files: TlsFiles,
    current: RwLock<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for LiveCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current))
    }
}

impl LiveCertificate {
    /// Reads the files anew.
    fn renew(&self) -> Result<(), CertificateError> {
        let new = Arc::new(load(&self.files)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }
}

/// TLS for a server with this certificate. Call it on the runtime of the program, which then looks at the files.
pub fn server_tls(files: &TlsFiles) -> Result<ServerConfig, CertificateError> {
    // Before the files are read: what changes meanwhile is read again.
    let seen = marks(files);
    let live = Arc::new(LiveCertificate {
        current: RwLock::new(Arc::new(load(files)?)),
        files: files.clone(),
    });
    let mut tls = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(CertificateError::Setup)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::clone(&live) as Arc<dyn ResolvesServerCert>);
    // A resumed session would tell whoever watches the network that it is the same person as before.
    tls.session_storage = Arc::new(NoServerSessionStorage {});
    tls.send_tls13_tickets = 0;
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    tokio::spawn(watch(live, seen.ok()));
    Ok(tls)
}

/// Looks at the files from time to time, until no server uses the certificate any more.
async fn watch(live: Arc<LiveCertificate>, mut seen: Option<[Mark; 2]>) {
    let certificate = Arc::downgrade(&live);
    drop(live);
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let Some(live) = certificate.upgrade() else {
            return;
        };
        let before = seen;
        let looking = tokio::task::spawn_blocking(move || look(&live, before));
        seen = looking.await.unwrap_or(before);
    }
}

/// Takes the certificate that is there now, if it is another one.
fn look(live: &LiveCertificate, before: Option<[Mark; 2]>) -> Option<[Mark; 2]> {
    let now = marks(&live.files).ok();
    if now == before {
        return now;
    }
    match live.renew() {
        Ok(()) => tracing::info!("the certificate has changed; new connections get the new one"),
        Err(error) => {
            tracing::warn!(%error, "the new certificate cannot be used; the one before is kept");
        }
    }
    now
}

fn load(files: &TlsFiles) -> Result<CertifiedKey, CertificateError> {
    let chain = certificates(&files.certificate)?;
    let key = private_key(&files.key)?;
    CertifiedKey::from_der(chain, key, &provider()).map_err(|cause| CertificateError::Unfit {
        certificate: files.certificate.clone(),
        key: files.key.clone(),
        cause,
    })
}

fn marks(files: &TlsFiles) -> io::Result<[Mark; 2]> {
    Ok([mark(&files.certificate)?, mark(&files.key)?])
}

fn mark(file: &Path) -> io::Result<Mark> {
    let it = fs::metadata(file)?;
    Ok((it.dev(), it.ino(), it.len(), it.mtime(), it.mtime_nsec()))
}
