//! Permissions: RBAC and admission policies apply in this cluster to all users. The administrator
//! is only exempt from RBAC.

use crate::support::cluster::{Cluster, User};
use crate::support::process::eventually;
use serde_json::json;
use std::time::Duration;

const HUB: User<'_> = User { name: "hub", groups: &["hubs"] };

fn note(namespace: &str, text: &str) -> String {
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": "note", "namespace": namespace },
        "data": { "text": text },
    })
    .to_string()
}

fn let_hubs_write(cluster: &Cluster, namespace: &str) {
    let group = "rbac.authorization.k8s.io";
    let metadata = json!({ "name": "notes", "namespace": namespace });
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": metadata,
        "rules": [{
            "apiGroups": [""], "resources": ["configmaps"],
            "verbs": ["create", "get", "patch", "update"],
        }],
    });
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": metadata,
        "roleRef": { "apiGroup": group, "kind": "Role", "name": "notes" },
        "subjects": [{ "apiGroup": group, "kind": "Group", "name": "hubs" }],
    });
    cluster.apply(&format!("{role}\n---\n{binding}\n")).unwrap();
}

#[tokio::test]
async fn the_test_finds_a_missing_rbac_right() {
    let cluster = Cluster::shared().await;
    let namespace = cluster.namespace("rights");
    let refusal = cluster.apply_as(HUB, &note(&namespace, "")).unwrap_err();
    assert!(refusal.contains("forbidden"), "{refusal}");
    assert!(!cluster.can(HUB, &["create", "configmaps", "-n", &namespace]));
    let_hubs_write(cluster, &namespace);
    let can = || async { cluster.can(HUB, &["create", "configmaps", "-n", &namespace]) };
    eventually("the hub may write", Duration::from_secs(20), can).await;
    cluster.apply_as(HUB, &note(&namespace, "")).unwrap();
    let stranger = User { name: "hub", groups: &[] };
    assert!(cluster.apply_as(stranger, &note(&namespace, "")).is_err(), "the group has the right");
}

#[tokio::test]
async fn traefiks_account_can_read_routes_and_write_nothing() {
    let cluster = Cluster::shared().await;
    let traefik = User { name: "traefik", groups: &[] };
    assert!(cluster.can(traefik, &["list", "ingressroutes.traefik.io", "-A"]));
    assert!(!cluster.can(traefik, &["create", "ingressroutes.traefik.io", "-A"]));
    assert!(!cluster.can(traefik, &["delete", "pods", "-A"]));
}

/// Policies also apply to the administrator.
#[tokio::test]
async fn an_admission_policy_applies_to_the_administrator() {
    let cluster = Cluster::shared().await;
    let namespace = cluster.namespace("policy");
    let api = "admissionregistration.k8s.io/v1";
    let policy = json!({
        "apiVersion": api,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": { "name": namespace },
        "spec": {
            "matchConstraints": { "resourceRules": [{
                "apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"],
                "operations": ["CREATE", "UPDATE"],
            }] },
            "validations": [{
                "expression": "object.data.text != 'secret'", "message": "keep it to yourself",
            }],
        },
    });
    let binding = json!({
        "apiVersion": api,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": { "name": namespace },
        "spec": {
            "policyName": namespace, "validationActions": ["Deny"],
            "matchResources": { "namespaceSelector": { "matchLabels": {
                "kubernetes.io/metadata.name": namespace,
            } } },
        },
    });
    cluster.apply(&format!("{policy}\n---\n{binding}\n")).unwrap();
    let refused = || async {
        let answer = cluster.apply(&note(&namespace, "secret"));
        answer.is_err_and(|refusal| refusal.contains("keep it to yourself"))
    };
    eventually("the policy is in force", Duration::from_secs(60), refused).await;
    cluster.apply(&note(&namespace, "open")).unwrap();
}
