//! The network address of a client, for rate limits on log-ins. It is neither stored nor logged.

use std::net::IpAddr;

use actix_web::HttpRequest;

use crate::http::state::State;

/// The client's address: the last entry of the header that the operator trusts, or else the peer address. Clients that
/// bypass the proxy, or come through a misconfigured one, share one limit instead of escaping it.
pub fn client_address(state: &State, req: &HttpRequest) -> Option<IpAddr> {
    let named = state.client_address_header.as_ref().and_then(|name| {
        // Our own proxy wrote the last entry; the client may have forged the earlier ones.
        let value = req.headers().get_all(name).last()?.to_str().ok()?;
        let last = value.rsplit(',').next()?.trim();
        last.parse()
            .ok()
            .or_else(|| last.parse::<std::net::SocketAddr>().ok().map(|a| a.ip()))
    });
    named.or_else(|| req.peer_addr().map(|peer| peer.ip()))
}
