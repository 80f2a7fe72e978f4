//! The cluster itself: it validates objects, has everything that the tests need, and cleans up.

use crate::support::cluster::Cluster;
use crate::support::desktop::Desktop;
use crate::support::own_address::own_address;
use crate::support::process::eventually;
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

fn route(namespace: &str, name: &str, owner: &Value) -> Value {
    json!({
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "IngressRoute",
        "metadata": { "name": name, "namespace": namespace, "ownerReferences": owner },
        "spec": { "entryPoints": ["websecure"], "routes": [{
            "kind": "Rule", "match": "Host(`a.example.com`)", "services": [{ "name": name, "port": 80 }],
        }] },
    })
}

#[tokio::test]
async fn a_misspelt_field_is_refused() {
    let cluster = Cluster::shared().await;
    let namespace = cluster.namespace("strict");
    let mut object = route(&namespace, "alice", &json!([]));
    cluster.apply(&object.to_string()).unwrap();
    object["spec"]["entrypoints"] = json!(["websecure"]);
    let refusal = cluster.apply(&object.to_string()).unwrap_err();
    assert!(refusal.contains("entrypoints") && refusal.contains("not declared"), "{refusal}");
    let twice = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: twice, namespace: {namespace} }}\n\
         data: {{ a: '1' }}\ndata: {{ a: '2' }}\n"
    );
    assert!(cluster.apply(&twice).is_err(), "a duplicate field");
}

#[tokio::test]
async fn the_kustomization_applies_completely() {
    let cluster = Cluster::shared().await;
    let namespace = cluster.namespace("kustomize");
    let folder = tempfile::tempdir().unwrap();
    let route = route(&namespace, "alice", &json!([]));
    fs::write(folder.path().join("route.yaml"), route.to_string()).unwrap();
    let list = "resources: [route.yaml]\nnamePrefix: from-\n";
    fs::write(folder.path().join("kustomization.yaml"), list).unwrap();
    cluster.apply_kustomize(folder.path()).unwrap();
    assert!(cluster.has(&["ingressroute", "from-alice", "-n", &namespace]));
    assert!(!cluster.has(&["ingressroute", "alice", "-n", &namespace]));
}

#[tokio::test]
async fn kubernetes_deletes_objects_whose_owner_is_gone() {
    let cluster = Cluster::shared().await;
    let namespace = cluster.namespace("owner");
    let desktop = Desktop::open_on("alice", own_address()).await;
    let uid = cluster.pod(&namespace, "alice", &json!({ "user": "alice" }), &desktop);
    let owner = json!([{ "apiVersion": "v1", "kind": "Pod", "name": "alice", "uid": uid }]);
    cluster.apply(&route(&namespace, "owned", &owner).to_string()).unwrap();
    cluster.apply(&route(&namespace, "free", &json!([])).to_string()).unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(cluster.has(&["ingressroute", "owned", "-n", &namespace]), "the owner exists");
    cluster.delete(&["pod", "alice", "-n", &namespace]).unwrap();
    let gone = || async { !cluster.has(&["ingressroute", "owned", "-n", &namespace]) };
    eventually("the route is deleted with its pod", Duration::from_secs(60), gone).await;
    assert!(cluster.has(&["ingressroute", "free", "-n", &namespace]), "no owner: the route stays");
}

#[tokio::test]
async fn a_selected_pod_becomes_an_endpoint() {
    let cluster = Cluster::shared().await;
    let namespace = cluster.namespace("endpoint");
    let desktop = Desktop::open_on("alice", own_address()).await;
    cluster.pod(&namespace, "alice", &json!({ "user": "alice" }), &desktop);
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": { "name": "alice", "namespace": namespace },
        "spec": {
            "selector": { "user": "alice" },
            "ports": [{ "name": "web", "port": 80, "targetPort": "http" }],
        },
    });
    cluster.apply(&service.to_string()).unwrap();
    let endpoint = || async {
        let list = cluster.get_json(&["endpointslice", "-n", &namespace]).unwrap();
        let slice = &list["items"][0];
        slice["endpoints"][0]["addresses"][0] == json!(desktop.address.ip())
            && slice["ports"][0]["port"] == json!(desktop.address.port())
    };
    eventually("an endpoint", Duration::from_secs(60), endpoint).await;
}

#[tokio::test]
async fn deleting_a_namespace_deletes_its_objects() {
    let cluster = Cluster::shared().await;
    let namespace = cluster.namespace("gone");
    cluster.apply(&route(&namespace, "alice", &json!([])).to_string()).unwrap();
    cluster.delete(&["namespace", &namespace]).unwrap();
    let gone = || async { !cluster.has(&["namespace", &namespace]) };
    eventually("the namespace is deleted", Duration::from_secs(120), gone).await;
}

/// An empty cluster: it rejects objects that are applied before their definitions.
#[tokio::test]
async fn an_empty_cluster_has_no_routes_before_the_crds() {
    let cluster = Cluster::open().await;
    let namespace = cluster.namespace("old");
    let route = route(&namespace, "alice", &json!([])).to_string();
    let refusal = cluster.apply(&route).unwrap_err();
    assert!(refusal.contains("no matches for kind"), "{refusal}\n{}", cluster.log());
    cluster.install_crds("3.0.4");
    cluster.apply(&route).unwrap();
}
