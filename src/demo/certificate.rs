//! The demo's own certificate authority and the two certificates that it signs.
//!
//! The authority's key never reaches the disk and is dropped as soon as both certificates are
//! signed, and name constraints (RFC 5280 §4.2.1.10) bind it to the demo's zone and the loopback
//! addresses: whoever imports it into a browser opens nothing else by that. Time is an argument.

use super::zone::{Account, SIGN_IN_LABEL, ZONE, host};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CidrSubnet, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints,
};
use std::{net::IpAddr, net::Ipv4Addr, net::Ipv6Addr, time::Duration};
use tokio_rustls::rustls::pki_types::CertificateDer;

pub(super) struct Certificates {
    /// What browsers and `curl --cacert` are given, as PEM.
    pub(super) authority: String,
    /// The same for our own client.
    pub(super) authority_der: CertificateDer<'static>,
    /// Traefik's side towards the browser.
    pub(super) front: Serving,
    /// The gate's side towards Traefik.
    pub(super) gate: Serving,
}

/// Certificate and key of a server, as PEM.
pub(super) struct Serving {
    pub(super) certificate: String,
    pub(super) key: String,
}

impl Certificates {
    /// `now` in seconds since 1970.
    pub(super) fn generate(now: u64) -> Result<Self, rcgen::Error> {
        let authority = CertifiedIssuer::self_signed(authority(now), KeyPair::generate()?)?;

        // The exact names stand beside the wildcard because some clients refuse a wildcard directly
        // below a name they take for a public suffix.
        let mut names = vec![format!("*.{ZONE}"), host(SIGN_IN_LABEL)];
        names.extend(Account::ALL.map(|account| host(account.name())));
        let front = serving(&authority, names, now)?;
        let gate = serving(&authority, vec!["localhost".into(), "127.0.0.1".into()], now)?;

        Ok(Self { authority: authority.pem(), authority_der: authority.der().clone(), front, gate })
    }
}

fn authority(now: u64) -> CertificateParams {
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "doorward demo (this machine only)");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".into()),
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(
                IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)),
                8,
            )),
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(
                IpAddr::V6(Ipv6Addr::LOCALHOST),
                128,
            )),
        ],
        excluded_subtrees: Vec::new(),
    });
    limit(&mut authority, now);
    authority
}

fn serving(
    authority: &CertifiedIssuer<'_, KeyPair>,
    names: Vec<String>,
    now: u64,
) -> Result<Serving, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut certificate = CertificateParams::new(names)?;
    certificate.distinguished_name.push(DnType::CommonName, "doorward demo");
    certificate.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    certificate.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    certificate.use_authority_key_identifier_extension = true;
    limit(&mut certificate, now);
    let signed = certificate.signed_by(&key, authority)?;
    Ok(Serving { certificate: signed.pem(), key: key.serialize_pem() })
}

/// Valid from an hour ago, for clocks that differ a little inside virtual machines, for a week:
/// longer than any demo runs, and short enough that an imported authority soon means nothing.
fn limit(certificate: &mut CertificateParams, now: u64) {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    certificate.not_before = epoch + Duration::from_secs(now.saturating_sub(3_600));
    certificate.not_after = epoch + Duration::from_secs(now.saturating_add(7 * 86_400));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tokio_rustls::{
        TlsAcceptor, TlsConnector,
        rustls::{
            ClientConfig, RootCertStore, ServerConfig,
            crypto::aws_lc_rs::default_provider,
            pki_types::{PrivateKeyDer, ServerName, pem::PemObject},
        },
    };

    /// Whether a client that trusts `authority` alone accepts `server` under `name`.
    async fn accepts(authority: &CertificateDer<'static>, server: &Serving, name: &str) -> bool {
        let provider = Arc::new(default_provider());
        let chain = vec![CertificateDer::from_pem_slice(server.certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(server.key.as_bytes()).unwrap();
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(authority.clone()).unwrap();
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let (here, there) = tokio::io::duplex(64 * 1024);
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let (connected, _) = tokio::join!(
            TlsConnector::from(Arc::new(client)).connect(name, here),
            TlsAcceptor::from(Arc::new(server)).accept(there),
        );
        connected.is_ok()
    }

    #[tokio::test]
    async fn certificates_are_good_for_their_own_names_only() {
        let made = Certificates::generate(crate::demo::portal::unix_time()).unwrap();
        let authority = &made.authority_der;
        for name in ["alice.vdi.localhost", "login.vdi.localhost", "carol.vdi.localhost"] {
            assert!(accepts(authority, &made.front, name).await, "{name}");
        }
        for name in ["vdi.localhost", "a.alice.vdi.localhost", "localhost", "127.0.0.1"] {
            assert!(!accepts(authority, &made.front, name).await, "{name}");
        }
        assert!(accepts(authority, &made.gate, "127.0.0.1").await);
        assert!(!accepts(authority, &made.gate, "alice.vdi.localhost").await);
    }

    #[tokio::test]
    async fn authority_is_no_good_for_other_sites() {
        // Even if its key had been kept: a certificate that it signs for another name is refused.
        let now = crate::demo::portal::unix_time();
        let key = KeyPair::generate().unwrap();
        let authority = CertifiedIssuer::self_signed(super::authority(now), key).unwrap();
        for (name, accepted) in
            [("alice.vdi.localhost", true), ("bank.example", false), ("192.0.2.1", false)]
        {
            let server = serving(&authority, vec![name.to_owned()], now).unwrap();
            assert_eq!(accepts(authority.der(), &server, name).await, accepted, "{name}");
        }
    }
}
