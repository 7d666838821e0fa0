//! The network address of a client, for slowing down guesses. It is neither kept nor logged.

use std::net::IpAddr;

use actix_web::HttpRequest;

use crate::http::state::State;

/// The client's address: the last entry of the header that the operator trusts, or else the peer. So who
/// comes past the proxy, or a proxy that is set up wrongly, is slowed down as one network and not let off.
pub fn client_address(state: &State, req: &HttpRequest) -> Option<IpAddr> {
    let named = state.client_address_header.as_ref().and_then(|name| {
        // The last hop is the one that our own proxy wrote; those before it are the client's words.
        let value = req.headers().get_all(name).last()?.to_str().ok()?;
        let last = value.rsplit(',').next()?.trim();
        last.parse()
            .ok()
            .or_else(|| last.parse::<std::net::SocketAddr>().ok().map(|a| a.ip()))
    });
    named.or_else(|| req.peer_addr().map(|peer| peer.ip()))
}
