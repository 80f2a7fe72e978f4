//! Certificates of our own making: an authority and one server certificate that it signed.
//!
//! For `doorward keygen --tls` and for `tls: { self_signed: true }`. The authority signs this one
//! certificate; whoever is given `ca.crt` (Traefik, as `tls.ca`) trusts the server by it. Which
//! files the texts go to is not known here, and time is an argument.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use std::{fmt, net::IpAddr, time::Duration};

/// An authority and a server, each with its key.
pub(crate) struct Certificates {
    /// What clients are given to trust.
    pub(crate) authority: CertifiedKey,
    /// What the server presents.
    pub(crate) server: CertifiedKey,
}

/// A certificate and its private key, both in PEM. No `Debug`, because of the key.
pub(crate) struct CertifiedKey {
    /// `CERTIFICATE`
    pub(crate) certificate: String,
    /// `PRIVATE KEY` (PKCS#8)
    pub(crate) key: String,
}

impl Certificates {
    /// Makes new keys (ECDSA on P-256) and certifies the second for these names with the first.
    ///
    /// `names` are DNS names, the first label of which may be `*`, or IP addresses, one at least.
    /// `now` is in seconds since 1970; the certificates are valid from an hour before it, for
    /// clocks that differ, until `days` after it.
    ///
    /// # Errors
    /// No name, one that no certificate can hold, or a failure of the crypto library.
    pub(crate) fn issue(names: &[String], days: u32, now: u64) -> Result<Self, CertificateError> {
        if names.is_empty() {
            return Err(CertificateError::NoName);
        }
        if let Some(name) = names.iter().find(|name| !is_name(name)) {
            return Err(CertificateError::Name(name.clone()));
        }
        let key = KeyPair::generate()?;
        let authority_key = key.serialize_pem();
        let authority = CertifiedIssuer::self_signed(authority(days, now), key)?;
        let key = KeyPair::generate()?;
        let server = server(names, days, now)?.signed_by(&key, &authority)?;
        Ok(Self {
            authority: CertifiedKey { certificate: authority.pem(), key: authority_key },
            server: CertifiedKey { certificate: server.pem(), key: key.serialize_pem() },
        })
    }
}

/// Why there are no certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CertificateError {
    /// No name was given.
    NoName,
    /// Neither a DNS name nor an IP address.
    Name(String),
    /// The library refused; nothing that was asked of it should make it.
    Library(rcgen::Error),
}

impl fmt::Display for CertificateError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => formatter.write_str("a certificate needs a name"),
            Self::Name(name) => write!(
                formatter,
                "{name:?} is neither a DNS name (its first label may be `*`) nor an IP address"
            ),
            Self::Library(error) => write!(formatter, "the certificate cannot be made: {error}"),
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

fn authority(days: u32, now: u64) -> CertificateParams {
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "doorward authority");
    // No authority below this one.
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    limit(&mut authority, days, now);
    authority
}

fn server(names: &[String], days: u32, now: u64) -> Result<CertificateParams, rcgen::Error> {
    let mut server = CertificateParams::new(names)?;
    server.distinguished_name.push(DnType::CommonName, "doorward");
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    limit(&mut server, days, now);
    Ok(server)
}

fn limit(certificate: &mut CertificateParams, days: u32, now: u64) {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    // The last second of the year 9999 is the last that a certificate can state.
    let at = |seconds: u64| epoch + Duration::from_secs(seconds.min(253_402_300_799));
    certificate.not_before = at(now.saturating_sub(3_600));
    certificate.not_after = at(now.saturating_add(u64::from(days) * 86_400));
}

fn is_name(name: &str) -> bool {
    if name.parse::<IpAddr>().is_ok() {
        return true;
    }
    let rest = name.strip_prefix("*.").unwrap_or(name);
    // All digits at the end: an address that is none, such as 10.0.0.256.
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
mod tests;
