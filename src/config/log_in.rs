//! Settings of how staff log in.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::secret::{SecretError, secret};

/// How staff log in: by password, by an OpenID Connect provider, or by both.
#[derive(Debug, Clone, Args)]
pub struct LogInConfig {
    /// Whether accounts with a password can log in; `off` leaves the OpenID Connect provider alone
    #[arg(
        long,
        env = "AFTERCARE_LOCAL_ACCOUNTS",
        default_value = "on",
        value_parser = switch,
        value_name = "on|off"
    )]
    local_accounts: Switch,
    /// Issuer of the OpenID Connect provider by which staff log in, as its metadata write it
    #[arg(
        long,
        env = "AFTERCARE_OIDC_ISSUER",
        default_value = "",
        hide_default_value = true,
        value_name = "https://…"
    )]
    oidc_issuer: String,
    /// What people call the provider, on the button of the console [default: the host of the issuer]
    #[arg(
        long,
        env = "AFTERCARE_OIDC_NAME",
        default_value = "",
        hide_default_value = true,
        value_name = "NAME"
    )]
    oidc_name: String,
    /// Id of this server as a client of the provider
    #[arg(
        long,
        env = "AFTERCARE_OIDC_CLIENT_ID",
        default_value = "",
        hide_default_value = true,
        value_name = "ID"
    )]
    oidc_client_id: String,
    /// Secret of this client; none for a public client
    #[arg(
        long,
        env = "AFTERCARE_OIDC_CLIENT_SECRET",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    oidc_client_secret: Option<String>,
    /// A file that holds the secret of this client, as containers hand secrets over
    #[arg(long, env = "AFTERCARE_OIDC_CLIENT_SECRET_FILE", value_name = "FILE")]
    oidc_client_secret_file: Option<PathBuf>,
    /// Which values of a claim of the ID token give which roles, as in `claim:groups; author=survey-authors;
    /// analyst=survey-analysts`. Dots lead into nested claims: `claim:realm_access.roles`
    #[arg(
        long,
        env = "AFTERCARE_OIDC_ROLES",
        default_value = "",
        hide_default_value = true,
        value_name = "MAPPING"
    )]
    oidc_roles: String,
    /// Scopes that are asked for, separated by spaces
    #[arg(
        long,
        env = "AFTERCARE_OIDC_SCOPES",
        default_value = SCOPES,
        value_name = "SCOPES"
    )]
    oidc_scopes: String,
    /// Seconds that the provider has for each answer
    #[arg(
        long,
        env = "AFTERCARE_OIDC_TIMEOUT",
        default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=60),
        value_name = "SECONDS"
    )]
    oidc_timeout: u64,
}

const SCOPES: &str = "openid profile email";

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// The settings of the provider.
#[derive(Debug)]
pub struct OidcConfig {
    /// The issuer.
    pub issuer: String,
    /// What people call it.
    pub name: String,
    /// The id of this client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Option<String>,
    /// The mapping of roles, as it was written.
    pub roles: String,
    /// The scopes that are asked for.
    pub scopes: String,
    /// The deadline of each call.
    pub timeout: Duration,
}

/// A setting of logging in that is invalid.
#[derive(Debug, thiserror::Error)]
pub enum LogInConfigError {
    /// A setting is missing.
    #[error("{0} is needed beside AFTERCARE_OIDC_ISSUER")]
    Missing(&'static str),
    /// A setting of the provider without the provider.
    #[error("AFTERCARE_OIDC_ISSUER is needed beside {0}")]
    NoIssuer(&'static str),
    /// Nobody could log in.
    #[error(
        "AFTERCARE_LOCAL_ACCOUNTS is off, and there is no AFTERCARE_OIDC_ISSUER: nobody could log in"
    )]
    NoWay,
    /// Without this scope it is not OpenID Connect.
    #[error("AFTERCARE_OIDC_SCOPES: `openid` is missing")]
    Scopes,
    /// The secret cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl Default for LogInConfig {
    fn default() -> Self {
        Self {
            local_accounts: Switch::On,
            oidc_issuer: String::new(),
            oidc_name: String::new(),
            oidc_client_id: String::new(),
            oidc_client_secret: None,
            oidc_client_secret_file: None,
            oidc_roles: String::new(),
            oidc_scopes: SCOPES.to_owned(),
            oidc_timeout: 10,
        }
    }
}

impl LogInConfig {
    /// Whether accounts with a password can log in.
    pub fn by_password(&self) -> bool {
        self.local_accounts == Switch::On
    }

    /// The settings of the provider; none where there is none.
    pub fn oidc(&self) -> Result<Option<OidcConfig>, LogInConfigError> {
        let name = "AFTERCARE_OIDC_CLIENT_SECRET";
        let value = self.oidc_client_secret.as_deref();
        let client_secret = secret(name, value, self.oidc_client_secret_file.as_deref())?;
        let issuer = self.oidc_issuer.trim();
        let needed = [
            ("AFTERCARE_OIDC_CLIENT_ID", self.oidc_client_id.trim()),
            ("AFTERCARE_OIDC_ROLES", self.oidc_roles.trim()),
        ];
        if issuer.is_empty() {
            let given = needed.into_iter().find(|(_, value)| !value.is_empty());
            return match given {
                Some((name, _)) => Err(LogInConfigError::NoIssuer(name)),
                None if !self.by_password() => Err(LogInConfigError::NoWay),
                None => Ok(None),
            };
        }
        if let Some((name, _)) = needed.into_iter().find(|(_, value)| value.is_empty()) {
            return Err(LogInConfigError::Missing(name));
        }
        let scopes = match self.oidc_scopes.trim() {
            "" => SCOPES,
            scopes => scopes,
        };
        if !scopes.split_whitespace().any(|it| it == "openid") {
            return Err(LogInConfigError::Scopes);
        }
        let host = issuer.split('/').nth(2).unwrap_or(issuer);
        let name = match self.oidc_name.trim() {
            "" => host,
            name => name,
        };
        Ok(Some(OidcConfig {
            issuer: issuer.to_owned(),
            name: name.to_owned(),
            client_id: self.oidc_client_id.trim().to_owned(),
            client_secret,
            roles: self.oidc_roles.clone(),
            scopes: scopes.to_owned(),
            timeout: Duration::from_secs(self.oidc_timeout.max(1)),
        }))
    }
}

fn switch(text: &str) -> Result<Switch, String> {
    match text.trim() {
        "" | "on" => Ok(Switch::On),
        "off" => Ok(Switch::Off),
        other => Err(format!("`{other}` is neither on nor off")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider() -> LogInConfig {
        LogInConfig {
            oidc_issuer: "https://id.example/realms/clinic".to_owned(),
            oidc_client_id: "aftercare".to_owned(),
            oidc_roles: "claim:groups; author=authors".to_owned(),
            ..LogInConfig::default()
        }
    }

    #[test]
    fn without_an_issuer_there_is_no_provider() {
        assert!(LogInConfig::default().oidc().unwrap().is_none());
        let provider = provider().oidc().unwrap().unwrap();
        assert_eq!(provider.name, "id.example");
        assert_eq!(provider.scopes, "openid profile email");
        assert!(provider.client_secret.is_none());
    }

    #[test]
    fn local_accounts_are_on_unless_they_are_switched_off() {
        assert_eq!(switch(""), Ok(Switch::On));
        assert_eq!(switch("on"), Ok(Switch::On));
        assert_eq!(switch(" off "), Ok(Switch::Off));
        assert!(switch("no").is_err());
    }

    #[test]
    fn settings_that_let_nobody_in_are_refused() {
        let off = LogInConfig {
            local_accounts: Switch::Off,
            ..LogInConfig::default()
        };
        assert!(matches!(off.oidc(), Err(LogInConfigError::NoWay)));
        for (config, names) in [
            (
                LogInConfig {
                    oidc_client_id: String::new(),
                    ..provider()
                },
                "AFTERCARE_OIDC_CLIENT_ID",
            ),
            (
                LogInConfig {
                    oidc_roles: " ".to_owned(),
                    ..provider()
                },
                "AFTERCARE_OIDC_ROLES",
            ),
            (
                LogInConfig {
                    oidc_issuer: String::new(),
                    ..provider()
                },
                "AFTERCARE_OIDC_ISSUER",
            ),
            (
                LogInConfig {
                    oidc_scopes: "profile".to_owned(),
                    ..provider()
                },
                "AFTERCARE_OIDC_SCOPES",
            ),
        ] {
            let error = config.oidc().unwrap_err().to_string();
            assert!(error.contains(names), "{error}");
        }
    }
}
