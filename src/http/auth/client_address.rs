//! The network address of a client, for rate limits. It is neither stored nor logged.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;

use crate::config::TrustedProxies;
use crate::http::state::State;

/// The headers by which proxies name the client.
const FORWARDING: [&str; 3] = ["x-forwarded-for", "forwarded", "x-real-ip"];

/// The address of the client: that of the peer, unless the peer is a proxy that is trusted to name another one.
pub fn client_address(state: &State, req: &HttpRequest) -> Option<IpAddr> {
    let peer = req.peer_addr()?.ip().to_canonical();
    match &state.trusted_proxies {
        Some(proxies) if proxies.include(peer) => Some(named(proxies, req.headers(), peer)),
        proxies => {
            warn_once(state, req.headers(), proxies.is_some());
            Some(peer)
        }
    }
}

/// The last address in the header that is not a trusted proxy. Each proxy appends the address that it saw, so what stands
/// before that is only what the client said. An entry that cannot be read counts as the proxy that passed it on: clients of
/// a misconfigured proxy share one limit instead of escaping it.
fn named(proxies: &TrustedProxies, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
    let lines: Vec<_> = headers.get_all(&proxies.header).collect();
    let mut nearest = peer;
    for line in lines.into_iter().rev() {
        let Ok(line) = line.to_str() else {
            return nearest;
        };
        for entry in line.rsplit(',') {
            match address(entry.trim()) {
                Some(address) if proxies.include(address) => nearest = address,
                Some(address) => return address,
                None => return nearest,
            }
        }
    }
    nearest
}

/// An address, with or without a port.
fn address(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    let found = bare.parse::<IpAddr>().ok();
    let found = found.or_else(|| entry.parse::<SocketAddr>().ok().map(|it| it.ip()));
    found.map(|it| it.to_canonical())
}

/// Warns the operator that a proxy is not in the list, at the first request that names a client all the same.
fn warn_once(state: &State, headers: &HeaderMap, some_are_trusted: bool) {
    let forwarded = FORWARDING.iter().any(|name| headers.contains_key(*name));
    if !forwarded || state.warned_of_proxy.swap(true, Ordering::Relaxed) {
        return;
    }
    if some_are_trusted {
        tracing::warn!(
            "a request names its client in a header, but does not come from AFTERCARE_TRUSTED_PROXIES: the header is \
             ignored. If it came through your proxy, add the proxy's address there"
        );
    } else {
        tracing::warn!(
            "a request names its client in a header, but no proxy is trusted to: the header is ignored. If there is a \
             proxy in front of this server, all its clients count as one for rate limits, and a few wrong log-ins lock \
             everybody out. List the proxy's address in AFTERCARE_TRUSTED_PROXIES"
        );
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;
    use crate::config::ProxyConfig;

    fn client(lines: &[&'static str]) -> String {
        let proxies = ProxyConfig::new("10.0.0.0/8, fd00::/8", "x-forwarded-for").trusted();
        let mut headers = HeaderMap::new();
        for line in lines {
            let name = HeaderName::from_static("x-forwarded-for");
            headers.append(name, HeaderValue::from_static(line));
        }
        let peer = "10.0.0.1".parse().unwrap();
        named(&proxies.unwrap().unwrap(), &headers, peer).to_string()
    }

    #[test]
    fn the_client_is_the_last_address_that_is_no_proxy() {
        for (lines, found) in [
            (&["203.0.113.7"][..], "203.0.113.7"),
            (&["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            (&["198.51.100.1, 203.0.113.7, 10.1.1.1"], "203.0.113.7"),
            (
                &["198.51.100.1", "203.0.113.7, 10.1.1.1", "fd00::2"],
                "203.0.113.7",
            ),
            (&["203.0.113.7:4711"], "203.0.113.7"),
            (&["[2001:db8::1]:4711"], "2001:db8::1"),
            (&["[2001:db8::1]"], "2001:db8::1"),
            (&["::ffff:203.0.113.7"], "203.0.113.7"),
        ] {
            assert_eq!(client(lines), found, "{lines:?}");
        }
    }

    #[test]
    fn an_entry_that_cannot_be_read_counts_as_the_proxy_that_passed_it_on() {
        for (lines, found) in [
            (&[][..], "10.0.0.1"),
            (&[""], "10.0.0.1"),
            (&["nonsense"], "10.0.0.1"),
            (&["203.0.113.7, unknown"], "10.0.0.1"),
            (&["unknown, 10.2.2.2"], "10.2.2.2"),
            (&["10.3.3.3, 10.2.2.2"], "10.3.3.3"),
        ] {
            assert_eq!(client(lines), found, "{lines:?}");
        }
    }
}
