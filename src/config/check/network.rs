//! Addresses: where doorward listens, who may ask, and where it may write.

use crate::config::field::{Field, Socket, Text, good_ones};
use crate::config::mistake::{Findings, shown};
use crate::config::raw::RawConfig;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

/// All addresses that are bound.
pub(super) struct Listeners {
    pub(super) listen: Vec<SocketAddr>,
    pub(super) admin: SocketAddr,
    pub(super) pages: Option<SocketAddr>,
    pub(super) backchannel: Option<SocketAddr>,
}

pub(super) fn listeners(raw: &RawConfig, found: &mut Findings<'_>) -> Listeners {
    let mut taken: Vec<(String, SocketAddr)> = Vec::new();
    let mut listen = Vec::new();
    match raw.listen.good() {
        None => listen.push(take("listen", LISTEN, &mut taken, found)),
        Some(addresses) => {
            let addresses = addresses.each("listen");
            if addresses.is_empty() {
                found.mistake("listen", "is an empty list", "write at least one address");
            }
            for (path, text) in addresses {
                let address = text.and_then(|text| address(&path, text, found));
                listen.extend(address.map(|address| take(&path, address, &mut taken, found)));
            }
        }
    }
    let admin = match &raw.admin_listen {
        Field::Good(text) => address("admin_listen", text, found),
        Field::Missing | Field::Bad => Some(ADMIN_LISTEN),
    };
    let admin = admin.map(|address| take("admin_listen", address, &mut taken, found));
    let pages = raw.pages_listen.some().and_then(|text| address("pages_listen", text, found));
    let pages = pages.map(|address| take("pages_listen", address, &mut taken, found));
    let own = "backchannel_listen";
    let backchannel = raw.backchannel_listen.some().and_then(|text| address(own, text, found));
    let backchannel = backchannel.map(|address| take(own, address, &mut taken, found));
    Listeners { listen, admin: admin.unwrap_or(ADMIN_LISTEN), pages, backchannel }
}

/// Without certificate, tokens cross the network in the clear; on one machine that is fine.
pub(super) fn warn_plain(listeners: &Listeners, has_tls: bool, found: &mut Findings<'_>) {
    if !has_tls && !all_loopback(&listeners.listen) {
        found.warn(
            "listen",
            "without `tls`, Traefik's requests, including tokens, cross the network in clear \
             text; with it, Traefik also uses HTTP/2, which is faster",
        );
    }
}

pub(super) fn state_dir(raw: &RawConfig, found: &mut Findings<'_>) -> Option<PathBuf> {
    let text = raw.state_dir.some()?.as_str();
    let path = found.resolve(text);
    if !text.is_empty() && path.is_dir() {
        return Some(path);
    }
    found.mistake(
        "state_dir",
        format!("{} is not a folder", shown(text)),
        "create it, and make it writable for the user that runs doorward",
    );
    None
}

pub(super) fn trusted_proxies(
    raw: &RawConfig,
    listen: &[SocketAddr],
    found: &mut Findings<'_>,
) -> Vec<IpNet> {
    const PATH: &str = "trusted_proxies";
    // As it was meant, also while the file itself is wrong.
    let by_certificate = raw.tls.is_bad()
        || raw
            .tls
            .some()
            .is_some_and(|tls| tls.client_ca_file.is_bad() || tls.client_ca_file.some().is_some());
    let Some(list) = raw.trusted_proxies.good() else {
        // Who asks for client certificates does not mean to let every local process in.
        if raw.trusted_proxies.is_bad() || by_certificate {
            return Vec::new();
        }
        if all_loopback(listen) {
            return loopback();
        }
        found.mistake(
            PATH,
            "is missing, and `listen` can be reached from other machines",
            "write the networks that Traefik connects from, such as the pod network \
             [10.42.0.0/16], or set tls.client_ca_file",
        );
        return Vec::new();
    };
    let mut networks = Vec::new();
    for (path, text) in good_ones(list, PATH) {
        networks.extend(network(&path, text.as_str(), found));
    }
    if list.is_empty() && !by_certificate {
        found.mistake(
            PATH,
            "is empty, so no client could send requests",
            "write the networks that Traefik connects from, or set tls.client_ca_file",
        );
    }
    // Two halves are the whole: 0.0.0.0/1 and 128.0.0.0/1 together trust every address.
    if IpNet::aggregate(&networks).iter().any(|network| network.prefix_len() == 0) {
        found.mistake(
            PATH,
            "together these networks cover all addresses",
            "write only the networks that Traefik connects from",
        );
    }
    networks
}

/// One network; a mapped one becomes IPv4, as peers' addresses do before they are compared.
fn network(path: &str, text: &str, found: &mut Findings<'_>) -> Option<IpNet> {
    let parsed =
        text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    let Some(parsed) = parsed else {
        found.mistake(
            path,
            format!("{} is not a network", shown(text)),
            "write address/prefix, such as 10.42.0.0/16 or \"fd00::/8\", or a single IP address",
        );
        return None;
    };
    let network = unmapped(parsed);
    if network.prefix_len() == 0 {
        found.mistake(
            path,
            format!("{} covers all addresses", shown(text)),
            "write only the networks that Traefik connects from",
        );
        return None;
    }
    if network.addr() != network.network() {
        found.mistake(
            path,
            format!("{} has address bits beyond its prefix, which is ambiguous", shown(text)),
            format!("write {} or {}", network.trunc(), IpNet::from(network.addr())),
        );
        return None;
    }
    let broad = match network {
        IpNet::V4(network) => network.prefix_len() < 8,
        IpNet::V6(network) => network.prefix_len() < 16 && !network.network().is_unique_local(),
    };
    if broad {
        found.warn(path, format!("{network} trusts a large part of the internet as Traefik"));
    }
    Some(network)
}

fn unmapped(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else {
        return network;
    };
    let mapped = v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(MAPPED_PREFIX));
    mapped
        .and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok())
        .map_or(network, IpNet::V4)
}

fn address(path: &str, text: &Text<Socket>, found: &mut Findings<'_>) -> Option<SocketAddr> {
    let text = text.as_str();
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let remedy = match text.rsplit_once(':') {
        Some(("" | "*", port)) => {
            format!("for all addresses write 0.0.0.0:{port} or \"[::]:{port}\"")
        }
        Some(("localhost", port)) => format!("write 127.0.0.1:{port} or \"[::1]:{port}\""),
        _ => "write an IP address and a port, such as 127.0.0.1:4181 or \"[::1]:4181\"".to_owned(),
    };
    found.mistake(path, format!("{} is not an address to listen on", shown(text)), remedy);
    None
}

/// Takes note of an address; a mistake when another key has it. The address stays in force for the
/// checks that follow. Port 0 takes any free port and so never clashes.
fn take(
    path: &str,
    address: SocketAddr,
    taken: &mut Vec<(String, SocketAddr)>,
    found: &mut Findings<'_>,
) -> SocketAddr {
    let clash = taken.iter().find(|(_, other)| *other == address && address.port() != 0);
    if let Some((other, _)) = clash {
        found.mistake(
            path,
            format!("`{address}` is also the address of `{other}`"),
            "use another port",
        );
    } else {
        taken.push((path.to_owned(), address));
    }
    address
}

fn all_loopback(listen: &[SocketAddr]) -> bool {
    listen.iter().all(|address| address.ip().to_canonical().is_loopback())
}

/// `127.0.0.0/8` and `::1/128`.
fn loopback() -> Vec<IpNet> {
    let v4 = Ipv4Net::new(Ipv4Addr::new(127, 0, 0, 0), 8).map(IpNet::V4);
    let v6 = Ipv6Net::new(Ipv6Addr::LOCALHOST, 128).map(IpNet::V6);
    v4.into_iter().chain(v6).collect()
}

/// `::ffff:0:0/96` holds the IPv4 addresses (RFC 4291 §2.5.5.2).
const MAPPED_PREFIX: u8 = 96;
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 4181);
const ADMIN_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 4182);
