//! Creates certificates: a certificate authority and the servers it certifies.
//!
//! Used by `doorward keygen --tls`, `tls: { self_signed: true }` and the demo. A client that has
//! the authority's certificate (Traefik, as `tls.ca`) trusts the servers it certified. This module
//! decides what a certificate says; callers decide which files the texts go to and how long the
//! authority's key is kept. Time is an argument.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CidrSubnet, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints,
};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

/// A certificate authority and its key (ECDSA on P-256). No `Debug`, because of the key.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    validity: Validity,
}

impl Authority {
    /// A new authority with a new key, called `subject`. With a `scope`, clients accept only
    /// certificates for names within it; without one, for any name.
    ///
    /// # Errors
    /// A failure of the crypto library.
    pub(crate) fn new(
        subject: &str,
        validity: Validity,
        scope: Option<&Scope<'_>>,
    ) -> Result<Self, CertificateError> {
        let mut authority = validity.of(CertificateParams::default());
        authority.distinguished_name.push(DnType::CommonName, subject);
        // No intermediate authority below this one.
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        authority.name_constraints = scope.map(Scope::constraints);
        let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        Ok(Self { issuer, validity })
    }

    /// Creates a new key and certifies it for a server called `subject`, for as long as the
    /// authority itself is valid.
    ///
    /// `names` are at least one DNS name, whose first label may be `*`, or IP address.
    ///
    /// # Errors
    /// No name, a name that no certificate can hold, or a failure of the crypto library.
    pub(crate) fn certify(
        &self,
        subject: &str,
        names: &[String],
    ) -> Result<CertifiedKey, CertificateError> {
        if names.is_empty() {
            return Err(CertificateError::NoName);
        }
        if let Some(name) = names.iter().find(|name| !is_name(name)) {
            return Err(CertificateError::Name(name.clone()));
        }
        let mut server = self.validity.of(CertificateParams::new(names)?);
        server.distinguished_name.push(DnType::CommonName, subject);
        server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        server.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = server.signed_by(&key, &self.issuer)?.pem();
        Ok(CertifiedKey { certificate, key: key.serialize_pem() })
    }

    /// The certificate that clients must trust, in PEM.
    pub(crate) fn certificate(&self) -> String {
        self.issuer.pem()
    }

    /// The same in DER, for the demo's own client.
    #[cfg(feature = "demo")]
    pub(crate) fn certificate_der(
        &self,
    ) -> tokio_rustls::rustls::pki_types::CertificateDer<'static> {
        self.issuer.der().clone()
    }

    /// The private key in PEM (PKCS#8), for an operator who will sign with it again. Otherwise do
    /// not call this: the key is gone when this value is dropped.
    pub(crate) fn key(&self) -> String {
        self.issuer.key().serialize_pem()
    }
}

/// The validity of certificates: from an hour before `now`, to allow for clocks that differ, until
/// `days` after it.
#[derive(Clone, Copy)]
pub(crate) struct Validity {
    /// Seconds since 1970.
    pub(crate) now: u64,
    /// Days of 86,400 seconds.
    pub(crate) days: u32,
}

impl Validity {
    fn of(self, mut certificate: CertificateParams) -> CertificateParams {
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        // The last second of the year 9999 is the last that a certificate can state.
        let at = |seconds: u64| epoch + Duration::from_secs(seconds.min(253_402_300_799));
        certificate.not_before = at(self.now.saturating_sub(3_600));
        certificate.not_after = at(self.now.saturating_add(u64::from(self.days) * 86_400));
        certificate
    }
}

/// The names that an authority may certify (name constraints, RFC 5280 section 4.2.1.10). Each kind
/// is required: a kind without a permitted name would not be limited at all.
pub(crate) struct Scope<'a> {
    /// This DNS name and all names below it.
    pub(crate) domain: &'a str,
    /// A network, as address and prefix length.
    pub(crate) ipv4: (Ipv4Addr, u8),
    /// The same for IPv6.
    pub(crate) ipv6: (Ipv6Addr, u8),
}

impl Scope<'_> {
    fn constraints(&self) -> NameConstraints {
        let network = |address: IpAddr, prefix: u8| {
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, prefix))
        };
        NameConstraints {
            permitted_subtrees: vec![
                GeneralSubtree::DnsName(self.domain.to_owned()),
                network(self.ipv4.0.into(), self.ipv4.1),
                network(self.ipv6.0.into(), self.ipv6.1),
            ],
            excluded_subtrees: Vec::new(),
        }
    }
}

/// A certificate and its private key, both in PEM. No `Debug`, because of the key.
pub(crate) struct CertifiedKey {
    /// `CERTIFICATE`
    pub(crate) certificate: String,
    /// `PRIVATE KEY` (PKCS#8)
    pub(crate) key: String,
}

/// Why a certificate cannot be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateError {
    /// No name was given.
    NoName,
    /// Neither a DNS name nor an IP address.
    Name(String),
    /// The library's error; no valid request causes it.
    Library(rcgen::Error),
}

impl fmt::Display for CertificateError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => formatter.write_str("a certificate needs at least one name"),
            Self::Name(name) => write!(
                formatter,
                "{name:?} is neither a DNS name (its first label may be `*`) nor an IP address"
            ),
            Self::Library(error) => write!(formatter, "the certificate cannot be created: {error}"),
        }
    }
}

impl std::error::Error for CertificateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Library(error) => Some(error),
            Self::NoName | Self::Name(_) => None,
        }
    }
}

impl From<rcgen::Error> for CertificateError {
    fn from(error: rcgen::Error) -> Self {
        Self::Library(error)
    }
}

/// Whether a certificate can hold this name: a DNS name, whose first label may be `*`, or an IP
/// address.
pub(crate) fn is_name(name: &str) -> bool {
    if name.parse::<IpAddr>().is_ok() {
        return true;
    }
    let rest = name.strip_prefix("*.").unwrap_or(name);
    // All digits at the end: an invalid address, such as 10.0.0.256.
    let numeric =
        rest.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    !numeric && rest.len() <= 253 && rest.split('.').all(is_dns_label)
}

fn is_dns_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
pub(crate) mod tests;
