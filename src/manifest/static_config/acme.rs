//! The certificate resolver: one wildcard certificate per domain, by the DNS-01 challenge, which
//! wildcard certificates require.

use super::provider::Provider;
use crate::manifest::tree::Section;
use crate::manifest::{RouteTls, Settings, TraefikName};

/// Traefik's certificate resolver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acme {
    /// Its name.
    pub resolver: TraefikName,
    /// Email address of the ACME account, for expiry notices.
    pub email: String,
    /// DNS provider of the domain, by its name in lego.
    pub dns_provider: String,
    /// File in which Traefik stores the account and the certificates.
    pub storage: String,
}

impl Acme {
    /// The defaults, with the name of the resolver that routes use, if they use one.
    #[must_use]
    pub fn new(settings: &Settings, storage: &str) -> Self {
        let resolver = match &settings.tls {
            RouteTls::Resolver(resolver) => resolver.clone(),
            RouteTls::Store => TraefikName::known("letsencrypt"),
        };
        Self {
            resolver,
            email: "hostmaster@example.com".to_owned(),
            dns_provider: "cloudflare".to_owned(),
            storage: storage.to_owned(),
        }
    }

    /// Environment variables that lego reads for this provider; empty for a provider that is not in
    /// the table.
    #[must_use]
    pub fn variables(&self) -> &'static [&'static str] {
        let known = PROVIDERS.iter().find(|(name, _)| *name == self.dns_provider);
        known.map_or(&[], |(_, variables)| variables)
    }

    /// `certificatesResolvers:`.
    pub(super) fn section(&self, provider: &Provider) -> Section {
        let variables = match self.variables() {
            [] => "see lego's documentation for the names".to_owned(),
            variables => variables.join(", "),
        };
        let storage = match provider {
            Provider::Kubernetes => {
                "Only one Traefik replica can use this file; several replicas would each order their own certificate. For more than one replica, use cert-manager and remove this resolver. The file must be on a persistent volume: otherwise each restart orders a new certificate, and certificate authorities have rate limits."
            }
            Provider::File { .. } => {
                "Only one Traefik can use this file. It holds the private keys, so only Traefik's user may read it."
            }
        };
        let acme = Section::new()
            .why("Replace this with your own address: the certificate authority rejects example.com.")
            .put("email", self.email.clone())
            .why(storage)
            .put("storage", self.storage.clone())
            .why(format!(
                "Wildcard certificates require the DNS-01 challenge: Traefik creates a TXT record in your DNS zone. It reads the provider's credentials from its environment: {variables}. If your provider supports it, restrict these credentials to _acme-challenge records.",
            ))
            .put("dnsChallenge", Section::new().put("provider", self.dns_provider.clone()));
        Section::new().put(self.resolver.to_string(), Section::new().put("acme", acme))
    }
}

/// The most common providers of lego and their variables. A variable with the suffix `_FILE` holds
/// the path of a file.
const PROVIDERS: [(&str, &[&str]); 6] = [
    ("azuredns", &["AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET"]),
    ("cloudflare", &["CF_DNS_API_TOKEN"]),
    ("digitalocean", &["DO_AUTH_TOKEN"]),
    ("gcloud", &["GCE_PROJECT", "GCE_SERVICE_ACCOUNT"]),
    (
        "rfc2136",
        &[
            "RFC2136_NAMESERVER",
            "RFC2136_TSIG_ALGORITHM",
            "RFC2136_TSIG_KEY",
            "RFC2136_TSIG_SECRET",
        ],
    ),
    ("route53", &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"]),
];
