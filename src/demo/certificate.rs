//! The demo's own certificate authority and the two certificates that it signs.
//!
//! The authority's key never reaches the disk and is dropped as soon as both certificates are
//! signed, and name constraints (RFC 5280 §4.2.1.10) bind it to the demo's domain and the loopback
//! addresses: a browser that imports it trusts it for no other name. Time is an argument.

use super::hosts::{Account, DOMAIN, SIGN_IN_LABEL, host};
use crate::certificate::{Authority, CertificateError, CertifiedKey, Scope, Validity};
use std::net::{Ipv4Addr, Ipv6Addr};
use tokio_rustls::rustls::pki_types::CertificateDer;

pub(super) struct Certificates {
    /// The authority in PEM, for browsers and `curl --cacert`.
    pub(super) authority: String,
    /// The same in DER, for the demo's own client.
    pub(super) authority_der: CertificateDer<'static>,
    /// Traefik's side towards the browser.
    pub(super) front: CertifiedKey,
    /// The gate's side towards Traefik.
    pub(super) gate: CertifiedKey,
}

impl Certificates {
    /// `now` in seconds since 1970.
    pub(super) fn generate(now: u64) -> Result<Self, CertificateError> {
        let authority = authority(now)?;
        // The exact names stand beside the wildcard because some clients refuse a wildcard directly
        // below a name they take for a public suffix.
        let mut names = vec![format!("*.{DOMAIN}"), host(SIGN_IN_LABEL)];
        names.extend(Account::ALL.map(|account| host(account.name())));
        let front = authority.certify(SUBJECT, &names)?;
        let gate = authority.certify(SUBJECT, &["localhost".into(), "127.0.0.1".into()])?;
        Ok(Self {
            authority: authority.certificate(),
            authority_der: authority.certificate_der(),
            front,
            gate,
        })
    }
}

fn authority(now: u64) -> Result<Authority, CertificateError> {
    let scope = Scope {
        domain: "localhost",
        ipv4: (Ipv4Addr::new(127, 0, 0, 0), 8),
        ipv6: (Ipv6Addr::LOCALHOST, 128),
    };
    let validity = Validity { now, days: DAYS };
    Authority::new("doorward demo (this machine only)", validity, Some(&scope))
}

const SUBJECT: &str = "doorward demo";
/// Longer than a demo runs, but short, because a user may have imported the authority.
const DAYS: u32 = 7;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::tests::accepts;
    use crate::clock;

    #[test]
    fn certificates_are_good_for_their_own_names_only() {
        let made = Certificates::generate(clock::now().0).unwrap();
        let accepts = |server, name| accepts(&made.authority, server, name);
        for name in ["alice.vdi.localhost", "login.vdi.localhost", "carol.vdi.localhost"] {
            assert!(accepts(&made.front, name), "{name}");
        }
        for name in ["vdi.localhost", "a.alice.vdi.localhost", "localhost", "127.0.0.1"] {
            assert!(!accepts(&made.front, name), "{name}");
        }
        assert!(accepts(&made.gate, "127.0.0.1"));
        assert!(!accepts(&made.gate, "alice.vdi.localhost"));
    }

    #[test]
    fn the_demo_ca_is_limited_to_the_demo_hosts() {
        // Even if its key had been kept: a certificate that it signs for another name is refused.
        let authority = authority(clock::now().0).unwrap();
        for (name, accepted) in
            [("alice.vdi.localhost", true), ("bank.example", false), ("192.0.2.1", false)]
        {
            let server = authority.certify(SUBJECT, &[name.to_owned()]).unwrap();
            assert_eq!(accepts(&authority.certificate(), &server, name), accepted, "{name}");
        }
    }
}
