//! The certificate resolver: one wildcard for each zone, by DNS-01, the only way to one.

use super::provider::Provider;
use crate::manifest::tree::Section;
use crate::manifest::{RouteTls, Settings, TraefikName};

/// How Traefik gets certificates itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acme {
    /// What Traefik calls it.
    pub resolver: TraefikName,
    /// Where the authority writes to before a certificate ends.
    pub email: String,
    /// Who serves the zone, by lego's name.
    pub dns_provider: String,
    /// Where Traefik keeps account and certificates.
    pub storage: String,
}

impl Acme {
    /// The defaults, with the resolver that routes name, if they name one.
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

    /// Names of the environment variables that lego reads for this provider; empty for one that is
    /// not in our table.
    #[must_use]
    pub fn variables(&self) -> &'static [&'static str] {
        let known = PROVIDERS.iter().find(|(name, _)| *name == self.dns_provider);
        known.map_or(&[], |(_, variables)| variables)
    }

    /// `certificatesResolvers:`.
    pub(super) fn section(&self, provider: &Provider) -> Section {
        let variables = match self.variables() {
            [] => "those that lego's documentation names".to_owned(),
            variables => variables.join(", "),
        };
        let storage = match provider {
            Provider::Kubernetes => {
                "One file, so one Traefik: with several replicas each would order its own. For more \
                 than one replica take cert-manager and leave this resolver out. The volume has to \
                 outlive the pod, else every restart orders again, and authorities count."
            }
            Provider::File { .. } => {
                "One file, so one Traefik. Readable by it alone; it holds the private keys."
            }
        };
        let acme = Section::new()
            .why("Yours: the authority refuses example.com.")
            .put("email", self.email.clone())
            .why(storage)
            .put("storage", self.storage.clone())
            .why(format!(
                "A wildcard is granted to whoever writes into the zone, nothing else. Traefik takes \
                 the credentials from its environment: {variables}. Let them write \
                 _acme-challenge and nothing else where the provider can say so.",
            ))
            .put("dnsChallenge", Section::new().put("provider", self.dns_provider.clone()));
        Section::new().put(self.resolver.to_string(), Section::new().put("acme", acme))
    }
}

/// lego's providers that are asked for most, and what each reads. With `_FILE` behind the name it
/// is a file's path.
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
