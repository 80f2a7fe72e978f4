use super::*;
use crate::manifest::yaml;
use crate::name::Domain;
use std::fs;
use std::path::Path;

/// What the committed files are rendered from.
fn installation() -> Installation {
    let domains = vec![Domain::new("vdi.example.com").unwrap()];
    Installation { domains, ..Installation::default() }
}

#[test]
fn the_committed_files_are_what_is_printed() {
    let installation = installation();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<(String, String)> = gate(&installation, &GateOptions::default())
        .unwrap()
        .into_iter()
        .map(|file| (format!("deploy/{}", file.name), file.text))
        .collect();
    let middlewares = middleware::objects(&installation, &installation.settings.namespace);
    files.push(("middleware.yaml".to_owned(), yaml::write_all(&middlewares).unwrap()));
    let rewrite = std::env::var_os("REWRITE_COMMITTED").is_some();
    for (path, text) in files {
        let full = root.join(&path);
        if rewrite {
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(&full, &text).unwrap();
        }
        assert!(
            fs::read_to_string(&full).is_ok_and(|there| there == text),
            "{path} is not what is printed; to rewrite it and its like: \
             REWRITE_COMMITTED=1 cargo test --locked --lib the_committed_files"
        );
    }
}

fn files() -> Vec<RenderedFile> {
    gate(&installation(), &GateOptions::default()).unwrap()
}

/// Every object of this kind in `deploy/base`.
fn objects(kind: &str) -> Vec<Node> {
    let base = files().into_iter().filter(|file| {
        file.name.starts_with("base/") && !file.name.ends_with("kustomization.yaml")
    });
    let all = base.flat_map(|file| yaml::read(&file.text).unwrap());
    all.filter(|node| node.below(&["kind"]).and_then(Node::text) == Some(kind)).collect()
}

fn named(kind: &str, name: &str) -> Node {
    let is = |node: &Node| node.below(&["metadata", "name"]).and_then(Node::text) == Some(name);
    objects(kind).into_iter().find(is).unwrap()
}

fn list<'n>(node: &'n Node, path: &[&str]) -> &'n [Node] {
    node.below(path).and_then(Node::list).unwrap()
}

fn pod() -> Node {
    named("Deployment", "doorward").below(&["spec", "template"]).unwrap().clone()
}

fn container() -> Node {
    list(&pod(), &["spec", "containers"])[0].clone()
}

/// Port of the container by its name.
fn port(name: &str) -> Node {
    let container = container();
    let ports = list(&container, &["ports"]);
    let port = ports.iter().find(|port| port.below(&["name"]).and_then(Node::text) == Some(name));
    port.unwrap().below(&["containerPort"]).unwrap().clone()
}

fn configuration() -> Node {
    let map = named("ConfigMap", "doorward-config");
    let text = map.below(&["data", "config.yaml"]).and_then(Node::text).unwrap().to_owned();
    yaml::read(&text).unwrap().remove(0)
}

#[test]
fn selectors_select_the_gates_pods_and_no_others() {
    let labels = pod().below(&["metadata", "labels"]).unwrap().clone();
    let deployment = named("Deployment", "doorward");
    assert_eq!(deployment.below(&["spec", "selector", "matchLabels"]), Some(&labels));
    let budget = named("PodDisruptionBudget", "doorward");
    assert_eq!(budget.below(&["spec", "selector", "matchLabels"]), Some(&labels));
    let policy = named("NetworkPolicy", "doorward-gate");
    assert_eq!(policy.below(&["spec", "podSelector", "matchLabels"]), Some(&labels));
    for service in ["doorward", "doorward-pages"] {
        let service = named("Service", service);
        assert_eq!(service.below(&["spec", "selector"]), Some(&labels));
    }
    for spread in list(&pod(), &["spec", "topologySpreadConstraints"]) {
        assert_eq!(spread.below(&["labelSelector", "matchLabels"]), Some(&labels));
    }
}

#[test]
fn ports_agree_from_the_address_to_the_listener() {
    let configuration = configuration();
    for (listener, name) in
        [("listen", "verify"), ("admin_listen", "admin"), ("pages_listen", "pages")]
    {
        let address = configuration.below(&[listener]).and_then(Node::text).unwrap();
        let number: u64 = address.rsplit_once(':').unwrap().1.parse().unwrap();
        assert_eq!(port(name), Node::Unsigned(number), "{listener}");
    }
    let gate = named("Service", "doorward");
    let gate = &list(&gate, &["spec", "ports"])[0];
    let address = &installation().settings.gate_address;
    assert_eq!(gate.below(&["port"]), Some(&address.port().into()));
    assert_eq!(gate.below(&["targetPort"]), Some(&"verify".into()));
    let pages = named("Service", "doorward-pages");
    let pages = &list(&pages, &["spec", "ports"])[0];
    assert_eq!(pages.below(&["targetPort"]), Some(&"pages".into()));
    let route = named("IngressRoute", "doorward-catch-all.vdi.example.com");
    let route = &list(&route, &["spec", "routes"])[0];
    let service = &list(route, &["services"])[0];
    assert_eq!(service.below(&["name"]), Some(&"doorward-pages".into()));
    assert_eq!(service.below(&["port"]), pages.below(&["port"]));
}

#[test]
fn only_traefik_reaches_gate_and_desktops() {
    let from = |policy: &str| {
        let policy = named("NetworkPolicy", policy);
        let rules = list(&policy, &["spec", "ingress"]).to_vec();
        rules.into_iter().map(|rule| {
            let from = list(&rule, &["from"]);
            assert_eq!(from.len(), 1);
            let space = ["namespaceSelector", "matchLabels", "kubernetes.io/metadata.name"];
            let space = from[0].below(&space).and_then(Node::text).unwrap().to_owned();
            let ports = rule.below(&["ports"]).and_then(Node::list).unwrap_or_default();
            let ports = ports.iter().map(|port| port.below(&["port"]).unwrap().clone());
            (space, ports.collect::<Vec<_>>(), from[0].below(&["podSelector"]).is_some())
        })
    };
    assert_eq!(
        from("doorward-gate").collect::<Vec<_>>(),
        [
            ("traefik".to_owned(), vec![port("verify"), port("pages")], true),
            ("monitoring".to_owned(), vec![port("admin")], false),
        ]
    );
    assert_eq!(
        from("doorward-desktops").collect::<Vec<_>>(),
        [("traefik".to_owned(), vec![], true)]
    );
    // Everything else is closed in both namespaces.
    let closed: Vec<Node> = objects("NetworkPolicy")
        .into_iter()
        .filter(|node| node.below(&["spec", "ingress"]).is_none())
        .map(|node| node.below(&["metadata", "namespace"]).unwrap().clone())
        .collect();
    assert_eq!(closed, ["doorward".into(), "vdi-sessions".into()]);
}

#[test]
fn the_pods_have_no_rights_and_write_nothing() {
    let (pod, container) = (pod(), container());
    for (node, path, expected) in [
        (&pod, &["spec", "automountServiceAccountToken"][..], Node::Bool(false)),
        (&pod, &["spec", "enableServiceLinks"], Node::Bool(false)),
        (&pod, &["spec", "securityContext", "runAsNonRoot"], Node::Bool(true)),
        (&pod, &["spec", "securityContext", "seccompProfile", "type"], "RuntimeDefault".into()),
        (&container, &["securityContext", "readOnlyRootFilesystem"], Node::Bool(true)),
        (&container, &["securityContext", "allowPrivilegeEscalation"], Node::Bool(false)),
    ] {
        assert_eq!(node.below(path), Some(&expected), "{path:?}");
    }
    assert_eq!(list(&container, &["securityContext", "capabilities", "drop"]), ["ALL".into()]);
    let group = pod.below(&["spec", "securityContext", "fsGroup"]);
    assert!(matches!(group, Some(Node::Unsigned(1..))), "{group:?}");
    for volume in list(&pod, &["spec", "volumes"]) {
        if let Some(secret) = volume.below(&["secret"]) {
            assert_eq!(secret.below(&["defaultMode"]), Some(&Node::Unsigned(0o440)));
        }
    }
}

#[test]
fn every_file_that_is_named_is_mounted() {
    let mounts: Vec<String> = list(&container(), &["volumeMounts"])
        .iter()
        .filter_map(|mount| mount.below(&["mountPath"])?.text().map(str::to_owned))
        .collect();
    let volumes = list(&pod(), &["spec", "volumes"]).len();
    assert_eq!(mounts.len(), volumes);
    let configuration = configuration();
    let issuer = &list(&configuration, &["issuers"])[0];
    for path in [
        configuration.below(&["tls", "cert_file"]),
        configuration.below(&["tls", "key_file"]),
        issuer.below(&["keys", "jwks_file"]),
        list(&container(), &["args"]).last(),
    ] {
        let path = path.and_then(Node::text).unwrap();
        let (folder, _) = path.rsplit_once('/').unwrap();
        assert!(mounts.iter().any(|mount| mount == folder), "{path}");
    }
}

#[test]
fn the_middleware_is_wherever_a_route_names_it() {
    let middlewares = objects("Middleware");
    for route in objects("IngressRoute") {
        let namespace = route.below(&["metadata", "namespace"]);
        for rule in list(&route, &["spec", "routes"]) {
            let names = list(rule, &["middlewares"]);
            assert!(!names.is_empty());
            for name in names.iter().map(|name| name.below(&["name"])) {
                let there = middlewares.iter().any(|middleware| {
                    middleware.below(&["metadata", "name"]) == name
                        && middleware.below(&["metadata", "namespace"]) == namespace
                });
                assert!(there, "{name:?} in {namespace:?}");
            }
        }
    }
}

#[test]
fn plain_http_to_the_gate_needs_no_certificate() {
    let mut installation = installation();
    let plain = crate::manifest::GateAddress::new("http://doorward.doorward.svc:4181/verify");
    installation.settings.gate_address = plain.unwrap();
    let files = gate(&installation, &GateOptions::default()).unwrap();
    let text = |path: &str| files.iter().find(|file| file.name == path).map(|file| &*file.text);
    for path in ["base/gate.yaml", "base/config.yaml", "base/middleware.yaml"] {
        let text = text(path).unwrap();
        assert!(!text.contains("tls.crt") && !text.contains("doorward-ca"), "{path}");
    }
    assert_eq!(text("cert-manager/gate-certificates.yaml"), None);
    assert!(!text("cert-manager/kustomization.yaml").unwrap().contains("gate-certificates"));
}

#[test]
fn kustomizations_name_what_is_there() {
    for (name, installation) in [("usual", installation()), ("no_domain", Installation::default())]
    {
        let files = gate(&installation, &GateOptions::default()).unwrap();
        for file in files.iter().filter(|file| file.name.ends_with("kustomization.yaml")) {
            let folder = file.name.strip_suffix("kustomization.yaml").unwrap();
            for resource in list(&yaml::read(&file.text).unwrap()[0], &["resources"]) {
                let resource = resource.text().unwrap();
                let path = match resource {
                    "base" | "../base" => "base/kustomization.yaml".to_owned(),
                    _ => format!("{folder}{resource}"),
                };
                assert!(files.iter().any(|file| file.name == path), "{name}: {path}");
            }
        }
    }
}

#[test]
fn a_given_configuration_replaces_the_example() {
    let configuration = Some("domains: [vdi.example.com]\n".to_owned());
    let options = GateOptions { configuration, ..GateOptions::default() };
    let files = gate(&installation(), &options).unwrap();
    let file = files.iter().find(|file| file.name == "base/config.yaml").unwrap();
    let map = yaml::read(&file.text).unwrap().remove(0);
    assert_eq!(map.below(&["data", "config.yaml"]), Some(&"domains: [vdi.example.com]\n".into()));
}

#[test]
fn logout_tokens_reach_one_path_of_the_portals_host() {
    let host = Domain::new("portal.example.net").unwrap();
    let entry_points = vec![crate::manifest::TraefikName::known("public")];
    let logout = Some(Logout { port: 4184, hosts: vec![host], entry_points });
    let options = GateOptions { logout, ..GateOptions::default() };
    let files = gate(&installation(), &options).unwrap();
    let text = |name: &str| files.iter().find(|file| file.name == name).map(|file| &*file.text);
    let [service, route] = &*yaml::read(text("base/logout.yaml").unwrap()).unwrap() else {
        panic!("a Service and a route")
    };
    let port = &list(service, &["spec", "ports"])[0];
    assert_eq!(port.below(&["targetPort"]), Some(&"logout".into()));
    let rule = &list(route, &["spec", "routes"])[0];
    let expected = "(Host(`portal.example.net`)) && Path(`/backchannel-logout`) && Method(`POST`)";
    assert_eq!(rule.below(&["match"]), Some(&expected.into()));
    assert_eq!(rule.below(&["middlewares"]), None);
    let target = &list(rule, &["services"])[0];
    assert_eq!(target.below(&["name"]), service.below(&["metadata", "name"]));
    assert_eq!(target.below(&["port"]), port.below(&["port"]));
    assert_eq!(list(route, &["spec", "entryPoints"]), ["public".into()]);
    let kustomization = text("base/kustomization.yaml").unwrap();
    assert!(kustomization.contains("logout.yaml"), "{kustomization}");
    for (file, there) in [("base/gate.yaml", "name: logout"), ("base/network.yaml", "4184")] {
        assert!(text(file).unwrap().contains(there), "{file}");
        assert!(!files_without(file).contains(there), "{file}: nothing listens without it");
    }
}

fn files_without(name: &str) -> String {
    files().into_iter().find(|file| file.name == name).unwrap().text
}
