//! The ways to log in, as they are set.

use anyhow::Context;

use crate::app::LogIn;
use crate::config::{HttpConfig, LogInConfig};
use crate::domain::staff::role_mapping::RoleMapping;
use crate::oidc::{Provider, Settings};

/// The path to which the provider sends people back.
const CALLBACK: &str = "/console/oidc/callback";

/// The ways to log in. Nothing is asked of a provider yet: it may start later than this server.
pub fn log_in(config: &LogInConfig, http: &HttpConfig) -> anyhow::Result<LogIn> {
    let provider = match config.oidc()? {
        Some(oidc) => {
            let roles = RoleMapping::parse(&oidc.roles).context("AFTERCARE_OIDC_ROLES")?;
            let settings = Settings {
                issuer: oidc.issuer,
                name: oidc.name,
                client_id: oidc.client_id,
                client_secret: oidc.client_secret.map(Into::into),
                redirect_address: format!("{}{CALLBACK}", public_address(http)?),
                scopes: oidc.scopes,
                roles,
                timeout: oidc.timeout,
            };
            Some(Provider::new(settings).context("AFTERCARE_OIDC_ISSUER")?)
        }
        None => None,
    };
    Ok(LogIn {
        by_password: config.by_password(),
        provider,
    })
}

/// The address of the console in a browser. While no public host is set, that of this computer.
fn public_address(http: &HttpConfig) -> anyhow::Result<String> {
    let public = http.public_url()?;
    if !public.is_empty() {
        return Ok(public);
    }
    let host = http.public_host()?;
    Ok(match host.contains(':') {
        true => format!("http://{host}"),
        false => format!("http://{host}:{}", http.listen.port()),
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Settings {
        #[command(flatten)]
        log_in: LogInConfig,
    }

    fn read(issuer: &str, roles: &str) -> Result<LogIn, String> {
        let args = [
            "test",
            "--oidc-issuer",
            issuer,
            "--oidc-client-id",
            "a",
            "--oidc-roles",
            roles,
            "--local-accounts",
            "off",
        ];
        let settings = Settings::parse_from(args);
        let log_in = log_in(&settings.log_in, &HttpConfig::default());
        log_in.map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_provider_is_protected_and_gives_roles() {
        let (issuer, roles) = ("https://id.example/realms/a", "claim:groups; author=a");
        let read_well = read(issuer, roles).unwrap();
        assert!(!read_well.by_password);
        assert_eq!(read_well.provider.unwrap().issuer(), issuer);
        assert!(read("http://localhost:8080", roles).is_ok());
        for (issuer, roles, names) in [
            ("http://id.example", roles, "AFTERCARE_OIDC_ISSUER: "),
            ("id.example", roles, "AFTERCARE_OIDC_ISSUER: "),
            ("https://id.example/?a=b", roles, "AFTERCARE_OIDC_ISSUER: "),
            (issuer, "groups", "AFTERCARE_OIDC_ROLES: "),
            (
                issuer,
                "claim:groups; editor=a",
                "AFTERCARE_OIDC_ROLES: there is no role",
            ),
        ] {
            let error = read(issuer, roles).err().unwrap();
            assert!(error.starts_with(names), "{error}");
        }
    }

    #[test]
    fn people_come_back_to_the_public_address() {
        let of = |host| public_address(&HttpConfig::default().with_public_host(host)).unwrap();
        assert_eq!(of("survey.example.org"), "https://survey.example.org");
        assert_eq!(
            of("survey.example.org:8443"),
            "https://survey.example.org:8443"
        );
        assert_eq!(of(""), "http://localhost:8080");
        assert_eq!(of("localhost:3000"), "http://localhost:3000");
    }
}
