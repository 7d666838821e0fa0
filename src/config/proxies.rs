//! Settings of the proxies in front of the server: which of them may say where a request comes from.

use std::net::IpAddr;

use actix_web::http::header::HeaderName;
use clap::Args;
use ipnet::IpNet;

/// The proxies in front of the server.
#[derive(Debug, Clone, Default, Args)]
pub struct ProxyConfig {
    /// Addresses or networks of the proxies in front of the server, separated by commas, such as
    /// 10.0.0.0/8. Only they may say where a request comes from [default: none]
    #[arg(
        long,
        env = "AFTERCARE_TRUSTED_PROXIES",
        default_value = "",
        hide_default_value = true,
        value_name = "NETWORKS"
    )]
    trusted_proxies: String,
    /// Header in which these proxies name the client. Used for rate limits in memory and nothing
    /// else [default: x-forwarded-for]
    #[arg(
        long,
        env = "AFTERCARE_CLIENT_ADDRESS_HEADER",
        default_value = "",
        hide_default_value = true,
        value_name = "HEADER"
    )]
    client_address_header: String,
}

/// A setting of the proxies that is invalid.
#[derive(Debug, thiserror::Error)]
pub enum ProxyConfigError {
    /// The value is not a network.
    #[error(
        "AFTERCARE_TRUSTED_PROXIES: `{0}` is not a network; write it as 10.0.0.0/8, fd00::/8 or 192.0.2.7"
    )]
    Network(String),
    /// The network has every address in it, so that every client could name itself.
    #[error(
        "AFTERCARE_TRUSTED_PROXIES: `{0}` is every address, so that clients could say anything; list those of your proxies"
    )]
    Everybody(String),
    /// The value is not a header name.
    #[error("AFTERCARE_CLIENT_ADDRESS_HEADER: `{0}` is not the name of a header")]
    Header(String),
    /// The header of RFC 7239 has another form, which is not read.
    #[error(
        "AFTERCARE_CLIENT_ADDRESS_HEADER: `forwarded` is not read; let the proxy send X-Forwarded-For"
    )]
    Forwarded,
    /// A header is named, but nobody is trusted to write it.
    #[error(
        "AFTERCARE_CLIENT_ADDRESS_HEADER is set, but no proxy is trusted to write it; list the addresses of your proxies \
         in AFTERCARE_TRUSTED_PROXIES, such as 127.0.0.1 for one on this machine"
    )]
    NobodyTrusted,
}

/// The proxies whose word counts, and the header that they write.
#[derive(Debug, Clone)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    /// The header in which they name the client.
    pub header: HeaderName,
}

impl TrustedProxies {
    /// Whether the address is one of theirs.
    pub fn include(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|it| it.contains(&address))
    }
}

impl ProxyConfig {
    /// These proxies, which name the client in this header.
    pub fn new(trusted_proxies: &str, client_address_header: &str) -> Self {
        Self {
            trusted_proxies: trusted_proxies.to_owned(),
            client_address_header: client_address_header.to_owned(),
        }
    }

    /// The proxies whose word counts; none if there are none.
    ///
    /// # Errors
    ///
    /// When a setting cannot be parsed, or a header is named and no proxy.
    pub fn trusted(&self) -> Result<Option<TrustedProxies>, ProxyConfigError> {
        let named = self.trusted_proxies.split(',').map(str::trim);
        let named = named.filter(|network| !network.is_empty());
        let networks: Vec<IpNet> = named.map(network).collect::<Result<_, _>>()?;
        let header = self.client_address_header.trim();
        match (networks.is_empty(), header) {
            (true, "") => Ok(None),
            (true, _) => Err(ProxyConfigError::NobodyTrusted),
            (false, name) if name.eq_ignore_ascii_case("forwarded") => {
                Err(ProxyConfigError::Forwarded)
            }
            (false, "") => Ok(Some(TrustedProxies {
                networks,
                header: HeaderName::from_static("x-forwarded-for"),
            })),
            (false, name) => Ok(Some(TrustedProxies {
                networks,
                header: HeaderName::try_from(name)
                    .map_err(|_| ProxyConfigError::Header(name.to_owned()))?,
            })),
        }
    }
}

fn network(text: &str) -> Result<IpNet, ProxyConfigError> {
    let single = text.parse::<IpAddr>().map(IpNet::from);
    let network = single.or_else(|_| text.parse::<IpNet>());
    match network {
        Ok(network) if network.prefix_len() == 0 => {
            Err(ProxyConfigError::Everybody(text.to_owned()))
        }
        Ok(network) => Ok(network),
        Err(_) => Err(ProxyConfigError::Network(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_proxies_no_header_counts() {
        assert!(ProxyConfig::default().trusted().unwrap().is_none());
        assert!(ProxyConfig::new(" , ", " ").trusted().unwrap().is_none());
    }

    #[test]
    fn a_header_that_nobody_is_trusted_to_write_is_refused_with_the_mend() {
        let refused = ProxyConfig::new("", "x-forwarded-for").trusted();
        let sentence = refused.unwrap_err().to_string();
        assert!(sentence.contains("AFTERCARE_TRUSTED_PROXIES"), "{sentence}");
    }

    #[test]
    fn proxies_are_addresses_or_networks_of_either_kind() {
        let proxies = ProxyConfig::new("192.0.2.7, 10.0.0.0/8,fd00::/8", "").trusted();
        let proxies = proxies.unwrap().unwrap();
        assert_eq!(proxies.header, "x-forwarded-for");
        for (address, included) in [
            ("192.0.2.7", true),
            ("192.0.2.8", false),
            ("10.200.3.4", true),
            ("::ffff:10.200.3.4", true),
            ("fd12::1", true),
            ("2001:db8::1", false),
        ] {
            let found = proxies.include(address.parse().unwrap());
            assert_eq!(found, included, "{address}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for wrong in ["proxy.example", "10.0.0.0/33", "*", "0.0.0.0/0", "::/0"] {
            let refused = ProxyConfig::new(wrong, "").trusted();
            assert!(refused.is_err(), "{wrong}");
        }
        let refused = ProxyConfig::new("127.0.0.1", "x forwarded").trusted();
        assert!(matches!(refused, Err(ProxyConfigError::Header(_))));
        let refused = ProxyConfig::new("127.0.0.1", "Forwarded").trusted();
        assert!(matches!(refused, Err(ProxyConfigError::Forwarded)));
    }
}
