//! The parameters of `DATABASE_URL` that are about TLS. The driver knows only a part of them, so they are taken out of the
//! address before the driver reads it.

use std::path::PathBuf;
use std::str::FromStr;

use percent_encoding::percent_decode_str;

use super::TlsError;

/// How much TLS a connection needs. The words and what they mean are those of libpq.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub enum Mode {
    /// No TLS.
    Disable,
    /// TLS if the server has it, with any certificate.
    Prefer,
    /// TLS with any certificate; with one of the given CA, if a CA is given.
    Require,
    /// TLS with a certificate of the given CA, for whatever name.
    VerifyCa,
    /// TLS with a certificate of the CA for the name of the host.
    VerifyFull,
}

/// What an address says about TLS.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Parameters {
    /// `sslmode`
    pub mode: Option<Mode>,
    /// `sslrootcert`
    pub root: Option<PathBuf>,
    /// `sslcert`
    pub certificate: Option<PathBuf>,
    /// `sslkey`
    pub key: Option<PathBuf>,
}

/// Parts an address in what the driver reads and what is about TLS.
pub(super) fn take_out(address: &str) -> Result<(String, Parameters), TlsError> {
    let mut parameters = Parameters::default();
    if !["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| address.starts_with(scheme))
    {
        let ours = ["sslmode=verify", "sslrootcert", "sslcert", "sslkey"];
        return match ours.iter().any(|name| address.contains(name)) {
            true => Err(TlsError::NotAUrl),
            false => Ok((address.to_owned(), parameters)),
        };
    }
    // The driver takes a question mark in a password for itself.
    let (credentials, rest) = match address.split_once('@') {
        Some((credentials, rest)) => (format!("{credentials}@"), rest),
        None => (String::new(), address),
    };
    let Some((place, query)) = rest.split_once('?') else {
        return Ok((address.to_owned(), parameters));
    };
    let mut kept = Vec::new();
    for pair in query.split('&') {
        if !parameters.take(pair)? {
            kept.push(pair);
        }
    }
    let mark = if kept.is_empty() { "" } else { "?" };
    let address = format!("{credentials}{place}{mark}{}", kept.join("&"));
    Ok((address, parameters))
}

impl Parameters {
    /// Takes one parameter, if it is about TLS. An empty value counts as unset.
    fn take(&mut self, pair: &str) -> Result<bool, TlsError> {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = percent_decode_str(name).decode_utf8_lossy();
        let value = percent_decode_str(value).decode_utf8_lossy();
        let file = Some(PathBuf::from(&*value)).filter(|_| !value.is_empty());
        match &*name {
            "sslmode" if value.is_empty() => {}
            "sslmode" => {
                let mode = Mode::from_str(&value);
                self.mode = Some(mode.map_err(|_| TlsError::Mode(value.into_owned()))?);
            }
            "sslrootcert" => self.root = file,
            "sslcert" => self.certificate = file,
            "sslkey" => self.key = file,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(address: &str) -> (String, Parameters) {
        take_out(address).unwrap()
    }

    #[test]
    fn an_address_without_tls_stays_as_it_is() {
        for address in [
            "postgres://ann:a?b@db.example:5432/aftercare",
            "postgres://db.example/aftercare?connect_timeout=3",
            "host=db.example sslmode=disable",
        ] {
            assert_eq!(parts(address), (address.to_owned(), Parameters::default()));
        }
    }

    #[test]
    fn the_parameters_are_read_and_taken_out() {
        let (address, parameters) = parts(
            "postgres://ann:sslmode=x@db1,db2/a?sslmode=verify-full&connect_timeout=3&sslrootcert=%2Fetc%2Fca.pem&sslkey=",
        );
        assert_eq!(
            address,
            "postgres://ann:sslmode=x@db1,db2/a?connect_timeout=3"
        );
        let expected = Parameters {
            mode: Some(Mode::VerifyFull),
            root: Some("/etc/ca.pem".into()),
            ..Parameters::default()
        };
        assert_eq!(parameters, expected);
        let (address, _) = parts("postgres://db/a?sslcert=c&sslkey=k");
        assert_eq!(address, "postgres://db/a");
    }

    #[test]
    fn what_cannot_be_read_is_an_error_with_the_mend() {
        let error = take_out("postgres://db/a?sslmode=allow").unwrap_err();
        assert!(error.to_string().contains("verify-full"), "{error}");
        let error = take_out("host=db sslmode=verify-full").unwrap_err();
        assert!(error.to_string().contains("postgres://"), "{error}");
    }
}
