//! Which addresses a document from the internet may send the gate to.
//!
//! An issuer on the internet could name `http://169.254.169.254/` or a service of the cluster as
//! the address of its keys and make the gate send requests there (server-side request forgery). The
//! check is made on the address that is then connected to, so a name that resolves differently a
//! moment later gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The permitted addresses of one fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The operator configured the address, or an internal issuer announced it.
    Anywhere,
    /// Public addresses only.
    Public,
}

impl Reach {
    pub(super) fn admits(self, address: IpAddr) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Public => !is_private(address),
        }
    }
}

/// Whether an address is not public: loopback, private, link-local, shared (CGNAT), unique local,
/// multicast, unspecified or reserved, including every IPv6 form that embeds such an IPv4 address.
pub(super) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => is_private_v6(address),
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        // 0.0.0.0/8, which some systems treat as this machine, and 240.0.0.0/4.
        || first == 0
        || first >= 240
        // RFC 6598, carrier-grade NAT; RFC 2544, benchmarks; RFC 6890, protocol assignments.
        || (first == 100 && (64..128).contains(&second))
        || (first == 198 && (18..20).contains(&second))
        || (first == 192 && second == 0 && third == 0)
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_private_v4(inner);
    }
    let [first, second, .., seventh, last] = address.segments();
    let inner = Ipv4Addr::from(u32::from(seventh) << 16 | u32::from(last));
    // Translated (RFC 6052: 64:ff9b::/96) and 6to4 (2002::/16) addresses embed an IPv4 address.
    if address.segments().starts_with(&[0x64, 0xff9b, 0, 0, 0, 0]) {
        return is_private_v4(inner);
    }
    if first == 0x2002 {
        let [_, _, a, b, c, d, ..] = address.octets();
        return is_private_v4(Ipv4Addr::new(a, b, c, d));
    }
    // Only 2000::/3 is allocated; within it, Teredo and documentation addresses are no servers.
    (first & 0xe000) != 0x2000
        || (first == 0x2001 && (second == 0 || second == 0xdb8))
        || (first == 0x3fff && second < 0x1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both sides of every range.
    #[test]
    fn what_is_inside() {
        let rows = [
            ("0.0.0.0", true),
            ("0.255.255.255", true),
            ("1.0.0.0", false),
            ("9.255.255.255", false),
            ("10.0.0.0", true),
            ("10.255.255.255", true),
            ("11.0.0.0", false),
            ("100.63.255.255", false),
            ("100.64.0.0", true),
            ("100.127.255.255", true),
            ("100.128.0.0", false),
            ("126.255.255.255", false),
            ("127.0.0.0", true),
            ("127.255.255.255", true),
            ("128.0.0.0", false),
            ("169.253.255.255", false),
            ("169.254.0.0", true),
            ("169.254.169.254", true),
            ("169.254.255.255", true),
            ("169.255.0.0", false),
            ("172.15.255.255", false),
            ("172.16.0.0", true),
            ("172.31.255.255", true),
            ("172.32.0.0", false),
            ("191.255.255.255", false),
            ("192.0.0.0", true),
            ("192.0.0.255", true),
            ("192.0.1.0", false),
            ("192.0.2.1", true),
            ("192.167.255.255", false),
            ("192.168.0.0", true),
            ("192.168.255.255", true),
            ("192.169.0.0", false),
            ("198.17.255.255", false),
            ("198.18.0.0", true),
            ("198.19.255.255", true),
            ("198.20.0.0", false),
            ("223.255.255.255", false),
            ("224.0.0.0", true),
            ("240.0.0.0", true),
            ("255.255.255.255", true),
            ("::", true),
            ("::1", true),
            ("::7f00:1", true),
            ("::ffff:10.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("::ffff:8.8.8.8", false),
            ("64:ff9b::a00:1", true),
            ("64:ff9b::808:808", false),
            ("64:ff9b:1::1", true),
            ("1fff:ffff::", true),
            ("2000::", false),
            ("2001::1", true),
            ("2001:db8::1", true),
            ("2001:4860:4860::8888", false),
            ("2002:a00:1::", true),
            ("2002:808:808::", false),
            ("3ffe:ffff::", false),
            ("3fff::1", true),
            ("3fff:1000::", false),
            ("4000::", true),
            ("fbff::", true),
            ("fc00::", true),
            ("fdff:ffff::1", true),
            ("fe00::", true),
            ("fe80::1", true),
            ("febf::", true),
            ("fec0::", true),
            ("ff02::1", true),
        ];
        for (text, expected) in rows {
            let address: IpAddr = text.parse().unwrap();
            assert_eq!(is_private(address), expected, "{text}");
            assert!(Reach::Anywhere.admits(address));
            assert_eq!(Reach::Public.admits(address), !expected, "{text}");
        }
    }
}
