//! How programs of Postgres (`pg_dump`, `pg_restore`) reach the database: by variables of their environment, which only
//! this user and root can read. A password on a command line can be read by everybody on the machine.

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStringExt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tempfile::NamedTempFile;
use tokio_postgres::config::{ChannelBinding, Host, SslNegotiation, TargetSessionAttrs};

use super::pool::Target;
use super::tls::{Mode, Tls};

/// From this version on, libpq knows the CAs of the machine by a name.
const KNOWS_THE_MACHINE: u32 = 16;

/// The environment for libpq. It holds a file that the programs read, so keep it while they run.
pub struct LibpqEnvironment {
    /// The names and values.
    pub variables: Vec<(&'static str, OsString)>,
    _roots: Option<NamedTempFile>,
}

impl Target {
    /// The environment in which a program of this major version of Postgres reaches this database, with the same TLS.
    ///
    /// # Errors
    ///
    /// When the CAs of the machine cannot be written into a file for an older program.
    pub fn libpq_environment(&self, major: u32) -> std::io::Result<LibpqEnvironment> {
        let config = &self.config;
        let mut variables: Vec<(&'static str, OsString)> = Vec::new();
        let mut set = |name, value: OsString| {
            if !value.is_empty() {
                variables.push((name, value));
            }
        };
        let hosts = config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => OsString::from(name),
            #[cfg(unix)]
            Host::Unix(folder) => folder.clone().into_os_string(),
        });
        let addresses = config.get_hostaddrs().iter().map(ToString::to_string);
        let ports = config.get_ports().iter().map(ToString::to_string);
        set("PGHOST", joined(hosts));
        set("PGHOSTADDR", joined(addresses.map(OsString::from)));
        set("PGPORT", joined(ports.map(OsString::from)));
        set("PGUSER", config.get_user().unwrap_or_default().into());
        set("PGDATABASE", config.get_dbname().unwrap_or_default().into());
        let password = config.get_password().unwrap_or_default().to_vec();
        set("PGPASSWORD", OsString::from_vec(password));
        set("PGOPTIONS", config.get_options().unwrap_or_default().into());
        set("PGCONNECT_TIMEOUT", "10".into());
        match config.get_target_session_attrs() {
            TargetSessionAttrs::ReadWrite => set("PGTARGETSESSIONATTRS", "read-write".into()),
            TargetSessionAttrs::ReadOnly => set("PGTARGETSESSIONATTRS", "read-only".into()),
            _ => {}
        }
        match config.get_channel_binding() {
            ChannelBinding::Require => set("PGCHANNELBINDING", "require".into()),
            ChannelBinding::Disable => set("PGCHANNELBINDING", "disable".into()),
            _ => {}
        }
        if config.get_ssl_negotiation() == SslNegotiation::Direct {
            set("PGSSLNEGOTIATION", "direct".into());
        }
        set("PGSSLMODE", self.tls.mode.to_string().into());
        if let Some((certificate, key)) = &self.tls.files.identity {
            set("PGSSLCERT", certificate.into());
            set("PGSSLKEY", key.into());
        }
        let mut roots = None;
        match &self.tls.files.root {
            Some(root) => set("PGSSLROOTCERT", root.into()),
            None if self.tls.mode != Mode::VerifyFull => {}
            None if major >= KNOWS_THE_MACHINE => set("PGSSLROOTCERT", "system".into()),
            None => {
                let file = roots_of_the_machine()?;
                set("PGSSLROOTCERT", file.path().into());
                roots = Some(file);
            }
        }
        Ok(LibpqEnvironment {
            variables,
            _roots: roots,
        })
    }
}

/// As libpq lists several hosts.
fn joined(parts: impl Iterator<Item = OsString>) -> OsString {
    parts.collect::<Vec<_>>().join(",".as_ref())
}

fn roots_of_the_machine() -> std::io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new()?;
    for certificate in Tls::of_the_machine() {
        let text = STANDARD.encode(certificate);
        writeln!(file, "-----BEGIN CERTIFICATE-----")?;
        let mut rest = text.as_str();
        while let Some((line, after)) = rest.split_at_checked(64) {
            writeln!(file, "{line}")?;
            rest = after;
        }
        writeln!(file, "{rest}\n-----END CERTIFICATE-----")?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pool::DatabaseError;

    fn environment(url: &str, major: u32) -> Vec<(&'static str, String)> {
        let target: Target = url.parse().unwrap();
        let variables = target.libpq_environment(major).unwrap().variables;
        let text = |(name, value): (_, OsString)| (name, value.into_string().unwrap());
        variables.into_iter().map(text).collect()
    }

    #[test]
    fn what_an_address_says_is_in_the_environment() {
        let url = "postgres://ann:hunter%2022@db1:6432,db2/aftercare?sslmode=require&target_session_attrs=read-write";
        let expected = [
            ("PGHOST", "db1,db2"),
            ("PGPORT", "6432,5432"),
            ("PGUSER", "ann"),
            ("PGDATABASE", "aftercare"),
            ("PGPASSWORD", "hunter 22"),
            ("PGCONNECT_TIMEOUT", "10"),
            ("PGTARGETSESSIONATTRS", "read-write"),
            ("PGSSLMODE", "require"),
        ];
        assert_eq!(
            environment(url, 15),
            expected.map(|(name, value)| (name, value.to_owned()))
        );
        let socket = environment("postgres://aftercare@%2Frun%2Fpg/aftercare", 15);
        assert!(socket.contains(&("PGHOST", "/run/pg".to_owned())));
    }

    #[test]
    fn a_newer_libpq_gets_the_cas_of_the_machine_by_name() {
        let url = "postgres://ann@db/aftercare?sslmode=verify-full";
        let target: Target = match url.parse() {
            Ok(target) => target,
            // A machine without CAs cannot use such an address at all.
            Err(error) => {
                let error: DatabaseError = error;
                assert!(error.to_string().contains("ca-certificates"), "{error}");
                return;
            }
        };
        let new = target.libpq_environment(16).unwrap();
        assert!(
            new.variables
                .contains(&("PGSSLROOTCERT", OsString::from("system")))
        );
        let old = target.libpq_environment(15).unwrap();
        let file = old
            .variables
            .iter()
            .find(|(name, _)| *name == "PGSSLROOTCERT");
        let pem = crate::tls::certificates(std::path::Path::new(&file.unwrap().1));
        assert!(!pem.unwrap().is_empty());
    }
}
