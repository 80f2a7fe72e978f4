//! Objects that the tests need: namespaces, RBAC rights, certificates, and desktops with the
//! addresses of pods.

use super::Cluster;
use crate::support::certificates::Authority;
use crate::support::desktop::Desktop;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

impl Cluster {
    /// A new namespace; `name` is that of the test; a number makes it unique.
    pub fn namespace(&self, name: &str) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("{name}-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.must(
            &json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } }),
        );
        name
    }

    /// Gives a user the rights of a cluster role, everywhere.
    pub fn bind(&self, role: &str, user: &str) {
        let group = "rbac.authorization.k8s.io";
        self.must(&json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": { "name": format!("{role}-{user}") },
            "roleRef": { "apiGroup": group, "kind": "ClusterRole", "name": role },
            "subjects": [{ "apiGroup": group, "kind": "User", "name": user }],
        }));
    }

    /// A token of a service account, as its pods would have it.
    pub fn account_token(&self, namespace: &str, account: &str) -> String {
        let created = self.kubectl(&["create", "token", account, "-n", namespace]);
        assert_eq!(created.code, 0, "{}", created.output());
        created.stdout.trim().to_owned()
    }

    /// A secret with a certificate for `zone` and all names right below it, and its authority.
    pub fn wildcard(&self, namespace: &str, name: &str, zone: &str) -> Authority {
        let authority = Authority::new();
        let certificate = authority.issue(&[zone, &format!("*.{zone}")]);
        self.must(&json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/tls",
            "metadata": { "name": name, "namespace": namespace },
            "stringData": { "tls.crt": certificate.certificate, "tls.key": certificate.key },
        }));
        authority
    }

    /// A service without pods whose only endpoint is this desktop. It must listen on
    /// [`own_address`](crate::support::own_address::own_address).
    pub fn service(&self, namespace: &str, name: &str, port: u16, desktop: &Desktop) {
        let metadata = json!({
            "name": name, "namespace": namespace, "labels": { "kubernetes.io/service-name": name },
        });
        self.must(&json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": { "name": name, "namespace": namespace },
            "spec": { "clusterIP": "None", "ports": [{ "name": "http", "port": port }] },
        }));
        self.must(&json!({
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": metadata,
            "addressType": "IPv4",
            "ports": [{ "name": "http", "port": desktop.address.port() }],
            "endpoints": [{
                "addresses": [desktop.address.ip()], "conditions": { "ready": true },
            }],
        }));
    }

    /// A running pod that is this desktop, and its uid: what a session is. Services select it by
    /// its labels, and find the desktop's port by number or by the name `http`. It must listen on
    /// [`own_address`](crate::support::own_address::own_address).
    pub fn pod(&self, namespace: &str, name: &str, labels: &Value, desktop: &Desktop) -> String {
        self.must(&json!({ "apiVersion": "v1", "kind": "Node", "metadata": { "name": NODE } }));
        let ports = json!([{ "name": "http", "containerPort": desktop.address.port() }]);
        self.must(&json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": { "name": name, "namespace": namespace, "labels": labels },
            "spec": {
                "nodeName": NODE,
                "containers": [{ "name": "desktop", "image": "none.invalid/none", "ports": ports }],
            },
        }));
        // What a kubelet would report.
        let address = desktop.address.ip();
        let status = json!({ "status": {
            "phase": "Running",
            "podIP": address,
            "podIPs": [{ "ip": address }],
            "conditions": [{ "type": "Ready", "status": "True" }],
        } });
        let status = status.to_string();
        let patch = ["patch", "pod", name, "-n", namespace, "--subresource=status", "--type=merge"];
        let patched = self.kubectl(&[&patch[..], &["-p", &status]].concat());
        assert_eq!(patched.code, 0, "{}", patched.output());
        self.uid(&["pod", name, "-n", namespace])
    }

    /// The uid of an object.
    pub fn uid(&self, what: &[&str]) -> String {
        let object = self.get_json(what).unwrap();
        object["metadata"]["uid"].as_str().expect("every object has one").to_owned()
    }

    /// Applies what no test is about.
    fn must(&self, object: &Value) {
        self.apply(&object.to_string()).unwrap();
    }
}

const NODE: &str = "desk";
