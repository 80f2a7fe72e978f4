//! Connects to an issuer's server: name lookup, address check, TLS. Proxies in the environment are
//! ignored, and the name is looked up once, so that the checked address is the one that is used.

use super::{FetchError, Reach};
use crate::url::WebUrl;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, Error, RootCertStore, version};

/// A plain or TLS stream.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// The stream, and the peer's address.
pub(super) async fn connect(
    endpoint: &WebUrl,
    reach: Reach,
    authorities: Option<&[CertificateDer<'static>]>,
) -> Result<(Box<dyn Stream>, IpAddr), FetchError> {
    let addresses = resolve(endpoint, reach).await?;
    let stream = dial(&addresses).await.map_err(|error| FetchError::Connect(error.kind()))?;
    let peer = stream.peer_addr().map_err(|error| FetchError::Connect(error.kind()))?.ip();
    if !endpoint.is_secure() {
        return Ok((Box::new(stream), peer));
    }
    let name = ServerName::try_from(endpoint.host().to_owned());
    let name = name.map_err(|_| FetchError::NoSuchName)?;
    let tls = TlsConnector::from(Arc::new(client(authorities).await?));
    let stream = tls.connect(name, stream).await.map_err(|error| {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
        inner.map_or(FetchError::Connect(error.kind()), |inner| FetchError::Tls(inner.clone()))
    })?;
    Ok((Box::new(stream), peer))
}

/// All addresses of the name, or an error when one of them is outside `reach`: a public server has
/// no private address, and the choice among them must not matter.
async fn resolve(endpoint: &WebUrl, reach: Reach) -> Result<Vec<SocketAddr>, FetchError> {
    let addresses: Vec<SocketAddr> = match endpoint.host().parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, endpoint.port())],
        Err(_) => tokio::net::lookup_host((endpoint.host(), endpoint.port()))
            .await
            .map_err(|_| FetchError::NoSuchName)?
            .take(MOST_ADDRESSES)
            .collect(),
    };
    if addresses.is_empty() {
        return Err(FetchError::NoSuchName);
    }
    if addresses.iter().all(|address| reach.admits(address.ip())) {
        Ok(addresses)
    } else {
        Err(FetchError::AddressInside)
    }
}

/// Connects to the first address that accepts.
pub(super) async fn dial(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut refused = io::Error::from(io::ErrorKind::NotFound);
    for address in addresses {
        match tokio::time::timeout(DIAL, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => refused = error,
            Err(_) => refused = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(refused)
}

async fn client(
    authorities: Option<&[CertificateDer<'static>]>,
) -> Result<ClientConfig, FetchError> {
    let mut roots = RootCertStore::empty();
    if let Some(own) = authorities {
        // Each was validated when the configuration was checked.
        roots.add_parsable_certificates(own.iter().cloned());
    } else {
        // Read again each time, so that an update of the system's authorities is noticed.
        let system = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
        roots.add_parsable_certificates(system.map(|found| found.certs).unwrap_or_default());
    }
    if roots.is_empty() {
        return Err(FetchError::NoAuthorities);
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .map_err(FetchError::Tls)?;
    let mut client = builder.with_root_certificates(roots).with_no_client_auth();
    client.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(client)
}

/// For one address, so that the next can be tried within the overall limit.
const DIAL: Duration = Duration::from_secs(3);
/// A foreign name server could return thousands.
const MOST_ADDRESSES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_document_from_outside_leads_to_no_address_inside() {
        let rows = [
            ("a_name_of_this_machine", "https://localhost/keys"),
            ("loopback", "https://127.0.0.1/keys"),
            ("loopback_v6", "https://[::1]/keys"),
            ("mapped", "https://[::ffff:10.0.0.1]/keys"),
            ("metadata", "https://169.254.169.254/keys"),
            ("private", "https://10.0.0.1/keys"),
            ("shared", "https://100.64.0.1/keys"),
        ];
        for (row, text) in rows {
            let endpoint = WebUrl::parse(text).unwrap();
            let inside = resolve(&endpoint, Reach::Public).await;
            assert_eq!(inside, Err(FetchError::AddressInside), "{row}");
            assert!(resolve(&endpoint, Reach::Anywhere).await.is_ok(), "{row}");
        }
        let outside = WebUrl::parse("https://8.8.8.8:8443/keys").unwrap();
        let found = resolve(&outside, Reach::Public).await.unwrap();
        assert_eq!(found, ["8.8.8.8:8443".parse().unwrap()]);
    }
}
