//! The static configuration of an operator, made fit for a test: another API server and other
//! ports. Everything else is unchanged.

use crate::support::cluster::Cluster;
use crate::support::process::free_address;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

/// The configuration while it is changed.
pub struct Configuration(Value);

impl Configuration {
    /// As the operator wrote it.
    pub fn new(configuration: Value) -> Self {
        assert!(configuration.is_object(), "not a static configuration: {configuration}");
        Self(configuration)
    }

    /// Where the API server is, and how to be let in.
    pub fn reach(&mut self, cluster: &Cluster, token_file: &Path) {
        let provider = self.provider();
        provider["endpoint"] = json!(cluster.endpoint());
        provider["token"] = json!(token_file);
        provider["certAuthFilePath"] = json!(cluster.authority_file());
    }

    /// Sends no usage data.
    pub fn keep_quiet(&mut self) {
        self.0["global"]["checkNewVersion"] = json!(false);
        self.0["global"]["sendAnonymousUsage"] = json!(false);
    }

    /// The store of certificates, under its own name in a folder of the test.
    pub fn keep_certificates_in(&mut self, folder: &Path) {
        let Some(resolvers) = self.0["certificatesResolvers"].as_object_mut() else {
            // Looking has made an empty one, which Traefik would not take.
            self.0.as_object_mut().expect("an object").remove("certificatesResolvers");
            return;
        };
        for (_, resolver) in resolvers {
            let storage = resolver["acme"]["storage"].as_str().unwrap_or("acme.json");
            let name = Path::new(storage).file_name().expect("the name of a file");
            resolver["acme"]["storage"] = json!(folder.join(name));
        }
    }

    /// Every entry point on a free port of loopback, among them the one that Traefik adds by
    /// itself for its own pages.
    pub fn move_entry_points(&mut self) -> BTreeMap<String, SocketAddr> {
        if OWN_PAGES.iter().any(|page| self.0.get(page).is_some()) {
            let own = &mut self.0["entryPoints"]["traefik"];
            if own.is_null() {
                *own = json!({});
            }
        }
        let entry_points = self.0["entryPoints"].as_object_mut().expect("entryPoints");
        let moved = entry_points.iter_mut().map(|(name, entry_point)| {
            let address = free_address();
            entry_point["address"] = json!(address);
            (name.clone(), address)
        });
        moved.collect()
    }

    /// An entry point of its own with one route of its own, which has no gate and no desktop: all
    /// objects of the cluster come at once, so when it is served, all that was there is served.
    pub fn add_ready(&mut self, cluster: &Cluster) -> SocketAddr {
        let ready = free_address();
        self.0["entryPoints"]["ready"] = json!({ "address": ready });
        let provider = self.provider();
        // The route's service is Traefik's own, which some namespaces may not name.
        let may_refer = provider["crossProviderNamespaces"][0].as_str().map(str::to_owned);
        let only = may_refer.as_deref().or_else(|| provider["namespaces"][0].as_str());
        let namespace = only.map_or_else(|| "default".to_owned(), str::to_owned);
        let selector = provider["labelSelector"].as_str().unwrap_or_default();
        let labels = selector.split(',').filter_map(|label| label.split_once('='));
        // Neither `!=`, nor the second `=` of `==`.
        let labels = labels.filter(|(name, _)| !name.ends_with('!'));
        let labels: BTreeMap<&str, &str> =
            labels.map(|(name, value)| (name, value.trim_start_matches('='))).collect();
        let mut metadata = json!({ "name": "ready", "namespace": namespace, "labels": labels });
        if let Some(class) = provider["ingressClass"].as_str() {
            metadata["annotations"] = json!({ "kubernetes.io/ingress.class": class });
        }
        let route = json!({
            "apiVersion": "traefik.io/v1alpha1",
            "kind": "IngressRoute",
            "metadata": metadata,
            "spec": { "entryPoints": ["ready"], "routes": [{
                "kind": "Rule",
                "match": "PathPrefix(`/`)",
                "services": [{ "kind": "TraefikService", "name": "noop@internal" }],
            }] },
        });
        cluster.apply(&route.to_string()).unwrap();
        ready
    }

    /// What Traefik reads.
    pub fn done(self) -> Value {
        self.0
    }

    fn provider(&mut self) -> &mut Value {
        let providers = self.0["providers"].as_object_mut().expect("providers");
        let provider = providers.get_mut("kubernetesCRD").expect("providers.kubernetesCRD");
        if provider.is_null() {
            *provider = json!({});
        }
        provider
    }
}

/// Keys whose pages Traefik serves on an entry point named after itself.
const OWN_PAGES: [&str; 4] = ["api", "metrics", "ping", "rest"];
