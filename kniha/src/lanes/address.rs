//! Where a portal is: `http://` to this machine itself, or to an onion through a SOCKS proxy.
//!
//! The program speaks no TLS. What it sends is sealed, but who sends it when is seen by everybody on a plain connection, so that no other address is taken.
//! Names are resolved by the proxy alone (socks5h). Does no I/O.

use std::net::{IpAddr, SocketAddr};

use ureq::http::Uri;

use crate::exit::Failure;

const ONION: usize = 56;

/// A checked address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    base: String,
    socks: Option<SocketAddr>,
}

impl Address {
    /// Checks an address and the proxy by which it is reached.
    pub(crate) fn parse(url: &str, socks: Option<&str>) -> Result<Address, Failure> {
        let shape = || Failure::usage("The address of the portal cannot be read.", "It looks like http://127.0.0.1:8322 or http://….onion, without a path.");
        let uri: Uri = url.trim_end_matches('/').parse().map_err(|_| shape())?;
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or_else(shape)?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(shape());
        }
        if uri.scheme_str() != Some("http") {
            return Err(Failure::usage(
                "This program speaks plain http alone, to this machine or to an onion.",
                "Use the portal's onion address with --socks 127.0.0.1:9050 (a Tor that runs here), or write a folder with --out and carry it.",
            ));
        }
        let host = authority.host().to_ascii_lowercase();
        let socks = socks.map(proxy).transpose()?;
        let loopback = host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        match (loopback, is_onion(&host), socks) {
            (true, _, None) => {}
            (true, _, Some(_)) => return Err(Failure::usage("An address on this machine is not reached through a proxy.", "Leave --socks out.")),
            (false, true, Some(_)) => {}
            (false, true, None) => {
                return Err(Failure::usage("An onion is reached through Tor alone.", "Start Tor and name its SOCKS port: --socks 127.0.0.1:9050."));
            }
            (false, false, _) => {
                return Err(Failure::usage(
                    "Plain http to another machine would show everybody on the way that you send something here, and when.",
                    "Use the portal's onion address with --socks 127.0.0.1:9050, or write a folder with --out and carry it.",
                ));
            }
        }
        Ok(Address { base: format!("http://{authority}"), socks })
    }

    /// The address of a page of it.
    pub(crate) fn page(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The proxy, as the client takes it.
    pub(crate) fn socks(&self) -> Option<String> {
        self.socks.map(|at| format!("socks5h://{at}"))
    }
}

/// The proxy sees where everything goes: it must be on this machine.
fn proxy(written: &str) -> Result<SocketAddr, Failure> {
    let shape = || Failure::usage("The SOCKS proxy must be on this machine.", "Write it as 127.0.0.1:9050 (Tor) or 127.0.0.1:9150 (Tor Browser).");
    let at: SocketAddr = written.parse().map_err(|_| shape())?;
    if at.ip().is_loopback() { Ok(at) } else { Err(shape()) }
}

/// Whether a host is an onion of version 3 (or a name below one).
fn is_onion(host: &str) -> bool {
    let mut labels = host.rsplit('.');
    labels.next() == Some("onion") && labels.next().is_some_and(|label| label.len() == ONION && label.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7')))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_this_machine_and_onions_through_a_proxy_here_are_spoken_to() {
        let onion = format!("http://{}.onion", "a".repeat(56));
        let tor = Some("127.0.0.1:9050");
        for (url, socks) in [
            ("http://127.0.0.1:8322", None),
            ("http://127.0.0.1:8322/", None),
            ("http://[::1]:8322", None),
            ("http://localhost:1", None),
            (onion.as_str(), tor),
            (&format!("{onion}:81"), Some("[::1]:9150")),
        ] {
            assert!(Address::parse(url, socks).is_ok(), "{url} {socks:?}");
        }
        let short = format!("http://{}.onion", "a".repeat(55));
        let inside = format!("http://{}.onion.example.org", "a".repeat(56));
        for (url, socks) in [
            ("http://example.org", None),
            ("http://example.org", tor),
            ("http://10.0.0.1", None),
            ("http://127.0.0.1.example.org", None),
            ("http://localhost.example.org", None),
            ("https://127.0.0.1", None),
            ("http://127.0.0.1:8322", tor),
            ("http://user@127.0.0.1", None),
            ("http://127.0.0.1/inbox", None),
            ("http://127.0.0.1?a", None),
            ("ftp://127.0.0.1", None),
            ("127.0.0.1", None),
            ("", None),
            (onion.as_str(), None),
            (&onion, Some("10.0.0.1:9050")),
            (&onion, Some("localhost:9050")),
            (&short, tor),
            (&inside, tor),
        ] {
            assert!(Address::parse(url, socks).is_err(), "{url} {socks:?}");
        }
        assert_eq!(Address::parse(&onion, tor).unwrap().socks().as_deref(), Some("socks5h://127.0.0.1:9050"));
        assert_eq!(Address::parse("http://127.0.0.1:8322/", None).unwrap().page("/keys"), "http://127.0.0.1:8322/keys");
    }
}
