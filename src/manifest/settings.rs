//! The section `render` of the configuration, after its values have been checked: how an
//! installation wants its routes.

use super::{ObjectName, TraefikName, TraefikVersion};
use crate::url::{UrlError, WebUrl};
use std::error::Error;
use std::fmt;

/// The section `render`. [`Settings::default`] has the values that apply if it is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Namespace of routes whose session sets no namespace.
    pub namespace: ObjectName,
    /// Traefik's entry points for the routes; at least one.
    pub entry_points: Vec<TraefikName>,
    /// Name of the Middleware that routes use, and prefix of the names of its parts.
    pub middleware: ObjectName,
    /// Port of the service if the session sets none.
    pub service_port: u16,
    /// Priority of every route; 2 to [`MAX_PRIORITY`].
    pub priority: u64,
    /// Where a route's certificate comes from.
    pub tls: RouteTls,
    /// Where Traefik calls the gate.
    pub gate: GatePlace,
    /// Version of Traefik that reads the manifests.
    pub traefik_version: TraefikVersion,
    /// URL at which Traefik calls the gate.
    pub gate_address: GateAddress,
}

/// Where a route's certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteTls {
    /// The wildcard certificate of the `TLSStore`: `tls: {}`.
    Store,
    /// `certResolver` and `domains` on each route. Traefik checks each route for a missing
    /// certificate, and orders one for each route until the first has arrived.
    Resolver(TraefikName),
}

/// Where Traefik calls the gate. Never in both places: the first check removes the token, so the
/// second would reject every request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GatePlace {
    /// On every route.
    #[default]
    Route,
    /// On the entry point, where no route can omit or bypass it.
    EntryPoint,
}

/// `forwardAuth.address`: `https://host[:port]/verify`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateAddress {
    text: Box<str>,
    secure: bool,
    host: Box<str>,
    port: u16,
}

impl GateAddress {
    /// Accepts `http` and `https`, a host name, IPv4 address or bracketed IPv6 address, an optional
    /// port, and the path `/verify`.
    ///
    /// # Errors
    /// The first part that is invalid.
    pub fn new(text: &str) -> Result<Self, GateAddressError> {
        // Traefik is given the text as it is written, so the scheme has one form.
        if !text.starts_with("https://") && !text.starts_with("http://") {
            return Err(GateAddressError::Scheme);
        }
        let url = WebUrl::parse(text)?;
        if url.rest() != "/verify" {
            return Err(GateAddressError::Path);
        }
        Ok(Self {
            text: text.into(),
            secure: url.is_secure(),
            host: url.host().into(),
            port: url.port(),
        })
    }

    /// The https URL of a gate at this socket address.
    #[must_use]
    pub fn at(address: std::net::SocketAddr) -> Self {
        Self {
            text: format!("https://{address}/verify").into(),
            secure: true,
            host: address.ip().to_string().into(),
            port: address.port(),
        }
    }

    /// The text as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is `https`.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether the host is a loopback address.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        &*self.host == "localhost"
            || self.host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// The host; an IPv6 address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port; the scheme's default if none is written.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Name and namespace of the Service in the host (`name.namespace.svc`, with or without the
    /// cluster's domain); `None` for a gate outside of the cluster.
    #[must_use]
    pub fn service(&self) -> Option<(ObjectName, ObjectName)> {
        let mut labels = self.host.split('.');
        let (name, namespace) = (labels.next()?, labels.next()?);
        (labels.next() == Some("svc"))
            .then(|| Some((ObjectName::new(name).ok()?, ObjectName::new(namespace).ok()?)))
            .flatten()
    }
}

/// Why a text is not a [`GateAddress`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateAddressError {
    /// Neither `http` nor `https`.
    Scheme,
    /// No host name or address.
    Host,
    /// No port between 1 and 65535.
    Port,
    /// Another path than `/verify`, or a query.
    Path,
}

impl fmt::Display for GateAddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "does not begin with https:// (or http://)",
            Self::Host => "has no host name or IP address",
            Self::Port => "has no port between 1 and 65535",
            Self::Path => "has another path than /verify, the only one that the gate answers",
        })
    }
}

impl Error for GateAddressError {}

impl From<UrlError> for GateAddressError {
    fn from(error: UrlError) -> Self {
        match error {
            UrlError::Scheme => Self::Scheme,
            UrlError::User | UrlError::Host => Self::Host,
            UrlError::Port => Self::Port,
            UrlError::Fragment | UrlError::Character | UrlError::Length => Self::Path,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            namespace: ObjectName::known("vdi-sessions"),
            entry_points: vec![TraefikName::known("websecure")],
            middleware: ObjectName::known("doorward"),
            service_port: 8080,
            priority: 1_000_000_000_000,
            tls: RouteTls::Store,
            gate: GatePlace::Route,
            traefik_version: TraefikVersion::NEWEST,
            gate_address: GateAddress::default(),
        }
    }
}

impl Default for GateAddress {
    /// The Service of `doorward render gate`.
    fn default() -> Self {
        Self {
            text: "https://doorward.doorward.svc:4181/verify".into(),
            secure: true,
            host: "doorward.doorward.svc".into(),
            port: 4181,
        }
    }
}

/// The highest priority that the API server accepts: it compares the maximum of Traefik's CRD as a
/// double.
pub const MAX_PRIORITY: u64 = 9_223_372_036_854_774_784;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_url_that_ends_in_verify() {
        use GateAddressError::{Host, Path, Port, Scheme};
        let parts = |address: &GateAddress| {
            (address.is_secure(), address.host().to_owned(), address.port())
        };
        for (name, text, expected) in [
            (
                "service",
                "https://doorward.doorward.svc:4181/verify",
                Ok((true, "doorward.doorward.svc", 4181)),
            ),
            ("default_port", "https://gate/verify", Ok((true, "gate", 443))),
            ("plain", "http://127.0.0.1:4181/verify", Ok((false, "127.0.0.1", 4181))),
            ("plain_default_port", "http://gate/verify", Ok((false, "gate", 80))),
            ("ipv6", "https://[::1]:4181/verify", Ok((true, "::1", 4181))),
            ("ipv6_default_port", "https://[::1]/verify", Ok((true, "::1", 443))),
            ("no_scheme", "gate:4181/verify", Err(Scheme)),
            ("other_scheme", "h2c://gate/verify", Err(Scheme)),
            ("upper_case_scheme", "HTTPS://gate/verify", Err(Scheme)),
            ("no_path", "https://gate:4181", Err(Path)),
            ("other_path", "https://gate/check", Err(Path)),
            ("query", "https://gate/verify?owner=bob", Err(Path)),
            ("fragment", "https://gate/verify#a", Err(Path)),
            ("path_in_front", "https://gate/a/verify", Err(Path)),
            ("user", "https://me@gate/verify", Err(Host)),
            ("no_host", "https:///verify", Err(Host)),
            ("space", "https://a b/verify", Err(Host)),
            ("newline", "https://a\nb/verify", Err(Host)),
            ("port_zero", "https://gate:0/verify", Err(Port)),
            ("port_too_large", "https://gate:65536/verify", Err(Port)),
            ("port_with_sign", "https://gate:+1/verify", Err(Port)),
            ("no_port", "https://gate:/verify", Err(Port)),
            ("broken_ipv6", "https://[::1/verify", Err(Host)),
            ("after_ipv6", "https://[::1]a/verify", Err(Host)),
        ] {
            let address = GateAddress::new(text);
            let expected = expected.map(|(secure, host, port)| (secure, host.to_owned(), port));
            assert_eq!(address.as_ref().map(parts).map_err(|error| *error), expected, "{name}");
        }
    }

    #[test]
    fn the_service_of_an_address_is_found() {
        for (host, expected) in [
            ("doorward.doorward.svc", Some(("doorward", "doorward"))),
            ("gate.edge.svc.cluster.local", Some(("gate", "edge"))),
            ("gate.edge", None),
            ("gate.example.com", None),
            ("127.0.0.1", None),
        ] {
            let address = GateAddress::new(&format!("https://{host}/verify")).unwrap();
            let service = address.service();
            let service = service.as_ref().map(|(name, space)| (name.as_str(), space.as_str()));
            assert_eq!(service, expected, "{host}");
        }
    }

    #[test]
    fn a_socket_address_is_what_would_be_written() {
        for text in ["127.0.0.1:4181", "[::1]:4181"] {
            let address = GateAddress::at(text.parse().unwrap());
            assert_eq!(GateAddress::new(address.as_str()), Ok(address));
        }
    }

    #[test]
    fn the_default_is_what_would_be_written() {
        let settings = Settings::default();
        let address = GateAddress::new(settings.gate_address.as_str());
        assert_eq!(address.as_ref(), Ok(&settings.gate_address));
        assert_eq!(TraefikVersion::parse("3.7"), Some(settings.traefik_version));
        for name in [&settings.namespace, &settings.middleware] {
            assert_eq!(ObjectName::new(name.as_str()).as_ref(), Ok(name));
        }
    }
}
