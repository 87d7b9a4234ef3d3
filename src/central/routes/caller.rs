//! From which address a request comes: the connection's, or what a proxy that the configuration
//! names says about it.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use crate::central::App;

/// Who calls, for limits only: it is kept in memory, for as long as a limit lasts, and not logged.
pub struct Caller(pub IpAddr);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
        Ok(Caller(behind(peer, &parts.headers, &app.office.config.proxies)))
    }
}

/// The last address of `X-Forwarded-For` that no trusted proxy wrote about another one: everything
/// to its left is what the caller says of itself.
fn behind(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let told = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let told: Vec<&str> = told.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut caller = peer;
    for address in told.into_iter().rev() {
        if !proxies.contains(&caller.to_canonical()) {
            break;
        }
        let Ok(address) = address.parse() else { break };
        caller = address;
    }
    caller
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_believed_from_a_named_proxy_alone() {
        let ip = |text: &str| -> IpAddr { text.parse().unwrap() };
        let proxies = [ip("127.0.0.1"), ip("10.0.0.1")];
        let from = |peer: &str, header: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", header.parse().unwrap());
            behind(ip(peer), &headers, &proxies).to_string()
        };
        assert_eq!(from("127.0.0.1", "192.0.2.9"), "192.0.2.9");
        assert_eq!(from("::ffff:127.0.0.1", "192.0.2.9"), "192.0.2.9");
        assert_eq!(from("127.0.0.1", "1.1.1.1, 192.0.2.9, 10.0.0.1"), "192.0.2.9");
        assert_eq!(from("192.0.2.1", "1.1.1.1"), "192.0.2.1", "anybody else may write what they like");
        assert_eq!(from("127.0.0.1", "unknown"), "127.0.0.1");
    }
}
