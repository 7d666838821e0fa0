//! What to do about a certificate of the database that was refused.

use std::error::Error;
use std::io;

use rustls::CertificateError;

/// What is wrong with the certificate, and the mend; none if something else failed.
pub(in crate::store) fn advice(error: &tokio_postgres::Error) -> Option<String> {
    let failed = error.source()?.downcast_ref::<io::Error>()?.get_ref()?;
    let rustls::Error::InvalidCertificate(reason) = failed.downcast_ref()? else {
        return None;
    };
    let mend = match reason {
        CertificateError::UnknownIssuer => {
            "no trusted CA gave it; name its CA with sslrootcert or AFTERCARE_DATABASE_CA_FILE"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name; write the host in DATABASE_URL as the certificate names it"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired; give the database a new one"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; look at the clock of this machine"
        }
        other => match other.to_string() {
            text if text.contains("CaUsedAsEndEntity") => {
                "it is the certificate of a CA; give the database one that the CA signed"
            }
            _ => "give the database a certificate with its host as subject alternative name",
        },
    };
    Some(format!("its certificate is refused: {mend} ({reason})"))
}
