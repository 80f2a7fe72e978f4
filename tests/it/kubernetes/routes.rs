//! Traefik on the cluster without a gate: the checks that the tests of rendered manifests use to
//! detect a breach must detect one here.

use crate::support::certificates::write_secret;
use crate::support::cluster::Cluster;
use crate::support::crd_traefik::{CrdTraefik, Plan};
use crate::support::desktop::Desktop;
use crate::support::own_address::own_address;
use crate::support::portal::{ALICE, BOB, ZONE};
use crate::support::request::Request;
use crate::support::traefik::Version;
use crate::support::wire::Wire;
use serde_json::{Value, json};

/// A route without a gate, and the default certificate.
fn ungated(namespace: &str, owner: &Value) -> String {
    let store = json!({
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "TLSStore",
        "metadata": { "name": "default", "namespace": namespace },
        "spec": { "defaultCertificate": { "secretName": "wildcard" } },
    });
    let route = json!({
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "IngressRoute",
        "metadata": { "name": "alice", "namespace": namespace, "ownerReferences": owner },
        "spec": { "entryPoints": ["websecure"], "tls": {}, "routes": [{
            "kind": "Rule",
            "match": format!("Host(`{ALICE}`)"),
            "services": [{ "name": "alice", "port": 8080 }],
        }] },
    });
    format!("{store}\n---\n{route}\n")
}

fn plan(namespace: &str) -> Plan {
    Plan::new(&format!(
        "entryPoints:\n  web: {{ address: ':80' }}\n  websecure: {{ address: ':443' }}\n\
         ping: {{}}\nproviders:\n  kubernetesCRD:\n    namespaces: [{namespace}]\n"
    ))
}

async fn visit(traefik: &CrdTraefik, authority: &str, desktop: &Desktop) {
    desktop.forget();
    let visit = Request::visit(ALICE).uri("/a?b");
    let answer = traefik.visit_until(200, authority, ALICE, &visit).await;
    assert_eq!(answer.json()["desktop"], "alice");
    assert_eq!(desktop.only().line, "GET /a?b");
    let stranger = traefik.visit(authority, BOB, &Request::visit(BOB)).await.unwrap();
    assert_eq!(stranger.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_finds_a_missing_gate_behind_a_service() {
    let cluster = Cluster::shared().await;
    let namespace = cluster.namespace("service");
    let desktop = Desktop::open_on("alice", own_address()).await;
    let authority = cluster.wildcard(&namespace, "wildcard", ZONE);
    cluster.service(&namespace, "alice", 8080, &desktop);
    cluster.apply(&ungated(&namespace, &json!([]))).unwrap();
    let traefik = plan(&namespace).open(cluster).await;
    visit(&traefik, &authority.pem, &desktop).await;
    assert_ne!(traefik.address("traefik"), traefik.address("web"), "separate ports");
    let kept = &traefik.configuration["providers"]["kubernetesCRD"]["namespaces"];
    assert_eq!(kept, &json!([namespace]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_is_deleted_with_its_pod() {
    let cluster = Cluster::shared().await;
    let namespace = cluster.namespace("pod");
    let desktop = Desktop::open_on("alice", own_address()).await;
    let authority = cluster.wildcard(&namespace, "wildcard", ZONE);
    let traefik = plan(&namespace).open(cluster).await;
    let uid = cluster.pod(&namespace, "alice", &json!({ "user": "alice" }), &desktop);
    let owner = json!([{ "apiVersion": "v1", "kind": "Pod", "name": "alice", "uid": uid }]);
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": { "name": "alice", "namespace": namespace },
        "spec": {
            "selector": { "user": "alice" }, "ports": [{ "port": 8080, "targetPort": "http" }],
        },
    });
    cluster.apply(&format!("{service}\n---\n{}", ungated(&namespace, &owner))).unwrap();
    visit(&traefik, &authority.pem, &desktop).await;
    cluster.delete(&["pod", "alice", "-n", &namespace]).unwrap();
    traefik.visit_until(404, &authority.pem, ALICE, &Request::visit(ALICE)).await;
}

/// Another cluster with another release, and the `ServiceAccount` with the documented permissions.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_traefik_uses_its_own_service_account() {
    let cluster = Cluster::with_traefik("3.6.15").await;
    let account = "traefik-ingress-controller";
    let made = cluster.kubectl(&["create", "serviceaccount", account, "-n", "default"]);
    assert_eq!(made.code, 0, "{}", made.output());
    let token = cluster.folder().join("account.token");
    write_secret(&token, cluster.account_token("default", account));
    let namespace = cluster.namespace("account");
    let desktop = Desktop::open_on("alice", own_address()).await;
    let authority = cluster.wildcard(&namespace, "wildcard", ZONE);
    cluster.service(&namespace, "alice", 8080, &desktop);
    cluster.apply(&ungated(&namespace, &json!([]))).unwrap();
    let mut plan = plan(&namespace);
    plan.configuration["providers"]["kubernetesCRD"] = json!(null);
    (plan.version, plan.token_file) = (Version::BRANCH_3_6, Some(token));
    let traefik = plan.open(&cluster).await;
    visit(&traefik, &authority.pem, &desktop).await;
}

/// Traefik can be configured to read only some routes; the harness must still detect that it is
/// ready.
#[tokio::test(flavor = "multi_thread")]
async fn traefik_ignores_a_route_of_another_class() {
    let cluster = Cluster::shared().await;
    let namespace = cluster.namespace("class");
    let desktop = Desktop::open_on("alice", own_address()).await;
    cluster.service(&namespace, "alice", 8080, &desktop);
    cluster.apply(&ungated(&namespace, &json!([]))).unwrap();
    let mut plan = plan(&namespace);
    let provider = &mut plan.configuration["providers"]["kubernetesCRD"];
    provider["ingressClass"] = json!("doorward");
    provider["labelSelector"] = json!("app=doorward,tier!=test");
    let traefik = plan.open(cluster).await;
    let web = Request::visit(ALICE);
    let mut wire = Wire::plain(traefik.address("web")).await.unwrap();
    assert_eq!(wire.exchange(&web).await.unwrap().status, 404);
    desktop.assert_untouched("its route has no class");
}
