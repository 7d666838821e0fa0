//! What all TLS of this program has in common: the one crypto provider, and certificates and keys in PEM files.

mod any_name;

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

pub use any_name::AnyName;

/// Why a PEM file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PemError {
    /// The file cannot be read.
    #[error("{0} cannot be read: {1}")]
    Unreadable(PathBuf, io::Error),
    /// The file holds no certificate.
    #[error("{0} holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----")]
    NoCertificate(PathBuf),
    /// The file holds no private key.
    #[error(
        "{0} holds no private key in PEM without a passphrase; `openssl pkey -in KEY -out FILE` takes a passphrase away"
    )]
    NoKey(PathBuf),
}

/// The provider of cryptography. It is named wherever TLS is set up, so that a crate that brings another one changes
/// nothing.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The certificates in a file, in their order.
pub fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let pem = read(file)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match found {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(PemError::NoCertificate(file.to_owned())),
    }
}

/// The private key in a file: PKCS #8, PKCS #1 or SEC 1.
pub fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, PemError> {
    let pem = read(file)?;
    let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| PemError::NoKey(file.to_owned()))?;
    let mode = fs::metadata(file).map(|metadata| metadata.permissions().mode());
    // A group may read it: this is how systems give a key to a server that is not root.
    if mode.is_ok_and(|mode| mode & 0o007 != 0) {
        let path = file.display();
        tracing::warn!(%path, "this key can be read by every user of the machine: run chmod o= on it");
    }
    Ok(key)
}

fn read(file: &Path) -> Result<Zeroizing<Vec<u8>>, PemError> {
    let bytes = fs::read(file).map_err(|error| PemError::Unreadable(file.to_owned(), error))?;
    Ok(Zeroizing::new(bytes))
}
