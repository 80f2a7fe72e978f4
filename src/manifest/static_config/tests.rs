use super::*;
use crate::manifest::{GatePlace, Settings, TraefikVersion, yaml};

fn with(version: &str, gate: GatePlace) -> Installation {
    let traefik_version = TraefikVersion::parse(version).unwrap();
    let settings = Settings { gate, traefik_version, ..Settings::default() };
    Installation { settings, ..Installation::default() }
}

fn file(installation: &Installation) -> Node {
    static_file(installation, &StaticOptions::kubernetes(installation))
}

fn arguments(installation: &Installation) -> Vec<String> {
    let values = helm_values(installation, &StaticOptions::kubernetes(installation));
    let arguments = values.below(&["additionalArguments"]).and_then(Node::list).unwrap();
    arguments.iter().filter_map(Node::text).map(str::to_owned).collect()
}

#[test]
fn a_version_is_given_the_keys_it_knows() {
    let http = ["entryPoints", "websecure", "http"];
    let crd = ["providers", "kubernetesCRD"];
    for (path, key, versions) in [
        (&http[..], "aliasHeadersStrategy", [false, false, false, false, true]),
        (&http, "underscoreHeadersStrategy", [false, false, true, true, false]),
        (&http, "maxHeaderBytes", [false, true, true, true, true]),
        (&http, "encodedCharacters", [false, false, true, true, true]),
        (&crd, "disableClusterScopeResources", [false, true, true, true, true]),
        (&crd, "crossProviderNamespaces", [false, false, true, true, true]),
        (&crd, "safeNaming", [false, false, false, false, true]),
        (&crd, "defaultTLSResourcesNamespace", [false, false, false, false, true]),
        (&["core"], "strictTLSOptions", [false, false, false, false, true]),
        (&["accessLog", "fields"], "queryParameters", [false, false, false, true, true]),
        (&["accessLog", "fields"], "names", [true, true, true, false, false]),
        // What every version has, and what guards most.
        (&crd, "namespaces", [true; 5]),
        (&crd, "allowCrossNamespace", [true; 5]),
        (&["entryPoints", "sink"], "asDefault", [true; 5]),
        (&["accessLog", "fields", "headers"], "defaultMode", [true; 5]),
    ] {
        let there = ["3.0.4", "3.4.3", "3.6.24", "3.7.9", "3.7.15"].map(|version| {
            let file = file(&with(version, GatePlace::Route));
            file.below(path).is_some_and(|node| node.below(&[key]).is_some())
        });
        assert_eq!(there, versions, "{path:?} {key}");
    }
}

#[test]
fn traefik_trusts_no_client_and_no_other_namespace() {
    let file = file(&with("3.7", GatePlace::Route));
    for (path, expected) in [
        (&["entryPoints", "websecure", "forwardedHeaders", "insecure"][..], false),
        (&["entryPoints", "websecure", "asDefault"], false),
        (&["providers", "kubernetesCRD", "allowCrossNamespace"], false),
        (&["providers", "kubernetesCRD", "allowExternalNameServices"], false),
        (&["providers", "kubernetesCRD", "allowEmptyServices"], false),
        (&["global", "checkNewVersion"], false),
        (&["global", "sendAnonymousUsage"], false),
        (&["entryPoints", "sink", "asDefault"], true),
    ] {
        assert_eq!(file.below(path), Some(&expected.into()), "{path:?}");
    }
    assert_eq!(file.below(&["api"]), None);
    assert_eq!(file.below(&["entryPoints", "websecure", "http3"]), None);
    assert_eq!(file.below(&["entryPoints", "websecure", "forwardedHeaders", "trustedIPs"]), None);
}

#[test]
fn the_gate_is_on_the_entry_point_when_it_is_there_and_only_then() {
    for (version, gate, expected) in [
        ("3.7", GatePlace::Route, None),
        ("3.7", GatePlace::EntryPoint, Some("doorward_doorward@kubernetescrd")),
        ("3.7.10", GatePlace::EntryPoint, Some("doorward-doorward@kubernetescrd")),
        ("3.0.4", GatePlace::EntryPoint, Some("doorward-doorward@kubernetescrd")),
    ] {
        let installation = with(version, gate);
        let file = file(&installation);
        let named = file.below(&["entryPoints", "websecure", "http", "middlewares"]);
        let named = named.and_then(Node::list).map(|names| names[0].clone());
        assert_eq!(named, expected.map(Node::from), "{version} {gate:?}");
        let wanted =
            expected.map(|name| format!("--entryPoints.websecure.http.middlewares={name}"));
        let found = arguments(&installation).into_iter().find(|text| text.contains("middlewares"));
        assert_eq!(found, wanted, "{version} {gate:?}");
    }
    let installation = with("3.7", GatePlace::EntryPoint);
    let file = static_file(&installation, &StaticOptions::file(&installation));
    let named = file.below(&["entryPoints", "websecure", "http", "middlewares"]).unwrap();
    assert_eq!(named.list().unwrap(), ["doorward@file".into()]);
}

#[test]
fn arguments_say_what_the_file_says() {
    let installation = with("3.7", GatePlace::EntryPoint);
    let arguments = arguments(&installation);
    let file = file(&installation);
    for argument in &arguments {
        let (path, value) = argument.strip_prefix("--").unwrap().split_once('=').unwrap();
        let path: Vec<&str> = path.split('.').collect();
        // Two are the chart's own affair: its dashboard, and its Service's port.
        if path[0] == "api" || path.ends_with(&["entryPoint", "to"]) {
            continue;
        }
        let mut text = String::new();
        yaml::write(file.below(&path).unwrap(), &mut text).unwrap();
        let text = match text.trim() {
            "{}" => "true".to_owned(),
            list if list.starts_with("- ") => list
                .lines()
                .filter_map(|line| line.strip_prefix("- "))
                .collect::<Vec<_>>()
                .join(","),
            scalar => scalar.to_owned(),
        };
        assert_eq!(text, value, "{argument}");
    }
    let own =
        |argument: &&String| argument.ends_with(".address=:443") || argument.starts_with("--ping");
    assert_eq!(arguments.iter().find(own), None, "the chart has these itself");
}

#[test]
fn a_certificate_from_elsewhere_needs_no_resolver() {
    let installation = with("3.7", GatePlace::Route);
    let options = StaticOptions { provider: Provider::Kubernetes, acme: None };
    assert_eq!(static_file(&installation, &options).below(&["certificatesResolvers"]), None);
    let values = helm_values(&installation, &options);
    assert_eq!(values.below(&["env"]), None);
    assert_eq!(values.below(&["deployment", "replicas"]), Some(&2_u64.into()));
}

#[test]
fn credentials_are_named_and_never_written() {
    let installation = with("3.7", GatePlace::Route);
    for (provider, expected) in [("route53", "AWS_REGION"), ("rfc2136", "RFC2136_TSIG_SECRET")] {
        let mut options = StaticOptions::kubernetes(&installation);
        if let Some(acme) = options.acme.as_mut() {
            acme.dns_provider = provider.to_owned();
        }
        let mut text = String::new();
        yaml::write(&static_file(&installation, &options), &mut text).unwrap();
        assert!(text.contains(expected), "{provider}");
        let mut values = String::new();
        yaml::write(&helm_values(&installation, &options), &mut values).unwrap();
        assert!(values.contains(&format!("key: {expected}")), "{provider}");
        assert!(!values.contains("value:"), "{provider}");
    }
}
