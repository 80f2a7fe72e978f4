//! Pebble: a wildcard certificate by DNS-01, through a Traefik whose `TLSStore` asks for it.

use crate::support::cluster::Cluster;
use crate::support::crd_traefik::Plan;
use crate::support::pebble::Pebble;
use crate::support::portal::{ALICE, BOB, ZONE};
use crate::support::request::Request;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn pebble_issues_one_certificate_for_all_desktops() {
    let (cluster, pebble) = (Cluster::shared().await, Pebble::open().await);
    let namespace = cluster.namespace("acme");
    let store = json!({
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "TLSStore",
        "metadata": { "name": "default", "namespace": namespace },
        "spec": { "defaultGeneratedCert": {
            "resolver": "wildcard", "domain": { "main": ZONE, "sans": [format!("*.{ZONE}")] },
        } },
    });
    cluster.apply(&store.to_string()).unwrap();
    let plan = Plan::new(&format!(
        "entryPoints:\n  websecure: {{ address: ':443' }}\n\
         providers:\n  kubernetesCRD: {{ namespaces: [{namespace}] }}\n\
         certificatesResolvers:\n  wildcard:\n    acme:\n      email: ops@example.com\n      \
         storage: /data/acme.json\n      dnsChallenge: {{ provider: cloudflare }}\n"
    ));
    let traefik = plan.certified_by(&pebble).open(cluster).await;
    let root = pebble.root().await;
    // There is no route; only the certificate of the TLS handshake matters.
    for host in [ALICE, BOB] {
        traefik.visit_until(404, &root, host, &Request::visit(host)).await;
    }
    assert_eq!((pebble.orders(), pebble.issued()), (1, 1), "{}", pebble.log());
    assert!(traefik.folder().join("acme.json").is_file());
}
